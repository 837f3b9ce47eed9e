/*
 * plan/routing_inner.h - what routing.c (finding) and routing_build.c (compiling) share
 */
#pragma once
#include "base/hash.h"
#include "model/report.h"
#include "plan/loopback.h"
#include "plan/routing.h"
#include "plan/when.h"

/* An include as written, and what it says. */
struct plan_included {
    const char *text; /* "night,18:00-9:00,*,*,*" */
    struct slice name;
    const struct plan_when *when; /* NULL: always */
};

/* One context of those that a look-up walks through. */
struct plan_scope {
    const struct plan_context *context; /* NULL: the end */
    const struct plan_when *when;       /* NULL: always */
    uint32_t skip;                      /* where to go on when it does not hold */
};

struct plan_context {
    struct hash_link link;
    const char *name;
    struct pattern_set set;         /* values are struct plan_exten */
    struct plan_exten *extens;      /* all, in order */
    struct plan_included *includes; /* text NULL at the end */
    struct plan_loop *loops;        /* text NULL at the end; NULL: none */
    struct plan_scope *scope;       /* itself and all that it includes, in order */
    uint32_t row_first, row_count;  /* while building: of the sorted rows */
    struct plan_context *next;      /* by name */
};

struct plan_routing {
    struct arena arena;
    struct hash contexts;
    struct plan_context *first;
    struct plan_global *globals;
    uint32_t global_count, step_count, hint_count;
    struct model_report report;
    void *owner, *owner_too;
    const struct plan_context *guests; /* NULL: no guests are looked for */
    struct plan_exten guest;           /* what each of them is */
    struct plan_step guest_step;
};

struct plan_context *plan_context_find(const struct plan_routing *r, struct slice name);
