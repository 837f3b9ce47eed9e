/*
 * plan/loopback.h - switch => Loopback/[exten]@context[:priority][/pattern]
 *
 * Scope:   a context that has no such extension is looked for in another context, under a number made of
 *          this one. Whoever goes there is moved there.
 * Kinds:   `lswitch` knows ${EXTEN} ${CONTEXT} ${PRIORITY} of what is looked for, cut as ever
 *          (${EXTEN:1}), and global variables; `eswitch` knows the channel's variables too, and EXTEN is the
 *          channel's own; in `switch` they are empty, as Asterisk fills it in when it loads.
 * Shape:   cut at / @ : as it is written: what an outsider dials names no other context. No functions.
 * Thread:  parsing any, the rest the loop's.
 * Source:  pbx_loopback as it behaves in Asterisk 22; but :priority works, and a switch to the context
 *          itself finds nothing instead of ending the call.
 */
#pragma once
#include "plan/routing.h"

enum plan_loop_kind { PLAN_LOOP_PLAIN, PLAN_LOOP_LAZY, PLAN_LOOP_EAGER };

struct plan_loop {
    const char *text; /* as written, "lswitch Loopback/..."; NULL ends a list */
    enum plan_loop_kind kind;
    struct slice exten, context, priority; /* with ${}; "": the same */
    struct slice pattern;                  /* that the number must match; absent: any */
};

/** Where a switch leads to. */
struct plan_way {
    char context[PATTERN_MAX], exten[PATTERN_MAX];
    int priority;
};

/** Take a line apart; its texts stay borrowed. @return NULL, or what is wrong with it: it finds nothing */
const char *plan_loop_parse(struct plan_loop *l, const char *text);

/** @param here  context in which the switch stands. @return 0; ENOENT (not for this number) */
int plan_loop_lead(const struct plan_loop *l, const struct plan_ask *ask, const char *here,
                   int priority, struct plan_way *way);
