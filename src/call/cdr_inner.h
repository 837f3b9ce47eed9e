/*
 * call/cdr_inner.h - a channel's chain of records, shared by cdr.c (when) and cdr_text.c (what)
 */
#pragma once
#include "call/cdr.h"
#include "call/channel.h"

enum cdr_phase {
    CDR_SINGLE,  /* party A alone */
    CDR_DIAL,    /* party B rings */
    CDR_PENDING, /* party B answered, not yet bridged */
    CDR_BRIDGE,
    CDR_FINAL,
};

/* Asterisk's numbers (CDR(disposition,u)). */
enum cdr_disposition {
    CDR_NOANSWER = 0,
    CDR_NONE = 1,
    CDR_FAILED = 2,
    CDR_BUSY = 4,
    CDR_ANSWERED = 8,
    CDR_CONGESTION = 16,
};

/* NULL texts are "" in print; those marked "final" are taken over from the channel at the end only.
 */
struct cdr_record {
    struct link link;
    enum cdr_phase phase;
    enum cdr_disposition disposition;
    uint32_t sequence;
    struct wall start, answer, end;
    bool is_app_locked; /* Dial was entered: lastapp stays */
    bool is_b_trunk;
    const char *app; /* borrowed from the table of applications */
    char *data, *context, *exten;
    char *dstchannel, *peeraccount, *b_number;
    bool is_kept; /* the final ones below are set: the channel's present values do not count */
    char *number, *name, *accountcode, *userfield;
    int amaflags;
    char linkedid[32];
};

struct cdr_var {
    struct link link;
    char *name, *value;
};

struct cdr_state {
    struct list records; /* struct cdr_record, oldest first */
    uint32_t count;
    const char *app; /* last seen */
    int priority;
    bool is_in_sub, is_in_h;
    bool is_off; /* CDR_PROP(disable) */
    bool is_own; /* an outgoing leg that runs in the routing by itself */
    bool is_trunk;
    char *group_uuid;
    struct list vars; /* struct cdr_var */
    uint32_t var_count;
};

/** The newest record, or NULL. */
struct cdr_record *cdr_newest(const struct channel *ch);

/** Fill *out from a record; texts made for it go to *room (all of them live until buf_fini).
 * @return 0; ENOMEM */
int cdr_print(const struct channel *ch, const struct cdr_record *r, struct cdr *out,
              struct buf *room);

/** A variable's value, or NULL. */
const char *cdr_var(const struct cdr_state *s, struct slice name);

/** Whole seconds from a to b, rounded down; 0 when a is not set or later. */
int64_t cdr_seconds(struct wall a, struct wall b);
