/*
 * ipc/console.h - console commands as table rows, and what a command may do: print, stream, wait
 *
 * Scope:   every folder fills an array of struct console_command; the engine joins them in one
 *          struct console_set (role/), from which dispatch, help and completion come. A struct
 *          console is one who asked: a `station ctl` over state/run/ctl.sock, or a buffer.
 * Owns:    a console is counted; a command that goes on later keeps a reference.
 * Thread:  the loop's.
 * Limits:  a line 1,000 bytes, 32 words; output of one command 3 MiB (then cut, and it says so);
 *          a reader who lets 4 MiB wait is closed. 32 consoles, 500 commands.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/list.h"
#include "base/slice.h"
#include "ipc/ipc.h"
#include "loop/loop.h"

/* ---- messages between `station ctl` and the engine ---- */

enum console_id {
    CONSOLE_HELLO = 1, /* both, first: ctl's language; the engine's version */
    CONSOLE_LINE,      /* ctl: run this */
    CONSOLE_COMPLETE,  /* ctl: what may stand at the end of this line? */
    CONSOLE_OUTPUT,    /* engine: text, at any time */
    CONSOLE_WORD,      /* engine: one completion */
    CONSOLE_DONE,      /* engine: end of the answer to LINE or COMPLETE */
};

enum {
    CONSOLE_LINE_MAX = 1000,
    CONSOLE_WORDS_MAX = 32,
    CONSOLE_CHUNK = 16384,
    CONSOLE_WORD_MAX = 128
};

struct console_hello {
    bool is_russian;
    char version[64];
};

struct console_text {
    char text[CONSOLE_LINE_MAX + 1];
};

struct console_output {
    struct slice text; /* at most CONSOLE_CHUNK */
};

struct console_done {
    int32_t err;       /* 0, or an errno: the exit code of a one-shot `station ctl` is then 1 */
    bool is_streaming; /* output goes on (sip trace): one-shot ctl stays */
};

extern const struct ipc_protocol console_protocol;

/* ---- what commands are made of ---- */

struct console;

/**
 * Run a command.
 * @param c     borrowed; keep with mem_ref
 * @param argc  words after the command's own; argv[argc] is NULL; valid during the call
 * @param arg   given when the table was added
 * @return 0; EINVAL (its syntax is printed then); EINPROGRESS (console_finish comes later); another
 *         errno, after having printed why
 */
typedef int(console_command_h)(struct console *c, int argc, char **argv, void *arg);

struct console_words;

/** Offer words (console_offer) for argument number index (0 = the first after the command's own).
 */
typedef void(console_complete_h)(struct console_words *w, int index, void *arg);

struct console_command {
    const char *words;  /* "core show channels" */
    const char *syntax; /* what follows: "[concise|verbose]", "ROLE", or "" */
    const char *help_ru;
    const char *help_en;
    console_command_h *run;
    console_complete_h *complete; /* may be NULL: words of the syntax in | | are offered */
};

/** Offer one word; those that do not begin as typed are left out. */
void console_offer(struct console_words *w, const char *word);
void console_offer_slice(struct console_words *w, struct slice word);

/* ---- printing, as by buf_add_plain, since strangers chose many of the words; nothing is written once
   the reader has gone ---- */

void console_printf(struct console *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void console_write(struct console *c, struct slice text);

/** The reader's language: choose texts by it. */
bool console_is_russian(const struct console *c);

static inline const char *console_say(const struct console *c, const char *ru, const char *en)
{
    return console_is_russian(c) ? ru : en;
}

bool console_is_open(const struct console *c);

/** End a command that returned EINPROGRESS. */
void console_finish(struct console *c, int err);

/** Embedded in who streams to consoles (sip trace), zeroed before use. */
struct console_watch {
    struct link link;
    void (*gone)(struct console_watch *w, void *arg);
    void *arg;
};

/** gone is called once when the reader leaves; while a console is watched, its output goes on. */
void console_watch_start(struct console *c, struct console_watch *w,
                         void (*gone)(struct console_watch *w, void *arg), void *arg);
void console_watch_stop(struct console_watch *w);

/* ---- making consoles (role/console.c, tests) ---- */

typedef void(console_write_h)(struct slice text, void *arg);
typedef void(console_done_h)(int err, bool is_streaming, void *arg);

/** @param write, done  where output and the end of a command go */
int console_alloc(struct console **cp, struct loop *loop, bool is_russian, console_write_h *write,
                  console_done_h *done, void *arg);

/** The reader has gone: watches are told, output goes nowhere. */
void console_close(struct console *c);
