/* cdr.c - when records begin, change and end (cdr.h). The comments name Asterisk's behaviour that a
   rule comes from; tests/golden/cdr has the calls that showed it. */
#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "call/journal.h"
#include "call/save.h"

#define RECORDS_MAX 100

static struct cdr_record *record_of(struct link *k)
{
    return CONTAINER_OF(k, struct cdr_record, link);
}

struct cdr_record *cdr_newest(const struct channel *ch)
{
    struct link *k = ch->cdr ? list_last(&ch->cdr->records) : NULL;

    return k ? record_of(k) : NULL;
}

static struct wall now(const struct channel *ch)
{
    return loop_wall(ch->calls->loop);
}

int64_t cdr_seconds(struct wall a, struct wall b)
{
    return a.us && b.us > a.us ? (b.us - a.us) / 1000000 : 0;
}

static void record_free(struct cdr_record *r)
{
    list_unlink(&r->link);
    mem_free(r->data);
    mem_free(r->context);
    mem_free(r->exten);
    mem_free(r->dstchannel);
    mem_free(r->peeraccount);
    mem_free(r->b_number);
    mem_free(r->number);
    mem_free(r->name);
    mem_free(r->accountcode);
    mem_free(r->userfield);
    mem_free(r);
}

static void hand_out(struct channel *ch, const struct cdr_record *r)
{
    struct buf room;
    struct cdr out;

    buf_init(&room, 64 * 1024);
    if (cdr_print(ch, r, &out, &room) == 0) {
        call_journal_record(ch->calls->journal, &out);
        calls_tell(ch->calls,
                   &(struct call_fact){.type = CALL_RECORD, .channel = ch, .record = &out});
        if (ch->calls->record)
            ch->calls->record(&out, ch->calls->arg);
    } else {
        log_error("call record lost: no memory call=%s channel=\"%s\" dstchannel=\"%s\"",
                  ch->linkedid, ch->name, r->dstchannel ? r->dstchannel : "");
    }
    buf_fini(&room);
}

/* A leg that was dialled gives no record of its own; a call that reached nobody only when asked. */
static bool is_worth_it(const struct channel *ch, const struct cdr_record *r)
{
    if (ch->cdr->is_off || ch->calls->cdr_options.is_off)
        return false;
    if (r->dstchannel)
        return true;
    return (!ch->is_outgoing || ch->cdr->is_own) &&
           (ch->calls->cdr_options.has_unanswered || r->disposition >= CDR_ANSWERED);
}

static void retire(struct channel *ch, struct cdr_record *r)
{
    if (is_worth_it(ch, r))
        hand_out(ch, r);
    record_free(r);
    ch->cdr->count--;
}

static enum cdr_disposition congestion(const struct channel *ch)
{
    return ch->calls->cdr_options.has_congestion ? CDR_CONGESTION : CDR_FAILED;
}

/* Without a Dial's result the answer decides, then the cause of the hang-up. */
static enum cdr_disposition judge(const struct channel *ch, const struct cdr_record *r)
{
    if (r->disposition != CDR_NONE)
        return r->disposition;
    if (r->answer.us)
        return CDR_ANSWERED;
    switch (ch->cause) {
    case CAUSE_BUSY: return CDR_BUSY;
    case CAUSE_CONGESTION: return congestion(ch);
    case CAUSE_NO_ROUTE:
    case CAUSE_UNAVAILABLE: return CDR_FAILED;
    case CAUSE_NORMAL:
    case CAUSE_NO_ANSWER: return CDR_NOANSWER;
    default: return CDR_NONE;
    }
}

static void finish(const struct channel *ch, struct cdr_record *r)
{
    if (r->phase == CDR_FINAL)
        return;
    r->phase = CDR_FINAL;
    r->end = now(ch);
    r->disposition = judge(ch, r);
}

/* The channel goes on with perhaps another caller id: this record keeps the present one. */
static void finish_early(const struct channel *ch, struct cdr_record *r)
{
    if (r->phase == CDR_FINAL)
        return;
    finish(ch, r);
    r->number = mem_strdup(ch->caller.number);
    r->name = mem_strdup(ch->caller.name);
    r->accountcode = mem_strdup(ch->accountcode);
    r->userfield = mem_strdup(ch->userfield);
    r->amaflags = ch->amaflags;
    memcpy(r->linkedid, ch->linkedid, sizeof(r->linkedid));
    r->is_kept = true;
}

/* A text that cannot be copied keeps its former value: better an old one than a lost call. */
static void follow(char **field, const char *value)
{
    (void)channel_set(field, slice_of(value));
}

/* Application names come from a table, but not always the same one: compare the text. */
static bool is_same(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static void follow_party_a(const struct channel *ch, struct cdr_record *r)
{
    const struct cdr_state *s = ch->cdr;

    if (!s->is_in_sub || s->is_in_h || ch->is_hungup) {
        follow(&r->context, ch->context);
        follow(&r->exten, ch->exten);
    }
    if (ch->app && !r->is_app_locked) {
        r->app = ch->app;
        follow(&r->data, ch->appdata);
        /* seen: Dial(nobody), then Dial(102): lastdata stays at the first */
        r->is_app_locked = is_same(ch->app, "Dial");
    }
    if (ch->state == CHANNEL_UP && !r->answer.us)
        r->answer = now(ch);
}

/* The oldest that has ended is handed out. @return false: all are open (ForkCDR without end) */
static bool make_place(struct channel *ch)
{
    if (ch->cdr->count < RECORDS_MAX)
        return true;
    LIST_FOREACH(&ch->cdr->records, k)
    {
        if (record_of(k)->phase != CDR_FINAL)
            continue;
        retire(ch, record_of(k));
        return true;
    }
    return false;
}

static struct cdr_record *append(struct channel *ch)
{
    struct cdr_state *s = ch->cdr;
    struct cdr_record *r = make_place(ch) ? mem_zalloc(sizeof(*r)) : NULL;
    const struct cdr_record *former = cdr_newest(ch);

    if (!r)
        return NULL;
    if (former) { /* in a Gosub the new one belongs where the former one did */
        follow(&r->context, former->context);
        follow(&r->exten, former->exten);
    }
    r->disposition = CDR_NONE;
    r->sequence = calls_next_sequence(ch->calls);
    r->start = now(ch);
    list_append(&s->records, &r->link);
    s->count++;
    follow_party_a(ch, r);
    return r;
}

int cdr_begin_empty(struct channel *ch)
{
    ch->cdr = mem_zalloc(sizeof(*ch->cdr));
    if (!ch->cdr)
        return ENOMEM;
    list_init(&ch->cdr->records);
    list_init(&ch->cdr->vars);
    return 0;
}

void cdr_forget(struct channel *ch, uint32_t sequence)
{
    LIST_FOREACH(&ch->cdr->records, k)
    {
        if (record_of(k)->sequence != sequence)
            continue;
        record_free(record_of(k));
        ch->cdr->count--;
    }
}

int cdr_begin(struct channel *ch)
{
    if (cdr_begin_empty(ch))
        return ENOMEM;
    ch->cdr->is_off = ch->calls->cdr_options.starts_off;
    if (!append(ch)) {
        cdr_free(ch);
        return ENOMEM;
    }
    return 0;
}

int cdr_leg(struct channel *ch, bool is_trunk, struct slice group_uuid)
{
    if (!ch->cdr)
        return 0;
    ch->cdr->is_trunk = is_trunk;
    return channel_set(&ch->cdr->group_uuid, group_uuid);
}

void cdr_set_options(struct calls *c, const struct cdr_options *o)
{
    c->cdr_options = *o;
}

void cdr_subroutine(struct channel *ch, bool is_on)
{
    if (ch->cdr)
        ch->cdr->is_in_sub = is_on;
}

void cdr_set_off(struct channel *ch, bool is_off)
{
    if (ch->cdr)
        ch->cdr->is_off = is_off;
}

void cdr_own(struct channel *ch)
{
    if (ch->cdr)
        ch->cdr->is_own = true;
}

/* Extension h ends all records and begins none, unless asked otherwise (endbeforehexten). */
static void enter_h(struct channel *ch)
{
    ch->cdr->is_in_h = true;
    LIST_FOREACH(&ch->cdr->records, k)
    {
        finish_early(ch, record_of(k));
    }
}

void cdr_update(struct channel *ch)
{
    struct cdr_state *s = ch->cdr;
    bool is_moved, is_open = false;

    if (!s)
        return;
    if (!s->is_in_h && !ch->calls->cdr_options.includes_h &&
        (ch->is_hungup || is_same(ch->exten, "h")))
        enter_h(ch);
    if (s->is_in_h)
        return;
    is_moved = ch->priority != s->priority || (ch->app && !is_same(ch->app, s->app));
    LIST_FOREACH(&s->records, k)
    {
        struct cdr_record *r = record_of(k);

        if (r->phase == CDR_PENDING && is_moved) /* answered, but the routing goes on (option G) */
            finish_early(ch, r);
        if (r->phase == CDR_FINAL)
            continue;
        follow_party_a(ch, r);
        is_open = true;
    }
    /* seen: after a Dial another application begins a record at once, another Dial only when it
       rings somebody */
    if (!is_open && ch->app && !is_same(ch->app, s->app))
        (void)append(ch);
    if (ch->app)
        s->app = ch->app;
    s->priority = ch->priority;
}

void cdr_answer(struct channel *ch)
{
    if (!ch->cdr)
        return;
    LIST_FOREACH(&ch->cdr->records, k)
    {
        struct cdr_record *r = record_of(k);

        if (r->phase != CDR_FINAL && !r->answer.us)
            r->answer = now(ch);
    }
}

static int set_party_b(const struct channel *a, struct cdr_record *r, const struct channel *b)
{
    /* seen: a callee without an account, or with one of its own, takes the caller's */
    const char *account = a->accountcode && *a->accountcode ? a->accountcode : b->accountcode;

    r->dstchannel = mem_strdup(b->name);
    if (!r->dstchannel)
        return ENOMEM;
    follow(&r->peeraccount, account);
    follow(&r->b_number, b->dnid);
    r->is_b_trunk = b->cdr && b->cdr->is_trunk;
    return 0;
}

/* The open record that has no party B yet, or a new one. */
static struct cdr_record *single(struct channel *ch)
{
    LIST_FOREACH(&ch->cdr->records, k)
    {
        if (record_of(k)->phase == CDR_SINGLE)
            return record_of(k);
    }
    return append(ch);
}

int cdr_dial(struct channel *caller, struct channel *callee)
{
    struct cdr_record *r;

    if (!caller || !caller->cdr || caller->cdr->is_in_h)
        return 0;
    r = single(caller);
    if (!r)
        return ENOMEM;
    follow_party_a(caller, r);
    if (set_party_b(caller, r, callee))
        return ENOMEM;
    r->phase = CDR_DIAL;
    return 0;
}

const char *cdr_dial_word(int cause)
{
    switch (cause) {
    case CAUSE_BUSY: return "BUSY";
    case CAUSE_CONGESTION: return "CONGESTION";
    case CAUSE_NO_ROUTE:
    case CAUSE_UNAVAILABLE: return "CHANUNAVAIL";
    default: return "NOANSWER";
    }
}

static enum cdr_disposition disposition_of(const struct channel *ch, const char *dialstatus)
{
    static const struct {
        const char *word;
        enum cdr_disposition disposition;
    } rows[] = {
        {"ANSWER", CDR_ANSWERED},
        {"BUSY", CDR_BUSY},
        {"CANCEL", CDR_NOANSWER},
        {"NOANSWER", CDR_NOANSWER},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (strcmp(rows[i].word, dialstatus) == 0)
            return rows[i].disposition;
    }
    return strcmp(dialstatus, "CONGESTION") == 0 ? congestion(ch) : CDR_FAILED;
}

/* The record of a with b as its party B, in this phase. */
static struct cdr_record *find(const struct channel *a, const struct channel *b,
                               enum cdr_phase phase)
{
    if (!a || !a->cdr)
        return NULL;
    LIST_FOREACH(&a->cdr->records, k)
    {
        struct cdr_record *r = record_of(k);

        if (r->phase == phase && is_same(r->dstchannel, b->name))
            return r;
    }
    return NULL;
}

void cdr_dial_end(struct channel *caller, struct channel *callee, const char *dialstatus)
{
    struct cdr_record *r = find(caller, callee, CDR_DIAL);

    if (!r)
        return;
    follow_party_a(caller, r);
    r->disposition = disposition_of(caller, dialstatus);
    if (r->disposition == CDR_ANSWERED)
        r->phase = CDR_PENDING;
    else
        finish_early(caller, r);
}

void cdr_give_up(struct channel *ch)
{
    LIST_FOREACH(&ch->cdr->records, k)
    {
        struct cdr_record *r = record_of(k);

        if (r->phase != CDR_DIAL)
            continue;
        r->disposition = CDR_NOANSWER;
        finish_early(ch, r);
    }
}

/* Who was not dialled is party A; of two alike, who was there first. */
static bool is_party_a(const struct channel *a, const struct channel *b)
{
    if (a->is_outgoing != b->is_outgoing)
        return !a->is_outgoing;
    return a->created_mono.us <= b->created_mono.us;
}

void cdr_bridge(struct channel *a, struct channel *b)
{
    struct cdr_record *r = find(a, b, CDR_PENDING);

    if (!r)
        r = find(b, a, CDR_PENDING);
    if (!r && !is_party_a(a, b)) {
        struct channel *first = b;

        b = a;
        a = first;
    }
    if (!r && a->cdr && !a->cdr->is_in_h) { /* brought together by other means than Dial */
        r = single(a);
        if (r && set_party_b(a, r, b))
            r = NULL;
    }
    if (r)
        r->phase = CDR_BRIDGE;
}

void cdr_unbridge(struct channel *a, struct channel *b)
{
    struct cdr_record *r = find(a, b, CDR_BRIDGE);

    if (r) {
        finish_early(a, r);
        return;
    }
    r = find(b, a, CDR_BRIDGE);
    if (r)
        finish_early(b, r);
}

void cdr_end(struct channel *ch)
{
    if (!ch->cdr)
        return;
    LIST_FOREACH(&ch->cdr->records, k)
    {
        finish(ch, record_of(k));
        retire(ch, record_of(k));
    }
}

static void drop_vars(struct cdr_state *s)
{
    LIST_FOREACH(&s->vars, k)
    {
        struct cdr_var *v = CONTAINER_OF(k, struct cdr_var, link);

        list_unlink(&v->link);
        mem_free(v->name);
        mem_free(v->value);
        mem_free(v);
    }
    s->var_count = 0;
}

/* seen: an answered record is answered from now on */
void cdr_reset(struct channel *ch, bool keeps_vars)
{
    if (!ch->cdr)
        return;
    LIST_FOREACH(&ch->cdr->records, k)
    {
        struct cdr_record *r = record_of(k);

        if (r->phase == CDR_FINAL)
            continue;
        r->start = now(ch);
        r->answer = r->answer.us ? r->start : r->answer;
    }
    if (!keeps_vars)
        drop_vars(ch->cdr);
}

void cdr_fork(struct channel *ch, bool ends, bool is_fresh)
{
    struct cdr_record *former = cdr_newest(ch), *r;
    struct wall start, answer;

    if (!former || ch->cdr->is_in_h)
        return;
    start = former->start;
    answer = former->answer;
    if (ends)
        finish_early(ch, former);
    r = append(ch);
    if (!r)
        return;
    if (!is_fresh)
        r->start = start;
    r->answer = is_fresh && answer.us ? r->start : answer;
}

void cdr_free(struct channel *ch)
{
    if (!ch->cdr)
        return;
    LIST_FOREACH(&ch->cdr->records, k)
    {
        record_free(record_of(k));
    }
    drop_vars(ch->cdr);
    mem_free(ch->cdr->group_uuid);
    mem_free(ch->cdr);
    ch->cdr = NULL;
}
