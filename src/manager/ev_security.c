/* manager/ev_security.c - security events: who tried to get in, and what was refused */
#include "manager/all.h"
#include "manager/inner.h"

const struct manager_event manager_events_security[] = {{0}};

void security_tell(struct manager_session *s, enum security_event e, struct slice account,
                   struct slice request)
{
}
