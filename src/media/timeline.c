/* timeline.c - see timeline.h */
#include "media/timeline.h"

#define SPELL_SAMPLES (2 * TIMELINE_HZ)
#define JUMP_SAMPLES TIMELINE_HZ         /* later than that: its clock leapt */
#define EARLY_SAMPLES (TIMELINE_HZ / 16) /* earlier than that, too: a queue is gone */
#define STALL_SAMPLES (TIMELINE_HZ / 16) /* a talkspurt that much later: its clock stood still */
#define SLACK_SAMPLES 8                  /* what is not worth a move */
#define HASTE 64                         /* a move is a sample and this part of what is missing */

static int64_t ticks_of(const struct timeline *t, uint32_t timestamp)
{
    return t->ticks + (int32_t)(timestamp - t->timestamp);
}

bool timeline_is_known(const struct timeline *t, const struct timeline_packet *p)
{
    int64_t late;

    if (!t->is_started || p->source != t->source)
        return false;
    late = p->at - ticks_of(t, p->timestamp) - t->offset;
    return late <= JUMP_SAMPLES && late >= -EARLY_SAMPLES &&
           !(p->is_marked && late > STALL_SAMPLES);
}

int64_t timeline_hurry(const struct timeline_packet *first, const struct timeline_packet *later)
{
    return (int32_t)(later->timestamp - first->timestamp) - (later->at - first->at);
}

void timeline_begin(struct timeline *t, const struct timeline_packet *p, int64_t hurry)
{
    *t = (struct timeline){.is_started = true,
                           .source = p->source,
                           .timestamp = p->timestamp,
                           .offset = p->at - hurry};
    for (int i = 0; i < TIMELINE_SPELLS; i++)
        t->least[i] = i ? INT64_MAX : t->offset;
    t->spell_end = p->at + SPELL_SAMPLES;
}

static void learn(struct timeline *t, int64_t transit, int64_t at)
{
    if (at >= t->spell_end) {
        t->spell = (t->spell + 1) % TIMELINE_SPELLS;
        t->least[t->spell] = transit;
        t->spell_end = at + SPELL_SAMPLES;
    } else if (transit < t->least[t->spell]) {
        t->least[t->spell] = transit;
    }
}

static void follow(struct timeline *t)
{
    int64_t least = t->least[0], diff;

    for (int i = 1; i < TIMELINE_SPELLS; i++)
        least = t->least[i] < least ? t->least[i] : least;
    diff = least - t->offset;
    if (diff > SLACK_SAMPLES)
        t->offset += 1 + diff / HASTE;
    else if (diff < -SLACK_SAMPLES)
        t->offset += -1 + diff / HASTE;
}

int64_t timeline_place(struct timeline *t, const struct timeline_packet *p)
{
    const int64_t ticks = ticks_of(t, p->timestamp);

    learn(t, p->at - ticks, p->at);
    follow(t);
    if (ticks > t->ticks) {
        t->ticks = ticks;
        t->timestamp = p->timestamp;
    }
    return ticks + t->offset;
}
