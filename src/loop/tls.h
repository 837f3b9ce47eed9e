/*
 * loop/tls.h - a TLS configuration: certificate, key, authorities, what to verify
 *
 * Scope:   TLS 1.2 and 1.3; made once per transport, shared by its connections (counted object).
 * Limits:  no renegotiation, no compression, no session tickets shared between processes.
 * Source:  OpenSSL 3 SSL_CTX; RFC 5922 for names in SIP certificates.
 */
#pragma once
#include <stdbool.h>

struct tls;

struct tls_args {
    const char *cert_file; /* PEM chain; NULL for a client without certificate */
    const char *key_file;  /* PEM; NULL: the key stands in cert_file */
    const char *ca_file;   /* PEM authorities; NULL: the system's */
    bool verify_server;    /* as client: refuse a peer whose chain or name is wrong */
    bool verify_client;    /* as server: ask for a certificate and refuse without a valid one */
    bool is_tls12_min;     /* always true today: 1.0 and 1.1 are never spoken */
    const char *ca_dir;    /* directory of PEM authorities, read now, beside ca_file; or NULL */
    bool asks_client;      /* as server: ask for a certificate, refuse a wrong one, take none */
    bool allows_wildcard;  /* as client: "*.example.com" proves host.example.com */
    const char *ciphers;  /* OpenSSL list, TLS 1.2 (names of TLS 1.3 suites are taken, too); NULL */
    const char *method;   /* Asterisk's: "", "tlsv1_2", "tlsv1_3", "sslv23" ...; NULL: 1.2 and up */
    const char *password; /* of the private key; NULL */
};

/**
 * @param why   out, borrowed until the next call: what and where (file and OpenSSL's reason); may
 * be NULL
 * @return 0; EINVAL (file missing, unreadable, key does not fit; *why says); ENOMEM
 */
int tls_alloc(struct tls **tp, const struct tls_args *args, const char **why);

/**
 * One more certificate, shown to clients that ask for a name it has (SNI); without a match the
 * first one is shown. At most 64.
 * @return 0; EINVAL (*why says); ENOSPC; ENOMEM
 */
int tls_add_certificate(struct tls *t, const char *cert_file, const char *key_file,
                        const char *password, const char **why);

/**
 * Take over what `from` was made of: certificates, authorities, what to verify. New connections use
 * it at once, those that are open stay as they are. from may be let go of.
 */
void tls_replace(struct tls *t, struct tls *from);

/** Make a self-signed certificate with key (P-256, 10 years) for name, both in one new file, mode
 * 0640. */
int tls_make_self_signed(const char *file, const char *name);
