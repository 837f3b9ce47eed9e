/* tls.c - see tls.h */
#include <dirent.h>
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

#define CERTIFICATES_MAX 64
#define AUTHORITIES_MAX 1000 /* files of a directory */

struct tls {
    SSL_CTX *ssl;
    bool verify_server, allows_wildcard;
    SSL_CTX *more[CERTIFICATES_MAX]; /* of other names; only their certificates are used */
    unsigned more_count;
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
    for (unsigned i = 0; i < t->more_count; i++)
        SSL_CTX_free(t->more[i]);
}

static int give_password(char *out, int size, int is_writing, void *arg)
{
    const char *password = arg;
    size_t len = password ? strlen(password) : 0;

    (void)is_writing;
    if (len > (size_t)size)
        return 0;
    if (len)
        memcpy(out, password, len);
    return (int)len;
}

static int load_own(SSL_CTX *ssl, const char *cert_file, const char *key_file, const char *password)
{
    const char *key = key_file ? key_file : cert_file;
    bool is_read;

    if (!cert_file)
        return 0;
    if (SSL_CTX_use_certificate_chain_file(ssl, cert_file) != 1)
        return refuse("certificate", cert_file);
    /* Never asked for at a terminal: without a password the key counts as wrong. */
    SSL_CTX_set_default_passwd_cb(ssl, give_password);
    SSL_CTX_set_default_passwd_cb_userdata(ssl, (void *)password);
    is_read = SSL_CTX_use_PrivateKey_file(ssl, key, SSL_FILETYPE_PEM) == 1;
    SSL_CTX_set_default_passwd_cb_userdata(ssl, NULL);
    if (!is_read)
        return refuse("private key", key);
    if (SSL_CTX_check_private_key(ssl) != 1)
        return refuse("private key does not fit the certificate", key);
    return 0;
}

/* Files that hold no certificate are passed over; a directory without any is refused. */
static int load_directory(SSL_CTX *ssl, const char *path)
{
    DIR *dir = opendir(path);
    struct dirent *e;
    unsigned count = 0;

    if (!dir) {
        snprintf(reason, sizeof(reason), "authorities %.300s: %s", path, strerror(errno));
        return EINVAL;
    }
    while ((e = readdir(dir)) != NULL && count < AUTHORITIES_MAX) {
        char file[512];
        int n = snprintf(file, sizeof(file), "%s/%s", path, e->d_name);

        if (e->d_name[0] != '.' && n < (int)sizeof(file))
            count += SSL_CTX_load_verify_file(ssl, file) == 1;
        ERR_clear_error();
    }
    closedir(dir);
    return count ? 0 : refuse("authorities, no certificate in", path);
}

/* Everything is read now: later the role may not open files any more. */
static int load_authorities(SSL_CTX *ssl, const struct tls_args *args)
{
    if (args->ca_file && SSL_CTX_load_verify_file(ssl, args->ca_file) != 1)
        return refuse("authorities", args->ca_file);
    if (args->ca_dir)
        return load_directory(ssl, args->ca_dir);
    if (args->ca_file)
        return 0;
    if (access(SYSTEM_AUTHORITIES, R_OK) == 0 &&
        SSL_CTX_load_verify_file(ssl, SYSTEM_AUTHORITIES) == 1)
        return 0;
    ERR_clear_error();
    return SSL_CTX_set_default_verify_paths(ssl) == 1 ? 0 : refuse("authorities", "of the system");
}

/* Asterisk's names; what is older than TLS 1.2 is never spoken. */
static int set_method(SSL_CTX *ssl, const char *method)
{
    static const struct {
        const char *name;
        int least, most; /* 0: the newest */
    } rows[] = {{"", TLS1_2_VERSION, 0},
                {"default", TLS1_2_VERSION, 0},
                {"unspecified", TLS1_2_VERSION, 0},
                {"sslv23", TLS1_2_VERSION, 0},
                {"tlsv1_2", TLS1_2_VERSION, TLS1_2_VERSION},
                {"tlsv1_3", TLS1_3_VERSION, TLS1_3_VERSION}};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (strcmp(method ? method : "", rows[i].name) == 0)
            return SSL_CTX_set_min_proto_version(ssl, rows[i].least) &&
                           SSL_CTX_set_max_proto_version(ssl, rows[i].most)
                       ? 0
                       : ENOMEM;
    ERR_clear_error();
    snprintf(reason, sizeof(reason), "method %.100s: older than TLS 1.2, or unknown", method);
    return EINVAL;
}

/* Names with commas or colons between them; those of TLS 1.3 begin with TLS_. */
static int set_ciphers(SSL_CTX *ssl, const char *ciphers)
{
    struct slice rest = slice_of(ciphers), name;
    char old[900] = "", new[900] = "";
    size_t n;

    if (!ciphers || !*ciphers)
        return 0;
    while (rest.len) {
        char *list;

        for (n = 0; n < rest.len && rest.p[n] != ',' && rest.p[n] != ':'; n++)
            ;
        name = slice_trim(slice_from(rest.p, n));
        rest = slice_skip(rest, n + 1);
        list = slice_starts(name, SLICE("TLS_")) ? new : old;
        if (name.len == 0)
            continue;
        if (strlen(list) + name.len + 2 > sizeof(old))
            return refuse("ciphers, too many in", ciphers);
        if (*list)
            strcat(list, ":");
        strncat(list, name.p, name.len);
    }
    if ((*new &&SSL_CTX_set_ciphersuites(ssl, new) != 1) ||
        (*old && SSL_CTX_set_cipher_list(ssl, old) != 1))
        return refuse("ciphers", ciphers);
    if (!*old) /* nothing of TLS 1.2 is wanted */
        SSL_CTX_set_min_proto_version(ssl, TLS1_3_VERSION);
    return 0;
}

/* The certificate of the name that a client asks for (RFC 6066 s3). */
static int on_server_name(SSL *s, int *alert, void *arg)
{
    const char *name = SSL_get_servername(s, TLSEXT_NAMETYPE_host_name);
    struct tls *t = arg;

    (void)alert;
    if (!name || !t->more_count)
        return SSL_TLSEXT_ERR_OK;
    if (X509_check_host(SSL_CTX_get0_certificate(t->ssl), name, 0, 0, NULL) == 1)
        return SSL_TLSEXT_ERR_OK;
    for (unsigned i = 0; i < t->more_count; i++)
        if (X509_check_host(SSL_CTX_get0_certificate(t->more[i]), name, 0, 0, NULL) == 1) {
            SSL_set_SSL_CTX(s, t->more[i]);
            break;
        }
    return SSL_TLSEXT_ERR_OK;
}

static int configure(struct tls *t, const struct tls_args *args)
{
    bool wants_client = args->verify_client || args->asks_client;
    int err = set_method(t->ssl, args->method);

    if (!err)
        err = set_ciphers(t->ssl, args->ciphers);
    if (err)
        return err;
    SSL_CTX_set_tlsext_servername_callback(t->ssl, on_server_name);
    SSL_CTX_set_tlsext_servername_arg(t->ssl, t);
    SSL_CTX_set_options(t->ssl, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_NO_TICKET |
                                    SSL_OP_IGNORE_UNEXPECTED_EOF);
    SSL_CTX_set_session_cache_mode(t->ssl, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_mode(t->ssl, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                 SSL_MODE_RELEASE_BUFFERS);
    t->verify_server = args->verify_server;
    t->allows_wildcard = args->allows_wildcard;
    err = load_own(t->ssl, args->cert_file, args->key_file, args->password);
    if (!err && (args->verify_server || wants_client))
        err = load_authorities(t->ssl, args);
    if (!err && wants_client)
        SSL_CTX_set_verify(
            t->ssl, SSL_VERIFY_PEER | (args->verify_client ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0),
            NULL);
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
    SSL_CTX *ssl;
    int err;

    if (why)
        *why = NULL;
    if (t->more_count == CERTIFICATES_MAX)
        return ENOSPC;
    ERR_clear_error();
    ssl = SSL_CTX_new(TLS_method());
    if (!ssl)
        return ENOMEM;
    err = load_own(ssl, cert_file, key_file, password);
    if (err) {
        SSL_CTX_free(ssl);
        if (why)
            *why = reason;
        return err;
    }
    t->more[t->more_count++] = ssl;
    return 0;
}

void tls_replace(struct tls *t, struct tls *from)
{
    struct tls old = *t;

    t->ssl = from->ssl;
    t->verify_server = from->verify_server;
    t->allows_wildcard = from->allows_wildcard;
    memcpy(t->more, from->more, sizeof(t->more));
    t->more_count = from->more_count;
    SSL_CTX_set_tlsext_servername_arg(t->ssl, t);
    /* from keeps what t had: sessions under way hold their own references anyway. */
    from->ssl = old.ssl;
    memcpy(from->more, old.more, sizeof(from->more));
    from->more_count = old.more_count;
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
    X509_VERIFY_PARAM_set_hostflags(param, t->allows_wildcard ? X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS
                                                              : X509_CHECK_FLAG_NO_WILDCARDS);
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

const char *tls_session_reason(SSL *s)
{
    const long verdict = SSL_get_verify_result(s);
    const unsigned long code = ERR_peek_last_error();
    const char *why = code ? ERR_reason_error_string(code) : NULL;

    if (verdict != X509_V_OK)
        return X509_verify_cert_error_string(verdict);
    return why ? why : "connection closed";
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
