/*
 * corpus.c - run a fuzz harness over the files of a folder, as a test
 *
 * Each file goes in whole, then cut after every byte of its first 2,000, then with single bytes
 * changed: cheap, repeatable, and without a fuzzer's compiler. The last line is "N passed, N
 * failed"; a crash of the harness ends the program without it.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

/* A copy of its own for each run, so that the sanitizer sees every byte read too far. */
static void run(const uint8_t *bytes, size_t len)
{
    uint8_t *copy = malloc(len ? len : 1);

    if (!copy)
        abort();
    if (len)
        memcpy(copy, bytes, len);
    LLVMFuzzerTestOneInput(copy, len);
    free(copy);
}

static void run_changed(uint8_t *bytes, size_t len)
{
    static const uint8_t odd[] = {0, '\n', '\r', ' ', '"', ':', ';', '<', '0', 0x7f, 0x80, 0xff};

    for (size_t i = 0; i < len; i += 1 + len / 500) {
        uint8_t was = bytes[i];

        bytes[i] = odd[i % sizeof(odd)];
        run(bytes, len);
        bytes[i] = was;
    }
}

static int run_file(const char *dir, const char *name)
{
    static uint8_t bytes[1 << 17];
    char path[4096];
    size_t len;
    FILE *f;

    snprintf(path, sizeof(path), "%s/%s", dir, name);
    f = fopen(path, "rb");
    if (!f) {
        perror(path);
        return 1;
    }
    len = fread(bytes, 1, sizeof(bytes), f);
    fclose(f);
    run(bytes, len);
    for (size_t n = 0; n < len && n < 2000; n++)
        run(bytes, n);
    run_changed(bytes, len);
    return 0;
}

int main(int argc, char **argv)
{
    unsigned passed = 0, failed = 0;
    struct dirent *e;
    DIR *d;

    log_set_stderr(false);
    d = argc > 1 ? opendir(argv[1]) : NULL;
    if (!d) {
        fprintf(stderr, "corpus: no folder %s\n", argc > 1 ? argv[1] : "given");
        return 1;
    }
    while ((e = readdir(d)) != NULL)
        if (e->d_name[0] != '.')
            *(run_file(argv[1], e->d_name) ? &failed : &passed) += 1;
    closedir(d);
    printf("%u passed, %u failed\n", passed, failed);
    return failed || !passed;
}
