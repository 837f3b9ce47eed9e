/*
 * pjsip/pjsip.h - the channel driver: phones and trunks as channels, registrations as contacts
 *
 * Scope:   one `struct pjsip` per engine. It opens the transports of the snapshot, says who a
 *          request belongs to (identify), whether it may (authentication, access lists), keeps the
 *          contacts of the addresses of record, turns INVITEs into channels and outgoing channels
 *          into INVITEs.
 * Owns:    transports, contacts, one reference to the current snapshot. A session belongs to its
 *          channel. Counted; mem_deref after pjsip_shutdown and calls_shutdown.
 * Thread:  the loop's.
 * Change:  pjsip_set_snapshot applies the difference: running calls keep their transport, codecs
 *          and rules until they end; contacts stay.
 * Limits:  100 contacts an address of record whatever it says, 8 registrations waiting per address,
 *          64 transports.
 * Source:  Asterisk 22's chan_pjsip and res_pjsip; where we differ, docs/pjsip.md says why.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "ipc/console.h"
#include "call/calls.h"
#include "loop/loop.h"
#include "model/snapshot.h"
#include "plan/plan.h"
#include "sip/server.h"

struct channel;
struct pjsip;
struct store;

enum pjsip_socket { PJSIP_SOCKET_UDP = 1, PJSIP_SOCKET_TCP };

/** A socket is there (err 0: fd is taken, local says where), or why not (fd -1). */
typedef void(pjsip_bound_h)(int err, int fd, const struct addr *local, void *arg);

/** Ask for a bound (TCP: listening) socket; done may be called from inside or later, once. */
typedef int(pjsip_bind_h)(enum pjsip_socket kind, const struct addr *local, pjsip_bound_h *done,
                          void *done_arg, void *arg);

/** A socket that bind gave is not wanted any more. */
typedef void(pjsip_release_h)(enum pjsip_socket kind, const struct addr *local, void *arg);

struct pjsip_args {
    struct sip *sip;          /* borrowed, as all of these; they outlive the driver */
    struct calls *calls;      /* the technology PJSIP is added to it */
    struct plan_core *plan;   /* incoming calls start here; functions are added to it */
    struct store *store;      /* contacts are committed there; NULL (tests): memory only */
    pjsip_bind_h *bind;       /* NULL: the driver opens its sockets itself */
    pjsip_release_h *release; /* may be NULL */
    void *arg;                /* of both */
    const char *state_dir;    /* relative certificate files stand in it; NULL: as they are */
};

/** Add the driver's applications and functions: once, before a routing is compiled that names them.
 *  @return as plan_app_add */
int pjsip_rows_add(struct plan_core *plan);

/**
 * Take over SIP's methods and load the contacts of the database (waits for the disk).
 * @param snapshot  shared; its transports are opened from here
 * @return 0; ENOMEM; errno of the store
 */
int pjsip_alloc(struct pjsip **pp, const struct pjsip_args *args, struct model_snapshot *snapshot);

/** Use this configuration from now on (shared). @return 0; ENOMEM (the old one stays) */
int pjsip_set_snapshot(struct pjsip *p, struct model_snapshot *snapshot);

/** True once every transport is open or has failed: the engine may say that it is ready. */
bool pjsip_is_ready(const struct pjsip *p);

/** Transports that are open / that could not be opened. */
uint32_t pjsip_transports_open(const struct pjsip *p);
uint32_t pjsip_transports_failed(const struct pjsip *p);

/** Refuse an incoming call that is not answered, with a SIP status or its name ("486", "BUSY_HERE"). @param
 *  who  as channel_end has it. @return 0; EINVAL (no such call, no such status) */
int pjsip_refuse(struct channel *ch, const char *status, const char *who);

/** No new calls (503), no qualifying; sessions end by calls_shutdown. Contacts stay. */
void pjsip_shutdown(struct pjsip *p);

/** Rows for the console, tables of them: a NULL row ends each, NULL ends them all. Their arg is the
 * struct pjsip. */
extern const struct console_command *const pjsip_commands[];
