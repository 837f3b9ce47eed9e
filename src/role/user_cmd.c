/* role/user_cmd.c - `station user` and `station setup-code`: users of the web interface, on the station itself */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "rest/audit.h"
#include "rest/user.h"
#include "role/command.h"
#include "role/role.h"
#include "role/user_cmd.h"

#define CODE_FILE "setup-code"

/* ---- the code of the first start ---- */

static int write_code(const char *path, const char *code)
{
    int err = 0, fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);

    if (fd < 0)
        return errno;
    if (fchmod(fd, 0600) || dprintf(fd, "%s\n", code) < 0)
        err = errno;
    close(fd);
    return err;
}

int user_cmd_make_code(struct db *d, const char *state, char code[USER_CODE])
{
    char path[PATH_MAX];
    int err = role_file(path, sizeof(path), state, CODE_FILE);

    user_code_make(code);
    if (!err)
        err = db_begin(d);
    if (!err)
        err = user_code_set(d, code, (int64_t)time(NULL));
    if (!err)
        err = write_code(path, code);
    if (!err)
        return db_commit(d);
    db_rollback(d);
    return err;
}

/* The file's, when it is the one that the database knows still. */
static bool read_code(struct db *d, const char *state, char code[USER_CODE])
{
    char path[PATH_MAX], hash[TOKEN_TEXT], whose[37];
    FILE *f = role_file(path, sizeof(path), state, CODE_FILE) ? NULL : fopen(path, "re");
    bool has = f && fgets(code, USER_CODE, f);

    if (f)
        fclose(f);
    if (!has)
        return false;
    token_hash(slice_of(code), hash);
    return user_link_find(d, hash, (int64_t)time(NULL), whose) == 0;
}

static int show_code(struct db *d, const char *state)
{
    char code[USER_CODE];
    bool is_there;
    int err = user_is_there_any(d, &is_there);

    if (!err && is_there)
        return command_fail(
            "%s", command_say("пользователи уже есть: код первого запуска не нужен; добавить "
                              "администратора: station user add ИМЯ --role administrator",
                              "there are users already: no code is needed; add an administrator: "
                              "station user add NAME --role administrator"));
    if (!err && !read_code(d, state, code))
        err = user_cmd_make_code(d, state, code);
    if (err)
        return command_fail("%s/" CODE_FILE ": %s", state, *db_why(d) ? db_why(d) : strerror(err));
    puts(code);
    return 0;
}

int cmd_setup_code(int argc, char **argv)
{
    const char *state = STATION_STATE_DIR;
    struct db *d = NULL;
    int code;

    for (int i = 1; i < argc; i++)
        if (!command_option(argc, argv, &i, "state", &state) || !state)
            return command_usage("setup-code");
    if (command_database(&d, state))
        return 1;
    code = show_code(d, state);
    mem_deref(d);
    return code;
}

/* ---- users ---- */

struct user_cmd {
    const char *state, *verb, *name, *role, *email, *full_name, *language, *groups;
    struct db *db;
    struct arena arena;
    char password[PASSWORD_MOST + 2], hash[PASSWORD_HASH];
};

/* From a terminal without echo; else one line. */
static int read_password(struct user_cmd *u)
{
    struct termios old, quiet;
    const bool is_tty = isatty(STDIN_FILENO) && tcgetattr(STDIN_FILENO, &old) == 0;
    bool has;

    if (is_tty) {
        fputs(command_say("Пароль: ", "Password: "), stderr);
        quiet = old;
        quiet.c_lflag &= ~(tcflag_t)ECHO;
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
    }
    has = fgets(u->password, sizeof(u->password), stdin) != NULL;
    if (is_tty) {
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &old);
        fputc('\n', stderr);
    }
    u->password[has ? strcspn(u->password, "\r\n") : 0] = '\0';
    return has ? 0 : ENODATA;
}

static int hash_password(struct user_cmd *u)
{
    const struct model_words *fault;
    int err = read_password(u);

    if (err)
        return command_fail("%s", command_say("пароля нет на стандартном вводе",
                                              "there is no password on standard input"));
    fault = password_fault(slice_of(u->password), slice_of(u->name));
    if (!fault)
        err = password_hash(slice_of(u->password), u->hash);
    sodium_memzero(u->password, sizeof(u->password));
    if (fault)
        return command_fail("%s", command_say(fault->ru, fault->en));
    return err ? command_fail("%s", strerror(err)) : 0;
}

static int journal(struct user_cmd *u, const char *uuid, const char *action)
{
    return audit_add(u->db,
                     &(struct audit){.at = (int64_t)time(NULL),
                                     .user = "station",
                                     .type = "users",
                                     .uuid = uuid,
                                     .name = u->name,
                                     .action = action},
                     NULL);
}

static int add(struct user_cmd *u)
{
    struct user one = {.role = user_role_parse(slice_of(u->role ? u->role : "user")),
                       .name = u->name,
                       .email = u->email,
                       .full_name = u->full_name,
                       .language = u->language,
                       .groups = u->groups,
                       .password = u->hash};
    int err = user_add(u->db, &one);

    return err ? err : journal(u, one.uuid, "create");
}

static int set_password(struct user_cmd *u)
{
    struct user one;
    int err = user_find(u->db, slice_of(u->name), false, &u->arena, &one);

    if (!err)
        err = user_set_password(u->db, one.uuid, u->hash, false);
    return err ? err : journal(u, one.uuid, "password");
}

static int set_totp_off(struct user_cmd *u)
{
    struct user one;
    int err = user_find(u->db, slice_of(u->name), false, &u->arena, &one);

    if (!err)
        err = user_set_totp(u->db, one.uuid, "", 0);
    return err ? err : journal(u, one.uuid, "totp-off");
}

static int print_one(struct stmt *s, void *arg)
{
    for (int c = 0; c < stmt_cols(s); c++)
        printf("%s%.*s", c ? "\t" : "", SLICE_ARG(stmt_col(s, c)));
    putchar('\n');
    return 0;
}

static int list(struct user_cmd *u)
{
    struct slice sql = SLICE("SELECT name, role, coalesce(enable, 'yes'), full_name, email FROM "
                             "users ORDER BY name");

    return db_each(u->db, &sql, print_one, NULL);
}

static const struct verb {
    const char *name;
    int (*run)(struct user_cmd *u);
    bool wants_password, is_reading;
} verbs[] = {{"add", add, true, false},
             {"password", set_password, true, false},
             {"totp-off", set_totp_off, false, false},
             {"list", list, false, true}};

static const struct verb *verb_of(const char *name)
{
    for (size_t i = 0; name && i < sizeof(verbs) / sizeof(verbs[0]); i++)
        if (strcmp(name, verbs[i].name) == 0)
            return &verbs[i];
    return NULL;
}

static int tell(const struct user_cmd *u, int err)
{
    if (!err)
        return 0;
    if (err == EEXIST)
        return command_fail(command_say("пользователь %s уже есть", "there is a user %s already"),
                            u->name);
    if (err == ENOENT)
        return command_fail(command_say("пользователя %s нет: station user list",
                                        "there is no user %s: station user list"),
                            u->name);
    return command_fail("%s", *db_why(u->db) ? db_why(u->db) : strerror(err));
}

static int run(struct user_cmd *u, const struct verb *v)
{
    int err;

    if (v->wants_password && hash_password(u))
        return 1;
    if (command_database(&u->db, u->state))
        return 1;
    err = v->is_reading ? 0 : db_begin(u->db);
    if (!err)
        err = v->run(u);
    if (!err && !v->is_reading)
        err = db_commit(u->db);
    else if (err && !v->is_reading)
        db_rollback(u->db);
    return tell(u, err);
}

static int read_options(struct user_cmd *u, int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (command_option(argc, argv, &i, "state", &u->state) ||
            command_option(argc, argv, &i, "role", &u->role) ||
            command_option(argc, argv, &i, "email", &u->email) ||
            command_option(argc, argv, &i, "full-name", &u->full_name) ||
            command_option(argc, argv, &i, "language", &u->language) ||
            command_option(argc, argv, &i, "groups", &u->groups))
            continue;
        if (strncmp(argv[i], "--", 2) == 0 || (u->verb && u->name))
            return EINVAL;
        *(u->verb ? &u->name : &u->verb) = argv[i];
    }
    return u->state && (!u->role || user_role_parse(slice_of(u->role))) ? 0 : EINVAL;
}

int cmd_user(int argc, char **argv)
{
    static struct user_cmd u;
    const struct verb *v;
    int code;

    u = (struct user_cmd){.state = STATION_STATE_DIR};
    arena_init(&u.arena, 1 << 20);
    code = read_options(&u, argc, argv);
    v = verb_of(u.verb);
    if (code || !v || (!v->is_reading && (!u.name || !*u.name)))
        return command_usage("user");
    code = run(&u, v);
    mem_deref(u.db);
    arena_fini(&u.arena);
    return code;
}
