/*
 * role/front_ports.h - on which addresses the front listens
 *
 * Scope:   an address that is asked for, or the first free one of a few. nginx ends when one of its addresses
 *          is taken, so they are tried before; the one that was used last comes first.
 * Thread:  one; nothing waits.
 */
#pragma once
#include <stdbool.h>

#include "base/addr.h"
#include "ipc/control.h"
#include "role/front_conf.h"

/** What happened to one address. */
enum front_port {
    FRONT_PORT_OFF,   /* not wanted */
    FRONT_PORT_FREE,  /* here it is */
    FRONT_PORT_TAKEN, /* by somebody else, or not ours to take */
};

struct front_ports {
    enum front_port manager, tls, plain;
};

/**
 * Look for all addresses that the settings want, and put them into face. Who is `patient` does not go on to
 * another port while the one that was used last is taken: it may be our own nginx that ends.
 * @param face  in: what was used last, AF_UNSPEC: nothing. out: AF_UNSPEC where it is not free
 */
struct front_ports front_ports_find(const struct control_http *http, struct front_face *face,
                                    bool is_patient);

/** The ports of the last time, from the front's folder; AF_UNSPEC: nothing. */
void front_ports_recall(struct front_face *face);
void front_ports_keep(const struct front_face *face);
