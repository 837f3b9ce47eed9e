/* tone.c - see tone.h */
#include <errno.h>
#include <math.h>

#include "dsp/tone.h"

#define ENDLESS_MS 1000
#define PEAK_ONE 7300.0 /* -13 dBm0 */
#define PEAK_TWO 5170.0 /* -16 dBm0 */
#define DEPTH 0.9       /* of modulation */
#define PART_DBM0 -13

struct zone_row {
    const char *zone, *name, *list;
};

static const struct zone_row zones[] = {
    {"ru", "dial", "425"},
    {"ru", "busy", "425/350,0/350"},
    {"ru", "ring", "425/1000,0/4000"},
    {"ru", "congestion", "425/175,0/175"},
    {"ru", "callwaiting", "425/200,0/5000"},
    {"ru", "dialrecall", "425/400,0/40"},
    {"ru", "record", "1400/400,0/15000"},
    {"ru", "info", "950/330,1400/330,1800/330,0/1000"},
    {"ru", "stutter", "!425/100,!0/100,!425/100,!0/100,!425/100,!0/100,425"},
    {"us", "dial", "350+440"},
    {"us", "busy", "480+620/500,0/500"},
    {"us", "ring", "440+480/2000,0/4000"},
    {"us", "congestion", "480+620/250,0/250"},
    {"us", "callwaiting", "440/300,0/10000"},
    {"us", "dialrecall", "!350+440/100,!0/100,!350+440/100,!0/100,!350+440/100,!0/100,350+440"},
    {"us", "record", "1400/500,0/15000"},
    {"us", "info", "!950/330,!1400/330,!1800/330,0"},
    {"us", "stutter", "!350+440/100,!0/100,!350+440/100,!0/100,!350+440/100,!0/100,350+440"},
};

static struct slice find_row(struct slice zone, struct slice name)
{
    for (size_t i = 0; i < sizeof(zones) / sizeof(zones[0]); i++) {
        if (slice_caseeqz(zone, zones[i].zone) && slice_caseeqz(name, zones[i].name))
            return slice_of(zones[i].list);
    }
    return SLICE_NONE;
}

bool tone_has_zone(struct slice zone)
{
    return slice_is_set(find_row(zone, SLICE("ring")));
}

struct slice tone_find(struct slice zone, struct slice name)
{
    struct slice list;

    if (slice_caseeqz(name, "ringing"))
        name = SLICE("ring");
    list = find_row(zone, name);
    return slice_is_set(list) ? list : find_row(SLICE("us"), name);
}

/* "350+440", "425*25" */
static struct slice cut_second(struct slice text, struct slice *second, bool *is_modulated)
{
    text = slice_cut(text, '+', second);
    *is_modulated = !slice_is_set(*second);
    return *is_modulated ? slice_cut(text, '*', second) : text;
}

/* "350+440/100", "1004@0" (so much below 0 dBm0) */
static int parse_part(struct tone_part *p, struct slice text)
{
    struct slice rest, second, third, level;
    uint32_t hz[2] = {0}, ms = 0, dbm0 = -PART_DBM0;
    bool is_modulated;

    text = slice_cut(text, '/', &rest);
    text = cut_second(text, &second, &is_modulated);
    second = slice_cut(second, '+', &third);
    text = slice_cut(text, '@', &level);
    if (slice_is_set(level) && (slice_u32(slice_trim(level), &dbm0) || dbm0 > 60))
        return EINVAL;
    if (slice_u32(slice_trim(text), &hz[0]))
        return EINVAL;
    if (slice_is_set(second) && slice_u32(slice_trim(second), &hz[1]))
        return EINVAL;
    if (slice_is_set(rest) && slice_u32(slice_trim(rest), &ms))
        return EINVAL;
    if (hz[0] > TONE_MAX_HZ || hz[1] > TONE_MAX_HZ || ms > TONE_MAX_MS)
        return EINVAL;
    *p = (struct tone_part){.hz = {(uint16_t)hz[0], (uint16_t)hz[1]},
                            .is_modulated = is_modulated && hz[1],
                            .dbm0 = (int8_t) - (int)dbm0,
                            .ms = ms};
    return 0;
}

int tone_parse(struct tone *t, struct slice list)
{
    struct slice part;
    int err;

    *t = (struct tone){0};
    while (slice_is_set(list)) {
        part = slice_trim(slice_cut(list, ',', &list));
        if (t->count == TONE_PARTS_MAX - 1)
            return EINVAL;
        if (part.len && part.p[0] == '!') {
            part = slice_skip(part, 1);
            if (t->repeat_from == t->count)
                t->repeat_from++;
        }
        err = parse_part(&t->parts[t->count], part);
        if (err)
            return err;
        t->count++;
    }
    if (t->count && t->repeat_from == t->count) /* all once: then silence without end */
        t->parts[t->count++] = (struct tone_part){.ms = 0};
    return t->count && tone_samples(t) ? 0 : EINVAL;
}

int tone_digit(struct tone *t, char digit, uint32_t ms, uint32_t gap_ms)
{
    static const char keys[] = "123A456B789C*0#D";
    static const uint16_t rows[4] = {697, 770, 852, 941}, columns[4] = {1209, 1336, 1477, 1633};
    const char *k = digit ? strchr(keys, digit) : NULL;

    if (!k)
        return EINVAL;
    *t = (struct tone){.count = gap_ms ? 2 : 1};
    t->parts[0] = (struct tone_part){
        .hz = {rows[(k - keys) / 4], columns[(k - keys) % 4]}, .dbm0 = PART_DBM0, .ms = ms};
    t->parts[1].ms = gap_ms;
    return tone_samples(t) ? 0 : EINVAL;
}

static size_t part_samples(const struct tone_part *p)
{
    return (size_t)(p->ms ? p->ms : ENDLESS_MS) * (TONE_RATE_HZ / 1000);
}

size_t tone_samples(const struct tone *t)
{
    size_t n = 0;

    for (uint8_t i = 0; i < t->count; i++)
        n += part_samples(&t->parts[i]);
    return n <= (size_t)TONE_MAX_MS * (TONE_RATE_HZ / 1000) ? n : 0;
}

size_t tone_repeat_sample(const struct tone *t)
{
    size_t n = 0;

    for (uint8_t i = 0; i < t->repeat_from; i++)
        n += part_samples(&t->parts[i]);
    return n;
}

static double sample(const struct tone_part *p, double peak, double at)
{
    const double turn = 2.0 * 3.14159265358979323846 / TONE_RATE_HZ;
    double first = sin(turn * p->hz[0] * at), second = sin(turn * p->hz[1] * at);

    return p->is_modulated ? peak * first * (1 + DEPTH * second) / (1 + DEPTH)
                           : peak * (first + second);
}

void tone_render(const struct tone *t, int16_t *out)
{
    for (uint8_t i = 0; i < t->count; i++) {
        const struct tone_part *p = &t->parts[i];
        bool is_two = p->hz[0] && p->hz[1] && !p->is_modulated;
        double peak = (is_two ? PEAK_TWO : PEAK_ONE) * pow(10, (p->dbm0 - PART_DBM0) / 20.0);
        size_t n = part_samples(p);

        for (size_t k = 0; k < n; k++)
            *out++ = (int16_t)lrint(sample(p, peak, (double)k));
    }
}
