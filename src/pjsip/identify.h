/*
 * pjsip/identify.h - whose request is this, and may it be obeyed?
 *
 * Scope:   finds the endpoint by address, From user or credentials, in the order of
 *          endpoint_identifier_order; checks its digest and its access list; answers what is
 *          refused.
 * Promise: who does not know a password learns nothing. A stranger, an unknown user, a known user
 *          with a wrong password and one from a denied address get the same 401; only right
 *          credentials from a denied address get 403, as Asterisk gives.
 * Limits:  GUARD_A_MINUTE wrong passwords a minute and source (base/guard.h); more get no answer.
 * Source:  Asterisk 22 res_pjsip_distributor, res_pjsip_endpoint_identifier_{user,ip}.
 */
#pragma once
#include "pjsip/inner.h"
#include "sip/transaction.h"

#define GUARD_BURST 20    /* wrong tries of a source that are looked at, after a quiet time */
#define GUARD_A_MINUTE 10 /* and as many more every minute */

struct pjsip_who {
    const struct model_endpoint *endpoint; /* borrowed from the current snapshot */
    const struct model_auth *auth;         /* whose password was right; NULL: none was asked for */
    uint8_t by;                            /* enum model_identify_by */
};

/** Look at a new snapshot, so that no request pays for what it does not use. */
void pjsip_identify_follow(struct pjsip *p);

/**
 * The user of a URI, unescaped; with ignore_uri_user_options without what stands behind a semicolon.
 * @return as sip_unescape
 */
int pjsip_user_copy(const struct pjsip *p, struct slice user, char *out, size_t size);

/** Find the endpoint, without any check. @return 0; ENOENT */
int pjsip_identify(const struct pjsip *p, const struct sip_msg *req, struct pjsip_who *who);

/**
 * Identify and check a request outside dialogs.
 * @return 0 (who is filled); EACCES: not allowed, and t has been answered or dropped
 */
int pjsip_authorize(struct pjsip *p, struct sip_strans *t, const struct sip_msg *req,
                    struct pjsip_who *who);

/**
 * What a session logs in with at the other side. Kept per endpoint for the life of the driver:
 * a BYE may be challenged after its session has gone.
 */
struct pjsip_creds {
    struct hash_link link; /* pjsip.creds */
    struct pjsip *p;
    char endpoint[]; /* its name: looked up in the snapshot of that moment */
};

/** @param cp  out: borrowed; NULL when the endpoint has no outbound_auth. @return 0; ENOMEM */
int pjsip_creds_get(struct pjsip_creds **cp, struct pjsip *p, const struct model_endpoint *e);

/** Which of two authentications answers a challenge for realm better: one of that realm, else one
 *  without a realm (or with "*"). Any may be NULL. @return NULL: neither does */
const struct model_auth *pjsip_auth_better(const struct model_auth *best,
                                           const struct model_auth *other, struct slice realm);

/** What to log in with by this authentication. */
void pjsip_auth_take(const struct model_auth *a, struct sip_credential *c);

/** sip_creds_h; arg is a struct pjsip_creds, or NULL. */
bool pjsip_creds_find(struct slice realm, struct sip_credential *c, void *arg);

void pjsip_creds_clear(struct pjsip *p);
