/* trace.c - SIP messages to consoles (trace.h) */
#include "pjsip/trace.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#include "call/secret.h"
#include "pjsip/session.h"
#include "sip/transport.h"

struct watcher {
    struct link link;
    struct pjsip *p;
    struct console *c; /* a reference */
    struct console_watch watch;
    struct addr only; /* host; unset: everything */
};

static void watcher_free(struct watcher *w)
{
    list_unlink(&w->link);
    console_watch_stop(&w->watch);
    mem_deref(w->c);
    mem_free(w);
}

/* c is kept: a console that cannot take more is closed from inside, and its watcher goes with it.
 */
static void show_to(struct console *c, bool is_out, const struct sip_flow *flow, struct slice bytes)
{
    bool is_response = bytes.len > 4 && !memcmp(bytes.p, "SIP/", 4);
    char peer[ADDR_TEXT];
    struct buf text;

    buf_init(&text, 4 * SIP_MESSAGE_MAX);
    buf_add_plain(&text, bytes);
    mem_ref(c);
    console_printf(
        c, "<--- %s SIP %s (%zu bytes) %s %s:%s --->\n", is_out ? "Transmitting" : "Received",
        is_response ? "response" : "request", bytes.len, is_out ? "to" : "from",
        sip_transport_name(sip_binding_transport(flow->binding)), addr_text(&flow->remote, peer));
    console_write(c, buf_slice(&text));
    console_write(c, SLICE("\n"));
    mem_deref(c);
    buf_fini(&text);
}

/* ---- digits ---- */

void trace_mask_digits(char *text, size_t len)
{
    char *body = memmem(text, len, "\r\n\r\n", 4), *const end = text + len;
    bool is_value =
        true; /* application/dtmf has the digit alone; dtmf-relay "Signal=5", "Duration=160" */

    for (char *p = body ? body + 4 : end; p < end; p++) {
        if (*p == '\n')
            is_value = true;
        else if ((size_t)(end - p) > 8 && is_value && strncasecmp(p, "Duration", 8) == 0)
            is_value = false;
        else if ((size_t)(end - p) > 6 && is_value && strncasecmp(p, "Signal", 6) == 0)
            p += 5;
        else if (is_value && strchr("0123456789*#ABCDabcd", *p))
            *p = '*';
    }
}

static bool is_of_call(const struct channel *ch, struct slice bytes)
{
    const struct session *s = session_of(ch);
    const struct slice id = s && s->invite ? sip_invite_call_id(s->invite) : SLICE_NONE;

    return id.len && memmem(bytes.p, bytes.len, id.p, id.len);
}

/* Only with a trace on, and for an INFO: all channels are looked at. */
static bool is_secret(const struct pjsip *p, bool is_out, struct slice bytes)
{
    if (!slice_starts(bytes, SLICE("INFO ")))
        return false;
    LIST_FOREACH(calls_channels(p->calls), k)
    {
        const struct channel *ch = CONTAINER_OF(k, struct channel, link);

        if (ch->tech == &pjsip_tech && is_of_call(ch, bytes))
            return secret_digit(ch, '1', is_out) == '*';
    }
    return false;
}

static void show(bool is_out, const struct sip_flow *flow, struct slice bytes, void *arg)
{
    struct pjsip *p = arg;
    char *masked = is_secret(p, is_out, bytes) ? slice_dup(bytes) : NULL;

    if (masked) {
        trace_mask_digits(masked, bytes.len);
        bytes.p = masked;
    }

    LIST_FOREACH(&p->watches, k)
    {
        struct watcher *w = CONTAINER_OF(k, struct watcher, link);

        if (!addr_is_set(&w->only) || addr_eq_host(&w->only, &flow->remote))
            show_to(w->c, is_out, flow, bytes);
    }
    mem_free(masked);
}

static void follow(struct pjsip *p)
{
    sip_set_trace(p->sip, list_is_empty(&p->watches) ? NULL : show, p);
}

static void gone(struct console_watch *watch, void *arg)
{
    struct watcher *w = arg;
    struct pjsip *p = w->p;

    watcher_free(w);
    follow(p);
}

int trace_start(struct pjsip *p, struct console *c, const struct addr *only)
{
    struct watcher *w = mem_zalloc(sizeof(*w));

    if (!w)
        return ENOMEM;
    trace_stop(p, c);
    w->p = p;
    w->c = mem_ref(c);
    w->only = *only;
    list_append(&p->watches, &w->link);
    console_watch_start(c, &w->watch, gone, w);
    follow(p);
    return 0;
}

bool trace_stop(struct pjsip *p, const struct console *c)
{
    bool had = false;

    LIST_FOREACH(&p->watches, k)
    {
        struct watcher *w = CONTAINER_OF(k, struct watcher, link);

        if (w->c == c) {
            watcher_free(w);
            had = true;
        }
    }
    follow(p);
    return had;
}

void trace_stop_all(struct pjsip *p)
{
    LIST_FOREACH(&p->watches, k)
    watcher_free(CONTAINER_OF(k, struct watcher, link));
    follow(p);
}
