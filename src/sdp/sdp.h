/*
 * sdp/sdp.h - session descriptions: parse, print, offer and answer for one audio stream
 *
 * Scope:   an endpoint that wants audio over RTP/AVP, AVPF, SAVP or SAVPF, keys by SDES. Other m=
 *          lines of an offer are kept in place and refused with port 0 (video, T.38, a second
 *          audio line, DTLS).
 * Shape:   struct sdp is what a description says, parsed once, with slices into its own copy;
 *          struct sdp_session is the little that one dialog must remember between offers.
 * Thread:  pure functions, no clock, no I/O.
 * Limits:  64 KiB of text, 2,000 lines, 16 media, 64 formats each; more is EINVAL.
 * Source:  RFC 8866 (syntax; lines may end in LF alone), RFC 3264 (offer and answer; s8.4 hold, and
 *          its old form c=0.0.0.0 of RFC 2543), RFC 3551, RFC 4733 s2.4, RFC 3605 (a=rtcp).
 *          RFC 4568 (SDES; optimistic: its keys under RTP/AVP), RFC 4585 (AVPF), RFC 5761
 *          (rtcp-mux). Which profile is taken: Asterisk's media_encryption, use_avpf, force_avp.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/buf.h"
#include "base/slice.h"
#include "dsp/codec.h"
#include "sdp/crypto.h"

#define SDP_MAX_MEDIA 16
#define SDP_MAX_FORMATS 64
#define SDP_MAX_TEXT 65535

/** As seen by who wrote the description. */
enum sdp_dir { SDP_INACTIVE = 0, SDP_SENDONLY = 1, SDP_RECVONLY = 2, SDP_SENDRECV = 3 };

/** "sendrecv" ...; and how the other side sees it (sendonly <-> recvonly). */
const char *sdp_dir_name(enum sdp_dir dir);
enum sdp_dir sdp_dir_reverse(enum sdp_dir dir);

struct sdp_format {
    uint8_t payload;
    uint32_t clock_hz;     /* of rtpmap, or of the static table; 0 unknown */
    struct slice encoding; /* "PCMU"; absent when neither rtpmap nor the static table says */
    struct slice fmtp;     /* absent without a=fmtp */
};

struct sdp_media {
    struct slice kind;  /* "audio", "video", "image" */
    struct slice proto; /* "RTP/AVP", "udptl" */
    uint16_t port;      /* 0: refused */
    struct addr
        conn; /* host of c= here or of the session, port as above; AF_UNSPEC when it is a name */
    struct addr rtcp;     /* a=rtcp, else conn with port + 1 */
    enum sdp_dir dir;     /* own, else the session's, else sendrecv */
    uint16_t ptime_ms;    /* 0: not said */
    bool is_rtcp_mux;     /* said; rtcp is where RTCP goes without it */
    uint8_t crypto_count; /* a=crypto lines that we can obey */
    struct sdp_crypto *crypto;
    struct slice raw_formats; /* the list as it stood in the m= line */
    uint8_t format_count;
    struct sdp_format *formats; /* RTP only */
};

/** A counted object. */
struct sdp {
    uint64_t session_id; /* of o=; 0 when not a number */
    uint64_t version;
    uint8_t media_count;
    struct sdp_media media[SDP_MAX_MEDIA];
    char *text; /* own copy that the slices point into */
};

/** Where and why a description was refused. */
struct sdp_error {
    uint32_t line;   /* from 1 */
    const char *why; /* a literal */
};

/**
 * Parse.
 * @param sp    out: one reference; untouched unless 0 is returned
 * @param text  borrowed during the call
 * @param why   out, may be NULL; set on EINVAL
 * @return 0; EINVAL (answer 400 or 488); ENOMEM
 */
int sdp_parse(struct sdp **sp, struct slice text, struct sdp_error *why);

/** The first m=audio over any RTP profile without DTLS, with a port and at least one format, or NULL. */
const struct sdp_media *sdp_audio(const struct sdp *s);

/* ---- offer and answer ---- */

enum sdp_security {
    SDP_PLAIN,      /* no keys of ours */
    SDP_SECURE,     /* keys, or no call */
    SDP_OPTIMISTIC, /* keys under RTP/AVP, and plain when the peer has none */
};

/** Whose order of codecs an answer of ours has. */
enum sdp_order { SDP_OURS, SDP_THEIRS };

/** What we want for the audio stream, at this moment. */
struct sdp_local {
    struct addr rtp;          /* address and port to advertise */
    struct codec_list codecs; /* ours, in order of preference */
    bool is_dtmf;             /* offer or accept telephone-event (RFC 4733) */
    enum sdp_dir dir;         /* what we would like; SDP_SENDRECV usually */
    uint16_t ptime_ms;        /* 0: 20 */
    uint8_t order;            /* enum sdp_order, of an answer's codecs */
    uint8_t security;         /* enum sdp_security */
    bool is_first_only;       /* an answer names the first codec alone */
    bool takes_any;           /* of an offer: with keys or without, whatever security says */
    bool is_avpf;             /* the feedback profiles, and no other */
    bool is_tag_32;           /* the short authentication tag first */
    bool is_rtcp_mux;         /* offer or accept it */
    bool use_ptime;           /* packets as long as the peer asks for */
    const char *owner, *name; /* o= user and s=; NULL: "-" and "station" */
};

/** What both sides agreed on; a plain value. */
struct sdp_agreed {
    struct addr rtp; /* where we send to; AF_UNSPEC when the peer named no usable address */
    struct addr rtcp;
    uint8_t count; /* codecs agreed on, the first is the one to send */
    struct {
        uint8_t codec;   /* enum codec */
        uint8_t payload; /* the peer's number: what we send */
    } formats[CODEC_LIST_MAX];
    uint8_t dtmf_payload; /* telephone-event, the peer's number: what we send; 0: none */
    uint8_t dtmf_local;   /* our number: what the peer sends; 0: none */
    enum sdp_dir dir;     /* our side: SENDRECV, SENDONLY (we may send), RECVONLY, INACTIVE */
    bool is_held;         /* the peer holds us: sendonly, inactive or c=0.0.0.0 from it */
    uint16_t ptime_ms;    /* of packets that we send */
    bool is_rtcp_mux;     /* RTCP shares the port of RTP, both ways (RFC 5761) */
    struct srtp_key srtp_tx,
        srtp_rx; /* what we send with, what the peer sends with; SRTP_NONE: plain */
};

#define SDP_KEYS_MAX 5

/** Per dialog; embedded in its owner, zeroed by sdp_session_init. Nothing to release. */
struct sdp_session {
    uint64_t id, version; /* o= */
    uint32_t last_hash;   /* of the description printed last, without its o= line */
    uint8_t media_count;  /* m= lines agreed on so far */
    uint8_t audio_index;  /* which of them is ours */
    uint8_t local_dtmf;   /* payload number we gave telephone-event */
    uint8_t offered_dir;  /* enum sdp_dir of our pending offer */
    bool is_offering;     /* our offer waits for its answer */
    bool is_savp;         /* the m= line agreed on says SAVP */
    uint8_t key_count;    /* keys of our offers, tags 1 ... */
    struct srtp_key keys[SDP_KEYS_MAX];
    char kinds[SDP_MAX_MEDIA][24]; /* "video RTP/AVP": lines kept refused in later offers */
};

/** id: anything that is unlikely to come twice (o= session id). */
void sdp_session_init(struct sdp_session *s, uint64_t id);

/** Could this offer be answered? @return 0; ENOTSUP (488) */
int sdp_offer_check(const struct sdp *offer, const struct sdp_local *l);

/**
 * Print an offer (first, or for a re-INVITE). The version rises when the text differs from the
 * last.
 * @return 0; EINVAL (no codec, no address); ENOMEM or ENOSPC of out
 */
int sdp_session_offer(struct sdp_session *s, const struct sdp_local *l, struct buf *out);

/**
 * Answer an offer.
 * @param agreed  out
 * @param out     the answer is added to it
 * @return 0; ENOTSUP (no audio or no common codec: 488); ENOMEM or ENOSPC of out
 */
int sdp_session_answer(struct sdp_session *s, const struct sdp *offer, const struct sdp_local *l,
                       struct sdp_agreed *agreed, struct buf *out);

/** Read the answer to our offer; again for a later one (183, then 200: the last counts). @return 0;
 * ENOTSUP (audio refused or no codec of ours); EPROTO (no offer is pending). */
int sdp_session_accept(struct sdp_session *s, const struct sdp *answer, const struct sdp_local *l,
                       struct sdp_agreed *agreed);

/** The offer was refused (488, 491): forget it. What was agreed before stays. */
void sdp_session_withdraw(struct sdp_session *s);
