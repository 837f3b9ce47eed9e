#include <stdio.h>

#include "base/buf.h"
#include "import/conf.h"
#include "unit.h"

struct troubles {
    int count;
    uint32_t line; /* of the last */
};

static void note(const char *file, uint32_t line, struct slice what, const char *ru, const char *en,
                 void *arg)
{
    struct troubles *t = arg;

    t->count++;
    t->line = line;
}

static const char *value(const struct conf *c, const char *section, const char *name)
{
    const struct conf_item *item = NULL;

    for (const struct conf_section *s = conf_first(c); s; s = s->next)
        if (!s->is_template && strcmp(s->name, section) == 0)
            item = conf_find(s, name);
    return item ? item->value : NULL;
}

static int templates_hand_their_lines_on(void)
{
    static const char text[] =
        "[base](!)\nallow=ulaw\ncontext=a\n[phone](!,base)\ncontext=b\n"
        "[101](phone)\nauth=101\n[102](base,phone)\ncontext=c\n[101](+)\nextra=1\n";
    struct troubles t = {0};
    struct conf *c = NULL;
    int err;

    CHECK_OK_TO(conf_parse(&c, slice_of(text), note, &t), out);
    CHECK_TO(t.count == 0, out);
    CHECK_TO(value(c, "101", "allow") && strcmp(value(c, "101", "allow"), "ulaw") == 0, out);
    CHECK_TO(strcmp(value(c, "101", "context"), "b") == 0, out);
    CHECK_TO(strcmp(value(c, "101", "auth"), "101") == 0 &&
                 strcmp(value(c, "101", "extra"), "1") == 0,
             out);
    CHECK_TO(strcmp(value(c, "102", "context"), "c") == 0 && !value(c, "102", "auth"), out);
out:
    mem_deref(c);
    return err;
}

static int comments_end_lines_and_span_them(void)
{
    static const char text[] =
        "; all of it\n[a]\nx = 1 ; behind\ny => two\\; words\n;-- hidden = 1\nz = 2\n--; w = 3\n"
        ";--- a rule ---\nlast=4";
    struct troubles t = {0};
    struct conf *c = NULL;
    int err;

    CHECK_OK_TO(conf_parse(&c, slice_of(text), note, &t), out);
    CHECK_TO(t.count == 0, out);
    CHECK_TO(strcmp(value(c, "a", "x"), "1") == 0 && strcmp(value(c, "a", "y"), "two; words") == 0,
             out);
    CHECK_TO(!value(c, "a", "hidden") && !value(c, "a", "z"), out);
    CHECK_TO(strcmp(value(c, "a", "w"), "3") == 0 && strcmp(value(c, "a", "last"), "4") == 0, out);
out:
    mem_deref(c);
    return err;
}

static int lines_that_cannot_be_used_are_named(void)
{
    static const struct {
        const char *text;
        uint32_t line;
    } cases[] = {{"x=1\n", 1},          {"[a\nx=1\n", 2},         {"[a]\n\nno sign\n", 3},
                 {"[a](gone)\nx=1", 1}, {"[a]\n#exec date\n", 2}, {"[a]\n#include \"b\"\n", 2},
                 {"[]\n", 1},           {"[a]\n#pragma\n", 2}};

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct troubles t = {0};
        struct conf *c = NULL;

        CHECK_OK(conf_parse(&c, slice_of(cases[i].text), note, &t));
        mem_deref(c);
        if (t.count < 1 || t.line != cases[i].line)
            fprintf(stderr, "case %zu: %d troubles, line %u\n", i, t.count, t.line);
        CHECK(t.count >= 1 && t.line == cases[i].line);
    }
    return 0;
}

static int a_line_has_a_ceiling(void)
{
    struct troubles t = {0};
    struct conf *c = NULL;
    struct buf b;
    int err;

    buf_init(&b, 20000);
    buf_addz(&b, "[a]\nx=");
    for (int i = 0; i < 9000; i++)
        buf_addc(&b, 'y');
    buf_addz(&b, "\nz=1\n");
    CHECK_OK_TO(buf_err(&b), out);
    CHECK_OK_TO(conf_parse(&c, buf_slice(&b), note, &t), out);
    CHECK_TO(t.count == 1 && t.line == 2 && !value(c, "a", "x") && value(c, "a", "z"), out);
out:
    mem_deref(c);
    buf_fini(&b);
    return err;
}

UNIT_TESTS(UNIT(templates_hand_their_lines_on), UNIT(comments_end_lines_and_span_them),
           UNIT(lines_that_cannot_be_used_are_named), UNIT(a_line_has_a_ceiling))
