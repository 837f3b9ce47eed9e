/* test_cause.c - statuses and causes, as Asterisk's tables have them; the Reason header */
#include "unit.h"

#include "base/mem.h"
#include "call/channel.h"
#include "pjsip/cause.h"

static const struct {
    unsigned status;
    int cause;
} of_status[] = {
    {200, 16}, {302, 16}, {400, 127}, {401, 21},  {403, 21},  {404, 1},   {405, 127}, {407, 21},
    {408, 18}, {409, 41}, {410, 22},  {415, 127}, {420, 3},   {480, 19},  {481, 127}, {482, 127},
    {483, 19}, {484, 28}, {485, 1},   {486, 17},  {487, 127}, {488, 58},  {491, 127}, {499, 127},
    {500, 38}, {501, 29}, {502, 27},  {503, 34},  {504, 102}, {505, 127}, {513, 34},  {600, 17},
    {603, 21}, {604, 1},  {606, 58},  {699, 127},
};

static int every_status_has_the_cause_of_asterisk(void)
{
    for (size_t i = 0; i < sizeof(of_status) / sizeof(of_status[0]); i++)
        CHECK(pjsip_cause_of_status(of_status[i].status) == of_status[i].cause);
    return 0;
}

static const struct {
    int cause;
    uint16_t status;
} of_cause[] = {
    {0, 603},  {1, 404},  {2, 404},  {3, 404},  {16, 603}, {17, 486},  {18, 408}, {19, 480},
    {20, 480}, {21, 403}, {22, 410}, {26, 603}, {27, 502}, {28, 484},  {29, 501}, {31, 480},
    {34, 503}, {38, 500}, {42, 503}, {58, 488}, {66, 503}, {127, 500}, {-3, 603}, {1000, 603},
};

static int every_cause_has_the_status_of_asterisk(void)
{
    for (size_t i = 0; i < sizeof(of_cause) / sizeof(of_cause[0]); i++)
        CHECK(pjsip_status_of_cause(of_cause[i].cause) == of_cause[i].status);
    return 0;
}

/* @return the cause read from a message with this Reason line, -1 when it does not decode */
static int cause_in(const char *line)
{
    struct sip_msg *m = NULL;
    struct sip_why why;
    struct buf text;
    int cause = -1;

    buf_init(&text, 4096);
    buf_printf(&text,
               "BYE sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKx\r\n"
               "From: <sip:a@b>;tag=1\r\nTo: <sip:c@d>;tag=2\r\nCall-ID: x\r\nCSeq: 2 BYE\r\n"
               "Max-Forwards: 70\r\n%sContent-Length: 0\r\n\r\n",
               line);
    if (!buf_err(&text) && !sip_msg_decode(&m, buf_slice(&text), &why))
        cause = pjsip_cause_of_reason(m);
    mem_deref(m);
    buf_fini(&text);
    return cause;
}

static int reason_is_read_only_when_it_is_q850(void)
{
    CHECK(cause_in("Reason: Q.850;cause=17;text=\"User busy\"\r\n") == 17);
    CHECK(cause_in("Reason: SIP;cause=487, q.850 ; cause=34\r\n") == 34);
    CHECK(cause_in("Reason: SIP;cause=200;text=\"x\"\r\n") == 0);
    CHECK(cause_in("Reason: Q.850;cause=900\r\n") == 0);
    CHECK(cause_in("Reason: Q.850;cause=\r\n") == 0);
    CHECK(cause_in("") == 0);
    CHECK(pjsip_cause_of_reason(NULL) == 0);
    return 0;
}

static int reason_is_written(void)
{
    struct buf b;
    int err;

    buf_init(&b, 1000);
    CHECK_OK_TO(pjsip_reason_add(&b, 17), out);
    CHECK_TO(slice_eqz(buf_slice(&b), "Reason: Q.850;cause=17\r\n"), out);
    buf_reset(&b);
    CHECK_OK_TO(pjsip_reason_add(&b, CAUSE_ANSWERED_ELSEWHERE), out);
    CHECK_TO(
        slice_eqz(buf_slice(&b), "Reason: SIP;cause=200;text=\"Call completed elsewhere\"\r\n"),
        out);
    buf_reset(&b);
    CHECK_OK_TO(pjsip_reason_add(&b, 0), out);
    CHECK_TO(b.len == 0, out);
out:
    buf_fini(&b);
    return err;
}

UNIT_TESTS(UNIT(every_status_has_the_cause_of_asterisk),
           UNIT(every_cause_has_the_status_of_asterisk),
           UNIT_ONCE(reason_is_read_only_when_it_is_q850), UNIT(reason_is_written))
