/*
 * tests/unit/call/fixture.h - a call core on a fake clock, with a technology that only takes notes
 */
#pragma once
#include <string.h>

#include "base/mem.h"
#include "call/bridge.h"
#include "call/cdr.h"
#include "call/channel.h"
#include "unit.h"

struct fixture {
    struct loop *loop;
    struct media *media;
    struct calls *calls;
    unsigned records, hangups, answers;
    int last_cause;
    char dst[64], disposition[32];
};

static struct fixture *fixture_now; /* the technology has no argument of its own */

static void fixture_hangup(struct channel *ch, int cause)
{
    fixture_now->hangups++;
    fixture_now->last_cause = cause;
}

static int fixture_answer(struct channel *ch)
{
    fixture_now->answers++;
    return 0;
}

static const struct channel_tech fixture_tech = {
    .name = "Test", .hangup = fixture_hangup, .answer = fixture_answer};

static void fixture_record(const struct cdr *r, void *arg)
{
    struct fixture *f = arg;

    f->records++;
    strncpy(f->dst, r->dst, sizeof(f->dst) - 1);
    strncpy(f->disposition, r->disposition, sizeof(f->disposition) - 1);
}

static inline void fixture_fini(struct fixture *f)
{
    f->calls = mem_deref(f->calls);
    if (f->loop)
        loop_fake_advance(f->loop, 2000); /* streams say goodbye for up to a second */
    f->media = mem_deref(f->media);
    f->loop = mem_deref(f->loop);
}

static inline int fixture_init(struct fixture *f, uint32_t max_channels)
{
    struct media_args media = {0};
    int err;

    memset(f, 0, sizeof(*f));
    fixture_now = f;
    err = loop_alloc_fake(&f->loop, (struct wall){1700000000000000});
    if (!err)
        err = media_alloc(&f->media, f->loop, &media);
    if (!err)
        err = calls_alloc(&f->calls, &(struct calls_args){.loop = f->loop,
                                                          .media = f->media,
                                                          .record = fixture_record,
                                                          .arg = f,
                                                          .max_channels = max_channels});
    if (err)
        fixture_fini(f);
    return err;
}

static inline int fixture_channel(struct channel **chp, struct fixture *f,
                                  const struct channel *requestor)
{
    return channel_alloc(chp, f->calls,
                         &(struct channel_args){.tech = &fixture_tech,
                                                .resource = requestor ? "102" : "101",
                                                .is_outgoing = requestor != NULL,
                                                .requestor = requestor,
                                                .state = requestor ? CHANNEL_DOWN : CHANNEL_RING});
}
