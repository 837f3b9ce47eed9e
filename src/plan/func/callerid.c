/* func/callerid.c - CALLERID: who calls */
#include <errno.h>
#include <string.h>

#include "call/cdr.h"
#include "plan/args.h"
#include "plan/func/all.h"

enum item { ALL, NUM, NAME, ANI, DNID, RDNIS, PRES, VALID, EMPTY, ZERO, UNKNOWN };

/* "num" and "number" and what follows a dash; longer names first where one begins another. */
static const struct {
    const char *name;
    enum item item;
} items[] = {
    {"all", ALL},
    {"num", NUM},
    {"number", NUM},
    {"name", NAME},
    {"ani", ANI},
    {"ani-num", ANI},
    {"ani-all", ANI},
    {"dnid", DNID},
    {"dnid-num", DNID},
    {"rdnis", RDNIS},
    {"pres", PRES},
    {"num-pres", PRES},
    {"name-pres", PRES},
    {"num-valid", VALID},
    {"name-valid", VALID},
    {"tag", EMPTY},
    {"name-charset", EMPTY},
    {"subaddr", EMPTY},
    {"ani2", ZERO},
    {"ton", ZERO},
    {"num-plan", ZERO},
    {"tns", ZERO},
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

static int read_pres(const struct party *p, struct buf *out)
{
    return buf_addz(out, presentation_name(party_presentation(p)));
}

static int callerid_read(const struct plan_env *env, char *args, struct buf *out)
{
    const struct channel *ch = env->channel;
    char *argv[2];

    if (!ch)
        return 0;
    plan_args_split(args, ',', argv, 2);
    switch (item_of(argv[0])) {
    case ALL:
        return buf_printf(out, "\"%s\" <%s>", ch->caller.name ? ch->caller.name : "",
                          ch->caller.number ? ch->caller.number : "");
    case NUM: return addz(out, ch->caller.number);
    case NAME: return addz(out, ch->caller.name);
    case ANI: return addz(out, ch->ani.number);
    case DNID: return addz(out, ch->dnid);
    case RDNIS: return addz(out, ch->redirecting.from.number);
    case PRES: return read_pres(&ch->caller, out);
    case VALID:
        return buf_addc(out, (argv[0][1] == 'u' ? ch->caller.number : ch->caller.name) ? '1' : '0');
    case EMPTY: return 0;
    case ZERO: return buf_addc(out, '0');
    default: plan_func_warn(env, "CALLERID has no such item", argv[0]); return 0;
    }
}

/* "Ivan Petrov" <101>, Ivan Petrov <101>, <101>, 101 */
static int set_all(struct channel *ch, struct slice text)
{
    ptrdiff_t open = slice_chr(text, '<');
    struct slice name = SLICE_NONE, number = slice_trim(text);

    if (open >= 0) {
        name = slice_trim(slice_from(text.p, (size_t)open));
        number = slice_trim(slice_skip(text, (size_t)open + 1));
        number = slice_trim(slice_cut(number, '>', &(struct slice){0}));
    }
    if (name.len >= 2 && name.p[0] == '"' && name.p[name.len - 1] == '"')
        name = slice_from(name.p + 1, name.len - 2);
    return party_set(&ch->caller, number, name);
}

static int callerid_write(const struct plan_env *env, char *args, struct slice value)
{
    struct channel *ch = env->channel;
    char *argv[2];
    int err;

    if (!ch)
        return ENOENT;
    plan_args_split(args, ',', argv, 2);
    switch (item_of(argv[0])) {
    case ALL: err = set_all(ch, value); break;
    case NUM: err = channel_set(&ch->caller.number, slice_trim(value)); break;
    case NAME: err = channel_set(&ch->caller.name, slice_trim(value)); break;
    case ANI: err = channel_set(&ch->ani.number, value); break;
    case DNID: err = channel_set(&ch->dnid, value); break;
    case RDNIS: err = channel_set(&ch->redirecting.from.number, value); break;
    case PRES:
        err = presentation_parse(value) < 0 ? EINVAL : 0;
        if (!err)
            party_set_presentation(&ch->caller, presentation_parse(value));
        break;
    default: plan_func_warn(env, "CALLERID item cannot be set", argv[0]); return EINVAL;
    }
    cdr_update(ch);
    return err;
}

const struct plan_func plan_func_callerid = {
    .name = "CALLERID",
    .syntax = "CALLERID(item)",
    .help_ru =
        "Определитель номера\nnum (number), name, all - \"имя\" <номер>, ani, dnid, rdnis, pres (allowed..., "
        "prohib, unavailable). Всё это можно и записать.",
    .help_en =
        "Who calls\nnum (number), name, all - \"name\" <number>, ani, dnid, rdnis, pres (allowed..., prohib, "
        "unavailable). All of them can be set as well.",
    .shown = "tests/scene/callerid-and-fields.scene",
    .read = callerid_read,
    .write = callerid_write,
};
