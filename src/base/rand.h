/*
 * base/rand.h - random bytes, tags and identifiers
 *
 * Source:  the kernel's getrandom(2), read in pages of 4 KiB per thread, so that a Call-ID does
 *          not cost a system call.
 * Tests:   rand_seed makes the stream of this thread repeatable (scenes).
 */
#pragma once
#include <stddef.h>
#include <stdint.h>

/** Straight from the kernel; ends the process when the kernel cannot. */
void rand_system(void *p, size_t len);

/** Unpredictable bytes (repeatable after rand_seed). */
void rand_bytes(void *p, size_t len);

uint32_t rand_u32(void);

/** len letters and digits (62 of them), and a NUL: out has room for len + 1. */
void rand_text(char *out, size_t len);

/** Random UUID version 4 in its 36 characters and a NUL. */
void rand_uuid(char out[37]);

/** Make this thread's stream repeatable; 0 makes it unpredictable again. Tests only. */
void rand_seed(uint64_t seed);
