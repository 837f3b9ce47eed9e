/*
 * base/tries.h - tries at passwords: by source, by account, and by a user at an address of his own
 *
 * Scope:   who may try, who failed, who got in; for logins of every kind.
 * Promise: an attacker somewhere does not lock out who is elsewhere: a user at an address from which he has got in
 *          before has tries of his own, whatever others there or elsewhere guess. The same wrong password again is no
 *          guess: a program with an old one locks nobody out.
 * Owns:    small records: of sources and accounts that failed (base/guard.h), TRIES_VISITORS of users at addresses that
 *          got in, and as many of the last wrong passwords (a hash of each).
 * Thread:  one.
 * Limits:  burst + a_minute wrong tries of a source, and of an account, in any minute: more are not looked at.
 */
#pragma once
#include <stdbool.h>

#include "base/guard.h"

#define TRIES_VISITORS 4096

/* Users at addresses; the one who came longest ago leaves first. */
struct tries_visitors {
    struct hash by_name;
    struct list ages;
};

struct tries {
    struct guard sources, accounts, at_home; /* at_home: of one user at one address */
    struct tries_visitors homes, wrongs;
};

void tries_init(struct tries *t, uint32_t burst, uint32_t a_minute);
void tries_fini(struct tries *t);

/** May credentials from there be looked at? @param user  whose; absent: of nobody that counts */
bool tries_may(struct tries *t, const struct addr *peer, struct slice user, struct mono now);

/** Seconds until they may, rounded up; 0: now. */
uint32_t tries_wait_s(const struct tries *t, const struct addr *peer, struct slice user,
                      struct mono now);

/** They were wrong. @param user    whose password was tried; absent: it does not count against a user
 *                   @param secret  what was given; absent: each time another one (a digest) */
void tries_failed(struct tries *t, const struct addr *peer, struct slice user, struct slice secret,
                  struct mono now);

/** A try that was counted before it was known to be wrong, was right. */
void tries_take_back(struct tries *t, const struct addr *peer, struct slice user);

/** They were right: this user is at home there. */
void tries_passed(struct tries *t, const struct addr *peer, struct slice user);

/** The host alone; who has one IPv6 address has its /64. */
struct addr tries_host(const struct addr *peer);
