/*
 * test_transport.c - columns of a transport: protocol, bind, local_net, external_media_address,
 * external_signaling_address, external_signaling_port, cert_file, priv_key_file, ca_list_file,
 * ca_list_path, verify_server, verify_client, require_client_cert, method, cipher, password,
 * allow_wildcard_certs, cos, tos, tcp_keepalive_enable, tcp_keepalive_idle_time,
 * tcp_keepalive_interval_time, tcp_keepalive_probe_count
 */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "pjsip/host.h"
#include "pjsip/names.h"
#include "pjsip/office.h"
#include "pjsip/transport.h"
#include "sip/core.h"

/* behind sdp/crypto.h: OpenSSL's macros have names of its enum */
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "loop/tls_inner.h"

static char cert[2][80];

__attribute__((constructor)) static void make_certs(void)
{
    for (int i = 0; i < 2; i++) {
        snprintf(cert[i], sizeof(cert[i]), "/tmp/station-transport-%d-%d.pem", (int)getpid(), i);
        unlink(cert[i]);
        if (tls_make_self_signed(cert[i], "station.example"))
            _exit(1);
    }
}

__attribute__((destructor)) static void remove_certs(void)
{
    for (int i = 0; i < 2; i++)
        unlink(cert[i]);
}

/* A TLS transport with one more column; then another value of it. */
static int change_tls(struct office *o, const char *column, const char *value)
{
    char sql[1200];

    snprintf(sql, sizeof(sql),
             "INSERT INTO static_pjsip (cat_metric,var_metric,commented,filename,category,var_name,"
             "var_val) VALUES (5,0,0,'pjsip.conf','tls','type','transport'),"
             "(5,1,0,'pjsip.conf','tls','protocol','tls'),"
             "(5,2,0,'pjsip.conf','tls','bind','192.0.2.1:5061'),"
             "(5,3,0,'pjsip.conf','tls','cert_file','%s'),(5,4,0,'pjsip.conf','tls','%s','%s')",
             cert[0], column, value);
    return office_change(o, sql);
}

static const struct {
    const char *column, *value;
    bool is_open;
} columns[] = {
    {"priv_key_file", "CERT", true},
    {"priv_key_file", "/nonexistent.pem", false},
    {"ca_list_file", "CERT", true},

    {"ca_list_path", "/etc/ssl/certs", true},
    {"verify_server", "yes", true},
    {"verify_client", "yes", true},
    {"require_client_cert", "yes", true},
    {"method", "tlsv1_2", true},
    {"password", "secret", true},
    {"allow_wildcard_certs", "yes", true},
    {"cipher", "ECDHE-ECDSA-AES256-GCM-SHA384", true},
};

/* Each column reaches loop/tls.h, which tests what it does with it. */
static int tls_columns_open_a_transport_or_say_why_not(void)
{
    struct office o;
    int err;

    for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++) {
        const char *value = strcmp(columns[i].value, "CERT") ? columns[i].value : cert[0];
        struct sip_binding *b;

        CHECK_OK(office_init(&o, false));
        EXPECT(!change_tls(&o, columns[i].column, value));
        b = sip_binding_find(o.sip, "tls");
        if (!unit_is_rerun() && (b != NULL) != columns[i].is_open) {
            fprintf(stderr, "column %s\n", columns[i].column);
            err = unit_failed(__FILE__, __LINE__, "open or not");
            goto out;
        }
        EXPECT(!b || sip_binding_transport(b) == SIP_TLS);
        office_fini(&o);
    }
    return 0;
out:
    office_fini(&o);
    return err;
}

/* ---- what a column does to a session ---- */

static bool has_cipher(const SSL *s, const char *name)
{
    const char *is;

    for (int i = 0; (is = SSL_get_cipher_list(s, i)) != NULL; i++)
        if (!strcmp(is, name))
            return true;
    return false;
}

/* One letter for each thing that a column may change. */
static void describe(SSL *s, char out[8])
{
    int mode = SSL_get_verify_mode(s);
    unsigned flags = X509_VERIFY_PARAM_get_hostflags(SSL_get0_param(s));

    snprintf(out, 8, "%c%c%c%c%c", mode & SSL_VERIFY_PEER ? 'p' : '-',
             mode & SSL_VERIFY_FAIL_IF_NO_PEER_CERT ? 'f' : '-',
             flags & X509_CHECK_FLAG_NO_WILDCARDS ? '-' : 'w',
             SSL_get_max_proto_version(s) == TLS1_2_VERSION ? '2' : '-',
             has_cipher(s, "ECDHE-ECDSA-AES128-GCM-SHA256") ? '-' : 'c');
}

static const struct {
    const char *column, *value, *server, *client;
} effects[] = {
    {"verify_client", "no", "--w--", "-----"},
    {"verify_client", "yes", "p-w--", "-----"},
    {"require_client_cert", "yes", "pfw--", "-----"},
    {"verify_server", "yes", "--w--", "p----"},
    {"allow_wildcard_certs", "yes", "--w--", "--w--"},
    {"method", "tlsv1_2", "--w2-", "---2-"},
    {"cipher", "ECDHE-ECDSA-AES256-GCM-SHA384", "--w-c", "----c"},
};

static int tls_columns_change_what_sessions_ask_for(void)
{
    struct office o;
    int err;

    for (size_t i = 0; i < sizeof(effects) / sizeof(effects[0]); i++) {
        struct sip_binding *b;

        CHECK_OK(office_init(&o, false));
        EXPECT(!change_tls(&o, effects[i].column, effects[i].value));
        b = sip_binding_find(o.sip, "tls");
        EXPECT(b);
        for (int is_server = 0; is_server < 2; is_server++) {
            const char *want = is_server ? effects[i].server : effects[i].client;
            SSL *s = NULL;
            char is[8];

            EXPECT(!tls_session_alloc(&s, b->tls, 0, is_server, "sip.example"));
            describe(s, is);
            SSL_free(s);
            if (!want || strcmp(is, want) != 0)
                fprintf(stderr, "row %zu, server %d: %s\n", i, is_server, is);
            EXPECT(want && strcmp(is, want) == 0);
        }
        office_fini(&o);
    }
    return 0;
out:
    office_fini(&o);
    return err;
}

/* The key of the first certificate behind a password. @return 0; EIO */
static int lock_key(const char *to, char *password)
{
    FILE *in = fopen(cert[0], "re"), *out = fopen(to, "we");
    EVP_PKEY *key = in ? PEM_read_PrivateKey(in, NULL, NULL, NULL) : NULL;
    int ok = key && out &&
             PEM_write_PrivateKey(out, key, EVP_aes_128_cbc(), NULL, 0, NULL, password) == 1;

    EVP_PKEY_free(key);
    if (in)
        fclose(in);
    if (out)
        fclose(out);
    return ok ? 0 : EIO;
}

static int a_locked_key_opens_with_its_password(void)
{
    char path[100], secret[] = "secret", sql[400];
    struct office o;
    int err;

    snprintf(path, sizeof(path), "%s.locked", cert[0]);
    for (int i = 0; i < 2; i++) {
        CHECK_OK(office_init(&o, false));
        EXPECT(!lock_key(path, secret));
        snprintf(sql, sizeof(sql), "%s'),(5,6,0,'pjsip.conf','tls','priv_key_file','%s",
                 i ? "wrong" : secret, path);
        EXPECT(!change_tls(&o, "password", sql));
        EXPECT((sip_binding_find(o.sip, "tls") != NULL) == !i);
        office_fini(&o);
    }
    unlink(path);
    return 0;
out:
    unlink(path);
    office_fini(&o);
    return err;
}

/* The common name that a server with this binding shows to who asks for name. */
static int shown_to(const struct sip_binding *b, const char *name, char *cn, size_t size)
{
    struct tls *client = NULL;
    SSL *c = NULL, *s = NULL;
    int fd[2] = {-1, -1}, err = tls_alloc(&client, &(struct tls_args){0}, NULL);
    X509 *x;

    cn[0] = '\0';
    if (!err && socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fd))
        err = errno;
    if (!err)
        err = tls_session_alloc(&s, b->tls, fd[0], true, NULL);
    if (!err)
        err = tls_session_alloc(&c, client, fd[1], false, name);
    for (int i = 0; !err && i < 10; i++) {
        (void)tls_session_handshake(c);
        (void)tls_session_handshake(s);
    }
    x = c ? SSL_get0_peer_certificate(c) : NULL;
    if (x)
        X509_NAME_get_text_by_NID(X509_get_subject_name(x), NID_commonName, cn, (int)size);
    tls_session_free(c, false);
    tls_session_free(s, false);
    for (int i = 0; i < 2; i++)
        if (fd[i] >= 0)
            close(fd[i]);
    mem_deref(client);
    return err;
}

/* cert_file may name several: who asks for the name of one gets that one. */
static int a_certificate_goes_by_the_name_asked_for(void)
{
    static const char *const rows[][2] = {{"other.example", "other.example"},
                                          {"station.example", "station.example"},
                                          {"unknown.example", "station.example"}};
    char files[300], other[100], cn[64];
    struct sip_binding *b;
    struct office o;
    int err;

    snprintf(other, sizeof(other), "%s.other", cert[0]);
    CHECK_OK(office_init(&o, false));
    unlink(other);
    EXPECT(!tls_make_self_signed(other, "other.example"));
    snprintf(files, sizeof(files), "%s, %s", cert[0], other);
    EXPECT(!change_tls(&o, "cert_file", files));
    b = sip_binding_find(o.sip, "tls");
    EXPECT(b);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        EXPECT(!shown_to(b, rows[i][0], cn, sizeof(cn)));
        EXPECT(strcmp(cn, rows[i][1]) == 0);
    }
out:
    unlink(other);
    office_fini(&o);
    return err;
}

/* A certificate is renewed in place: the binding, and with it calls, stay. */
static int a_new_certificate_does_not_close_the_transport(void)
{
    struct office o;
    struct sip_binding *before;
    int err;

    CHECK_OK(office_init(&o, false));
    EXPECT(!change_tls(&o, "priv_key_file", cert[0]));
    before = sip_binding_find(o.sip, "tls");
    EXPECT(before);
    mem_ref(before);
    err = change_tls(&o, "cipher", "ECDHE-ECDSA-AES128-GCM-SHA256");
    if (!err && sip_binding_find(o.sip, "tls") != before)
        err = unit_failed(__FILE__, __LINE__, "the same binding");
    /* one that cannot be read leaves the old one in force */
    if (!err)
        err = change_tls(&o, "priv_key_file", "/nonexistent.pem");
    if (!err && (sip_binding_find(o.sip, "tls") != before || pjsip_transports_failed(o.pjsip)))
        err = unit_failed(__FILE__, __LINE__, "the old certificate goes on");
    mem_deref(before);
out:
    office_fini(&o);
    return err;
}

/* local_net and external addresses: inside our own, outside the external ones. */
static int outsiders_are_told_the_external_addresses(void)
{
    struct addr inside, outside, said, bind;
    struct sip_self self;
    struct sip_flow flow;
    struct office o;
    char text[ADDR_TEXT];
    int err;

    CHECK_OK(office_init(&o, false));
    EXPECT(!office_change(
        &o, "INSERT INTO static_pjsip (cat_metric,var_metric,commented,filename,category,var_name,"
            "var_val) VALUES (1,5,0,'pjsip.conf','transport-udp','local_net','192.0.2.0/24'),"
            "(1,6,0,'pjsip.conf','transport-udp','external_media_address','198.51.100.7'),"
            "(1,7,0,'pjsip.conf','transport-udp','external_signaling_address','198.51.100.8'),"
            "(1,8,0,'pjsip.conf','transport-udp','external_signaling_port','5099')"));
    addr_parse_host(&inside, SLICE("192.0.2.10"), 5060);
    addr_parse_host(&outside, SLICE("203.0.113.5"), 5060);
    sip_flow_to(&flow, sip_binding_find(o.sip, "transport-udp"), &outside);
    EXPECT(!transport_media_addr(o.pjsip, &flow, &said, &bind));
    EXPECT(!strcmp(addr_host(&said, text), "198.51.100.7"));
    EXPECT(!sip_flow_self(&flow, &self) && !strcmp(self.host, "198.51.100.8") && self.port == 5099);
    sip_flow_to(&flow, sip_binding_find(o.sip, "transport-udp"), &inside);
    EXPECT(!transport_media_addr(o.pjsip, &flow, &said, &bind));
    EXPECT(!strcmp(addr_host(&said, text), "192.0.2.1"));
    EXPECT(!sip_flow_self(&flow, &self) && !strcmp(self.host, "192.0.2.1") && self.port == 5060);
out:
    office_fini(&o);
    return err;
}

/* A name keeps its address over a change of the configuration, until it is asked for again. */
static int a_name_of_external_media_address_outlives_a_change(void)
{
#define NAMED                                                                                      \
    "INSERT INTO static_pjsip (cat_metric,var_metric,commented,filename,category,var_name,"        \
    "var_val) VALUES (1,6,0,'pjsip.conf','transport-udp','external_media_address','far.example');"
    struct addr outside, said, bind;
    struct sip_flow flow;
    struct office o;
    char text[ADDR_TEXT];
    int err;

    CHECK_OK(office_init(&o, false));
    EXPECT(!office_change(&o, NAMED));
    office_settle(&o);
    addr_parse_host(&outside, SLICE("203.0.113.5"), 5060);
    sip_flow_to(&flow, sip_binding_find(o.sip, "transport-udp"), &outside);
    EXPECT(!transport_media_addr(o.pjsip, &flow, &said, &bind));
    EXPECT(!strcmp(addr_host(&said, text), "192.0.2.99"));
    EXPECT(!office_change(&o, NAMED "UPDATE ps_aors SET max_contacts = 3 WHERE id = '101'"));
    EXPECT(!transport_media_addr(o.pjsip, &flow, &said, &bind));
    EXPECT(!strcmp(addr_host(&said, text), "192.0.2.99"));
    loop_fake_advance(o.loop, 400000);
    EXPECT(!transport_media_addr(o.pjsip, &flow, &said, &bind));
    EXPECT(!strcmp(addr_host(&said, text), "192.0.2.99"));
out:
    office_fini(&o);
    return err;
}

/* A question that could not even be asked is asked again. */
static int a_name_of_external_media_address_is_asked_for_again(void)
{
    const struct addr late = {.family = AF_INET, .port = 5060, .ip = {192, 0, 2, 77}};
    struct addr outside, said, bind;
    struct sip_flow flow;
    struct office o;
    char text[ADDR_TEXT];
    bool has_failed;
    int err;

    CHECK_OK(office_init(&o, false));
    EXPECT(!office_change(&o, NAMED "UPDATE static_pjsip SET var_val = 'late.example' WHERE "
                                    "var_name = 'external_media_address'"));
    office_settle(&o);
    addr_parse_host(&outside, SLICE("203.0.113.5"), 5060);
    sip_flow_to(&flow, sip_binding_find(o.sip, "transport-udp"), &outside);
    EXPECT(!dns_fake_add_addr(o.dns, "late.example", &late));
    mem_fail_at(1);
    loop_fake_advance(o.loop, 31000);
    has_failed = mem_has_failed();
    mem_fail_at(0);
    EXPECT(has_failed);
    EXPECT(!transport_media_addr(o.pjsip, &flow, &said, &bind));
    EXPECT(!strcmp(addr_host(&said, text), "192.0.2.1"));
    loop_fake_advance(o.loop, 31000);
    office_settle(&o);
    EXPECT(!transport_media_addr(o.pjsip, &flow, &said, &bind));
    EXPECT(!strcmp(addr_host(&said, text), "192.0.2.77"));
out:
    office_fini(&o);
    return err;
}

/* The SIP core has nothing to send to such a host with: DNS is asked all the same, for media_address and for
   the match of an identify row. */
static int names_of_hosts_need_no_transport_of_udp(void)
{
    const struct addr other = {.family = AF_INET, .port = 5060, .ip = {192, 0, 2, 77}}, *found;
    struct office o;
    char text[ADDR_TEXT];
    int err;

    CHECK_OK(office_init(&o, false));
    EXPECT(!dns_fake_add_addr(o.dns, "other.example", &other));
    EXPECT(!office_change(
        &o,
        "UPDATE ps_endpoint_id_ips SET match = 'other.example' WHERE id = 'named';"
        "UPDATE ps_endpoints SET media_address = 'far.example' WHERE id = '101';"
        "UPDATE static_pjsip SET var_val = 'tcp' WHERE category = 'transport-udp' AND var_name = 'protocol'"));
    office_settle(&o);
    found = hosts_find(o.pjsip, SLICE("far.example"), AF_INET);
    EXPECT(found && !strcmp(addr_host(found, text), "192.0.2.99"));
    EXPECT(names_find(o.pjsip, &other));
out:
    office_fini(&o);
    return err;
}

static const struct {
    const char *text;
    int tos; /* -1: refused */
} services[] = {
    {"", 0},        {"0", 0},     {"cs3", 0x60}, {"CS7", 0xe0}, {"af31", 0x68},
    {"af43", 0x98}, {"ef", 0xb8}, {"0x60", 96},  {"96", 96},    {"256", -1},
    {"af44", -1},   {"af01", -1}, {"cs8", -1},   {"best", -1},  {"none", 0},
};

static int types_of_service_have_names(void)
{
    for (size_t i = 0; i < sizeof(services) / sizeof(services[0]); i++) {
        int32_t tos = 0;
        int err = model_tos_parse(slice_of(services[i].text), &tos);

        CHECK(err ? services[i].tos < 0 : services[i].tos == tos);
    }
    return 0;
}

static int option(int fd, int level, int name)
{
    int value = -1;
    socklen_t len = sizeof(value);

    return getsockopt(fd, level, name, &value, &len) ? -1 : value;
}

/* tos, cos and tcp_keepalive_* are the socket's own. */
static int sockets_are_marked_and_looked_after(void)
{
    const struct net_tune t = {
        .tos = 0x60, .cos = 3, .has_keepalive = true, .idle_s = 31, .gap_s = 11, .probes = 4};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    CHECK(fd >= 0);
    net_tune_fd(fd, &t);
    CHECK(option(fd, IPPROTO_IP, IP_TOS) == 0x60 && option(fd, SOL_SOCKET, SO_PRIORITY) == 3);
    CHECK(option(fd, SOL_SOCKET, SO_KEEPALIVE) == 1);
    CHECK(option(fd, IPPROTO_TCP, TCP_KEEPIDLE) == 31);
    CHECK(option(fd, IPPROTO_TCP, TCP_KEEPINTVL) == 11);
    CHECK(option(fd, IPPROTO_TCP, TCP_KEEPCNT) == 4);
    close(fd);
    return 0;
}

UNIT_TESTS(UNIT_ONCE(tls_columns_change_what_sessions_ask_for),
           UNIT_ONCE(a_locked_key_opens_with_its_password),
           UNIT_ONCE(tls_columns_open_a_transport_or_say_why_not),
           UNIT_ONCE(a_certificate_goes_by_the_name_asked_for),
           UNIT_ONCE(a_new_certificate_does_not_close_the_transport),
           UNIT(a_name_of_external_media_address_outlives_a_change),
           UNIT_ONCE(a_name_of_external_media_address_is_asked_for_again),
           UNIT(names_of_hosts_need_no_transport_of_udp),
           UNIT(outsiders_are_told_the_external_addresses), UNIT(types_of_service_have_names),
           UNIT(sockets_are_marked_and_looked_after))
