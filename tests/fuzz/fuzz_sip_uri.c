/*
 * Addresses: URI, name-addr, Via value, parameter and comma lists.
 *
 * Promise: no crash; a URI equals itself; what is printed is parsed again.
 */
#include "base/bug.h"
#include "sip/message.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void lists(struct slice text)
{
    struct slice rest = text, name, value;

    while (sip_param_next(&rest, &name, &value))
        ;
    rest = text;
    while (sip_value_next(&rest, &value))
        ;
}

static void name_addr(struct slice text)
{
    struct sip_name_addr n, again;
    char display[64];
    struct buf b;

    if (sip_name_addr_parse(&n, text) || n.is_star)
        return;
    sip_display_copy(&n, display, sizeof(display));
    buf_init(&b, 100000);
    if (!sip_name_addr_print(&b, slice_of(display), n.uri))
        BUG_IF(sip_name_addr_parse(&again, buf_slice(&b)) || !slice_eq(n.uri, again.uri));
    buf_fini(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct slice text = slice_from((const char *)bytes, len);
    struct sip_uri u;
    struct sip_via via;
    char out[32];

    if (!sip_uri_parse(&u, text)) {
        BUG_IF(!sip_uri_eq(&u, &u));
        sip_unescape(u.user, out, sizeof(out));
        sip_uri_param(&u, "transport", NULL);
    }
    sip_via_parse(&via, text);
    name_addr(text);
    lists(text);
    return 0;
}
