/* ipc/control.c - the tables of the control protocol, and a role's side of it */
#include "ipc/control.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"

static const struct ipc_field empty_fields[] = {
    IPC_FIELD(IPC_U32, struct control_empty, question),
    {0},
};

static const struct ipc_field bind_fields[] = {
    IPC_FIELD(IPC_U32, struct control_bind, question),
    IPC_FIELD(IPC_U8, struct control_bind, kind),
    IPC_FIELD(IPC_ADDR, struct control_bind, local),
    {0},
};

static const struct ipc_field bound_fields[] = {
    IPC_FIELD(IPC_U32, struct control_bound, question),
    IPC_FIELD(IPC_I32, struct control_bound, err),
    IPC_FIELD(IPC_ADDR, struct control_bound, local),
    {0},
};

static const struct ipc_field role_fields[] = {
    IPC_FIELD(IPC_U32, struct control_role, question),
    IPC_FIELD(IPC_TEXT, struct control_role, name),
    IPC_FIELD(IPC_I32, struct control_role, pid),
    IPC_FIELD(IPC_I64, struct control_role, start_wall_us),
    IPC_FIELD(IPC_U32, struct control_role, restarts),
    IPC_FIELD(IPC_BOOL, struct control_role, is_ready),
    {0},
};

static const struct ipc_field name_fields[] = {
    IPC_FIELD(IPC_U32, struct control_name, question),
    IPC_FIELD(IPC_TEXT, struct control_name, name),
    {0},
};

static const struct ipc_field result_fields[] = {
    IPC_FIELD(IPC_U32, struct control_result, question),
    IPC_FIELD(IPC_I32, struct control_result, err),
    {0},
};

static const struct ipc_field level_fields[] = {
    IPC_FIELD(IPC_U32, struct control_level, question),
    IPC_FIELD(IPC_U8, struct control_level, level),
    {0},
};

static const struct ipc_field http_fields[] = {
    IPC_FIELD(IPC_BOOL, struct control_http, is_enabled),
    IPC_FIELD(IPC_ADDR, struct control_http, bind),
    IPC_FIELD(IPC_U32, struct control_http, timeout_s),
    IPC_FIELD(IPC_U32, struct control_http, rate),
    IPC_FIELD(IPC_U32, struct control_http, connections),
    IPC_FIELD(IPC_BOOL, struct control_http, web.is_enabled),
    IPC_FIELD(IPC_BOOL, struct control_http, web.redirects),
    IPC_FIELD(IPC_ADDR, struct control_http, web.bind),
    IPC_FIELD(IPC_U16, struct control_http, web.port_plain),
    IPC_FIELD(IPC_TEXT, struct control_http, web.name),
    IPC_FIELD(IPC_U32, struct control_http, web.upload_mib),
    IPC_FIELD(IPC_U32, struct control_http, web.rate),
    IPC_FIELD(IPC_U32, struct control_http, web.connections),
    {0},
};

static const struct ipc_type types[] = {
    {CONTROL_READY, "ready", sizeof(struct control_empty), empty_fields},
    {CONTROL_STOP, "stop", sizeof(struct control_empty), empty_fields},
    {CONTROL_BIND, "bind", sizeof(struct control_bind), bind_fields},
    {CONTROL_BOUND, "bound", sizeof(struct control_bound), bound_fields},
    {CONTROL_RELEASE, "release", sizeof(struct control_bind), bind_fields},
    {CONTROL_LIST, "list", sizeof(struct control_empty), empty_fields},
    {CONTROL_ROLE, "role", sizeof(struct control_role), role_fields},
    {CONTROL_RESULT, "result", sizeof(struct control_result), result_fields},
    {CONTROL_RESTART, "restart", sizeof(struct control_name), name_fields},
    {CONTROL_SHUTDOWN, "shutdown", sizeof(struct control_empty), empty_fields},
    {CONTROL_HTTP, "http", sizeof(struct control_http), http_fields},
    {CONTROL_LEVEL, "level", sizeof(struct control_level), level_fields},
    {0},
};

const struct ipc_protocol control_protocol = {"control", types};

/* ---- a role's side ---- */

enum { QUESTIONS = 64 };

struct question {
    uint32_t id; /* 0: free */
    control_bound_h *bound;
    control_role_h *role;
    control_result_h *result;
    void *arg;
};

struct control {
    struct ipc *ipc; /* NULL when the supervisor is gone */
    struct control_handlers h;
    struct question questions[QUESTIONS];
    uint32_t last_id;
    bool is_stopping; /* stop was called */
};

static void tell_stop(struct control *c, bool is_orphan)
{
    if (c->is_stopping)
        return;
    c->is_stopping = true;
    if (c->h.stop)
        c->h.stop(is_orphan, c->h.arg);
}

/* Taken out before its handler runs: the handler may ask again. */
static bool take_question(struct control *c, uint32_t id, struct question *out)
{
    for (size_t i = 0; id && i < QUESTIONS; i++) {
        if (c->questions[i].id != id)
            continue;
        *out = c->questions[i];
        memset(&c->questions[i], 0, sizeof(c->questions[i]));
        return true;
    }
    return false;
}

static const struct question *peek_question(const struct control *c, uint32_t id)
{
    for (size_t i = 0; id && i < QUESTIONS; i++) {
        if (c->questions[i].id == id)
            return &c->questions[i];
    }
    return NULL;
}

static void answer(const struct question *q, int err)
{
    if (q->bound)
        q->bound(err, -1, NULL, q->arg);
    else if (q->role)
        q->role(err, NULL, q->arg);
    else if (q->result)
        q->result(err, q->arg);
}

static void on_bound(struct control *c, const struct control_bound *m, int fd)
{
    struct question q;

    if (!take_question(c, m->question, &q) || !q.bound) {
        if (fd >= 0)
            close(fd);
        return;
    }
    if (m->err == 0 && fd >= 0) {
        q.bound(0, fd, &m->local, q.arg);
        return;
    }
    if (fd >= 0)
        close(fd);
    q.bound(m->err ? m->err : EBADMSG, -1, NULL, q.arg);
}

static void on_recv(struct ipc *ipc, uint16_t id, const void *message, int fd, void *arg)
{
    struct control *c = arg;
    const struct question *peek;
    struct question q;

    if (id == CONTROL_BOUND) {
        on_bound(c, message, fd);
        return;
    }
    if (fd >= 0)
        close(fd);
    if (id == CONTROL_STOP) {
        tell_stop(c, false);
    } else if (id == CONTROL_HTTP) {
        if (c->h.http)
            c->h.http(message, c->h.arg);
    } else if (id == CONTROL_LEVEL) {
        log_set_level(((const struct control_level *)message)->level);
    } else if (id == CONTROL_ROLE) {
        peek = peek_question(c, ((const struct control_role *)message)->question);
        if (peek && peek->role)
            peek->role(0, message, peek->arg);
    } else if (id == CONTROL_RESULT) {
        const struct control_result *m = message;

        if (take_question(c, m->question, &q))
            answer(&q, m->err);
    }
}

static void on_closed(struct ipc *ipc, int err, void *arg)
{
    struct control *c = mem_ref(arg);
    struct question q;

    c->ipc = mem_deref(c->ipc);
    for (size_t i = 0; i < QUESTIONS; i++) {
        if (take_question(c, c->questions[i].id, &q))
            answer(&q, ECANCELED);
    }
    tell_stop(c, true);
    mem_deref(c);
}

static void control_destroy(void *object)
{
    struct control *c = object;

    if (c->ipc)
        ipc_close(c->ipc);
    mem_deref(c->ipc);
}

int control_alloc_ipc(struct control **cp, struct ipc *ipc, const struct control_handlers *h)
{
    struct control *c = mem_alloc(sizeof(*c), control_destroy);

    if (!c) {
        ipc_close(ipc);
        mem_deref(ipc);
        return ENOMEM;
    }
    c->ipc = ipc;
    c->h = *h;
    ipc_set_handlers(ipc, on_recv, on_closed, c);
    *cp = c;
    return 0;
}

int control_alloc(struct control **cp, struct loop *loop, int fd, const struct control_handlers *h)
{
    struct ipc *ipc = NULL;
    int err;

    if (!cp || !loop || !h) {
        close(fd);
        return EINVAL;
    }
    err = ipc_alloc(&ipc, loop, fd, &control_protocol, NULL, NULL, NULL);
    if (err)
        return err;
    return control_alloc_ipc(cp, ipc, h);
}

int control_ready(struct control *c)
{
    const struct control_empty m = {0};

    return c->ipc ? ipc_send(c->ipc, CONTROL_READY, &m) : ECANCELED;
}

int control_tell_http(struct control *c, const struct control_http *http)
{
    return c->ipc ? ipc_send(c->ipc, CONTROL_HTTP, http) : ECANCELED;
}

/* Reserve a number for a question; it is remembered once the message is queued. */
static int question_new(struct control *c, struct question **qp)
{
    if (!c->ipc)
        return ECANCELED;
    for (size_t i = 0; i < QUESTIONS; i++) {
        if (c->questions[i].id)
            continue;
        if (++c->last_id == 0)
            c->last_id = 1;
        c->questions[i].id = c->last_id;
        *qp = &c->questions[i];
        return 0;
    }
    return EAGAIN;
}

static int question_send(struct control *c, struct question *q, uint16_t id, const void *message)
{
    int err = ipc_send(c->ipc, id, message);

    if (err)
        memset(q, 0, sizeof(*q));
    return err;
}

int control_bind(struct control *c, enum control_kind kind, const struct addr *local,
                 control_bound_h *h, void *arg)
{
    struct control_bind m = {.kind = kind, .local = *local};
    struct question *q;
    int err = question_new(c, &q);

    if (err)
        return err;
    q->bound = h;
    q->arg = arg;
    m.question = q->id;
    return question_send(c, q, CONTROL_BIND, &m);
}

int control_release(struct control *c, enum control_kind kind, const struct addr *local)
{
    const struct control_bind m = {.kind = kind, .local = *local};

    return c->ipc ? ipc_send(c->ipc, CONTROL_RELEASE, &m) : ECANCELED;
}

int control_list(struct control *c, control_role_h *h, void *arg)
{
    struct control_empty m;
    struct question *q;
    int err = question_new(c, &q);

    if (err)
        return err;
    q->role = h;
    q->arg = arg;
    m.question = q->id;
    return question_send(c, q, CONTROL_LIST, &m);
}

int control_restart(struct control *c, const char *name, control_result_h *h, void *arg)
{
    struct control_name m = {0};
    struct question *q;
    int err;

    if (slice_copy(slice_of(name), m.name, sizeof(m.name)))
        return ENOENT;
    err = question_new(c, &q);
    if (err)
        return err;
    q->result = h;
    q->arg = arg;
    m.question = q->id;
    return question_send(c, q, CONTROL_RESTART, &m);
}

int control_shutdown(struct control *c, control_result_h *h, void *arg)
{
    struct control_empty m;
    struct question *q;
    int err = question_new(c, &q);

    if (err)
        return err;
    q->result = h;
    q->arg = arg;
    m.question = q->id;
    return question_send(c, q, CONTROL_SHUTDOWN, &m);
}

int control_set_level(struct control *c, enum log_level level, control_result_h *h, void *arg)
{
    struct control_level m = {.level = level};
    struct question *q;
    int err = question_new(c, &q);

    if (err)
        return err;
    q->result = h;
    q->arg = arg;
    m.question = q->id;
    return question_send(c, q, CONTROL_LEVEL, &m);
}
