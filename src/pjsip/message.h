/*
 * pjsip/message.h - texts outside of calls: MESSAGE in and out
 *
 * Scope:   a MESSAGE of an endpoint is answered 202 and runs the routing of message_context (else
 *          context) at the user of its request URI, on a channel without sound; MESSAGE() and
 *          MESSAGE_DATA() read it. MessageSend sends one.
 * Owns:    texts that wait, requests under way.
 * Limits:  20 texts run at once, 500 wait (more: 503), 16 KiB each (more: 413); 1,000 requests of ours
 *          under way (more: MESSAGE_SEND_STATUS is FAILURE).
 * Source:  Asterisk 22's res_pjsip_messaging, message.c; RFC 3428.
 */
#pragma once
#include "call/channel.h"
#include "pjsip/inner.h"
#include "sip/transaction.h"

/** sip_request_h; arg is the struct pjsip. */
void message_on_request(struct sip_strans *t, struct sip_msg *req, void *arg);

/** Drop what waits and what is under way; requests only. */
void message_clear(struct pjsip *p);
void message_send_clear(struct pjsip *p);

/** Texts of a channel: hidden variables, which no routing can name. */
#define MESSAGE_TO " message to"
#define MESSAGE_FROM " message from"
#define MESSAGE_BODY " message body"
#define MESSAGE_TYPE " message type"
#define MESSAGE_IN " message in "   /* and a header's name: as it came */
#define MESSAGE_OUT " message out " /* the same: as it is sent */

struct message_args {
    bool is_notify;  /* a NOTIFY; else a MESSAGE */
    struct slice to; /* behind "pjsip:": endpoint, number@endpoint, endpoint/sip:uri, sip:uri */
    struct contact *contact; /* of the endpoint that to names: this one; NULL: the first */
    struct slice from;       /* name-addr, URI or a user; absent: from_user */
    struct slice header_to;  /* value of To; absent: where it goes */
    struct slice content_type, body;
    struct slice headers; /* lines */
};

/** Add a header line that somebody chose; those that the request has of its own are passed over. @return
 *  as sip_headers_add */
int message_header_add(struct buf *headers, const char *name, struct slice value);

/** Send one; what comes of it is only logged. @return 0; ENOENT (no such endpoint or contact); EINVAL;
 *  EAGAIN; ENOMEM; errno */
int message_send(struct pjsip *p, const struct message_args *a);
