/* Substitution, variables and functions: results as Asterisk 22 gave them. */
#include "fixture.h"

static const struct {
    const char *text, *result;
} cases[] = {
    {"plain", "plain"},
    {"", ""},
    {"$", "$"},
    {"$x $ $$", "$x $ $$"},
    {"${NOSUCH}", ""},
    {"[${NOSUCH}]", "[]"},
    {"${V}", "abc,def \"q\" \\x"},
    {"${V:1:2}", "bc"},
    {"${V:-3}", " \\x"},
    {"${V:0:-2}", "abc,def \"q\" "},
    {"${V:50}", ""},
    {"${V:-50:2}", "ab"},
    {"${LEN(${V})}", "14"},
    {"${LEN(${V:2}):0:1}", "1"},
    {"${EXTEN}", "1001"},
    {"${EXTEN:1}", "001"},
    {"${EXTEN:-1}", "1"},
    {"${EXTEN:0:2}", "10"},
    {"${EXTEN:1:-1}", "00"},
    {"${EXTEN:2:0}", ""},
    {"${EXTEN:x}", "1001"},
    {"${CONTEXT}", "main"},
    {"${PRIORITY}", "1"},
    {"${HANGUPCAUSE}", "0"},
    {"${SYSTEMNAME}", "station"},
    {"${EPOCH}", "1700000000"},
    {"${EPOCH()}", "1700000000"},
    {"${HINT}", ""},
    {"${CHANNEL:0:8}", "Test/in-"},
    {"${N}", "V"},
    {"${${N}}", "abc,def \"q\" \\x"},
    {"${${N}:0:3}", "abc"},
    {"${LEN(${${N}})}", "14"},
    {"${${V:0:1}x}", ""},
    {"$[1+1]x", "2x"},
    {"$[${EXTEN} + 1]", "1002"},
    {"$[$[1 + 1] * 2]", "4"},
    {"${EXTEN:$[1 + 1]}", "01"},
    {"${D}", "a-b-c-d"},
    {"${CUT(D,-,2)}", "b"},
    {"${CUT(D,,2-)}", "b-c-d"},
    {"${CUT(D,-,-2)}", "a-b"},
    {"${CUT(D,-,1&3)}", "a-c"},
    {"${CUT(D,-,2-3)}", "b-c"},
    {"${CUT(D,-,9)}", ""},
    {"${CUT(NOSUCH,-,1)}", ""},
    {"${CUT(D,\\,,1)}", "a-b-c-d"},
    {"${CUT(V,b,2)}", "c,def \"q\" \\x"},
    {"${CUT(V,b,1-2)}", "abc,def \"q\" \\x"},
    {"${CUT(V,b)}", ""},
    {"${CUT(N,,1)}", "V"},
    {"${REGEX(\"^a\" abc)}", "1"},
    {"${REGEX(\"b$\" abc)}", "0"},
    {"${REGEX(\"B\" abc)}", "0"},
    {"${REGEX(abc)}", ""},
    {"${REGEX(\"^8[0-9]{10}$\" 89161234567)}", "1"},
    {"${IF($[1]?\"http://x\":\"y\")}", "http://x"},
    {"${IF($[0]?\"a?b\":\"http://y\")}", "http://y"},
    {"${IF(1?f(a:b):c)}", "f(a:b)"},
    {"${IF(0?a:b:c)}", "b:c"},
    {"${IF(1?a:b)}", "a"},
    {"${IF(0?a:b)}", "b"},
    {"${IF(?a:b)}", ""},
    {"${IF(1?a)}", "a"},
    {"${IF(0?a)}", ""},
    {"${IF($[1=1]?x y : z )}", "x y"},
    {"${IF(1? \"q\" : b)}", "q"},
    {"${IF()}", ""},
    {"${MATH(1+2)}", "3.000000"},
    {"${MATH(7/2,int)}", "3"},
    {"${MATH(7/2)}", "3.500000"},
    {"${MATH(10%3,i)}", "1"},
    {"${MATH(2^10,int)}", "1024"},
    {"${MATH(5>3)}", "TRUE"},
    {"${MATH(5<3)}", "FALSE"},
    {"${MATH(1.5*2,float)}", "3.000000"},
    {"${MATH(7 AND 3)}", "3.000000"},
    {"${MATH(255,hex)}", ""},
    {"${MATH(10/3,f)}", "3.333333"},
    {"${MATH(2<<3)}", "16.000000"},
    {"${MATH(65,c)}", ""},
    {"${MATH(5-7,i)}", "-2"},
    {"${MATH(3=3)}", ""},
    {"${MATH(7/0)}", "0.000000"},
    {"${MATH(5 - 3,int)}", "2"},
    {"${MATH(5XOR1,int)}", "4"},
    {"${MATH(2**3,i)}", ""},
    {"${STRFTIME(0,UTC,%Y-%m-%d %H:%M:%S)}", "1970-01-01 00:00:00"},
    {"${STRFTIME(1700000000.123,UTC,%S.%3q)}", "20.123"},
    {"${STRFTIME(1700000000,UTC,%S%%q)}", "20%q"},
    {"${STRFTIME(,UTC,%Y)}", "2023"},
    {"${STRFTIME(1700000000,Nosuch/Zone,%H)}", "22"},
    {"${STRFTIME(1700000000,../../etc/passwd,%H)}", "22"},
    {"${STRFTIME(1700000000,Europe/Moscow,%d.%m.%Y %H:%M:%S %A)}", "15.11.2023 01:13:20 Wednesday"},
    {"${STRFTIME(1688169600,Europe/Berlin,%H:%M)}", "02:00"},
    {"${STRFTIME(1700000000,Europe/Berlin,%H:%M)}", "23:13"},
    {"${TIMEOUT(absolute)} ${TIMEOUT(digit)} ${TIMEOUT(response)}", "0 5.000 10.000"},
    {"${TIMEOUT(nosuch)}", ""},
    {"${CALLERID(all)}", "\"Ivan Petrov\" <89161234567>"},
    {"${CALLERID(num)} ${CALLERID(number)}", "89161234567 89161234567"},
    {"${CALLERID(name)}", "Ivan Petrov"},
    {"${CALLERID(ani)}${CALLERID(dnid)}${CALLERID(rdnis)}${CALLERID(tag)}", ""},
    {"${CALLERID(num-pres)}", "allowed_not_screened"},
    {"${CALLERID(ton)}", "0"},
    {"${CALLERID(num-valid)}", "1"},
    {"${CALLERID(nosuch)}", ""},
    {"${CALLERID(num,\"Eve\" <300>)} ${CALLERID(name,\"Eve\" <300>)}", "300 Eve"},
    {"${CHANNEL(state)}", "Ring"},
    {"${CHANNEL(language)}", "ru"},
    {"${CHANNEL(channeltype)}", "Test"},
    {"${CHANNEL(context)} ${CHANNEL(exten)}", "main 1001"},
    {"${CHANNEL(amaflags)}", "3"},
    {"${CHANNEL(musicclass)}${CHANNEL(accountcode)}", ""},
    {"${CHANNEL(nosuch)}", ""},
    {"${GLOBAL(G)} ${G}", "global global"},
    {"${NOSUCHF(x)}", ""},
    {"${LEN(a(b)c)}", "5"},
    {"\\${EXTEN}", "\\1001"},
    {"${DIALGROUP(nosuch)}", ""},
};

static int set(struct world *w, struct channel *ch, const char *name, const char *value)
{
    const struct plan_env env = {.core = w->core, .channel = ch};

    return plan_var_set(&env, slice_of(name), slice_of(value));
}

static int prepare(struct world *w, struct channel **chp)
{
    int err = world_leg_alloc(chp, "in", false, NULL);

    if (!err)
        err = channel_set(&(*chp)->context, SLICE("main"));
    if (!err)
        err = channel_set(&(*chp)->exten, SLICE("1001"));
    if (!err)
        err = set(w, *chp, "V", "abc,def \"q\" \\x");
    if (!err)
        err = set(w, *chp, "D", "a-b-c-d");
    if (!err)
        err = set(w, *chp, "N", "V");
    if (!err)
        err = set(w, *chp, "GLOBAL(G)", "global");
    if (!err)
        err = set(w, *chp, "CALLERID(all)", "Ivan Petrov <89161234567>");
    return err;
}

static int check(struct world *w, struct channel *ch, const char *text, const char *result)
{
    const struct plan_env env = {.core = w->core, .channel = ch};
    struct buf out;
    int err;

    buf_init(&out, PLAN_TEXT_MAX);
    CHECK_OK_TO(plan_subst(&env, slice_of(text), &out), out);
    if (!slice_eqz(buf_slice(&out), result)) {
        if (!unit_is_rerun())
            fprintf(stderr, "%s is \"%s\", not \"%s\"\n", text, buf_z(&out), result);
        err = unit_failed(__FILE__, __LINE__, text);
    }
out:
    buf_fini(&out);
    return err;
}

static int with_channel(int (*run)(struct world *w, struct channel *ch))
{
    struct channel *ch = NULL;
    struct world w;
    int err;

    CHECK_OK(world_init(&w));
    CHECK_OK_TO(prepare(&w, &ch), out);
    err = run(&w, ch);
out:
    if (ch)
        channel_hangup(ch, CAUSE_NORMAL);
    mem_deref(ch);
    world_fini(&w);
    return err;
}

static int all_cases(struct world *w, struct channel *ch)
{
    int err = 0;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int one = check(w, ch, cases[i].text, cases[i].result);

        err = one ? one : err;
    }
    return err;
}

static int texts_are_substituted(void)
{
    return with_channel(all_cases);
}

static int without_memory(struct world *w, struct channel *ch)
{
    CHECK_OK(check(w, ch, "${${N}:0:3} $[1 + $[2]] ${CUT(D,-,2)}", "abc 3 b"));
    CHECK_OK(check(w, ch, "${STRFTIME(0,UTC,%Y)} ${CALLERID(all)}",
                   "1970 \"Ivan Petrov\" <89161234567>"));
    return 0;
}

static int substitution_without_memory_is_an_error(void)
{
    return with_channel(without_memory);
}

static int what_functions_set(struct world *w, struct channel *ch)
{
    static const struct {
        const char *name, *value, *text, *result;
    } rows[] = {
        {"CALLERID(all)", "\"Anna\" <101>", "${CALLERID(all)}", "\"Anna\" <101>"},
        {"CALLERID(all)", "102", "${CALLERID(all)}", "\"\" <102>"},
        {"CALLERID(number)", "103", "${CALLERID(num)}", "103"},
        {"CALLERID(name)", "", "[${CALLERID(name)}]", "[]"},
        {"CALLERID(pres)", "prohib", "${CALLERID(pres)}", "prohib"},
        {"CALLERID(dnid)", "555", "${CALLERID(dnid)}", "555"},
        {"CHANNEL(language)", "en", "${CHANNEL(language)}", "en"},
        {"CHANNEL(nosuch)", "x", "", ""},
        {"CHANNEL(amaflags)", "BILLING", "${CHANNEL(amaflags)}", "2"},
        {"TIMEOUT(digit)", "2.5", "${TIMEOUT(digit)}", "2.500"},
        {"TIMEOUT(absolute)", "100", "${TIMEOUT(absolute)}", "100.000"},
        {"TIMEOUT(absolute)", "0", "${TIMEOUT(absolute)}", "0"},
        {"DIALGROUP(g,add)", "PJSIP/a", "${DIALGROUP(g)}", "PJSIP/a"},
        {"DIALGROUP(g,add)", "PJSIP/b", "${DIALGROUP(g)}", "PJSIP/a&PJSIP/b"},
        {"DIALGROUP(g,add)", "PJSIP/a", "${DIALGROUP(g)}", "PJSIP/a&PJSIP/b"},
        {"DIALGROUP(g,del)", "PJSIP/a", "${DIALGROUP(g)}", "PJSIP/b"},
        {"DIALGROUP(g)", "PJSIP/x&PJSIP/y&&PJSIP/x", "${DIALGROUP(g)}", "PJSIP/x&PJSIP/y"},
        {"DIALGROUP(g,foo)", "PJSIP/q", "${DIALGROUP(g)}", "PJSIP/x&PJSIP/y"},
        {"DIALGROUP(g)", "", "[${DIALGROUP(g)}]", "[]"},
        {"LEN(x)", "1", "", ""},
        {"NOSUCH(x)", "1", "", ""},
        {"LOCAL(x)", "1", "${x}", ""},
        {"CDR(userfield)", "field", "${CDR(userfield)}", "field"},
    };
    int err = 0;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]) && !err; i++) {
        set(w, ch, rows[i].name, rows[i].value);
        err = check(w, ch, rows[i].text, rows[i].result);
    }
    return err;
}

static int functions_are_set(void)
{
    return with_channel(what_functions_set);
}

static int what_is_deep_and_long(struct world *w, struct channel *ch)
{
    const struct plan_env env = {.core = w->core, .channel = ch};
    char deep[400] = "";
    struct buf out, text;
    int err = 0;

    buf_init(&out, PLAN_TEXT_MAX);
    buf_init(&text, 200000);
    for (int i = 0; i < 60; i++)
        memcpy(deep + 2 * i, "${", 2);
    CHECK_TO(plan_subst(&env, slice_of(deep), &out) == 0, out);
    for (int i = 0; i < 9000; i++)
        buf_addz(&text, "${V}");
    buf_reset(&out);
    CHECK_TO(plan_subst(&env, buf_slice(&text), &out) == ENOSPC, out);
    CHECK_TO(out.len <= PLAN_TEXT_MAX, out);
out:
    buf_fini(&text);
    buf_fini(&out);
    return err;
}

static int nesting_and_length_have_a_ceiling(void)
{
    return with_channel(what_is_deep_and_long);
}

static int what_carets_do(struct world *w, struct channel *ch)
{
    const struct plan_env env = {.core = w->core, .channel = ch};
    struct buf out;
    int err;

    buf_init(&out, 1000);
    CHECK_OK_TO(check(w, ch, "x ^{EXTEN}", "x ^{EXTEN}"), out);
    CHECK_OK_TO(plan_expand_caret(
                    &env, SLICE("--id=\"^{EXTEN}\" ^{EXTEN:1} ^{GLOBAL(G)} ${EXTEN} ^{"), &out),
                out);
    CHECK_TO(slice_eqz(buf_slice(&out), "--id=\"1001\" 001  ${EXTEN} ^{"), out);
out:
    buf_fini(&out);
    return err;
}

static int carets_are_expanded_once_and_only_variables(void)
{
    return with_channel(what_carets_do);
}

static int what_outsiders_send(struct world *w, struct channel *ch)
{
    CHECK_OK(set(w, ch, "CALLERID(name)", "${GLOBAL(G)}$[1+1]"));
    CHECK_OK(check(w, ch, "${CALLERID(name)}", "${GLOBAL(G)}$[1+1]"));
    CHECK_OK(set(w, ch, "A", "EXTEN)}"));
    CHECK_OK(check(w, ch, "${LEN(${A})}", "7"));
    CHECK_OK(check(w, ch, "$[\"${CALLERID(name)}\" = \"x\"]", "0"));
    return 0;
}

static int a_caller_id_is_never_evaluated(void)
{
    return with_channel(what_outsiders_send);
}

/* Ten times the level below: a hundred thousand evaluations for one text. */
static int evaluate_again_and_again(struct world *w, struct channel *ch)
{
    const struct plan_env env = {.core = w->core, .channel = ch};
    char name[4] = "A0", text[200];
    struct buf out;
    int err;

    buf_init(&out, PLAN_TEXT_MAX);
    CHECK_OK_TO(plan_global_set(w->core, SLICE("A0"), SLICE("x")), out);
    for (int level = 1; level <= 5; level++) {
        text[0] = '\0';
        for (int i = 0; i < 10; i++)
            snprintf(text + strlen(text), sizeof(text) - strlen(text), "${EVAL(${A%d})}",
                     level - 1);
        snprintf(name, sizeof(name), "A%d", level);
        CHECK_OK_TO(plan_global_set(w->core, slice_of(name), slice_of(text)), out);
    }
    CHECK_OK_TO(plan_subst(&env, SLICE("${EVAL(${A2})}"), &out), out);
    CHECK_TO(out.len == 100, out);
    buf_reset(&out);
    CHECK_OK_TO(plan_subst(&env, SLICE("${EVAL(${A5})}"), &out), out);
    CHECK_TO(out.len > 100 && out.len < PLAN_EVALUATIONS_MAX, out);
    buf_reset(&out);
    CHECK_OK_TO(plan_subst(&env, SLICE("${EVAL(${A1})}"), &out),
                out); /* the next text begins anew */
    CHECK_TO(slice_eqz(buf_slice(&out), "xxxxxxxxxx"), out);
out:
    buf_fini(&out);
    return err;
}

static int evaluations_have_a_ceiling(void)
{
    return with_channel(evaluate_again_and_again);
}

UNIT_TESTS(UNIT_ONCE(texts_are_substituted), UNIT(substitution_without_memory_is_an_error),
           UNIT_ONCE(functions_are_set), UNIT_ONCE(nesting_and_length_have_a_ceiling),
           UNIT_ONCE(carets_are_expanded_once_and_only_variables),
           UNIT_ONCE(a_caller_id_is_never_evaluated), UNIT_ONCE(evaluations_have_a_ceiling))
