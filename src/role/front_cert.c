/* role/front_cert.c - see front_cert.h */
#include "role/front_cert.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <limits.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/log.h"

enum { DAYS = 825, RENEW_DAYS = 30, NAMES_MAX = 32, NAME_BYTES = 254 };
#define DAY_S (24L * 3600)
#define OWN_MARK "Station" /* organisation of a certificate of our own */

/* ---- reading ---- */

static int no_password(char *buf, int size, int rwflag, void *arg)
{
    return 0;
}

static X509 *read_cert(const char *file)
{
    FILE *f = fopen(file, "re");
    X509 *x = f ? PEM_read_X509(f, NULL, no_password, NULL) : NULL;

    if (f)
        fclose(f);
    return x;
}

static EVP_PKEY *read_key(const char *file)
{
    FILE *f = fopen(file, "re");
    EVP_PKEY *key = f ? PEM_read_PrivateKey(f, NULL, no_password, NULL) : NULL;

    if (f)
        fclose(f);
    return key;
}

static bool is_own(X509 *x)
{
    char text[64] = "";

    X509_NAME_get_text_by_NID(X509_get_subject_name(x), NID_organizationName, text, sizeof(text));
    return strcmp(text, OWN_MARK) == 0 && X509_self_signed(x, 1) == 1;
}

static void add_name(const GENERAL_NAME *n, struct buf *b)
{
    char text[INET6_ADDRSTRLEN] = "";

    if (n->type == GEN_DNS) {
        buf_printf(b, "%s%.*s", b->len ? ", " : "", ASN1_STRING_length(n->d.dNSName),
                   (const char *)ASN1_STRING_get0_data(n->d.dNSName));
    } else if (n->type == GEN_IPADD) {
        inet_ntop(ASN1_STRING_length(n->d.iPAddress) == 4 ? AF_INET : AF_INET6,
                  ASN1_STRING_get0_data(n->d.iPAddress), text, sizeof(text));
        buf_printf(b, "%s%s", b->len ? ", " : "", text);
    }
}

static void print_names(X509 *x, char *out, size_t size)
{
    GENERAL_NAMES *names = X509_get_ext_d2i(x, NID_subject_alt_name, NULL, NULL);
    struct buf b;

    buf_init(&b, 8192);
    for (int i = 0; i < sk_GENERAL_NAME_num(names); i++)
        add_name(sk_GENERAL_NAME_value(names, i), &b);
    slice_copy(buf_slice(&b), out, size);
    buf_fini(&b);
    GENERAL_NAMES_free(names);
}

static int look(X509 *x, EVP_PKEY *key, struct front_cert *out, const char **why)
{
    int days = 0, seconds = 0;

    if (X509_check_private_key(x, key) != 1) {
        *why = "the key does not belong to the certificate";
        return EINVAL;
    }
    if (X509_cmp_current_time(X509_get0_notBefore(x)) > 0) {
        *why = "the certificate is not valid yet: look at the clock";
        return EINVAL;
    }
    ASN1_TIME_diff(&days, &seconds, NULL, X509_get0_notAfter(x));
    out->days_left = seconds < 0 && days == 0 ? -1 : days;
    out->is_own = is_own(x);
    print_names(x, out->names, sizeof(out->names));
    return 0;
}

static int missing(const char *cert_file, const char *key_file)
{
    struct stat st;

    if (stat(cert_file, &st) && errno == ENOENT)
        return ENOENT;
    return stat(key_file, &st) && errno == ENOENT ? ENOENT : 0;
}

int front_cert_read(const char *cert_file, const char *key_file, struct front_cert *out,
                    const char **why)
{
    const char *unused;
    X509 *x = NULL;
    EVP_PKEY *key = NULL;
    int err = missing(cert_file, key_file);

    why = why ? why : &unused;
    *why = "there is no such file";
    if (err)
        return err;
    x = read_cert(cert_file);
    key = read_key(key_file);
    if (!x)
        *why = "the certificate cannot be read: a PEM file is wanted";
    else if (!key)
        *why = "the key cannot be read: a PEM file without a password is wanted";
    err = x && key ? look(x, key, out, why) : EINVAL;
    X509_free(x);
    EVP_PKEY_free(key);
    ERR_clear_error();
    return err;
}

/* ---- making ---- */

/* What people may type to come here. */
struct names {
    struct buf text; /* "DNS:pbx.example.com,IP:192.0.2.1" */
    unsigned count;
};

static void put_name(struct names *n, const char *kind, const char *name)
{
    if (!*name || n->count >= NAMES_MAX || strchr(name, ','))
        return;
    buf_printf(&n->text, "%s%s:%s", n->count++ ? "," : "", kind, name);
}

static void put_addresses(struct names *n)
{
    struct ifaddrs *all = NULL;
    char text[INET6_ADDRSTRLEN];

    if (getifaddrs(&all))
        return;
    for (const struct ifaddrs *i = all; i; i = i->ifa_next) {
        const struct sockaddr_in *v4 = (const void *)i->ifa_addr;
        const struct sockaddr_in6 *v6 = (const void *)i->ifa_addr;

        if (!i->ifa_addr)
            continue;
        if (v4->sin_family == AF_INET && inet_ntop(AF_INET, &v4->sin_addr, text, sizeof(text)))
            put_name(n, "IP", text);
        else if (v4->sin_family == AF_INET6 && !IN6_IS_ADDR_LINKLOCAL(&v6->sin6_addr) &&
                 !IN6_IS_ADDR_LOOPBACK(&v6->sin6_addr) &&
                 inet_ntop(AF_INET6, &v6->sin6_addr, text, sizeof(text)))
            put_name(n, "IP", text);
    }
    freeifaddrs(all);
}

static bool is_host(const char *name)
{
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._";

    return *name && strspn(name, allowed) == strlen(name) && strlen(name) < NAME_BYTES;
}

static void host_name(char out[HOST_NAME_MAX + 1])
{
    if (gethostname(out, HOST_NAME_MAX + 1) || !is_host(out))
        strcpy(out, "localhost");
    out[HOST_NAME_MAX] = '\0';
}

static void put_names(struct names *n, const char *name)
{
    char host[HOST_NAME_MAX + 1];

    host_name(host);
    if (is_host(name))
        put_name(n, "DNS", name);
    if (strcasecmp(host, name) != 0)
        put_name(n, "DNS", host);
    if (strcasecmp(host, "localhost") != 0)
        put_name(n, "DNS", "localhost");
    put_addresses(n);
}

static bool add_extension(X509 *x, int nid, const char *value)
{
    X509V3_CTX v3;
    X509_EXTENSION *e;
    bool is_ok;

    X509V3_set_ctx_nodb(&v3);
    X509V3_set_ctx(&v3, x, x, NULL, NULL, 0);
    e = X509V3_EXT_conf_nid(NULL, &v3, nid, value);
    is_ok = e && X509_add_ext(x, e, -1);
    X509_EXTENSION_free(e);
    return is_ok;
}

static bool put_serial(X509 *x)
{
    BIGNUM *n = BN_new();
    const bool is_ok = n && BN_rand(n, 127, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1 &&
                       BN_to_ASN1_INTEGER(n, X509_get_serialNumber(x));

    BN_free(n);
    return is_ok;
}

static bool put_subject(X509 *x, const char *name)
{
    X509_NAME *subject = X509_get_subject_name(x);
    char host[HOST_NAME_MAX + 1], cn[65];

    host_name(host);
    snprintf(cn, sizeof(cn), "%s", is_host(name) ? name : host);
    return X509_NAME_add_entry_by_txt(subject, "O", MBSTRING_UTF8, (const unsigned char *)OWN_MARK,
                                      -1, -1, 0) &&
           X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, (const unsigned char *)cn, -1,
                                      -1, 0) &&
           X509_set_issuer_name(x, subject);
}

static int fill(X509 *x, EVP_PKEY *key, const char *name)
{
    struct names names = {0};
    bool is_ok;

    buf_init(&names.text, NAMES_MAX * (NAME_BYTES + 8));
    put_names(&names, name);
    is_ok = !buf_err(&names.text) && X509_set_version(x, 2) && put_serial(x) &&
            X509_gmtime_adj(X509_getm_notBefore(x), -DAY_S) &&
            X509_gmtime_adj(X509_getm_notAfter(x), (DAYS - 1) * DAY_S) && X509_set_pubkey(x, key) &&
            put_subject(x, name) && add_extension(x, NID_basic_constraints, "critical,CA:FALSE") &&
            add_extension(x, NID_key_usage, "critical,digitalSignature") &&
            add_extension(x, NID_ext_key_usage, "serverAuth") &&
            add_extension(x, NID_subject_alt_name, buf_z(&names.text)) &&
            X509_sign(x, key, EVP_sha256());
    buf_fini(&names.text);
    return is_ok ? 0 : ENOMEM;
}

/* Written beside and put in place whole. */
static int write_pem(const char *file, X509 *x, EVP_PKEY *key)
{
    char fresh[PATH_MAX];
    int fd, err = 0;
    FILE *f;

    if (snprintf(fresh, sizeof(fresh), "%s.new", file) >= (int)sizeof(fresh))
        return ENAMETOOLONG;
    fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    f = fd < 0 ? NULL : fdopen(fd, "w");
    if (!f) {
        err = errno;
        if (fd >= 0)
            close(fd);
        return err;
    }
    if (x ? !PEM_write_X509(f, x) : !PEM_write_PrivateKey(f, key, NULL, NULL, 0, NULL, NULL))
        err = EIO;
    if (fclose(f) && !err)
        err = errno;
    return err ? err : rename(fresh, file) ? errno : 0;
}

int front_cert_make(const char *cert_file, const char *key_file, const char *name)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *x = X509_new();
    int err = key && x ? fill(x, key, name) : ENOMEM;

    if (!err)
        err = write_pem(key_file, NULL, key);
    if (!err)
        err = write_pem(cert_file, x, NULL);
    X509_free(x);
    EVP_PKEY_free(key);
    ERR_clear_error();
    return err;
}

/* Of our own, and somebody has given the station another name since. */
static bool lacks(const char *cert_file, const char *name)
{
    X509 *x = is_host(name) ? read_cert(cert_file) : NULL;
    const bool answer = x && X509_check_host(x, name, 0, 0, NULL) != 1;

    X509_free(x);
    return answer;
}

int front_cert_ensure(const char *cert_file, const char *key_file, const char *name, bool *is_new,
                      const char **why)
{
    struct front_cert c = {0};
    int err = front_cert_read(cert_file, key_file, &c, why);

    *is_new = false;
    if (!err && (!c.is_own || (c.days_left >= RENEW_DAYS && !lacks(cert_file, name))))
        return 0;
    if (err == EINVAL)
        return err;
    err = front_cert_make(cert_file, key_file, name);
    *is_new = !err;
    if (err && why)
        *why = strerror(err);
    return err;
}
