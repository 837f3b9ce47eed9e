/*
 * sip/dialog.h - dialogs: identifiers, route set, targets, sequence numbers
 *
 * Scope:   made by sip/invite.h; found for every request with a To tag; builds requests inside.
 * Owns:    one block of text per dialog (tags, URIs, routes; about 600 bytes). Counted.
 * Thread:  the loop's.
 * Source:  RFC 3261 s12.
 */
#pragma once
#include "sip/message.h"
#include "sip/print.h"
#include "sip/transaction.h"

struct sip_dialog;

/** A request inside the dialog with an acceptable CSeq. t is NULL for ACK. */
typedef void(sip_dialog_h)(struct sip_dialog *d, struct sip_strans *t, struct sip_msg *req,
                           void *arg);

struct slice sip_dialog_call_id(const struct sip_dialog *d);
struct slice sip_dialog_local_tag(const struct sip_dialog *d);
struct slice sip_dialog_remote_tag(const struct sip_dialog *d);

/** Values of From (ours) and To (theirs) of our requests, with tags, and the URI they go to. */
struct slice sip_dialog_local(const struct sip_dialog *d);
struct slice sip_dialog_remote(const struct sip_dialog *d);
struct slice sip_dialog_target(const struct sip_dialog *d);

/** The way the last message of the dialog came or went. */
const struct sip_flow *sip_dialog_flow(const struct sip_dialog *d);

/** CSeq of our last request (ACK aside). */
uint32_t sip_dialog_cseq(const struct sip_dialog *d);

/** Number of dialogs. */
uint32_t sip_dialog_count(const struct sip *sip);
