/*
 * sip/dialog_inner.h - inner: a dialog's members, shared by dialog.c and dialog_save.c
 */
#pragma once
#include "sip/core.h"

struct sip_dialog {
    struct hash_link link; /* sip->dialogs by local tag; borrowed */
    struct sip *sip;       /* NULL: closed */
    sip_dialog_h *h;
    sip_dialog_move_h *may_move; /* NULL: anywhere */
    sip_dialog_way_h *find_way;  /* NULL: nobody knows another way */
    void *arg;
    struct sip_flow flow;        /* with references: where the next request goes */
    struct sip_resolve *resolve; /* the next hop is a name that is being asked for */
    struct sip_flow *others;     /* further targets of that name, with references; NULL: none */
    uint8_t other_count, other_at;
    uint32_t local_cseq, remote_cseq;
    bool has_remote_cseq, is_symmetric;
    bool is_switched, is_udp_only; /* the last request went over TCP for its size; TCP fails */
    bool is_unusable; /* the answer said no way to reach who gave it: only ACK and BYE go back */
    char *target;     /* its own block: it may change */
    struct slice call_id, local_tag, remote_tag;
    struct slice local, remote; /* whole values with tags */
    struct slice routes;        /* "Route: ...\r\n" lines */
    struct slice first_route;   /* URI of the first one, absent when there is none */
    bool has_loose_route;       /* the first one has ;lr */
    char text[];
};

/** Texts of a dialog that is born; borrowed. */
struct dialog_parts {
    struct slice call_id, local_tag, remote_tag, local, remote, routes;
};

/** In the table, without target, flow and handler. @return NULL without memory */
struct sip_dialog *dialog_build(struct sip *sip, const struct dialog_parts *a);
