/*
 * tests/unit/manager/driver.h - a Manager (desk.h) beside a channel driver on a fake network
 *
 * The configuration is that of the Asterisk whose answers are in tests/golden/manager/pjsip.txt, on the
 * same addresses. Phones and registrars are plain text; a registrar answers everything with 200 until
 * it is muted.
 */
#pragma once
#include "desk.h"
#include "base/rand.h"
#include "pjsip/contact.h"
#include "pjsip/outbound.h"
#include "sip/auth.h"
#include "sip/print.h"
#include "sip/server.h"

static const char driver_sql[] =
    "INSERT INTO static_pjsip (cat_metric,var_metric,commented,filename,category,var_name,var_val) "
    "VALUES (1,0,0,'pjsip.conf','udp','type','transport'),"
    "(1,1,0,'pjsip.conf','udp','protocol','udp'),"
    "(1,2,0,'pjsip.conf','udp','bind','127.0.0.1:5080'),"
    "(1,3,0,'pjsip.conf','udp','method','unspecified'),"
    "(1,4,0,'pjsip.conf','udp','tcp_keepalive_enable','no'),"
    "(1,5,0,'pjsip.conf','udp','tcp_keepalive_interval_time','1');"
    "INSERT INTO ps_aors (id,contact,qualify_frequency) VALUES ('trunk','sip:127.0.0.1:5090',5);"
    "INSERT INTO ps_aors (id,max_contacts,remove_existing,qualify_frequency) VALUES "
    "('u00001',1,'yes',0),('second',2,'no',5),('u00002',2,'no',5);"
    "INSERT INTO ps_auths (id,username,password,nonce_lifetime,supported_algorithms_uas,"
    "supported_algorithms_uac) VALUES ('trunk','t','tp',32,'MD5','MD5'),"
    "('u00001','u00001','pw-u00001',32,'MD5','MD5'),('u00002','u00002','pw-u00002',32,'MD5','MD5');"
    "INSERT INTO ps_endpoints (id,context,aors,outbound_auth,disallow,allow) VALUES "
    "('trunk','load','trunk','trunk','all','ulaw,alaw');"
    "INSERT INTO ps_endpoints (id,context,aors,auth,disallow,allow,callerid,transport) VALUES "
    "('u00001','load','u00001,second','u00001','all','ulaw,alaw','\"Anna\" <101>','udp');"
    "INSERT INTO ps_endpoints (id,context,aors,auth,disallow,allow) VALUES "
    "('u00002','load','u00002','u00002','all','ulaw,alaw');"
    "INSERT INTO ps_endpoints (id,context,disallow) VALUES ('bare','load','all');"
    "UPDATE ps_endpoints SET sdp_session='Asterisk';"
    "INSERT INTO ps_endpoint_id_ips (id,endpoint,match,match_header) VALUES "
    "('trunk','trunk','127.0.0.9','X-Who: trunk');"
    "INSERT INTO ps_registrations (id,server_uri,client_uri,contact_user,outbound_auth,endpoint,line,"
    "retry_interval,expiration) VALUES ('trunk','sip:127.0.0.1:5090','sip:me@127.0.0.1:5090','me',"
    "'trunk','trunk','yes',5,30);"
    "INSERT INTO ps_registrations (id,server_uri,client_uri,retry_interval) VALUES "
    "('mute','sip:127.0.0.1:5099','sip:me@127.0.0.1:5099',5);"
    "INSERT INTO static_extensions (filename,cat_metric,var_metric,category,var_name,var_val) VALUES "
    "('extensions.conf',1,1,'load','exten','101,hint,PJSIP/u00001'),"
    "('extensions.conf',1,2,'load','exten','102,hint,PJSIP/u00002&Custom:lamp'),"
    "('extensions.conf',1,3,'load','exten','103,hint,,CustomPresence:anna'),"
    "('extensions.conf',1,4,'load','exten','_7XX,hint,PJSIP/u00001');";

__attribute__((constructor)) static void driver_make_db(void)
{
    database_fill(desk_db, driver_sql);
}

struct far {
    struct net *net;
    struct udp *udp;
    struct addr addr, station;
    bool is_mute;
    char last[4096]; /* what came last */
    unsigned cseq;
};

struct driver {
    struct desk d;
    struct dns *dns;
    struct sip *sip;
    struct pjsip *pjsip;
    struct far registrar; /* 127.0.0.1:5090 */
    struct desk_client c; /* one who is in */
};

/* ---- the far ends ---- */

/* Lines that an answer repeats. */
static inline void far_copy(const char *request, const char *name, struct buf *out)
{
    const size_t len = strlen(name);

    for (const char *at = request; at; at = strstr(at, "\r\n")) {
        const char *line = at == request ? at : at + 2;
        const char *end = strstr(line, "\r\n");

        if (end && !strncmp(line, name, len))
            buf_add(out, line, (size_t)(end - line) + 2);
        at = line;
    }
}

static void far_recv(const struct datagram *d, size_t count, void *arg)
{
    static const char *const names[] = {
        "Via: ", "From: ", "To: ", "Call-ID: ", "CSeq: ", "Contact: ", "Expires: "};
    struct far *f = arg;

    for (size_t i = 0; i < count; i++) {
        struct buf answer;

        slice_copy(d[i].bytes, f->last, sizeof(f->last));
        if (f->is_mute || !strncmp(f->last, "SIP/2.0", 7) || !strncmp(f->last, "ACK", 3))
            continue;
        buf_init(&answer, 4096);
        buf_addz(&answer, "SIP/2.0 200 OK\r\n");
        for (size_t n = 0; n < sizeof(names) / sizeof(names[0]); n++)
            far_copy(f->last, names[n], &answer);
        buf_addz(&answer, "Content-Length: 0\r\n\r\n");
        udp_send(f->udp, &f->station, buf_slice(&answer));
        buf_fini(&answer);
    }
}

static inline int far_open(struct far *f, struct net *net, const char *at)
{
    memset(f, 0, sizeof(*f));
    f->net = net;
    addr_parse(&f->addr, slice_of(at), 0);
    addr_parse(&f->station, SLICE("127.0.0.1:5080"), 0);
    return udp_open(&f->udp, net, -1, &f->addr, far_recv, f);
}

static inline void far_close(struct far *f)
{
    f->udp = mem_deref(f->udp);
}

struct far_login {
    const char *user;
    char password[80];
};

static bool far_creds(struct slice realm, struct sip_credential *c, void *arg)
{
    struct far_login *l = arg;

    *c = (struct sip_credential){.user = l->user, .password = l->password};
    return true;
}

static inline void far_say_register(struct far *f, struct loop *loop, const char *user,
                                    unsigned expires, const char *auth)
{
    char text[4096];

    snprintf(text, sizeof(text),
             "REGISTER sip:127.0.0.1:5080 SIP/2.0\r\nVia: SIP/2.0/UDP "
             "127.0.0.1:%u;branch=z9hG4bK%s%u;rport\r\nFrom: <sip:%s@127.0.0.1>;tag=1\r\nTo: "
             "<sip:%s@127.0.0.1>\r\nCall-ID: pj-%s@127.0.0.1\r\nCSeq: %u REGISTER\r\nContact: "
             "<sip:%s@127.0.0.1:%u>\r\nUser-Agent: Phone 1.0\r\nExpires: %u\r\nMax-Forwards: "
             "70\r\n%sContent-Length: 0\r\n\r\n",
             f->addr.port, user, f->cseq + 1, user, user, user, f->cseq + 1, user, f->addr.port,
             expires, auth);
    f->cseq++;
    udp_send(f->udp, &f->station, slice_of(text));
    for (int i = 0; i < 5; i++)
        loop_fake_advance(loop, 1);
}

/** Register user ("u00001") with its password. @return the last status */
static inline unsigned far_register(struct far *f, struct loop *loop, const char *user,
                                    unsigned expires)
{
    struct far_login l = {.user = user};
    struct sip_msg *m = NULL;
    struct sip_why why;
    struct buf auth;
    unsigned status = 0;

    snprintf(l.password, sizeof(l.password), "pw-%s", user);
    far_say_register(f, loop, user, expires, "");
    if (sip_msg_decode(&m, slice_of(f->last), &why))
        return 0;
    buf_init(&auth, 1000);
    if (m->status == 401 && !sip_auth_answer(&auth, m, SIP_REGISTER, SLICE("sip:127.0.0.1:5080"),
                                             SLICE_NONE, far_creds, &l))
        far_say_register(f, loop, user, expires, buf_z(&auth));
    buf_fini(&auth);
    mem_deref(m);
    sscanf(f->last, "SIP/2.0 %u", &status);
    return status;
}

/* ---- birth and end ---- */

static inline void driver_fini(struct driver *o)
{
    desk_leave(&o->c);
    o->d.manager = mem_deref(o->d.manager);
    if (o->pjsip)
        pjsip_shutdown(o->pjsip);
    if (o->d.calls)
        calls_shutdown(o->d.calls, 0, NULL, NULL);
    if (o->d.loop)
        loop_fake_advance(o->d.loop, 70000); /* requests that nobody answers run out */
    o->pjsip = mem_deref(o->pjsip);
    o->sip = mem_deref(o->sip);
    far_close(&o->registrar);
    o->dns = mem_deref(o->dns);
    desk_fini(&o->d);
}

static inline int driver_manager(struct driver *o)
{
    o->d.manager = mem_deref(o->d.manager);
    return manager_alloc(&o->d.manager,
                         &(struct manager_args){.net = o->d.net,
                                                .calls = o->d.calls,
                                                .plan = o->d.plan,
                                                .pjsip = o->pjsip,
                                                .arg = &o->d},
                         o->d.snap);
}

/** @param events  word of its Login */
static inline int driver_init(struct driver *o, const char *events)
{
    int err;

    memset(o, 0, sizeof(*o));
    rand_seed(7);
    err = desk_init(&o->d);
    if (!err)
        err = dns_fake_alloc(&o->dns, o->d.loop);
    if (!err)
        err = sip_alloc(&o->sip,
                        &(struct sip_args){.loop = o->d.loop, .net = o->d.net, .dns = o->dns});
    if (!err)
        err = far_open(&o->registrar, o->d.net, "127.0.0.1:5090");
    if (!err)
        err = plan_set_snapshot(o->d.plan, o->d.snap);
    if (!err)
        err = pjsip_alloc(
            &o->pjsip, &(struct pjsip_args){.sip = o->sip, .calls = o->d.calls, .plan = o->d.plan},
            o->d.snap);
    if (!err)
        err = driver_manager(o);
    if (!err)
        err = desk_enter(&o->c, &o->d, MANAGER_TCP, "admin", events);
    if (err)
        driver_fini(o);
    return err;
}
