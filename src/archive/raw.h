/*
 * archive/raw.h - files without a header: their extension says what they are
 *
 * Thread:  any; pure.
 * Source:  Asterisk's names of formats.
 */
#pragma once
#include <sndfile.h>
#include <stdbool.h>

/** @param info  filled when it is one: one channel, little-endian. @return false: not among them */
bool raw_find(const char *name, SF_INFO *info);
