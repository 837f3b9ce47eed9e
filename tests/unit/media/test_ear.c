/* test_ear.c - talk and silence, volume, muting, and digits in the sound, through a whole server */
#include <stdlib.h>

#include "dsp/g711.h"
#include "dsp/tone.h"
#include "phone.h"

#define LOUD 0x90  /* mu-law, about 15,000 */
#define QUIET 0xf8 /* a few units */

/* One packet of 20 ms of these bytes. */
static void say(struct phone *p, const struct addr *to, const uint8_t bytes[160])
{
    struct rtp_header h = {.seq = p->seq++, .timestamp = p->ts, .ssrc = p->ssrc};
    struct sockaddr_storage ss;
    uint8_t packet[172];

    p->ts += 160;
    rtp_print(packet, &h);
    memcpy(packet + 12, bytes, 160);
    (void)sendto(p->fd, packet, sizeof(packet), 0, (struct sockaddr *)&ss,
                 addr_to_sockaddr(to, &ss));
}

static void say_for(struct bench *b, struct phone *p, uint8_t byte, int packets)
{
    run_for(b, 5); /* commands first */
    for (int i = 0; i < packets; i++) {
        phone_send(p, &b->local[1], 0, byte);
        run_for(b, 20);
    }
}

static int talk_and_silence_are_told_once_each(void)
{
    struct phone x = {.fd = -1}, y = {.fd = -1};
    struct media_detect d = {.id = 1, .talk_ms = 100, .silence_ms = 200};
    struct bench b;
    int err;

    CHECK_OK_TO(bench_open(&b, 1), out);
    CHECK_OK_TO(bench_call(&b, &x, &y, ULAW_ONLY, ULAW_ONLY), out);
    CHECK_OK_TO(ipc_send(b.engine, MEDIA_DETECT, &d), out);
    say_for(&b, &x, LOUD, 4);
    CHECK_TO(b.talks == 0, out);
    say_for(&b, &x, LOUD, 8);
    CHECK_TO(b.talks == 1 && b.silences == 0, out);
    say_for(&b, &x, QUIET, 12);
    CHECK_TO(b.talks == 1 && b.silences == 1, out);
    say_for(&b, &x, LOUD, 6);
    CHECK_TO(b.talks == 2, out);
    CHECK_TO(wait_for(&b, &b.silences, 2, 600), out); /* no packets at all */
    d.talk_ms = d.silence_ms = 0;
    CHECK_OK_TO(ipc_send(b.engine, MEDIA_DETECT, &d), out);
    say_for(&b, &x, LOUD, 10);
    CHECK_TO(b.talks == 2, out);
out:
    bench_close(&b);
    close(x.fd);
    close(y.fd);
    return err;
}

static int level(const struct got *g)
{
    return abs(g711_ulaw_linear[g->byte]);
}

static int volume_and_muting_change_what_is_heard(void)
{
    struct phone x = {.fd = -1}, y = {.fd = -1};
    struct bench b;
    struct got g;
    int err, before;

    CHECK_OK_TO(bench_open(&b, 1), out);
    CHECK_OK_TO(bench_call(&b, &x, &y, ULAW_ONLY, ULAW_ONLY), out);
    say_for(&b, &x, 0xb0, 1);
    CHECK_TO(phone_recv(&y, &g) && (before = level(&g)) > 500, out);
    CHECK_OK_TO(ipc_send(b.engine, MEDIA_GAIN, &(struct media_gain){.id = 1, .rx_db = 6}), out);
    say_for(&b, &x, 0xb0, 1);
    CHECK_TO(phone_recv(&y, &g) && level(&g) > before * 1.8 && level(&g) < before * 2.2, out);
    CHECK_OK_TO(ipc_send(b.engine, MEDIA_GAIN, &(struct media_gain){.id = 2, .tx_db = -12}), out);
    say_for(&b, &x, 0xb0, 1);
    CHECK_TO(phone_recv(&y, &g) && level(&g) > before * 0.4 && level(&g) < before * 0.6, out);
    CHECK_OK_TO(ipc_send(b.engine, MEDIA_GAIN, &(struct media_gain){.id = 1, .is_rx_muted = true}),
                out);
    say_for(&b, &x, 0xb0, 1);
    CHECK_TO(phone_recv(&y, &g) && level(&g) < 10, out);
    CHECK_OK_TO(ipc_send(b.engine, MEDIA_GAIN, &(struct media_gain){.id = 1}), out);
    CHECK_OK_TO(ipc_send(b.engine, MEDIA_GAIN, &(struct media_gain){.id = 2}), out);
    say_for(&b, &x, 0xb0, 1);
    CHECK_TO(phone_recv(&y, &g) && g.byte == 0xb0, out);
out:
    bench_close(&b);
    close(x.fd);
    close(y.fd);
    return err;
}

/* x presses 7 in its sound: reported, passed to y as telephone-event, and not to be heard besides. */
static int digits_in_the_sound_become_events(void)
{
    static int16_t samples[8000];
    struct phone x = {.fd = -1}, y = {.fd = -1};
    struct media_remote r = {
        .id = 1, .can_send = true, .can_recv = true, .is_inband = true, .formats = {ULAW_ONLY, 2}};
    uint8_t bytes[160];
    struct bench b;
    struct got g;
    struct tone t;
    int err, loud = 0, events = 0;

    CHECK_OK_TO(bench_open(&b, 1), out);
    CHECK_OK_TO(bench_call(&b, &x, &y, ULAW_ONLY, ULAW_ONLY), out);
    r.rtp = r.rtcp = r.signal = x.addr;
    CHECK_OK_TO(ipc_send(b.engine, MEDIA_REMOTE, &r), out);
    run_for(&b, 5);
    CHECK_OK_TO(tone_digit(&t, '7', 200, 200), out);
    tone_render(&t, samples);
    for (int i = 0; i < 20; i++) {
        g711_encode(CODEC_ULAW, bytes, samples + i * 160, 160);
        say(&x, &b.local[1], bytes);
        run_for(&b, 20);
    }
    run_for(&b, 300);
    CHECK_TO(!strcmp(b.digits, "7"), out);
    while (phone_recv(&y, &g)) {
        if (g.h.payload_type == 96)
            events += g.bytes[0] == 7;
        else
            loud += level(&g) > 500;
    }
    CHECK_TO(events >= 3 && loud <= 2, out); /* the first 25 ms are gone by */
out:
    bench_close(&b);
    close(x.fd);
    close(y.fd);
    return err;
}

UNIT_TESTS(UNIT_ONCE(talk_and_silence_are_told_once_each),
           UNIT_ONCE(volume_and_muting_change_what_is_heard),
           UNIT_ONCE(digits_in_the_sound_become_events))
