/* journal.c - see journal.h */
#include "call/journal.h"

#include <errno.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "call/bridge.h"
#include "call/recording_inner.h"
#include "call/save.h"

/* The next engine is the same program (the supervisor holds its file open): this only guards against memory
   that is none of ours. */
#define FORMAT 5
#define SETTLED_MS 2000 /* who lived that long after a takeover has not died of it */

enum { KIND_CALL = 1, KIND_RECORD, KIND_GOODBYE, KIND_STATION, KIND_RECORDING };

/* Counters go far ahead of what the dead engine may have used unseen. */
struct area {
    uint64_t instance;
    struct calls_counters counters;
    uint32_t failed_starts;
};

struct call_journal {
    struct loop *loop;
    struct keep *keep;
    struct area *area;
    struct calls *calls; /* borrowed; NULL: not attached */
    call_journal_run_h *run;
    void *run_arg;
    struct list dirty; /* struct channel by journal_link; borrowed */
    struct deferred write, leave;
    uint32_t *leaving; /* slots to be given back once all has left; room for each there is */
    uint32_t leaving_count;
    struct list taken; /* struct taken: read, and not yet told */
    bool is_new;       /* no engine was before us */
    struct call_observer observer;
    struct timer settled;
    char *room;        /* one entry being written */
    uint32_t kept;     /* entries that are of no call */
    bool is_kept_full; /* and there was one more, which was said */
};

static void free_taken(struct call_journal *j);
static void give_back(void *arg);

static void journal_destroy(void *object)
{
    struct call_journal *j = object;

    LIST_FOREACH(&j->dirty, k)
    {
        list_unlink(k);
    }
    free_taken(j);
    call_observer_remove(&j->observer);
    if (j->keep)
        give_back(j);
    loop_defer_stop(&j->write);
    loop_defer_stop(&j->leave);
    timer_stop(&j->settled);
    mem_deref(j->keep);
    mem_free(j->leaving);
    mem_free(j->room);
}

int call_journal_open(struct call_journal **jp, struct loop *l, int fd)
{
    struct call_journal *j = mem_alloc(sizeof(*j), journal_destroy);
    int err;

    if (!j) {
        close(fd);
        return ENOMEM;
    }
    j->loop = l;
    list_init(&j->dirty);
    list_init(&j->taken);
    j->room = mem_zalloc(KEEP_MOST);
    err = keep_open(&j->keep, fd, 0, FORMAT, &j->is_new);
    if (!err)
        j->leaving = mem_zalloc(keep_most(j->keep) * sizeof(*j->leaving));
    if (!err && (!j->room || !j->leaving))
        err = ENOMEM;
    if (err) {
        mem_deref(j);
        return err;
    }
    j->area = keep_area(j->keep);
    *jp = j;
    return 0;
}

void call_journal_set_run(struct call_journal *j, call_journal_run_h *h, void *arg)
{
    j->run = h;
    j->run_arg = arg;
}

uint64_t call_journal_instance(const struct call_journal *j)
{
    return j->area->instance;
}

void call_journal_set_instance(struct call_journal *j, uint64_t instance)
{
    j->area->instance = instance;
}

uint32_t call_journal_count(const struct call_journal *j)
{
    return keep_count(j->keep) - j->kept;
}

/* ---- writing ---- */

static const char *peer_of(const struct channel *ch)
{
    const struct channel *peer = bridge_peer(ch);

    return peer ? peer->uniqueid : "";
}

static void pack_tech(struct channel *ch, struct pack *k, bool is_lean)
{
    struct slice name = slice_of(ch->tech->name);

    pack_slice(k, &name);
    if (ch->tech->save)
        ch->tech->save(ch, k, is_lean);
    else
        pack_fail(k, ENOTSUP);
}

static int pack_call(struct call_journal *j, struct channel *ch, struct pack *k, bool is_lean)
{
    struct slice peer = slice_of(peer_of(ch));
    struct pack part;

    pack_init(k, j->room, KEEP_MOST);
    pack_begin(k, &part);
    channel_pack(ch, &part, is_lean);
    pack_end(k, &part);
    pack_begin(k, &part);
    cdr_pack(ch, &part);
    pack_end(k, &part);
    pack_slice(k, &peer);
    pack_begin(k, &part);
    channel_pack_stream(ch, &part);
    pack_end(k, &part);
    pack_begin(k, &part);
    pack_tech(ch, &part, is_lean);
    pack_end(k, &part);
    pack_begin(k, &part);
    if (j->run && ch->plan)
        j->run(ch, &part, j->run_arg);
    else
        pack_fail(&part, ENOENT);
    pack_end(k, &part);
    return pack_err(k);
}

static void write_call(struct call_journal *j, struct channel *ch)
{
    struct pack k;
    int err = pack_call(j, ch, &k, false);

    if (err)
        err = pack_call(j, ch, &k, true);
    if (!err)
        err = keep_put(j->keep, &ch->journal_slot, KIND_CALL, slice_from(j->room, k.at));
    if (err && !ch->is_unkept) {
        ch->is_unkept = true;
        log_warning("call is not in the journal, it ends if the engine dies call=%s channel=\"%s\" "
                    "err=\"%s\"",
                    ch->linkedid, ch->name, strerror(err));
    }
}

static void give_back(void *arg)
{
    struct call_journal *j = arg;

    for (uint32_t i = 0; i < j->leaving_count; i++)
        keep_drop(j->keep, j->leaving[i]);
    j->leaving_count = 0;
}

static void write_all(void *arg)
{
    struct call_journal *j = arg;
    struct link *k;

    while ((k = list_first(&j->dirty)) != NULL) {
        list_unlink(k);
        write_call(j, CONTAINER_OF(k, struct channel, journal_link));
    }
    if (j->leaving_count)
        loop_flush(j->loop, &j->leave, give_back, j);
}

static void write_soon(struct call_journal *j)
{
    loop_flush_first(j->loop, &j->write, write_all, j);
}

void call_journal_touch(struct channel *ch)
{
    struct call_journal *j = ch->calls->journal;

    if (!j || ch->is_ended || link_is_in(&ch->journal_link))
        return;
    list_append(&j->dirty, &ch->journal_link);
    write_soon(j);
}

static void leave_later(struct call_journal *j, uint32_t slot)
{
    if (j->leaving_count == keep_most(j->keep))
        give_back(j);
    j->leaving[j->leaving_count++] = slot;
    write_soon(j);
}

/* In place of the call, which must not be found again: its record is out. @return false: there is
   none, or it does not fit */
static bool write_goodbye(struct call_journal *j, struct channel *ch)
{
    struct slice name = slice_of(ch->tech->name);
    uint32_t slot = ch->journal_slot;
    struct pack k;

    if (!ch->tech->save_goodbye)
        return false;
    pack_init(&k, j->room, KEEP_MOST);
    pack_slice(&k, &name);
    if (!ch->tech->save_goodbye(ch, &k) || pack_err(&k) ||
        keep_put(j->keep, &slot, KIND_GOODBYE, slice_from(j->room, k.at)))
        return false;
    ch->tech->goodbye_kept(ch, slot);
    return true;
}

void call_journal_forget(struct channel *ch)
{
    struct call_journal *j = ch->calls->journal;

    if (!j)
        return;
    if (link_is_in(&ch->journal_link))
        list_unlink(&ch->journal_link);
    if (ch->journal_slot && !write_goodbye(j, ch))
        leave_later(j, ch->journal_slot);
    ch->journal_slot = 0;
}

struct call_journal *calls_journal(const struct calls *c)
{
    return c->journal;
}

void call_journal_said(struct call_journal *j, uint32_t slot)
{
    leave_later(j, slot);
}

void call_journal_record(struct call_journal *j, const struct cdr *r)
{
    struct cdr copy = *r;
    uint32_t slot = 0;
    struct pack k;

    if (!j)
        return;
    pack_init(&k, j->room, KEEP_MOST);
    cdr_pack_finished(&copy, &k);
    if (pack_err(&k) || keep_put(j->keep, &slot, KIND_RECORD, slice_from(j->room, k.at)))
        return; /* the store's own journal has it from the end of this round on */
    leave_later(j, slot);
}

void call_journal_recording(struct recording *r)
{
    struct call_journal *j = r->calls->journal;
    struct tape_saved tape;
    struct pack k;

    if (!j)
        return;
    tape_save(r->tape, &tape);
    pack_init(&k, j->room, KEEP_MOST);
    recording_pack(r, &tape, &k);
    if (pack_err(&k) ||
        keep_put(j->keep, &r->journal_slot, KIND_RECORDING, slice_from(j->room, k.at)))
        log_warning(
            "recording is not in the journal, it ends if the engine dies call=%s channel=\"%s\"",
            r->linkedid, r->channel_name);
}

void call_journal_recording_over(struct recording *r)
{
    if (r->calls->journal && r->journal_slot)
        leave_later(r->calls->journal, r->journal_slot);
    r->journal_slot = 0;
}

/* ---- what is of no call ---- */

static int write_kept(struct call_journal *j, uint32_t *slot, uint8_t what, call_journal_pack_h *h,
                      void *arg)
{
    struct pack k;

    if (!*slot && j->kept >= keep_most(j->keep) / 4)
        return ENOSPC;
    pack_init(&k, j->room, KEEP_MOST);
    pack_u8(&k, &what);
    h(&k, arg);
    return pack_err(&k) ? pack_err(&k)
                        : keep_put(j->keep, slot, KIND_STATION, slice_from(j->room, k.at));
}

void call_journal_keep(struct call_journal *j, uint32_t *slot, uint8_t what, call_journal_pack_h *h,
                       void *arg)
{
    const bool is_new = !*slot;
    int err;

    if (!j)
        return;
    err = write_kept(j, slot, what, h, arg);
    if (!err) {
        j->kept += is_new;
        return;
    }
    call_journal_unkeep(j, slot); /* an old value would be wrong */
    if (!j->is_kept_full)
        log_warning("what the routing sets for the station is not kept any more if the engine dies "
                    "kept=%u err=\"%s\"",
                    j->kept, strerror(err));
    j->is_kept_full = true;
}

void call_journal_unkeep(struct call_journal *j, uint32_t *slot)
{
    if (!j || !*slot)
        return;
    keep_drop(j->keep, *slot);
    *slot = 0;
    j->kept--;
}

static void drop_kept(uint32_t slot, uint8_t kind, struct slice bytes, void *arg)
{
    struct call_journal *j = arg;

    if (kind == KIND_STATION)
        keep_drop(j->keep, slot);
}

void call_journal_unkeep_all(struct call_journal *j)
{
    (void)keep_each(j->keep, drop_kept, j);
    j->kept = 0;
}

struct kept_walk {
    struct call_journal *j;
    call_journal_kept_h *h;
    void *arg;
};

static void on_kept(uint32_t slot, uint8_t kind, struct slice bytes, void *arg)
{
    struct kept_walk *w = arg;
    uint8_t what = 0;
    struct pack k;

    if (kind != KIND_STATION)
        return;
    w->j->kept++;
    unpack_init(&k, bytes);
    pack_u8(&k, &what);
    w->h(slot, what, &k, w->arg);
}

void call_journal_each_kept(struct call_journal *j, call_journal_kept_h *h, void *arg)
{
    struct kept_walk w = {j, h, arg};

    j->kept = 0;
    if (keep_each(j->keep, on_kept, &w))
        log_error("what the routing has set cannot be read err=\"%s\"", strerror(ENOMEM));
}

/* ---- what changes a call ---- */

static bool matters(const struct call_fact *f)
{
    switch (f->type) {
    case CALL_NEW:
    case CALL_STATE:
    case CALL_STEP:
    case CALL_PARTY:
    case CALL_CONNECTED:
    case CALL_RENAMED:
    case CALL_DIAL_END:
    case CALL_BRIDGE_ENTER:
    case CALL_BRIDGE_LEAVE:
    case CALL_HANGUP_ASKED:
    case CALL_VARIABLE:
    case CALL_HOLD:
    case CALL_UNHOLD: return true;
    default: return false;
    }
}

static void on_fact(const struct call_fact *f, void *arg)
{
    if (f->channel && matters(f))
        call_journal_touch(f->channel);
}

void call_journal_attach(struct call_journal *j, struct calls *c)
{
    j->calls = c;
    j->observer.h = on_fact;
    j->observer.arg = j;
    calls_observe(c, &j->observer);
    if (j->is_new)
        j->area->counters.after_s = loop_wall(j->loop).us / 1000000;
    calls_use_counters(c, &j->area->counters);
    calls_use_journal(c, j);
}

/* ---- taking over ---- */

static void is_settled(void *arg)
{
    struct call_journal *j = arg;

    j->area->failed_starts = 0;
}

enum call_journal_mode call_journal_mode(struct call_journal *j)
{
    uint32_t before = j->area->failed_starts;

    if (!keep_count(j->keep)) {
        j->area->failed_starts = 0;
        return CALL_JOURNAL_EMPTY;
    }
    j->area->failed_starts++;
    timer_start(j->loop, &j->settled, SETTLED_MS, is_settled, j);
    return before < 2 ? CALL_JOURNAL_TAKE : before == 2 ? CALL_JOURNAL_END : CALL_JOURNAL_DROP;
}

/* Of a leg that nobody can speak for: only its record is left. */
static void lost_hangup(struct channel *ch, int cause)
{
}

static const struct channel_tech lost_tech = {.name = "Lost", .hangup = lost_hangup};

/* An entry that was read, until its transport is there. */
struct taken {
    struct link link;   /* journal->taken */
    struct channel *ch; /* a reference */
    struct pack tech, run;
    char peer[32];
    char bytes[];
};

static void taken_free(struct taken *t)
{
    list_unlink(&t->link);
    mem_deref(t->ch);
    mem_free(t);
}

static void free_taken(struct call_journal *j)
{
    LIST_FOREACH(&j->taken, k)
    {
        taken_free(CONTAINER_OF(k, struct taken, link));
    }
}

static void read_rest(struct taken *t, struct pack *k)
{
    struct slice peer = SLICE_NONE;
    struct pack stream;

    pack_slice(k, &peer);
    (void)slice_copy(peer, t->peer, sizeof(t->peer));
    pack_begin(k, &stream);
    pack_begin(k, &t->tech);
    pack_begin(k, &t->run);
    (void)channel_unpack_stream(t->ch, &stream); /* one without can still be ended */
}

static int read_call(struct call_journal *j, uint32_t slot, struct slice bytes)
{
    struct taken *t = mem_zalloc(sizeof(*t) + bytes.len);
    struct pack k, part, cdr;
    int err;

    if (!t)
        return ENOMEM;
    if (bytes.len)
        memcpy(t->bytes, bytes.p, bytes.len);
    unpack_init(&k, slice_from(t->bytes, bytes.len));
    pack_begin(&k, &part);
    pack_begin(&k, &cdr);
    err = channel_unpack(&t->ch, j->calls, &part, &cdr);
    if (err) {
        mem_free(t);
        return err;
    }
    t->ch->journal_slot = slot;
    t->ch->tech = &lost_tech;
    read_rest(t, &k);
    list_append(&j->taken, &t->link);
    return 0;
}

static void on_entry(uint32_t slot, uint8_t kind, struct slice bytes, void *arg)
{
    struct call_journal *j = arg;
    int err;

    if (kind == KIND_RECORD || kind == KIND_GOODBYE || kind == KIND_STATION ||
        kind == KIND_RECORDING)
        return;
    err = kind == KIND_CALL && slice_is_set(bytes) ? read_call(j, slot, bytes) : EBADMSG;
    if (!err)
        return;
    log_error("entry of the journal cannot be read, its call is lost slot=%u err=\"%s\"", slot,
              strerror(err));
    leave_later(j, slot);
}

static void on_recording(uint32_t slot, uint8_t kind, struct slice bytes, void *arg)
{
    struct call_journal *j = arg;
    struct pack k;
    int err;

    if (kind != KIND_RECORDING)
        return;
    unpack_init(&k, bytes);
    err = slice_is_set(bytes) ? recording_adopt(j->calls, slot, &k) : EBADMSG;
    if (!err)
        return;
    log_error("recording in the journal cannot be read, it ends slot=%u err=\"%s\"", slot,
              strerror(err));
    leave_later(j, slot);
}

void call_journal_read(struct call_journal *j)
{
    int err = keep_each(j->keep, on_entry, j);

    if (!err)
        err = keep_each(j->keep, on_recording, j);

    if (err)
        log_error("calls cannot be taken over err=\"%s\"", strerror(err));
}

static void restore_tech(struct call_journal *j, struct taken *t)
{
    struct slice name = SLICE_NONE;
    const struct channel_tech *tech;
    struct channel *ch = t->ch;
    void *arg = NULL;
    int err;

    pack_slice(&t->tech, &name);
    tech = pack_err(&t->tech) ? NULL : calls_tech_find(j->calls, name, &arg);
    err = tech && tech->restore ? tech->restore(ch, arg, &t->tech) : ENOTSUP;
    if (err)
        log_warning("leg cannot be taken over, its call ends call=%s channel=\"%s\" err=\"%s\"",
                    ch->linkedid, ch->name, strerror(err));
}

static void on_goodbye(uint32_t slot, uint8_t kind, struct slice bytes, void *arg)
{
    struct call_journal *j = arg;
    const struct channel_tech *tech;
    struct slice name = SLICE_NONE;
    void *tech_arg = NULL;
    struct pack k;
    int err;

    if (kind != KIND_GOODBYE)
        return;
    unpack_init(&k, bytes);
    pack_slice(&k, &name);
    tech = pack_err(&k) ? NULL : calls_tech_find(j->calls, name, &tech_arg);
    err = tech && tech->restore_goodbye ? tech->restore_goodbye(tech_arg, &k, slot) : EBADMSG;
    if (!err)
        return;
    log_warning("goodbye to a phone is not said again slot=%u err=\"%s\"", slot, strerror(err));
    leave_later(j, slot);
}

void call_journal_take(struct call_journal *j, call_journal_call_h *h, void *arg)
{
    if (keep_each(j->keep, on_goodbye, j))
        log_error("goodbyes cannot be said again err=\"%s\"", strerror(ENOMEM));
    LIST_FOREACH(&j->taken, k)
    {
        struct taken *t = CONTAINER_OF(k, struct taken, link);

        restore_tech(j, t);
        t->ch->is_shown = true; /* it was, under the engine before */
        channel_tell(t->ch, CALL_NEW, NULL);
        h(t->ch, t->ch->tech != &lost_tech, t->run, t->peer, arg);
    }
}

void call_journal_taken(struct call_journal *j)
{
    struct link *k;

    while ((k = list_first(&j->taken)) != NULL) {
        struct taken *t = CONTAINER_OF(k, struct taken, link);

        call_journal_touch(t->ch);
        taken_free(t);
    }
}

/* ---- records ---- */

struct replay {
    struct call_journal *j;
    calls_record_h *record;
    void *arg;
};

static void on_record(uint32_t slot, uint8_t kind, struct slice bytes, void *arg)
{
    struct replay *p = arg;
    struct channel *ch;
    struct cdr r = {0};
    struct pack k;

    if (kind != KIND_RECORD)
        return;
    unpack_init(&k, bytes);
    cdr_pack_finished(&r, &k);
    if (!slice_is_set(bytes) || pack_err(&k)) {
        log_error("record in the journal cannot be read, it is lost slot=%u", slot);
    } else {
        /* handed out already: what its channel says of it does not count any more */
        ch = calls_channel_find(p->j->calls, slice_of(r.uniqueid));
        if (ch)
            cdr_forget(ch, r.sequence);
        p->record(&r, p->arg);
    }
    leave_later(p->j, slot);
}

void call_journal_replay(struct call_journal *j, calls_record_h *record, void *arg)
{
    struct replay p = {.j = j, .record = record, .arg = arg};

    if (keep_each(j->keep, on_record, &p))
        log_error("records of the journal cannot be read err=\"%s\"", strerror(ENOMEM));
}

static void drop_call(uint32_t slot, uint8_t kind, struct slice bytes, void *arg)
{
    if (kind != KIND_RECORD)
        leave_later(arg, slot);
}

void call_journal_drop(struct call_journal *j)
{
    (void)keep_each(j->keep, drop_call, j);
}
