/* print.c - a field's value as text, as Asterisk writes it: the inverse of value.c (field.h) */
#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "model/field.h"
#include "model/snapshot.h"

static int add_item(struct buf *out, size_t i, const char *text)
{
    if (i)
        buf_addc(out, ',');
    return buf_addz(out, text ? text : "");
}

static int print_names(struct buf *out, const struct model_names *n)
{
    for (uint32_t i = 0; i < n->count; i++)
        add_item(out, i, n->v[i]);
    return buf_err(out);
}

static const char *choice_of(const struct model_field *f, unsigned i)
{
    for (unsigned k = 0; f->choices && f->choices[k]; k++)
        if (k == i)
            return f->choices[k];
    return "";
}

static int print_order(struct buf *out, const struct model_field *f, const struct model_order *o)
{
    for (unsigned i = 0; i < o->count; i++)
        add_item(out, i, choice_of(f, o->v[i]));
    return buf_err(out);
}

static int print_codecs(struct buf *out, const struct model_codecs *c)
{
    buf_addz(out, c->count ? "(" : "(nothing");
    for (unsigned i = 0; i < c->count; i++)
        buf_printf(out, "%s%s", i ? "|" : "", model_codec_name(c->id[i]));
    return buf_addc(out, ')');
}

static void print_net(struct buf *out, const struct addr_net *net)
{
    char text[ADDR_TEXT];

    buf_printf(out, "%s/%u", addr_host(&net->base, text), net->bits);
}

static int print_nets(struct buf *out, const struct model_nets *n)
{
    for (uint32_t i = 0; i < n->count; i++) {
        if (i)
            buf_addc(out, ',');
        print_net(out, &n->v[i]);
    }
    return buf_err(out);
}

static int print_rules(struct buf *out, const struct model_rules *r)
{
    for (uint32_t i = 0; i < r->count; i++) {
        buf_printf(out, "%s%s=", i ? "," : "", r->v[i].is_permit ? "permit" : "deny");
        print_net(out, &r->v[i].net);
    }
    return buf_err(out);
}

static int print_callerid(struct buf *out, const struct model_callerid *c)
{
    if (!c->number[0] && !c->name[0])
        return buf_addz(out, "<unknown>");
    if (!c->name[0])
        return buf_addz(out, c->number);
    return buf_printf(out, "\"%s\" <%s>", c->name, c->number);
}

static int print_groups(struct buf *out, uint64_t bits)
{
    const char *comma = "";

    for (unsigned i = 0; i < 64; i++) {
        if (!(bits >> i & 1))
            continue;
        buf_printf(out, "%s%u", comma, i);
        comma = ",";
    }
    return buf_err(out);
}

static int print_vars(struct buf *out, const struct model_vars *v)
{
    for (uint32_t i = 0; i < v->count; i++)
        buf_printf(out, "%s%s=%s", i ? "," : "", v->v[i].name, v->v[i].value);
    return buf_err(out);
}

static int print_addr(struct buf *out, const struct addr *a)
{
    char text[ADDR_TEXT];

    return addr_is_set(a) ? buf_addz(out, addr_text(a, text)) : 0;
}

/* What the table's default says, where the snapshot keeps nothing. */
static int print_default(struct buf *out, const struct model_field *f)
{
    if (f->kind == MODEL_BOOL)
        return buf_addz(out, f->def && strcmp(f->def, "yes") == 0 ? "true" : "false");
    return f->def ? buf_addz(out, f->def) : 0;
}

int model_field_print(const struct model_field *f, const void *object, struct buf *out)
{
    const void *at = (const char *)object + f->offset;

    if (f->offset == MODEL_NOWHERE)
        return print_default(out, f);
    switch (f->kind) {
    case MODEL_TEXT:
    case MODEL_HOST: return add_item(out, 0, *(const char *const *)at);
    case MODEL_BOOL: return buf_addz(out, *(const bool *)at ? "true" : "false");
    case MODEL_INT: return buf_printf(out, "%d", *(const int32_t *)at);
    case MODEL_SECONDS:
        return buf_printf(out, "%u.%03u", *(const uint32_t *)at / 1000,
                          *(const uint32_t *)at % 1000);
    case MODEL_ENUM: return buf_addz(out, choice_of(f, *(const uint8_t *)at));
    case MODEL_ENUMS: return print_order(out, f, at);
    case MODEL_NAMES:
    case MODEL_HOSTS:
    case MODEL_URIS: return print_names(out, at);
    case MODEL_ALLOW:
    case MODEL_DISALLOW: return print_codecs(out, at);
    case MODEL_ADDR: return print_addr(out, at);
    case MODEL_NETS: return print_nets(out, at);
    case MODEL_CALLERID: return print_callerid(out, at);
    case MODEL_GROUPS: return print_groups(out, *(const uint64_t *)at);
    case MODEL_VARS: return print_vars(out, at);
    case MODEL_RULES: return print_rules(out, at);
    case MODEL_TOS: return buf_printf(out, "%u", *(const uint8_t *)at);
    case MODEL_SECRET:
    case MODEL_WALL:
    case MODEL_PASSWORD:
    case MODEL_KEY: return EACCES;
    }
    return EINVAL;
}
