/* manager/act_session.c - actions about the session itself: Ping, Events, WaitEvent, ListCommands,
   UserEvent */
#include <stdio.h>

#include "manager/all.h"
#include "manager/inner.h"

#define SHOWN .shown = "tests/unit/manager/test_session.c"

static const struct manager_param id_params[] = {MANAGER_PARAM_ID, {0}};

/* ---- Ping ---- */

static void run_ping(struct manager_request *q)
{
    const int64_t us = loop_wall(manager_of(q)->loop).us;

    manager_begin(q, "Success");
    ami_putz(manager_out(q), "Ping", "Pong");
    ami_putf(manager_out(q), "Timestamp", "%lld.%06lld", (long long)(us / 1000000),
             (long long)(us % 1000000));
    manager_end(q);
}

const struct manager_action manager_action_ping = {
    .name = "Ping",
    .params = id_params,
    .run = run_ping,
    SHOWN,
    .synopsis = {"Проверить соединение.", "Keepalive command."},
    .help = {
        "На Ping приходит Pong.",
        "A 'Ping' action will elicit a 'Pong' response. Used to keep the\nmanager connection open."}};

/* ---- Events ---- */

static void run_events(struct manager_request *q)
{
    const int64_t mask = class_of_mask(manager_arg(q, "EventMask"));

    if (mask < 0) {
        manager_error(q, "Invalid event mask");
        return;
    }
    manager_session_of(q)->mask = (uint32_t)mask;
    events_count(manager_of(q));
    manager_begin(q, "Success");
    ami_putz(manager_out(q), "Events", mask ? "On" : "Off");
    manager_end(q);
}

static const struct manager_param events_params[] = {
    MANAGER_PARAM_ID,
    {"EventMask",
     {"on - все, off - никакие, или классы через запятую: system,call,log.",
      "on: all events are sent; off: none; or the flags of those to send: system,call,log."},
     true},
    {0}};

const struct manager_action manager_action_events = {
    .name = "Events",
    .params = events_params,
    .run = run_events,
    SHOWN,
    .synopsis = {"Какие события присылать.", "Control Event Flow."},
    .help = {"Включает и выключает события этого соединения.",
             "Enable/Disable sending of events to this manager client."}};

/* ---- WaitEvent ---- */

static void run_wait_event(struct manager_request *q)
{
    struct manager_session *s = manager_session_of(q);
    int64_t seconds = -1;

    if (slice_i64(manager_arg(q, "Timeout"), &seconds) || seconds < 0 || seconds > INT32_MAX)
        seconds = -1;
    if (s->is_polled) { /* the session must not expire under it */
        const int32_t most = model_settings_of(manager_of(q)->snapshot)->http_session_timeout;

        if (seconds < 0 || seconds > most)
            seconds = most > 1 ? most - 1 : most;
    }
    manager_session_wait(s, q, seconds);
}

static const struct manager_param wait_params[] = {
    MANAGER_PARAM_ID,
    {"Timeout",
     {"Сколько секунд ждать события; -1 - сколько угодно.",
      "Maximum time (in seconds) to wait for events, '-1' means forever."},
     true},
    {0}};

const struct manager_action manager_action_waitevent = {
    .name = "WaitEvent",
    .params = wait_params,
    .run = run_wait_event,
    SHOWN,
    .synopsis = {"Ждать события.", "Wait for an event to occur."},
    .help = {
        "Отвечает, когда есть события, и показывает их. У сеанса HTTP события копятся со входа.",
        "This action will elicit a 'Success' response. Whenever a manager event is\nqueued. Once WaitEvent has been called on an HTTP manager session, events will\nbe generated and queued."}};

/* ---- ListCommands ---- */

static void run_list_commands(struct manager_request *q)
{
    const uint32_t write = manager_session_of(q)->write;

    manager_begin(q, "Success");
    for (const struct manager_action *const *a = manager_actions; *a; a++) {
        struct buf *out = manager_out(q);

        if ((*a)->classes && !((*a)->classes & write))
            continue;
        buf_printf(out, "%s: %s  (Priv: ", (*a)->name, (*a)->synopsis.en);
        class_print((*a)->classes, out);
        buf_addz(out, ")\r\n");
    }
    manager_end(q);
}

const struct manager_action manager_action_listcommands = {
    .name = "ListCommands",
    .params = id_params,
    .run = run_list_commands,
    SHOWN,
    .synopsis = {"Какие есть действия.", "List available manager commands."},
    .help = {
        "Имя и назначение каждого действия, доступного пользователю.",
        "Returns the action name and synopsis for every action that\nis available to the user."}};

/* ---- UserEvent ---- */

const struct manager_event manager_events_user[] = {
    {.name = "UserEvent",
     .classes = CLASS_USER,
     .headers = "[ActionID] [@] UserEvent [*]",
     SHOWN,
     .help = {"Событие, которое прислал пользователь или маршрутизация (UserEvent).",
              "A user defined event raised from the dialplan or by action UserEvent."}},
    {0}};

static void run_user_event(struct manager_request *q)
{
    const struct ami_message *m = manager_message_of(q);
    struct buf *out = manager_event_begin(manager_of(q), manager_events_user);

    if (out) {
        if (manager_arg(q, "ActionID").len)
            ami_put(out, "ActionID", manager_arg(q, "ActionID"));
        ami_put(out, "UserEvent", manager_arg(q, "UserEvent"));
        for (uint32_t i = 0; i < m->count; i++)
            if (slice_is_set(m->headers[i].value) &&
                !slice_caseeqz(m->headers[i].name, "UserEvent") &&
                !slice_caseeqz(m->headers[i].name, "Action") &&
                !slice_caseeqz(m->headers[i].name, "ActionID"))
                ami_put_named(out, m->headers[i].name, m->headers[i].value);
        manager_event_end(manager_of(q));
    }
    manager_ack(q, "Event Sent");
}

static const struct manager_param user_params[] = {
    MANAGER_PARAM_ID,
    {"UserEvent", {"Имя события.", "Event string to send."}, true},
    {"Header1",
     {"Любые другие поля: они будут в событии.",
      "Content1. Any other headers are part of the event."}},
    {0}};

const struct manager_action manager_action_userevent = {
    .name = "UserEvent",
    .classes = CLASS_USER,
    .params = user_params,
    .run = run_user_event,
    SHOWN,
    .synopsis = {"Послать событие.", "Send an arbitrary event."},
    .help = {"Все, кто видит класс user, получают это событие.",
             "Send an event to manager sessions."}};
