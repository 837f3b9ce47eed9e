/* import.c - see import.h */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "import/inner.h"

typedef int(file_h)(struct import *im, const struct conf *conf);

/* What becomes of each file; one without a handler is only named. */
static const struct {
    const char *name;
    file_h *take;
    enum import_verdict verdict;
    const char *ru, *en;
} files[] = {
    {"pjsip.conf", import_pjsip, IMPORT_TAKEN, "", ""},
    {"extensions.conf", import_extensions, IMPORT_TAKEN, "", ""},
    {"rtp.conf", import_rtp, IMPORT_TAKEN, "", ""},
    {"musiconhold.conf", import_moh, IMPORT_TAKEN, "", ""},
    {"acl.conf", import_acl, IMPORT_TAKEN, "", ""},
    {"manager.conf", import_keep, IMPORT_LATER, "", ""},
    {"http.conf", import_keep, IMPORT_LATER, "", ""},
    {"modules.conf", NULL, IMPORT_NOT_NEEDED, "у станции нет загружаемых модулей",
     "the station has no loadable modules"},
    {"logger.conf", NULL, IMPORT_NOT_NEEDED, "журнал пишется в stderr и журнал системы",
     "the log goes to stderr and the system's journal"},
    {"cdr.conf", NULL, IMPORT_NOT_NEEDED, "записи о вызовах всегда в таблице cdr",
     "call records are always in table cdr"},
    {"cdr_manager.conf", NULL, IMPORT_NOT_NEEDED, "записи о вызовах всегда в таблице cdr",
     "call records are always in table cdr"},
    {"cdr_custom.conf", NULL, IMPORT_NOT_NEEDED, "записи о вызовах всегда в таблице cdr",
     "call records are always in table cdr"},
    {"cel.conf", NULL, IMPORT_NOT_NEEDED, "событий CEL эта версия не пишет",
     "this version writes no CEL events"},
    {"asterisk.conf", NULL, IMPORT_NOT_NEEDED, "каталоги станции заданы её каталогом состояния",
     "the station's directories follow from its state directory"},
    {"indications.conf", NULL, IMPORT_NOT_NEEDED, "гудки ru и us встроены",
     "tones of ru and us are built in"},
    {"extconfig.conf", NULL, IMPORT_NOT_NEEDED, "база данных у станции своя",
     "the station has its own database"},
    {"sorcery.conf", NULL, IMPORT_NOT_NEEDED, "источники объектов - в таблице static_sorcery",
     "sources of objects are in table static_sorcery"},
    {"queues.conf", NULL, IMPORT_LATER, "очереди появятся позже; файл не взят",
     "queues come later; the file is not taken"},
    {"voicemail.conf", NULL, IMPORT_LATER, "голосовая почта появится позже; файл не взят",
     "voicemail comes later; the file is not taken"},
    {"confbridge.conf", NULL, IMPORT_LATER, "конференции появятся позже; файл не взят",
     "conferences come later; the file is not taken"},
    {"features.conf", NULL, IMPORT_LATER, "сервисные коды появятся позже; файл не взят",
     "feature codes come later; the file is not taken"},
    {"res_parking.conf", NULL, IMPORT_LATER, "парковка появится позже; файл не взят",
     "parking comes later; the file is not taken"},
    {"sip.conf", NULL, IMPORT_UNSUPPORTED, "chan_sip не поддерживается: нужен pjsip.conf",
     "chan_sip is not supported: pjsip.conf is needed"},
};

#define FILES (sizeof(files) / sizeof(files[0]))

void import_say(struct import *im, const char *file, uint32_t line, enum import_verdict v,
                struct slice what, const char *ru, const char *en)
{
    char text[204];
    struct import_note note = {
        .file = file, .line = line, .verdict = v, .text_ru = ru, .text_en = en, .what = text};

    slice_copy(what, text, sizeof(text));
    im->totals->count[v]++;
    if (im->args->note)
        im->args->note(&note, im->args->arg);
}

static bool is_secret(const char *name)
{
    return strstr(name, "pass") || strstr(name, "secret") || strcmp(name, "md5_cred") == 0;
}

/* An inherited line was judged where it stands, in its template. */
void import_say_item(struct import *im, const struct conf_item *item, enum import_verdict v,
                     const char *ru, const char *en)
{
    struct buf what;

    if (item->is_inherited)
        return;
    buf_init(&what, 16384);
    buf_printf(&what, "%s = %s", item->name, is_secret(item->name) ? "***" : item->value);
    import_say(im, item->file, item->line, v, buf_slice(&what), ru, en);
    buf_fini(&what);
}

void import_template(struct import *im, const struct conf_section *s)
{
    for (uint32_t i = 0; i < s->count; i++)
        import_say_item(im, &s->items[i], IMPORT_TAKEN, "", "");
}

void import_trouble(const char *file, uint32_t line, struct slice what, const char *ru,
                    const char *en, void *arg)
{
    import_say(arg, file, line,
               slice_casestarts(what, SLICE("#exec")) ? IMPORT_UNSUPPORTED : IMPORT_WRONG, what, ru,
               en);
}

static int take_file(struct import *im, size_t i)
{
    struct conf *conf = NULL;
    int err;

    im->file = files[i].name;
    if (!files[i].take) {
        import_say(im, files[i].name, 0, files[i].verdict, SLICE(""), files[i].ru, files[i].en);
        return 0;
    }
    err = conf_read(&conf, im->dir_fd, files[i].name, import_trouble, im);
    if (err) /* the import stops: half a configuration is none */
        import_say(im, files[i].name, 0, IMPORT_WRONG, slice_of(strerror(err)),
                   "файл не читается, импорт остановлен",
                   "the file cannot be read, the import is stopped");
    else
        err = files[i].take(im, conf);
    mem_deref(conf);
    return err;
}

static size_t file_index(const char *name)
{
    for (size_t i = 0; i < FILES; i++)
        if (strcmp(files[i].name, name) == 0)
            return i;
    return FILES;
}

static bool has_file(const struct import *im, const char *name)
{
    return faccessat(im->dir_fd, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

/* Files that nobody knows are named, so that nobody believes they were read. */
static int name_strangers(struct import *im)
{
    int fd = dup(im->dir_fd);
    DIR *d = fd < 0 ? NULL : fdopendir(fd);
    struct dirent *e;

    if (!d)
        return errno;
    rewinddir(d);
    while ((e = readdir(d))) {
        size_t len = strlen(e->d_name);

        if (len > 5 && strcmp(e->d_name + len - 5, ".conf") == 0 && file_index(e->d_name) == FILES)
            import_say(
                im, e->d_name, 0, IMPORT_UNSUPPORTED, SLICE(""),
                "файл не прочитан (если его включает другой файл, его строки - там)",
                "the file was not read (where another file includes it, its lines are there)");
    }
    closedir(d);
    return 0;
}

static int take_all(struct import *im)
{
    unsigned seen = 0;
    int err = 0;

    for (size_t i = 0; !err && i < FILES; i++)
        if (has_file(im, files[i].name)) {
            seen++;
            err = take_file(im, i);
        }
    if (!err)
        err = seen ? name_strangers(im) : ENOENT;
    return err;
}

int import_run(const struct import_args *args, struct import_totals *totals)
{
    struct import im = {.args = args, .totals = totals, .dir_fd = -1};
    int err;

    memset(totals, 0, sizeof(*totals));
    im.dir_fd = open(args->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (im.dir_fd < 0)
        return errno;
    err = db_begin(args->db);
    if (!err)
        err = take_all(&im);
    if (!err)
        err = import_sounds(&im);
    if (!err)
        err = db_commit(args->db);
    if (err)
        db_rollback(args->db);
    close(im.dir_fd);
    return err;
}

int import_static(struct import *im, const char *table, const char *filename, int cat, int var,
                  const char *category, const char *name, const char *value)
{
    static const char columns[] = "(cat_metric, var_metric, commented, filename, category, "
                                  "var_name, var_val) VALUES (?, ?, 0, ?, ?, ?, ?)";
    struct buf sql;
    struct stmt *st;
    int err;

    buf_init(&sql, 512);
    buf_printf(&sql, "INSERT INTO %s %s", table, columns); /* table: our own name */
    err = buf_err(&sql);
    if (!err)
        err = db_stmt(&st, im->args->db, buf_z(&sql));
    buf_fini(&sql);
    if (!err)
        err = stmt_int(st, 1, cat);
    if (!err)
        err = stmt_int(st, 2, var);
    if (!err)
        err = stmt_text(st, 3, slice_of(filename));
    if (!err)
        err = stmt_text(st, 4, slice_of(category));
    if (!err)
        err = stmt_text(st, 5, slice_of(name));
    if (!err)
        err = stmt_text(st, 6, slice_of(value));
    return err ? err : stmt_run(st);
}
