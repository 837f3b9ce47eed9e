/* invite_save.c - sessions handed to the next process (save.h) */
#include <errno.h>

#include "base/mem.h"
#include "sip/invite_inner.h"
#include "sip/save_inner.h"

/* A goodbye under way is said anew, as if it had not begun. */
static enum invite_state state_of(const struct sip_invite *i)
{
    if (i->state != INVITE_ENDING)
        return i->state;
    return i->dialog ? INVITE_UP : INVITE_CALLING;
}

static void pack_values(struct sip_invite *i, struct pack *k)
{
    enum invite_state state = (enum invite_state)pack_enum(k, state_of(i), INVITE_UP);

    if (k->is_reading)
        i->state = state;
    pack_bool(k, &i->is_caller);
    pack_bool(k, &i->is_symmetric);
    pack_bool(k, &i->force_rport);
    pack_bool(k, &i->wait_ack);
    pack_bool(k, &i->is_confirmed);
    pack_u32(k, &i->invite_cseq);
    pack_string(k, &i->headers);
    pack_string(k, &i->contact_user);
    invite_timer_pack(i, k);
}

void sip_invite_pack(const struct sip_invite *invite, struct pack *k)
{
    struct sip_invite *i = (struct sip_invite *)(uintptr_t)invite; /* only read here */
    struct slice answer = SLICE_NONE;

    if (i->state == INVITE_OVER) {
        pack_fail(k, ENOTCONN);
        return;
    }
    pack_values(i, k);
    if (state_of(i) == INVITE_CALLING) {
        sip_attempt_pack(i->attempt, k);
        return;
    }
    sip_dialog_pack(i->dialog, k);
    if (i->wait_ack && i->strans)
        answer = sip_strans_bytes(i->strans);
    pack_slice(k, &answer);
}

/* The transaction of the first INVITE, as long as it means something. That of a re-INVITE begins
   anew when its sender repeats it. */
static int restore_transaction(struct sip_invite *i, struct sip_msg *request, struct slice answer)
{
    struct sip_strans *t = NULL;
    bool wait_ack = i->wait_ack && !i->is_confirmed && slice_is_set(answer);
    int err;

    i->wait_ack = false;
    if (i->is_caller || (i->state == INVITE_UP && !wait_ack))
        return 0;
    if (!request)
        return EBADMSG;
    err = sip_strans_restore(&t, i->sip, request, sip_dialog_local_tag(i->dialog),
                             wait_ack ? answer : SLICE_NONE);
    if (err)
        return err;
    if (i->force_rport)
        sip_strans_force_rport(t);
    invite_take_again(i, t, request->cseq.number, wait_ack);
    mem_deref(t);
    return 0;
}

static int restore_dialog(struct sip_invite *i, struct pack *k, struct sip_msg *request)
{
    struct slice answer = SLICE_NONE;
    int err = sip_dialog_unpack(&i->dialog, i->sip, k, invite_on_dialog, i);

    if (err)
        return err;
    sip_dialog_guard(i->dialog, invite_may_move, invite_find_way);
    pack_slice(k, &answer);
    i->is_acked = true; /* a repeated 2xx is acknowledged anyway (sip_dialog_stray) */
    return pack_err(k) ? pack_err(k) : restore_transaction(i, request, answer);
}

int sip_invite_unpack(struct sip_invite **ip, struct sip *sip, struct pack *k,
                      const struct sip_invite_unpack_args *args)
{
    struct sip_invite *i = NULL;
    int err = invite_alloc(&i, sip, args->handlers, args->arg);

    if (err)
        return err;
    i->creds = args->creds;
    i->creds_arg = args->creds_arg;
    pack_values(i, k);
    err = pack_err(k);
    if (!err && i->is_caller != (i->state == INVITE_CALLING) && i->state != INVITE_UP)
        err = EBADMSG;
    if (!err)
        err = i->state == INVITE_CALLING
                  ? sip_attempt_unpack(&i->attempt, sip, k, invite_on_response, i)
                  : restore_dialog(i, k, args->request);
    /* A refresh of the peer's may have come since this was written. */
    if (!err && i->state == INVITE_UP && !i->se.now.is_ours)
        invite_timer_restart(i);
    if (err) {
        i->is_quiet = true;
        invite_over(i);
        mem_deref(i);
        return err;
    }
    *ip = i;
    return 0;
}
