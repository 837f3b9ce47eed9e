/* feature_codes.c - which codes a side of a talk has, and where they stand (feature.h) */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/log.h"
#include "base/mem.h"
#include "model/field.h"
#include "plan/core.h"
#include "plan/feature_inner.h"
#include "plan/program.h"
#include "rtp/dtmf.h"

#define AT(member) offsetof(struct model_settings, member)

const struct plan_builtin plan_builtins[] = {
    {"blindxfer", "Blind Transfer", "Перевод без консультации", PLAN_MAY_TRANSFER,
     AT(feature_blindxfer), NULL},
    {"atxfer", "Attended Transfer", "Перевод с консультацией", PLAN_MAY_TRANSFER,
     AT(feature_atxfer), NULL},
    {"disconnect", "Disconnect Call", "Отбой", PLAN_MAY_DISCONNECT, AT(feature_disconnect),
     plan_feature_disconnect},
    {"parkcall", "Park Call", "Парковка", PLAN_MAY_PARK, AT(feature_parkcall), NULL},
    {"automixmon", "One Touch MixMonitor", "Запись разговора", PLAN_MAY_RECORD,
     AT(feature_automixmon), plan_feature_record},
    {"recordpause", "Recording Pause", "Пауза записи", PLAN_MAY_RECORD, AT(feature_recordpause),
     plan_feature_pause},
    {0}};

const struct plan_builtin *plan_builtin_find(struct slice name)
{
    for (const struct plan_builtin *b = plan_builtins; b->name; b++)
        if (slice_caseeqz(name, b->name))
            return b;
    return NULL;
}

/* ---- values of a channel ---- */

static struct slice kept_name(const char *kind, const char *name, bool is_inherited, char out[80])
{
    snprintf(out, 80, "%s~%s~%s", is_inherited ? "__" : "", kind, name);
    return slice_of(out);
}

struct slice plan_feature_kept(const struct channel *ch, const char *kind, const char *name)
{
    char key[80];

    return ch ? channel_var_get(ch, kept_name(kind, name, false, key)) : SLICE_NONE;
}

int plan_feature_keep(struct channel *ch, const char *kind, const char *name, struct slice value)
{
    const bool is_inherited = slice_eqz(plan_feature_kept(ch, "FEATURE", "inherit"), "1");
    char key[80];

    return channel_var_keep(ch, kept_name(kind, name, is_inherited, key), value);
}

/* Before there is a configuration. */
static const char *default_code(const struct plan_builtin *b)
{
    const struct model_field *f;
    char name[40];

    snprintf(name, sizeof(name), "feature_%s", b->name);
    f = model_field_find(model_type_find(SLICE("settings")), slice_of(name));
    return f && f->def ? f->def : "";
}

const char *plan_builtin_code(const struct plan_core *p, const struct channel *ch,
                              const struct plan_builtin *b)
{
    const struct slice own = plan_feature_kept(ch, "FEATUREMAP", b->name);
    const struct model_settings *s = plan_settings(p);
    const char *code;

    if (slice_is_set(own))
        return own.len ? own.p : "";
    if (!s)
        return default_code(b);
    memcpy(&code, (const char *)s + b->code_at, sizeof(code));
    return code;
}

/* ---- who may what ---- */

static uint8_t may_of_letter(char letter)
{
    switch (letter | 0x20) {
    case 'h': return PLAN_MAY_DISCONNECT;
    case 'x': return PLAN_MAY_RECORD;
    case 't': return PLAN_MAY_TRANSFER;
    case 'k': return PLAN_MAY_PARK;
    default: return 0;
    }
}

static uint8_t may_of_letters(struct slice letters, bool is_capital)
{
    uint8_t may = 0;

    for (size_t i = 0; i < letters.len; i++)
        if (((letters.p[i] & 0x20) == 0) == is_capital)
            may |= may_of_letter(letters.p[i]);
    return may;
}

/* ---- finding them ---- */

static int add(struct plan_feature_side *side, const char *keys, const struct plan_builtin *builtin,
               const char *name)
{
    struct plan_code *v, *c;

    if (!model_is_code(slice_of(keys)) || side->count >= PLAN_CODES_MAX)
        return 0;
    v = mem_realloc(side->codes, (side->count + 1) * sizeof(*v));
    if (!v)
        return ENOMEM;
    side->codes = v;
    c = &v[side->count];
    *c = (struct plan_code){.builtin = builtin};
    (void)slice_copy(slice_of(keys), c->keys, sizeof(c->keys));
    c->name = name ? mem_strdup(name) : NULL;
    if (name && !c->name)
        return ENOMEM;
    side->count++;
    return 0;
}

static int add_builtin(const struct plan_features *f, struct plan_feature_side *side,
                       const struct plan_builtin *b)
{
    return b->act ? add(side, plan_builtin_code(f->run->core, side->channel, b), b, NULL) : 0;
}

static bool is_for(const struct plan_features *f, const struct plan_feature_side *side,
                   const struct model_feature *row)
{
    return row->activated_by == MODEL_FEATURE_BOTH ||
           (row->activated_by == MODEL_FEATURE_CALLER) == (side == &f->caller);
}

/* A row that stands in the group: with its own code, or that of the row. */
static int add_of_group(const struct plan_features *f, struct plan_feature_side *side,
                        const struct model_feature *row, struct slice group)
{
    int err = 0;

    for (uint32_t i = 0; !err && i < row->groups.count; i++) {
        struct slice code, name = slice_trim(slice_cut(slice_of(row->groups.v[i]), '=', &code));
        char keys[MODEL_CODE_MAX + 1];

        if (!slice_eq(name, group) || !is_for(f, side, row))
            continue;
        code = slice_trim(code);
        if (slice_is_set(code) && code.len && slice_copy(code, keys, sizeof(keys)))
            continue;
        err = add(side, slice_is_set(code) && code.len ? keys : row->code, NULL, row->name);
    }
    return err;
}

static int add_named(const struct plan_features *f, struct plan_feature_side *side,
                     struct slice name)
{
    const struct model_snapshot *s = f->run->core->snapshot;
    const struct model_feature *row = s ? model_feature_find(s, name) : NULL;
    const struct plan_builtin *b = plan_builtin_find(name);
    const uint32_t before = side->count;
    int err = 0;

    if (row)
        return is_for(f, side, row) ? add(side, row->code, NULL, row->name) : 0;
    if (b)
        return add_builtin(f, side, b);
    for (uint32_t i = 0; !err && s && i < model_feature_count(s); i++)
        err = add_of_group(f, side, model_feature_at(s, i), name);
    if (!err && side->count == before && plan_tell_once(f->run->core, "DYNAMIC_FEATURES", name.p))
        log_warning(
            "DYNAMIC_FEATURES names what is no feature for this channel call=%s channel=\"%s\" "
            "name=\"%.*s\" next=\"a row of table features, or its activated_by\"",
            side->channel->linkedid, side->channel->name, SLICE_ARG(name));
    return err;
}

static uint8_t all_it_may(const struct plan_features *f, const struct plan_feature_side *side,
                          uint8_t may)
{
    const struct slice own = channel_var_get(side->channel, SLICE("~CHANNEL~dtmf_features"));
    const struct slice both = channel_var_get(f->run->channel, SLICE("BRIDGE_FEATURES"));

    may |= may_of_letters(own, true);
    return may | may_of_letters(both, side == &f->caller);
}

static int find(struct plan_features *f, struct plan_feature_side *side, uint8_t may)
{
    struct slice names = channel_var_get(side->channel, SLICE("DYNAMIC_FEATURES"));
    int err = 0;

    may = all_it_may(f, side, may);
    for (const struct plan_builtin *b = plan_builtins; !err && may && b->name; b++)
        if (b->may & may)
            err = add_builtin(f, side, b);
    while (!err && slice_is_set(names) && names.len) {
        const struct slice name = slice_trim(slice_cut(names, '#', &names));

        if (name.len)
            err = add_named(f, side, name);
    }
    return err;
}

int plan_codes_find(struct plan_features *f, struct plan_feature_side *side, uint8_t may)
{
    int err = find(f, side, may);

    if (err)
        plan_codes_free(side);
    return err;
}

void plan_codes_free(struct plan_feature_side *side)
{
    for (uint32_t i = 0; i < side->count; i++)
        mem_free(side->codes[i].name);
    mem_free(side->codes);
    side->codes = NULL;
    side->count = 0;
}

/* ---- looking at them ---- */

const struct plan_code *plan_codes_match(const struct plan_feature_side *side, struct slice keys,
                                         bool *may_grow)
{
    const struct plan_code *best = NULL;

    *may_grow = false;
    for (uint32_t i = 0; i < side->count; i++) {
        const struct plan_code *c = &side->codes[i];
        const struct slice code = slice_of(c->keys);

        if (slice_starts(keys, code) && (!best || code.len > strlen(best->keys)))
            best = c;
        if (code.len > keys.len && slice_starts(code, keys))
            *may_grow = true;
    }
    return best;
}

uint16_t plan_codes_first(const struct plan_feature_side *side)
{
    uint16_t first = 0;

    for (uint32_t i = 0; i < side->count; i++)
        first |= (uint16_t)(1u << dtmf_event(side->codes[i].keys[0]));
    return first;
}
