/* app/dial_forward.c - a leg that was sent elsewhere rings there instead (dial.h) */
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "call/observe.h"
#include "plan/app/dial.h"
#include "plan/plan.h"

/* Without a technology it is a number of the routing, in the context of the leg. */
static int place_of(struct dial *d, const struct channel *from, struct buf *out)
{
    struct slice context = channel_var_get(from, SLICE("FORWARD_CONTEXT"));

    if (!context.len)
        context = slice_of(from->context);
    if (!context.len)
        context = slice_of(d->run->channel->context);
    if (strchr(from->forward, '/'))
        return buf_addz(out, from->forward);
    return buf_printf(out, "Local/%s@%.*s", from->forward, SLICE_ARG(context));
}

/* REDIRECTING() of the new leg: who sent it here. */
static int set_redirecting(struct channel *to, const struct channel *from)
{
    struct redirecting *r = &to->redirecting;
    struct slice number = slice_of(from->dnid ? from->dnid : from->caller.number);
    int err = redirecting_copy(r, &from->redirecting);

    if (!err && !r->from.number)
        err = party_set(&r->from, number, slice_of(from->caller.name));
    if (!err && !r->orig.number)
        err = party_copy(&r->orig, &r->from);
    if (!err && !strchr(from->forward, '/'))
        err = channel_set(&r->to.number, slice_of(from->forward));
    if (r->count <= from->redirecting.count)
        r->count = from->redirecting.count + 1;
    if (r->reason == REDIRECT_UNKNOWN)
        r->reason = REDIRECT_UNCONDITIONAL;
    return err;
}

static int make(struct dial *d, const struct channel *from, struct slice where, int *cause,
                struct dial_leg **lp)
{
    struct slice resource, tech = slice_cut(where, '/', &resource);
    int err = dial_add(d, tech, resource, lp, cause);

    if (err)
        return err;
    (*lp)->channel->max_forwards = from->max_forwards - 1;
    err = set_redirecting((*lp)->channel, from);
    if (!err)
        err = channel_var_set((*lp)->channel, SLICE("FORWARDERNAME"), slice_of(from->name));
    return err;
}

bool dial_forward(struct dial *d, struct dial_leg *leg)
{
    struct channel *from = leg->channel;
    struct dial_leg *fresh = NULL;
    int cause = CAUSE_FAILURE, err;
    struct buf where;

    if (!from->forward)
        return false;
    if (d->o.keeps_forwards || from->max_forwards <= 0) {
        log_notice("%s call=%s channel=\"%s\" to=\"%s\"",
                   d->o.keeps_forwards ? "forward not followed: Dial has option i"
                                       : "forward not followed: this call was sent on too often",
                   from->linkedid, from->name, from->forward);
        from->cause = CAUSE_BUSY;
        return false;
    }
    buf_init(&where, 1024);
    err = place_of(d, from, &where);
    if (!err)
        err = make(d, from, buf_slice(&where), &cause, &fresh);
    log_notice("%s call=%s channel=\"%s\" to=\"%s\"%s%s",
               err ? "forward cannot be followed" : "call forwarded", from->linkedid, from->name,
               buf_z(&where), err ? " reason=" : "", err ? strerror(err) : "");
    buf_fini(&where);
    if (err) {
        from->cause = cause;
        return false;
    }
    if (d->wanted == 1) /* the caller is told by a 181 */
        (void)channel_update_redirecting(d->run->channel, &fresh->channel->redirecting);
    if (d->o.forwards_for_ever)
        d->ms = -1;
    dial_tell_end(d, from, dial_ring(d, fresh) ? "CANCEL" : "CONGESTION");
    return true;
}
