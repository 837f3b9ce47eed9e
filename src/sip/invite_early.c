/* invite_early.c - invite.h for the calling side: early dialogs, PRACK */
#include <errno.h>
#include <stdio.h>

#include "base/mem.h"
#include "sip/invite_inner.h"

/* ---- legs ---- */

int invite_make_dialog(struct sip_invite *i, struct sip_dialog **dp, const struct sip_msg *r)
{
    return sip_dialog_made(dp, i->sip, r, sip_attempt_tag(i->attempt), r->cseq.number,
                           i->is_symmetric, invite_on_dialog, i);
}

/* Without Contact nobody knows where requests would go; without memory neither. */
static void add_dialog(struct sip_invite *i, struct invite_leg *l, const struct sip_msg *r)
{
    if (!sip_msg_has(r, SIP_H_CONTACT) || invite_make_dialog(i, &l->dialog, r))
        return;
    if (!sip_dialog_is_unusable(l->dialog)) {
        sip_dialog_guard(l->dialog, invite_may_move, invite_find_way);
        return;
    }
    sip_dialog_close(l->dialog);
    l->dialog = mem_deref(l->dialog);
}

unsigned invite_leg_of(struct sip_invite *i, const struct sip_msg *r)
{
    struct invite_leg *l = NULL;
    unsigned n = 0;
    uint32_t hash;

    if (!slice_is_set(r->to_tag))
        return 0;
    hash = hash_slice(r->to_tag);
    for (n = 0; n < i->leg_count && !l; n++)
        if (i->legs[n].tag_hash == hash)
            l = &i->legs[n];
    if (!l && i->leg_count == LEGS_MAX)
        return LEGS_MAX;
    if (!l) {
        l = &i->legs[i->leg_count++];
        *l = (struct invite_leg){.tag_hash = hash};
    }
    if (!l->dialog)
        add_dialog(i, l, r);
    if (slice_is_set(r->body))
        l->has_sdp = true;
    return (unsigned)(l - i->legs) + 1;
}

void invite_legs_close(struct sip_invite *i)
{
    for (unsigned n = 0; n < i->leg_count; n++) {
        struct invite_leg *l = &i->legs[n];

        if (l->dialog)
            sip_dialog_close(l->dialog);
        l->dialog = mem_deref(l->dialog);
        l->wants_prack = false;
    }
}

struct invite_leg *invite_leg_of_dialog(struct sip_invite *i, const struct sip_dialog *d)
{
    for (unsigned n = 0; n < i->leg_count; n++)
        if (i->legs[n].dialog == d)
            return &i->legs[n];
    return NULL;
}

struct sip_dialog *invite_leg_last(const struct sip_invite *i)
{
    for (unsigned n = i->leg_count; n > 0; n--)
        if (i->legs[n - 1].dialog)
            return i->legs[n - 1].dialog;
    return NULL;
}

int invite_leg_win(struct sip_invite *i, const struct sip_msg *r)
{
    uint32_t hash = slice_is_set(r->to_tag) ? hash_slice(r->to_tag) : 0;
    int err = 0;

    for (unsigned n = 0; n < i->leg_count && !i->dialog; n++) {
        struct invite_leg *l = &i->legs[n];

        if (l->tag_hash != hash || !l->dialog ||
            !slice_eq(sip_dialog_remote_tag(l->dialog), r->to_tag))
            continue;
        err = sip_dialog_confirm(&l->dialog, r);
        if (err)
            return err;
        i->dialog = l->dialog;
        l->dialog = NULL;
    }
    if (!i->dialog)
        err = invite_make_dialog(i, &i->dialog, r);
    if (err)
        return err;
    sip_dialog_guard(i->dialog, invite_may_move, invite_find_way);
    invite_legs_close(i);
    return 0;
}

unsigned sip_invite_leg_by_tag(const struct sip_invite *i, struct slice remote_tag)
{
    uint32_t hash = slice_is_set(remote_tag) ? hash_slice(remote_tag) : 0;

    for (unsigned n = 0; n < i->leg_count; n++)
        if (i->legs[n].tag_hash == hash)
            return n + 1;
    return 0;
}

const struct sip_dialog *sip_invite_leg(const struct sip_invite *i, unsigned leg)
{
    return leg && leg <= i->leg_count ? i->legs[leg - 1].dialog : NULL;
}

/* ---- PRACK (RFC 3262 s4) ---- */

static bool is_reliable(const struct sip_invite *i, const struct sip_msg *r, uint32_t *rseq)
{
    return i->rel100 != SIP_USE_NO && sip_msg_has_token(r, SIP_H_REQUIRE, "100rel") &&
           !sip_msg_u32(r, SIP_H_RSEQ, rseq) && *rseq > 0;
}

bool invite_leg_is_news(struct sip_invite *i, unsigned leg, const struct sip_msg *r)
{
    struct invite_leg *l = leg ? &i->legs[leg - 1] : NULL;
    uint32_t rseq;

    if (!is_reliable(i, r, &rseq))
        return true;
    if (!l || !l->dialog || (l->rseq && rseq != l->rseq + 1))
        return false; /* it will come again */
    l->rseq = rseq;
    l->wants_prack = true;
    return true;
}

static int send_prack(struct sip_invite *i, struct invite_leg *l, struct slice content_type,
                      struct slice body)
{
    struct sip_dialog_send_args a = {
        .method = SIP_PRACK, .content_type = content_type, .body = body};
    char rack[64];
    int n = snprintf(rack, sizeof(rack), "RAck: %u %u INVITE\r\n", l->rseq,
                     sip_attempt_cseq(i->attempt));

    l->wants_prack = false;
    a.headers = slice_from(rack, (size_t)n);
    return invite_request_in(i, l->dialog, &a, true, NULL, NULL);
}

void invite_leg_told(struct sip_invite *i, unsigned leg, const struct sip_msg *r)
{
    struct invite_leg *l = leg ? &i->legs[leg - 1] : NULL;

    if (!l || !l->wants_prack || !l->dialog || i->state != INVITE_CALLING)
        return;
    if (!i->had_offer && slice_is_set(r->body))
        return; /* the driver answers the offer */
    send_prack(i, l, SLICE_NONE, SLICE_NONE);
}

int sip_invite_prack(struct sip_invite *i, unsigned leg, struct slice content_type,
                     struct slice body)
{
    struct invite_leg *l = leg && leg <= i->leg_count ? &i->legs[leg - 1] : NULL;

    if (i->state != INVITE_CALLING || !l || !l->dialog || !l->wants_prack)
        return EALREADY;
    if (body.len)
        i->had_offer = true; /* offer and answer are through: the 2xx brings none */
    return send_prack(i, l, content_type, body);
}

struct sip_invite *sip_invite_find(struct sip *sip, struct slice call_id, struct slice local_tag,
                                   struct slice remote_tag)
{
    return sip_dialog_owner(sip, call_id, local_tag, remote_tag, invite_on_dialog);
}
