/* rest/route_music.c - the pieces of a class of music on hold: listed, heard, brought, removed */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ami/writer.h"
#include "archive/sound_name.h"
#include "base/log.h"
#include "rest/all.h"
#include "rest/answer.h"
#include "rest/inner.h"
#include "rest/object.h"
#include "rest/upload.h"

#define UPLOAD_MAX (UINT64_C(1) << 40)
enum { PIECES_MAX = 500, PIECE_NAME = 256 };

struct piece {
    char name[PIECE_NAME];
    int64_t bytes;
};

struct errand {
    struct rest_call *call;
    struct object_row row;
    struct piece *pieces;
    uint32_t count;
};

/* ---- the class ---- */

static int read_row(struct db *d, void *arg)
{
    struct errand *e = arg;

    return object_read(d, rest_type_find(SLICE("musiconhold")), e->call->params[0], &e->call->arena,
                       &e->row);
}

static int find(struct rest_call *c, struct errand **ep)
{
    struct errand *e = arena_alloc(&c->arena, sizeof(*e));

    *ep = e;
    if (!e)
        return ENOMEM;
    *e = (struct errand){.call = c};
    return rest_read(c, read_row, e);
}

/* Below moh of the state directory: what is elsewhere is the machine's administrator's. */
static bool is_ours(const struct errand *e)
{
    char directory[SOUNDS_NAME_MAX + 1];

    return !slice_copy(object_value(&e->row, "directory"), directory, sizeof(directory)) &&
           !sounds_name_why("", directory, false);
}

static int say_outside(struct rest_call *c)
{
    static const struct model_words outside = {
        "Каталог этого класса вне станции (или не задан): его файлами распоряжается администратор машины.",
        "This class's directory is outside of the station (or not set): its files are the machine's "
        "administrator's."};

    return rest_say(c, REST_INVALID, &outside);
}

/* ---- its files, in the order of their names ---- */

static int compare(const void *a, const void *b)
{
    return strcmp(((const struct piece *)a)->name, ((const struct piece *)b)->name);
}

static void take_file(struct errand *e, int folder, const char *file)
{
    const size_t n = strlen(file);
    struct piece *p = &e->pieces[e->count];
    struct stat st;

    if (*file == '.' || n <= 4 || n - 4 >= PIECE_NAME || strcmp(file + n - 4, ".wav") != 0 ||
        fstatat(folder, file, &st, AT_SYMLINK_NOFOLLOW) || !S_ISREG(st.st_mode))
        return;
    snprintf(p->name, sizeof(p->name), "%.*s", (int)(n - 4), file);
    p->bytes = st.st_size;
    e->count++;
}

/* On a worker, for the disk. */
static void read_files(void *arg)
{
    struct errand *e = arg;
    char path[PATH_MAX];
    struct dirent *entry;
    DIR *d;

    snprintf(path, sizeof(path), "%s/moh/%.*s", e->call->rest->args.state,
             SLICE_ARG(object_value(&e->row, "directory")));
    d = opendir(path);
    while (d && e->count < PIECES_MAX && (entry = readdir(d)))
        take_file(e, dirfd(d), entry->d_name);
    if (d)
        closedir(d);
    qsort(e->pieces, e->count, sizeof(*e->pieces), compare);
}

static int list(struct rest_call *c)
{
    struct errand *e;
    struct jout *j = &c->json;
    int err = find(c, &e);

    if (!err)
        e->pieces = mem_zalloc(PIECES_MAX * sizeof(*e->pieces));
    if (!err && !e->pieces)
        err = ENOMEM;
    if (!err && is_ours(e))
        err = rest_work(c, read_files, e);
    if (!err) {
        jout_open(j, '{');
        jout_key(j, "items");
        jout_open(j, '[');
        for (uint32_t i = 0; i < e->count; i++) {
            jout_open(j, '{');
            jout_put_textz(j, "name", e->pieces[i].name);
            jout_put_int(j, "bytes", e->pieces[i].bytes);
            jout_close(j, '}');
        }
        jout_close(j, ']');
        jout_put_bool(j, "is_ours", is_ours(e));
        jout_close(j, '}');
    }
    if (e)
        mem_free(e->pieces);
    return err ? err : rest_reply(c, 200);
}

/* ---- one of them ---- */

static int name_of(struct rest_call *c, char name[SOUNDS_NAME_MAX + 1])
{
    return slice_copy(c->params[1], name, SOUNDS_NAME_MAX + 1) || strchr(name, '/') ||
                   sounds_name_why("", name, false)
               ? REST_NOT_FOUND
               : 0;
}

static int audio(struct rest_call *c)
{
    char name[SOUNDS_NAME_MAX + 1], path[2 * SOUNDS_NAME_MAX + 16];
    struct errand *e;
    int err = find(c, &e);

    if (!err)
        err = is_ours(e) ? name_of(c, name) : REST_NOT_FOUND;
    if (err)
        return err;
    snprintf(path, sizeof(path), "moh/%.*s/%s.wav", SLICE_ARG(object_value(&e->row, "directory")),
             name);
    return http_reply_file(
        c->request, &(struct http_file){.path = path, .type = "audio/wav", .is_inline = true},
        NULL);
}

/* What the engine said is a word of archive/sound_name.h's table and details. */
static int explain(struct rest_call *c)
{
    struct buf why;

    buf_init(&why, 2000);
    sounds_explain(slice_of(c->detail ? c->detail : ""), c->is_ru, &why);
    c->detail = arena_strndup(&c->arena, buf_z(&why), why.len);
    buf_fini(&why);
    return REST_INVALID;
}

/* The engine has the files; it answers when it is done. */
static int order(struct errand *e, const char *upload, const char *name)
{
    struct rest_call *c = e->call;
    struct buf lines, answer;
    int err;

    buf_init(&lines, 4096);
    buf_init(&answer, 65536);
    err = ami_ask(&lines, "Upload", slice_of(upload));
    if (!err)
        err = ami_ask(&lines, "Directory", object_value(&e->row, "directory"));
    if (!err)
        err = ami_ask(&lines, "Name", slice_of(name));
    if (!err && *upload)
        err = ami_ask(&lines, "Original", rest_upload_original(c));
    if (!err)
        err = answer_ask(c, "StationMusic", &lines, &answer);
    if (err == REST_INVALID)
        err = explain(c);
    buf_fini(&lines);
    buf_fini(&answer);
    return err;
}

static int take_name(struct rest_call *c, char name[SOUNDS_NAME_MAX + 1])
{
    const struct slice given = slice_trim(rest_upload_field(c, "name"));
    const char *why;

    if (!given.len)
        sounds_name_of_file(rest_upload_original(c), name, SOUNDS_NAME_MAX + 1);
    else if (slice_copy(given, name, SOUNDS_NAME_MAX + 1))
        *name = '\0';
    why = sounds_name_why("", strchr(name, '/') ? "" : name, c->is_ru);
    return why ? rest_wrong_text(c, "/name", why) : 0;
}

static int upload(struct rest_call *c)
{
    char file[UPLOAD_NAME], name[SOUNDS_NAME_MAX + 1];
    struct errand *e;
    int err = rest_upload_end(c, "file");

    if (!err)
        err = find(c, &e);
    if (!err && !is_ours(e))
        err = say_outside(c);
    if (!err)
        err = take_name(c, name);
    if (!err)
        err = rest_upload_take(c, file);
    if (err)
        return err;
    err = order(e, file, name);
    if (err) {
        rest_upload_drop(c, file);
        return err;
    }
    log_notice("a piece of music on hold was brought name=\"%s\" user=\"%s\" address=%s", name,
               c->who.name ? c->who.name : "", c->peer);
    jout_open(&c->json, '{');
    jout_put_textz(&c->json, "name", name);
    jout_close(&c->json, '}');
    return rest_reply(c, 201);
}

static int take_away(struct rest_call *c)
{
    char name[SOUNDS_NAME_MAX + 1];
    struct errand *e;
    int err = find(c, &e);

    if (!err)
        err = is_ours(e) ? name_of(c, name) : REST_NOT_FOUND;
    if (!err)
        err = order(e, "", name);
    if (err)
        return err;
    log_notice("a piece of music on hold was removed name=\"%s\" user=\"%s\" address=%s", name,
               c->who.name ? c->who.name : "", c->peer);
    return rest_reply(c, 204);
}

const struct rest_route rest_routes_music[] = {
    REST_ROUTE("GET", REST_BASE "/musiconhold/{uuid}/files", REST_READERS, list,
               "Файлы класса музыки на удержании", "Files of a class of music on hold"),
    REST_ROUTE("GET", REST_BASE "/musiconhold/{uuid}/files/{name}", REST_READERS, audio,
               "Прослушать файл класса", "Listen to a file of a class"),
    REST_ROUTE("DELETE", REST_BASE "/musiconhold/{uuid}/files/{name}", REST_ADMIN, take_away,
               "Удалить файл класса", "Remove a file of a class"),
    REST_ROUTE("POST", REST_BASE "/musiconhold/{uuid}/upload", REST_ADMIN, upload,
               "Загрузить файл класса", "Upload a file of a class", .is_raw = true,
               .has_upload = true, .body_max = UPLOAD_MAX),
    {0}};
