/*
 * What the channel driver reads itself: kept contact URIs, INFO digits, Reason.
 *
 * Promise: no crash; a restored URI holds no x-ast-orig-host of ours any more; a digit is a digit.
 */
#include "base/bug.h"
#include "base/mem.h"
#include "pjsip/cause.h"
#include "pjsip/contact.h"
#include "pjsip/session.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void uris(struct slice text)
{
    struct sip_uri again;
    struct slice value;
    struct buf b;

    buf_init(&b, 4 * SIP_URI_MAX);
    if (!contact_uri_restore(&b, text) && !sip_uri_parse(&again, buf_slice(&b)) &&
        (again.scheme == SIP_SCHEME_SIP || again.scheme == SIP_SCHEME_SIPS))
        BUG_IF(sip_uri_param(&again, "x-ast-orig-host", &value) && value.len &&
               slice_chr(text, ';') < 0);
    buf_reset(&b);
    contact_uri_reach(&b, text);
    buf_fini(&b);
}

static void message(struct slice text)
{
    struct sip_msg *m = NULL;
    struct sip_why why;
    uint32_t ms;
    char digit;

    if (!sip_msg_decode(&m, text, &why)) {
        int cause = pjsip_cause_of_reason(m);

        BUG_IF(cause < 0 || cause > 127);
        if (!dtmf_info_parse(m, &digit, &ms))
            BUG_IF(!strchr("0123456789*#ABCD", digit) || !digit || !ms || ms > 10000);
    }
    mem_deref(m);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct slice text = slice_from((const char *)bytes, len);

    uris(text);
    message(text);
    return 0;
}
