/* party.c - see party.h */
#include <errno.h>

#include "base/mem.h"
#include "call/channel.h"
#include "call/party.h"

void party_fini(struct party *p)
{
    mem_free(p->number);
    mem_free(p->name);
    mem_free(p->subaddress);
    mem_free(p->tag);
    *p = (struct party){0};
}

int party_set(struct party *p, struct slice number, struct slice name)
{
    int err = channel_set(&p->number, number);

    return err ? err : channel_set(&p->name, name);
}

int party_copy(struct party *to, const struct party *from)
{
    int err = party_set(to, slice_of(from->number), slice_of(from->name));

    if (!err)
        err = channel_set(&to->subaddress, slice_of(from->subaddress));
    if (!err)
        err = channel_set(&to->tag, slice_of(from->tag));
    to->number_pres = from->number_pres;
    to->name_pres = from->name_pres;
    to->plan = from->plan;
    return err;
}

/* The higher, the less is shown. */
static int restriction_rank(int presentation)
{
    switch (presentation & PRES_RESTRICTION) {
    case PRES_ALLOWED: return 1;
    case PRES_PROHIBITED: return 2;
    default: return 0;
    }
}

int party_presentation(const struct party *p)
{
    const int number = p->number ? p->number_pres : PRES_UNAVAILABLE;
    const int name = p->name ? p->name_pres : PRES_UNAVAILABLE;

    return restriction_rank(name) > restriction_rank(number) ? name : number;
}

struct word {
    const char *name;
    int value;
};

/* The first word of a value is the one that is printed. */
static const struct word presentations[] = {
    {"allowed_not_screened", PRES_ALLOWED},
    {"allowed_passed_screen", PRES_ALLOWED_PASSED},
    {"allowed_failed_screen", PRES_ALLOWED_FAILED},
    {"allowed", PRES_ALLOWED_NETWORK},
    {"prohib_not_screened", PRES_PROHIBITED},
    {"prohib_passed_screen", PRES_PROHIBITED_PASSED},
    {"prohib_failed_screen", PRES_PROHIBITED_FAILED},
    {"prohib", PRES_PROHIBITED_NETWORK},
    {"unavailable", PRES_UNAVAILABLE},
};

static const struct word reasons[] = {
    {"unknown", REDIRECT_UNKNOWN},
    {"cfb", REDIRECT_BUSY},
    {"cfnr", REDIRECT_NO_ANSWER},
    {"unavailable", REDIRECT_UNAVAILABLE},
    {"cfu", REDIRECT_UNCONDITIONAL},
    {"time_of_day", REDIRECT_TIME_OF_DAY},
    {"dnd", REDIRECT_DO_NOT_DISTURB},
    {"deflection", REDIRECT_DEFLECTION},
    {"follow_me", REDIRECT_FOLLOW_ME},
    {"out_of_order", REDIRECT_OUT_OF_ORDER},
    {"away", REDIRECT_AWAY},
    {"cf_dte", REDIRECT_CALL_FWD_DTE},
    {"send_to_vm", REDIRECT_SEND_TO_VM},
};

static const struct word sources[] = {
    {"unknown", CONNECTED_UNKNOWN},
    {"answer", CONNECTED_ANSWER},
    {"diversion", CONNECTED_DIVERSION},
    {"transfer", CONNECTED_TRANSFER},
    {"transfer_alerting", CONNECTED_TRANSFER_ALERTING},
};

#define COUNT(words) (sizeof(words) / sizeof((words)[0]))

static const char *name_of(const struct word *words, size_t count, int value)
{
    for (size_t i = 0; i < count; i++)
        if (words[i].value == value)
            return words[i].name;
    return "unknown";
}

static int value_of(const struct word *words, size_t count, struct slice text)
{
    uint32_t n;

    for (size_t i = 0; i < count; i++)
        if (slice_caseeqz(text, words[i].name) ||
            (slice_u32(text, &n) == 0 && n == (uint32_t)words[i].value))
            return words[i].value;
    return -1;
}

const char *presentation_name(int presentation)
{
    return name_of(presentations, COUNT(presentations), presentation);
}

int presentation_parse(struct slice text)
{
    return value_of(presentations, COUNT(presentations), text);
}

const char *redirect_reason_name(enum redirect_reason r)
{
    return name_of(reasons, COUNT(reasons), (int)r);
}

int redirect_reason_parse(struct slice text)
{
    return value_of(reasons, COUNT(reasons), text);
}

const char *connected_source_name(enum connected_source s)
{
    return name_of(sources, COUNT(sources), (int)s);
}

int connected_source_parse(struct slice text)
{
    return value_of(sources, COUNT(sources), text);
}

void redirecting_fini(struct redirecting *r)
{
    party_fini(&r->orig);
    party_fini(&r->from);
    party_fini(&r->to);
    mem_free(r->reason_text);
    mem_free(r->orig_reason_text);
    *r = (struct redirecting){0};
}

int redirecting_copy(struct redirecting *to, const struct redirecting *from)
{
    int err = party_copy(&to->orig, &from->orig);

    if (!err)
        err = party_copy(&to->from, &from->from);
    if (!err)
        err = party_copy(&to->to, &from->to);
    if (!err)
        err = channel_set(&to->reason_text, slice_of(from->reason_text));
    if (!err)
        err = channel_set(&to->orig_reason_text, slice_of(from->orig_reason_text));
    to->reason = from->reason;
    to->orig_reason = from->orig_reason;
    to->count = from->count;
    return err;
}
