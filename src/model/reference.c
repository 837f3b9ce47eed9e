/* reference.c - see reference.h */
#include <string.h>

#include "model/field.h"
#include "model/reference.h"

static const struct model_words title = {"Таблицы и поля станции",
                                         "Tables and fields of the station"};
static const struct model_words intro = {
    "Страница получена из таблиц полей (src/model/fields_*.c). Незаданное значение (NULL или пустое) "
    "означает значение по умолчанию. Изменения действуют в течение секунды и не прерывают вызовов.",
    "This page is made from the field tables (src/model/fields_*.c). A value that is not set (NULL or "
    "empty) means the default. Changes take effect within a second and drop no call."};
static const struct model_words heads = {
    "| Поле | Название | Значения | По умолчанию | Действует | Описание |",
    "| Column | Name | Values | Default | Obeyed | Description |"};
static const struct model_words states[] = {
    [MODEL_OBEYED] = {"да", "yes"},
    [MODEL_LATER] = {"пока нет", "not yet"},
    [MODEL_REFUSED] = {"пока нет: объект с ним не загружается",
                       "not yet: an object that sets it is not loaded"},
    [MODEL_MOOT] = {"не имеет значения", "means nothing here"},
    [MODEL_INNER] = {"служебное", "the station's own"},
};

static const struct {
    const char *word;
    struct model_words words;
} subjects[] = {
    {"webrtc", {"браузеры (WebRTC)", "browsers (WebRTC)"}},
    {"voicemail", {"голосовая почта", "voicemail"}},
    {"pickup", {"перехват вызовов", "call pickup"}},
    {"fax", {"факсы", "fax"}},
    {"recording", {"запись разговоров", "recording"}},
    {"blf", {"индикаторы статуса (BLF)", "status indicators (BLF)"}},
    {"parking", {"парковка вызовов", "call parking"}},
    {"transfers", {"перевод вызовов", "transfers"}},
    {"video", {"видео", "video"}},
    {"manager", {"события Manager", "the Manager's events"}},
    {"aoc", {"стоимость разговора (AOC)", "advice of charge (AOC)"}},
    {"codecs", {"другие кодеки (G.726)", "more codecs (G.726)"}},
    {"geolocation", {"местоположение (RFC 6442)", "geolocation (RFC 6442)"}},
    {"mediasec", {"согласование защиты (RFC 3329)", "negotiated security (RFC 3329)"}},
    {"oauth", {"вход по OAuth", "login by OAuth"}},
    {"player", {"музыка из внешней программы", "music from an external program"}},
    {"stir", {"подпись номеров (STIR/SHAKEN)", "signed numbers (STIR/SHAKEN)"}},
};

const struct model_words *model_subject(const char *word)
{
    for (size_t i = 0; word && i < sizeof(subjects) / sizeof(subjects[0]); i++)
        if (strcmp(subjects[i].word, word) == 0)
            return &subjects[i].words;
    return NULL;
}

/* A bar would end the cell. */
static void add_cell(struct buf *out, const char *text)
{
    buf_addz(out, " ");
    for (; *text; text++) {
        if (*text == '|')
            buf_addc(out, '\\');
        buf_addc(out, *text);
    }
    buf_addz(out, " |");
}

/* "yes: the test that shows it", "not yet: what it comes with" */
static void add_state(const struct model_field *f, const char *language, struct buf *out)
{
    const struct model_words *with = model_subject(f->subject);
    struct buf text;

    buf_init(&text, 500);
    buf_addz(&text, model_words_in(&states[f->state], language));
    if (f->shown)
        buf_printf(&text, ": `%s`", f->shown);
    else if (with)
        buf_printf(&text, "; %s", model_words_in(with, language));
    add_cell(out, buf_z(&text));
    buf_fini(&text);
}

static int add_field(const struct model_field *f, const char *language, struct buf *out)
{
    struct buf allowed;
    int err;

    buf_init(&allowed, 4000);
    err = model_field_allowed(f, language, &allowed);
    if (!err) {
        buf_printf(out, "| `%s` |", f->column);
        add_cell(out, model_words_in(&f->label, language));
        add_cell(out, buf_z(&allowed));
        add_cell(out, f->def ? f->def : "");
        add_state(f, language, out);
        add_cell(out, model_words_in(&f->help, language));
        err = buf_addz(out, "\n");
    }
    buf_fini(&allowed);
    return err;
}

int model_reference_print(const char *language, struct buf *out)
{
    int err = 0;

    buf_printf(out, "# %s\n\n%s\n", model_words_in(&title, language),
               model_words_in(&intro, language));
    for (const struct model_type *t = model_types; t->name && !err; t++) {
        buf_printf(out, "\n## `%s` - %s\n\n%s\n\n", t->table, model_words_in(&t->label, language),
                   model_words_in(&t->help, language));
        buf_printf(out, "%s\n|---|---|---|---|---|---|\n", model_words_in(&heads, language));
        for (const struct model_field *f = t->fields; f->column && !err; f++)
            err = add_field(f, language, out);
    }
    return err ? err : buf_err(out);
}
