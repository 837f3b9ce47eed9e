/*
 * base/bug.h - checks of our own logic that stay on in production
 *
 * A bug ends the role with one line on standard error (file, line, condition) and abort(); the
 * supervisor starts the role again. Never use it on what an outsider sent: that is a refusal.
 */
#pragma once

/** Report and abort. */
_Noreturn void bug_report(const char *file, int line, const char *what);

/** End the role when cond, which our own logic rules out, is true. */
#define BUG_IF(cond)                                                                               \
    do {                                                                                           \
        if (__builtin_expect(!!(cond), 0))                                                         \
            bug_report(__FILE__, __LINE__, #cond);                                                 \
    } while (0)
