/* fuzz_journal.c - what an engine reads that another one has left (call/journal.h, sip/save.h) */
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/bug.h"
#include "base/keep.h"
#include "base/mem.h"
#include "call/group.h"
#include "call/save.h"
#include "loop/fake.h"
#include "sip/dialog_inner.h"
#include "sip/invite_inner.h"
#include "sip/save_inner.h"
#include "sip/server.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

#define MEMORY (64 << 10)

static struct {
    struct loop *loop;
    struct net *net;
    struct media *media;
    struct calls *calls;
    struct sip *sip;
} world;

static int open_world(void)
{
    struct sip_binding_args b = {.name = "transport-udp", .transport = SIP_UDP, .fd = -1};
    int err = loop_alloc_fake(&world.loop, (struct wall){1700000000000000});

    addr_parse(&b.local, SLICE("127.0.0.1:5060"), 5060);
    if (!err)
        err = net_fake_alloc(&world.net, world.loop);
    if (!err)
        err = media_alloc(&world.media, world.loop, &(struct media_args){.path = NULL});
    if (!err)
        err = calls_alloc(&world.calls,
                          &(struct calls_args){.loop = world.loop, .media = world.media});
    if (!err)
        err = sip_alloc(&world.sip, &(struct sip_args){.loop = world.loop, .net = world.net});
    return err ? err : sip_binding_open(NULL, world.sip, &b);
}

static void see(uint32_t slot, uint8_t kind, struct slice bytes, void *arg)
{
    *(size_t *)arg += bytes.len;
}

/* Memory that something has written over: three bytes each say where and what. */
static void read_memory(const uint8_t *bytes, size_t len)
{
    int fd = memfd_create("fuzz", MFD_CLOEXEC);
    struct keep *k = NULL;
    uint32_t one = 0, two = 0;
    size_t seen = 0;
    bool is_new;
    char *p;

    BUG_IF(fd < 0 || ftruncate(fd, MEMORY) || keep_open(&k, dup(fd), 0, 1, &is_new));
    BUG_IF(keep_put(k, &one, 1, SLICE("one")) || keep_put(k, &two, 2, SLICE("two")));
    k = mem_deref(k);
    p = mmap(NULL, MEMORY, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    BUG_IF(p == MAP_FAILED);
    for (; len >= 3; bytes += 3, len -= 3)
        p[(bytes[0] | bytes[1] << 8) % MEMORY] = (char)bytes[2];
    munmap(p, MEMORY);
    if (keep_open(&k, fd, 0, 1, &is_new))
        return;
    (void)keep_each(k, see, &seen);
    one = 0;
    (void)keep_put(k, &one, 3, SLICE("three"));
    keep_drop(k, one);
    mem_deref(k);
}

static void end_channel(struct channel *ch)
{
    ch->tech = &(const struct channel_tech){.name = "none"};
    ch->is_gone = true;
    channel_hangup(ch, CAUSE_NORMAL);
    ch->tech = NULL;
    mem_deref(ch);
}

/* What an engine writes of a channel that has something of everything. @return its length */
static size_t write_channel(char *room, size_t size, size_t *cdr_at)
{
    static const struct channel_tech none = {.name = "none"};
    const struct channel_args args = {.tech = &none, .resource = "101", .state = CHANNEL_UP};
    struct channel *ch = NULL;
    struct pack k, cdr;

    BUG_IF(channel_alloc(&ch, world.calls, &args));
    BUG_IF(channel_var_set(ch, SLICE("__colour"), SLICE("blue")) ||
           channel_var_set(ch, SLICE("empty"), SLICE("")) ||
           party_set(&ch->caller, SLICE("101"), SLICE("Anna")) ||
           channel_set(&ch->exten, SLICE("200")) || channel_set(&ch->tonezone, SLICE("ru")) ||
           channel_group_set(ch, SLICE("line"), SLICE("one")));
    channel_set_absolute_timeout(ch, 5000);
    pack_init(&k, room, size);
    channel_pack(ch, &k, false);
    *cdr_at = k.at;
    pack_init(&cdr, room + k.at, size - k.at);
    cdr_pack(ch, &cdr);
    BUG_IF(pack_err(&k) || pack_err(&cdr));
    end_channel(ch);
    return k.at + cdr.at;
}

/* The same, with changes of three bytes each: where, and to what. */
static void read_channel(const uint8_t *bytes, size_t len)
{
    static char room[8192];
    struct channel *ch = NULL;
    struct pack k, cdr;
    size_t cdr_at, size = write_channel(room, sizeof(room), &cdr_at);

    for (; len >= 3; bytes += 3, len -= 3)
        room[(size_t)(bytes[0] | bytes[1] << 8) % size] = (char)bytes[2];
    unpack_init(&k, slice_from(room, cdr_at));
    unpack_init(&cdr, slice_from(room + cdr_at, size - cdr_at));
    if (channel_unpack(&ch, world.calls, &k, &cdr) == 0)
        end_channel(ch);
    loop_fake_settle(world.loop);
}

static void read_record(struct slice in)
{
    struct cdr r = {0};
    struct pack k;

    unpack_init(&k, in);
    cdr_pack_finished(&r, &k);
    BUG_IF(!pack_err(&k) && strlen(r.uniqueid) > in.len);
}

/* ---- sessions ---- */

static const struct sip_invite_handlers handlers;

#define THEIR_INVITE                                                                               \
    "INVITE sip:200@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.9;branch=z9hG4bKx\r\n"           \
    "From: <sip:101@127.0.0.9>;tag=f\r\nTo: <sip:200@127.0.0.1>\r\nCall-ID: theirs\r\n"            \
    "CSeq: 7 INVITE\r\nContact: <sip:101@127.0.0.9>\r\nMax-Forwards: 70\r\n\r\n"

static struct sip_msg *their_invite(void)
{
    struct sip_msg *m = NULL;
    struct sip_why why;
    struct addr from;

    BUG_IF(sip_msg_decode(&m, SLICE(THEIR_INVITE), &why));
    addr_parse(&from, SLICE("127.0.0.9:5060"), 5060);
    sip_flow_to(&m->flow, sip_binding_find(world.sip, "transport-udp"), &from);
    sip_flow_hold(&m->flow);
    return m;
}

static struct sip_dialog *a_dialog(const struct sip_msg *m)
{
    const struct dialog_parts parts = {.call_id = SLICE("theirs"),
                                       .local_tag = SLICE("ours"),
                                       .remote_tag = SLICE("f"),
                                       .local = SLICE("<sip:200@127.0.0.1>;tag=ours"),
                                       .remote = SLICE("<sip:101@127.0.0.9>;tag=f"),
                                       .routes = SLICE("Route: <sip:127.0.0.8;lr>\r\n")};
    struct sip_dialog *d = dialog_build(world.sip, &parts);

    BUG_IF(!d);
    d->target = mem_strdup("sip:101@127.0.0.9:5060");
    d->remote_cseq = m->cseq.number;
    d->has_remote_cseq = true;
    sip_flow_to(&d->flow, m->flow.binding, &m->flow.remote);
    sip_flow_hold(&d->flow);
    return d;
}

static size_t pack_over(struct sip_invite *i, char *room, size_t size)
{
    struct pack k;

    pack_init(&k, room, size);
    sip_invite_pack(i, &k);
    BUG_IF(pack_err(&k));
    sip_invite_forget(i);
    invite_over(i);
    mem_deref(i);
    return k.at;
}

static size_t write_calling(char *room, size_t size)
{
    const struct sip_invite_args args = {
        .uri = SLICE("sip:102@127.0.0.9"), .from_user = SLICE("101"), .handlers = &handlers};
    struct sip_invite *i = NULL;

    BUG_IF(sip_invite_send(&i, world.sip, &args));
    loop_fake_settle(world.loop);
    return pack_over(i, room, size);
}

/* Up; its 2xx waits for the ACK, or does not. */
static size_t write_up(char *room, size_t size, bool waits)
{
    struct sip_msg *m = their_invite();
    struct sip_strans *t = NULL;
    struct sip_invite *i = NULL;
    size_t len;

    BUG_IF(invite_alloc(&i, world.sip, &handlers, NULL));
    i->state = INVITE_UP;
    i->dialog = a_dialog(m);
    i->se.now.s = 1800;
    if (waits) {
        BUG_IF(
            sip_strans_restore(&t, world.sip, m, SLICE("ours"), SLICE("SIP/2.0 200 OK\r\n\r\n")));
        invite_take_again(i, t, m->cseq.number, true);
        mem_deref(t);
    }
    len = pack_over(i, room, size);
    mem_deref(m);
    return len;
}

/* What an engine writes of a session, with changes of three bytes each; the first byte says which. */
static void read_session(const uint8_t *bytes, size_t len)
{
    static char room[8192];
    const unsigned which = len ? bytes[0] % 3 : 0;
    const size_t size =
        which ? write_up(room, sizeof(room), which == 2) : write_calling(room, sizeof(room));
    const bool is_changed = len > 3;
    struct sip_msg *m = which ? their_invite() : NULL;
    const struct sip_invite_unpack_args args = {.request = m, .handlers = &handlers};
    struct sip_invite *i = NULL;
    struct pack k;
    int err;

    for (; len > 3; bytes += 3, len -= 3)
        room[(size_t)(bytes[1] | bytes[2] << 8) % size] = (char)bytes[3];
    unpack_init(&k, slice_from(room, size));
    err = sip_invite_unpack(&i, world.sip, &k, &args);
    BUG_IF(err && !is_changed);
    mem_deref(m);
    if (err)
        return;
    sip_invite_end(i, 503, SLICE_NONE);
    mem_deref(i);
    loop_fake_advance(world.loop, 40000);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    const struct slice in = slice_from((const char *)bytes + 1, len ? len - 1 : 0);

    if (!world.loop)
        BUG_IF(open_world());
    if (!len)
        return 0;
    switch (bytes[0] % 4) {
    case 0: read_memory(bytes + 1, len - 1); break;
    case 1: read_channel(bytes + 1, len - 1); break;
    case 2: read_record(in); break;
    default: read_session(bytes + 1, len - 1); break;
    }
    return 0;
}
