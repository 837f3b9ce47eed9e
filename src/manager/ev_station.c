/* manager/ev_station.c - events of the station itself: FullyBooted, Reload, Shutdown */
#include "manager/all.h"
#include "manager/inner.h"

#define SHOWN .shown = "tests/unit/manager/test_session.c"
const struct manager_event manager_events_station[] = {
    {.name = "FullyBooted",
     .classes = CLASS_SYSTEM,
     .headers = "Uptime LastReload Status",
     SHOWN,
     .help = {"Станция работает.", "Raised when all initialization procedures have finished."}},
    {.name = "Shutdown",
     .classes = CLASS_SYSTEM,
     .headers = "Shutdown Restart",
     SHOWN,
     .help = {"Станция останавливается.", "Raised when the station is shutdown or restarted."}},
    {.name = "Reload",
     .classes = CLASS_SYSTEM,
     .headers = "Module Status",
     SHOWN,
     .help = {"Настройки загружены заново.", "Raised when a module has been reloaded."}},
    {0}};
enum { FULLY_BOOTED, SHUTDOWN, RELOAD };

static int64_t seconds_since(const struct manager *m, struct wall then)
{
    return (loop_wall(m->loop).us - then.us) / 1000000;
}

static void put_booted(struct manager *m, struct buf *out)
{
    ami_putu(out, "Uptime", (uint64_t)seconds_since(m, m->start));
    ami_putu(out, "LastReload", (uint64_t)seconds_since(m, m->reloaded));
    ami_putz(out, "Status", "Fully Booted");
    manager_event_end(m);
}

void ev_booted_for(struct manager_session *s)
{
    struct buf *out = NULL;

    if (s->manager->is_booted && !s->is_polled)
        out = manager_event_begin_for(s, &manager_events_station[FULLY_BOOTED]);
    if (out)
        put_booted(s->manager, out);
}

void manager_booted(struct manager *m)
{
    struct buf *out;

    m->is_booted = true;
    out = manager_event_begin(m, &manager_events_station[FULLY_BOOTED]);
    if (out)
        put_booted(m, out);
}

void ev_reload(struct manager *m, struct slice module, enum reload_status status)
{
    struct buf *out = manager_event_begin(m, &manager_events_station[RELOAD]);

    if (status == RELOAD_DONE)
        m->reloaded = loop_wall(m->loop);
    if (!out)
        return;
    ami_put(out, "Module", module.len ? module : SLICE("All"));
    ami_putu(out, "Status", status);
    manager_event_end(m);
}

void manager_reloaded(struct manager *m)
{
    ev_reload(m, SLICE(""), RELOAD_DONE);
}

void ev_shutdown(struct manager *m)
{
    struct buf *out = manager_event_begin(m, &manager_events_station[SHUTDOWN]);

    if (!out)
        return;
    ami_putz(out, "Shutdown", "Cleanly");
    ami_putz(out, "Restart", "False");
    manager_event_end(m);
}
