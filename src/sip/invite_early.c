/* invite_early.c - invite.h for the calling side: early dialogs, PRACK */
#include <errno.h>

#include "sip/invite_inner.h"

int sip_invite_prack(struct sip_invite *i, unsigned leg, struct slice content_type,
                     struct slice body)
{
    (void)i, (void)leg, (void)content_type, (void)body;
    return EALREADY;
}

const struct sip_dialog *sip_invite_leg(const struct sip_invite *i, unsigned leg)
{
    (void)i, (void)leg;
    return NULL;
}

struct sip_invite *sip_invite_find(struct sip *sip, struct slice call_id, struct slice local_tag,
                                   struct slice remote_tag)
{
    (void)sip, (void)call_id, (void)local_tag, (void)remote_tag;
    return NULL;
}
