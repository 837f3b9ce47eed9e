/* frame.c - see frame.h */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/pack.h"
#include "call/cdr.h"
#include "plan/frame.h"

#define HIDDEN_MOST 2000

struct hidden {
    struct link link;
    char *name, *value; /* value NULL: there was none */
};

struct plan_frame {
    struct link link;
    char *context, *exten;
    int priority;
    int argc;
    bool is_macro;
    struct list hidden;
};

static void hidden_free(struct hidden *h)
{
    list_unlink(&h->link);
    mem_free(h->name);
    mem_free(h->value);
    mem_free(h);
}

static void frame_free(struct plan_frame *f)
{
    LIST_FOREACH(&f->hidden, k)
    {
        hidden_free(CONTAINER_OF(k, struct hidden, link));
    }
    list_unlink(&f->link);
    mem_free(f->context);
    mem_free(f->exten);
    mem_free(f);
}

static struct plan_frame *newest(const struct plan_run *run)
{
    struct link *k = list_last(&run->frames);

    return k ? CONTAINER_OF(k, struct plan_frame, link) : NULL;
}

/* Remember once what stands in a variable now. */
static int hide(struct plan_run *run, struct plan_frame *f, struct slice name)
{
    struct slice now = channel_var_get(run->channel, name);
    struct hidden *h;

    LIST_FOREACH(&f->hidden, k)
    {
        if (slice_eqz(name, CONTAINER_OF(k, struct hidden, link)->name))
            return 0;
    }
    h = mem_zalloc(sizeof(*h));
    if (!h)
        return ENOMEM;
    list_append(&f->hidden, &h->link);
    h->name = slice_dup(name);
    h->value = slice_is_set(now) ? slice_dup(now) : NULL;
    if (h->name && (h->value || !slice_is_set(now)))
        return 0;
    hidden_free(h);
    return ENOMEM;
}

/* Observers see LOCAL(name), as in Asterisk. */
static int set_shown(struct channel *ch, struct slice name, struct slice value)
{
    char shown[128];

    snprintf(shown, sizeof(shown), "LOCAL(%.*s)", SLICE_ARG(name));
    return channel_var_set_as(ch, name, value, slice_of(shown));
}

static int set_local(struct plan_run *run, struct plan_frame *f, const char *name,
                     struct slice value)
{
    int err = hide(run, f, slice_of(name));

    return err ? err : set_shown(run->channel, slice_of(name), value);
}

static int set_args(struct plan_run *run, struct plan_frame *f, char **args, int outer)
{
    char name[16], count[16];
    int err = 0;

    for (int i = 0; !err && (i < f->argc || i < outer); i++) {
        snprintf(name, sizeof(name), "ARG%d", i + 1);
        err = set_local(run, f, name, i < f->argc ? slice_of(args[i]) : SLICE_NONE);
    }
    snprintf(count, sizeof(count), "%d", f->argc);
    return err ? err : set_local(run, f, "ARGC", slice_of(count));
}

int plan_frame_push(struct plan_run *run, const char *context, const char *exten, int priority,
                    char **args, int count)
{
    struct plan_frame *outer = newest(run), *f;
    int err;

    if (run->frame_count >= PLAN_FRAMES_MAX)
        return ENOSPC;
    f = mem_zalloc(sizeof(*f));
    if (!f)
        return ENOMEM;
    list_init(&f->hidden);
    f->context = mem_strdup(context ? context : "");
    f->exten = mem_strdup(exten ? exten : "");
    f->priority = priority;
    f->argc = count;
    err = f->context && f->exten ? set_args(run, f, args, outer ? outer->argc : 0) : ENOMEM;
    if (err) {
        frame_free(f);
        return err;
    }
    list_append(&run->frames, &f->link);
    if (run->frame_count++ == 0)
        cdr_subroutine(run->channel, true);
    return 0;
}

int plan_frame_local(struct plan_run *run, struct slice name, struct slice value)
{
    struct plan_frame *f = newest(run);
    int err = f ? hide(run, f, name) : ENOENT;

    return err ? err : set_shown(run->channel, name, value);
}

int plan_frame_place(const struct plan_run *run, unsigned n, const char **context,
                     const char **exten, int *priority)
{
    const struct link *k = run->frames.ends.prev;

    while (k != &run->frames.ends && n-- > 1)
        k = k->prev;
    if (k == &run->frames.ends)
        return ENOENT;
    *context = CONTAINER_OF(k, const struct plan_frame, link)->context;
    *exten = CONTAINER_OF(k, const struct plan_frame, link)->exten;
    *priority = CONTAINER_OF(k, const struct plan_frame, link)->priority - 1;
    return 0;
}

struct slice plan_frame_hidden(const struct plan_run *run, unsigned n, struct slice name)
{
    for (const struct link *k = run->frames.ends.prev; k != &run->frames.ends; k = k->prev) {
        const struct plan_frame *f = CONTAINER_OF(k, const struct plan_frame, link);

        LIST_FOREACH(&f->hidden, hk)
        {
            const struct hidden *h = CONTAINER_OF(hk, struct hidden, link);

            if (slice_eqz(name, h->name) && --n == 0)
                return slice_of(h->value);
        }
    }
    return SLICE_NONE;
}

int plan_frame_pop(struct plan_run *run, bool go)
{
    struct plan_frame *f = newest(run);
    int err = 0;

    if (!f)
        return ENOENT;
    for (const struct link *k = f->hidden.ends.prev; k != &f->hidden.ends; k = k->prev) {
        const struct hidden *h = CONTAINER_OF(k, const struct hidden, link);

        channel_var_set(run->channel, slice_of(h->name),
                        h->value ? slice_of(h->value) : SLICE_NONE);
    }
    if (go)
        err = plan_run_goto(run, slice_of(f->context), slice_of(f->exten), f->priority);
    frame_free(f);
    if (--run->frame_count == 0)
        cdr_subroutine(run->channel, false);
    return err;
}

int plan_frame_set_macro(struct plan_run *run)
{
    struct plan_frame *f = newest(run);

    if (!f)
        return ENOENT;
    f->is_macro = true;
    return 0;
}

int plan_frame_end_macro(struct plan_run *run)
{
    const struct plan_frame *f = newest(run);

    if (!f || !f->is_macro)
        return ENOENT;
    if (strncmp(run->channel->context, "macro-", 6) == 0)
        return plan_frame_pop(run, true);
    plan_frame_pop(run, false);
    return ENOENT;
}

void plan_frames_free(struct plan_run *run)
{
    LIST_FOREACH(&run->frames, k)
    {
        frame_free(CONTAINER_OF(k, struct plan_frame, link));
    }
    run->frame_count = 0;
}

/* ---- handed from one engine to the next ---- */

uint32_t plan_pack_count(struct pack *k, uint32_t count, uint32_t most)
{
    pack_u32(k, &count);
    if (count > most)
        pack_fail(k, EBADMSG);
    return pack_err(k) ? 0 : count;
}

static void pack_hidden(struct hidden *h, struct pack *k)
{
    pack_string(k, &h->name);
    pack_string(k, &h->value);
    if (!h->name)
        pack_fail(k, EBADMSG);
}

static void pack_frame(struct plan_frame *f, struct pack *k)
{
    pack_string(k, &f->context);
    pack_string(k, &f->exten);
    pack_int(k, &f->priority);
    pack_int(k, &f->argc);
    if (!f->context || !f->exten || f->argc < 0 || f->argc > PLAN_GOSUB_ARGS_MAX)
        pack_fail(k, EBADMSG);
    pack_bool(k, &f->is_macro);
}

static void write_frame(struct plan_frame *f, struct pack *k)
{
    uint32_t count = 0;

    pack_frame(f, k);
    LIST_FOREACH(&f->hidden, l)
    {
        count++;
    }
    (void)plan_pack_count(k, count, HIDDEN_MOST);
    LIST_FOREACH(&f->hidden, l)
    {
        pack_hidden(CONTAINER_OF(l, struct hidden, link), k);
    }
}

static void read_frame(struct plan_run *run, struct pack *k)
{
    struct plan_frame *f = mem_zalloc(sizeof(*f));

    if (!f) {
        pack_fail(k, ENOMEM);
        return;
    }
    list_init(&f->hidden);
    list_append(&run->frames, &f->link);
    run->frame_count++;
    pack_frame(f, k);
    for (uint32_t n = plan_pack_count(k, 0, HIDDEN_MOST); n > 0 && !pack_err(k); n--) {
        struct hidden *h = mem_zalloc(sizeof(*h));

        if (!h) {
            pack_fail(k, ENOMEM);
            return;
        }
        list_append(&f->hidden, &h->link);
        pack_hidden(h, k);
    }
}

void plan_frames_pack(struct plan_run *run, struct pack *k)
{
    uint32_t count = plan_pack_count(k, run->frame_count, PLAN_FRAMES_MAX);

    if (k->is_reading) {
        for (; count > 0 && !pack_err(k); count--)
            read_frame(run, k);
        return;
    }
    LIST_FOREACH(&run->frames, l)
    {
        write_frame(CONTAINER_OF(l, struct plan_frame, link), k);
    }
}
