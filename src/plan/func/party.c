/* func/party.c - CONNECTEDLINE, REDIRECTING, and the items of a party (party.h) */
#include "plan/func/party.h"

#include <errno.h>
#include <string.h>

#include "base/callerid.h"
#include "base/mem.h"
#include "plan/args.h"
#include "plan/func/all.h"

enum item {
    NUM,
    NUM_VALID,
    NUM_PRES,
    NUM_PLAN,
    NAME,
    NAME_VALID,
    NAME_PRES,
    NAME_CHARSET,
    SUBADDR,
    SUBADDR_VALID,
    SUBADDR_ZERO,
    TAG,
    PRES,
    ALL,
    UNKNOWN
};

static const struct {
    const char *name;
    enum item item;
} items[] = {
    {"num", NUM},
    {"number", NUM},
    {"num-valid", NUM_VALID},
    {"num-pres", NUM_PRES},
    {"num-plan", NUM_PLAN},
    {"ton", NUM_PLAN},
    {"name", NAME},
    {"name-valid", NAME_VALID},
    {"name-pres", NAME_PRES},
    {"name-charset", NAME_CHARSET},
    {"subaddr", SUBADDR},
    {"subaddr-valid", SUBADDR_VALID},
    {"subaddr-type", SUBADDR_ZERO},
    {"subaddr-odd", SUBADDR_ZERO},
    {"tag", TAG},
    {"pres", PRES},
    {"all", ALL},
};

static enum item item_of(const char *name)
{
    for (size_t i = 0; i < sizeof(items) / sizeof(items[0]); i++)
        if (strcasecmp(name, items[i].name) == 0)
            return items[i].item;
    return UNKNOWN;
}

static int addz(struct buf *out, const char *s)
{
    return s ? buf_addz(out, s) : 0;
}

int party_item_read(const struct party *p, const char *item, struct buf *out)
{
    switch (item_of(item)) {
    case NUM: return addz(out, p->number);
    case NUM_VALID: return buf_addc(out, p->number ? '1' : '0');
    case NUM_PRES: return buf_addz(out, presentation_name(p->number_pres));
    case NUM_PLAN: return buf_printf(out, "%d", p->plan);
    case NAME: return addz(out, p->name);
    case NAME_VALID: return buf_addc(out, p->name ? '1' : '0');
    case NAME_PRES: return buf_addz(out, presentation_name(p->name_pres));
    case NAME_CHARSET: return buf_addz(out, "utf8");
    case SUBADDR: return addz(out, p->subaddress);
    case SUBADDR_VALID: return buf_addc(out, p->subaddress ? '1' : '0');
    case SUBADDR_ZERO: return buf_addc(out, '0');
    case TAG: return addz(out, p->tag);
    case PRES: return buf_addz(out, presentation_name(party_presentation(p)));
    case ALL:
        return buf_printf(out, "\"%s\" <%s>", p->name ? p->name : "", p->number ? p->number : "");
    default: return ENOENT;
    }
}

static int set_all(struct party *p, struct slice text)
{
    struct callerid c;

    callerid_parse(&c, text);
    return party_set(p, slice_of(c.number), slice_of(c.name));
}

/* "0" forgets it; "1" makes one without characters valid. */
static int set_valid(char **field, struct slice value)
{
    if (slice_eqz(value, "0"))
        return channel_set(field, SLICE_NONE);
    if (!*field)
        *field = mem_strdup("");
    return *field ? 0 : ENOMEM;
}

static int set_presentation(struct party *p, enum item item, struct slice value)
{
    const int presentation = presentation_parse(slice_trim(value));

    if (presentation < 0)
        return EINVAL;
    if (item != NAME_PRES)
        p->number_pres = (uint8_t)presentation;
    if (item != NUM_PRES)
        p->name_pres = (uint8_t)presentation;
    return 0;
}

int party_item_write(struct party *p, const char *item, struct slice value)
{
    const enum item what = item_of(item);
    uint32_t n;

    switch (what) {
    case NUM: return channel_set(&p->number, slice_trim(value));
    case NAME: return channel_set(&p->name, slice_trim(value));
    case ALL: return set_all(p, value);
    case TAG: return channel_set(&p->tag, value);
    case SUBADDR: return channel_set(&p->subaddress, value);
    case NUM_VALID: return set_valid(&p->number, value);
    case NAME_VALID: return set_valid(&p->name, value);
    case SUBADDR_VALID: return set_valid(&p->subaddress, value);
    case NUM_PRES:
    case NAME_PRES:
    case PRES: return set_presentation(p, what, value);
    case NUM_PLAN: p->plan = slice_u32(slice_trim(value), &n) == 0 ? (uint8_t)n : 0; return 0;
    case NAME_CHARSET:
    case SUBADDR_ZERO: return 0; /* texts are UTF-8 here, subaddresses of the network's kind */
    default: return ENOENT;
    }
}

static int tell(const struct plan_env *env, int err, const char *what, const char *item)
{
    if (err == ENOENT || err == EINVAL)
        plan_func_warn(env, what, item);
    return err;
}

/* ---- CONNECTEDLINE ---- */

static int connectedline_read(const struct plan_env *env, char *args, struct buf *out)
{
    const struct channel *ch = env->channel;
    char *argv[2];
    int err;

    if (!ch)
        return 0;
    plan_args_split(args, ',', argv, 2);
    if (strcasecmp(argv[0], "source") == 0)
        return buf_addz(out, connected_source_name(ch->connected_source));
    err = party_item_read(&ch->connected, argv[0], out);
    return tell(env, err, "CONNECTEDLINE has no such item", argv[0]) == ENOENT ? 0 : err;
}

static int connectedline_write(const struct plan_env *env, char *args, struct slice value)
{
    struct channel *ch = env->channel;
    struct party who = {0};
    bool is_quiet;
    char *argv[2];
    int err;

    if (!ch)
        return ENOENT;
    plan_args_split(args, ',', argv, 2);
    is_quiet = *argv[1] == 'i' || *argv[1] == 'I';
    if (strcasecmp(argv[0], "source") == 0) {
        const int source = connected_source_parse(slice_trim(value));

        ch->connected_source = source < 0 ? CONNECTED_UNKNOWN : (enum connected_source)source;
        return 0;
    }
    if (is_quiet) {
        err = party_item_write(&ch->connected, argv[0], value);
    } else {
        err = party_copy(&who, &ch->connected);
        if (!err)
            err = party_item_write(&who, argv[0], value);
        if (!err)
            err = channel_update_connected(ch, &who, ch->connected_source);
        party_fini(&who);
    }
    return tell(env, err, "CONNECTEDLINE item cannot be set", argv[0]);
}

const struct plan_func plan_func_connectedline = {
    .name = "CONNECTEDLINE",
    .syntax = "CONNECTEDLINE(item[,i])",
    .help_ru =
        "Кто на другом конце\nnum, name, all, num-pres, name-pres, pres, num-valid, name-valid, "
        "num-plan, subaddr, tag, source (unknown, answer, diversion, transfer). Запись показывает "
        "новый номер телефону; с i - нет.",
    .help_en =
        "Who is at the other end\nnum, name, all, num-pres, name-pres, pres, num-valid, name-valid, "
        "num-plan, subaddr, tag, source (unknown, answer, diversion, transfer). Setting it shows "
        "the new number to the phone; with i it does not.",
    .shown = "tests/unit/plan/test_party.c",
    .read = connectedline_read,
    .write = connectedline_write,
};

/* ---- REDIRECTING ---- */

/* "orig-num" is item num of party orig. NULL: not of this kind */
static struct party *party_of(struct redirecting *r, const char *text, const char **item)
{
    const struct {
        const char *prefix;
        struct party *party;
    } parties[] = {{"orig-", &r->orig}, {"from-", &r->from}, {"to-", &r->to}};

    for (size_t i = 0; i < 3; i++)
        if (strncasecmp(text, parties[i].prefix, strlen(parties[i].prefix)) == 0 &&
            strcasecmp(text, "orig-reason") != 0) {
            *item = text + strlen(parties[i].prefix);
            return parties[i].party;
        }
    return NULL;
}

static int read_reason(enum redirect_reason reason, const char *text, struct buf *out)
{
    return buf_addz(out, text ? text : redirect_reason_name(reason));
}

static int redirecting_read(const struct plan_env *env, char *args, struct buf *out)
{
    struct redirecting *r = env->channel ? &env->channel->redirecting : NULL;
    const struct party *p;
    const char *item;
    char *argv[2];
    int err = ENOENT;

    if (!r)
        return 0;
    plan_args_split(args, ',', argv, 2);
    p = party_of(r, argv[0], &item);
    if (p)
        err = party_item_read(p, item, out);
    else if (strcasecmp(argv[0], "reason") == 0)
        err = read_reason(r->reason, r->reason_text, out);
    else if (strcasecmp(argv[0], "orig-reason") == 0)
        err = read_reason(r->orig_reason, r->orig_reason_text, out);
    else if (strcasecmp(argv[0], "count") == 0)
        err = buf_printf(out, "%d", r->count);
    else if (strcasecmp(argv[0], "pres") == 0)
        err = party_item_read(&r->from, "pres", out);
    return tell(env, err, "REDIRECTING has no such item", argv[0]) == ENOENT ? 0 : err;
}

/* A word of the table, or the administrator's own. */
static int write_reason(enum redirect_reason *reason, char **text, struct slice value)
{
    const int known = redirect_reason_parse(slice_trim(value));

    *reason = known < 0 ? REDIRECT_UNKNOWN : (enum redirect_reason)known;
    return channel_set(text, known < 0 ? slice_trim(value) : SLICE_NONE);
}

static int write_item(struct redirecting *r, const char *name, struct slice value)
{
    const char *item;
    struct party *p = party_of(r, name, &item);
    uint32_t n = 0;

    if (p)
        return party_item_write(p, item, value);
    if (strcasecmp(name, "reason") == 0)
        return write_reason(&r->reason, &r->reason_text, value);
    if (strcasecmp(name, "orig-reason") == 0)
        return write_reason(&r->orig_reason, &r->orig_reason_text, value);
    if (strcasecmp(name, "pres") == 0)
        return party_item_write(&r->from, "pres", value);
    if (strcasecmp(name, "count") != 0)
        return ENOENT;
    if (slice_u32(slice_trim(value), &n) || n > 1000)
        return EINVAL;
    r->count = (int)n;
    return 0;
}

static int redirecting_write(const struct plan_env *env, char *args, struct slice value)
{
    struct channel *ch = env->channel;
    char *argv[2];
    int err;

    if (!ch)
        return ENOENT;
    plan_args_split(args, ',', argv, 2);
    err = write_item(&ch->redirecting, argv[0], value);
    if (!err && *argv[1] != 'i' && *argv[1] != 'I' && !ch->is_hungup)
        (void)channel_indicate(ch, CHANNEL_IND_REDIRECTING);
    return tell(env, err, "REDIRECTING item cannot be set", argv[0]);
}

const struct plan_func plan_func_redirecting = {
    .name = "REDIRECTING",
    .syntax = "REDIRECTING(item[,i])",
    .help_ru =
        "Кто и почему переадресовал вызов\norig-..., from-..., to-... с num, name, all, pres, tag как "
        "в CALLERID; reason и orig-reason (unknown, cfb, cfnr, cfu, unavailable, time_of_day, dnd, "
        "deflection, follow_me, out_of_order, away, cf_dte, send_to_vm или своё слово); count. "
        "Запись сообщает о переадресации звонящему; с i - нет.",
    .help_en =
        "Who sent the call elsewhere, and why\norig-..., from-..., to-... with num, name, all, pres, "
        "tag as in CALLERID; reason and orig-reason (unknown, cfb, cfnr, cfu, unavailable, "
        "time_of_day, dnd, deflection, follow_me, out_of_order, away, cf_dte, send_to_vm or a word "
        "of your own); count. Setting it tells the caller; with i it does not.",
    .shown = "tests/unit/plan/test_party.c",
    .read = redirecting_read,
    .write = redirecting_write,
};
