/*
 * tests/unit/unit.h - the unit harness
 *
 *   static int cut_at_the_first_separator(void)
 *   {
 *       CHECK(slice_eqz(slice_cut(s, ',', &rest), "a"));
 *       return 0;
 *   }
 *   UNIT_TESTS(UNIT(cut_at_the_first_separator), ...)
 *
 * A test returns 0; a failed CHECK returns EINVAL at once after printing where; CHECK_OK(expr)
 * hands a returned errno on (ENOMEM is allowed in the rerun) - through `goto out`-like CHECK_TO
 * when the test has something to release.
 *
 * Rerun: every test marked UNIT runs again with the 1st, 2nd, ... n-th allocation failing
 * (mem_fail_at) until none fails any more; only 0 and ENOMEM are allowed then, and no block may
 * leak. UNIT_ONCE marks a test that the rerun would say nothing about (threads, real sockets).
 *
 * The last line is "N passed, N failed".
 */
#pragma once
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>

struct unit {
    const char *name;
    int (*run)(void);
    bool is_once;
};

#define UNIT(f)                                                                                    \
    {                                                                                              \
        .name = #f, .run = f                                                                       \
    }
#define UNIT_ONCE(f)                                                                               \
    {                                                                                              \
        .name = #f, .run = f, .is_once = true                                                      \
    }

/** Print file, line and condition, unless the rerun is on (where failing is normal). @return EINVAL
 */
int unit_failed(const char *file, int line, const char *what);

/** True while an allocation is being made to fail. */
bool unit_is_rerun(void);

#define CHECK(cond)                                                                                \
    do {                                                                                           \
        if (!(cond))                                                                               \
            return unit_failed(__FILE__, __LINE__, #cond);                                         \
    } while (0)

/** Sets err and goes to label when cond is false. */
#define CHECK_TO(cond, label)                                                                      \
    do {                                                                                           \
        if (!(cond)) {                                                                             \
            err = unit_failed(__FILE__, __LINE__, #cond);                                          \
            goto label;                                                                            \
        }                                                                                          \
    } while (0)

/** expr gives an errno: hand anything but 0 on. */
#define CHECK_OK(expr)                                                                             \
    do {                                                                                           \
        int unit_err = (expr);                                                                     \
        if (unit_err)                                                                              \
            return unit_err == ENOMEM && unit_is_rerun() ? ENOMEM                                  \
                                                         : unit_failed(__FILE__, __LINE__, #expr); \
    } while (0)

/** The same for code with a local `err` and a label. */
#define CHECK_OK_TO(expr, label)                                                                   \
    do {                                                                                           \
        err = (expr);                                                                              \
        if (err) {                                                                                 \
            if (err != ENOMEM || !unit_is_rerun())                                                 \
                err = unit_failed(__FILE__, __LINE__, #expr);                                      \
            goto label;                                                                            \
        }                                                                                          \
    } while (0)

int unit_main(int argc, char **argv, const struct unit *tests, size_t count);

#define UNIT_TESTS(...)                                                                            \
    int main(int argc, char **argv)                                                                \
    {                                                                                              \
        static const struct unit tests[] = {__VA_ARGS__};                                          \
        return unit_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));                     \
    }
