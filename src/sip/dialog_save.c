/* dialog_save.c - dialogs handed to the next process (save.h) */
#include <errno.h>
#include <string.h>

#include "base/mem.h"
#include "sip/dialog_inner.h"
#include "sip/save_inner.h"

#define CSEQ_MARGIN 100
#define NAME_MAX_BYTES 256

static struct slice binding_name(const struct sip_flow *flow)
{
    return flow->binding ? slice_of(sip_binding_name(flow->binding)) : SLICE_NONE;
}

void sip_flow_pack(struct sip_flow *flow, struct sip *sip, struct pack *k)
{
    struct slice name = k->is_reading ? SLICE_NONE : binding_name(flow);
    struct addr remote = k->is_reading ? (struct addr){0} : flow->remote;
    char z[NAME_MAX_BYTES];
    struct sip_binding *b;

    pack_slice(k, &name);
    pack_addr(k, &remote);
    if (!k->is_reading || pack_err(k))
        return;
    b = slice_is_set(name) && !slice_copy(name, z, sizeof(z)) ? sip_binding_find(sip, z) : NULL;
    if (!b) {
        pack_fail(k, ENOTCONN);
        return;
    }
    sip_flow_clear(flow);
    sip_flow_to(flow, b, &remote);
    sip_flow_hold(flow);
}

static void pack_parts(struct dialog_parts *p, struct slice *target, struct pack *k)
{
    pack_slice(k, &p->call_id);
    pack_slice(k, &p->local_tag);
    pack_slice(k, &p->remote_tag);
    pack_slice(k, &p->local);
    pack_slice(k, &p->remote);
    pack_slice(k, &p->routes);
    pack_slice(k, target);
}

static void pack_values(struct sip_dialog *d, struct pack *k)
{
    pack_u32(k, &d->local_cseq);
    pack_u32(k, &d->remote_cseq);
    pack_bool(k, &d->has_remote_cseq);
    pack_bool(k, &d->is_symmetric);
    pack_bool(k, &d->is_unusable);
}

void sip_dialog_pack(const struct sip_dialog *dialog, struct pack *k)
{
    struct sip_dialog *d = (struct sip_dialog *)(uintptr_t)dialog; /* only read here */
    struct dialog_parts parts = {.call_id = d->call_id,
                                 .local_tag = d->local_tag,
                                 .remote_tag = d->remote_tag,
                                 .local = d->local,
                                 .remote = d->remote,
                                 .routes = d->routes};
    struct slice target = slice_of(d->target);

    pack_parts(&parts, &target, k);
    pack_values(d, k);
    sip_flow_pack(&d->flow, d->sip, k);
}

static bool is_sound(const struct dialog_parts *p, struct slice target)
{
    struct sip_uri uri;

    return p->call_id.len && p->local_tag.len && p->local.len && p->remote.len && target.len &&
           !memchr(target.p, '\0', target.len) && !sip_uri_parse(&uri, target);
}

int sip_dialog_unpack(struct sip_dialog **dp, struct sip *sip, struct pack *k, sip_dialog_h *h,
                      void *arg)
{
    struct dialog_parts parts = {.call_id = SLICE_NONE};
    struct slice target = SLICE_NONE;
    struct sip_dialog *d;
    int err;

    pack_parts(&parts, &target, k);
    if (pack_err(k))
        return pack_err(k);
    if (!is_sound(&parts, target))
        return EBADMSG;
    d = dialog_build(sip, &parts);
    if (!d)
        return ENOMEM;
    d->target = slice_dup(target);
    pack_values(d, k);
    sip_flow_pack(&d->flow, sip, k);
    err = d->target ? pack_err(k) : ENOMEM;
    if (err) {
        mem_deref(d);
        return err;
    }
    d->local_cseq += CSEQ_MARGIN;
    d->h = h;
    d->arg = arg;
    *dp = d;
    return 0;
}

void sip_request_pack(struct sip_msg **mp, struct sip *sip, struct pack *k, bool is_lean)
{
    struct slice bytes = *mp && !k->is_reading && !is_lean ? (*mp)->bytes : SLICE_NONE;
    struct sip_msg *m = NULL;
    struct sip_why why;

    pack_slice(k, &bytes);
    if (!slice_is_set(bytes) || pack_err(k))
        return;
    if (!k->is_reading) {
        sip_flow_pack(&(*mp)->flow, sip, k);
        return;
    }
    if (sip_msg_decode(&m, bytes, &why) || !m->is_request) {
        pack_fail(k, EBADMSG);
        mem_deref(m);
        return;
    }
    sip_flow_pack(&m->flow, sip, k);
    if (pack_err(k))
        m = mem_deref(m);
    *mp = m;
}
