/*
 * pjsip/inner.h - what the files of pjsip/ share among themselves: the driver's own struct
 */
#pragma once
#include "base/hash.h"
#include "base/list.h"
#include "base/guard.h"
#include "pjsip/pjsip.h"
#include "sip/auth.h"

struct pjsip {
    struct sip *sip;
    struct loop *loop;
    struct calls *calls;
    struct plan_core *plan;
    struct store *store; /* NULL: contacts live in memory only */
    pjsip_bind_h *bind;
    pjsip_release_h *release;
    void *bind_arg;
    const char *state_dir;

    struct model_snapshot *snap;
    bool has_header_rows, has_uri_rows; /* match.c: some identify row looks there */
    bool has_domains;                   /* some endpoint is named user@domain */
    struct sip_auth *auth;              /* our challenges */

    struct list transports;  /* transport.c */
    struct hash aors;        /* contact.c: struct aor by name */
    struct list permanent;   /* contact.c: struct contact by permanent_link */
    uint32_t contacts;       /* registered ones */
    struct hash creds;       /* identify.c: struct pjsip_creds by endpoint */
    struct list names;       /* names.c: host names in identify rows */
    struct hash named_addrs; /* and the addresses behind them */
    struct hash hosts;       /* host.c: names in media_address */
    struct list outbounds;   /* outbound.c: struct outbound, those of the snapshot */
    struct list leaving;     /* and those that say goodbye */
    struct hash outbound_names, lines, routed;
    struct mono next_register; /* the next turn of a request to a registrar */
    struct list texts;         /* message.c: struct text that waits */
    struct list texts_now;     /* and those that run */
    struct list sendings;      /* message_send.c */
    uint32_t texts_waiting, texts_running, sending_count;
    struct deferred texts_later;
    struct list watches;  /* console.c: consoles that follow the trace */
    struct list watchers; /* struct pjsip_watch (watch.h) */

    int64_t date_second; /* registrar.c: the Date line of this second */
    char date[40];
    struct guard guard;         /* wrong passwords by source */
    struct log_gate no_aors;    /* refused: no such address of record */
    struct log_gate no_extens;  /* no such number */
    struct sip_strans *dropped; /* the last request that gets no answer, until later */
    struct deferred drop_later;
    bool is_running; /* what was there at the start has been loaded */
    bool is_closing;
};
