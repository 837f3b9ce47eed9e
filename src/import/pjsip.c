/* pjsip.c - sections of pjsip.conf into the tables of their type (import.h) */
#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "import/inner.h"
#include "model/files.h"

#define MOST_COLUMNS 160

/* One object on its way into its table. */
struct object {
    const struct model_type *type;
    const struct model_field *fields[MOST_COLUMNS];
    struct buf values[MOST_COLUMNS];
    unsigned count;
};

static const struct conf_item *type_of(const struct conf_section *s)
{
    return conf_find(s, "type");
}

static struct buf *value_for(struct object *o, const struct model_field *f)
{
    for (unsigned i = 0; i < o->count; i++)
        if (o->fields[i] == f)
            return &o->values[i];
    if (o->count == MOST_COLUMNS)
        return NULL;
    o->fields[o->count] = f;
    buf_init(&o->values[o->count], 65536);
    return &o->values[o->count++];
}

/* Repeated lines of a list are one list; a repeated single value: the last one counts. */
static int keep_value(struct object *o, const struct model_field *f, const char *value)
{
    const char gap = model_field_gap(f);
    struct buf *b = value_for(o, f);

    if (!b)
        return ENOSPC;
    if (!gap)
        buf_reset(b);
    else if (b->len)
        buf_addc(b, gap);
    return buf_addz(b, value);
}

static void judge(struct import *im, const struct conf_item *item, const struct model_type *t,
                  const struct model_field *f)
{
    struct slice value = slice_of(item->value);

    if (model_field_set(f, NULL, value, NULL))
        import_say_item(im, item, IMPORT_WRONG, "недопустимое значение: объект не будет загружен",
                        "value not allowed: the object will not be loaded");
    else if (f->state == MODEL_INNER || model_field_is_obeyed(f, value))
        import_say_item(im, item, t->is_later ? IMPORT_LATER : IMPORT_TAKEN, "", "");
    else if (f->state == MODEL_REFUSED)
        import_say_item(im, item, IMPORT_UNSUPPORTED,
                        "ограничение пока не действует, поэтому объект не будет загружен",
                        "the restriction is not obeyed yet, so the object will not be loaded");
    else
        import_say_item(im, item, IMPORT_LATER, "сохранено, пока не действует",
                        "kept, has no effect yet");
}

static struct buf *value_of(struct object *o, enum model_kind kind)
{
    for (unsigned i = 0; i < o->count; i++)
        if (o->fields[i]->kind == kind)
            return &o->values[i];
    return NULL;
}

/* The table has disallow applied before allow; a file may have it behind one. "all" takes back what
   was allowed so far, a name goes to allow as !name. @return 0; ENOSPC; ENOMEM */
static int take_back(struct object *o, struct slice names, bool *is_moved)
{
    struct buf *allow = value_of(o, MODEL_ALLOW);
    int err = 0;

    *is_moved = false;
    while (allow && !err && slice_is_set(names)) {
        struct slice name = slice_trim(slice_cut(names, ',', &names));
        const bool adds = slice_starts(name, SLICE("!"));

        if (slice_caseeqz(name, "all")) {
            buf_reset(allow);
        } else if (name.len && allow->len) {
            *is_moved = true;
            buf_printf(allow, ",%s%.*s", adds ? "" : "!",
                       SLICE_ARG(adds ? slice_skip(name, 1) : name));
        }
        err = buf_err(allow);
    }
    return err;
}

static int take_disallow(struct import *im, struct object *o, const struct model_field *f,
                         const struct conf_item *item)
{
    bool is_moved;
    int err = take_back(o, slice_of(item->value), &is_moved);

    if (!err && is_moved && !model_field_set(f, NULL, slice_of(item->value), NULL))
        import_say_item(im, item, IMPORT_TRANSLATED,
                        "disallow после allow записан в allow со знаком !",
                        "disallow behind allow is written into allow with a !");
    else if (!err)
        judge(im, item, o->type, f);
    return err ? err : keep_value(o, f, item->value);
}

static int take_item(struct import *im, struct object *o, const struct conf_item *item)
{
    const struct model_field *f;

    if (slice_caseeqz(slice_of(item->name), "type")) {
        import_say_item(im, item, IMPORT_TAKEN, "", "");
        return 0;
    }
    f = model_field_find(o->type, slice_of(item->name));
    if (!f || f->state == MODEL_INNER) {
        import_say_item(im, item, IMPORT_UNSUPPORTED, "такого параметра у объекта нет",
                        "the object has no such option");
        return 0;
    }
    if (f->kind == MODEL_DISALLOW)
        return take_disallow(im, o, f, item);
    judge(im, item, o->type, f);
    return keep_value(o, f, item->value);
}

/* The text is made of our own names of columns, so equal shapes of objects share a statement. */
static int insert(struct import *im, const struct object *o, const char *id)
{
    struct stmt *st;
    struct buf sql;
    int err;

    buf_init(&sql, 16384);
    buf_printf(&sql, "INSERT INTO \"%s\" (%sname", o->type->table,
               strcmp(o->type->id, "name") == 0 ? "" : "id, ");
    for (unsigned i = 0; i < o->count; i++)
        buf_printf(&sql, ", \"%s\"", o->fields[i]->column);
    buf_addz(&sql, strcmp(o->type->id, "name") == 0 ? ") VALUES (?1" : ") VALUES (?1, ?1");
    for (unsigned i = 0; i < o->count; i++)
        buf_printf(&sql, ", ?%u", i + 2);
    buf_addz(&sql, ")");
    err = buf_err(&sql);
    if (!err)
        err = db_stmt(&st, im->args->db, buf_z(&sql));
    buf_fini(&sql);
    if (err)
        return err;
    err = stmt_text(st, 1, slice_of(id));
    for (unsigned i = 0; !err && i < o->count; i++)
        err = stmt_text(st, (int)i + 2, buf_slice(&o->values[i]));
    return err ? err : stmt_run(st);
}

/* Types whose deny and permit may have to become lists: of senders, and of contacts. */
static int acl_kinds(const struct model_type *t)
{
    return strcmp(t->name, "endpoint") == 0 ? 2 : strcmp(t->name, "manager") == 0;
}

/* Lists of addresses that an endpoint has beside its own deny and permit. */
static int add_lists(struct import *im, struct object *o, const struct conf_section *s,
                     bool of_contacts)
{
    const struct model_field *f =
        model_field_find(o->type, of_contacts ? SLICE("contact_acl") : SLICE("acl"));
    const struct buf *all = of_contacts ? &im->contact_acls : &im->acls;
    struct buf own;
    int err = 0;

    buf_init(&own, 512);
    if (import_acl_is_ordered(s, of_contacts))
        err = import_acl_of_one(im, o->type->name, s, of_contacts, &own);
    if (!err && own.len)
        err = keep_value(o, f, buf_z(&own));
    if (!err && all->len && strcmp(o->type->name, "endpoint") == 0)
        err = keep_value(o, f, buf_z(all));
    buf_fini(&own);
    return err;
}

/* It has gone into a list. */
static bool is_listed(const struct object *o, const struct conf_section *s,
                      const struct conf_item *item)
{
    for (int of_contacts = 0; of_contacts < acl_kinds(o->type); of_contacts++)
        if (import_acl_has(item, of_contacts) && import_acl_is_ordered(s, of_contacts))
            return true;
    return false;
}

int import_object(struct import *im, const struct model_type *t, const struct conf_section *s)
{
    struct object *o = mem_zalloc(sizeof(*o));
    int err = 0;

    if (!o)
        return ENOMEM;
    o->type = t;
    for (uint32_t i = 0; !err && i < s->count; i++)
        if (!is_listed(o, s, &s->items[i]))
            err = take_item(im, o, &s->items[i]);
    for (int of_contacts = 0; !err && of_contacts < acl_kinds(t); of_contacts++)
        err = add_lists(im, o, s, of_contacts);
    if (!err)
        err = insert(im, o, s->name);
    if (err == EEXIST) {
        import_say(im, s->file, s->line, IMPORT_WRONG, slice_of(s->name),
                   "второй объект с этим именем и типом", "a second object of this name and type");
        err = 0;
    } else if (!err && strcmp(t->name, "endpoint") == 0) {
        im->totals->endpoints++;
    }
    for (unsigned i = 0; i < o->count; i++)
        buf_fini(&o->values[i]);
    mem_free(o);
    return err;
}

/* Transports stay lines of pjsip.conf, as the manual keeps them: table static_pjsip. */
static int import_lines(struct import *im, const struct model_type *t, const struct conf_section *s,
                        int category)
{
    int err = 0;

    for (uint32_t i = 0; !err && i < s->count; i++) {
        const struct conf_item *item = &s->items[i];
        const struct model_field *f = model_field_find(t, slice_of(item->name));

        if (slice_caseeqz(slice_of(item->name), "type"))
            import_say_item(im, item, IMPORT_TAKEN, "", "");
        else if (f)
            judge(im, item, t, f);
        else
            import_say_item(im, item, IMPORT_UNSUPPORTED, "такого параметра у объекта нет",
                            "the object has no such option");
        err = import_static(im, "static_pjsip", "pjsip.conf", category, (int)i, s->name, item->name,
                            item->value);
    }
    return err;
}

static void refuse_section(struct import *im, const struct conf_section *s, const char *ru,
                           const char *en)
{
    import_say(im, s->file, s->line, IMPORT_UNSUPPORTED, slice_of(s->name), ru, en);
    for (uint32_t i = 0; i < s->count; i++)
        import_say_item(im, &s->items[i], IMPORT_UNSUPPORTED, ru, en);
}

static bool is_acl(const struct conf_section *s)
{
    return type_of(s) && slice_caseeqz(slice_of(type_of(s)->value), "acl");
}

static bool stays_lines(const struct model_type *t)
{
    return strcmp(t->name, "transport") == 0 || strcmp(t->name, "global") == 0 ||
           strcmp(t->name, "system") == 0;
}

/* There is one object of these types; of several the first counts (model/load.c). @return whether s is
 *  another one */
static bool is_second(struct import *im, const struct model_type *t)
{
    bool *has = strcmp(t->name, "global") == 0   ? &im->has_global
                : strcmp(t->name, "system") == 0 ? &im->has_system
                                                 : NULL;
    const bool had = has && *has;

    if (has)
        *has = true;
    return had;
}

static void refuse_second(struct import *im, const struct conf_section *s)
{
    for (uint32_t i = 0; i < s->count; i++)
        import_say_item(im, &s->items[i], IMPORT_WRONG,
                        "вторая секция этого типа; действует первая",
                        "a second section of this type; the first is in force");
}

int import_pjsip_section(struct import *im, const struct conf_section *s)
{
    const int category = im->pjsip_sections++;
    const struct conf_item *type = type_of(s);
    const struct model_type *t = type ? model_type_find(slice_of(type->value)) : NULL;

    if (!type) {
        refuse_section(im, s, "в секции нет type=", "the section has no type=");
        return 0;
    }
    if (!t || t->shape != MODEL_ROWS || (!stays_lines(t) && strncmp(t->table, "ps_", 3) != 0)) {
        refuse_section(im, s, "объектов этого типа станция не знает",
                       "the station has no objects of this type");
        return 0;
    }
    if (is_second(im, t)) {
        refuse_second(im, s);
        return 0;
    }
    return stays_lines(t) ? import_lines(im, t, s, category) : import_object(im, t, s);
}

/* A template is judged by its own type; one without is taken as it is. */
static void judge_template(struct import *im, const struct conf_section *s)
{
    const struct conf_item *type = type_of(s);
    const struct model_type *t = type ? model_type_find(slice_of(type->value)) : NULL;

    for (uint32_t i = 0; i < s->count; i++) {
        const struct conf_item *item = &s->items[i];
        const struct model_field *f = t ? model_field_find(t, slice_of(item->name)) : NULL;

        if (f)
            judge(im, item, t, f);
        else if (t && item != type)
            import_say_item(im, item, IMPORT_UNSUPPORTED, "такого параметра у объекта нет",
                            "the object has no such option");
        else
            import_say_item(im, item, IMPORT_TAKEN, "", "");
    }
}

static const char *const emptied[] = {
    "ps_endpoints",       "ps_aors",          "ps_auths",          "ps_contacts",
    "ps_endpoint_id_ips", "ps_registrations", "ps_domain_aliases", "static_pjsip"};

int import_pjsip_begin(struct import *im)
{
    int err = 0;

    for (size_t i = 0; !err && !im->is_pjsip_empty && i < sizeof(emptied) / sizeof(emptied[0]);
         i++) {
        char sql[64] = "DELETE FROM ";

        strcat(sql, emptied[i]); /* our own names */
        err = db_run(im->args->db, sql);
    }
    im->is_pjsip_empty = true;
    return err;
}

int import_pjsip(struct import *im, const struct conf *conf)
{
    int err = import_pjsip_begin(im);

    for (const struct conf_section *s = conf_first(conf); !err && s; s = s->next)
        if (is_acl(s) && !s->is_template)
            err = import_acl_of_all(im, s);
    for (const struct conf_section *s = conf_first(conf); !err && s; s = s->next)
        if (s->is_template && is_acl(s))
            import_template(im, s);
        else if (s->is_template)
            judge_template(im, s);
        else if (!is_acl(s))
            err = import_pjsip_section(im, s);
    return err;
}
