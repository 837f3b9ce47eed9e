/*
 * role/engine_inner.h - inner: what the files engine_*.c of the engine's core share
 *
 * engine_core.c: birth, use, end. engine_config.c: the configuration in force. engine_sockets.c: sockets
 * that the supervisor binds.
 */
#pragma once
#include "base/list.h"
#include "call/journal.h"
#include "call/media.h"
#include "model/snapshot.h"
#include "pjsip/pjsip.h"
#include "role/console.h"
#include "role/engine.h"
#include "role/engine_console.h"
#include "role/role.h"

struct plan_routing;
struct outgoing;
struct engine_manager;
struct recordings;
struct sounds;
struct story_keeper;

struct engine {
    struct engine_args args;
    struct loop *loop;
    struct store *store;
    struct model_snapshot *snapshot;
    struct plan_routing *routing; /* of snapshot, until the plan has it */
    struct media *media;
    struct runner *runner;
    struct call_journal *journal; /* NULL: none */
    enum call_journal_mode left;  /* what the engine before has left in it */
    struct calls *calls;
    struct plan_core *plan;
    struct outgoing *outgoing;
    struct engine_manager *manager;
    struct sip *sip;
    struct pjsip *pjsip;
    struct story_keeper *stories;
    struct recordings *recordings;
    struct sounds *sounds;
    struct console_set *consoles;
    struct core_commands core;
    struct engine_console console;
    char agi_dir[512], moh_dir[512];
    char language[16], zone[64];
    uint32_t binds;   /* sockets asked for and not handed to the driver */
    struct list came; /* struct bind_wait: those that are here */
    uint32_t came_count;
    bool is_ready, is_dead;

    struct timer stopping;
    timer_h *stopped;
    void *stopped_arg;
};

/** All that the engine needs to take calls may be there now: says so, once. */
void engine_look_if_ready(struct engine *e);

/* engine_config.c */

/** Of store_watch: a snapshot and its routing, made on the reader's thread. */
int engine_config_load(struct db *d, void **object, void *arg);

/** Of store_watch: in force from now on; the first before the parts exist, later ones while calls run. */
void engine_config_apply(void *object, void *arg);

struct media_settings engine_media_settings(const struct engine *e);

/** Of calls_args: the folder of a class of music, a country's tone. */
const char *engine_moh_directory(struct slice class_name, uint8_t *sort, void *arg);
const char *engine_tone_list(struct slice zone, struct slice name, void *arg);

/* engine_sockets.c */

/** Of pjsip_args. */
int engine_socket_ask(enum pjsip_socket kind, const struct addr *local, pjsip_bound_h *done,
                      void *done_arg, void *arg);
void engine_socket_release(enum pjsip_socket kind, const struct addr *local, void *arg);

/** The engine ends: what has come and was not handed to the driver is closed. */
void engine_sockets_forget(struct engine *e);
