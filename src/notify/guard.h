/*
 * notify/guard.h - to which addresses a webhook may lead
 *
 * Scope:   looked at when the connection is made, so a name that leads elsewhere meanwhile gains nothing. Public
 *          addresses are allowed; the machine's own, private and special ones only when a network of the list has them.
 * Thread:  any; pure.
 * Source:  IANA's registries of special-purpose addresses (RFC 6890).
 */
#pragma once
#include <stdbool.h>

struct sockaddr;

/** @param allow  setting webhook_allow: networks and addresses, comma separated. @param sa  AF_INET or AF_INET6 */
bool notify_address_is_allowed(const char *allow, const struct sockaddr *sa);
