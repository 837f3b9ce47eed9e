/* Streams of events: who hears what, where one goes on, who does not read, whose session ends */
#include "office.h"
#include "rest/inner.h"

struct ear {
    int fd;
    char text[300000];
    size_t n;
};

static void ear_open(struct ear *e, struct office *o, const char *query, const char *last_id)
{
    char text[1000];

    e->n = 0;
    e->text[0] = '\0';
    e->fd = stream_connect(o->socket_path);
    snprintf(text, sizeof(text),
             "GET " REST_BASE
             "/events%s HTTP/1.1\r\nHost: x\r\nX-Station-Face: pbx\r\nX-Station-Peer: "
             "%s 4711 127.0.0.1 443\r\nX-Station-Cookie: " ACCESS_COOKIE
             "=%s\r\n%s%s%sConnection: close\r\n\r\n",
             query, o->peer, o->cookie, last_id ? "Last-Event-ID: " : "", last_id ? last_id : "",
             last_id ? "\r\n" : "");
    if (e->fd < 0 || send(e->fd, text, strlen(text), MSG_NOSIGNAL) < 0)
        fprintf(stderr, "    no connection\n");
}

static void ear_close(struct ear *e)
{
    if (e->fd >= 0)
        close(e->fd);
    e->fd = -1;
}

/* @return false: the stream has ended */
static bool ear_listen(struct ear *e, struct office *o)
{
    ssize_t got;

    loop_round(o->loop, 2);
    got = recv(e->fd, e->text + e->n, sizeof(e->text) - 1 - e->n, MSG_DONTWAIT);
    if (got > 0)
        e->n += (size_t)got;
    e->text[e->n] = '\0';
    return got > 0 || (got < 0 && errno == EAGAIN);
}

static bool hears(struct ear *e, struct office *o, const char *words)
{
    for (int i = 0; i < 1000 && !strstr(e->text, words); i++)
        if (!ear_listen(e, o))
            break;
    if (!strstr(e->text, words))
        fprintf(stderr, "    heard: %s\n", e->text);
    return strstr(e->text, words) != NULL;
}

static void tell(struct office *o, enum live_topic topic, const char *group, const char *json)
{
    live_tell(o->rest->live, &(struct live_event){.topic = topic, .groups = {group}},
              slice_of(json));
}

/* The last id in what was heard. */
static const char *last_id_of(const struct ear *e)
{
    static char id[64];
    const char *at = e->text;

    *id = '\0';
    while ((at = strstr(at, "id: ")))
        sscanf(at += 4, "%63[^\n]", id);
    return id;
}

#define MINE "11111111-1111-1111-1111-111111111111"
#define THEIRS "22222222-2222-2222-2222-222222222222"

static int fill(struct office *o)
{
    int err = office_open(o);

    if (!err)
        err = office_run(o, "INSERT INTO groups (uuid, name) VALUES ('" MINE
                            "', 'sales'), ('" THEIRS "', 'support')");
    if (!err)
        err = office_add_user(o, "root", REST_ADMIN, "");
    if (!err)
        err = office_add_user(o, "boss", REST_MANAGER, "sales");
    return err;
}

static int users_hear_of_their_groups(void)
{
    static struct ear all, mine;
    struct office o;
    int err = fill(&o);

    all.fd = mine.fd = -1;
    if (err)
        goto out;
    CHECK_TO(office_login(&o, "root", "secret of root") == 200, out);
    ear_open(&all, &o, "?topics=call", NULL);
    CHECK_TO(hears(&all, &o, "id: "), out);
    CHECK_TO(office_login(&o, "boss", "secret of boss") == 200, out);
    ear_open(&mine, &o, "", NULL);
    CHECK_TO(hears(&mine, &o, "id: "), out);
    CHECK_TO(live_readers(o.rest->live) == 2, out);
    tell(&o, LIVE_CALL, THEIRS, "{\"n\":1}");
    tell(&o, LIVE_CALL, NULL, "{\"n\":2}");
    tell(&o, LIVE_DEVICE, MINE, "{\"n\":3}");
    tell(&o, LIVE_CALL, MINE, "{\"n\":4}");
    CHECK_TO(hears(&mine, &o, "event: device\ndata: {\"n\":3}\n\n"), out);
    CHECK_TO(hears(&mine, &o, "event: call\ndata: {\"n\":4}\n\n"), out);
    CHECK_TO(!strstr(mine.text, "\"n\":1") && !strstr(mine.text, "\"n\":2"), out);
    CHECK_TO(hears(&all, &o, "{\"n\":4}"), out);
    CHECK_TO(strstr(all.text, "\"n\":1") && strstr(all.text, "\"n\":2"), out);
    CHECK_TO(!strstr(all.text, "\"n\":3"), out); /* did not ask for devices */
out:
    ear_close(&all);
    ear_close(&mine);
    office_close(&o);
    return err;
}

static int a_stream_goes_on_where_it_was(void)
{
    static struct ear e;
    struct office o;
    char id[64];
    int err = fill(&o);

    e.fd = -1;
    if (err)
        goto out;
    CHECK_TO(office_login(&o, "root", "secret of root") == 200, out);
    ear_open(&e, &o, "?topics=call,device", NULL);
    CHECK_TO(hears(&e, &o, "id: "), out);
    tell(&o, LIVE_CALL, NULL, "{\"n\":1}");
    CHECK_TO(hears(&e, &o, "\"n\":1"), out);
    strcpy(id, last_id_of(&e));
    ear_close(&e);
    tell(&o, LIVE_DEVICE, NULL, "{\"n\":2}");
    tell(&o, LIVE_LOG, NULL, "{\"n\":3}");
    tell(&o, LIVE_CALL, NULL, "{\"n\":4}");
    ear_open(&e, &o, "?topics=call,device", id);
    CHECK_TO(hears(&e, &o, "\"n\":4"), out);
    CHECK_TO(strstr(e.text, "\"n\":2") && strstr(e.text, "\"n\":2") < strstr(e.text, "\"n\":4"),
             out);
    CHECK_TO(!strstr(e.text, "\"n\":1") && !strstr(e.text, "\"n\":3") && !strstr(e.text, "again"),
             out);
    ear_close(&e);
    ear_open(&e, &o, "?topics=call", "5f-3"); /* of another process */
    CHECK_TO(hears(&e, &o, "event: again\n"), out);
    ear_close(&e);
    for (int i = 0; i <= LIVE_RING; i++)
        tell(&o, LIVE_CALL, NULL, "{\"n\":5}");
    ear_open(&e, &o, "?topics=call", id);
    CHECK_TO(hears(&e, &o, "event: again\n"), out);
    ear_close(&e);
    ear_open(&e, &o, "?topics=device", id); /* that ring still reaches back */
    CHECK_TO(hears(&e, &o, "\"n\":2") && !strstr(e.text, "again"), out);
    live_tell_engine(o.rest->live, false);
    CHECK_TO(hears(&e, &o, "event: engine\ndata: {\"is_there\":false}"), out);
    live_tell_engine(o.rest->live, true);
    CHECK_TO(hears(&e, &o, "event: again\n"), out);
out:
    ear_close(&e);
    office_close(&o);
    return err;
}

static int who_does_not_read_is_sent_away(void)
{
    static struct ear e;
    static char long_text[LIVE_TEXT_MAX];
    struct office o;
    int err = fill(&o);

    e.fd = -1;
    if (err)
        goto out;
    CHECK_TO(office_login(&o, "root", "secret of root") == 200, out);
    ear_open(&e, &o, "", NULL);
    CHECK_TO(hears(&e, &o, "id: "), out);
    memset(long_text, 'x', sizeof(long_text) - 1);
    for (int i = 0; i < 3000 && live_readers(o.rest->live); i++) {
        tell(&o, LIVE_JOB, NULL, long_text);
        loop_round(o.loop, 0);
    }
    CHECK_TO(live_readers(o.rest->live) == 0, out);
out:
    ear_close(&e);
    office_close(&o);
    return err;
}

static int a_session_that_ends_hears_no_more(void)
{
    static struct ear e;
    struct office o;
    int err = fill(&o);

    e.fd = -1;
    if (err)
        goto out;
    CHECK_TO(office_ask(&o, "GET", "/events", NULL) == 401, out);
    CHECK_TO(office_login(&o, "root", "secret of root") == 200, out);
    CHECK_TO(office_ask(&o, "GET", "/events?topics=calls", NULL) == 400, out);
    CHECK_TO(office_ask(&o, "GET", "/calls", NULL) == 503, out); /* no engine in this office */
    CHECK_TO(office_ask(&o, "GET", "/overview", NULL) == 200, out);
    CHECK_TO(json_is_false(json_object_get(o.json, "has_engine")), out);
    ear_open(&e, &o, "", NULL);
    CHECK_TO(hears(&e, &o, "id: "), out);
    CHECK_TO(office_ask(&o, "DELETE", "/session", NULL) == 204, out);
    for (int i = 0; i < 1000 && ear_listen(&e, &o); i++)
        ;
    CHECK_TO(live_readers(o.rest->live) == 0, out);
    CHECK_TO(!ear_listen(&e, &o), out);
out:
    ear_close(&e);
    office_close(&o);
    return err;
}

UNIT_TESTS(UNIT_ONCE(users_hear_of_their_groups), UNIT_ONCE(a_stream_goes_on_where_it_was),
           UNIT_ONCE(who_does_not_read_is_sent_away), UNIT_ONCE(a_session_that_ends_hears_no_more))
