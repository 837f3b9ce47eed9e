/*
 * pjsip/trace.h - `sip trace on`: every SIP message to the consoles that ask for it
 *
 * Secrets: those of headers never come here (sip/transport.h); a digit in an INFO is '*' while it is nobody's business
 *          (call/secret.h): its call is found by Call-ID.
 * Limits:  nothing is printed while nobody asks; a slow console is closed by ipc/console.h.
 */
#pragma once
#include "ipc/console.h"
#include "pjsip/inner.h"

/** Each digit that an INFO with this message tells becomes '*'; len bytes of text. */
void trace_mask_digits(char *text, size_t len);

/** Show c the messages from and to this address (none: all) from now on. @return 0; ENOMEM */
int trace_start(struct pjsip *p, struct console *c, const struct addr *only);

/** No more for this console. @return whether it had any */
bool trace_stop(struct pjsip *p, const struct console *c);

/** No more for anybody. */
void trace_stop_all(struct pjsip *p);
