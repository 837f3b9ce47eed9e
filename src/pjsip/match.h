/*
 * pjsip/match.h - inner: identify rows that look at a header or at the request URI
 *
 * Scope:   match_header ("Name: value" or "Name: /expression/") and match_request_uri (whole URI, or
 *          /expression/) of the snapshot's identify rows, in the order of their names.
 * Cost:    nothing while no row says so; else each row is looked at, for requests that nothing
 *          before has identified.
 * Limits:  1,000 rows; expressions as plan/expr.h bounds them.
 * Source:  Asterisk 22's res_pjsip_endpoint_identifier_ip.
 */
#pragma once
#include "pjsip/inner.h"

/** Note whether any row says so. */
void match_follow(struct pjsip *p);

/** The endpoint of the first row that fits, NULL: none. Borrowed from the snapshot. */
const struct model_endpoint *match_header(const struct pjsip *p, const struct sip_msg *req);
const struct model_endpoint *match_request_uri(const struct pjsip *p, const struct sip_msg *req);
