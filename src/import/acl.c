/* acl.c - access lists: acl.conf, and what pjsip.conf says of addresses in its own way (import.h) */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "import/inner.h"
#include "model/files.h"

#define CONTACT "contact_"
#define MOST_BYTES (64u << 10)

/* Rules of one list, "deny=net,permit=net" in their order. */
struct rules {
    struct buf text;
    bool is_broken;
};

static void rules_init(struct rules *r)
{
    *r = (struct rules){.is_broken = false};
    buf_init(&r->text, MOST_BYTES);
}

/* @return 0; EINVAL: there is what is no rule */
static int add_line(struct buf *out, struct slice word, struct slice nets)
{
    const struct model_field *f = model_field_find(model_type_find(SLICE("acl")), SLICE("rules"));
    struct buf line;
    int err;

    buf_init(&line, MOST_BYTES);
    err = model_rules_add(&line, word, nets);
    if (!err && model_field_set(f, NULL, buf_slice(&line), NULL))
        err = EINVAL;
    if (!err && line.len)
        err = buf_printf(out, "%s%s", out->len ? "," : "", buf_z(&line));
    buf_fini(&line);
    return err;
}

/* A list with a rule missing would let in whom it should not: it is named, and refuses all. */
static void take_line(struct import *im, struct rules *r, const struct conf_item *item,
                      const char *word, enum import_verdict v, const char *ru, const char *en)
{
    if (add_line(&r->text, slice_of(word), slice_of(item->value)) == 0) {
        import_say_item(im, item, v, ru, en);
        return;
    }
    import_say_item(im, item, IMPORT_WRONG, "не правило; список не пропускает никого",
                    "no rule; the list lets nobody in");
    r->is_broken = true;
}

static int insert(struct import *im, const char *name, struct rules *r)
{
    struct stmt *st;
    int err;

    if (r->is_broken) {
        buf_reset(&r->text);
        buf_addz(&r->text, "deny=0.0.0.0/0,deny=::/0");
    }
    err = buf_err(&r->text);
    if (!err)
        err = db_stmt(&st, im->args->db, "INSERT INTO acl (name, rules) VALUES (?, ?)");
    if (!err)
        err = stmt_text(st, 1, slice_of(name));
    if (!err)
        err = stmt_text(st, 2, buf_slice(&r->text));
    return err ? err : stmt_run(st);
}

static int take_list(struct import *im, const struct conf_section *s)
{
    struct rules r;
    int err;

    rules_init(&r);
    for (uint32_t i = 0; i < s->count; i++)
        take_line(im, &r, &s->items[i], s->items[i].name, IMPORT_TAKEN, "", "");
    err = insert(im, s->name, &r);
    buf_fini(&r.text);
    return err;
}

int import_acl(struct import *im, const struct conf *conf)
{
    int err = db_run(im->args->db, "DELETE FROM acl");

    for (const struct conf_section *s = conf_first(conf); !err && s; s = s->next) {
        if (s->is_template) {
            import_template(im, s);
            continue;
        }
        err = take_list(im, s);
        if (err == EEXIST) {
            import_say(im, s->file, s->line, IMPORT_WRONG, slice_of(s->name),
                       "второй список с этим именем", "a second list of this name");
            err = 0;
        }
    }
    return err;
}

/* ---- pjsip.conf ---- */

/* The list may be there from an earlier import. @return 0; errno of the database; ENOMEM */
static int replace(struct import *im, const char *name, struct rules *r, struct buf *names)
{
    struct stmt *st;
    int err = db_stmt(&st, im->args->db, "DELETE FROM acl WHERE name = ?");

    if (!err)
        err = stmt_text(st, 1, slice_of(name));
    if (!err)
        err = stmt_run(st);
    if (!err)
        err = insert(im, name, r);
    return err ? err : buf_printf(names, "%s%s", names->len ? "," : "", name);
}

/* The rest of a name that says it of contacts, or of senders; NULL: of the other. */
static const char *word_of(const char *name, bool of_contacts)
{
    const bool is_contact = strncasecmp(name, CONTACT, strlen(CONTACT)) == 0;

    return is_contact != of_contacts ? NULL : is_contact ? name + strlen(CONTACT) : name;
}

static bool is_rule(const char *word)
{
    return word && (strcasecmp(word, "deny") == 0 || strcasecmp(word, "permit") == 0);
}

/* One section's rules of one kind become a list named prefix_section. */
static int make_list(struct import *im, const struct conf_section *s, bool of_contacts,
                     const char *prefix, struct buf *names, const char *ru, const char *en)
{
    char name[256];
    struct rules r;
    int err = 0;

    rules_init(&r);
    for (uint32_t i = 0; i < s->count; i++) {
        const char *word = word_of(s->items[i].name, of_contacts);

        if (is_rule(word))
            take_line(im, &r, &s->items[i], word, IMPORT_TRANSLATED, ru, en);
    }
    snprintf(name, sizeof(name), "%s%s_%s", prefix, of_contacts ? "_contacts" : "", s->name);
    if (r.text.len || r.is_broken)
        err = replace(im, name, &r, names);
    buf_fini(&r.text);
    return err;
}

int import_acl_of_all(struct import *im, const struct conf_section *s)
{
    static const char ru[] = "список записан каждой конечной точке";
    static const char en[] = "the list is written to each endpoint";
    int err = make_list(im, s, false, "all", &im->acls, ru, en);

    if (!err)
        err = make_list(im, s, true, "all", &im->contact_acls, ru, en);
    for (uint32_t i = 0; !err && i < s->count; i++) {
        const struct conf_item *item = &s->items[i];
        const char *word = word_of(item->name, false), *of_contact = word_of(item->name, true);
        struct buf *names = word ? &im->acls : &im->contact_acls;

        if (is_rule(word) || is_rule(of_contact))
            continue;
        if (word && strcasecmp(word, "type") == 0) {
            import_say_item(im, item, IMPORT_TAKEN, "", "");
        } else if (strcasecmp(word ? word : of_contact, "acl") == 0) {
            import_say_item(im, item, IMPORT_TRANSLATED, ru, en);
            err = buf_printf(names, "%s%s", names->len ? "," : "", item->value);
        } else {
            import_say_item(im, item, IMPORT_UNSUPPORTED, "такого параметра у объекта нет",
                            "the object has no such option");
        }
    }
    return err;
}

bool import_acl_is_ordered(const struct conf_section *s, bool of_contacts)
{
    bool has_permit = false;

    for (uint32_t i = 0; i < s->count; i++) {
        const char *word = word_of(s->items[i].name, of_contacts);

        if (!is_rule(word))
            continue;
        if (strchr(s->items[i].value, '!') || (has_permit && strcasecmp(word, "deny") == 0))
            return true;
        has_permit |= strcasecmp(word, "permit") == 0;
    }
    return false;
}

bool import_acl_has(const struct conf_item *item, bool of_contacts)
{
    return is_rule(word_of(item->name, of_contacts));
}

int import_acl_of_one(struct import *im, const char *type, const struct conf_section *s,
                      bool of_contacts, struct buf *names)
{
    return make_list(im, s, of_contacts, type, names,
                     "порядок permit и deny сохранён в списке доступа (таблица acl)",
                     "the order of permit and deny is kept in an access list (table acl)");
}
