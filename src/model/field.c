/* field.c - see field.h; the kinds' own parsers are in value.c */
#include <errno.h>

#include "base/buf.h"
#include "base/truth.h"
#include "model/value.h"

const struct model_field *model_field_find(const struct model_type *t, struct slice name)
{
    for (const struct model_field *f = t->fields; f->column; f++)
        if (slice_caseeqz(name, f->column) || (f->option && slice_caseeqz(name, f->option)))
            return f;
    return NULL;
}

const char *model_words_in(const struct model_words *w, const char *language)
{
    return slice_starts(slice_of(language), SLICE("ru")) ? w->ru : w->en;
}

/* Equal in meaning: "off" is "no", "060" is "60". */
static bool means_the_same(const struct model_field *f, struct slice a, struct slice b)
{
    bool x, y;
    int64_t i, k;

    if (f->kind == MODEL_BOOL && truth_parse(a, &x) == 0 && truth_parse(b, &y) == 0)
        return x == y;
    if (f->kind == MODEL_INT && slice_i64(a, &i) == 0 && slice_i64(b, &k) == 0)
        return i == k;
    return slice_caseeq(a, b);
}

bool model_field_is_harmless(const struct model_field *f, struct slice value)
{
    struct slice same = slice_of(f->same);

    value = slice_trim(value);
    if (value.len == 0 || (f->def && means_the_same(f, value, slice_of(f->def))))
        return true;
    while (slice_is_set(same))
        if (means_the_same(f, value, slice_cut(same, ',', &same)))
            return true;
    return false;
}

bool model_field_is_obeyed(const struct model_field *f, struct slice value)
{
    struct slice later = slice_of(f->later);

    if (f->state == MODEL_MOOT)
        return true;
    if (f->state != MODEL_OBEYED)
        return model_field_is_harmless(f, value);
    value = slice_trim(value);
    while (slice_is_set(later))
        if (means_the_same(f, value, slice_cut(later, ',', &later)))
            return false;
    return true;
}

static const struct model_words kind_words[] = {
    [MODEL_TEXT] = {"любой текст", "any text"},
    [MODEL_SECRET] = {"любой текст", "any text"},
    [MODEL_BOOL] = {"yes или no", "yes or no"},
    [MODEL_NAMES] = {"имена через запятую", "names, comma separated"},
    [MODEL_ALLOW] = {"кодеки через запятую: alaw, ulaw, all, !имя",
                     "codecs, comma separated: alaw, ulaw, all, !name"},
    [MODEL_DISALLOW] = {"кодеки через запятую: alaw, ulaw, all",
                        "codecs, comma separated: alaw, ulaw, all"},
    [MODEL_ADDR] = {"адрес:порт", "address:port"},
    [MODEL_HOST] = {"адрес или имя узла", "an address or a host's name"},
    [MODEL_NETS] = {"адреса или сети через запятую: 10.0.0.0/8",
                    "addresses or networks, comma separated: 10.0.0.0/8"},
    [MODEL_HOSTS] = {"адреса, сети или имена узлов через запятую",
                     "addresses, networks or host names, comma separated"},
    [MODEL_CALLERID] = {"Имя <номер>", "Name <number>"},
    [MODEL_GROUPS] = {"числа от 0 до 63 и диапазоны через запятую: 1,3-5",
                      "numbers from 0 to 63 and ranges, comma separated: 1,3-5"},
    [MODEL_VARS] = {"ИМЯ=значение; несколько — через ;", "NAME=value; several separated by ;"},
    [MODEL_URIS] = {"sip:узел:порт, через запятую", "sip:host:port, comma separated"},
    [MODEL_RULES] = {"deny=сеть и permit=сеть через запятую",
                     "deny=network and permit=network, comma separated"},
    [MODEL_TOS] = {"ef, af11-af43, cs0-cs7 или число до 255",
                   "ef, af11-af43, cs0-cs7 or a number up to 255"},
    [MODEL_WALL] = {"секунды с 1970 года", "seconds since 1970"},
    [MODEL_PASSWORD] = {"любой текст", "any text"},
    [MODEL_KEY] = {"любой текст", "any text"},
};

static void add_choices(const struct model_field *f, struct buf *out)
{
    const char *gap = "";

    for (const char *const *c = f->choices; *c; c++) {
        if (!**c)
            continue;
        buf_addz(out, gap);
        buf_addz(out, *c);
        gap = ", ";
    }
}

int model_field_allowed(const struct model_field *f, const char *language, struct buf *out)
{
    static const struct model_words range = {"число от %lld до %lld", "a number from %lld to %lld"};
    static const struct model_words seconds = {"секунды от %lld до %lld",
                                               "seconds from %lld to %lld"};
    static const struct model_words one = {"одно из: ", "one of: "};
    static const struct model_words some = {"через запятую из: ", "comma separated of: "};

    switch (f->kind) {
    case MODEL_INT: return value_range(out, model_words_in(&range, language), f->min, f->max);
    case MODEL_SECONDS: return value_range(out, model_words_in(&seconds, language), f->min, f->max);
    case MODEL_ENUM:
    case MODEL_ENUMS:
        buf_addz(out, model_words_in(f->kind == MODEL_ENUM ? &one : &some, language));
        add_choices(f, out);
        return buf_err(out);
    default: return buf_addz(out, model_words_in(&kind_words[f->kind], language));
    }
}

int model_defaults_set(const struct model_type *t, void *object, struct model_pool *pool)
{
    int err = 0;

    for (const struct model_field *f = t->fields; f->column && !err; f++)
        if (f->offset != MODEL_NOWHERE)
            err = model_field_set(f, object, slice_of(f->def ? f->def : ""), pool);
    return err;
}
