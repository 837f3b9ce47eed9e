/* goertzel.c - see goertzel.h */
#include <math.h>

#include "dsp/goertzel.h"

double goertzel_peak(const int16_t *samples, size_t count, double hz, double rate_hz)
{
    double c = 2.0 * cos(2.0 * 3.14159265358979323846 * hz / rate_hz);
    double s0, s1 = 0, s2 = 0, power;

    if (!count)
        return 0;
    for (size_t i = 0; i < count; i++) {
        s0 = samples[i] + c * s1 - s2;
        s2 = s1;
        s1 = s0;
    }
    power = s1 * s1 + s2 * s2 - c * s1 * s2;
    return power > 0 ? 2.0 * sqrt(power) / (double)count : 0;
}
