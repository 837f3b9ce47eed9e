/* init.c - `station init`: make a state directory with a database and a demo office */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/addr.h"
#include "base/mem.h"
#include "loop/tls.h"
#include "model/schema.h"
#include "role/command.h"
#include "role/demo.h"
#include "role/role.h"
#include "role/user_cmd.h"
#include "role/users.h"
#include "store/where.h"

struct init {
    const char *state;
    struct demo_args demo;
    char dir[PATH_MAX]; /* absolute */
    char db[PATH_MAX], fresh[PATH_MAX], cert[PATH_MAX], phones[PATH_MAX];
    struct demo_phone logins[DEMO_PHONES];
    char code[USER_CODE]; /* of the first visit to the web interface */
    const char *database; /* --database */
    struct db_where where;
};

/* Every folder on the way, as mkdir -p. */
static int make_dirs(const char *path)
{
    char part[PATH_MAX];
    size_t len = strlen(path);

    if (len >= sizeof(part))
        return ENAMETOOLONG;
    for (size_t i = 1; i <= len; i++) {
        if (path[i] != '/' && path[i] != '\0')
            continue;
        memcpy(part, path, i);
        part[i] = '\0';
        if (mkdir(part, i == len ? 02770 : 0755) != 0 && errno != EEXIST)
            return errno;
    }
    return 0;
}

/* As root the group station reaches what is made; without the group `station run` says what to do.
 */
static int share(const char *path)
{
    const struct group *g = geteuid() == 0 ? getgrnam(USERS_GROUP) : NULL;
    int err = 0, fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

    if (fd < 0)
        return errno;
    if ((g && fchown(fd, (uid_t)-1, g->gr_gid) != 0) || fchmod(fd, 02770) != 0)
        err = errno;
    close(fd);
    return err;
}

static int make_state(struct init *in)
{
    char tls[PATH_MAX];
    int err = make_dirs(in->state);

    if (!err && !realpath(in->state, in->dir))
        err = errno;
    if (!err)
        err = share(in->dir);
    if (!err)
        err = role_file(tls, sizeof(tls), in->dir, "tls");
    if (!err && mkdir(tls, 02770) != 0 && errno != EEXIST)
        err = errno;
    if (!err)
        err = share(tls);
    if (!err)
        err = role_file(in->db, sizeof(in->db), in->dir, "station.db");
    if (!err)
        err = role_file(in->fresh, sizeof(in->fresh), in->dir, "station.db.new");
    if (!err)
        err = role_file(in->cert, sizeof(in->cert), in->dir, "tls/station.pem");
    if (!err)
        err = role_file(in->phones, sizeof(in->phones), in->dir, "phones.txt");
    if (err)
        command_fail(command_say("не удалось создать каталог состояния %s: %s",
                                 "cannot make the state directory %s: %s"),
                     in->state, strerror(err));
    return err;
}

static int make_cert(const struct init *in)
{
    char name[256] = "station";
    int err = 0;

    if (access(in->cert, F_OK) != 0) {
        gethostname(name, sizeof(name) - 1);
        err = tls_make_self_signed(in->cert, name);
    }
    if (err)
        command_fail(command_say("не удалось создать сертификат %s: %s",
                                 "cannot make the certificate %s: %s"),
                     in->cert, strerror(err));
    return err;
}

static int write_phones(const struct init *in)
{
    int fd = open(in->phones, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0640);
    int err = 0;

    if (fd < 0)
        return errno;
    for (int i = 0; i < DEMO_PHONES && !err; i++)
        if (dprintf(fd, "%s\t%s\n", in->logins[i].number, in->logins[i].password) < 0)
            err = errno;
    close(fd);
    return err;
}

static void remove_fresh(const struct init *in)
{
    static const char *const tails[] = {"", "-wal", "-shm"};
    char path[PATH_MAX + 8];

    for (size_t i = 0; i < sizeof(tails) / sizeof(tails[0]); i++) {
        snprintf(path, sizeof(path), "%s%s", in->fresh, tails[i]);
        unlink(path);
    }
}

static void database_failed(const char *name, const struct db *d, int err)
{
    const char *why = d && *db_why(d) ? db_why(d) : db_open_why();

    command_fail(
        command_say("не удалось создать базу данных %s: %s", "cannot make the database %s: %s"),
        name, *why ? why : strerror(err));
}

static int fill(struct init *in, struct db *d)
{
    int err = store_migrate(d, model_migrations);

    in->demo.cert = "tls/station.pem"; /* the directory may move */
    if (!err)
        err = demo_write(d, &in->demo, in->logins);
    return err ? err : user_cmd_make_code(d, in->dir, in->code);
}

static int keep_phones(const struct init *in)
{
    int err = in->demo.is_bare ? 0 : write_phones(in);

    if (err)
        command_fail(command_say("не удалось записать %s: %s", "cannot write %s: %s"), in->phones,
                     strerror(err));
    return err;
}

/* Made under another name and put in place whole: an init that is cut short leaves no half
 * database. */
static int make_file(struct init *in)
{
    struct db *d = NULL;
    int err;

    remove_fresh(in);
    err = db_open(&d, in->fresh, DB_CREATE);
    if (!err)
        err = fill(in, d);
    if (err)
        database_failed(in->fresh, d, err);
    mem_deref(d); /* the last connection empties the write-ahead log into the file */
    if (!err)
        err = keep_phones(in);
    /* link and not rename: never over a database that came up meanwhile */
    if (!err && link(in->fresh, in->db) != 0) {
        err = errno;
        command_fail(
            command_say("не удалось создать базу данных %s: %s", "cannot make the database %s: %s"),
            in->db, strerror(err));
    }
    remove_fresh(in);
    return err;
}

/* The office is written in one transaction, and it has settings: without any, an init was cut short. */
static int is_filled(struct db *d, bool *answer)
{
    int64_t version = 0;
    struct stmt *s;
    int err;

    *answer = false;
    if (store_version(d, &version) || version == 0)
        return 0;
    err = db_stmt(&s, d, "SELECT 1 FROM settings");
    if (!err)
        err = stmt_step(s, answer);
    if (!err && *answer)
        stmt_reset(s);
    return err;
}

static int make_on_server(struct init *in, bool *is_old)
{
    struct db *d = NULL;
    int err = db_open(&d, in->where.text, DB_CREATE);

    if (!err)
        err = is_filled(d, is_old);
    if (!err && !*is_old)
        err = fill(in, d);
    if (err)
        database_failed(in->where.shown, d, err);
    mem_deref(d);
    return err || *is_old ? err : keep_phones(in);
}

static int tell(const struct init *in)
{
    printf(command_say("Каталог состояния готов: %s\n", "The state directory is ready: %s\n"),
           in->dir);
    if (!in->demo.is_bare)
        printf(command_say("Телефоны 101-104 и их пароли: %s\n",
                           "Phones 101-104 and their passwords: %s\n"),
               in->phones);
    printf(command_say("Код первого входа в веб-интерфейс: %s (station setup-code)\n",
                       "Code for the first visit to the web interface: %s (station setup-code)\n"),
           in->code);
    printf(command_say("Запуск: station run --state %s\n", "Start it: station run --state %s\n"),
           in->dir);
    return 0;
}

static bool is_port(const char *text, uint16_t *port)
{
    uint32_t v;

    /* the next one is for TLS */
    if (!text || slice_u32(slice_of(text), &v) != 0 || v == 0 || v > 65534)
        return false;
    *port = (uint16_t)v;
    return true;
}

static int read_options(struct init *in, int argc, char **argv)
{
    struct addr a;

    for (int i = 1; i < argc; i++) {
        const char *value = NULL;

        if (strcmp(argv[i], "--demo") == 0)
            in->demo.is_bare = false;
        else if (strcmp(argv[i], "--bare") == 0)
            in->demo.is_bare = true;
        else if (command_option(argc, argv, &i, "state", &value) && value && *value)
            in->state = value;
        else if (command_option(argc, argv, &i, "sip-port", &value) &&
                 is_port(value, &in->demo.sip_port))
            continue;
        else if (command_option(argc, argv, &i, "bind", &value) && value &&
                 addr_parse_host(&a, slice_of(value), 0) == 0)
            in->demo.bind = value;
        else if (command_option(argc, argv, &i, "database", &value) && value && *value)
            in->database = value;
        else
            return EINVAL;
    }
    return 0;
}

static int make_database(struct init *in, bool *is_old)
{
    if (in->where.is_server)
        return make_on_server(in, is_old);
    *is_old = access(in->db, F_OK) == 0;
    return *is_old ? 0 : make_file(in);
}

int cmd_init(int argc, char **argv)
{
    static struct init in; /* paths: too big for a stack frame */
    bool is_old = false;

    in = (struct init){.state = STATION_STATE_DIR, .demo = {.bind = "0.0.0.0", .sip_port = 5060}};
    if (read_options(&in, argc, argv) != 0)
        return command_usage("init");
    if (make_state(&in) != 0)
        return 1;
    if (in.database && command_database_set(in.dir, in.database) != 0)
        return 1;
    if (command_database_where(&in.where, in.dir) != 0 || make_database(&in, &is_old) != 0 ||
        make_cert(&in) != 0)
        return 1;
    if (!is_old)
        return tell(&in);
    printf(command_say("База данных уже есть, ничего не изменено: %s\n",
                       "There is a database already, nothing was changed: %s\n"),
           in.where.shown);
    return 0;
}
