/* rest/api.c - see api.h */
#include "rest/api.h"

#include <errno.h>
#include <string.h>

#include "rest/inner.h"
#include "rest/json.h"

/* ---- parameters ---- */

static bool is_type(const struct rest_call *c, const char *wanted)
{
    struct slice rest;

    return slice_caseeqz(
        slice_trim(slice_cut(http_request_header(c->request, "Content-Type"), ';', &rest)), wanted);
}

int api_ask_init(struct api_ask *a, struct rest_call *c)
{
    static const struct model_words no_json = {"Тело запроса - не объект JSON.",
                                               "The body is no JSON object."};
    static const struct model_words no_form = {
        "Тело запроса - форма (application/x-www-form-urlencoded) или JSON.",
        "The body is a form (application/x-www-form-urlencoded) or JSON."};
    const struct slice body = http_request_body(c->request);

    a->call = c;
    a->json = NULL;
    form_init(&a->form);
    if (!slice_trim(body).len)
        return 0;
    if (is_type(c, "application/json")) {
        a->json = rest_json_read(body, 0);
        return json_is_object(a->json) ? 0 : rest_say(c, REST_MALFORMED, &no_json);
    }
    if (!is_type(c, "application/x-www-form-urlencoded"))
        return rest_say(c, REST_MEDIA_TYPE, &no_form);
    return form_add(&a->form, body);
}

void api_ask_fini(struct api_ask *a)
{
    form_fini(&a->form);
    json_decref(a->json);
}

static struct slice of_json(struct api_ask *a, const json_t *v)
{
    char number[32];
    char *copy;

    if (json_is_string(v))
        return slice_from(json_string_value(v), json_string_length(v));
    if (json_is_boolean(v))
        return slice_of(json_is_true(v) ? "true" : "false");
    if (!json_is_integer(v))
        return SLICE_NONE;
    snprintf(number, sizeof(number), "%lld", (long long)json_integer_value(v));
    copy = arena_strndup(&a->call->arena, number, strlen(number));
    return copy ? slice_of(copy) : SLICE_NONE;
}

struct slice api_get(struct api_ask *a, const char *name)
{
    struct slice value = rest_query(a->call, name);

    if (!slice_is_set(value))
        value = form_get(&a->form, name);
    if (!slice_is_set(value) && a->json)
        value = of_json(a, json_object_get(a->json, name));
    return value;
}

int api_want(struct api_ask *a, const char *name, struct slice *value)
{
    static const struct model_words wanted = {"Нет обязательного параметра %s.",
                                              "Parameter %s is required."};

    *value = slice_trim(api_get(a, name));
    return value->len ? 0 : api_wrong(a->call, REST_INVALID, name, &wanted);
}

int api_wrong(struct rest_call *c, int kind, const char *name, const struct model_words *w)
{
    const char *says = rest_words(c, w), *at = strstr(says, "%s");
    const size_t size = strlen(says) + strlen(name) + 1;
    char *text = arena_alloc(&c->arena, size);

    if (!text)
        return ENOMEM;
    if (at)
        snprintf(text, size, "%.*s%s%s", (int)(at - says), says, name, at + 2);
    else
        snprintf(text, size, "%s", says);
    c->detail = text;
    return kind;
}

bool api_is_path(struct slice path)
{
    return slice_starts(path, SLICE("/pbx" API_BASE "/")) ||
           slice_starts(path, SLICE(API_BASE "/"));
}

const char *api_group(const struct rest_call *c)
{
    return c->who.has_all ? NULL : c->who.group_count ? c->who.groups[0] : "";
}

/* ---- the engine's answers ---- */

struct slice api_message_next(struct slice *text)
{
    struct slice rest = *text, all = *text;

    while (slice_is_set(rest)) {
        const struct slice line = slice_cut(rest, '\n', &rest);

        if (slice_trim(line).len || line.p == all.p)
            continue;
        *text = slice_is_set(rest) ? rest : SLICE_NONE;
        return slice_from(all.p, (size_t)(line.p - all.p));
    }
    *text = SLICE_NONE;
    return SLICE_NONE;
}

bool api_line_next(struct slice *message, struct slice *name, struct slice *value)
{
    while (slice_is_set(*message)) {
        struct slice line = slice_cut(*message, '\n', message);

        if (line.len && line.p[line.len - 1] == '\r')
            line.len--;
        *name = slice_cut(line, ':', value);
        if (!slice_is_set(*value))
            continue;
        if (value->len && value->p[0] == ' ')
            *value = slice_skip(*value, 1);
        return true;
    }
    return false;
}

struct slice api_line(struct slice message, const char *name)
{
    struct slice have, value;

    while (api_line_next(&message, &have, &value))
        if (slice_caseeqz(have, name))
            return value;
    return SLICE_NONE;
}
