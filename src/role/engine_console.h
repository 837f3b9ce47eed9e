/*
 * role/engine_console.h - console rows about the engine as a whole: database, SIP counters, calls
 */
#pragma once
#include <stddef.h>

#include "ipc/console.h"

struct store;
struct sip;
struct calls;
struct manager;
struct media;
struct plan_core;

/** arg of the rows; borrowed. */
struct engine_console {
    struct store *store;
    struct sip *sip;
    struct calls *calls;
    struct media *media;
    struct plan_core *plan;
    struct manager *manager; /* told of a reload that somebody asks for */
};

extern const struct console_command engine_console_commands[];
extern const size_t engine_console_command_count;
