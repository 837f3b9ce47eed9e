/* role/web_cmd.c - `station web certificate`: show, replace or take back the certificate of the interface */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <openssl/pem.h>
#include <openssl/x509_vfy.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "role/command.h"
#include "role/front_cert.h"
#include "role/front_conf.h"
#include "role/role.h"

enum { FILE_MAX = 1 << 20, CHAIN_MAX = 16 };

struct web_cmd {
    const char *state, *cert, *key;
    bool is_own;
    char folder[PATH_MAX], to_cert[PATH_MAX], to_key[PATH_MAX];
};

/* ---- files ---- */

static int read_file(struct buf *b, const char *file)
{
    char part[4096];
    FILE *f = fopen(file, "re");
    size_t n;

    if (!f)
        return errno;
    while ((n = fread(part, 1, sizeof(part), f)) > 0)
        buf_add(b, part, n);
    fclose(f);
    return buf_err(b);
}

/* Belongs to whom the folder belongs to: the front, and nobody else reads it. */
static int write_file(const char *file, struct slice text, const struct stat *owner)
{
    char fresh[PATH_MAX];
    int fd, err = 0;

    if (snprintf(fresh, sizeof(fresh), "%s.new", file) >= (int)sizeof(fresh))
        return ENAMETOOLONG;
    unlink(fresh);
    fd = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return errno;
    if (geteuid() == 0 && fchown(fd, owner->st_uid, owner->st_gid))
        err = errno;
    if (!err && write(fd, text.p, text.len) != (ssize_t)text.len)
        err = EIO;
    if (!err && fsync(fd))
        err = errno;
    close(fd);
    if (!err && rename(fresh, file))
        err = errno;
    if (err)
        unlink(fresh);
    return err;
}

static int copy(const char *from, const char *to, const struct stat *owner)
{
    struct buf b;
    int err;

    buf_init(&b, FILE_MAX);
    err = read_file(&b, from);
    if (!err)
        err = write_file(to, buf_slice(&b), owner);
    buf_fini(&b);
    return err;
}

/* ---- what is said ---- */

static void say(const struct front_cert *c)
{
    printf(c->is_own ? command_say("Сертификат станции (самоподписанный): %s\n",
                                   "A certificate of the station's own (self-signed): %s\n")
                     : command_say("Сертификат: %s\n", "Certificate: %s\n"),
           c->names);
    printf(command_say("Действует ещё дней: %" PRIi64 "\n", "Days left: %" PRIi64 "\n"),
           c->days_left);
}

/* What browsers want beside the certificate: a chain up to an authority that they know. */
static bool has_chain(const char *file)
{
    X509_STORE *store = X509_STORE_new();
    X509_STORE_CTX *v = X509_STORE_CTX_new();
    STACK_OF(X509) *more = sk_X509_new_null();
    FILE *f = fopen(file, "re");
    X509 *x = f ? PEM_read_X509(f, NULL, NULL, NULL) : NULL, *next;
    bool is_ok = store && v && more && x && X509_STORE_set_default_paths(store);

    for (int i = 0; is_ok && i < CHAIN_MAX && (next = PEM_read_X509(f, NULL, NULL, NULL)); i++)
        sk_X509_push(more, next);
    is_ok = is_ok && X509_STORE_CTX_init(v, store, x, more) && X509_verify_cert(v) == 1;
    if (f)
        fclose(f);
    X509_STORE_CTX_free(v);
    X509_STORE_free(store);
    sk_X509_pop_free(more, X509_free);
    X509_free(x);
    return is_ok;
}

/* ---- what is done ---- */

static int find_folder(struct web_cmd *w, struct stat *owner)
{
    char front[PATH_MAX];

    if (role_file(front, sizeof(front), w->state, ROLE_FRONT_DIR) ||
        role_file(w->to_cert, sizeof(w->to_cert), front, FRONT_CERT) ||
        role_file(w->to_key, sizeof(w->to_key), front, FRONT_KEY) ||
        role_file(w->folder, sizeof(w->folder), front, "tls"))
        return command_fail("%s", strerror(ENAMETOOLONG));
    if (stat(front, owner))
        return command_fail(command_say("%s: %s; сначала запустите станцию: station run",
                                        "%s: %s; start the station first: station run"),
                            front, strerror(errno));
    if (mkdir(w->folder, 0755) && errno != EEXIST)
        return command_fail("%s: %s", w->folder, strerror(errno));
    if (geteuid() == 0 && chown(w->folder, owner->st_uid, owner->st_gid))
        return command_fail("%s: %s", w->folder, strerror(errno));
    return 0;
}

static int show(const struct web_cmd *w)
{
    struct front_cert c = {0};
    const char *why;

    if (front_cert_read(w->to_cert, w->to_key, &c, &why))
        return command_fail("%s: %s", w->to_cert, why);
    say(&c);
    return 0;
}

static int replace(const struct web_cmd *w, const struct stat *owner)
{
    struct front_cert c = {0};
    const char *why;
    int err;

    if (front_cert_read(w->cert, w->key, &c, &why))
        return command_fail(command_say("не взят: %s", "not taken: %s"), why);
    if (c.days_left < 0)
        return command_fail("%s", command_say("не взят: срок сертификата истёк",
                                              "not taken: the certificate has expired"));
    err = copy(w->key, w->to_key, owner);
    if (!err)
        err = copy(w->cert, w->to_cert, owner);
    if (err)
        return command_fail("%s: %s", w->folder, strerror(err));
    say(&c);
    if (!has_chain(w->cert))
        puts(command_say(
            "Цепочка не ведёт к известному центру: браузеры спросят, доверять ли. Нужен файл вроде "
            "fullchain.pem.",
            "The chain leads to no authority that is known here: browsers will ask whether to trust it. "
            "A file like fullchain.pem is wanted."));
    puts(command_say("Работающая станция возьмёт его за 2 секунды.",
                     "A station that runs takes it within 2 seconds."));
    return 0;
}

/* The front makes one when there is none. */
static int take_back(const struct web_cmd *w)
{
    if ((unlink(w->to_cert) && errno != ENOENT) || (unlink(w->to_key) && errno != ENOENT))
        return command_fail("%s: %s", w->folder, strerror(errno));
    puts(command_say(
        "Станция сделает себе сертификат сама: работающая - за 2 секунды.",
        "The station makes a certificate of its own: one that runs, within 2 seconds."));
    return 0;
}

static int read_options(struct web_cmd *w, int argc, char **argv)
{
    if (argc < 2 || strcmp(argv[1], "certificate") != 0)
        return EINVAL;
    for (int i = 2; i < argc; i++) {
        const char *value = NULL;

        if (command_option(argc, argv, &i, "state", &value) && value)
            w->state = value;
        else if (command_option(argc, argv, &i, "cert", &value) && value)
            w->cert = value;
        else if (command_option(argc, argv, &i, "key", &value) && value)
            w->key = value;
        else if (strcmp(argv[i], "--own") == 0)
            w->is_own = true;
        else
            return EINVAL;
    }
    return !w->cert != !w->key || (w->cert && w->is_own) ? EINVAL : 0;
}

int cmd_web(int argc, char **argv)
{
    static struct web_cmd w; /* paths: too big for a stack frame */
    struct stat owner;

    w = (struct web_cmd){.state = STATION_STATE_DIR};
    if (read_options(&w, argc, argv))
        return command_usage("web");
    if (find_folder(&w, &owner))
        return 1;
    if (w.cert)
        return replace(&w, &owner);
    return w.is_own ? take_back(&w) : show(&w);
}
