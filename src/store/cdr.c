/* cdr.c - see cdr.h */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "base/log.h"
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

/* A statement of our own that is refused: the record's fault, or is somebody at work on the table? */
static int blame(struct db *d, int err)
{
    if (err == EINVAL && db_run(d, "SELECT " COLUMNS " FROM cdr WHERE 1 = 0") == EINVAL)
        return EBADMSG;
    return err;
}

int store_cdr_insert(struct db *d, const struct store_cdr *c, bool once)
{
    struct when_text start, answer, end;
    struct stmt *s;
    int err = db_stmt(&s, d, once ? insert_once : insert);

    if (err)
        return blame(d, err);
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
    return blame(d, err);
}

void store_cdr_log(const struct store_cdr *c, const char *reason)
{
    log_error(
        "call record could not be kept reason=\"%s\" uniqueid=\"%.*s\" src=\"%.*s\" dst=\"%.*s\" "
        "dcontext=\"%.*s\" channel=\"%.*s\" dstchannel=\"%.*s\" start=%lld duration=%lld "
        "billsec=%lld disposition=\"%.*s\" linkedid=\"%.*s\" sequence=%lld",
        reason, SLICE_ARG(c->uniqueid), SLICE_ARG(c->src), SLICE_ARG(c->dst),
        SLICE_ARG(c->dcontext), SLICE_ARG(c->channel), SLICE_ARG(c->dstchannel),
        (long long)(c->start.us / 1000000), (long long)c->duration, (long long)c->billsec,
        SLICE_ARG(c->disposition), SLICE_ARG(c->linkedid), (long long)c->sequence);
}
