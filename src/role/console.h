/*
 * role/console.h - the engine's console: the joined command tables, and the socket of `station ctl`
 *
 * Scope:   longest match of words, `help`, completion; clients on state/run/ctl.sock.
 * Owns:    its clients; the tables are borrowed for ever (they are static).
 * Thread:  the loop's.
 * Limits:  see ipc/console.h.
 */
#pragma once
#include <stddef.h>

#include "base/buf.h"
#include "ipc/console.h"
#include "loop/loop.h"

struct console_set;

/** A set that knows `help` only. @return 0; ENOMEM */
int console_set_alloc(struct console_set **sp, struct loop *loop);

/**
 * Add commands.
 * @param commands  borrowed for ever
 * @param arg       given to run and complete of these rows
 * @return 0; ENOMEM; EEXIST (the same words twice: a bug in a table); ENOSPC (500 commands)
 */
int console_set_add(struct console_set *s, const struct console_command *commands, size_t count,
                    void *arg);

/** Serve clients that connect to listen_fd (taken, even on error); other roles and their programs
 *  are turned away, though they are in the socket's group. @return 0; EALREADY; ENOMEM; errno */
int console_set_serve(struct console_set *s, int listen_fd);

/** Run one line for c: output and end go to c. The rest is as in CONSOLE_LINE. */
void console_set_run(struct console_set *s, struct console *c, struct slice line);

/** What may stand at the end of line, one word each to h. */
typedef void(console_word_h)(const char *word, void *arg);
void console_set_complete(struct console_set *s, struct slice line, console_word_h *h, void *arg);

/**
 * The commands of the role itself: core show version|uptime|roles, core restart ROLE, core stop,
 * core set log LEVEL. arg of the table is a struct core_commands that outlives the set.
 */
struct control;
struct core_commands {
    struct loop *loop;
    struct control *control; /* NULL: no supervisor (tests) */
    struct wall start;
};
int console_set_add_core(struct console_set *s, struct core_commands *core);

/** Only those that the supervisor answers: roles, restart, stop, log (`station ctl` without an
 * engine). */
int console_set_add_supervisor(struct console_set *s, struct core_commands *core);
