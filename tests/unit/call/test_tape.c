/* test_tape.c - the engine's side of tapes, against a media role that the test plays by hand */
#include <errno.h>
#include <string.h>

#include "call/tape.h"
#include "hand_role.h"

struct fixture {
    struct hand_role role;
    struct media_stream *stream;
    struct tape *tape;
    /* what the media role was told last, and how often */
    uint32_t tapes, sets, stops, stream_id, number;
    uint64_t begun_us;
    char mixed[64], rx[64];
    uint8_t muted;
    struct media_tape_stop stop;
    /* what the tape's owner was told */
    uint32_t begun, ended;
    int err;
    uint32_t ms;
};

static void text(char to[64], struct slice s)
{
    (void)slice_copy(s, to, 64);
}

static void on_message(struct ipc *c, uint16_t id, const void *msg, int fd, void *arg)
{
    const struct media_tape *t = msg;
    struct fixture *f = arg;

    if (id == MEDIA_TAPE) {
        f->tapes++;
        f->stream_id = t->id;
        f->number = t->tape;
        f->begun_us = t->begun_us;
        f->muted = t->muted;
        text(f->mixed, t->mixed);
        text(f->rx, t->rx);
    } else if (id == MEDIA_TAPE_SET) {
        f->sets++;
        f->muted = ((const struct media_tape_set *)msg)->muted;
    } else if (id == MEDIA_TAPE_STOP) {
        f->stops++;
        f->stop = *(const struct media_tape_stop *)msg;
    }
}

static void on_begun(int err, void *arg)
{
    struct fixture *f = arg;

    f->begun++;
    f->err = err;
}

static void on_ended(const struct media_tape_ended *e, void *arg)
{
    struct fixture *f = arg;

    f->ended++;
    f->err = e->err;
    f->ms = e->ms;
}

static const struct tape_handlers *handlers(struct fixture *f)
{
    static struct tape_handlers h;

    h = (struct tape_handlers){.begun = on_begun, .ended = on_ended, .arg = f};
    return &h;
}

static void say_begun(struct fixture *f, int err)
{
    hand_role_say(
        &f->role, MEDIA_TAPE_BEGUN,
        &(struct media_tape_begun){.tape = f->number, .err = err, .begun_us = err ? 0 : 77});
}

static int open_fixture(struct fixture *f, const struct tape_args *args)
{
    struct media_stream_args at = {0};
    int err;

    memset(f, 0, sizeof(*f));
    addr_parse_host(&at.local, SLICE("0.0.0.0"), 0);
    err = hand_role_open(&f->role, on_message, f);
    if (!err)
        err = media_stream_alloc(&f->stream, f->role.media, &at, NULL);
    if (!err)
        err = tape_start(&f->tape, f->stream, args, handlers(f));
    if (f->role.loop)
        loop_fake_settle(f->role.loop);
    /* without memory for its packet a message closes the connection: nothing to test then */
    return !err && !f->tapes ? ENOMEM : err;
}

static void close_fixture(struct fixture *f)
{
    if (f->tape)
        tape_forget(f->tape);
    mem_deref(f->tape);
    mem_deref(f->stream);
    hand_role_close(&f->role);
}

static const struct tape_args both = {
    .mixed = {"a.wav", 5}, .rx = {"b.wav", 5}, .muted = MEDIA_TAPE_TX};

static int a_tape_begins_and_ends(void)
{
    struct fixture f;
    int err;

    CHECK_OK_TO(open_fixture(&f, &both), out);
    CHECK_TO(f.number && !strcmp(f.mixed, "a.wav") && !strcmp(f.rx, "b.wav"), out);
    CHECK_TO(f.muted == MEDIA_TAPE_TX && f.begun_us == 0, out);
    say_begun(&f, 0);
    CHECK_TO(unit_is_rerun() || (f.begun == 1 && tape_begun_us(f.tape) == 77), out);
    (void)tape_set_muted(f.tape, MEDIA_TAPE_PAUSED);
    tape_stop(f.tape, 250, true);
    tape_stop(f.tape, 0, false);
    loop_fake_settle(f.role.loop);
    CHECK_TO(unit_is_rerun() || (f.sets == 1 && f.muted == MEDIA_TAPE_PAUSED), out);
    CHECK_TO(unit_is_rerun() || (f.stops == 1 && f.stop.cut_ms == 250 && f.stop.is_deleted), out);
    hand_role_say(&f.role, MEDIA_TAPE_ENDED,
                  &(struct media_tape_ended){.tape = f.number, .ms = 1234});
    CHECK_TO(unit_is_rerun() || (f.ended == 1 && f.err == 0 && f.ms == 1234), out);
    hand_role_say(&f.role, MEDIA_TAPE_ENDED, &(struct media_tape_ended){.tape = f.number});
    CHECK_TO(unit_is_rerun() || f.ended == 1, out);
    CHECK_TO(unit_is_rerun() || (!tape_set_muted(f.tape, 0) && f.sets == 1), out);
out:
    close_fixture(&f);
    return err;
}

static int what_cannot_be_written_is_said_once(void)
{
    struct fixture f;
    int err;

    CHECK_OK_TO(open_fixture(&f, &both), out);
    say_begun(&f, EACCES);
    CHECK_TO(unit_is_rerun() || (f.begun == 1 && f.err == EACCES), out);
    tape_stop(f.tape, 0, false);
    loop_fake_advance(f.role.loop, 61000);
    CHECK_TO(f.ended == 0 && f.stops == 0, out);
out:
    close_fixture(&f);
    return err;
}

static int it_goes_on_after_a_death_of_media(void)
{
    struct fixture f;
    uint32_t number;
    int err;

    CHECK_OK_TO(open_fixture(&f, &both), out);
    number = f.number;
    say_begun(&f, 0);
    hand_role_dies(&f.role);
    CHECK_TO(f.ended == 0, out);
    CHECK_OK_TO(hand_role_attach(&f.role), out);
    CHECK_TO(unit_is_rerun() || (f.tapes == 2 && f.number == number && f.begun_us == 77), out);
    say_begun(&f, 0);
    CHECK_TO(unit_is_rerun() || f.begun == 1, out);
    tape_stop(f.tape, 0, false);
    loop_fake_settle(f.role.loop);
    hand_role_dies(&f.role);
    CHECK_OK_TO(hand_role_attach(&f.role), out);
    CHECK_TO(unit_is_rerun() || (f.tapes == 3 && f.stops == 2), out);
    /* no silence behind its end */
    CHECK_TO(unit_is_rerun() || (f.begun_us == 77 && f.muted == MEDIA_TAPE_PAUSED), out);
    say_begun(&f, ENOSPC);
    CHECK_TO(unit_is_rerun() || (f.ended == 1 && f.err == ENOSPC), out);
out:
    close_fixture(&f);
    return err;
}

static int a_media_role_that_says_nothing_is_not_waited_for(void)
{
    struct fixture f;
    int err;

    CHECK_OK_TO(open_fixture(&f, &both), out);
    say_begun(&f, 0);
    tape_stop(f.tape, 0, false);
    loop_fake_advance(f.role.loop, 59000);
    CHECK_TO(f.ended == 0, out);
    loop_fake_advance(f.role.loop, 2000);
    CHECK_TO(f.ended == 1 && f.err == ETIMEDOUT, out);
out:
    close_fixture(&f);
    return err;
}

static int it_moves_to_another_stream(void)
{
    struct media_stream_args at = {0};
    struct media_stream *other = NULL;
    struct fixture f;
    uint32_t first;
    int err;

    CHECK_OK_TO(open_fixture(&f, &both), out);
    first = f.stream_id;
    addr_parse_host(&at.local, SLICE("0.0.0.0"), 0);
    CHECK_OK_TO(media_stream_alloc(&other, f.role.media, &at, NULL), out);
    CHECK_OK_TO(tape_move(f.tape, other), out);
    loop_fake_settle(f.role.loop);
    CHECK_TO(unit_is_rerun() || (f.tapes == 2 && f.stream_id != first), out);
out:
    mem_deref(other);
    close_fixture(&f);
    return err;
}

static int names_are_checked(void)
{
    static char longest[MEDIA_PATH_MAX + 2];
    struct tape *t = NULL;
    struct fixture f;
    int err;

    memset(longest, 'a', MEDIA_PATH_MAX + 1);
    CHECK_OK_TO(open_fixture(&f, &both), out);
    CHECK_TO(tape_start(&t, f.stream, &(struct tape_args){0}, handlers(&f)) == EINVAL, out);
    CHECK_TO(tape_start(&t, f.stream, &(struct tape_args){.tx = slice_of(longest)}, handlers(&f)) ==
                 ENAMETOOLONG,
             out);
    CHECK_TO(!t, out);
out:
    close_fixture(&f);
    return err;
}

static int an_engine_takes_over_the_tapes_of_another(void)
{
    struct tape_saved saved, broken;
    struct tape *t = NULL;
    struct fixture f;
    int err;

    CHECK_OK_TO(open_fixture(&f, &both), out);
    say_begun(&f, 0);
    tape_save(f.tape, &saved);
    CHECK_TO(tape_adopt(&t, f.role.media, &saved, handlers(&f)) == EEXIST, out);
    broken = saved;
    broken.tape++;
    memset(broken.rx, 'x', sizeof(broken.rx));
    CHECK_TO(tape_adopt(&t, f.role.media, &broken, handlers(&f)) == EINVAL, out);
    tape_forget(f.tape);
    f.tape = mem_deref(f.tape);
    hand_role_say(&f.role, MEDIA_TAPE_ENDED, &(struct media_tape_ended){.tape = f.number});
    if (unit_is_rerun())
        goto out;
    CHECK_TO(f.ended == 0, out);
    CHECK_OK_TO(tape_adopt(&f.tape, f.role.media, &saved, handlers(&f)), out);
    hand_role_dies(&f.role);
    CHECK_OK_TO(hand_role_attach(&f.role), out);
    CHECK_TO(f.begun_us == 77 && f.muted == MEDIA_TAPE_TX && !strcmp(f.mixed, "a.wav"), out);
    hand_role_say(&f.role, MEDIA_TAPE_ENDED,
                  &(struct media_tape_ended){.tape = saved.tape, .ms = 5});
    CHECK_TO(f.ended == 1 && f.ms == 5, out);
out:
    close_fixture(&f);
    return err;
}

UNIT_TESTS(UNIT(a_tape_begins_and_ends), UNIT(what_cannot_be_written_is_said_once),
           UNIT(it_goes_on_after_a_death_of_media),
           UNIT(a_media_role_that_says_nothing_is_not_waited_for), UNIT(it_moves_to_another_stream),
           UNIT(names_are_checked), UNIT(an_engine_takes_over_the_tapes_of_another))
