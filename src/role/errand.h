/*
 * role/errand.h - what a child of the runner does itself, without a program: files and web pages
 *
 * Scope:   work that blocks and that the engine may not do: FILE, STAT and CURL of the routing. The
 *          engine asks for it as for a program (ipc/runner.h) whose name begins with '@':
 *              @file FOLDERS OPERATION NAME [OFFSET LENGTH OPTIONS FORMAT]
 *                  OPERATION: read, write (the value comes on stdin), stat (OPTIONS: its letter),
 *                  lines, format
 *              @fetch HOSTS URL [NAME=VALUE...]   (post data on stdin when post=1)
 *              @recording VERB FOLDER [NAME=VALUE...]   a job (role/jobs.h): see errand_recording.c
 *              @sound VERB STATE [NAME=VALUE...]   a job, too: see errand_sound.c
 * Answer:  exit code 0 and the value on stdout, or 1 and one sentence why not (2: nor will it be otherwise later).
 * Owns:    nothing: the child ends after it. It has the programs' user, limits and sandbox, so what
 *          they may not read or write is out of reach here, too.
 * Thread:  the child's only one.
 * Limits:  files of 16 MiB (of any length when made anew or appended to), 64 KiB of answer; web pages: see errand_fetch.c.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/slice.h"

enum { ERRAND_AGAIN = 1, ERRAND_FINAL = 2 };
enum { ERRAND_ANSWER_MAX = 65536, ERRAND_INPUT_MAX = 1 << 20 };

struct sockaddr;

struct errand {
    const char *name; /* "@file" */
    bool is_long;     /* hours of it, behind everything else that the machine does */
    bool is_awaited;  /* of those: somebody waits, it goes before what is done at night */

    /** @param argv   words behind the name, NULL at the end
     *  @param input  what came on stdin
     *  @param out    the value, or why there is none
     *  @return 0; ERRAND_AGAIN; ERRAND_FINAL */
    int (*run)(int argc, char *const *argv, struct slice input, struct buf *out);
};

/** @return NULL: there is none of that name */
const struct errand *errand_find(const char *name);

/** Read descriptor 0, run, write descriptor 1. @return the exit code */
int errand_main(const struct errand *e, char *const *argv);

int errand_file(int argc, char *const *argv, struct slice input, struct buf *out);
int errand_fetch(int argc, char *const *argv, struct slice input, struct buf *out);
int errand_recording(int argc, char *const *argv, struct slice input, struct buf *out);
int errand_sound(int argc, char *const *argv, struct slice input, struct buf *out);

/** Value of NAME=VALUE among words, "" when it was not given. */
const char *errand_word(char *const *words, const char *name);

/** Put why there is no value. @return 1 */
int errand_fail(struct buf *out, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/** Is host (and port) one of "name, *.name, name:port, [v6]:port, *"? */
bool errand_host_is_allowed(const char *hosts, const char *host, unsigned port);

/** May that address be connected to? One of the machine itself (loopback, unspecified) or of its link (also
 *  as IPv4 within IPv6) only when hosts name it, without '*'; "localhost" names loopback. */
bool errand_address_is_allowed(const char *hosts, const struct sockaddr *sa);

/** An option that says yes or no; anything else, also nothing, is `otherwise`. */
bool errand_truth(const char *value, bool otherwise);
