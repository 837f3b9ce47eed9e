/* stream_save.c - a leg's stream as bytes: it lives on in the media role (save.h) */
#include <errno.h>

#include "call/save.h"

static bool is_flag(const bool *b)
{
    return *(const unsigned char *)(const void *)b <= 1;
}

static bool is_family(const struct addr *a)
{
    return a->family == AF_UNSPEC || a->family == AF_INET || a->family == AF_INET6;
}

/* What comes back as a block of bytes holds no values that cannot be. */
static bool is_sound(const struct media_saved *s)
{
    const struct media_remote *r = &s->remote;

    return is_flag(&s->is_echo) && is_flag(&s->has_remote) && is_flag(&s->is_half) &&
           s->sort < MEDIA_SORTS && is_flag(&r->is_symmetric) && is_flag(&r->can_send) &&
           is_flag(&r->can_recv) && is_flag(&r->is_held) && is_flag(&s->gain.is_rx_muted) &&
           is_flag(&s->gain.is_tx_muted) && is_family(&s->local) && is_family(&r->rtp) &&
           is_family(&r->rtcp) && is_family(&r->signal);
}

/* A half of a pair has no ports. */
static bool is_there(const struct media_stream *s)
{
    return s && (addr_is_set(media_stream_local(s)) || media_stream_twin(s));
}

void channel_pack_stream(const struct channel *ch, struct pack *k)
{
    struct media_saved saved;

    if (!is_there(ch->stream)) {
        pack_fail(k, ENOENT);
        return;
    }
    media_stream_save(ch->stream, &saved);
    pack_bytes(k, &saved, sizeof(saved));
}

int channel_unpack_stream(struct channel *ch, struct pack *k)
{
    struct media_saved saved;

    pack_bytes(k, &saved, sizeof(saved));
    if (!pack_err(k) && !is_sound(&saved))
        pack_fail(k, EBADMSG);
    return pack_err(k) ? pack_err(k) : channel_adopt_stream(ch, &saved);
}
