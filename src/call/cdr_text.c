/* cdr_text.c - what stands in a record, and CDR() in the routing (cdr.h) */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "call/cdr_inner.h"
#include "call/inner.h"
#include "call/secret.h"

#define VARS_MAX 64

const char *cdr_var(const struct cdr_state *s, struct slice name)
{
    LIST_FOREACH(&s->vars, k)
    {
        const struct cdr_var *v = CONTAINER_OF(k, struct cdr_var, link);

        if (slice_caseeqz(name, v->name))
            return v->value ? v->value : "";
    }
    return NULL;
}

static const char *text(const char *s)
{
    return s ? s : "";
}

static const char *disposition_name(enum cdr_disposition d)
{
    switch (d) {
    case CDR_FAILED: return "FAILED";
    case CDR_BUSY: return "BUSY";
    case CDR_ANSWERED: return "ANSWERED";
    case CDR_CONGESTION: return "CONGESTION";
    default: return "NO ANSWER";
    }
}

/* Asterisk's numbers of amaflags; 0 is our "not set". */
enum { AMA_DEFAULT = 3 };
static const char *const ama_names[] = {"", "OMIT", "BILLING", "DOCUMENTATION"};

static int ama_number(int flags)
{
    return flags >= 1 && flags <= 3 ? flags : AMA_DEFAULT;
}

static const char *direction_of(const struct cdr_state *s, const struct cdr_record *r)
{
    if (s->is_trunk)
        return "in";
    return r->is_b_trunk ? "out" : "internal";
}

const char *cdr_group(const struct channel *ch)
{
    const char *v = ch->cdr ? cdr_var(ch->cdr, SLICE("group_uuid")) : NULL;

    return v ? v : ch->cdr ? text(ch->cdr->group_uuid) : "";
}

static void own_four(const struct channel *ch, const struct cdr_record *r, struct cdr *out)
{
    const char *v;

    v = cdr_var(ch->cdr, SLICE("source"));
    out->source = v ? v : out->src;
    v = cdr_var(ch->cdr, SLICE("destination"));
    out->destination = v ? v : r->is_b_trunk && r->b_number ? r->b_number : out->dst;
    v = cdr_var(ch->cdr, SLICE("direction"));
    out->direction = v ? v : direction_of(ch->cdr, r);
    out->group_uuid = cdr_group(ch);
}

static int64_t billsec(const struct channel *ch, const struct cdr_record *r, struct wall end)
{
    if (r->answer.us && end.us > r->answer.us && ch->calls->cdr_options.rounds_up)
        end.us += 999999;
    return cdr_seconds(r->answer, end);
}

int cdr_print(const struct channel *ch, const struct cdr_record *r, struct cdr *out,
              struct buf *room)
{
    const char *name = text(r->is_kept ? r->name : ch->caller.name);
    struct wall end = r->end.us ? r->end : loop_wall(calls_loop(ch->calls));

    *out = (struct cdr){
        .accountcode = text(r->is_kept ? r->accountcode : ch->accountcode),
        .src = text(r->is_kept ? r->number : ch->caller.number),
        .dst = text(r->exten),
        .dcontext = text(r->context),
        .channel = ch->name,
        .dstchannel = text(r->dstchannel),
        .lastapp = text(r->app),
        .lastdata = text(r->data),
        .start = r->start,
        .answer = r->answer,
        .end = r->end,
        .duration = cdr_seconds(r->start, end),
        .billsec = billsec(ch, r, end),
        .disposition = disposition_name(r->disposition),
        .amaflags = ama_names[ama_number(r->is_kept ? r->amaflags : ch->amaflags)],
        .userfield = text(r->is_kept ? r->userfield : ch->userfield),
        .uniqueid = ch->uniqueid,
        .linkedid = r->is_kept ? r->linkedid : ch->linkedid,
        .peeraccount = text(r->peeraccount),
        .sequence = r->sequence,
    };
    buf_printf(room, "\"%s\" <%s>", name, out->src);
    out->clid = buf_z(room);
    own_four(ch, r, out);
    return buf_err(room);
}

/* ---- CDR(name) ---- */

enum column_kind { COLUMN_TEXT, COLUMN_TIME, COLUMN_SECONDS, COLUMN_NUMBER };

/* What Set(CDR(name)=) does with it. */
enum column_set { SET_NO, SET_ACCOUNT, SET_PEER, SET_USERFIELD, SET_AMA, SET_VAR };

#define TEXT(member, set)                                                                          \
    {                                                                                              \
#member, COLUMN_TEXT, set, offsetof(struct cdr, member)                                    \
    }
#define OTHER(member, kind)                                                                        \
    {                                                                                              \
#member, kind, SET_NO, offsetof(struct cdr, member)                                        \
    }

static const struct column {
    const char *name;
    enum column_kind kind;
    enum column_set set;
    size_t offset;
} columns[] = {
    TEXT(accountcode, SET_ACCOUNT),
    TEXT(src, SET_NO),
    TEXT(dst, SET_NO),
    TEXT(dcontext, SET_NO),
    TEXT(clid, SET_NO),
    TEXT(channel, SET_NO),
    TEXT(dstchannel, SET_NO),
    TEXT(lastapp, SET_NO),
    TEXT(lastdata, SET_NO),
    OTHER(start, COLUMN_TIME),
    OTHER(answer, COLUMN_TIME),
    OTHER(end, COLUMN_TIME),
    OTHER(duration, COLUMN_SECONDS),
    OTHER(billsec, COLUMN_SECONDS),
    TEXT(disposition, SET_NO),
    TEXT(amaflags, SET_AMA),
    TEXT(userfield, SET_USERFIELD),
    TEXT(uniqueid, SET_NO),
    TEXT(linkedid, SET_NO),
    TEXT(peeraccount, SET_PEER),
    OTHER(sequence, COLUMN_NUMBER),
    TEXT(source, SET_VAR),
    TEXT(destination, SET_VAR),
    TEXT(direction, SET_VAR),
    TEXT(group_uuid, SET_VAR),
};

static const struct column *column_find(struct slice name)
{
    for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++) {
        if (slice_caseeqz(name, columns[i].name))
            return &columns[i];
    }
    return NULL;
}

static int print_time(struct wall t, bool is_raw, struct buf *out)
{
    char line[WALL_TEXT];

    if (is_raw)
        return buf_printf(out, "%lld.%06d", (long long)(t.us / 1000000), (int)(t.us % 1000000));
    return t.us ? buf_addz(out, wall_local(t, line)) : 0;
}

/* duration and billsec with their microseconds */
static int print_exact(const struct column *c, const struct channel *ch, const struct cdr_record *r,
                       struct buf *out)
{
    struct wall from = strcmp(c->name, "billsec") == 0 ? r->answer : r->start;
    struct wall end = r->end.us ? r->end : loop_wall(calls_loop(ch->calls));
    int64_t us = from.us && end.us > from.us ? end.us - from.us : 0;

    return buf_printf(out, "%lld.%06d", (long long)(us / 1000000), (int)(us % 1000000));
}

static int print_column(const struct column *c, const struct channel *ch,
                        const struct cdr_record *r, char option, struct buf *out)
{
    struct buf room;
    struct cdr cdr;
    int err;

    buf_init(&room, 64 * 1024);
    err = cdr_print(ch, r, &cdr, &room);
    if (err)
        goto out;
    const void *at = (const char *)&cdr + c->offset;
    if (option == 'u' && strcmp(c->name, "disposition") == 0)
        err = buf_printf(out, "%d", (int)r->disposition);
    else if (option == 'u' && strcmp(c->name, "amaflags") == 0)
        err = buf_printf(out, "%d", ama_number(r->is_kept ? r->amaflags : ch->amaflags));
    else if (c->kind == COLUMN_TIME)
        err = print_time(*(const struct wall *)at, option == 'u', out);
    else if (c->kind == COLUMN_SECONDS && option == 'f')
        err = print_exact(c, ch, r, out);
    else if (c->kind == COLUMN_SECONDS)
        err = buf_printf(out, "%lld", (long long)*(const int64_t *)at);
    else if (c->kind == COLUMN_NUMBER)
        err = buf_printf(out, "%u", *(const uint32_t *)at);
    else
        err = buf_addz(out, *(const char *const *)at);
out:
    buf_fini(&room);
    return err;
}

int cdr_get(struct channel *ch, struct slice name, struct buf *out)
{
    const struct cdr_record *r = cdr_newest(ch);
    const struct column *c;
    struct slice option;
    const char *value;

    name = slice_trim(slice_cut(name, ',', &option));
    option = slice_trim(option);
    if (!r)
        return ENOENT;
    c = column_find(name);
    if (c)
        return print_column(c, ch, r, option.len ? option.p[0] : '\0', out);
    value = cdr_var(ch->cdr, name);
    return value ? buf_addz(out, value) : ENOENT;
}

static int var_set(struct cdr_state *s, struct slice name, struct slice value)
{
    struct cdr_var *v;
    int err = ENOMEM;

    LIST_FOREACH(&s->vars, k)
    {
        v = CONTAINER_OF(k, struct cdr_var, link);
        if (slice_caseeqz(name, v->name))
            return channel_set(&v->value, value);
    }
    if (s->var_count >= VARS_MAX)
        return ENOSPC;
    v = mem_zalloc(sizeof(*v));
    if (!v)
        return ENOMEM;
    v->name = slice_dup(name);
    v->value = slice_dup(value);
    if (!v->name || !v->value)
        goto out;
    list_append(&s->vars, &v->link);
    s->var_count++;
    v = NULL;
    err = 0;
out:
    if (v) {
        mem_free(v->name);
        mem_free(v->value);
        mem_free(v);
    }
    return err;
}

static int ama_parse(struct slice value, int *flags)
{
    uint32_t n;

    for (int i = 1; i <= 3; i++) {
        if (slice_caseeqz(value, ama_names[i]) || (slice_u32(value, &n) == 0 && n == (uint32_t)i)) {
            *flags = i;
            return 0;
        }
    }
    return EINVAL;
}

/* As userfield: what was typed as a secret is told to nobody, so the routing reads it masked, too. */
static int set_var(struct channel *ch, struct slice name, struct slice value)
{
    bool is_lost;
    char *masked = secret_masked(ch, value, &is_lost);
    int err = is_lost ? ENOMEM : var_set(ch->cdr, name, masked ? slice_of(masked) : value);

    mem_free(masked);
    return err;
}

/* The channel's value is every open record's; the newest one follows even when it is finished
   (Asterisk: Set in extension h). */
int cdr_set(struct channel *ch, struct slice name, struct slice value)
{
    struct cdr_record *r = cdr_newest(ch);
    const struct column *c = column_find(slice_trim(name));
    enum column_set set = c ? c->set : SET_VAR;
    int err;

    if (!r)
        return EACCES;
    switch (set) {
    case SET_ACCOUNT:
        err = channel_set_account(ch, value);
        return err || !r->is_kept ? err : channel_set(&r->accountcode, value);
    case SET_USERFIELD:
        err = channel_set(&ch->userfield, value);
        if (!err && ch->userfield)
            secret_mask(ch, ch->userfield, strlen(ch->userfield));
        return err || !r->is_kept
                   ? err
                   : channel_set(&r->userfield, slice_of(ch->userfield ? ch->userfield : ""));
    case SET_AMA:
        err = ama_parse(slice_trim(value), &ch->amaflags);
        if (!err)
            r->amaflags = ch->amaflags;
        return err;
    case SET_PEER: return channel_set(&r->peeraccount, value);
    case SET_VAR: return set_var(ch, slice_trim(name), value);
    default: return EACCES;
    }
}
