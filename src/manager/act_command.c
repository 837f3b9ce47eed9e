/* manager/act_command.c - Command: a line of the console, its output as headers */
#include <errno.h>

#include "manager/all.h"
#include "manager/inner.h"

#define SHOWN .shown = "tests/unit/manager/test_admin.c"

enum { OUTPUT_MAX = 4 << 20 }; /* more than a command may print (ipc/console.h) */

/* A command that is running; frees itself at its end. */
struct command {
    struct manager_request *q; /* held */
    struct console *console;
    struct buf text;
};

static void gather(struct slice text, void *arg)
{
    buf_adds(&((struct command *)arg)->text, text);
}

/* What Asterisk's console says under a command that failed. */
static void add_verdict(struct command *k, int err)
{
    const struct slice line = manager_arg(k->q, "Command");

    if (err != EINVAL && err != ENOSYS)
        buf_printf(&k->text, "%sCommand '%.*s' failed.\n",
                   k->text.len && k->text.p[k->text.len - 1] != '\n' ? "\n" : "", SLICE_ARG(line));
}

/* "Output:" before each line; nothing at all is one empty line. */
static void put_lines(struct buf *out, struct slice text)
{
    if (text.len && text.p[text.len - 1] == '\n')
        text.len--;
    do {
        ami_put(out, "Output", slice_cut(text, '\n', &text));
    } while (slice_is_set(text));
}

static void answer(struct command *k, int err)
{
    /* What is not there was answered: there is none. */
    const bool is_ok = !err || err == ENOENT;

    if (!is_ok)
        add_verdict(k, err);
    if (buf_err(&k->text)) {
        manager_error(k->q, "Command response construction error");
        return;
    }
    manager_begin(k->q, is_ok ? "Success" : "Error");
    ami_putz(manager_out(k->q), "Message", "Command output follows");
    put_lines(manager_out(k->q), k->text.len ? buf_slice(&k->text) : SLICE(""));
    manager_end(k->q);
}

/* Whatever would stream on (sip trace) ends here: an answer has an end. */
static void command_is_over(int err, bool is_streaming, void *arg)
{
    struct command *k = arg;

    console_close(k->console);
    if (!manager_is_gone(k->q))
        answer(k, err);
    manager_done(k->q);
    mem_deref(k->console);
    buf_fini(&k->text);
    mem_free(k);
}

static void run_command(struct manager_request *q)
{
    struct manager *m = manager_of(q);
    const struct slice line = manager_arg(q, "Command");
    struct command *k;

    if (!line.len) {
        manager_error(q, "No command provided");
        return;
    }
    k = m->args.command ? mem_zalloc(sizeof(*k)) : NULL;
    if (!k || console_alloc(&k->console, m->loop, false, gather, command_is_over, k)) {
        mem_free(k);
        manager_error(q, "Command response construction error");
        return;
    }
    buf_init(&k->text, OUTPUT_MAX);
    k->q = manager_hold(q);
    m->args.command(k->console, line, m->args.arg);
}

static const struct manager_param command_params[] = {
    MANAGER_PARAM_ID, {"Command", {"Команда консоли.", "Asterisk CLI command to run."}, true}, {0}};

const struct manager_action manager_action_command = {
    .name = "Command",
    .classes = CLASS_COMMAND,
    .params = command_params,
    .run = run_command,
    SHOWN,
    .synopsis = {"Выполнить команду консоли.", "Execute Asterisk CLI Command."},
    .help = {"Отвечает тем, что показала бы station ctl, по-английски; ждёт конца команды.",
             "Run a CLI command."}};
