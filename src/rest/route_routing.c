/* rest/route_routing.c - a routing as a whole: its extensions, their steps in order
 *
 * What is put is compared with what stands there: a step keeps its row, each row that differs is a revision, all of them part
 * of the first. */
#include <errno.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "base/hex.h"
#include "base/rand.h"
#include "rest/all.h"
#include "rest/object.h"
#include "rest/revision.h"

enum { STEPS_MAX = 5000 };

struct step {
    struct slice uuid, exten;
    int64_t priority;
    bool is_kept;
};

struct errand {
    struct rest_call *call;
    char uuid[37], group[37]; /* of the context */
    struct step *steps;       /* that stand there */
    uint32_t count;
    struct object_row before, after; /* of one step */
    bool is_dry;
};

static struct errand *errand_of(struct rest_call *c)
{
    struct errand *e = arena_alloc(&c->arena, sizeof(*e));

    if (e)
        *e = (struct errand){.call = c};
    return e;
}

static bool is_mine(const struct errand *e)
{
    const struct rest_user *who = &e->call->who;

    for (uint32_t i = 0; i < who->group_count; i++)
        if (strcmp(who->groups[i], e->group) == 0)
            return true;
    return who->has_all;
}

static int find_context(struct db *d, struct errand *e)
{
    struct stmt *s;
    bool row = false;
    int err = db_stmt(&s, d, "SELECT uuid, group_uuid FROM context WHERE name = ?");

    if (err)
        return err;
    stmt_text(s, 1, e->call->params[0]);
    err = stmt_step(s, &row);
    if (!err && row) {
        slice_copy(stmt_col(s, 0), e->uuid, sizeof(e->uuid));
        slice_copy(stmt_col(s, 1), e->group, sizeof(e->group));
    }
    stmt_reset(s);
    return err ? err : row && is_mine(e) ? 0 : ENOENT;
}

/* ---- shown ---- */

static void put_step(struct jout *j, struct stmt *s)
{
    static const char *const names[] = {"uuid", "label", "app", "appdata", "name"};

    jout_open(j, '{');
    jout_put_int(j, "priority", stmt_col_int(s, 1));
    for (int i = 0; i < 5; i++)
        jout_put_text(j, names[i], stmt_col(s, i + 2));
    jout_close(j, '}');
}

static void put_rows(struct jout *j, struct stmt *s, int *err)
{
    char exten[81] = "", now[81];
    bool row = true, is_open = false;

    for (*err = stmt_step(s, &row); !*err && row; *err = stmt_step(s, &row)) {
        slice_copy(stmt_col(s, 0), now, sizeof(now));
        if (!is_open || strcmp(now, exten) != 0) {
            if (is_open) {
                jout_close(j, ']');
                jout_close(j, '}');
            }
            jout_open(j, '{');
            jout_put_textz(j, "exten", now);
            jout_key(j, "steps");
            jout_open(j, '[');
            is_open = true;
            memcpy(exten, now, sizeof(exten));
        }
        put_step(j, s);
    }
    if (is_open) {
        jout_close(j, ']');
        jout_close(j, '}');
    }
}

static int put_context(struct db *d, struct errand *e, struct jout *j)
{
    struct stmt *s;
    int err = db_stmt(&s, d,
                      "SELECT exten, priority, uuid, label, app, appdata, name FROM "
                      "realtime_extensions WHERE context = ? ORDER BY exten, priority");

    if (err)
        return err;
    stmt_text(s, 1, e->call->params[0]);
    jout_open(j, '{');
    jout_put_textz(j, "uuid", e->uuid);
    jout_put_text(j, "name", e->call->params[0]);
    jout_put_text(j, "group_uuid", e->group[0] ? slice_of(e->group) : SLICE_NONE);
    jout_key(j, "extensions");
    jout_open(j, '[');
    put_rows(j, s, &err);
    jout_close(j, ']');
    jout_close(j, '}');
    stmt_reset(s);
    return err ? err : buf_err(&e->call->text);
}

static void tag_of(const struct buf *text, char tag[35])
{
    unsigned char sum[16];
    char hex[33];

    crypto_generichash(sum, sizeof(sum), (const unsigned char *)text->p, text->len, NULL, 0);
    hex_print(sum, sizeof(sum), hex);
    snprintf(tag, 35, "\"%s\"", hex);
}

static int read_all(struct db *d, void *arg)
{
    struct errand *e = arg;
    int err = find_context(d, e);

    return err ? err : put_context(d, e, &e->call->json);
}

static int reply(struct rest_call *c)
{
    char tag[35];

    tag_of(&c->text, tag);
    rest_field(c, "ETag", tag);
    return rest_reply(c, 200);
}

static int show(struct rest_call *c)
{
    struct errand *e = errand_of(c);
    int err = e ? rest_read(c, read_all, e) : ENOMEM;

    return err ? err : reply(c);
}

/* ---- put ---- */

static int keep(struct arena *a, struct slice v, struct slice *out)
{
    char *copy = arena_strndup(a, v.len ? v.p : "", v.len);

    *out = copy ? slice_from(copy, v.len) : SLICE_NONE;
    return copy ? 0 : ENOMEM;
}

static int read_steps(struct db *d, struct errand *e)
{
    struct stmt *s;
    bool row = true;
    int err = db_stmt(&s, d,
                      "SELECT uuid, exten, priority FROM realtime_extensions WHERE context = ? "
                      "ORDER BY exten, priority");

    e->steps = arena_alloc(&e->call->arena, STEPS_MAX * sizeof(*e->steps));
    if (err || !e->steps)
        return err ? err : ENOMEM;
    stmt_text(s, 1, e->call->params[0]);
    for (err = stmt_step(s, &row); !err && row && e->count < STEPS_MAX; err = stmt_step(s, &row)) {
        struct step *p = &e->steps[e->count++];

        *p = (struct step){.priority = stmt_col_int(s, 2)};
        err = keep(&e->call->arena, stmt_col(s, 0), &p->uuid);
        if (!err)
            err = keep(&e->call->arena, stmt_col(s, 1), &p->exten);
        if (err)
            break;
    }
    stmt_reset(s);
    return err ? err : row ? E2BIG : 0;
}

static struct step *find_step(const struct errand *e, const char *exten, int64_t priority)
{
    for (uint32_t i = 0; i < e->count; i++)
        if (!e->steps[i].is_kept && e->steps[i].priority == priority &&
            slice_eqz(e->steps[i].exten, exten))
            return &e->steps[i];
    return NULL;
}

static int note(struct db *d, struct errand *e, const char *action, bool had, bool has)
{
    int64_t id = 0;
    const int err =
        revision_add(d, e->call, action, had ? &e->before : NULL, has ? &e->after : NULL, &id);

    if (!e->call->part_of)
        e->call->part_of = id;
    return err;
}

static int insert_step(struct db *d, struct errand *e, const json_t *members)
{
    char *uuid = arena_alloc(&e->call->arena, 37);
    int err;

    if (!uuid)
        return ENOMEM;
    rand_uuid(uuid);
    e->after = (struct object_row){.type = rest_type_find(SLICE("realtime_extensions"))};
    e->after.v[1] = slice_of(uuid); /* behind id */
    err = object_patch(e->call, &e->after, members, true);
    if (!err)
        err = object_insert(d, &e->after);
    if (!err)
        err = object_read(d, e->after.type, slice_of(uuid), &e->call->arena, &e->after);
    return err ? err : note(d, e, "create", false, true);
}

static int change_step(struct db *d, struct errand *e, struct step *p, const json_t *members)
{
    char before[OBJECT_TAG], after[OBJECT_TAG];
    int err = object_read(d, rest_type_find(SLICE("realtime_extensions")), p->uuid, &e->call->arena,
                          &e->before);

    p->is_kept = true;
    if (err)
        return err;
    e->after = e->before;
    err = object_patch(e->call, &e->after, members, false);
    object_tag(&e->before, before);
    object_tag(&e->after, after);
    if (err || strcmp(before, after) == 0)
        return err;
    err = object_update(d, &e->before, &e->after);
    return err ? err : note(d, e, "change", true, true);
}

static int remove_steps(struct db *d, struct errand *e)
{
    int err = 0;

    for (uint32_t i = 0; i < e->count && !err; i++) {
        if (e->steps[i].is_kept)
            continue;
        err = object_read(d, rest_type_find(SLICE("realtime_extensions")), e->steps[i].uuid,
                          &e->call->arena, &e->before);
        if (!err)
            err = object_remove(d, &e->before);
        if (!err)
            err = note(d, e, "remove", true, false);
    }
    return err;
}

static const char *text_of(const json_t *o, const char *name)
{
    const char *text = json_string_value(json_object_get(o, name));

    return text ? text : "";
}

static int put_one(struct db *d, struct errand *e, const char *exten, int64_t priority,
                   const json_t *wanted)
{
    struct step *p = find_step(e, exten, priority);
    json_t *members =
        json_pack("{s:s%,s:s,s:I,s:s,s:s,s:s,s:s,s:s?}", "context", e->call->params[0].p,
                  e->call->params[0].len, "exten", exten, "priority", (json_int_t)priority, "label",
                  text_of(wanted, "label"), "app", text_of(wanted, "app"), "appdata",
                  text_of(wanted, "appdata"), "name", text_of(wanted, "name"), "group_uuid",
                  e->group[0] ? e->group : NULL);
    int err;

    if (!members)
        return ENOMEM;
    err = p ? change_step(d, e, p, members) : insert_step(d, e, members);
    json_decref(members);
    return err;
}

/* Priorities are given, or count on. */
static int put_extension(struct db *d, struct errand *e, size_t nth, const json_t *extension)
{
    const char *exten = text_of(extension, "exten");
    const json_t *step;
    int64_t priority = 0;
    size_t i;
    int err = 0;

    json_array_foreach(json_object_get(extension, "steps"), i, step)
    {
        const json_t *given = json_object_get(step, "priority");

        priority = json_is_integer(given) ? json_integer_value(given) : priority + 1;
        snprintf(e->call->within, sizeof(e->call->within), "/extensions/%zu/steps/%zu", nth, i);
        if (!err)
            err = put_one(d, e, exten, priority, step);
    }
    if (!err)
        e->call->within[0] = '\0';
    return err;
}

static bool is_expected(struct errand *e)
{
    const struct slice wanted = slice_trim(http_request_header(e->call->request, "If-Match"));
    char tag[35];

    tag_of(&e->call->text, tag);
    return !wanted.len || slice_eqz(wanted, "*") || slice_eqz(wanted, tag);
}

/* The answer is what stands there then. */
static int write_all(struct db *d, void *arg)
{
    struct errand *e = arg;
    const json_t *extension;
    size_t i;
    int err = read_all(d, e);

    if (!err && !is_expected(e))
        return REST_CHANGED;
    if (!err)
        err = read_steps(d, e);
    json_array_foreach(json_object_get(e->call->body, "extensions"), i, extension)
    {
        if (!err)
            err = put_extension(d, e, i, extension);
    }
    if (!err)
        err = remove_steps(d, e);
    buf_reset(&e->call->text);
    jout_init(&e->call->json, &e->call->text);
    return err ? err : put_context(d, e, &e->call->json);
}

static int change(struct rest_call *c)
{
    static const struct model_words wanted = {"Нужен список расширений.",
                                              "A list of extensions is wanted."};
    struct errand *e = errand_of(c);
    char revision[24];
    int err = e ? rest_only(c, "uuid,name,group_uuid,extensions") : ENOMEM;

    if (!err && !json_is_array(json_object_get(c->body, "extensions")))
        err = rest_wrong(c, "/extensions", &wanted);
    if (!err)
        err = rest_change(c, write_all, e);
    if (err)
        return err;
    snprintf(revision, sizeof(revision), "%" PRId64, c->part_of);
    rest_field(c, "X-Revision", revision);
    return reply(c);
}

const struct rest_route rest_routes_routing[] = {
    REST_ROUTE("GET", REST_BASE "/routing/{context}", REST_READERS, show,
               "Маршрутизация целиком: расширения и шаги", "A whole routing: extensions and steps"),
    REST_ROUTE("PUT", REST_BASE "/routing/{context}", REST_ADMIN, change,
               "Записать маршрутизацию целиком", "Write a whole routing",
               .body = "{\"extensions\":[{\"exten\":\"_1XX\",\"steps\":[{\"app\":\"Dial\","
                       "\"appdata\":\"PJSIP/${EXTEN}\"}]}]}"),
    {0}};
