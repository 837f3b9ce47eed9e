/* TLS configurations over a pair of sockets: names, wildcards, client certificates, methods, renewal. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "loop/tls_inner.h"
#include "unit.h"

struct files {
    char dir[64];
    char a[96], b[96], wild[96]; /* certificates with keys: a.test, b.test, *.wild.test */
};

static int make(struct files *f, char out[96], const char *file, const char *name)
{
    snprintf(out, 96, "%s/%s", f->dir, file);
    return tls_make_self_signed(out, name);
}

static int open_files(struct files *f)
{
    int err;

    snprintf(f->dir, sizeof(f->dir), "/tmp/station-tls-XXXXXX");
    if (!mkdtemp(f->dir))
        return errno;
    err = make(f, f->a, "a.pem", "a.test");
    if (!err)
        err = make(f, f->b, "b.pem", "b.test");
    return err ? err : make(f, f->wild, "wild.pem", "*.wild.test");
}

static void close_files(struct files *f)
{
    unlink(f->a);
    unlink(f->b);
    unlink(f->wild);
    rmdir(f->dir);
}

struct result {
    int client, server; /* 0, or tls_session_error */
    char name[80];      /* subject that the client saw */
    int version;
    bool has_client_cert;
};

static bool step(SSL *s, int *err)
{
    enum tls_want want = tls_session_handshake(s);

    if (want == TLS_FAILED || want == TLS_END)
        *err = tls_session_error(s);
    return want == TLS_DONE || *err;
}

static void note(struct result *r, SSL *client, SSL *server)
{
    X509 *x = SSL_get0_peer_certificate(client);

    if (x)
        X509_NAME_get_text_by_NID(X509_get_subject_name(x), NID_commonName, r->name,
                                  sizeof(r->name));
    r->version = SSL_version(client);
    r->has_client_cert = SSL_get0_peer_certificate(server) != NULL;
}

/* Both ends until they are done or one gives up. */
static int shake(struct result *r, struct tls *server, struct tls *client, const char *name)
{
    SSL *c = NULL, *s = NULL;
    bool is_c = false, is_s = false;
    int fd[2], err;
    char byte;
    size_t n;

    memset(r, 0, sizeof(*r));
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fd))
        return errno;
    err = tls_session_alloc(&s, server, fd[0], true, NULL);
    if (!err)
        err = tls_session_alloc(&c, client, fd[1], false, name);
    for (int i = 0; !err && i < 20 && !(is_c && is_s) && !r->client && !r->server; i++) {
        is_c = is_c || step(c, &r->client);
        is_s = is_s || step(s, &r->server);
    }
    /* TLS 1.3: a client hears only afterwards that its certificate was refused. */
    if (!err && !r->client && !r->server)
        tls_session_read(c, &byte, 1, &n);
    if (!err)
        note(r, c, s);
    tls_session_free(c, false);
    tls_session_free(s, false);
    close(fd[0]);
    close(fd[1]);
    return err;
}

static int certificate_goes_by_the_name_asked_for(void)
{
    struct files f = {{0}};
    struct tls *server = NULL, *client = NULL;
    struct result r;
    const char *why;
    int err;

    CHECK_OK_TO(open_files(&f), out);
    CHECK_OK_TO(tls_alloc(&server, &(struct tls_args){.cert_file = f.a}, NULL), out);
    CHECK_OK_TO(tls_add_certificate(server, f.b, NULL, NULL, NULL), out);
    CHECK_OK_TO(tls_add_certificate(server, f.wild, NULL, NULL, NULL), out);
    CHECK_TO(tls_add_certificate(server, "/nonexistent", NULL, NULL, &why) == EINVAL && why, out);
    CHECK_OK_TO(tls_alloc(&client, &(struct tls_args){0}, NULL), out);
    CHECK_OK_TO(shake(&r, server, client, "b.test"), out);
    CHECK_TO(strcmp(r.name, "b.test") == 0, out);
    CHECK_OK_TO(shake(&r, server, client, "x.wild.test"), out);
    CHECK_TO(strcmp(r.name, "*.wild.test") == 0, out);
    CHECK_OK_TO(shake(&r, server, client, "a.test"), out);
    CHECK_TO(strcmp(r.name, "a.test") == 0, out);
    CHECK_OK_TO(shake(&r, server, client, "other.test"), out);
    CHECK_TO(strcmp(r.name, "a.test") == 0, out);
    CHECK_OK_TO(shake(&r, server, client, NULL), out);
    CHECK_TO(strcmp(r.name, "a.test") == 0, out);
out:
    mem_deref(server);
    mem_deref(client);
    close_files(&f);
    return err;
}

static int server_must_prove_its_name(void)
{
    struct files f = {{0}};
    struct tls *server = NULL, *client = NULL, *wild = NULL;
    struct tls_args args = {.verify_server = true};
    struct result r;
    int err;

    CHECK_OK_TO(open_files(&f), out);
    args.ca_dir = f.dir; /* both and the wildcard's are authorities of their own */
    CHECK_OK_TO(tls_alloc(&server, &(struct tls_args){.cert_file = f.wild}, NULL), out);
    CHECK_OK_TO(tls_alloc(&client, &args, NULL), out);
    args.allows_wildcard = true;
    CHECK_OK_TO(tls_alloc(&wild, &args, NULL), out);
    CHECK_OK_TO(shake(&r, server, client, "x.wild.test"), out);
    CHECK_TO(r.client == EACCES, out);
    CHECK_OK_TO(shake(&r, server, wild, "x.wild.test"), out);
    CHECK_TO(r.client == 0, out);
    CHECK_OK_TO(shake(&r, server, wild, "x.y.wild.test"), out);
    CHECK_TO(r.client == EACCES, out);
    CHECK_OK_TO(shake(&r, server, wild, "a.test"), out);
    CHECK_TO(r.client == EACCES, out);
    CHECK_TO(shake(&r, server, client, NULL) == EINVAL, out);
out:
    mem_deref(server);
    mem_deref(client);
    mem_deref(wild);
    close_files(&f);
    return err;
}

static int client_certificate_is_asked_for_or_required(void)
{
    struct files f = {{0}};
    struct tls *asks = NULL, *requires = NULL, *none = NULL, *good = NULL, *bad = NULL;
    struct tls_args args = {.asks_client = true};
    struct result r;
    int err;

    CHECK_OK_TO(open_files(&f), out);
    args.cert_file = f.a;
    args.ca_file = f.a;
    CHECK_OK_TO(tls_alloc(&asks, &args, NULL), out);
    args.verify_client = true;
    CHECK_OK_TO(tls_alloc(&requires, &args, NULL), out);
    CHECK_OK_TO(tls_alloc(&none, &(struct tls_args){0}, NULL), out);
    CHECK_OK_TO(tls_alloc(&good, &(struct tls_args){.cert_file = f.a}, NULL), out);
    CHECK_OK_TO(tls_alloc(&bad, &(struct tls_args){.cert_file = f.b}, NULL), out);
    CHECK_OK_TO(shake(&r, asks, none, NULL), out);
    CHECK_TO(!r.server && !r.has_client_cert, out);
    CHECK_OK_TO(shake(&r, asks, good, NULL), out);
    CHECK_TO(!r.server && r.has_client_cert, out);
    CHECK_OK_TO(shake(&r, asks, bad, NULL), out);
    CHECK_TO(r.server == EACCES, out);
    CHECK_OK_TO(shake(&r, requires, none, NULL), out);
    CHECK_TO(r.server != 0, out);
    CHECK_OK_TO(shake(&r, requires, good, NULL), out);
    CHECK_TO(!r.server, out);
out:
    mem_deref(asks);
    mem_deref(requires);
    mem_deref(none);
    mem_deref(good);
    mem_deref(bad);
    close_files(&f);
    return err;
}

static int methods_and_ciphers_are_obeyed(void)
{
    struct files f = {{0}};
    struct tls *server = NULL, *client = NULL;
    struct tls_args args = {.method = "tlsv1_2", .ciphers = "ECDHE-ECDSA-AES128-GCM-SHA256"};
    struct result r;
    const char *why;
    int err;

    CHECK_OK_TO(open_files(&f), out);
    args.cert_file = f.a;
    CHECK_OK_TO(tls_alloc(&server, &args, NULL), out);
    CHECK_OK_TO(tls_alloc(&client, &(struct tls_args){0}, NULL), out);
    CHECK_OK_TO(shake(&r, server, client, NULL), out);
    CHECK_TO(r.version == TLS1_2_VERSION, out);
    server = mem_deref(server);
    args.method = "";
    args.ciphers = "TLS_AES_128_GCM_SHA256, TLS_CHACHA20_POLY1305_SHA256";
    CHECK_OK_TO(tls_alloc(&server, &args, NULL), out);
    CHECK_OK_TO(shake(&r, server, client, NULL), out);
    CHECK_TO(r.version == TLS1_3_VERSION, out);
    server = mem_deref(server);
    args.ciphers = "NOT-A-CIPHER";
    CHECK_TO(tls_alloc(&server, &args, &why) == EINVAL && why, out);
    args.ciphers = NULL;
    args.method = "tlsv1";
    CHECK_TO(tls_alloc(&server, &args, &why) == EINVAL && strstr(why, "TLS 1.2"), out);
    args.method = NULL;
    args.ca_dir = "/nonexistent";
    args.verify_client = true;
    CHECK_TO(tls_alloc(&server, &args, &why) == EINVAL && why, out);
out:
    mem_deref(server);
    mem_deref(client);
    close_files(&f);
    return err;
}

static int renewed_certificate_is_shown_at_once(void)
{
    struct files f = {{0}};
    struct tls *server = NULL, *fresh = NULL, *client = NULL;
    struct result r;
    int err;

    CHECK_OK_TO(open_files(&f), out);
    CHECK_OK_TO(tls_alloc(&server, &(struct tls_args){.cert_file = f.a}, NULL), out);
    CHECK_OK_TO(tls_alloc(&fresh, &(struct tls_args){.cert_file = f.b}, NULL), out);
    CHECK_OK_TO(tls_add_certificate(fresh, f.wild, NULL, NULL, NULL), out);
    CHECK_OK_TO(tls_alloc(&client, &(struct tls_args){0}, NULL), out);
    tls_replace(server, fresh);
    fresh = mem_deref(fresh);
    CHECK_OK_TO(shake(&r, server, client, NULL), out);
    CHECK_TO(strcmp(r.name, "b.test") == 0, out);
    CHECK_OK_TO(shake(&r, server, client, "x.wild.test"), out);
    CHECK_TO(strcmp(r.name, "*.wild.test") == 0, out);
out:
    mem_deref(server);
    mem_deref(fresh);
    mem_deref(client);
    close_files(&f);
    return err;
}

UNIT_TESTS(UNIT_ONCE(certificate_goes_by_the_name_asked_for), UNIT_ONCE(server_must_prove_its_name),
           UNIT_ONCE(client_certificate_is_asked_for_or_required),
           UNIT_ONCE(methods_and_ciphers_are_obeyed),
           UNIT_ONCE(renewed_certificate_is_shown_at_once))
