/* Functions about parties, groups and other channels. */
#include "fixture.h"

#define TWO(rows) "[main]\n" rows "20,1,Wait(9)\n"

static int story(const char *rows, const char *notes)
{
    return world_story(rows, "10", 4000, notes);
}

static int items_of_the_caller(void)
{
    return story(
        "[main]\n10,1,Set(CALLERID(all)=Anna <101>)\n10,2,Set(CALLERID(name-pres)=prohib)\n"
        "10,3,Set(CALLERID(ani-name)=Payer)\n10,4,Set(CALLERID(tag)=t)\n"
        "10,5,Set(CALLERID(ton)=17)\n10,6,Set(CALLERID(ani2)=3)\n"
        "10,7,Note(${CALLERID(num)} ${CALLERID(pres)} ${CALLERID(num-pres)} "
        "${CALLERID(ani-all)} ${CALLERID(tag)} ${CALLERID(ton)} ${CALLERID(ani2)})\n"
        "10,8,Set(CALLERID(num-valid)=0)\n"
        "10,9,Note([${CALLERID(num)}] ${CALLERID(num-valid)} ${CALLERID(name-valid)})\n",
        "101 prohib allowed_not_screened \"Payer\" <> t 17 3;[] 0 1;end=16;");
}

static int who_is_connected(void)
{
    return story(
        "[main]\n10,1,Set(CONNECTEDLINE(num,i)=555)\n10,2,Set(CONNECTEDLINE(name)=Vera)\n"
        "10,3,Set(CONNECTEDLINE(source)=transfer)\n"
        "10,4,Note(${CONNECTEDLINE(all)} ${CONNECTEDLINE(source)} ${CONNECTEDLINE(nosuch)})\n"
        "10,5,Dial(Test/short,9,g)\n10,6,Note(${CONNECTEDLINE(num)})\n",
        "\"Vera\" <555> transfer ;180;200;connect;10;end=16;");
}

static int who_redirected(void)
{
    return story(
        "[main]\n10,1,Set(REDIRECTING(from-num,i)=102)\n10,2,Set(REDIRECTING(reason,i)=cfb)\n"
        "10,3,Set(REDIRECTING(count,i)=2)\n10,4,Set(REDIRECTING(orig-reason,i)=lunch)\n"
        "10,5,Set(REDIRECTING(count,i)=x)\n10,6,Set(REDIRECTING(to-name,i)=Vera)\n"
        "10,7,Note(${REDIRECTING(from-num)} ${REDIRECTING(reason)} ${REDIRECTING(count)} "
        "${REDIRECTING(orig-reason)} ${REDIRECTING(to-all)} ${CALLERID(rdnis)} "
        "${REDIRECTING(pres)})\n",
        "102 cfb 2 lunch \"Vera\" <> 102 allowed_not_screened;end=16;");
}

static int groups_are_counted(void)
{
    struct world w;
    int err = 0;

    CHECK_OK(world_init(&w));
    CHECK_OK_TO(
        world_route(&w,
                    "[main]\n20,1,Set(GROUP()=sales)\n20,2,Set(GROUP(site)=north)\n20,3,Wait(2)\n"
                    "10,1,Note(${GROUP_COUNT(Sales)} ${GROUP_COUNT(north@site)} "
                    "${GROUP_COUNT(south@site)} ${GROUP_MATCH_COUNT(s.l)} ${GROUP_COUNT()})\n"
                    "10,2,Set(GROUP()=sales)\n10,3,Set(GROUP(site)=south)\n"
                    "10,4,Note(${GROUP_COUNT()} ${GROUP()} ${GROUP_LIST()})\n"
                    "10,5,Set(GROUP()=)\n10,6,Note(${GROUP_COUNT(sales)} [${GROUP()}])\n"
                    "10,7,Wait(3)\n10,8,Note(${GROUP_COUNT(sales)})\n"),
        out);
    CHECK_OK_TO(world_dial(&w, "20", NULL), out);
    CHECK_OK_TO(world_dial(&w, "20", NULL), out);
    loop_fake_advance(w.loop, 100);
    CHECK_OK_TO(world_dial(&w, "10", NULL), out);
    loop_fake_advance(w.loop, 4000);
    CHECK_TO(world_saw(&w, "2 2 0 2 0;3 sales sales south@site;2 [];end=16;end=16;0;end=16;"), out);
out:
    world_fini(&w);
    return err;
}

static int an_outbound_group_counts_legs(void)
{
    return story("[main]\n10,1,Set(OUTBOUND_GROUP=trunk)\n10,2,Dial(Test/ring&Test/ring,1)\n"
                 "10,3,Note(${GROUP_COUNT(trunk)} ${DIALSTATUS})\nh,1,Note(h)\n"
                 "s,1,Note()\n",
                 "180;ring=16;ring=16;0 NOANSWER;h;end=16;");
}

static int other_channels_are_seen(void)
{
    struct world w;
    int err = 0;

    CHECK_OK(world_init(&w));
    CHECK_OK_TO(world_route(&w,
                            "[main]\n20,1,Set(X=twenty)\n20,2,Set(SHARED(S)=first)\n20,3,Wait(2)\n"
                            "20,4,Note(${SHARED(S)})\n"
                            "10,1,Note(${CHANNELS()})\n10,2,Note(${CHANNELS(-0+0$)})\n"
                            "10,3,Note(${IMPORT(Test/in-00000000,X)} "
                            "${IMPORT(Test/in-00000000,CALLERID(num))} ${IMPORT(none,X)})\n"
                            "10,4,Note(${SHARED(S,Test/in-00000000)} [${SHARED(S)}])\n"
                            "10,5,Set(SHARED(S,Test/in-00000000)=second)\n"
                            "10,6,Set(MASTER_CHANNEL(M)=1)\n10,7,Note(${MASTER_CHANNEL(M)} ${M})\n"
                            "10,8,Note(${MAX_FORWARDS()})\n10,9,Set(MAX_FORWARDS()=1)\n"
                            "10,10,Dial(Local/30@main)\n10,11,Note(${DIALSTATUS})\n"
                            "30,1,Note(${MAX_FORWARDS()})\n30,2,Dial(Test/busy)\n"),
                out);
    CHECK_OK_TO(world_dial(&w, "20", NULL), out);
    loop_fake_advance(w.loop, 100);
    CHECK_OK_TO(world_dial(&w, "10", NULL), out);
    loop_fake_advance(w.loop, 4000);
    CHECK_TO(world_saw(&w,
                       "Test/in-00000000 Test/in-00000001;Test/in-00000000;twenty  ;first [];1 1;"
                       "20;0;CHANUNAVAIL;end=34;second;end=16;"),
             out);
out:
    world_fini(&w);
    return err;
}

UNIT_TESTS(UNIT(items_of_the_caller), UNIT(who_is_connected), UNIT(who_redirected),
           UNIT(groups_are_counted), UNIT_ONCE(an_outbound_group_counts_legs),
           UNIT_ONCE(other_channels_are_seen))
