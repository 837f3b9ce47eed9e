/* manager/act_voicemail.c - actions on mailboxes: there are none until voicemail comes (MailboxCount and
 * MailboxStatus stand in act_state.c) */
#include "manager/all.h"
#include "manager/need.h"

#define SHOWN .shown = "tests/unit/manager/test_later.c"
#define SUBJECT .subject = "voicemail"
#define CONTEXT_HELP                                                                               \
    {                                                                                              \
        "Контекст ящика.", "Context of the mailbox."                                               \
    }
#define MAILBOX_HELP                                                                               \
    {                                                                                              \
        "Ящик.", "Number of the mailbox."                                                          \
    }
#define MESSAGE_PARAMS                                                                             \
    {"Context", CONTEXT_HELP, true}, {"Mailbox", MAILBOX_HELP, true},                              \
        {"Folder", {"Папка.", "Folder of the message."}, true},                                    \
    {                                                                                              \
        "ID", {"Сообщение.", "Id of the message."}, true                                           \
    }
#define MESSAGE_NEEDS                                                                              \
    {"Mailbox", "Mailbox not specified, required"},                                                \
        {"Context", "Context not specified, required"},                                            \
        {"Folder", "Folder not specified, required"},                                              \
    {                                                                                              \
        "ID", "ID not specified, required"                                                         \
    }
#define TO_FOLDER_PARAM                                                                            \
    {                                                                                              \
        "ToFolder", {"В какую папку.", "Folder that it goes to."}, true                            \
    }

static const struct manager_param id_params[] = {MANAGER_PARAM_ID, {0}};
static const struct manager_param box_params[] = {
    MANAGER_PARAM_ID, {"Context", CONTEXT_HELP, true}, {"Mailbox", MAILBOX_HELP, true}, {0}};
static const struct manager_need box_needs[] = {
    {"Context", "Need 'Context' and 'Mailbox' parameters."},
    {"Mailbox", "Need 'Context' and 'Mailbox' parameters."},
    {0}};

static void run_box_summary(struct manager_request *q)
{
    if (manager_has(q, box_needs))
        manager_ack(q, "There is no voicemail user matching the given user.");
}

const struct manager_action manager_action_voicemailboxsummary = {
    .name = "VoicemailBoxSummary",
    .classes = CLASS_CALL | CLASS_REPORTING,
    SUBJECT,
    .params = box_params,
    .run = run_box_summary,
    SHOWN,
    .synopsis = {"Что в ящике.", "Show the mailbox contents of given voicemail user."},
    .help = {"", ""}};

static void run_user_status(struct manager_request *q)
{
    if (manager_has(q, box_needs))
        manager_ack(q, "There is no voicemail user of the given info.");
}

const struct manager_action manager_action_voicemailuserstatus = {
    .name = "VoicemailUserStatus",
    .classes = CLASS_CALL | CLASS_REPORTING,
    SUBJECT,
    .params = box_params,
    .run = run_user_status,
    SHOWN,
    .synopsis = {"Состояние ящика.", "Show the status of given voicemail user's info."},
    .help = {"", ""}};

static void run_users_list(struct manager_request *q)
{
    manager_ack(q, "There are no voicemail users currently defined.");
}

const struct manager_action manager_action_voicemailuserslist = {
    .name = "VoicemailUsersList",
    .classes = CLASS_CALL | CLASS_REPORTING,
    SUBJECT,
    .params = id_params,
    .run = run_users_list,
    SHOWN,
    .synopsis = {"Все ящики.", "List All Voicemail User Information."},
    .help = {"Каждый - событие VoicemailUserEntry.", "An event VoicemailUserEntry for each."}};

static void run_refresh(struct manager_request *q)
{
    manager_ack(q, "Refresh sent");
}

static const struct manager_param refresh_params[] = {
    MANAGER_PARAM_ID, {"Context", CONTEXT_HELP}, {"Mailbox", MAILBOX_HELP}, {0}};

const struct manager_action manager_action_voicemailrefresh = {
    .name = "VoicemailRefresh",
    .classes = CLASS_USER,
    SUBJECT,
    .params = refresh_params,
    .run = run_refresh,
    SHOWN,
    .synopsis = {"Пересчитать сообщения.", "Tell Asterisk to poll mailboxes for a change"},
    .help = {"", "Of one mailbox, of a context, or of all."}};

/* ---- messages ---- */

static void run_remove(struct manager_request *q)
{
    static const struct manager_need needs[] = {MESSAGE_NEEDS, {0}};

    if (manager_has(q, needs))
        manager_ack(q, "Message remove failed");
}

static const struct manager_param remove_params[] = {MANAGER_PARAM_ID, MESSAGE_PARAMS, {0}};

const struct manager_action manager_action_voicemailremove = {
    .name = "VoicemailRemove",
    .classes = CLASS_USER,
    SUBJECT,
    .params = remove_params,
    .run = run_remove,
    SHOWN,
    .synopsis = {"Удалить сообщение.", "Remove Voicemail from mailbox folder."},
    .help = {"", ""}};

static void run_move(struct manager_request *q)
{
    static const struct manager_need needs[] = {
        MESSAGE_NEEDS, {"ToFolder", "ToFolder not specified, required"}, {0}};

    if (manager_has(q, needs))
        manager_ack(q, "Message move failed");
}

static const struct manager_param move_params[] = {
    MANAGER_PARAM_ID, MESSAGE_PARAMS, TO_FOLDER_PARAM, {0}};

const struct manager_action manager_action_voicemailmove = {
    .name = "VoicemailMove",
    .classes = CLASS_USER,
    SUBJECT,
    .params = move_params,
    .run = run_move,
    SHOWN,
    .synopsis = {"Переложить сообщение.", "Move Voicemail between mailbox folders of given user."},
    .help = {"", ""}};

static void run_forward(struct manager_request *q)
{
    static const struct manager_need needs[] = {MESSAGE_NEEDS,
                                                {"ToMailbox", "ToMailbox not specified, required"},
                                                {"ToContext", "ToContext not specified, required"},
                                                {"ToFolder", "ToFolder not specified, required"},
                                                {0}};

    if (manager_has(q, needs))
        manager_ack(q, "Message forward failed");
}

static const struct manager_param forward_params[] = {
    MANAGER_PARAM_ID,
    MESSAGE_PARAMS,
    {"ToContext", {"Контекст того ящика.", "Context of the other mailbox."}, true},
    {"ToMailbox", {"Тот ящик.", "Number of the other mailbox."}, true},
    TO_FOLDER_PARAM,
    {0}};

const struct manager_action manager_action_voicemailforward = {
    .name = "VoicemailForward",
    .classes = CLASS_USER,
    SUBJECT,
    .params = forward_params,
    .run = run_forward,
    SHOWN,
    .synopsis = {"Переслать сообщение.",
                 "Forward Voicemail from one mailbox folder to another between given users."},
    .help = {"", ""}};
