/*
 * pjsip/registrar.h - REGISTER
 *
 * Scope:   a request of an identified, authenticated endpoint changes the contacts of one of its
 *          addresses of record. The 200 leaves after the contacts are committed; when writing
 *          fails it is a 503, and the contacts are as before.
 * Order:   registrations of one address of record are done one after another.
 * Limits:  10 Contact values in a request (more: 400), 8 requests waiting per address (more: 503).
 * Source:  RFC 3261 s10.3 (423, Call-ID and CSeq order, "*"); Asterisk's res_pjsip_registrar for
 *          max_contacts, remove_existing and remove_unavailable.
 */
#pragma once
#include "pjsip/inner.h"
#include "sip/transaction.h"

struct aor;

/** sip_request_h; arg is the struct pjsip. */
void registrar_on_register(struct sip_strans *t, struct sip_msg *req, void *arg);

/** Drop the registrations that wait, without an answer. */
void registrar_clear(struct aor *a);
