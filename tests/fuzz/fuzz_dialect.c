/* fuzz_dialect.c - the line of a database server, and SQL that an administrator typed (store/where.h,
 * store/dialect.h) */
#include "base/bug.h"
#include "base/mem.h"
#include "store/dialect.h"
#include "store/where.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void cut_all(struct slice all)
{
    const char *end = all.p + all.len;

    while (all.len) {
        struct slice one = dialect_cut(all, &all);

        BUG_IF(all.p > end || all.p + all.len != end);
        BUG_IF(one.p + one.len > end);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    char *text = mem_strndup((const char *)bytes, len);
    struct db_server s;
    struct dialect to;

    if (!text)
        return 0;
    if (db_server_parse(&s, text) == 0)
        BUG_IF(!*s.user || !*s.name);
    buf_init(&to.sql, 1u << 20);
    if (dialect_translate(&to, text) == 0)
        BUG_IF(to.count > DIALECT_VALUES);
    buf_fini(&to.sql);
    cut_all(slice_of(text));
    mem_free(text);
    return 0;
}
