/* manager/act_park.c - actions on parked calls: there is no parking lot until parking comes; AOCMessage */
#include "manager/all.h"
#include "manager/channels.h"
#include "manager/inner.h"
#include "manager/need.h"

#define SHOWN .shown = "tests/unit/manager/test_later.c"
#define SUBJECT .subject = "transfers, parking and pickup"

static const struct manager_param id_params[] = {MANAGER_PARAM_ID, {0}};

static void run_park(struct manager_request *q)
{
    static const struct manager_need needs[] = {{"Channel", "Channel not specified"}, {0}};

    if (!manager_has(q, needs))
        return;
    if (manager_channel(q, "Channel"))
        manager_error(q, "Park failure");
    else
        manager_error(q, "Channel does not exist: %.*s", SLICE_ARG(manager_arg(q, "Channel")));
}

static const struct manager_param park_params[] = {
    MANAGER_PARAM_ID,
    {"Channel", {"Канал.", "The channel to park."}, true},
    {"TimeoutChannel", {"Кому звонить, если не забрали.", "Who is rung when nobody takes it."}},
    {"AnnounceChannel", {"Кому назвать место.", "Who is told the place."}},
    {"Timeout", {"Сколько ждать, мс.", "How long it stays, in milliseconds; 0: for ever."}},
    {"Parkinglot", {"Парковка.", "The parking lot."}},
    {"ParkingSpace", {"Место.", "The place in it."}},
    {0}};

const struct manager_action manager_action_park = {
    .name = "Park",
    .classes = CLASS_CALL,
    SUBJECT,
    .params = park_params,
    .run = run_park,
    SHOWN,
    .synopsis = {"Припарковать вызов.", "Park a channel."},
    .help = {"", ""}};

static void run_parked(struct manager_request *q)
{
    if (manager_arg(q, "ParkingLot").len) {
        manager_error(q, "Requested parking lot could not be found.");
        return;
    }
    manager_list(q, "Parked calls will follow");
    manager_list_end(q, "ParkedCallsComplete");
    ami_putu(manager_out(q), "Total", 0);
    manager_end(q);
}

static const struct manager_param parked_params[] = {
    MANAGER_PARAM_ID, {"ParkingLot", {"Только эта парковка.", "Only this parking lot."}}, {0}};

const struct manager_action manager_action_parkedcalls = {
    .name = "ParkedCalls",
    .classes = CLASS_CALL,
    SUBJECT,
    .params = parked_params,
    .run = run_parked,
    SHOWN,
    .synopsis = {"Кто на парковке.", "List parked calls."},
    .help = {"Каждый - событие ParkedCall.", "An event ParkedCall for each."}};

static void run_lots(struct manager_request *q)
{
    manager_list(q, "Parking lots will follow");
    manager_list_end(q, "ParkinglotsComplete");
    manager_end(q);
}

const struct manager_action manager_action_parkinglots = {
    .name = "Parkinglots",
    .classes = CLASS_CALL,
    SUBJECT,
    .params = id_params,
    .run = run_lots,
    SHOWN,
    .synopsis = {"Парковки.", "Get a list of parking lots"},
    .help = {"Каждая - событие Parkinglot.", "An event Parkinglot for each."}};

/* ---- AOCMessage: as to a phone that takes no advice of charge ---- */

static bool is_one_of(struct slice s, const char *const *words)
{
    for (; *words; words++)
        if (slice_caseeqz(s, *words))
            return true;
    return false;
}

static const struct channel *channel_of_prefix(const struct calls *c, struct slice prefix)
{
    LIST_FOREACH(calls_channels(c), k)
    {
        const struct channel *ch = channel_of_link(k);

        if (slice_casestarts(slice_of(ch->name), prefix))
            return ch;
    }
    return NULL;
}

static void run_aoc(struct manager_request *q)
{
    static const char *const types[] = {"S", "D", "E", NULL};
    static const char *const charges[] = {"NA", "Free", "Currency", "Unit", NULL};
    const struct slice name = manager_arg(q, "Channel"), prefix = manager_arg(q, "ChannelPrefix"),
                       type = manager_arg(q, "MsgType"), charge = manager_arg(q, "ChargeType");
    const struct calls *c = manager_of(q)->args.calls;

    if (!name.len && !prefix.len)
        manager_error(
            q, "Channel and PartialChannel are not specified. Specify at least one of these.");
    else if (!(name.len ? calls_channel_find(c, name) : channel_of_prefix(c, prefix)))
        manager_error(q, "No such channel");
    else if (!is_one_of(type, types))
        manager_error(q, "Invalid MsgType");
    else if (!slice_caseeqz(type, "S") && !charge.len)
        manager_error(q, "ChargeType not specified");
    else if (!slice_caseeqz(type, "S") && !is_one_of(charge, charges))
        manager_error(q, "Invalid ChargeType");
    else
        manager_ack(q, "AOC Message successfully queued on channel");
}

static const struct manager_param aoc_params[] = {
    MANAGER_PARAM_ID,
    {"Channel", {"Канал.", "The channel to send it to; or ChannelPrefix."}},
    {"ChannelPrefix", {"Начало имени канала.", "How the name of the channel begins."}},
    {"MsgType", {"S, D или E.", "What it is: AOC-S, AOC-D or AOC-E.\nS\nD\nE"}, true},
    {"ChargeType", {"Вид платы.", "Kind of charge, of AOC-D and AOC-E.\nNA\nFREE\nCurrency\nUnit"}},
    {"UnitAmount(0)", {"Единиц; (1), (2) - следующие.", "Units charged; (1), (2): further ones."}},
    {"UnitType(0)", {"Вид единиц.", "Kind of unit, a number."}},
    {"CurrencyName", {"Валюта.", "Name of the currency, 10 characters."}},
    {"CurrencyAmount", {"Сумма.", "The charge, a whole number."}},
    {"CurrencyMultiplier",
     {"Множитель суммы.",
      "What it is multiplied by.\nOneThousandth\nOneHundredth\nOneTenth\nOne\nTen\nHundred\n"
      "Thousand"}},
    {"TotalType", {"Итог AOC-D.", "Kind of total of AOC-D.\nTotal\nSubTotal"}},
    {"AOCBillingId",
     {"За что плата.",
      "What is billed.\nNormal\nReverseCharge\nCreditCard\nCallFwdUnconditional\nCallFwdBusy\n"
      "CallFwdNoReply\nCallDeflection\nCallTransfer"}},
    {"ChargingAssociationId", {"С чем связана.", "What it belongs to, of AOC-E."}},
    {"ChargingAssociationNumber", {"С каким номером.", "The number that it belongs to."}},
    {"ChargingAssociationPlan", {"План номера.", "The numbering plan of that number."}},
    {"ChargedItem",
     {"За что плата в AOC-S.",
      "What is charged, of AOC-S.\nNA\nSpecialArrangement\nBasicCommunication\nCallAttempt\n"
      "CallSetup\nUserUserInfo\nSupplementaryService"}},
    {"RateType",
     {"Как берётся плата.",
      "How it is charged.\nNA\nFree\nFreeFromBeginning\nDuration\nFlat\nVolume\nSpecialCode"}},
    {"Time", {"За сколько времени.", "The time that is charged for."}},
    {"TimeScale",
     {"Единица времени.",
      "Unit of Time.\nOneHundredthSecond\nOneTenthSecond\nSecond\nTenSeconds\nMinute\nHour\nDay"}},
    {"Granularity", {"Шаг.", "The step that time is rounded to."}},
    {"GranularityTimeScale", {"Единица шага.", "Unit of Granularity, as of Time."}},
    {"ChargingType",
     {"Непрерывно или шагами.", "By time or by steps.\nContinuousCharging\nStepFunction"}},
    {"VolumeUnit", {"Единица объёма.", "Unit of volume.\nOctet\nSegment\nMessage"}},
    {"Code", {"Код платы.", "Charging code, 1 to 10."}},
    {0}};

const struct manager_action manager_action_aocmessage = {
    .name = "AOCMessage",
    .classes = CLASS_AOC,
    .subject = "advice of charge",
    .params = aoc_params,
    .run = run_aoc,
    SHOWN,
    .synopsis = {"Послать сообщение о плате.",
                 "Generate an Advice of Charge message on a channel."},
    .help = {"Телефонам сообщения о плате не посылаются, как в Asterisk без send_aoc.",
             "Phones are sent none, as in Asterisk without send_aoc."}};
