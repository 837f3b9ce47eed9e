/*
 * plan/app/agi.h - one AGI program: here behind pipes (agi.c), on another machine (agi_net.c), or a client of
 * the Manager (agi_async.c), and its commands (agi_command.c, agi_more.c)
 */
#pragma once
#include <stdbool.h>

#include "base/buf.h"
#include "ipc/runner.h"
#include "loop/dns.h"
#include "loop/net.h"
#include "plan/app.h"

/** Longest line that a program may write. */
#define AGI_LINE_MAX 4096
#define AGI_WORDS_MAX 64
/** Bytes that wait for the program at most; and that a server may send ahead. */
#define AGI_WAITING_MAX 65536

struct agi {
    struct plan_run *run;
    struct loop *loop;
    struct runner_job *job;
    struct loop_fd reader, writer;
    int in_fd, out_fd;       /* the program's stdin and stdout; -1: closed */
    struct dns_query *query; /* for the server's addresses */
    struct addr *addrs;      /* those to try */
    size_t addr_count;
    struct conn *conn;  /* to the server; NULL: none */
    struct buf in;      /* to the program, not written yet */
    struct buf got;     /* from it, not looked at yet */
    struct list orders; /* async: commands that wait (agi_async.c) */
    uint32_t order_count;
    bool is_async; /* replies stay in `in` until they are told */
    bool is_started, is_ended, is_eof;
    bool is_dead; /* the call is over: few commands are left */
    bool is_told; /* the program was sent SIGHUP, or there was nothing to tell */
    int start_err, code;
};

/** Is this the address of a server? */
bool agi_is_url(const char *program);

/** Connect to the server of a url, one address after another; tells why it cannot be. Waits: in the
 *  channel's task only. @return 0 (a->conn; the script was told); errno */
int agi_net_connect(struct agi *a, const char *url);

/** Close the connection, and forget what is asked. */
void agi_net_close(struct agi *a);

/** Is it a client of the Manager that gives the commands ("agi:async")? */
bool agi_is_async(const char *program);

/** Take commands of the Manager until one of them breaks it off, or the call is over. The environment
 *  stands in a->in. */
void agi_async_run(struct agi *a);

/** Something new of the program: wake the task. */
void agi_poke(struct agi *a);

/** Wait until something of the program or of the call is new. @return false: ms are over, or the engine
 *  stops */
bool agi_wait(struct agi *a, int64_t ms);

/** Queue text for the program. */
void agi_send(struct agi *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/** Is the call over? Then the program hears of it, once. */
void agi_notice_hangup(struct agi *a);

/** A command: a row of agi_command.c (the call, its variables) or agi_more.c (sound, speech, DB). */
struct agi_word {
    const char *words; /* "GET FULL VARIABLE" */
    const char *syntax;
    bool when_dead;  /* also after the call */
    int least, most; /* arguments */
    void (*run)(struct agi *a, char **argv, int argc);
    bool is_counted; /* the first argument is a number */
};
extern const struct agi_word agi_words_more[];
extern const size_t agi_words_more_count;

/** "200 result=N" */
void agi_reply(struct agi *a, int result);

/** Run one line of the program and answer it. line is cut up. */
void agi_command(struct agi *a, char *line);
