/* observe.c - see observe.h */
#include "call/observe.h"
#include "call/inner.h"

void calls_observe(struct calls *c, struct call_observer *o)
{
    list_append(&c->observers, &o->link);
}

void call_observer_remove(struct call_observer *o)
{
    if (link_is_in(&o->link))
        list_unlink(&o->link);
}

void calls_tell(struct calls *c, const struct call_fact *f)
{
    if (!c || (f->channel && f->channel->is_apart))
        return;
    LIST_FOREACH(&c->observers, k)
    {
        const struct call_observer *o = CONTAINER_OF(k, struct call_observer, link);

        o->h(f, o->arg);
    }
}

void channel_tell(struct channel *ch, enum call_fact_type type, const char *value)
{
    calls_tell(ch->calls, &(struct call_fact){.type = type,
                                              .channel = ch,
                                              .value = value ? slice_of(value) : SLICE_NONE,
                                              .number = ch->cause});
}
