/* test_repair.c - a WAV whose writer died says again how long it is */
#include "archive/repair.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "archive/folder.h"
#include "unit.h"

enum { HEAD = 44 };

/* 16 bits, one channel, 8 kHz; sizes as given. */
static void make_head(unsigned char h[HEAD], uint32_t riff, uint32_t data)
{
    static const unsigned char plain[HEAD] = {
        'R', 'I', 'F', 'F', 0,  0, 0,   0,   'W', 'A',  'V',  'E', 'f', 'm',  't',
        ' ', 16,  0,   0,   0,  1, 0,   1,   0,   0x40, 0x1f, 0,   0,   0x80, 0x3e,
        0,   0,   2,   0,   16, 0, 'd', 'a', 't', 'a',  0,    0,   0,   0};

    memcpy(h, plain, HEAD);
    for (int i = 0; i < 4; i++) {
        h[4 + i] = (unsigned char)(riff >> (8 * i));
        h[40 + i] = (unsigned char)(data >> (8 * i));
    }
}

static int repaired(const unsigned char *head, size_t len, size_t sound, struct repair_result *r,
                    unsigned char after[HEAD])
{
    char dir[] = "/tmp/station-repair-XXXXXX", path[64];
    static const char zeros[20000];
    int folder = -1, fd, err = mkdtemp(dir) ? folder_open(&folder, dir) : errno;

    snprintf(path, sizeof(path), "%s/a.wav", dir);
    fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (err || fd < 0 || write(fd, head, len) < 0 || write(fd, zeros, sound) < 0)
        err = EIO;
    if (!err)
        err = repair_file(folder, "a.wav", r);
    if (!err && pread(fd, after, HEAD, 0) < 0)
        err = EIO;
    close(fd);
    close(folder);
    unlink(path);
    rmdir(dir);
    return err;
}

static int sizes_become_those_of_the_file(void)
{
    static const struct {
        uint32_t riff, data;
        size_t sound;
        bool is_fixed;
        uint32_t ms;
    } cases[] = {
        {36 + 16000, 16000, 16000, false, 1000}, /* whole */
        {36 + 8000, 8000, 16000, true, 1000},    /* header of an earlier sync */
        {36 + 16000, 16000, 8000, true, 500},    /* what it claims never reached the disk */
        {0, 0, 16001, true, 1000},               /* never written; half a frame */
        {36, 0, 0, false, 0},                    /* nothing was said */
        {36 + 8000 + 8, 8000, 8008, false, 500}, /* another chunk behind the sound */
    };
    unsigned char head[HEAD], after[HEAD], want[HEAD];
    struct repair_result r;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const uint32_t sound = (uint32_t)cases[i].sound & ~1u;

        make_head(head, cases[i].riff, cases[i].data);
        CHECK_OK(repaired(head, HEAD, cases[i].sound, &r, after));
        CHECK(r.is_fixed == cases[i].is_fixed && r.ms == cases[i].ms);
        make_head(want, 36 + sound, sound);
        CHECK(!r.is_fixed || memcmp(after, want, HEAD) == 0);
        CHECK(r.is_fixed || memcmp(after, head, HEAD) == 0);
    }
    return 0;
}

static int others_are_left_alone(void)
{
    unsigned char head[HEAD], after[HEAD];
    struct repair_result r;

    CHECK_OK(repaired((const unsigned char *)"raw sound", 9, 100, &r, after));
    CHECK(!r.is_fixed && r.bytes == 109);
    CHECK_OK(repaired((const unsigned char *)"RIFF", 4, 0, &r, after));
    CHECK(!r.is_fixed && r.bytes == 4);
    make_head(head, 36, 0);
    CHECK(repaired(head, 36, 0, &r, after) == EBADMSG); /* the power went before it had sound */
    head[32] = head[33] = 0;
    CHECK(repaired(head, HEAD, 10, &r, after) == EBADMSG);
    return 0;
}

UNIT_TESTS(UNIT_ONCE(sizes_become_those_of_the_file), UNIT_ONCE(others_are_left_alone))
