/* test_crew.c - legs on several lanes: nothing is lost while they move, whatever the order */
#include "media/crew.h"
#include "phone.h"

#define LEGS 4

struct fixture {
    struct loop *loop;
    struct media_crew *crew;
    struct media_ports *ports;
    struct media_leg legs[LEGS];
    struct media_kept kept[LEGS];
    struct media_leg *peers[LEGS]; /* after settle */
    uint32_t stats, stopped, failed, reels;
    int err;
};

static void on_event(const struct media_event *ev, void *arg)
{
    struct fixture *f = arg;

    switch (ev->type) {
    case MEDIA_EV_MOVED: media_crew_moved(f->crew, ev->leg); break;
    case MEDIA_EV_STOPPED: f->stopped++; break;
    case MEDIA_EV_REEL: f->reels++; break;
    case MEDIA_EV_FAILED:
        f->failed++;
        f->err = ev->err;
        break;
    case MEDIA_EV_STATS: f->stats++; break;
    default: break;
    }
}

static int post(struct fixture *f, int leg, enum media_command_type type)
{
    struct media_command cmd = {.head = {.type = (uint8_t)type, .leg = &f->legs[leg]}};

    return media_crew_post(f->crew, &cmd);
}

/* Leg i lives on lane homes[i]. */
static int open_fixture(struct fixture *f, const uint8_t homes[LEGS])
{
    struct addr local;
    int err;

    memset(f, 0, sizeof(*f));
    err = loop_alloc(&f->loop);
    if (!err)
        err = media_crew_alloc(&f->crew, f->loop, 3, on_event, f);
    f->ports = mem_zalloc(sizeof(*f->ports));
    if (!f->ports)
        return ENOMEM;
    media_ports_init(f->ports, 32400, 32499);
    addr_parse_host(&local, SLICE("127.0.0.1"), 0);
    for (int i = 0; !err && i < LEGS; i++) {
        f->legs[i].id = (uint32_t)i + 1;
        f->legs[i].home = homes[i];
        list_init(&f->legs[i].held);
        f->legs[i].kept = &f->kept[i];
        err = media_ports_take(f->ports, &local, &f->legs[i].pair);
        if (!err)
            err = post(f, i, MEDIA_CMD_START);
    }
    return err;
}

static bool run_until(struct fixture *f, const uint32_t *what, uint32_t least)
{
    int64_t end = loop_now_exact(f->loop).us + 2000000;

    while (*what < least && loop_now_exact(f->loop).us < end)
        (void)loop_round(f->loop, 2);
    return *what >= least;
}

static void close_fixture(struct fixture *f)
{
    for (int i = 0; f->crew && i < LEGS; i++) {
        if (f->legs[i].pair)
            (void)post(f, i, MEDIA_CMD_STOP);
    }
    mem_deref(f->crew);
    for (int i = 0; f->ports && i < LEGS; i++)
        media_ports_give(f->ports, f->legs[i].pair);
    if (f->ports)
        media_ports_fini(f->ports);
    mem_free(f->ports);
    mem_deref(f->loop);
}

/* Commands and events go around until nothing moves; then who talks to whom is seen. */
static bool settle(struct fixture *f)
{
    for (int round = 0; round < 3; round++) {
        f->stats = 0;
        for (int i = 0; i < LEGS; i++)
            (void)post(f, i, MEDIA_CMD_STATS);
        if (!run_until(f, &f->stats, LEGS))
            return false;
    }
    for (int i = 0; i < LEGS; i++) /* the lanes have nothing to do any more */
        f->peers[i] = f->legs[i].peer;
    return true;
}

static bool talk(const struct fixture *f, int a, int b)
{
    return f->peers[a] == &f->legs[b] && f->peers[b] == &f->legs[a];
}

/* 0 goes to where 3 is, and before it has arrived it is to talk to 1, which is there already. */
static int a_join_waits_for_a_leg_on_its_way(void)
{
    static const uint8_t homes[LEGS] = {1, 2, 0, 2};
    struct fixture f;
    int err;

    CHECK_OK_TO(open_fixture(&f, homes), out);
    CHECK_OK_TO(media_crew_join(f.crew, &f.legs[3], &f.legs[0]), out);
    CHECK_TO(f.legs[0].is_moving && f.legs[0].home == 2, out);
    media_crew_forget(&f.legs[0], &f.legs[3]);
    CHECK_OK_TO(media_crew_join(f.crew, &f.legs[0], &f.legs[1]), out);
    CHECK_TO(settle(&f) && talk(&f, 0, 1) && !f.peers[3], out);
out:
    close_fixture(&f);
    CHECK(err || f.stopped == LEGS);
    return err;
}

/* Both are on their way, one after the other: the join is passed on, and not lost. */
static int a_join_of_two_that_move_is_passed_on(void)
{
    static const uint8_t homes[LEGS] = {1, 1, 0, 2};
    struct fixture f;
    int err;

    CHECK_OK_TO(open_fixture(&f, homes), out);
    CHECK_OK_TO(media_crew_join(f.crew, &f.legs[3], &f.legs[0]), out);
    media_crew_forget(&f.legs[0], &f.legs[3]);
    CHECK_OK_TO(media_crew_join(f.crew, &f.legs[0], &f.legs[1]), out);
    CHECK_TO(f.legs[0].is_moving && f.legs[1].is_moving, out);
    CHECK_TO(settle(&f) && talk(&f, 0, 1) && !f.peers[3], out);
out:
    close_fixture(&f);
    CHECK(err || f.stopped == LEGS);
    return err;
}

/* Whoever of the two goes, no join with it is left behind. */
static int a_forgotten_join_never_happens(void)
{
    static const uint8_t homes[LEGS] = {1, 2, 0, 2};
    struct fixture f;
    int err;

    CHECK_OK_TO(open_fixture(&f, homes), out);
    CHECK_OK_TO(media_crew_join(f.crew, &f.legs[3], &f.legs[0]), out);
    media_crew_forget(&f.legs[3], &f.legs[0]);
    CHECK_OK_TO(media_crew_join(f.crew, &f.legs[0], &f.legs[1]), out);
    media_crew_forget(&f.legs[1], &f.legs[0]);
    CHECK_TO(settle(&f) && !f.peers[0] && !f.peers[1] && !f.peers[3], out);
out:
    close_fixture(&f);
    return err;
}

/* Leg 0's socket is broken, so it cannot be started on `lane`; every command is survived. */
static int break_leg(struct fixture *f, uint8_t lane, struct media_reel reels[2])
{
    const uint8_t homes[LEGS] = {lane, lane, 1, 2};
    struct media_command cmd = {.head = {.type = MEDIA_CMD_PLAY, .leg = &f->legs[0]}};
    int err = open_fixture(f, homes), fd;

    if (err || !settle(f))
        return err ? err : ETIMEDOUT;
    CHECK_OK(post(f, 0, MEDIA_CMD_STOP));
    CHECK(run_until(f, &f->stopped, 1));
    fd = f->legs[0].pair->rtp;
    f->legs[0].pair->rtp = 900; /* not open */
    err = post(f, 0, MEDIA_CMD_START);
    CHECK(lane ? !err : err == EBADF);
    cmd.reel = &reels[0];
    CHECK_OK(media_crew_post(f->crew, &cmd));
    CHECK_OK(post(f, 0, MEDIA_CMD_REMOTE));
    CHECK_OK(post(f, 0, MEDIA_CMD_DIAL));
    CHECK_OK(post(f, 0, MEDIA_CMD_ORPHAN));
    CHECK_OK(media_crew_join(f->crew, &f->legs[0], &f->legs[1]));
    CHECK_OK(media_crew_join(f->crew, &f->legs[1], &f->legs[0]));
    CHECK_OK(post(f, 0, MEDIA_CMD_PART));
    CHECK(settle(f) && f->reels == 1 && !f->peers[1]);
    CHECK(lane ? f->failed == 1 && f->err == EBADF : f->failed == 0);
    /* to another lane, where it fails again */
    f->legs[0].reel = &reels[1];
    CHECK_OK(media_crew_join(f->crew, &f->legs[3], &f->legs[0]));
    CHECK(settle(f) && run_until(f, &f->failed, lane ? 2 : 1));
    CHECK_OK(post(f, 0, MEDIA_CMD_STOP));
    CHECK(run_until(f, &f->stopped, 2) && f->reels == 2);
    f->legs[0].pair->rtp = fd;
    return post(f, 0, MEDIA_CMD_START);
}

static int a_leg_that_cannot_start_only_waits_for_its_end(void)
{
    for (uint8_t lane = 0; lane < 2; lane++) {
        struct media_reel reels[2] = {0};
        struct fixture f;
        int err = break_leg(&f, lane, reels);

        close_fixture(&f);
        CHECK_OK(err);
    }
    return 0;
}

static int ending_while_legs_move_ends_them_all(void)
{
    static const uint8_t homes[LEGS] = {1, 1, 0, 2};
    struct fixture f;
    int err;

    CHECK_OK_TO(open_fixture(&f, homes), out);
    CHECK_OK_TO(media_crew_join(f.crew, &f.legs[3], &f.legs[0]), out);
    CHECK_OK_TO(media_crew_join(f.crew, &f.legs[3], &f.legs[1]), out);
    media_crew_forget(&f.legs[3], &f.legs[0]);
    media_crew_forget(&f.legs[3], &f.legs[1]);
out:
    close_fixture(&f);
    CHECK(err || f.stopped == LEGS);
    return err;
}

UNIT_TESTS(UNIT_ONCE(a_join_waits_for_a_leg_on_its_way),
           UNIT_ONCE(a_join_of_two_that_move_is_passed_on),
           UNIT_ONCE(a_forgotten_join_never_happens),
           UNIT_ONCE(a_leg_that_cannot_start_only_waits_for_its_end),
           UNIT_ONCE(ending_while_legs_move_ends_them_all))
