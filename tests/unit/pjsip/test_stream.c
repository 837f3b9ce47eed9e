/* test_stream.c - a phone over TCP: called over its connection, and without it */
#include "pjsip/office.h"

/* A phone that speaks TCP: what it connects, and what connects to it. */
struct tcp_phone {
    struct office o;
    struct phone ph; /* keeps messages and makes texts; its own socket is not used */
    struct conn *out, *in;
    struct listener *listener;
};

static size_t on_bytes(struct conn *c, struct slice bytes, void *arg)
{
    struct tcp_phone *t = arg;
    size_t used = 0;

    for (;;) {
        size_t scanned = 0, skip = 0, size = 0;
        struct sip_msg *m = NULL;
        struct sip_why why;

        if (sip_stream_frame(slice_skip(bytes, used), &scanned, &skip, &size) || !size)
            return used + skip;
        used += skip;
        if (t->ph.count < PHONE_MESSAGES &&
            !sip_msg_decode(&m, slice_from(bytes.p + used, size), &why))
            t->ph.got[t->ph.count++] = m;
        else
            mem_deref(m);
        used += size;
    }
}

static void on_up(struct conn *c, void *arg)
{
}

static void on_closed(struct conn *c, int err, void *arg)
{
}

static struct conn_handlers handlers_of(struct tcp_phone *t)
{
    return (struct conn_handlers){.up = on_up,
                                  .recv = on_bytes,
                                  .closed = on_closed,
                                  .arg = t,
                                  .max_in = 65536,
                                  .max_out = 65536};
}

static void on_accept(struct conn *c, void *arg)
{
    struct tcp_phone *t = arg;
    struct conn_handlers h = handlers_of(t);

    mem_deref(t->in);
    t->in = c;
    conn_set_handlers(c, &h);
}

static void phone_close(struct conn **c)
{
    if (*c)
        conn_close(*c);
    *c = mem_deref(*c);
}

static void tcp_fini(struct tcp_phone *t)
{
    phone_close(&t->out);
    phone_close(&t->in);
    t->listener = mem_deref(t->listener);
    phone_fini(&t->ph);
    office_fini(&t->o);
}

static int add_tcp(struct office *o)
{
    return office_change(
        o, "INSERT INTO static_pjsip (cat_metric,var_metric,commented,filename,category,"
           "var_name,var_val) VALUES (5,0,0,'pjsip.conf','transport-tcp','type',"
           "'transport'),(5,1,0,'pjsip.conf','transport-tcp','protocol','tcp'),"
           "(5,2,0,'pjsip.conf','transport-tcp','bind','192.0.2.1:5060')");
}

static int tcp_connect(struct tcp_phone *t)
{
    struct conn_handlers h = handlers_of(t);
    int err = conn_open(&t->out, t->o.net, &t->ph.station, &t->ph.addr, NULL, NULL, &h);

    office_settle(&t->o);
    return err;
}

static int tcp_init(struct tcp_phone *t)
{
    struct addr own;
    int err;

    memset(t, 0, sizeof(*t));
    err = office_init(&t->o, false);
    if (!err)
        err = add_tcp(&t->o);
    if (!err)
        err = phone_init(&t->ph, &t->o, "192.0.2.10", "101", "pw-101");
    own = t->ph.addr;
    own.port = 5062;
    if (!err)
        err = listener_open(&t->listener, t->o.net, -1, &own, NULL, 10, on_accept, t);
    t->ph.addr.port = 0;
    if (!err)
        err = tcp_connect(t);
    if (err)
        tcp_fini(t);
    return err;
}

/* REGISTER over the connection. @return its status */
static unsigned tcp_register(struct tcp_phone *t, unsigned cseq)
{
    char text[2048];

    for (unsigned i = 0; i < 2; i++) {
        snprintf(text, sizeof(text),
                 "REGISTER sip:" STATION " SIP/2.0\r\nVia: SIP/2.0/TCP 192.0.2.10:5062;"
                 "branch=z9hG4bK-t%u\r\nFrom: <sip:%s@" STATION ">;tag=1\r\nTo: <sip:%s@" STATION
                 ">\r\nCall-ID: tcp\r\nCSeq: %u REGISTER\r\nMax-Forwards: 70\r\n"
                 "Contact: <sip:101@192.0.2.10:5062;transport=tcp>\r\n%sContent-Length: 0\r\n\r\n",
                 cseq + i, t->ph.user, t->ph.user, cseq + i, t->ph.auth);
        conn_send(t->out, slice_of(text));
        office_settle(&t->o);
        if (phone_status(&t->ph, SIP_REGISTER) != 401)
            break;
        phone_answer_challenge(&t->ph, SIP_REGISTER, "sip:" STATION);
    }
    t->ph.auth[0] = '\0';
    return phone_status(&t->ph, SIP_REGISTER);
}

/* Call endpoint 101. @return the INVITE that arrived, or NULL */
static const struct sip_msg *call_it(struct tcp_phone *t, struct channel **chp)
{
    void *arg = NULL;
    const struct channel_tech *tech = calls_tech_find(t->o.calls, SLICE("PJSIP"), &arg);
    int cause;

    phone_forget(&t->ph);
    if (tech->request(chp, arg, &(struct channel_request){.resource = SLICE("101")}, &cause))
        return NULL;
    tech->call(*chp);
    for (int i = 0; i < 20; i++)
        office_settle(&t->o);
    return phone_request(&t->ph, SIP_INVITE);
}

static void drop(struct channel **chp)
{
    if (*chp)
        channel_hangup(*chp, CAUSE_NORMAL);
    *chp = mem_deref(*chp);
}

static int a_phone_is_called_over_the_connection_it_registered_over(void)
{
    struct tcp_phone t;
    struct channel *ch = NULL;
    const struct sip_msg *m;
    int err = tcp_init(&t);

    CHECK_OK(err);
    EXPECT(tcp_register(&t, 1) == 200);
    m = call_it(&t, &ch);
    EXPECT(m && slice_eqz(m->request_uri, "sip:101@192.0.2.10:5062;transport=tcp"));
    EXPECT(!t.in); /* nobody had to connect to the phone */
out:
    drop(&ch);
    tcp_fini(&t);
    return err;
}

static int a_phone_whose_connection_broke_is_called_at_its_own_uri(void)
{
    struct tcp_phone t;
    struct channel *ch = NULL;
    const struct sip_msg *m;
    int err = tcp_init(&t);

    CHECK_OK(err);
    EXPECT(tcp_register(&t, 1) == 200);
    phone_close(&t.out);
    office_settle(&t.o);
    EXPECT(aor_find(t.o.pjsip, SLICE("101"))->registered == 1);
    m = call_it(&t, &ch);
    EXPECT(t.in && m && slice_eqz(m->request_uri, "sip:101@192.0.2.10:5062;transport=tcp"));
out:
    drop(&ch);
    tcp_fini(&t);
    return err;
}

static int a_phone_that_comes_back_replaces_its_contact(void)
{
    struct tcp_phone t;
    struct channel *ch = NULL;
    int err = tcp_init(&t);

    CHECK_OK(err);
    EXPECT(tcp_register(&t, 1) == 200);
    phone_close(&t.out);
    office_settle(&t.o);
    EXPECT(!tcp_connect(&t));
    phone_forget(&t.ph);
    EXPECT(tcp_register(&t, 5) == 200);
    EXPECT(aor_find(t.o.pjsip, SLICE("101"))->registered == 1);
    EXPECT(call_it(&t, &ch) && !t.in);
out:
    drop(&ch);
    tcp_fini(&t);
    return err;
}

static int a_connection_of_somebody_else_from_there_is_not_the_phones(void)
{
    struct tcp_phone t;
    struct channel *ch = NULL;
    int err = tcp_init(&t);

    CHECK_OK(err);
    EXPECT(tcp_register(&t, 1) == 200);
    t.ph.addr = contact_of_link(list_first(&aor_find(t.o.pjsip, SLICE("101"))->contacts))->source;
    phone_close(&t.out);
    office_settle(&t.o);
    snprintf(t.ph.user, sizeof(t.ph.user), "102");
    snprintf(t.ph.password, sizeof(t.ph.password), "pw-102");
    EXPECT(!tcp_connect(&t));
    phone_forget(&t.ph);
    EXPECT(tcp_register(&t, 5) == 200);
    EXPECT(call_it(&t, &ch) && t.in);
out:
    drop(&ch);
    tcp_fini(&t);
    return err;
}

UNIT_TESTS(UNIT(a_phone_is_called_over_the_connection_it_registered_over),
           UNIT(a_phone_whose_connection_broke_is_called_at_its_own_uri),
           UNIT(a_phone_that_comes_back_replaces_its_contact),
           UNIT(a_connection_of_somebody_else_from_there_is_not_the_phones))
