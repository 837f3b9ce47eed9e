/*
 * sip/refer.h - REFER, its implicit subscription, and Replaces, as protocol
 *
 * Scope:   reads what a REFER or an INVITE with Replaces asks for, finds the session named, and says
 *          how a referred call goes on. What is then done is the driver's matter.
 * Owns:    nothing; slices point into the message, or into the buffer given.
 * Thread:  the loop's.
 * Source:  RFC 3515 (REFER), RFC 3891 (Replaces), RFC 3892 (Referred-By), RFC 4488 (Refer-Sub).
 */
#pragma once
#include "sip/invite.h"

struct sip_replaces {
    struct slice call_id, to_tag, from_tag; /* to_tag is ours when the dialog is ours */
    bool is_early_only;
};

/** Value of a Replaces header. @return 0; EINVAL (a tag missing or twice) */
int sip_replaces_parse(struct sip_replaces *r, struct slice value);

/**
 * The session that the Replaces of an INVITE names.
 * @param code  out: what to answer when not 0 is returned: 400, 481, 486 or 603
 * @return 0; ENOENT (the INVITE has none; code 0); EINVAL
 */
int sip_replaces_find(struct sip_invite **ip, uint16_t *code, struct sip *sip,
                      const struct sip_msg *invite);

#define SIP_REFER_TEXT 1024

struct sip_refer {
    struct slice target; /* URI of Refer-To without its headers, as text */
    struct sip_uri uri;  /* the same, parsed */
    bool has_replaces;   /* attended: Refer-To carries Replaces */
    struct sip_replaces replaces;
    struct slice referred_by;  /* whole value of Referred-By, or absent */
    bool no_subscription;      /* Refer-Sub: false: nobody wants our NOTIFYs */
    char text[SIP_REFER_TEXT]; /* the Replaces without escapes */
};

/** What a REFER asks for. @return 0; EINVAL (none, or more than one Refer-To, or a bad one: 400);
 * EPROTONOSUPPORT (a method other than INVITE in it, or a scheme: 416) */
int sip_refer_parse(struct sip_refer *r, const struct sip_msg *req);

/** 202 to a REFER inside a session (Refer-Sub: false said back). @return as sip_strans_answer */
int sip_refer_accept(struct sip_strans *t, const struct sip_refer *r);

/**
 * Tell the referrer how the call goes: NOTIFY with `SIP/2.0 code reason` as message/sipfrag; codes
 * of 200 and more end the subscription.
 * @param cseq  of the REFER (Event: refer;id=), 0: without id
 * @return as sip_invite_request
 */
int sip_refer_notify(struct sip_invite *i, uint32_t cseq, uint16_t code, const char *reason,
                     sip_response_h *h, void *arg);

/** Code in a NOTIFY's message/sipfrag body. @return 0; EINVAL */
int sip_sipfrag_parse(const struct sip_msg *notify, uint16_t *code);
