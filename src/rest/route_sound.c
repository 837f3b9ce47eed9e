/* rest/route_sound.c - audio files: listened to, described, who plays them, removed */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "ami/writer.h"
#include "archive/sound_name.h"
#include "rest/all.h"
#include "rest/answer.h"
#include "rest/inner.h"
#include "rest/revision.h"
#include "rest/sound.h"

/* nginx says how long a file may be (web_upload_mib). */
#define UPLOAD_MAX (UINT64_C(1) << 40)
enum { STEPS_MAX = 100, DESCRIPTION_MAX = 127 };

static struct sound_errand *errand_of(struct rest_call *c)
{
    struct sound_errand *e = arena_alloc(&c->arena, sizeof(*e));

    if (e)
        *e = (struct sound_errand){.call = c};
    return e;
}

static const struct rest_type *type_of(void)
{
    return rest_type_find(SLICE("sound"));
}

const char *sound_text(struct rest_call *c, struct slice s)
{
    return arena_strndup(&c->arena, s.p ? s.p : "", s.len);
}

/* ---- one row ---- */

int sound_find(struct db *d, void *arg)
{
    struct sound_errand *e = arg;
    int err = object_read(d, type_of(), e->call->params[0], &e->call->arena, &e->row);

    return !err && !object_is_for(&e->row, &e->call->who) ? ENOENT : err;
}

static int find(struct rest_call *c, struct sound_errand **ep)
{
    *ep = errand_of(c);
    return *ep ? rest_read(c, sound_find, *ep) : ENOMEM;
}

static void put_says(struct sound_errand *e)
{
    const struct slice error = object_value(&e->row, "error");
    struct buf why;

    if (!error.len)
        return;
    buf_init(&why, 2000);
    sounds_explain(error, e->call->is_ru, &why);
    jout_put_textz(&e->call->json, "says", buf_z(&why));
    buf_fini(&why);
}

int sound_reply_state(struct sound_errand *e, int status)
{
    static const char *const names[] = {"uuid", "name", "folder", "state", "source"};
    struct jout *j = &e->call->json;
    int64_t ms = 0;

    jout_open(j, '{');
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        jout_put_text(j, names[i], object_value(&e->row, names[i]));
    slice_i64(object_value(&e->row, "ms"), &ms);
    jout_put_int(j, "ms", ms);
    put_says(e);
    jout_close(j, '}');
    return rest_reply(e->call, status);
}

static int show_state(struct rest_call *c)
{
    struct sound_errand *e;
    const int err = find(c, &e);

    return err ? err : sound_reply_state(e, 200);
}

/* ---- listened to ---- */

static int audio(struct rest_call *c)
{
    static const struct model_words none = {"Файла ещё нет: он не преобразован.",
                                            "There is no file yet: it is not converted."};
    struct slice folder, name;
    struct sound_errand *e;
    char path[SOUNDS_FOLDER_MAX + SOUNDS_NAME_MAX + 16];
    int64_t bytes = 0;
    const int err = find(c, &e);

    if (err)
        return err;
    folder = object_value(&e->row, "folder");
    name = object_value(&e->row, "name");
    slice_i64(object_value(&e->row, "bytes"), &bytes);
    if (!bytes)
        return rest_say(c, REST_NOT_FOUND, &none);
    snprintf(path, sizeof(path), "sounds/%.*s%s%.*s.wav", SLICE_ARG(folder), folder.len ? "/" : "",
             SLICE_ARG(name));
    return http_reply_file(
        c->request, &(struct http_file){.path = path, .type = "audio/wav", .is_inline = true},
        NULL);
}

/* ---- described ---- */

static int check_group(struct sound_errand *e)
{
    static const struct model_words not_yours = {"Это не ваша группа.", "This is not your group."};

    return object_is_for(&e->after, &e->call->who) ? 0
                                                   : rest_wrong(e->call, "/group_uuid", &not_yours);
}

static int do_change(struct db *d, void *arg)
{
    struct sound_errand *e = arg;
    struct rest_call *c = e->call;
    const struct model_field *f = rest_type_model(type_of())->fields;
    int err = sound_find(d, e);

    if (!err && !object_is_expected(&e->row, c->request))
        err = REST_CHANGED;
    if (err)
        return err;
    e->after = e->row;
    for (size_t i = 0; f[i].column; i++) {
        const json_t *v = json_object_get(c->body, f[i].column);

        if (v)
            e->after.v[i] = json_is_string(v) ? slice_of(json_string_value(v)) : SLICE_NONE;
    }
    err = check_group(e);
    if (!err)
        err = object_update(d, &e->row, &e->after);
    return err ? err : revision_add(d, c, "change", &e->row, &e->after, NULL);
}

static int change(struct rest_call *c)
{
    static const struct model_words is_long = {"Описание длиннее 127 байт.",
                                               "The description is longer than 127 bytes."};
    struct sound_errand *e = errand_of(c);
    int err = e ? rest_only(c, "description,group_uuid") : ENOMEM;
    const char *description = err ? NULL : rest_text(c, "description");

    if (!err && description && strlen(description) > DESCRIPTION_MAX)
        err = rest_wrong(c, "/description", &is_long);
    if (!err && c->error_count)
        err = REST_INVALID;
    if (!err)
        err = rest_change(c, do_change, e);
    if (err)
        return err;
    e->row = e->after;
    return sound_reply_state(e, 200);
}

/* ---- who plays it ---- */

static bool may_see(const struct rest_user *who, struct slice group)
{
    for (uint32_t i = 0; i < who->group_count; i++)
        if (slice_eqz(group, who->groups[i]))
            return true;
    return who->has_all;
}

static void put_step(struct sound_errand *e, struct stmt *s)
{
    struct jout *j = &e->call->json;
    char where[200];

    if (!sounds_is_named(stmt_col(s, 4), object_value(&e->row, "folder"),
                         object_value(&e->row, "name")) ||
        !may_see(&e->call->who, stmt_col(s, 5)))
        return;
    snprintf(where, sizeof(where), "%.*s, %.*s: %.*s", SLICE_ARG(stmt_col(s, 1)),
             SLICE_ARG(stmt_col(s, 2)), SLICE_ARG(stmt_col(s, 3)));
    jout_open(j, '{');
    jout_put_textz(j, "type", "context");
    jout_put_text(j, "uuid", stmt_col(s, 6));
    jout_put_text(j, "name", stmt_col(s, 0));
    jout_put_textz(j, "field", where);
    jout_close(j, '}');
    e->steps++;
}

static int find_steps(struct db *d, struct sound_errand *e, const char *sql)
{
    char like[SOUNDS_NAME_MAX + 3];
    struct stmt *s;
    bool row = false;
    int err = db_stmt(&s, d, sql);

    snprintf(like, sizeof(like), "%%%.*s%%", SLICE_ARG(object_value(&e->row, "name")));
    if (!err)
        err = stmt_text(s, 1, slice_of(like));
    while (!err && e->steps < STEPS_MAX && !(err = stmt_step(s, &row)) && row)
        put_step(e, s);
    if (!err)
        stmt_reset(s);
    return err;
}

static int read_references(struct db *d, void *arg)
{
    static const char steps[] =
        "SELECT s.context, s.exten, s.priority, s.app, s.appdata, c.group_uuid, c.uuid FROM "
        "realtime_extensions s LEFT JOIN context c ON c.name = s.context WHERE s.appdata LIKE ? "
        "ORDER BY s.context, s.exten, s.priority";
    static const char lines[] =
        "SELECT s.category, s.filename, s.var_metric, s.var_val, s.var_val, c.group_uuid, c.uuid "
        "FROM static_extensions s LEFT JOIN context c ON c.name = s.category WHERE s.var_val LIKE ? "
        "ORDER BY s.category, s.var_metric";
    struct sound_errand *e = arg;
    int err = sound_find(d, e);

    if (!err)
        err = find_steps(d, e, steps);
    return err ? err : find_steps(d, e, lines);
}

static int references(struct rest_call *c)
{
    struct sound_errand *e = errand_of(c);
    int err = e ? 0 : ENOMEM;

    jout_open(&c->json, '{');
    jout_key(&c->json, "items");
    jout_open(&c->json, '[');
    if (!err)
        err = rest_read(c, read_references, e);
    jout_close(&c->json, ']');
    jout_close(&c->json, '}');
    return err ? err : rest_reply(c, 200);
}

/* ---- removed: by the engine, who has the file ---- */

static int order_removal(struct rest_call *c)
{
    static const struct model_words used = {
        "Его играет маршрутизация; ?force=1 удаляет всё равно.",
        "A routing plays it; ?force=1 removes it all the same."};
    const bool is_forced = slice_eqz(rest_query(c, "force"), "1");
    struct buf lines, answer;
    int err;

    buf_init(&lines, 1024);
    buf_init(&answer, 65536);
    err = ami_ask(&lines, "Sound", c->params[0]);
    if (!err)
        err = ami_ask(&lines, "Force", slice_of(is_forced ? "yes" : "no"));
    if (!err)
        err = answer_ask(c, "StationSoundRemove", &lines, &answer);
    if (err == REST_INVALID && c->detail && strcmp(c->detail, "in-use") == 0)
        err = rest_say(c, REST_IN_USE, &used);
    else if (err == REST_INVALID)
        err = REST_FAILED;
    buf_fini(&lines);
    buf_fini(&answer);
    return err;
}

static int add_removal(struct db *d, void *arg)
{
    struct sound_errand *e = arg;

    return revision_add(d, e->call, "remove", &e->row, NULL, NULL);
}

/* The file goes with it: there is nothing that an undo could bring back, and the answer says so. */
static int take_away(struct rest_call *c)
{
    struct sound_errand *e;
    int err = find(c, &e);

    if (!err)
        err = order_removal(c);
    if (!err)
        err = rest_change(c, add_removal, e);
    if (err)
        return err;
    jout_open(&c->json, '{');
    jout_key(&c->json, "revision");
    jout_null(&c->json);
    jout_close(&c->json, '}');
    return rest_reply(c, 200);
}

const struct rest_route rest_routes_sound[] = {
    REST_ROUTE("POST", REST_BASE "/sound/upload", REST_WRITERS, sound_upload, "Загрузить аудиофайл",
               "Upload an audio file", .is_raw = true, .has_upload = true, .body_max = UPLOAD_MAX),
    REST_ROUTE("GET", REST_BASE "/sound/{uuid}/state", REST_READERS, show_state,
               "Преобразован ли аудиофайл", "Whether an audio file is converted"),
    REST_ROUTE("GET", REST_BASE "/sound/{uuid}/audio", REST_READERS, audio, "Прослушать аудиофайл",
               "Listen to an audio file"),
    REST_ROUTE("GET", REST_BASE "/sound/{uuid}/references", REST_READERS, references,
               "Где играет аудиофайл", "Where an audio file is played"),
    REST_ROUTE("PATCH", REST_BASE "/sound/{uuid}", REST_WRITERS, change, "Описать аудиофайл",
               "Describe an audio file", .body = "{\"description\":\"ночью\"}"),
    REST_ROUTE("DELETE", REST_BASE "/sound/{uuid}", REST_WRITERS, take_away, "Удалить аудиофайл",
               "Remove an audio file", .query = "force"),
    {0}};
