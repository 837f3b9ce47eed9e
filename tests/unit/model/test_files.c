/* What the import and UpdateConfig must know alike of Asterisk's files */
#include <string.h>

#include "model/config.h"
#include "model/files.h"
#include "unit.h"

static int settings_of_a_file_are_one_category_of_a_known_file(void)
{
    const char *setting = "";

    for (const struct model_setting_option *o = model_setting_options; o->file; o++) {
        const struct model_config_file *f = model_config_file_find(slice_of(o->file));

        CHECK(f && f->parts[0].kind == MODEL_CONFIG_SETTINGS && model_setting_field(o));
        for (const struct model_setting_option *p = model_setting_options; p < o; p++) {
            CHECK(strcmp(p->file, o->file) != 0 || strcmp(p->category, o->category) == 0);
            /* the halves of one stand together: config_write_settings writes each once */
            CHECK(strcmp(p->setting, o->setting) != 0 || strcmp(setting, o->setting) == 0);
        }
        setting = o->setting;
    }
    return 0;
}

static int a_turned_network_is_the_other_word(void)
{
    static const struct {
        const char *word, *nets, *rules;
    } cases[] = {
        {"deny", "0.0.0.0/0", "deny=0.0.0.0/0"},
        {"Permit", " 10.0.0.0/8 ,! 10.0.0.9,", "permit=10.0.0.0/8,deny=10.0.0.9"},
        {"deny", "!192.0.2.7", "permit=192.0.2.7"},
        {"permit", "", ""},
        {"allow", "10.0.0.0/8", NULL},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct buf out;
        int err;

        buf_init(&out, 200);
        err = model_rules_add(&out, slice_of(cases[i].word), slice_of(cases[i].nets));
        CHECK_TO(err == ENOMEM || (cases[i].rules ? !err && strcmp(buf_z(&out), cases[i].rules) == 0
                                                  : err == EINVAL),
                 out);
        err = err == EINVAL ? 0 : err;
    out:
        buf_fini(&out);
        if (err)
            return err;
    }
    return 0;
}

UNIT_TESTS(UNIT(settings_of_a_file_are_one_category_of_a_known_file),
           UNIT(a_turned_network_is_the_other_word))
