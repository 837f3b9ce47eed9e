/* resample.c - see resample.h */
#include <stdbool.h>

#include "dsp/resample.h"

#define RATE_MIN_HZ 4000
#define RATE_MAX_HZ 192000

static bool is_rate(uint32_t hz)
{
    return hz >= RATE_MIN_HZ && hz <= RATE_MAX_HZ;
}

size_t resample_count(size_t count, uint32_t from_hz, uint32_t to_hz)
{
    if (!is_rate(from_hz) || !is_rate(to_hz))
        return 0;
    return (size_t)((uint64_t)count * to_hz / from_hz);
}

/* Mean over the next width samples, in place: reading runs ahead of writing. */
static void low_pass(int16_t *s, size_t count, uint32_t width)
{
    int64_t sum = 0;

    for (size_t i = 0; i < width && i < count; i++)
        sum += s[i];
    for (size_t i = 0; i < count; i++) {
        int16_t leaving = s[i];

        s[i] = (int16_t)(sum / width);
        sum -= leaving;
        if (i + width < count)
            sum += s[i + width];
    }
}

void resample(int16_t *out, int16_t *in, size_t count, uint32_t from_hz, uint32_t to_hz)
{
    size_t n = resample_count(count, from_hz, to_hz);

    for (int pass = 0; pass < 2 && from_hz > to_hz; pass++)
        low_pass(in, count, from_hz / to_hz);
    for (size_t i = 0; i < n; i++) {
        uint64_t at = (uint64_t)i * from_hz;
        size_t k = (size_t)(at / to_hz);
        int64_t part = (int64_t)(at % to_hz);
        int32_t a = in[k], b = k + 1 < count ? in[k + 1] : in[k];

        out[i] = (int16_t)(a + (b - a) * part / (int64_t)to_hz);
    }
}

void gain_apply(int16_t *samples, size_t count, uint32_t gain_pct)
{
    for (size_t i = 0; i < count; i++) {
        int64_t v = (int64_t)samples[i] * gain_pct / 100;

        samples[i] = (int16_t)(v > INT16_MAX ? INT16_MAX : v < INT16_MIN ? INT16_MIN : v);
    }
}
