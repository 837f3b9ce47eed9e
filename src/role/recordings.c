/* role/recordings.c - see recordings.h: jobs of recordings, and what comes of them */
#include "role/recordings.h"

#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"
#include "role/recordings_inner.h"
#include "role/role.h"

enum { TICK_MS = 60 * 1000, SWEEP_TICKS = 10, KEEP_JOBS_DAYS = 7 };
#define DAY_US (86400ll * 1000000)

/* ---- an MP3 is asked for ---- */

/* "a_receive.wav" and "a.wav" are "a.mp3": the extension goes, and what the manual's names add. */
static void put_name(struct buf *out, const char *name, const char *extension)
{
    static const char *const ends[] = {"_receive", "_transmit", "-in", "-out"};
    const char *dot = strrchr(name, '.'), *slash = strrchr(name, '/');
    struct slice stem = slice_of(name);

    if (dot && (!slash || dot > slash))
        stem.len = (size_t)(dot - name);
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        const size_t len = strlen(ends[i]);

        if (stem.len > len && memcmp(stem.p + stem.len - len, ends[i], len) == 0) {
            stem.len -= len;
            break;
        }
    }
    buf_adds(out, stem);
    buf_addz(out, extension);
}

static void put_made(struct buf *words, const char *word, const char *from, const char *extension)
{
    struct buf name;

    buf_init(&name, JOBS_WORDS_MAX);
    put_name(&name, from, extension);
    jobs_word(words, word, buf_z(&name));
    buf_fini(&name);
}

static bool wants_stereo(const struct recordings *r, const struct recording_row *row, int mode)
{
    if (!*row->rx || !*row->tx)
        return false;
    if (r->mode != MODEL_RECORDING_AS_ASKED)
        mode = r->mode == MODEL_RECORDING_STEREO ? RECORDING_JOB_STEREO : RECORDING_JOB_MONO;
    return mode != RECORDING_JOB_MONO || !*row->mixed;
}

static void put_sources(const struct recordings *r, const struct recording_row *row, int mode,
                        struct buf *words)
{
    const char *one = *row->mixed ? row->mixed : *row->rx ? row->rx : row->tx;

    if (wants_stereo(r, row, mode)) {
        jobs_word(words, "first", row->rx);
        jobs_word(words, "right", row->tx);
        jobs_word(words, "else", row->mixed);
    } else {
        jobs_word(words, "first", one);
    }
    put_made(words, "out", one, ".mp3");
    put_made(words, "peaks", one, ".peaks");
}

static void put_party(struct buf *out, const char *name, const char *number)
{
    if (*name)
        buf_printf(out, "%s <%s>", name, number);
    else
        buf_addz(out, *number ? number : "?");
}

static void put_tags(const struct recording_row *row, struct buf *words)
{
    struct buf text;

    buf_init(&text, 1000);
    buf_printf(&text, "%s - %s", *row->caller ? row->caller : "?",
               *row->connected ? row->connected : "?");
    jobs_word(words, "title", buf_z(&text));
    buf_reset(&text);
    put_party(&text, row->caller_name, row->caller);
    jobs_word(words, "artist", buf_z(&text));
    buf_addz(&text, " - ");
    put_party(&text, row->connected_name, row->connected);
    buf_printf(&text, ", %s", row->uniqueid);
    jobs_word(words, "comment", buf_z(&text));
    jobs_word(words, "date", row->begun);
    buf_fini(&text);
}

int recordings_convert(struct recordings *r, const struct recording_row *row, int mode,
                       job_end_h *watch, void *arg)
{
    struct buf words;
    int err = EINVAL;

    if (!*row->mixed && !*row->rx && !*row->tx)
        return EINVAL;
    buf_init(&words, JOBS_WORDS_MAX);
    put_sources(r, row, mode, &words);
    put_tags(row, &words);
    jobs_word(&words, "uuid", row->uuid);
    if (!r->keeps_wav || row->is_temporary) {
        jobs_word(&words, "file", row->mixed);
        jobs_word(&words, "file", row->rx);
        jobs_word(&words, "file", row->tx);
    }
    err = buf_err(&words);
    if (!err)
        err = jobs_add(r->jobs, "convert", slice_of(row->uniqueid), buf_slice(&words), watch, arg);
    buf_fini(&words);
    return err;
}

int recordings_draw(struct recordings *r, const struct recording_row *row, bool may_be_gone)
{
    struct buf words;
    int err;

    if (!*row->mixed && !*row->rx && !*row->tx)
        return EINVAL;
    buf_init(&words, JOBS_WORDS_MAX);
    put_sources(r, row, RECORDING_JOB_AS_IS, &words);
    jobs_word(&words, "uuid", row->uuid);
    jobs_word(&words, "may", may_be_gone ? "be-gone" : "");
    err = buf_err(&words);
    if (!err)
        err = jobs_add(r->jobs, "peaks", slice_of(row->uniqueid), buf_slice(&words), NULL, NULL);
    buf_fini(&words);
    return err;
}

/* ---- what has come of a job ---- */

static void put_row(struct recordings *r, const char *sql, const struct slice *values, size_t count)
{
    (void)insist_exec(r->insist, sql, values, count, NULL, NULL); /* said there */
}

/* Whose it is stands in the call record, which is there by now. */
#define GROUP                                                                                      \
    "group_uuid = COALESCE(group_uuid, (SELECT MAX(c.group_uuid) FROM cdr c WHERE c.uniqueid = "   \
    "recording.uniqueid))"

/* Files that an MP3 was made from, each with what it was then: only once the row knows the MP3. */
static void remove_sources(struct recordings *r, const struct job_end *e, struct slice uuid)
{
    struct slice rest = e->text;
    struct buf words;
    bool has_any = false;

    buf_init(&words, JOBS_WORDS_MAX);
    while (slice_is_set(rest) && rest.len) {
        const struct slice line = slice_cut(rest, '\n', &rest);

        if (!slice_starts(line, SLICE("file=")) && !slice_starts(line, SLICE("was=")))
            continue;
        buf_adds(&words, line);
        buf_addc(&words, '\n');
        has_any = true;
    }
    if (slice_is_set(uuid))
        buf_printf(&words, "uuid=%.*s\n", SLICE_ARG(uuid));
    if (has_any && !buf_err(&words))
        (void)jobs_add(r->jobs, "remove", e->subject, buf_slice(&words), NULL, NULL);
    buf_fini(&words);
}

static void is_converted(struct recordings *r, const struct job_end *e, struct slice uuid)
{
    static const char sql[] = "UPDATE recording SET mp3 = ?, peaks = ?, bytes = ?, sha256 = ?, "
                              "error = '', " GROUP " WHERE uuid = ?";
    const struct slice values[] = {jobs_value(e->words, "out"), jobs_value(e->words, "peaks"),
                                   jobs_value(e->text, "bytes"), jobs_value(e->text, "sha256"),
                                   uuid};

    if (slice_is_set(uuid)) {
        put_row(r, sql, values, 5);
        recordings_note_sum(r, uuid, values[0], values[2], values[3]);
    }
    remove_sources(r, e, uuid);
}

static void has_gone(struct recordings *r, struct slice uuid)
{
    static const char sql[] =
        "UPDATE recording SET state = 'deleted', error = 'its command took the file away', mixed = '', "
        "rx = '', tx = '', " GROUP " WHERE uuid = ?";

    put_row(r, sql, &uuid, 1);
}

static void has_peaks(struct recordings *r, const struct job_end *e, struct slice uuid)
{
    static const char sql[] =
        "UPDATE recording SET peaks = ?, bytes = ?, sha256 = ?, " GROUP " WHERE uuid = ?";
    const struct slice values[] = {jobs_value(e->words, "peaks"), jobs_value(e->text, "bytes"),
                                   jobs_value(e->text, "sha256"), uuid};

    if (slice_is_set(jobs_value(e->text, "gone"))) {
        has_gone(r, uuid);
        return;
    }
    put_row(r, sql, values, 4);
    recordings_note_sum(r, uuid, jobs_value(e->words, "first"), values[1], values[2]);
}

static void is_removed(struct recordings *r, const struct job_end *e, struct slice uuid)
{
    static const char sql[] = "UPDATE recording SET mixed = '', rx = '', tx = '' WHERE uuid = ?";

    if (slice_is_set(uuid))
        put_row(r, sql, &uuid, 1);
}

/* For its age, or for room: the row stays, to tell what was there. */
static void is_expired(struct recordings *r, const struct job_end *e, struct slice uuid)
{
    static const char sql[] =
        "UPDATE recording SET mixed = '', rx = '', tx = '', mp3 = '', peaks = '' WHERE uuid = ?";

    if (slice_is_set(uuid))
        put_row(r, sql, &uuid, 1);
}

static void is_kept(int err, void *arg)
{
    if (!err)
        recordings_convert_left(arg);
}

/* What the station before has left open is whole now: until where it died. */
static void is_repaired(struct recordings *r, const struct job_end *e, struct slice uuid)
{
    static const char sql[] = "UPDATE recording SET state = ?, ms = ?, bytes = ?, error = ? WHERE "
                              "uuid = ? AND state = 'open'";
    const bool was_cut = slice_eqz(jobs_value(e->text, "fixed"), "1");
    const struct slice values[] = {
        was_cut ? SLICE("cut") : SLICE("kept"), jobs_value(e->text, "ms"),
        jobs_value(e->text, "bytes"),
        was_cut ? SLICE("the station died, its end is missing") : SLICE(""), uuid};

    (void)insist_exec(r->insist, sql, values, 5, is_kept, r);
}

/* The recording itself is as it was; one that cannot be looked at is not there. */
static void has_failed(struct recordings *r, const struct job_end *e, struct slice uuid)
{
    static const char sql[] =
        "UPDATE recording SET error = ?, state = CASE WHEN state = 'open' THEN 'lost' ELSE "
        "state END WHERE uuid = ?";
    const struct slice values[] = {e->text, uuid};

    if (slice_is_set(uuid))
        put_row(r, sql, values, 2);
}

static const struct outcome {
    const char *kind;
    void (*done)(struct recordings *r, const struct job_end *e, struct slice uuid);
} outcomes[] = {
    {"convert", is_converted}, {"peaks", has_peaks},   {"remove", is_removed},
    {"repair", is_repaired},   {"expire", is_expired},
};

static void job_ended(const struct job_end *e, void *arg)
{
    struct recordings *r = arg;
    const struct slice uuid = jobs_value(e->words, "uuid");

    if (!e->is_done) {
        has_failed(r, e, uuid);
        return;
    }
    for (size_t i = 0; i < sizeof(outcomes) / sizeof(outcomes[0]); i++)
        if (slice_eqz(e->kind, outcomes[i].kind))
            outcomes[i].done(r, e, uuid);
}

/* ---- birth and end ---- */

/* What was done is of no interest a week later. */
static void clean(struct recordings *r)
{
    static const char sql[] = "DELETE FROM job WHERE state = 'done' AND ended < ?";
    struct wall limit = loop_wall(r->args.loop);
    char when[WALL_TEXT];
    struct slice value;

    limit.us -= KEEP_JOBS_DAYS * DAY_US;
    value = slice_of(wall_local(limit, when));
    put_row(r, sql, &value, 1);
}

static void tick(void *arg)
{
    struct recordings *r = arg;

    recordings_look_at_room(r);
    if (r->ticks++ % SWEEP_TICKS == 0) {
        clean(r);
        recordings_seal(r);
        r->sweeps_again = true;
    }
    if (r->sweeps_again && !r->verifies) {
        r->sweeps_again = false;
        (void)recordings_sweep(r, NULL); /* in ten minutes again */
    }
    timer_start(r->args.loop, &r->clean, TICK_MS, tick, r);
}

void recordings_set(struct recordings *r, const struct model_settings *s)
{
    r->mode = s->recording_mode;
    r->keeps_wav = s->recording_keep_wav;
    r->days = s->recording_days;
    r->mib = s->recording_mib;
    r->free_mib = (uint64_t)s->recording_free_mib;
    jobs_set_at_once(r->jobs, (uint32_t)s->recording_jobs);
}

struct jobs *recordings_jobs(const struct recordings *r)
{
    return r->jobs;
}

struct insist *recordings_insist(const struct recordings *r)
{
    return r->insist;
}

void recordings_close(struct recordings *r)
{
    if (!r)
        return;
    r->is_closed = true;
    call_observer_remove(&r->observer);
    timer_stop(&r->clean);
    insist_close(r->insist);
    jobs_close(r->jobs);
}

static void recordings_destroy(void *object)
{
    struct recordings *r = object;

    recordings_close(r);
    mem_deref(r->jobs);
    mem_deref(r->insist);
}

int recordings_alloc(struct recordings **rp, const struct recordings_args *args)
{
    struct recordings *r = mem_alloc(sizeof(*r), recordings_destroy);
    int err;

    if (!r)
        return ENOMEM;
    r->args = *args;
    err = role_file(r->folder, sizeof(r->folder), args->state_dir, ROLE_RECORDINGS_DIR);
    if (!err)
        err = role_file(r->key, sizeof(r->key), args->state_dir, "tls/recordings.key");
    if (!err)
        err = insist_alloc(&r->insist, args->loop, args->store);
    if (!err)
        err = jobs_alloc(&r->jobs, &(struct jobs_args){.loop = args->loop,
                                                       .store = args->store,
                                                       .insist = r->insist,
                                                       .runner = args->runner,
                                                       .folder = r->folder,
                                                       .ended = job_ended,
                                                       .arg = r});
    if (err) {
        mem_deref(r);
        return err;
    }
    timer_start(args->loop, &r->clean, TICK_MS, tick, r);
    *rp = r;
    return 0;
}
