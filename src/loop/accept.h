/*
 * loop/accept.h - newcomers of a listening socket between our own processes and tools
 *
 * Scope:   unix sockets; the network's have loop/net.h. Without descriptors or memory it looks away for
 *          100 ms at a time, as the waiting queue would turn the loop for nothing; one warning
 *          until somebody has come in again.
 * Owns:    its watch and its timer; the socket is borrowed.
 * Thread:  the loop's.
 */
#pragma once
#include "loop/loop.h"

/** Somebody came; fd (non-blocking, close-on-exec) is taken. It may stop the acceptor. */
typedef void(acceptor_h)(int fd, void *arg);

/** Embedded, zeroed before use. */
struct acceptor {
    struct loop *loop;
    int fd;
    acceptor_h *h;
    void *arg;
    struct loop_fd watch;
    struct timer pause;
    bool is_short; /* of descriptors, and it was said */
};

/** @param fd  listening, non-blocking. @return 0; errno of loop_fd_start */
int acceptor_start(struct acceptor *a, struct loop *l, int fd, acceptor_h *h, void *arg);

/** Harmless twice. */
void acceptor_stop(struct acceptor *a);
