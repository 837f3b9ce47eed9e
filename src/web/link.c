/* web/link.c - see link.h */
#include "web/link.h"

#include <errno.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/log.h"
#include "base/mem.h"
#include "ipc/manager.h"

enum { AGAIN_MS = 20 };

struct question {
    uint32_t number; /* 0: none */
    struct buf answer;
    web_answer_h *answered;
    web_verdict_h *judged;
    void *arg;
};

struct web_link {
    struct loop *loop;
    const char *path;
    struct ipc *ipc; /* NULL: not connected */
    struct timer again;
    struct hash sessions;
    uint32_t last_session, last_question;
    bool was_lost;
};

struct web_session {
    struct hash_link link;
    struct web_link *to; /* NULL: the engine does not know it */
    uint32_t number;
    struct question questions[LINK_SLOTS];
    web_text_h *events; /* of the role's own one; NULL: a stranger's */
    web_left_h *left;
    void *arg;
};

/* ---- ends ---- */

static void session_destroy(void *object)
{
    struct web_session *s = object;

    for (int i = 0; i < LINK_SLOTS; i++)
        buf_fini(&s->questions[i].answer);
}

static void end_question(struct question *q, int err, struct slice headers)
{
    const struct question was = *q;
    struct buf text = q->answer;

    *q = (struct question){0};
    buf_init(&q->answer, LINK_ANSWER_MAX);
    if (was.answered)
        was.answered(err, &text, was.arg);
    else if (was.judged)
        was.judged(err, headers, was.arg);
    buf_fini(&text);
}

/* Takes the link's reference. */
static void session_lost(struct web_session *s)
{
    hash_del(&s->to->sessions, &s->link);
    s->to = NULL;
    for (int i = 0; i < LINK_SLOTS; i++)
        if (s->questions[i].number)
            end_question(&s->questions[i], ECONNRESET, SLICE_NONE);
    if (s->left)
        s->left(s->arg);
    mem_deref(s);
}

void web_session_leave(struct web_session *s)
{
    struct web_link *l = s->to;

    s->left = NULL;
    s->events = NULL;
    for (int i = 0; i < LINK_SLOTS; i++) {
        s->questions[i].answered = NULL;
        s->questions[i].judged = NULL;
    }
    if (!l)
        return;
    if (l->ipc)
        ipc_send(l->ipc, MANAGER_LEAVE, &(struct manager_leave){s->number});
    session_lost(s);
}

/* ---- what the engine says ---- */

static struct web_session *session_find(const struct web_link *l, uint32_t number)
{
    for (struct hash_link *k = hash_first(&l->sessions, number); k; k = hash_next(k)) {
        struct web_session *s = CONTAINER_OF(k, struct web_session, link);

        if (s->number == number)
            return s;
    }
    return NULL;
}

static struct question *question_find(struct web_session *s, uint32_t number)
{
    for (int i = 0; number && i < LINK_SLOTS; i++)
        if (s->questions[i].number == number)
            return &s->questions[i];
    return NULL;
}

static void answer(struct web_session *s, const struct manager_answer *m)
{
    struct question *q = question_find(s, m->request);

    if (!m->request && s->events)
        s->events(m->text, s->arg);
    if (!q)
        return;
    if (buf_adds(&q->answer, m->text) == 0) {
        if (m->is_last)
            end_question(q, 0, SLICE_NONE);
        return;
    }
    log_error("an answer of the Manager is too long for HTTP, its session is closed");
    end_question(q, EMSGSIZE, SLICE_NONE);
    if (s->to)
        ipc_send(s->to->ipc, MANAGER_LEAVE, &(struct manager_leave){s->number});
    session_lost(s);
}

static void verdict(struct web_session *s, const struct manager_verdict *m)
{
    struct question *q = question_find(s, m->request);

    if (q && q->judged)
        end_question(q, m->err, m->headers);
}

static void came(struct ipc *c, uint16_t id, const void *message, int fd, void *arg)
{
    const struct manager_leave *about = message; /* each begins with the session's number */
    struct web_session *s = session_find(arg, about->session);

    if (fd >= 0)
        close(fd);
    if (!s)
        return;
    mem_ref(s);
    if (id == MANAGER_ANSWER)
        answer(s, message);
    else if (id == MANAGER_VERDICT)
        verdict(s, message);
    else if (id == MANAGER_LEFT)
        session_lost(s);
    mem_deref(s);
}

/* ---- the connection ---- */

static void join(void *arg);

static void gone(struct ipc *c, int err, void *arg)
{
    struct web_link *l = mem_ref(arg);

    l->ipc = mem_deref(l->ipc);
    if (!l->was_lost)
        log_notice("the engine has gone: sessions of HTTP are closed sessions=%u",
                   l->sessions.count);
    l->was_lost = true;
    HASH_FOREACH(&l->sessions, k) session_lost(CONTAINER_OF(k, struct web_session, link));
    timer_start(l->loop, &l->again, AGAIN_MS, join, l);
    mem_deref(l);
}

/* The supervisor listens: who comes while the engine is away waits for the next one. */
static void join(void *arg)
{
    struct web_link *l = arg;
    int fd = -1;
    int err = ipc_connect(&fd, l->path);

    if (!err)
        err = ipc_alloc(&l->ipc, l->loop, fd, &manager_protocol, came, gone, l);
    if (err)
        timer_start(l->loop, &l->again, AGAIN_MS, join, l);
    else
        l->was_lost = false;
}

static void link_destroy(void *object)
{
    struct web_link *l = object;

    timer_stop(&l->again);
    HASH_FOREACH(&l->sessions, k)
    web_session_leave(CONTAINER_OF(k, struct web_session, link));
    hash_fini(&l->sessions);
    if (l->ipc)
        ipc_close(l->ipc);
    mem_deref(l->ipc);
}

int web_link_alloc(struct web_link **lp, struct loop *loop, const char *path)
{
    struct web_link *l = mem_alloc(sizeof(*l), link_destroy);

    if (!l)
        return ENOMEM;
    l->loop = loop;
    l->path = path;
    hash_init(&l->sessions);
    join(l);
    *lp = l;
    return 0;
}

/* ---- questions ---- */

static int open_session(struct web_session **sp, struct web_link *l, struct manager_open *m)
{
    struct web_session *s = l->ipc ? mem_alloc(sizeof(*s), session_destroy) : NULL;
    int err;

    if (!s)
        return l->ipc ? ENOMEM : ENOTCONN;
    for (int i = 0; i < LINK_SLOTS; i++)
        buf_init(&s->questions[i].answer, LINK_ANSWER_MAX);
    do
        m->session = ++l->last_session;
    while (!m->session || session_find(l, m->session));
    s->number = m->session;
    err = hash_add(&l->sessions, &s->link, s->number);
    if (!err) {
        err = ipc_send(l->ipc, MANAGER_OPEN, m);
        if (err)
            hash_del(&l->sessions, &s->link);
    }
    if (err) {
        mem_deref(s);
        return err;
    }
    s->to = l;
    *sp = mem_ref(s);
    return 0;
}

int web_session_open(struct web_session **sp, struct web_link *l, const struct addr *peer,
                     const struct addr *local, web_left_h *left, void *arg)
{
    struct manager_open m = {.kind = MANAGER_SESSION_HTTP, .peer = *peer, .local = *local};
    const int err = open_session(sp, l, &m);

    if (!err) {
        (*sp)->left = left;
        (*sp)->arg = arg;
    }
    return err;
}

int web_session_open_own(struct web_session **sp, struct web_link *l, web_text_h *events,
                         web_left_h *left, void *arg)
{
    struct manager_open m = {.kind = MANAGER_SESSION_ROLE};
    const int err = open_session(sp, l, &m);

    if (!err) {
        (*sp)->events = events;
        (*sp)->left = left;
        (*sp)->arg = arg;
    }
    return err;
}

bool web_session_is_free(const struct web_session *s, unsigned slot)
{
    return s->questions[slot].number == 0;
}

bool web_session_is_idle(const struct web_session *s)
{
    for (unsigned i = 0; i < LINK_ASKS; i++)
        if (s->questions[i].number)
            return false;
    return true;
}

unsigned web_session_free_slot(const struct web_session *s)
{
    unsigned i = 0;

    while (i < LINK_ASKS && s->questions[i].number)
        i++;
    return i;
}

static int begin(struct web_session *s, unsigned slot, uint32_t *number)
{
    if (!s->to || !s->to->ipc)
        return ENOTCONN;
    if (s->questions[slot].number)
        return EBUSY;
    do
        *number = ++s->to->last_question;
    while (!*number);
    return 0;
}

int web_session_ask(struct web_session *s, unsigned slot, struct slice text, web_answer_h *h,
                    void *arg)
{
    struct manager_ask m = {.session = s->number};
    int err = begin(s, slot, &m.request);

    while (!err && !m.is_last) {
        m.text = slice_from(text.p, text.len < MANAGER_TEXT_MAX ? text.len : MANAGER_TEXT_MAX);
        text = slice_skip(text, m.text.len);
        m.is_last = text.len == 0;
        err = ipc_send(s->to->ipc, MANAGER_ASK, &m);
    }
    if (err)
        return err;
    s->questions[slot].number = m.request;
    s->questions[slot].answered = h;
    s->questions[slot].arg = arg;
    return 0;
}

int web_session_digest(struct web_session *s, unsigned slot, struct slice method, struct slice uri,
                       struct slice authorization, web_verdict_h *h, void *arg)
{
    struct manager_digest m = {.session = s->number, .uri = uri, .authorization = authorization};
    int err = begin(s, slot, &m.request);

    if (!err && (slice_copy(method, m.method, sizeof(m.method)) || uri.len > MANAGER_URI_MAX ||
                 authorization.len > MANAGER_HEADER_MAX))
        err = EMSGSIZE;
    if (!err)
        err = ipc_send(s->to->ipc, MANAGER_DIGEST, &m);
    if (err)
        return err;
    s->questions[slot].number = m.request;
    s->questions[slot].judged = h;
    s->questions[slot].arg = arg;
    return 0;
}
