/* invite_update.c - invite.h: UPDATE, either side (RFC 3311) */
#include <errno.h>

#include "sip/invite_inner.h"

int sip_invite_update(struct sip_invite *i, unsigned leg, struct slice content_type,
                      struct slice body, struct slice headers)
{
    (void)i, (void)leg, (void)content_type, (void)body, (void)headers;
    return ENOTSUP;
}

int sip_invite_respond(struct sip_invite *i, struct sip_strans *t, const struct sip_answer *a)
{
    (void)i;
    return sip_strans_answer(t, a);
}

bool sip_invite_peer_allows(const struct sip_invite *i, enum sip_method m)
{
    (void)i, (void)m;
    return false;
}
