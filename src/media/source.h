/*
 * media/source.h - who may send to a stream, and where its packets go
 *
 * Scope:   symmetric RTP without letting strangers in. S is the SDP's address; the signalling's
 *          host is where the peer's SIP comes from.
 *          - A packet from S settles it at once and for ever (until the SDP changes).
 *          - Before that, another address is a candidate only when its host is S's or the
 *            signalling's (any host when the engine names no signalling host). Three packets in
 *            sequence (lost, late and doubled ones among them are no matter) settle it.
 *          - Same host as S and no NAT in sight (signalling comes from S's host): the candidate
 *            must also go on for a second, as S itself is likely to come.
 *          - Everything else is dropped, and nothing is ever sent to it.
 *          With is_symmetric, packets go to the settled address, else to S.
 * Thread:  its lane's.
 * Source:  docs/media.md; threat T5 (RTP bleed, injection, hijack).
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"

struct media_source {
    struct addr sdp;    /* S; AF_UNSPEC: none */
    struct addr signal; /* port is ignored; AF_UNSPEC: unknown */
    bool is_symmetric;
    bool is_open;    /* set_remote was called */
    bool is_settled; /* from is who may send */
    struct addr from;
    struct addr candidate;
    uint16_t candidate_seq;
    uint8_t candidate_count;
    int64_t candidate_us; /* its first packet */
    int64_t settled_us;
};

/** New SDP. What was learnt stays when S and the signalling host are the same as before. */
void media_source_set(struct media_source *s, const struct addr *sdp, const struct addr *signal,
                      bool is_symmetric);

/** A packet with this sequence number came from *from. @return true: accept it */
bool media_source_accept(struct media_source *s, const struct addr *from, uint16_t seq,
                         int64_t now_us);

/** Where packets go now; AF_UNSPEC: nowhere. */
struct addr media_source_target(const struct media_source *s);

/** True when nobody but the target will be accepted any more: the kernel may filter. */
bool media_source_is_final(const struct media_source *s, int64_t now_us);
