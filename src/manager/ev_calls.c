/* manager/ev_calls.c - events of calls, from the facts of call/observe.h */
#include "manager/all.h"
#include "manager/inner.h"

const struct manager_event manager_events_calls[] = {{0}};

static void saw(const struct call_fact *f, void *arg)
{
}

int ev_calls_start(struct manager *m)
{
    m->observer.h = saw;
    m->observer.arg = m;
    calls_observe(m->args.calls, &m->observer);
    return 0;
}

void ev_calls_stop(struct manager *m)
{
    call_observer_remove(&m->observer);
}
