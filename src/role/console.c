/* role/console.c - the joined command tables: match, help, completion; and the clients */
#include "role/console.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/list.h"
#include "base/mem.h"
#include "loop/accept.h"
#include "role/role.h"

enum { CLIENTS_MAX = 32, OFFERS_MAX = 1000, OFFER_BYTES = 65536 };

struct row {
    const struct console_command *command;
    void *arg;
    int words; /* of its own */
};

struct console_set {
    struct loop *loop;
    struct row *rows; /* sorted by words, so that help reads well */
    size_t count, cap;
    int listen_fd;
    struct acceptor acceptor;
    struct list clients;
    unsigned clients_count;
};

struct client {
    struct link link;
    struct console_set *set;
    struct ipc *ipc;
    struct console *console; /* NULL until its hello */
    bool is_busy;            /* a command goes on */
};

/* ---- words ---- */

struct line {
    char text[CONSOLE_LINE_MAX + 1];
    char *words[CONSOLE_WORDS_MAX + 1];
    int count;
    bool is_open; /* the last word may still grow: no space after it */
};

static char *skip_spaces(char *p)
{
    while (*p == ' ' || *p == '\t')
        p++;
    return p;
}

/* Ends the word in place; "a word" may be quoted. */
static char *end_word(char *p, char **word)
{
    if (*p == '"') {
        *word = ++p;
        while (*p && *p != '"')
            p++;
    } else {
        *word = p;
        while (*p && *p != ' ' && *p != '\t')
            p++;
    }
    if (*p)
        *p++ = '\0';
    return p;
}

static int line_split(struct line *l, struct slice text)
{
    char *p;

    if (text.len > CONSOLE_LINE_MAX)
        return E2BIG;
    memset(l->words, 0, sizeof(l->words));
    l->count = 0;
    if (text.len)
        memcpy(l->text, text.p, text.len);
    l->text[text.len] = '\0';
    l->is_open = text.len && text.p[text.len - 1] != ' ' && text.p[text.len - 1] != '\t';
    for (p = skip_spaces(l->text); *p; p = skip_spaces(p)) {
        if (l->count == CONSOLE_WORDS_MAX)
            return E2BIG;
        p = end_word(p, &l->words[l->count++]);
    }
    return 0;
}

/* Word number index of text, or an absent slice. */
static struct slice word_at(const char *text, int index)
{
    struct slice rest = slice_of(text);
    struct slice word = SLICE_NONE;

    for (int i = 0; i <= index; i++) {
        if (!slice_is_set(rest) || !rest.len)
            return SLICE_NONE;
        word = slice_cut(rest, ' ', &rest);
    }
    return word;
}

static int count_words(const char *text)
{
    int n = 0;

    while (slice_is_set(word_at(text, n)))
        n++;
    return n;
}

/* ---- the set ---- */

static void client_free(struct client *cl);

static void set_destroy(void *object)
{
    struct console_set *s = object;

    LIST_FOREACH(&s->clients, k) client_free(CONTAINER_OF(k, struct client, link));
    acceptor_stop(&s->acceptor);
    if (s->listen_fd >= 0)
        close(s->listen_fd);
    mem_free(s->rows);
}

static int run_help(struct console *c, int argc, char **argv, void *arg);
static void complete_help(struct console_words *w, int index, void *arg);

static int run_show_help(struct console *c, int argc, char **argv, void *arg);

static const struct console_command help_commands[] = {
    {"core show help", "[COMMAND...]", "Список команд или справка об одной, как в Asterisk",
     "List of commands, or help on one, as in Asterisk", run_show_help, complete_help},
    {"help", "[COMMAND...]", "Команды или справка об одной", "The commands, or help on one",
     run_help, complete_help},
};

int console_set_alloc(struct console_set **sp, struct loop *loop)
{
    struct console_set *s = mem_alloc(sizeof(*s), set_destroy);
    int err;

    if (!s)
        return ENOMEM;
    s->loop = loop;
    s->listen_fd = -1;
    list_init(&s->clients);
    err = console_set_add(s, help_commands, sizeof(help_commands) / sizeof(help_commands[0]), s);
    if (err)
        mem_deref(s);
    else
        *sp = s;
    return err;
}

static int make_room(struct console_set *s, size_t more)
{
    const size_t wanted = s->count + more;
    struct row *rows;

    if (wanted > 500)
        return ENOSPC;
    if (wanted <= s->cap)
        return 0;
    rows = mem_realloc(s->rows, (wanted + 32) * sizeof(*rows));
    if (!rows)
        return ENOMEM;
    s->rows = rows;
    s->cap = wanted + 32;
    return 0;
}

int console_set_add(struct console_set *s, const struct console_command *commands, size_t count,
                    void *arg)
{
    int err = make_room(s, count);

    if (err)
        return err;
    for (size_t i = 0; i < count; i++) {
        size_t at = 0;

        while (at < s->count && strcmp(s->rows[at].command->words, commands[i].words) < 0)
            at++;
        if (at < s->count && strcmp(s->rows[at].command->words, commands[i].words) == 0)
            return EEXIST;
        memmove(&s->rows[at + 1], &s->rows[at], (s->count - at) * sizeof(*s->rows));
        s->rows[at] = (struct row){&commands[i], arg, count_words(commands[i].words)};
        s->count++;
    }
    return 0;
}

/* How many words of the row stand at the beginning of the line: all, or 0. */
static bool row_matches(const struct row *r, const struct line *l)
{
    for (int i = 0; i < r->words; i++) {
        if (i >= l->count || !slice_caseeqz(word_at(r->command->words, i), l->words[i]))
            return false;
    }
    return true;
}

static const struct row *find_row(const struct console_set *s, const struct line *l)
{
    const struct row *best = NULL;

    for (size_t i = 0; i < s->count; i++) {
        if (row_matches(&s->rows[i], l) && (!best || s->rows[i].words > best->words))
            best = &s->rows[i];
    }
    return best;
}

static void print_syntax(struct console *c, const struct console_command *cmd)
{
    console_printf(c, "%s: %s%s%s\n", console_say(c, "Запись", "Usage"), cmd->words,
                   *cmd->syntax ? " " : "", cmd->syntax);
}

/* Does any row begin with the first n words? */
static bool is_known(const struct console_set *s, const struct line *l, int n)
{
    for (size_t i = 0; i < s->count; i++) {
        int k = 0;

        while (k < n && slice_caseeqz(word_at(s->rows[i].command->words, k), l->words[k]))
            k++;
        if (k == n)
            return true;
    }
    return false;
}

/* The words up to the one after which none leads anywhere, as Asterisk names where to look for help. */
static void print_unknown(const struct console_set *s, struct console *c, const struct line *l,
                          struct slice text)
{
    int n = 1;

    console_printf(c,
                   console_say(c, "Нет такой команды: '%.*s' (список: help",
                               "No such command '%.*s' (type 'core show help"),
                   SLICE_ARG(text));
    while (n < l->count && is_known(s, l, n - 1))
        n++;
    for (int i = 0; i < n && !console_is_russian(c); i++)
        console_printf(c, " %s", l->words[i]);
    console_printf(c, "%s)\n", console_say(c, "", "' for other possible commands"));
}

void console_set_run(struct console_set *s, struct console *c, struct slice text)
{
    const struct row *r;
    struct line *l = mem_zalloc(sizeof(*l));
    int err = l ? line_split(l, text) : ENOMEM;

    if (!err && l->count == 0)
        goto out;
    r = err ? NULL : find_row(s, l);
    if (!err && !r) {
        print_unknown(s, c, l, text);
        err = ENOSYS;
    }
    if (!err) {
        err = r->command->run(c, l->count - r->words, l->words + r->words, r->arg);
        if (err == EINVAL)
            print_syntax(c, r->command);
    } else if (err == E2BIG) {
        console_printf(c, "%s\n",
                       console_say(c, "Слишком длинная команда", "The command is too long"));
    }
out:
    mem_free(l);
    if (err != EINPROGRESS)
        console_finish(c, err);
}

/* ---- completion ---- */

struct console_words {
    const char *prefix;
    console_word_h *h;
    void *arg;
    unsigned count;
    struct slice last; /* rows are sorted: the same word comes in a row */
};

void console_offer_slice(struct console_words *w, struct slice word)
{
    char text[CONSOLE_WORD_MAX];

    if (!word.len || !slice_starts(word, slice_of(w->prefix)) || w->count >= OFFERS_MAX ||
        (slice_is_set(w->last) && slice_eq(w->last, word)) || slice_copy(word, text, sizeof(text)))
        return;
    w->count++;
    w->h(text, w->arg);
}

void console_offer(struct console_words *w, const char *word)
{
    console_offer_slice(w, slice_of(word));
}

static bool is_literal(struct slice word)
{
    for (size_t i = 0; i < word.len; i++) {
        if (!islower((unsigned char)word.p[i]) && !isdigit((unsigned char)word.p[i]) &&
            word.p[i] != '-' && word.p[i] != '_')
            return false;
    }
    return word.len > 0;
}

static struct slice strip_brackets(struct slice s)
{
    while (s.len && (s.p[0] == '[' || s.p[0] == '<'))
        s = slice_skip(s, 1);
    while (s.len && (s.p[s.len - 1] == ']' || s.p[s.len - 1] == '>'))
        s.len--;
    return s;
}

/* "[concise|verbose]" offers both words, "CHANNEL" none. */
static void offer_syntax(struct console_words *w, const char *syntax, int index)
{
    struct slice rest = strip_brackets(word_at(syntax, index));

    while (slice_is_set(rest)) {
        const struct slice word = slice_cut(rest, '|', &rest);

        if (is_literal(word))
            console_offer_slice(w, word);
    }
}

static bool row_begins(const struct row *r, const struct line *l, int whole)
{
    for (int i = 0; i < whole && i < r->words; i++) {
        if (!slice_eqz(word_at(r->command->words, i), l->words[i]))
            return false;
    }
    return true;
}

static void complete_line(struct console_set *s, struct line *l, struct console_words *w)
{
    const int whole = l->is_open && l->count ? l->count - 1 : l->count;

    w->prefix = whole < l->count ? l->words[whole] : "";
    for (size_t i = 0; i < s->count; i++) {
        const struct row *r = &s->rows[i];

        if (!row_begins(r, l, whole))
            continue;
        if (whole < r->words) {
            console_offer_slice(w, word_at(r->command->words, whole));
            w->last = word_at(r->command->words, whole);
        } else if (r->command->complete) {
            w->last = SLICE_NONE;
            r->command->complete(w, whole - r->words, r->arg);
        } else {
            w->last = SLICE_NONE;
            offer_syntax(w, r->command->syntax, whole - r->words);
        }
    }
}

void console_set_complete(struct console_set *s, struct slice text, console_word_h *h, void *arg)
{
    struct console_words w = {.h = h, .arg = arg};
    struct line *l = mem_zalloc(sizeof(*l));

    if (l && line_split(l, text) == 0)
        complete_line(s, l, &w);
    mem_free(l);
}

/* ---- help ---- */

static void complete_help(struct console_words *w, int index, void *arg)
{
    struct console_set *s = arg;

    /* The first words only: the line so far is not known here. */
    for (size_t i = 0; i < s->count; i++) {
        const struct slice word = word_at(s->rows[i].command->words, index);

        console_offer_slice(w, word);
        w->last = word;
    }
}

static bool row_has_words(const struct row *r, int argc, char **argv)
{
    for (int i = 0; i < argc; i++) {
        if (!slice_eqz(word_at(r->command->words, i), argv[i]))
            return false;
    }
    return true;
}

static int run_help(struct console *c, int argc, char **argv, void *arg)
{
    const struct console_set *s = arg;
    int found = 0;

    for (size_t i = 0; i < s->count; i++) {
        const struct console_command *cmd = s->rows[i].command;

        if (!row_has_words(&s->rows[i], argc, argv))
            continue;
        found++;
        console_printf(c, "%s%s%s\n    %s\n", cmd->words, *cmd->syntax ? " " : "", cmd->syntax,
                       console_say(c, cmd->help_ru, cmd->help_en));
    }
    if (!found)
        console_printf(c, "%s\n", console_say(c, "Нет такой команды", "No such command"));
    return found ? 0 : ENOENT;
}

static int run_show_help(struct console *c, int argc, char **argv, void *arg)
{
    const struct console_set *s = arg;
    int found = 0;

    for (size_t i = 0; i < s->count; i++) {
        const struct row *r = &s->rows[i];
        const char *help = console_say(c, r->command->help_ru, r->command->help_en);

        if (!row_has_words(r, argc, argv))
            continue;
        found++;
        if (argc && argc == r->words) {
            print_syntax(c, r->command);
            console_printf(c, "       %s\n", help);
            return 0;
        }
        console_printf(c, "%-30s -- %s\n", r->command->words, help);
    }
    if (found)
        return 0;
    console_printf(c, "%s '", console_say(c, "Нет такой команды", "No such command"));
    for (int i = 0; i < argc; i++)
        console_printf(c, "%s%s", i ? " " : "", argv[i]);
    console_printf(c, "'.\n");
    return ENOENT;
}

/* ---- clients ---- */

static void client_free(struct client *cl)
{
    if (cl->console)
        console_close(cl->console);
    mem_deref(cl->console);
    list_unlink(&cl->link);
    cl->set->clients_count--;
    ipc_close(cl->ipc);
    mem_deref(cl->ipc);
    mem_free(cl);
}

static void client_write(struct slice text, void *arg)
{
    struct client *cl = arg;
    const struct console_output m = {.text = text};

    /* Not taken: a reader who does not read is closed by ipc, which tells client_closed. */
    (void)ipc_send(cl->ipc, CONSOLE_OUTPUT, &m);
}

static void client_done(int err, bool is_streaming, void *arg)
{
    struct client *cl = arg;
    const struct console_done m = {.err = err, .is_streaming = is_streaming};

    cl->is_busy = false;
    (void)ipc_send(cl->ipc, CONSOLE_DONE, &m);
}

static void client_hello(struct client *cl, const struct console_hello *m)
{
    if (cl->console)
        return;
    if (console_alloc(&cl->console, cl->set->loop, m->is_russian, client_write, client_done, cl))
        client_free(cl);
}

static void client_word(const char *word, void *arg)
{
    struct client *cl = arg;
    struct console_text *m = mem_zalloc(sizeof(*m));

    if (m && slice_copy(slice_of(word), m->text, sizeof(m->text)) == 0)
        (void)ipc_send(cl->ipc, CONSOLE_WORD, m);
    mem_free(m);
}

static void client_message(struct ipc *ipc, uint16_t id, const void *message, int fd, void *arg)
{
    struct client *cl = arg;
    const struct console_text *text = message;

    if (fd >= 0)
        close(fd);
    if (id == CONSOLE_HELLO) {
        client_hello(cl, message);
        return;
    }
    if (!cl->console || (id != CONSOLE_LINE && id != CONSOLE_COMPLETE)) {
        client_free(cl);
        return;
    }
    if (id == CONSOLE_COMPLETE) {
        const struct console_done done = {0};

        console_set_complete(cl->set, slice_of(text->text), client_word, cl);
        (void)ipc_send(cl->ipc, CONSOLE_DONE, &done);
    } else if (cl->is_busy) {
        client_done(EBUSY, false, cl);
        cl->is_busy = true;
    } else {
        struct console *c = mem_ref(cl->console);

        cl->is_busy = true;
        console_set_run(cl->set, c, slice_of(text->text));
        mem_deref(c);
    }
}

static void client_closed(struct ipc *ipc, int err, void *arg)
{
    client_free(arg);
}

/* The other roles and programs share the group that may open the socket, and have no business here.
 */
static bool may_come(const struct ipc *ipc)
{
    const struct role_users *u = role_users_get();
    uint32_t uid;
    int32_t pid;

    if (!u || !u->is_root)
        return true;
    return ipc_peer(ipc, &uid, &pid) == 0 && uid != u->media_uid && uid != u->runner_uid &&
           uid != u->script_uid && uid != u->web_uid && uid != u->front_uid && uid != u->notify_uid;
}

static void on_client(int fd, void *arg)
{
    struct console_set *s = arg;
    const struct console_hello hello = {.version = STATION_VERSION};
    struct client *cl;

    if (s->clients_count >= CLIENTS_MAX || !(cl = mem_zalloc(sizeof(*cl)))) {
        close(fd);
        return;
    }
    cl->set = s;
    if (ipc_alloc(&cl->ipc, s->loop, fd, &console_protocol, client_message, client_closed, cl)) {
        mem_free(cl);
        return;
    }
    list_append(&s->clients, &cl->link);
    s->clients_count++;
    if (may_come(cl->ipc))
        (void)ipc_send(cl->ipc, CONSOLE_HELLO, &hello);
    else
        client_free(cl);
}

int console_set_serve(struct console_set *s, int listen_fd)
{
    if (s->listen_fd >= 0) {
        close(listen_fd);
        return EALREADY;
    }
    s->listen_fd = listen_fd;
    return acceptor_start(&s->acceptor, s->loop, listen_fd, on_client, s);
}
