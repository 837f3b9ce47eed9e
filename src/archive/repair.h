/*
 * archive/repair.h - a WAV whose writer died: its header says again what is in the file
 *
 * Scope:   the sizes of RIFF and of its chunk "data" become those of the file, in place. Others than WAV have no
 *          header that could be wrong. A file that ends in half a frame loses that half.
 * Thread:  any; it blocks.
 * Source:  RIFF WAVE; a header that claims less than there is: its last sync; more: what was not on the disk yet.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

struct repair_result {
    uint64_t bytes; /* of the file */
    uint32_t ms;    /* of sound; 0 where no header says how it is coded */
    bool is_fixed;
};

/** @return 0; as folder_file; EBADMSG (it begins as a WAV and is none); errno */
int repair_file(int folder, const char *name, struct repair_result *out);
