/*
 * tests/unit/pjsip/office.h - a driver with its SIP core on a fake network, phones as plain text,
 * and stubs for what lies above and beside: the routing, the store, the media role
 *
 * The configuration is the same everywhere (office_sql); its database is made once before main.
 * A test that sees something go wrong while allocations fail only says ENOMEM: then it matters that
 * nothing crashes and nothing leaks.
 */
#pragma once
#include "base/rand.h"
#include "ipc/media.h"
#include "loop/fake.h"
#include "model/database.h"
#include "pjsip/contact.h"
#include "pjsip/session.h"
#include "plan/plan.h"
#include "sip/print.h"
#include "store/store.h"

#define EXPECT(cond)                                                                               \
    do {                                                                                           \
        if (!(cond)) {                                                                             \
            err = unit_is_rerun() ? ENOMEM : unit_failed(__FILE__, __LINE__, #cond);               \
            goto out;                                                                              \
        }                                                                                          \
    } while (0)

#define STATION "192.0.2.1"

static const char office_sql[] =
    "INSERT INTO static_pjsip (cat_metric,var_metric,commented,filename,category,var_name,var_val) "
    "VALUES (1,0,0,'pjsip.conf','transport-udp','type','transport'),"
    "(1,1,0,'pjsip.conf','transport-udp','protocol','udp'),"
    "(1,2,0,'pjsip.conf','transport-udp','bind','192.0.2.1:5060'),"
    "(2,0,0,'pjsip.conf','global','type','global'),"
    "(2,1,0,'pjsip.conf','global','endpoint_identifier_order',"
    "'ip,username,auth_username,anonymous');"
    "INSERT INTO ps_aors (id,max_contacts,remove_existing,minimum_expiration,maximum_expiration,"
    "default_expiration) VALUES ('101',1,'yes',60,7200,3600),('102',2,'no',60,7200,3600),"
    "('103',1,'no',60,7200,3600);"
    "INSERT INTO ps_aors (id,contact) VALUES ('trunk','sip:192.0.2.90:5060');"
    "INSERT INTO ps_aors (id,contact,qualify_frequency,qualify_timeout) VALUES "
    "('asked','sip:asked@192.0.2.91:5060','30','3.0');"
    "INSERT INTO ps_auths (id,auth_type,username,password) VALUES "
    "('101','userpass','101','pw-101'),('102','userpass','102','pw-102'),"
    "('103','userpass','login-103','pw-103'),('out','userpass','station','pw-out');"
    "INSERT INTO ps_endpoints (id,context,aors,auth,disallow,allow,rewrite_contact,callerid,"
    "rtp_symmetric,dtmf_mode) VALUES "
    "('101','office','101','101','all','ulaw,alaw','yes','\"Anna\" <101>','yes','rfc4733'),"
    "('102','office','102','102','all','alaw','no',NULL,'no','info');"
    "INSERT INTO ps_endpoints (id,context,aors,auth,disallow,allow,identify_by,rewrite_contact) "
    "VALUES ('user-103','office','103','103','all','ulaw','auth_username','yes');"
    "INSERT INTO ps_endpoints (id,context,aors,auth,disallow,allow,deny,permit) VALUES "
    "('fenced','office','101','101','all','ulaw','0.0.0.0/0.0.0.0','192.0.2.200');"
    "INSERT INTO ps_endpoints (id,context,aors,outbound_auth,disallow,allow,from_user,from_domain) "
    "VALUES ('trunk','incoming','trunk','out','all','ulaw','t-user','t.example');"
    "INSERT INTO ps_endpoints (id,context,aors,disallow,allow) VALUES "
    "('asked','office','asked','all','ulaw');"
    "INSERT INTO ps_auths (id,auth_type,username,password) VALUES ('tw1','userpass','tw1','x'),"
    "('tw2','userpass','tw2','y');"
    "INSERT INTO ps_endpoints (id,context,auth,disallow,allow) VALUES "
    "('twice','office','tw1,tw2','all','ulaw');"
    "INSERT INTO ps_endpoint_id_ips (id,endpoint,match) VALUES ('trunk','trunk','192.0.2.90');"
    "INSERT INTO ps_endpoint_id_ips (id,endpoint,match,srv_lookups) VALUES "
    "('named','trunk','far.example','no');";

static struct db *office_db;

__attribute__((constructor)) static void office_make_db(void)
{
    log_set_stderr(false);
    database_share(&office_db, office_sql);
}

/* ---- what the office holds ---- */

#define OFFICE_WRITES 32

struct office {
    struct loop *loop;
    struct net *net;
    struct dns *dns; /* knows far.example: 192.0.2.99 */
    struct sip *sip;
    struct media *media;
    struct ipc *media_role;
    struct calls *calls;
    struct pjsip *pjsip;
    struct model_snapshot *snap;

    /* routing */
    struct event_queue *queue;
    struct channel *incoming; /* the last call that plan_start got; a reference */
    unsigned started;

    /* media role */
    uint16_t next_port;
    unsigned streams;
    struct addr remote; /* of the last MEDIA_REMOTE */
    bool is_held;

    /* store */
    bool is_store_slow;
    int store_err;
    struct {
        store_done_h *done;
        void *arg;
    } writes[OFFICE_WRITES];
    unsigned write_count;
    unsigned puts, deletes;
    char last_uri[256];
    int64_t last_expires;
};

static struct office *office_now;

/* ---- stubs ---- */

int plan_start(struct plan_core *p, struct channel *ch)
{
    struct office *o = office_now;

    mem_deref(o->incoming);
    o->incoming = mem_ref(ch);
    o->started++;
    channel_attach(ch, o->queue);
    return 0;
}

void plan_set_guests(struct plan_core *p, const struct plan_guests *guests)
{
}

bool plan_has_exten(const struct plan_core *p, struct slice context, struct slice exten)
{
    return !slice_eqz(exten, "404") && !slice_eqz(exten, "8");
}

bool plan_may_match_more(const struct plan_core *p, struct slice context, struct slice exten)
{
    return slice_eqz(exten, "8");
}

int plan_app_add(struct plan_core *p, const struct plan_app *app)
{
    return 0;
}

int plan_func_add(struct plan_core *p, const struct plan_func *func)
{
    return 0;
}

struct calls *plan_calls(const struct plan_core *p)
{
    return office_now->calls;
}

static int office_write(store_done_h *done, void *arg)
{
    struct office *o = office_now;

    if (o->write_count == OFFICE_WRITES)
        return EAGAIN;
    o->writes[o->write_count].done = done;
    o->writes[o->write_count++].arg = arg;
    return 0;
}

int store_contact_put(struct store *s, const struct store_contact *c, store_done_h *done, void *arg)
{
    office_now->puts++;
    slice_copy(c->uri, office_now->last_uri, sizeof(office_now->last_uri));
    office_now->last_expires = c->expires;
    return office_write(done, arg);
}

int store_contact_delete(struct store *s, struct slice id, store_done_h *done, void *arg)
{
    office_now->deletes++;
    return office_write(done, arg);
}

int store_contacts_now(struct store *s, store_contact_h *each, void *arg)
{
    return 0;
}

/* The database has committed (or not) what waits. */
static inline void office_commit(struct office *o, int err)
{
    unsigned count = o->write_count;

    o->write_count = 0;
    for (unsigned i = 0; i < count; i++)
        if (o->writes[i].done)
            o->writes[i].done(err, o->writes[i].arg);
}

static void office_media_recv(struct ipc *c, uint16_t id, const void *message, int fd, void *arg)
{
    struct office *o = arg;

    if (id == MEDIA_CREATE) {
        const struct media_create *m = message;
        struct media_created made = {.id = m->id, .local = m->local};

        o->streams++;
        made.local.port = o->next_port;
        o->next_port += 2;
        ipc_send(c, MEDIA_CREATED, &made);
    } else if (id == MEDIA_REMOTE) {
        const struct media_remote *m = message;

        o->remote = m->rtp;
        o->is_held = m->is_held;
    } else if (id == MEDIA_FREE) {
        const struct media_free *m = message;
        struct media_stats st = {.id = m->id, .is_last = true};

        o->streams--;
        ipc_send(c, MEDIA_STATS, &st);
    }
}

static void office_media_closed(struct ipc *c, int err, void *arg)
{
}

static void office_record(const struct cdr *r, void *arg)
{
}

/* ---- birth and end ---- */

static inline void office_fini(struct office *o)
{
    if (o->pjsip)
        pjsip_shutdown(o->pjsip);
    if (o->incoming && !o->incoming->is_ended)
        channel_hangup(o->incoming, CAUSE_NORMAL);
    o->incoming = mem_deref(o->incoming);
    if (o->calls)
        calls_shutdown(o->calls, 0, NULL, NULL);
    if (o->loop)
        loop_fake_advance(o->loop, 70000); /* goodbyes that nobody answers run out */
    o->pjsip = mem_deref(o->pjsip);
    office_commit(o, ECANCELED);
    o->sip = mem_deref(o->sip);
    o->calls = mem_deref(o->calls);
    o->queue = mem_deref(o->queue);
    if (o->loop)
        loop_fake_advance(o->loop, 2000);
    o->media = mem_deref(o->media);
    o->media_role = mem_deref(o->media_role);
    o->dns = mem_deref(o->dns);
    o->net = mem_deref(o->net);
    o->snap = mem_deref(o->snap);
    o->loop = mem_deref(o->loop);
}

static inline int office_open(struct office *o)
{
    struct media_args media = {0};
    struct ipc *ours = NULL;
    int err = media_alloc(&o->media, o->loop, &media);

    if (!err)
        err = ipc_pair(&ours, &o->media_role, o->loop, &media_protocol);
    if (err)
        return err;
    ipc_set_handlers(o->media_role, office_media_recv, office_media_closed, o);
    media_attach(o->media, ours);
    err = calls_alloc(&o->calls, &(struct calls_args){.loop = o->loop,
                                                      .media = o->media,
                                                      .record = office_record,
                                                      .language = "ru",
                                                      .zone = "ru",
                                                      .max_channels = 100});
    if (!err)
        err = event_queue_alloc(&o->queue);
    if (!err)
        err = sip_alloc(&o->sip, &(struct sip_args){.loop = o->loop, .net = o->net, .dns = o->dns});
    return err;
}

/** is_stored: contacts go to the stub store, and wait for office_commit. */
static inline int office_init(struct office *o, bool is_stored)
{
    struct pjsip_args args;
    int err;

    memset(o, 0, sizeof(*o));
    office_now = o;
    o->next_port = 30000;
    rand_seed(7);
    err = loop_alloc_fake(&o->loop, (struct wall){1700000000000000});
    if (!err)
        err = net_fake_alloc(&o->net, o->loop);
    if (!err)
        err = dns_fake_alloc(&o->dns, o->loop);
    if (!err)
        err = dns_fake_add_addr(
            o->dns, "far.example",
            &(struct addr){.family = AF_INET, .port = 5060, .ip = {192, 0, 2, 99}});
    if (!err)
        err = model_snapshot_load(&o->snap, office_db);
    if (!err)
        err = office_open(o);
    args = (struct pjsip_args){.sip = o->sip,
                               .calls = o->calls,
                               .plan = (struct plan_core *)o,
                               .store = is_stored ? (struct store *)o : NULL};
    if (!err)
        err = pjsip_alloc(&o->pjsip, &args, o->snap);
    if (!err)
        loop_fake_settle(o->loop);
    if (!err && pjsip_transports_open(o->pjsip) != 1)
        err = unit_is_rerun() ? ENOMEM : unit_failed(__FILE__, __LINE__, "transport open");
    if (err)
        office_fini(o);
    return err;
}

static inline void office_settle(struct office *o)
{
    for (int i = 0; i < 4; i++)
        loop_fake_advance(o->loop, 1);
}

/* Run sql, load, apply, and undo. @return 0; errno */
static inline int office_change(struct office *o, const char *sql)
{
    struct model_snapshot *s = NULL;
    int err = db_begin(office_db);

    if (!err)
        err = db_run(office_db, sql);
    if (!err)
        err = model_snapshot_load(&s, office_db);
    db_rollback(office_db);
    if (!err)
        err = pjsip_set_snapshot(o->pjsip, s);
    mem_deref(s);
    return err;
}

/* ---- phones ---- */

#define PHONE_MESSAGES 16

struct phone {
    struct office *o;
    struct udp *udp;
    struct addr addr, station;
    struct sip_msg *got[PHONE_MESSAGES]; /* newest last */
    unsigned count;
    unsigned branch, tag;
    char user[32], password[32];
    char auth[1024]; /* lines for the next request */
};

static void phone_recv(const struct datagram *d, size_t count, void *arg)
{
    struct phone *ph = arg;

    for (size_t i = 0; i < count; i++) {
        struct sip_msg *m = NULL;
        struct sip_why why;

        if (ph->count == PHONE_MESSAGES || sip_msg_decode(&m, d[i].bytes, &why)) {
            mem_deref(m);
            continue;
        }
        ph->got[ph->count++] = m;
    }
}

static inline void phone_forget(struct phone *ph)
{
    for (unsigned i = 0; i < ph->count; i++)
        ph->got[i] = mem_deref(ph->got[i]);
    ph->count = 0;
}

static inline void phone_fini(struct phone *ph)
{
    phone_forget(ph);
    ph->udp = mem_deref(ph->udp);
}

/** A phone at host:5060 that logs in as user. */
static inline int phone_init(struct phone *ph, struct office *o, const char *host, const char *user,
                             const char *password)
{
    memset(ph, 0, sizeof(*ph));
    ph->o = o;
    snprintf(ph->user, sizeof(ph->user), "%s", user);
    snprintf(ph->password, sizeof(ph->password), "%s", password);
    addr_parse_host(&ph->addr, slice_of(host), 5060);
    addr_parse_host(&ph->station, SLICE(STATION), 5060);
    return udp_open(&ph->udp, o->net, -1, &ph->addr, phone_recv, ph);
}

static inline void phone_send(struct phone *ph, const char *text)
{
    udp_send(ph->udp, &ph->station, slice_of(text));
    office_settle(ph->o);
}

/** The last response with this CSeq method, or NULL. */
static inline const struct sip_msg *phone_response(const struct phone *ph, enum sip_method method)
{
    for (unsigned i = ph->count; i > 0; i--)
        if (!ph->got[i - 1]->is_request && ph->got[i - 1]->method == method)
            return ph->got[i - 1];
    return NULL;
}

static inline unsigned phone_status(const struct phone *ph, enum sip_method method)
{
    const struct sip_msg *m = phone_response(ph, method);

    return m ? m->status : 0;
}

/** The last request of this method, or NULL. */
static inline const struct sip_msg *phone_request(const struct phone *ph, enum sip_method method)
{
    for (unsigned i = ph->count; i > 0; i--)
        if (ph->got[i - 1]->is_request && ph->got[i - 1]->method == method)
            return ph->got[i - 1];
    return NULL;
}

static bool phone_creds(struct slice realm, struct sip_credential *c, void *arg)
{
    struct phone *ph = arg;

    *c = (struct sip_credential){.user = ph->user, .password = ph->password};
    return true;
}

/** Make the Authorization lines that answer the last 401 to method for uri. */
static inline int phone_answer_challenge(struct phone *ph, enum sip_method method, const char *uri)
{
    const struct sip_msg *m = phone_response(ph, method);
    struct buf lines;
    int err;

    if (!m)
        return ENOENT;
    buf_init(&lines, sizeof(ph->auth) - 1);
    err = sip_auth_answer(&lines, m, method, slice_of(uri), SLICE_NONE, phone_creds, ph);
    if (!err)
        snprintf(ph->auth, sizeof(ph->auth), "%s", buf_z(&lines));
    buf_fini(&lines);
    return err;
}

struct phone_args {
    const char *method;
    const char *uri;
    const char *from;   /* user; NULL: ph->user */
    const char *to;     /* user */
    const char *to_tag; /* NULL: none */
    const char *call_id;
    unsigned cseq;
    const char *headers; /* lines */
    const char *type;    /* of body */
    const char *body;
    const char *branch; /* NULL: a new one */
};

static inline void phone_say(struct phone *ph, const struct phone_args *a)
{
    char text[4096], host[ADDR_TEXT], branch[64];
    bool is_v6 = ph->addr.family == AF_INET6;
    const char *body = a->body ? a->body : "";

    if (!a->branch)
        ph->branch++;
    snprintf(branch, sizeof(branch), "z9hG4bK-%s-%u", ph->user, ph->branch);
    addr_host(&ph->addr, host);
    snprintf(text, sizeof(text),
             "%s %s SIP/2.0\r\nVia: SIP/2.0/UDP %s%s%s:5060;branch=%s;rport\r\n"
             "From: \"Phone\" <sip:%s@" STATION ">;tag=f%u\r\nTo: <sip:%s@" STATION ">%s%s\r\n"
             "Call-ID: %s\r\nCSeq: %u %s\r\nMax-Forwards: 70\r\n%s%s%s%s%s"
             "Content-Length: %zu\r\n\r\n%s",
             a->method, a->uri, is_v6 ? "[" : "", host, is_v6 ? "]" : "",
             a->branch ? a->branch : branch, a->from ? a->from : ph->user, ph->tag, a->to,
             a->to_tag ? ";tag=" : "", a->to_tag ? a->to_tag : "", a->call_id, a->cseq, a->method,
             a->headers ? a->headers : "", ph->auth, a->type ? "Content-Type: " : "",
             a->type ? a->type : "", a->type ? "\r\n" : "", strlen(body), body);
    phone_send(ph, text);
}

#define PHONE_SDP(host, port, formats, lines)                                                      \
    "v=0\r\no=- 1 1 IN IP4 " host "\r\ns=-\r\nc=IN IP4 " host "\r\nt=0 0\r\n"                      \
    "m=audio " port " RTP/AVP " formats "\r\n" lines
