/* conf.c - see conf.h */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/hash.h"
#include "import/conf.h"

#define MOST_BYTES ((size_t)512 << 20)
#define MOST_LINE 8192
#define MOST_LINES 4000000u
#define MOST_DEPTH 16
#define MOST_FILE (64u << 20)

struct named {
    struct hash_link link;
    struct conf_section *section;
};

struct conf {
    struct arena arena;
    struct conf_section *first, **last;
    struct hash by_name; /* struct named: the latest section of a name */
    uint32_t lines;
};

struct reader {
    struct conf *conf;
    int dir_fd; /* -1: no includes */
    conf_trouble_h *trouble;
    void *arg;
    struct conf_section *section; /* where items go; NULL before the first */
    const char *file;
    uint32_t line;
    unsigned depth, comment; /* nesting of includes, of ;-- --; */
};

static void conf_destroy(void *object)
{
    struct conf *c = object;

    hash_fini(&c->by_name);
    arena_fini(&c->arena);
}

static void complain(struct reader *r, struct slice what, const char *ru, const char *en)
{
    if (r->trouble)
        r->trouble(r->file, r->line, what, ru, en, r->arg);
}

/* ---- sections ---- */

static struct conf_section *find_section(const struct conf *c, struct slice name)
{
    for (struct hash_link *k = hash_first(&c->by_name, hash_slice(name)); k; k = hash_next(k)) {
        struct named *n = CONTAINER_OF(k, struct named, link);

        if (slice_eqz(name, n->section->name))
            return n->section;
    }
    return NULL;
}

static int remember(struct conf *c, struct conf_section *s)
{
    uint32_t h = hash_slice(slice_of(s->name));
    struct named *n;

    for (struct hash_link *k = hash_first(&c->by_name, h); k; k = hash_next(k)) {
        n = CONTAINER_OF(k, struct named, link);
        if (strcmp(n->section->name, s->name) == 0) {
            n->section = s;
            return 0;
        }
    }
    n = arena_alloc(&c->arena, sizeof(*n));
    if (!n)
        return ENOMEM;
    n->section = s;
    return hash_add(&c->by_name, &n->link, h);
}

static int add_item(struct conf *c, struct conf_section *s, const struct conf_item *item)
{
    if (s->count == s->room) {
        uint32_t room = s->room ? s->room * 2 : 8;
        struct conf_item *more = arena_alloc(&c->arena, room * sizeof(*more));

        if (!more)
            return ENOMEM;
        if (s->count)
            memcpy(more, s->items, s->count * sizeof(*more));
        s->items = more;
        s->room = room;
    }
    s->items[s->count++] = *item;
    return 0;
}

static int inherit(struct reader *r, struct conf_section *to, struct slice name, struct slice line)
{
    const struct conf_section *from = find_section(r->conf, name);

    if (!from) {
        complain(r, line, "шаблон не найден: он должен стоять выше",
                 "no such template: it must stand above");
        return 0;
    }
    for (uint32_t i = 0; i < from->count; i++) {
        struct conf_item item = from->items[i];
        int err;

        item.is_inherited = true;
        err = add_item(r->conf, to, &item);
        if (err)
            return err;
    }
    return 0;
}

static int new_section(struct reader *r, struct slice name)
{
    struct conf *c = r->conf;
    struct conf_section *s = arena_alloc(&c->arena, sizeof(*s));

    if (!s)
        return ENOMEM;
    s->name = arena_strndup(&c->arena, name.p, name.len);
    if (!s->name)
        return ENOMEM;
    s->file = r->file;
    s->line = r->line;
    *c->last = s;
    c->last = &s->next;
    r->section = s;
    return 0;
}

/* "[name](!,template,+)" */
static int read_section(struct reader *r, struct slice line)
{
    ptrdiff_t end = slice_chr(line, ']');
    struct slice name, opts;
    int err = 0;

    if (end < 2) {
        complain(r, line, "у секции нет имени или закрывающей скобки ]",
                 "the section has no name or no closing ]");
        r->section = NULL;
        return 0;
    }
    name = slice_trim(slice_from(line.p + 1, (size_t)end - 1));
    opts = slice_trim(slice_skip(line, (size_t)end + 1));
    if (slice_starts(opts, SLICE("(")))
        opts = slice_cut(slice_skip(opts, 1), ')', &(struct slice){0});
    if (slice_eqz(slice_trim(opts), "+") && find_section(r->conf, name)) {
        r->section = find_section(r->conf, name);
        return 0;
    }
    err = new_section(r, name);
    while (!err && opts.len) {
        struct slice opt = slice_trim(slice_cut(opts, ',', &opts));

        if (slice_eqz(opt, "!"))
            r->section->is_template = true;
        else if (opt.len && !slice_eqz(opt, "+"))
            err = inherit(r, r->section, opt, line);
    }
    return err ? err : remember(r->conf, r->section);
}

/* ---- lines ---- */

/* Up to the comment; \; is a semicolon. Works in place on a copy in the arena. */
static struct slice without_comment(struct reader *r, struct slice line)
{
    char *copy = arena_strndup(&r->conf->arena, line.p, line.len), *out = copy;

    if (!copy)
        return SLICE_NONE;
    for (const char *p = copy; *p; p++) {
        if (r->comment) {
            if (strncmp(p, "--;", 3) == 0) {
                r->comment--;
                p += 2;
            }
            continue;
        }
        if (strncmp(p, ";--", 3) == 0 && p[3] != '-') {
            r->comment++;
            p += 2;
            continue;
        }
        if (*p == ';')
            break;
        if (*p == '\\' && p[1] == ';')
            p++;
        *out++ = *p;
    }
    return slice_trim(slice_from(copy, (size_t)(out - copy)));
}

static int read_pair(struct reader *r, struct slice line)
{
    struct slice value, name = slice_cut(line, '=', &value);
    struct conf_item item = {.file = r->file, .line = r->line};

    if (!slice_is_set(value)) {
        complain(r, line, "строка без знака =", "a line without =");
        return 0;
    }
    if (!r->section) {
        complain(r, line, "строка вне секции", "a line outside of a section");
        return 0;
    }
    if (value.len && value.p[0] == '>')
        value = slice_skip(value, 1);
    name = slice_trim(name);
    value = slice_trim(value);
    if (name.len && name.p[name.len - 1] == '+') /* +=: several lines of a name are joined anyway */
        name = slice_trim(slice_from(name.p, name.len - 1));
    item.name = arena_strndup(&r->conf->arena, name.p, name.len);
    item.value = arena_strndup(&r->conf->arena, value.p, value.len);
    return item.name && item.value ? add_item(r->conf, r->section, &item) : ENOMEM;
}

static int read_file(struct reader *r, const char *file);

static struct slice unquoted(struct slice s)
{
    s = slice_trim(s);
    if (s.len >= 2 &&
        ((s.p[0] == '"' && s.p[s.len - 1] == '"') || (s.p[0] == '<' && s.p[s.len - 1] == '>')))
        s = slice_from(s.p + 1, s.len - 2);
    return s;
}

static int read_include(struct reader *r, struct slice line, struct slice name, bool is_try)
{
    const char *file, *was = r->file;
    uint32_t at = r->line;
    int err;

    name = unquoted(name);
    if (r->dir_fd < 0 || r->depth >= MOST_DEPTH) {
        complain(r, line, "вложенность включений больше 16", "more than 16 includes deep");
        return 0;
    }
    file = arena_strndup(&r->conf->arena, name.p, name.len);
    if (!file)
        return ENOMEM;
    r->depth++;
    err = read_file(r, file);
    r->depth--;
    r->file = was;
    r->line = at;
    if (err && err != ENOMEM && err != EFBIG) {
        if (!is_try)
            complain(r, line, "включаемый файл не читается (он должен лежать внутри каталога)",
                     "the included file cannot be read (it must be inside the folder)");
        return 0;
    }
    return err;
}

static int read_directive(struct reader *r, struct slice line)
{
    struct slice rest, word = slice_cut(line, ' ', &rest);

    if (slice_chr(word, '\t') >= 0)
        word = slice_cut(line, '\t', &rest);
    if (slice_caseeqz(word, "#include") || slice_caseeqz(word, "#tryinclude"))
        return read_include(r, line, rest, slice_caseeqz(word, "#tryinclude"));
    complain(r, line,
             slice_caseeqz(word, "#exec") ? "программы при импорте не запускаются"
                                          : "неизвестная директива",
             slice_caseeqz(word, "#exec") ? "programs are not run by an import"
                                          : "unknown directive");
    return 0;
}

static int read_line(struct reader *r, struct slice raw)
{
    struct slice line;

    if (++r->conf->lines > MOST_LINES)
        return EFBIG;
    if (raw.len > MOST_LINE || memchr(raw.p, '\0', raw.len)) {
        complain(r, slice_from(raw.p, raw.len > 60 ? 60 : raw.len),
                 "строка длиннее 8192 байт или с нулевым байтом",
                 "a line longer than 8192 bytes, or with a zero byte");
        return 0;
    }
    line = without_comment(r, raw);
    if (!line.p)
        return ENOMEM;
    if (!line.len)
        return 0;
    if (line.p[0] == '[')
        return read_section(r, line);
    if (line.p[0] == '#')
        return read_directive(r, line);
    return read_pair(r, line);
}

static int read_text(struct reader *r, struct slice text)
{
    int err = 0;

    if (slice_starts(text, SLICE("\xef\xbb\xbf")))
        text = slice_skip(text, 3);
    r->line = 0;
    r->comment = 0;
    while (!err && slice_is_set(text)) {
        struct slice line = slice_cut(text, '\n', &text);

        r->line++;
        if (line.len)
            err = read_line(r, line);
    }
    return err;
}

/* Inside the folder only, whatever ".." and links say. */
static int open_beneath(int dir_fd, const char *file)
{
    struct open_how how = {.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK,
                           .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS};

    return (int)syscall(SYS_openat2, dir_fd, file, &how, sizeof(how));
}

static int read_all(int fd, struct buf *text)
{
    char bytes[4096];
    struct stat st;
    ssize_t n;

    if (fstat(fd, &st))
        return errno;
    if (!S_ISREG(st.st_mode))
        return EINVAL;
    while ((n = read(fd, bytes, sizeof(bytes))) > 0)
        if (buf_add(text, bytes, (size_t)n))
            return buf_err(text) == ENOSPC ? EFBIG : ENOMEM;
    return n < 0 ? errno : 0;
}

static int read_file(struct reader *r, const char *file)
{
    struct buf text;
    int err, fd = open_beneath(r->dir_fd, file);

    if (fd < 0)
        return errno;
    buf_init(&text, MOST_FILE);
    err = read_all(fd, &text);
    close(fd);
    r->file = file;
    if (!err)
        err = read_text(r, buf_slice(&text));
    buf_fini(&text);
    return err;
}

static struct conf *conf_new(void)
{
    struct conf *c = mem_alloc(sizeof(*c), conf_destroy);

    if (!c)
        return NULL;
    arena_init(&c->arena, MOST_BYTES);
    hash_init(&c->by_name);
    c->last = &c->first;
    return c;
}

static int finish(struct conf **cp, struct conf *c, int err)
{
    if (err)
        mem_deref(c);
    else
        *cp = c;
    return err;
}

int conf_read(struct conf **cp, int dir_fd, const char *file, conf_trouble_h *trouble, void *arg)
{
    struct conf *c = conf_new();
    struct reader r = {.conf = c, .dir_fd = dir_fd, .trouble = trouble, .arg = arg};
    const char *name;

    if (!c)
        return ENOMEM;
    name = arena_strndup(&c->arena, file, strlen(file));
    return finish(cp, c, name ? read_file(&r, name) : ENOMEM);
}

int conf_parse(struct conf **cp, struct slice text, conf_trouble_h *trouble, void *arg)
{
    struct conf *c = conf_new();
    struct reader r = {.conf = c, .dir_fd = -1, .trouble = trouble, .arg = arg, .file = "text"};

    if (!c)
        return ENOMEM;
    return finish(cp, c, read_text(&r, text));
}

struct conf_section *conf_first(const struct conf *c)
{
    return c->first;
}

const struct conf_item *conf_find(const struct conf_section *s, const char *name)
{
    for (uint32_t i = s->count; i-- > 0;)
        if (slice_caseeqz(slice_of(name), s->items[i].name))
            return &s->items[i];
    return NULL;
}
