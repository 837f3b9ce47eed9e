/*
 * call/party.h - who somebody in a call is: number, name, and what may be shown of them
 *
 * Scope:   plain values: a party, and a redirection (who sent the call elsewhere, and why). The
 *          words are those of CALLERID(), CONNECTEDLINE() and REDIRECTING().
 * Owns:    their strings (mem_free'd by *_fini).
 * Thread:  any.
 * Source:  Asterisk's struct ast_party_id and ast_party_redirecting; Q.931 (presentation,
 *          screening, type of number), RFC 5806 (Diversion reasons).
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"

/** Presentation: Asterisk's numbers. Two bits of screening below two bits of restriction. */
enum party_presentation {
    PRES_ALLOWED = 0x00,
    PRES_ALLOWED_PASSED = 0x01,
    PRES_ALLOWED_FAILED = 0x02,
    PRES_ALLOWED_NETWORK = 0x03,
    PRES_PROHIBITED = 0x20,
    PRES_PROHIBITED_PASSED = 0x21,
    PRES_PROHIBITED_FAILED = 0x22,
    PRES_PROHIBITED_NETWORK = 0x23,
    PRES_UNAVAILABLE = 0x43,
};

#define PRES_RESTRICTION 0x60

struct party {
    char *number, *name; /* NULL: none ("not valid") */
    char *subaddress, *tag;
    uint8_t number_pres, name_pres; /* enum party_presentation */
    uint8_t plan;                   /* type of number and numbering plan, as Q.931 */
};

void party_fini(struct party *p);

/** Number and name; the rest stays. @return 0; ENOMEM */
int party_set(struct party *p, struct slice number, struct slice name);

/** Everything. On ENOMEM *to is whole, but maybe not all of it new. @return 0; ENOMEM */
int party_copy(struct party *to, const struct party *from);

/** Presentation of the whole: the more restricted of number and name; PRES_UNAVAILABLE without
 *  both. */
int party_presentation(const struct party *p);

/** Not to be shown to the other end. */
static inline bool party_is_private(const struct party *p)
{
    return ((p->number_pres | p->name_pres) & PRES_RESTRICTION) == PRES_PROHIBITED;
}

/** Both presentations at once. */
static inline void party_set_presentation(struct party *p, int presentation)
{
    p->number_pres = p->name_pres = (uint8_t)presentation;
}

/** "allowed_not_screened" ...; numbers without a name give "unknown". */
const char *presentation_name(int presentation);
/** Of a name or a number. @return the number; -1 */
int presentation_parse(struct slice text);

/* ---- redirection ---- */

/** Asterisk's numbers. */
enum redirect_reason {
    REDIRECT_UNKNOWN,
    REDIRECT_BUSY,
    REDIRECT_NO_ANSWER,
    REDIRECT_UNAVAILABLE,
    REDIRECT_UNCONDITIONAL,
    REDIRECT_TIME_OF_DAY,
    REDIRECT_DO_NOT_DISTURB,
    REDIRECT_DEFLECTION,
    REDIRECT_FOLLOW_ME,
    REDIRECT_OUT_OF_ORDER,
    REDIRECT_AWAY,
    REDIRECT_CALL_FWD_DTE,
    REDIRECT_SEND_TO_VM,
};

struct redirecting {
    struct party orig; /* whom the caller called at first */
    struct party from; /* who sent it elsewhere last */
    struct party to;   /* where it went */
    enum redirect_reason reason, orig_reason;
    char *reason_text, *orig_reason_text; /* another word than those of the table, or NULL */
    int count;                            /* how often it was sent elsewhere */
};

void redirecting_fini(struct redirecting *r);
/** As party_copy. */
int redirecting_copy(struct redirecting *to, const struct redirecting *from);

/** "unknown" "cfb" "cfnr" "unavailable" "cfu" ... */
const char *redirect_reason_name(enum redirect_reason r);
/** @return the reason; -1: no such word */
int redirect_reason_parse(struct slice text);

/** Where a connected line comes from: Asterisk's numbers and words. */
enum connected_source {
    CONNECTED_UNKNOWN,
    CONNECTED_ANSWER,
    CONNECTED_DIVERSION,
    CONNECTED_TRANSFER,
    CONNECTED_TRANSFER_ALERTING,
};

const char *connected_source_name(enum connected_source s);
int connected_source_parse(struct slice text);
