/* rest/api_upload.c - POST uploads: a sound file becomes one that every call hears, by its name */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "ami/writer.h"
#include "archive/sound_name.h"
#include "rest/api.h"
#include "rest/upload.h"

enum { LOOK_MS = 200, PATIENCE_MS = 90000, NAME_BYTES = 255 };

struct upload {
    struct rest_call *call;
    char name[SOUNDS_NAME_MAX + 1], folder[SOUNDS_FOLDER_MAX + 1], description[128];
    char original[NAME_BYTES + 1], file[UPLOAD_NAME], uuid[37];
    bool replaces;
    /* its row */
    char state[24], error[400], source[200];
    int64_t ms;
};

/* ---- what it shall be called ---- */

static struct slice given(const struct rest_call *c, const char *name)
{
    const struct slice in_query = rest_query(c, name);

    return slice_trim(slice_is_set(in_query) ? in_query : rest_upload_field(c, name));
}

static int take_names(struct upload *u)
{
    static const struct model_words long_text = {"Параметр %s слишком длинный.",
                                                 "Parameter %s is too long."};
    struct rest_call *c = u->call;
    const struct slice name = given(c, "name"), replace = given(c, "replace");
    const char *why;

    slice_copy(rest_upload_original(c), u->original, sizeof(u->original));
    if (slice_copy(given(c, "folder"), u->folder, sizeof(u->folder)))
        return api_wrong(c, REST_INVALID, "folder", &long_text);
    if (slice_copy(given(c, "description"), u->description, sizeof(u->description)))
        return api_wrong(c, REST_INVALID, "description", &long_text);
    if (name.len && slice_copy(name, u->name, sizeof(u->name)))
        return api_wrong(c, REST_INVALID, "name", &long_text);
    if (!name.len)
        sounds_name_of_file(rest_upload_original(c), u->name, sizeof(u->name));
    u->replaces = !slice_eqz(replace, "0") && !slice_caseeqz(replace, "no") &&
                  !slice_caseeqz(replace, "false");
    why = sounds_name_why(u->folder, u->name, c->is_ru);
    if (!why)
        return 0;
    c->detail = arena_strndup(&c->arena, why, strlen(why));
    return REST_INVALID;
}

/* Its own may be replaced; another group's is not, nor one that nobody has uploaded. */
static int look_for_other(struct db *d, void *arg)
{
    struct upload *u = arg;
    const char *group = api_group(u->call);
    struct stmt *s;
    bool row = false;
    int err = db_stmt(&s, d, "SELECT group_uuid FROM sound WHERE folder = ? AND name = ?");

    if (!err)
        err = stmt_text(s, 1, slice_of(u->folder));
    if (!err)
        err = stmt_text(s, 2, slice_of(u->name));
    if (!err)
        err = stmt_step(s, &row);
    if (err || !row) {
        u->replaces = false; /* there is none */
        return err;
    }
    if (!u->replaces || (group && !slice_eqz(stmt_col(s, 0), group)))
        err = EEXIST;
    stmt_reset(s);
    return err;
}

/* ---- the engine's part ---- */

static int say_taken(struct rest_call *c)
{
    static const struct model_words taken = {"Файл с таким именем уже есть: дайте параметр name.",
                                             "There is a file of that name: give parameter name."};

    return rest_say(c, REST_EXISTS, &taken);
}

static int write_order(const struct upload *u, struct buf *text)
{
    const char *group = api_group(u->call);
    int err = ami_ask(text, "Action", SLICE("StationSound"));

    if (!err)
        err = ami_ask(text, "Upload", slice_of(u->file));
    if (!err)
        err = ami_ask(text, "Name", slice_of(u->name));
    if (!err)
        err = ami_ask(text, "Folder", slice_of(u->folder));
    if (!err)
        err = ami_ask(text, "Original", slice_of(u->original));
    if (!err)
        err = ami_ask(text, "Description", slice_of(u->description));
    if (!err)
        err = ami_ask(text, "Group", slice_of(group ? group : ""));
    if (!err)
        err = ami_ask(text, "Replace", slice_of(u->replaces ? "yes" : "no"));
    return err ? err : ami_end(text);
}

static int take_answer(struct upload *u, struct slice answer)
{
    struct rest_call *c = u->call;
    const struct slice message = slice_trim(api_line(answer, "Message"));

    if (slice_eqz(api_line(answer, "Response"), "Success")) {
        slice_copy(slice_trim(api_line(answer, "Sound")), u->uuid, sizeof(u->uuid));
        return 0;
    }
    if (slice_eqz(message, "exists"))
        return say_taken(c);
    c->detail = arena_strndup(&c->arena, message.p ? message.p : "", message.len);
    return REST_FAILED;
}

static int order(struct upload *u)
{
    static const struct model_words not_text = {
        "В имени или описании есть переводы строк.",
        "There are line ends in the name or the description."};
    struct buf text, answer;
    int err = rest_upload_take(u->call, u->file);

    if (err)
        return err;
    buf_init(&text, 4096);
    buf_init(&answer, 65536);
    err = write_order(u, &text);
    if (!err)
        err = rest_ask(u->call, buf_slice(&text), &answer);
    else if (err == EINVAL)
        err = rest_say(u->call, REST_INVALID, &not_text);
    if (!err)
        err = take_answer(u, buf_slice(&answer));
    if (err)
        rest_upload_drop(u->call, u->file);
    buf_fini(&text);
    buf_fini(&answer);
    return err;
}

/* ---- until it is ready ---- */

static int read_row(struct db *d, void *arg)
{
    struct upload *u = arg;
    struct stmt *s;
    bool row = false;
    int err = db_stmt(&s, d, "SELECT state, error, source, ms FROM sound WHERE uuid = ?");

    if (!err)
        err = stmt_text(s, 1, slice_of(u->uuid));
    if (!err)
        err = stmt_step(s, &row);
    if (err || !row)
        return err ? err : ENOENT;
    slice_copy(stmt_col(s, 0), u->state, sizeof(u->state));
    slice_copy(stmt_col(s, 1), u->error, sizeof(u->error));
    slice_copy(stmt_col(s, 2), u->source, sizeof(u->source));
    u->ms = stmt_col_int(s, 3);
    stmt_reset(s);
    return 0;
}

/* A long file goes on after the answer, which says so. */
static int wait_for(struct upload *u)
{
    int err = rest_read(u->call, read_row, u);

    for (int ms = 0; !err && strcmp(u->state, "waiting") == 0 && ms < PATIENCE_MS; ms += LOOK_MS) {
        task_sleep(LOOK_MS);
        err = rest_read(u->call, read_row, u);
    }
    return err;
}

static int explain(struct upload *u)
{
    struct rest_call *c = u->call;
    struct buf why;

    buf_init(&why, 2000);
    sounds_explain(slice_of(u->error), c->is_ru, &why);
    c->detail = arena_strndup(&c->arena, buf_z(&why), why.len);
    buf_fini(&why);
    return REST_INVALID;
}

static int reply(const struct upload *u)
{
    struct jout *j = &u->call->json;

    jout_open(j, '{');
    jout_key(j, "data");
    jout_open(j, '{');
    jout_put_textz(j, "uuid", u->uuid);
    jout_put_textz(j, "file", u->name);
    jout_put_textz(j, "folder", u->folder);
    jout_put_textz(j, "original", u->original);
    jout_put_int(j, "bytes", (int64_t)rest_upload_bytes(u->call));
    jout_put_textz(j, "state", u->state);
    jout_put_textz(j, "source", u->source);
    jout_put_int(j, "ms", u->ms);
    jout_close(j, '}');
    jout_close(j, '}');
    return rest_reply(u->call, 200);
}

int api_uploads(struct rest_call *c)
{
    struct upload *u = arena_alloc(&c->arena, sizeof(*u));
    int err = rest_upload_end(c, "file");

    if (err || !u)
        return err ? err : ENOMEM;
    u->call = c;
    err = take_names(u);
    if (!err)
        err = rest_read(c, look_for_other, u);
    if (err == EEXIST)
        err = say_taken(c);
    if (!err)
        err = order(u);
    if (!err)
        err = wait_for(u);
    if (!err && strcmp(u->state, "failed") == 0)
        err = explain(u);
    return err ? err : reply(u);
}
