/* func/srv.c - SRVQUERY, SRVRESULT: the servers of a service, from DNS */
#include <errno.h>
#include <stdio.h>

#include "loop/dns.h"
#include "loop/task.h"
#include "plan/core.h"
#include "plan/func/row.h"
#include "plan/wait.h"

#define WAIT_MS 6000 /* the resolver gives up before */
#define PREFIX "~SRVQUERY~"

/* A question under way, and what came: "host port priority weight", a line each, in the order to try. */
struct lookup {
    struct waiter waiter;
    struct buf servers;
    int err;
};

static void on_servers(int err, const struct dns_srv *srvs, size_t count, void *arg)
{
    struct lookup *l = arg;

    l->err = err;
    for (size_t i = 0; i < count; i++)
        buf_printf(&l->servers, "%s %u %u %u\n", srvs[i].target, srvs[i].port, srvs[i].priority,
                   srvs[i].weight);
    waiter_wake(&l->waiter);
}

/* @return 0; ENOENT (none); ETIMEDOUT, EIO, ECANCELED, ENOTCONN, EINVAL, ENOMEM */
static int ask(const struct plan_env *env, const char *service, struct lookup *l)
{
    struct dns_query *q = NULL;
    int err;

    if (!env->core->dns || !task_self())
        return ENOTCONN;
    err = dns_srvs(&q, env->core->dns, service, on_servers, l);
    if (!err) {
        err = plan_wait_answer(env->core, &l->waiter, WAIT_MS);
        mem_deref(q);
    }
    err = err ? err : l->err;
    return err ? err : buf_err(&l->servers);
}

/* The service itself is the identifier, as in Asterisk. */
static int srvquery_read(const struct plan_env *env, char *args, struct buf *out)
{
    struct lookup l = {.err = 0};
    char name[300];
    int err;

    if (!env->channel || snprintf(name, sizeof(name), PREFIX "%s", args) >= (int)sizeof(name))
        return 0;
    buf_init(&l.servers, 16384);
    err = *args ? ask(env, args, &l) : EINVAL;
    if (!err || err == ENOENT)
        err = channel_var_set(env->channel, slice_of(name), buf_slice(&l.servers));
    else
        plan_func_warn(env, "SRVQUERY: no answer", args);
    if (!err)
        err = buf_addz(out, args);
    buf_fini(&l.servers);
    return err == ENOMEM ? ENOMEM : 0;
}

static unsigned count_of(struct slice servers)
{
    unsigned n = 0;

    for (size_t i = 0; i < servers.len; i++)
        n += servers.p[i] == '\n';
    return n;
}

static int put_field(struct slice server, const char *field, struct buf *out)
{
    static const char *const fields[] = {"host", "port", "priority", "weight"};

    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        const struct slice value = slice_cut(server, ' ', &server);

        if (strcasecmp(field, fields[i]) == 0)
            return buf_adds(out, value);
    }
    return ENOENT;
}

static int srvresult_read(const struct plan_env *env, char *args, struct buf *out)
{
    char *argv[3], name[300];
    struct slice kept, server = SLICE_NONE;
    int64_t n;

    plan_args_split(args, ',', argv, 3);
    snprintf(name, sizeof(name), PREFIX "%s", argv[0]);
    kept = env->channel ? channel_var_get(env->channel, slice_of(name)) : SLICE_NONE;
    if (!slice_is_set(kept)) {
        plan_func_warn(env, "SRVRESULT: this call did not ask by SRVQUERY", argv[0]);
        return buf_addz(out, "-1");
    }
    if (strcasecmp(argv[1], "getnum") == 0)
        return buf_addu(out, count_of(kept));
    if (slice_i64(slice_of(argv[1]), &n) || n < 1 || n > count_of(kept)) {
        plan_func_warn(env, "SRVRESULT: there is no such result", argv[1]);
        return 0;
    }
    while (n-- > 0)
        server = slice_cut(kept, '\n', &kept);
    if (put_field(server, *argv[2] ? argv[2] : "host", out) == ENOENT)
        plan_func_warn(env, "SRVRESULT: fields are host, port, priority, weight", argv[2]);
    return buf_err(out);
}

#define SHOWN "tests/unit/plan/test_enum.c"

const struct plan_func plan_func_srvquery = {
    .name = "SRVQUERY",
    .syntax = "SRVQUERY(service)",
    .help_ru =
        "Спросить DNS о серверах службы, например _sip._udp.example.com; ответы даёт SRVRESULT\nВызов ждёт не дольше 5 "
        "секунд.",
    .help_en =
        "Ask DNS for the servers of a service, e.g. _sip._udp.example.com; SRVRESULT gives the answers\nThe call "
        "waits at most 5 seconds.",
    .shown = SHOWN,
    .read = srvquery_read,
};

const struct plan_func plan_func_srvresult = {
    .name = "SRVRESULT",
    .syntax = "SRVRESULT(id,resultnum[,field])",
    .help_ru =
        "Ответ на SRVQUERY: по счёту с 1, или getnum - сколько их\nfield: host, port, priority, weight.",
    .help_en =
        "An answer to SRVQUERY: by number from 1, or getnum: how many there are\nfield: host, port, "
        "priority, weight.",
    .shown = SHOWN,
    .read = srvresult_read,
};
