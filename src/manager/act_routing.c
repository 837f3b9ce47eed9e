/* manager/act_routing.c - StationDry: which steps a call would take, for the editor of routings */
#include <errno.h>

#include "base/mem.h"
#include "manager/all.h"
#include "manager/inner.h"
#include "plan/dry.h"

static void dry_line(const char *text, void *arg)
{
    struct manager_request *q = arg;

    manager_item(q, "StationDryLine");
    ami_putz(manager_out(q), "Text", text);
    manager_end(q);
}

static void dry_done(const char *text, void *arg)
{
    struct manager_request *q = arg;

    manager_list_end(q, "StationDryComplete");
    manager_end(q);
    manager_done(q);
}

/* The words of DIALSTATUS that may be supposed; plan_dry borrows them for ever. */
static const char *outcome_of(struct slice word)
{
    static const char *const words[] = {"ANSWER",     "BUSY",        "NOANSWER",
                                        "CONGESTION", "CHANUNAVAIL", "CANCEL"};

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (slice_caseeqz(word, words[i]))
            return words[i];
    return NULL;
}

static void run_dry(struct manager_request *q)
{
    struct plan_dry_args args = {.context = manager_arg(q, "Context"),
                                 .exten = manager_arg(q, "Exten"),
                                 .caller = manager_arg(q, "CallerID"),
                                 .outcome = outcome_of(manager_arg(q, "DialStatus")),
                                 .is_russian = slice_eqz(manager_arg(q, "Language"), "ru"),
                                 .line = dry_line,
                                 .done = dry_done};
    const struct slice at = manager_arg(q, "At");
    char when[40] = "";
    int err;

    if (at.len && (slice_copy(at, when, sizeof(when)) ||
                   plan_dry_parse_time(&args.at, when, loop_wall(manager_of(q)->loop)))) {
        manager_error(q, "At is a date and time: 2026-01-05 12:30");
        return;
    }
    manager_list(q, "Steps will follow");
    args.arg = manager_hold(q);
    err = plan_dry_start(manager_of(q)->args.plan, &args);
    if (err)
        dry_done("", q);
}

static const struct manager_param dry_params[] = {
    MANAGER_PARAM_ID,
    {"Context", {"Маршрутизация.", "The context."}, true},
    {"Exten", {"Набранный номер.", "The number dialled."}, true},
    {"CallerID", {"Номер звонящего.", "The caller's number."}},
    {"At", {"Когда: `ГГГГ-ММ-ДД ЧЧ:ММ`; без него сейчас.", "When: `YYYY-MM-DD HH:MM`; else now."}},
    {"DialStatus",
     {"Чем кончается Dial; без него по состоянию устройств.",
      "How Dial ends; else by the devices' states."}},
    {"Language", {"ru или en.", "ru or en."}},
    {0}};

const struct manager_action manager_action_stationdry = {
    .name = "StationDry",
    .classes = CLASS_REPORTING,
    .params = dry_params,
    .run = run_dry,
    .shown = "tests/unit/manager/test_station.c",
    .synopsis = {"Какие шаги сделал бы вызов, без вызова.",
                 "Which steps a call would take, without a call."},
    .help = {
        "Событие StationDryLine для каждой строки: шаг `[маршрутизация,расширение,приоритет] "
        "приложение(данные)`, с отступом пояснения к нему, последней итог. Ни звонков, ни записи.",
        "A StationDryLine event for each line: a step `[context,extension,priority]\n"
        "application(data)`, indented what is said of it, last the outcome. Nothing rings,\n"
        "nothing is recorded."}};
