/*
 * archive/sound_name.h - names that uploaded sounds may have, and why one is not there, in words for people
 *
 * Scope:   what the engine, who makes sounds, and the web role, who takes uploads, both know.
 * Thread:  any; pure.
 * Source:  docs/sounds.md.
 */
#pragma once
#include <stdbool.h>

#include "base/buf.h"

enum { SOUNDS_NAME_MAX = 128, SOUNDS_FOLDER_MAX = 32 };

/* Why it did not work, beside those of archive/clip.h: first words of column error. */
#define SOUNDS_NOT_WRITABLE "not-writable"
#define SOUNDS_NOT_WRITTEN "not-written"
#define SOUNDS_NO_UPLOAD "no-upload"
#define SOUNDS_TOO_DEAR "too-dear"
#define SOUNDS_INTERRUPTED "interrupted"

/** Why these cannot be a sound's names, in words for people; NULL: they can. */
const char *sounds_name_why(const char *folder, const char *name, bool is_russian);

/** Column error in words for people: cause and next step. */
void sounds_explain(struct slice error, bool is_russian, struct buf *out);

/** "Приветствие (2).wav" as a word that a routing can name: "Приветствие_2". May come out empty. */
void sounds_name_of_file(struct slice file, char *out, size_t size);

/** Is one of appdata's words the sound? */
bool sounds_is_named(struct slice appdata, struct slice folder, struct slice name);
