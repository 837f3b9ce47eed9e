/* import.c - see import.h */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "import/inner.h"

typedef int(file_h)(struct import *im, const struct conf *conf);

/* What becomes of each file; one without a handler is only named. A * stands for anything; the first
   row that fits counts. Of files that take others along, the others come first. */
static const struct file_row {
    const char *name;
    file_h *take;
    enum import_verdict verdict;
    const char *ru, *en;
} files[] = {
    {"asterisk.conf", import_asterisk, IMPORT_TAKEN, "", ""},
    {"acl.conf", import_acl, IMPORT_TAKEN, "", ""},
    {"pjsip.conf", import_pjsip, IMPORT_TAKEN, "", ""},
    {"pjsip_wizard.conf", import_wizard, IMPORT_TAKEN, "", ""},
    {"sip.conf", import_sip, IMPORT_TAKEN, "", ""},
    {"extensions.conf", import_extensions, IMPORT_TAKEN, "", ""},
    {"rtp.conf", import_rtp, IMPORT_TAKEN, "", ""},
    {"musiconhold.conf", import_moh, IMPORT_TAKEN, "", ""},
    {"indications.conf", import_indications, IMPORT_TAKEN, "", ""},
    {"cdr.conf", import_cdr, IMPORT_TAKEN, "", ""},
    {"manager.conf", import_manager, IMPORT_TAKEN, "", ""},
    {"http.conf", import_http, IMPORT_TAKEN, "", ""},
    {"ari.conf", import_keep, IMPORT_LATER, "", ""},
    {"queues.conf", import_keep, IMPORT_LATER, "", ""},
    {"queuerules.conf", import_keep, IMPORT_LATER, "", ""},
    {"agents.conf", import_keep, IMPORT_LATER, "", ""},
    {"voicemail.conf", import_keep, IMPORT_LATER, "", ""},
    {"confbridge.conf", import_keep, IMPORT_LATER, "", ""},
    {"meetme.conf", import_keep, IMPORT_LATER, "", ""},
    {"features.conf", import_features, IMPORT_TAKEN, "", ""},
    {"res_parking.conf", import_keep, IMPORT_LATER, "", ""},
    {"followme.conf", import_keep, IMPORT_LATER, "", ""},
    {"pjsip_notify.conf", import_keep, IMPORT_LATER, "", ""},
    {"users.conf", import_keep, IMPORT_LATER, "", ""},
    {"cel.conf", import_keep, IMPORT_LATER, "", ""},
    {"cel_custom.conf", import_keep, IMPORT_LATER, "", ""},
    {"cel_odbc.conf", import_keep, IMPORT_LATER, "", ""},
    {"res_fax.conf", import_keep, IMPORT_LATER, "", ""},
    {"udptl.conf", import_keep, IMPORT_LATER, "", ""},
    {"sip_notify.conf", import_keep, IMPORT_LATER, "", ""},
    {"calendar.conf", import_keep, IMPORT_LATER, "", ""},
    {"amd.conf", import_keep, IMPORT_LATER, "", ""},
    {"dnsmgr.conf", import_keep, IMPORT_LATER, "", ""},
    {"modules.conf", NULL, IMPORT_NOT_NEEDED, "у станции нет загружаемых модулей",
     "the station has no loadable modules"},
    {"logger.conf", NULL, IMPORT_NOT_NEEDED, "журнал пишется в stderr и журнал системы",
     "the log goes to stderr and the system's journal"},
    {"cdr_*.conf", NULL, IMPORT_NOT_NEEDED, "записи о вызовах всегда в таблице cdr",
     "call records are always in table cdr"},
    {"extconfig.conf", NULL, IMPORT_NOT_NEEDED,
     "база данных у станции своя: таблицы ps_* и realtime_extensions переносит импорт дампа",
     "the station has its own database: tables ps_* and realtime_extensions come by importing a dump"},
    {"res_odbc.conf", NULL, IMPORT_NOT_NEEDED, "база данных у станции своя",
     "the station has its own database"},
    {"res_mysql.conf", NULL, IMPORT_NOT_NEEDED, "база данных у станции своя",
     "the station has its own database"},
    {"res_config_*.conf", NULL, IMPORT_NOT_NEEDED, "база данных у станции своя",
     "the station has its own database"},
    {"res_pgsql.conf", NULL, IMPORT_NOT_NEEDED, "база данных у станции своя",
     "the station has its own database"},
    {"func_odbc.conf", NULL, IMPORT_UNSUPPORTED,
     "функций ODBC_* нет: запросы к базе пишутся функцией SQL станции",
     "there are no functions ODBC_*: queries are written with the station's own function"},
    {"sorcery.conf", NULL, IMPORT_NOT_NEEDED, "источники объектов - в таблице static_sorcery",
     "sources of objects are in table static_sorcery"},
    {"sip_*.conf", NULL, IMPORT_UNSUPPORTED, "читается только там, где его включает sip.conf",
     "read only where sip.conf includes it"},
    {"extensions.ael", NULL, IMPORT_UNSUPPORTED,
     "AEL не читается: сохраните маршрутизацию в Asterisk командой dialplan save и импортируйте extensions.conf",
     "AEL is not read: let Asterisk write the routing with dialplan save and import that extensions.conf"},
    {"extensions.lua", NULL, IMPORT_UNSUPPORTED,
     "Lua не выполняется: перепишите маршрутизацию в extensions.conf",
     "Lua is not run: write the routing as extensions.conf"},
    {"iax.conf", NULL, IMPORT_UNSUPPORTED,
     "станция говорит только по SIP (PJSIP): подключите шлюз по SIP",
     "the station speaks SIP (PJSIP) only: connect a gateway by SIP"},
    {"iaxprov.conf", NULL, IMPORT_UNSUPPORTED,
     "станция говорит только по SIP (PJSIP): подключите шлюз по SIP",
     "the station speaks SIP (PJSIP) only: connect a gateway by SIP"},
    {"chan_dahdi.conf", NULL, IMPORT_UNSUPPORTED,
     "станция говорит только по SIP (PJSIP): подключите шлюз по SIP",
     "the station speaks SIP (PJSIP) only: connect a gateway by SIP"},
    {"dahdi*.conf", NULL, IMPORT_UNSUPPORTED,
     "станция говорит только по SIP (PJSIP): подключите шлюз по SIP",
     "the station speaks SIP (PJSIP) only: connect a gateway by SIP"},
    {"mgcp.conf", NULL, IMPORT_UNSUPPORTED,
     "станция говорит только по SIP (PJSIP): подключите шлюз по SIP",
     "the station speaks SIP (PJSIP) only: connect a gateway by SIP"},
    {"skinny.conf", NULL, IMPORT_UNSUPPORTED,
     "станция говорит только по SIP (PJSIP): подключите шлюз по SIP",
     "the station speaks SIP (PJSIP) only: connect a gateway by SIP"},
    {"unistim.conf", NULL, IMPORT_UNSUPPORTED,
     "станция говорит только по SIP (PJSIP): подключите шлюз по SIP",
     "the station speaks SIP (PJSIP) only: connect a gateway by SIP"},
    {"ooh323.conf", NULL, IMPORT_UNSUPPORTED,
     "станция говорит только по SIP (PJSIP): подключите шлюз по SIP",
     "the station speaks SIP (PJSIP) only: connect a gateway by SIP"},
    {"h323.conf", NULL, IMPORT_UNSUPPORTED,
     "станция говорит только по SIP (PJSIP): подключите шлюз по SIP",
     "the station speaks SIP (PJSIP) only: connect a gateway by SIP"},
    {"chan_mobile.conf", NULL, IMPORT_UNSUPPORTED,
     "станция говорит только по SIP (PJSIP): подключите шлюз по SIP",
     "the station speaks SIP (PJSIP) only: connect a gateway by SIP"},
    {"dongle.conf", NULL, IMPORT_UNSUPPORTED,
     "станция говорит только по SIP (PJSIP): подключите шлюз по SIP",
     "the station speaks SIP (PJSIP) only: connect a gateway by SIP"},
    {"quectel.conf", NULL, IMPORT_UNSUPPORTED,
     "станция говорит только по SIP (PJSIP): подключите шлюз по SIP",
     "the station speaks SIP (PJSIP) only: connect a gateway by SIP"},
    {"console.conf", NULL, IMPORT_UNSUPPORTED,
     "станция говорит только по SIP (PJSIP): подключите шлюз по SIP",
     "the station speaks SIP (PJSIP) only: connect a gateway by SIP"},
    {"alsa.conf", NULL, IMPORT_UNSUPPORTED,
     "станция говорит только по SIP (PJSIP): подключите шлюз по SIP",
     "the station speaks SIP (PJSIP) only: connect a gateway by SIP"},
    {"oss.conf", NULL, IMPORT_UNSUPPORTED,
     "станция говорит только по SIP (PJSIP): подключите шлюз по SIP",
     "the station speaks SIP (PJSIP) only: connect a gateway by SIP"},
    {"motif.conf", NULL, IMPORT_UNSUPPORTED,
     "станция говорит только по SIP (PJSIP): подключите шлюз по SIP",
     "the station speaks SIP (PJSIP) only: connect a gateway by SIP"},
    {"xmpp.conf", NULL, IMPORT_UNSUPPORTED,
     "станция говорит только по SIP (PJSIP): подключите шлюз по SIP",
     "the station speaks SIP (PJSIP) only: connect a gateway by SIP"},
    {"dundi.conf", NULL, IMPORT_UNSUPPORTED,
     "станция говорит только по SIP (PJSIP): подключите шлюз по SIP",
     "the station speaks SIP (PJSIP) only: connect a gateway by SIP"},
    {"misdn.conf", NULL, IMPORT_UNSUPPORTED,
     "станция говорит только по SIP (PJSIP): подключите шлюз по SIP",
     "the station speaks SIP (PJSIP) only: connect a gateway by SIP"},
    {"phone*.conf", NULL, IMPORT_UNSUPPORTED,
     "станция говорит только по SIP (PJSIP): подключите шлюз по SIP",
     "the station speaks SIP (PJSIP) only: connect a gateway by SIP"},
    {"cli.conf", NULL, IMPORT_NOT_NEEDED, "станции этот файл не нужен",
     "the station needs no such file"},
    {"cli_aliases.conf", NULL, IMPORT_NOT_NEEDED, "станции этот файл не нужен",
     "the station needs no such file"},
    {"cli_permissions.conf", NULL, IMPORT_NOT_NEEDED, "станции этот файл не нужен",
     "the station needs no such file"},
    {"codecs.conf", NULL, IMPORT_NOT_NEEDED, "станции этот файл не нужен",
     "the station needs no such file"},
    {"ccss.conf", NULL, IMPORT_NOT_NEEDED, "станции этот файл не нужен",
     "the station needs no such file"},
    {"stasis.conf", NULL, IMPORT_NOT_NEEDED, "станции этот файл не нужен",
     "the station needs no such file"},
    {"statsd.conf", NULL, IMPORT_NOT_NEEDED, "станции этот файл не нужен",
     "the station needs no such file"},
    {"prometheus.conf", NULL, IMPORT_NOT_NEEDED, "станции этот файл не нужен",
     "the station needs no such file"},
    {"hep.conf", NULL, IMPORT_NOT_NEEDED, "станции этот файл не нужен",
     "the station needs no such file"},
    {"enum.conf", NULL, IMPORT_NOT_NEEDED, "станции этот файл не нужен",
     "the station needs no such file"},
    {"res_*.conf", NULL, IMPORT_NOT_NEEDED, "станции этот файл не нужен",
     "the station needs no such file"},
    {"dsp.conf", NULL, IMPORT_NOT_NEEDED, "станции этот файл не нужен",
     "the station needs no such file"},
    {"festival.conf", NULL, IMPORT_NOT_NEEDED, "станции этот файл не нужен",
     "the station needs no such file"},
    {"say.conf", NULL, IMPORT_NOT_NEEDED, "станции этот файл не нужен",
     "the station needs no such file"},
    {"smdi.conf", NULL, IMPORT_NOT_NEEDED, "станции этот файл не нужен",
     "the station needs no such file"},
    {"vpb.conf", NULL, IMPORT_NOT_NEEDED, "станции этот файл не нужен",
     "the station needs no such file"},
    {"adsi.conf", NULL, IMPORT_NOT_NEEDED, "станции этот файл не нужен",
     "the station needs no such file"},
    {"alarmreceiver.conf", NULL, IMPORT_NOT_NEEDED, "станции этот файл не нужен",
     "the station needs no such file"},
    {"app_*.conf", NULL, IMPORT_NOT_NEEDED, "станции этот файл не нужен",
     "the station needs no such file"},
    {"extensions_minivm.conf", NULL, IMPORT_NOT_NEEDED, "станции этот файл не нужен",
     "the station needs no such file"},
    {"minivm.conf", NULL, IMPORT_NOT_NEEDED, "станции этот файл не нужен",
     "the station needs no such file"},
    {"muted.conf", NULL, IMPORT_NOT_NEEDED, "станции этот файл не нужен",
     "the station needs no such file"},
    {"osp.conf", NULL, IMPORT_NOT_NEEDED, "станции этот файл не нужен",
     "the station needs no such file"},
    {"phoneprov.conf", NULL, IMPORT_NOT_NEEDED, "станции этот файл не нужен",
     "the station needs no such file"},
    {"resolver_unbound.conf", NULL, IMPORT_NOT_NEEDED, "станции этот файл не нужен",
     "the station needs no such file"},
    {"sla.conf", NULL, IMPORT_NOT_NEEDED, "станции этот файл не нужен",
     "the station needs no such file"},
    {"telcordia*.adsi", NULL, IMPORT_NOT_NEEDED, "станции этот файл не нужен",
     "the station needs no such file"},
    {"test_sorcery.conf", NULL, IMPORT_NOT_NEEDED, "станции этот файл не нужен",
     "the station needs no such file"},
    {"geolocation.conf", NULL, IMPORT_NOT_NEEDED, "станции этот файл не нужен",
     "the station needs no such file"},
    {"aeap.conf", NULL, IMPORT_NOT_NEEDED, "станции этот файл не нужен",
     "the station needs no such file"},
    {"stir_shaken.conf", NULL, IMPORT_NOT_NEEDED, "станции этот файл не нужен",
     "the station needs no such file"},
    {"chan_websocket.conf", NULL, IMPORT_NOT_NEEDED, "станции этот файл не нужен",
     "the station needs no such file"},
    {"websocket_client.conf", NULL, IMPORT_NOT_NEEDED, "станции этот файл не нужен",
     "the station needs no such file"},
    {"config_test.conf", NULL, IMPORT_NOT_NEEDED, "станции этот файл не нужен",
     "the station needs no such file"},
    {"dbsep.conf", NULL, IMPORT_NOT_NEEDED, "станции этот файл не нужен",
     "the station needs no such file"},
    {"aoc.conf", NULL, IMPORT_NOT_NEEDED, "станции этот файл не нужен",
     "the station needs no such file"},
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

bool import_is_secret(const char *name)
{
    return strcasestr(name, "pass") || strcasestr(name, "secret") || strcasestr(name, "api_key") ||
           strcasestr(name, "token") || strcasecmp(name, "register") == 0 ||
           strcmp(name, "md5_cred") == 0;
}

/* A mailbox's line begins with its number's secret. */
static bool hides(const struct conf_item *item)
{
    return import_is_secret(item->name) || strcmp(item->file, "voicemail.conf") == 0 ||
           strcmp(item->file, "meetme.conf") == 0;
}

/* An inherited line was judged where it stands, in its template. */
void import_say_item(struct import *im, const struct conf_item *item, enum import_verdict v,
                     const char *ru, const char *en)
{
    struct buf what;

    if (item->is_inherited)
        return;
    buf_init(&what, 16384);
    buf_printf(&what, "%s = %s", item->name, hides(item) ? "***" : item->value);
    import_say(im, item->file, item->line, v, buf_slice(&what), ru, en);
    buf_fini(&what);
}

void import_template(struct import *im, const struct conf_section *s)
{
    for (uint32_t i = 0; i < s->count; i++)
        import_say_item(im, &s->items[i], IMPORT_TAKEN, "", "");
}

void import_unused(struct import *im, const struct conf_section *s)
{
    for (uint32_t i = 0; s->is_template && i < s->count; i++)
        import_say_item(im, &s->items[i], IMPORT_NOT_NEEDED,
                        "секция - шаблон (!), она не действует",
                        "the section is a template (!), it has no effect");
}

void import_trouble(const char *file, uint32_t line, struct slice what, const char *ru,
                    const char *en, void *arg)
{
    import_say(arg, file, line,
               slice_casestarts(what, SLICE("#exec")) ? IMPORT_UNSUPPORTED : IMPORT_WRONG, what, ru,
               en);
}

static void note_read(const char *file, bool is_translated, void *arg)
{
    struct import *im = arg;

    buf_printf(&im->read, "\n%s\n", file);
    if (is_translated)
        import_say(im, file, 0, IMPORT_TRANSLATED, SLICE(""), "кодировка cp1251 переведена в UTF-8",
                   "texts in cp1251 were put into UTF-8");
}

static int take_file(struct import *im, const struct file_row *row)
{
    struct conf *conf = NULL;
    int err;

    im->file = row->name;
    err = conf_read(&conf, im->dir_fd, row->name, import_trouble, im);
    if (err) { /* the import stops: half a configuration is none */
        import_say(im, row->name, 0, IMPORT_WRONG, slice_of(strerror(err)),
                   "файл не читается, импорт остановлен",
                   "the file cannot be read, the import is stopped");
        return err;
    }
    conf_files(conf, note_read, im);
    err = row->take(im, conf);
    mem_deref(conf);
    return err ? err : buf_err(&im->read);
}

static const struct file_row *find_row(const char *name)
{
    for (size_t i = 0; i < FILES; i++)
        if (fnmatch(files[i].name, name, 0) == 0)
            return &files[i];
    return NULL;
}

static bool has_file(const struct import *im, const char *name)
{
    return faccessat(im->dir_fd, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static bool was_read(const struct import *im, const char *name)
{
    char line[300];

    snprintf(line, sizeof(line), "\n%s\n", name);
    return strstr(buf_z(&im->read), line) != NULL;
}

static bool ends(const char *name, const char *end)
{
    size_t len = strlen(name), tail = strlen(end);

    return len > tail && strcmp(name + len - tail, end) == 0;
}

/* What Asterisk does not read by itself either: copies of old files, keys, folders. */
static void name_stranger(struct import *im, const char *name)
{
    struct stat st;

    if (name[0] == '.' || strcmp(name, "sounds") == 0 || strcmp(name, "moh") == 0 ||
        fstatat(im->dir_fd, name, &st, AT_SYMLINK_NOFOLLOW))
        return;
    if (S_ISDIR(st.st_mode))
        import_say(im, name, 0, IMPORT_NOT_NEEDED, SLICE(""),
                   "каталог: прочитаны только файлы, которые включает #include",
                   "a folder: only files that an #include names were read");
    else
        import_say(im, name, 0, IMPORT_NOT_NEEDED, SLICE(""),
                   "файл не прочитан: это не файл конфигурации",
                   "the file was not read: it is no configuration file");
}

/* A file that no other one included, and that nobody took. @return whether it is known */
static bool name_file(struct import *im, const char *name)
{
    const struct file_row *row = find_row(name);

    if (was_read(im, name) || (row && row->take))
        return row != NULL;
    if (row)
        import_say(im, name, 0, row->verdict, SLICE(""), row->ru, row->en);
    else if (ends(name, ".conf"))
        import_say(im, name, 0, IMPORT_UNSUPPORTED, SLICE(""),
                   "файл не прочитан: станция его не знает, и ни один другой его не включает",
                   "the file was not read: the station does not know it, and no other includes it");
    else if (ends(name, ".ael") || ends(name, ".lua"))
        import_say(im, name, 0, IMPORT_UNSUPPORTED, SLICE(""),
                   "файл не прочитан: перепишите маршрутизацию в extensions.conf",
                   "the file was not read: write the routing as extensions.conf");
    else
        name_stranger(im, name);
    return row != NULL;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

/* Files without a reader are named, so that nobody believes they were read. */
static int name_others(struct import *im, unsigned *seen)
{
    struct dirent **names = NULL;
    int count = scandirat(im->dir_fd, ".", &names, NULL, by_name);

    if (count < 0)
        return errno;
    for (int i = 0; i < count; i++) {
        *seen += name_file(im, names[i]->d_name);
        free(names[i]); /* the C library's, like the list */
    }
    free(names);
    return 0;
}

static int take_all(struct import *im)
{
    unsigned seen = 0;
    int err = 0;

    for (size_t i = 0; !err && i < FILES; i++)
        if (files[i].take && has_file(im, files[i].name)) {
            seen++;
            err = take_file(im, &files[i]);
        }
    if (!err)
        err = name_others(im, &seen);
    if (!err && !seen)
        err = ENOENT;
    return err ? err : import_sounds(im);
}

/* A folder, or a dump. */
static int take_what_it_is(struct import *im, const char *name)
{
    struct stat st;

    if (fstat(im->dir_fd, &st))
        return errno;
    import_dirs_init(im);
    if (S_ISDIR(st.st_mode))
        return take_all(im);
    if (S_ISFIFO(st.st_mode) &&
        fcntl(im->dir_fd, F_SETFL, 0)) /* /dev/stdin: its end is waited for */
        return errno;
    return S_ISREG(st.st_mode) || S_ISFIFO(st.st_mode) ? import_dump(im, im->dir_fd, name) : EINVAL;
}

int import_run(const struct import_args *args, struct import_totals *totals)
{
    struct import *im = mem_zalloc(sizeof(*im));
    int err;

    memset(totals, 0, sizeof(*totals));
    if (!im)
        return ENOMEM;
    im->args = args;
    im->totals = totals;
    buf_init(&im->read, 4u << 20);
    buf_init(&im->acls, 16384);
    buf_init(&im->contact_acls, 16384);
    im->dir_fd = open(args->dir, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    err = im->dir_fd < 0 ? errno : db_begin(args->db);
    if (!err)
        err = take_what_it_is(im, args->dir);
    if (!err && !args->is_dry)
        err = db_commit(args->db);
    if (err || args->is_dry)
        db_rollback(args->db);
    if (im->dir_fd >= 0)
        close(im->dir_fd);
    buf_fini(&im->read);
    buf_fini(&im->acls);
    buf_fini(&im->contact_acls);
    mem_free(im);
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
