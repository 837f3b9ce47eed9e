/*
 * sip/parse.h - inner: the values that every message is matched by, checked
 *
 * Scope:   called by sip_msg_decode once the header lines are indexed.
 * Source:  RFC 3261 s7, s8.1.1, s18.3, s20; RFC 4475 s3.1.2, s3.3.
 */
#pragma once
#include "sip/message.h"

/**
 * Parse start line, mandatory headers and body.
 *
 * @param body_at   offset of the body in m->bytes
 * @param is_broken the header lines were bad already (why says): parse what an answer needs, and
 * refuse
 * @return 0; EINVAL with why filled
 */
int sip_parse_message(struct sip_msg *m, struct slice start, size_t body_at, struct sip_why *why,
                      bool is_broken);

/** Can a refusal be sent? (A request other than ACK, with a top Via.) */
bool sip_parse_is_answerable(const struct sip_msg *m);
