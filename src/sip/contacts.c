/* contacts.c - Contacts of a redirection by preference (message.h), Route lines out of a message
 * (print.h) */
#include <errno.h>
#include <string.h>

#include "sip/lex.h"
#include "sip/print.h"

#define ROUTES_MOST 32

/* ---- q ---- */

unsigned sip_contact_q(const struct sip_name_addr *contact)
{
    unsigned q = 0, unit = 1000;
    struct slice s;

    if (!slice_is_set(contact->params) || !sip_param(contact->params, "q", &s) || s.len == 0 ||
        s.len > 5 || (s.p[0] != '0' && s.p[0] != '1') || (s.len > 1 && s.p[1] != '.'))
        return 1000;
    q = (unsigned)(s.p[0] - '0') * unit;
    for (size_t i = 2; i < s.len; i++) {
        if (s.p[i] < '0' || s.p[i] > '9')
            return 1000;
        unit /= 10;
        q += (unsigned)(s.p[i] - '0') * unit;
    }
    return q > 1000 ? 1000 : q;
}

static bool can_be_called(const struct sip_name_addr *n)
{
    struct sip_uri uri;

    return !n->is_star && !sip_uri_parse(&uri, n->uri) && uri.scheme != SIP_SCHEME_OTHER;
}

/* Into its place among the first n; the last one falls off when there is no room. */
static size_t insert(struct sip_name_addr *list, size_t n, size_t most,
                     const struct sip_name_addr *one)
{
    size_t at = n;

    while (at > 0 && sip_contact_q(&list[at - 1]) < sip_contact_q(one))
        at--;
    if (at == most)
        return n;
    if (n == most)
        n--;
    memmove(&list[at + 1], &list[at], (n - at) * sizeof(*list));
    list[at] = *one;
    return n + 1;
}

size_t sip_contacts_by_q(const struct sip_msg *m, struct sip_name_addr *contacts, size_t most)
{
    struct sip_name_addr one;
    struct sip_values v;
    struct slice value;
    size_t n = 0;

    sip_values_init(&v, m, SIP_H_CONTACT);
    while (sip_values_next(&v, &value))
        if (value.len && !sip_name_addr_parse(&one, value) && can_be_called(&one))
            n = insert(contacts, n, most, &one);
    return n;
}

/* ---- routes ---- */

struct routes {
    struct slice values[ROUTES_MOST];
    size_t n;
    bool is_bad;
};

static void add(struct routes *r, struct slice value)
{
    struct sip_name_addr n;
    struct sip_uri uri;

    if (value.len == 0)
        return;
    if (r->n == ROUTES_MOST || sip_name_addr_parse(&n, value) || sip_uri_parse(&uri, n.uri))
        r->is_bad = true;
    else
        r->values[r->n++] = value;
}

static int print(struct buf *b, const struct routes *r, bool is_reverse)
{
    if (r->is_bad)
        return EINVAL;
    for (size_t i = 0; i < r->n; i++)
        sip_headers_add(b, "Route", r->values[is_reverse ? r->n - 1 - i : i]);
    return buf_err(b);
}

int sip_routes_add(struct buf *b, const struct sip_msg *m, enum sip_header_id id, bool is_reverse)
{
    struct routes r = {.n = 0};
    struct sip_values v;
    struct slice value;

    sip_values_init(&v, m, id);
    while (sip_values_next(&v, &value) && !r.is_bad)
        add(&r, value);
    return print(b, &r, is_reverse);
}

int sip_routes_add_text(struct buf *b, struct slice values)
{
    struct routes r = {.n = 0};
    struct slice value;

    if (memchr(values.p ? values.p : "", '\n', values.len))
        return EINVAL;
    while (sip_value_next(&values, &value) && !r.is_bad)
        add(&r, value);
    return print(b, &r, false);
}
