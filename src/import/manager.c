/* manager.c - manager.conf: users of the Manager; its settings, those of cdr.conf and http.conf (import.h) */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/truth.h"
#include "import/inner.h"
#include "model/config.h"
#include "model/files.h"

/* ---- settings ---- */

/* Lines of [general] that are no setting; one without a value stands for any. */
static const struct other_row {
    const char *file, *option, *value;
    enum import_verdict verdict;
    const char *ru, *en;
} others[] = {
    {"cdr.conf", "batch", NULL, IMPORT_NOT_NEEDED,
     "запись пишется в таблицу cdr сразу, и ни одна не теряется",
     "a record is written to table cdr at once, and none is lost"},
    {"cdr.conf", "size", NULL, IMPORT_NOT_NEEDED,
     "запись пишется в таблицу cdr сразу, и ни одна не теряется",
     "a record is written to table cdr at once, and none is lost"},
    {"cdr.conf", "time", NULL, IMPORT_NOT_NEEDED,
     "запись пишется в таблицу cdr сразу, и ни одна не теряется",
     "a record is written to table cdr at once, and none is lost"},
    {"cdr.conf", "scheduleronly", NULL, IMPORT_NOT_NEEDED,
     "запись пишется в таблицу cdr сразу, и ни одна не теряется",
     "a record is written to table cdr at once, and none is lost"},
    {"cdr.conf", "safeshutdown", NULL, IMPORT_NOT_NEEDED,
     "запись пишется в таблицу cdr сразу, и ни одна не теряется",
     "a record is written to table cdr at once, and none is lost"},
    {"cdr.conf", "ignorestatechanges", "no", IMPORT_NOT_NEEDED, "станция всегда работает так",
     "the station always works so"},
    {"cdr.conf", "ignoredialchanges", "no", IMPORT_NOT_NEEDED, "станция всегда работает так",
     "the station always works so"},
    {"cdr.conf", "canceldispositionenabled", "no", IMPORT_NOT_NEEDED, "станция всегда работает так",
     "the station always works so"},
    {"manager.conf", "webenabled", "yes", IMPORT_NOT_NEEDED,
     "Manager отвечает по HTTP, когда включен HTTP",
     "the Manager answers over HTTP where HTTP is on"},
    {"manager.conf", "webenabled", NULL, IMPORT_UNSUPPORTED,
     "HTTP выключается настройкой http_enabled=no", "HTTP is switched off by http_enabled=no"},
    {"manager.conf", "tlsenable", "yes", IMPORT_NOT_NEEDED,
     "TLS работает, когда есть сертификат: manager_tls_cert",
     "TLS works where there is a certificate: manager_tls_cert"},
    {"manager.conf", "tlsenable", NULL, IMPORT_NOT_NEEDED,
     "без другого адреса TLS слушает только 127.0.0.1:5039",
     "unless another address is named TLS listens on 127.0.0.1:5039 only"},
    {"manager.conf", "tlsprivatekey", NULL, IMPORT_UNSUPPORTED,
     "сертификат и ключ стоят в одном файле: manager_tls_cert",
     "certificate and key stand in one file: manager_tls_cert"},
    {"manager.conf", "allowmultiplelogin", NULL, IMPORT_TRANSLATED,
     "записано каждому пользователю, у которого этого нет",
     "written to each user that does not say it"},
    {"manager.conf", "displayconnects", NULL, IMPORT_TRANSLATED,
     "записано каждому пользователю, у которого этого нет",
     "written to each user that does not say it"},
    {"manager.conf", "timestampevents", "no", IMPORT_NOT_NEEDED, "станция всегда работает так",
     "the station always works so"},
    {"manager.conf", "debug", "no", IMPORT_NOT_NEEDED, "станция всегда работает так",
     "the station always works so"},
    {"manager.conf", "block-sockets", NULL, IMPORT_NOT_NEEDED, "станция никого не ждёт",
     "the station waits for nobody"},
    {"http.conf", "enablestatic", "no", IMPORT_NOT_NEEDED, "станция всегда работает так",
     "the station always works so"},
    {"http.conf", "enable_static", "no", IMPORT_NOT_NEEDED, "станция всегда работает так",
     "the station always works so"},
    {"http.conf", "enable_status", "yes", IMPORT_NOT_NEEDED, "станция всегда работает так",
     "the station always works so"},
    {"http.conf", "prefix", "", IMPORT_NOT_NEEDED, "станция всегда работает так",
     "the station always works so"},
    {"http.conf", "prefix", "asterisk", IMPORT_NOT_NEEDED, "каждый путь есть и с /asterisk впереди",
     "each path is there with /asterisk in front, too"},
    {"http.conf", "tlsenable", "no", IMPORT_NOT_NEEDED, "станция всегда работает так",
     "the station always works so"},
};

static bool is_same(const char *a, const char *b)
{
    bool x, y;

    if (truth_parse(slice_of(a), &x) == 0 && truth_parse(slice_of(b), &y) == 0)
        return x == y;
    return strcasecmp(a, b) == 0;
}

static void judge_other(struct import *im, const struct conf_item *item)
{
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        const struct other_row *r = &others[i];

        if (strcmp(r->file, im->file) == 0 && strcasecmp(r->option, item->name) == 0 &&
            (!r->value || is_same(r->value, item->value))) {
            import_say_item(im, item, r->verdict, r->ru, r->en);
            return;
        }
    }
    import_say_item(im, item, IMPORT_UNSUPPORTED, "такого параметра у станции нет",
                    "the station has no such option");
}

/* A line that is a setting, or half of one: the other half stands already. */
static int take_setting(struct import *im, const struct conf_item *item,
                        const struct model_setting_option *o)
{
    struct buf present, joined;
    int err;

    buf_init(&present, 4096);
    buf_init(&joined, 8192);
    err = model_setting_read(im->args->db, o->setting, &present);
    if (err)
        goto out;
    err = model_setting_join(o, buf_slice(&present), slice_of(item->value), &joined);
    if (err == EINVAL) {
        import_say_item(im, item, IMPORT_WRONG, "недопустимое значение", "value not allowed");
        err = 0;
    } else if (!err) {
        import_say_item(im, item, IMPORT_TAKEN, "", "");
        err = import_setting(im, o->setting, buf_z(&joined));
    }
out:
    buf_fini(&present);
    buf_fini(&joined);
    return err;
}

static int take_general(struct import *im, const struct conf_section *s)
{
    int err = 0;

    for (uint32_t i = 0; !err && i < s->count; i++) {
        const struct conf_item *item = &s->items[i];
        const struct model_setting_option *o =
            model_setting_option_find(slice_of(im->file), slice_of(s->name), slice_of(item->name));

        if (o)
            err = take_setting(im, item, o);
        else
            judge_other(im, item);
    }
    return err;
}

/* Settings of this file that an earlier import left. */
static int forget_settings(struct import *im)
{
    int err = 0;

    for (const struct model_setting_option *o = model_setting_options; !err && o->file; o++) {
        struct stmt *st;

        if (strcmp(o->file, im->file) != 0)
            continue;
        err = db_stmt(&st, im->args->db, "DELETE FROM settings WHERE name = ?");
        if (!err)
            err = stmt_text(st, 1, slice_of(o->setting));
        if (!err)
            err = stmt_run(st);
    }
    return err;
}

/* Asterisk's Manager, and its HTTP, are off until the file says otherwise. */
static int switch_off(struct import *im, const struct conf *conf, const char *setting)
{
    for (const struct conf_section *s = conf_first(conf); s; s = s->next)
        if (!s->is_template && strcasecmp(s->name, "general") == 0 && conf_find(s, "enabled"))
            return 0;
    import_say(im, im->file, 0, IMPORT_TRANSLATED, slice_of(setting),
               "enabled не задан, у Asterisk это значит no",
               "no enabled: with Asterisk that is no");
    return import_setting(im, setting, "no");
}

int import_cdr(struct import *im, const struct conf *conf)
{
    int err = forget_settings(im);

    for (const struct conf_section *s = conf_first(conf); !err && s; s = s->next) {
        import_unused(im, s);
        if (!s->is_template && strcasecmp(s->name, "general") == 0)
            err = take_general(im, s);
        for (uint32_t i = 0; !s->is_template && strcasecmp(s->name, "general") != 0 && i < s->count;
             i++)
            import_say_item(im, &s->items[i], IMPORT_NOT_NEEDED,
                            "записи о вызовах всегда в таблице cdr",
                            "call records are always in table cdr");
    }
    return err;
}

int import_http(struct import *im, const struct conf *conf)
{
    int err = forget_settings(im);

    for (const struct conf_section *s = conf_first(conf); !err && s; s = s->next) {
        import_unused(im, s);
        if (strcasecmp(s->name, "general") == 0) {
            err = s->is_template ? 0 : take_general(im, s);
            continue;
        }
        for (uint32_t i = 0; !s->is_template && i < s->count; i++)
            import_say_item(im, &s->items[i], IMPORT_UNSUPPORTED,
                            "файлов для загрузки по HTTP у станции нет",
                            "the station takes no uploads of that kind");
    }
    return err ? err : switch_off(im, conf, "http_enabled");
}

/* ---- users ---- */

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
    int err = forget_settings(im);

    if (!err)
        err = db_run(im->args->db, "DELETE FROM manager; "
                                   "DELETE FROM import_later WHERE filename = 'manager.conf'");
    for (const struct conf_section *s = conf_first(conf); !err && s; s = s->next) {
        if (s->is_template || strcasecmp(s->name, "general") != 0)
            continue;
        usual.many = conf_find(s, "allowmultiplelogin");
        usual.announced = conf_find(s, "displayconnects");
        err = take_general(im, s);
    }
    if (!err)
        err = switch_off(im, conf, "manager_enabled");
    for (const struct conf_section *s = conf_first(conf); !err && s; s = s->next)
        if (s->is_template)
            import_template(im, s);
        else if (strcasecmp(s->name, "general") != 0)
            err = take_user(im, s, &usual);
    return err;
}
