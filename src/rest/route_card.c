/* rest/route_card.c - the card of a call, and its recordings as a page plays them */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "rest/all.h"
#include "rest/object.h"

struct errand {
    struct rest_call *call;
    char linkedid[151];
    /* of one recording */
    char wav[600], mp3[600], peaks[600], state[24];
};

static struct errand *errand_of(struct rest_call *c)
{
    struct errand *e = arena_alloc(&c->arena, sizeof(*e));

    if (e)
        *e = (struct errand){.call = c};
    return e;
}

static bool is_mine(const struct rest_user *who, struct slice group)
{
    for (uint32_t i = 0; group.len && i < who->group_count; i++)
        if (slice_eqz(group, who->groups[i]))
            return true;
    return who->has_all;
}

/* The row of the path, of his groups. */
static int read_own(struct db *d, struct errand *e, const char *type, struct object_row *row)
{
    const int err =
        object_read(d, rest_type_find(slice_of(type)), e->call->params[0], &e->call->arena, row);

    return !err && !object_is_for(row, &e->call->who) ? ENOENT : err;
}

/* ---- GET /cdr/{sequence}/call ---- */

/* What is told of one table: columns as members, the last column is the group (or nothing of it is anybody's). */
struct table {
    const char *name, *sql;
    const char *columns; /* comma separated, in the order of sql */
    bool has_group;
};

static const struct table tables[] = {
    {"records",
     "SELECT sequence, start, answer, \"end\", src, dst, clid, channel, dstchannel, lastapp, lastdata, duration, "
     "billsec, disposition, direction, dcontext, accountcode, userfield, uniqueid, group_uuid FROM cdr WHERE "
     "linkedid = ? ORDER BY sequence LIMIT 200",
     "sequence,start,answer,end,src,dst,clid,channel,dstchannel,lastapp,lastdata,duration,billsec,disposition,"
     "direction,dcontext,accountcode,userfield,uniqueid",
     true},
    {"recordings",
     "SELECT uuid, channel, caller, connected, exten, begun, ms, state, error, mixed, mp3, peaks, group_uuid FROM "
     "recording WHERE linkedid = ? ORDER BY begun, uuid LIMIT 200",
     "uuid,channel,caller,connected,exten,begun,ms,state,error,wav,mp3,peaks", true},
    {"quality",
     "SELECT channel, remote, rx_packets, rx_lost, rx_jitter_us, tx_packets, tx_lost, tx_jitter_us, rtt_us FROM "
     "call_quality WHERE linkedid = ? LIMIT 200",
     "channel,remote,rx_packets,rx_lost,rx_jitter_us,tx_packets,tx_lost,tx_jitter_us,rtt_us",
     false},
    {"story", "SELECT story FROM call_story WHERE linkedid = ? LIMIT 20", "story", false},
};

static void put_row(struct jout *j, const struct table *t, struct stmt *s)
{
    struct slice rest = slice_of(t->columns);

    jout_open(j, '{');
    for (int i = 0; slice_is_set(rest); i++) {
        jout_key_slice(j, slice_cut(rest, ',', &rest));
        jout_text(j, stmt_col(s, i));
    }
    jout_close(j, '}');
}

static int columns_of(const struct table *t)
{
    int n = 1;

    for (const char *p = t->columns; *p; p++)
        n += *p == ',';
    return n;
}

static int put_table(struct db *d, struct errand *e, const struct table *t)
{
    struct jout *j = &e->call->json;
    struct stmt *s;
    bool row = true;
    int err = db_stmt(&s, d, t->sql);

    if (!err)
        err = stmt_text(s, 1, slice_of(e->linkedid));
    jout_key(j, t->name);
    jout_open(j, '[');
    while (!err && !(err = stmt_step(s, &row)) && row)
        if (!t->has_group || is_mine(&e->call->who, stmt_col(s, columns_of(t))))
            put_row(j, t, s);
    jout_close(j, ']');
    return err;
}

static int put_card(struct db *d, void *arg)
{
    struct errand *e = arg;
    struct jout *j = &e->call->json;
    struct object_row row;
    int err = read_own(d, e, "cdr", &row);

    if (err)
        return err;
    err = slice_copy(object_value(&row, "linkedid"), e->linkedid, sizeof(e->linkedid));
    jout_open(j, '{');
    jout_put_textz(j, "linkedid", e->linkedid);
    for (size_t i = 0; !err && i < sizeof(tables) / sizeof(tables[0]); i++)
        err = put_table(d, e, &tables[i]);
    jout_close(j, '}');
    return err;
}

static int card(struct rest_call *c)
{
    struct errand *e = errand_of(c);
    const int err = e ? rest_read(c, put_card, e) : ENOMEM;

    return err == ENOENT ? REST_NOT_FOUND : err ? err : rest_reply(c, 200);
}

/* ---- GET /recording/{uuid}/audio, peaks ---- */

static bool is_playable(struct slice name)
{
    return name.len > 4 && slice_caseeqz(slice_skip(name, name.len - 4), ".wav");
}

static int read_recording(struct db *d, void *arg)
{
    struct errand *e = arg;
    struct object_row row;
    int err = read_own(d, e, "recording", &row);

    if (err)
        return err;
    if (is_playable(object_value(&row, "mixed")))
        err = slice_copy(object_value(&row, "mixed"), e->wav, sizeof(e->wav));
    if (!err)
        err = slice_copy(object_value(&row, "mp3"), e->mp3, sizeof(e->mp3));
    if (!err)
        err = slice_copy(object_value(&row, "peaks"), e->peaks, sizeof(e->peaks));
    return err ? err : slice_copy(object_value(&row, "state"), e->state, sizeof(e->state));
}

static int find(struct rest_call *c, struct errand **ep)
{
    static const struct model_words is_open = {
        "Разговор ещё записывается: повторите, когда он кончится.",
        "The call is still being recorded: try again when it has ended."};
    int err;

    *ep = errand_of(c);
    err = *ep ? rest_read(c, read_recording, *ep) : ENOMEM;
    if (err)
        return err == ENOENT ? REST_NOT_FOUND : err;
    return strcmp((*ep)->state, "open") == 0 ? rest_say(c, REST_IN_USE, &is_open) : 0;
}

static int reply_file(struct rest_call *c, const char *file, const char *type, bool is_inline)
{
    const char *name = strrchr(file, '/');
    char path[640];

    snprintf(path, sizeof(path), "recordings/%s", file);
    return http_reply_file(
        c->request,
        &(struct http_file){
            .path = path, .type = type, .name = name ? name + 1 : file, .is_inline = is_inline},
        NULL);
}

/* The MP3 where there is one, as that is what is kept longest; format says otherwise. */
static int audio(struct rest_call *c)
{
    static const struct model_words formats = {"Поле format: mp3 или wav.",
                                               "format is mp3 or wav."};
    static const struct model_words none = {
        "Такого файла у записи нет: он не сделан или удалён по сроку хранения.",
        "The recording has no such file: it was not made, or removed for its age."};
    const struct slice format = rest_query(c, "format");
    const bool wants_wav = slice_eqz(format, "wav"), wants_mp3 = slice_eqz(format, "mp3");
    const bool is_inline = !slice_eqz(rest_query(c, "download"), "1");
    struct errand *e;
    int err;

    if (slice_is_set(format) && !wants_wav && !wants_mp3)
        return rest_say(c, REST_INVALID, &formats);
    err = find(c, &e);
    if (err)
        return err;
    if (*e->mp3 && !wants_wav)
        return reply_file(c, e->mp3, "audio/mpeg", is_inline);
    if (*e->wav && !wants_mp3)
        return reply_file(c, e->wav, "audio/wav", is_inline);
    return rest_say(c, REST_NOT_FOUND, &none);
}

static int peaks(struct rest_call *c)
{
    static const struct model_words none = {"Картины у этой записи нет.",
                                            "This recording has no picture."};
    struct errand *e;
    const int err = find(c, &e);

    if (err)
        return err;
    return *e->peaks ? reply_file(c, e->peaks, "application/octet-stream", true)
                     : rest_say(c, REST_NOT_FOUND, &none);
}

const struct rest_route rest_routes_card[] = {
    REST_ROUTE("GET", REST_BASE "/cdr/{sequence}/call", REST_READERS, card,
               "Карточка вызова: записи о нём, записи разговора, качество, история",
               "The card of a call: its records, recordings, quality, story"),
    REST_ROUTE("GET", REST_BASE "/recording/{uuid}/audio", REST_READERS, audio,
               "Послушать запись разговора (Range); format=mp3|wav, download=1",
               "Listen to a recording (Range); format=mp3|wav, download=1",
               .query = "format,download"),
    REST_ROUTE("GET", REST_BASE "/recording/{uuid}/peaks", REST_READERS, peaks,
               "Картина записи разговора (archive/peaks.h)",
               "The picture of a recording (archive/peaks.h)"),
    {0}};
