/* manager/act_fax.c - actions on faxes: there are none until faxes come */
#include "manager/all.h"

#define SHOWN .shown = "tests/unit/manager/test_later.c"
#define SUBJECT .subject = "faxes"

static const struct manager_param id_params[] = {MANAGER_PARAM_ID, {0}};

static void run_session(struct manager_request *q)
{
    uint32_t number;

    if (slice_u32(manager_arg(q, "SessionNumber"), &number))
        manager_error(q, "Invalid session ID");
    else
        manager_error(q, "Session not found");
}

static const struct manager_param session_params[] = {
    MANAGER_PARAM_ID, {"SessionNumber", {"Номер сеанса.", "Number of the session."}, true}, {0}};

const struct manager_action manager_action_faxsession = {
    .name = "FAXSession",
    .classes = CLASS_CALL,
    SUBJECT,
    .params = session_params,
    .run = run_session,
    SHOWN,
    .synopsis = {"Один факс.", "Responds with a detailed description of a single FAX session"},
    .help = {"", "Details of a session, as `fax show session` has them."}};

static void run_sessions(struct manager_request *q)
{
    manager_begin(q, "Success");
    ami_putz(manager_out(q), "EventList", "Start"); /* so written in Asterisk */
    ami_putz(manager_out(q), "Message", "FAXSessionsEntry event list will follow");
    manager_end(q);
    manager_list_end(q, "FAXSessionsComplete");
    ami_putu(manager_out(q), "Total", 0);
    manager_end(q);
}

const struct manager_action manager_action_faxsessions = {
    .name = "FAXSessions",
    .classes = CLASS_CALL,
    SUBJECT,
    .params = id_params,
    .run = run_sessions,
    SHOWN,
    .synopsis = {"Какие факсы идут.", "Lists active FAX sessions"},
    .help = {"Каждый - событие FAXSessionsEntry.",
             "An event FAXSessionsEntry for each, then FAXSessionsComplete with their number."}};

static void run_stats(struct manager_request *q)
{
    static const char *const names[] = {"CurrentSessions", "ReservedSessions", "TransmitAttempts",
                                        "ReceiveAttempts", "CompletedFAXes",   "FailedFAXes"};

    manager_ack(q, "FAXStats event will follow");
    manager_item(q, "FAXStats");
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        ami_putu(manager_out(q), names[i], 0);
    manager_end(q);
}

const struct manager_action manager_action_faxstats = {
    .name = "FAXStats",
    .classes = CLASS_REPORTING,
    SUBJECT,
    .params = id_params,
    .run = run_stats,
    SHOWN,
    .synopsis = {"Сколько было факсов.", "Responds with fax statistics"},
    .help = {"", "How many sessions there are, were completed, failed, and how many attempts."}};
