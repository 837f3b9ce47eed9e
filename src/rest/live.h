/*
 * rest/live.h - what happens now, to who listens: rings of events, one a topic, and the streams that read them
 *
 * Scope:   GET /events. An event has a topic, its JSON, and the groups of those whom it is about: who has one of them hears
 *          of it, and who has all; one with neither groups nor is_common is for those who have all.
 *          Last-Event-ID goes on in the rings; where they do not reach back so far: `event: again`.
 * Owns:    the rings, the readers and their requests.
 * Thread:  the loop's.
 * Limits:  LIVE_RING events a topic, LIVE_READERS streams (LIVE_READERS_EACH of one session), http/server.h's for who
 *          does not read. A silent stream costs a comment each 15 s,
 *          and ends after five minutes: its page comes back at once, and says anew who it is.
 * Source:  WHATWG HTML, "Server-sent events"; docs/web.md.
 */
#pragma once
#include "base/buf.h"
#include "http/server.h"
#include "loop/loop.h"

enum { LIVE_RING = 1000, LIVE_READERS = 2000, LIVE_READERS_EACH = 256, LIVE_TEXT_MAX = 8192 };
enum { LIVE_BEAT_MS = 15000, LIVE_GROUPS = 2 };

enum live_topic { LIVE_CALL, LIVE_DEVICE, LIVE_OBJECT, LIVE_JOB, LIVE_LOG, LIVE_TOPICS };

struct live;

/** "call", "device" ... @return NULL: no such topic */
const char *live_topic_name(unsigned topic);
/** "call,device" as bits. @return 0: one of them is no topic, or none */
unsigned live_topics_parse(struct slice names);

int live_alloc(struct live **lp, struct loop *loop);

/** End all streams: what was said leaves. */
void live_close(struct live *l);

struct live_event {
    enum live_topic topic;
    const char *groups[LIVE_GROUPS]; /* UUIDs, NULL or "": none */
    bool is_common;                  /* everybody may know */
};

/** Tell. json: one line, copied. Without memory nobody hears, and who comes back is told to load anew. */
void live_tell(struct live *l, const struct live_event *e, struct slice json);

/** The engine has gone, or is there again (then: `again` as well). To all. */
void live_tell_engine(struct live *l, bool is_there);

struct live_reader_args {
    struct http_request *request; /* a reference is taken */
    unsigned topics;              /* bits */
    const char *session;          /* whose end ends the stream; copied */
    const char *const *groups;    /* copied */
    uint32_t group_count;
    bool has_all;
    struct slice last_id; /* of Last-Event-ID; absent: from now on */
};

/** Open a stream. @return 0 (the answer has begun); EAGAIN (too many); ENOTCONN, ENOMEM */
int live_read(struct live *l, const struct live_reader_args *args);

/** The session is over: its streams end. */
void live_end_session(struct live *l, const char *session);

/** All sessions may have changed: streams end, their pages come back and are asked who they are. */
void live_end_all(struct live *l);

uint32_t live_readers(const struct live *l);
