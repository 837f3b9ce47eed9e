/*
 * base/log.h - one event, one line
 *
 *   2026-11-23 05:40:00.123 warning engine: contact expired aor="user-101" uri="sip:101@10.0.0.7"
 *
 * A line is a fixed sentence to search for, then key=value; `call=` on every line about a call.
 * Levels:  error wakes a person, warning is looked at tomorrow, notice is the day's story, info
 *          debugs a call, debug is for the developer.
 * Escapes: control bytes and what is not UTF-8 come out as \xNN, so no outsider writes lines of
 *          their own. Secrets are never passed in; a place that must show one prints "***".
 * Thread:  any; one write(2) per line. It never waits for a reader: while standard error is full, lines are
 *          dropped and counted.
 * Limits:  a line is at most 2,000 bytes; longer ones end in "...".
 */
#pragma once
#include <stdarg.h>
#include <stdbool.h>

#include "base/slice.h"

enum log_level { LOG_ERROR, LOG_WARNING, LOG_NOTICE, LOG_INFO, LOG_DEBUG };

/** Where lines go besides standard error (tests, the console's "core set verbose"); NULL = nowhere.
 */
typedef void(log_sink_h)(enum log_level level, const char *line, void *arg);

/** Name of the role in every line (borrowed for ever), and the least important level shown. */
void log_init(const char *role, enum log_level most);
void log_set_level(enum log_level most);
void log_set_sink(log_sink_h *sink, void *arg);

/** False sends nothing to standard error (tests). */
void log_set_stderr(bool on);

/** "error" ... "debug" both ways. @return 0; EINVAL. */
int log_level_parse(enum log_level *level, struct slice name);
const char *log_level_name(enum log_level level);

bool log_is_on(enum log_level level);

void log_line(enum log_level level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#define log_error(...) log_line(LOG_ERROR, __VA_ARGS__)
#define log_warning(...) log_line(LOG_WARNING, __VA_ARGS__)
#define log_notice(...) log_line(LOG_NOTICE, __VA_ARGS__)
#define log_info(...)                                                                              \
    do {                                                                                           \
        if (log_is_on(LOG_INFO))                                                                   \
            log_line(LOG_INFO, __VA_ARGS__);                                                       \
    } while (0)
#define log_debug(...)                                                                             \
    do {                                                                                           \
        if (log_is_on(LOG_DEBUG))                                                                  \
            log_line(LOG_DEBUG, __VA_ARGS__);                                                      \
    } while (0)
