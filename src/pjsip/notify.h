/*
 * pjsip/notify.h - a NOTIFY of somebody's own words: of the routing (PJSIPNotify) or of the Manager
 *
 * Scope:   headers, Content-Type and lines of a body; sent inside a call, to all contacts of an endpoint, or to
 *          a URI by default_outbound_endpoint. What becomes of it is only logged.
 * Owns:    its texts, until notice_fini.
 * Limits:  16 KiB of headers, 16 KiB of body.
 * Source:  Asterisk 22's res_pjsip_notify.
 */
#pragma once
#include "call/channel.h"
#include "pjsip/inner.h"

struct notice {
    struct buf headers, body;
    struct buf content_type;
    bool has_state;
};

void notice_init(struct notice *n);
void notice_fini(struct notice *n);

/** "Name=value": a header; "Content-Type"; "Content": a line of the body. The value may stand in quotes.
 *  @param item  changed. @return 0; EINVAL (no such header, CR or LF in it); ENOMEM, ENOSPC */
int notice_add(struct notice *n, char *item);

/** Nothing more is added. @return as above */
int notice_end(struct notice *n);

/** Inside the call of a channel. @return 0; ENOTCONN (no call of PJSIP, or not up yet); errno */
int notice_send_inside(struct channel *ch, const struct notice *n);

/** As the routing names it: an endpoint (its first contact), sip:uri. @return as message_send */
int notice_send(struct pjsip *p, struct slice to, const struct notice *n);

/** To every contact of an endpoint. @return 0, also when there is none; errno of the last that failed */
int notice_send_all(struct pjsip *p, const struct model_endpoint *e, const struct notice *n);
