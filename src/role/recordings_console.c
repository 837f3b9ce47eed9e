/* role/recordings_console.c - commands about recordings (recordings.h); `station recording ...` asks them */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "role/recordings_inner.h"

static void finish(struct console *c, int err)
{
    if (err)
        console_printf(c, "%s: %s\n",
                       console_say(c, "База данных не ответила", "The database did not answer"),
                       strerror(err));
    console_finish(c, err);
    mem_deref(c);
}

static int ask(struct recordings *r, const char *sql, const struct slice *values, size_t count,
               store_query_h *h, struct console *c)
{
    int err = store_query(r->args.store, sql, values, count, h, mem_ref(c));

    if (err)
        mem_deref(c);
    return err ? err : EINPROGRESS;
}

/* "--uniqueid=17", "--uniqueid 17" or "17": of which recording is spoken. */
static const char *uniqueid_of(int argc, char **argv)
{
    for (int i = 0; i < argc; i++) {
        if (strncmp(argv[i], "--uniqueid=", 11) == 0)
            return argv[i] + 11;
        if (strcmp(argv[i], "--uniqueid") == 0)
            return i + 1 < argc ? argv[i + 1] : NULL;
        if (strncmp(argv[i], "--", 2) != 0)
            return argv[i];
    }
    return NULL;
}

static bool has_option(int argc, char **argv, const char *name)
{
    for (int i = 0; i < argc; i++)
        if (strcmp(argv[i], name) == 0)
            return true;
    return false;
}

/* ---- recording convert ---- */

struct convert {
    struct recordings *r;
    struct console *c;
    char uniqueid[152];
    int mode;
    int err;
};

static void convert_destroy(void *object)
{
    struct convert *v = object;

    if (v->c)
        console_finish(v->c, v->err);
    mem_deref(v->c);
}

static void is_over(const struct job_end *e, void *arg)
{
    struct convert *v = arg;
    const struct slice out = jobs_value(e->words, "out");

    if (e->is_done)
        console_printf(v->c, "%.*s  %.*s %s  %.*s %s\n", SLICE_ARG(out),
                       SLICE_ARG(jobs_value(e->text, "ms")), console_say(v->c, "мс", "ms"),
                       SLICE_ARG(jobs_value(e->text, "bytes")), console_say(v->c, "байт", "bytes"));
    else {
        console_printf(v->c, "%s: %.*s\n", console_say(v->c, "Не вышло", "It did not work"),
                       SLICE_ARG(e->text));
        v->err = EIO;
    }
    mem_deref(v);
}

static void convert_row(struct convert *v, const struct recording_row *row)
{
    int err = recordings_convert(v->r, row, v->mode, is_over, mem_ref(v));

    if (err) {
        console_printf(
            v->c, "%s: %s\n", console_say(v->c, "Задание не поставлено", "The job was not queued"),
            err == EINVAL ? console_say(v->c, "у записи нет файлов WAV, возможно MP3 готов",
                                        "the recording has no WAV, perhaps there is an MP3")
                          : strerror(err));
        v->err = err;
        mem_deref(v);
    }
}

/* Nobody knows of it: files as the manual names them. */
static void convert_files(struct convert *v)
{
    char mixed[200], rx[200], tx[200];

    snprintf(mixed, sizeof(mixed), "%s.wav", v->uniqueid);
    snprintf(rx, sizeof(rx), "%s_receive.wav", v->uniqueid);
    snprintf(tx, sizeof(tx), "%s_transmit.wav", v->uniqueid);
    convert_row(v, &(struct recording_row){.uuid = "",
                                           .uniqueid = v->uniqueid,
                                           .mixed = mixed,
                                           .rx = rx,
                                           .tx = tx,
                                           .caller = "",
                                           .caller_name = "",
                                           .connected = "",
                                           .connected_name = "",
                                           .begun = ""});
}

static void convert_rows(int err, const struct store_rows *rows, void *arg)
{
    struct convert *v = arg;

    if (err)
        v->err = err;
    else if (!rows->count)
        convert_files(v);
    for (uint32_t i = 0; !err && i < rows->count; i++) {
        const struct slice *cells = rows->cells + (size_t)i * rows->columns;
        char *texts[10] = {0};
        bool is_whole = true;

        for (int k = 0; k < 10; k++) {
            texts[k] = mem_strndup(cells[k].p ? cells[k].p : "", cells[k].len);
            is_whole = is_whole && texts[k];
        }
        if (is_whole)
            convert_row(v,
                        &(struct recording_row){texts[0], texts[1], texts[2], texts[3], texts[4],
                                                texts[5], texts[6], texts[7], texts[8], texts[9]});
        for (int k = 0; k < 10; k++)
            mem_free(texts[k]);
    }
    mem_deref(v);
}

static int recording_convert(struct console *c, int argc, char **argv, void *arg)
{
    static const char sql[] =
        "SELECT " RECORDING_ROW
        " FROM recording WHERE (uniqueid = ? OR uuid = ?) AND state IN ('kept', 'cut') LIMIT 50";
    const char *uniqueid = uniqueid_of(argc, argv);
    struct slice values[2];
    struct convert *v;
    int err;

    if (!uniqueid || !*uniqueid || strlen(uniqueid) >= sizeof(v->uniqueid))
        return EINVAL;
    v = mem_alloc(sizeof(*v), convert_destroy);
    if (!v)
        return ENOMEM;
    v->r = arg;
    snprintf(v->uniqueid, sizeof(v->uniqueid), "%s", uniqueid);
    v->mode = has_option(argc, argv, "--stereo") ? RECORDING_JOB_STEREO
              : has_option(argc, argv, "--mono") ? RECORDING_JOB_MONO
                                                 : RECORDING_JOB_AS_IS;
    values[0] = values[1] = slice_of(v->uniqueid);
    err = store_query(v->r->args.store, sql, values, 2, convert_rows, v);
    if (err) {
        mem_deref(v);
        return err;
    }
    v->c = mem_ref(c);
    return EINPROGRESS;
}

/* ---- recording list, show, jobs, again ---- */

static void put_rows(struct console *c, const struct store_rows *rows)
{
    for (uint32_t i = 0; i < rows->count; i++) {
        for (uint32_t k = 0; k < rows->columns; k++) {
            const struct slice cell = rows->cells[(size_t)i * rows->columns + k];

            console_printf(c, "%s%.*s", k ? "  " : "",
                           SLICE_ARG(slice_is_set(cell) && cell.len ? cell : SLICE("-")));
        }
        console_printf(c, "\n");
    }
}

static void tell_rows(int err, const struct store_rows *rows, void *arg)
{
    struct console *c = arg;

    if (!err && !rows->count)
        console_printf(c, "%s\n", console_say(c, "Таких нет.", "There are none."));
    if (!err)
        put_rows(c, rows);
    finish(c, err);
}

static int recording_list(struct console *c, int argc, char **argv, void *arg)
{
    static const char sql[] =
        "SELECT begun, uniqueid, caller, connected, ms, state, CASE WHEN mp3 <> '' THEN mp3 WHEN "
        "mixed <> '' THEN mixed ELSE rx END, (SELECT g.name FROM \"groups\" g WHERE g.uuid = recording.group_uuid) FROM "
        "recording ORDER BY begun DESC, uniqueid LIMIT 20";
    static const char all[] =
        "SELECT begun, uniqueid, caller, connected, ms, state, CASE WHEN mp3 <> '' THEN mp3 WHEN "
        "mixed <> '' THEN mixed ELSE rx END, (SELECT g.name FROM \"groups\" g WHERE g.uuid = recording.group_uuid) FROM "
        "recording ORDER BY begun DESC, uniqueid LIMIT 10000";

    if (argc > 1 || (argc && strcmp(argv[0], "all") != 0))
        return EINVAL;
    return ask(arg, argc ? all : sql, NULL, 0, tell_rows, c);
}

static const char *const shown[] = {"uuid",   "uniqueid",    "linkedid",  "channel",
                                    "caller", "caller_name", "connected", "connected_name",
                                    "exten",  "begun",       "ended",     "ms",
                                    "mixed",  "rx",          "tx",        "mp3",
                                    "peaks",  "bytes",       "sha256",    "state",
                                    "error",  "lost",        "packets",   "group_uuid"};

static void tell_recording(int err, const struct store_rows *rows, void *arg)
{
    struct console *c = arg;

    for (uint32_t i = 0; !err && i < rows->count; i++) {
        for (uint32_t k = 0; k < rows->columns; k++)
            console_printf(c, "%-16s %.*s\n", shown[k],
                           SLICE_ARG(rows->cells[(size_t)i * rows->columns + k]));
        console_printf(c, "\n");
    }
    if (!err && !rows->count) {
        console_printf(c, "%s\n",
                       console_say(c, "Такой записи нет: нужен uniqueid из recording list.",
                                   "No such recording: give a uniqueid of recording list."));
        err = ENOENT;
        console_finish(c, err);
        mem_deref(c);
        return;
    }
    finish(c, err);
}

static int recording_show(struct console *c, int argc, char **argv, void *arg)
{
    static const char sql[] =
        "SELECT uuid, uniqueid, linkedid, channel, caller, caller_name, connected, connected_name, exten, begun, ended, "
        "ms, mixed, rx, tx, mp3, peaks, bytes, sha256, state, error, lost, packets, group_uuid FROM recording WHERE "
        "uniqueid = ? OR uuid = ? OR linkedid = ? ORDER BY begun LIMIT 20";
    const char *uniqueid = uniqueid_of(argc, argv);
    struct slice values[3];

    if (!uniqueid)
        return EINVAL;
    values[0] = values[1] = values[2] = slice_of(uniqueid);
    return ask(arg, sql, values, 3, tell_recording, c);
}

struct job_list {
    struct recordings *r;
    struct console *c;
};

static void job_list_destroy(void *object)
{
    struct job_list *l = object;

    mem_deref(l->c);
    mem_deref(l->r);
}

static void tell_jobs(int err, const struct store_rows *rows, void *arg)
{
    struct job_list *l = arg;

    for (uint32_t i = 0; !err && i < rows->count; i++) {
        const struct slice *cells = rows->cells + (size_t)i * rows->columns;
        const int percent = jobs_progress(l->r->jobs, cells[0]);

        console_printf(l->c, "%.*s  %.*s  %.*s  %.*s  ", SLICE_ARG(cells[1]), SLICE_ARG(cells[2]),
                       SLICE_ARG(cells[3].len ? cells[3] : SLICE("-")), SLICE_ARG(cells[4]));
        if (percent >= 0)
            console_printf(l->c, "%d%%  ", percent);
        console_printf(l->c, "%.*s  %.*s\n", SLICE_ARG(cells[5]),
                       SLICE_ARG(cells[6].len ? cells[6] : SLICE("-")));
    }
    if (!err && !rows->count)
        console_printf(l->c, "%s\n", console_say(l->c, "Таких нет.", "There are none."));
    finish(mem_ref(l->c), err);
    mem_deref(l);
}

static int recording_jobs(struct console *c, int argc, char **argv, void *arg)
{
    static const char sql[] =
        "SELECT id, created, kind, subject, state, attempts, error FROM job WHERE "
        "state <> 'done' ORDER BY created, id LIMIT 1000";
    struct recordings *r = arg;
    struct job_list *l;
    int err;

    if (argc)
        return EINVAL;
    l = mem_alloc(sizeof(*l), job_list_destroy);
    if (!l)
        return ENOMEM;
    l->r = mem_ref(r);
    l->c = mem_ref(c);
    err = store_query(r->args.store, sql, NULL, 0, tell_jobs, l);
    if (err)
        mem_deref(l);
    return err ? err : EINPROGRESS;
}

static void is_again(int err, void *arg)
{
    struct console *c = arg;

    if (!err)
        console_printf(c, "%s\n",
                       console_say(c, "Неудавшиеся задания делаются снова.",
                                   "Jobs that were given up are done again."));
    finish(c, err);
}

static int recording_again(struct console *c, int argc, char **argv, void *arg)
{
    struct recordings *r = arg;
    int err;

    if (argc)
        return EINVAL;
    err = jobs_again(r->jobs, is_again, mem_ref(c));
    if (err)
        mem_deref(c);
    return err ? err : EINPROGRESS;
}

static int recording_retain(struct console *c, int argc, char **argv, void *arg)
{
    int err = argc ? EINVAL : recordings_sweep(arg, c);

    return err ? err : EINPROGRESS;
}

static int recording_seal(struct console *c, int argc, char **argv, void *arg)
{
    if (argc)
        return EINVAL;
    recordings_seal(arg);
    console_printf(
        c, "%s\n",
        console_say(c, "Прошедшие дни запечатываются.", "Days that are over are sealed."));
    return 0;
}

static int recording_orphans(struct console *c, int argc, char **argv, void *arg)
{
    const bool repairs = argc == 1 && strcmp(argv[0], "repair") == 0;
    int err = argc && !repairs ? EINVAL : recordings_orphans(arg, c, repairs);

    return err ? err : EINPROGRESS;
}

static int recording_verify(struct console *c, int argc, char **argv, void *arg)
{
    int err = argc ? EINVAL : recordings_verify(arg, c);

    return err ? err : EINPROGRESS;
}

const struct console_command recordings_console_commands[] = {
    {"recording convert", "[--uniqueid=]UNIQUEID [--mono|--stereo]",
     "Сделать из записи MP3 и дождаться его; stereo: голоса в разных каналах",
     "Make an MP3 of a recording and wait for it; stereo: each voice in its channel",
     recording_convert, NULL},
    {"recording list", "[all]",
     "Последние 20 записей или все: начало, uniqueid, кто, с кем, мс, состояние, файл, группа",
     "The last 20 recordings, or all: begin, uniqueid, who, with whom, ms, state, file, group",
     recording_list, NULL},
    {"recording show", "UNIQUEID", "Всё о записи: строка таблицы recording",
     "All about a recording: its row of table recording", recording_show, NULL},
    {"recording jobs", "", "Задания, которые ещё не сделаны или не удались",
     "Jobs that are not done yet, or were given up", recording_jobs, NULL},
    {"recording retain", "", "Удалить записи сверх recording_days и recording_mib сейчас",
     "Remove recordings beyond recording_days and recording_mib now", recording_retain, NULL},
    {"recording seal", "", "Запечатать прошедшие дни сейчас: цепочка сумм и подпись",
     "Seal the days that are over now: chain of sums and signature", recording_seal, NULL},
    {"recording verify", "", "Сверить записи с их суммами и подписями: что изменено или пропало",
     "Compare recordings with their sums and seals: what was changed, what is missing",
     recording_verify, NULL},
    {"recording orphans", "[repair]",
     "Файлы без строки и строки без файла; repair: такие строки - lost, брошенные половины удаляются",
     "Files without a row, rows without a file; repair: such rows say lost, halves left over are removed",
     recording_orphans, NULL},
    {"recording again", "", "Повторить неудавшиеся задания", "Do jobs again that were given up",
     recording_again, NULL},
};
const size_t recordings_console_command_count =
    sizeof(recordings_console_commands) / sizeof(recordings_console_commands[0]);
