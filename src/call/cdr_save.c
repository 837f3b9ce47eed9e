/* cdr_save.c - a channel's chain of records as bytes (save.h) */
#include <errno.h>

#include "base/mem.h"
#include "call/save.h"

static void pack_app(struct channel *ch, const char **app, struct pack *k)
{
    struct slice name = slice_of(*app);

    pack_slice(k, &name);
    if (k->is_reading && !pack_err(k))
        *app = slice_is_set(name) ? calls_intern(ch->calls, name) : NULL;
}

static void pack_record(struct channel *ch, struct cdr_record *r, struct pack *k)
{
    char **const texts[] = {&r->data,     &r->context, &r->exten, &r->dstchannel,  &r->peeraccount,
                            &r->b_number, &r->number,  &r->name,  &r->accountcode, &r->userfield};

    r->phase = (enum cdr_phase)pack_enum(k, r->phase, CDR_FINAL);
    r->disposition = (enum cdr_disposition)pack_enum(k, r->disposition, CDR_CONGESTION);
    pack_u32(k, &r->sequence);
    pack_wall(k, &r->start);
    pack_wall(k, &r->answer);
    pack_wall(k, &r->end);
    pack_bool(k, &r->is_app_locked);
    pack_bool(k, &r->is_b_trunk);
    pack_bool(k, &r->is_kept);
    pack_int(k, &r->amaflags);
    pack_app(ch, &r->app, k);
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        pack_string(k, texts[i]);
    pack_chars(k, r->linkedid, sizeof(r->linkedid));
}

static void pack_var(struct cdr_var *v, struct pack *k)
{
    pack_string(k, &v->name);
    pack_string(k, &v->value);
    if (!pack_err(k) && (!v->name || !v->value))
        pack_fail(k, EBADMSG);
}

static uint32_t pack_count(struct pack *k, uint32_t count)
{
    pack_u32(k, &count);
    if (k->is_reading && (pack_err(k) || count > SAVE_LIST_MOST)) {
        pack_fail(k, EBADMSG);
        return 0;
    }
    return count;
}

static void read_records(struct channel *ch, struct pack *k)
{
    for (uint32_t n = pack_count(k, 0); n > 0 && !pack_err(k); n--) {
        struct cdr_record *r = mem_zalloc(sizeof(*r));

        if (!r) {
            pack_fail(k, ENOMEM);
            return;
        }
        list_append(&ch->cdr->records, &r->link);
        ch->cdr->count++;
        pack_record(ch, r, k);
        /* The bridge is made anew, which takes the record from "answered" to "bridged". */
        if (r->phase == CDR_BRIDGE)
            r->phase = CDR_PENDING;
    }
}

static void read_vars(struct channel *ch, struct pack *k)
{
    for (uint32_t n = pack_count(k, 0); n > 0 && !pack_err(k); n--) {
        struct cdr_var *v = mem_zalloc(sizeof(*v));

        if (!v) {
            pack_fail(k, ENOMEM);
            return;
        }
        list_append(&ch->cdr->vars, &v->link);
        ch->cdr->var_count++;
        pack_var(v, k);
    }
}

static void write_lists(struct channel *ch, struct pack *k)
{
    struct cdr_state *s = ch->cdr;

    (void)pack_count(k, s->count);
    LIST_FOREACH(&s->records, l)
    {
        pack_record(ch, CONTAINER_OF(l, struct cdr_record, link), k);
    }
    (void)pack_count(k, s->var_count);
    LIST_FOREACH(&s->vars, l)
    {
        pack_var(CONTAINER_OF(l, struct cdr_var, link), k);
    }
}

void cdr_pack(struct channel *ch, struct pack *k)
{
    struct cdr_state *s = ch->cdr;

    pack_app(ch, &s->app, k);
    pack_int(k, &s->priority);
    pack_bool(k, &s->is_in_sub);
    pack_bool(k, &s->is_in_h);
    pack_bool(k, &s->is_trunk);
    pack_bool(k, &s->is_off);
    pack_bool(k, &s->is_own);
    pack_string(k, &s->group_uuid);
    if (!k->is_reading) {
        write_lists(ch, k);
        return;
    }
    read_records(ch, k);
    read_vars(ch, k);
}

void cdr_pack_finished(struct cdr *r, struct pack *k)
{
    const char **const texts[] = {&r->accountcode, &r->src,         &r->dst,         &r->dcontext,
                                  &r->clid,        &r->channel,     &r->dstchannel,  &r->lastapp,
                                  &r->lastdata,    &r->disposition, &r->amaflags,    &r->userfield,
                                  &r->uniqueid,    &r->linkedid,    &r->peeraccount, &r->source,
                                  &r->destination, &r->direction,   &r->group_uuid};

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct slice s = *texts[i] ? slice_from(*texts[i], strlen(*texts[i]) + 1) : SLICE_NONE;

        pack_slice(k, &s); /* with its NUL, so that it can be read in place */
        if (k->is_reading && (!s.len || s.p[s.len - 1]))
            pack_fail(k, EBADMSG);
        if (k->is_reading && !pack_err(k))
            *texts[i] = s.p;
    }
    pack_wall(k, &r->start);
    pack_wall(k, &r->answer);
    pack_wall(k, &r->end);
    pack_i64(k, &r->duration);
    pack_i64(k, &r->billsec);
    pack_u32(k, &r->sequence);
}
