/*
 * role/engine_manager.h - the Manager within the engine: its sockets, by the settings in force
 *
 * Owns:    the manager, the bindings it asked for.
 * Thread:  the loop's.
 */
#pragma once
#include "manager/manager.h"

struct control;
struct engine_manager;

/**
 * @param control  borrowed: gives the sockets; NULL (tests): the manager binds by itself on args->net
 * @param args     as of manager_alloc
 * @return 0; ENOMEM
 */
int engine_manager_alloc(struct engine_manager **ep, struct control *control,
                         const struct manager_args *args, struct model_snapshot *snapshot);

/** Settings and users of another snapshot (shared). */
void engine_manager_set_snapshot(struct engine_manager *e, struct model_snapshot *snapshot);

struct manager *engine_manager_of(const struct engine_manager *e);
