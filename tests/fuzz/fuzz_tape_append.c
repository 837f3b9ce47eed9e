/* fuzz_tape_append.c - what a recording is appended to: the first byte chooses format and channels, the rest is the file that
 * is there. It is refused and stays as it was, or the recording stands behind what was there and can be read back */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "media/tape_file.h"
#include "media/wav.h"

#define MORE 800 /* frames */

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static char folder[64], path[128];

static void leave(void)
{
    unlink(path);
    rmdir(folder);
}

static const char *begin(uint8_t choice)
{
    static const char *const names[] = {"a.wav", "a.wav16", "a.WAV", "a.gsm", "a.sln", "a.ulaw"};
    const char *name = names[choice % (sizeof(names) / sizeof(names[0]))];

    if (!folder[0]) {
        strcpy(folder, "/tmp/station-fuzz-XXXXXX");
        if (!mkdtemp(folder))
            abort();
        atexit(leave);
    }
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    return name;
}

static void put(const uint8_t *bytes, size_t len)
{
    FILE *f = fopen(path, "wb");

    if (!f || fwrite(bytes, 1, len, f) != len || fclose(f))
        abort();
}

/* @return is the file those bytes? */
static bool is_still(const uint8_t *bytes, size_t len)
{
    uint8_t *now = NULL;
    size_t have = 0;
    bool is_same = !wav_read_file(&now, &have, path) && have == len && !memcmp(now, bytes, len);

    mem_free(now);
    return is_same;
}

static uint64_t size_now(void)
{
    struct stat st;

    return stat(path, &st) ? 0 : (uint64_t)st.st_size;
}

static void append(struct tape_file *f)
{
    static const int16_t sound[2 * MORE];
    const uint64_t before = tape_file_frames(f);

    if (tape_file_write(f, sound, MORE) || tape_file_finish(f, 0))
        abort();
    /* GSM fills its last frame. */
    if (tape_file_frames(f) < before + MORE || tape_file_frames(f) > before + MORE + 320)
        abort();
    if (tape_file_bytes(f) != size_now())
        abort();
}

/* Its header says what is there: a plain one is read by our own reader to the last sample. */
static void read_back(uint64_t frames)
{
    const uint8_t *samples;
    uint8_t *file = NULL;
    size_t len, count;

    if (wav_read_file(&file, &len, path))
        abort();
    if (wav_parse_plain(file, len, &samples, &count) || count != frames)
        abort();
    mem_free(file);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    const struct tape_file_args args = {.is_stereo = len && bytes[0] & 0x80, .is_append = true};
    struct tape_file *f = NULL;
    const char *name;
    int err;

    if (!len)
        return 0;
    name = begin(bytes[0] & 0x7f);
    put(bytes + 1, len - 1);
    err = tape_file_open(&f, folder, slice_of(name), &args);
    if (err && (err != EINVAL || !is_still(bytes + 1, len - 1)))
        abort();
    if (!err) {
        append(f);
        if (!strcmp(name, "a.wav") && !args.is_stereo)
            read_back(tape_file_frames(f));
    }
    tape_file_close(f);
    unlink(path);
    return 0;
}
