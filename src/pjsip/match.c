/* match.c - whose request by a header or the request URI (match.h) */
#include "pjsip/match.h"

#include "plan/expr.h"

#define ROWS_MAX 1000

void match_follow(struct pjsip *p)
{
    uint32_t count = model_identify_count(p->snap);

    p->has_header_rows = p->has_uri_rows = false;
    for (uint32_t i = 0; i < count && i < ROWS_MAX; i++) {
        const struct model_identify *m = model_identify_at(p->snap, i);

        p->has_header_rows |= m->match_header[0] != '\0';
        p->has_uri_rows |= m->match_request_uri[0] != '\0';
    }
}

static bool fits(struct slice rule, struct slice value)
{
    if (rule.len >= 2 && rule.p[0] == '/' && rule.p[rule.len - 1] == '/') {
        const char *why;

        return plan_regex(slice_from(rule.p + 1, rule.len - 2), value, false, NULL, NULL, NULL,
                          &why) == REGEX_YES;
    }
    return slice_eq(rule, value);
}

static bool header_fits(const struct sip_msg *req, const char *text)
{
    struct slice rule, name = slice_trim(slice_cut(slice_of(text), ':', &rule));
    struct slice value;

    rule = slice_trim(rule);
    for (unsigned n = 0; slice_is_set(value = sip_msg_find(req, name, n)); n++)
        if (fits(rule, slice_trim(value)))
            return true;
    return false;
}

const struct model_endpoint *match_header(const struct pjsip *p, const struct sip_msg *req)
{
    for (uint32_t i = 0; p->has_header_rows && i < ROWS_MAX; i++) {
        const struct model_identify *m = model_identify_at(p->snap, i);

        if (!m)
            break;
        if (m->match_header[0] && header_fits(req, m->match_header))
            return m->endpoint_of;
    }
    return NULL;
}

const struct model_endpoint *match_request_uri(const struct pjsip *p, const struct sip_msg *req)
{
    for (uint32_t i = 0; p->has_uri_rows && i < ROWS_MAX; i++) {
        const struct model_identify *m = model_identify_at(p->snap, i);

        if (!m)
            break;
        if (m->match_request_uri[0] && fits(slice_of(m->match_request_uri), req->request_uri))
            return m->endpoint_of;
    }
    return NULL;
}
