/* conf.c - see conf.h */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/hash.h"
#include "base/utf8.h"
#include "import/conf.h"
#include "import/text.h"

#define MOST_BYTES ((size_t)512 << 20)
#define MOST_LINE 8192
#define MOST_LINES 4000000u
#define MOST_DEPTH 16
#define MOST_FILE (64u << 20)
#define MOST_MATCHES 10000u

/* The sections of one name, in the order of the file. */
struct named {
    struct hash_link link;
    struct conf_section *first, *last;
};

/* A file that was read. */
struct read_name {
    struct read_name *next;
    const char *name;
    bool is_translated;
};

struct conf {
    struct arena arena;
    struct read_name *names;
    struct conf_section *first, **last;
    struct hash by_name; /* struct named */
    uint32_t lines;
};

/* A file being read, with those that include it. */
struct open_file {
    const struct open_file *outer;
    dev_t device;
    ino_t inode;
};

struct reader {
    struct conf *conf;
    int dir_fd; /* -1: no includes */
    conf_trouble_h *trouble;
    void *arg;
    struct conf_section *section; /* where items go; NULL before the first */
    const char *file;
    uint32_t line;
    bool is_translated;           /* so far, of this file */
    const struct open_file *open; /* the innermost */
    unsigned depth, comment;      /* nesting of includes, of ;-- --; */
    uint32_t comment_line;        /* where the outermost began */
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

static struct named *find_named(const struct conf *c, struct slice name)
{
    for (struct hash_link *k = hash_first(&c->by_name, hash_slice(name)); k; k = hash_next(k)) {
        struct named *n = CONTAINER_OF(k, struct named, link);

        if (slice_eqz(name, n->first->name))
            return n;
    }
    return NULL;
}

/* Are all of "type=endpoint&context=a" the section's own values? */
static bool passes(const struct conf_section *s, struct slice filter)
{
    while (slice_is_set(filter)) {
        struct slice value, name = slice_cut(slice_cut(filter, '&', &filter), '=', &value);
        const struct conf_item *last = NULL;

        name = slice_trim(name);
        for (uint32_t i = 0; i < s->count; i++)
            if (slice_caseeqz(name, s->items[i].name))
                last = &s->items[i];
        if (!last || !slice_eqz(slice_trim(value), last->value))
            return false;
    }
    return true;
}

/* The section that (+) or (+filter) means: the first one, a template only when nothing else is. */
static struct conf_section *find_addition(const struct conf *c, struct slice name,
                                          struct slice filter)
{
    const struct named *n = find_named(c, name);
    struct conf_section *template = NULL;

    for (struct conf_section *s = n ? n->first : NULL; s; s = s->same) {
        if (!passes(s, filter))
            continue;
        if (!s->is_template)
            return s;
        template = template ? template : s;
    }
    return template;
}

static int remember(struct conf *c, struct conf_section *s)
{
    struct named *n = find_named(c, slice_of(s->name));

    if (n) {
        n->last->same = s;
        n->last = s;
        return 0;
    }
    n = arena_alloc(&c->arena, sizeof(*n));
    if (!n)
        return ENOMEM;
    n->first = n->last = s;
    return hash_add(&c->by_name, &n->link, hash_slice(slice_of(s->name)));
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
    const struct named *n = find_named(r->conf, name);
    const struct conf_section *from = n ? n->first : NULL;

    if (!from) {
        complain(r, line, "шаблон не найден: он должен стоять выше",
                 "no such template: it must stand above");
        return 0;
    }
    for (uint32_t i = 0, count = from->count; i < count; i++) { /* from may be to: it grows */
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

/* "!" and templates of a section. */
static int take_options(struct reader *r, struct slice opts, struct slice line)
{
    int err = 0;

    while (!err && opts.len) {
        struct slice opt = slice_trim(slice_cut(opts, ',', &opts));

        if (slice_eqz(opt, "!"))
            r->section->is_template = true;
        else if (opt.len && !slice_eqz(opt, "+"))
            err = inherit(r, r->section, opt, line);
    }
    return err;
}

/* "[name](+type=endpoint,template)": go on with a section. @return whether it is one that is there
   (or must be: nothing goes anywhere then) */
static bool goes_on(struct reader *r, struct slice name, struct slice *opts, struct slice line)
{
    struct slice rest, filter = slice_trim(slice_cut(*opts, ',', &rest));

    if (!slice_starts(filter, SLICE("+")))
        return false;
    filter = slice_trim(slice_skip(filter, 1));
    r->section = find_addition(r->conf, name, filter.len ? filter : SLICE_NONE);
    if (!r->section && !filter.len) /* "+" of what is not there begins it */
        return false;
    if (!r->section)
        complain(r, line, "нет секции, к которой это добавить: она должна стоять выше",
                 "there is no section to add this to: it must stand above");
    *opts = rest;
    return true;
}

/* "[name](!,template,+)" */
static int read_section(struct reader *r, struct slice line)
{
    ptrdiff_t end = slice_chr(line, ']');
    struct slice name, opts;
    int err;

    if (end < 2) {
        complain(r, line, "у секции нет имени или закрывающей скобки ]",
                 "the section has no name or no closing ]");
        r->section = NULL;
        return 0;
    }
    name = slice_trim(slice_from(line.p + 1, (size_t)end - 1));
    opts = slice_trim(slice_skip(line, (size_t)end + 1));
    if (slice_starts(opts, SLICE("(")))
        opts = slice_trim(slice_cut(slice_skip(opts, 1), ')', &(struct slice){0}));
    if (goes_on(r, name, &opts, line))
        return r->section ? take_options(r, opts, line) : 0;
    err = new_section(r, name);
    if (!err)
        err = take_options(r, opts, line);
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
        if (strncmp(p, ";--", 3) == 0 && p[3] != '-') {
            if (r->comment++ == 0)
                r->comment_line = r->line;
            p += 2;
            continue;
        }
        if (r->comment) {
            if (strncmp(p, "--;", 3) == 0) {
                r->comment--;
                p += 2;
            }
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

/* "name += value": behind what the section has so far, with a space, as Asterisk puts it. */
static struct slice appended(struct reader *r, struct slice name, struct slice value)
{
    const struct conf_item *had = NULL;
    size_t len;
    char *whole;

    for (uint32_t i = 0; i < r->section->count; i++)
        if (slice_caseeqz(name, r->section->items[i].name))
            had = &r->section->items[i];
    if (!had)
        return value;
    len = strlen(had->value) + 1 + value.len;
    whole = arena_alloc(&r->conf->arena, len + 1);
    if (!whole)
        return SLICE_NONE;
    snprintf(whole, len + 1, "%s %.*s", had->value, SLICE_ARG(value));
    return slice_from(whole, len);
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
    if (name.len && name.p[name.len - 1] == '+') {
        name = slice_trim(slice_from(name.p, name.len - 1));
        value = appended(r, name, value);
    }
    item.name = arena_strndup(&r->conf->arena, name.p, name.len);
    item.value = value.p ? arena_strndup(&r->conf->arena, value.p, value.len) : NULL;
    return item.name && item.value ? add_item(r->conf, r->section, &item) : ENOMEM;
}

/* Inside the folder only, whatever ".." and links say. */
static int open_beneath(int dir_fd, const char *file, int flags)
{
    struct open_how how = {.flags = (unsigned)(O_RDONLY | O_CLOEXEC | flags),
                           .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS};

    return (int)syscall(SYS_openat2, dir_fd, file, &how, sizeof(how));
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

/* One file that an #include names. is_try: it may be missing. */
static int include_file(struct reader *r, struct slice line, const char *file, bool is_try)
{
    const char *was = r->file;
    const uint32_t at = r->line;
    int err;

    r->depth++;
    err = read_file(r, file);
    r->depth--;
    r->file = was;
    r->line = at;
    if (err == ELOOP)
        complain(r, line, "файл включает сам себя", "the file includes itself");
    else if (err && err != ENOMEM && err != EFBIG && !(is_try && err == ENOENT))
        complain(r, line, "включаемый файл не читается (он должен лежать внутри каталога)",
                 "the included file cannot be read (it must be inside the folder)");
    return err == ENOMEM || err == EFBIG ? err : 0;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The names in a folder that match, sorted. @return how many */
static unsigned match_names(struct reader *r, DIR *d, const char *folder, const char *pattern,
                            const char **names, int *err)
{
    unsigned count = 0;
    struct dirent *e;

    while (!*err && count < MOST_MATCHES && (e = readdir(d))) {
        struct buf path;

        if (fnmatch(pattern, e->d_name, FNM_PERIOD) != 0)
            continue;
        buf_init(&path, 8192);
        buf_printf(&path, "%s%s", folder, e->d_name);
        names[count] = buf_err(&path) ? NULL : arena_strndup(&r->conf->arena, path.p, path.len);
        buf_fini(&path);
        if (names[count])
            count++;
        else
            *err = ENOMEM;
    }
    qsort(names, count, sizeof(*names), by_name);
    return count;
}

/* "conf.d/" and "*.conf": every file that matches, in the order of their names. */
static int include_pattern(struct reader *r, struct slice line, const char *folder,
                           const char *pattern, bool is_try)
{
    const char **names = mem_zalloc(MOST_MATCHES * sizeof(*names));
    int err = 0, fd = open_beneath(r->dir_fd, *folder ? folder : ".", O_DIRECTORY);
    DIR *d = fd < 0 ? NULL : fdopendir(fd);
    unsigned count;

    count = d && names ? match_names(r, d, folder, pattern, names, &err) : 0;
    if (!names)
        err = ENOMEM;
    if (!err && !count && !is_try)
        complain(r, line, "таких файлов нет", "there are no such files");
    for (unsigned i = 0; !err && i < count; i++)
        err = include_file(r, line, names[i], false);
    if (d)
        closedir(d);
    else if (fd >= 0)
        close(fd);
    mem_free(names);
    return err;
}

/* Absolute names of files in the folder, or where Asterisk keeps them, are names in the folder. */
static struct slice inside(const struct reader *r, struct slice name)
{
    static const char home[] = "/etc/asterisk/";
    char link[40], dir[1024];
    ssize_t n;

    if (slice_starts(name, SLICE(home)))
        return slice_skip(name, sizeof(home) - 1);
    snprintf(link, sizeof(link), "/proc/self/fd/%d", r->dir_fd);
    n = readlink(link, dir, sizeof(dir) - 1);
    if (n > 0 && slice_starts(name, slice_from(dir, (size_t)n)) && name.len > (size_t)n &&
        name.p[n] == '/')
        return slice_skip(name, (size_t)n + 1);
    return name;
}

static int read_include(struct reader *r, struct slice line, struct slice name, bool is_try)
{
    char *file, *last, *folder;
    int err;

    if (r->dir_fd < 0 || r->depth >= MOST_DEPTH) {
        complain(r, line, "вложенность включений больше 16", "more than 16 includes deep");
        return 0;
    }
    name = inside(r, unquoted(name));
    file = arena_strndup(&r->conf->arena, name.p, name.len);
    if (!file)
        return ENOMEM;
    last = strrchr(file, '/');
    last = last ? last + 1 : file;
    if (!strpbrk(last, "*?["))
        return include_file(r, line, file, is_try);
    folder = mem_strndup(file, (size_t)(last - file));
    err = folder ? include_pattern(r, line, folder, last, is_try) : ENOMEM;
    mem_free(folder);
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

/* What is no UTF-8 is cp1251; in a comment it is of no matter. */
static struct slice translated(struct reader *r, struct slice line)
{
    struct buf out;
    char *copy;

    if (utf8_is_valid(line))
        return line;
    r->is_translated = true;
    buf_init(&out, 3 * MOST_LINE);
    import_text_cp1251(line, &out);
    copy = buf_err(&out) ? NULL : arena_strndup(&r->conf->arena, out.p, out.len);
    line = copy ? slice_from(copy, out.len) : SLICE_NONE;
    buf_fini(&out);
    return line;
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
    if (line.p)
        line = translated(r, line);
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
    if (!err && r->comment) {
        r->line = r->comment_line;
        complain(r, SLICE(";--"), "комментарий не закрыт (--;): остаток файла не прочитан",
                 "the comment is not closed (--;): the rest of the file was not read");
        r->comment = 0;
    }
    return err;
}

static int read_all(int fd, struct buf *text)
{
    char bytes[4096];
    ssize_t n;

    while ((n = read(fd, bytes, sizeof(bytes))) > 0)
        if (buf_add(text, bytes, (size_t)n))
            return buf_err(text) == ENOSPC ? EFBIG : ENOMEM;
    return n < 0 ? errno : 0;
}

/* @return 0; EINVAL (no file); ELOOP (it is being read already); errno */
static int check_file(const struct reader *r, int fd, struct open_file *o)
{
    struct stat st;

    if (fstat(fd, &st))
        return errno;
    if (!S_ISREG(st.st_mode))
        return EINVAL;
    for (const struct open_file *f = r->open; f; f = f->outer)
        if (f->device == st.st_dev && f->inode == st.st_ino)
            return ELOOP;
    *o = (struct open_file){.outer = r->open, .device = st.st_dev, .inode = st.st_ino};
    return 0;
}

static struct read_name *note_file(struct conf *c, const char *file)
{
    struct read_name *n = arena_alloc(&c->arena, sizeof(*n));

    if (!n)
        return NULL;
    *n = (struct read_name){.next = c->names, .name = file};
    c->names = n;
    return n;
}

void conf_files(const struct conf *c, conf_file_h *h, void *arg)
{
    for (const struct read_name *n = c->names; n; n = n->next)
        h(n->name, n->is_translated, arg);
}

static int read_file(struct reader *r, const char *file)
{
    const bool was_translated = r->is_translated;
    struct read_name *note = NULL;
    struct open_file o;
    struct buf text;
    int err, fd = open_beneath(r->dir_fd, file, O_NONBLOCK);

    if (fd < 0)
        return errno;
    buf_init(&text, MOST_FILE);
    err = check_file(r, fd, &o);
    if (!err && !(note = note_file(r->conf, file)))
        err = ENOMEM;
    if (!err)
        err = read_all(fd, &text);
    close(fd);
    if (!err) {
        r->file = file;
        r->open = &o;
        r->is_translated = false;
        err = read_text(r, buf_slice(&text));
        note->is_translated = r->is_translated;
        r->is_translated = was_translated;
        r->open = o.outer;
    }
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
