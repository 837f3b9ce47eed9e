/* rest/sound_upload.c - POST /sound/upload: a form's file becomes an audio file (sound.h) */
#include <errno.h>
#include <string.h>

#include "ami/writer.h"
#include "archive/sound_name.h"
#include "rest/answer.h"
#include "rest/inner.h"
#include "rest/revision.h"
#include "rest/sound.h"
#include "rest/upload.h"

struct sent {
    struct sound_errand e;
    const char *name, *folder, *description, *group;
    char file[UPLOAD_NAME];
    bool replaces;
};

/* A manager's file is his group's: the first of them is what he need not say. */
static int take_group(struct sent *u)
{
    static const struct model_words not_yours = {"Это не ваша группа.", "This is not your group."};
    struct rest_call *c = u->e.call;

    u->group = sound_text(c, slice_trim(rest_upload_field(c, "group_uuid")));
    if (!u->group)
        return ENOMEM;
    if (c->who.has_all)
        return 0;
    if (!*u->group && c->who.group_count)
        u->group = c->who.groups[0];
    for (uint32_t i = 0; i < c->who.group_count; i++)
        if (strcmp(c->who.groups[i], u->group) == 0)
            return 0;
    return rest_wrong(c, "/group_uuid", &not_yours);
}

static int take_names(struct sent *u)
{
    struct rest_call *c = u->e.call;
    const struct slice name = slice_trim(rest_upload_field(c, "name"));
    char made[SOUNDS_NAME_MAX + 1];
    const char *why;

    if (!name.len)
        sounds_name_of_file(rest_upload_original(c), made, sizeof(made));
    u->name = sound_text(c, name.len ? name : slice_of(made));
    u->folder = sound_text(c, slice_trim(rest_upload_field(c, "folder")));
    u->description = sound_text(c, slice_trim(rest_upload_field(c, "description")));
    u->replaces = slice_eqz(slice_trim(rest_upload_field(c, "replace")), "yes");
    if (!u->name || !u->folder || !u->description)
        return ENOMEM;
    why = sounds_name_why(u->folder, u->name, c->is_ru);
    return why ? rest_wrong_text(c, "/name", why) : take_group(u);
}

/* Another group's is not replaced, nor is it said to be there under more than its name. */
static int look_for_other(struct db *d, void *arg)
{
    struct sent *u = arg;
    struct stmt *s;
    bool row = false;
    int err = db_stmt(&s, d, "SELECT uuid FROM sound WHERE folder = ? AND name = ?");

    if (!err)
        err = stmt_text(s, 1, slice_of(u->folder));
    if (!err)
        err = stmt_text(s, 2, slice_of(u->name));
    if (!err)
        err = stmt_step(s, &row);
    if (err || !row) {
        u->replaces = !err && u->replaces && u->e.call->who.has_all; /* a file without a row */
        return err;
    }
    u->e.call->params[0] = slice_of(sound_text(u->e.call, stmt_col(s, 0)));
    stmt_reset(s);
    err = sound_find(d, &u->e);
    if (!err && slice_eqz(object_value(&u->e.row, "state"), "failed"))
        return 0;
    return err == ENOENT || !u->replaces ? EEXIST : err;
}

static int say_taken(struct rest_call *c)
{
    static const struct model_words taken = {
        "Файл с таким именем уже есть: дайте другое имя или замените его.",
        "There is a file of that name: give another name, or replace it."};

    return rest_say(c, REST_EXISTS, &taken);
}

static int write_order(const struct sent *u, struct buf *lines)
{
    const struct slice original = rest_upload_original(u->e.call);
    int err = ami_ask(lines, "Upload", slice_of(u->file));

    if (!err)
        err = ami_ask(lines, "Name", slice_of(u->name));
    if (!err)
        err = ami_ask(lines, "Folder", slice_of(u->folder));
    if (!err)
        err = ami_ask(lines, "Original", original);
    if (!err)
        err = ami_ask(lines, "Description", slice_of(u->description));
    if (!err)
        err = ami_ask(lines, "Group", slice_of(u->group));
    return err ? err : ami_ask(lines, "Replace", slice_of(u->replaces ? "yes" : "no"));
}

static void read_uuid(const struct ami_message *m, void *arg)
{
    struct rest_call *c = arg;
    const struct slice uuid = ami_message_get(m, "Sound");

    if (uuid.len)
        c->params[0] = slice_of(sound_text(c, uuid));
}

static int order(struct sent *u)
{
    static const struct model_words not_text = {
        "В имени или описании есть переводы строк.",
        "There are line ends in the name or the description."};
    struct rest_call *c = u->e.call;
    struct buf lines, answer;
    int err = rest_upload_take(c, u->file);

    if (err)
        return err;
    buf_init(&lines, 4096);
    buf_init(&answer, 65536);
    err = write_order(u, &lines);
    if (err == EINVAL)
        err = rest_say(c, REST_INVALID, &not_text);
    else if (!err)
        err = answer_ask(c, "StationSound", &lines, &answer);
    if (err == REST_INVALID && c->detail && strcmp(c->detail, "exists") == 0)
        err = say_taken(c);
    if (err)
        rest_upload_drop(c, u->file);
    else
        answer_each(buf_slice(&answer), read_uuid, c);
    buf_fini(&lines);
    buf_fini(&answer);
    return err;
}

static int add_revision(struct db *d, void *arg)
{
    struct sent *u = arg;
    const int err = sound_find(d, &u->e);

    return err ? err
               : revision_add(d, u->e.call, u->replaces ? "replace" : "upload", NULL, &u->e.row,
                              NULL);
}

int sound_upload(struct rest_call *c)
{
    struct sent *u = arena_alloc(&c->arena, sizeof(*u));
    int err = rest_upload_end(c, "file");

    if (err || !u)
        return err ? err : ENOMEM;
    *u = (struct sent){.e.call = c};
    err = take_names(u);
    if (!err)
        err = rest_read(c, look_for_other, u);
    if (err == EEXIST)
        err = say_taken(c);
    if (!err)
        err = order(u);
    if (!err)
        err = rest_change(c, add_revision, u);
    return err ? err : sound_reply_state(&u->e, 202);
}
