/* rest/route_openapi.c - what REST answers, as OpenAPI 3.1: from the routes and the field tables */
#include <string.h>

#include "rest/all.h"
#include "rest/call.h"
#include "rest/schema.h"

static bool is_first(size_t table, const struct rest_route *route)
{
    for (size_t t = 0; t <= table; t++)
        for (const struct rest_route *r = rest_tables[t]; r->method && r != route; r++)
            if (strcmp(r->path, route->path) == 0)
                return false;
    return true;
}

static void put_parameter(struct jout *j, struct slice name, const char *in)
{
    jout_open(j, '{');
    jout_put_text(j, "name", name);
    jout_put_textz(j, "in", in);
    jout_put_bool(j, "required", strcmp(in, "path") == 0);
    jout_key(j, "schema");
    jout_raw(j, SLICE("{\"type\":\"string\"}"));
    jout_close(j, '}');
}

static void put_parameters(struct jout *j, const struct rest_route *r)
{
    struct slice rest = slice_of(r->path);

    jout_key(j, "parameters");
    jout_open(j, '[');
    while (slice_is_set(rest)) {
        const struct slice part = slice_cut(rest, '/', &rest);

        if (part.len > 2 && part.p[0] == '{')
            put_parameter(j, slice_from(part.p + 1, part.len - 2), "path");
    }
    rest = r->query && r->query[0] != '*' ? slice_of(r->query) : SLICE_NONE;
    while (rest.len)
        put_parameter(j, slice_cut(rest, ',', &rest), "query");
    jout_close(j, ']');
}

static void put_body(struct jout *j, const struct rest_route *r)
{
    jout_key(j, "requestBody");
    jout_open(j, '{');
    jout_key(j, "content");
    jout_open(j, '{');
    jout_key(j, r->is_raw ? "application/octet-stream" : "application/json");
    jout_open(j, '{');
    if (!r->is_raw && r->body && r->body[0] == '{') {
        jout_key(j, "example");
        jout_raw(j, slice_of(r->body));
    }
    jout_close(j, '}');
    jout_close(j, '}');
    jout_close(j, '}');
}

static void put_roles(struct jout *j, const struct rest_route *r)
{
    static const struct {
        unsigned bit;
        const char *name;
    } names[] = {{REST_ANYBODY, "anybody"},       {REST_API_KEY, "key"},
                 {REST_ADMIN, "administrator"},   {REST_MANAGER, "manager"},
                 {REST_SUPERVISOR, "supervisor"}, {REST_USER, "user"},
                 {REST_AUDITOR, "auditor"}};

    jout_key(j, "x-who");
    jout_open(j, '[');
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (r->who & names[i].bit)
            jout_textz(j, names[i].name);
    jout_close(j, ']');
}

static void put_route(struct rest_call *c, struct jout *j, const struct rest_route *r)
{
    char method[12] = "";

    for (size_t i = 0; r->method[i] && i < sizeof(method) - 1; i++)
        method[i] = (char)(r->method[i] | 0x20);
    jout_key(j, method);
    jout_open(j, '{');
    jout_put_textz(j, "summary", rest_words(c, &r->says));
    put_roles(j, r);
    put_parameters(j, r);
    if (strcmp(r->method, "GET") != 0 && strcmp(r->method, "DELETE") != 0)
        put_body(j, r);
    jout_key(j, "responses");
    jout_raw(j, SLICE("{\"default\":{\"description\":\"docs/web.md\"}}"));
    jout_close(j, '}');
}

static void put_path(struct rest_call *c, struct jout *j, const char *path)
{
    jout_key(j, path);
    jout_open(j, '{');
    for (size_t t = 0; rest_tables[t]; t++)
        for (const struct rest_route *r = rest_tables[t]; r->method; r++)
            if (strcmp(r->path, path) == 0)
                put_route(c, j, r);
    jout_close(j, '}');
}

static void put_types(struct rest_call *c, struct jout *j)
{
    jout_key(j, "components");
    jout_open(j, '{');
    jout_key(j, "schemas");
    jout_open(j, '{');
    for (const struct rest_type *t = rest_types; t->name; t++) {
        if (!(t->reads & c->who.role))
            continue;
        jout_key(j, t->name);
        schema_put(j, t, c->who.role, c->is_ru ? "ru" : "en");
    }
    jout_close(j, '}');
    jout_close(j, '}');
}

static int show(struct rest_call *c)
{
    struct jout *j = &c->json;

    jout_open(j, '{');
    jout_put_textz(j, "openapi", "3.1.0");
    jout_key(j, "info");
    jout_raw(j, SLICE("{\"title\":\"Station\",\"version\":\"1\"}"));
    jout_key(j, "paths");
    jout_open(j, '{');
    for (size_t t = 0; rest_tables[t]; t++)
        for (const struct rest_route *r = rest_tables[t]; r->method; r++)
            if (is_first(t, r))
                put_path(c, j, r->path);
    jout_close(j, '}');
    put_types(c, j);
    jout_close(j, '}');
    return rest_reply(c, 200);
}

const struct rest_route rest_routes_openapi[] = {
    REST_ROUTE("GET", REST_BASE "/openapi.json", REST_EVERY_USER, show, "Описание REST (OpenAPI)",
               "What REST answers (OpenAPI)"),
    {0}};
