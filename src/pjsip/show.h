/*
 * pjsip/show.h - inner: objects as text, laid out as Asterisk prints them
 *
 * Secrets are never printed.
 */
#pragma once
#include "ipc/console.h"
#include "pjsip/contact.h"

/** Channels per endpoint, counted once for a whole list. */
struct show_use {
    struct hash counts;
    struct arena arena;
};
int show_use_init(struct show_use *u, const struct calls *calls);
void show_use_fini(struct show_use *u);

/** Channels of this endpoint. */
uint32_t show_use_of(const struct show_use *u, const struct model_endpoint *e);

/** Every field of an object but secrets and the station's own columns, by name. type: "endpoint". */
void show_fields(struct console *c, const char *type, const void *object);

void show_endpoint_head(struct console *c);
void show_endpoint(struct console *c, const struct pjsip *p, const struct show_use *u,
                   const struct model_endpoint *e);

void show_aor_head(struct console *c);
void show_aor(struct console *c, const struct pjsip *p, const struct model_aor *m);

void show_contact_head(struct console *c);
void show_contact(struct console *c, const struct contact *k);
void show_contact_fields(struct console *c, const struct contact *k);

struct channel;
void show_channel_head(struct console *c);
void show_channel(struct console *c, const struct channel *ch);
