/* archive/peaks.c - see peaks.h */
#include "archive/peaks.h"

#include <string.h>

int peaks_init(struct peaks *p, int channels, int rate)
{
    static const char head[PEAKS_HEAD];

    *p = (struct peaks){.channels = channels, .step = rate * PEAKS_STEP_MS / 1000};
    buf_init(&p->out, PEAKS_BYTES_MAX);
    return buf_add(&p->out, head, sizeof(head));
}

static void put_step(struct peaks *p)
{
    for (int c = 0; c < p->channels; c++) {
        buf_addc(&p->out, (char)(p->least[c] >> 8));
        buf_addc(&p->out, (char)(p->greatest[c] >> 8));
        p->least[c] = p->greatest[c] = 0;
    }
    p->steps++;
    p->filled = 0;
}

void peaks_add(struct peaks *p, const int16_t *samples, int frames)
{
    for (int i = 0; i < frames; i++) {
        for (int c = 0; c < p->channels; c++) {
            const int16_t s = *samples++;

            if (s < p->least[c])
                p->least[c] = s;
            if (s > p->greatest[c])
                p->greatest[c] = s;
        }
        if (++p->filled == p->step)
            put_step(p);
    }
}

int peaks_end(struct peaks *p)
{
    unsigned char head[PEAKS_HEAD] = {'S', 'P',           'K', '1', (unsigned char)p->channels,
                                      0,   PEAKS_STEP_MS, 0};

    if (p->filled)
        put_step(p);
    for (int i = 0; i < 4; i++)
        head[8 + i] = (unsigned char)(p->steps >> (8 * i));
    if (buf_err(&p->out))
        return buf_err(&p->out);
    memcpy(p->out.p, head, sizeof(head));
    return 0;
}

void peaks_fini(struct peaks *p)
{
    buf_fini(&p->out);
}
