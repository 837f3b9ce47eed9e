/*
 * function.c - PJSIP_DTMF_MODE, PJSIP_MOH_PASSTHROUGH, PJSIP_MEDIA_OFFER, PJSIP_SEND_SESSION_REFRESH,
 * PJSIP_PARSE_URI, PJSIP_PARSE_URI_FROM (plan/func.h)
 */
#include <errno.h>
#include <strings.h>

#include "base/log.h"
#include "pjsip/session.h"
#include "plan/func.h"

/* ---- PJSIP_DTMF_MODE ---- */

static const char *const dtmf_modes[] = {
    [MODEL_DTMF_RFC4733] = "rfc4733",     [MODEL_DTMF_INBAND] = "inband",
    [MODEL_DTMF_INFO] = "info",           [MODEL_DTMF_AUTO] = "auto",
    [MODEL_DTMF_AUTO_INFO] = "auto_info", [MODEL_DTMF_NONE] = "none"};

static int dtmf_read(const struct plan_env *env, char *args, struct buf *out)
{
    struct session *s = session_for(env, "PJSIP_DTMF_MODE");

    return s ? buf_addz(out, dtmf_modes[s->dtmf_mode]) : EINVAL;
}

static int dtmf_write(const struct plan_env *env, char *args, struct slice value)
{
    struct session *s = session_for(env, "PJSIP_DTMF_MODE");

    value = slice_trim(value);
    for (uint8_t i = 0; s && i < sizeof(dtmf_modes) / sizeof(dtmf_modes[0]); i++) {
        if (!slice_caseeqz(value, dtmf_modes[i]))
            continue;
        s->dtmf_mode = i;
        return session_apply(s, s->ch->state == CHANNEL_UP);
    }
    if (s)
        log_warning("PJSIP_DTMF_MODE: no such mode value=\"%.*s\"", SLICE_ARG(value));
    return EINVAL;
}

const struct plan_func pjsip_dtmf_mode_func = {
    .name = "PJSIP_DTMF_MODE",
    .syntax = "PJSIP_DTMF_MODE()",
    .help_ru = "Как этот канал передаёт нажатия клавиш.\n"
               "rfc4733, inband, info, auto, auto_info, none; можно менять.",
    .help_en = "How this channel carries digits.\n"
               "rfc4733, inband, info, auto, auto_info, none; can be set.",
    .read = dtmf_read,
    .write = dtmf_write,
    .shown = "tests/scene/call-items.scene",
};

/* ---- PJSIP_MOH_PASSTHROUGH ---- */

static int moh_read(const struct plan_env *env, char *args, struct buf *out)
{
    struct session *s = session_for(env, "PJSIP_MOH_PASSTHROUGH");

    return s ? buf_addz(out, s->options.moh_passthrough ? "yes" : "no") : EINVAL;
}

static int moh_write(const struct plan_env *env, char *args, struct slice value)
{
    struct session *s = session_for(env, "PJSIP_MOH_PASSTHROUGH");

    if (!s)
        return EINVAL;
    value = slice_trim(value);
    s->options.moh_passthrough = slice_caseeqz(value, "yes") || slice_caseeqz(value, "true") ||
                                 slice_caseeqz(value, "on") || slice_eqz(value, "1");
    return 0;
}

const struct plan_func pjsip_moh_passthrough_func = {
    .name = "PJSIP_MOH_PASSTHROUGH",
    .syntax = "PJSIP_MOH_PASSTHROUGH()",
    .help_ru = "Передаётся ли удержание этому каналу вместо музыки: yes или no; можно менять.",
    .help_en = "Is hold handed on to this channel instead of music: yes or no; can be set.",
    .read = moh_read,
    .write = moh_write,
    .shown = "tests/scene/call-items.scene",
};

/* ---- PJSIP_MEDIA_OFFER ---- */

static int offer_read(const struct plan_env *env, char *args, struct buf *out)
{
    struct session *s = session_for(env, "PJSIP_MEDIA_OFFER");

    for (uint8_t i = 0; s && i < s->codecs.count; i++)
        buf_printf(out, "%s%s", i ? "," : "", codec_get((enum codec)s->codecs.id[i])->name);
    return s ? buf_err(out) : EINVAL;
}

static int offer_write(const struct plan_env *env, char *args, struct slice value)
{
    struct session *s = session_for(env, "PJSIP_MEDIA_OFFER");
    struct codec_list wanted = {0};

    if (!s || strcasecmp(args, "audio") != 0) {
        log_warning("PJSIP_MEDIA_OFFER: only audio can be set media=\"%s\"", args);
        return EINVAL;
    }
    codec_list_parse(&wanted, value, NULL);
    if (!wanted.count) {
        log_warning("PJSIP_MEDIA_OFFER: no codec that the station knows value=\"%.*s\"",
                    SLICE_ARG(value));
        return EINVAL;
    }
    s->codecs = wanted;
    return 0;
}

const struct plan_func pjsip_media_offer_func = {
    .name = "PJSIP_MEDIA_OFFER",
    .syntax = "PJSIP_MEDIA_OFFER(audio)",
    .help_ru = "Кодеки, которые предложит канал (до вызова, в подпрограмме b Dial), через запятую.",
    .help_en =
        "Codecs that the channel will offer (before the call, in option b of Dial), comma separated.",
    .read = offer_read,
    .write = offer_write,
    .shown = "tests/scene/call-items.scene",
};

/* ---- PJSIP_SEND_SESSION_REFRESH ---- */

static int refresh_write(const struct plan_env *env, char *args, struct slice value)
{
    struct session *s = session_for(env, "PJSIP_SEND_SESSION_REFRESH");
    bool by_update = slice_caseeqz(slice_trim(value), "update");
    int err = s ? session_refresh(s, by_update ? MODEL_REFRESH_UPDATE : MODEL_REFRESH_INVITE, true)
                : EINVAL;

    if (err && err != ENOMEM)
        log_warning("PJSIP_SEND_SESSION_REFRESH: not sent err=\"%s\"", strerror(err));
    return err;
}

const struct plan_func pjsip_send_session_refresh_func = {
    .name = "PJSIP_SEND_SESSION_REFRESH",
    .syntax = "PJSIP_SEND_SESSION_REFRESH()",
    .help_ru = "Обновить сеанс: Set(PJSIP_SEND_SESSION_REFRESH()=invite) или update.",
    .help_en = "Refresh the session: Set(PJSIP_SEND_SESSION_REFRESH()=invite), or update.",
    .write = refresh_write,
    .shown = "tests/scene/call-items.scene",
};

/* ---- PJSIP_PARSE_URI ---- */

static int add_param(const struct sip_uri *u, const char *name, struct buf *out)
{
    struct slice value;

    return sip_uri_param(u, name, &value) ? buf_adds(out, value) : 0;
}

static int parse(struct slice text, struct slice what, struct buf *out)
{
    static const char *const params[][2] = {
        {"user_param", "user"}, {"method_param", "method"}, {"transport_param", "transport"},
        {"ttl_param", "ttl"},   {"lr_param", "lr"},         {"maddr_param", "maddr"}};
    struct sip_name_addr n = {.uri = text};
    struct sip_uri u;

    if (slice_chr(text, '<') >= 0 && sip_name_addr_parse(&n, text))
        return EINVAL;
    if (sip_uri_parse(&u, n.uri))
        return EINVAL;
    if (slice_caseeqz(what, "display"))
        return slice_is_set(n.display) ? buf_adds(out, n.display) : 0;
    if (slice_caseeqz(what, "scheme"))
        return buf_adds(out, slice_cut(u.text, ':', &text));
    if (slice_caseeqz(what, "user"))
        return buf_adds(out, u.user);
    if (slice_caseeqz(what, "passwd"))
        return buf_adds(out, u.password);
    if (slice_caseeqz(what, "host"))
        return buf_adds(out, u.host);
    if (slice_caseeqz(what, "port"))
        return u.port ? buf_printf(out, "%u", u.port) : 0;
    for (size_t i = 0; i < sizeof(params) / sizeof(params[0]); i++)
        if (slice_caseeqz(what, params[i][0]))
            return add_param(&u, params[i][1], out);
    return ENOENT;
}

static int parse_told(struct slice text, struct slice what, struct buf *out)
{
    int err = parse(slice_trim(text), slice_trim(what), out);

    if (err && err != ENOMEM)
        log_warning("PJSIP_PARSE_URI: no SIP URI, or no such part uri=\"%.*s\" part=\"%.*s\"",
                    SLICE_ARG(text), SLICE_ARG(what));
    return err;
}

static int parse_uri_read(const struct plan_env *env, char *args, struct buf *out)
{
    struct slice what, uri = slice_cut(slice_of(args), ',', &what);

    return parse_told(uri, what, out);
}

const struct plan_func pjsip_parse_uri_func = {
    .name = "PJSIP_PARSE_URI",
    .syntax = "PJSIP_PARSE_URI(uri,part)",
    .help_ru =
        "Часть SIP URI: display, scheme, user, passwd, host, port, user_param, method_param,\n"
        "transport_param, ttl_param, lr_param, maddr_param.",
    .help_en =
        "A part of a SIP URI: display, scheme, user, passwd, host, port, user_param, method_param,\n"
        "transport_param, ttl_param, lr_param, maddr_param.",
    .read = parse_uri_read,
    .shown = "tests/scene/call-items.scene",
};

static int parse_uri_from_read(const struct plan_env *env, char *args, struct buf *out)
{
    struct slice what, name = slice_trim(slice_cut(slice_of(args), ',', &what));

    if (!env->channel)
        return EINVAL;
    return parse_told(channel_var_get(env->channel, name), what, out);
}

const struct plan_func pjsip_parse_uri_from_func = {
    .name = "PJSIP_PARSE_URI_FROM",
    .syntax = "PJSIP_PARSE_URI_FROM(variable,part)",
    .help_ru = "То же, что PJSIP_PARSE_URI, для URI в переменной (в нём могут быть запятые).",
    .help_en = "As PJSIP_PARSE_URI, of a URI in a variable (it may have commas).",
    .read = parse_uri_from_read,
    .shown = "tests/scene/call-items.scene",
};
