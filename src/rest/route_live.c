/* rest/route_live.c - GET /events */
#include <errno.h>

#include "rest/all.h"
#include "rest/inner.h"

static int open_events(struct rest_call *c)
{
    static const struct model_words which = {
        "topics: call, device, object, job, log через запятую.",
        "topics: call, device, object, job, log, comma separated."};
    const struct slice asked = rest_query(c, "topics"), last = rest_query(c, "last_id");
    struct live_reader_args a = {.request = c->request,
                                 .topics = slice_is_set(asked) ? live_topics_parse(asked)
                                                               : (1u << LIVE_TOPICS) - 1,
                                 .session = c->session,
                                 .groups = c->who.groups,
                                 .group_count = c->who.group_count,
                                 .has_all = c->who.has_all,
                                 .last_id = http_request_header(c->request, "Last-Event-ID")};
    int err;

    if (!a.topics)
        return rest_say(c, REST_MALFORMED, &which);
    if (!slice_is_set(a.last_id) && slice_is_set(last))
        a.last_id = last;
    err = live_read(c->rest->live, &a);
    return err == EAGAIN ? REST_TOO_MANY : err;
}

const struct rest_route rest_routes_live[] = {
    REST_ROUTE("GET", REST_BASE "/events", REST_READERS, open_events,
               "События, пока они происходят", "Events, as they happen", .query = "topics,last_id"),
    {0}};
