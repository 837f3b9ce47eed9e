/* plan.c - the routing of an engine: tables, globals, changes (plan.h) */
#include <errno.h>
#include <string.h>

#include "base/bug.h"
#include "base/log.h"
#include "base/mem.h"
#include "call/local.h"
#include "call/observe.h"
#include "plan/app/all.h"
#include "plan/change_inner.h"
#include "plan/check.h"
#include "plan/core.h"
#include "plan/dry.h"
#include "plan/kept.h"
#include "plan/recorder.h"
#include "plan/taping.h"
#include "plan/zone.h"

/* An application or a function in its table. */
struct row_link {
    struct hash_link link;
    const void *row;
    const char *name;
};

#define MOST_GLOBALS 10000
#define MOST_GLOBAL_BYTES ((size_t)16 << 20)

struct global {
    struct hash_link link;
    char *name, *value;
    size_t bytes;  /* of both */
    uint32_t slot; /* of the journal (kept.h); 0: none */
};

static void rows_free(struct hash *h)
{
    HASH_FOREACH(h, k)
    {
        hash_del(h, k);
        mem_free(CONTAINER_OF(k, struct row_link, link));
    }
    hash_fini(h);
}

static void global_free(struct hash *h, struct global *g)
{
    hash_del(h, &g->link);
    mem_free(g->name);
    mem_free(g->value);
    mem_free(g);
}

static void core_destroy(void *object)
{
    struct plan_core *p = object;

    BUG_IF(!list_is_empty(&p->runs)); /* runs hold references */
    rows_free(&p->apps);
    rows_free(&p->funcs);
    HASH_FOREACH(&p->globals, k)
    {
        global_free(&p->globals, CONTAINER_OF(k, struct global, link));
    }
    hash_fini(&p->globals);
    plan_dialgroups_free(p);
    plan_locks_free(p);
    plan_check_stop(p);
    loop_defer_stop(&p->hints_later);
    plan_changes_free(p);
    plan_astdb_free(p);
    mem_deref(p->recorder);
    mem_deref(p->tapings);
    mem_free(p->recordings);
    mem_deref(p->routing);
    mem_deref(p->snapshot);
    mem_deref(p->zones);
    mem_deref(p->calls);
}

static const struct row_link *row_find(const struct hash *h, struct slice name)
{
    for (struct hash_link *k = hash_first(h, hash_lower(name)); k; k = hash_next(k)) {
        struct row_link *row = CONTAINER_OF(k, struct row_link, link);

        if (slice_caseeqz(name, row->name))
            return row;
    }
    return NULL;
}

static int row_add(struct hash *h, const char *name, const void *what)
{
    struct slice key = slice_of(name);
    struct row_link *row;
    int err;

    if (row_find(h, key))
        return EEXIST;
    row = mem_zalloc(sizeof(*row));
    if (!row)
        return ENOMEM;
    row->row = what;
    row->name = name;
    err = hash_add(h, &row->link, hash_lower(key));
    if (err)
        mem_free(row);
    return err;
}

int plan_app_add(struct plan_core *p, const struct plan_app *app)
{
    return row_add(&p->apps, app->name, app);
}

int plan_func_add(struct plan_core *p, const struct plan_func *func)
{
    return row_add(&p->funcs, func->name, func);
}

const struct plan_app *plan_app_find(const struct plan_core *p, struct slice name)
{
    const struct row_link *row = row_find(&p->apps, name);

    return row ? row->row : NULL;
}

const struct plan_func *plan_func_find(const struct plan_core *p, struct slice name)
{
    const struct row_link *row = row_find(&p->funcs, name);

    return row ? row->row : NULL;
}

static const struct row_link *row_next(const struct hash *h, const char *after)
{
    const struct row_link *best = NULL;

    HASH_FOREACH(h, k)
    {
        const struct row_link *row = CONTAINER_OF(k, struct row_link, link);

        if ((!after || strcasecmp(row->name, after) > 0) &&
            (!best || strcasecmp(row->name, best->name) < 0))
            best = row;
    }
    return best;
}

const struct plan_app *plan_app_next(const struct plan_core *p, const char *name)
{
    const struct row_link *row = row_next(&p->apps, name);

    return row ? row->row : NULL;
}

const struct plan_func *plan_func_next(const struct plan_core *p, const char *name)
{
    const struct row_link *row = row_next(&p->funcs, name);

    return row ? row->row : NULL;
}

static int add_tables(struct plan_core *p)
{
    int err = 0;

    for (size_t i = 0; plan_apps[i] && !err; i++)
        err = plan_app_add(p, plan_apps[i]);
    for (size_t i = 0; plan_funcs[i] && !err; i++)
        err = plan_func_add(p, plan_funcs[i]);
    BUG_IF(err == EEXIST);
    return err;
}

static bool local_has(struct slice context, struct slice exten, void *arg)
{
    return plan_has_exten(arg, context, exten);
}

static int local_start(struct channel *ch, void *arg)
{
    return plan_start(arg, ch);
}

static int add_local(struct plan_core *p)
{
    int err;

    p->local = (struct local_args){.has = local_has, .start = local_start, .arg = p};
    err = local_add(p->calls, &p->local);
    return err == EEXIST ? 0 : err; /* a second core on the same calls (tests) */
}

int plan_core_alloc(struct plan_core **pp, const struct plan_core_args *args)
{
    struct plan_core *p = mem_alloc(sizeof(*p), core_destroy);
    int err;

    if (!p)
        return ENOMEM;
    p->calls = mem_ref(args->calls);
    p->loop = calls_loop(args->calls);
    p->runner = args->runner;
    p->store = args->store;
    p->net = args->net;
    p->dns = args->dns;
    p->agi_dir = args->agi_dir ? args->agi_dir : "";
    p->system_name = args->system_name ? args->system_name : "";
    list_init(&p->runs);
    list_init(&p->claims);
    list_init(&p->hint_watches);
    hash_init(&p->apps);
    hash_init(&p->funcs);
    hash_init(&p->globals);
    hash_init(&p->dialgroups);
    hash_init(&p->locks);
    hash_init(&p->astdb);
    p->recordings = mem_strdup(args->recordings ? args->recordings : "");
    err = p->recordings ? plan_recorder_alloc(&p->recorder, p) : ENOMEM;
    if (!err)
        err = plan_tapings_alloc(&p->tapings, p->loop, p->recordings);
    if (!err)
        err = zones_alloc(&p->zones);
    if (!err)
        err = add_tables(p);
    if (!err)
        err = add_local(p);
    if (err)
        mem_deref(p);
    else
        *pp = p;
    return err;
}

const struct plan_routing *plan_routing_now(const struct plan_core *p)
{
    return p->routing;
}

const char *plan_system_name(const struct plan_core *p)
{
    return p->system_name;
}

struct calls *plan_calls(const struct plan_core *p)
{
    return p->calls;
}

struct loop *plan_loop(const struct plan_core *p)
{
    return p->loop;
}

bool plan_tell_once(struct plan_core *p, const char *what, const char *about)
{
    const uint32_t hash = hash_slice(slice_of(what)) * 31 + hash_slice(slice_of(about));
    const size_t at = hash % (sizeof(p->told) / sizeof(p->told[0]));
    const struct mono now = loop_now(plan_loop(p));

    if (p->told[at] == hash && mono_diff_ms(now, p->told_at[at]) < 60000)
        return false;
    p->told[at] = hash;
    p->told_at[at] = now;
    return true;
}

/* ---- globals ---- */

static struct global *global_find(const struct plan_core *p, struct slice name)
{
    for (struct hash_link *k = hash_first(&p->globals, hash_slice(name)); k; k = hash_next(k)) {
        struct global *g = CONTAINER_OF(k, struct global, link);

        if (slice_eqz(name, g->name))
            return g;
    }
    return NULL;
}

struct slice plan_global_get(const struct plan_core *p, struct slice name)
{
    struct global *g = global_find(p, name);

    return g ? slice_of(g->value) : SLICE_NONE;
}

static int global_add(struct plan_core *p, struct slice name, char *value, size_t bytes)
{
    struct global *g = mem_zalloc(sizeof(*g));

    if (!g)
        return ENOMEM;
    g->name = slice_dup(name);
    if (!g->name || hash_add(&p->globals, &g->link, hash_slice(name))) {
        mem_free(g->name);
        mem_free(g);
        return ENOMEM;
    }
    g->value = value;
    g->bytes = bytes;
    p->global_bytes += bytes;
    return 0;
}

static void global_remove(struct plan_core *p, struct global *g)
{
    p->global_bytes -= g->bytes;
    call_journal_unkeep(p->journal, &g->slot);
    global_free(&p->globals, g);
}

static void global_replace(struct plan_core *p, struct global *g, char *value, size_t bytes)
{
    p->global_bytes = p->global_bytes - g->bytes + bytes;
    mem_free(g->value);
    g->value = value;
    g->bytes = bytes;
}

/* @param value  absent: it is removed */
static int global_put(struct plan_core *p, struct slice name, struct slice value)
{
    const size_t bytes = name.len + value.len;
    struct global *g = global_find(p, name);
    char *fresh;
    int err = 0;

    if (!name.len)
        return EINVAL;
    if (!slice_is_set(value)) {
        if (g)
            global_remove(p, g);
        return 0;
    }
    if ((!g && p->globals.count >= MOST_GLOBALS) ||
        p->global_bytes - (g ? g->bytes : 0) + bytes > MOST_GLOBAL_BYTES) {
        if (plan_tell_once(p, "globals", ""))
            log_warning("global variable not set, more than %d or %zu bytes in all name=\"%.*s\"",
                        MOST_GLOBALS, MOST_GLOBAL_BYTES, SLICE_ARG(name));
        return ENOSPC;
    }
    fresh = slice_dup(value);
    if (!fresh)
        return ENOMEM;
    if (g)
        global_replace(p, g, fresh, bytes);
    else
        err = global_add(p, name, fresh, bytes);
    if (err)
        mem_free(fresh);
    return err;
}

static void pack_global(struct pack *k, void *arg)
{
    struct slice *pair = arg;

    pack_slice(k, &pair[0]);
    pack_slice(k, &pair[1]);
}

int plan_global_set(struct plan_core *p, struct slice name, struct slice value)
{
    struct slice pair[2] = {name, value};
    int err = global_put(p, name, value);
    struct global *g = err ? NULL : global_find(p, name);

    if (g)
        call_journal_keep(p->journal, &g->slot, PLAN_KEPT_GLOBAL, pack_global, pair);
    if (!err)
        calls_tell(p->calls,
                   &(struct call_fact){.type = CALL_VARIABLE, .name = name, .value = value});
    return err;
}

int plan_global_configure(struct plan_core *p, struct slice name, struct slice value)
{
    int err = global_put(p, name, value);
    struct global *g = err ? NULL : global_find(p, name);

    if (g)
        call_journal_unkeep(p->journal, &g->slot);
    return err;
}

int plan_global_kept(struct plan_core *p, uint32_t slot, struct pack *k)
{
    struct slice pair[2] = {SLICE_NONE, SLICE_NONE};
    struct global *g;
    int err;

    pack_global(k, pair);
    if (pack_err(k) || !slice_is_set(pair[1]))
        return EBADMSG;
    err = global_put(p, pair[0], pair[1]);
    g = err ? NULL : global_find(p, pair[0]);
    if (g && g->slot)
        return EEXIST;
    if (g)
        g->slot = slot;
    return err;
}

static const struct global *global_next(const struct plan_core *p, const char *after)
{
    const struct global *best = NULL;

    HASH_FOREACH(&p->globals, k)
    {
        const struct global *g = CONTAINER_OF(k, struct global, link);

        if ((!after || strcmp(g->name, after) > 0) && (!best || strcmp(g->name, best->name) < 0))
            best = g;
    }
    return best;
}

uint32_t plan_globals_each(const struct plan_core *p,
                           int (*each)(const char *name, const char *value, void *arg), void *arg)
{
    uint32_t count = 0;

    for (const struct global *g = global_next(p, NULL); g; g = global_next(p, g->name)) {
        count++;
        if (each(g->name, g->value, arg))
            break;
    }
    return count;
}

uint32_t plan_runs_count(const struct plan_core *p)
{
    uint32_t count = 0;

    LIST_FOREACH(&p->runs, k)
    {
        count++;
    }
    return count;
}

struct wall plan_wall(const struct plan_core *p, const struct channel *ch)
{
    const struct plan_run *run = ch ? plan_run_of(ch) : NULL;

    return run && run->dry ? plan_dry_wall(run->dry) : loop_wall(p->loop);
}

struct plan_ask plan_ask_for(const struct plan_core *p, const struct channel *ch,
                             struct slice context, struct slice exten)
{
    return (struct plan_ask){.context = context,
                             .exten = exten,
                             .caller = ch ? slice_of(ch->caller.number) : SLICE_NONE,
                             .at = plan_wall(p, ch),
                             .zones = p->zones,
                             .guests = p->guests.has ? &p->guests : NULL,
                             .core = (struct plan_core *)(uintptr_t)p, /* only read */
                             .channel = (struct channel *)(uintptr_t)ch};
}

void plan_set_ami(struct plan_core *p, plan_ami_sessions_h *h, void *arg)
{
    p->ami_sessions = h;
    p->ami_arg = arg;
}

void plan_set_guests(struct plan_core *p, const struct plan_guests *guests)
{
    p->guests = guests ? *guests : (struct plan_guests){0};
}

bool plan_has_step(const struct plan_core *p, const struct channel *ch, struct slice context,
                   struct slice exten, int priority)
{
    const struct plan_ask ask = plan_ask_for(p, ch, context, exten);
    struct plan_found found;

    return p->routing && plan_routing_find(p->routing, &ask, priority, &found) == 0;
}

bool plan_has_exten(const struct plan_core *p, struct slice context, struct slice exten)
{
    return plan_has_step(p, NULL, context, exten, 1);
}

int plan_priority_find(const struct plan_core *p, const struct channel *ch, struct slice context,
                       struct slice exten, struct slice text, int *priority)
{
    const struct plan_ask ask = plan_ask_for(p, ch, context, exten);
    uint32_t n;

    if (slice_u32(text, &n) == 0 && n > 0 && n < 1000000) {
        *priority = (int)n;
        return 0;
    }
    return p->routing ? plan_routing_label(p->routing, &ask, text, priority) : ENOENT;
}

bool plan_may_match_more(const struct plan_core *p, struct slice context, struct slice exten)
{
    const struct plan_ask ask = plan_ask_for(p, NULL, context, exten);

    return p->routing && plan_routing_match(p->routing, &ask, PATTERN_MATCH_MORE);
}
