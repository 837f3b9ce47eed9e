/* test_folder.c - no name leads out of the folder of recordings; a file is there when it is whole */
#include "archive/folder.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "unit.h"

static int made_folder(char path[64], int *fd)
{
    snprintf(path, 64, "/tmp/station-folder-XXXXXX");
    return mkdtemp(path) ? folder_open(fd, path) : errno;
}

static void forget(const char *path, int fd)
{
    char command[100];

    close(fd);
    snprintf(command, sizeof(command), "rm -rf %s", path);
    if (system(command) != 0)
        fprintf(stderr, "%s stays\n", path);
}

static int names_are_plain(void)
{
    static const struct {
        const char *name;
        int err;
    } cases[] = {
        {"a.wav", 0},       {"2026/11/a.wav", 0}, {"..a/b..", 0},        {"", EINVAL},
        {"/etc/x", EINVAL}, {"../x", EINVAL},     {"a/../../x", EINVAL}, {"a//b", EINVAL},
        {"./a", EINVAL},    {"a/", EINVAL},       {"a\nb", EINVAL},      {"a/..", EINVAL},
    };
    char longest[FOLDER_NAME_MAX + 2];

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        CHECK(folder_name_check(slice_of(cases[i].name)) == cases[i].err);
    memset(longest, 'x', sizeof(longest));
    CHECK(folder_name_check(slice_from(longest, sizeof(longest))) == ENAMETOOLONG);
    return 0;
}

static int links_are_not_followed(void)
{
    char path[64], name[100];
    int fd = -1, file, err = made_folder(path, &fd);

    CHECK_TO(!err, out);
    snprintf(name, sizeof(name), "%s/link", path);
    CHECK_TO(symlink("/etc/passwd", name) == 0, out);
    snprintf(name, sizeof(name), "%s/away", path);
    CHECK_TO(symlink("/etc", name) == 0, out);
    snprintf(name, sizeof(name), "%s/pipe", path);
    CHECK_TO(mkfifo(name, 0600) == 0, out);
    CHECK_TO(folder_file(&file, fd, "link") == EACCES, out);
    CHECK_TO(folder_file(&file, fd, "away/passwd") == EACCES, out);
    CHECK_TO(folder_file(&file, fd, "pipe") == EACCES, out);
    CHECK_TO(folder_file(&file, fd, "../station") == EINVAL, out);
    CHECK_TO(folder_file(&file, fd, "none") == ENOENT, out);
    CHECK_TO(folder_remove(fd, "away/passwd") == EACCES, out);
    CHECK_TO(access("/etc/passwd", F_OK) == 0, out);
out:
    forget(path, fd);
    return err;
}

static int count_files(const char *name, const struct stat *st, void *arg)
{
    char *names = arg;

    strcat(names, name);
    strcat(names, folder_is_temporary(name) ? "*;" : ";");
    return 0;
}

static int a_file_appears_when_it_is_whole(void)
{
    char path[64], names[1000] = "", name[100];
    struct folder_new n;
    int fd = -1, file = -1, err = made_folder(path, &fd);

    CHECK_TO(!err, out);
    snprintf(name, sizeof(name), "%s/in", path);
    CHECK_TO(mkdir(name, 0700) == 0, out);
    CHECK_OK_TO(folder_new_begin(&n, fd, "in/a.mp3"), out);
    CHECK_TO(write(n.fd, "half", 4) == 4, out);
    CHECK_TO(folder_file(&file, fd, "in/a.mp3") == ENOENT, out);
    CHECK_OK_TO(folder_walk(fd, count_files, names), out);
    CHECK_TO(strncmp(names, "in/.a.mp3.", 10) == 0 && strstr(names, ".part*;"), out);
    CHECK_OK_TO(folder_new_keep(&n), out);
    folder_new_drop(&n);
    CHECK_OK_TO(folder_file(&file, fd, "in/a.mp3"), out);
    close(file);
    names[0] = '\0';
    CHECK_OK_TO(folder_new_begin(&n, fd, "in/b.mp3"), out);
    folder_new_drop(&n);
    CHECK_OK_TO(folder_walk(fd, count_files, names), out);
    CHECK_TO(strcmp(names, "in/a.mp3;") == 0, out);
    CHECK_OK_TO(folder_remove(fd, "in/a.mp3"), out);
out:
    forget(path, fd);
    return err;
}

UNIT_TESTS(UNIT(names_are_plain), UNIT_ONCE(links_are_not_followed),
           UNIT_ONCE(a_file_appears_when_it_is_whole))
