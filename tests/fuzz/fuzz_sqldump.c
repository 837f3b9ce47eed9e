/* fuzz_sqldump.c - a dump of tables of somebody else's (import/sqldump.h) */
#include "base/bug.h"
#include "base/buf.h"
#include "import/sqldump.h"
#include "base/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static int on_row(const struct sqldump_row *row, void *arg)
{
    struct buf json;

    BUG_IF(!row->table || !row->line);
    buf_init(&json, 1u << 20);
    for (unsigned i = 0; row->columns[i]; i++)
        (void)utf8_json(row->values[i], &json);
    BUG_IF(!buf_err(&json) && !utf8_is_valid(buf_slice(&json)));
    buf_fini(&json);
    return 0;
}

static void on_trouble(uint32_t line, struct slice what, bool is_wrong, const char *ru,
                       const char *en, void *arg)
{
    BUG_IF(!line || !ru || !en || what.len > 1000);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    const struct sqldump_args args = {.row = on_row, .trouble = on_trouble};

    (void)sqldump_parse(slice_from((const char *)bytes, len), &args);
    return 0;
}
