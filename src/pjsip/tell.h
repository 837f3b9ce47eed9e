/*
 * pjsip/tell.h - inner: what SIP said about a call, for its story (call/observe.h, CALL_SIGNAL)
 */
#pragma once
#include "pjsip/session.h"

/** An answer to our INVITE; response NULL: code was made up here (nobody answered, nothing could be
 *  sent). */
void tell_answer(struct session *s, uint16_t code, const struct sip_msg *response);

/** What the far end asked for: "BYE received" and the like; m may be NULL. */
void tell_request(struct session *s, const char *what, const struct sip_msg *m);
