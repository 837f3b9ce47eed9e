/*
 * hear.c - hear FILE [--from S] [--to S] [--pct P] [--not HZ]... HZ|silence
 *
 * Is the tone in at least P % (default 98) of the 20 ms frames of a WAV file, and none of the tones
 * after --not in more than 2 % of them? Frames are counted from --from (0.5 s) to --to (the end); a
 * negative value counts from the end. `silence`: no frame louder than a whisper.
 */
#include <math.h>
#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FRAME_MS 20
#define LOUD 10000.0 /* mean square of a sample */
#define NOT_MAX 8

struct wish {
    const char *file;
    double from, to, pct, tone, nots[NOT_MAX];
    int not_count;
    int is_silence;
};

struct found {
    long frames, with_tone, with_other, loud;
};

/* Goertzel: the share of a frame's energy at this frequency (0..1). */
static double share(const double *v, int n, double hz, double rate)
{
    double k = 2 * cos(2 * M_PI * hz / rate), p = 0, q = 0, energy = 1e-9;

    for (int i = 0; i < n; i++) {
        double next = v[i] + k * p - q;

        q = p;
        p = next;
        energy += v[i] * v[i];
    }
    return (p * p + q * q - k * p * q) * 2 / n / energy;
}

static void look(const struct wish *w, const double *v, int n, double rate, struct found *f)
{
    double energy = 0;

    for (int i = 0; i < n; i++)
        energy += v[i] * v[i];
    f->frames++;
    if (energy / n < LOUD)
        return;
    f->loud++;
    if (w->tone > 0 && share(v, n, w->tone, rate) > 0.8)
        f->with_tone++;
    for (int i = 0; i < w->not_count; i++) {
        if (share(v, n, w->nots[i], rate) > 0.2)
            f->with_other++;
    }
}

static int listen_to(const struct wish *w, struct found *f)
{
    SF_INFO info = {0};
    SNDFILE *in = sf_open(w->file, SFM_READ, &info);
    double seconds, from, to;
    int n;

    if (!in) {
        fprintf(stderr, "hear: %s: %s\n", w->file, sf_strerror(NULL));
        return 2;
    }
    seconds = (double)info.frames / info.samplerate;
    from = w->from < 0 ? seconds + w->from : w->from;
    to = w->to <= 0 ? seconds + w->to : w->to;
    n = info.samplerate * FRAME_MS / 1000;
    short *raw = calloc((size_t)(n * info.channels), sizeof(*raw));
    double *v = calloc((size_t)n, sizeof(*v));
    for (double at = 0; sf_readf_short(in, raw, n) == n; at += FRAME_MS / 1000.0) {
        for (int i = 0; i < n; i++)
            v[i] = raw[i * info.channels];
        if (at >= from && at + FRAME_MS / 1000.0 <= to)
            look(w, v, n, info.samplerate, f);
    }
    free(raw);
    free(v);
    sf_close(in);
    return 0;
}

static int parse(struct wish *w, int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (argv[i][0] == '-' && argv[i][1] == '-') {
            double value = i + 1 < argc ? atof(argv[i + 1]) : 0;

            if (strcmp(argv[i], "--from") == 0)
                w->from = value;
            else if (strcmp(argv[i], "--to") == 0)
                w->to = value;
            else if (strcmp(argv[i], "--pct") == 0)
                w->pct = value;
            else if (strcmp(argv[i], "--not") == 0 && w->not_count < NOT_MAX)
                w->nots[w->not_count++] = value;
            else
                return 2;
            i++;
        } else if (!w->file) {
            w->file = argv[i];
        } else if (strcmp(argv[i], "silence") == 0) {
            w->is_silence = 1;
        } else {
            w->tone = atof(argv[i]);
        }
    }
    return w->file && (w->tone > 0 || w->is_silence) ? 0 : 2;
}

int main(int argc, char **argv)
{
    struct wish w = {.from = 0.5, .pct = 98};
    struct found f = {0};
    int is_heard, err = parse(&w, argc, argv);

    if (err) {
        fprintf(stderr, "hear FILE [--from S] [--to S] [--pct P] [--not HZ]... HZ|silence\n");
        return err;
    }
    err = listen_to(&w, &f);
    if (err)
        return err;
    if (w.is_silence)
        is_heard = f.frames > 10 && f.loud * 50 <= f.frames;
    else
        is_heard =
            f.frames > 10 && f.with_tone >= f.frames * w.pct / 100 && f.with_other * 50 <= f.frames;
    printf("frames=%ld loud=%ld with_tone=%ld with_other=%ld %s\n", f.frames, f.loud, f.with_tone,
           f.with_other, is_heard ? "HEARD" : "NOT HEARD");
    return !is_heard;
}
