/* cause.c - two tables and the Reason header (cause.h) */
#include "pjsip/cause.h"

#include <stdio.h>

#include "call/channel.h"
#include "sip/print.h"

#define CAUSE_NUMBER_CHANGED 22
#define CAUSE_FACILITY_REJECTED 29
#define CAUSE_NOT_IMPLEMENTED 66
#define CAUSE_TIMER_EXPIRED 102

struct pair {
    uint16_t from, to;
};

static const struct pair cause_of[] = {
    {401, CAUSE_REJECTED},
    {403, CAUSE_REJECTED},
    {404, CAUSE_UNALLOCATED},
    {405, CAUSE_INTERWORKING},
    {407, CAUSE_REJECTED},
    {408, CAUSE_NO_USER_RESPONSE},
    {409, CAUSE_TEMPORARY},
    {410, CAUSE_NUMBER_CHANGED},
    {420, CAUSE_NO_ROUTE},
    {480, CAUSE_NO_ANSWER},
    {483, CAUSE_NO_ANSWER},
    {484, CAUSE_INVALID_NUMBER},
    {485, CAUSE_UNALLOCATED},
    {486, CAUSE_BUSY},
    {488, CAUSE_BEARER},
    {500, CAUSE_FAILURE},
    {501, CAUSE_FACILITY_REJECTED},
    {502, CAUSE_OUT_OF_ORDER},
    {504, CAUSE_TIMER_EXPIRED},
    {505, CAUSE_INTERWORKING},
    {600, CAUSE_BUSY},
    {603, CAUSE_REJECTED},
    {604, CAUSE_UNALLOCATED},
    {606, CAUSE_BEARER},
};

static const struct pair status_of[] = {
    {CAUSE_UNALLOCATED, 404},       {2, 404}, /* no route to transit network */
    {CAUSE_NO_ROUTE, 404},          {CAUSE_BUSY, 486},
    {CAUSE_NO_USER_RESPONSE, 408},  {CAUSE_NO_ANSWER, 480},
    {CAUSE_UNAVAILABLE, 480},       {CAUSE_REJECTED, 403},
    {CAUSE_NUMBER_CHANGED, 410},    {CAUSE_EXCHANGE_ROUTING, 483},
    {CAUSE_OUT_OF_ORDER, 502},      {CAUSE_INVALID_NUMBER, 484},
    {CAUSE_FACILITY_REJECTED, 501}, {CAUSE_NORMAL_UNSPECIFIED, 480},
    {CAUSE_CONGESTION, 503},        {CAUSE_FAILURE, 500},
    {CAUSE_SWITCH_CONGESTION, 503}, {CAUSE_BEARER, 488},
    {CAUSE_NOT_IMPLEMENTED, 503},   {CAUSE_INTERWORKING, 500},
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static uint16_t look_up(const struct pair *table, size_t count, unsigned from)
{
    for (size_t i = 0; i < count; i++)
        if (table[i].from == from)
            return table[i].to;
    return 0;
}

int pjsip_cause_of_status(unsigned status)
{
    uint16_t cause = look_up(cause_of, COUNT(cause_of), status);

    if (cause)
        return cause;
    if (status >= 500 && status < 600)
        return CAUSE_CONGESTION;
    return status >= 400 ? CAUSE_INTERWORKING : CAUSE_NORMAL;
}

uint16_t pjsip_status_of_cause(int cause)
{
    uint16_t status = cause > 0 ? look_up(status_of, COUNT(status_of), (unsigned)cause) : 0;

    return status ? status : 603;
}

int pjsip_cause_of_reason(const struct sip_msg *m)
{
    struct sip_values values;
    struct slice value, params, number;
    uint32_t cause;

    if (!m || !sip_msg_has(m, SIP_H_REASON))
        return 0;
    sip_values_init(&values, m, SIP_H_REASON);
    while (sip_values_next(&values, &value)) {
        struct slice protocol = slice_trim(slice_cut(value, ';', &params));

        if (slice_caseeqz(protocol, "Q.850") && sip_param(params, "cause", &number) &&
            !slice_u32(number, &cause) && cause < 128)
            return (int)cause;
    }
    return 0;
}

int pjsip_reason_add(struct buf *headers, int cause)
{
    char text[32];

    if (cause <= 0 || cause > 127)
        return 0;
    if (cause == CAUSE_ANSWERED_ELSEWHERE)
        return sip_headers_add(headers, "Reason",
                               SLICE("SIP;cause=200;text=\"Call completed elsewhere\""));
    snprintf(text, sizeof(text), "Q.850;cause=%d", cause);
    return sip_headers_add(headers, "Reason", slice_of(text));
}
