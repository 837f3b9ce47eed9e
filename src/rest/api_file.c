/* rest/api_file.c - get_file_mp3, get_file_wav: a recording's file, sent by the front; an MP3 is made when there is none */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "ami/writer.h"
#include "rest/api.h"

enum { LOOK_MS = 300, PATIENCE_MS = 90000 };

struct sought {
    struct rest_call *call;
    struct slice uniqueid;
    const char *group; /* NULL: all */
    /* what was found */
    char uuid[37], state[24];
    char wav[600], mp3[600];
};

static bool ends(struct slice name, const char *with)
{
    const size_t n = strlen(with);

    return name.len > n && slice_caseeqz(slice_skip(name, name.len - n), with);
}

static void take(struct sought *f, struct stmt *s)
{
    slice_copy(stmt_col(s, 0), f->uuid, sizeof(f->uuid));
    slice_copy(stmt_col(s, 1), f->state, sizeof(f->state));
    for (int i = 2; i < 4 && !*f->wav; i++)
        if (ends(stmt_col(s, i), ".wav") || ends(stmt_col(s, i), ".wav16") ||
            ends(stmt_col(s, i), ".wav49"))
            slice_copy(stmt_col(s, i), f->wav, sizeof(f->wav));
    slice_copy(stmt_col(s, 4), f->mp3, sizeof(f->mp3));
}

/* The channel's own, else that of its call. */
static int look(struct db *d, struct sought *f, const char *sql, bool *row)
{
    struct stmt *s;
    int err = db_stmt(&s, d, sql);

    if (!err)
        err = stmt_text(s, 1, f->uniqueid);
    if (!err && f->group)
        err = stmt_text(s, 2, slice_of(f->group));
    if (!err)
        err = stmt_step(s, row);
    if (err || !*row)
        return err;
    take(f, s);
    stmt_reset(s);
    return 0;
}

#define SELECT "SELECT uuid, state, mixed, rx, mp3 FROM recording WHERE "
#define KNOWN " AND state IN ('kept', 'cut', 'open')"
#define ORDER " ORDER BY begun DESC LIMIT 1"
#define OF_GROUP " AND group_uuid = ?"

static int find(struct db *d, void *arg)
{
    struct sought *f = arg;
    bool row = false;
    int err;

    f->wav[0] = f->mp3[0] = '\0';
    err = look(d, f,
               f->group ? SELECT "uniqueid = ?" KNOWN OF_GROUP ORDER
                        : SELECT "uniqueid = ?" KNOWN ORDER,
               &row);
    if (!err && !row)
        err = look(d, f,
                   f->group ? SELECT "linkedid = ?" KNOWN OF_GROUP ORDER
                            : SELECT "linkedid = ?" KNOWN ORDER,
                   &row);
    return err ? err : row ? 0 : ENOENT;
}

static int seek(struct sought *f)
{
    static const struct model_words wanted = {"Нет обязательного параметра uniqueid.",
                                              "Parameter uniqueid is required."};
    static const struct model_words none = {"Записи разговора с таким uniqueid нет.",
                                            "There is no recording of that uniqueid."};
    static const struct model_words is_open = {"Разговор ещё записывается, повторите позже.",
                                               "The call is still being recorded, try again."};
    int err;

    f->uniqueid = slice_trim(rest_query(f->call, "uniqueid"));
    f->group = api_group(f->call);
    if (!f->uniqueid.len)
        return rest_say(f->call, REST_INVALID, &wanted);
    err = rest_read(f->call, find, f);
    if (err)
        return err == ENOENT ? rest_say(f->call, REST_NOT_FOUND, &none) : err;
    return strcmp(f->state, "open") == 0 ? rest_say(f->call, REST_IN_USE, &is_open) : 0;
}

static int reply_file(const struct sought *f, const char *file, const char *type)
{
    char path[640];
    const char *name = strrchr(file, '/');

    snprintf(path, sizeof(path), "recordings/%s", file);
    return http_reply_file(
        f->call->request,
        &(struct http_file){
            .path = path, .type = type, .name = name ? name + 1 : file, .is_inline = true},
        NULL);
}

int api_get_file_wav(struct rest_call *c)
{
    static const struct model_words no_wav = {
        "Сохранён только MP3: возьмите get_file_mp3, или настройка recording_keep_wav = yes для следующих записей.",
        "There is an MP3 only: take get_file_mp3, or set recording_keep_wav = yes for recordings to come."};
    struct sought f = {.call = c};
    const int err = seek(&f);

    if (err)
        return err;
    return *f.wav ? reply_file(&f, f.wav, "audio/wav") : rest_say(c, REST_NOT_FOUND, &no_wav);
}

/* ---- an MP3 that is not there yet ---- */

static int order(const struct sought *f)
{
    struct buf text, answer;
    int err;

    buf_init(&text, 1024);
    buf_init(&answer, 65536);
    ami_ask(&text, "Action", SLICE("StationConvert"));
    ami_ask(&text, "Recording", slice_of(f->uuid));
    ami_end(&text);
    err = buf_err(&text);
    if (!err)
        err = rest_ask(f->call, buf_slice(&text), &answer);
    if (!err && !slice_eqz(api_line(buf_slice(&answer), "Response"), "Success"))
        err = ENOENT;
    buf_fini(&text);
    buf_fini(&answer);
    return err;
}

/* Its row says when it is there. */
static int wait_for(struct sought *f)
{
    int err = order(f);

    for (int ms = 0; !err && !*f->mp3; ms += LOOK_MS) {
        if (ms >= PATIENCE_MS)
            return ETIMEDOUT;
        task_sleep(LOOK_MS);
        err = rest_read(f->call, find, f);
    }
    return err;
}

int api_get_file_mp3(struct rest_call *c)
{
    static const struct model_words not_made = {
        "MP3 ещё не готов, повторите позже; что мешает - recording jobs в консоли.",
        "The MP3 is not ready yet, try again; what is in its way: recording jobs in the console."};
    static const struct model_words none = {"У этой записи нет файлов.",
                                            "This recording has no files."};
    struct sought f = {.call = c};
    int err = seek(&f);

    if (err)
        return err;
    if (!*f.mp3 && !*f.wav)
        return rest_say(c, REST_NOT_FOUND, &none);
    err = *f.mp3 ? 0 : wait_for(&f);
    if (err == ETIMEDOUT || err == ENOENT)
        return rest_say(c, REST_BUSY, &not_made);
    return err ? err : reply_file(&f, f.mp3, "audio/mpeg");
}
