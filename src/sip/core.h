/*
 * sip/core.h - inner: the SIP core's members, and what its files call in each other
 *
 * Flow:    transport.c/conn.c -> receive.c -> server_transaction.c / client_transaction.c ->
 *          dialog.c -> invite*.c, or the method's handler of sip/server.h.
 */
#pragma once
#include "base/buf.h"
#include "base/hash.h"
#include "base/list.h"
#include "sip/client.h"
#include "sip/dialog.h"
#include "sip/invite.h"
#include "sip/queue.h"
#include "sip/server.h"

enum { SIP_SHED = 1024 };

struct sip_handler {
    sip_request_h *h;
    void *arg;
    bool is_refusal; /* not in Allow */
};

struct sip {
    struct loop *loop;
    struct net *net;
    struct dns *dns;
    char *user_agent;
    const char *supported;
    char allow[160];
    struct sip_handler methods[SIP_METHODS];
    uint32_t max_pending, max_age_ms, retry_after_s;
    uint32_t ping_ms;           /* 0: streams are not pinged */
    uint32_t t1_ms, timeout_ms; /* timers: T1; B, F, H and those as long */
    bool is_closing, tcp_switch, no_rport, is_compact;

    struct list bindings;
    struct hash conns;     /* struct sip_conn by remote address and transport */
    struct hash sources;   /* struct sip_source by host (IPv6: by /64) */
    struct list strangers; /* struct sip_conn over which nobody was let in yet, oldest first */
    uint32_t stranger_count;
    struct hash locals; /* struct local_row: which of our addresses reaches a host */
    struct list local_rows;
    struct hash strans, merges, ctrans, dialogs;
    struct list invites;
    struct list requests; /* struct sip_dialog_request that are under way */
    uint32_t invite_count;

    struct sip_queue strans_32s, strans_5s; /* timers H J; I */
    struct sip_queue strans_2xx;            /* timer L */
    uint32_t lingering;                     /* of strans_32s and strans_5s */
    size_t lingering_bytes;
    unsigned char secret[16];               /* of the tags that nobody remembers */
    struct sip_queue ctrans_32s, ctrans_5s; /* timers B D F M; K */

    sip_trace_h *trace;
    void *trace_arg;
    struct buf out;     /* the message being printed; used up by the call that fills it */
    struct buf compact; /* its other half while short names are made of long ones */
    struct sip_stats stats;
    int64_t garbage_logged_ms, shed_logged_ms, shed_last_ms;
    struct sip_shed {
        uint32_t mark;
        int64_t at_ms;
    } shed[SIP_SHED]; /* INVITEs that got 503, by their marks: the last of each place */
    struct mono born;
};

/* ---- transport.c ---- */

struct sip_binding {
    struct link link;
    struct sip *sip; /* NULL: closed */
    char *name;
    enum sip_transport transport;
    struct addr local;
    struct udp *udp;
    struct listener *listener;
    struct tls *tls;
    struct addr_net *local_nets;
    size_t local_net_count;
    char *external_host;
    uint16_t external_port;
    struct list open; /* struct sip_conn */
    uint32_t conns, max_per_source;
};

/** Print a message into sip->out as it shall leave, with short names when they are wanted: its size is
 * what counts. @return as sip_request_print, sip_answer_print */
int sip_out_request(struct sip *sip, const struct sip_request_args *a);
int sip_out_answer(struct sip *sip, const struct sip_msg *req, const struct sip_answer *a);

/** Give bytes to the flow's way: the datagram socket, an open connection, or a new one (which is
 *  then noted in flow->conn with a reference). @return 0; errno */
int sip_flow_send(struct sip *sip, struct sip_flow *flow, struct slice bytes);

/** Hand a message to the trace handler, secrets masked; only with sip->trace set. */
void sip_trace_message(struct sip *sip, bool is_out, const struct sip_flow *flow,
                       struct slice bytes);

/**
 * RFC 3261 s18.1.1: should a request of so many bytes go over TCP instead of the flow's UDP?
 * @param tcp  out: that way, borrowed @return false: no, or there is no TCP binding
 */
bool sip_flow_switch(struct sip_flow *tcp, const struct sip *sip, const struct sip_flow *flow,
                     size_t bytes);

/** References of a flow that is kept. */
void sip_flow_copy(struct sip_flow *to, const struct sip_flow *from);

static inline bool sip_flow_is_reliable(const struct sip_flow *f)
{
    return f->binding->transport != SIP_UDP;
}

/** The name a TLS peer must prove when uri is the next hop; NULL: its address, or no TLS (RFC
 * 5922). */
const char *sip_server_name(const struct sip_flow *flow, struct slice uri, char out[256]);

/** Drop the remembered routes and all bindings. */
void sip_transport_fini(struct sip *sip);

/* ---- conn.c ---- */

struct sip_conn {
    struct hash_link link;       /* sip->conns; the table holds a reference */
    struct link of_binding;      /* binding->open */
    struct link among_strangers; /* sip->strangers */
    struct sip *sip;
    struct sip_binding *binding;
    struct conn *conn; /* NULL: closed */
    struct addr remote, local;
    char *server_name;   /* that it had to prove, for the next one; or NULL */
    struct list users;   /* struct sip_ctrans.conn_link: told when it breaks */
    struct list watches; /* struct sip_conn_watch: the same */
    struct timer
        timer; /* before the first accepted request: the cut; then: the next ping, or its pong */
    struct sip_source *source; /* accepted ones only */
    size_t scanned;
    int64_t pinged_ms, crlf_ms; /* our last ping; the last CRLF that came */
    uint8_t crlf_bytes;         /* of a ping whose other half may follow */
    uint8_t pongs;              /* one after the other, each in time */
    bool is_kept;               /* somebody we know is at the other end */
    bool is_ours;               /* we opened it */
    bool is_pinged;             /* the pong to our last ping is not here yet */
    bool says_crlf;             /* unasked, too: what looks like a pong proves nothing */
};

/** server_name: whose certificate TLS expects; NULL: one for the address itself. */
int sip_conn_open(struct sip_conn **cp, struct sip_binding *b, const struct addr *remote,
                  const char *server_name);
/**
 * An open one whose other end is known: not whoever happens to call from that address.
 * @param server_name  one that proved this name, or was told to; NULL: any (RFC 5923 s5)
 */
struct sip_conn *sip_conn_find(struct sip *sip, enum sip_transport t, const struct addr *remote,
                               const char *server_name);
int sip_conn_send(struct sip_conn *c, struct slice bytes);
void sip_conn_keep(struct sip_conn *c);
void sip_conn_close(struct sip_conn *c, int err);
listener_h sip_conn_accepted;

/* ---- receive.c ---- */

/**
 * Option tags of Require that nobody here knows, as Unsupported lines.
 * @param also  comma list of tags that are known in this place
 * @return whether there is one
 */
bool sip_requires_unknown(const struct sip *sip, const struct sip_msg *req, const char *also,
                          struct buf *lines);

/** A datagram or a framed message arrived. */
void sip_receive(struct sip *sip, const struct sip_flow *flow, struct slice bytes, struct mono at);

/** A stream cannot be followed behind these bytes: the request at their head, if it is one, is
 * refused with 400. */
void sip_receive_broken(struct sip *sip, const struct sip_flow *flow, struct slice bytes);

/** To tag of an answer that is not remembered: the same for every repeat of the request. */
#define SIP_TAG 17
void sip_stateless_tag(const struct sip *sip, const struct sip_msg *req, char out[SIP_TAG]);

/** Answer without a transaction. */
void sip_refuse_stateless(struct sip *sip, const struct sip_msg *req, uint16_t code,
                          const char *reason, struct slice headers);

/** Where an answer to req goes (RFC 3261 s18.2.2, RFC 3581). Flow gets references. */
void sip_reply_flow(struct sip_flow *flow, const struct sip_msg *req, bool force_rport);

/** 200 with what we can do. */
void sip_answer_options(struct sip *sip, struct sip_strans *t);

/* ---- server_transaction.c ---- */

/** The transaction of req; method INVITE finds that of an ACK or CANCEL. NULL when there is none.
 */
struct sip_strans *sip_strans_find(struct sip *sip, const struct sip_msg *req,
                                   enum sip_method method);

/** @return 0; ENOMEM. *tp is the caller's reference. */
int sip_strans_alloc(struct sip_strans **tp, struct sip *sip, struct sip_msg *req);

/** A repeat, or the ACK of a refusal. @return false: an ACK that belongs to a 2xx */
bool sip_strans_again(struct sip_strans *t, const struct sip_msg *req);

/** An INVITE with the same Call-ID, From tag and CSeq under way already (RFC 3261 s8.2.2.2)? */
bool sip_strans_is_merged(struct sip *sip, const struct sip_msg *req);

/** A CANCEL arrived for this INVITE transaction. */
void sip_strans_cancel(struct sip_strans *t, const struct sip_msg *cancel);

bool sip_strans_is_rport_forced(const struct sip_strans *t);

struct sip *sip_strans_core(const struct sip_strans *t);

/** The last printed answer again (2xx until ACK). @return 0; errno */
int sip_strans_repeat(struct sip_strans *t);

/** Its 2xx was acknowledged: the printed answer is freed, the key stays to absorb late repeats. */
void sip_strans_acked(struct sip_strans *t);
sip_queue_h sip_strans_over;

/* ---- client_transaction.c ---- */

void sip_ctrans_receive(struct sip *sip, const struct sip_msg *response);

/** Is one of our transactions under this branch? (A request that came back to us.) */
bool sip_ctrans_has_branch(struct sip *sip, struct slice branch);

/** CANCEL this INVITE (after a provisional answer only). @return 0; errno */
int sip_ctrans_cancel(struct sip_ctrans *t, struct slice headers);
void sip_ctrans_conn_closed(struct sip_conn *c, int err);
sip_queue_h sip_ctrans_over;

/** Terminate all of a table at the end. */
void sip_strans_fini(struct sip *sip);
void sip_ctrans_fini(struct sip *sip);

/* ---- dialog.c ---- */

/** A request with a To tag, or an ACK (t NULL). Answers 481 when there is no such dialog. */
void sip_dialog_receive(struct sip *sip, struct sip_strans *t, struct sip_msg *req);
void sip_dialog_fini(struct sip *sip);

/** A 2xx to an INVITE that no transaction waits for (any more): acknowledged when it belongs to a
 *  dialog, or its sender would end the call. @return false: it belongs to none */
bool sip_dialog_stray(struct sip *sip, const struct sip_msg *response);

/** Dialog of a callee, made with the INVITE. @return 0; EINVAL (no usable Contact, or more than 32
 * Record-Route values); ENOMEM */
int sip_dialog_accept(struct sip_dialog **dp, struct sip *sip, const struct sip_msg *invite,
                      struct slice local_tag, bool is_symmetric, sip_dialog_h *h, void *arg);

/** Dialog of a caller, made with a 2xx. Without usable Contact or routes it is good for ACK and BYE
 * only, sent where the 2xx came from: see sip_dialog_is_unusable. @return 0; ENOMEM */
int sip_dialog_made(struct sip_dialog **dp, struct sip *sip, const struct sip_msg *response,
                    struct slice local_tag, uint32_t cseq, bool is_symmetric, sip_dialog_h *h,
                    void *arg);

/**
 * An early dialog becomes the session's: target and route set are those of its 2xx (RFC 3261
 * s13.2.2.4). Another route set makes it another object.
 * @return 0; ENOMEM: *dp is as it was
 */
int sip_dialog_confirm(struct sip_dialog **dp, const struct sip_msg *response);

/** The argument of the dialog with those identifiers whose handler is h, or NULL. */
void *sip_dialog_owner(struct sip *sip, struct slice call_id, struct slice local_tag,
                       struct slice remote_tag, sip_dialog_h *h);

/** May requests go to that address from now on? arg is the dialog's. Asked before a symmetric dialog
 * follows its peer to another host. */
typedef bool(sip_dialog_move_h)(const struct addr *to, void *arg);
/** The connection that requests went over is closed: which way is the peer reached now? arg is the
 *  dialog's, target its Contact. @param to  out: borrowed. @return false: the same way as before */
typedef bool(sip_dialog_way_h)(struct slice target, struct sip_flow *to, void *arg);
void sip_dialog_guard(struct sip_dialog *d, sip_dialog_move_h *may_move,
                      sip_dialog_way_h *find_way);
/** Ask for another way now, if the present one is closed; sip_dialog_send does it, too. */
void sip_dialog_find_way(struct sip_dialog *d);

bool sip_dialog_is_unusable(const struct sip_dialog *d);

/** New Contact of the peer (re-INVITE, 2xx); messages without one change nothing. */
void sip_dialog_refresh(struct sip_dialog *d, const struct sip_msg *m);

/** No handler from now on, and out of the table. */
void sip_dialog_close(struct sip_dialog *d);

/** No handler from now on; requests under way may still finish. */
void sip_dialog_silence(struct sip_dialog *d);

/** The core's list of requests under way; d is open. */
struct list *sip_dialog_requests(struct sip_dialog *d);

struct sip_dialog_send_args {
    enum sip_method method;
    uint32_t cseq; /* ACK: of its INVITE; else 0: the next one */
    struct slice contact_user;
    bool has_contact;
    struct slice headers, auth, content_type, body;
};

/** Send a request inside; ACK: no transaction, tp NULL. @return 0; ENOMEM; errno of the transport
 */
int sip_dialog_send(struct sip_ctrans **tp, struct sip_dialog *d,
                    const struct sip_dialog_send_args *a, sip_response_h *h, void *arg);

/** A request failed on its way, or got 503: is there another target of the next hop's name
 * (RFC 3263 s4.3)? Then the dialog goes there from now on. */
bool sip_dialog_next_target(struct sip_dialog *d);

/** A request failed on its way: had it gone over TCP for its size? Then no other one does.
 * @return whether it is worth another try, over UDP */
bool sip_dialog_switch_back(struct sip_dialog *d);

/* ---- dialog_request.c ---- */

/**
 * The same with copies kept for one digest retry (creds not NULL).
 * The handler is called for provisional answers, too, and last with the final one.
 * @param rp  out, may be NULL: one reference; mem_deref alone changes nothing
 */
struct sip_dialog_request;
int sip_dialog_request(struct sip_dialog_request **rp, struct sip_dialog *d,
                       const struct sip_dialog_send_args *a, sip_creds_h *creds, void *creds_arg,
                       sip_response_h *h, void *arg);
void sip_dialog_request_forget(struct sip_dialog_request *r);
void sip_dialog_request_fini(struct sip *sip);
uint32_t sip_dialog_request_cseq(const struct sip_dialog_request *r);

/* ---- invite.c ---- */

void sip_invite_fini(struct sip *sip);

/* ---- self.c ---- */

void sip_self_fini(struct sip *sip);

/** Branch for a Via: cookie and 16 random characters. */
#define SIP_BRANCH 24
void sip_branch_make(char out[SIP_BRANCH]);

/** "SIP/2.0/UDP host:port;branch=...;rport" towards flow. @return as buf_add; ENETUNREACH */
int sip_via_print(struct buf *b, const struct sip_flow *flow, const char *branch);

/** "<sip:user@host:port;transport=tcp>" towards flow; sips: when the URI that is or was asked for is one
 * (RFC 3261 s8.1.1.8, s12.1.1) and the flow is TLS. */
int sip_contact_print(struct buf *b, const struct sip_flow *flow, struct slice user,
                      struct slice uri);
