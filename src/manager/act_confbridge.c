/* manager/act_confbridge.c - actions on conferences: there are none until ConfBridge comes */
#include "manager/all.h"
#include "manager/need.h"

#define SHOWN .shown = "tests/unit/manager/test_later.c"
#define SUBJECT .subject = "conferences"
#define CONFERENCE_PARAM                                                                           \
    {                                                                                              \
        "Conference", {"Конференция.", "Number or name of the conference."}, true                  \
    }
#define CHANNEL_HELP                                                                               \
    {                                                                                              \
        "Канал, начало его имени; all - все, participants - все, кроме ведущих.",                  \
            "The channel, or how its name begins; all: everybody, participants: all\nwho do not "  \
            "lead the conference."                                                                 \
    }

static const struct manager_need conference[] = {{"Conference", "No Conference name provided."},
                                                 {0}};
static const struct manager_need conference_and_channel[] = {
    {"Conference", "No Conference name provided."}, {"Channel", "No channel name provided."}, {0}};

static void run_rooms(struct manager_request *q)
{
    manager_error(q, "No active conferences.");
}

static void run_room(struct manager_request *q)
{
    if (manager_has(q, conference))
        run_rooms(q);
}

static void run_member(struct manager_request *q)
{
    if (manager_has(q, conference_and_channel))
        run_rooms(q);
}

static const struct manager_param id_params[] = {MANAGER_PARAM_ID, {0}};
static const struct manager_param room_params[] = {MANAGER_PARAM_ID, CONFERENCE_PARAM, {0}};
static const struct manager_param member_params[] = {
    MANAGER_PARAM_ID, CONFERENCE_PARAM, {"Channel", CHANNEL_HELP, true}, {0}};
static const struct manager_param record_params[] = {
    MANAGER_PARAM_ID,
    CONFERENCE_PARAM,
    {"RecordFile", {"Файл записи.", "Where to record to."}},
    {0}};

const struct manager_action manager_action_confbridgekick = {
    .name = "ConfbridgeKick",
    .classes = CLASS_CALL,
    SUBJECT,
    .params = member_params,
    .run = run_room,
    SHOWN,
    .synopsis = {"Удалить из конференции.", "Kick a Confbridge user."},
    .help = {"", ""}};

const struct manager_action manager_action_confbridgelist = {
    .name = "ConfbridgeList",
    .classes = CLASS_REPORTING,
    SUBJECT,
    .params = room_params,
    .run = run_room,
    SHOWN,
    .synopsis = {"Участники конференции.", "List participants in a conference."},
    .help = {"Каждый - событие ConfbridgeList.",
             "An event ConfbridgeList for each, then ConfbridgeListComplete."}};

const struct manager_action manager_action_confbridgelistrooms = {
    .name = "ConfbridgeListRooms",
    .classes = CLASS_REPORTING,
    SUBJECT,
    .params = id_params,
    .run = run_rooms,
    SHOWN,
    .synopsis = {"Конференции.", "List active conferences."},
    .help = {"Каждая - событие ConfbridgeListRooms.",
             "An event ConfbridgeListRooms for each, then ConfbridgeListRoomsComplete."}};

const struct manager_action manager_action_confbridgelock = {
    .name = "ConfbridgeLock",
    .classes = CLASS_CALL,
    SUBJECT,
    .params = room_params,
    .run = run_room,
    SHOWN,
    .synopsis = {"Закрыть конференцию для новых.", "Lock a Confbridge conference."},
    .help = {"", ""}};

const struct manager_action manager_action_confbridgemute = {
    .name = "ConfbridgeMute",
    .classes = CLASS_CALL,
    SUBJECT,
    .params = member_params,
    .run = run_member,
    SHOWN,
    .synopsis = {"Лишить голоса в конференции.", "Mute a Confbridge user."},
    .help = {"", ""}};

const struct manager_action manager_action_confbridgesetsinglevideosrc = {
    .name = "ConfbridgeSetSingleVideoSrc",
    .classes = CLASS_CALL,
    SUBJECT,
    .params = member_params,
    .run = run_member,
    SHOWN,
    .synopsis = {"Чьё видео показывать всем.",
                 "Set a conference user as the single video source distributed to all other "
                 "participants."},
    .help = {"", ""}};

const struct manager_action manager_action_confbridgestartrecord = {
    .name = "ConfbridgeStartRecord",
    .classes = CLASS_SYSTEM,
    SUBJECT,
    .params = record_params,
    .run = run_room,
    SHOWN,
    .synopsis = {"Начать запись конференции.", "Start recording a Confbridge conference."},
    .help = {
        "Если запись уже идёт, ответ - ошибка.",
        "An error when it is being recorded already. Without RecordFile the file is\nthat of the "
        "conference's profile, or a new one."}};

const struct manager_action manager_action_confbridgestoprecord = {
    .name = "ConfbridgeStopRecord",
    .classes = CLASS_SYSTEM,
    SUBJECT,
    .params = room_params,
    .run = run_room,
    SHOWN,
    .synopsis = {"Закончить запись конференции.", "Stop recording a Confbridge conference."},
    .help = {"", ""}};

const struct manager_action manager_action_confbridgeunlock = {
    .name = "ConfbridgeUnlock",
    .classes = CLASS_CALL,
    SUBJECT,
    .params = room_params,
    .run = run_room,
    SHOWN,
    .synopsis = {"Открыть конференцию.", "Unlock a Confbridge conference."},
    .help = {"", ""}};

const struct manager_action manager_action_confbridgeunmute = {
    .name = "ConfbridgeUnmute",
    .classes = CLASS_CALL,
    SUBJECT,
    .params = member_params,
    .run = run_member,
    SHOWN,
    .synopsis = {"Вернуть голос в конференции.", "Unmute a Confbridge user."},
    .help = {"", ""}};
