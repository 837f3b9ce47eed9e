/* role/runner_words.c - what the engine may ask the runner for; see role/runner.h */
#include <errno.h>
#include <string.h>

#include "role/errand.h"
#include "role/runner.h"

int runner_check_path(struct slice path)
{
    struct slice rest = path;

    if (!path.len || path.len > 255 || path.p[0] == '/' || memchr(path.p, '\0', path.len))
        return EINVAL;
    while (slice_is_set(rest)) {
        const struct slice part = slice_cut(rest, '/', &rest);

        if (!part.len || slice_eqz(part, "..") || slice_eqz(part, "."))
            return EINVAL;
    }
    return 0;
}

int runner_words_split(struct slice text, char *words[], size_t most)
{
    size_t n = 0;

    if (text.len && text.p[text.len - 1] != '\0')
        return EINVAL;
    while (text.len) {
        const size_t len = strlen(text.p);

        if (n + 1 >= most)
            return E2BIG;
        words[n++] = (char *)(uintptr_t)text.p;
        text = slice_skip(text, len + 1);
    }
    words[n] = NULL;
    return 0;
}

/* What is asked for as a program is never an errand, whatever its name: the words of an errand say
   where it may go, and those of a program are the routing's. */
int runner_name_check(const char *name, bool is_errand)
{
    if (is_errand)
        return errand_find(name) ? 0 : ENOENT;
    return name[0] == '@' ? ENOENT : runner_check_path(slice_of(name));
}

/* An engine that was taken over must not choose libraries or start files for a program. */
bool runner_env_is_known(char *const env[])
{
    for (; *env; env++) {
        const struct slice word = slice_of(*env);

        if (!slice_starts(word, SLICE("AST_")) && !slice_starts(word, SLICE("LANG=")) &&
            !slice_starts(word, SLICE("TZ=")))
            return false;
    }
    return true;
}
