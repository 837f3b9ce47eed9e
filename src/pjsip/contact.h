/*
 * pjsip/contact.h - addresses of record and their contacts: where a phone or trunk is to be found
 *
 * Scope:   registered contacts (from REGISTER, kept in ps_contacts) and permanent ones (option
 *          contact), each with what qualifying says of it.
 * Owns:    contacts, one block of text each (about 600 bytes in all). An address of record is here
 *          as long as it has contacts or registrations.
 * Cost:    finding an address of record or a contact by hash; one timer per contact for its end,
 *          one for qualifying.
 * Source:  Asterisk's res_pjsip location.c: contact ids, x-ast-orig-host, statuses.
 */
#pragma once
#include "pjsip/inner.h"
#include "sip/client.h"
#include "store/contact.h"

/** Most contacts of one address of record, whatever max_contacts says. */
#define PJSIP_CONTACTS_MAX 100

/** Bytes of Route lines made of a path. */
#define CONTACT_ROUTES_MAX 4096

enum contact_status {
    CONTACT_NONQUAL, /* nobody asks it */
    CONTACT_UNKNOWN, /* asked, not answered yet */
    CONTACT_AVAIL,
    CONTACT_UNAVAIL,
};

/** "NonQual" "Unknown" "Avail" "Unavail" */
const char *contact_status_name(enum contact_status s);

struct registration;

struct aor {
    struct hash_link link; /* pjsip.aors */
    struct pjsip *p;
    struct list contacts; /* permanent ones first, then the latest registered first */
    uint32_t registered;
    bool is_reachable; /* told last (state.c): one of them is not known to be out of reach */
    struct registration *busy; /* registrar.c: the one that waits for its commit */
    struct list waiting;       /* and those behind it */
    uint32_t waiting_count;
    char name[];
};

/** A counted object; the address of record holds one reference. Texts end with NUL. */
struct contact {
    struct link link;           /* aor.contacts */
    struct link permanent_link; /* pjsip.permanent */
    struct aor *aor;
    struct timer expiry;      /* registered only */
    struct timer qualify;     /* next question */
    struct sip_client *probe; /* the question under way */
    struct mono probed;
    struct wall expires;   /* registered only */
    struct sip_conn *conn; /* that the REGISTER came over, a reference; NULL: UDP, or loaded */
    struct addr source;    /* where the REGISTER came from; none: permanent, or loaded without */
    uint32_t cseq;         /* of the REGISTER; 0 unknown (after a restart) */
    uint32_t rtt_us;       /* 0 unknown */
    bool is_permanent;
    uint8_t status; /* enum contact_status */
    uint16_t mark;  /* inner: registrar and snapshot changes */

    struct slice id;        /* "aor;@" and a hash of uri */
    struct slice uri;       /* where it is reached; the phone's own host in x-ast-orig-host */
    struct slice transport; /* name of the binding, empty: any */
    struct slice endpoint, user_agent, call_id;
    struct slice
        instance;      /* +sip.instance and reg-id (RFC 5626), while this engine runs; or empty */
    struct slice path; /* values of Path, comma separated: requests go that way (RFC 3327) */
    char text[];
};

static inline struct contact *contact_of_link(struct link *k)
{
    return CONTAINER_OF(k, struct contact, link);
}

/** Find; NULL: it has neither contacts nor registrations now. */
struct aor *aor_find(const struct pjsip *p, struct slice name);

/** Find or make. @return NULL without memory */
struct aor *aor_get(struct pjsip *p, struct slice name);

/** Free it when nothing is left of it. */
void aor_release(struct aor *a);

struct contact_args {
    bool is_permanent;
    struct slice uri, transport, endpoint, user_agent, call_id, instance, path;
    struct addr source;
    struct sip_conn *conn; /* a reference is taken */
    uint32_t cseq;
    struct wall expires;
};

/** Make one, in no list yet. @return 0; ENOMEM */
int contact_alloc(struct contact **cp, struct aor *a, const struct contact_args *args);

/** Put it in (reference taken), start its timers; replaces: takes that one's place and status. */
void contact_add(struct contact *c, struct contact *replaces);

/** Take it out and let it go; the database is not told. */
void contact_remove(struct contact *c);

/** By URI as the phone gave it or as we keep it. NULL: none. */
struct contact *contact_find(const struct aor *a, const struct sip_uri *uri);

/** The registration of the same phone from another port or connection: same Call-ID, same URI as
 * the phone gives it. NULL: none. */
struct contact *contact_find_again(const struct aor *a, struct slice call_id, struct slice kept);

/** The registration of the same device (+sip.instance) by the same flow (reg-id), but for what the
 *  request being planned changes already (marked). NULL: none. */
struct contact *contact_find_instance(const struct aor *a, struct slice instance);

/** Contact by id ("101;@..."), NULL: none. */
struct contact *contact_find_id(const struct pjsip *p, struct slice id);

/** The first one of an endpoint's addresses of record that is not known to be out of reach, in the
 *  order of its list; NULL: none. */
struct contact *contact_pick(const struct pjsip *p, const struct model_endpoint *e);

/** Not known to be out of reach. */
static inline bool contact_is_reachable(const struct contact *c)
{
    return c->status != CONTACT_UNAVAIL;
}

/** The connection that it registered over, while that is open; none with a Path: the proxy knows the
 * way. @return 0; ENOENT */
struct sip_target;
int contact_route(const struct contact *c, struct sip_target *target);

/** Seconds until it expires, at least 0. */
int64_t contact_left_s(const struct contact *c);

/** The row of ps_contacts; slices borrowed from c and the snapshot. */
void contact_row(const struct contact *c, struct store_contact *row);

/** Take up ps_contacts at the start. @return 0; errno of the store */
int contacts_load(struct pjsip *p);

/** Permanent contacts and qualifying follow the snapshot. @return 0; ENOMEM */
int contacts_follow(struct pjsip *p);

/** Drop everything without telling the database. */
void contacts_clear(struct pjsip *p);

/* ---- URIs ---- */

/**
 * URI to keep: the phone's, or (rewrite_contact) with host and port replaced by where the REGISTER
 * came from and the phone's own kept in x-ast-orig-host; transport and maddr go. @return as buf_add
 */
int contact_uri_make(struct buf *out, const struct sip_uri *uri, const struct sip_flow *flow,
                     bool is_rewritten);

/** URI as the phone gave it, from one that was kept. @return as buf_add; EINVAL */
int contact_uri_restore(struct buf *out, struct slice kept);

/** The same as Request-URI: "?headers" may not stand there (RFC 3261 s19.1.1). @return as above */
int contact_uri_request(struct buf *out, struct slice kept);

/** Where a kept URI is reached: without x-ast-orig-host. Over TCP and TLS a phone that is not
 *  connected any more listens where it said itself. @return as buf_add; EINVAL */
int contact_uri_reach(struct buf *out, struct slice kept);

/* ---- qualifying (qualify.c) ---- */

/** Start, change or stop asking, as the address of record says now. */
void qualify_start(struct contact *c);

/** Let to ask when from would have. */
void qualify_move(struct contact *to, const struct contact *from);

/** Ask now. @return 0; errno */
int qualify_now(struct contact *c);
