/*
 * tests/scene/far_tape.h - the tapes of a scene's media role: nothing is written, all is remembered
 */
#pragma once
#include "scene.h"

struct far_tapes;
struct ipc;

int far_tapes_alloc(struct far_tapes **tp, struct scene *s);

/** Where answers go now; NULL: the engine is dead. */
void far_tapes_attach(struct far_tapes *t, struct ipc *engine);

/** A MEDIA_TAPE* message. */
void far_tapes_take(struct far_tapes *t, uint16_t id, const void *msg);

/** The engine was killed: tapes that the next one does not name end at its sweep. */
void far_tapes_name_none(struct far_tapes *t);
void far_tapes_end_unnamed(struct far_tapes *t);

/** The next tape that is opened, or all that are open now, fail with err. */
void far_tapes_refuse(struct far_tapes *t, int err);
void far_tapes_break(struct far_tapes *t, int err);

/** How many are open. */
unsigned far_tapes_open(const struct far_tapes *t);

/** Tapes in the order of their beginning, one a line: "mixed=a.wav rx=b.wav muted=tx open", "stereo=a.wav ended
 *  ms=2000". stream: only those of it that are open; 0: all. */
void far_tapes_show(const struct far_tapes *t, uint32_t stream, struct buf *out);

/** The n-th of them, from 1. @return false: there is none */
bool far_tapes_say(const struct far_tapes *t, unsigned n, struct buf *out);
