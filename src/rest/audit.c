/* audit.c - see audit.h */
#include "rest/audit.h"

static struct slice text_of(const char *z)
{
    return slice_of(z ? z : "");
}

/* A name that an outsider typed may be longer than its column. */
static struct slice cut(const char *z, size_t most)
{
    struct slice s = text_of(z);

    if (s.len <= most)
        return s;
    while (most && (s.p[most] & 0xC0) == 0x80)
        most--;
    return slice_from(s.p, most);
}

int audit_add(struct db *d, const struct audit *a, int64_t *id)
{
    const struct slice texts[] = {cut(a->user, 128),   cut(a->peer, 64),  text_of(a->type),
                                  text_of(a->uuid),    cut(a->name, 255), text_of(a->action),
                                  slice_of(a->before), slice_of(a->after)};
    struct stmt *s;
    int err =
        db_stmt(&s, d,
                "INSERT INTO revision (at, part_of, \"user\", peer, type, uuid, name, action, "
                "\"before\", \"after\") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");

    if (err)
        return err;
    stmt_int(s, 1, a->at);
    stmt_int(s, 2, a->part_of);
    for (int i = 0; i < 8; i++)
        stmt_text(s, i + 3, texts[i]);
    err = stmt_run(s);
    if (!err && id)
        *id = db_last_id(d);
    return err;
}
