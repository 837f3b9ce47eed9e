/*
 * A datagram from anybody: decoded, walked through by every accessor, and answered.
 *
 * Promise: no crash; slices stay inside the message; what was taken can be answered, and the answer
 * can be read again.
 */
#include <errno.h>
#include <string.h>

#include "base/bug.h"
#include "base/mem.h"
#include "sip/message.h"
#include "sip/print.h"
#include "sip/refer.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void check_inside(const struct sip_msg *m, struct slice s)
{
    BUG_IF(s.len && (s.p < m->bytes.p || s.p + s.len > m->bytes.p + m->bytes.len));
}

static void walk(const struct sip_msg *m)
{
    struct sip_name_addr contact;
    struct sip_values v;
    struct slice value;
    uint32_t n;

    for (unsigned i = 0; i < m->header_count; i++) {
        struct slice name = sip_msg_header_name(m, i), text = sip_msg_header_value(m, i);

        check_inside(m, name);
        check_inside(m, text);
        BUG_IF(memchr(text.p, '\n', text.len) || memchr(text.p, '\r', text.len));
        BUG_IF(!slice_is_set(sip_msg_find(m, name, 0)));
    }
    for (int id = 0; id < SIP_H_IDS; id++) {
        sip_values_init(&v, m, (enum sip_header_id)id);
        while (sip_values_next(&v, &value))
            check_inside(m, value);
        sip_msg_u32(m, (enum sip_header_id)id, &n);
    }
    for (unsigned i = 0; i < 5 && sip_msg_contact(m, i, &contact) != ENOENT; i++)
        ;
    check_inside(m, m->body);
    check_inside(m, m->via.host);
    check_inside(m, m->from_tag);
    check_inside(m, m->call_id);
}

/* What the drivers' readers make of it. */
static void read_more(const struct sip_msg *m)
{
    struct sip_name_addr list[4];
    struct sip_replaces replaces;
    static struct sip_refer refer;
    struct buf routes;
    uint16_t code;
    size_t n;

    check_inside(m, sip_msg_body(m, "application/sdp"));
    n = sip_contacts_by_q(m, list, 4);
    BUG_IF(n > 4);
    for (size_t i = 0; i < n; i++) {
        check_inside(m, list[i].uri);
        BUG_IF(i && sip_contact_q(&list[i - 1]) < sip_contact_q(&list[i]));
    }
    if (!sip_refer_parse(&refer, m))
        check_inside(m, refer.target);
    sip_replaces_parse(&replaces, sip_msg_get(m, SIP_H_REPLACES));
    sip_sipfrag_parse(m, &code);
    buf_init(&routes, SIP_MESSAGE_MAX);
    if (!sip_routes_add(&routes, m, SIP_H_PATH, true))
        BUG_IF(!sip_headers_are_sound(buf_slice(&routes)) && !buf_err(&routes));
    buf_fini(&routes);
}

static void answer(struct sip_msg *m)
{
    struct sip_answer a = {.code = 400, .to_tag = SLICE("t"), .copy_routes = true};
    struct sip_msg *again = NULL;
    struct sip_why why;
    struct buf b;

    buf_init(&b, SIP_MESSAGE_MAX * 2);
    addr_parse(&m->flow.remote, SLICE("192.0.2.1:5060"), 0);
    BUG_IF(sip_answer_print(&b, m, &a, "Fuzz") && !buf_err(&b));
    if (!buf_err(&b) && b.len < SIP_MESSAGE_MAX)
        sip_msg_decode(&again, buf_slice(&b), &why);
    mem_deref(again);
    buf_fini(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct sip_msg *m = NULL;
    struct sip_why why;
    int err = sip_msg_decode(&m, slice_from((const char *)bytes, len), &why);

    BUG_IF(err && m && !why.code);
    if (m) {
        walk(m);
        read_more(m);
    }
    if (m && m->is_request)
        answer(m);
    mem_deref(m);
    return 0;
}
