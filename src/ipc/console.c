/* ipc/console.c - one who asks: output with a ceiling, watches, the end of a command */
#include "ipc/console.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "base/mem.h"

enum { COMMAND_OUTPUT_MAX = 3 << 20 };

static const struct ipc_field hello_fields[] = {
    IPC_FIELD(IPC_BOOL, struct console_hello, is_russian),
    IPC_FIELD(IPC_TEXT, struct console_hello, version),
    {0},
};

static const struct ipc_field text_fields[] = {
    IPC_FIELD(IPC_TEXT, struct console_text, text),
    {0},
};

static const struct ipc_field output_fields[] = {
    IPC_BYTES_FIELD(struct console_output, text, CONSOLE_CHUNK),
    {0},
};

static const struct ipc_field done_fields[] = {
    IPC_FIELD(IPC_I32, struct console_done, err),
    IPC_FIELD(IPC_BOOL, struct console_done, is_streaming),
    {0},
};

static const struct ipc_type types[] = {
    {CONSOLE_HELLO, "hello", sizeof(struct console_hello), hello_fields},
    {CONSOLE_LINE, "line", sizeof(struct console_text), text_fields},
    {CONSOLE_COMPLETE, "complete", sizeof(struct console_text), text_fields},
    {CONSOLE_OUTPUT, "output", sizeof(struct console_output), output_fields},
    {CONSOLE_WORD, "word", sizeof(struct console_text), text_fields},
    {CONSOLE_DONE, "done", sizeof(struct console_done), done_fields},
    {0},
};

const struct ipc_protocol console_protocol = {"console", types};

struct console {
    struct loop *loop;
    bool is_russian;
    bool is_open;
    bool is_cut; /* this command printed too much */
    console_write_h *write;
    console_done_h *done;
    void *arg;
    struct buf out; /* gathered until the end of the round */
    size_t written; /* bytes of this command */
    struct deferred flush;
    struct list watches;
};

static void console_destroy(void *object)
{
    struct console *c = object;

    loop_defer_stop(&c->flush);
    buf_fini(&c->out);
}

int console_alloc(struct console **cp, struct loop *loop, bool is_russian, console_write_h *write,
                  console_done_h *done, void *arg)
{
    struct console *c = mem_alloc(sizeof(*c), console_destroy);

    if (!c)
        return ENOMEM;
    c->loop = loop;
    c->is_russian = is_russian;
    c->is_open = true;
    c->write = write;
    c->done = done;
    c->arg = arg;
    buf_init(&c->out, CONSOLE_CHUNK);
    list_init(&c->watches);
    *cp = c;
    return 0;
}

void console_close(struct console *c)
{
    if (!c->is_open)
        return;
    c->is_open = false;
    loop_defer_stop(&c->flush);
    buf_fini(&c->out);
    mem_ref(c);
    while (!list_is_empty(&c->watches)) {
        struct console_watch *w = CONTAINER_OF(list_first(&c->watches), struct console_watch, link);

        list_unlink(&w->link);
        w->gone(w, w->arg);
    }
    mem_deref(c);
}

static void write_out(void *arg)
{
    struct console *c = arg;

    loop_defer_stop(&c->flush);
    if (c->is_open && c->out.len && c->write)
        c->write(buf_slice(&c->out), c->arg);
    buf_reset(&c->out);
}

static void add_text(struct console *c, struct slice text)
{
    static const char cut[] = "\n...\n";

    c->written += text.len;
    /* What streams after the end of its command has no ceiling but the reader's own speed. */
    if (c->written > COMMAND_OUTPUT_MAX && list_is_empty(&c->watches)) {
        c->is_cut = true;
        text = SLICE(cut);
    }
    while (text.len) {
        const size_t room = CONSOLE_CHUNK - c->out.len;
        const size_t part = text.len < room ? text.len : room;

        if (buf_add(&c->out, text.p, part)) {
            buf_reset(&c->out);
            return;
        }
        text = slice_skip(text, part);
        if (c->out.len == CONSOLE_CHUNK)
            write_out(c);
    }
    if (c->out.len)
        loop_flush(c->loop, &c->flush, write_out, c);
}

/* Names, headers, whole messages of strangers are shown here. */
void console_write(struct console *c, struct slice text)
{
    struct buf plain;

    if (!c->is_open || c->is_cut)
        return;
    buf_init(&plain, 4 * text.len);
    if (buf_add_plain(&plain, text) == 0)
        add_text(c, buf_slice(&plain));
    buf_fini(&plain);
}

void console_printf(struct console *c, const char *fmt, ...)
{
    struct buf b;
    va_list ap;

    if (!c->is_open || c->is_cut)
        return;
    buf_init(&b, CONSOLE_CHUNK);
    va_start(ap, fmt);
    buf_vprintf(&b, fmt, ap);
    va_end(ap);
    console_write(c, buf_slice(&b));
    buf_fini(&b);
}

bool console_is_russian(const struct console *c)
{
    return c->is_russian;
}

bool console_is_open(const struct console *c)
{
    return c->is_open;
}

void console_finish(struct console *c, int err)
{
    if (!c->is_open)
        return;
    write_out(c);
    c->written = 0;
    c->is_cut = false;
    if (c->done)
        c->done(err, !list_is_empty(&c->watches), c->arg);
}

void console_watch_start(struct console *c, struct console_watch *w,
                         void (*gone)(struct console_watch *w, void *arg), void *arg)
{
    list_unlink(&w->link);
    w->gone = gone;
    w->arg = arg;
    list_append(&c->watches, &w->link);
}

void console_watch_stop(struct console_watch *w)
{
    list_unlink(&w->link);
}
