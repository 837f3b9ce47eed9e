#include "file.h"
#include "model/reference.h"

static int page_is_current(const char *language, const char *path)
{
    struct buf page;
    int err;

    buf_init(&page, 1u << 20);
    CHECK_OK_TO(model_reference_print(language, &page), out);
    err = file_is(path, &page, "STATION_WRITE_DOCS");
out:
    buf_fini(&page);
    return err;
}

static int the_russian_page_is_current(void)
{
    return page_is_current("ru", "docs/ru/fields.md");
}

static int the_english_page_is_current(void)
{
    return page_is_current("en", "docs/en/fields.md");
}

UNIT_TESTS(UNIT(the_russian_page_is_current), UNIT(the_english_page_is_current))
