/* test_supervisor.c - the brake */
#include "role/supervisor.h"
#include "unit.h"

static int first_death_restarts_at_once(void)
{
    CHECK(supervisor_pause_ms(0) == 0);
    CHECK(supervisor_pause_ms(1) == 0);
    return 0;
}

static int repeated_deaths_wait_twice_as_long_each(void)
{
    static const uint32_t pauses[] = {100, 200, 400, 800, 1600, 3200};

    for (unsigned i = 0; i < sizeof(pauses) / sizeof(pauses[0]); i++)
        CHECK(supervisor_pause_ms(i + 2) == pauses[i]);
    return 0;
}

static int pause_never_exceeds_five_seconds(void)
{
    for (unsigned deaths = 8; deaths < 100; deaths++)
        CHECK(supervisor_pause_ms(deaths) == 5000);
    CHECK(supervisor_pause_ms(4000000000U) == 5000);
    return 0;
}

UNIT_TESTS(UNIT(first_death_restarts_at_once), UNIT(repeated_deaths_wait_twice_as_long_each),
           UNIT(pause_never_exceeds_five_seconds))
