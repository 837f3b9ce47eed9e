/* engine_cdr.c - see engine_cdr.h */
#include "role/engine_cdr.h"

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
