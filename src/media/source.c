/* source.c - see source.h */
#include "media/source.h"
#include "rtp/packet.h"

#define PACKETS_TO_SETTLE 3
#define GAP_MAX 50            /* packets lost, or late, in a candidate's sequence */
#define OTHER_PORT_US 1000000 /* how long S is given to show up itself */
#define FINAL_US 5000000      /* S may still take over from a candidate for so long */

void media_source_set(struct media_source *s, const struct addr *sdp, const struct addr *signal,
                      bool is_symmetric)
{
    bool is_same = s->is_open && addr_eq(&s->sdp, sdp) && addr_eq_host(&s->signal, signal);

    s->sdp = *sdp;
    s->signal = *signal;
    s->is_symmetric = is_symmetric;
    s->is_open = true;
    if (is_same)
        return;
    s->is_settled = false;
    s->candidate_count = 0;
}

static void settle(struct media_source *s, const struct addr *from, int64_t now_us)
{
    s->is_settled = true;
    s->from = *from;
    s->settled_us = now_us;
    s->candidate_count = 0;
}

static bool may_be_candidate(const struct media_source *s, const struct addr *from)
{
    if (!addr_is_set(&s->signal))
        return true;
    return addr_eq_host(from, &s->signal) || (addr_is_set(&s->sdp) && addr_eq_host(from, &s->sdp));
}

/* No NAT in sight: then S itself is expected, and another port of its host only after a while. */
static bool is_other_port(const struct media_source *s, const struct addr *from)
{
    return addr_is_set(&s->sdp) && addr_eq_host(from, &s->sdp) &&
           (!addr_is_set(&s->signal) || addr_eq_host(&s->signal, &s->sdp));
}

static bool try_candidate(struct media_source *s, const struct addr *from, uint16_t seq,
                          int64_t now_us)
{
    bool is_same = s->candidate_count && addr_eq(&s->candidate, from);
    int16_t ahead = rtp_seq_diff(seq, s->candidate_seq);

    if (is_same && ahead <= 0 && ahead > -GAP_MAX)
        return false; /* twice, or late: says nothing */
    if (!is_same || ahead < 0 || ahead >= GAP_MAX) {
        s->candidate = *from;
        s->candidate_count = 0;
        s->candidate_us = now_us;
    }
    s->candidate_seq = seq;
    if (s->candidate_count < UINT8_MAX)
        s->candidate_count++;
    if (s->candidate_count < PACKETS_TO_SETTLE)
        return false;
    if (is_other_port(s, from) && now_us - s->candidate_us < OTHER_PORT_US)
        return false;
    settle(s, from, now_us);
    return true;
}

bool media_source_accept(struct media_source *s, const struct addr *from, uint16_t seq,
                         int64_t now_us)
{
    if (s->is_settled && addr_eq(from, &s->from))
        return true;
    if (!s->is_open)
        return false;
    if (addr_is_set(&s->sdp) && addr_eq(from, &s->sdp)) {
        settle(s, from, now_us);
        return true;
    }
    if (s->is_settled || !may_be_candidate(s, from))
        return false;
    return try_candidate(s, from, seq, now_us);
}

struct addr media_source_target(const struct media_source *s)
{
    return s->is_settled && s->is_symmetric ? s->from : s->sdp;
}

bool media_source_is_final(const struct media_source *s, int64_t now_us)
{
    struct addr target = media_source_target(s);

    if (!s->is_settled || !addr_eq(&target, &s->from))
        return false;
    return addr_eq(&s->from, &s->sdp) || now_us - s->settled_us > FINAL_US;
}
