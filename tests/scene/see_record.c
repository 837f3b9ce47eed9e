/* see_record.c - call records that a scene looks at */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "scene.h"
#include "store/store.h"

#define GOLDEN "tests/golden/cdr"

static void on_flushed(int err, void *arg)
{
    *(bool *)arg = true;
}

/* Records travel by the store's worker: let it finish. */
static void settle(struct scene *s)
{
    bool done = false;

    if (store_flush(engine_store(s->engine), on_flushed, &done))
        return;
    for (int i = 0; i < 100 && !done; i++)
        loop_fake_settle(s->loop);
}

static long count_now(struct scene *s)
{
    struct buf b;
    long n;

    buf_init(&b, 100);
    office_value(s, "SELECT count(*) FROM cdr", &b);
    n = atol(buf_z(&b));
    buf_fini(&b);
    return n;
}

int see_record_count(struct scene *s, long count)
{
    long n;

    settle(s);
    n = count_now(s);
    return n == count ? 0 : scene_fail(s, "%ld records", n);
}

static int value_of(struct scene *s, long row, const char *order, const char *column,
                    struct buf *out)
{
    char sql[1200];

    snprintf(sql, sizeof(sql), "SELECT \"%s\" FROM cdr ORDER BY %s LIMIT 1 OFFSET %ld", column,
             order, row);
    return office_value(s, sql, out);
}

bool scene_next_pair(const char **at, char key[SCENE_PAIR], char value[SCENE_PAIR])
{
    const char *p = *at;
    size_t k = 0, v = 0;
    bool quoted;

    while (*p == ' ')
        p++;
    while (*p && *p != '=' && k + 1 < SCENE_PAIR)
        key[k++] = *p++;
    key[k] = '\0';
    if (*p != '=')
        return false;
    quoted = *++p == '"';
    p += quoted;
    while (*p && *p != (quoted ? '"' : ' ') && v + 1 < SCENE_PAIR) {
        if (*p == '\\' && p[1])
            p++;
        value[v++] = *p++;
    }
    value[v] = '\0';
    *at = *p ? p + 1 : p;
    return true;
}

/* "PJSIP/101-0000000a" as "PJSIP/101-10": names in golden rows count from 0, in decimal. */
static void plain_channel(const char *column, struct buf *b)
{
    char *dash = b->len ? strrchr(b->p, '-') : NULL;
    unsigned long n;

    if (!dash || !strstr(column, "channel"))
        return;
    n = strtoul(dash + 1, NULL, 16);
    b->len = (size_t)(dash + 1 - b->p);
    buf_addu(b, n);
}

static int compare(struct scene *s, long row, const char *line, bool is_golden)
{
    char key[SCENE_PAIR], value[SCENE_PAIR];
    struct buf b;
    int bad = 0;

    buf_init(&b, 4096);
    while (!bad && scene_next_pair(&line, key, value)) {
        buf_reset(&b);
        if (value_of(s, row, is_golden ? "rowid" : "start, sequence", key, &b))
            bad = scene_fail(s, "no column %s", key);
        if (is_golden)
            plain_channel(key, &b);
        if (!bad && strcmp(buf_z(&b), value) != 0)
            bad = scene_fail(s, "record %ld has %s=\"%s\", not \"%s\"", row + 1, key, buf_z(&b),
                             value);
    }
    buf_fini(&b);
    return bad;
}

int see_record(struct scene *s, const char *rest)
{
    settle(s);
    if (count_now(s) <= (long)s->records_seen)
        return scene_fail(s, "there is no further record (%ld in all)", count_now(s));
    return compare(s, s->records_seen++, rest, false);
}

int see_golden(struct scene *s, const char *name)
{
    char path[300], line[2000];
    bool is_on = false;
    long row = 0;
    int bad = 0;
    FILE *in;

    settle(s);
    snprintf(path, sizeof(path), GOLDEN "/%s.txt", name);
    in = fopen(path, "r");
    if (!in)
        return scene_fail(s, "there is no %s", path);
    while (!bad && fgets(line, sizeof(line), in)) {
        line[strcspn(line, "\n")] = '\0';
        if (is_on)
            bad = compare(s, row++, line, true);
        else
            is_on = strcmp(line, "[records]") == 0;
    }
    fclose(in);
    if (!bad && count_now(s) != row)
        bad = scene_fail(s, "%ld records instead of %ld", count_now(s), row);
    return bad;
}
