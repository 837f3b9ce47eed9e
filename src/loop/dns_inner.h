/*
 * loop/dns_inner.h - what the real resolver and the fake one share; inner to loop/
 */
#pragma once
#include "loop/dns.h"

#define DNS_MOST_ANSWERS 16

enum dns_kind { DNS_ADDRS, DNS_SRVS, DNS_NAPTRS, DNS_RULES, DNS_TEXTS };

/* Answers to one question, as they are kept. */
struct dns_answer {
    int err;
    uint32_t count;
    uint32_t ttl_s;
    union {
        struct addr addrs[DNS_MOST_ANSWERS]; /* without port */
        struct dns_srv srvs[DNS_MOST_ANSWERS];
        struct dns_naptr naptrs[DNS_MOST_ANSWERS];
        struct dns_rule rules[DNS_MOST_ANSWERS];
        struct dns_text texts[DNS_MOST_ANSWERS];
    };
};

/** A copy without the room that it does not need; NULL without memory. Free with mem_free. */
struct dns_answer *dns_answer_dup(enum dns_kind kind, const struct dns_answer *a);

struct dns {
    int (*ask)(struct dns *d, struct dns_query *q);
    struct loop *loop;
};

struct dns_query {
    struct dns *dns;           /* one reference */
    struct link link;          /* of its question */
    struct deferred tell;      /* an answer known at once */
    struct dns_answer *answer; /* for tell */
    struct timer silence;      /* the fake resolver's, when it is cut off */
    enum dns_kind kind;
    int family;
    uint16_t port;
    dns_addrs_h *addrs_h;
    dns_srv_h *srv_h;
    dns_naptr_h *naptr_h;
    dns_rule_h *rule_h;
    dns_text_h *text_h;
    void *arg;
    char name[256];
};

/** Call the query's handler, which may end the query. answer is borrowed. */
void dns_query_tell(struct dns_query *q, const struct dns_answer *answer);

/** The same, later in this round. @return 0; ENOMEM. */
int dns_query_tell_later(struct dns_query *q, const struct dns_answer *answer);

/** The type of record that answers a question of this kind; 0 for addresses. */
int dns_type_of(enum dns_kind kind);

/**
 * The records of a DNS message that answer a question of this kind (not addresses).
 * @return 0; ENOENT (none, or "." as target: no such service); EBADMSG
 */
int dns_records_parse(enum dns_kind kind, const uint8_t *message, size_t len,
                      struct dns_answer *out);
