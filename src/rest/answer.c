/* rest/answer.c - see answer.h */
#include "rest/answer.h"

#include <errno.h>
#include <time.h>

#include "ami/writer.h"

struct first {
    struct rest_call *call;
    bool is_read, is_error;
};

static void read_first(const struct ami_message *m, void *arg)
{
    struct first *f = arg;
    const struct slice says = ami_message_get(m, "Message");

    if (f->is_read)
        return;
    f->is_read = true;
    f->is_error = slice_eqz(ami_message_get(m, "Response"), "Error");
    if (f->is_error)
        f->call->detail = arena_strndup(&f->call->arena, says.len ? says.p : "", says.len);
}

static int problem_of(int err)
{
    switch (err) {
    case ENOTCONN:
    case ECONNRESET: return REST_NO_ENGINE;
    case EAGAIN: return REST_BUSY;
    default: return err;
    }
}

int answer_order(struct rest_call *c, struct slice text, struct buf *answer)
{
    struct first f = {.call = c};
    int err = rest_ask(c, text, answer);

    if (err)
        return problem_of(err);
    answer_each(buf_slice(answer), read_first, &f);
    return f.is_error ? REST_INVALID : 0;
}

int answer_ask(struct rest_call *c, const char *action, const struct buf *lines, struct buf *answer)
{
    struct buf text;
    int err;

    buf_init(&text, AMI_MESSAGE_MAX);
    err = ami_ask(&text, "Action", slice_of(action));
    if (!err && lines)
        err = buf_adds(&text, buf_slice(lines));
    if (!err)
        err = ami_end(&text);
    if (!err)
        err = answer_order(c, buf_slice(&text), answer);
    buf_fini(&text);
    return err;
}

void answer_each(struct slice answer, answer_message_h *h, void *arg)
{
    struct ami_message *m = mem_zalloc(sizeof(*m)); /* too big for a task's stack */
    size_t used;

    while (m && ami_message_parse(m, answer, &used) == 0) {
        if (m->count)
            h(m, arg);
        answer = slice_skip(answer, used);
    }
    mem_free(m);
}

uint32_t answer_count(struct slice answer)
{
    uint32_t n = 0;

    for (size_t i = 0; i + 2 < answer.len; i++)
        n += answer.p[i] == '\n' && (answer.p[i + 1] == '\n' || answer.p[i + 2] == '\n');
    return n;
}

int64_t answer_int(const struct ami_message *m, const char *name)
{
    const struct slice v = ami_message_get(m, name);
    const bool is_minus = v.len && v.p[0] == '-';
    int64_t n = 0;

    for (size_t i = is_minus; i < v.len && v.p[i] >= '0' && v.p[i] <= '9' && n < INT64_MAX / 10 - 9;
         i++)
        n = n * 10 + (v.p[i] - '0');
    return is_minus ? -n : n;
}

void answer_put_date(struct jout *j, const char *name, int64_t s)
{
    const time_t when = (time_t)s;
    char text[40], zone[8];
    struct tm t;

    if (!s || !localtime_r(&when, &t)) {
        jout_put_text(j, name, SLICE_NONE);
        return;
    }
    strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &t);
    strftime(zone, sizeof(zone), "%z", &t);
    snprintf(text + 19, sizeof(text) - 19, "%.3s:%.2s", zone, zone + 3);
    jout_put_textz(j, name, text);
}
