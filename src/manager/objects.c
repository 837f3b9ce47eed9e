/* manager/objects.c - see objects.h */
#include "manager/objects.h"

#include <ctype.h>
#include <string.h>

#include "base/bug.h"
#include "model/field.h"
#include "store/contact.h"

#define VALUE_MAX 65536

/* How Asterisk writes a value where that is not as most are. */
enum style {
    PLAIN,
    YES_NO,   /* "yes", where others say "true" */
    CAPITAL,  /* "Yes" */
    MICROS,   /* seconds with six digits behind the point */
    TIGHT,    /* "prefer:pending", without the blank */
    CONTACTS, /* all contacts of the address of record, not only permanent ones */
    FIXED,    /* an option that we do not have */
};

struct row {
    const char *column; /* NULL ends a table */
    enum style style;
    const char *value; /* FIXED */
};

static const struct row aor_rows[] = {{"minimum_expiration"},
                                      {"default_expiration"},
                                      {"qualify_timeout", MICROS},
                                      {"qualify_2xx_only"},
                                      {"mailboxes"},
                                      {"support_path"},
                                      {"remove_unavailable"},
                                      {"voicemail_extension"},
                                      {"max_contacts"},
                                      {"authenticate_qualify"},
                                      {"contact", CONTACTS},
                                      {"maximum_expiration"},
                                      {"qualify_frequency"},
                                      {"remove_existing"},
                                      {"outbound_proxy"},
                                      {0}};
static const struct row auth_rows[] = {{"oauth_secret"},
                                       {"password_digest"},
                                       {"supported_algorithms_uas"},
                                       {"refresh_token"},
                                       {"username"},
                                       {"md5_cred"},
                                       {"realm"},
                                       {"auth_type"},
                                       {"password"},
                                       {"supported_algorithms_uac"},
                                       {"nonce_lifetime"},
                                       {"oauth_clientid"},
                                       {0}};
static const struct row endpoint_rows[] = {{"rpid_immediate"},
                                           {"webrtc", YES_NO},
                                           {"ignore_183_without_sdp"},
                                           {"send_aoc"},
                                           {"device_state_busy_at"},
                                           {"t38_udptl_maxdatagram"},
                                           {"codec_prefs_incoming_answer", TIGHT},
                                           {"security_negotiation"},
                                           {"dtls_rekey"},
                                           {"rtp_port_end", FIXED, "0"},
                                           {"named_pickup_group"},
                                           {"direct_media_method"},
                                           {"send_rpid"},
                                           {"pickup_group"},
                                           {"sdp_session"},
                                           {"dtls_verify", CAPITAL},
                                           {"message_context"},
                                           {"tenantid"},
                                           {"mailboxes"},
                                           {"record_on_feature"},
                                           {"dtls_private_key"},
                                           {"dtls_fingerprint"},
                                           {"overlap_context"},
                                           {"outgoing_call_offer_pref"},
                                           {"rtp_port_start", FIXED, "0"},
                                           {"from_domain"},
                                           {"timers_sess_expires"},
                                           {"named_call_group"},
                                           {"dtls_cipher"},
                                           {"media_encryption_optimistic"},
                                           {"suppress_q850_reason_headers"},
                                           {"aors"},
                                           {"identify_by"},
                                           {"callerid_privacy"},
                                           {"mwi_subscribe_replaces_unsolicited", YES_NO},
                                           {"cos_audio"},
                                           {"follow_early_media_fork"},
                                           {"context"},
                                           {"rtp_symmetric"},
                                           {"transport"},
                                           {"moh_suggest"},
                                           {"t38_udptl"},
                                           {"fax_detect"},
                                           {"t38_bind_udptl_to_media_address"},
                                           {"tos_video"},
                                           {"srtp_tag_32"},
                                           {"refer_blind_progress"},
                                           {"max_audio_streams"},
                                           {"bundle"},
                                           {"use_avpf"},
                                           {"call_group"},
                                           {"send_connected_line", YES_NO},
                                           {"fax_detect_timeout"},
                                           {"sdp_owner"},
                                           {"force_rport"},
                                           {"callerid_tag"},
                                           {"rtp_timeout_hold"},
                                           {"suppress_moh_on_sendonly"},
                                           {"use_ptime"},
                                           {"media_address"},
                                           {"voicemail_extension"},
                                           {"rtp_timeout"},
                                           {"stir_shaken"},
                                           {"set_var"},
                                           {"contact_acl"},
                                           {"preferred_codec_only"},
                                           {"geoloc_outgoing_call_profile"},
                                           {"force_avp"},
                                           {"record_off_feature"},
                                           {"from_user"},
                                           {"send_diversion"},
                                           {"send_history_info"},
                                           {"t38_udptl_ipv6"},
                                           {"tone_zone"},
                                           {"language"},
                                           {"allow_subscribe"},
                                           {"rtp_ipv6"},
                                           {"callerid"},
                                           {"moh_passthrough"},
                                           {"cos_video"},
                                           {"dtls_auto_generate_cert", CAPITAL},
                                           {"asymmetric_rtp_codec"},
                                           {"geoloc_incoming_call_profile"},
                                           {"ice_support"},
                                           {"aggregate_mwi"},
                                           {"one_touch_recording"},
                                           {"mwi_from_user"},
                                           {"redirect_method"},
                                           {"accountcode"},
                                           {"codec_prefs_outgoing_answer", TIGHT},
                                           {"allow"},
                                           {"rewrite_contact"},
                                           {"user_eq_phone"},
                                           {"rtp_engine"},
                                           {"follow_redirect_methods", FIXED, ""},
                                           {"subscribe_context"},
                                           {"notify_early_inuse_ringing"},
                                           {"incoming_mwi_mailbox"},
                                           {"incoming_call_offer_pref"},
                                           {"allow_unauthenticated_options"},
                                           {"auth"},
                                           {"direct_media_glare_mitigation"},
                                           {"trust_id_inbound"},
                                           {"stir_shaken_profile"},
                                           {"bind_rtp_to_media_address"},
                                           {"disable_direct_media_on_nat"},
                                           {"media_encryption"},
                                           {"media_use_received_transport"},
                                           {"allow_overlap"},
                                           {"dtmf_mode"},
                                           {"outbound_auth"},
                                           {"tos_audio"},
                                           {"dtls_cert_file"},
                                           {"dtls_ca_path"},
                                           {"dtls_setup"},
                                           {"connected_line_method"},
                                           {"g726_non_standard"},
                                           {"100rel"},
                                           {"timers"},
                                           {"direct_media"},
                                           {"acl"},
                                           {"timers_min_se"},
                                           {"trust_id_outbound"},
                                           {"sub_min_expiry"},
                                           {"rtcp_mux"},
                                           {"max_video_streams"},
                                           {"accept_multiple_sdp_answers"},
                                           {"codec_prefs_incoming_offer", TIGHT},
                                           {"codec_prefs_outgoing_offer", TIGHT},
                                           {"trust_connected_line", YES_NO},
                                           {"send_pai"},
                                           {"rtp_keepalive"},
                                           {"t38_udptl_ec"},
                                           {"t38_udptl_nat"},
                                           {"allow_transfer"},
                                           {"dtls_ca_file"},
                                           {"outbound_proxy"},
                                           {"inband_progress"},
                                           {0}};
static const struct row identify_rows[] = {{"match"},    {"match_request_uri"}, {"srv_lookups"},
                                           {"endpoint"}, {"match_header"},      {0}};
static const struct row registration_rows[] = {{"max_retries"},
                                               {"client_uri"},
                                               {"security_negotiation"},
                                               {"auth_rejection_permanent"},
                                               {"server_uri"},
                                               {"max_random_initial_delay"},
                                               {"support_path"},
                                               {"retry_interval"},
                                               {"contact_header_params"},
                                               {"expiration"},
                                               {"transport"},
                                               {"line"},
                                               {"contact_user"},
                                               {"endpoint"},
                                               {"user_agent"},
                                               {"forbidden_retry_interval"},
                                               {"outbound_auth"},
                                               {"outbound_proxy"},
                                               {"fatal_retry_interval"},
                                               {"support_outbound", YES_NO},
                                               {0}};
static const struct row transport_rows[] = {{"websocket_write_timeout"},
                                            {"cos"},
                                            {"tcp_keepalive_enable"},
                                            {"protocol"},
                                            {"symmetric_transport"},
                                            {"domain"},
                                            {"verify_server", CAPITAL},
                                            {"local_net"},
                                            {"bind"},
                                            {"allow_wildcard_certs", CAPITAL},
                                            {"tcp_keepalive_interval_time"},
                                            {"async_operations"},
                                            {"external_media_address"},
                                            {"method"},
                                            {"external_signaling_address"},
                                            {"require_client_cert", CAPITAL},
                                            {"tcp_keepalive_idle_time"},
                                            {"tos"},
                                            {"ca_list_path"},
                                            {"cipher"},
                                            {"cert_file"},
                                            {"external_signaling_port"},
                                            {"password"},
                                            {"allow_reload"},
                                            {"verify_client", CAPITAL},
                                            {"tcp_keepalive_probe_count"},
                                            {"priv_key_file"},
                                            {"ca_list_file"},
                                            {0}};

struct object_rows {
    const char *type;
    const struct row *rows;
};

static const struct object_rows tables[] = {
    {"auth", auth_rows},           {"endpoint", endpoint_rows},
    {"identify", identify_rows},   {"registration", registration_rows},
    {"transport", transport_rows},
};

static const struct row *rows_of(const char *type)
{
    size_t i = 0;

    while (strcmp(tables[i].type, type) != 0) {
        i++;
        BUG_IF(i == sizeof(tables) / sizeof(tables[0]));
    }
    return tables[i].rows;
}

/* "send_rpid": "SendRpid" */
static const char *header_of(const char *column, char header[64])
{
    size_t n = 0;
    bool is_first = true;

    for (; *column && n < 63; column++) {
        if (*column != '_')
            header[n++] = (char)(is_first ? toupper((unsigned char)*column) : *column);
        is_first = *column == '_';
    }
    header[n] = '\0';
    return header;
}

static void drop_blanks(struct buf *value)
{
    size_t to = 0;

    for (size_t i = 0; i < value->len; i++)
        if (value->p[i] != ' ' || !to || value->p[to - 1] != ':')
            value->p[to++] = value->p[i];
    value->len = to;
}

static void put_styled(struct buf *out, const char *header, enum style style, struct buf *value)
{
    const bool is_true = slice_eqz(buf_slice(value), "true");

    if (style == MICROS)
        buf_addz(value, "000");
    if (is_true || slice_eqz(buf_slice(value), "false")) {
        buf_reset(value);
        buf_addz(value, style == PLAIN ? (is_true ? "true" : "false") : is_true ? "yes" : "no");
    }
    if (style == TIGHT)
        drop_blanks(value);
    if (style == CAPITAL && value->len)
        value->p[0] = (char)toupper((unsigned char)value->p[0]);
    ami_put(out, header, buf_slice(value));
}

/* A secret is not printed, but whether there is one. */
static bool has_secret(const struct model_field *f, const void *object)
{
    return f->offset != MODEL_NOWHERE &&
           **(const char *const *)((const char *)object + f->offset) != '\0';
}

static void put_row(struct buf *out, const struct model_type *t, const struct row *r,
                    const void *object)
{
    const struct model_field *f = model_field_find(t, slice_of(r->column));
    char header[64];
    struct buf value;

    header_of(r->column, header);
    if (r->style == FIXED) {
        ami_putz(out, header, r->value);
        return;
    }
    BUG_IF(!f);
    if (model_field_is_secret(f)) {
        ami_putz(out, header, has_secret(f, object) ? "***" : "");
        return;
    }
    buf_init(&value, VALUE_MAX);
    if (!model_field_print(f, object, &value))
        put_styled(out, header, r->style, &value);
    buf_fini(&value);
}

void manager_put_contacts(struct buf *out, const struct pjsip *p, const struct model_aor *m,
                          const char *header, bool is_ended)
{
    const struct aor *a = p ? aor_find(p, slice_of(m->name)) : NULL;
    struct buf all;

    buf_init(&all, VALUE_MAX);
    if (a) {
        LIST_FOREACH(&a->contacts, k)
        {
            if (!is_ended && all.len)
                buf_addc(&all, ',');
            buf_printf(&all, "%s/%s%s", m->name, contact_of_link(k)->uri.p, is_ended ? "," : "");
        }
    }
    ami_put(out, header, buf_slice(&all));
    buf_fini(&all);
}

void manager_put_object(struct buf *out, const char *type, const char *name, const void *object)
{
    const struct model_type *t = model_type_find(slice_of(type));

    ami_putz(out, "ObjectType", type);
    ami_putz(out, "ObjectName", name);
    for (const struct row *r = rows_of(type); r->column; r++)
        put_row(out, t, r, object);
}

void manager_put_aor(struct buf *out, const struct pjsip *p, const struct model_aor *m,
                     const char *contacts)
{
    const struct model_type *t = model_type_find(SLICE("aor"));

    ami_putz(out, "ObjectType", "aor");
    ami_putz(out, "ObjectName", m->name);
    for (const struct row *r = aor_rows; r->column; r++) {
        if (r->style == CONTACTS)
            manager_put_contacts(out, p, m, contacts, false);
        else
            put_row(out, t, r, m);
    }
}

/* ---- contacts ---- */

const char *manager_contact_status(const struct contact *c)
{
    return c->status == CONTACT_AVAIL     ? "Reachable"
           : c->status == CONTACT_UNAVAIL ? "Unreachable"
                                          : "NonQualified";
}

static void put_status(struct buf *out, const struct contact *c)
{
    ami_putz(out, "Status", manager_contact_status(c));
    if (c->status == CONTACT_AVAIL)
        ami_putu(out, "RoundtripUsec", c->rtt_us);
    else
        ami_putz(out, "RoundtripUsec", "N/A");
}

void manager_put_contact(struct buf *out, const struct contact *c)
{
    struct store_contact row;

    contact_row(c, &row);
    ami_putz(out, "ObjectType", "contact");
    ami_put(out, "ObjectName", c->id);
    ami_put(out, "ViaAddr", row.via_addr);
    ami_putf(out, "QualifyTimeout", "%.6f", row.qualify_timeout);
    ami_putz(out, "Qualify2xxOnly", row.qualify_2xx_only ? "true" : "false");
    ami_put(out, "CallId", c->call_id);
    ami_putz(out, "RegServer", "");
    ami_putz(out, "PruneOnBoot", "no");
    ami_put(out, "Path", c->path);
    ami_put(out, "Endpoint", c->endpoint);
    ami_putu(out, "ViaPort", row.via_port);
    ami_putz(out, "AuthenticateQualify", row.authenticate_qualify ? "yes" : "no");
    ami_put(out, "Uri", c->uri);
    ami_putu(out, "QualifyFrequency", row.qualify_frequency);
    ami_put(out, "UserAgent", c->user_agent);
    ami_putu(out, "ExpirationTime", (uint64_t)row.expires);
    ami_put(out, "OutboundProxy", row.outbound_proxy);
    put_status(out, c);
}

/* Those that the configuration names have an id of another form. */
static void put_id(struct buf *out, const struct contact *c)
{
    const size_t at = strlen(c->aor->name);

    ami_putf(out, "ID", "%s%s%s", c->aor->name, c->is_permanent ? "@" : ";", c->id.p + at + 1);
}

void manager_put_contact_status(struct buf *out, const struct contact *c, const char *endpoint)
{
    struct store_contact row;

    contact_row(c, &row);
    ami_putz(out, "AOR", c->aor->name);
    ami_put(out, "URI", c->uri);
    ami_put(out, "UserAgent", c->user_agent);
    ami_putu(out, "RegExpire", (uint64_t)row.expires);
    if (row.via_addr.len)
        ami_putf(out, "ViaAddress", "%.*s:%u", SLICE_ARG(row.via_addr), row.via_port);
    if (c->call_id.len)
        ami_put(out, "CallID", c->call_id);
    put_status(out, c);
    ami_putz(out, "EndpointName", endpoint);
    put_id(out, c);
    ami_putu(out, "AuthenticateQualify", row.authenticate_qualify);
    ami_put(out, "OutboundProxy", row.outbound_proxy);
    ami_put(out, "Path", c->path);
    ami_putu(out, "QualifyFrequency", row.qualify_frequency);
    ami_putf(out, "QualifyTimeout", "%.3f", row.qualify_timeout);
    ami_putu(out, "Qualify2xxOnly", row.qualify_2xx_only);
}
