/* fuzz_tape_name.c - names of recordings from outside: the bytes are a name. Whatever it is, nothing is made outside of the
 * folder, and a name that is taken makes one plain file of that name */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/slice.h"
#include "ipc/recorded.h"
#include "media/tape_file.h"
#include "media/tape_name.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

/* root/in is the folder of recordings; root is empty but for it. */
static char root[64], folder[72];

static void leave(void)
{
    rmdir(folder);
    rmdir(root);
}

static void begin(void)
{
    if (root[0])
        return;
    strcpy(root, "/tmp/station-fuzz-XXXXXX");
    if (!mkdtemp(root))
        abort();
    snprintf(folder, sizeof(folder), "%s/in", root);
    if (mkdir(folder, 0700))
        abort();
    atexit(leave);
}

static bool is_empty_but_for(const char *path, nlink_t folders)
{
    struct stat st;

    return !stat(path, &st) && st.st_nlink == 2 + folders;
}

/* The file of that name is there, and the folders on the way are removed again. */
static void take_back(struct slice name)
{
    char path[1024], *slash;
    struct stat st;

    snprintf(path, sizeof(path), "%s/%.*s", folder, SLICE_ARG(name));
    if (lstat(path, &st) || !S_ISREG(st.st_mode))
        abort();
    if (tape_name_remove(folder, name) || !lstat(path, &st))
        abort();
    while ((slash = strrchr(path, '/')) > path + strlen(folder)) {
        *slash = '\0';
        if (rmdir(path))
            abort();
    }
}

/* A part that is too long is found on the way: folders before it were made. */
static void tidy(struct slice name)
{
    char path[1024], *slash;

    snprintf(path, sizeof(path), "%s/%.*s", folder, SLICE_ARG(name));
    while ((slash = strrchr(path, '/')) > path + strlen(folder)) {
        *slash = '\0';
        (void)rmdir(path);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    const struct tape_file_args args = {.is_append = len & 1};
    const struct slice given = slice_from((const char *)bytes, len);
    const struct slice name = recorded_below(given);
    struct tape_file *f = NULL;
    int err;

    begin();
    err = tape_file_open(&f, folder, name, &args);
    if (err ? f != NULL : !f)
        abort();
    if (!err) {
        if (tape_name_check(name) || !tape_format_of(name))
            abort();
        tape_file_close(f);
        take_back(name);
    } else if (!tape_name_check(name)) {
        tidy(name);
    }
    if (!is_empty_but_for(root, 1) || !is_empty_but_for(folder, 0))
        abort();
    return 0;
}
