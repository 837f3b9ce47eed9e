/*
 * role/ctl.c - `station ctl`: the console's other end
 *
 * Scope:   interactive (libedit: history, completion), lines from a pipe, or one command. Speaks to
 *          the engine; when that is down, asks the supervisor, which answers core show roles,
 *          core restart, core stop and core set log.
 */
#include <errno.h>
#include <histedit.h>
#include <limits.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <wchar.h>

#include "base/buf.h"
#include "base/mem.h"
#include "ipc/console.h"
#include "ipc/control.h"
#include "role/command.h"
#include "role/console.h"
#include "role/role.h"

enum { HELLO_MS = 2000, HISTORY_LINES = 500, REOPEN_TRIES = 30, WORDS_BYTES = 65536 };

struct ctl {
    struct loop *loop;
    const char *state;
    char version[64];
    /* the engine's console, or */
    struct ipc *engine;
    /* the supervisor, behind a console of our own */
    struct control *control;
    struct console_set *set;
    struct console *console;
    struct core_commands core;

    bool is_greeted;
    bool is_done; /* the answer has ended */
    bool is_streaming;
    bool is_editing; /* a prompt is on the screen */
    int err;
    struct timer limit;

    struct buf words; /* completions, NUL after each */
    EditLine *edit;
    struct loop_fd input;
    bool has_input;
};

/* ---- the engine ---- */

static void show(struct ctl *c, struct slice text)
{
    if (c->is_editing)
        fputs("\r\033[K", stdout);
    fwrite(text.p, 1, text.len, stdout);
    fflush(stdout);
    if (c->is_editing)
        el_set(c->edit, EL_REFRESH);
}

static void add_word(const char *word, void *arg)
{
    struct ctl *c = arg;

    if (buf_addz(&c->words, word) == 0)
        buf_addc(&c->words, '\0');
}

static void on_message(struct ipc *ipc, uint16_t id, const void *message, int fd, void *arg)
{
    struct ctl *c = arg;

    if (fd >= 0)
        close(fd);
    if (id == CONSOLE_HELLO) {
        const struct console_hello *m = message;

        c->is_greeted = true;
        (void)slice_copy(slice_of(m->version), c->version, sizeof(c->version));
    } else if (id == CONSOLE_OUTPUT) {
        show(c, ((const struct console_output *)message)->text);
    } else if (id == CONSOLE_WORD) {
        add_word(((const struct console_text *)message)->text, c);
    } else if (id == CONSOLE_DONE) {
        const struct console_done *m = message;

        c->is_done = true;
        c->is_streaming = m->is_streaming;
        c->err = m->err;
    }
}

static void forget_engine(struct ctl *c)
{
    if (c->engine)
        ipc_close(c->engine);
    c->engine = mem_deref(c->engine);
}

static void on_closed(struct ipc *ipc, int err, void *arg)
{
    struct ctl *c = arg;

    c->engine = mem_deref(c->engine);
    c->is_streaming = false;
    if (c->is_done)
        return; /* the answer was complete: core stop */
    c->is_done = true;
    c->err = ECONNRESET;
}

static void on_limit(void *arg)
{
}

static int connect_to(const struct ctl *c, const char *name, int *fd)
{
    char path[PATH_MAX];
    int err = role_file(path, sizeof(path), c->state, name);

    return err ? err : ipc_connect(fd, path);
}

static int open_engine(struct ctl *c)
{
    const struct console_hello hello = {.is_russian = command_is_russian(),
                                        .version = STATION_VERSION};
    int fd;
    int err = connect_to(c, ROLE_CTL_SOCK, &fd);

    if (!err)
        err = ipc_alloc(&c->engine, c->loop, fd, &console_protocol, on_message, on_closed, c);
    if (err)
        return err;
    timer_start(c->loop, &c->limit, HELLO_MS, on_limit, c);
    while (!c->is_greeted && c->engine && timer_is_on(&c->limit) && !err)
        err = loop_round(c->loop, -1);
    timer_stop(&c->limit);
    if (!err && !c->is_greeted)
        err = c->engine ? ETIMEDOUT : ECONNRESET;
    if (!err)
        err = ipc_send(c->engine, CONSOLE_HELLO, &hello);
    if (err)
        forget_engine(c);
    return err;
}

/* ---- the supervisor ---- */

static void on_text(struct slice text, void *arg)
{
    show(arg, text);
}

static void on_done(int err, bool is_streaming, void *arg)
{
    struct ctl *c = arg;

    c->is_done = true;
    c->is_streaming = is_streaming;
    c->err = err;
}

static int open_supervisor(struct ctl *c)
{
    const struct control_handlers none = {0};
    int fd;
    int err = connect_to(c, ROLE_CONTROL_SOCK, &fd);

    if (!err)
        err = control_alloc(&c->control, c->loop, fd, &none);
    if (err)
        return err;
    c->core = (struct core_commands){.loop = c->loop, .control = c->control};
    err = console_set_alloc(&c->set, c->loop);
    if (!err)
        err = console_set_add_supervisor(c->set, &c->core);
    if (!err)
        err = console_alloc(&c->console, c->loop, command_is_russian(), on_text, on_done, c);
    return err;
}

static int ctl_open(struct ctl *c)
{
    const int engine_err = open_engine(c);
    int err;

    if (!engine_err)
        return 0;
    err = open_supervisor(c);
    if (!err) {
        fprintf(
            stderr, "%s\n",
            command_say("Движок не отвечает; супервизор знает команды core show roles, core "
                        "restart, core stop, core set log.",
                        "The engine does not answer; the supervisor knows core show roles, core "
                        "restart, core stop, core set log."));
        return 0;
    }
    if (engine_err == EACCES)
        command_fail(command_say("нет прав на %s: нужен root или группа station",
                                 "no rights on %s: be root or in the group station"),
                     c->state);
    else
        command_fail(command_say("станция с каталогом %s не работает: %s",
                                 "the station with the directory %s does not run: %s"),
                     c->state, strerror(engine_err));
    return engine_err;
}

/* ---- one line ---- */

static void wait_done(struct ctl *c)
{
    while (!c->is_done && loop_round(c->loop, -1) == 0)
        ;
}

static int send_text(struct ctl *c, uint16_t id, const char *line)
{
    struct console_text *m = mem_zalloc(sizeof(*m));
    int err = m ? slice_copy(slice_of(line), m->text, sizeof(m->text)) : ENOMEM;

    if (!err)
        err = ipc_send(c->engine, id, m);
    mem_free(m);
    return err;
}

static int run_line(struct ctl *c, const char *line)
{
    int err = 0;

    c->is_done = false;
    c->is_streaming = false;
    c->err = 0;
    if (c->engine)
        err = send_text(c, CONSOLE_LINE, line);
    else if (c->console)
        console_set_run(c->set, c->console, slice_of(line));
    else
        err = ENOTCONN;
    if (err) {
        command_fail("%s", strerror(err));
        return err;
    }
    wait_done(c);
    return c->err;
}

/* sip trace and its like go on until Ctrl-C. */
static int run_one(struct ctl *c, const char *line)
{
    int err = run_line(c, line);

    if (err == ECONNRESET)
        command_fail("%s",
                     command_say("движок закрыл соединение", "the engine closed the connection"));
    while (c->is_streaming && loop_round(c->loop, -1) == 0)
        ;
    return err;
}

/* ---- completion ---- */

static void ask_words(struct ctl *c, const char *line)
{
    buf_reset(&c->words);
    c->is_done = false;
    if (c->engine && send_text(c, CONSOLE_COMPLETE, line) == 0)
        wait_done(c);
    else if (c->set)
        console_set_complete(c->set, slice_of(line), add_word, c);
}

static struct slice next_word(struct slice *rest)
{
    return slice_cut(*rest, '\0', rest);
}

/* What all offered words begin with. */
static struct slice common_prefix(const struct buf *words, unsigned *count)
{
    struct slice rest = buf_slice(words);
    struct slice prefix = SLICE_NONE;

    *count = 0;
    while (slice_is_set(rest) && rest.len) {
        const struct slice w = next_word(&rest);

        if ((*count)++ == 0)
            prefix = w;
        for (size_t i = 0; i < prefix.len; i++) {
            if (i >= w.len || w.p[i] != prefix.p[i])
                prefix.len = i;
        }
    }
    return prefix;
}

static void list_words(const struct buf *words)
{
    struct slice rest = buf_slice(words);

    putchar('\n');
    while (slice_is_set(rest) && rest.len) {
        const struct slice word = next_word(&rest);

        printf("%.*s  ", SLICE_ARG(word));
    }
    putchar('\n');
    fflush(stdout);
}

static unsigned char on_tab(EditLine *edit, int ch)
{
    const LineInfo *info = el_line(edit);
    struct ctl *c;
    char line[CONSOLE_LINE_MAX + 1];
    char insert[CONSOLE_WORD_MAX + 1];
    const size_t len = (size_t)(info->cursor - info->buffer);
    struct slice prefix;
    size_t typed = 0;
    unsigned count;

    el_get(edit, EL_CLIENTDATA, &c);
    if (len > CONSOLE_LINE_MAX)
        return CC_ERROR;
    memcpy(line, info->buffer, len);
    line[len] = '\0';
    while (typed < len && line[len - typed - 1] != ' ')
        typed++;
    ask_words(c, line);
    prefix = common_prefix(&c->words, &count);
    if (count == 0)
        return CC_ERROR;
    if (count > 1 && prefix.len <= typed) {
        list_words(&c->words);
        return CC_REDISPLAY;
    }
    prefix = slice_skip(prefix, typed);
    snprintf(insert, sizeof(insert), "%.*s%s", SLICE_ARG(prefix), count == 1 ? " " : "");
    return el_insertstr(edit, insert) ? CC_ERROR : CC_REFRESH;
}

/* ---- interactive ---- */

static void on_input(int events, void *arg)
{
    ((struct ctl *)arg)->has_input = true;
}

/* One character; while none is there, what the engine streams is shown. */
static int get_char(EditLine *edit, wchar_t *out)
{
    struct ctl *c;
    mbstate_t state = {0};
    char byte;

    el_get(edit, EL_CLIENTDATA, &c);
    for (;;) {
        size_t n;

        c->has_input = false;
        c->is_editing = true;
        while (!c->has_input && (c->engine || c->console) && loop_round(c->loop, -1) == 0)
            ;
        c->is_editing = false;
        if (!c->has_input || read(STDIN_FILENO, &byte, 1) != 1)
            return 0;
        n = mbrtowc(out, &byte, 1, &state);
        if (n != (size_t)-1 && n != (size_t)-2)
            return 1;
        if (n == (size_t)-1)
            memset(&state, 0, sizeof(state)); /* not of this character set: left out */
    }
}

static char *prompt(EditLine *edit)
{
    static char text[] = "station> ";

    return text;
}

static History *open_history(char *path, size_t size)
{
    const char *home = getenv("HOME");
    History *h = history_init();
    HistEvent ev;

    if (!h)
        return NULL;
    history(h, &ev, H_SETSIZE, HISTORY_LINES);
    history(h, &ev, H_SETUNIQUE, 1);
    path[0] = '\0';
    if (home && (size_t)snprintf(path, size, "%s/.station_history", home) >= size)
        path[0] = '\0';
    if (path[0])
        history(h, &ev, H_LOAD, path);
    return h;
}

/* The engine may have been started anew: core restart engine. */
static bool reopen(struct ctl *c)
{
    const struct timespec pause = {.tv_nsec = 100 * 1000 * 1000};

    if (c->engine || c->console)
        return false; /* the input has ended */
    puts(command_say("Связь с движком прервана, соединяюсь снова...",
                     "The engine closed the connection, connecting again..."));
    for (int i = 0; i < REOPEN_TRIES; i++) {
        nanosleep(&pause, NULL);
        c->is_greeted = false;
        if (open_engine(c) == 0)
            return true;
    }
    command_fail("%s", command_say("станция не работает", "the station does not run"));
    return false;
}

/** @return false: the user has left */
static bool edit_line(struct ctl *c, History *h, const char *text)
{
    char line[CONSOLE_LINE_MAX + 1];
    HistEvent ev;

    (void)slice_copy(slice_trim(slice_of(text)), line, sizeof(line));
    if (!line[0])
        return true;
    if (h)
        history(h, &ev, H_ENTER, line);
    if (strcmp(line, "quit") == 0 || strcmp(line, "exit") == 0)
        return false;
    (void)run_line(c, line);
    return true;
}

static int edit_lines(struct ctl *c, History *h)
{
    int count;

    printf("Station %s. %s\n", c->version,
           command_say("Команды: help; выход: quit", "Commands: help; leave: quit"));
    do {
        const char *text;

        while ((c->engine || c->console) && (text = el_gets(c->edit, &count)) && count > 0) {
            if (!edit_line(c, h, text))
                return 0;
        }
    } while (reopen(c));
    putchar('\n');
    return c->engine || c->console ? 0 : 1;
}

static int run_interactive(struct ctl *c)
{
    char path[PATH_MAX];
    History *h = open_history(path, sizeof(path));
    HistEvent ev;
    int code = 1;

    c->edit = el_init("station", stdin, stdout, stderr);
    if (c->edit && loop_fd_start(c->loop, &c->input, STDIN_FILENO, LOOP_READ, on_input, c) == 0) {
        el_set(c->edit, EL_CLIENTDATA, c);
        el_set(c->edit, EL_PROMPT, prompt);
        el_set(c->edit, EL_EDITOR, "emacs");
        el_set(c->edit, EL_SIGNAL, 1);
        if (h)
            el_set(c->edit, EL_HIST, history, h);
        el_set(c->edit, EL_ADDFN, "station-complete", "complete", on_tab);
        el_set(c->edit, EL_BIND, "^I", "station-complete", NULL);
        el_set(c->edit, EL_GETCFN, get_char);
        code = edit_lines(c, h);
        loop_fd_stop(&c->input);
    }
    if (h && path[0])
        history(h, &ev, H_SAVE, path);
    if (c->edit)
        el_end(c->edit);
    if (h)
        history_end(h);
    return code;
}

static int run_pipe(struct ctl *c)
{
    char *line = NULL;
    size_t size = 0;
    int code = 0;

    while ((c->engine || c->console) && getline(&line, &size, stdin) > 0) {
        line[strcspn(line, "\r\n")] = '\0';
        if (run_line(c, line))
            code = 1;
    }
    free(line);
    return code;
}

/* ---- the sub-command ---- */

static void ctl_fini(struct ctl *c)
{
    timer_stop(&c->limit);
    forget_engine(c);
    if (c->console)
        console_close(c->console);
    mem_deref(c->console);
    mem_deref(c->set);
    mem_deref(c->control);
    buf_fini(&c->words);
    mem_deref(c->loop);
}

/* All words after the options are one command. */
static int parse_args(struct ctl *c, int argc, char **argv, struct buf *line)
{
    const char *value = NULL;
    int i;

    c->state = STATION_STATE_DIR;
    for (i = 1; i < argc && strncmp(argv[i], "--", 2) == 0; i++) {
        if (!command_option(argc, argv, &i, "state", &value) || !value)
            return EINVAL;
        c->state = value;
    }
    for (; i < argc; i++) {
        if (line->len)
            buf_addc(line, ' ');
        buf_addz(line, argv[i]);
    }
    return buf_err(line) ? EINVAL : 0;
}

/* `station NAME ...`: the console, or its commands that begin with that word. */
static int ctl_main(const char *name, const char *word, int argc, char **argv)
{
    struct ctl *c = mem_zalloc(sizeof(*c));
    struct buf line;
    int code = 1;

    if (!c)
        return command_fail("%s", strerror(ENOMEM));
    if (!setlocale(LC_CTYPE, ""))
        setlocale(LC_CTYPE, "C.UTF-8");
    buf_init(&line, CONSOLE_LINE_MAX);
    buf_init(&c->words, WORDS_BYTES);
    buf_addz(&line, word);
    if (parse_args(c, argc, argv, &line) || (*word && line.len == strlen(word))) {
        code = command_usage(name);
        goto out;
    }
    if (loop_alloc(&c->loop) || ctl_open(c))
        goto out;
    if (line.len)
        code = run_one(c, buf_z(&line)) ? 1 : 0;
    else if (isatty(STDIN_FILENO))
        code = run_interactive(c);
    else
        code = run_pipe(c);
out:
    buf_fini(&line);
    ctl_fini(c);
    mem_free(c);
    return code;
}

int cmd_ctl(int argc, char **argv)
{
    return ctl_main("ctl", "", argc, argv);
}

/* What follows a recording may be started by hand, too: the engine does it. */
int cmd_recording(int argc, char **argv)
{
    return ctl_main("recording", "recording", argc, argv);
}

/* Of `station sound`, once the file is where the engine reaches it. */
int ctl_sound(int argc, char **argv)
{
    return ctl_main("sound", "sound", argc, argv);
}
