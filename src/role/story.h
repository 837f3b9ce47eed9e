/*
 * role/story.h - stories of calls in the database, and the command that tells them
 *
 * Scope:   joins call/story.h with table call_story: a finished story is one row, rows older than
 *          the setting call_story_days go, a minute's work at a time.
 * Owns:    the stories.
 * Thread:  the loop's.
 */
#pragma once
#include "ipc/console.h"

struct calls;
struct loop;
struct story_keeper;
struct store;

/** c and store are borrowed and outlive it. @return 0; ENOMEM */
int story_keeper_alloc(struct story_keeper **kp, struct loop *l, struct calls *c,
                       struct store *store);

/** Days that stories are kept; 0: none are made. */
void story_keeper_set_days(struct story_keeper *k, uint32_t days);

/** `call story`; arg is the keeper. */
extern const struct console_command story_console_commands[];
extern const size_t story_console_command_count;
