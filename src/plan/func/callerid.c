/* callerid.c - CALLERID() */
#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "call/cdr.h"
#include "plan/args.h"
#include "plan/func.h"

static int read_all(const struct channel *ch, struct buf *out)
{
    const char *name = ch->caller.name ? ch->caller.name : "";
    const char *number = ch->caller.number ? ch->caller.number : "";

    return buf_printf(out, "\"%s\" <%s>", name, number);
}

/* "Name" <number>, Name <number>, <number>, number */
static int write_all(struct channel *ch, struct slice value)
{
    struct slice number = SLICE_NONE, name;
    ptrdiff_t open = slice_chr(value, '<'), close = slice_chr(value, '>');

    if (open < 0 || close < open)
        return party_set(&ch->caller, slice_trim(value), SLICE_NONE);
    number = slice_from(value.p + open + 1, (size_t)(close - open - 1));
    name = slice_trim(slice_from(value.p, (size_t)open));
    if (name.len >= 2 && name.p[0] == '"' && name.p[name.len - 1] == '"')
        name = slice_from(name.p + 1, name.len - 2);
    return party_set(&ch->caller, slice_trim(number), name);
}

/* One text of the channel by its Asterisk name; NULL: none such. */
static char **field_of(struct channel *ch, struct slice item)
{
    static const struct {
        const char *name;
        size_t offset;
    } fields[] = {
        {"num", offsetof(struct channel, caller.number)},
        {"number", offsetof(struct channel, caller.number)},
        {"name", offsetof(struct channel, caller.name)},
        {"ani", offsetof(struct channel, ani)},
        {"ani-num", offsetof(struct channel, ani)},
        {"dnid", offsetof(struct channel, dnid)},
        {"dnid-num", offsetof(struct channel, dnid)},
        {"rdnis", offsetof(struct channel, rdnis)},
    };

    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
        if (slice_caseeqz(item, fields[i].name))
            return (char **)(void *)((char *)ch + fields[i].offset);
    return NULL;
}

static bool is_presentation(struct slice item)
{
    return slice_caseeqz(item, "pres") || slice_caseeqz(item, "num-pres") ||
           slice_caseeqz(item, "name-pres");
}

static int callerid_read(const struct plan_env *env, char *args, struct buf *out)
{
    struct channel *ch = env->channel;
    char *argv[2], **field;
    struct slice item;

    if (!ch)
        return ENOENT;
    plan_args_split(args, ',', argv, 2);
    item = slice_of(plan_strip(argv[0]));
    if (slice_caseeqz(item, "all"))
        return read_all(ch, out);
    if (is_presentation(item))
        return buf_addz(out, ch->caller.is_private ? "prohib" : "allowed_not_screened");
    if (slice_caseeqz(item, "num-valid") || slice_caseeqz(item, "name-valid"))
        return buf_addc(out, (item.p[1] == 'u' ? ch->caller.number : ch->caller.name) ? '1' : '0');
    field = field_of(ch, item);
    if (field)
        return buf_addz(out, *field ? *field : "");
    log_warning("CALLERID() has no such part call=%s asked=\"%s\"", ch->linkedid, argv[0]);
    return EINVAL;
}

static int callerid_write(const struct plan_env *env, char *args, struct slice value)
{
    struct channel *ch = env->channel;
    char *argv[2], **field;
    struct slice item;
    int err;

    if (!ch)
        return ENOENT;
    plan_args_split(args, ',', argv, 2);
    item = slice_of(plan_strip(argv[0]));
    value = slice_trim(value);
    field = field_of(ch, item);
    if (slice_caseeqz(item, "all")) {
        err = write_all(ch, value);
    } else if (is_presentation(item)) {
        ch->caller.is_private = slice_casestarts(value, SLICE("prohib"));
        err = 0;
    } else if (field) {
        err = channel_set(field, value);
    } else {
        log_warning("CALLERID() has no such part call=%s asked=\"%s\"", ch->linkedid, argv[0]);
        return EINVAL;
    }
    if (!err)
        cdr_update(ch);
    return err;
}

const struct plan_func plan_func_callerid = {
    .name = "CALLERID",
    .syntax = "CALLERID(part)",
    .help_ru = "Определитель номера: читать и менять.\nЧасти: num (number), name, all (\"Имя\" "
               "<номер>), ani, dnid (набранный номер), rdnis, pres (allowed, prohib).",
    .help_en = "Caller id: read and set.\nParts: num (number), name, all (\"Name\" <number>), ani, "
               "dnid (number dialled), rdnis, pres (allowed, prohib).",
    .read = callerid_read,
    .write = callerid_write,
};
