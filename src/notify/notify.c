/* notify/notify.c - see notify.h */
#include "notify/notify.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/list.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/rand.h"
#include "loop/worker.h"
#include "notify/desk.h"
#include "notify/mime.h"

enum { TICK_MS = 1000, MAIL_MAX = 1 << 20 };

struct notify {
    struct loop *loop;
    struct desk *desk;
    struct workers *clerk, *senders;
    struct timer tick;
    struct desk_turn turn; /* the clerk's while is_turning */
    int turn_err;
    bool is_turning, has_failed, is_ending;
    struct list finished, events;
    uint32_t event_count, under_way;
};

/* One message with the sender that has it. */
struct sending {
    struct notify *n;
    struct desk_item *item;
    struct notify_smtp smtp;
    char allow[1024];
    int64_t now;
};

static void turn(void *arg);

static int64_t seconds(const struct notify *n)
{
    return loop_wall(n->loop).us / 1000000;
}

/* ---- sending: on a sender's thread ---- */

static void send_mail(struct sending *s)
{
    struct desk_item *i = s->item;
    struct buf mime;
    char id[48], to[256];
    int err;

    snprintf(id, sizeof(id), "station.%" PRId64 ".%" PRId64, i->created, i->id);
    buf_init(&mime, MAIL_MAX);
    err = notify_mime_print(&mime, &(struct notify_mail){.from = s->smtp.from,
                                                         .to = i->to,
                                                         .subject = i->subject,
                                                         .text = i->text,
                                                         .at = i->created,
                                                         .id = id});
    if (!err)
        err = notify_mime_address(i->to, to, sizeof(to));
    if (!err)
        notify_post_mail(&s->smtp, to, buf_slice(&mime), &i->answer);
    else
        snprintf(i->answer.why, sizeof(i->answer.why), "%s",
                 err == EINVAL ? "the recipient or setting mail_from is no address"
                               : strerror(err));
    buf_fini(&mime);
}

static void send_one(void *arg)
{
    struct sending *s = arg;
    struct desk_item *i = s->item;

    i->answer = (struct notify_answer){.is_done = false};
    if (i->is_mail)
        send_mail(s);
    else
        notify_post_hook(&(struct notify_hook){.url = i->url,
                                               .secret = i->secret,
                                               .headers = i->headers,
                                               .event = i->event,
                                               .delivery = i->delivery,
                                               .allow = s->allow,
                                               .body = slice_of(i->text),
                                               .at = s->now},
                         &i->answer);
}

static void is_sent(void *arg)
{
    struct sending *s = arg;
    struct notify *n = s->n;
    const struct desk_item *i = s->item;
    const char *what = i->is_mail ? "mail" : "webhook";

    if (i->answer.is_done)
        log_notice("%s sent id=%" PRId64 " event=%s", what, i->id, i->is_mail ? "-" : i->event);
    else
        log_warning("%s not sent id=%" PRId64 " attempt=%" PRId64 " why=\"%s\" next=\"%s\"", what,
                    i->id, i->attempts + 1, i->answer.why,
                    i->answer.is_final ? "it is given up" : "it is tried again later");
    list_append(&n->finished, &s->item->link);
    n->under_way--;
    explicit_bzero(&s->smtp, sizeof(s->smtp));
    mem_free(s);
    timer_start(n->loop, &n->tick, 0, turn, n);
}

static void start(struct notify *n, struct desk_item *i)
{
    struct sending *s = mem_zalloc(sizeof(*s));

    list_unlink(&i->link);
    if (n->is_ending) {
        mem_free(s);
        desk_item_free(i);
        return;
    }
    if (s) {
        s->n = n;
        s->item = i;
        s->smtp = n->turn.smtp;
        s->now = seconds(n);
        memcpy(s->allow, n->turn.allow, sizeof(s->allow));
        n->under_way++;
        if (workers_submit(n->senders, send_one, is_sent, s) == 0)
            return;
        n->under_way--;
        mem_free(s);
    }
    snprintf(i->answer.why, sizeof(i->answer.why), "no memory");
    list_append(&n->finished, &i->link);
}

/* ---- turns of the clerk ---- */

static void do_turn(void *arg)
{
    struct notify *n = arg;

    n->turn_err = desk_turn(n->desk, &n->turn);
}

static void tell(struct notify *n)
{
    if (n->turn_err && !n->has_failed)
        log_warning("mails and webhooks wait: the database cannot be used error=\"%s\"",
                    strerror(n->turn_err));
    else if (!n->turn_err && n->has_failed)
        log_notice("mails and webhooks go on: the database is back");
    n->has_failed = n->turn_err != 0;
    if (n->turn.dropped)
        log_error("events are not sent, too many webhooks wait dropped=%u most=%u "
                  "next=\"webhook show says why they wait\"",
                  (unsigned)n->turn.dropped, (unsigned)DESK_QUEUE);
}

static void is_turned(void *arg)
{
    struct notify *n = arg;

    n->is_turning = false;
    tell(n);
    /* After an error they come first the next time. */
    list_move_all(&n->turn.finished, &n->finished);
    list_move_all(&n->finished, &n->turn.finished);
    LIST_FOREACH(&n->turn.events, k) n->event_count++;
    list_move_all(&n->turn.events, &n->events);
    list_move_all(&n->events, &n->turn.events);
    LIST_FOREACH(&n->turn.taken, k) start(n, CONTAINER_OF(k, struct desk_item, link));
    timer_start(
        n->loop, &n->tick,
        !n->turn_err && (!list_is_empty(&n->finished) || !list_is_empty(&n->events)) ? 0 : TICK_MS,
        turn, n);
}

static void turn(void *arg)
{
    struct notify *n = arg;

    if (n->is_turning)
        return;
    n->turn = (struct desk_turn){.now = seconds(n), .room = NOTIFY_AT_ONCE - n->under_way};
    list_init(&n->turn.finished);
    list_init(&n->turn.events);
    list_init(&n->turn.taken);
    list_move_all(&n->turn.finished, &n->finished);
    list_move_all(&n->turn.events, &n->events);
    n->event_count = 0;
    n->is_turning = workers_submit(n->clerk, do_turn, is_turned, n) == 0;
    if (!n->is_turning) {
        n->turn_err = ENOMEM;
        is_turned(n);
    }
}

/* ---- events ---- */

void notify_event(struct notify *n, const char *event, struct slice of, struct slice to,
                  struct slice data)
{
    struct desk_event *e =
        n->event_count < NOTIFY_EVENTS ? mem_zalloc(sizeof(struct desk_event)) : NULL;

    if (e)
        e->data = slice_dup(data);
    if (!e || !e->data) {
        mem_free(e);
        log_error("event is not sent, the database is away or there is no memory event=%s", event);
        return;
    }
    e->event = event;
    e->at = seconds(n);
    rand_uuid(e->delivery);
    (void)slice_copy(of, e->endpoints[0], sizeof(e->endpoints[0]));
    (void)slice_copy(to, e->endpoints[1], sizeof(e->endpoints[1]));
    list_append(&n->events, &e->link);
    n->event_count++;
    if (!n->has_failed)
        timer_start(n->loop, &n->tick, 0, turn, n);
}

/* ---- life ---- */

static void destroy(void *object)
{
    struct notify *n = object;

    n->is_ending = true;
    mem_deref(n->senders); /* what was sent is told to the list */
    mem_deref(n->clerk);   /* rows that it took are "sending": the next process sends them */
    timer_stop(&n->tick);
    LIST_FOREACH(&n->finished, k) desk_item_free(CONTAINER_OF(k, struct desk_item, link));
    LIST_FOREACH(&n->events, k) desk_event_free(CONTAINER_OF(k, struct desk_event, link));
    mem_deref(n->desk);
}

int notify_alloc(struct notify **np, struct loop *loop, const char *state)
{
    struct notify *n = mem_alloc(sizeof(*n), destroy);
    int err;

    if (!n)
        return ENOMEM;
    n->loop = loop;
    list_init(&n->finished);
    list_init(&n->events);
    err = desk_alloc(&n->desk, state);
    if (!err)
        err = workers_alloc(&n->clerk, loop, 1, 2);
    if (!err)
        err = workers_alloc(&n->senders, loop, NOTIFY_AT_ONCE, 2 * NOTIFY_AT_ONCE);
    if (err) {
        mem_deref(n);
        return err;
    }
    timer_start(loop, &n->tick, 0, turn, n);
    *np = n;
    return 0;
}
