/* unit.c - see unit.h */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "unit.h"

#define MOST_RERUNS 20000

static bool rerun;

int unit_failed(const char *file, int line, const char *what)
{
    /* In the rerun a CHECK after a failed allocation fails rightly: the allocation's error counts.
     */
    if (rerun && mem_has_failed())
        return ENOMEM;
    fprintf(stderr, "%s:%d: %s\n", file, line, what);
    return EINVAL;
}

bool unit_is_rerun(void)
{
    return rerun;
}

static bool leaked(const struct unit *t, uint64_t before, uint64_t n)
{
    uint64_t now = mem_count();

    if (now == before)
        return false;
    fprintf(stderr, "%s: %" PRId64 " blocks leaked, allocation %" PRIu64 " failing\n", t->name,
            (int64_t)(now - before), n);
    return true;
}

static bool passes_once(const struct unit *t)
{
    uint64_t before = mem_count();
    int err = t->run();

    if (err)
        fprintf(stderr, "%s: failed: %s\n", t->name, strerror(err));
    return !err && !leaked(t, before, 0);
}

static bool passes_without_memory(const struct unit *t)
{
    for (uint64_t n = 1; n <= MOST_RERUNS; n++) {
        uint64_t before = mem_count();
        bool hit;
        int err;

        mem_fail_at(n);
        err = t->run();
        hit = mem_has_failed();
        mem_fail_at(0);
        if (err && err != ENOMEM) {
            fprintf(stderr, "%s: allocation %" PRIu64 " failing gives %s\n", t->name, n,
                    strerror(err));
            return false;
        }
        if (leaked(t, before, n))
            return false;
        if (!hit && !err)
            return true;
    }
    fprintf(stderr, "%s: more than %d allocations\n", t->name, MOST_RERUNS);
    return false;
}

int unit_main(int argc, char **argv, const struct unit *tests, size_t count)
{
    unsigned passed = 0, failed = 0;

    log_set_stderr(false);
    for (size_t i = 0; i < count; i++) {
        const struct unit *t = &tests[i];
        bool ok;

        if (argc > 1 && strcmp(argv[1], t->name) != 0)
            continue;
        rerun = false;
        ok = passes_once(t);
        if (ok && !t->is_once) {
            rerun = true;
            ok = passes_without_memory(t);
        }
        if (!ok)
            fprintf(stderr, "FAILED %s\n", t->name);
        *(ok ? &passed : &failed) += 1;
    }
    printf("%u passed, %u failed\n", passed, failed);
    return failed ? 1 : 0;
}
