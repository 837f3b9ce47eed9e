/* Addresses and networks. */
#include <string.h>

#include "base/addr.h"
#include "unit.h"

static int literals_parse_and_print(void)
{
    static const struct {
        const char *in, *out; /* out NULL: refused */
    } cases[] = {
        {"127.0.0.1", "127.0.0.1:5060"},
        {"127.0.0.1:5080", "127.0.0.1:5080"},
        {"[::1]:5061", "[::1]:5061"},
        {"[2001:db8::1]", "[2001:db8::1]:5060"},
        {"2001:db8::1", "[2001:db8::1]:5060"},
        {"::ffff:10.0.0.1", "10.0.0.1:5060"},
        {"0.0.0.0:5060", "0.0.0.0:5060"},
        {"", NULL},
        {"example.com", NULL},
        {".1", NULL},
        {"[.1]", NULL},
        {"[127.0.0.1]", NULL},
        {"127.0.0.1:", NULL},
        {"127.0.0.1:65536", NULL},
        {"127.0.0.1:1x", NULL},
        {"[::1", NULL},
        {"[::1]5061", NULL},
        {"999.0.0.1", NULL},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char text[ADDR_TEXT];
        struct addr a;
        int err = addr_parse(&a, slice_of(cases[i].in), 5060);

        CHECK((err == 0) == (cases[i].out != NULL));
        if (!err)
            CHECK(strcmp(addr_text(&a, text), cases[i].out) == 0);
    }
    return 0;
}

static int networks_hold_what_they_should(void)
{
    static const struct {
        const char *net, *host;
        bool has;
    } cases[] = {
        {"10.0.0.0/8", "10.255.0.1", true},
        {"10.0.0.0/8", "11.0.0.1", false},
        {"192.168.4.0/22", "192.168.7.9", true},
        {"192.168.4.0/255.255.252.0", "192.168.8.1", false},
        {"0.0.0.0/0", "8.8.8.8", true},
        {"127.0.0.1", "127.0.0.1", true},
        {"127.0.0.1", "127.0.0.2", false},
        {"2001:db8::/33", "2001:db8:7fff::1", true},
        {"2001:db8::/33", "2001:db8:8000::1", false},
        {"0.0.0.0/0", "::1", false},
    };
    struct addr_net n;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct addr a;

        CHECK(!addr_net_parse(&n, slice_of(cases[i].net)));
        CHECK(!addr_parse_host(&a, slice_of(cases[i].host), 0));
        CHECK(addr_net_has(&n, &a) == cases[i].has);
    }
    CHECK(addr_net_parse(&n, SLICE("10.0.0.0/33")) == EINVAL);
    CHECK(addr_net_parse(&n, SLICE("10.0.0.0/255.0.255.0")) == EINVAL);
    CHECK(addr_net_parse(&n, SLICE("office")) == EINVAL);
    return 0;
}

UNIT_TESTS(UNIT(literals_parse_and_print), UNIT(networks_hold_what_they_should))
