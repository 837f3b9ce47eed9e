/*
 * tests/unit/call/hand_role.h - a media role that a test plays by hand, and the engine's client of it
 *
 * A test's fixture has one; on_message gets what the engine says, with the fixture.
 */
#pragma once
#include <string.h>

#include "base/mem.h"
#include "call/media.h"
#include "unit.h"

struct hand_role {
    struct loop *loop; /* fake */
    struct media *media;
    struct ipc *ipc; /* the role's end; NULL: it is dead */
    ipc_recv_h *on_message;
    void *fixture;
};

static inline void hand_role_on_closed(struct ipc *c, int err, void *arg)
{
}

/* A media role appears. */
static inline int hand_role_attach(struct hand_role *r)
{
    struct ipc *ours = NULL;
    int err = ipc_pair(&ours, &r->ipc, r->loop, &media_protocol);

    if (err)
        return err;
    ipc_set_handlers(r->ipc, r->on_message, hand_role_on_closed, r->fixture);
    media_attach(r->media, ours);
    loop_fake_settle(r->loop);
    return 0;
}

static inline void hand_role_dies(struct hand_role *r)
{
    ipc_close(r->ipc);
    r->ipc = mem_deref(r->ipc);
    loop_fake_settle(r->loop);
}

static inline void hand_role_say(struct hand_role *r, uint16_t id, const void *msg)
{
    (void)ipc_send(r->ipc, id, msg);
    loop_fake_settle(r->loop);
}

static inline int hand_role_open(struct hand_role *r, ipc_recv_h *on_message, void *fixture)
{
    int err = loop_alloc_fake(&r->loop, (struct wall){0});

    r->on_message = on_message;
    r->fixture = fixture;
    if (!err)
        err = media_alloc(&r->media, r->loop, &(struct media_args){.path = NULL});
    return err ? err : hand_role_attach(r);
}

static inline void hand_role_close(struct hand_role *r)
{
    if (r->ipc)
        ipc_close(r->ipc);
    mem_deref(r->ipc);
    mem_deref(r->media);
    mem_deref(r->loop);
}
