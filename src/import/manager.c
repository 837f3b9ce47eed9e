/* manager.c - manager.conf: users of the Manager (import.h) */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "import/inner.h"
#include "model/field.h"

/* What [general] says of all users. */
struct usual {
    const struct conf_item *many, *announced;
};

static void add_usual(struct conf_section *s, const struct conf_item *usual)
{
    if (!usual || conf_find(s, usual->name))
        return;
    s->items[s->count] = *usual;
    s->items[s->count++].is_inherited = true; /* said already */
}

/* "eventfilter(CRITERIA) = text" is a line of its column as it stands. */
static int join_criteria(struct conf_section *s, struct arena *texts)
{
    for (uint32_t i = 0; i < s->count; i++) {
        struct conf_item *item = &s->items[i];
        const size_t len = strlen(item->name) + strlen(item->value) + 2;
        char *line;

        if (strncasecmp(item->name, "eventfilter(", 12) != 0)
            continue;
        line = arena_alloc(texts, len);
        if (!line)
            return ENOMEM;
        snprintf(line, len, "%s=%s", item->name, item->value);
        item->name = "eventfilter";
        item->value = line;
    }
    return 0;
}

static int take_user(struct import *im, const struct conf_section *s, const struct usual *usual)
{
    struct conf_section user = *s;
    struct arena texts;
    int err;

    user.items = mem_zalloc((s->count + 2) * sizeof(*user.items));
    if (!user.items)
        return ENOMEM;
    if (s->count)
        memcpy(user.items, s->items, s->count * sizeof(*user.items));
    add_usual(&user, usual->many);
    add_usual(&user, usual->announced);
    arena_init(&texts, 1u << 20);
    err = join_criteria(&user, &texts);
    if (!err)
        err = import_object(im, model_type_find(SLICE("manager")), &user);
    arena_fini(&texts);
    mem_free(user.items);
    return err;
}

int import_manager(struct import *im, const struct conf *conf)
{
    struct usual usual = {0};
    int err = import_settings_forget(im);

    if (!err)
        err = db_run(im->args->db, "DELETE FROM manager; "
                                   "DELETE FROM import_later WHERE filename = 'manager.conf'");
    for (const struct conf_section *s = conf_first(conf); !err && s; s = s->next) {
        if (s->is_template || strcasecmp(s->name, "general") != 0)
            continue;
        usual.many = conf_find(s, "allowmultiplelogin");
        usual.announced = conf_find(s, "displayconnects");
        err = import_settings(im, s);
    }
    if (!err)
        err = import_switch_off(im, conf, "manager_enabled");
    for (const struct conf_section *s = conf_first(conf); !err && s; s = s->next)
        if (s->is_template)
            import_template(im, s);
        else if (strcasecmp(s->name, "general") != 0)
            err = take_user(im, s, &usual);
    return err;
}
