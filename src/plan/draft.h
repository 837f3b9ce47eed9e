/*
 * plan/draft.h - a routing being edited: where its steps lead, and what is doubtful
 *
 * Scope:   the draft stands in the place of the steps that its context has in the database; all other contexts are as they
 *          are there. Nothing is written, the engine is not asked.
 * Thread:  a worker of the database's.
 * Limits:  PLAN_DRAFT_MAX steps of all contexts together; with more, links are told and not followed.
 */
#pragma once
#include "plan/guide.h"
#include "plan/link.h"
#include "plan/routing.h"
#include "store/db.h"

#define PLAN_DRAFT_MAX 100000

enum {
    PLAN_EDGE_ELSEWHERE = -1, /* a place of another context, that is there */
    PLAN_EDGE_NOWHERE = -2,   /* there is no such place */
    PLAN_EDGE_UNKNOWN = -3    /* a variable decides */
};

/** One way from a step. */
struct plan_edge {
    uint32_t from;                         /* of the rows */
    int32_t to;                            /* of the rows, or PLAN_EDGE_... */
    const char *kind;                      /* "next", "go", "sub", "digits" */
    const char *when;                      /* as in plan_link */
    struct slice context, exten, priority; /* as written, borrowed; absent: the step's own */
};

struct plan_draft {
    const char *context;
    const struct plan_row *rows; /* of that context; cid NULL */
    uint32_t count;
    bool is_ru;
    bool (*has_sound)(const char *name, void *arg); /* NULL: sounds are not looked at */
    void (*edge)(const struct plan_edge *e, void *arg);
    void (*doubt)(uint32_t row, const char *member, const char *text, void *arg);
    void *arg; /* of all three */
};

/** @return 0; ENOMEM; errno of the database */
int plan_draft_check(const struct plan_draft *d, struct db *db);
