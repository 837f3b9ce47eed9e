/* Parties, redirections, and what is told when they change. */
#include "call/observe.h"
#include "fixture.h"

static int presentations_have_words_and_numbers(void)
{
    static const struct {
        const char *text;
        int value;
    } cases[] = {
        {"allowed_not_screened", PRES_ALLOWED},
        {"allowed", PRES_ALLOWED_NETWORK},
        {"prohib", PRES_PROHIBITED_NETWORK},
        {"PROHIB_not_screened", PRES_PROHIBITED},
        {"unavailable", PRES_UNAVAILABLE},
        {"67", PRES_UNAVAILABLE},
        {"32", PRES_PROHIBITED},
        {"", -1},
        {"never", -1},
        {"5000", -1},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        CHECK(presentation_parse(slice_of(cases[i].text)) == cases[i].value);
    CHECK(strcmp(presentation_name(PRES_UNAVAILABLE), "unavailable") == 0);
    CHECK(strcmp(presentation_name(0x11), "unknown") == 0);
    CHECK(redirect_reason_parse(SLICE("cfb")) == REDIRECT_BUSY);
    CHECK(redirect_reason_parse(SLICE("because")) == -1);
    CHECK(strcmp(redirect_reason_name(REDIRECT_UNCONDITIONAL), "cfu") == 0);
    return 0;
}

static int the_more_restricted_presentation_counts(void)
{
    char number[] = "101", name[] = "Anna";
    struct party p = {0};

    CHECK(party_presentation(&p) == PRES_UNAVAILABLE);
    p.number = number;
    CHECK(party_presentation(&p) == PRES_ALLOWED && !party_is_private(&p));
    p.name = name;
    p.name_pres = PRES_PROHIBITED;
    CHECK(party_presentation(&p) == PRES_PROHIBITED && party_is_private(&p));
    p.name_pres = PRES_ALLOWED_NETWORK;
    CHECK(party_presentation(&p) == PRES_ALLOWED);
    return 0;
}

static int a_redirection_is_copied_whole(void)
{
    struct redirecting a = {.reason = REDIRECT_NO_ANSWER, .count = 2}, b = {0};
    int err = 0;

    CHECK_OK_TO(party_set(&a.from, SLICE("102"), SLICE("Boris")), out);
    CHECK_OK_TO(channel_set(&a.reason_text, SLICE("lunch")), out);
    CHECK_OK_TO(redirecting_copy(&b, &a), out);
    CHECK_TO(strcmp(b.from.number, "102") == 0 && strcmp(b.from.name, "Boris") == 0, out);
    CHECK_TO(strcmp(b.reason_text, "lunch") == 0 && b.count == 2, out);
    CHECK_TO(b.reason == REDIRECT_NO_ANSWER, out);
out:
    redirecting_fini(&a);
    redirecting_fini(&b);
    return err;
}

static void count_connected(const struct call_fact *f, void *arg)
{
    *(unsigned *)arg += f->type == CALL_CONNECTED;
}

static int a_connected_line_is_told_once(void)
{
    unsigned told = 0;
    struct call_observer o = {.h = count_connected, .arg = &told};
    struct party who = {0};
    struct fixture f;
    struct channel *ch = NULL;
    int err = 0;

    CHECK_OK(fixture_init(&f, 10));
    calls_observe(f.calls, &o);
    CHECK_OK_TO(fixture_channel(&ch, &f, NULL), out);
    CHECK_OK_TO(party_set(&who, SLICE("103"), SLICE("Vera")), out);
    CHECK_OK_TO(channel_update_connected(ch, &who, CONNECTED_ANSWER), out);
    CHECK_OK_TO(channel_update_connected(ch, &who, CONNECTED_ANSWER), out);
    CHECK_TO(told == 1 && strcmp(ch->connected.name, "Vera") == 0, out);
    CHECK_TO(ch->connected_source == CONNECTED_ANSWER, out);
out:
    call_observer_remove(&o);
    party_fini(&who);
    mem_deref(ch);
    fixture_fini(&f);
    return err;
}

static int a_wanted_unique_id_is_given_once(void)
{
    struct fixture f;
    struct channel *a = NULL, *b = NULL;
    struct channel_args args = {.tech = &fixture_tech, .resource = "x", .uniqueid = "mine-1"};
    int err = 0;

    CHECK_OK(fixture_init(&f, 10));
    CHECK_OK_TO(channel_alloc(&a, f.calls, &args), out);
    CHECK_TO(strcmp(a->uniqueid, "mine-1") == 0 && strcmp(a->linkedid, "mine-1") == 0, out);
    CHECK_TO(channel_alloc(&b, f.calls, &args) == EEXIST, out);
out:
    mem_deref(a);
    fixture_fini(&f);
    return err;
}

UNIT_TESTS(UNIT_ONCE(presentations_have_words_and_numbers),
           UNIT_ONCE(the_more_restricted_presentation_counts), UNIT(a_redirection_is_copied_whole),
           UNIT(a_connected_line_is_told_once), UNIT(a_wanted_unique_id_is_given_once))
