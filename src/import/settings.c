/* settings.c - files whose options are settings of ours: rtp.conf, cdr.conf, http.conf, [general] of manager.conf
   (import.h) */
#include <errno.h>
#include <string.h>

#include "base/truth.h"
#include "import/inner.h"
#include "model/config.h"
#include "model/files.h"

#define IS_SO "станция всегда работает так", "the station always works so"
#define AT_ONCE                                                                                    \
    "запись пишется в таблицу cdr сразу, и ни одна не теряется",                                   \
        "a record is written to table cdr at once, and none is lost"
#define TO_USERS                                                                                   \
    "записано каждому пользователю, у которого этого нет",                                         \
        "written to each user that does not say it"

/* Lines that are no setting: the first row that fits. Without a value, an option, a file: any. */
static const struct other_row {
    const char *file, *option, *value;
    enum import_verdict verdict;
    const char *ru, *en;
} others[] = {
    {"cdr.conf", "batch", NULL, IMPORT_NOT_NEEDED, AT_ONCE},
    {"cdr.conf", "size", NULL, IMPORT_NOT_NEEDED, AT_ONCE},
    {"cdr.conf", "time", NULL, IMPORT_NOT_NEEDED, AT_ONCE},
    {"cdr.conf", "scheduleronly", NULL, IMPORT_NOT_NEEDED, AT_ONCE},
    {"cdr.conf", "safeshutdown", NULL, IMPORT_NOT_NEEDED, AT_ONCE},
    {"cdr.conf", "ignorestatechanges", "no", IMPORT_NOT_NEEDED, IS_SO},
    {"cdr.conf", "ignoredialchanges", "no", IMPORT_NOT_NEEDED, IS_SO},
    {"cdr.conf", "canceldispositionenabled", "no", IMPORT_NOT_NEEDED, IS_SO},
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
    {"manager.conf", "allowmultiplelogin", NULL, IMPORT_TRANSLATED, TO_USERS},
    {"manager.conf", "displayconnects", NULL, IMPORT_TRANSLATED, TO_USERS},
    {"manager.conf", "timestampevents", "no", IMPORT_NOT_NEEDED, IS_SO},
    {"manager.conf", "debug", "no", IMPORT_NOT_NEEDED, IS_SO},
    {"manager.conf", "block-sockets", NULL, IMPORT_NOT_NEEDED, "станция никого не ждёт",
     "the station waits for nobody"},
    {"http.conf", "enablestatic", "no", IMPORT_NOT_NEEDED, IS_SO},
    {"http.conf", "enable_static", "no", IMPORT_NOT_NEEDED, IS_SO},
    {"http.conf", "enable_status", "yes", IMPORT_NOT_NEEDED, IS_SO},
    {"http.conf", "prefix", "", IMPORT_NOT_NEEDED, IS_SO},
    {"http.conf", "prefix", "asterisk", IMPORT_NOT_NEEDED, "каждый путь есть и с /asterisk впереди",
     "each path is there with /asterisk in front, too"},
    {"http.conf", "tlsenable", "no", IMPORT_NOT_NEEDED, IS_SO},
    {"rtp.conf", "strictrtp", "yes", IMPORT_NOT_NEEDED, IS_SO},
    {"rtp.conf", "strictrtp", "seqno", IMPORT_NOT_NEEDED, IS_SO},
    {"rtp.conf", "rtpchecksums", "yes", IMPORT_NOT_NEEDED, IS_SO},
    {"rtp.conf", "icesupport", "no", IMPORT_NOT_NEEDED, IS_SO},
    {"features.conf", NULL, NULL, IMPORT_LATER, "появится с переводами, парковкой и перехватом",
     "comes with transfers, parking and pickup"},
    {"rtp.conf", NULL, NULL, IMPORT_UNSUPPORTED, "такого параметра RTP у станции нет",
     "the station has no such RTP option"},
    {NULL, NULL, NULL, IMPORT_UNSUPPORTED, "такого параметра у станции нет",
     "the station has no such option"},
};

static bool is_same(const char *a, const char *b)
{
    bool x, y;

    if (truth_parse(slice_of(a), &x) == 0 && truth_parse(slice_of(b), &y) == 0)
        return x == y;
    return strcasecmp(a, b) == 0;
}

static bool fits(const struct other_row *r, const char *file, const struct conf_item *item)
{
    return (!r->file || strcmp(r->file, file) == 0) &&
           (!r->option || strcasecmp(r->option, item->name) == 0) &&
           (!r->value || is_same(r->value, item->value));
}

static void judge_other(struct import *im, const struct conf_item *item)
{
    const struct other_row *r = others;

    while (!fits(r, im->file, item))
        r++;
    import_say_item(im, item, r->verdict, r->ru, r->en);
}

int import_setting(struct import *im, const char *name, const char *value)
{
    return model_setting_write(im->args->db, name, slice_of(value));
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

int import_settings(struct import *im, const struct conf_section *s)
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

/* What an earlier import of this file left. */
int import_settings_forget(struct import *im)
{
    int err = 0;

    for (const struct model_setting_option *o = model_setting_options; !err && o->file; o++)
        if (strcmp(o->file, im->file) == 0)
            err = model_setting_write(im->args->db, o->setting, SLICE_NONE);
    return err;
}

int import_switch_off(struct import *im, const struct conf *conf, const char *setting)
{
    for (const struct conf_section *s = conf_first(conf); s; s = s->next)
        if (!s->is_template && strcasecmp(s->name, "general") == 0 && conf_find(s, "enabled"))
            return 0;
    import_say(im, im->file, 0, IMPORT_TRANSLATED, slice_of(setting),
               "enabled не задан, у Asterisk это значит no",
               "no enabled: with Asterisk that is no");
    return import_setting(im, setting, "no");
}

/* [general] is settings; of other sections the verdict is given. */
static int take_file(struct import *im, const struct conf *conf, enum import_verdict other,
                     const char *ru, const char *en)
{
    int err = import_settings_forget(im);

    for (const struct conf_section *s = conf_first(conf); !err && s; s = s->next) {
        import_unused(im, s);
        if (s->is_template)
            continue;
        if (strcasecmp(s->name, "general") == 0)
            err = import_settings(im, s);
        else
            for (uint32_t i = 0; i < s->count; i++)
                import_say_item(im, &s->items[i], other, ru, en);
    }
    return err;
}

int import_rtp(struct import *im, const struct conf *conf)
{
    return take_file(im, conf, IMPORT_UNSUPPORTED, "такого раздела у станции нет",
                     "the station has no such section");
}

int import_cdr(struct import *im, const struct conf *conf)
{
    return take_file(im, conf, IMPORT_NOT_NEEDED, "записи о вызовах всегда в таблице cdr",
                     "call records are always in table cdr");
}

int import_http(struct import *im, const struct conf *conf)
{
    int err = take_file(im, conf, IMPORT_UNSUPPORTED, "файлов для загрузки по HTTP у станции нет",
                        "the station takes no uploads of that kind");

    return err ? err : import_switch_off(im, conf, "http_enabled");
}
