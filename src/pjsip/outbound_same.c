/* outbound_same.c - has what a registration says changed? (outbound.h) */
#include <string.h>

#include "pjsip/outbound.h"

static bool is_same_text(const char *const *a, const char *const *b, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(a[i], b[i]) != 0)
            return false;
    return true;
}

bool outbound_is_same(const struct model_registration *a, const struct model_registration *b)
{
    const char *const ta[] = {
        a->server_uri, a->client_uri,     a->transport,  a->contact_user,
        a->endpoint,   a->outbound_proxy, a->user_agent, a->contact_header_params};
    const char *const tb[] = {
        b->server_uri, b->client_uri,     b->transport,  b->contact_user,
        b->endpoint,   b->outbound_proxy, b->user_agent, b->contact_header_params};

    return is_same_text(ta, tb, sizeof(ta) / sizeof(ta[0])) &&
           a->outbound_auth.count == b->outbound_auth.count &&
           is_same_text(a->outbound_auth.v, b->outbound_auth.v, a->outbound_auth.count) &&
           a->expiration == b->expiration && a->line == b->line &&
           a->support_path == b->support_path && a->support_outbound == b->support_outbound;
}
