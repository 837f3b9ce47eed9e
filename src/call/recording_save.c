/* recording_save.c - recordings that outlive their engine (recording_inner.h) */
#include <errno.h>
#include <string.h>

#include "base/mem.h"
#include "call/recording_inner.h"

static void pack_tape(struct tape_saved *t, struct pack *k)
{
    uint8_t rx = (uint8_t)t->rx_db, tx = (uint8_t)t->tx_db;

    pack_u32(k, &t->tape);
    pack_u32(k, &t->stream);
    pack_u64(k, &t->begun_us);
    pack_bool(k, &t->is_stopping);
    pack_bool(k, &t->is_deleted);
    pack_u8(k, &rx);
    pack_u8(k, &tx);
    pack_u8(k, &t->muted);
    pack_u32(k, &t->cut_ms);
    t->rx_db = (int8_t)rx;
    t->tx_db = (int8_t)tx;
}

/* As the moment when it is over. */
static void pack_skip(struct recording *r, struct pack *k)
{
    const struct mono now = loop_now(r->calls->loop);
    struct mono due = {0};

    if (!k->is_reading && timer_is_on(&r->skip))
        due.us = now.us + (int64_t)timer_left_ms(&r->skip) * 1000;
    pack_mono(k, &due);
    if (k->is_reading && !pack_err(k) && due.us)
        recording_skip(r, due.us > now.us ? (uint64_t)mono_diff_ms(due, now) + 1 : 1);
}

static void pack_texts(struct recording *r, struct pack *k)
{
    char **const texts[] = {
        &r->channel_name, &r->caller, &r->caller_name, &r->connected, &r->connected_name, &r->exten,
        &r->mixed,        &r->rx,     &r->tx,          &r->options,   &r->command};

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        pack_string(k, texts[i]);
}

void recording_pack(struct recording *r, struct tape_saved *tape, struct pack *k)
{
    pack_chars(k, r->id, sizeof(r->id));
    pack_chars(k, r->uuid, sizeof(r->uuid));
    pack_chars(k, r->uniqueid, sizeof(r->uniqueid));
    pack_chars(k, r->linkedid, sizeof(r->linkedid));
    pack_texts(r, k);
    pack_bool(k, &r->is_stereo);
    pack_bool(k, &r->is_append);
    pack_bool(k, &r->is_joined_only);
    pack_bool(k, &r->is_temporary);
    pack_bool(k, &r->is_beep_first);
    pack_bool(k, &r->is_beep_last);
    pack_bool(k, &r->is_stopped);
    pack_u8(k, &r->muted);
    pack_u32(k, &r->beep_s);
    pack_wall(k, &r->begun);
    pack_skip(r, k);
    pack_tape(tape, k);
}

static int copy_name(const char *from, char *to)
{
    return from ? slice_copy(slice_of(from), to, MEDIA_PATH_MAX + 1) : 0;
}

/* The tape has the recording's names and ways. */
static int complete(const struct recording *r, struct tape_saved *t)
{
    t->is_stereo = r->is_stereo;
    t->is_append = r->is_append;
    t->is_joined_only = r->is_joined_only;
    return copy_name(r->mixed, t->mixed) || copy_name(r->rx, t->rx) || copy_name(r->tx, t->tx)
               ? EBADMSG
               : 0;
}

int recording_adopt(struct calls *c, uint32_t slot, struct pack *k)
{
    struct recording *r = recording_new(c);
    struct tape_saved t = {0};
    struct tape_handlers h;
    struct channel *ch;
    int err;

    if (!r)
        return ENOMEM;
    recording_pack(r, &t, k);
    err = pack_err(k);
    if (!err && (!r->id[0] || !r->uniqueid[0] || !r->channel_name))
        err = EBADMSG;
    if (!err)
        err = complete(r, &t);
    t.muted = recording_muted(r, false); /* who typed a secret is not asked any more */
    h = recording_handlers(r);
    if (!err)
        err = tape_adopt(&r->tape, c->media, &t, &h);
    if (err) {
        mem_deref(r);
        return err;
    }
    ch = r->is_stopped ? NULL : calls_channel_find(c, slice_of(r->uniqueid));
    if (ch && ch->recording_count >= RECORDINGS_OF_CHANNEL)
        ch = NULL;
    r->journal_slot = slot;
    recording_enter(r, ch);
    recording_beep_on(r);
    if (!ch) { /* it has nobody left to record */
        r->is_stopped = true;
        tape_stop(r->tape, 0, false);
    }
    return 0;
}
