/*
 * loop/tls_inner.h - one TLS session over a connected socket; inner to loop/
 */
#pragma once
#include <openssl/ssl.h>

#include "loop/tls.h"

enum tls_want { TLS_DONE, TLS_WANT_READ, TLS_WANT_WRITE, TLS_END, TLS_FAILED };

/**
 * A session over fd (borrowed).
 * @param server_name  as client: the name or address that the certificate must show; may be NULL
 * @return 0; ENOMEM; EINVAL (verification asked for and no name)
 */
int tls_session_alloc(SSL **sp, struct tls *t, int fd, bool is_server, const char *server_name);

enum tls_want tls_session_handshake(SSL *s);

/** @param n  out: bytes read or written when TLS_DONE */
enum tls_want tls_session_read(SSL *s, void *p, size_t size, size_t *n);
enum tls_want tls_session_write(SSL *s, const void *p, size_t size, size_t *n);

/** Why the handshake failed: EACCES (certificate refused) or EPROTO. */
int tls_session_error(SSL *s);

/** The same in OpenSSL's words, right after it failed; valid until the thread's next call of OpenSSL. */
const char *tls_session_reason(SSL *s);

/** Say goodbye if the socket takes it at once, and free; NULL is fine. */
void tls_session_free(SSL *s, bool is_polite);
