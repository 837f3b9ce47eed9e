/* role/jobs.c - see jobs.h */
#include "role/jobs.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/list.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/rand.h"
#include "ipc/runner.h"
#include "role/errand.h"
#include "role/insist.h"
#include "store/store.h"

enum { RUNNER_PAUSE_S = 5, WORDS_MOST = 100 };

/* Where jobs of a kind are done that are no recordings'. */
struct place {
    const char *kind, *errand, *folder;
    job_end_h *h;
    void *arg;
};

struct jobs {
    struct jobs_args args;
    struct place places[JOBS_PLACES];
    size_t place_count;
    char *folder;
    struct list running; /* struct run; also those whose end is not committed yet */
    struct list watches;
    uint32_t count, children, at_once, watched;
    struct timer look;
    bool is_asking, asks_again, is_closed;
};

/* A row that is not free to be taken. */
struct run {
    struct link link;
    struct jobs *j;
    char *id, *kind, *subject, *words;
    uint32_t attempts; /* this one included */
    struct runner_job *child;
    int out_fd;
    struct loop_fd out_watch;
    struct buf out;
    int percent;
    /* how it ended, until the row says so */
    const char *state;
    int64_t next_at; /* of its turn, then of the next */
    char *why;
    struct timer again;
};

struct watch {
    struct link link;
    char id[37];
    job_end_h *h;
    void *arg;
};

static void look(void *arg);

/* ---- words ---- */

void jobs_word(struct buf *words, const char *name, const char *value)
{
    if (!value || !*value)
        return;
    buf_printf(words, "%s=", name);
    for (; *value; value++)
        buf_addc(words, (unsigned char)*value < ' ' ? ' ' : *value);
    buf_addc(words, '\n');
}

struct slice jobs_value(struct slice lines, const char *name)
{
    while (slice_is_set(lines) && lines.len) {
        struct slice value = slice_cut(lines, '\n', &lines);
        const struct slice word = slice_cut(value, '=', &value);

        if (slice_eqz(word, name))
            return value;
    }
    return SLICE_NONE;
}

/* ---- a run ---- */

static void close_out(struct run *r)
{
    loop_fd_stop(&r->out_watch);
    if (r->out_fd >= 0)
        close(r->out_fd);
    r->out_fd = -1;
}

static void run_destroy(void *object)
{
    struct run *r = object;

    close_out(r);
    timer_stop(&r->again);
    mem_deref(r->child);
    if (link_is_in(&r->link)) {
        list_unlink(&r->link);
        r->j->count--;
    }
    buf_fini(&r->out);
    mem_free(r->id);
    mem_free(r->kind);
    mem_free(r->subject);
    mem_free(r->words);
    mem_free(r->why);
}

static void look_in(struct jobs *j, int64_t ms)
{
    if (!j->is_closed)
        timer_start(j->args.loop, &j->look, (uint32_t)(ms < 0 ? 0 : ms), look, j);
}

/* The row is written, or never will be: it is nobody's again. */
static void is_settled(int err, void *arg)
{
    struct run *r = arg;
    struct jobs *j = r->j;

    mem_deref(r);
    look_in(j, 0);
}

static int64_t now_s(const struct jobs *j)
{
    return loop_wall(j->args.loop).us / 1000000;
}

static void write_row(void *arg)
{
    static const char sql[] = "UPDATE job SET state = ?, next_at = ?, attempts = ?, error = ?, "
                              "ended = ? WHERE id = ?";
    struct run *r = arg;
    char next[24], count[12], when[WALL_TEXT];
    struct slice values[] = {slice_of(r->state), SLICE_NONE,
                             SLICE_NONE,         slice_of(r->why ? r->why : ""),
                             SLICE_NONE,         slice_of(r->id)};

    snprintf(next, sizeof(next), "%" PRId64, r->next_at);
    snprintf(count, sizeof(count), "%u", r->attempts);
    values[1] = slice_of(next);
    values[2] = slice_of(count);
    if (strcmp(r->state, "waiting") != 0)
        values[4] = slice_of(wall_local(loop_wall(r->j->args.loop), when));
    /* Else the row would say "running" until the next start. */
    if (insist_exec(r->j->args.insist, sql, values, sizeof(values) / sizeof(values[0]), is_settled,
                    r) &&
        !r->j->is_closed)
        timer_start(r->j->args.loop, &r->again, RUNNER_PAUSE_S * 1000, write_row, r);
}

/* Nobody else takes it until the row is written. */
static void settle(struct run *r, const char *state, int64_t pause_s, uint32_t attempts,
                   struct slice why)
{
    r->state = state;
    r->next_at = now_s(r->j) + pause_s;
    r->attempts = attempts;
    r->why = slice_dup(why); /* without memory: not said */
    write_row(r);
}

/* ---- how it ended ---- */

static struct place place_of(const struct jobs *j, const char *kind)
{
    for (size_t i = 0; i < j->place_count; i++)
        if (strcmp(j->places[i].kind, kind) == 0)
            return j->places[i];
    return (struct place){kind, "@recording", j->folder, j->args.ended, j->args.arg};
}

static void tell_watch(struct jobs *j, const struct run *r, const struct job_end *e)
{
    LIST_FOREACH(&j->watches, k)
    {
        struct watch *w = CONTAINER_OF(k, struct watch, link);

        if (strcmp(w->id, r->id) != 0)
            continue;
        list_unlink(&w->link);
        j->watched--;
        w->h(e, w->arg);
        mem_free(w);
        return;
    }
}

static void tell(struct run *r, bool is_done, struct slice text)
{
    const struct job_end e = {.kind = slice_of(r->kind),
                              .subject = slice_of(r->subject),
                              .words = slice_of(r->words),
                              .is_done = is_done,
                              .text = text,
                              .attempts = r->attempts};
    struct jobs *j = r->j;
    const struct place place = place_of(j, r->kind);

    if (place.h)
        place.h(&e, place.arg);
    tell_watch(j, r, &e);
}

static int64_t pause_of(uint32_t attempts)
{
    const uint32_t doubled = attempts > 9 ? 9 : attempts ? attempts - 1 : 0;
    const int64_t s = (int64_t)JOBS_PAUSE_S << doubled;

    return s > JOBS_PAUSE_MOST_S ? JOBS_PAUSE_MOST_S : s;
}

static void failed(struct run *r, struct slice why, bool is_final)
{
    if (!is_final && r->attempts < JOBS_ATTEMPTS) {
        const int64_t pause = pause_of(r->attempts);

        log_notice("job failed, it is tried again kind=%s subject=%s attempt=%u in_s=%" PRId64
                   " why=\"%.*s\"",
                   r->kind, r->subject, r->attempts, pause, SLICE_ARG(why));
        settle(r, "waiting", pause, r->attempts, why);
        return;
    }
    log_warning("job given up kind=%s subject=%s attempts=%u why=\"%.*s\" next=\"find the cause, "
                "then: recording again\"",
                r->kind, r->subject, r->attempts, SLICE_ARG(why));
    tell(r, false, why);
    settle(r, "failed", 0, r->attempts, why);
}

/* Lines of the answer behind those that told how far it was. */
static struct slice answer_of(const struct run *r)
{
    struct slice rest = buf_slice(&r->out);

    while (slice_starts(rest, SLICE("progress "))) {
        const ptrdiff_t end = slice_chr(rest, '\n');

        if (end < 0)
            return SLICE("");
        rest = slice_skip(rest, (size_t)end + 1);
    }
    return rest;
}

static void child_over(struct run *r)
{
    r->j->children--;
    r->child = mem_deref(r->child);
    close_out(r);
}

static void read_out(struct run *r)
{
    char part[4096];
    ssize_t n = 0;
    struct slice rest;

    for (int i = 0; i < 16 && r->out_fd >= 0 && (n = read(r->out_fd, part, sizeof(part))) > 0; i++)
        buf_add(&r->out, part, (size_t)n);
    if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
        close_out(r);
    rest = buf_slice(&r->out);
    for (ptrdiff_t end; slice_starts(rest, SLICE("progress ")) && (end = slice_chr(rest, '\n')) > 0;
         rest = slice_skip(rest, (size_t)end + 1))
        r->percent = atoi(rest.p + 9);
}

static void on_ended(struct runner_job *child, int code, void *arg)
{
    struct run *r = arg;
    struct slice text;

    read_out(r);
    text = answer_of(r);
    if (text.len && text.p[text.len - 1] == '\n')
        text.len--;
    child_over(r);
    if (code == 0) {
        tell(r, true, text);
        settle(r, "done", 0, r->attempts, SLICE(""));
    } else if (code > 0) {
        failed(r, text, code == ERRAND_FINAL);
    } else {
        failed(r, SLICE("it was killed, or the runner was"), false);
    }
}

static void on_output(int events, void *arg)
{
    read_out(arg);
}

/* Without a runner nothing was tried. */
static void on_started(struct runner_job *child, int err, int in, int out, void *arg)
{
    struct run *r = arg;

    if (in >= 0)
        close(in);
    r->out_fd = out;
    if (!err)
        err = loop_fd_start(r->j->args.loop, &r->out_watch, out, LOOP_READ, on_output, r);
    if (!err)
        return;
    child_over(r);
    settle(r, "waiting", RUNNER_PAUSE_S, r->attempts - 1, slice_of(strerror(err)));
}

static int start_child(struct run *r)
{
    const struct place place = place_of(r->j, r->kind);
    const char *argv[WORDS_MOST + 4] = {place.errand, r->kind, place.folder};
    const struct runner_args args = {.argv = argv, .has_pipes = true, .is_errand = true};
    const struct runner_handlers h = {on_started, on_ended, r};
    char *words = mem_strdup(r->words), *at = words, *word;
    int n = 3, err;

    if (!words)
        return ENOMEM;
    while (n < WORDS_MOST + 3 && (word = strsep(&at, "\n")))
        if (*word)
            argv[n++] = word;
    err = runner_start(&r->child, r->j->args.runner, &args, &h);
    mem_free(words);
    return err;
}

static void begin(struct run *r)
{
    /* This turn's: one that comes late, behind the end, must not say so of the next. */
    static const char sql[] = "UPDATE job SET state = 'running', attempts = ? WHERE id = ? AND "
                              "state = 'waiting' AND next_at = ?";
    struct slice values[] = {SLICE_NONE, slice_of(r->id), SLICE_NONE};
    char count[12], at[24];
    int err;

    snprintf(count, sizeof(count), "%u", r->attempts);
    snprintf(at, sizeof(at), "%" PRId64, r->next_at);
    values[0] = slice_of(count);
    values[2] = slice_of(at);
    (void)insist_exec(r->j->args.insist, sql, values, 3, NULL, NULL);
    err = start_child(r);
    if (err)
        settle(r, "waiting", RUNNER_PAUSE_S, r->attempts - 1, slice_of(strerror(err)));
    else
        r->j->children++;
}

/* ---- which is next ---- */

static bool is_taken(const struct jobs *j, struct slice id)
{
    LIST_FOREACH(&j->running, k)
    {
        if (slice_eqz(id, CONTAINER_OF(k, struct run, link)->id))
            return true;
    }
    return false;
}

static int take(struct jobs *j, const struct slice *cells)
{
    struct run *r = mem_alloc(sizeof(*r), run_destroy);

    if (!r)
        return ENOMEM;
    r->j = j;
    r->out_fd = -1;
    buf_init(&r->out, ERRAND_ANSWER_MAX);
    list_append(&j->running, &r->link);
    j->count++;
    r->id = mem_strndup(cells[0].p, cells[0].len);
    r->kind = mem_strndup(cells[1].p, cells[1].len);
    r->subject = mem_strndup(cells[2].p, cells[2].len);
    r->words = mem_strndup(cells[3].p, cells[3].len);
    if (!r->id || !r->kind || !r->subject || !r->words) {
        mem_deref(r);
        return ENOMEM;
    }
    r->attempts = (uint32_t)atoi(cells[4].p ? cells[4].p : "0") + 1;
    r->next_at = cells[5].p ? atoll(cells[5].p) : 0;
    begin(r);
    return 0;
}

/* A clock that was set back must not make it wait for a year. */
static int64_t wait_s(const struct jobs *j, struct slice cell)
{
    const int64_t left = (cell.p ? atoll(cell.p) : 0) - now_s(j);

    return left < 0 || left > JOBS_PAUSE_MOST_S ? 0 : left;
}

static void on_rows(int err, const struct store_rows *rows, void *arg)
{
    struct jobs *j = arg;

    j->is_asking = false;
    if (j->is_closed) {
        mem_deref(j);
        return;
    }
    if (err)
        look_in(j, RUNNER_PAUSE_S * 1000);
    for (uint32_t i = 0; !err && i < rows->count && j->children < j->at_once; i++) {
        const struct slice *cells = rows->cells + (size_t)i * rows->columns;
        const int64_t left = wait_s(j, cells[5]);

        if (left) {
            look_in(j, left * 1000);
            break;
        }
        if (!is_taken(j, cells[0]) && take(j, cells))
            look_in(j, RUNNER_PAUSE_S * 1000);
    }
    if (j->asks_again)
        look_in(j, 0);
    mem_deref(j);
}

/* More than can run: some of the first may be taken still. */
static void look(void *arg)
{
    static const char sql[] = "SELECT id, kind, subject, words, attempts, next_at FROM job WHERE "
                              "state = 'waiting' ORDER BY next_at, created, id LIMIT 64";
    struct jobs *j = arg;

    if (j->is_closed || !j->args.runner || j->children >= j->at_once)
        return;
    j->asks_again = j->is_asking;
    if (j->is_asking)
        return;
    j->is_asking = true;
    if (store_query(j->args.store, sql, NULL, 0, on_rows, mem_ref(j))) {
        mem_deref(j);
        j->is_asking = false;
        look_in(j, RUNNER_PAUSE_S * 1000);
    }
}

/* ---- from outside ---- */

static void is_added(int err, void *arg)
{
    struct jobs *j = arg;

    if (!err)
        look_in(j, 0);
}

static struct watch *watch_new(struct jobs *j, const char *id, job_end_h *h, void *arg)
{
    struct watch *w = mem_zalloc(sizeof(*w));

    if (!w)
        return NULL;
    snprintf(w->id, sizeof(w->id), "%s", id);
    w->h = h;
    w->arg = arg;
    list_append(&j->watches, &w->link);
    j->watched++;
    return w;
}

static void watch_drop(struct jobs *j, struct watch *w)
{
    if (!w)
        return;
    list_unlink(&w->link);
    j->watched--;
    mem_free(w);
}

int jobs_add(struct jobs *j, const char *kind, struct slice subject, struct slice words,
             job_end_h *watch, void *arg)
{
    static const char sql[] =
        "INSERT INTO job (id, kind, subject, words, state, attempts, next_at, "
        "created) VALUES (?, ?, ?, ?, 'waiting', 0, ?, ?)";
    char id[37], when[WALL_TEXT];
    struct slice values[] = {SLICE_NONE, slice_of(kind), subject, words, SLICE("0"), SLICE_NONE};
    struct watch *w = NULL;
    int err;

    if (words.len > JOBS_WORDS_MAX)
        return EMSGSIZE;
    if (watch && j->watched >= JOBS_WATCHED)
        return EAGAIN;
    rand_uuid(id);
    if (watch && !(w = watch_new(j, id, watch, arg)))
        return ENOMEM;
    values[0] = slice_of(id);
    if (strcmp(place_of(j, kind).errand, "@recording") != 0)
        values[4] = SLICE("-1"); /* somebody waits for it: before the night's work */
    values[5] = slice_of(wall_local(loop_wall(j->args.loop), when));
    err = insist_exec(j->args.insist, sql, values, 6, is_added, j);
    if (err)
        watch_drop(j, w);
    return err;
}

struct again {
    struct jobs *j;
    store_done_h *done;
    void *arg;
};

static void they_wait(int err, void *arg)
{
    struct again *a = arg;

    look_in(a->j, 0);
    a->done(err, a->arg);
    mem_deref(a->j);
    mem_free(a);
}

int jobs_again(struct jobs *j, store_done_h *done, void *arg)
{
    static const char sql[] =
        "UPDATE job SET state = 'waiting', attempts = 0, next_at = 0 WHERE state = 'failed'";
    struct again *a = mem_zalloc(sizeof(*a));
    int err;

    if (!a)
        return ENOMEM;
    *a = (struct again){mem_ref(j), done, arg};
    err = store_exec(j->args.store, sql, NULL, 0, they_wait, a);
    if (err) {
        mem_deref(j);
        mem_free(a);
    }
    return err;
}

int jobs_progress(const struct jobs *j, struct slice id)
{
    LIST_FOREACH(&j->running, k)
    {
        const struct run *r = CONTAINER_OF(k, struct run, link);

        if (r->child && slice_eqz(id, r->id))
            return r->percent;
    }
    return -1;
}

int jobs_progress_of(const struct jobs *j, const char *kind, struct slice subject)
{
    LIST_FOREACH(&j->running, k)
    {
        const struct run *r = CONTAINER_OF(k, struct run, link);

        if (r->child && strcmp(r->kind, kind) == 0 && slice_eqz(subject, r->subject))
            return r->percent;
    }
    return -1;
}

int jobs_place(struct jobs *j, const char *kind, const char *errand, const char *folder,
               job_end_h *h, void *arg)
{
    if (j->place_count == JOBS_PLACES)
        return ENOSPC;
    j->places[j->place_count++] = (struct place){kind, errand, folder, h, arg};
    return 0;
}

void jobs_set_at_once(struct jobs *j, uint32_t count)
{
    j->at_once = !count ? 1 : count > JOBS_AT_ONCE ? JOBS_AT_ONCE : count;
    look_in(j, 0);
}

/* ---- birth and end ---- */

void jobs_close(struct jobs *j)
{
    if (!j || j->is_closed)
        return;
    j->is_closed = true;
    timer_stop(&j->look);
    while (!list_is_empty(&j->running))
        mem_deref(CONTAINER_OF(list_first(&j->running), struct run, link));
    while (!list_is_empty(&j->watches)) {
        struct watch *w = CONTAINER_OF(list_first(&j->watches), struct watch, link);

        list_unlink(&w->link);
        w->h(&(struct job_end){.text = SLICE("the station stops, the job goes on when it is back")},
             w->arg);
        mem_free(w);
    }
}

static void jobs_destroy(void *object)
{
    struct jobs *j = object;

    jobs_close(j);
    mem_free(j->folder);
}

int jobs_alloc(struct jobs **jp, const struct jobs_args *args)
{
    static const char sql[] =
        "UPDATE job SET state = 'waiting', next_at = 0 WHERE state = 'running'";
    struct jobs *j = mem_alloc(sizeof(*j), jobs_destroy);
    int err = ENOMEM;

    if (!j)
        return ENOMEM;
    j->args = *args;
    j->at_once = 1;
    list_init(&j->running);
    list_init(&j->watches);
    j->folder = mem_strdup(args->folder);
    if (j->folder)
        err = insist_exec(args->insist, sql, NULL, 0, is_added, j);
    if (err) {
        mem_deref(j);
        return err;
    }
    *jp = j;
    return 0;
}
