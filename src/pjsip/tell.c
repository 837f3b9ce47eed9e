/* tell.c - see tell.h */
#include <stdio.h>

#include "call/observe.h"
#include "pjsip/tell.h"

static void tell(struct session *s, const char *what, struct slice details, int status)
{
    calls_tell(s->ch->calls, &(struct call_fact){.type = CALL_SIGNAL,
                                                 .channel = s->ch,
                                                 .name = slice_of(what),
                                                 .value = details,
                                                 .number = status});
}

/* Reason says more than the status where there is one (RFC 3326). */
static struct slice reason_of(const struct sip_msg *m)
{
    return m ? sip_msg_find(m, SLICE("Reason"), 0) : SLICE_NONE;
}

void tell_answer(struct session *s, uint16_t code, const struct sip_msg *response)
{
    struct slice reason = reason_of(response);
    char what[96];

    if (response)
        snprintf(what, sizeof(what), "%u %.*s", code,
                 (int)(response->reason.len < 64 ? response->reason.len : 64),
                 response->reason.p ? response->reason.p : "");
    else
        snprintf(what, sizeof(what), "%u (%s)", code,
                 code == 408 ? "no answer to INVITE" : "could not be sent");
    tell(s, what, reason, code);
}

void tell_request(struct session *s, const char *what, const struct sip_msg *m)
{
    tell(s, what, reason_of(m), 0);
}
