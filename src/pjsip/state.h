/*
 * pjsip/state.h - inner: is an endpoint there? told to whoever watches devices (call/device_state.h)
 *
 * Scope:   "PJSIP/101" is not in use while one of its contacts is not known to be out of reach, else
 *          unavailable; calls under way are counted above. With regcontext, an address of record
 *          that is registered has an extension of its name there.
 * Source:  Asterisk 22's chan_pjsip (devicestate), res_pjsip_registrar (regcontext).
 */
#pragma once
#include "call/channel.h"
#include "plan/pattern.h"
#include "pjsip/contact.h"

/** Rows of the technology. */
enum device_state state_of_device(void *tech_arg, struct slice resource);
int state_busy_at(void *tech_arg, struct slice resource);

/** Has this endpoint a contact that is not known to be out of reach? */
bool state_is_reachable(const struct pjsip *p, const struct model_endpoint *e);

/** plan_guests: an address of record with a contact that is not known to be out of reach. */
bool state_has_guest(struct slice exten, enum pattern_mode mode, void *arg);

/** A contact of a came, went or was seen (un)reachable: whoever watches its endpoint is told when that can be
 *  reached now, and could not before, or the other way round. */
void state_changed(struct aor *a);
