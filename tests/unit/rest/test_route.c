/* rest/route.h: which route a path has; that each says who may, and what for */
#include "rest/route.h"

#include <string.h>

#include "unit.h"

static bool asks(const char *method, const char *path, const char *pattern, bool is_known)
{
    struct slice params[REST_PARAMS];
    bool known;
    const struct rest_route *r = rest_route_find(slice_of(method), slice_of(path), params, &known);

    if (known != is_known || !pattern != !r)
        return false;
    return !r || strcmp(r->path, pattern) == 0;
}

static int paths_have_routes(void)
{
    CHECK(asks("GET", REST_BASE "/session", REST_BASE "/session", true));
    CHECK(asks("HEAD", REST_BASE "/session", REST_BASE "/session", true));
    CHECK(asks("BREW", REST_BASE "/session", NULL, true));
    CHECK(asks("GET", REST_BASE "/session/x/y", NULL, false));
    CHECK(asks("GET", REST_BASE "//session", NULL, false));
    CHECK(asks("GET", REST_BASE "/a/b/c/d", NULL, false));
    CHECK(asks("GET", "", NULL, false));
    return 0;
}

/* Who writes is known, or says why not; nobody's routes and users' ones are not mixed. */
static int every_route_is_declared(void)
{
    for (size_t t = 0; rest_tables[t]; t++)
        for (const struct rest_route *r = rest_tables[t]; r->method; r++) {
            CHECK(r->who != 0 && r->handle != NULL);
            CHECK(r->says.ru && r->says.en && r->says.ru[0] && r->says.en[0]);
            CHECK(!(r->who & REST_ANYBODY) || r->who == REST_ANYBODY);
            CHECK(strcmp(r->method, "GET") != 0 || !r->body);
            CHECK(asks(r->method, r->path, r->path, true));
        }
    return 0;
}

UNIT_TESTS(UNIT(paths_have_routes), UNIT(every_route_is_declared))
