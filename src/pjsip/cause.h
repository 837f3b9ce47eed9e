/*
 * pjsip/cause.h - SIP statuses and Q.850 causes, as Asterisk's chan_pjsip translates them
 *
 * Source:  Asterisk 22: ast_sip_hangup_sip2cause, hangup_cause2sip; RFC 3326 (Reason).
 */
#pragma once
#include <stdint.h>

#include "base/buf.h"
#include "sip/message.h"

/** Q.850 cause of a final SIP status (or of one made up for a timeout). */
int pjsip_cause_of_status(unsigned status);

/** Status that refuses a call with this cause; 603 where Asterisk has none. */
uint16_t pjsip_status_of_cause(int cause);

/** Cause in a Reason header ("Q.850;cause=17"), 0 when there is none. m may be NULL. */
int pjsip_cause_of_reason(const struct sip_msg *m);

/** Add the Reason line of a goodbye. @return as buf_add */
int pjsip_reason_add(struct buf *headers, int cause);
