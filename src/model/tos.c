/* tos.c - types of service by their names (RFC 2474, RFC 2597, RFC 3246; snapshot.h) */
#include <errno.h>
#include <stdlib.h>

#include "model/snapshot.h"

static int parse_number(struct slice text, int32_t *tos)
{
    char z[16], *end;
    long v;

    if (slice_copy(text, z, sizeof(z)))
        return EINVAL;
    v = strtol(z, &end, 0);
    if (*end || v < 0 || v > 255)
        return EINVAL;
    *tos = (int32_t)v;
    return 0;
}

static bool is_within(char c, char least, char most)
{
    return c >= least && c <= most;
}

int model_tos_parse(struct slice text, int32_t *tos)
{
    *tos = 0;
    if (!text.len || slice_caseeqz(text, "none"))
        return 0;
    if (text.len == 3 && slice_casestarts(text, SLICE("cs")) && is_within(text.p[2], '0', '7'))
        *tos = (text.p[2] - '0') << 5;
    else if (text.len == 4 && slice_casestarts(text, SLICE("af")) &&
             is_within(text.p[2], '1', '4') && is_within(text.p[3], '1', '3'))
        *tos = (text.p[2] - '0') << 5 | (text.p[3] - '0') << 3;
    else if (slice_caseeqz(text, "ef"))
        *tos = 0xb8;
    else
        return parse_number(text, tos);
    return 0;
}
