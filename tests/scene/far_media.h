/*
 * tests/scene/far_media.h - the media role of a scene: takes the engine's commands, and knows who
 *                           would hear what
 */
#pragma once
#include "scene.h"

struct ipc;

int far_media_alloc(struct far_media **mp, struct scene *s);

/** A fresh connection (engine start): all streams are gone. *engine_end is the caller's. */
int far_media_attach(struct far_media *m, struct ipc **engine_end);

/** The engine is dead: its connection is gone, its streams go on. */
void far_media_orphan(struct far_media *m);

/** A connection for the engine after that one. */
int far_media_reattach(struct far_media *m, struct ipc **engine_end);

/** A sound's length; ms < 0: it is missing. */
int far_media_sound(struct far_media *m, const char *name, int64_t ms);

/** What the phone at this host hears now, in words: "\"hello\"", "tone ring", "music", "itself",
 *  "nothing", or the host of the phone at the other end. */
void far_media_hears(const struct far_media *m, const struct addr *host, struct buf *out);

/** A digit by telephone-event from this host. @return false: no stream expects them */
bool far_media_digit(struct far_media *m, const struct addr *host, char digit);

/** The files that it writes (far_tape.h). */
struct far_tapes *far_media_tapes(const struct far_media *m);

/** Those that are open and hold the sound of the phone at this host, as far_tapes_show. */
void far_media_recorded(const struct far_media *m, const struct addr *host, struct buf *out);

/** Digits that the station sent, or relayed, to this host as telephone-events. */
const char *far_media_digits(const struct far_media *m, const struct addr *host);

/** RTP from this host stops / comes again. */
void far_media_silence(struct far_media *m, const struct addr *host);
void far_media_talk(struct far_media *m, const struct addr *host);

/** Is a stream bound to this port? */
const char *far_media_marks(const struct far_media *m, const struct addr *host);
bool far_media_has_port(const struct far_media *m, uint16_t port);
unsigned far_media_streams(const struct far_media *m);
