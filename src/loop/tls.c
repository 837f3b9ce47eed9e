/* tls.c - see tls.h */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "base/addr.h"
#include "base/mem.h"
#include "base/rand.h"
#include "loop/tls_inner.h"

#define SYSTEM_AUTHORITIES "/etc/ssl/certs/ca-certificates.crt"
#define TEN_YEARS_S (3650l * 24 * 3600)

struct tls {
    SSL_CTX *ssl;
    bool verify_server;
};

static _Thread_local char reason[512];

static int refuse(const char *what, const char *file)
{
    unsigned long code = ERR_peek_error();
    const char *why = code ? ERR_reason_error_string(code) : NULL;

    if (code && ERR_GET_LIB(code) == ERR_LIB_SYS)
        why = strerror(ERR_GET_REASON(code));
    snprintf(reason, sizeof(reason), "%s %.300s: %s", what, file ? file : "",
             why ? why : "refused");
    ERR_clear_error();
    return EINVAL;
}

static void tls_destroy(void *arg)
{
    struct tls *t = arg;

    SSL_CTX_free(t->ssl);
}

static int load_own(SSL_CTX *ssl, const struct tls_args *args)
{
    const char *key = args->key_file ? args->key_file : args->cert_file;

    if (!args->cert_file)
        return 0;
    if (SSL_CTX_use_certificate_chain_file(ssl, args->cert_file) != 1)
        return refuse("certificate", args->cert_file);
    if (SSL_CTX_use_PrivateKey_file(ssl, key, SSL_FILETYPE_PEM) != 1)
        return refuse("private key", key);
    if (SSL_CTX_check_private_key(ssl) != 1)
        return refuse("private key does not fit the certificate", key);
    return 0;
}

/* Everything is read now: later the role may not open files any more. */
static int load_authorities(SSL_CTX *ssl, const struct tls_args *args)
{
    if (args->ca_file)
        return SSL_CTX_load_verify_file(ssl, args->ca_file) == 1
                   ? 0
                   : refuse("authorities", args->ca_file);
    if (access(SYSTEM_AUTHORITIES, R_OK) == 0 &&
        SSL_CTX_load_verify_file(ssl, SYSTEM_AUTHORITIES) == 1)
        return 0;
    ERR_clear_error();
    return SSL_CTX_set_default_verify_paths(ssl) == 1 ? 0 : refuse("authorities", "of the system");
}

static int configure(struct tls *t, const struct tls_args *args)
{
    int err;

    SSL_CTX_set_min_proto_version(t->ssl, TLS1_2_VERSION);
    SSL_CTX_set_options(t->ssl, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_NO_TICKET |
                                    SSL_OP_IGNORE_UNEXPECTED_EOF);
    SSL_CTX_set_session_cache_mode(t->ssl, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_mode(t->ssl, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                 SSL_MODE_RELEASE_BUFFERS);
    t->verify_server = args->verify_server;
    err = load_own(t->ssl, args);
    if (!err && (args->verify_server || args->verify_client))
        err = load_authorities(t->ssl, args);
    if (!err && args->verify_client)
        SSL_CTX_set_verify(t->ssl, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    return err;
}

int tls_alloc(struct tls **tp, const struct tls_args *args, const char **why)
{
    struct tls *t = mem_alloc(sizeof(*t), tls_destroy);
    int err;

    if (why)
        *why = NULL;
    if (!t)
        return ENOMEM;
    ERR_clear_error();
    t->ssl = SSL_CTX_new(TLS_method());
    err = t->ssl ? configure(t, args) : ENOMEM;
    if (err) {
        if (why && err == EINVAL)
            *why = reason;
        mem_deref(t);
        return err;
    }
    *tp = t;
    return 0;
}

int tls_add_certificate(struct tls *t, const char *cert_file, const char *key_file,
                        const char *password, const char **why)
{
    (void)t, (void)cert_file, (void)key_file, (void)password;
    if (why)
        *why = "not yet";
    return EINVAL;
}

void tls_replace(struct tls *t, struct tls *from)
{
    SSL_CTX *old = t->ssl;

    SSL_CTX_up_ref(from->ssl);
    t->ssl = from->ssl;
    t->verify_server = from->verify_server;
    SSL_CTX_free(old);
}

/* ---- sessions ---- */

static int expect_name(SSL *s, struct tls *t, const char *name)
{
    X509_VERIFY_PARAM *param = SSL_get0_param(s);
    struct addr literal;
    char host[ADDR_TEXT];

    if (!name)
        return t->verify_server ? EINVAL : 0;
    if (addr_parse_host(&literal, slice_of(name), 0) == 0)
        return X509_VERIFY_PARAM_set1_ip_asc(param, addr_host(&literal, host)) == 1 ? 0 : ENOMEM;
    if (SSL_set_tlsext_host_name(s, name) != 1 || X509_VERIFY_PARAM_set1_host(param, name, 0) != 1)
        return ENOMEM;
    return 0;
}

int tls_session_alloc(SSL **sp, struct tls *t, int fd, bool is_server, const char *server_name)
{
    SSL *s = SSL_new(t->ssl);
    int err = 0;

    if (!s || SSL_set_fd(s, fd) != 1)
        err = ENOMEM;
    if (!err && is_server)
        SSL_set_accept_state(s);
    if (!err && !is_server) {
        SSL_set_connect_state(s);
        SSL_set_verify(s, t->verify_server ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, NULL);
        err = expect_name(s, t, server_name);
    }
    if (err)
        SSL_free(s);
    else
        *sp = s;
    return err;
}

static enum tls_want want_of(SSL *s, int ret)
{
    switch (SSL_get_error(s, ret)) {
    case SSL_ERROR_NONE: return TLS_DONE;
    case SSL_ERROR_WANT_READ: return TLS_WANT_READ;
    case SSL_ERROR_WANT_WRITE: return TLS_WANT_WRITE;
    case SSL_ERROR_ZERO_RETURN: return TLS_END;
    default: return TLS_FAILED;
    }
}

enum tls_want tls_session_handshake(SSL *s)
{
    ERR_clear_error();
    return want_of(s, SSL_do_handshake(s));
}

enum tls_want tls_session_read(SSL *s, void *p, size_t size, size_t *n)
{
    ERR_clear_error();
    return want_of(s, SSL_read_ex(s, p, size, n));
}

enum tls_want tls_session_write(SSL *s, const void *p, size_t size, size_t *n)
{
    ERR_clear_error();
    return want_of(s, SSL_write_ex(s, p, size, n));
}

int tls_session_error(SSL *s)
{
    return SSL_get_verify_result(s) == X509_V_OK ? EPROTO : EACCES;
}

void tls_session_free(SSL *s, bool is_polite)
{
    ERR_clear_error();
    if (s && is_polite)
        SSL_shutdown(s);
    SSL_free(s);
    ERR_clear_error();
}

/* ---- a certificate of our own ---- */

static int add_extension(X509 *x, int nid, const char *value)
{
    X509V3_CTX v3;
    X509_EXTENSION *e;
    int ok;

    X509V3_set_ctx_nodb(&v3);
    X509V3_set_ctx(&v3, x, x, NULL, NULL, 0);
    e = X509V3_EXT_conf_nid(NULL, &v3, nid, value);
    ok = e && X509_add_ext(x, e, -1);
    X509_EXTENSION_free(e);
    return ok ? 0 : EINVAL;
}

static int describe(X509 *x, EVP_PKEY *key, const char *name)
{
    X509_NAME *subject = X509_get_subject_name(x);
    struct addr literal;
    char alt[300];
    bool is_ip = addr_parse_host(&literal, slice_of(name), 0) == 0;
    int ok;

    /* The value is OpenSSL's own small language: a comma would begin another name. */
    if (!*name || strlen(name) > 253 || strpbrk(name, ", \t\r\n"))
        return EINVAL;
    snprintf(alt, sizeof(alt), "%s:%s", is_ip ? "IP" : "DNS", name);
    ok = X509_set_version(x, 2) && ASN1_INTEGER_set(X509_get_serialNumber(x), rand_u32() >> 1) &&
         X509_gmtime_adj(X509_getm_notBefore(x), -3600) &&
         X509_gmtime_adj(X509_getm_notAfter(x), TEN_YEARS_S) && X509_set_pubkey(x, key) &&
         X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, (const unsigned char *)name,
                                    strlen(name) > 64 ? 64 : -1, -1, 0) &&
         X509_set_issuer_name(x, subject);
    if (!ok)
        return EINVAL;
    if (add_extension(x, NID_basic_constraints, "critical,CA:TRUE") ||
        add_extension(x, NID_subject_alt_name, alt))
        return EINVAL;
    return X509_sign(x, key, EVP_sha256()) ? 0 : EINVAL;
}

static int write_pem(const char *file, X509 *x, EVP_PKEY *key)
{
    int fd = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
    FILE *f = fd < 0 ? NULL : fdopen(fd, "w");
    int err = 0;

    if (!f) {
        err = errno;
        if (fd >= 0)
            close(fd);
        return err;
    }
    if (!PEM_write_PrivateKey(f, key, NULL, NULL, 0, NULL, NULL) || !PEM_write_X509(f, x))
        err = EIO;
    if (fflush(f) || fsync(fd))
        err = errno;
    if (fclose(f) && !err)
        err = errno;
    if (err)
        unlink(file);
    return err;
}

int tls_make_self_signed(const char *file, const char *name)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *x = X509_new();
    int err = key && x ? describe(x, key, name) : ENOMEM;

    if (!err)
        err = write_pem(file, x, key);
    X509_free(x);
    EVP_PKEY_free(key);
    ERR_clear_error();
    return err;
}
