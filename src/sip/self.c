/* self.c - sip_flow_self of transport.h: what we call ourselves towards a peer; Via and Contact */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/rand.h"
#include "sip/core.h"

#define ROWS_MAX 16384
#define ROW_MS 60000

/* Which of our addresses the kernel uses towards a host; a route changes seldom. */
struct local_row {
    struct hash_link link;
    struct link by_age; /* sip->local_rows, oldest first */
    struct addr host, local;
    int64_t until_ms;
};

static struct local_row *find_row(struct sip *sip, const struct addr *host, uint32_t hash)
{
    for (struct hash_link *k = hash_first(&sip->locals, hash); k; k = hash_next(k)) {
        struct local_row *r = CONTAINER_OF(k, struct local_row, link);

        if (addr_eq_host(&r->host, host))
            return r;
    }
    return NULL;
}

static void drop_row(struct sip *sip, struct local_row *r)
{
    list_unlink(&r->by_age);
    hash_del(&sip->locals, &r->link);
    mem_free(r);
}

void sip_self_fini(struct sip *sip)
{
    struct link *first;

    while ((first = list_first(&sip->local_rows)) != NULL)
        drop_row(sip, CONTAINER_OF(first, struct local_row, by_age));
    hash_fini(&sip->locals);
}

/* Ask the kernel: a connected datagram socket knows its source address. Nothing is sent. */
static int ask_kernel(const struct addr *remote, struct addr *local)
{
    struct sockaddr_storage ss;
    socklen_t len = addr_to_sockaddr(remote, &ss);
    int err = 0, fd = socket(remote->family, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    if (fd < 0)
        return errno;
    if (connect(fd, (struct sockaddr *)&ss, len))
        err = ENETUNREACH;
    len = sizeof(ss);
    if (!err && getsockname(fd, (struct sockaddr *)&ss, &len))
        err = ENETUNREACH;
    close(fd);
    if (!err)
        addr_from_sockaddr(local, (struct sockaddr *)&ss);
    return err;
}

/* Without memory it is not remembered, that is all. */
static void add_row(struct sip *sip, const struct addr *host, uint32_t hash,
                    const struct addr *local)
{
    struct local_row *r = mem_zalloc(sizeof(*r));

    if (!r || hash_add(&sip->locals, &r->link, hash)) {
        mem_free(r);
        return;
    }
    r->host = *host;
    r->local = *local;
    r->until_ms = loop_now(sip->loop).us / 1000 + ROW_MS;
    list_append(&sip->local_rows, &r->by_age);
    if (sip->locals.count > ROWS_MAX)
        drop_row(sip, CONTAINER_OF(list_first(&sip->local_rows), struct local_row, by_age));
}

int sip_self_towards(struct sip *sip, const struct addr *remote, struct addr *local)
{
    struct addr host = *remote;
    int64_t now = loop_now(sip->loop).us / 1000;
    struct local_row *r;
    uint32_t hash;
    int err;

    host.port = 0;
    hash = addr_hash(&host);
    r = find_row(sip, &host, hash);
    if (r && r->until_ms > now) {
        *local = r->local;
        local->port = 0;
        return 0;
    }
    host.port = 9; /* any: nothing is sent */
    err = ask_kernel(&host, local);
    if (err)
        return err;
    host.port = local->port = 0;
    if (r)
        drop_row(sip, r);
    add_row(sip, &host, hash, local);
    return 0;
}

int sip_flow_self(const struct sip_flow *flow, struct sip_self *self)
{
    struct sip_binding *b = flow->binding;
    char text[ADDR_TEXT];
    int err;

    memset(self, 0, sizeof(*self));
    self->addr = addr_is_set(&flow->local) ? flow->local : b->local;
    if (addr_is_any(&self->addr)) {
        if (!b->sip)
            return ENETUNREACH;
        err = sip_self_towards(b->sip, &flow->remote, &self->addr);
        if (err)
            return err;
    }
    self->addr.port = self->port = b->local.port;
    if (b->external_host && !sip_binding_is_local(b, &flow->remote)) {
        self->is_external = true;
        snprintf(self->host, sizeof(self->host), "%s", b->external_host);
        if (b->external_port)
            self->port = b->external_port;
        return 0;
    }
    if (self->addr.family == AF_INET)
        addr_host(&self->addr, self->host);
    else
        snprintf(self->host, sizeof(self->host), "[%s]", addr_host(&self->addr, text));
    return 0;
}

void sip_branch_make(char out[SIP_BRANCH])
{
    memcpy(out, "z9hG4bK", 7);
    rand_text(out + 7, SIP_BRANCH - 8);
}

int sip_via_print(struct buf *b, const struct sip_flow *flow, const char *branch)
{
    const struct sip *sip = flow->binding->sip;
    struct sip_self self;
    int err = sip_flow_self(flow, &self);

    if (err)
        return err;
    buf_addz(b, "SIP/2.0/");
    buf_addz(b, sip_transport_name(flow->binding->transport));
    buf_addc(b, ' ');
    buf_addz(b, self.host);
    buf_addc(b, ':');
    buf_addu(b, self.port);
    buf_addz(b, sip && sip->no_rport ? ";branch=" : ";rport;branch=");
    return buf_addz(b, branch);
}

int sip_contact_print(struct buf *b, const struct sip_flow *flow, struct slice user,
                      struct slice uri)
{
    bool is_tls = flow->binding->transport == SIP_TLS;
    struct sip_self self;
    int err = sip_flow_self(flow, &self);

    if (err)
        return err;
    buf_addz(b, is_tls && slice_casestarts(uri, SLICE("sips:")) ? "<sips:" : "<sip:");
    if (user.len) {
        sip_clean_user(b, user);
        buf_addc(b, '@');
    }
    buf_addz(b, self.host);
    buf_addc(b, ':');
    buf_addu(b, self.port);
    if (flow->binding->transport == SIP_TCP)
        buf_addz(b, ";transport=tcp");
    else if (is_tls)
        buf_addz(b, ";transport=tls");
    return buf_addc(b, '>');
}
