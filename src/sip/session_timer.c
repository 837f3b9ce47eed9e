/* session_timer.c - invite.h: session timers (RFC 4028) */
#include "sip/invite_inner.h"

uint32_t sip_invite_session_s(const struct sip_invite *i)
{
    (void)i;
    return 0;
}

bool sip_invite_is_refresher(const struct sip_invite *i)
{
    (void)i;
    return false;
}
