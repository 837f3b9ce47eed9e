/* test_peaks.c - the swing of each tenth of a second */
#include "archive/peaks.h"

#include <string.h>

#include "unit.h"

static int steps_have_least_and_greatest(void)
{
    static const unsigned char want[] = {'S', 'P', 'K',  '1', 2, 0,  100, 0, 2,    0,
                                         0,   0,   0xf6, 20,  0, 30, 0,   1, 0xff, 0};
    int16_t samples[900][2] = {{0}};
    struct peaks p;
    int err;

    samples[3][0] = -10 * 256;
    samples[700][0] = 20 * 256;
    samples[799][1] = 30 * 256;
    samples[800][0] = 256;
    samples[899][1] = -1;
    CHECK_OK_TO(peaks_init(&p, 2, 8000), out);
    peaks_add(&p, samples[0], 500); /* a block is no step */
    peaks_add(&p, samples[500], 400);
    CHECK_OK_TO(peaks_end(&p), out);
    CHECK_TO(p.out.len == sizeof(want) && memcmp(p.out.p, want, sizeof(want)) == 0, out);
out:
    peaks_fini(&p);
    return err;
}

UNIT_TESTS(UNIT(steps_have_least_and_greatest))
