/* dns_sys.c - see dns.h: the system's resolver, by c-ares, and what it has answered lately */
#include <errno.h>
#include <string.h>
#include <sys/time.h>
#define CARES_NO_DEPRECATED /* Debian 12's c-ares knows only what Debian 13's calls old */
#include <ares.h>

#include "base/bug.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/mem.h"
#include "loop/dns_inner.h"

#define MOST_QUESTIONS 1000
#define MOST_KEPT 1000
#define DEADLINE_MS 5000
#define TRY_MS 1500
#define TRIES 2
#define LEAST_TTL_S 1
#define MOST_TTL_S 3600
#define FAILURE_TTL_S 5

struct dns_sys {
    struct dns dns;
    ares_channel channel;
    struct timer timer; /* c-ares' own */
    struct list fds;    /* struct dns_fd */
    struct hash entries;
    struct list all;  /* struct entry */
    struct list kept; /* struct entry: answered, oldest first */
    uint32_t asked_count, kept_count;
    struct dns_answer scratch;
};

struct dns_fd {
    struct link link;
    struct loop_fd watch;
    struct dns_sys *d;
};

/* A question: being asked (is_asked: c-ares has its address), then its answer. */
struct entry {
    struct hash_link by_name; /* in no table: given up, goes when c-ares lets it go */
    struct link all, kept;
    struct dns_sys *d;
    enum dns_kind kind;
    int family;
    struct list queries; /* struct dns_query */
    struct timer deadline;
    struct deferred tell;
    struct dns_answer *answer;
    struct mono fresh_until;
    bool is_asked;
    int err; /* without memory for an answer */
    char name[];
};

/* ---- entries ---- */

static uint32_t entry_hash(enum dns_kind kind, int family, const char *name)
{
    return hash_slice(slice_of(name)) + (uint32_t)kind * 31 + (uint32_t)family;
}

static struct entry *entry_find(const struct dns_sys *d, const struct dns_query *q)
{
    uint32_t hash = entry_hash(q->kind, q->family, q->name);

    for (struct hash_link *k = hash_first(&d->entries, hash); k; k = hash_next(k)) {
        struct entry *e = CONTAINER_OF(k, struct entry, by_name);

        if (e->kind == q->kind && e->family == q->family && strcmp(e->name, q->name) == 0)
            return e;
    }
    return NULL;
}

static void entry_free(struct entry *e)
{
    hash_del(&e->d->entries, &e->by_name);
    if (link_is_in(&e->kept))
        e->d->kept_count--;
    list_unlink(&e->kept);
    list_unlink(&e->all);
    timer_stop(&e->deadline);
    loop_defer_stop(&e->tell);
    mem_free(e->answer);
    mem_free(e);
}

static int entry_new(struct entry **ep, struct dns_sys *d, const struct dns_query *q)
{
    size_t len = strlen(q->name);
    struct entry *e;

    if (d->asked_count >= MOST_QUESTIONS)
        return EAGAIN;
    e = mem_zalloc(sizeof(*e) + len + 1);
    if (!e)
        return ENOMEM;
    e->d = d;
    e->kind = q->kind;
    e->family = q->family;
    memcpy(e->name, q->name, len + 1);
    list_init(&e->queries);
    if (hash_add(&d->entries, &e->by_name, entry_hash(e->kind, e->family, e->name))) {
        mem_free(e);
        return ENOMEM;
    }
    list_append(&d->all, &e->all);
    *ep = e;
    return 0;
}

static void entry_keep(struct entry *e)
{
    struct dns_sys *d = e->d;

    list_append(&d->kept, &e->kept);
    if (++d->kept_count > MOST_KEPT)
        entry_free(CONTAINER_OF(list_first(&d->kept), struct entry, kept));
}

static void tell_queries(struct list *queries, const struct dns_answer *answer)
{
    struct link *k;

    while ((k = list_first(queries))) {
        list_unlink(k);
        dns_query_tell(CONTAINER_OF(k, struct dns_query, link), answer);
    }
}

static void entry_tell(void *arg)
{
    struct entry *e = arg;
    struct dns_answer failure = {.err = e->err};
    struct dns_sys *d = mem_ref(e->d);

    tell_queries(&e->queries, e->answer ? e->answer : &failure);
    if (e->answer)
        entry_keep(e);
    else
        entry_free(e);
    mem_deref(d);
}

static void give_up(void *arg)
{
    static const struct dns_answer failure = {.err = ETIMEDOUT};
    struct entry *e = arg;
    struct dns_sys *d = mem_ref(e->d);
    struct list queries;

    hash_del(&d->entries, &e->by_name);
    list_init(&queries);
    list_move_all(&queries, &e->queries);
    /* Who hears it may ask again, and c-ares, that finds no way out, then ends e's question as well: e is gone. */
    tell_queries(&queries, &failure);
    mem_deref(d);
}

static int errno_of(int status)
{
    switch (status) {
    case ARES_SUCCESS: return 0;
    case ARES_ENODATA:
    case ARES_ENONAME:
    case ARES_ENOTFOUND: return ENOENT;
    case ARES_ETIMEOUT: return ETIMEDOUT;
    default: return EIO;
    }
}

/* c-ares has answered; the queries hear it later in this round. */
static void entry_answer(struct entry *e, struct dns_answer *a)
{
    struct dns_sys *d = e->d;
    uint32_t ttl_s = a->err ? FAILURE_TTL_S : a->ttl_s;

    e->is_asked = false;
    d->asked_count--;
    timer_stop(&e->deadline);
    if (!e->by_name.pprev) { /* given up meanwhile */
        entry_free(e);
        return;
    }
    if (ttl_s < LEAST_TTL_S)
        ttl_s = LEAST_TTL_S;
    if (ttl_s > MOST_TTL_S)
        ttl_s = MOST_TTL_S;
    e->fresh_until = loop_now(d->dns.loop);
    e->fresh_until.us += (int64_t)ttl_s * 1000000;
    e->answer = dns_answer_dup(e->kind, a);
    e->err = EIO;
    loop_defer(d->dns.loop, &e->tell, entry_tell, e);
}

/* ---- c-ares ---- */

static void add_family(struct dns_answer *a, const struct ares_addrinfo *info, int family)
{
    for (struct ares_addrinfo_node *n = info->nodes; n; n = n->ai_next) {
        if (n->ai_family != family || a->count == DNS_MOST_ANSWERS)
            continue;
        addr_from_sockaddr(&a->addrs[a->count++], n->ai_addr);
        if (n->ai_ttl >= 0 && (uint32_t)n->ai_ttl < a->ttl_s)
            a->ttl_s = (uint32_t)n->ai_ttl;
    }
}

static void on_addrinfo(void *arg, int status, int timeouts, struct ares_addrinfo *info)
{
    struct entry *e = arg;
    struct dns_answer *a = &e->d->scratch;

    (void)timeouts;
    *a = (struct dns_answer){.err = errno_of(status), .ttl_s = UINT32_MAX};
    if (info && !a->err) {
        add_family(a, info, AF_INET);
        add_family(a, info, AF_INET6);
    }
    if (info)
        ares_freeaddrinfo(info);
    if (!a->err && !a->count)
        a->err = ENOENT;
    entry_answer(e, a);
}

static void on_records(void *arg, int status, int timeouts, unsigned char *message, int len)
{
    struct entry *e = arg;
    struct dns_answer *a = &e->d->scratch;
    int err = errno_of(status);

    (void)timeouts;
    memset(a, 0, sizeof(*a));
    if (!err && message && len > 0)
        err = dns_records_parse(e->kind, message, (size_t)len, a);
    a->err = err == EBADMSG ? EIO : err;
    entry_answer(e, a);
}

static void turn(void *arg);

static void set_timer(struct dns_sys *d)
{
    struct timeval tv;

    if (!d->asked_count || !ares_timeout(d->channel, NULL, &tv)) {
        timer_stop(&d->timer);
        return;
    }
    timer_start(d->dns.loop, &d->timer,
                (uint64_t)tv.tv_sec * 1000 + (uint64_t)tv.tv_usec / 1000 + 1, turn, d);
}

static void turn(void *arg)
{
    struct dns_sys *d = arg;

    ares_process_fd(d->channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
    set_timer(d);
}

static void on_fd(int events, void *arg)
{
    struct dns_fd *f = arg;
    struct dns_sys *d = f->d;
    int fd = f->watch.fd;

    /* c-ares may end f meanwhile. */
    ares_process_fd(d->channel, events & (LOOP_READ | LOOP_HUP) ? fd : ARES_SOCKET_BAD,
                    events & LOOP_WRITE ? fd : ARES_SOCKET_BAD);
    set_timer(d);
}

static struct dns_fd *fd_find(struct dns_sys *d, int fd)
{
    struct dns_fd *f;

    LIST_FOREACH(&d->fds, k)
    {
        f = CONTAINER_OF(k, struct dns_fd, link);
        if (f->watch.fd == fd)
            return f;
    }
    f = mem_zalloc(sizeof(*f));
    if (!f)
        return NULL;
    f->d = d;
    f->watch.fd = fd;
    list_append(&d->fds, &f->link);
    return f;
}

/* Without memory the socket goes unheard, and its questions end by their deadline. */
static void on_socket_state(void *arg, ares_socket_t fd, int wants_read, int wants_write)
{
    struct dns_sys *d = arg;
    struct dns_fd *f = fd_find(d, fd);
    int events = (wants_read ? LOOP_READ : 0) | (wants_write ? LOOP_WRITE : 0);

    if (!f || (events && !loop_fd_start(d->dns.loop, &f->watch, fd, events, on_fd, f)))
        return;
    loop_fd_stop(&f->watch);
    list_unlink(&f->link);
    mem_free(f);
}

/* ---- asking ---- */

static void entry_ask(struct entry *e)
{
    struct ares_addrinfo_hints hints = {.ai_flags = ARES_AI_NOSORT, .ai_family = e->family};
    struct dns_sys *d = e->d;

    e->is_asked = true;
    d->asked_count++;
    timer_start(d->dns.loop, &e->deadline, DEADLINE_MS, give_up, e);
    if (e->kind != DNS_ADDRS) /* class IN */
        ares_query(d->channel, e->name, 1, dns_type_of(e->kind), on_records, e);
    else
        ares_getaddrinfo(d->channel, e->name, NULL, &hints, on_addrinfo, e);
    set_timer(d);
}

static int tell_literal(struct dns_query *q, const struct addr *literal)
{
    struct dns_answer *a = mem_zalloc(sizeof(*a));
    int err;

    if (!a)
        return ENOMEM;
    if (q->family != AF_UNSPEC && q->family != literal->family)
        a->err = ENOENT;
    else
        a->addrs[a->count++] = *literal;
    err = dns_query_tell_later(q, a);
    mem_free(a);
    return err;
}

static int sys_ask(struct dns *dns, struct dns_query *q)
{
    struct dns_sys *d = (struct dns_sys *)dns;
    struct entry *e;
    struct addr literal;
    int err;

    if (q->kind == DNS_ADDRS && addr_parse_host(&literal, slice_of(q->name), 0) == 0)
        return tell_literal(q, &literal);
    e = entry_find(d, q);
    if (e && link_is_in(&e->kept)) {
        if (mono_diff_us(e->fresh_until, loop_now(dns->loop)) > 0)
            return dns_query_tell_later(q, e->answer);
        entry_free(e);
        e = NULL;
    }
    if (e) { /* being asked already */
        list_append(&e->queries, &q->link);
        return 0;
    }
    err = entry_new(&e, d, q);
    if (err)
        return err;
    list_append(&e->queries, &q->link);
    entry_ask(e);
    return 0;
}

/* ---- birth and death ---- */

static void sys_destroy(void *arg)
{
    struct dns_sys *d = arg;
    struct link *k;

    timer_stop(&d->timer);
    if (d->channel)
        ares_destroy(d->channel); /* every question under way is answered with a failure */
    while ((k = list_first(&d->all)))
        entry_free(CONTAINER_OF(k, struct entry, all));
    while ((k = list_first(&d->fds))) {
        struct dns_fd *f = CONTAINER_OF(k, struct dns_fd, link);

        loop_fd_stop(&f->watch);
        list_unlink(k);
        mem_free(f);
    }
    hash_fini(&d->entries);
    ares_library_cleanup();
}

static int open_channel(struct dns_sys *d)
{
    struct ares_options options = {.sock_state_cb = on_socket_state,
                                   .sock_state_cb_data = d,
                                   .timeout = TRY_MS,
                                   .tries = TRIES};
    int mask = ARES_OPT_SOCK_STATE_CB | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES;
    int status;

#ifdef ARES_OPT_QUERY_CACHE /* our own is bounded; two would hide each other's times */
    mask |= ARES_OPT_QUERY_CACHE;
#endif
    status = ares_init_options(&d->channel, &options, mask);
    if (status == ARES_SUCCESS)
        return 0;
    d->channel = NULL;
    log_error("resolver does not start reason=\"%s\"", ares_strerror(status));
    return status == ARES_ENOMEM ? ENOMEM : EIO;
}

int dns_alloc(struct dns **dp, struct loop *loop)
{
    struct dns_sys *d = mem_alloc(sizeof(*d), sys_destroy);
    int err;

    if (!d)
        return ENOMEM;
    d->dns.ask = sys_ask;
    d->dns.loop = loop;
    list_init(&d->fds);
    list_init(&d->all);
    list_init(&d->kept);
    hash_init(&d->entries);
    err = ares_library_init(ARES_LIB_INIT_ALL) == ARES_SUCCESS ? open_channel(d) : EIO;
    if (err)
        mem_deref(d);
    else
        *dp = &d->dns;
    return err;
}

int dns_use_servers(struct dns *dns, const char *servers)
{
    struct dns_sys *d = (struct dns_sys *)dns;

    BUG_IF(dns->ask != sys_ask);
    return ares_set_servers_ports_csv(d->channel, servers) == ARES_SUCCESS ? 0 : EINVAL;
}
