/* app/agi_net.c - AGI to a server: agi://host[:port][/script], to addresses that the settings allow */
#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "model/snapshot.h"
#include "plan/app/agi.h"
#include "plan/core.h"

#define AGI_PORT 4573
#define CONNECT_MS 2000 /* each address, as Asterisk */
#define RESOLVE_MS 6000 /* the resolver itself gives up after 5 s */
#define MOST_ADDRESSES 8

bool agi_is_url(const char *program)
{
    return strstr(program, "://") || strncmp(program, "agi:", 4) == 0;
}

/* ---- who may be asked ---- */

static struct slice allowed_hosts(const struct plan_core *p)
{
    return slice_of(p->snapshot ? model_settings_of(p->snapshot)->agi_hosts
                                : MODEL_AGI_HOSTS_DEFAULT);
}

/* By its name, where a names it; or by its address. */
static bool is_allowed(const struct plan_core *p, struct slice name, const struct addr *a)
{
    struct slice rest = allowed_hosts(p);

    while (slice_is_set(rest)) {
        struct slice item = slice_trim(slice_cut(rest, ',', &rest));
        struct addr_net net;

        if (addr_net_parse(&net, item) == 0 ? addr_net_has(&net, a) : slice_caseeq(item, name))
            return true;
    }
    return false;
}

/* Take the forbidden ones out. @return how many are left */
static size_t keep_allowed(struct agi *a, struct slice name)
{
    const struct plan_core *p = a->run->core;
    size_t kept = 0;

    for (size_t i = 0; i < a->addr_count; i++)
        if (is_allowed(p, name, &a->addrs[i]))
            a->addrs[kept++] = a->addrs[i];
        else
            log_warning("AGI server is not among those that the setting agi_hosts allows call=%s "
                        "host=\"%.*s\"",
                        a->run->channel->linkedid, SLICE_ARG(name));
    return a->addr_count = kept;
}

/* ---- its addresses ---- */

static void on_addresses(int err, const struct addr *addrs, size_t count, void *arg)
{
    struct agi *a = arg;

    a->query = mem_deref(a->query);
    a->is_started = true;
    a->start_err = err;
    a->addr_count = count < MOST_ADDRESSES ? count : MOST_ADDRESSES;
    a->addrs = err ? NULL : mem_zalloc((a->addr_count + !count) * sizeof(*addrs));
    if (a->addrs)
        memcpy(a->addrs, addrs, a->addr_count * sizeof(*addrs));
    else
        a->start_err = err ? err : ENOMEM;
    agi_poke(a);
}

/* Until the resolver has answered. */
static int resolve(struct agi *a, struct slice host, uint16_t port)
{
    char name[256];
    int err;

    if (!host.len || host.len >= sizeof(name))
        return EINVAL;
    slice_copy(host, name, sizeof(name));
    err = dns_addrs(&a->query, a->run->core->dns, name, AF_UNSPEC, port, on_addresses, a);
    while (!err && !a->is_started && agi_wait(a, RESOLVE_MS))
        ;
    if (!err)
        err = a->is_started ? a->start_err : ETIMEDOUT;
    if (!err && !keep_allowed(a, host))
        err = EACCES;
    return err;
}

/* ---- the connection ---- */

static void on_up(struct conn *c, void *arg)
{
    struct agi *a = arg;

    a->is_started = true;
    agi_poke(a);
}

static size_t on_bytes(struct conn *c, struct slice bytes, void *arg)
{
    struct agi *a = arg;

    if (buf_adds(&a->got, bytes)) {
        log_warning("AGI server sends more than is asked of it call=%s", a->run->channel->linkedid);
        agi_net_close(a);
    }
    agi_poke(a);
    return bytes.len;
}

static void on_closed(struct conn *c, int err, void *arg)
{
    struct agi *a = arg;

    a->start_err = a->is_started ? 0 : err ? err : ECONNRESET;
    a->is_eof = true;
    a->conn = mem_deref(a->conn);
    agi_poke(a);
}

void agi_net_close(struct agi *a)
{
    a->query = mem_deref(a->query);
    if (!a->conn)
        return;
    conn_close(a->conn);
    a->conn = mem_deref(a->conn);
    a->is_eof = true;
}

/* Milliseconds until at; 0: over. */
static int64_t until(const struct agi *a, struct mono start, int64_t ms)
{
    const int64_t left = ms - mono_diff_ms(loop_now(a->loop), start);

    return left > 0 ? left : 0;
}

static int try_address(struct agi *a, const struct addr *to)
{
    const struct conn_handlers h = {.up = on_up,
                                    .recv = on_bytes,
                                    .closed = on_closed,
                                    .arg = a,
                                    .max_in = AGI_WAITING_MAX,
                                    .max_out = AGI_WAITING_MAX};
    const struct mono start = loop_now(a->loop);
    int64_t left = CONNECT_MS;
    int err;

    a->is_started = a->is_eof = false;
    a->start_err = 0;
    err = conn_open(&a->conn, a->run->core->net, to, NULL, NULL, NULL, &h);
    if (err)
        return err;
    while (!a->is_started && a->conn && left > 0 && agi_wait(a, left))
        left = until(a, start, CONNECT_MS);
    if (a->is_started)
        return 0;
    if (!a->conn)
        return a->start_err;
    agi_net_close(a);
    return ETIMEDOUT;
}

/* "host", "host:port", "[v6]:port" */
static int split_host(struct slice text, struct slice *host, uint16_t *port)
{
    struct slice number = SLICE_NONE;
    uint32_t n = AGI_PORT;

    *host = text;
    if (text.len && text.p[0] == '[')
        *host = slice_cut(slice_skip(text, 1), ']', &number);
    else
        *host = slice_cut(text, ':', &number);
    if (slice_starts(number, SLICE(":")))
        number = slice_skip(number, 1);
    if (slice_is_set(number) && number.len && (slice_u32(number, &n) || !n || n > 65535))
        return EINVAL;
    *port = (uint16_t)n;
    return 0;
}

/* What cannot be, in words. */
static int refuse(const struct agi *a, const char *url)
{
    const char *why = strncmp(url, "hagi://", 7) == 0
                          ? "hagi:// is not supported, name the server: agi://host/script"
                      : strncmp(url, "agi://", 6) != 0
                          ? "a server is written agi://host[:port][/script]"
                      : url[strcspn(url, "\r\n")]                ? "a line ends within its address"
                      : !a->run->core->net || !a->run->core->dns ? "there is no network here"
                                                                 : NULL;

    if (!why)
        return 0;
    log_warning("AGI server not asked: %s call=%s program=\"%s\"", why, a->run->channel->linkedid,
                url);
    return ENOTSUP;
}

int agi_net_connect(struct agi *a, const char *url)
{
    struct slice script, host = SLICE_NONE, where;
    uint16_t port = AGI_PORT;
    int err = refuse(a, url);

    if (err)
        return err;
    where = slice_cut(slice_of(url + 6), '/', &script);
    err = split_host(where, &host, &port);
    if (!err)
        err = resolve(a, host, port);
    for (size_t i = 0; !err && i < a->addr_count; i++) {
        const int failed = try_address(a, &a->addrs[i]);

        if (!failed)
            break;
        if (i + 1 == a->addr_count)
            err = failed;
    }
    if (err)
        return err;
    agi_send(a, "agi_network: yes\n");
    if (slice_is_set(script) && script.len)
        agi_send(a, "agi_network_script: %.*s\n", SLICE_ARG(script));
    return 0;
}
