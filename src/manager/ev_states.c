/* manager/ev_states.c - events of devices, extensions, contacts and registrations */
#include "manager/all.h"
#include "manager/inner.h"

const struct manager_event manager_events_states[] = {{0}};

int ev_states_start(struct manager *m)
{
    return 0;
}

void ev_states_stop(struct manager *m)
{
    device_watch_stop(&m->devices);
}
