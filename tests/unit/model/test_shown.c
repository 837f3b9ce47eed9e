/* Fields: each one that is obeyed is shown by a test that names its column. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "model/field.h"
#include "unit.h"

/* Rows that no test shows yet; this list only shrinks. */
/* clang-format off */
static const char *const not_yet[] = {
    "static_pjsip.cat_metric",
    "static_pjsip.var_metric",
    "static_pjsip.commented",
    "static_pjsip.filename",
    "static_pjsip.category",
    "static_pjsip.var_name",
    "static_pjsip.var_val",
    "static_sorcery.cat_metric",
    "static_sorcery.var_metric",
    "static_sorcery.commented",
    "static_sorcery.filename",
    "static_sorcery.category",
    "static_sorcery.var_name",
    "static_sorcery.var_val",
    "static_extensions.cat_metric",
    "static_extensions.var_metric",
    "static_extensions.commented",
    "static_extensions.filename",
    "static_extensions.category",
    "static_extensions.var_name",
    "static_extensions.var_val",
    "realtime_extensions.context",
    "realtime_extensions.exten",
    "realtime_extensions.priority",
    "realtime_extensions.label",
    "realtime_extensions.app",
    "realtime_extensions.appdata",
    "musiconhold.mode",
    "musiconhold.directory",
    "musiconhold.sort",
    "settings.language",
    "settings.user_agent",
    "settings.realm",
    "settings.rtp_start",
    "settings.rtp_end",
    "settings.max_channels",
    "settings.overload_ms",
    NULL,
};
/* clang-format on */

static bool is_not_yet(const char *place)
{
    for (const char *const *p = not_yet; *p; p++)
        if (strcmp(*p, place) == 0)
            return true;
    return false;
}

static bool file_names(const char *path, const char *column)
{
    FILE *f = fopen(path, "re");
    char line[4096];
    bool has_it = false;

    while (f && !has_it && fgets(line, sizeof(line), f))
        has_it = strstr(line, column) != NULL;
    if (f)
        fclose(f);
    return has_it;
}

/* @return false (and says why): the row is not as it should be */
static bool is_shown(const struct model_type *t, const struct model_field *f)
{
    char place[200];

    snprintf(place, sizeof(place), "%s.%s", t->table, f->column);
    if (!f->shown && is_not_yet(place))
        return true;
    if (f->shown && !is_not_yet(place) && file_names(f->shown, f->column))
        return true;
    fprintf(stderr, "    \"%s\", shown by %s\n", place, f->shown ? f->shown : "nothing");
    return false;
}

static int every_field_that_is_obeyed_is_shown(void)
{
    unsigned bad = 0;

    for (const struct model_type *t = model_types; t->name; t++)
        for (const struct model_field *f = t->fields; f->column; f++)
            if (f->state == MODEL_OBEYED && !t->is_later)
                bad += !is_shown(t, f);
    CHECK(bad == 0);
    return 0;
}

UNIT_TESTS(UNIT(every_field_that_is_obeyed_is_shown))
