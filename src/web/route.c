/* web/route.c - see route.h */
#include "web/route.h"

static const struct web_route routes[] = {
    {"rawman", AMI_RAW, false}, {"mxml", AMI_XML, false}, {"manager", AMI_HTML, false},
    {"arawman", AMI_RAW, true}, {"amxml", AMI_XML, true}, {"amanager", AMI_HTML, true},
};

/* "/asterisk/Rawman/" is "rawman". */
struct slice web_route_page(struct slice path)
{
    struct slice rest = slice_skip(path, 1);
    const struct slice first = slice_cut(rest, '/', &rest);

    if (slice_caseeqz(first, "asterisk") && slice_is_set(rest))
        path = rest;
    else
        path = slice_skip(path, 1);
    if (path.len && path.p[path.len - 1] == '/')
        path.len--;
    return path;
}

const struct web_route *web_route_find(struct slice path)
{
    const struct slice page = web_route_page(path);

    for (size_t i = 0; i < sizeof(routes) / sizeof(routes[0]); i++)
        if (slice_caseeqz(page, routes[i].name))
            return &routes[i];
    return NULL;
}
