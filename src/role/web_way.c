/* role/web_way.c - see web_way.h */
#include "role/web_way.h"

/* "/api" and what is below it, but not "/apis". */
static bool is_below(struct slice path, struct slice root)
{
    return slice_starts(path, root) && (path.len == root.len || path.p[root.len] == '/');
}

enum web_way web_way(struct slice face, struct slice path)
{
    if (slice_eqz(face, "manager"))
        return WEB_WAY_MANAGER;
    if (slice_eqz(face, "pbx") && (is_below(path, SLICE("/pbx")) || is_below(path, SLICE("/api")) ||
                                   slice_eqz(path, "/metrics")))
        return WEB_WAY_REST;
    return WEB_WAY_NONE;
}
