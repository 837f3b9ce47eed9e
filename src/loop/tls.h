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
};

/**
 * @param why   out, borrowed until the next call: what and where (file and OpenSSL's reason); may
 * be NULL
 * @return 0; EINVAL (file missing, unreadable, key does not fit; *why says); ENOMEM
 */
int tls_alloc(struct tls **tp, const struct tls_args *args, const char **why);

/** Make a self-signed certificate with key (P-256, 10 years) for name, both in one new file, mode
 * 0640. */
int tls_make_self_signed(const char *file, const char *name);
