/* report.c - see report.h */
#include "import/report.h"

#include <string.h>

#include "base/utf8.h"

static const struct {
    const char *word, *ru, *en;
} verdicts[IMPORT_VERDICTS] = {
    [IMPORT_TAKEN] = {"taken", "взято", "taken"},
    [IMPORT_TRANSLATED] = {"translated", "взято в другом виде", "translated"},
    [IMPORT_LATER] = {"later", "позже", "later"},
    [IMPORT_NOT_NEEDED] = {"not-needed", "здесь не нужно", "not needed here"},
    [IMPORT_UNSUPPORTED] = {"unsupported", "не поддерживается", "not supported"},
    [IMPORT_WRONG] = {"wrong", "ошибка в строке", "wrong line"},
};

const char *import_verdict_word(enum import_verdict v)
{
    return verdicts[v].word;
}

const char *import_verdict_name(enum import_verdict v, const char *language)
{
    return strcmp(language, "ru") == 0 ? verdicts[v].ru : verdicts[v].en;
}

int import_report_value(const char *text, struct buf *out)
{
    for (; *text; text++)
        buf_addc(out, (unsigned char)*text < ' ' ? ' ' : *text);
    return buf_err(out);
}

int import_report_line(const struct import_note *n, struct buf *out)
{
    buf_printf(out, "%s\t%u\t%s\t", n->file, n->line, verdicts[n->verdict].word);
    import_report_value(n->text_en, out);
    buf_addc(out, '\t');
    import_report_value(n->what, out);
    return buf_addc(out, '\n');
}

int import_json_begin(const char *source, bool is_dry, struct buf *out)
{
    buf_addz(out, "{\"source\": ");
    utf8_json(slice_of(source), out);
    return buf_printf(out, ",\n \"dry_run\": %s,\n \"notes\": [", is_dry ? "true" : "false");
}

static void add_member(struct buf *out, const char *name, const char *value)
{
    buf_printf(out, ", \"%s\": ", name);
    utf8_json(slice_of(value), out);
}

int import_json_note(const struct import_note *n, bool first, struct buf *out)
{
    buf_printf(out, "%s{\"file\": ", first ? "\n  " : ",\n  ");
    utf8_json(slice_of(n->file), out);
    buf_printf(out, ", \"line\": %u, \"verdict\": \"%s\"", n->line, verdicts[n->verdict].word);
    add_member(out, "what", n->what);
    add_member(out, "ru", n->text_ru);
    add_member(out, "en", n->text_en);
    return buf_addc(out, '}');
}

int import_json_end(const struct import_totals *t, bool is_done, struct buf *out)
{
    buf_printf(out, "],\n \"done\": %s,\n \"counts\": {", is_done ? "true" : "false");
    for (int i = 0; i < IMPORT_VERDICTS; i++)
        buf_printf(out, "%s\"%s\": %u", i ? ", " : "", verdicts[i].word, t->count[i]);
    return buf_printf(out, "},\n \"endpoints\": %u, \"steps\": %u, \"sounds\": %u, \"rows\": %u}\n",
                      t->endpoints, t->extensions, t->sounds, t->rows);
}
