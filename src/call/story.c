/* story.c - see story.h */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/hash.h"
#include "base/mem.h"
#include "call/bridge.h"
#include "call/inner.h"
#include "call/recording.h"
#include "call/story_inner.h"

#define MOST_STORY 32768
#define KEPT_FOR_THE_END 2048 /* how a call ended is told even when the middle was too long */
#define MOST_WORD 300

struct story {
    struct hash_link by_id;
    struct stories *of;
    char linkedid[32];
    struct wall start;
    struct mono begun;
    struct buf text;
    uint32_t legs, alive;
    bool is_cut;
};

/* A channel in its story: channel->leg. */
struct story_leg {
    struct link link; /* stories->legs */
    struct story *story;
    struct channel *channel; /* lives longer: its hangup frees the leg */
    uint32_t number;
    bool is_introduced; /* caller and number have been told */
};

struct stories {
    struct calls *calls;
    struct call_observer observer;
    struct hash stories;
    struct list legs;
    story_done_h *done;
    void *arg;
    bool is_off;
};

/* ---- finding ---- */

static struct story *story_find(const struct stories *s, struct slice linkedid)
{
    for (struct hash_link *k = hash_first(&s->stories, hash_slice(linkedid)); k; k = hash_next(k)) {
        struct story *y = CONTAINER_OF(k, struct story, by_id);

        if (slice_eqz(linkedid, y->linkedid))
            return y;
    }
    return NULL;
}

/* ---- writing ---- */

static const char *escape_of(char c)
{
    switch (c) {
    case '\t': return "\\t";
    case '\n': return "\\n";
    case '\\': return "\\\\";
    case '\0':
    case '\r': return "";
    default: return NULL;
    }
}

static void add_word(struct buf *b, struct slice word)
{
    size_t from = 0;

    if (word.len > MOST_WORD)
        word.len = MOST_WORD;
    for (size_t i = 0; i < word.len; i++) {
        const char *escape = escape_of(word.p[i]);

        if (!escape)
            continue;
        buf_add(b, word.p + from, i - from);
        buf_addz(b, escape);
        from = i + 1;
    }
    buf_add(b, word.p + from, word.len - from);
}

static void add_line(struct story *y, uint32_t leg, enum story_step step, const struct slice *words)
{
    const int64_t ms = mono_diff_ms(loop_now(y->of->calls->loop), y->begun);
    const size_t before = y->text.len;

    buf_addu(&y->text, ms > 0 ? (unsigned long long)ms : 0);
    buf_addc(&y->text, '\t');
    buf_addu(&y->text, leg);
    buf_addc(&y->text, '\t');
    buf_addz(&y->text, story_step_id(step));
    for (int i = 0; i < STORY_WORDS && slice_is_set(words[i]); i++) {
        buf_addc(&y->text, '\t');
        add_word(&y->text, words[i]);
    }
    buf_addc(&y->text, '\n');
    if (buf_err(&y->text) == 0)
        return;
    y->text.len = before; /* the line that did not fit */
    if (y->text.p)
        y->text.p[before] = '\0';
    y->text.err = 0;
}

static bool tells_the_end(enum story_step step)
{
    return step == STEP_OVER || step == STEP_ASKED || step == STEP_DIAL_END ||
           step == STEP_TALK_END;
}

/* A step with up to four words, the last one absent. */
static void add_step(struct story_leg *l, enum story_step step, struct slice a, struct slice b,
                     struct slice c, struct slice d)
{
    static const struct slice nothing[STORY_WORDS];
    const struct slice words[STORY_WORDS] = {a, b, c, d};
    struct story *y = l->story;

    if (y->text.len > MOST_STORY - KEPT_FOR_THE_END && !tells_the_end(step)) {
        if (!y->is_cut)
            add_line(y, l->number, STEP_CUT, nothing);
        y->is_cut = true;
        return;
    }
    add_line(y, l->number, step, words);
}

static void add_plain(struct story_leg *l, enum story_step step)
{
    add_step(l, step, SLICE_NONE, SLICE_NONE, SLICE_NONE, SLICE_NONE);
}

static void add_cause(struct story_leg *l, enum story_step step, struct slice who, int cause)
{
    char text[12];

    snprintf(text, sizeof(text), "%d", cause);
    if (step == STEP_ASKED)
        add_step(l, step, who, slice_of(text), SLICE_NONE, SLICE_NONE);
    else
        add_step(l, step, slice_of(text), SLICE_NONE, SLICE_NONE, SLICE_NONE);
}

/* ---- birth and end of stories ---- */

static void story_free(struct story *y)
{
    hash_del(&y->of->stories, &y->by_id);
    buf_fini(&y->text);
    mem_free(y);
}

static void leg_free(struct story_leg *l)
{
    list_unlink(&l->link);
    l->channel->leg = NULL;
    mem_free(l);
}

static struct story *story_make(struct stories *s, const struct channel *ch)
{
    struct story *y = mem_zalloc(sizeof(*y));

    if (!y)
        return NULL;
    y->of = s;
    buf_init(&y->text, MOST_STORY);
    memcpy(y->linkedid, ch->linkedid, sizeof(y->linkedid));
    y->start = ch->created;
    y->begun = ch->created_mono;
    buf_printf(&y->text, "1\t%lld\n", (long long)(y->start.us / 1000));
    if (hash_add(&s->stories, &y->by_id, hash_slice(slice_of(y->linkedid)))) {
        buf_fini(&y->text);
        mem_free(y);
        return NULL;
    }
    return y;
}

static void on_new(struct stories *s, struct channel *ch)
{
    struct story *y = story_find(s, slice_of(ch->linkedid));
    struct story_leg *l;

    if (s->is_off && !y)
        return;
    if (!y)
        y = story_make(s, ch);
    if (!y)
        return;
    l = mem_zalloc(sizeof(*l));
    if (!l) {
        if (!y->alive)
            story_free(y);
        return;
    }
    list_append(&s->legs, &l->link);
    ch->leg = l;
    l->channel = ch;
    l->story = y;
    l->number = ++y->legs;
    y->alive++;
    add_step(l, ch->is_outgoing ? STEP_OUT : STEP_IN, slice_of(ch->name), SLICE_NONE, SLICE_NONE,
             SLICE_NONE);
}

static void on_hangup(struct channel *ch, int cause)
{
    struct story *y = ch->leg->story;
    struct stories *s = y->of;

    add_cause(ch->leg, STEP_OVER, SLICE_NONE, cause);
    leg_free(ch->leg);
    if (--y->alive)
        return;
    if (s->done)
        s->done(slice_of(y->linkedid), y->start, buf_slice(&y->text), s->arg);
    story_free(y);
}

/* ---- facts ---- */

static void introduce(struct story_leg *l, const struct channel *ch)
{
    char who[128];

    l->is_introduced = true;
    if (ch->is_outgoing)
        return;
    snprintf(who, sizeof(who), "%.80s <%.40s>", ch->caller.name ? ch->caller.name : "",
             ch->caller.number ? ch->caller.number : "");
    add_step(l, STEP_CALLER, slice_trim(slice_of(who)), slice_of(ch->exten ? ch->exten : ""),
             slice_of(ch->context ? ch->context : ""), SLICE_NONE);
}

static void on_step(struct story_leg *l, const struct call_fact *f)
{
    const struct channel *ch = f->channel;
    char place[256];

    if (!l->is_introduced)
        introduce(l, ch);
    snprintf(place, sizeof(place), "%.100s,%.100s,%d", ch->context ? ch->context : "",
             ch->exten ? ch->exten : "", ch->priority);
    add_step(l, slice_is_set(f->rule) ? STEP_RUN_RULE : STEP_RUN, slice_of(place), f->name,
             f->value, f->rule);
}

static void on_state(struct story_leg *l, const struct channel *ch)
{
    if (ch->state == CHANNEL_RINGING)
        add_plain(l, STEP_RINGING);
    else if (ch->state == CHANNEL_UP)
        add_plain(l, STEP_UP);
}

/* A talk is told of the one that was called, whoever of the two came last or left first. */
static bool is_peers(const struct channel *ch, const struct channel *peer)
{
    return peer->leg && peer->is_outgoing && !ch->is_outgoing;
}

static void on_enter(struct story_leg *l, const struct call_fact *f)
{
    const struct channel *peer = bridge_peer(f->channel);

    if (!peer)
        return;
    if (is_peers(f->channel, peer))
        add_step(peer->leg, STEP_TALK, slice_of(f->channel->name), SLICE_NONE, SLICE_NONE,
                 SLICE_NONE);
    else
        add_step(l, STEP_TALK, slice_of(peer->name), SLICE_NONE, SLICE_NONE, SLICE_NONE);
}

static void on_leave(struct story_leg *l, const struct channel *ch)
{
    const struct channel *peer = bridge_peer(ch);

    if (peer)
        add_plain(is_peers(ch, peer) ? peer->leg : l, STEP_TALK_END);
}

/* Applications whose digits nobody but the caller should know. */
static bool asks_for_a_secret(const char *app)
{
    static const char *const apps[] = {"Authenticate", "DISA", "VMAuthenticate", "VoiceMailMain"};

    for (size_t i = 0; app && i < sizeof(apps) / sizeof(apps[0]); i++)
        if (strcasecmp(app, apps[i]) == 0)
            return true;
    return false;
}

static void on_digit(struct story_leg *l, const struct call_fact *f)
{
    const char digit = asks_for_a_secret(f->channel->app) ? '?' : (char)f->number;

    add_step(l, STEP_DIGIT, slice_from(&digit, 1), SLICE_NONE, SLICE_NONE, SLICE_NONE);
}

static void add_words(struct story_leg *l, enum story_step step, const struct call_fact *f)
{
    if (slice_is_set(f->name))
        add_step(l, step, f->name, f->value, SLICE_NONE, SLICE_NONE);
    else
        add_step(l, step, f->value, SLICE_NONE, SLICE_NONE, SLICE_NONE);
}

static void on_recording(struct story_leg *l, const struct call_fact *f)
{
    const struct recording *r = f->recording;
    const struct slice file = slice_of(recording_file(r));

    if (f->type == CALL_RECORDING_BEGIN)
        add_step(l, STEP_RECORD, file, SLICE_NONE, SLICE_NONE, SLICE_NONE);
    else if (f->type == CALL_RECORDING_STOP)
        add_step(l, STEP_RECORD_STOP, file, SLICE_NONE, SLICE_NONE, SLICE_NONE);
    else if (r->err)
        add_step(l, STEP_RECORD_FAIL, file, slice_of(strerror(r->err)), SLICE_NONE, SLICE_NONE);
}

static void on_fact(const struct call_fact *f, void *arg)
{
    struct stories *s = arg;
    struct story_leg *l;

    if (f->type == CALL_NEW) {
        on_new(s, f->channel);
        return;
    }
    l = f->channel ? f->channel->leg : f->other ? f->other->leg : NULL;
    if (!l)
        return;
    switch (f->type) {
    case CALL_STATE: on_state(l, f->channel); break;
    case CALL_STEP: on_step(l, f); break;
    case CALL_DIAL_BEGIN: add_words(l, STEP_DIAL, f); break;
    case CALL_DIAL_END: add_words(l, STEP_DIAL_END, f); break;
    case CALL_BRIDGE_ENTER: on_enter(l, f); break;
    case CALL_BRIDGE_LEAVE: on_leave(l, f->channel); break;
    case CALL_HOLD: add_plain(l, STEP_HOLD); break;
    case CALL_UNHOLD: add_plain(l, STEP_UNHOLD); break;
    case CALL_DTMF:
        if (slice_eqz(f->value, "Received"))
            on_digit(l, f);
        break;
    case CALL_HANGUP_ASKED: add_cause(l, STEP_ASKED, f->value, f->number); break;
    case CALL_HANGUP: on_hangup(f->channel, f->number); break;
    case CALL_LOCAL:
        if (f->other)
            add_step(l, STEP_LOCAL, slice_of(f->other->name), SLICE_NONE, SLICE_NONE, SLICE_NONE);
        break;
    case CALL_LOCAL_OPTIMIZE: add_plain(l, STEP_OPTIMIZE); break;
    case CALL_SIGNAL: add_words(l, STEP_SIGNAL, f); break;
    case CALL_NOTE: add_words(l, STEP_NOTE, f); break;
    case CALL_RECORDING_BEGIN:
    case CALL_RECORDING_STOP:
    case CALL_RECORDING_END: on_recording(l, f); break;
    default: break;
    }
}

/* ---- outside ---- */

static void stories_destroy(void *object)
{
    struct stories *s = object;

    call_observer_remove(&s->observer);
    LIST_FOREACH(&s->legs, k)
    {
        leg_free(CONTAINER_OF(k, struct story_leg, link));
    }
    HASH_FOREACH(&s->stories, k)
    {
        story_free(CONTAINER_OF(k, struct story, by_id));
    }
    hash_fini(&s->stories);
    mem_deref(s->calls);
}

int stories_alloc(struct stories **sp, struct calls *c, story_done_h *done, void *arg)
{
    struct stories *s = mem_alloc(sizeof(*s), stories_destroy);

    if (!s)
        return ENOMEM;
    hash_init(&s->stories);
    list_init(&s->legs);
    s->calls = mem_ref(c);
    s->done = done;
    s->arg = arg;
    s->observer.h = on_fact;
    s->observer.arg = s;
    calls_observe(c, &s->observer);
    *sp = s;
    return 0;
}

void stories_set_on(struct stories *s, bool is_on)
{
    s->is_off = !is_on;
}

int stories_find(const struct stories *s, struct slice id, struct slice *text)
{
    const struct channel *ch = calls_channel_find(s->calls, id);
    const struct story *y = ch && ch->leg ? ch->leg->story : story_find(s, id);

    if (!y)
        return ENOENT;
    *text = buf_slice(&y->text);
    return 0;
}

uint32_t stories_count(const struct stories *s)
{
    return s->stories.count;
}
