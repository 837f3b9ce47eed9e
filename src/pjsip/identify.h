/*
 * pjsip/identify.h - whose request is this, and may it be obeyed?
 *
 * Scope:   finds the endpoint by address, From user or credentials, in the order of
 *          endpoint_identifier_order; checks its digest and its access list; answers what is
 *          refused.
 * Promise: who does not know a password learns nothing. A stranger, an unknown user, a known user
 *          with a wrong password and one from a denied address get the same 401; only right
 *          credentials from a denied address get 403, as Asterisk gives.
 * Source:  Asterisk 22 res_pjsip_distributor, res_pjsip_endpoint_identifier_{user,ip}.
 */
#pragma once
#include "pjsip/inner.h"
#include "sip/transaction.h"

struct pjsip_who {
    const struct model_endpoint *endpoint; /* borrowed from the current snapshot */
    const struct model_auth *auth;         /* whose password was right; NULL: none was asked for */
    uint8_t by;                            /* enum model_identify_by */
};

/** Find the endpoint, without any check. @return 0; ENOENT */
int pjsip_identify(const struct pjsip *p, const struct sip_msg *req, struct pjsip_who *who);

/**
 * Identify and check a request outside dialogs.
 * @return 0 (who is filled); EACCES: not allowed, and t has been answered
 */
int pjsip_authorize(struct pjsip *p, struct sip_strans *t, const struct sip_msg *req,
                    struct pjsip_who *who);

/** sip_creds_h for outbound authentication: arg is a struct pjsip_creds. */
struct pjsip_creds {
    struct pjsip *p;
    const char *endpoint; /* its name: looked up in the snapshot of that moment */
};
bool pjsip_creds_find(struct slice realm, struct sip_credential *c, void *arg);
