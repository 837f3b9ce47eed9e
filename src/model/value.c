/* value.c - see value.h and model_field_set in field.h */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/callerid.h"
#include "base/truth.h"
#include "model/value.h"

#define MOST_ITEMS 1000

bool value_is_host(struct slice s)
{
    if (s.len == 0 || s.len > 253 || s.p[0] == '.' || s.p[0] == '-')
        return false;
    for (size_t i = 0; i < s.len; i++) {
        char c = s.p[i];

        if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') &&
            c != '-' && c != '.' && c != '_')
            return false;
    }
    return true;
}

int value_range(struct buf *out, const char *words, int64_t min, int64_t max)
{
    const char *p = words;
    const int64_t bound[] = {min, max};

    for (int i = 0; i < 2; i++) {
        const char *at = strstr(p, "%lld");

        if (!at)
            break;
        buf_add(out, p, (size_t)(at - p));
        buf_printf(out, "%lld", (long long)bound[i]);
        p = at + 4;
    }
    return buf_addz(out, p);
}

/* ---- lists: one pass to count and check, one to keep ---- */

/* Next non-empty item of a list; the absent slice at its end. */
static struct slice next_item(struct slice *rest, const char *separators)
{
    while (slice_is_set(*rest)) {
        size_t n = 0;
        struct slice item;

        while (n < rest->len && !strchr(separators, rest->p[n]))
            n++;
        item = slice_trim(slice_from(rest->p, n));
        *rest = n < rest->len ? slice_skip(*rest, n + 1) : SLICE_NONE;
        if (item.len)
            return item;
    }
    return SLICE_NONE;
}

static uint32_t count_items(struct slice s, const char *separators)
{
    uint32_t n = 0;

    while (slice_is_set(next_item(&s, separators)))
        n++;
    return n;
}

typedef int(item_check_h)(struct slice item);

static int any_item(struct slice item)
{
    return item.len < 256 ? 0 : EINVAL;
}

static int host_item(struct slice item)
{
    struct addr_net net;

    return addr_net_parse(&net, item) == 0 || value_is_host(item) ? 0 : EINVAL;
}

static int uri_item(struct slice item)
{
    return (slice_casestarts(item, SLICE("sip:")) && item.len > 4) ||
                   (slice_casestarts(item, SLICE("sips:")) && item.len > 5) ||
                   (slice_casestarts(item, SLICE("tel:")) && item.len > 4)
               ? 0
               : EINVAL;
}

static int set_names(struct model_names *out, struct slice s, item_check_h *check,
                     struct model_pool *pool)
{
    uint32_t n = count_items(s, ","), i = 0;
    const char **v = NULL;
    struct slice item;

    if (n > MOST_ITEMS)
        return EINVAL;
    if (out && n) {
        v = model_pool_alloc(pool, n * sizeof(*v));
        if (!v)
            return ENOMEM;
    }
    while (slice_is_set(item = next_item(&s, ","))) {
        if (check(item) != 0)
            return EINVAL;
        if (v && !(v[i++] = model_pool_text(pool, item)))
            return ENOMEM;
    }
    if (out)
        *out = (struct model_names){.v = v, .count = n};
    return 0;
}

static int set_nets(struct model_nets *out, struct slice s, struct model_pool *pool)
{
    uint32_t n = count_items(s, ","), i = 0;
    struct addr_net *v = NULL, one;
    struct slice item;

    if (n > MOST_ITEMS)
        return EINVAL;
    if (out && n) {
        v = model_pool_alloc(pool, n * sizeof(*v));
        if (!v)
            return ENOMEM;
    }
    while (slice_is_set(item = next_item(&s, ","))) {
        if (addr_net_parse(&one, item) != 0)
            return EINVAL;
        if (v)
            v[i++] = one;
    }
    if (out)
        *out = (struct model_nets){.v = v, .count = n};
    return 0;
}

static int parse_rule(struct model_rule *r, struct slice item)
{
    struct slice net, word = slice_trim(slice_cut(item, '=', &net));

    if (slice_is_set(net) && net.len && net.p[0] == '>') /* permit => net */
        net = slice_skip(net, 1);
    r->begins_list = false;
    r->is_permit = slice_caseeqz(word, "permit");
    if (!r->is_permit && !slice_caseeqz(word, "deny"))
        return EINVAL;
    return addr_net_parse(&r->net, slice_trim(net));
}

static int set_rules(struct model_rules *out, struct slice s, struct model_pool *pool)
{
    uint32_t n = count_items(s, ",;\n"), i = 0;
    struct model_rule *v = NULL, one;
    struct slice item;

    if (n > MOST_ITEMS)
        return EINVAL;
    if (out && n) {
        v = model_pool_alloc(pool, n * sizeof(*v));
        if (!v)
            return ENOMEM;
    }
    while (slice_is_set(item = next_item(&s, ",;\n"))) {
        if (parse_rule(&one, item) != 0)
            return EINVAL;
        if (v)
            v[i++] = one;
    }
    if (out)
        *out = (struct model_rules){.v = v, .count = n};
    return 0;
}

int value_rules_of(struct model_rules *r, const struct model_nets *deny,
                   const struct model_nets *permit, struct model_pool *pool)
{
    uint32_t n = deny->count + permit->count;
    struct model_rule *v;

    if (n == 0)
        return 0;
    v = model_pool_alloc(pool, n * sizeof(*v));
    if (!v)
        return ENOMEM;
    for (uint32_t i = 0; i < n; i++) {
        const bool is_permit = i >= deny->count;

        v[i] = (struct model_rule){.net = is_permit ? permit->v[i - deny->count] : deny->v[i],
                                   .is_permit = is_permit};
    }
    *r = (struct model_rules){.v = v, .count = n};
    return 0;
}

static int set_vars(struct model_vars *out, struct slice s, struct model_pool *pool)
{
    uint32_t n = count_items(s, ";\n"), i = 0;
    struct model_var *v = NULL;
    struct slice item;

    if (n > MOST_ITEMS)
        return EINVAL;
    if (out && n) {
        v = model_pool_alloc(pool, n * sizeof(*v));
        if (!v)
            return ENOMEM;
    }
    while (slice_is_set(item = next_item(&s, ";\n"))) {
        struct slice value, name = slice_trim(slice_cut(item, '=', &value));

        if (name.len == 0 || !slice_is_set(value))
            return EINVAL;
        if (!v)
            continue;
        v[i].name = model_pool_text(pool, name);
        v[i].value = model_pool_text(pool, slice_trim(value));
        if (!v[i].name || !v[i].value)
            return ENOMEM;
        i++;
    }
    if (out)
        *out = (struct model_vars){.v = v, .count = n};
    return 0;
}

/* ---- single values ---- */

static int set_text(const char **out, struct slice s, struct model_pool *pool)
{
    if (s.len > 8191 || (s.len && memchr(s.p, '\0', s.len)))
        return EINVAL;
    if (!out)
        return 0;
    *out = model_pool_text(pool, s);
    return *out ? 0 : ENOMEM;
}

static int set_int(const struct model_field *f, int32_t *out, struct slice s)
{
    int64_t v;

    if (slice_i64(s, &v) != 0 || v < f->min || v > f->max)
        return EINVAL;
    if (out)
        *out = (int32_t)v;
    return 0;
}

static int set_seconds(const struct model_field *f, uint32_t *out, struct slice s)
{
    struct slice part, whole = slice_cut(s, '.', &part);
    uint32_t v, ms = 0, unit = 100;

    if (slice_u32(whole, &v) != 0 || v > 1000000)
        return EINVAL;
    if (slice_is_set(part) && (part.len == 0 || part.len > 9))
        return EINVAL;
    for (size_t i = 0; i < part.len; i++, unit /= 10) {
        if (part.p[i] < '0' || part.p[i] > '9')
            return EINVAL;
        ms += (uint32_t)(part.p[i] - '0') * unit;
    }
    ms += v * 1000;
    if (ms < f->min * 1000 || ms > f->max * 1000)
        return EINVAL;
    if (out)
        *out = ms;
    return 0;
}

static int choice(const struct model_field *f, struct slice s, uint8_t *out)
{
    for (uint8_t i = 0; f->choices[i]; i++) {
        if (slice_caseeqz(s, f->choices[i])) {
            *out = i;
            return 0;
        }
    }
    return EINVAL;
}

static int set_enum(const struct model_field *f, uint8_t *out, struct slice s)
{
    uint8_t v;
    bool b;

    /* yes/no words of Asterisk's tables, where "yes" and "no" are among the choices */
    if (choice(f, s, &v) != 0 &&
        (truth_parse(s, &b) != 0 || choice(f, b ? SLICE("yes") : SLICE("no"), &v) != 0))
        return EINVAL;
    if (out)
        *out = v;
    return 0;
}

static int set_enums(const struct model_field *f, struct model_order *out, struct slice s)
{
    struct model_order o = {0};
    struct slice item;

    while (slice_is_set(item = next_item(&s, ","))) {
        uint8_t v;

        if (choice(f, item, &v) != 0 || o.count >= sizeof(o.v) || memchr(o.v, v, o.count))
            return EINVAL;
        o.v[o.count++] = v;
    }
    if (out)
        *out = o;
    return 0;
}

static int set_codecs(struct model_codecs *out, struct slice s, bool is_allow)
{
    struct model_codecs l = {0};
    struct slice bad;

    if (!is_allow && out)
        l = *out;
    if (model_codecs_apply(&l, s, is_allow, &bad) != 0)
        return EINVAL;
    if (out)
        *out = l;
    return 0;
}

/* DSCP names (RFC 2474, 2597, 3246), Asterisk's older words, numbers as C writes them. */
static int set_tos(uint8_t *out, struct slice s)
{
    static const struct {
        const char *name;
        uint8_t tos;
    } names[] = {{"ef", 0xb8},       {"lowdelay", 0x10}, {"throughput", 0x08},
                 {"reliability", 4}, {"mincost", 2},     {"none", 0}};
    char text[8], *end;
    unsigned long n;

    if (slice_copy(s, text, sizeof(text)) && s.len >= sizeof(text))
        text[0] = '\0';
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (slice_caseeqz(s, names[i].name)) {
            if (out)
                *out = names[i].tos;
            return 0;
        }
    if (s.len == 3 && slice_caseeqz(slice_from(s.p, 2), "cs") && s.p[2] >= '0' && s.p[2] <= '7')
        n = (unsigned long)(s.p[2] - '0') << 5;
    else if (s.len == 4 && slice_caseeqz(slice_from(s.p, 2), "af") && s.p[2] >= '1' &&
             s.p[2] <= '4' && s.p[3] >= '1' && s.p[3] <= '3')
        n = (unsigned long)(s.p[2] - '0') << 5 | (unsigned long)(s.p[3] - '0') << 3;
    else {
        n = text[0] ? strtoul(text, &end, 0) : 256;
        if (n > 255 || *end)
            return EINVAL;
    }
    if (out)
        *out = (uint8_t)n;
    return 0;
}

static int set_addr(const struct model_field *f, struct addr *out, struct slice s)
{
    struct addr a;

    if (addr_parse(&a, s, (uint16_t)f->min) != 0)
        return EINVAL;
    if (out)
        *out = a;
    return 0;
}

static int set_callerid(struct model_callerid *out, struct slice s, struct model_pool *pool)
{
    struct callerid c;

    if (slice_chr(s, '<') >= 0 && s.p[s.len - 1] != '>')
        return EINVAL;
    if (!out)
        return 0;
    callerid_parse(&c, s);
    out->name = model_pool_text(pool, slice_of(c.name));
    out->number = model_pool_text(pool, slice_of(c.number));
    return out->name && out->number ? 0 : ENOMEM;
}

static int set_groups(uint64_t *out, struct slice s)
{
    struct slice item;
    uint64_t bits = 0;

    while (slice_is_set(item = next_item(&s, ","))) {
        struct slice last, first = slice_trim(slice_cut(item, '-', &last));
        uint32_t a, b;

        if (slice_u32(first, &a) != 0 || a > 63)
            return EINVAL;
        b = a;
        if (slice_is_set(last) && (slice_u32(slice_trim(last), &b) != 0 || b > 63 || b < a))
            return EINVAL;
        for (uint32_t i = a; i <= b; i++)
            bits |= (uint64_t)1 << i;
    }
    if (out)
        *out = bits;
    return 0;
}

static int set_bool(bool *out, struct slice s)
{
    bool b;

    if (truth_parse(s, &b) != 0)
        return EINVAL;
    if (out)
        *out = b;
    return 0;
}

static int set_wall(struct slice s)
{
    for (size_t i = 0; i < s.len; i++)
        if (!strchr("0123456789-: .T", s.p[i]))
            return EINVAL;
    return 0;
}

static bool has_empty(enum model_kind k)
{
    return k != MODEL_BOOL && k != MODEL_INT && k != MODEL_SECONDS && k != MODEL_ENUM &&
           k != MODEL_ADDR && k != MODEL_TOS;
}

int model_field_set(const struct model_field *f, void *object, struct slice s,
                    struct model_pool *pool)
{
    void *at = object && f->offset != MODEL_NOWHERE ? (char *)object + f->offset : NULL;

    s = slice_trim(s);
    if (s.len == 0 && !has_empty(f->kind)) {
        if (!f->def || !*f->def)
            return 0; /* not set, and zero says so */
        s = slice_of(f->def);
    }
    switch (f->kind) {
    case MODEL_TEXT:
    case MODEL_SECRET: return set_text(at, s, pool);
    case MODEL_PASSWORD:
    case MODEL_KEY: return 0;
    case MODEL_HOST: return s.len && host_item(s) != 0 ? EINVAL : set_text(at, s, pool);
    case MODEL_BOOL: return set_bool(at, s);
    case MODEL_INT: return set_int(f, at, s);
    case MODEL_SECONDS: return set_seconds(f, at, s);
    case MODEL_ENUM: return set_enum(f, at, s);
    case MODEL_ENUMS: return set_enums(f, at, s);
    case MODEL_NAMES: return set_names(at, s, any_item, pool);
    case MODEL_HOSTS: return set_names(at, s, host_item, pool);
    case MODEL_URIS: return set_names(at, s, uri_item, pool);
    case MODEL_ALLOW: return set_codecs(at, s, true);
    case MODEL_DISALLOW: return set_codecs(at, s, false);
    case MODEL_ADDR: return set_addr(f, at, s);
    case MODEL_NETS: return set_nets(at, s, pool);
    case MODEL_CALLERID: return set_callerid(at, s, pool);
    case MODEL_GROUPS: return set_groups(at, s);
    case MODEL_VARS: return set_vars(at, s, pool);
    case MODEL_RULES: return set_rules(at, s, pool);
    case MODEL_TOS: return set_tos(at, s);
    case MODEL_WALL: return set_wall(s);
    }
    return EINVAL;
}
