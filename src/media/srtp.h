/*
 * media/srtp.h - protection of one direction of a stream
 *
 * Scope:   SRTP and SRTCP by libsrtp2, in place; all suites of sdp/crypto.h. The rollover counter is
 *          followed in struct media_roc, which outlives the process, so that a new one can go on.
 * Owns:    a session of the library a direction: made with a key, kept while the key stays the same.
 * Thread:  that of the stream's lane; different streams may be on different threads.
 * Limits:  a protected packet grows by at most MEDIA_TAIL_BYTES: the caller's buffer has them.
 *          Nothing is allocated a packet.
 * Source:  RFC 3711, 4568 s6 (lengths of tags), 6188, 7714; a new key begins with rollover 0.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"
#include "sdp/crypto.h"

#define MEDIA_TAIL_BYTES 32

/** Where a direction's sequence stands; a plain value that may lie in kept memory. */
struct media_roc {
    bool is_used;
    uint32_t ssrc;
    uint32_t roc;
    uint16_t seq;      /* newest */
    uint32_t key_hash; /* whose sequence it is */
    uint32_t reports;  /* protected: the index of SRTCP */
};

/** One direction; zeroed: not protected. */
struct media_srtp {
    void *session; /* srtp_t */
    struct srtp_key key;
    struct media_roc *roc; /* borrowed */
    bool is_restoring;     /* the library does not have roc's value yet */
    bool is_failed;        /* a key was given, the library refused: nothing passes */
};

/** Once a process, before a sandbox closes: the library's own libraries are loaded and every suite is
 *  tried. @return 0; EPROTO (it cannot be used) */
int media_srtp_library_open(void);

/**
 * Protect with this key from now on (suite SRTP_NONE: nothing). The same key as before changes nothing.
 * @param secret  enum srtp_suite and key, as messages have them; empty: plain
 * @param ssrc    ours when is_tx; else not used
 * @param roc     outlives *s; what it says of this key is gone on with
 * @return 0; EINVAL (unknown suite, wrong length); EPROTO (library)
 */
int media_srtp_set(struct media_srtp *s, struct slice secret, bool is_tx, uint32_t ssrc,
                   struct media_roc *roc);
void media_srtp_close(struct media_srtp *s);

static inline bool media_srtp_is_on(const struct media_srtp *s)
{
    return s->session || s->is_failed;
}

/** In place; *len in and out. @return false: drop it (forged, replayed, too old; library) */
bool media_srtp_protect(struct media_srtp *s, uint8_t *p, size_t *len);
bool media_srtp_unprotect(struct media_srtp *s, uint8_t *p, size_t *len);
bool media_srtp_protect_rtcp(struct media_srtp *s, uint8_t *p, size_t *len);
bool media_srtp_unprotect_rtcp(struct media_srtp *s, uint8_t *p, size_t *len);
