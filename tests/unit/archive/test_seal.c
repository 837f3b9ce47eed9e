/* test_seal.c - a signature is of one text and one key, which is made once */
#include "archive/seal.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "unit.h"

static int a_seal_is_of_its_text(void)
{
    char dir[] = "/tmp/station-seal-XXXXXX", path[64], other[64], made[SEAL_TEXT];
    struct seal_key *key = NULL, *again = NULL, *stranger = NULL;
    struct stat st;
    int err = mkdtemp(dir) ? 0 : errno;

    snprintf(path, sizeof(path), "%s/a.key", dir);
    snprintf(other, sizeof(other), "%s/b.key", dir);
    CHECK_OK_TO(seal_key_open(&key, path), out);
    CHECK_TO(stat(path, &st) == 0 && (st.st_mode & 0777) == 0600, out);
    CHECK_OK_TO(seal_sign(key, SLICE("2026-11-23 5"), made), out);
    CHECK_OK_TO(seal_key_open(&again, path), out);
    CHECK_OK_TO(seal_key_open(&stranger, other), out);
    CHECK_TO(seal_is_of(again, SLICE("2026-11-23 5"), slice_of(made)), out);
    CHECK_TO(!seal_is_of(again, SLICE("2026-11-23 6"), slice_of(made)), out);
    CHECK_TO(!seal_is_of(stranger, SLICE("2026-11-23 5"), slice_of(made)), out);
    CHECK_TO(!seal_is_of(again, SLICE("2026-11-23 5"), SLICE("ab")), out);
    made[5] = 'x';
    CHECK_TO(!seal_is_of(again, SLICE("2026-11-23 5"), slice_of(made)), out);
out:
    mem_deref(key);
    mem_deref(again);
    mem_deref(stranger);
    unlink(path);
    unlink(other);
    rmdir(dir);
    return err;
}

UNIT_TESTS(UNIT(a_seal_is_of_its_text))
