/* exten.c - see exten.h */
#include <errno.h>

#include "model/exten.h"

/* Cut at the first comma that is in no bracket: a pattern may hold one, "_[1,2]X". */
static struct slice cut_exten(struct slice s, struct slice *rest)
{
    int depth = 0;

    for (size_t i = 0; i < s.len; i++) {
        if (s.p[i] == '[')
            depth++;
        else if (s.p[i] == ']' && depth > 0)
            depth--;
        else if (s.p[i] == ',' && depth == 0) {
            *rest = slice_skip(s, i + 1);
            return slice_from(s.p, i);
        }
    }
    *rest = SLICE_NONE;
    return s;
}

static int fail(struct model_words *why, const char *ru, const char *en)
{
    if (why)
        *why = (struct model_words){ru, en};
    return EINVAL;
}

static int parse_number(struct model_exten_line *l, struct slice s, struct model_words *why)
{
    struct slice plus;
    uint32_t n;

    if (slice_caseeqz(s, "hint")) {
        l->kind = MODEL_PRIO_HINT;
        l->number = 0;
        return 0;
    }
    s = slice_cut(s, '+', &plus);
    if (slice_caseeqz(s, "n") || slice_caseeqz(s, "next") || slice_caseeqz(s, "s") ||
        slice_caseeqz(s, "same")) {
        l->kind = (s.p[0] | 32) == 'n' ? MODEL_PRIO_NEXT : MODEL_PRIO_SAME;
        n = l->kind == MODEL_PRIO_NEXT ? 1 : 0;
        if (slice_is_set(plus) && (slice_u32(slice_trim(plus), &n) != 0 || n > 1000000))
            return fail(why, "после + в приоритете нет числа", "no number after + of the priority");
        l->number = (int32_t)n;
        return 0;
    }
    if (slice_is_set(plus) || slice_u32(s, &n) != 0 || n == 0 || n > 1000000)
        return fail(why, "приоритет - не число от 1 и не n, s или hint",
                    "the priority is neither a number from 1 nor n, s or hint");
    l->kind = MODEL_PRIO_NUMBER;
    l->number = (int32_t)n;
    return 0;
}

static int parse_priority(struct model_exten_line *l, struct slice s, struct model_words *why)
{
    struct slice label;

    s = slice_trim(s);
    s = slice_cut(s, '(', &label);
    if (slice_is_set(label)) {
        if (label.len < 2 || label.p[label.len - 1] != ')')
            return fail(why, "у метки нет закрывающей скобки", "the label has no closing bracket");
        l->label = slice_trim(slice_from(label.p, label.len - 1));
    }
    return parse_number(l, slice_trim(s), why);
}

/* "App(data)", "App,data" or "App". The bracket that closes is the last of the line. */
static int parse_app(struct model_exten_line *l, struct slice s, struct model_words *why)
{
    ptrdiff_t open = slice_chr(s, '('), comma = slice_chr(s, ',');

    if (open >= 0 && (comma < 0 || open < comma)) {
        l->app = slice_trim(slice_from(s.p, (size_t)open));
        s = slice_skip(s, (size_t)open + 1);
        if (s.len == 0 || s.p[s.len - 1] != ')')
            return fail(why, "у параметров приложения нет закрывающей скобки",
                        "the application's parameters have no closing bracket");
        l->appdata = slice_from(s.p, s.len - 1);
    } else {
        l->app = slice_trim(slice_cut(s, ',', &l->appdata));
        if (!slice_is_set(l->appdata))
            l->appdata = slice_from(s.p + s.len, 0);
    }
    if (l->app.len == 0)
        return fail(why, "нет приложения", "no application");
    return 0;
}

int model_exten_parse(struct model_exten_line *l, struct slice line, bool is_same,
                      struct model_words *why)
{
    struct slice rest = slice_trim(line), prio;
    int err;

    *l = (struct model_exten_line){0};
    if (!is_same) {
        l->exten = slice_trim(cut_exten(rest, &rest));
        if (l->exten.len == 0)
            return fail(why, "нет расширения", "no extension");
        if (!slice_is_set(rest))
            return fail(why, "нет приоритета", "no priority");
        l->exten = slice_trim(slice_cut(l->exten, '/', &l->cid));
        if (l->exten.len == 0)
            return fail(why, "нет расширения", "no extension");
    }
    prio = slice_cut(rest, ',', &rest);
    err = parse_priority(l, prio, why);
    if (err)
        return err;
    rest = slice_trim(rest);
    if (!slice_is_set(rest) || rest.len == 0)
        return fail(why, "нет приложения", "no application");
    if (l->kind == MODEL_PRIO_HINT) { /* a device, perhaps several with & */
        l->app = rest;
        l->appdata = slice_from(rest.p + rest.len, 0);
        return 0;
    }
    return parse_app(l, rest, why);
}
