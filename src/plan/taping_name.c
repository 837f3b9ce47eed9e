/* taping_name.c - what a file of Record is called: %d is the first number that is free (taping.h) */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "ipc/recorded.h"
#include "loop/worker.h"
#include "plan/core.h"
#include "plan/recorded.h"
#include "plan/recorder.h"
#include "plan/taping.h"
#include "plan/wait.h"

#define NUMBERS 1000000
#define MOST_SEARCHES 100
#define SEARCH_MS 30000

/* The claims of all calls; with the core. */
struct plan_tapings {
    struct workers *workers;
    const char *folder; /* of recordings; the core's */
    struct list claims;
};

/* One search; the worker holds a reference of its own. */
struct search {
    struct waiter done;
    const char *folder; /* borrowed: the workers end before it */
    char *pattern;      /* the file in it, with %d */
    uint32_t number;
    int err;
};

static void tapings_destroy(void *object)
{
    struct plan_tapings *t = object;

    mem_deref(t->workers);
}

int plan_tapings_alloc(struct plan_tapings **tp, struct loop *l, const char *folder)
{
    struct plan_tapings *t = mem_alloc(sizeof(*t), tapings_destroy);

    if (!t)
        return ENOMEM;
    list_init(&t->claims);
    t->folder = folder;
    if (workers_alloc(&t->workers, l, 1, MOST_SEARCHES)) {
        mem_deref(t);
        return ENOMEM;
    }
    *tp = t;
    return 0;
}

/* ---- numbers ---- */

static int put_numbered(struct buf *out, const char *pattern, uint32_t number)
{
    for (const char *p = pattern, *at; *p; p = at + 2) {
        at = strstr(p, "%d");
        if (!at)
            return buf_addz(out, p);
        buf_add(out, p, (size_t)(at - p));
        buf_printf(out, "%u", number);
    }
    return buf_err(out);
}

static bool is_free(const struct search *s)
{
    struct buf path;
    bool is;

    buf_init(&path, 4096);
    buf_printf(&path, "%s/", s->folder);
    is = put_numbered(&path, s->pattern, s->number) || access(buf_z(&path), F_OK) != 0;
    buf_fini(&path);
    return is;
}

/* On a worker. */
static void search_run(void *arg)
{
    struct search *s = arg;

    while (s->number < NUMBERS && !is_free(s))
        s->number++;
    s->err = s->number < NUMBERS ? 0 : EEXIST;
}

static void search_done(void *arg)
{
    struct search *s = arg;

    waiter_wake(&s->done);
    mem_deref(s);
}

static void search_destroy(void *object)
{
    mem_free(((struct search *)object)->pattern);
}

/* The first number from *number on without a file. */
static int search(struct plan_run *run, const char *pattern, uint32_t *number)
{
    const struct plan_tapings *t = run->core->tapings;
    struct search *s = mem_alloc(sizeof(*s), search_destroy);
    int err;

    if (!s)
        return ENOMEM;
    s->folder = t->folder;
    s->number = *number;
    s->pattern = mem_strdup(pattern);
    err = s->pattern ? 0 : ENOMEM;
    if (!err) {
        mem_ref(s);
        err = workers_submit(t->workers, search_run, search_done, s);
        if (err)
            mem_deref(s);
        else
            err = plan_wait_answer(run->core, &s->done, SEARCH_MS);
    }
    if (!err) {
        err = s->err;
        *number = s->number;
    }
    mem_deref(s);
    return err;
}

/* ---- claims ---- */

static bool is_claimed(const struct plan_tapings *t, struct slice file)
{
    LIST_FOREACH(&t->claims, k)
    {
        if (slice_eq(buf_slice(&CONTAINER_OF(k, struct plan_taping_name, link)->file), file))
            return true;
    }
    return false;
}

/* Other calls claim while we wait for the worker: look again after it. */
static int find_number(struct plan_run *run, const char *pattern, struct buf *file,
                       uint32_t *number)
{
    int err;

    do {
        buf_reset(file);
        err = search(run, pattern, number);
        if (!err)
            err = put_numbered(file, pattern, *number);
    } while (!err && is_claimed(run->core->tapings, buf_slice(file)) && ++*number < NUMBERS);
    return err ? err : *number < NUMBERS ? 0 : EEXIST;
}

/* ---- names ---- */

/* As a file below the folder of recordings, numbers not filled in. */
static int put_pattern(const struct plan_run *run, struct slice name, struct slice format,
                       struct buf *out)
{
    const struct slice own = slice_of(run->core->tapings->folder);
    struct slice below = recorded_below(name);
    struct buf whole;
    int err;

    if (own.len && slice_starts(name, own) && name.len > own.len && name.p[own.len] == '/')
        below = slice_skip(name, own.len + 1);
    if (!slice_is_set(below))
        return EACCES;
    if (!below.len || !format.len)
        return EINVAL;
    buf_init(&whole, MEDIA_PATH_MAX + 1);
    buf_adds(&whole, below);
    buf_addc(&whole, '.');
    buf_adds(&whole, format);
    err = buf_err(&whole) ? ENAMETOOLONG : plan_recorder_name(buf_slice(&whole), out);
    buf_fini(&whole);
    return err;
}

static int fill_in(struct plan_run *run, struct slice name, const char *pattern,
                   struct plan_taping_name *out)
{
    uint32_t number = 0;
    char *shown = NULL;
    int err;

    if (!strstr(pattern, "%d")) {
        err = buf_addz(&out->file, pattern);
        return err ? err : buf_adds(&out->shown, name);
    }
    shown = slice_dup(name);
    err = shown ? find_number(run, pattern, &out->file, &number) : ENOMEM;
    if (!err) {
        list_append(&run->core->tapings->claims, &out->link);
        out->is_claimed = true;
        err = put_numbered(&out->shown, shown, number);
    }
    mem_free(shown);
    return err;
}

int plan_taping_name(struct plan_run *run, struct slice name, struct slice format,
                     struct plan_taping_name *out)
{
    struct buf pattern, whole;
    int err;

    buf_init(&pattern, MEDIA_PATH_MAX + 1);
    buf_init(&out->shown, 4096);
    buf_init(&out->file, MEDIA_PATH_MAX + 1);
    err = put_pattern(run, slice_trim(name), slice_trim(format), &pattern);
    if (!err)
        err = fill_in(run, slice_trim(name), buf_z(&pattern), out);
    buf_fini(&pattern);
    buf_init(&whole, RECORDED_MAX);
    buf_printf(&whole, "%.*s.%.*s", SLICE_ARG(buf_slice(&out->shown)),
               SLICE_ARG(slice_trim(format)));
    if (!err && !buf_err(&whole))
        plan_recorded_note(run->channel, buf_slice(&whole), buf_slice(&out->file));
    buf_fini(&whole);
    if (err)
        plan_taping_name_fini(out);
    return err == ENOSPC ? ENAMETOOLONG : err;
}

void plan_taping_name_fini(struct plan_taping_name *n)
{
    if (n->is_claimed)
        list_unlink(&n->link);
    n->is_claimed = false;
    buf_fini(&n->shown);
    buf_fini(&n->file);
}
