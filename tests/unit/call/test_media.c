/* test_media.c - the engine's client of media, against a media role that the test plays by hand */
#include <string.h>

#include "hand_role.h"

#define MOST 64

/* Both sides; `got` are the messages that the media role got, by their numbers. */
struct fixture {
    struct hand_role role;
    struct media_stream *a, *b;
    uint16_t got[MOST];
    uint32_t got_count, a_id, b_id;
    struct media_create create[2];
    uint32_t creates;
    uint16_t remote_port;
    char secret[8];
    uint32_t play_id;
    char sound[64];
    /* what the streams' owner was told */
    uint32_t created, failed, done, digits, closed, stats, timeouts;
    int err;
    char digit;
    struct addr local;
};

static void take_remote(struct fixture *f, const struct media_remote *msg)
{
    f->remote_port = msg->rtp.port;
    memcpy(f->secret, msg->secret_tx.len ? msg->secret_tx.p : "", msg->secret_tx.len ? 7 : 1);
}

static void on_role_message(struct ipc *c, uint16_t id, const void *msg, int fd, void *arg)
{
    struct fixture *f = arg;

    if (f->got_count < MOST)
        f->got[f->got_count++] = id;
    if (id == MEDIA_CREATE)
        f->create[f->creates++ % 2] = *(const struct media_create *)msg;
    if (id == MEDIA_REMOTE)
        take_remote(f, msg);
    if (id == MEDIA_PLAY)
        f->play_id = ((const struct media_play *)msg)->play_id;
    if (id == MEDIA_MOH)
        (void)slice_copy(((const struct media_moh *)msg)->directory, f->sound, sizeof(f->sound));
}

static void on_created(int err, const struct addr *local, void *arg)
{
    struct fixture *f = arg;

    f->created += !err;
    f->failed += err != 0;
    f->err = err;
    f->local = *local;
}

static void on_done(int err, uint32_t position_ms, const char *missing, void *arg)
{
    struct fixture *f = arg;

    f->done++;
    f->err = err;
}

static void on_dtmf(char digit, uint32_t ms, bool is_held, void *arg)
{
    struct fixture *f = arg;

    f->digits++;
    f->digit = digit;
}

static void on_timeout(uint32_t ms, bool is_held, void *arg)
{
    ((struct fixture *)arg)->timeouts++;
}

static void on_stats(const struct media_stats *st, void *arg)
{
    ((struct fixture *)arg)->stats++;
}

static void on_closed(const struct media_stats *st, void *arg)
{
    struct fixture *f = arg;

    f->closed += 1 + st->rx_packets;
}

static int open_fixture(struct fixture *f)
{
    const struct media_stream_handlers h = {.created = on_created,
                                            .play_done = on_done,
                                            .dtmf = on_dtmf,
                                            .timeout = on_timeout,
                                            .stats = on_stats,
                                            .arg = f};
    struct media_stream_args args = {0};
    int err;

    memset(f, 0, sizeof(*f));
    addr_parse_host(&args.local, SLICE("0.0.0.0"), 0);
    err = hand_role_open(&f->role, on_role_message, f);
    if (!err)
        err = media_stream_alloc(&f->a, f->role.media, &args, &h);
    args.near = f->a;
    if (!err)
        err = media_stream_alloc(&f->b, f->role.media, &args, &h);
    if (f->role.loop)
        loop_fake_settle(f->role.loop);
    /* without memory for its packet a message closes the connection: nothing to test then */
    if (!err && f->creates < 2)
        err = ENOMEM;
    f->a_id = f->create[0].id;
    f->b_id = f->create[1].id;
    return err;
}

static void close_fixture(struct fixture *f)
{
    mem_deref(f->a);
    mem_deref(f->b);
    hand_role_close(&f->role);
}

static void answer_created(struct fixture *f)
{
    struct media_created m = {.id = f->a_id};

    addr_parse_host(&m.local, SLICE("0.0.0.0"), 12000);
    hand_role_say(&f->role, MEDIA_CREATED, &m);
    m.id = f->b_id;
    m.local.port = 12002;
    hand_role_say(&f->role, MEDIA_CREATED, &m);
}

static int a_stream_is_born_near_its_partner(void)
{
    struct fixture f;
    int err;

    CHECK_OK_TO(open_fixture(&f), out);
    CHECK_TO(f.create[1].near == f.a_id && f.create[0].near == 0, out);
    answer_created(&f);
    CHECK_TO(unit_is_rerun() || (f.created == 2 && f.local.port == 12002), out);
    CHECK_TO(unit_is_rerun() || media_stream_local(f.a)->port == 12000, out);
    loop_fake_advance(f.role.loop, 2000);
    CHECK_TO(unit_is_rerun() || f.failed == 0, out);
out:
    close_fixture(&f);
    return err;
}

static int without_an_answer_it_fails_after_a_second(void)
{
    struct fixture f;
    int err;

    CHECK_OK_TO(open_fixture(&f), out);
    loop_fake_advance(f.role.loop, 999);
    CHECK_TO(f.failed == 0, out);
    loop_fake_advance(f.role.loop, 2);
    CHECK_TO(f.failed == 2 && f.err == ETIMEDOUT, out);
out:
    close_fixture(&f);
    return err;
}

static uint32_t count(const struct fixture *f, uint16_t id)
{
    uint32_t n = 0;

    for (uint32_t i = 0; i < f->got_count; i++)
        n += f->got[i] == id;
    return n;
}

static int streams_are_made_anew_when_media_comes_back(void)
{
    struct sdp_agreed agreed = {.count = 1, .dir = SDP_SENDRECV};
    struct media_remote_args remote = {.agreed = &agreed, .is_symmetric = true};
    struct fixture f;
    int err;

    CHECK_OK_TO(open_fixture(&f), out);
    answer_created(&f);
    addr_parse_host(&agreed.rtp, SLICE("192.0.2.1"), 4000);
    CHECK_OK_TO(media_stream_set_remote(f.a, &remote), out);
    CHECK_OK_TO(media_stream_connect(f.a, f.b), out);
    CHECK_OK_TO(media_stream_play(f.a, SLICE("hello"), "ru", 0), out);
    CHECK_OK_TO(media_stream_moh(f.b, SLICE("/music"), false), out);
    loop_fake_settle(f.role.loop);
    hand_role_dies(&f.role);
    CHECK_TO(unit_is_rerun() || (f.done == 1 && f.err == ECONNRESET && !media_is_up(f.role.media)),
             out);
    CHECK_TO(!media_stream_is_playing(f.a) && media_stream_is_playing(f.b), out);
    f.got_count = f.creates = 0;
    f.sound[0] = '\0';
    CHECK_OK_TO(hand_role_attach(&f.role), out);
    if (unit_is_rerun())
        goto out;
    CHECK_TO(f.got[0] == MEDIA_HELLO && count(&f, MEDIA_CREATE) == 2, out);
    CHECK_TO(f.create[0].id == f.a_id && f.create[0].local.port == 12000 &&
                 f.create[1].local.port == 12002,
             out);
    CHECK_TO(count(&f, MEDIA_REMOTE) == 1 && f.remote_port == 4000 && count(&f, MEDIA_CONNECT) == 1,
             out);
    CHECK_TO(count(&f, MEDIA_PLAY) == 0 && !strcmp(f.sound, "/music"), out);
    answer_created(&f);
    CHECK_TO(f.created == 2 && f.failed == 0, out); /* told once only */
out:
    close_fixture(&f);
    return err;
}

/* Another process took the port meanwhile: the call is not left in silence. */
static int a_stream_that_cannot_be_made_anew_hangs_up(void)
{
    struct media_created refused = {.err = EADDRINUSE};
    struct fixture f;
    int err;

    CHECK_OK_TO(open_fixture(&f), out);
    answer_created(&f);
    hand_role_dies(&f.role);
    CHECK_OK_TO(hand_role_attach(&f.role), out);
    refused.id = f.a_id;
    hand_role_say(&f.role, MEDIA_CREATED, &refused);
    hand_role_say(&f.role, MEDIA_CREATED, &refused);
    CHECK_TO(unit_is_rerun() || (f.timeouts == 1 && f.failed == 0), out); /* once */
    hand_role_dies(&f.role);
    f.creates = 0;
    CHECK_OK_TO(hand_role_attach(&f.role), out);
    CHECK_TO(unit_is_rerun() || (f.creates == 1 && f.create[0].id == f.b_id), out);
out:
    close_fixture(&f);
    return err;
}

static int a_play_that_was_replaced_says_nothing(void)
{
    struct fixture f;
    uint32_t first;
    int err;

    CHECK_OK_TO(open_fixture(&f), out);
    answer_created(&f);
    CHECK_OK_TO(media_stream_play(f.a, SLICE("one"), "ru", 0), out);
    loop_fake_settle(f.role.loop);
    first = f.play_id;
    CHECK_OK_TO(media_stream_play(f.a, SLICE("two"), "ru", 0), out);
    loop_fake_settle(f.role.loop);
    hand_role_say(&f.role, MEDIA_PLAY_DONE,
                  &(struct media_play_done){.id = f.a_id, .play_id = first});
    CHECK_TO(f.done == 0, out);
    hand_role_say(&f.role, MEDIA_PLAY_DONE,
                  &(struct media_play_done){.id = f.a_id, .play_id = f.play_id, .err = ENOENT});
    CHECK_TO(unit_is_rerun() || (f.done == 1 && f.err == ENOENT), out);
    CHECK_OK_TO(media_stream_play(f.a, SLICE("three"), "ru", 0), out);
    loop_fake_settle(f.role.loop);
    CHECK_OK_TO(media_stream_stop(f.a), out);
    hand_role_say(&f.role, MEDIA_PLAY_DONE,
                  &(struct media_play_done){.id = f.a_id, .play_id = f.play_id});
    CHECK_TO(f.done <= 1, out);
out:
    close_fixture(&f);
    return err;
}

static int connecting_leaves_the_former_peer(void)
{
    struct media_stream_args args = {0};
    struct media_stream *c = NULL;
    struct fixture f;
    int err;

    CHECK_OK_TO(open_fixture(&f), out);
    CHECK_OK_TO(media_stream_alloc(&c, f.role.media, &args, NULL), out);
    CHECK_OK_TO(media_stream_connect(f.a, f.b), out);
    CHECK_OK_TO(media_stream_connect(c, f.b), out);
    CHECK_TO(!media_stream_peer(f.a) && media_stream_peer(f.b) == c && media_stream_peer(c) == f.b,
             out);
    media_stream_close(f.b, NULL, NULL);
    CHECK_TO(!media_stream_peer(c), out);
    CHECK_OK_TO(media_stream_disconnect(c), out);
out:
    mem_deref(c);
    close_fixture(&f);
    return err;
}

static int the_last_statistics_come_or_time_is_up(void)
{
    struct fixture f;
    int err;

    CHECK_OK_TO(open_fixture(&f), out);
    answer_created(&f);
    media_stream_close(f.a, on_closed, &f);
    media_stream_close(f.b, on_closed, &f);
    loop_fake_settle(f.role.loop);
    hand_role_say(&f.role, MEDIA_DTMF, &(struct media_dtmf){.id = f.a_id, .digit = '5'});
    CHECK_TO(f.digits == 0, out);
    hand_role_say(&f.role, MEDIA_STATS,
                  &(struct media_stats){.id = f.a_id, .is_last = true, .rx_packets = 9});
    CHECK_TO(unit_is_rerun() || f.closed == 10, out);
    loop_fake_advance(f.role.loop, 1001);
    CHECK_TO(unit_is_rerun() || f.closed == 11, out);
    CHECK_TO(media_stream_count(f.role.media) == 0, out);
out:
    close_fixture(&f);
    return err;
}

static int digits_are_checked(void)
{
    struct fixture f;
    int err;

    CHECK_OK_TO(open_fixture(&f), out);
    hand_role_say(&f.role, MEDIA_DTMF,
                  &(struct media_dtmf){.id = f.a_id, .digit = '#', .duration_ms = 100});
    CHECK_TO(unit_is_rerun() || (f.digits == 1 && f.digit == '#'), out);
    CHECK_TO(media_stream_send_dtmf(f.a, SLICE("12x"), 0) == EINVAL, out);
    CHECK_OK_TO(media_stream_send_dtmf(f.a, SLICE("12*#w"), 0), out);
    CHECK_OK_TO(media_stream_get_stats(f.a), out);
out:
    close_fixture(&f);
    return err;
}

/* A media role that answers every create at once, and counts. */
static struct ipc *ready_role;
static uint32_t ready_creates, ready_frees;

static void on_ready_message(struct ipc *c, uint16_t id, const void *msg, int fd, void *arg)
{
    const struct media_create *m = msg;

    ready_frees += id == MEDIA_FREE;
    if (id != MEDIA_CREATE)
        return;
    ready_creates++;
    (void)ipc_send(
        c, MEDIA_CREATED,
        &(struct media_created){
            .id = m->id,
            .local = {.family = AF_INET, .port = (uint16_t)(12000 + 2 * ready_creates)}});
}

static int streams_made_beforehand_need_no_answer(void)
{
    const struct media_args margs = {.ready = 4};
    struct media_stream_args args = {.local = {.family = AF_INET}};
    struct fixture f = {0};
    const struct media_stream_handlers h = {.created = on_created, .arg = &f};
    struct ipc *ours = NULL;
    int err;

    ready_role = NULL;
    ready_creates = ready_frees = 0;
    CHECK_OK_TO(loop_alloc_fake(&f.role.loop, (struct wall){0}), out);
    CHECK_OK_TO(media_alloc(&f.role.media, f.role.loop, &margs), out);
    CHECK_OK_TO(ipc_pair(&ours, &ready_role, f.role.loop, &media_protocol), out);
    ipc_set_handlers(ready_role, on_ready_message, hand_role_on_closed, NULL);
    media_attach(f.role.media, ours);
    CHECK_OK_TO(media_stream_alloc(&f.a, f.role.media, &args, &h), out);
    loop_fake_settle(f.role.loop);
    CHECK_TO(unit_is_rerun() || (f.created == 1 && ready_creates == 5), out);
    CHECK_OK_TO(media_stream_alloc(&f.b, f.role.media, &args, &h), out);
    CHECK_TO(unit_is_rerun() || (f.created == 1 && ready_creates == 5), out);
    loop_fake_settle(f.role.loop);
    CHECK_TO(unit_is_rerun() || (f.created == 2 && ready_creates == 5 && f.local.port), out);
    CHECK_TO(media_stream_count(f.role.media) == 2, out);
    media_set_settings(f.role.media, &margs.settings);
    loop_fake_settle(f.role.loop);
    CHECK_TO(unit_is_rerun() || ready_frees == 3, out);
out:
    if (ready_role)
        ipc_close(ready_role);
    mem_deref(ready_role);
    mem_deref(f.a);
    mem_deref(f.b);
    mem_deref(f.role.media);
    mem_deref(f.role.loop);
    return err;
}

/* The engine dies with two bridged phones, one of them hearing music; the next one has them as they
 * were, under the same instance, and tells a media role all of it. */
static int an_engine_takes_over_the_streams_of_another(void)
{
    struct sdp_agreed agreed = {
        .count = 1, .dir = SDP_SENDRECV, .srtp_tx = {.suite = 1, .len = 30, .key = "secret"}};
    struct media_remote_args remote = {.agreed = &agreed, .is_symmetric = true};
    struct media_saved saved[2];
    struct media_args args = {0};
    struct media_stream *a = NULL, *b = NULL;
    struct fixture f;
    int err;

    CHECK_OK_TO(open_fixture(&f), out);
    answer_created(&f);
    addr_parse_host(&agreed.rtp, SLICE("192.0.2.1"), 4000);
    CHECK_OK_TO(media_stream_set_remote(f.a, &remote), out);
    CHECK_OK_TO(media_stream_connect(f.a, f.b), out);
    CHECK_OK_TO(media_stream_moh(f.b, SLICE("/music"), false), out);
    media_stream_save(f.a, &saved[0]);
    media_stream_save(f.b, &saved[1]);
    args.instance = media_instance(f.role.media);
    f.a = mem_deref(f.a);
    f.b = mem_deref(f.b);
    hand_role_dies(&f.role);
    f.role.media = mem_deref(f.role.media);

    CHECK_OK_TO(media_alloc(&f.role.media, f.role.loop, &args), out);
    CHECK_TO(media_instance(f.role.media) == args.instance, out);
    CHECK_OK_TO(media_stream_adopt(&f.a, f.role.media, &saved[0], NULL), out);
    CHECK_OK_TO(media_stream_adopt(&f.b, f.role.media, &saved[1], NULL), out);
    a = f.a;
    b = f.b;
    CHECK_TO(media_stream_adopt(&a, f.role.media, &saved[0], NULL) == EEXIST, out);
    CHECK_TO(media_stream_peer(a) == b && media_stream_peer(b) == a, out);
    CHECK_TO(media_stream_is_playing(b) &&
                 (unit_is_rerun() || media_stream_local(a)->port == 12000),
             out);
    f.got_count = f.creates = 0;
    f.sound[0] = '\0';
    CHECK_OK_TO(hand_role_attach(&f.role), out);
    if (unit_is_rerun())
        goto out;
    CHECK_TO(f.create[0].id == saved[0].id && f.create[1].id == saved[1].id, out);
    CHECK_TO(count(&f, MEDIA_REMOTE) == 1 && f.remote_port == 4000 && f.secret[0] == 1, out);
    CHECK_TO(count(&f, MEDIA_CONNECT) == 1 && !strcmp(f.sound, "/music"), out);
    CHECK_TO(f.got[f.got_count - 1] == MEDIA_SWEEP, out); /* and nothing else lives on */
out:
    close_fixture(&f);
    return err;
}

static int halves_find_each_other_again(void)
{
    struct media_stream *a = NULL, *b = NULL;
    struct media_saved saved[2];
    struct fixture f;
    int err;

    CHECK_OK_TO(open_fixture(&f), out);
    CHECK_OK_TO(media_stream_alloc_pair(&a, &b, f.role.media, NULL, NULL), out);
    CHECK_TO(media_stream_twin(a) == b && media_stream_twin(b) == a, out);
    loop_fake_settle(f.role.loop);
    CHECK_TO(unit_is_rerun() || count(&f, MEDIA_PAIR) == 1, out);
    media_stream_save(a, &saved[0]);
    media_stream_save(b, &saved[1]);
    media_stream_close(a, NULL, NULL);
    CHECK_TO(!media_stream_twin(b), out);
    media_stream_close(b, NULL, NULL);
    loop_fake_advance(f.role.loop, 1001);
    a = mem_deref(a);
    b = mem_deref(b);
    CHECK_OK_TO(media_stream_adopt(&a, f.role.media, &saved[1], NULL), out);
    CHECK_OK_TO(media_stream_adopt(&b, f.role.media, &saved[0], NULL), out);
    CHECK_TO(media_stream_twin(a) == b && media_stream_twin(b) == a, out);
out:
    mem_deref(a);
    mem_deref(b);
    close_fixture(&f);
    return err;
}

UNIT_TESTS(UNIT(an_engine_takes_over_the_streams_of_another), UNIT(halves_find_each_other_again),
           UNIT(streams_made_beforehand_need_no_answer), UNIT(a_stream_is_born_near_its_partner),
           UNIT(without_an_answer_it_fails_after_a_second),
           UNIT(streams_are_made_anew_when_media_comes_back),
           UNIT(a_stream_that_cannot_be_made_anew_hangs_up),
           UNIT(a_play_that_was_replaced_says_nothing), UNIT(connecting_leaves_the_former_peer),
           UNIT(the_last_statistics_come_or_time_is_up), UNIT(digits_are_checked))
