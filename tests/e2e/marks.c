/*
 * marks.c - a voice that can be found again: a tone, and every 5 s a short mark of another
 *
 *   marks make TONE MARK SECONDS FILE         writes it, for a phone to say
 *   marks look TONE MARK OTHER FILE CHANNEL   what is in that channel (1, 2): "second N PCT" for each second in which
 *                                             the tone or a mark fills less than 80 % , "mark SECONDS" for the middle
 *                                             of each whole mark, and a line of key=value pairs: seconds, tone (% of
 *                                             10 ms frames), other (% with OTHER), silent_ms, first and last s
 */
#include <math.h>
#include <sndfile.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RATE 8000
#define FRAME 80 /* 10 ms */
#define HOP 8    /* marks are looked for by the millisecond */
#define LOUD 10000.0
#define EVERY_S 5
#define MARK_MS 100

static int make(double tone, double mark, long seconds, const char *name)
{
    SF_INFO info = {.samplerate = RATE, .channels = 1, .format = SF_FORMAT_WAV | SF_FORMAT_PCM_16};
    SNDFILE *f = sf_open(name, SFM_WRITE, &info);

    if (!f)
        return 1;
    for (long s = 0; s < seconds; s++) {
        short second[RATE];

        for (int i = 0; i < RATE; i++) {
            const bool is_mark = s % EVERY_S == EVERY_S - 1 && i < MARK_MS * RATE / 1000;
            const double hz = is_mark ? mark : tone;

            second[i] = (short)(9800 * sin(2 * M_PI * hz * (double)(s * RATE + i) / RATE));
        }
        sf_write_short(f, second, RATE);
    }
    sf_close(f);
    return 0;
}

static double energy(const short *v)
{
    double e = 1e-9;

    for (int i = 0; i < FRAME; i++)
        e += (double)v[i] * v[i];
    return e;
}

/* Goertzel: the share of a frame's energy at this frequency (0..1). */
static double share(const short *v, double hz)
{
    const double k = 2 * cos(2 * M_PI * hz / RATE);
    double p = 0, q = 0;

    for (int i = 0; i < FRAME; i++) {
        const double next = v[i] + k * p - q;

        q = p;
        p = next;
    }
    return (p * p + q * q - k * p * q) * 2 / FRAME / energy(v);
}

static bool is_loud(const short *v)
{
    return energy(v) / FRAME >= LOUD;
}

static short *read_channel(const char *name, int channel, long *len)
{
    SF_INFO info = {0};
    SNDFILE *f = sf_open(name, SFM_READ, &info);
    short *all, *one;

    if (!f || info.samplerate != RATE || channel > info.channels)
        return NULL;
    all = calloc((size_t)(info.frames * info.channels), sizeof(*all));
    one = calloc((size_t)info.frames + FRAME, sizeof(*one));
    *len = (long)sf_readf_short(f, all, info.frames);
    for (long i = 0; i < *len; i++)
        one[i] = all[i * info.channels + channel - 1];
    free(all);
    sf_close(f);
    return one;
}

/* Stretches of 5 ms and more. */
static long silence_ms(const short *v, long len)
{
    long sum = 0, from = 0;

    for (long i = 0; i <= len; i++) {
        if (i < len && abs(v[i]) <= 16)
            continue;
        if (i - from >= 5 * RATE / 1000)
            sum += i - from;
        from = i + 1;
    }
    return sum * 1000 / RATE;
}

static void look_for_tone(const short *v, long len, double tone, double mark, double other)
{
    long frames = 0, toned = 0, othered = 0, first = -1, last = 0, in_second = 0;

    for (long i = 0; i + FRAME <= len; i += FRAME, frames++) {
        const bool loud = is_loud(v + i);
        const bool has = loud && (share(v + i, tone) > 0.7 || share(v + i, mark) > 0.5);

        toned += has;
        in_second += has;
        othered += loud && share(v + i, other) > 0.3;
        first = has && first < 0 ? i : first;
        last = has ? i : last;
        if (i % RATE == RATE - FRAME) {
            if (in_second < 80)
                printf("second %ld %ld\n", i / RATE, in_second);
            in_second = 0;
        }
    }
    printf("seconds=%.2f tone=%.2f other=%.2f silent_ms=%ld first=%.2f last=%.2f\n",
           (double)len / RATE, 100.0 * (double)toned / (double)frames,
           100.0 * (double)othered / (double)frames, silence_ms(v, len), (double)first / RATE,
           (double)last / RATE);
}

static void look_for_marks(const short *v, long len, double mark)
{
    long from = -1, at = -1;

    for (long i = 0; i + FRAME <= len; i += HOP) {
        const bool is_mark = is_loud(v + i) && share(v + i, mark) > 0.5;

        if (is_mark) {
            from = from < 0 ? i : from;
            at = i;
        } else if (from >= 0 && i - at > RATE / 10) { /* a lost packet is no end of it */
            const double ms = (double)(at - from) * 1000 / RATE;

            if (fabs(ms - MARK_MS) < 12) /* whole at both ends */
                printf("mark %.3f\n", (double)(from + at + FRAME) / 2 / RATE);
            from = -1;
        }
    }
}

int main(int argc, char **argv)
{
    if (argc == 6 && strcmp(argv[1], "make") == 0)
        return make(atof(argv[2]), atof(argv[3]), atol(argv[4]), argv[5]);
    if (argc == 7 && strcmp(argv[1], "look") == 0) {
        long len = 0;
        short *v = read_channel(argv[5], atoi(argv[6]), &len);

        if (!v) {
            fprintf(stderr, "marks: %s: no sound of 8 kHz, or no such channel\n", argv[5]);
            return 1;
        }
        look_for_marks(v, len, atof(argv[3]));
        look_for_tone(v, len, atof(argv[2]), atof(argv[3]), atof(argv[4]));
        free(v);
        return 0;
    }
    fprintf(stderr,
            "marks make TONE MARK SECONDS FILE | marks look TONE MARK OTHER FILE CHANNEL\n");
    return 2;
}
