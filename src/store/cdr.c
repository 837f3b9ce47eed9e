/* cdr.c - see cdr.h */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/log.h"
#include "base/utf8.h"
#include "store/cdr.h"

const char *const store_cdr_columns[] = {
    "accountcode", "src",         "dst",         "dcontext", "clid",        "channel",
    "dstchannel",  "lastapp",     "lastdata",    "start",    "answer",      "end",
    "duration",    "billsec",     "disposition", "amaflags", "userfield",   "uniqueid",
    "linkedid",    "peeraccount", "sequence",    "source",   "destination", "direction",
    "group_uuid",  NULL};

#define COLUMNS                                                                                    \
    "accountcode,src,dst,dcontext,clid,channel,dstchannel,lastapp,lastdata,start,answer,\"end\","  \
    "duration,billsec,disposition,amaflags,userfield,uniqueid,linkedid,peeraccount,sequence,"      \
    "source,destination,direction,group_uuid"
#define VALUES                                                                                     \
    "?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,?17,?18,?19,?20,?21,?22,?23,?24,?25"

static const char insert[] = "INSERT INTO cdr (" COLUMNS ") VALUES (" VALUES ")";
/* uniqueid has an index; the others only confirm */
static const char insert_once[] =
    "INSERT INTO cdr (" COLUMNS ") SELECT " VALUES " WHERE NOT EXISTS (SELECT 1 FROM cdr WHERE "
    "uniqueid=?18 AND sequence IS ?21 AND channel IS ?6 AND start IS ?10 AND accountcode IS ?1 AND "
    "src IS ?2 AND dst IS ?3 AND dcontext IS ?4 AND clid IS ?5 AND dstchannel IS ?7 AND "
    "lastapp IS ?8 AND lastdata IS ?9 AND answer IS ?11 AND \"end\" IS ?12 AND duration IS ?13 AND "
    "billsec IS ?14 AND disposition IS ?15 AND amaflags IS ?16 AND userfield IS ?17 AND "
    "linkedid IS ?19 AND peeraccount IS ?20 AND source IS ?22 AND destination IS ?23 AND "
    "direction IS ?24 AND group_uuid IS ?25)";

void store_cdr_texts(struct store_cdr *c, struct slice *v[STORE_CDR_TEXTS])
{
    struct slice *all[STORE_CDR_TEXTS] = {
        &c->accountcode, &c->src,         &c->dst,       &c->dcontext,  &c->clid,
        &c->channel,     &c->dstchannel,  &c->lastapp,   &c->lastdata,  &c->disposition,
        &c->amaflags,    &c->userfield,   &c->uniqueid,  &c->linkedid,  &c->peeraccount,
        &c->source,      &c->destination, &c->direction, &c->group_uuid};

    memcpy(v, all, sizeof(all));
}

struct when_text {
    char z[WALL_TEXT];
};

static struct slice when(struct wall w, struct when_text *out)
{
    return w.us ? slice_of(wall_local(w, out->z)) : SLICE_NONE;
}

static struct slice or_empty(struct slice s)
{
    return slice_is_set(s) ? s : SLICE("");
}

static struct slice or_null(struct slice s)
{
    return s.len ? s : SLICE_NONE;
}

/* Only a value that does not fit, or a row that is there, is a record's own fault. The statement is
 * right: what else is refused is somebody's at work on the table, its rules or triggers. */
static int blame(int err)
{
    return err == EINVAL || err == EDOM ? EBADMSG : err;
}

int store_cdr_insert(struct db *d, const struct store_cdr *c, bool once)
{
    struct when_text start, answer, end;
    struct stmt *s;
    int err = db_stmt(&s, d, once ? insert_once : insert);

    if (err)
        return blame(err);
    const struct slice v[] = {
        or_null(c->accountcode), or_empty(c->src),         or_empty(c->dst),
        or_empty(c->dcontext),   or_empty(c->clid),        or_empty(c->channel),
        or_empty(c->dstchannel), or_empty(c->lastapp),     or_empty(c->lastdata),
        when(c->start, &start),  when(c->answer, &answer), when(c->end, &end),
    };
    for (int i = 0; i < 12 && !err; i++)
        err = stmt_text(s, i + 1, v[i]);
    const struct slice w[] = {or_empty(c->disposition), or_empty(c->amaflags),
                              or_null(c->userfield),    or_empty(c->uniqueid),
                              or_empty(c->linkedid),    or_null(c->peeraccount)};
    for (int i = 0; i < 6 && !err; i++)
        err = stmt_text(s, i + 15, w[i]);
    const struct slice x[] = {or_null(c->source), or_null(c->destination), or_null(c->direction),
                              or_null(c->group_uuid)};
    for (int i = 0; i < 4 && !err; i++)
        err = stmt_text(s, i + 22, x[i]);
    if (!err)
        err = stmt_int(s, 13, c->duration);
    if (!err)
        err = stmt_int(s, 14, c->billsec);
    if (!err)
        err = stmt_int(s, 21, c->sequence);
    if (!err)
        err = stmt_run(s);
    stmt_reset(s); /* the values stand on this function's stack */
    return blame(err);
}

/* ---- into the log ---- */

#define LOG_ROOM 1000 /* of a line's 2,000; on the stack of a task */

struct log_part {
    const struct store_cdr *c;
    const char *reason;
    int number;
    size_t len;
    char text[LOG_ROOM];
};

static void part_log(struct log_part *p)
{
    if (!p->len)
        return;
    log_error("call record could not be kept reason=\"%s\" call=%.*s part=%d%.*s", p->reason,
              (int)(p->c->linkedid.len < 40 ? p->c->linkedid.len : 40), p->c->linkedid.p,
              ++p->number, (int)p->len, p->text);
    p->len = 0;
}

static void part_begin(struct log_part *p, const char *column)
{
    if (p->len + strlen(column) + 12 > LOG_ROOM)
        part_log(p);
    p->len += (size_t)snprintf(p->text + p->len, LOG_ROOM - p->len, " %s=\"", column);
}

/* A character as it is, or its first byte as \xNN. @return bytes taken */
static size_t part_add(struct log_part *p, struct slice rest)
{
    const size_t n = *rest.p == '"' || *rest.p == '\\' ? 0 : utf8_shown(rest);

    if (n)
        memcpy(p->text + p->len, rest.p, n);
    else
        snprintf(p->text + p->len, LOG_ROOM - p->len, "\\x%02x", (unsigned char)*rest.p);
    p->len += n ? n : 4;
    return n ? n : 1;
}

static void part_add_value(struct log_part *p, const char *column, struct slice v)
{
    if (!v.len)
        return;
    part_begin(p, column);
    while (v.len) {
        if (p->len + 8 > LOG_ROOM) {
            p->text[p->len++] = '"';
            part_log(p);
            part_begin(p, column);
        }
        v = slice_skip(v, part_add(p, v));
    }
    p->text[p->len++] = '"';
}

static struct slice number(int64_t n, struct when_text *out)
{
    snprintf(out->z, sizeof(out->z), "%lld", (long long)n);
    return slice_of(out->z);
}

/* Columns that are no texts; else the next of the texts. */
static struct slice value_of(const struct store_cdr *c, const char *column, struct slice ***text,
                             struct when_text *out)
{
    static const struct {
        const char *column;
        size_t at;
    } times[] = {{"start", offsetof(struct store_cdr, start)},
                 {"answer", offsetof(struct store_cdr, answer)},
                 {"end", offsetof(struct store_cdr, end)}},
      numbers[] = {{"duration", offsetof(struct store_cdr, duration)},
                   {"billsec", offsetof(struct store_cdr, billsec)},
                   {"sequence", offsetof(struct store_cdr, sequence)}};

    for (int i = 0; i < 3; i++) {
        if (strcmp(column, times[i].column) == 0)
            return when(*(const struct wall *)((const char *)c + times[i].at), out);
        if (strcmp(column, numbers[i].column) == 0)
            return number(*(const int64_t *)((const char *)c + numbers[i].at), out);
    }
    return **(*text)++;
}

void store_cdr_log(const struct store_cdr *c, const char *reason)
{
    struct log_part p = {.c = c, .reason = reason};
    struct store_cdr copy = *c;
    struct slice *texts[STORE_CDR_TEXTS], **text = texts;
    struct when_text out;

    store_cdr_texts(&copy, texts);
    for (int i = 0; store_cdr_columns[i]; i++)
        part_add_value(&p, store_cdr_columns[i],
                       value_of(&copy, store_cdr_columns[i], &text, &out));
    part_log(&p);
}
