/* subst.c - see subst.h */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "plan/core.h"
#include "plan/dry.h"
#include "plan/expr.h"
#include "plan/plan.h"
#include "plan/subst.h"

static const char *call_of(const struct plan_env *env)
{
    return env->channel ? env->channel->linkedid : "";
}

static void warn(const struct plan_env *env, const char *what, struct slice text)
{
    const struct channel *ch = env->channel;

    if (text.len > 200)
        text.len = 200;
    log_warning("%s call=%s at=\"%s,%s,%d\" text=\"%.*s\"", what, call_of(env),
                ch && ch->context ? ch->context : "", ch && ch->exten ? ch->exten : "",
                ch ? ch->priority : 0, SLICE_ARG(text));
}

/* The end of "${..." or "$[...": text from behind the opening one. @return its index, or text.len
   when it is missing; *has_more: something inside is to be substituted as well */
static size_t closing(struct slice text, char open, char close, bool *has_more)
{
    int depth = 1;

    *has_more = false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.p[i], next = i + 1 < text.len ? text.p[i + 1] : '\0';

        if (c == '$' && (next == '{' || next == '['))
            *has_more = true;
        depth += c == open ? 1 : c == close ? -1 : 0;
        if (depth == 0)
            return i;
    }
    return text.len;
}

static int subst(struct plan_env env, struct slice text, struct buf *out);

/* What stands in "${inner}" or "$[inner]", already substituted itself. */
static int evaluate(const struct plan_env *env, char kind, struct slice inner, struct buf *out)
{
    int err = kind == '{' ? plan_value_get(env, inner, out) : plan_expr(inner, call_of(env), out);

    return err == ENOMEM || err == ENOSPC ? err : 0;
}

static int subst_inner(const struct plan_env *env, char kind, struct slice inner, bool has_more,
                       struct buf *out)
{
    struct buf text;
    int err;

    if (!has_more)
        return evaluate(env, kind, inner, out);
    buf_init(&text, PLAN_TEXT_MAX);
    err = subst(*env, inner, &text);
    if (err != ENOMEM)
        err = evaluate(env, kind, buf_slice(&text), out);
    buf_fini(&text);
    return err;
}

static int subst(struct plan_env env, struct slice text, struct buf *out)
{
    if (++env.depth > PLAN_DEPTH_MAX) {
        warn(&env, "variables nested too deep", text);
        return 0;
    }
    while (text.len) {
        const char *dollar = memchr(text.p, '$', text.len);
        size_t plain = dollar ? (size_t)(dollar - text.p) : text.len, end;
        char kind = dollar && plain + 1 < text.len ? dollar[1] : '\0';
        bool has_more;
        int err;

        if (kind != '{' && kind != '[') {
            plain += dollar ? 1 : 0;
            buf_add(out, text.p, plain);
            text = slice_skip(text, plain);
            continue;
        }
        buf_add(out, text.p, plain);
        text = slice_skip(text, plain + 2);
        end = closing(text, kind, kind == '{' ? '}' : ']', &has_more);
        if (end == text.len)
            warn(&env, kind == '{' ? "missing } in the routing" : "missing ] in the routing", text);
        err = subst_inner(&env, kind, slice_from(text.p, end), has_more, out);
        if (err)
            return err;
        text = slice_skip(text, end + 1);
    }
    return buf_err(out);
}

/* Texts that evaluate texts double with each level. @return whether there were too many */
static bool is_once_more_too_much(const struct plan_env *env, struct slice text)
{
    if (!env->depth) {
        env->core->evaluations = 0;
        return false;
    }
    if (++env->core->evaluations <= PLAN_EVALUATIONS_MAX)
        return false;
    if (env->core->evaluations == PLAN_EVALUATIONS_MAX + 1)
        warn(env,
             "texts evaluate one another (EVAL) more than 1,000 times in one step of the routing, "
             "the rest stays empty",
             text);
    return true;
}

int plan_subst(const struct plan_env *env, struct slice text, struct buf *out)
{
    int err = is_once_more_too_much(env, text) ? 0 : subst(*env, text, out);

    if (err == ENOSPC)
        warn(env, "text of the routing longer than 64 KiB, cut", text);
    return err;
}

struct slice plan_substring(struct slice value, int64_t offset, int64_t length)
{
    int64_t len = (int64_t)value.len;

    if (offset < 0)
        offset = offset + len < 0 ? 0 : offset + len;
    if (offset >= len)
        return slice_from("", 0);
    if (length < 0)
        length = len - offset + length < 0 ? 0 : len - offset + length;
    if (length > len - offset)
        length = len - offset;
    return slice_from(value.p + offset, (size_t)length);
}

/* "NAME:2:3" cut into its name and numbers. */
struct reference {
    struct slice name;
    bool is_function;
    int64_t offset, length;
};

static void parse_part(struct reference *r, struct slice part)
{
    char text[64];
    int offset = 0, length = INT_MAX;

    slice_copy(part, text, sizeof(text));
    sscanf(text, "%9d:%9d", &offset, &length);
    r->offset = offset;
    r->length = length;
}

static struct reference reference_of(struct slice text)
{
    struct reference r = {.name = text, .length = INT_MAX};
    int parens = 0;

    for (size_t i = 0; i < text.len; i++) {
        char c = text.p[i];

        parens += c == '(' ? 1 : c == ')' ? -1 : 0;
        r.is_function = r.is_function || c == '(';
        if (c == ':' && parens == 0) {
            r.name.len = i;
            parse_part(&r, slice_skip(text, i + 1));
            break;
        }
    }
    return r;
}

/* Read or write NAME(args). */
static int with_function(const struct plan_env *env, struct slice name, struct slice *value,
                         struct buf *out)
{
    struct slice args, bare = slice_trim(slice_cut(name, '(', &args));
    const struct plan_func *f = plan_func_find(env->core, bare);
    ptrdiff_t end = -1;
    char *copy;
    int err;

    for (size_t i = args.len; i-- > 0 && end < 0;)
        end = args.p[i] == ')' ? (ptrdiff_t)i : -1;
    if (end < 0)
        warn(env, "no closing parenthesis of a function", name);
    else
        args.len = (size_t)end;
    if (!f) {
        warn(env, "no such function", name);
        plan_dry_lacks(env, bare);
        return ENOENT;
    }
    if (value ? !f->write : !f->read) {
        warn(env, value ? "function cannot be set" : "function cannot be read", name);
        return EACCES;
    }
    copy = mem_strndup(args.p, args.len);
    if (!copy)
        return ENOMEM;
    if (plan_dry_takes(env, f->name, copy, value))
        err = 0;
    else
        err = value ? f->write(env, copy, *value) : f->read(env, copy, out);
    mem_free(copy);
    return err;
}

static int get_whole(const struct plan_env *env, const struct reference *r, struct buf *out)
{
    if (r->is_function)
        return with_function(env, r->name, NULL, out);
    return plan_var_get(env, r->name, out);
}

int plan_value_get(const struct plan_env *env, struct slice name, struct buf *out)
{
    struct reference r = reference_of(name);
    struct plan_env inner = *env;
    struct buf whole;
    struct slice part;
    int err;

    if (++inner.depth > PLAN_DEPTH_MAX + 1)
        return 0;
    if (r.offset == 0 && r.length == INT_MAX)
        return get_whole(&inner, &r, out);
    buf_init(&whole, PLAN_TEXT_MAX);
    err = get_whole(&inner, &r, &whole);
    part = plan_substring(buf_slice(&whole), r.offset, r.length);
    if (!err)
        err = buf_adds(out, part);
    buf_fini(&whole);
    return err;
}

int plan_var_set(const struct plan_env *env, struct slice name, struct slice value)
{
    int err;

    if (name.len && name.p[name.len - 1] == ')' && slice_chr(name, '(') >= 0)
        return with_function(env, name, &value, NULL);
    if (!slice_is_set(value))
        value = SLICE("");
    err = env->channel ? channel_var_set(env->channel, name, value)
                       : plan_global_set(env->core, name, value);
    if (err == EINVAL)
        warn(env, "a variable needs a name", name);
    if (err == ENOSPC)
        warn(env, "variable not set, too long or too many", name);
    return err;
}

int plan_expand_caret(const struct plan_env *env, struct slice text, struct buf *out)
{
    while (text.len) {
        const char *caret = memmem(text.p, text.len, "^{", 2);
        size_t plain = caret ? (size_t)(caret - text.p) : text.len;
        const char *end = caret ? memchr(caret, '}', text.len - plain) : NULL;
        struct slice name;

        if (!end)
            return buf_adds(out, text);
        buf_add(out, text.p, plain);
        name = slice_from(caret + 2, (size_t)(end - caret) - 2);
        if (slice_chr(name, '(') >= 0)
            warn(env, "only variables can stand in ^{}", name);
        else if (plan_value_get(env, name, out) == ENOMEM)
            return ENOMEM;
        text = slice_skip(text, (size_t)(end - text.p) + 1);
    }
    return buf_err(out);
}
