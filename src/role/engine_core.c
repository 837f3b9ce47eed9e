/* engine_core.c - see engine.h: birth, use and end */
#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "call/calls.h"
#include "call/cdr.h"
#include "call/channel.h"
#include "ipc/control.h"
#include "ipc/runner.h"
#include "model/schema.h"
#include "plan/astdb.h"
#include "plan/custom.h"
#include "plan/kept.h"
#include "plan/outgoing.h"
#include "plan/plan.h"
#include "plan/recorder.h"
#include "plan/resume.h"
#include "role/engine_cdr.h"
#include "role/engine_inner.h"
#include "role/engine_manager.h"
#include "role/engine_orders.h"
#include "role/notify_console.h"
#include "role/recordings.h"
#include "role/sounds.h"
#include "role/story.h"
#include "sip/server.h"
#include "store/store.h"

#define STOP_CALLS_MS                                                                              \
    600 /* for goodbyes and h extensions; the records need the rest of the second */
#define STOP_STORE_MS 300
#define READY_STREAMS 32

static void engine_destroy(void *object)
{
    struct engine *e = object;

    timer_stop(&e->stopping);
    mem_deref(e->consoles);
    e->manager = mem_deref(e->manager);
    mem_deref(e->outgoing);
    recordings_close(e->recordings);
    if (e->pjsip)
        pjsip_shutdown(e->pjsip);
    if (e->plan)
        plan_journal(e->plan, NULL); /* its runs end a moment later */
    /* Streams that say goodbye hold their channels, those what they stand on. */
    e->media = mem_deref(e->media);
    e->stories = mem_deref(e->stories);
    e->sounds = mem_deref(e->sounds);
    e->recordings = mem_deref(e->recordings);
    if (e->calls)
        calls_end(e->calls); /* runs of the routing end a moment after us */
    e->calls = mem_deref(e->calls);
    e->pjsip = mem_deref(e->pjsip);
    e->plan = mem_deref(e->plan);
    e->sip = mem_deref(e->sip);
    e->journal = mem_deref(e->journal);
    engine_sockets_forget(e);
    e->runner = mem_deref(e->runner);
    e->store = mem_deref(e->store);
    mem_deref(e->routing);
    mem_deref(e->snapshot);
}

/* ---- what the parts ask of the engine ---- */

static void note_put(const struct cdr *r, int err)
{
    if (err)
        log_error("call record not taken by the store, see the line before call=%s err=\"%s\"",
                  r->linkedid, strerror(err));
}

static void put_record(const struct cdr *r, void *arg)
{
    struct engine *e = arg;
    const struct store_cdr row = engine_cdr_row(r);

    if (!e->is_dead)
        note_put(r, store_cdr_put(e->store, &row));
}

/* Of the engine before: perhaps it got so far. */
static void put_record_once(const struct cdr *r, void *arg)
{
    struct engine *e = arg;
    const struct store_cdr row = engine_cdr_row(r);

    note_put(r, store_cdr_put_once(e->store, &row));
}

static void put_quality(const struct channel *ch, const struct media_stats *st, void *arg)
{
    struct engine *e = arg;

    if (!e->is_dead)
        engine_quality_put(e->store, ch, st);
}

/* Every transport is open: calls of the engine before find theirs. */
static void take_over(struct engine *e)
{
    if (e->left == CALL_JOURNAL_TAKE || e->left == CALL_JOURNAL_END)
        plan_take_over(e->plan, e->journal, e->left == CALL_JOURNAL_TAKE);
    e->left = CALL_JOURNAL_EMPTY;
}

void engine_look_if_ready(struct engine *e)
{
    if (e->is_ready || e->binds || !pjsip_is_ready(e->pjsip))
        return;
    take_over(e);
    e->is_ready = true;
    log_notice("engine is ready endpoints=%u transports=%u failed=%u",
               model_endpoint_count(e->snapshot), pjsip_transports_open(e->pjsip),
               pjsip_transports_failed(e->pjsip));
    if (e->args.control)
        control_ready(e->args.control);
    manager_booted(engine_manager_of(e->manager));
}

/* ---- birth ---- */

static int open_store(struct engine *e, const char **why)
{
    int err = store_open(
        &e->store,
        &(struct store_args){.loop = e->loop, .dir = e->args.state, .migrations = model_migrations},
        why);

    if (err)
        return err;
    *why = "the configuration in the database cannot be read";
    return store_watch(e->store, engine_config_load, engine_config_apply, e);
}

/* Without one the station works, and its calls end with the engine. */
static void open_journal(struct engine *e)
{
    int err =
        e->args.journal_fd < 0 ? 0 : call_journal_open(&e->journal, e->loop, e->args.journal_fd);

    if (err)
        log_warning("no journal of calls: they end with the engine err=\"%s\"", strerror(err));
    if (e->journal)
        e->left = call_journal_mode(e->journal);
    if (e->left == CALL_JOURNAL_END)
        log_error("engines die of the calls that they take over: all of them are ended");
    if (e->left == CALL_JOURNAL_DROP)
        log_error("engines die of the calls that they take over: they are forgotten");
}

/* Channels, records and streams of the engine before; their transports come later. */
static void read_journal(struct engine *e)
{
    if (!e->journal)
        return;
    call_journal_attach(e->journal, e->calls);
    plan_journal(e->plan, e->journal);
    if (e->left == CALL_JOURNAL_TAKE || e->left == CALL_JOURNAL_END)
        call_journal_read(e->journal);
    call_journal_replay(e->journal, put_record_once, e);
    if (e->left == CALL_JOURNAL_DROP)
        call_journal_drop(e->journal);
    else
        plan_kept_load(e->plan);
}

static void attach_media(struct engine *e)
{
    if (e->args.media_ipc)
        media_attach(e->media, e->args.media_ipc);
    e->args.media_ipc = NULL;
}

static int open_media(struct engine *e)
{
    struct media_args media = {
        .path = e->args.media_path, .settings = engine_media_settings(e), .ready = READY_STREAMS};
    int err;

    if (e->journal && e->left != CALL_JOURNAL_DROP)
        media.instance = call_journal_instance(e->journal);
    err = media_alloc(&e->media, e->loop, &media);
    if (!err && e->journal)
        call_journal_set_instance(e->journal, media_instance(e->media));
    if (!err && e->args.runner_path)
        err = runner_alloc(&e->runner, e->loop, e->args.runner_path);
    else if (!err && e->args.runner_ipc) {
        err = runner_alloc_ipc(&e->runner, e->loop, e->args.runner_ipc);
        e->args.runner_ipc = NULL;
    }
    return err;
}

/* ---- the small database of the routing ---- */

static void keep_entry(struct slice name, struct slice value, void *arg)
{
    const struct slice values[] = {name, value};
    struct engine *e = arg;
    int err = slice_is_set(value)
                  ? store_exec(e->store, "REPLACE INTO astdb (name, value) VALUES (?, ?)", values,
                               2, NULL, NULL)
                  : store_exec(e->store, "DELETE FROM astdb WHERE name = ?", values, 1, NULL, NULL);

    if (err)
        log_error("entry of DB not kept over a restart name=\"%.*s\" err=\"%s\"", SLICE_ARG(name),
                  strerror(err));
}

static void load_entries(int err, const struct store_rows *rows, void *arg)
{
    struct engine *e = arg;

    if (err || !e->plan) {
        log_error("entries of DB cannot be read err=\"%s\"", strerror(err));
        return;
    }
    for (uint32_t i = 0; i < rows->count && !err; i++)
        err = plan_astdb_load(e->plan, rows->cells[2 * i], rows->cells[2 * i + 1]);
    if (rows->is_cut || err)
        log_error("not all entries of DB were taken from the database");
    plan_custom_load(e->plan);
}

/* Media looks again at files of sounds when it is told its settings. */
static void sounds_changed(void *arg)
{
    struct engine *e = arg;
    const struct media_settings m = engine_media_settings(e);

    media_set_settings(e->media, &m);
}

static int open_recordings(struct engine *e)
{
    int err = recordings_alloc(
        &e->recordings,
        &(struct recordings_args){
            .loop = e->loop, .store = e->store, .runner = e->runner, .state_dir = e->args.state});

    return err ? err
               : sounds_alloc(&e->sounds,
                              &(struct sounds_args){.loop = e->loop,
                                                    .store = e->store,
                                                    .insist = recordings_insist(e->recordings),
                                                    .jobs = recordings_jobs(e->recordings),
                                                    .state_dir = e->args.state,
                                                    .changed = sounds_changed,
                                                    .arg = e});
}

static int open_calls(struct engine *e)
{
    const struct model_settings *s = model_settings_of(e->snapshot);
    char recordings[sizeof(e->agi_dir)];
    int err = calls_alloc(&e->calls, &(struct calls_args){
                                         .loop = e->loop,
                                         .media = e->media,
                                         .record = put_record,
                                         .quality = put_quality,
                                         .moh = engine_moh_directory,
                                         .tone = engine_tone_list,
                                         .arg = e,
                                         .language = e->language,
                                         .zone = e->zone,
                                         .max_channels = (uint32_t)s->max_channels,
                                     });

    if (!err)
        err = story_keeper_alloc(&e->stories, e->loop, e->calls, e->store);
    if (!err)
        err = open_recordings(e);
    if (err)
        return err;
    recordings_watch(e->recordings, e->calls);
    recordings_set(e->recordings, s);
    engine_kept_set(e->calls, e->stories, s);
    role_file(e->agi_dir, sizeof(e->agi_dir), e->args.state, ROLE_AGI_DIR);
    role_file(recordings, sizeof(recordings), e->args.state, "recordings");
    err = plan_core_alloc(&e->plan, &(struct plan_core_args){.calls = e->calls,
                                                             .runner = e->runner,
                                                             .store = e->store,
                                                             .net = e->args.net,
                                                             .dns = e->args.dns,
                                                             .recordings = recordings,
                                                             .agi_dir = e->agi_dir});
    if (!err)
        plan_recorder_set_handlers(
            e->plan, &(struct plan_recorder_handlers){.takes = recordings_takes_command,
                                                      .over = recordings_command_is_over,
                                                      .arg = e->recordings});
    if (!err) {
        plan_astdb_keeper(e->plan, keep_entry, e);
        plan_custom_keep(e->plan);
        err = store_query(e->store, "SELECT name, value FROM astdb ORDER BY name", NULL, 0,
                          load_entries, e);
    }
    if (!err)
        err = pjsip_rows_add(e->plan);
    if (!err)
        err = plan_set_compiled(e->plan, e->snapshot, e->routing);
    e->routing = mem_deref(e->routing);
    return err;
}

static int open_sip(struct engine *e)
{
    const struct model_settings *s = model_settings_of(e->snapshot);
    int err = sip_alloc(&e->sip, &(struct sip_args){.loop = e->loop,
                                                    .net = e->args.net,
                                                    .dns = e->args.dns,
                                                    .user_agent = s->user_agent,
                                                    .max_age_ms = (uint32_t)s->overload_ms});

    if (err)
        return err;
    return pjsip_alloc(&e->pjsip,
                       &(struct pjsip_args){
                           .sip = e->sip,
                           .calls = e->calls,
                           .plan = e->plan,
                           .store = e->store,
                           .bind = e->args.control ? engine_socket_ask : NULL,
                           .release = e->args.control ? engine_socket_release : NULL,
                           .arg = e,
                           .state_dir = e->args.state,
                       },
                       e->snapshot);
}

static int open_outgoing(struct engine *e)
{
    char dir[512];

    role_file(dir, sizeof(dir), e->args.state, "spool");
    return outgoing_alloc(&e->outgoing, e->plan, dir);
}

static void run_command(struct console *c, struct slice line, void *arg)
{
    engine_run_command(arg, c, line);
}

static void reload(void *arg)
{
    store_watch_poke(((struct engine *)arg)->store);
}

static int open_manager(struct engine *e)
{
    return engine_manager_alloc(&e->manager, e->args.control,
                                &(struct manager_args){.net = e->args.net,
                                                       .calls = e->calls,
                                                       .plan = e->plan,
                                                       .pjsip = e->pjsip,
                                                       .store = e->store,
                                                       .command = run_command,
                                                       .reload = reload,
                                                       .convert = engine_order_convert,
                                                       .sound = engine_order_sound,
                                                       .sound_remove = engine_order_sound_remove,
                                                       .music = engine_order_music,
                                                       .arg = e,
                                                       .state_dir = e->args.state},
                                e->snapshot);
}

static int open_console(struct engine *e)
{
    int err = console_set_alloc(&e->consoles, e->loop);

    e->core = (struct core_commands){
        .loop = e->loop, .control = e->args.control, .start = loop_wall(e->loop)};
    e->console = (struct engine_console){e->store, e->sip,  e->calls,
                                         e->media, e->plan, engine_manager_of(e->manager)};
    if (!err)
        err = console_set_add_core(e->consoles, &e->core);
    if (!err)
        err = console_set_add(e->consoles, engine_console_commands, engine_console_command_count,
                              &e->console);
    if (!err)
        err = console_set_add(e->consoles, plan_console_commands, plan_console_command_count,
                              e->plan);
    if (!err)
        err = console_set_add(e->consoles, story_console_commands, story_console_command_count,
                              e->stories);
    if (!err)
        err = console_set_add(e->consoles, recordings_console_commands,
                              recordings_console_command_count, e->recordings);
    if (!err)
        err = console_set_add(e->consoles, notify_console_commands, notify_console_command_count,
                              e->store);
    if (!err)
        err = console_set_add(e->consoles, sounds_console_commands, sounds_console_command_count,
                              e->sounds);
    if (!err)
        err = console_set_add(e->consoles, plan_console_more, plan_console_more_count, e->plan);
    if (!err)
        err = console_set_add(e->consoles, manager_console_commands, manager_console_command_count,
                              engine_manager_of(e->manager));
    for (const struct console_command *const *t = pjsip_commands; *t; t++)
        for (const struct console_command *c = *t; !err && c->words; c++)
            err = console_set_add(e->consoles, c, 1, e->pjsip);
    return err;
}

int engine_alloc(struct engine **ep, const struct engine_args *args, const char **why)
{
    struct engine *e = mem_alloc(sizeof(*e), engine_destroy);
    int err = ENOMEM;

    *why = "no memory";
    if (!e)
        return ENOMEM;
    e->args = *args;
    e->loop = args->loop;
    list_init(&e->came);
    err = open_store(e, why);
    if (err)
        goto out;
    *why = "a part of the engine cannot start";
    open_journal(e);
    err = open_media(e);
    if (!err)
        err = open_calls(e);
    if (err)
        goto out;
    read_journal(e);
    recordings_look_back(e->recordings);
    attach_media(e);
    err = open_sip(e);
    if (!err)
        err = open_outgoing(e);
    if (!err)
        err = open_manager(e);
    if (!err)
        err = open_console(e);
    if (err)
        goto out;
    engine_look_if_ready(e);
    *ep = e;
    e = NULL;
out:
    mem_deref(e);
    return err;
}

/* ---- use and end ---- */

int engine_serve(struct engine *e, int console_fd, int manager_fd, const uint32_t uids[2])
{
    int err = manager_serve_roles(engine_manager_of(e->manager), manager_fd, uids);

    return err ? err : console_set_serve(e->consoles, console_fd);
}

void engine_run_command(struct engine *e, struct console *c, struct slice line)
{
    console_set_run(e->consoles, c, line);
}

static void everything_is_written(void *arg)
{
    struct engine *e = arg;
    timer_h *h = e->stopped;

    timer_stop(&e->stopping);
    e->stopped = NULL;
    if (h)
        h(e->stopped_arg);
}

static void flushed(int err, void *arg)
{
    everything_is_written(arg);
}

static void calls_are_over(void *arg)
{
    struct engine *e = arg;

    timer_start(e->loop, &e->stopping, STOP_STORE_MS, everything_is_written, e);
    if (store_flush(e->store, flushed, e))
        everything_is_written(e);
}

void engine_stop(struct engine *e, timer_h *done, void *arg)
{
    if (e->stopped)
        return;
    e->stopped = done;
    e->stopped_arg = arg;
    log_notice("engine is stopping channels=%u", calls_active(e->calls));
    manager_shutdown(engine_manager_of(e->manager));
    sip_set_closing(e->sip, true);
    pjsip_shutdown(e->pjsip);
    calls_shutdown(e->calls, STOP_CALLS_MS, calls_are_over, e);
}

void engine_play_dead(struct engine *e)
{
    e->is_dead = true;
}

bool engine_is_ready(const struct engine *e)
{
    return e->is_ready;
}

struct calls *engine_calls(const struct engine *e)
{
    return e->calls;
}

struct store *engine_store(const struct engine *e)
{
    return e->store;
}

struct sip *engine_sip(const struct engine *e)
{
    return e->sip;
}
