/* test_keep.c - a media role dies; the next one goes on where it was */
#include <sys/mman.h>

#include "media/keep.h"
#include "phone.h"

static int open_kept(int *fd)
{
    *fd = memfd_create("kept", MFD_CLOEXEC);
    return *fd < 0 || ftruncate(*fd, MEDIA_KEEP_BYTES) ? errno : 0;
}

/* The engine's part: the same streams at the same ports. */
static int make_again(struct bench *b, uint32_t id, const struct addr *local, const struct phone *p)
{
    struct media_create create = {.id = id, .local = *local};
    struct media_remote r = {.id = id,
                             .rtp = p->addr,
                             .rtcp = p->addr,
                             .signal = p->addr,
                             .is_symmetric = true,
                             .can_send = true,
                             .can_recv = true,
                             .formats = slice_from(ULAW_ONLY, 2),
                             .dtmf_payload = 101,
                             .dtmf_local = 101};
    int err;

    r.rtcp.port++;
    err = ipc_send(b->engine, MEDIA_CREATE, &create);
    return err ? err : ipc_send(b->engine, MEDIA_REMOTE, &r);
}

static int a_phone_hears_one_stream_over_a_death(void)
{
    struct phone x = {.fd = -1}, y = {.fd = -1};
    struct bench b = {0};
    struct addr local[3];
    struct got last, g;
    int err, fd = -1;

    CHECK_OK_TO(open_kept(&fd), out);
    bench_keep_fd = dup(fd);
    CHECK_OK_TO(bench_open(&b, 1), out);
    CHECK_OK_TO(bench_call(&b, &x, &y, ULAW_ONLY, ULAW_ONLY), out);
    for (int i = 0; i < 5; i++) {
        phone_send(&x, &b.local[1], 0, 0x11);
        run_for(&b, 20);
        CHECK_TO(phone_recv(&y, &last), out);
    }
    memcpy(local, b.local, sizeof(local));
    /* What a kill leaves: the memory as it is at this moment. */
    {
        static char copy[MEDIA_KEEP_BYTES];

        CHECK_TO(pread(fd, copy, sizeof(copy), 0) == (ssize_t)sizeof(copy), out);
        bench_close(&b);
        CHECK_TO(pwrite(fd, copy, sizeof(copy), 0) == (ssize_t)sizeof(copy), out);
    }
    bench_keep_fd = dup(fd);
    CHECK_OK_TO(bench_open(&b, 1), out);
    CHECK_OK_TO(make_again(&b, 1, &local[1], &x), out);
    CHECK_OK_TO(make_again(&b, 2, &local[2], &y), out);
    CHECK_OK_TO(ipc_send(b.engine, MEDIA_CONNECT, &(struct media_connect){1, 2}), out);
    run_for(&b, 10);
    phone_send(&x, &local[1], 0, 0x12);
    run_for(&b, 10);
    CHECK_TO(phone_recv(&y, &g) && g.byte == 0x12, out);
    CHECK_TO(g.h.ssrc == last.h.ssrc && g.h.seq == (uint16_t)(last.h.seq + 1), out);
    CHECK_TO(g.h.timestamp == last.h.timestamp + 160 && !g.h.is_marked, out);
out:
    bench_close(&b);
    close(x.fd);
    close(y.fd);
    close(fd);
    return err;
}

static int another_engine_finds_nothing(void)
{
    struct media_keep *k = NULL;
    struct media_kept *a, *b;
    int err, fd = -1;

    CHECK_OK_TO(open_kept(&fd), out);
    CHECK_OK_TO(media_keep_alloc(&k, dup(fd)), out);
    media_keep_set_instance(k, 5);
    a = media_keep_take(k, 1);
    b = media_keep_take(k, 2);
    CHECK_TO(a && b && a != b && a->id == 1, out);
    a->rx_us = 7;
    b->rx_us = 8;
    k = mem_deref(k); /* a death: nothing was given back */
    CHECK_OK_TO(media_keep_alloc(&k, dup(fd)), out);
    media_keep_set_instance(k, 5);
    a = media_keep_take(k, 1);
    CHECK_TO(a && a->rx_us == 7, out);
    CHECK_TO(media_keep_take(k, 3)->rx_us == 0, out);
    media_keep_sweep(k);
    CHECK_TO(media_keep_take(k, 2)->rx_us == 0, out); /* nobody had asked */
    k = mem_deref(k);
    CHECK_OK_TO(media_keep_alloc(&k, dup(fd)), out);
    media_keep_set_instance(k, 6);
    CHECK_TO(media_keep_take(k, 1)->rx_us == 0, out);
out:
    mem_deref(k);
    close(fd);
    return err;
}

static int foreign_memory_is_not_believed(void)
{
    struct media_keep *k = NULL;
    uint32_t junk[64];
    int err, fd = -1;

    memset(junk, 0xee, sizeof(junk));
    CHECK_OK_TO(open_kept(&fd), out);
    CHECK_TO(pwrite(fd, junk, sizeof(junk), 0) == sizeof(junk), out);
    CHECK_OK_TO(media_keep_alloc(&k, dup(fd)), out);
    CHECK_TO(media_keep_take(k, 1)->rx_us == 0, out);
    k = mem_deref(k);
    CHECK_OK_TO(media_keep_alloc(&k, -1), out);
    for (uint32_t i = 1; i <= MEDIA_KEEP_SLOTS; i++)
        CHECK_TO(media_keep_take(k, i), out);
    CHECK_TO(!media_keep_take(k, MEDIA_KEEP_SLOTS + 1), out);
out:
    mem_deref(k);
    close(fd);
    return err;
}

UNIT_TESTS(UNIT_ONCE(a_phone_hears_one_stream_over_a_death), UNIT(another_engine_finds_nothing),
           UNIT(foreign_memory_is_not_believed))
