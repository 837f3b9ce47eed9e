/*
 * header_list.c - PJSIP_HEADERS, PJSIP_HEADER_PARAM, PJSIP_RESPONSE_HEADER, PJSIP_RESPONSE_HEADERS: what
 * stands in the INVITE that made a channel, and in the 200 to ours (plan/func.h)
 */
#include <errno.h>

#include "base/log.h"
#include "pjsip/session.h"
#include "plan/func.h"

/* Names of headers that begin with prefix, each once. */
static int list_names(const struct sip_msg *m, struct slice prefix, struct buf *out)
{
    size_t begin = out->len;

    for (unsigned i = 0; m && i < m->header_count; i++) {
        struct slice name = sip_msg_header_name(m, i);
        bool is_new = true;

        if (name.len < prefix.len || !slice_caseeq(slice_from(name.p, prefix.len), prefix))
            continue;
        for (unsigned k = 0; k < i && is_new; k++)
            is_new = !slice_caseeq(sip_msg_header_name(m, k), name);
        if (!is_new)
            continue;
        if (out->len > begin)
            buf_addc(out, ',');
        buf_adds(out, name);
    }
    return buf_err(out);
}

static int headers_read(const struct plan_env *env, char *args, struct buf *out)
{
    struct session *s = session_for(env, "PJSIP_HEADERS");

    return s ? list_names(s->request, slice_trim(slice_of(args)), out) : EINVAL;
}

const struct plan_func pjsip_headers_func = {
    .name = "PJSIP_HEADERS",
    .syntax = "PJSIP_HEADERS([prefix])",
    .help_ru = "Имена заголовков INVITE, который создал канал, через запятую.\n"
               "prefix: только те, что начинаются так.",
    .help_en = "Names of the headers of the INVITE that made the channel, comma separated.\n"
               "prefix: only those that begin so.",
    .read = headers_read,
    .shown = "tests/scene/call-items.scene",
};

static int response_headers_read(const struct plan_env *env, char *args, struct buf *out)
{
    struct session *s = session_for(env, "PJSIP_RESPONSE_HEADERS");

    return s ? list_names(s->response, slice_trim(slice_of(args)), out) : EINVAL;
}

const struct plan_func pjsip_response_headers_func = {
    .name = "PJSIP_RESPONSE_HEADERS",
    .syntax = "PJSIP_RESPONSE_HEADERS([prefix])",
    .help_ru = "Имена заголовков ответа 200 на INVITE исходящего канала, через запятую.\n"
               "prefix: только те, что начинаются так.",
    .help_en = "Names of the headers of the 200 to an outgoing channel's INVITE, comma separated.\n"
               "prefix: only those that begin so.",
    .read = response_headers_read,
    .shown = "tests/scene/call-items.scene",
};

/* "read,Name[,number]" */
static int response_header_read(const struct plan_env *env, char *args, struct buf *out)
{
    struct session *s = session_for(env, "PJSIP_RESPONSE_HEADER");
    struct slice rest = slice_of(args), number, value = SLICE_NONE;
    struct slice action = slice_trim(slice_cut(rest, ',', &rest));
    struct slice name = slice_trim(slice_cut(rest, ',', &number));
    uint32_t n = 1;

    if (!s || !slice_caseeqz(action, "read") || !name.len ||
        (slice_trim(number).len && (slice_u32(slice_trim(number), &n) || !n))) {
        log_warning("PJSIP_RESPONSE_HEADER needs read and the name of a header");
        return EINVAL;
    }
    if (s->response)
        value = sip_msg_find(s->response, name, n - 1);
    return slice_is_set(value) ? buf_adds(out, value) : ENOENT;
}

const struct plan_func pjsip_response_header_func = {
    .name = "PJSIP_RESPONSE_HEADER",
    .syntax = "PJSIP_RESPONSE_HEADER(read,name[,number])",
    .help_ru = "Заголовок ответа 200 на INVITE исходящего канала.\n"
               "number: какой по счёту.",
    .help_en = "A header of the 200 to an outgoing channel's INVITE.\n"
               "number: which one.",
    .read = response_header_read,
    .shown = "tests/scene/call-items.scene",
};

/* "From,header|uri,tag" */
static int header_param_read(const struct plan_env *env, char *args, struct buf *out)
{
    struct session *s = session_for(env, "PJSIP_HEADER_PARAM");
    struct slice rest = slice_of(args), name = slice_trim(slice_cut(rest, ',', &rest));
    struct slice kind = slice_trim(slice_cut(rest, ',', &rest)), value;
    char param[128];
    struct sip_name_addr n;
    struct sip_uri uri;
    bool has_it;

    if (!s || !name.len || slice_copy(slice_trim(rest), param, sizeof(param)) || !param[0]) {
        log_warning(
            "PJSIP_HEADER_PARAM needs a header, header or uri, and the name of a parameter");
        return EINVAL;
    }
    value = s->request ? sip_msg_find(s->request, name, 0) : SLICE_NONE;
    if (!slice_is_set(value) || sip_name_addr_parse(&n, value))
        return ENOENT;
    if (slice_caseeqz(kind, "uri"))
        has_it = !sip_uri_parse(&uri, n.uri) && sip_uri_param(&uri, param, &value);
    else
        has_it = sip_param(n.params, param, &value);
    return has_it ? buf_adds(out, value) : ENOENT;
}

const struct plan_func pjsip_header_param_func = {
    .name = "PJSIP_HEADER_PARAM",
    .syntax = "PJSIP_HEADER_PARAM(header,header|uri,parameter)",
    .help_ru = "Параметр заголовка INVITE, который создал канал, или URI в нём. Только чтение.",
    .help_en =
        "A parameter of a header of the INVITE that made the channel, or of its URI. Read only.",
    .read = header_param_read,
    .shown = "tests/scene/call-items.scene",
};
