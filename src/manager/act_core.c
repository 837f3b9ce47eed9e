/* manager/act_core.c - actions about the station: CoreSettings, CoreStatus, Reload, LoggerRotate,
 * ModuleCheck, ModuleLoad */
#include "manager/all.h"
#include "manager/inner.h"
#include "plan/change.h"
#include "plan/module.h"

#define SHOWN .shown = "tests/unit/manager/test_admin.c"

static const struct manager_param id_params[] = {MANAGER_PARAM_ID, {0}};

/* ---- CoreSettings, CoreStatus ---- */

static void run_settings(struct manager_request *q)
{
    const struct manager *m = manager_of(q);
    const struct model_settings *s = model_settings_of(m->snapshot);
    struct buf *out;

    manager_begin(q, "Success");
    out = manager_out(q);
    ami_putz(out, "AMIversion", MANAGER_VERSION);
    ami_putz(out, "AsteriskVersion", PLAN_AS_VERSION);
    ami_putz(out, "SystemName", plan_system_name(m->args.plan));
    ami_putf(out, "CoreMaxCalls", "%d", s->max_channels);
    ami_putz(out, "CoreMaxLoadAvg", "0.000000");
    ami_putz(out, "CoreRunUser", "");
    ami_putz(out, "CoreRunGroup", "");
    ami_putz(out, "CoreMaxFilehandles", "0");
    ami_putz(out, "CoreRealTimeEnabled", "No");
    ami_putz(out, "CoreCDRenabled", "Yes");
    ami_putz(out, "CoreHTTPenabled", s->http_enabled ? "Yes" : "No");
    ami_putz(out, "SoundsSearchCustomDir", "No");
    manager_end(q);
}

const struct manager_action manager_action_coresettings = {
    .name = "CoreSettings",
    .classes = CLASS_SYSTEM | CLASS_REPORTING,
    .params = id_params,
    .run = run_settings,
    SHOWN,
    .synopsis = {"Версия и настройки станции.", "Show PBX core settings (version etc)."},
    .help = {"AsteriskVersion - версия Asterisk, чьё поведение повторяет станция.",
             "Query for Core PBX settings."}};

static void put_time(struct buf *out, const char *date, const char *time, struct wall w)
{
    char text[WALL_TEXT]; /* "2026-11-23 04:01:48" */
    struct slice rest, first = slice_cut(slice_of(wall_local(w, text)), ' ', &rest);

    ami_put(out, date, first);
    ami_put(out, time, rest);
}

static void run_status(struct manager_request *q)
{
    const struct manager *m = manager_of(q);
    struct buf *out;

    manager_begin(q, "Success");
    out = manager_out(q);
    put_time(out, "CoreStartupDate", "CoreStartupTime", m->start);
    put_time(out, "CoreReloadDate", "CoreReloadTime", m->reloaded);
    ami_putu(out, "CoreCurrentCalls", plan_runs_count(m->args.plan));
    ami_putu(out, "CoreProcessedCalls", calls_processed(m->args.calls));
    manager_end(q);
}

const struct manager_action manager_action_corestatus = {
    .name = "CoreStatus",
    .classes = CLASS_SYSTEM | CLASS_REPORTING,
    .params = id_params,
    .run = run_status,
    SHOWN,
    .synopsis = {"Когда станция запущена, сколько вызовов.", "Show PBX core status variables."},
    .help = {"Время запуска и загрузки настроек, вызовов сейчас и всего.",
             "Query for Core PBX status."}};

/* ---- Reload, LoggerRotate ---- */

/* The configuration is one: whatever module is named, all of it is read again. */
static void reload(struct manager *m, struct slice module)
{
    if (m->args.reload)
        m->args.reload(m->args.arg);
    if (slice_casestarts(module, SLICE("pbx_config")))
        (void)plan_change_forget(m->args.plan, NULL, NULL);
    ev_reload(m, module, RELOAD_DONE);
}

static void run_reload(struct manager_request *q)
{
    const struct slice module = manager_arg(q, "Module");

    if (module.len && !plan_has_module(module)) {
        manager_error(q, "No such module");
        ev_reload(manager_of(q), module, RELOAD_NOT_FOUND);
        return;
    }
    manager_ack(q, "Module Reloaded");
    reload(manager_of(q), module);
}

static const struct manager_param reload_params[] = {
    MANAGER_PARAM_ID,
    {"Module",
     {"Имя модуля Asterisk; перечитываются все настройки.", "Name of the module to reload."}},
    {0}};

const struct manager_action manager_action_reload = {
    .name = "Reload",
    .classes = CLASS_SYSTEM | CLASS_CONFIG,
    .params = reload_params,
    .run = run_reload,
    SHOWN,
    .synopsis = {"Перечитать настройки.", "Send a reload event."},
    .help = {"Настройки читаются из базы заново; приходит событие Reload.",
             "Send a reload event."}};

static void run_rotate(struct manager_request *q)
{
    manager_ack(q, "Reloaded the logger and rotated log files");
}

const struct manager_action manager_action_loggerrotate = {
    .name = "LoggerRotate",
    .classes = CLASS_SYSTEM | CLASS_REPORTING,
    .params = id_params,
    .run = run_rotate,
    SHOWN,
    .synopsis = {"Начать новый файл журнала.", "Reload and rotate the Asterisk logger."},
    .help = {"Файлов журнала станция не ведёт: журнал хранит и делит система.",
             "Reload and rotate the logger. Analogous to the CLI command 'logger rotate'."}};

/* ---- ModuleCheck, ModuleLoad ---- */

static void run_check(struct manager_request *q)
{
    if (!plan_has_module(manager_arg(q, "Module"))) {
        manager_error(q, "Module not loaded");
        return;
    }
    manager_begin(q, "Success");
    ami_putz(manager_out(q), "Version", "");
    manager_end(q);
}

static const struct manager_param check_params[] = {
    MANAGER_PARAM_ID,
    {"Module",
     {"Имя модуля Asterisk, с .so или без.", "Asterisk module name (not including extension)."},
     true},
    {0}};

const struct manager_action manager_action_modulecheck = {
    .name = "ModuleCheck",
    .classes = CLASS_SYSTEM,
    .params = check_params,
    .run = run_check,
    SHOWN,
    .synopsis = {"Есть ли модуль.", "Check if module is loaded."},
    .help = {"Модулей у станции нет; Success, если она делает то, что делает этот модуль.",
             "Checks if Asterisk module is loaded. Will return Success/Failure. An empty\nVersion "
             "header is also returned (which doesn't contain the module revision\nnumber)."}};

static void load_one(struct manager_request *q, struct slice type, struct slice module)
{
    const bool is_refresh = slice_caseeqz(type, "refresh");

    if (!plan_has_module(module))
        manager_error(q, "Module not found.");
    else if (slice_caseeqz(type, "load"))
        manager_error(q, "Could not load module."); /* it is */
    else if (slice_caseeqz(type, "unload"))
        manager_error(q, "Could not unload module.");
    else {
        manager_ack(q, is_refresh ? "Module unloaded and loaded." : "Module reloaded.");
        reload(manager_of(q), module);
    }
}

static void run_load(struct manager_request *q)
{
    const struct slice type = manager_arg(q, "LoadType"), module = manager_arg(q, "Module");
    const bool is_reload = slice_caseeqz(type, "reload");

    if (!is_reload && !slice_caseeqz(type, "load") && !slice_caseeqz(type, "unload") &&
        !slice_caseeqz(type, "refresh"))
        manager_error(q, "Incomplete ModuleLoad action.");
    else if (module.len)
        load_one(q, type, module);
    else if (!is_reload)
        manager_error(q, "Need module name");
    else {
        manager_ack(q, "All modules reloaded");
        reload(manager_of(q), module);
    }
}

static const struct manager_param load_params[] = {
    MANAGER_PARAM_ID,
    {"Module",
     {"Имя модуля Asterisk.",
      "Asterisk module name (including .so extension) or subsystem identifier:\n"
      "cdr\ndnsmgr\nextconfig\nenum\nacl\nmanager\nhttp\nlogger\nfeatures\ndsp\nudptl\n"
      "indications\ncel\nplc"}},
    {"LoadType",
     {"reload - перечитать настройки; load, unload: модулей нет, ответ - ошибка; refresh - как "
      "reload.",
      "The operation to be done on module. Subsystem identifiers may only be\nreloaded.\nload\n"
      "unload\nreload\nrefresh - Completely unload and load again a specified module.\nIf no module "
      "is specified for a 'reload' loadtype, all modules are\nreloaded."},
     true},
    {"Recursive",
     {"Ничего не меняет.",
      "For 'refresh' operations, attempt to recursively unload any other modules\nthat are dependent "
      "on this module, if that would allow it to successfully\nunload, and load them again "
      "afterwards."}},
    {0}};

const struct manager_action manager_action_moduleload = {
    .name = "ModuleLoad",
    .classes = CLASS_SYSTEM,
    .params = load_params,
    .run = run_load,
    SHOWN,
    .synopsis = {"Перечитать настройки модуля.", "Module management."},
    .help = {"Модулей у станции нет: загружать и выгружать нечего, перечитываются все настройки.",
             "Loads, unloads or reloads an Asterisk module in a running system."}};
