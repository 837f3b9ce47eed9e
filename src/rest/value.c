/* rest/value.c - see value.h */
#include "rest/value.h"

#include <errno.h>
#include <inttypes.h>

#include "base/truth.h"

bool rest_value_is_list(const struct model_field *f)
{
    switch (f->kind) {
    case MODEL_ENUMS:
    case MODEL_NAMES:
    case MODEL_ALLOW:
    case MODEL_DISALLOW:
    case MODEL_NETS:
    case MODEL_HOSTS: return true;
    default: return false;
    }
}

const char *rest_value_type(const struct model_field *f)
{
    switch (f->kind) {
    case MODEL_BOOL: return "boolean";
    case MODEL_INT: return "integer";
    case MODEL_SECONDS: return "number";
    default: return rest_value_is_list(f) ? "array" : "string";
    }
}

static void put_list(struct jout *j, struct slice v)
{
    jout_open(j, '[');
    while (slice_is_set(v)) {
        const struct slice one = slice_trim(slice_cut(v, ',', &v));

        if (one.len)
            jout_text(j, one);
    }
    jout_close(j, ']');
}

/* "3.0" and "-7", but nothing that JSON would not take for a number. */
static bool is_number(struct slice v)
{
    size_t i = v.len && v.p[0] == '-';
    const size_t first = i;
    size_t points = 0;

    for (; i < v.len; i++) {
        if (v.p[i] == '.')
            points++;
        else if (v.p[i] < '0' || v.p[i] > '9')
            return false;
    }
    return v.len > first && v.len < 19 && points < 2 && v.p[first] != '.' &&
           v.p[v.len - 1] != '.' &&
           (v.p[first] != '0' || v.len == first + 1 || v.p[first + 1] == '.');
}

void rest_value_put(struct jout *j, const struct model_field *f, struct slice v)
{
    bool yes;

    if (!v.len)
        jout_null(j);
    else if (model_field_is_secret(f))
        jout_textz(j, REST_HIDDEN);
    else if (f->kind == MODEL_BOOL && truth_parse(v, &yes) == 0)
        jout_bool(j, yes);
    else if ((f->kind == MODEL_INT || f->kind == MODEL_SECONDS) && is_number(v))
        jout_raw(j, v);
    else if (rest_value_is_list(f))
        put_list(j, v);
    else
        jout_text(j, v);
}

static int list_text(const json_t *v, struct buf *out)
{
    const json_t *one;
    size_t i;

    json_array_foreach(v, i, one)
    {
        if (!json_is_string(one) ||
            slice_chr(slice_from(json_string_value(one), json_string_length(one)), ',') >= 0)
            return EINVAL;
        if (i)
            buf_addc(out, ',');
        buf_add(out, json_string_value(one), json_string_length(one));
    }
    return buf_err(out);
}

int rest_value_text(const struct model_field *f, const json_t *v, struct buf *out)
{
    if (json_is_null(v))
        return 0;
    if (json_is_string(v))
        return buf_add(out, json_string_value(v), json_string_length(v));
    if (json_is_boolean(v) && f->kind == MODEL_BOOL)
        return buf_addz(out, json_is_true(v) ? "yes" : "no");
    if (json_is_integer(v) && (f->kind == MODEL_INT || f->kind == MODEL_SECONDS))
        return buf_printf(out, "%" JSON_INTEGER_FORMAT, json_integer_value(v));
    if (json_is_real(v) && f->kind == MODEL_SECONDS)
        return buf_printf(out, "%.3f", json_real_value(v));
    if (json_is_array(v) && rest_value_is_list(f))
        return list_text(v, out);
    return EINVAL;
}
