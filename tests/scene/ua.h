/*
 * tests/scene/ua.h - a phone or another station, as a scene plays it
 *
 * Scope:   SIP over UDP or TCP on the fake network: registers, calls, is called, holds, sends
 *          digits; retransmits as RFC 3261 says; keeps every message it received.
 * Owns:    its socket, its calls.
 */
#pragma once
#include "scene.h"
#include "sip/auth.h"
#include "sip/message.h"

enum ua_mode { UA_NORMAL, UA_BUSY, UA_DEAF };
enum ua_state { UA_CALLING, UA_RINGING, UA_UP, UA_OVER };

struct ua_call {
    struct link link;
    struct ua *ua;
    enum ua_state state;
    bool is_incoming, is_canceled, has_provisional;
    char *call_id, *local, *remote; /* whole From/To values with tags, as we send them */
    char *target, *uri;
    char *dialed, *shown; /* who was asked for / who called */
    uint32_t cseq, invite_cseq, their_cseq;
    char branch[64];        /* of our INVITE */
    struct sip_msg *invite; /* incoming: to be answered */
    struct buf ok;          /* final answer to INVITE, sent again until ACK */
    struct timer ok_timer;
    uint32_t ok_gap_ms;
    int status; /* final, of our INVITE */
    uint16_t rtp_port;
    uint32_t sdp_version;
    struct addr peer_rtp; /* what the station's SDP says */
    bool is_held;         /* the station's SDP is sendonly or inactive */
    bool is_holding;
    bool is_reinviting;
    bool wants_cancel; /* once there is a provisional answer */
    char *extra;       /* header lines of the INVITE */
    unsigned tries;    /* INVITEs sent with a password */
};

struct ua {
    struct link link;
    struct scene *scene;
    char name[32], user[32]; /* in the scene; at the station */
    bool is_trunk, is_stranger, is_info, is_tcp;
    enum ua_mode mode;
    struct addr addr, station;
    struct udp *udp;
    struct listener *listener;
    struct conn *conn;
    char password[64], shown[64], codecs[64];
    char profile[32], sdp_lines[600]; /* of its m=audio; attribute lines, parted by ^ */
    struct slice reply_headers;       /* lines of the next answer */
    struct list calls;                /* newest first */
    struct list trans;                /* client transactions */
    struct list served;               /* answers by branch, newest first */
    unsigned served_count;
    struct list rules;           /* ua_rule.c: what it answers because the story says so */
    char text_to[64], text[300]; /* of its last MESSAGE */
    unsigned text_tries;
    char own_headers[600]; /* lines of every REGISTER and MESSAGE of its own */
    struct list inbox;     /* struct ua_note, oldest first */
    struct ua_note *seen;  /* up to here "receives" has looked; NULL: nothing yet */
    int register_status;
    uint32_t register_cseq, expires;
    unsigned register_tries, next_branch, next_call;
    char digits[128];
};

struct ua_note {
    struct link link;
    struct sip_msg *msg;
};

int ua_alloc(struct ua **up, struct scene *s, const char *name, bool is_trunk,
             const struct addr *a);
struct ua *ua_find(struct scene *s, const char *name);
void ua_free_all(struct scene *s);

int ua_open(struct ua *u); /* sockets, once the scene starts */
int ua_reconnect(struct ua *u);
int ua_register(struct ua *u, uint32_t expires);
int ua_dial(struct ua *u, const char *number, const char *shown, const char *header);
int ua_dial_uri(struct ua *u, const char *uri, const char *shown, const char *header);
/** header: a line or "". */
int ua_answer(struct ua *u, const char *header);
int ua_respond(struct ua *u, unsigned code, const char *header);
/** A request inside the call that is up or rings; type and body may be "", "sdp" describes its media. */
int ua_ask(struct ua *u, const char *method, const char *header, const char *type,
           const char *body);
int ua_hangup(struct ua *u, bool is_hasty);
int ua_hold(struct ua *u, bool is_on);
int ua_info(struct ua *u, char digit);

/** From now on answer this method so: code 0 not at all; header: a line or "". Kept until dropped
 *  (method NULL: all rules). */
int ua_rule_answer(struct ua *u, const char *method, unsigned code, const char *header);
void ua_rule_drop(struct ua *u, const char *method);

/** Accept REGISTER for at most so many seconds (0: as asked) from who knows the password ("": all). */
int ua_rule_registrar(struct ua *u, uint32_t most_s, const char *password);

/** Has a rule answered (or swallowed) this request? */
bool ua_rule_apply(struct ua *u, struct sip_msg *m);

/** Send a text to a number, with its password when asked. The status is register_status. */
int ua_text(struct ua *u, const char *to, const char *text);
void ua_text_answered(struct ua *u, const struct sip_msg *m);

/** Call the Contact of the last REGISTER that came in. @return 0; ENOENT */
int ua_dial_registrant(struct ua *u);

/** Bytes as they are. */
int ua_send(struct ua *u, struct slice bytes, const struct addr *to);

/** The call that rings / is up / the newest of any kind; NULL: none. */
struct ua_call *ua_call_in(struct ua *u, enum ua_state state);
struct ua_call *ua_call_newest(struct ua *u);

/* ---- inner: ua_sip.c sends and receives, ua_call.c is what a phone does ---- */

/** A request of ours: c NULL outside of calls. Retransmitted until answered. auth: extra lines. */
int ua_request(struct ua *u, struct ua_call *c, enum sip_method method, struct slice headers,
               struct slice type, struct slice body);
int ua_cancel(struct ua_call *c);
int ua_ack(struct ua_call *c, const struct sip_msg *response);
int ua_reply(struct ua *u, struct ua_call *c, struct sip_msg *req, uint16_t code,
             struct slice body);
int ua_invite(struct ua_call *c, struct slice auth);
bool ua_creds(struct slice realm, struct sip_credential *cred, void *arg);
void ua_on_request(struct ua *u, struct sip_msg *m);
void ua_on_response(struct ua *u, struct sip_msg *m, enum sip_method method);
struct ua_call *ua_call_by_id(struct ua *u, struct slice call_id);
void ua_read_sdp(struct ua_call *c, const struct sip_msg *m);
void ua_print_sdp(struct ua_call *c, const char *direction, struct buf *out);
void ua_call_free(struct ua_call *c);
void ua_sip_free(struct ua *u);
