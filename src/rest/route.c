/* rest/route.c - see route.h */
#include "rest/route.h"

#include <string.h>

#include "rest/all.h"

/* clang-format off */
const struct rest_route *const rest_tables[] = {
    rest_routes_api,
    rest_routes_bulk,
    rest_routes_calls,
    rest_routes_card,
    rest_routes_check,
    rest_routes_guide,
    rest_routes_live,
    rest_routes_music,
    rest_routes_object,
    rest_routes_openapi,
    rest_routes_overview,
    rest_routes_profile,
    rest_routes_routing,
    rest_routes_service,
    rest_routes_sound,
    rest_routes_session,
    rest_routes_settings,
    rest_routes_setup,
    rest_routes_sheet,
    rest_routes_trunk,
    rest_routes_wizard,
    NULL,
};
/* clang-format on */

static bool is_param(struct slice part)
{
    return part.len > 2 && part.p[0] == '{' && part.p[part.len - 1] == '}';
}

/* @return how well it fits: 0 not at all, else 1 more for each fixed part */
static int fit(const char *pattern, struct slice path, struct slice params[REST_PARAMS])
{
    struct slice wanted = slice_of(pattern);
    int n = 0, points = 1;

    while (slice_is_set(wanted) && slice_is_set(path)) {
        const struct slice want = slice_cut(wanted, '/', &wanted);
        const struct slice have = slice_cut(path, '/', &path);

        if (is_param(want) && have.len && n < REST_PARAMS)
            params[n++] = have;
        else if (slice_eq(want, have))
            points++;
        else
            return 0;
    }
    if (slice_is_set(wanted) || slice_is_set(path))
        return 0;
    for (; n < REST_PARAMS; n++)
        params[n] = SLICE_NONE;
    return points;
}

static bool has_method(const struct rest_route *r, struct slice method)
{
    return slice_eqz(method, r->method) ||
           (slice_eqz(method, "HEAD") && strcmp(r->method, "GET") == 0);
}

const struct rest_route *rest_route_find(struct slice method, struct slice path,
                                         struct slice params[REST_PARAMS], bool *is_known)
{
    const struct rest_route *best = NULL;
    struct slice found[REST_PARAMS];
    int most = 0;

    *is_known = false;
    for (size_t t = 0; rest_tables[t]; t++)
        for (const struct rest_route *r = rest_tables[t]; r->method; r++) {
            const int points = fit(r->path, path, found);

            *is_known |= points > 0;
            if (points > most && has_method(r, method)) {
                most = points;
                best = r;
                memcpy(params, found, sizeof(found));
            }
        }
    return best;
}
