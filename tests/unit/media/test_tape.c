/* test_tape.c - recordings: both voices of real packets in files, through all that happens to a stream */
#include "studio.h"

static int both_voices_stand_in_their_channels_to_the_end(void)
{
    struct media_tape m = {.id = 1, .tape = 5, .mixed = SLICE("a/b/c.wav"), .is_stereo = true};
    struct sound w = {0};
    struct studio s;
    int err;

    CHECK_OK_TO(studio_record(&s, &m), out);
    CHECK_TO(s.b.tape_begun.tape == 5 && s.b.tape_begun.begun_us, out);
    studio_talk(&s, 1000);
    CHECK_OK_TO(studio_stop(&s, 5), out);
    CHECK_OK_TO(sound_read(&w, "a/b/c.wav"), out);
    CHECK_TO(w.channels == 2 && w.frames >= 7900 && w.frames < 16000, out);
    CHECK_TO(s.b.tape_ended.bytes == w.len && s.b.tape_ended.ms == w.frames / 8, out);
    CHECK_TO(s.b.tape_ended.rx_packets == 50 && s.b.tape_ended.tx_packets == 50, out);
    CHECK_TO(s.b.tape_ended.lost == 0, out);
    /* the last packet may still be on its way when it ends */
    CHECK_TO(sound_count(&w, 0, X_SAMPLE) >= 7800, out);
    CHECK_TO(sound_count(&w, 1, Y_SAMPLE) >= 7800, out);
    CHECK_TO(sound_count(&w, 0, Y_SAMPLE) == 0 && sound_count(&w, 1, X_SAMPLE) == 0, out);
out:
    sound_close(&w);
    studio_close(&s);
    return err;
}

static int mixed_and_each_side_in_files_of_their_own(void)
{
    struct media_tape m = {
        .id = 1, .tape = 1, .mixed = SLICE("m.wav"), .rx = SLICE("r.wav"), .tx = SLICE("t.wav")};
    struct sound w = {0};
    struct studio s;
    int err;

    CHECK_OK_TO(studio_record(&s, &m), out);
    studio_talk(&s, 500);
    CHECK_OK_TO(studio_listen(&s, &w, "m.wav"), out);
    CHECK_TO(w.channels == 1 && sound_count(&w, 0, (int16_t)(X_SAMPLE + Y_SAMPLE)) > 3400, out);
    CHECK_OK_TO(sound_read(&w, "r.wav"), out);
    CHECK_TO(sound_count(&w, 0, X_SAMPLE) > 3700, out);
    CHECK_OK_TO(sound_read(&w, "t.wav"), out);
    CHECK_TO(sound_count(&w, 0, Y_SAMPLE) > 3700, out);
out:
    sound_close(&w);
    studio_close(&s);
    return err;
}

/* Both change what they say in the same moment: so they do in the file. */
static int both_voices_are_in_step(void)
{
    struct media_tape m = {.id = 1, .tape = 1, .mixed = SLICE("a.wav"), .is_stereo = true};
    struct sound w = {0};
    struct studio s;
    size_t x = 0, y = 0;
    int err;

    CHECK_OK_TO(studio_record(&s, &m), out);
    studio_talk(&s, 300);
    run_for(&s.b, 400); /* nobody says anything */
    studio_talk(&s, 300);
    CHECK_OK_TO(studio_listen(&s, &w, "a.wav"), out);
    CHECK_TO(sound_count(&w, 0, 0) > 3000 && sound_count(&w, 1, 0) > 3000, out);
    x = sound_first(&w, 0, X_SAMPLE, 4000);
    y = sound_first(&w, 1, Y_SAMPLE, 4000);
    CHECK_TO(x && y && (x > y ? x - y : y - x) <= 160, out);
    CHECK_TO(w.frames >= 7900 && w.frames < 16000, out);
out:
    sound_close(&w);
    studio_close(&s);
    return err;
}

static int set(struct studio *s, uint32_t tape, uint8_t muted)
{
    int err = ipc_send(s->b.engine, MEDIA_TAPE_SET, &(struct media_tape_set){tape, muted});

    run_for(&s->b, 5);
    return err;
}

static int muted_is_silence_and_paused_is_no_time(void)
{
    struct media_tape m = {
        .id = 1, .tape = 1, .mixed = SLICE("a.wav"), .is_stereo = true, .muted = MEDIA_TAPE_TX};
    struct sound w = {0};
    struct studio s;
    size_t ms;
    int err;

    CHECK_OK_TO(studio_record(&s, &m), out);
    ms = studio_talk(&s, 400);
    CHECK_OK_TO(set(&s, 1, MEDIA_TAPE_RX), out);
    ms += studio_talk(&s, 400);
    CHECK_OK_TO(set(&s, 1, MEDIA_TAPE_PAUSED), out);
    studio_talk(&s, 600);
    CHECK_OK_TO(set(&s, 1, 0), out);
    CHECK_OK_TO(studio_listen(&s, &w, "a.wav"), out);
    CHECK_TO(sound_near_ms(w.frames / 8, ms), out);
    CHECK_TO(sound_near_ms(sound_count(&w, 0, X_SAMPLE) / 8, 400), out);
    CHECK_TO(sound_near_ms(sound_count(&w, 1, Y_SAMPLE) / 8, 400), out);
    CHECK_TO(sound_first(&w, 1, Y_SAMPLE, 0) > sound_last(&w, 0, X_SAMPLE) - 400, out);
out:
    sound_close(&w);
    studio_close(&s);
    return err;
}

static int time_counts_only_while_joined_where_asked(void)
{
    struct media_tape m = {.id = 1, .tape = 1, .mixed = SLICE("a.wav"), .is_joined_only = true};
    struct sound w = {0};
    struct studio s;
    size_t ms;
    int err;

    CHECK_OK_TO(studio_open(&s), out);
    CHECK_OK_TO(ipc_send(s.b.engine, MEDIA_DISCONNECT, &(struct media_disconnect){1}), out);
    CHECK_OK_TO(studio_begin(&s, &m), out);
    studio_talk(&s, 400);
    CHECK_OK_TO(ipc_send(s.b.engine, MEDIA_CONNECT, &(struct media_connect){1, 2}), out);
    ms = studio_talk(&s, 400);
    CHECK_OK_TO(ipc_send(s.b.engine, MEDIA_DISCONNECT, &(struct media_disconnect){1}), out);
    studio_talk(&s, 400);
    CHECK_OK_TO(studio_listen(&s, &w, "a.wav"), out);
    CHECK_TO(sound_near_ms(w.frames / 8, ms), out);
out:
    sound_close(&w);
    studio_close(&s);
    return err;
}

/* The stream ends: silence. Another one takes the tape over: its voice. */
static int it_goes_on_when_its_stream_ends_and_moves_to_another(void)
{
    struct media_tape m = {.id = 1, .tape = 1, .mixed = SLICE("a.wav"), .is_stereo = true};
    struct sound w = {0};
    struct studio s;
    size_t ms;
    int err;

    CHECK_OK_TO(studio_record(&s, &m), out);
    ms = studio_talk(&s, 400);
    CHECK_OK_TO(ipc_send(s.b.engine, MEDIA_FREE, &(struct media_free){1}), out);
    run_for(&s.b, 400);
    m.id = 2;
    CHECK_OK_TO(studio_begin(&s, &m), out); /* told again */
    ms += 400 + studio_talk(&s, 400);
    CHECK_OK_TO(studio_listen(&s, &w, "a.wav"), out);
    CHECK_TO(sound_near_ms(w.frames / 8, ms), out);
    CHECK_TO(sound_near_ms(sound_count(&w, 0, X_SAMPLE) / 8, 400), out);
    CHECK_TO(sound_near_ms(sound_count(&w, 0, g711_alaw_linear[Y_BYTE]) / 8, 400), out);
    CHECK_TO(sound_first(&w, 0, g711_alaw_linear[Y_BYTE], 0) > 8 * 700, out);
out:
    sound_close(&w);
    studio_close(&s);
    return err;
}

static int the_end_is_left_out_the_file_appended_to_and_removed(void)
{
    struct media_tape m = {.id = 1, .tape = 1, .mixed = SLICE("a.wav")};
    struct sound w = {0};
    struct studio s;
    size_t ms;
    int err;

    CHECK_OK_TO(studio_record(&s, &m), out);
    ms = studio_talk(&s, 600);
    CHECK_OK_TO(studio_stop_with(&s, &(struct media_tape_stop){.tape = 1, .cut_ms = 400}), out);
    CHECK_TO(sound_near_ms(s.b.tape_ended.ms, ms - 400), out);
    m.is_append = true;
    CHECK_OK_TO(studio_begin(&s, &m), out);
    ms += studio_talk(&s, 300);
    CHECK_OK_TO(studio_stop(&s, 1), out);
    CHECK_TO(sound_near_ms(s.b.tape_ended.ms, ms - 400), out);
    CHECK_OK_TO(sound_read(&w, "a.wav"), out);
    CHECK_TO(w.frames / 8 == s.b.tape_ended.ms, out);
    CHECK_OK_TO(studio_begin(&s, &m), out);
    CHECK_OK_TO(studio_stop_with(&s, &(struct media_tape_stop){.tape = 1, .cut_ms = 200}), out);
    /* not of what was there before */
    CHECK_TO(s.b.tape_ended.ms + 5 >= w.frames / 8, out);
    CHECK_OK_TO(studio_begin(&s, &m), out);
    CHECK_OK_TO(studio_stop_with(&s, &(struct media_tape_stop){.tape = 1, .is_deleted = true}),
                out);
    CHECK_TO(s.b.tape_ended.bytes == 0 && sound_read(&w, "a.wav") == ENOENT, out);
out:
    sound_close(&w);
    studio_close(&s);
    return err;
}

static int what_cannot_be_recorded_is_told(void)
{
    static const struct {
        struct media_tape m;
        int err;
    } cases[] = {
        {{.id = 1, .tape = 1, .mixed = SLICE("../a.wav")}, EINVAL},
        {{.id = 1, .tape = 1, .mixed = SLICE("/a.wav")}, EINVAL},
        {{.id = 1, .tape = 1, .mixed = {"a\0.wav", 6}}, EINVAL},
        {{.id = 1, .tape = 1, .mixed = SLICE("a.mp3")}, EINVAL},
        {{.id = 1, .tape = 1, .mixed = SLICE("a.gsm"), .is_stereo = true}, EINVAL},
        {{.id = 1, .tape = 1}, EINVAL},
        {{.id = 1, .tape = 1, .rx = SLICE("b.wav"), .tx = SLICE("link/b.wav")}, EACCES},
        {{.id = 7, .tape = 1, .mixed = SLICE("a.wav")}, ENOENT},
    };
    char path[128];
    struct studio s;
    int err;

    CHECK_OK_TO(studio_open(&s), out);
    snprintf(path, sizeof(path), "%s/link", studio_folder);
    CHECK_TO(!symlink("/tmp", path), out);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        CHECK_TO(studio_begin(&s, &cases[i].m) == cases[i].err && s.b.tape_begun.tape == 1, out);
    CHECK_TO(studio_stop(&s, 1) == ENOENT, out);
    CHECK_TO(!unlink(path) && !rmdir(studio_folder), out); /* nothing was made */
    CHECK_TO(studio_begin(&s, &(struct media_tape){.id = 1, .tape = 1, .mixed = SLICE("a.wav")}) ==
                 ENOENT,
             out);
    CHECK_TO(!s.b.tape_begun.begun_us && s.b.ended == 1, out);
out:
    studio_close(&s);
    return err;
}

static int a_ninth_one_on_a_stream_is_refused(void)
{
    struct media_tape m = {.id = 1};
    char name[] = "0.wav";
    struct studio s;
    int err;

    m.mixed = slice_of(name);
    CHECK_OK_TO(studio_open(&s), out);
    for (m.tape = 1; m.tape <= 8; m.tape++, name[0]++)
        CHECK_OK_TO(studio_begin(&s, &m), out);
    CHECK_TO(studio_begin(&s, &m) == EMFILE, out);
    m.id = 2;
    CHECK_OK_TO(studio_begin(&s, &m), out);
    m.tape = 10; /* the same file */
    CHECK_TO(studio_begin(&s, &m) == EBUSY, out);
    studio_talk(&s, 100);
out: /* they end with the server */
    studio_close(&s);
    return err;
}

static int louder_in_the_file_only(void)
{
    struct media_tape m = {
        .id = 1, .tape = 1, .rx = SLICE("r.wav"), .tx = SLICE("t.wav"), .rx_db = 6};
    struct sound w = {0};
    struct studio s;
    int err;

    CHECK_OK_TO(studio_record(&s, &m), out);
    studio_talk(&s, 200);
    CHECK_OK_TO(studio_listen(&s, &w, "r.wav"), out);
    CHECK_TO(w.samples[w.frames / 2] / 199 == X_SAMPLE / 100, out);
    CHECK_OK_TO(sound_read(&w, "t.wav"), out);
    CHECK_TO(w.samples[w.frames / 2] == Y_SAMPLE, out);
out:
    sound_close(&w);
    studio_close(&s);
    return err;
}

/* What is played to the phone is what it hears, in place of its peer. */
static int a_tone_stands_in_the_file(void)
{
    struct media_tape m = {.id = 1, .tape = 1, .mixed = SLICE("a.wav"), .is_stereo = true};
    struct media_tone tone = {.id = 1, .play_id = 9, .tone = SLICE("425/1000"), .duration_ms = 400};
    struct sound w = {0};
    struct studio s;
    size_t other = 0;
    int err;

    CHECK_OK_TO(studio_record(&s, &m), out);
    CHECK_OK_TO(ipc_send(s.b.engine, MEDIA_TONE, &tone), out);
    studio_talk(&s, 800);
    CHECK_OK_TO(studio_listen(&s, &w, "a.wav"), out);
    CHECK_TO(sound_near_ms(sound_count(&w, 0, X_SAMPLE) / 8, 800), out);
    CHECK_TO(sound_near_ms(sound_count(&w, 1, Y_SAMPLE) / 8, 400), out);
    other = w.frames - sound_count(&w, 1, Y_SAMPLE) - sound_count(&w, 1, 0);
    CHECK_TO(sound_near_ms(other / 8, 390), out);
out:
    sound_close(&w);
    studio_close(&s);
    return err;
}

/* Phones on streams 1 and 2, halves 3 and 4 between them: 3 hears what 1 says. */
static int halves_of_local_channels_are_recorded(void)
{
    struct media_tape m = {.id = 3, .tape = 1, .mixed = SLICE("a.wav"), .is_stereo = true};
    struct sound w = {0};
    struct studio s;
    int err;

    CHECK_OK_TO(studio_open(&s), out);
    CHECK_OK_TO(ipc_send(s.b.engine, MEDIA_PAIR, &(struct media_twins){3, 4}), out);
    CHECK_OK_TO(ipc_send(s.b.engine, MEDIA_CONNECT, &(struct media_connect){1, 3}), out);
    CHECK_OK_TO(ipc_send(s.b.engine, MEDIA_CONNECT, &(struct media_connect){4, 2}), out);
    CHECK_OK_TO(studio_begin(&s, &m), out);
    studio_talk(&s, 400);
    CHECK_OK_TO(studio_listen(&s, &w, "a.wav"), out);
    CHECK_TO(sound_near_ms(sound_count(&w, 0, g711_alaw_linear[Y_BYTE]) / 8, 400), out);
    CHECK_TO(sound_near_ms(sound_count(&w, 1, X_SAMPLE) / 8, 400), out);
out:
    sound_close(&w);
    studio_close(&s);
    return err;
}

/* Streams are moved from lane to lane while they are recorded. */
static int on_several_lanes_nothing_is_lost(void)
{
    struct media_tape m = {.id = 1, .tape = 1, .mixed = SLICE("a.wav"), .is_stereo = true};
    struct sound w = {0};
    struct studio s;
    size_t ms;
    int err;

    CHECK_OK_TO(studio_open_on(&s, 3), out);
    CHECK_OK_TO(studio_begin(&s, &m), out);
    ms = studio_talk(&s, 200);
    for (int i = 0; i < 4; i++) {
        CHECK_OK_TO(ipc_send(s.b.engine, MEDIA_PAIR, &(struct media_twins){3, 4}), out);
        CHECK_OK_TO(ipc_send(s.b.engine, MEDIA_CONNECT, &(struct media_connect){1, 3}), out);
        CHECK_OK_TO(ipc_send(s.b.engine, MEDIA_CONNECT, &(struct media_connect){4, 2}), out);
        ms += studio_talk(&s, 100);
        CHECK_OK_TO(ipc_send(s.b.engine, MEDIA_CONNECT, &(struct media_connect){2, 1}), out);
        ms += studio_talk(&s, 100);
    }
    CHECK_OK_TO(studio_listen(&s, &w, "a.wav"), out);
    CHECK_TO(sound_near_ms(w.frames / 8, ms), out);
    CHECK_TO(sound_count(&w, 0, X_SAMPLE) / 8 > 900, out);
    CHECK_TO(sound_count(&w, 1, Y_SAMPLE) / 8 > 850, out);
out:
    sound_close(&w);
    studio_close(&s);
    return err;
}

UNIT_TESTS(UNIT_ONCE(both_voices_stand_in_their_channels_to_the_end),
           UNIT_ONCE(mixed_and_each_side_in_files_of_their_own), UNIT_ONCE(both_voices_are_in_step),
           UNIT_ONCE(muted_is_silence_and_paused_is_no_time),
           UNIT_ONCE(time_counts_only_while_joined_where_asked),
           UNIT_ONCE(it_goes_on_when_its_stream_ends_and_moves_to_another),
           UNIT_ONCE(the_end_is_left_out_the_file_appended_to_and_removed),
           UNIT_ONCE(what_cannot_be_recorded_is_told),
           UNIT_ONCE(a_ninth_one_on_a_stream_is_refused), UNIT_ONCE(louder_in_the_file_only),
           UNIT_ONCE(a_tone_stands_in_the_file), UNIT_ONCE(halves_of_local_channels_are_recorded),
           UNIT_ONCE(on_several_lanes_nothing_is_lost))
