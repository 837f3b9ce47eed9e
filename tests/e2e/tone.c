/* tone.c - tone HZ SECONDS FILE: a WAV file (8 kHz, mono) with one tone, for phones to say */
#include <math.h>
#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>

#define RATE 8000

int main(int argc, char **argv)
{
    SF_INFO info = {.samplerate = RATE, .channels = 1, .format = SF_FORMAT_WAV | SF_FORMAT_PCM_16};
    SNDFILE *f;
    double hz;
    long count;

    if (argc != 4) {
        fprintf(stderr, "tone HZ SECONDS FILE\n");
        return 2;
    }
    hz = atof(argv[1]);
    count = (long)(atof(argv[2]) * RATE);
    f = sf_open(argv[3], SFM_WRITE, &info);
    if (!f) {
        fprintf(stderr, "tone: %s: %s\n", argv[3], sf_strerror(NULL));
        return 1;
    }
    for (long i = 0; i < count; i += RATE) {
        short second[RATE];
        int n = count - i < RATE ? (int)(count - i) : RATE;

        for (int k = 0; k < n; k++)
            second[k] = (short)(9800 * sin(2 * M_PI * hz * (double)(i + k) / RATE));
        sf_write_short(f, second, n);
    }
    sf_close(f);
    return 0;
}
