/* Applications that a caller answers with digits: Authenticate, DISA, PrivacyManager, ReadExten,
   WaitDigit, Incomplete. */
#include "fixture.h"
#include "plan/astdb.h"

/* "12@1500 3@2000": digits, each typed so many ms after the beginning. Then up to ms. */
static int typed_story(const char *routing, const char *keys, uint64_t ms, const char *notes)
{
    struct world w;
    struct channel *ch = NULL;
    uint64_t now = 0;
    int err;

    CHECK_OK(world_init(&w));
    CHECK_OK_TO(plan_astdb_put(w.core, SLICE("pins"), SLICE("77"), SLICE("1")), out);
    CHECK_OK_TO(world_route(&w, routing), out);
    CHECK_OK_TO(world_dial(&w, "10", &ch), out);
    while (*keys) {
        const char *at = strchr(keys, '@');
        char *end;
        const uint64_t when = strtoull(at + 1, &end, 10);

        loop_fake_advance(w.loop, when - now);
        now = when;
        for (; keys < at; keys++)
            channel_on_dtmf(ch, *keys, 100);
        keys = *end ? end + 1 : end;
    }
    loop_fake_advance(w.loop, ms - now);
    CHECK_TO(world_saw(&w, notes), out);
out:
    mem_deref(ch);
    world_fini(&w);
    return err;
}

#define TYPED(name, keys, ms, notes, routing)                                                      \
    static int name(void)                                                                          \
    {                                                                                              \
        return typed_story("[main]\n" routing, keys, ms, notes);                                   \
    }

TYPED(waitdigit_takes_the_wanted_digit, "12@300", 2000, "200;DTMF 2;TIMEOUT [];end=16;",
      "10,1,Answer()\n10,2,WaitDigit(1,2)\n10,3,Note(${WAITDIGITSTATUS} ${WAITDIGITRESULT})\n"
      "10,4,WaitDigit(1)\n10,5,Note(${WAITDIGITSTATUS} [${WAITDIGITRESULT}])\n")
TYPED(
    read_with_e_takes_the_end_digit_itself, "#@200 12#@500 #@1000", 3000,
    "200;# OK;12 OK; OK;end=16;",
    "10,1,Read(X,,,e)\n10,2,Note(${X} ${READSTATUS})\n10,3,Read(X,,,e)\n10,4,Note(${X} ${READSTATUS})\n"
    "10,5,Read(X)\n10,6,Note(${X} ${READSTATUS})\n")
TYPED(the_right_password_goes_on, "12#@500 1234#@2000", 5000, "200;in 1234;end=16;",
      "10,1,Authenticate(1234,a)\n10,2,Note(in ${CHANNEL(accountcode)})\n")
TYPED(three_wrong_passwords_end_the_call, "1#@200 2#@1200 3#@2200", 5000, "200;end=16;",
      "10,1,Authenticate(1234)\n10,2,Note(no)\n")
TYPED(a_password_of_the_database_is_used_once, "77#@200 77#@2400 1#@3000 1#@4000", 9000,
      "200;in;end=16;",
      "10,1,Authenticate(pins,dr)\n10,2,Note(in)\n10,3,Authenticate(pins,dr)\n10,4,Note(no)\n")
TYPED(
    disa_gives_a_tone_and_dials, "99#@200 55@500", 2000,
    "200;tone=dial;tone=dial;five Bob 7;end=16;",
    "10,1,DISA(99,inside,Bob <7>)\n[inside]\n55,1,Note(five ${CALLERID(name)} ${CALLERID(num)})\n")
TYPED(disa_refuses_a_wrong_password, "98#@200", 30000, "200;tone=dial;tone=congestion;end=16;",
      "10,1,DISA(99,inside)\n[inside]\n55,1,Note(no)\n")
TYPED(disa_without_password_goes_to_i, "7@200", 30000, "200;tone=dial;i 7;end=16;",
      "10,1,DISA(no-password,inside)\n[inside]\n55,1,Note(no)\ni,1,Note(i ${INVALID_EXTEN})\n")
TYPED(who_hides_is_asked_for_his_number, "1234567890@1200", 5000,
      "200;SUCCESS 1234567890 Privacy Manager;end=16;",
      "10,1,PrivacyManager()\n10,2,Note(${PRIVACYMGRSTATUS} ${CALLERID(num)} ${CALLERID(name)})\n")
TYPED(a_number_too_short_fails, "12#@1200", 5000, "200;FAILED;end=16;",
      "10,1,PrivacyManager(1,5)\n10,2,Note(${PRIVACYMGRSTATUS})\n")
TYPED(a_shown_number_is_not_asked_for, "1@10", 500, "[];end=16;",
      "10,1,Set(CALLERID(num)=5)\n10,2,PrivacyManager()\n10,3,Note([${PRIVACYMGRSTATUS}])\n")
TYPED(
    readexten_knows_the_routing, "21@200 9@400", 9000, "200;OK 21;INVALID i 9;TIMEOUT t;end=16;",
    "10,1,ReadExten(x,hello,other)\n10,2,Note(${READEXTENSTATUS} ${x})\n10,3,ReadExten(x,,other)\n"
    "10,4,Note(${READEXTENSTATUS} ${x} ${INVALID_EXTEN})\n10,5,ReadExten(x,,other,,1)\n"
    "10,6,Note(${READEXTENSTATUS} ${x})\n[other]\n_2X,1,Note(no)\n")
TYPED(incomplete_waits_for_more_digits, "1@500", 9000, "200;more;end=16;",
      "10,1,Incomplete()\n101,1,Note(more)\ni,1,Note(i)\n")

UNIT_TESTS(UNIT(waitdigit_takes_the_wanted_digit),
           UNIT_ONCE(read_with_e_takes_the_end_digit_itself), UNIT(the_right_password_goes_on),
           UNIT(three_wrong_passwords_end_the_call), UNIT(a_password_of_the_database_is_used_once),
           UNIT(disa_gives_a_tone_and_dials), UNIT(disa_refuses_a_wrong_password),
           UNIT(disa_without_password_goes_to_i), UNIT(who_hides_is_asked_for_his_number),
           UNIT(a_number_too_short_fails), UNIT(a_shown_number_is_not_asked_for),
           UNIT(readexten_knows_the_routing), UNIT(incomplete_waits_for_more_digits))
