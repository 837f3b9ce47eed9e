/* manager/act_queue.c - actions on queues: there are none until Queue comes */
#include "manager/all.h"
#include "manager/need.h"

#define SHOWN .shown = "tests/unit/manager/test_later.c"
#define SUBJECT .subject = "queues"
#define QUEUE_HELP                                                                                 \
    {                                                                                              \
        "Очередь.", "Name of the queue."                                                           \
    }
#define QUEUE_PARAM                                                                                \
    {                                                                                              \
        "Queue", QUEUE_HELP, true                                                                  \
    }
#define QUEUE_OPTION                                                                               \
    {                                                                                              \
        "Queue",                                                                                   \
        {                                                                                          \
            "Очередь; нет - все.", "Name of the queue; all when absent."                           \
        }                                                                                          \
    }
#define INTERFACE_PARAM                                                                            \
    {                                                                                              \
        "Interface", {"Участник: PJSIP/101.", "The member, PJSIP/101."}, true                      \
    }
#define CALLER_PARAM                                                                               \
    {                                                                                              \
        "Caller", {"Канал ждущего.", "Channel of the one who waits."}, true                        \
    }

static const struct manager_param id_params[] = {MANAGER_PARAM_ID, {0}};
static const struct manager_param queue_params[] = {MANAGER_PARAM_ID, QUEUE_OPTION, {0}};

/* ---- members ---- */

static void run_add(struct manager_request *q)
{
    static const struct manager_need needs[] = {
        {"Queue", "'Queue' not specified."}, {"Interface", "'Interface' not specified."}, {0}};

    if (manager_has(q, needs))
        manager_error(q, "Unable to add interface to queue: No such queue");
}

static const struct manager_param add_params[] = {
    MANAGER_PARAM_ID,
    QUEUE_PARAM,
    INTERFACE_PARAM,
    {"Penalty",
     {"Очерёдность: с меньшей звонят раньше.", "Those with a lower one are rung first."}},
    {"Paused", {"yes - пока не звонить.", "yes: not to be rung for now."}},
    {"Reason", {"Причина паузы.", "Why it is paused."}},
    {"MemberName", {"Имя.", "Name of the member."}},
    {"StateInterface",
     {"Чьё состояние смотреть.", "The device whose state counts, when not Interface."}},
    {0}};

const struct manager_action manager_action_queueadd = {
    .name = "QueueAdd",
    .classes = CLASS_AGENT,
    SUBJECT,
    .params = add_params,
    .run = run_add,
    SHOWN,
    .synopsis = {"Добавить участника.", "Add interface to queue."},
    .help = {"", ""}};

static void run_remove(struct manager_request *q)
{
    static const struct manager_need needs[] = {
        {"Queue", "Need 'Queue' and 'Interface' parameters."},
        {"Interface", "Need 'Queue' and 'Interface' parameters."},
        {0}};

    if (manager_has(q, needs))
        manager_error(q, "Unable to remove interface from queue: No such queue");
}

static const struct manager_param remove_params[] = {
    MANAGER_PARAM_ID, QUEUE_PARAM, INTERFACE_PARAM, {0}};

const struct manager_action manager_action_queueremove = {
    .name = "QueueRemove",
    .classes = CLASS_AGENT,
    SUBJECT,
    .params = remove_params,
    .run = run_remove,
    SHOWN,
    .synopsis = {"Убрать участника.", "Remove interface from queue."},
    .help = {"", ""}};

static void run_pause(struct manager_request *q)
{
    static const struct manager_need needs[] = {
        {"Interface", "Need 'Interface' and 'Paused' parameters."},
        {"Paused", "Need 'Interface' and 'Paused' parameters."},
        {0}};

    if (manager_has(q, needs))
        manager_error(q, "Interface not found");
}

static const struct manager_param pause_params[] = {
    MANAGER_PARAM_ID,
    INTERFACE_PARAM,
    {"Paused", {"yes - пауза, no - снова звонить.", "yes: not to be rung, no: again."}, true},
    QUEUE_OPTION,
    {"Reason", {"Причина.", "Why."}},
    {0}};

const struct manager_action manager_action_queuepause = {
    .name = "QueuePause",
    .classes = CLASS_AGENT,
    SUBJECT,
    .params = pause_params,
    .run = run_pause,
    SHOWN,
    .synopsis = {"Пауза участника.", "Makes a queue member temporarily unavailable."},
    .help = {"", "The member is not rung, in one queue or in all."}};

static void run_penalty(struct manager_request *q)
{
    static const struct manager_need needs[] = {
        {"Interface", "Need 'Interface' and 'Penalty' parameters."},
        {"Penalty", "Need 'Interface' and 'Penalty' parameters."},
        {0}};

    if (manager_has(q, needs))
        manager_error(q, "Invalid interface, queuename or penalty");
}

static const struct manager_param penalty_params[] = {
    MANAGER_PARAM_ID,
    INTERFACE_PARAM,
    {"Penalty", {"Очерёдность.", "The new penalty."}, true},
    QUEUE_OPTION,
    {0}};

const struct manager_action manager_action_queuepenalty = {
    .name = "QueuePenalty",
    .classes = CLASS_AGENT,
    SUBJECT,
    .params = penalty_params,
    .run = run_penalty,
    SHOWN,
    .synopsis = {"Очерёдность участника.", "Set the penalty for a queue member."},
    .help = {"", "In one queue or in all."}};

static void run_ring_in_use(struct manager_request *q)
{
    static const struct manager_need needs[] = {
        {"Interface", "Need 'Interface' and 'RingInUse' parameters."},
        {"RingInUse", "Need 'Interface' and 'RingInUse' parameters."},
        {0}};

    if (manager_has(q, needs))
        manager_error(q, "Invalid interface, queuename, or ringinuse value");
}

static const struct manager_param ring_in_use_params[] = {
    MANAGER_PARAM_ID,
    INTERFACE_PARAM,
    {"RingInUse", {"yes - звонить и во время разговора.", "yes: rung while it talks, too."}, true},
    QUEUE_OPTION,
    {0}};

const struct manager_action manager_action_queuememberringinuse = {
    .name = "QueueMemberRingInUse",
    .classes = CLASS_AGENT,
    SUBJECT,
    .params = ring_in_use_params,
    .run = run_ring_in_use,
    SHOWN,
    .synopsis = {"Звонить ли занятому участнику.", "Set the ringinuse value for a queue member."},
    .help = {"", ""}};

/* ---- who waits ---- */

static void run_change_priority(struct manager_request *q)
{
    static const struct manager_need needs[] = {{"Queue", "'Queue' not specified."},
                                                {"Caller", "'Caller' not specified."},
                                                {"Priority", "'Priority' not specified."},
                                                {0}};

    if (manager_has(q, needs))
        manager_error(q, "Unable to change priority caller on queue: No such queue");
}

static const struct manager_param change_priority_params[] = {
    MANAGER_PARAM_ID,
    QUEUE_PARAM,
    CALLER_PARAM,
    {"Priority", {"Важность.", "The new priority."}, true},
    {"Immediate", {"yes - пересчитать место сразу.", "yes: its place changes at once."}},
    {0}};

const struct manager_action manager_action_queuechangeprioritycaller = {
    .name = "QueueChangePriorityCaller",
    SUBJECT,
    .params = change_priority_params,
    .run = run_change_priority,
    SHOWN,
    .synopsis = {"Важность ждущего.", "Change priority of a caller on queue."},
    .help = {"", ""}};

static void run_withdraw(struct manager_request *q)
{
    static const struct manager_need needs[] = {
        {"Queue", "'Queue' not specified."}, {"Caller", "'Caller' not specified."}, {0}};

    if (manager_has(q, needs))
        manager_error(q, "Unable to request withdraw from queue: No such queue");
}

static const struct manager_param withdraw_params[] = {
    MANAGER_PARAM_ID,
    QUEUE_PARAM,
    CALLER_PARAM,
    {"WithdrawInfo",
     {"Что будет в QUEUE_WITHDRAW_INFO.", "What variable QUEUE_WITHDRAW_INFO will have."}},
    {0}};

const struct manager_action manager_action_queuewithdrawcaller = {
    .name = "QueueWithdrawCaller",
    SUBJECT,
    .params = withdraw_params,
    .run = run_withdraw,
    SHOWN,
    .synopsis = {"Вернуть ждущего в маршрутизацию.",
                 "Request to withdraw a caller from the queue back to the dialplan."},
    .help = {"", ""}};

/* ---- lists ---- */

static void run_status(struct manager_request *q)
{
    manager_list(q, "Queue status will follow");
    manager_list_end(q, "QueueStatusComplete");
    manager_end(q);
}

static const struct manager_param status_params[] = {
    MANAGER_PARAM_ID,
    QUEUE_OPTION,
    {"Member", {"Только этот участник.", "Only this member."}},
    {0}};

const struct manager_action manager_action_queuestatus = {
    .name = "QueueStatus",
    SUBJECT,
    .params = status_params,
    .run = run_status,
    SHOWN,
    .synopsis = {"Состояние очередей.", "Show queue status."},
    .help = {"События QueueParams, QueueMember, QueueEntry.",
             "Events QueueParams, QueueMember and QueueEntry."}};

static void run_summary(struct manager_request *q)
{
    manager_list(q, "Queue summary will follow");
    manager_list_end(q, "QueueSummaryComplete");
    manager_end(q);
}

const struct manager_action manager_action_queuesummary = {
    .name = "QueueSummary",
    SUBJECT,
    .params = queue_params,
    .run = run_summary,
    SHOWN,
    .synopsis = {"Очереди вкратце.", "Show queue summary."},
    .help = {"Каждая - событие QueueSummary.", "An event QueueSummary for each."}};

static void run_rule(struct manager_request *q)
{
    manager_begin(q, "Success");
    manager_end(q);
}

static const struct manager_param rule_params[] = {
    MANAGER_PARAM_ID, {"Rule", {"Только это правило.", "Only this rule."}}, {0}};

const struct manager_action manager_action_queuerule = {
    .name = "QueueRule",
    SUBJECT,
    .params = rule_params,
    .run = run_rule,
    SHOWN,
    .synopsis = {"Правила очередей.", "Queue Rules."},
    .help = {"", "The rules of queuerules.conf."}};

/* ---- the rest ---- */

static void run_log(struct manager_request *q)
{
    static const struct manager_need needs[] = {{"Queue", "Need 'Queue' and 'Event' parameters."},
                                                {"Event", "Need 'Queue' and 'Event' parameters."},
                                                {0}};

    if (manager_has(q, needs))
        manager_ack(q, "Event added successfully");
}

static const struct manager_param log_params[] = {
    MANAGER_PARAM_ID,
    QUEUE_PARAM,
    {"Event", {"Событие.", "Name of the entry."}, true},
    {"Uniqueid", {"Вызов.", "Unique id of a call."}},
    {"Interface", {"Участник.", "The member."}},
    {"Message", {"Текст.", "Any text."}},
    {0}};

const struct manager_action manager_action_queuelog = {
    .name = "QueueLog",
    .classes = CLASS_AGENT,
    SUBJECT,
    .params = log_params,
    .run = run_log,
    SHOWN,
    .synopsis = {"Запись в queue_log.", "Adds custom entry in queue_log."},
    .help = {"Записывать ещё некуда: запись теряется.", ""}};

static void run_reload(struct manager_request *q)
{
    manager_ack(q, "Queue reloaded successfully");
}

static const struct manager_param reload_params[] = {
    MANAGER_PARAM_ID,
    QUEUE_OPTION,
    {"Members", {"yes - участники.", "yes: the members."}},
    {"Rules", {"yes - правила.", "yes: the rules."}},
    {"Parameters", {"yes - настройки.", "yes: the settings of the queues."}},
    {0}};

const struct manager_action manager_action_queuereload = {
    .name = "QueueReload",
    SUBJECT,
    .params = reload_params,
    .run = run_reload,
    SHOWN,
    .synopsis = {"Перечитать очереди.",
                 "Reload a queue, queues, or any sub-section of a queue or queues."},
    .help = {"", ""}};

static void run_reset(struct manager_request *q)
{
    manager_ack(q, "Queue stats reset successfully");
}

const struct manager_action manager_action_queuereset = {
    .name = "QueueReset",
    SUBJECT,
    .params = queue_params,
    .run = run_reset,
    SHOWN,
    .synopsis = {"Обнулить счётчики.", "Reset queue statistics."},
    .help = {"", "Counters of one queue or of all begin anew."}};

/* ---- agents ---- */

static void run_agents(struct manager_request *q)
{
    manager_list(q, "Agents will follow");
    manager_list_end(q, "AgentsComplete");
    manager_end(q);
}

const struct manager_action manager_action_agents = {
    .name = "Agents",
    .classes = CLASS_AGENT,
    SUBJECT,
    .params = id_params,
    .run = run_agents,
    SHOWN,
    .synopsis = {"Операторы.", "Lists agents and their status."},
    .help = {"Каждый - событие Agents.", "An event Agents for each."}};

static void run_agent_logoff(struct manager_request *q)
{
    static const struct manager_need needs[] = {{"Agent", "No agent specified"}, {0}};

    if (manager_has(q, needs))
        manager_error(q, "No such agent");
}

static const struct manager_param agent_logoff_params[] = {
    MANAGER_PARAM_ID,
    {"Agent", {"Оператор.", "Id of the agent."}, true},
    {"Soft", {"true - не обрывая разговора.", "true: calls go on to their end."}},
    {0}};

const struct manager_action manager_action_agentlogoff = {
    .name = "AgentLogoff",
    .classes = CLASS_AGENT,
    SUBJECT,
    .params = agent_logoff_params,
    .run = run_agent_logoff,
    SHOWN,
    .synopsis = {"Отключить оператора.", "Sets an agent as no longer logged in."},
    .help = {"", ""}};
