/* fuzz_conf.c - an Asterisk configuration file of somebody else's (import/conf.h, model/exten.h) */
#include <string.h>
#include <strings.h>

#include "base/bug.h"
#include "import/conf.h"
#include "model/exten.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static unsigned troubles;

static void trouble(const char *file, uint32_t line, struct slice what, const char *ru,
                    const char *en, void *arg)
{
    BUG_IF(!file || !line || !ru || !en || what.len > 8192);
    troubles++;
}

static void look_at(const struct conf_section *s)
{
    for (uint32_t i = 0; i < s->count; i++) {
        struct model_exten_line l;

        BUG_IF(conf_find(s, s->items[i].name) == NULL);
        if (strcasecmp(s->items[i].name, "exten") == 0)
            (void)model_exten_parse(&l, slice_of(s->items[i].value), false, NULL);
        else
            (void)model_exten_parse(&l, slice_of(s->items[i].value), true, NULL);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct conf *conf = NULL;

    if (conf_parse(&conf, slice_from((const char *)bytes, len), trouble, NULL))
        return 0;
    for (const struct conf_section *s = conf_first(conf); s; s = s->next)
        look_at(s);
    mem_deref(conf);
    return 0;
}
