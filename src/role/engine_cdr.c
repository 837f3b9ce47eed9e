/* engine_cdr.c - see engine_cdr.h */
#include "role/engine_cdr.h"

#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "call/channel.h"
#include "role/story.h"
#include "store/store.h"

static struct slice text(const char *s)
{
    return s && *s ? slice_of(s) : SLICE_NONE;
}

/* Texts that may be NULL in the table travel as absent when empty. */
struct store_cdr engine_cdr_row(const struct cdr *r)
{
    return (struct store_cdr){
        .accountcode = text(r->accountcode),
        .src = slice_of(r->src),
        .dst = slice_of(r->dst),
        .dcontext = slice_of(r->dcontext),
        .clid = slice_of(r->clid),
        .channel = slice_of(r->channel),
        .dstchannel = slice_of(r->dstchannel),
        .lastapp = slice_of(r->lastapp),
        .lastdata = slice_of(r->lastdata),
        .start = r->start,
        .answer = r->answer,
        .end = r->end,
        .duration = r->duration,
        .billsec = r->billsec,
        .disposition = slice_of(r->disposition),
        .amaflags = slice_of(r->amaflags),
        .userfield = text(r->userfield),
        .uniqueid = slice_of(r->uniqueid),
        .linkedid = slice_of(r->linkedid),
        .peeraccount = text(r->peeraccount),
        .sequence = r->sequence,
        .source = text(r->source),
        .destination = text(r->destination),
        .direction = text(r->direction),
        .group_uuid = text(r->group_uuid),
    };
}

/* Legs without sound have nothing to tell. */
void engine_quality_put(struct store *s, const struct channel *ch, const struct media_stats *st)
{
    static const char sql[] =
        "INSERT INTO call_quality (uniqueid, linkedid, channel, \"end\", rx_packets, rx_lost, "
        "rx_jitter_us, tx_packets, tx_lost, tx_jitter_us, rtt_us, rtt_max_us, \"foreign\", remote) "
        "VALUES (?, ?, ?, datetime('now', 'localtime'), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    const uint32_t numbers[] = {st->rx_packets, st->rx_lost,    st->rx_jitter_us,
                                st->tx_packets, st->tx_lost,    st->tx_jitter_us,
                                st->rtt_us,     st->rtt_max_us, st->rx_foreign};
    enum { NUMBERS = sizeof(numbers) / sizeof(numbers[0]) };
    struct slice values[3 + NUMBERS + 1] = {slice_of(ch->uniqueid), slice_of(ch->linkedid),
                                            slice_of(ch->name)};
    char texts[NUMBERS][12], remote[ADDR_TEXT];
    int err;

    if (!st->rx_packets && !st->tx_packets)
        return;
    for (int i = 0; i < NUMBERS; i++) {
        snprintf(texts[i], sizeof(texts[i]), "%u", numbers[i]);
        values[3 + i] = slice_of(texts[i]);
    }
    values[3 + NUMBERS] = slice_of(addr_text(&st->remote, remote));
    err = store_exec(s, sql, values, sizeof(values) / sizeof(values[0]), NULL, NULL);
    if (err)
        log_warning("call quality not kept call=%s channel=\"%s\" err=\"%s\"", ch->linkedid,
                    ch->name, strerror(err));
}

void engine_kept_set(struct calls *c, struct story_keeper *k, const struct model_settings *s)
{
    story_keeper_set_days(k, (uint32_t)s->call_story_days);
    cdr_set_options(c, &(struct cdr_options){.is_off = !s->cdr_enabled,
                                             .starts_off = !s->cdr_default_enabled,
                                             .has_unanswered = s->cdr_unanswered,
                                             .has_congestion = s->cdr_congestion,
                                             .includes_h = !s->cdr_end_before_h,
                                             .rounds_up = s->cdr_initiated_seconds});
}
