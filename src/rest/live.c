/* rest/live.c - see live.h */
#include "rest/live.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/list.h"
#include "base/mem.h"

enum { ID_TEXT = 48, UUID_TEXT = 37, BEATS = 20 };

/* An event as it is sent, text behind it. */
struct told {
    uint64_t number;
    bool is_common;
    char groups[LIVE_GROUPS][UUID_TEXT];
    size_t len;
    char text[];
};

struct ring {
    struct told *v[LIVE_RING]; /* event n of the topic stands at n % LIVE_RING */
    uint64_t begun;            /* events of this topic so far */
    uint64_t lost;             /* number of the newest that went */
};

struct reader {
    struct link link;
    struct live *live;
    struct http_request *request;
    unsigned topics;
    bool has_all;
    unsigned beats;
    char session[65];
    uint32_t group_count;
    char groups[][UUID_TEXT];
};

struct live {
    struct loop *loop;
    uint64_t birth; /* in each id: those of another process are no longer known */
    uint64_t number;
    struct ring rings[LIVE_TOPICS];
    struct list readers;
    uint32_t count;
    struct timer beat;
};

/* ---- names ---- */

static const char *const names[LIVE_TOPICS] = {[LIVE_CALL] = "call",
                                               [LIVE_DEVICE] = "device",
                                               [LIVE_OBJECT] = "object",
                                               [LIVE_JOB] = "job",
                                               [LIVE_LOG] = "log"};

const char *live_topic_name(unsigned topic)
{
    return topic < LIVE_TOPICS ? names[topic] : NULL;
}

static unsigned topic_bit(struct slice name)
{
    for (unsigned i = 0; i < LIVE_TOPICS; i++)
        if (slice_eqz(name, names[i]))
            return 1u << i;
    return 0;
}

unsigned live_topics_parse(struct slice list)
{
    unsigned all = 0;

    while (slice_is_set(list)) {
        const unsigned bit = topic_bit(slice_trim(slice_cut(list, ',', &list)));

        if (!bit)
            return 0;
        all |= bit;
    }
    return all;
}

/* ---- who may hear ---- */

static bool is_in(const struct reader *r, const char *group)
{
    for (uint32_t i = 0; *group && i < r->group_count; i++)
        if (strcmp(r->groups[i], group) == 0)
            return true;
    return false;
}

static bool may_hear(const struct reader *r, const struct told *t)
{
    if (r->has_all || t->is_common)
        return true;
    for (int i = 0; i < LIVE_GROUPS; i++)
        if (is_in(r, t->groups[i]))
            return true;
    return false;
}

/* ---- readers ---- */

static void beat(void *arg);

static void reader_free(struct reader *r)
{
    struct live *l = r->live;

    list_unlink(&r->link);
    l->count--;
    if (!l->count)
        timer_stop(&l->beat);
    mem_deref(r->request);
    mem_free(r);
}

/* Never from within http_stream_send: the server tells it later. */
static void gone(struct http_request *request, void *arg)
{
    reader_free(arg);
}

static void reader_end(struct reader *r)
{
    http_stream_close(r->request);
    reader_free(r);
}

static void send_text(struct reader *r, const char *text)
{
    (void)http_stream_send(r->request, slice_of(text));
}

/* After some beats a page comes back by itself and is asked anew who it is: a session that has ended in the
   database alone is not heard of here. */
static void beat(void *arg)
{
    struct live *l = arg;

    timer_start(l->loop, &l->beat, LIVE_BEAT_MS, beat, l);
    LIST_FOREACH(&l->readers, k)
    {
        struct reader *r = CONTAINER_OF(k, struct reader, link);

        send_text(r, ":\n\n");
        if (++r->beats == BEATS)
            reader_end(r);
    }
}

void live_end_session(struct live *l, const char *session)
{
    LIST_FOREACH(&l->readers, k)
    {
        struct reader *r = CONTAINER_OF(k, struct reader, link);

        if (strcmp(r->session, session) == 0)
            reader_end(r);
    }
}

void live_end_all(struct live *l)
{
    LIST_FOREACH(&l->readers, k) reader_end(CONTAINER_OF(k, struct reader, link));
}

uint32_t live_readers(const struct live *l)
{
    return l->count;
}

/* ---- telling ---- */

static struct told *told_alloc(struct live *l, const struct live_event *e, struct slice json)
{
    struct told *t = mem_zalloc(sizeof(*t) + json.len + 120);

    if (!t)
        return NULL;
    t->number = l->number;
    t->is_common = e->is_common;
    for (int i = 0; i < LIVE_GROUPS; i++)
        slice_copy(slice_of(e->groups[i]), t->groups[i], sizeof(t->groups[i]));
    t->len = (size_t)snprintf(t->text, json.len + 120,
                              "id: %" PRIx64 "-%" PRIu64 "\nevent: %s\ndata: %.*s\n\n", l->birth,
                              l->number, names[e->topic], SLICE_ARG(json));
    return t;
}

static void keep(struct ring *g, struct told *t)
{
    struct told **place = &g->v[g->begun++ % LIVE_RING];

    if (*place)
        g->lost = (*place)->number;
    mem_free(*place);
    *place = t;
}

void live_tell(struct live *l, const struct live_event *e, struct slice json)
{
    struct told *t;

    l->number++;
    t = json.len <= LIVE_TEXT_MAX ? told_alloc(l, e, json) : NULL;
    if (!t) {
        l->rings[e->topic].lost = l->number;
        return;
    }
    keep(&l->rings[e->topic], t);
    LIST_FOREACH(&l->readers, k)
    {
        struct reader *r = CONTAINER_OF(k, struct reader, link);

        if (r->topics & 1u << e->topic && may_hear(r, t))
            (void)http_stream_send(r->request, slice_from(t->text, t->len));
    }
}

void live_tell_engine(struct live *l, bool is_there)
{
    for (int i = 0; i < LIVE_TOPICS; i++)
        l->rings[i].lost = ++l->number; /* what happened meanwhile nobody has told us */
    LIST_FOREACH(&l->readers, k)
    send_text(CONTAINER_OF(k, struct reader, link),
              is_there ? "event: engine\ndata: {\"is_there\":true}\n\nevent: again\ndata: {}\n\n"
                       : "event: engine\ndata: {\"is_there\":false}\n\n");
}

/* ---- where a reader goes on ---- */

/* @return false: not one of ours */
static bool parse_id(const struct live *l, struct slice id, uint64_t *number)
{
    char text[ID_TEXT];
    uint64_t birth;

    if (!slice_is_set(id) || id.len >= sizeof(text))
        return false;
    slice_copy(id, text, sizeof(text));
    return sscanf(text, "%" SCNx64 "-%" SCNu64, &birth, number) == 2 && birth == l->birth &&
           *number <= l->number;
}

static uint64_t oldest(const struct ring *g)
{
    return g->begun > LIVE_RING ? g->begun - LIVE_RING : 0;
}

/* The next event behind `after` among the reader's topics; at: where each ring is read. */
static const struct told *next_of(const struct live *l, const struct reader *r, uint64_t at[],
                                  uint64_t after)
{
    const struct told *best = NULL;

    for (int i = 0; i < LIVE_TOPICS; i++) {
        const struct ring *g = &l->rings[i];

        if (!(r->topics & 1u << i))
            continue;
        while (at[i] < g->begun && g->v[at[i] % LIVE_RING]->number <= after)
            at[i]++;
        if (at[i] < g->begun && (!best || g->v[at[i] % LIVE_RING]->number < best->number))
            best = g->v[at[i] % LIVE_RING];
    }
    return best;
}

static bool reaches(const struct live *l, unsigned topics, uint64_t number)
{
    for (int i = 0; i < LIVE_TOPICS; i++)
        if (topics & 1u << i && l->rings[i].lost > number)
            return false;
    return true;
}

/* @return 0; ENOENT (the rings do not reach back so far); EMSGSIZE (more than a stream holds); ENOMEM */
static int put_missed(const struct live *l, const struct reader *r, struct slice last_id,
                      struct buf *out)
{
    uint64_t at[LIVE_TOPICS], after = 0;

    if (!parse_id(l, last_id, &after) || !reaches(l, r->topics, after))
        return ENOENT;
    for (int i = 0; i < LIVE_TOPICS; i++)
        at[i] = oldest(&l->rings[i]);
    for (const struct told *t = next_of(l, r, at, after); t && !buf_err(out);
         t = next_of(l, r, at, after)) {
        if (may_hear(r, t))
            buf_add(out, t->text, t->len);
        after = t->number;
    }
    return buf_err(out);
}

/* The first words: what was missed, or that nobody knows it; then the id from which to go on. */
static int greet(const struct live *l, struct reader *r, struct slice last_id)
{
    struct buf out;
    int err = 0;

    buf_init(&out, HTTP_STREAM_MAX / 2);
    if (slice_is_set(last_id))
        err = put_missed(l, r, last_id, &out);
    if (err) {
        buf_reset(&out);
        buf_addz(&out, "event: again\ndata: {}\n\n");
    }
    buf_printf(&out, "retry: 300\nid: %" PRIx64 "-%" PRIu64 "\n\n", l->birth, l->number);
    err = buf_err(&out);
    if (!err)
        err = http_stream_send(r->request, buf_slice(&out));
    buf_fini(&out);
    return err;
}

static uint32_t readers_of(const struct live *l, const char *session)
{
    uint32_t n = 0;

    LIST_FOREACH(&l->readers, k)
    n += strcmp(CONTAINER_OF(k, struct reader, link)->session, session) == 0;
    return n;
}

static struct reader *reader_alloc(struct live *l, const struct live_reader_args *a)
{
    struct reader *r = mem_zalloc(sizeof(*r) + a->group_count * sizeof(r->groups[0]));

    if (!r)
        return NULL;
    r->live = l;
    r->request = mem_ref(a->request);
    r->topics = a->topics;
    r->has_all = a->has_all;
    slice_copy(slice_of(a->session), r->session, sizeof(r->session));
    for (; r->group_count < a->group_count; r->group_count++)
        slice_copy(slice_of(a->groups[r->group_count]), r->groups[r->group_count], UUID_TEXT);
    list_append(&l->readers, &r->link);
    if (!l->count++)
        timer_start(l->loop, &l->beat, LIVE_BEAT_MS, beat, l);
    return r;
}

int live_read(struct live *l, const struct live_reader_args *args)
{
    static const struct http_field fields[] = {
        {"Cache-Control", "no-store"}, {"X-Accel-Buffering", "no"}, {NULL, NULL}};
    struct http_stream_handlers h = {.gone = gone};
    struct reader *r;
    int err;

    if (l->count == LIVE_READERS || readers_of(l, args->session) == LIVE_READERS_EACH)
        return EAGAIN;
    r = reader_alloc(l, args);
    if (!r)
        return ENOMEM;
    h.arg = r;
    err = http_stream_open(args->request, 200, "text/event-stream", fields, &h);
    if (err) {
        reader_free(r);
        return err;
    }
    (void)greet(l, r, args->last_id); /* who cannot be greeted is gone, and it has been told */
    return 0;
}

/* ---- life ---- */

void live_close(struct live *l)
{
    live_end_all(l);
}

static void live_destroy(void *object)
{
    struct live *l = object;

    live_end_all(l);
    timer_stop(&l->beat);
    for (int i = 0; i < LIVE_TOPICS; i++)
        for (int k = 0; k < LIVE_RING; k++)
            mem_free(l->rings[i].v[k]);
}

int live_alloc(struct live **lp, struct loop *loop)
{
    struct live *l = mem_alloc(sizeof(*l), live_destroy);

    if (!l)
        return ENOMEM;
    l->loop = loop;
    l->birth = (uint64_t)loop_wall(loop).us;
    list_init(&l->readers);
    *lp = l;
    return 0;
}
