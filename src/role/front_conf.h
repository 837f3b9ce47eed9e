/*
 * role/front_conf.h - the configuration that nginx runs with as the role `front`
 *
 * Scope:   settings to text: the Manager's server, the interface's, the one that redirects to it. Paths are
 *          relative to the folder state/front, in which nginx runs: whatever the state directory is called,
 *          nothing needs quoting.
 * Source:  nginx's documentation (1.22 to 1.26); docs/manager.md, docs/web.md.
 */
#pragma once
#include "base/buf.h"
#include "ipc/control.h"

#define FRONT_CONF_MAX 65536

/** Below the folder of the front. */
#define FRONT_CERT "tls/web.crt"
#define FRONT_KEY "tls/web.key"
#define FRONT_FACE "face"      /* root of what is served from disk */
#define FRONT_PAGES "face/pbx" /* leads to the interface's files */
#define FRONT_ACME "acme"      /* root of /.well-known/acme-challenge/ */

#define FRONT_MODULES "/usr/lib/nginx/modules"

/** What the front has found out. */
struct front_face {
    struct addr tls;   /* of the interface; AF_UNSPEC: it is not served */
    struct addr plain; /* that redirects to it; AF_UNSPEC: none */
    bool has_manager;  /* the Manager's address is free */
    bool is_trusted;   /* the certificate is the administrator's: browsers may insist on it */
    bool has_brotli;   /* nginx has that module */
};

/** @return as buf_add */
int front_conf_print(struct buf *out, const struct control_http *http,
                     const struct front_face *face);

/** The interface's servers. front_conf_print's. */
void front_conf_put_face(struct buf *out, const struct control_http *http,
                         const struct front_face *face);

/** What a location hands to the web role. @param face  "manager" or "pbx" */
void front_conf_put_way(struct buf *out, const char *face);
