/* func/callerid.c - CALLERID: who calls */
#include <errno.h>
#include <string.h>

#include "call/cdr.h"
#include "plan/args.h"
#include "plan/func/all.h"
#include "plan/func/party.h"

/* Items that are no party's: texts and numbers of the channel. */
static char **text_of(struct channel *ch, const char *item)
{
    if (strcasecmp(item, "dnid") == 0 || strcasecmp(item, "dnid-num") == 0)
        return &ch->dnid;
    if (strcasecmp(item, "dnid-subaddr") == 0)
        return &ch->dnid_subaddress;
    if (strcasecmp(item, "rdnis") == 0)
        return &ch->redirecting.from.number;
    return NULL;
}

static int *number_of(struct channel *ch, const char *item)
{
    if (strcasecmp(item, "ani2") == 0)
        return &ch->ani2;
    if (strcasecmp(item, "tns") == 0)
        return &ch->transit_network;
    if (strcasecmp(item, "dnid-num-plan") == 0)
        return &ch->dnid_plan;
    return NULL;
}

/* "ani-name" is item name of the ani; "ani" alone its number. */
static struct party *party_of(struct channel *ch, const char *item, const char **rest)
{
    *rest = item;
    if (strcasecmp(item, "ani") == 0)
        *rest = "num";
    else if (strncasecmp(item, "ani-", 4) == 0)
        *rest = item + 4;
    else
        return &ch->caller;
    return &ch->ani;
}

/* CALLERID(num,"Anna" <201>): of a caller id that is given, not of the channel's. */
static int read_from_text(const char *item, const char *text, struct buf *out)
{
    struct party given = {0};
    int err = party_item_write(&given, "all", slice_of(text));

    if (!err)
        err = party_item_read(&given, item, out);
    party_fini(&given);
    return err == ENOMEM ? err : 0;
}

static int callerid_read(const struct plan_env *env, char *args, struct buf *out)
{
    struct channel *ch = env->channel;
    const struct party *p;
    const char *rest;
    char *argv[2];
    int err;

    if (!ch)
        return 0;
    plan_args_split(args, ',', argv, 2);
    if (*argv[1])
        return read_from_text(argv[0], argv[1], out);
    if (text_of(ch, argv[0]))
        return *text_of(ch, argv[0]) ? buf_addz(out, *text_of(ch, argv[0])) : 0;
    if (number_of(ch, argv[0]))
        return buf_printf(out, "%d", *number_of(ch, argv[0]));
    p = party_of(ch, argv[0], &rest);
    err = party_item_read(p, rest, out);
    if (err != ENOENT)
        return err;
    plan_func_warn(env, "CALLERID has no such item", argv[0]);
    return 0;
}

static int callerid_write(const struct plan_env *env, char *args, struct slice value)
{
    struct channel *ch = env->channel;
    const char *rest;
    struct party *p;
    char *argv[2];
    uint32_t n;
    int err = 0;

    if (!ch)
        return ENOENT;
    plan_args_split(args, ',', argv, 2);
    if (text_of(ch, argv[0]))
        err = channel_set(text_of(ch, argv[0]), slice_trim(value));
    else if (number_of(ch, argv[0]))
        *number_of(ch, argv[0]) = slice_u32(slice_trim(value), &n) == 0 ? (int)n : 0;
    else if ((p = party_of(ch, argv[0], &rest)))
        err = party_item_write(p, rest, value);
    if (err == ENOENT || err == EINVAL)
        plan_func_warn(env, "CALLERID item cannot be set", argv[0]);
    channel_party_changed(ch);
    cdr_update(ch);
    return err;
}

const struct plan_func plan_func_callerid = {
    .name = "CALLERID",
    .syntax = "CALLERID(item[,caller])",
    .help_ru =
        "Определитель номера\nnum (number), name, all - \"имя\" <номер>; num-valid, name-valid; num-pres, "
        "name-pres, pres (allowed..., prohib..., unavailable); num-plan (ton), subaddr, tag; ani, ani-name, "
        "ani-all, ani2; dnid, dnid-num-plan, dnid-subaddr, rdnis, tns. Всё это можно и записать. caller: \"имя\" <номер>, из которого взять item.",
    .help_en =
        "Who calls\nnum (number), name, all - \"name\" <number>; num-valid, name-valid; num-pres, "
        "name-pres, pres (allowed..., prohib..., unavailable); num-plan (ton), subaddr, tag; ani, "
        "ani-name, ani-all, ani2; dnid, dnid-num-plan, dnid-subaddr, rdnis, tns. All of them can be set as "
        "well. caller: \"name\" <number> to take item from.",
    .shown = "tests/unit/plan/test_subst.c",
    .read = callerid_read,
    .write = callerid_write,
};
