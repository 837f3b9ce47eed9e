/* engine.c - the role `engine`: an engine on the real loop, network and supervisor */
#include <errno.h>
#include <malloc.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "ipc/control.h"
#include "role/engine.h"
#include "role/role.h"

struct engine_role {
    struct loop *loop;
    struct net *net;
    struct dns *dns;
    struct control *control;
    struct engine *engine;
};

static void stopped(void *arg)
{
    struct engine_role *r = arg;

    loop_stop(r->loop);
}

static void on_stop(bool is_orphan, void *arg)
{
    struct engine_role *r = arg;

    if (is_orphan)
        log_error("the supervisor is gone: hanging up, writing records and ending");
    if (r->engine)
        engine_stop(r->engine, stopped, r);
    else
        loop_stop(r->loop);
}

static int open_all(struct engine_role *r, const struct role_args *args, const char **why)
{
    const struct control_handlers control = {.stop = on_stop, .arg = r};
    char media[512], runner[512];
    int err;

    *why = "the loop or the network cannot start";
    err = loop_alloc(&r->loop);
    if (!err)
        err = net_alloc(&r->net, r->loop);
    if (!err)
        err = dns_alloc(&r->dns, r->loop);
    if (!err)
        err = control_alloc(&r->control, r->loop, args->control_fd, &control);
    if (!err)
        err = role_file(media, sizeof(media), args->state, ROLE_MEDIA_SOCK);
    if (!err)
        err = role_file(runner, sizeof(runner), args->state, ROLE_RUNNER_SOCK);
    if (err)
        return err;
    err = engine_alloc(&r->engine,
                       &(struct engine_args){.loop = r->loop,
                                             .net = r->net,
                                             .dns = r->dns,
                                             .control = r->control,
                                             .state = args->state,
                                             .media_path = media,
                                             .runner_path = runner,
                                             .journal_fd = args->keep_fd,
                                             .rtp_start = args->rtp_start,
                                             .rtp_end = args->rtp_end},
                       why);
    return err ? err
               : engine_serve(r->engine, args->listen_fd, args->second_fd,
                              (const uint32_t[]){args->users.web_uid, args->users.notify_uid});
}

/* A message's buffers come and go all the time: giving each back to the kernel costs more than the
   message. Up to 16 MiB stay; what calls and registrations need beyond that still goes back. */
static void keep_freed_memory(void)
{
    mallopt(M_TRIM_THRESHOLD, 16 << 20);
    mallopt(M_MMAP_THRESHOLD, 1 << 20);
    mallopt(M_TOP_PAD, 256 << 10);
}

int role_engine(const struct role_args *args)
{
    struct engine_role r = {0};
    const char *why = "";
    int err;

    keep_freed_memory();
    err = open_all(&r, args, &why);
    if (err)
        log_error("engine cannot start: %s state=\"%s\" err=\"%s\"", why, args->state,
                  strerror(err));
    else
        err = loop_run(r.loop);
    mem_deref(r.engine);
    mem_deref(r.control);
    mem_deref(r.dns);
    mem_deref(r.net);
    mem_deref(r.loop);
    return err ? 1 : 0;
}
