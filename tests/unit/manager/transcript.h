/*
 * tests/unit/manager/transcript.h - what a real Asterisk 22 answered, asked again
 *
 * A file of blocks: ">>> Header: value | Header: value", then the answer as it came. Empty lines at the
 * end of an answer do not count (Asterisk has some messages with a line end too many).
 */
#pragma once
#include "desk.h"
#include "file.h"

static inline size_t transcript_len(const char *text, size_t len)
{
    while (len && text[len - 1] == '\n')
        len--;
    return len;
}

/* Line by line; "NAME: N" is any number (a time that chance decides). */
static inline bool transcript_is_same(struct slice got, struct slice want)
{
    while (slice_is_set(got) && slice_is_set(want)) {
        const struct slice a = slice_cut(got, '\n', &got), b = slice_cut(want, '\n', &want);
        const size_t n = b.len - 1; /* of what stands before the N */
        uint32_t number;

        if (slice_eq(a, b))
            continue;
        if (b.len < 4 || memcmp(b.p + b.len - 3, ": N", 3) != 0 || a.len <= n ||
            memcmp(a.p, b.p, n) != 0 || slice_u32(slice_skip(a, n), &number))
            return false;
    }
    return !slice_is_set(got) && !slice_is_set(want);
}

/* @return whether the answer is what was written; both are shown when not */
static inline bool transcript_ask(struct desk_client *c, struct loop *loop, struct slice asked,
                                  struct slice answer)
{
    char question[2000];
    size_t n = 0;
    const char *got;

    for (size_t i = 0; i < asked.len && n + 3 < sizeof(question); i++) {
        if (asked.len - i > 3 && memcmp(asked.p + i, " | ", 3) == 0) {
            question[n++] = '\n';
            i += 2;
        } else {
            question[n++] = asked.p[i];
        }
    }
    memcpy(question + n, "\n\n", 3);
    desk_ask(c, question);
    for (int i = 0; i < 500 && !c->got.len; i++) { /* a worker may have to come to an end */
        usleep(1000);
        loop_fake_advance(loop, 1);
    }
    got = desk_got(c);
    if (transcript_is_same(slice_from(got, transcript_len(got, c->got.len)),
                           slice_from(answer.p, transcript_len(answer.p, answer.len))))
        return true;
    fprintf(stderr, "asked %.*s\ngot\n%sand not\n%.*s\n", SLICE_ARG(asked), got, SLICE_ARG(answer));
    return false;
}

/** Ask all of a file. @return how many answers differ; -1: there is no such file, or nothing in it */
static inline int transcript_replay(const char *path, struct desk_client *c, struct loop *loop)
{
    struct buf text;
    char *at, *next, *line;
    int wrong = 0, asked = 0;

    buf_init(&text, 1u << 20);
    at = file_read(path, &text) ? NULL : text.p;
    while (at && strncmp(at, ">>> ", 4) == 0) {
        next = strstr(at, "\n>>> ");
        line = strchr(at, '\n');
        if (!line)
            break;
        asked++;
        wrong +=
            !transcript_ask(c, loop, slice_from(at + 4, (size_t)(line - at) - 4),
                            slice_from(line + 1, next ? (size_t)(next - line) : strlen(line + 1)));
        at = next ? next + 1 : NULL;
    }
    buf_fini(&text);
    return asked ? wrong : -1;
}
