/*
 * notify/post.h - send one mail, or one webhook, and say what came of it
 *
 * Scope:   blocks: for threads of workers. Mail: SMTP, STARTTLS or TLS from the start, certificates are checked.
 *          Webhooks: POST by http or https, no redirections, no proxy; the address is looked at when the
 *          connection is made (notify/guard.h).
 * Library: libcurl, opened by notify_post_open before the sandbox closes.
 * Thread:  any; nothing is kept.
 * Limits:  30 s a webhook, 60 s a mail; of an answer nothing is kept but its status.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"

enum { NOTIFY_WHY = 300 };

struct notify_smtp {
    char host[256], user[256], password[256], from[256];
    char security[12]; /* none, starttls, tls */
    uint16_t port;
};

struct notify_answer {
    bool is_done;         /* taken by the other side */
    bool is_final;        /* it will not be otherwise later */
    char why[NOTIFY_WHY]; /* one line; empty when done */
};

/** Once, with one thread. @return 0; ENOENT: there is no libcurl here, or it is older than 7.85 */
int notify_post_open(void);

/** @param to  an address. @param mime  the mail as it travels */
void notify_post_mail(const struct notify_smtp *smtp, const char *to, struct slice mime,
                      struct notify_answer *a);

struct notify_hook {
    const char *url, *secret, *headers; /* headers: lines "Name: value" */
    const char *event, *delivery;       /* X-Station-Event, X-Station-Delivery */
    const char *allow;                  /* setting webhook_allow */
    struct slice body;
    int64_t at; /* seconds since 1970: of the signature */
};

void notify_post_hook(const struct notify_hook *h, struct notify_answer *a);
