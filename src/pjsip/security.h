/*
 * pjsip/security.h - what the channel driver tells of who tried to get in (call/security.h)
 */
#pragma once
#include "call/security.h"
#include "pjsip/inner.h"

/**
 * @param e    whose request it is; NULL: nobody's, the account is the user of its From
 * @param why  for the log: more than the event's name says; NULL: nothing
 */
void pjsip_security_tell(struct pjsip *p, const struct sip_msg *req, const struct model_endpoint *e,
                         enum security_event event, const char *why);

/** Somebody is asked for a password: ChallengeSent. @param headers  the lines WWW-Authenticate of the answer */
void pjsip_security_tell_challenge(struct pjsip *p, const struct sip_msg *req,
                                   const struct model_endpoint *e, struct slice headers);
