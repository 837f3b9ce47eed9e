/* media.c - the media role: its server, until the supervisor says stop; see role.h and
 * docs/media.md */
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "ipc/control.h"
#include "media/server.h"
#include "role/role.h"

struct media_role {
    struct loop *loop;
    struct control *control;
    struct media_server *server;
};

static void on_stop(bool is_orphan, void *arg)
{
    struct media_role *r = arg;

    loop_stop(r->loop);
}

static int open_all(struct media_role *r, const struct role_args *args)
{
    const struct control_handlers h = {.stop = on_stop, .arg = r};
    char own[PATH_MAX], recordings[PATH_MAX];
    /* Recordings last: Playback finds what Record made. */
    const char *const sounds[] = {own, ROLE_SYSTEM_SOUNDS, recordings};
    struct media_server_args server = {
        .listen_fd = args->listen_fd,
        .peer_uid = args->users.engine_uid,
        .rtp_start = args->rtp_start,
        .rtp_end = args->rtp_end,
        .sounds = sounds,
        .sound_count = sizeof(sounds) / sizeof(sounds[0]),
        .recordings = recordings,
        .keep_fd = args->keep_fd,
    };
    int err = role_file(own, sizeof(own), args->state, "sounds");

    if (!err)
        err = role_file(recordings, sizeof(recordings), args->state, "recordings");
    if (!err)
        err = loop_alloc(&r->loop);
    if (!err)
        err = control_alloc(&r->control, r->loop, args->control_fd, &h);
    if (!err)
        err = media_server_alloc(&r->server, r->loop, &server);
    if (!err)
        err = control_ready(r->control);
    return err;
}

int role_media(const struct role_args *args)
{
    struct media_role r = {0};
    int err = open_all(&r, args);

    if (!err)
        err = loop_run(r.loop);
    if (err)
        log_error("media cannot work error=\"%s\"", strerror(err));
    mem_deref(r.server);
    mem_deref(r.control);
    mem_deref(r.loop);
    return err ? 1 : 0;
}
