/* test_dtmf.c - digits in INFO bodies */
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "pjsip/session.h"
#include "pjsip/trace.h"

static int info(struct sip_msg **mp, const char *type, const char *body)
{
    struct sip_why why;
    struct buf text;
    int err;

    buf_init(&text, 4096);
    buf_printf(&text,
               "INFO sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKx\r\n"
               "From: <sip:a@b>;tag=1\r\nTo: <sip:c@d>;tag=2\r\nCall-ID: x\r\nCSeq: 2 INFO\r\n"
               "Max-Forwards: 70\r\nContent-Type: %s\r\nContent-Length: %zu\r\n\r\n%s",
               type, strlen(body), body);
    err = buf_err(&text);
    if (!err)
        err = sip_msg_decode(mp, buf_slice(&text), &why);
    buf_fini(&text);
    return err;
}

static const struct {
    const char *type, *body;
    int err;
    char digit;
    uint32_t ms;
} cases[] = {
    {"application/dtmf-relay", "Signal=5\r\nDuration=160\r\n", 0, '5', 160},
    {"application/dtmf-relay", "Signal= 5\nDuration= 160\n", 0, '5', 160},
    {"application/dtmf-relay", "signal=#", 0, '#', 100},
    {"application/dtmf-relay", "Signal=*\r\nDuration=0\r\n", 0, '*', 100},
    {"application/dtmf-relay", "Signal=10\r\nDuration=250", 0, '*', 250},
    {"application/dtmf-relay", "Signal=11", 0, '#', 100},
    {"application/dtmf-relay", "Signal=15", 0, 'D', 100},
    {"application/dtmf-relay", "Signal=b", 0, 'B', 100},
    {"application/dtmf-relay", "Duration=99999999999\r\nSignal=1", 0, '1', 100},
    {"Application/DTMF-Relay; x=y", "Signal=0", 0, '0', 100},
    {"application/dtmf-relay", "Signal=16", EINVAL, 0, 0},
    {"application/dtmf-relay", "Signal=", EINVAL, 0, 0},
    {"application/dtmf-relay", "Signal=xyz", EINVAL, 0, 0},
    {"application/dtmf-relay", "Duration=100", EINVAL, 0, 0},
    {"application/dtmf-relay", "=", EINVAL, 0, 0},
    {"application/dtmf", "7", 0, '7', 100},
    {"application/dtmf", " 11\r\n", 0, '#', 100},
    {"application/dtmf", "77", EINVAL, 0, 0},
    {"text/plain", "Signal=5", ENOENT, 0, 0},
    {"application/sdp", "v=0", ENOENT, 0, 0},
};

static int a_body_gives_its_digit_or_is_refused(void)
{
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct sip_msg *m = NULL;
        uint32_t ms = 0;
        char digit = 0;
        int err;

        CHECK_OK(info(&m, cases[i].type, cases[i].body));
        err = dtmf_info_parse(m, &digit, &ms);
        mem_deref(m);
        CHECK(err == cases[i].err);
        CHECK(err || (digit == cases[i].digit && ms == cases[i].ms));
    }
    return 0;
}

/* In a trace, while it is a secret. */
static int a_digit_is_masked_where_it_stands(void)
{
    static const struct {
        const char *text, *want;
    } bodies[] = {
        {"INFO sip:1 SIP/2.0\r\nCall-ID: 5\r\n\r\nSignal=5\r\nDuration=160\r\n",
         "INFO sip:1 SIP/2.0\r\nCall-ID: 5\r\n\r\nSignal=*\r\nDuration=160\r\n"},
        {"A: 1\r\n\r\nsignal = #\nDURATION=100", "A: 1\r\n\r\nsignal = *\nDURATION=100"},
        {"A: 1\r\n\r\nDuration=250\r\nSignal= 11\r\n",
         "A: 1\r\n\r\nDuration=250\r\nSignal= **\r\n"},
        {"A: 1\r\n\r\n7", "A: 1\r\n\r\n*"},
        {"A: 1\r\n\r\n", "A: 1\r\n\r\n"},
        {"A: 1\r\n", "A: 1\r\n"},
    };
    char text[200];

    for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
        snprintf(text, sizeof(text), "%s", bodies[i].text);
        trace_mask_digits(text, strlen(text));
        CHECK(strcmp(text, bodies[i].want) == 0);
    }
    return 0;
}

UNIT_TESTS(UNIT_ONCE(a_digit_is_masked_where_it_stands),
           UNIT_ONCE(a_body_gives_its_digit_or_is_refused))
