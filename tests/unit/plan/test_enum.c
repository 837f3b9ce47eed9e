/* ENUMLOOKUP, ENUMQUERY, TXTCIDNAME, SRVQUERY: what DNS knows, asked while the call waits. */
#include "fixture.h"
#include "loop/fake.h"

#define NAME "5.4.3.2.1.3.4.e164.arpa"

static int know(struct dns *d)
{
    static const struct dns_rule rules[] = {
        {"u", "E2U+email:mailto", "!^.*$!mailto:a@example.com!", "", 100, 10},
        {"u", "E2U+sip", "!^\\+43(.*)$!sip:\\1@second.example.com!", "", 100, 20},
        {"U", "e2u+SIP", "!^.*$!sip:main@first.example.com!i", "", 100, 5},
        {"", "E2U+sip", "", "elsewhere.example.com", 1, 1},
        {"u", "E2U+sip", "!^\\+99!sip:no@match!", "", 100, 1},
        {"u", "E2U+sip", "!broken", "", 100, 1},
        {"u", "E2U+sip", "!(a*)*(!sip:broken@x!", "", 100, 1},
        {"u", "sip+E2U", "!^.*$!sip:old@third.example.com!", "", 200, 1},
    };
    static const struct dns_srv srvs[] = {{"two.example.com", 5070, 20, 0},
                                          {"one.example.com", 5060, 10, 5}};
    int err = 0;

    for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]) && !err; i++)
        err = dns_fake_add_rule(d, NAME, &rules[i]);
    if (!err)
        err = dns_fake_add_rule(d, "4.5.6.1234.freenum.org", &rules[2]);
    if (!err)
        err = dns_fake_add_rule(d, "whole.name.example.com", &rules[2]);
    if (!err)
        err = dns_fake_add_text(d, NAME, "Anna\r\n Bee");
    for (size_t i = 0; i < 2 && !err; i++)
        err = dns_fake_add_srv(d, "_sip._udp.example.com", &srvs[i]);
    return err;
}

static int asking_init(struct world *w, struct dns **d)
{
    int err = world_init(w);

    if (err)
        return err;
    err = dns_fake_alloc(d, w->loop);
    if (!err)
        err = know(*d);
    if (!err)
        w->core->dns = *d;
    else
        world_fini(w);
    return err;
}

static const char *const enums[] = {
    "[${ENUMLOOKUP(+4312345)}]",
    "[main@first.example.com]",
    "[${ENUMLOOKUP(+43-12-345,sip)}]",
    "[main@first.example.com]",
    "[${ENUMLOOKUP(+4312345,sip,u,2)}]",
    "[sip:12345@second.example.com]",
    "[${ENUMLOOKUP(+4312345,sip,,3)}]",
    "[old@third.example.com]",
    "[${ENUMLOOKUP(+4312345,sip,,4)}]",
    "[]",
    "[${ENUMLOOKUP(+4312345,sip,c)}]",
    "[3]",
    "[${ENUMLOOKUP(+4312345,ALL,c)}]",
    "[4]",
    "[${ENUMLOOKUP(+4312345,ALL,,2)}]",
    "[mailto:a@example.com]",
    "[${ENUMLOOKUP(+4312345,email)}]",
    "[a@example.com]",
    "[${ENUMLOOKUP(+439,sip,c)}${ENUMLOOKUP(+439)}]",
    "[0]",
    "[${ENUMLOOKUP(654*1234,sip,s,1,freenum.org)}]",
    "[main@first.example.com]",
    "[${ENUMLOOKUP(whole.name,sip,d,1,example.com)}]",
    "[main@first.example.com]",
    "[${ENUMLOOKUP()}${ENUMLOOKUP(nodigits)}]",
    "[]",
    "[${ENUMLOOKUP(12345678901234567890123456789012345678901234567890123456789012345678901234567890,sip,c)}]",
    "[-1]",
    "[${TXTCIDNAME(+4312345)}${TXTCIDNAME(77)}]",
    "[Anna Bee]",
    "[${SRVQUERY(_sip._udp.example.com)}]",
    "[_sip._udp.example.com]",
    "[${SRVRESULT(_sip._udp.example.com,getnum)}]",
    "[2]",
    "[${SRVRESULT(_sip._udp.example.com,1)} ${SRVRESULT(_sip._udp.example.com,2,port)}]",
    "[one.example.com 5070]",
    "[${SRVRESULT(_sip._udp.example.com,1,priority)} ${SRVRESULT(_sip._udp.example.com,1,weight)}]",
    "[10 5]",
    "[${SRVRESULT(_sip._udp.example.com,3)}${SRVRESULT(_sip._udp.example.com,0)}${SRVRESULT(_sip._udp.example.com,1,x)}]",
    "[]",
    "[${SRVQUERY(nowhere)} ${SRVRESULT(nowhere,getnum)} ${SRVRESULT(other,1)}]",
    "[nowhere 0 -1]",
    "[${ENUMQUERY(+4312345)} ${ENUMQUERY(+4312345,ALL)} ${ENUMRESULT(1,getnum)} ${ENUMRESULT(2,getnum)}]",
    "[1 2 3 4]",
    "[${ENUMRESULT(1,2)} ${ENUMRESULT(2,2)}]",
    "[12345@second.example.com mailto:a@example.com]",
    "[${ENUMRESULT(1,9)}${ENUMRESULT(7,1)}${ENUMRESULT(7,getnum)}]",
    "[-1]",
};

static int names_are_asked(void)
{
    struct buf routing, wanted;
    struct dns *d = NULL;
    struct world w;
    int err;

    buf_init(&routing, 65536);
    buf_init(&wanted, 65536);
    CHECK_OK_TO(asking_init(&w, &d), nothing);
    buf_addz(&routing, "[main]\n");
    for (size_t i = 0; i < sizeof(enums) / sizeof(enums[0]); i += 2) {
        buf_printf(&routing, "10,%u,Note(%s)\n", (unsigned)i / 2 + 1, enums[i]);
        buf_printf(&wanted, "%s;", enums[i + 1]);
    }
    buf_addz(&wanted, "end=16;");
    CHECK_OK_TO(buf_err(&routing) ? buf_err(&routing) : buf_err(&wanted), out);
    CHECK_OK_TO(world_route(&w, buf_z(&routing)), out);
    CHECK_OK_TO(world_dial(&w, "10", NULL), out);
    loop_fake_advance(w.loop, 1000);
    CHECK_TO(world_saw(&w, buf_z(&wanted)), out);
out:
    world_fini(&w);
nothing:
    mem_deref(d);
    buf_fini(&routing);
    buf_fini(&wanted);
    return err;
}

static int silence_lasts_five_seconds(void)
{
    struct dns *d = NULL;
    struct world w;
    int err;

    CHECK_OK_TO(asking_init(&w, &d), nothing);
    dns_fake_cut(d, true);
    CHECK_OK_TO(world_route(&w, "[main]\n10,1,Note([${ENUMLOOKUP(+4312345,sip,c)}])\n"), out);
    CHECK_OK_TO(world_dial(&w, "10", NULL), out);
    loop_fake_advance(w.loop, 4900);
    CHECK_TO(world_saw(&w, ""), out);
    loop_fake_advance(w.loop, 200);
    CHECK_TO(world_saw(&w, "[-1];end=16;"), out);
    /* A call that is ended meanwhile leaves nothing behind. */
    CHECK_OK_TO(world_dial(&w, "10", NULL), out);
    loop_fake_advance(w.loop, 100);
out:
    world_fini(&w);
nothing:
    mem_deref(d);
    return err;
}

struct texts {
    char *text;
};

static void texts_destroy(void *object)
{
    mem_free(((struct texts *)object)->text);
}

/* As in the station: the routing's texts live as long as it does. */
static int give_texts(struct world *w)
{
    struct texts *t = mem_alloc(sizeof(*t), texts_destroy);

    if (!t)
        return ENOMEM;
    t->text = w->text;
    w->text = NULL;
    plan_routing_own(w->core->routing, t);
    return 0;
}

/* The routing is another one when the answer is there: what was being filled in is still whole. */
static int routing_may_change_under_eval_exten(void)
{
    struct dns *d = NULL;
    struct world w;
    int err;

    CHECK_OK_TO(asking_init(&w, &d), nothing);
    CHECK_OK_TO(
        world_route(&w, "[main]\n10,1,Note(${EVAL_EXTEN(sub,100,1)})\n"
                        "[sub]\n100,1,NoOp(${ENUMLOOKUP(+4312345,sip,c)} and a text behind it)\n"),
        out);
    CHECK_OK_TO(give_texts(&w), out);
    dns_fake_cut(d, true);
    CHECK_OK_TO(world_dial(&w, "10", NULL), out);
    loop_fake_advance(w.loop, 100);
    CHECK_OK_TO(world_route(&w, "[main]\n10,1,Note(other)\n"), out);
    loop_fake_advance(w.loop, 6000);
    CHECK_TO(world_saw(&w, "-1 and a text behind it;end=16;"), out);
out:
    world_fini(&w);
nothing:
    mem_deref(d);
    return err;
}

UNIT_TESTS(UNIT_ONCE(names_are_asked), UNIT(silence_lasts_five_seconds),
           UNIT(routing_may_change_under_eval_exten))
