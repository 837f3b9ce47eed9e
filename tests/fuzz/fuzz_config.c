/* fuzz_config.c - UpdateConfig's operations on any file, written into a database, and GetConfig's filter; the
   first line names the file, each other one is an operation: its texts, parted by | */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bug.h"
#include "manager/config_edit.h"
#include "model/schema.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define TEXTS 7

static struct db *open_db(void)
{
    static const char rows[] =
        "INSERT INTO ps_endpoints (id, aors, allow, set_var) VALUES ('a', 'a', 'alaw', 'A=1;B=2');"
        "INSERT INTO ps_auths (id, auth_type, username, password) VALUES ('a', 'userpass', 'a', 'pw');"
        "INSERT INTO realtime_extensions (context, exten, priority, app, appdata) VALUES "
        "('a', '1', 1, 'Answer', ''), ('a', '1', 2, 'Wait', '1'), ('a', '_X.', 1, 'Hangup', '');"
        "INSERT INTO static_extensions (category, filename, var_name, var_val) VALUES "
        "('a', 'extensions.conf', 'include', 'b'), ('globals', 'extensions.conf', 'G', 'v');"
        "INSERT INTO acl (name, rules) VALUES ('a', 'deny=0.0.0.0/0,permit=10.0.0.0/8');"
        "INSERT INTO tones (name, list) VALUES ('a/busy', '425/500,0/500');"
        "INSERT INTO manager (name, secret, eventfilter) VALUES ('a', 'pw', 'x');";
    char path[] = "/dev/shm/station-fuzz-XXXXXX";
    struct db *d = NULL;
    int fd = mkstemp(path);

    if (fd < 0)
        exit(1);
    close(fd);
    if (db_open(&d, path, DB_WRITE) || db_run(d, "PRAGMA synchronous=OFF") ||
        store_migrate(d, model_migrations) || db_run(d, rows))
        exit(1);
    unlink(path);
    return d;
}

/* Texts of one operation, copied so that each ends where it ends. */
static void op_make(struct config_op *op, struct slice line, struct arena *a)
{
    const char **const to[TEXTS] = {&op->action, &op->cat,  &op->var,    &op->value,
                                    &op->match,  &op->line, &op->options};

    for (int i = 0; i < TEXTS; i++) {
        const struct slice text = slice_is_set(line) ? slice_cut(line, '|', &line) : SLICE("");

        *to[i] = arena_strndup(a, text.p, text.len);
    }
}

static void write_back(struct model_config *c, struct db *d)
{
    struct buf why;
    int err;

    buf_init(&why, 4096);
    err = model_config_write(c, d, &why);
    BUG_IF(err == EIO || err == EBADMSG);
    BUG_IF(err == EINVAL && !why.len); /* the database did not understand what was made of it */
    buf_fini(&why);
}

static void filter(const struct model_config *c, struct slice text)
{
    struct config_filter *f;

    if (config_filter_alloc(&f, text))
        exit(1);
    for (struct model_config_category *cat = model_config_next(c, NULL, SLICE_NONE); cat;
         cat = model_config_next(c, cat, SLICE_NONE))
        (void)config_filter_fits(f, cat);
    mem_deref(f);
}

static void run(const struct model_config_file *file, struct slice rest, struct db *d,
                struct arena *a)
{
    struct model_config *c = NULL;
    struct config_op op;

    if (model_config_alloc(&c, file) || model_config_read(c, d, SLICE_NONE))
        exit(1);
    while (slice_is_set(rest)) {
        op_make(&op, slice_cut(rest, '\n', &rest), a);
        if (config_edit(c, &op))
            break;
        filter(c, slice_of(op.options));
    }
    if (!slice_is_set(rest))
        write_back(c, d);
    mem_deref(c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct db *d;
    struct slice rest, name = slice_cut(slice_from((const char *)data, size), '\n', &rest);
    const struct model_config_file *file = model_config_file_find(name);
    struct arena a;

    if (!d)
        d = open_db();
    if (!file || size > 20000 || memchr(data, '\0', size))
        return 0;
    arena_init(&a, 1u << 20);
    if (db_begin(d))
        exit(1);
    run(file, rest, d, &a);
    db_rollback(d);
    arena_fini(&a);
    return 0;
}
