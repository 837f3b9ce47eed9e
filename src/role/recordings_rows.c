/*
 * role/recordings_rows.c - table recording follows what is recorded (recordings.h)
 *
 * A row is there from the beginning, so that a station that dies leaves a trace of each recording: those that are
 * "open" and nobody's at the next start are looked at by a job, which finds out what is in the file.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"
#include "call/cdr.h"
#include "call/recording.h"
#include "plan/recorder.h"
#include "role/recordings_inner.h"

static const char *const wanted_words[] = {
    [RECORDING_JOB_AS_IS] = "as_asked",
    [RECORDING_JOB_MONO] = "mono",
    [RECORDING_JOB_STEREO] = "stereo",
};

static struct slice text(const char *s)
{
    return slice_of(s ? s : "");
}

/* An MP3 of it is wanted: by the command, or because all are. */
static struct slice wanted_of(const struct recording *rec)
{
    struct recording_job job;

    if (!rec->command || !recording_job_parse(slice_of(rec->command), &job))
        return SLICE("");
    return slice_of(wanted_words[job.mode]);
}

static int mode_of(struct slice wanted)
{
    for (int i = 0; i < 3; i++)
        if (slice_eqz(wanted, wanted_words[i]))
            return i;
    return RECORDING_JOB_AS_IS;
}

/* Twice does no harm: at the end it is given again, lest the first was not taken. A group that was not known yet comes
 * with the call record (GROUP). */
static void put_row(struct recordings *r, const struct recording *rec)
{
    static const char sql[] =
        "INSERT INTO recording (uuid, uniqueid, linkedid, channel, caller, caller_name, connected, "
        "connected_name, exten, begun, mixed, rx, tx, wanted, group_uuid, state) SELECT ?, ?, ?, ?, ?, ?, ?, ?, "
        "?, ?, ?, ?, ?, ?, NULLIF(?, ''), 'open' FROM (SELECT 1 AS one) AS one WHERE NOT EXISTS (SELECT 1 FROM "
        "recording WHERE uuid = ?)";
    char begun[WALL_TEXT];
    const struct slice values[] = {slice_of(rec->uuid),
                                   slice_of(rec->uniqueid),
                                   slice_of(rec->linkedid),
                                   text(rec->channel_name),
                                   text(rec->caller),
                                   text(rec->caller_name),
                                   text(rec->connected),
                                   text(rec->connected_name),
                                   text(rec->exten),
                                   slice_of(wall_local(rec->begun, begun)),
                                   text(rec->mixed),
                                   text(rec->rx),
                                   text(rec->tx),
                                   wanted_of(rec),
                                   text(rec->channel ? cdr_group(rec->channel) : NULL),
                                   slice_of(rec->uuid)};

    (void)insist_exec(r->insist, sql, values, sizeof(values) / sizeof(values[0]), NULL, NULL);
}

static const char *state_of(const struct recording *rec)
{
    if (rec->is_temporary && !rec->command)
        return "deleted"; /* as was asked */
    if (rec->err)
        return rec->ms ? "cut" : "lost";
    return "kept";
}

static void end_row(struct recordings *r, const struct recording *rec)
{
    static const char sql[] =
        "UPDATE recording SET linkedid = ?, connected = ?, connected_name = ?, begun = ?, ended = ?, ms = ?, "
        "bytes = ?, state = ?, error = ?, lost = ?, packets = ? WHERE uuid = ?";
    char begun[WALL_TEXT], ended[WALL_TEXT], ms[12], bytes[24], lost[12], packets[12];
    const struct wall end = rec->ended.us ? rec->ended : loop_wall(r->args.loop);
    struct slice values[12] = {slice_of(rec->linkedid), text(rec->connected),
                               text(rec->connected_name)};

    snprintf(ms, sizeof(ms), "%u", rec->ms);
    snprintf(bytes, sizeof(bytes), "%" PRIu64, rec->bytes);
    snprintf(lost, sizeof(lost), "%u", rec->lost);
    snprintf(packets, sizeof(packets), "%u", rec->packets);
    values[3] = slice_of(wall_local(rec->begun, begun));
    values[4] = slice_of(wall_local(end, ended));
    values[5] = slice_of(ms);
    values[6] = slice_of(bytes);
    values[7] = slice_of(state_of(rec));
    values[8] = slice_of(rec->err ? strerror(rec->err) : "");
    values[9] = slice_of(lost);
    values[10] = slice_of(packets);
    values[11] = slice_of(rec->uuid);
    put_row(r, rec);
    (void)insist_exec(r->insist, sql, values, 12, NULL, NULL);
}

/* ---- what follows ---- */

static void follow(struct recordings *r, const struct recording *rec, const char *begun)
{
    const struct recording_row row = {
        .uuid = rec->uuid,
        .uniqueid = rec->uniqueid,
        .mixed = rec->mixed ? rec->mixed : "",
        .rx = rec->rx ? rec->rx : "",
        .tx = rec->tx ? rec->tx : "",
        .caller = rec->caller ? rec->caller : "",
        .caller_name = rec->caller_name ? rec->caller_name : "",
        .connected = rec->connected ? rec->connected : "",
        .connected_name = rec->connected_name ? rec->connected_name : "",
        .begun = begun,
        .is_temporary = rec->is_temporary,
    };
    const struct slice wanted = wanted_of(rec);
    int err = 0;

    if (wanted.len)
        err = recordings_convert(r, &row, mode_of(wanted), NULL, NULL);
    else if (!rec->command)
        err = recordings_draw(r, &row, false);
    if (err)
        log_error("no job for a recording, make it by hand: recording convert %s err=\"%s\"",
                  rec->uniqueid, strerror(err));
}

static void on_fact(const struct call_fact *f, void *arg)
{
    const struct recording *rec = f->recording;
    struct recordings *r = arg;
    char begun[WALL_TEXT];

    if (f->type == CALL_RECORDING_BEGIN) {
        put_row(r, rec);
    } else if (f->type == CALL_RECORDING_END) {
        end_row(r, rec);
        if (rec->ms && strcmp(state_of(rec), "deleted") != 0)
            follow(r, rec, wall_local(rec->begun, begun));
    }
}

bool recordings_takes_command(const struct recording *rec, void *arg)
{
    return wanted_of(rec).len != 0;
}

void recordings_command_is_over(const struct plan_recorder_over *over, void *arg)
{
    static const char sql[] =
        "UPDATE recording SET state = 'deleted', error = 'option d' WHERE uuid = ?";
    const struct recording_row row = {.uuid = over->uuid,
                                      .uniqueid = over->uniqueid,
                                      .mixed = over->mixed,
                                      .rx = over->rx,
                                      .tx = over->tx};
    const struct slice uuid = slice_of(over->uuid);
    struct recordings *r = arg;
    struct buf words;

    if (!over->is_temporary) {
        (void)recordings_draw(r, &row, true);
        return;
    }
    buf_init(&words, JOBS_WORDS_MAX);
    jobs_word(&words, "uuid", over->uuid);
    jobs_word(&words, "file", over->mixed);
    jobs_word(&words, "file", over->rx);
    jobs_word(&words, "file", over->tx);
    (void)insist_exec(r->insist, sql, &uuid, 1, NULL, NULL);
    if (jobs_add(r->jobs, "expire", slice_of(over->uniqueid), buf_slice(&words), NULL, NULL))
        log_error("files of option d stay, remove them by hand call=%s file=\"%s\"", over->uniqueid,
                  over->mixed);
    buf_fini(&words);
}

void recordings_watch(struct recordings *r, struct calls *c)
{
    r->calls = c;
    r->observer = (struct call_observer){.h = on_fact, .arg = r};
    calls_observe(c, &r->observer);
}

/* ---- what the station before has left open, or not converted ---- */

static bool is_under_way(const struct recordings *r, struct slice uuid)
{
    LIST_FOREACH(calls_recordings(r->calls), k)
    {
        if (slice_eqz(uuid, CONTAINER_OF(k, struct recording, link)->uuid))
            return true;
    }
    return false;
}

static void repair(struct recordings *r, const struct slice *cells)
{
    static const char *const names[] = {"uuid", NULL, "file", "file", "file"};
    struct buf words;

    buf_init(&words, JOBS_WORDS_MAX);
    for (int i = 0; i < 5; i++) {
        if (names[i] && cells[i].len) {
            buf_printf(&words, "%s=", names[i]);
            buf_adds(&words, cells[i]);
            buf_addc(&words, '\n');
        }
    }
    if (jobs_add(r->jobs, "repair", cells[1], buf_slice(&words), NULL, NULL))
        log_error("a recording of before is not looked at call=%.*s", SLICE_ARG(cells[1]));
    buf_fini(&words);
}

static void on_left(int err, const struct store_rows *rows, void *arg)
{
    struct recordings *r = arg;
    uint32_t count = 0;

    for (uint32_t i = 0; !err && !r->is_closed && i < rows->count; i++) {
        const struct slice *cells = rows->cells + (size_t)i * rows->columns;

        if (!is_under_way(r, cells[0])) {
            repair(r, cells);
            count++;
        }
    }
    if (err)
        log_error("recordings of before cannot be looked at err=\"%s\"", strerror(err));
    if (count)
        log_notice("recordings that the station before left open are looked at count=%u", count);
    mem_deref(r);
}

/* Their jobs were lost with the engine while the database was away. */
static void on_unconverted(int err, const struct store_rows *rows, void *arg)
{
    struct recordings *r = arg;

    for (uint32_t i = 0; !err && !r->is_closed && i < rows->count; i++)
        recordings_convert_cells(r, rows->cells + (size_t)i * rows->columns);
    mem_deref(r);
}

void recordings_look_back(struct recordings *r)
{
    static const char sql[] =
        "SELECT uuid, uniqueid, mixed, rx, tx FROM recording WHERE state = 'open' LIMIT 5000";

    if (store_query(r->args.store, sql, NULL, 0, on_left, mem_ref(r)))
        mem_deref(r);
    recordings_convert_left(r);
}

void recordings_convert_left(struct recordings *r)
{
    static const char unconverted[] =
        "SELECT " RECORDING_ROW
        ", wanted FROM recording WHERE wanted <> '' AND mp3 = '' AND state IN ('kept', "
        "'cut') AND NOT EXISTS (SELECT 1 FROM job WHERE job.subject = recording.uniqueid AND kind = 'convert') "
        "LIMIT 5000";

    if (store_query(r->args.store, unconverted, NULL, 0, on_unconverted, mem_ref(r)))
        mem_deref(r);
}

int recordings_convert_cells(struct recordings *r, const struct slice *cells)
{
    char *texts[RECORDING_CELLS] = {0};
    bool is_whole = true;
    int err = ENOMEM;

    for (int k = 0; k < RECORDING_CELLS; k++) {
        texts[k] = mem_strndup(cells[k].p ? cells[k].p : "", cells[k].len);
        is_whole = is_whole && texts[k];
    }
    if (is_whole)
        err = recordings_convert(r,
                                 &(struct recording_row){texts[0], texts[1], texts[2], texts[3],
                                                         texts[4], texts[5], texts[6], texts[7],
                                                         texts[8], texts[9], false},
                                 mode_of(cells[RECORDING_CELLS]), NULL, NULL);
    for (int k = 0; k < RECORDING_CELLS; k++)
        mem_free(texts[k]);
    return err;
}
