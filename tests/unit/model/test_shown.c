/* Fields: each one that is obeyed is shown by a test that names its column. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "model/field.h"
#include "unit.h"

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
    if (f->shown && file_names(f->shown, f->column))
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

static int every_other_field_says_what_it_comes_with(void)
{
    unsigned bad = 0;

    for (const struct model_type *t = model_types; t->name; t++)
        for (const struct model_field *f = t->fields; f->column; f++) {
            bool is_later = f->state == MODEL_LATER || f->state == MODEL_REFUSED;

            if (is_later == (model_subject(f->subject) != NULL))
                continue;
            fprintf(stderr, "    %s.%s\n", t->table, f->column);
            bad++;
        }
    CHECK(bad == 0);
    return 0;
}

UNIT_TESTS(UNIT(every_other_field_says_what_it_comes_with),
           UNIT(every_field_that_is_obeyed_is_shown))
