/*
 * plan/routing.h - the compiled routing: contexts, extensions, steps
 *
 * Scope:   built from rows, immutable afterwards. Building touches nothing shared: any thread may
 *          do it and hand the result over.
 * Owns:    its tables; the rows' texts are borrowed from `owner`, of which it keeps a reference.
 * Limits:  128 contexts deep in includes (then a warning); 10,000,000 rows; a look-up passes 64
 *          switches, 8 behind one another.
 * Source:  Asterisk: own context first, then includes in order; an extension without the wanted
 *          priority gives way to the next that matches.
 */
#pragma once
#include "base/mem.h"
#include "loop/loop.h"
#include "plan/pattern.h"

/** Priority of a hint: never run, looked up like a step. */
#define PLAN_HINT (-1)

/** Who made the steps, in Asterisk's lists: all that an administrator wrote is "pbx_config". */
#define PLAN_REGISTRAR "pbx_config"

struct plan_row {
    const char *context, *exten;
    int priority;           /* from 1, or PLAN_HINT */
    const char *label;      /* NULL or "": none */
    const char *app, *data; /* never NULL; of a hint: its devices */
    const char *cid;        /* only for callers of this number or pattern; "": for who shows none;
                               NULL: for all */
};

struct plan_include {
    const char *context;
    const char *included; /* "night", or with a time: "night,18:00-9:00,*,*,*" (plan/when.h) */
};

struct plan_switch {
    const char *context;
    const char *text; /* "lswitch Loopback/${EXTEN:1}@other" (plan/loopback.h) */
};

struct plan_global {
    const char *name, *value;
};

struct plan_routing_args {
    const struct plan_row *rows; /* in any order; read during the call */
    uint32_t row_count;
    const struct plan_include *includes; /* in their order */
    uint32_t include_count;
    const struct plan_switch *switches; /* in their order; tried before the includes */
    uint32_t switch_count;
    const struct plan_global *globals; /* kept (borrowed from owner) */
    uint32_t global_count;
    const char *guests; /* the context where plan_guests are looked for; it is there even without
                           rows. NULL or "": none */
    void *owner;        /* counted; may be NULL when the texts live for ever */
};

/** Extensions that come and go without a new routing, one step NoOp(${EXTEN}) each: those of whom is
 *  registered (regcontext). An extension of the rows with that name is found first. */
struct plan_guests {
    /** Is there one that this is, or (mode) may become with more digits? */
    bool (*has)(struct slice exten, enum pattern_mode mode, void *arg);
    void *arg;
};

struct channel;
struct model_report;
struct plan_app;
struct plan_core;
struct zones;

struct plan_step {
    const char *name, *data, *label; /* application and its data */
    const struct plan_app *app;      /* filled by plan_set_routing; NULL: unknown */
    int priority;
};

struct plan_exten {
    const char *name;
    const char *cid;         /* NULL: for all callers */
    struct plan_step *steps; /* by priority */
    uint32_t count;
    struct plan_exten *next; /* of this context, in the order of pattern_cmp */
    struct plan_exten *same; /* the same extension, for other callers */
};

struct plan_context;
struct plan_routing;

/** @return 0 (bad rows are left out, each with a sentence in the report); ENOMEM */
int plan_routing_alloc(struct plan_routing **rp, const struct plan_routing_args *args);

struct plan_found {
    const struct plan_context *context; /* where it stands (may be an included one) */
    const struct plan_exten *exten;
    const struct plan_step *step;
    const char *moved_context; /* a switch led there, and to moved_exten; NULL: none did */
    char moved_exten[PATTERN_MAX];
};

/** Where is looked, by whom and when. */
struct plan_ask {
    struct slice context, exten;
    struct slice caller;              /* the caller's number; "" or absent: he shows none */
    struct wall at;                   /* for includes with a time */
    struct zones *zones;              /* NULL: those never hold */
    const struct plan_guests *guests; /* NULL: none */
    /* whose variables switches know */
    struct plan_core *core;  /* NULL: none */
    struct channel *channel; /* NULL: those of the station only */
};

/** The step to run (or the hint). @return 0; ENOENT */
int plan_routing_find(const struct plan_routing *r, const struct plan_ask *ask, int priority,
                      struct plan_found *found);

/** Priority of a label. @return 0; ENOENT */
int plan_routing_label(const struct plan_routing *r, const struct plan_ask *ask, struct slice label,
                       int *priority);

/** Is there (PATTERN_CAN_MATCH, PATTERN_MATCH_MORE) an extension with priority 1? */
bool plan_routing_match(const struct plan_routing *r, const struct plan_ask *ask,
                        enum pattern_mode mode);

bool plan_routing_has_context(const struct plan_routing *r, struct slice context);

/** Walking, for the console and for checks: contexts in the order of their names. */
const struct plan_context *plan_routing_first(const struct plan_routing *r);
const struct plan_context *plan_context_next(const struct plan_context *c);
/** NULL: there is none of that name. */
const struct plan_context *plan_routing_context(const struct plan_routing *r, struct slice name);
const char *plan_context_name(const struct plan_context *c);
struct plan_exten *plan_context_extens(const struct plan_context *c);
const char *plan_context_include(const struct plan_context *c, uint32_t n); /* NULL: no more */
const char *plan_context_switch(const struct plan_context *c, uint32_t n);  /* likewise */
const struct plan_global *plan_routing_globals(const struct plan_routing *r, uint32_t *count);

/** How many steps and hints there are. */
void plan_routing_counts(const struct plan_routing *r, uint32_t *steps, uint32_t *hints);

/** What was wrong with its rows. */
const struct model_report *plan_routing_report(const struct plan_routing *r);

/** Hand it the owner of the texts (a reference, taken): what was built on another thread counts no
 *  references of things that live on the loop's. */
void plan_routing_own(struct plan_routing *r, void *owner);
/** One more owner of texts (a reference, taken). */
void plan_routing_keep(struct plan_routing *r, void *owner);
