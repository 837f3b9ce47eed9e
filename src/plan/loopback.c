/* loopback.c - see loopback.h */
#include "plan/loopback.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "plan/subst.h"

/* ---- as it is written ---- */

/* Length of "${...}" at the beginning, with what is nested; 0: there is none */
static size_t reference_length(struct slice text)
{
    size_t depth = 0;

    if (!slice_starts(text, SLICE("${")))
        return 0;
    for (size_t i = 1; i < text.len; i++) {
        depth += text.p[i] == '{';
        if (text.p[i] == '}' && --depth == 0)
            return i + 1;
    }
    return text.len;
}

/* What stands before the first `at` that is in no ${}; *rest: what follows it, absent without one */
static struct slice cut_outside(struct slice text, char at, struct slice *rest)
{
    size_t i = 0;

    *rest = SLICE_NONE;
    while (i < text.len) {
        const size_t n = reference_length(slice_skip(text, i));

        if (!n && text.p[i] == at) {
            *rest = slice_skip(text, i + 1);
            break;
        }
        i += n ? n : 1;
    }
    return slice_from(text.p, i);
}

static enum plan_loop_kind kind_of(struct slice word)
{
    return slice_caseeqz(word, "eswitch")   ? PLAN_LOOP_EAGER
           : slice_caseeqz(word, "lswitch") ? PLAN_LOOP_LAZY
                                            : PLAN_LOOP_PLAIN;
}

const char *plan_loop_parse(struct plan_loop *l, const char *text)
{
    struct slice rest, word = slice_cut(slice_of(text), ' ', &rest), data;

    *l = (struct plan_loop){.text = text, .kind = kind_of(word)};
    slice_cut(rest, '/', &data);
    data = cut_outside(data, '/', &l->pattern);
    l->exten = cut_outside(data, '@', &l->context);
    l->context = cut_outside(l->context, ':', &l->priority);
    if (!l->context.len)
        return "switch finds nothing: it names no context, write Loopback/number@context";
    if (memchr(data.p, '(', data.len))
        return "switch calls no functions, their places stay empty";
    if (l->kind == PLAN_LOOP_PLAIN && memmem(data.p, data.len, "${EXTEN", 7))
        return "switch has no number in ${EXTEN}, as in Asterisk; write lswitch instead";
    return NULL;
}

/* ---- filled in ---- */

/* What one ${} may mean. */
struct sight {
    const struct plan_loop *loop;
    const struct plan_ask *ask;
    const char *here;
    int priority;
};

static int own_value(const struct sight *s, struct slice name, struct buf *out)
{
    if (slice_eqz(name, "EXTEN"))
        return buf_adds(out, s->ask->exten);
    if (slice_eqz(name, "CONTEXT"))
        return buf_addz(out, s->here);
    if (slice_eqz(name, "PRIORITY"))
        return buf_printf(out, "%d", s->priority);
    return ENOENT;
}

static int value_of(const struct sight *s, struct slice name, struct buf *out)
{
    const bool is_eager = s->loop->kind == PLAN_LOOP_EAGER;
    const struct plan_env env = {.core = s->ask->core,
                                 .channel = is_eager ? s->ask->channel : NULL};
    int err = s->loop->kind == PLAN_LOOP_LAZY ? own_value(s, name, out) : ENOENT;

    if (err == ENOENT && env.core)
        err = plan_var_get(&env, name, out);
    return err == ENOENT ? 0 : err;
}

/* "NAME", "NAME:1", "NAME:1:2" */
static int fill_one(const struct sight *s, struct slice inner, struct buf *out)
{
    struct slice numbers, name = slice_cut(inner, ':', &numbers), part;
    int offset = 0, length = INT32_MAX, err;
    struct buf value;
    char text[32];

    buf_init(&value, PLAN_TEXT_MAX);
    err = value_of(s, name, &value);
    if (!err) {
        (void)slice_copy(numbers, text, sizeof(text));
        sscanf(text, "%9d:%9d", &offset, &length);
        part = plan_substring(buf_slice(&value), offset, length);
        err = buf_adds(out, part);
    }
    buf_fini(&value);
    return err;
}

/* @return 0; ENOSPC (no room for it: it names nothing that there is); ENOMEM */
static int fill(const struct sight *s, struct slice text, char *room, size_t size)
{
    struct buf out;
    int err = 0;

    buf_init(&out, size);
    while (text.len && !err) {
        const size_t n = reference_length(text);

        err = n > 3 ? fill_one(s, slice_from(text.p + 2, n - 3), &out)
                    : buf_add(&out, text.p, n ? n : 1);
        text = slice_skip(text, n ? n : 1);
    }
    if (!err)
        err = slice_copy(buf_slice(&out), room, size) ? ENOSPC : 0;
    buf_fini(&out);
    return err;
}

int plan_loop_lead(const struct plan_loop *l, const struct plan_ask *ask, const char *here,
                   int priority, struct plan_way *way)
{
    const struct sight s = {l, ask, here, priority};
    char number[16];

    if (slice_is_set(l->pattern) && !pattern_match(l->pattern, ask->exten, PATTERN_MATCH))
        return ENOENT;
    way->priority = priority;
    if (fill(&s, l->context, way->context, sizeof(way->context)) ||
        fill(&s, l->exten, way->exten, sizeof(way->exten)) ||
        fill(&s, l->priority, number, sizeof(number)))
        return ENOENT;
    if (!way->exten[0] && slice_copy(ask->exten, way->exten, sizeof(way->exten)))
        return ENOENT;
    if (number[0])
        way->priority = atoi(number);
    return way->priority < 1 || strcasecmp(way->context, here) == 0 ? ENOENT : 0;
}
