/*
 * sip/save.h - a session handed from one process to the next (base/pack.h)
 *
 * Scope:   what an engine that starts anew needs so that its predecessor's calls find their
 *          dialogs: sessions that are up go on; those that ring can only be ended: the callee's by a
 *          final answer, the caller's by a CANCEL (and BYE, should a 200 cross it).
 * Not:     requests inside a dialog that were under way: the peer sends its own again; ours are
 *          lost, and the answer to a lost re-INVITE is acknowledged all the same.
 * CSeq:    our next request inside a dialog is a hundred higher than what was written down: so many
 *          may have left unseen (RFC 3261 s12.2.2 allows gaps).
 * Thread:  the loop's.
 */
#pragma once
#include "base/pack.h"
#include "sip/invite.h"

/** Write; one that says goodbye is written as before that. ENOTCONN when there is nothing that a
 * successor could use. */
void sip_invite_pack(const struct sip_invite *i, struct pack *k);

struct sip_invite_unpack_args {
    struct sip_msg *request; /* callee: the INVITE (shared); NULL: it cannot be answered any more */
    sip_creds_h *creds;
    void *creds_arg;
    const struct sip_invite_handlers *handlers; /* borrowed for ever (static) */
    void *arg;
};

/**
 * A session as it was; its bindings must be open.
 * @return 0 (one reference); EBADMSG; ENOTCONN (its transport is not there); ENOMEM
 */
int sip_invite_unpack(struct sip_invite **ip, struct sip *sip, struct pack *k,
                      const struct sip_invite_unpack_args *args);

/** Both ways: a request with the way that it came. Read: one reference, or NULL (none was kept).
 *  is_lean: none is kept. */
void sip_request_pack(struct sip_msg **mp, struct sip *sip, struct pack *k, bool is_lean);
