/* Which request of the web role is whose */
#include "role/web_way.h"

#include "unit.h"

static int goes_by_face_and_path(void)
{
    static const struct {
        const char *face, *path;
        enum web_way way;
    } cases[] = {
        {"manager", "/rawman", WEB_WAY_MANAGER},
        {"manager", "/nosuch", WEB_WAY_MANAGER},
        {"manager", "/pbx/api/v1/session", WEB_WAY_MANAGER}, /* who does not know it: 404 */
        {"pbx", "/pbx/api/v1/session", WEB_WAY_REST},
        {"pbx", "/api/index/check", WEB_WAY_REST},
        {"pbx", "/api", WEB_WAY_REST},
        {"pbx", "/metrics", WEB_WAY_REST},
        {"pbx", "/apis", WEB_WAY_NONE},
        {"pbx", "/metrics/x", WEB_WAY_NONE},
        {"pbx", "/rawman", WEB_WAY_NONE},
        {"pbx", "/asterisk/mxml", WEB_WAY_NONE},
        {"", "/rawman", WEB_WAY_NONE},
        {"other", "/pbx", WEB_WAY_NONE},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        CHECK(web_way(slice_of(cases[i].face), slice_of(cases[i].path)) == cases[i].way);
    CHECK(web_way(SLICE_NONE, SLICE("/rawman")) == WEB_WAY_NONE);
    return 0;
}

UNIT_TESTS(UNIT(goes_by_face_and_path))
