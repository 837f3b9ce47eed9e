/* files.c - see files.h */
#include "model/files.h"

#include <errno.h>

#include "base/addr.h"

#define WHOLE MODEL_SETTING_WHOLE
#define HOST MODEL_SETTING_HOST
#define PORT MODEL_SETTING_PORT

const struct model_setting_option model_setting_options[] = {
    {"asterisk.conf", "options", "defaultlanguage", "language", WHOLE},
    {"cdr.conf", "general", "enable", "cdr_enabled", WHOLE},
    {"cdr.conf", "general", "channeldefaultenabled", "cdr_default_enabled", WHOLE},
    {"cdr.conf", "general", "unanswered", "cdr_unanswered", WHOLE},
    {"cdr.conf", "general", "congestion", "cdr_congestion", WHOLE},
    {"cdr.conf", "general", "endbeforehexten", "cdr_end_before_h", WHOLE},
    {"cdr.conf", "general", "initiatedseconds", "cdr_initiated_seconds", WHOLE},
    {"features.conf", "general", "featuredigittimeout", "feature_digit_timeout", WHOLE},
    {"features.conf", "general", "courtesytone", "feature_sound", WHOLE},
    {"features.conf", "general", "recordingfailsound", "feature_fail_sound", WHOLE},
    {"http.conf", "general", "enabled", "http_enabled", WHOLE},
    {"http.conf", "general", "bindaddr", "http_bind", HOST},
    {"http.conf", "general", "bindport", "http_bind", PORT},
    {"indications.conf", "general", "country", "tone_zone", WHOLE},
    {"manager.conf", "general", "enabled", "manager_enabled", WHOLE},
    {"manager.conf", "general", "bindaddr", "manager_bind", HOST},
    {"manager.conf", "general", "port", "manager_bind", PORT},
    {"manager.conf", "general", "tlsbindaddr", "manager_tls_bind", WHOLE},
    {"manager.conf", "general", "tlscertfile", "manager_tls_cert", WHOLE},
    {"manager.conf", "general", "authtimeout", "manager_auth_timeout", WHOLE},
    {"manager.conf", "general", "authlimit", "manager_auth_limit", WHOLE},
    {"manager.conf", "general", "httptimeout", "http_session_timeout", WHOLE},
    {"rtp.conf", "general", "rtpstart", "rtp_start", WHOLE},
    {"rtp.conf", "general", "rtpend", "rtp_end", WHOLE},
    {0}};

const struct model_setting_option *
model_setting_option_find(struct slice file, struct slice category, struct slice option)
{
    for (const struct model_setting_option *o = model_setting_options; o->file; o++)
        if (slice_eqz(file, o->file) && slice_caseeqz(category, o->category) &&
            slice_caseeqz(option, o->option))
            return o;
    return NULL;
}

const struct model_field *model_setting_field(const struct model_setting_option *o)
{
    return model_field_find(model_type_find(SLICE("settings")), slice_of(o->setting));
}

int model_setting_join(const struct model_setting_option *o, struct slice present,
                       struct slice value, struct buf *out)
{
    const struct model_field *f = model_setting_field(o);
    char text[ADDR_TEXT];
    struct addr a;
    uint32_t port;

    if (o->part == WHOLE) {
        if (value.len && model_field_set(f, NULL, value, NULL))
            return EINVAL;
        return buf_adds(out, value.len ? value : SLICE(""));
    }
    if (!present.len || addr_parse(&a, present, (uint16_t)f->min))
        addr_parse(&a, slice_of(f->def), (uint16_t)f->min);
    if (o->part == HOST && addr_parse_host(&a, value, a.port))
        return EINVAL;
    if (o->part == PORT) {
        if (slice_u32(value, &port) || port < 1 || port > 65535)
            return EINVAL;
        a.port = (uint16_t)port;
    }
    return buf_addz(out, addr_text(&a, text));
}

int model_setting_cut(const struct model_setting_option *o, struct slice present, struct buf *out)
{
    char text[ADDR_TEXT];
    struct addr a;

    if (o->part == WHOLE)
        return buf_adds(out, present);
    if (addr_parse(&a, present, (uint16_t)model_setting_field(o)->min))
        return EINVAL;
    if (o->part == HOST)
        return buf_addz(out, addr_host(&a, text));
    return buf_addu(out, a.port);
}

char model_field_gap(const struct model_field *f)
{
    if (f->gap)
        return f->gap;
    switch (f->kind) {
    case MODEL_NAMES:
    case MODEL_ALLOW:
    case MODEL_DISALLOW:
    case MODEL_NETS:
    case MODEL_HOSTS:
    case MODEL_URIS:
    case MODEL_ENUMS:
    case MODEL_RULES: return ',';
    case MODEL_VARS: return ';';
    default: return 0;
    }
}

int model_rules_add(struct buf *out, struct slice word, struct slice nets)
{
    const bool is_permit = slice_caseeqz(word, "permit");

    if (!is_permit && !slice_caseeqz(word, "deny"))
        return EINVAL;
    while (slice_is_set(nets)) {
        const struct slice net = slice_trim(slice_cut(nets, ',', &nets));
        const bool is_turned = slice_starts(net, SLICE("!"));

        if (net.len)
            buf_printf(out, "%s%s=%.*s", out->len ? "," : "",
                       is_permit != is_turned ? "permit" : "deny",
                       SLICE_ARG(slice_trim(slice_skip(net, is_turned ? 1 : 0))));
    }
    return buf_err(out);
}
