/*
 * pjsip/trace.h - `sip trace on`: every SIP message to the consoles that ask for it
 *
 * Limits:  nothing is printed while nobody asks; a slow console is closed by ipc/console.h.
 */
#pragma once
#include "ipc/console.h"
#include "pjsip/inner.h"

/** Show c the messages from and to this address (none: all) from now on. @return 0; ENOMEM */
int trace_start(struct pjsip *p, struct console *c, const struct addr *only);

/** No more for this console. @return whether it had any */
bool trace_stop(struct pjsip *p, const struct console *c);

/** No more for anybody. */
void trace_stop_all(struct pjsip *p);
