/* recorded.c - see recorded.h */
#include "plan/recorded.h"

#include <ctype.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "ipc/runner.h"
#include "plan/core.h"

/* Lines "NAME\tFILE". */
void plan_recorded_note(struct channel *ch, struct slice name, struct slice file)
{
    struct slice old = slice_of(ch->recorded ? ch->recorded : "");
    const size_t len = name.len + file.len + 2;
    struct buf all;

    if (!name.len || name.p[0] != '/' || len > RECORDED_MAX)
        return;
    while (old.len + len > RECORDED_MAX)
        (void)slice_cut(old, '\n', &old);
    buf_init(&all, RECORDED_MAX);
    buf_adds(&all, old);
    buf_printf(&all, "%.*s\t%.*s\n", SLICE_ARG(name), SLICE_ARG(file));
    if (!buf_err(&all))
        (void)channel_set(&ch->recorded, buf_slice(&all));
    buf_fini(&all);
}

static bool is_of_name(char c)
{
    return isalnum((unsigned char)c) || strchr("._-/%", c) != NULL;
}

/* A name ends where it ends: "/tmp/a.wav" is none in "/tmp/a.wav.old" and "/x/tmp/a.wav". */
static bool stands_at(struct slice text, size_t at, struct slice name)
{
    const size_t end = at + name.len;

    return slice_starts(slice_skip(text, at), name) && (!at || !is_of_name(text.p[at - 1])) &&
           (end == text.len || !is_of_name(text.p[end]));
}

/* @return its file; the newest of that name. Absent: none begins here */
static struct slice find(const struct channel *ch, struct slice text, size_t at, size_t *len)
{
    struct slice rest = slice_of(ch->recorded), found = SLICE_NONE;

    while (slice_is_set(rest) && rest.len) {
        struct slice file = slice_cut(rest, '\n', &rest);
        const struct slice name = slice_cut(file, '\t', &file);

        if (name.len && stands_at(text, at, name)) {
            found = file;
            *len = name.len;
        }
    }
    return found;
}

char *plan_recorded_real(const struct plan_core *p, const struct channel *ch, const char *text)
{
    const struct slice all = slice_of(text);
    bool has_any = false;
    struct buf out;

    if (!ch || !ch->recorded || !p->recordings[0])
        return NULL;
    buf_init(&out, RUNNER_ARGV_MAX);
    for (size_t at = 0, len = 1; at < all.len; at += len) {
        const struct slice file = all.p[at] == '/' ? find(ch, all, at, &len) : SLICE_NONE;

        if (slice_is_set(file)) {
            buf_printf(&out, "%s/%.*s", p->recordings, SLICE_ARG(file));
            has_any = true;
        } else {
            buf_addc(&out, all.p[at]);
            len = 1;
        }
    }
    if (has_any && !buf_err(&out))
        return buf_take(&out);
    buf_fini(&out);
    return NULL;
}
