#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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

static int what_asterisk_makes_of_odd_lines(void)
{
    static const struct {
        const char *text, *name, *value; /* NULL: nothing */
        int troubles;
    } cases[] = {
        {"[a]\n;-- x ;-- y --; v=1\n--; w=2\n", "v", NULL, 0},
        {"[a]\n;-- x ;-- y --; v=1\n--; w=2\n", "w", "2", 0},
        {"[a]\nv=7;-- z --;8\n", "v", "78", 0},
        {"[a]\nv=1;--\nw=2\n", "w", NULL, 1}, /* not closed: said */
        {"[t](!)\nv=1\n[a](t)\nv += 3\n", "v", "1 3", 0},
        {"[a]\nv += 3\n", "v", "3", 0},
        {"[a]\nv=1\n[a](+,a)\n", "v", "1", 0}, /* ends */
        {"[a]\r\nv=1\r\n\r\n", "v", "1", 0},
        {"\xef\xbb\xbf[a]\nv=1\n", "v", "1", 0},
        {"[a]\nv=\xc8\xe2\n", "v", "Ив", 0},
        {"[a]\nv=Ив ; \xc8\xe2\n", "v", "Ив", 0},
        {"[a]\nv = a\\;b\\;c ; d\n", "v", "a;b;c", 0},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct troubles t = {0};
        struct conf *c = NULL;
        const char *is;
        bool is_right;

        CHECK_OK(conf_parse(&c, slice_of(cases[i].text), note, &t));
        is = value(c, "a", cases[i].name);
        is_right = cases[i].value ? is && strcmp(is, cases[i].value) == 0 : !is;
        if (!is_right || t.count != cases[i].troubles)
            fprintf(stderr, "case %zu: %s, %d troubles\n", i, is ? is : "nothing", t.count);
        mem_deref(c);
        CHECK(is_right && t.count == cases[i].troubles);
    }
    return 0;
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

static int additions_go_to_the_section_they_mean(void)
{
    static const char text[] =
        "[6001](!)\nx=0\n[6001]\ntype=endpoint\n[6001]\ntype=auth\nrealm=a\n[6001]\ntype=aor\n"
        "[6001](+)\nplain=1\n[6001](+type=auth)\nfiltered=1\n[6001](+type=auth&realm=a)\ntwo=1\n"
        "[6001](+type=nosuch)\nlost=1\n[7](+)\nnew=1\n";
    struct troubles t = {0};
    const struct conf_section *s;
    struct conf *c = NULL;
    int err;

    CHECK_OK_TO(conf_parse(&c, slice_of(text), note, &t), out);
    CHECK_TO(t.count == 2 && t.line == 17, out); /* the section and its line */
    s = conf_first(c)->next;
    CHECK_TO(s->count == 2 && conf_find(s, "plain"), out);
    s = s->next;
    CHECK_TO(s->count == 4 && conf_find(s, "filtered") && conf_find(s, "two"), out);
    s = s->next;
    CHECK_TO(s->count == 1, out);
    CHECK_TO(s->next && strcmp(s->next->name, "7") == 0 && !s->next->next, out);
out:
    mem_deref(c);
    return err;
}

/* ---- includes, in a folder of their own ---- */

static int put(const char *dir, const char *name, const char *text)
{
    char path[200];
    FILE *f;

    snprintf(path, sizeof(path), "%s/%s", dir, name);
    f = fopen(path, "we");
    if (!f)
        return errno;
    fputs(text, f);
    return fclose(f) == 0 ? 0 : errno;
}

static int in_a_folder(int (*run)(const char *dir, int fd))
{
    char dir[] = "/tmp/station-conf-XXXXXX", command[100];
    int err = 0, fd;

    if (!mkdtemp(dir))
        return errno;
    fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || mkdirat(fd, "d", 0700))
        err = errno;
    if (!err)
        err = run(dir, fd);
    close(fd);
    snprintf(command, sizeof(command), "rm -r %s", dir);
    return system(command) == 0 || err ? err : EIO;
}

static int include_names(const char *dir, int fd)
{
    struct troubles t = {0};
    struct conf *c = NULL;
    char text[600];
    int err;

    snprintf(text, sizeof(text),
             "[all]\nx=0\n#include d/*.conf\n#include \"%s/abs.conf\"\n"
             "#include /etc/asterisk/home.conf\n#tryinclude d/*.none\n#tryinclude none.conf\n"
             "#include d/*.none\n#include /etc/passwd\n",
             dir);
    CHECK_OK(put(dir, "main.conf", text));
    CHECK_OK(put(dir, "d/b.conf", "x=b\n"));
    CHECK_OK(put(dir, "d/a.conf", "x=a\n"));
    CHECK_OK(put(dir, "d/.hidden.conf", "x=hidden\n"));
    CHECK_OK(put(dir, "d/c.txt", "x=c\n"));
    CHECK_OK(put(dir, "abs.conf", "x=abs\n"));
    CHECK_OK(put(dir, "home.conf", "x=home\n"));
    CHECK_OK_TO(conf_read(&c, fd, "main.conf", note, &t), out);
    CHECK_TO(t.count == 2 && t.line == 9, out);
    CHECK_TO(conf_first(c)->count == 5, out);
    CHECK_TO(strcmp(conf_first(c)->items[1].value, "a") == 0, out);
    CHECK_TO(strcmp(conf_first(c)->items[2].value, "b") == 0, out);
    CHECK_TO(strcmp(conf_first(c)->items[2].file, "d/b.conf") == 0, out);
    CHECK_TO(strcmp(conf_first(c)->items[4].value, "home") == 0, out);
out:
    mem_deref(c);
    return err;
}

static int includes_know_patterns_and_whole_paths(void)
{
    return in_a_folder(include_names);
}

static int include_itself(const char *dir, int fd)
{
    struct troubles t = {0};
    struct conf *c = NULL;
    int err;

    CHECK_OK(put(dir, "main.conf", "[a]\nx=1\n#include other.conf\n"));
    CHECK_OK(put(dir, "other.conf", "x=2\n#include d/../main.conf\n#include main.conf\nx=3\n"));
    CHECK_OK_TO(conf_read(&c, fd, "main.conf", note, &t), out);
    CHECK_TO(t.count == 2 && t.line == 3, out);
    CHECK_TO(conf_first(c)->count == 3 && !conf_first(c)->next, out);
out:
    mem_deref(c);
    return err;
}

static int a_file_that_includes_itself_is_read_once(void)
{
    return in_a_folder(include_itself);
}

UNIT_TESTS(UNIT(what_asterisk_makes_of_odd_lines), UNIT(templates_hand_their_lines_on),
           UNIT(comments_end_lines_and_span_them), UNIT(lines_that_cannot_be_used_are_named),
           UNIT(a_line_has_a_ceiling), UNIT(additions_go_to_the_section_they_mean),
           UNIT_ONCE(includes_know_patterns_and_whole_paths),
           UNIT_ONCE(a_file_that_includes_itself_is_read_once))
