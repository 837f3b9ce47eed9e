/* channel_save.c - a channel as bytes (save.h) */
#include <errno.h>

#include "base/log.h"
#include "base/mem.h"
#include "call/cdr.h"
#include "call/group.h"
#include "call/save.h"

static void pack_party(struct party *p, struct pack *k)
{
    pack_string(k, &p->number);
    pack_string(k, &p->name);
    pack_string(k, &p->subaddress);
    pack_string(k, &p->tag);
    pack_u8(k, &p->number_pres);
    pack_u8(k, &p->name_pres);
    pack_u8(k, &p->plan);
}

static void pack_redirecting(struct redirecting *r, struct pack *k)
{
    pack_party(&r->orig, k);
    pack_party(&r->from, k);
    pack_party(&r->to, k);
    r->reason = (enum redirect_reason)pack_enum(k, (int)r->reason, REDIRECT_SEND_TO_VM);
    r->orig_reason = (enum redirect_reason)pack_enum(k, (int)r->orig_reason, REDIRECT_SEND_TO_VM);
    pack_string(k, &r->reason_text);
    pack_string(k, &r->orig_reason_text);
    pack_int(k, &r->count);
}

static void pack_parties(struct channel *ch, struct pack *k)
{
    pack_party(&ch->caller, k);
    pack_party(&ch->ani, k);
    pack_party(&ch->connected, k);
    pack_redirecting(&ch->redirecting, k);
    pack_int(k, &ch->ani2);
    pack_int(k, &ch->dnid_plan);
    pack_int(k, &ch->transit_network);
    pack_int(k, &ch->max_forwards);
}

static void pack_texts(struct channel *ch, struct pack *k)
{
    char **const texts[] = {
        &ch->dnid,      &ch->dnid_subaddress, &ch->forward,  &ch->accountcode, &ch->peeraccount,
        &ch->userfield, &ch->musicclass,      &ch->language, &ch->parkinglot,  &ch->tonezone,
        &ch->context,   &ch->exten,           &ch->appdata};

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        pack_string(k, texts[i]);
}

static void pack_state(struct channel *ch, struct pack *k)
{
    ch->state = (enum channel_state)pack_enum(k, ch->state, CHANNEL_BUSY);
    pack_bool(k, &ch->is_outgoing);
    pack_bool(k, &ch->is_hungup);
    pack_bool(k, &ch->is_gone);
    pack_bool(k, &ch->is_timed_out);
    pack_bool(k, &ch->is_on_hold);
    pack_int(k, &ch->cause);
    pack_int(k, &ch->tech_cause);
    pack_int(k, &ch->priority);
    pack_int(k, &ch->amaflags);
    pack_u64(k, &ch->callgroup);
    pack_u64(k, &ch->pickupgroup);
    pack_wall(k, &ch->created);
    pack_wall(k, &ch->answered);
    pack_mono(k, &ch->created_mono);
    pack_mono(k, &ch->answered_mono);
    pack_i64(k, &ch->digit_timeout_ms);
    pack_i64(k, &ch->response_timeout_ms);
    pack_u32(k, &ch->play_id);
}

/* The one timer of a channel, as the moment when it fires. */
static void pack_absolute(struct channel *ch, struct pack *k)
{
    const struct mono now = loop_now(ch->calls->loop);
    struct mono due = {0};

    if (!k->is_reading && timer_is_on(&ch->absolute))
        due.us = now.us + (int64_t)timer_left_ms(&ch->absolute) * 1000;
    pack_mono(k, &due);
    if (!k->is_reading || pack_err(k) || !due.us)
        return;
    channel_set_absolute_timeout(ch, due.us > now.us ? mono_diff_ms(due, now) + 1 : 1);
}

static void pack_app(struct channel *ch, struct pack *k)
{
    struct slice app = slice_of(ch->app);

    pack_slice(k, &app);
    if (k->is_reading && !pack_err(k))
        ch->app = slice_is_set(app) ? calls_intern(ch->calls, app) : NULL;
}

static void write_vars(struct channel *ch, struct pack *k, bool is_lean)
{
    uint32_t count = is_lean ? 0 : ch->var_count;

    pack_u32(k, &count);
    if (is_lean)
        return;
    LIST_FOREACH(&ch->vars, l)
    {
        struct variable *v = CONTAINER_OF(l, struct variable, link);
        struct slice name = slice_of(v->name), value = slice_of(v->value);

        pack_u8(k, &v->inherit);
        pack_slice(k, &name);
        pack_slice(k, &value);
    }
}

static void read_vars(struct channel *ch, struct pack *k)
{
    uint32_t count = 0;

    pack_u32(k, &count);
    for (; count > 0 && !pack_err(k); count--) {
        struct slice name = SLICE_NONE, value = SLICE_NONE;
        uint8_t inherit = 0;

        pack_u8(k, &inherit);
        pack_slice(k, &name);
        pack_slice(k, &value);
        if (!pack_err(k) && (inherit > 2 || !name.len || !slice_is_set(value)))
            pack_fail(k, EBADMSG);
        if (!pack_err(k))
            pack_fail(k, channel_var_restore(ch, name, value, inherit));
    }
}

void channel_pack(struct channel *ch, struct pack *k, bool is_lean)
{
    pack_string(k, &ch->name);
    pack_chars(k, ch->uniqueid, sizeof(ch->uniqueid));
    pack_chars(k, ch->linkedid, sizeof(ch->linkedid));
    pack_state(ch, k);
    pack_app(ch, k);
    pack_absolute(ch, k);
    pack_texts(ch, k);
    pack_parties(ch, k);
    if (k->is_reading)
        read_vars(ch, k);
    else
        write_vars(ch, k, is_lean);
    channel_groups_pack(ch, k);
    if (k->is_reading && !pack_err(k) && (!ch->name || !ch->uniqueid[0] || ch->priority < 0))
        pack_fail(k, EBADMSG);
}

static int enter(struct channel *ch, struct calls *c)
{
    if (calls_channel_find(c, slice_of(ch->name)) || calls_channel_find(c, slice_of(ch->uniqueid)))
        return EEXIST;
    return calls_add(c, ch);
}

int channel_unpack(struct channel **chp, struct calls *c, struct pack *k, struct pack *cdr)
{
    struct channel *ch = channel_new(c);
    int err = ENOMEM;

    if (!ch)
        return ENOMEM;
    channel_pack(ch, k, false);
    err = pack_err(k);
    if (!err)
        err = cdr_begin_empty(ch);
    if (!err) {
        cdr_pack(ch, cdr);
        err = pack_err(cdr);
    }
    if (!err)
        err = enter(ch, c);
    if (!err) {
        mem_ref(ch); /* the tables' */
        *chp = ch;
        return 0;
    }
    channel_groups_leave(ch);
    mem_deref(ch);
    return err;
}
