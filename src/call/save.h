/*
 * call/save.h - inner: a channel and its records as bytes (base/pack.h)
 */
#pragma once
#include "base/pack.h"
#include "call/cdr_inner.h"
#include "call/inner.h"

/** Most of what lists may hold when read: variables, records. */
#define SAVE_LIST_MOST 2000

/**
 * Both ways: texts, times, state, variables, timers of ch.
 * @param is_lean  leave the variables out
 */
void channel_pack(struct channel *ch, struct pack *k, bool is_lean);

/**
 * Make a channel of what channel_pack wrote: in the tables, with its records, without technology.
 * @return 0 (one reference, and the tables'); EBADMSG; EEXIST (one of that name is there); ENOMEM;
 * EAGAIN
 */
int channel_unpack(struct channel **chp, struct calls *c, struct pack *k, struct pack *cdr);

/** Both ways: the chain of records (ch->cdr is there). */
void cdr_pack(struct channel *ch, struct pack *k);

/** Records of ch with these sequences were handed out already: forget them. */
void cdr_forget(struct channel *ch, uint32_t sequence);

/** The stream of ch, if it has its ports / given to ch, as the media role still has it. @return 0; errno
 * of channel_adopt_stream */
void channel_pack_stream(const struct channel *ch, struct pack *k);
int channel_unpack_stream(struct channel *ch, struct pack *k);

/** Both ways: a finished record; read texts are borrowed from the bytes. */
void cdr_pack_finished(struct cdr *r, struct pack *k);

/** A name that lives as long as c (of an application), or NULL. */
const char *calls_intern(struct calls *c, struct slice name);
