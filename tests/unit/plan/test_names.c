/* Names: what works is shown by a test, has its words in both languages, and stands on the manual's
   pages. The drivers' rows are looked at too. */
#include "file.h"
#include "pjsip/table.h"
#include "plan/names.h"

static int page_is_current(enum plan_name_kind kind, const char *language, const char *path)
{
    struct buf page;
    int err;

    buf_init(&page, 1u << 21);
    CHECK_OK_TO(plan_names_print(kind, pjsip_apps, pjsip_funcs, language, &page), out);
    err = file_is(path, &page, "STATION_WRITE_DOCS");
out:
    buf_fini(&page);
    return err;
}

static int the_pages_are_current(void)
{
    CHECK_OK(page_is_current(PLAN_NAME_APP, "ru", "docs/ru/applications.md"));
    CHECK_OK(page_is_current(PLAN_NAME_APP, "en", "docs/en/applications.md"));
    CHECK_OK(page_is_current(PLAN_NAME_FUNC, "ru", "docs/ru/functions.md"));
    CHECK_OK(page_is_current(PLAN_NAME_FUNC, "en", "docs/en/functions.md"));
    return 0;
}

static int row_is_shown(const char *name, const char *shown, const char *ru, const char *en)
{
    CHECK_OK(file_shows(shown, name));
    CHECK(ru && *ru && en && *en);
    return 0;
}

static int each_row_is_shown(void)
{
    int bad = 0;

    for (const struct plan_app *const *a = plan_apps; *a; a++)
        bad |= row_is_shown((*a)->name, (*a)->shown, (*a)->help_ru, (*a)->help_en);
    for (const struct plan_app *const *a = pjsip_apps; *a; a++)
        bad |= row_is_shown((*a)->name, (*a)->shown, (*a)->help_ru, (*a)->help_en);
    for (const struct plan_func *const *f = plan_funcs; *f; f++)
        bad |= row_is_shown((*f)->name, (*f)->shown, (*f)->help_ru, (*f)->help_en);
    for (const struct plan_func *const *f = pjsip_funcs; *f; f++)
        bad |= row_is_shown((*f)->name, (*f)->shown, (*f)->help_ru, (*f)->help_en);
    return bad;
}

static int names_are_in_order(const struct plan_name *n, int count)
{
    for (; n->name; n++, count--)
        CHECK(!n[1].name || strcasecmp(n->name, n[1].name) < 0);
    CHECK(count == 0);
    return 0;
}

static int every_name_of_asterisk_has_a_state(void)
{
    CHECK_OK(names_are_in_order(plan_names_of_apps, 170));
    CHECK_OK(names_are_in_order(plan_names_of_funcs, 192));
    CHECK(plan_name_state(NULL, PLAN_NAME_APP, SLICE("dial")) == PLAN_NAME_WORKS);
    CHECK(plan_name_state(NULL, PLAN_NAME_APP, SLICE("Queue")) == PLAN_NAME_LATER);
    CHECK(plan_name_state(NULL, PLAN_NAME_APP, SLICE("Stasis")) == PLAN_NAME_REFUSED);
    CHECK(plan_name_state(NULL, PLAN_NAME_APP, SLICE("Nosuch")) == PLAN_NAME_UNKNOWN);
    CHECK(plan_name_state(NULL, PLAN_NAME_FUNC, SLICE("len")) == PLAN_NAME_WORKS);
    CHECK(!strcmp(plan_name_why(PLAN_NAME_APP, SLICE("Queue"), "en"), "comes with queues"));
    CHECK(
        !strcmp(plan_name_why(PLAN_NAME_APP, SLICE("Queue"), "ru"), "появится вместе с очередями"));
    CHECK(!strcmp(plan_name_why(PLAN_NAME_APP, SLICE("Nosuch"), "ru"), ""));
    return 0;
}

static bool driver_has(const char *name)
{
    for (const struct plan_app *const *a = pjsip_apps; *a; a++)
        if (strcmp((*a)->name, name) == 0)
            return true;
    for (const struct plan_func *const *f = pjsip_funcs; *f; f++)
        if (strcmp((*f)->name, name) == 0)
            return true;
    return false;
}

static int names_and_rows_of_drivers_agree(void)
{
    const struct plan_name *const tables[] = {plan_names_of_apps, plan_names_of_funcs};

    for (size_t i = 0; i < 2; i++)
        for (const struct plan_name *n = tables[i]; n->name; n++) {
            if ((n->subject == PLAN_SUBJECT_DRIVER) != driver_has(n->name))
                fprintf(stderr, "%s: names_table.c and pjsip/table.c do not agree\n", n->name);
            CHECK((n->subject == PLAN_SUBJECT_DRIVER) == driver_has(n->name));
        }
    return 0;
}

UNIT_TESTS(UNIT_ONCE(the_pages_are_current), UNIT_ONCE(each_row_is_shown),
           UNIT(every_name_of_asterisk_has_a_state), UNIT(names_and_rows_of_drivers_agree))
