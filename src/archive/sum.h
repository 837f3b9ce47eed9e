/*
 * archive/sum.h - SHA-256 of a file, by which a change is found
 *
 * Thread:  any; it blocks.
 */
#pragma once
#include <stdint.h>

enum { SUM_TEXT = 65 }; /* hex digits and a NUL */

/** Of all of an open file, wherever it stands. @return 0; EIO ...; ENOMEM */
int sum_file(int fd, char out[SUM_TEXT], uint64_t *bytes);

/** Of a text. @return 0; ENOMEM */
int sum_text(const void *p, uint64_t len, char out[SUM_TEXT]);
