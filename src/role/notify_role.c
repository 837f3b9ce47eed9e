/* role/notify_role.c - the role `notify`: events of the Manager become webhooks; it sends them, and mails. Outbound only */
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "base/jout.h"
#include "base/log.h"
#include "base/mem.h"
#include "ipc/control.h"
#include "notify/notify.h"
#include "role/role.h"
#include "web/station.h"

enum { DATA_MAX = 60000 };

struct notify_role {
    struct loop *loop;
    struct control *control;
    struct web_link *link;
    struct web_station *station;
    struct notify *notify;
    char link_path[PATH_MAX];
};

/* Which events of the Manager are told, by which name; header has one of values, comma separated. */
static const struct {
    const char *from, *to, *header, *values;
} told[] = {
    {"Newchannel", "call.begin", NULL, NULL}, /* the first channel of a call: is_first */
    {"DialEnd", "call.answer", "DialStatus", "ANSWER"},
    {"Cdr", "call.end", NULL, NULL},
    {"MixMonitorStop", "recording.end", NULL, NULL},
    {"ContactStatus", "contact.lost", "ContactStatus", "Unreachable,Removed"},
    {"Registry", "registration.lost", "Status", "Rejected,Unregistered"},
};

static bool is_one_of(struct slice value, const char *values)
{
    struct slice rest = slice_of(values);

    while (slice_is_set(rest))
        if (slice_eq(slice_cut(rest, ',', &rest), value))
            return true;
    return false;
}

static bool is_first(const struct ami_message *m)
{
    return slice_eq(ami_message_get(m, "Uniqueid"), ami_message_get(m, "Linkedid"));
}

/* "PJSIP/101-00000001" is of endpoint 101. */
static struct slice endpoint_of(struct slice channel)
{
    size_t end = channel.len;

    if (!slice_starts(channel, SLICE("PJSIP/")))
        return SLICE("");
    while (end > 6 && channel.p[end - 1] != '-')
        end--;
    return end > 7 ? slice_from(channel.p + 6, end - 7) : SLICE("");
}

static struct slice other_endpoint(const struct ami_message *m)
{
    const struct slice named = ami_message_get(m, "EndpointName"),
                       dialled = ami_message_get(m, "DestChannel");

    return slice_is_set(named)     ? named
           : slice_is_set(dialled) ? endpoint_of(dialled)
                                   : endpoint_of(ami_message_get(m, "DestinationChannel"));
}

static void tell(struct notify_role *r, const char *event, const struct ami_message *m)
{
    struct buf data;
    struct jout j;

    buf_init(&data, DATA_MAX);
    jout_init(&j, &data);
    jout_open(&j, '{');
    for (uint32_t i = 0; i < m->count; i++) {
        const struct ami_header *h = &m->headers[i];

        if (slice_caseeqz(h->name, "Event") || slice_caseeqz(h->name, "Privilege"))
            continue;
        jout_key_slice(&j, h->name);
        jout_text(&j, slice_is_set(h->value) ? h->value : SLICE(""));
    }
    jout_close(&j, '}');
    if (!buf_err(&data))
        notify_event(r->notify, event, endpoint_of(ami_message_get(m, "Channel")),
                     other_endpoint(m), buf_slice(&data));
    else
        log_warning("event is not sent, it is too long event=%s", event);
    buf_fini(&data);
}

static void on_event(const struct ami_message *m, void *arg)
{
    const struct slice name = ami_message_get(m, "Event");

    for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++) {
        if (!slice_eqz(name, told[i].from))
            continue;
        if (i == 0
                ? is_first(m)
                : !told[i].header || is_one_of(ami_message_get(m, told[i].header), told[i].values))
            tell(arg, told[i].to, m);
        return;
    }
}

static void on_stop(bool is_orphan, void *arg)
{
    struct notify_role *r = arg;

    loop_stop(r->loop);
}

static int open_all(struct notify_role *r, const struct role_args *args)
{
    const struct control_handlers h = {.stop = on_stop, .arg = r};
    int err = role_file(r->link_path, sizeof(r->link_path), args->state, ROLE_MANAGER_SOCK);

    if (!err)
        err = loop_alloc(&r->loop);
    if (!err)
        err = notify_alloc(&r->notify, r->loop, args->state);
    if (!err)
        err = web_link_alloc(&r->link, r->loop, r->link_path);
    if (!err)
        err = web_station_alloc(&r->station, r->loop, r->link, on_event, NULL, r);
    if (!err)
        err = control_alloc(&r->control, r->loop, args->control_fd, &h);
    return err ? err : control_ready(r->control);
}

int role_notify(const struct role_args *args)
{
    struct notify_role r = {0};
    int err = open_all(&r, args);

    if (!err)
        err = loop_run(r.loop);
    if (err)
        log_error("notify cannot work error=\"%s\"", strerror(err));
    mem_deref(r.station);
    mem_deref(r.link);
    mem_deref(r.notify); /* waits for what is being sent, no longer than its time limits */
    mem_deref(r.control);
    mem_deref(r.loop);
    return err ? 1 : 0;
}
