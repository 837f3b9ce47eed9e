/* rest/route_service.c - the station's roles: listed, started anew */
#include <errno.h>

#include "base/log.h"
#include "rest/all.h"
#include "rest/answer.h"
#include "rest/inner.h"

struct asking {
    struct rest_call *call;
    int err;
};

/* ---- GET /service ---- */

static void put_role(struct jout *j, const struct control_role *r)
{
    jout_open(j, '{');
    jout_put_textz(j, "name", r->name);
    jout_put_textz(j, "state", r->is_ready ? "running" : r->pid ? "starting" : "stopped");
    jout_put_int(j, "pid", r->pid);
    answer_put_date(j, "since", r->start_wall_us / 1000000);
    jout_put_int(j, "restarts", r->restarts);
    jout_close(j, '}');
}

static void listed(int err, const struct control_role *role, void *arg)
{
    struct asking *a = arg;

    if (role) {
        put_role(&a->call->json, role);
        return;
    }
    a->err = err;
    waiter_wake(&a->call->waiter);
}

static int list(struct rest_call *c)
{
    struct asking a = {.call = c};
    int err;

    jout_open(&c->json, '{');
    jout_key(&c->json, "items");
    jout_open(&c->json, '[');
    err = c->rest->control ? control_list(c->rest->control, listed, &a) : ENOTCONN;
    if (!err) {
        waiter_wait(&c->waiter, -1);
        err = a.err;
    }
    jout_close(&c->json, ']');
    jout_close(&c->json, '}');
    return err ? REST_BUSY : rest_reply(c, 200);
}

/* ---- POST /service/{name}/restart ---- */

static void restarted(int err, void *arg)
{
    struct asking *a = arg;

    a->err = err;
    waiter_wake(&a->call->waiter);
}

static int restart(struct rest_call *c)
{
    struct asking a = {.call = c};
    char name[CONTROL_NAME];
    int err;

    if (c->params[0].len >= sizeof(name))
        return REST_NOT_FOUND;
    slice_copy(c->params[0], name, sizeof(name));
    err = c->rest->control ? control_restart(c->rest->control, name, restarted, &a) : ENOTCONN;
    if (err)
        return REST_BUSY;
    waiter_wait(&c->waiter, -1);
    if (a.err)
        return a.err == ENOENT ? REST_NOT_FOUND : REST_BUSY;
    log_notice("a role starts anew, asked by the interface role=%s user=\"%s\" address=%s", name,
               c->who.name ? c->who.name : "", c->peer);
    return rest_reply(c, 202);
}

const struct rest_route rest_routes_service[] = {
    REST_ROUTE("GET", REST_BASE "/service", REST_ADMIN | REST_AUDITOR, list, "Службы станции",
               "The station's services"),
    REST_ROUTE("POST", REST_BASE "/service/{name}/restart", REST_ADMIN, restart,
               "Запустить службу заново", "Start a service anew", .body = "{}"),
    {0}};
