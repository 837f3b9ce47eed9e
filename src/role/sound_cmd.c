/*
 * role/sound_cmd.c - `station sound`: the console's commands sound; convert takes a file from anywhere
 *
 * The engine may not read what lies elsewhere: the file is copied into the folder of uploads first.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/clip.h"
#include "base/mem.h"
#include "base/rand.h"
#include "role/command.h"
#include "role/role.h"
#include "role/sounds.h"

enum { WORDS_MOST = 16, PART = 65536 };

struct sound_cmd {
    const char *state, *file, *name, *folder, *level;
    bool replaces;
};

static int copy(int from, int to)
{
    char *part = mem_zalloc(PART);
    ssize_t n = part ? 0 : -1;

    while (part && (n = read(from, part, PART)) > 0)
        if (write(to, part, (size_t)n) != n) {
            n = -1;
            errno = errno ? errno : ENOSPC;
            break;
        }
    mem_free(part);
    return n < 0 ? errno : fsync(to) ? errno : 0;
}

/* For the children of the runner, which are in the group: the folder hands its own on. */
static int put_upload(const struct sound_cmd *s, int from, const char *upload)
{
    char path[PATH_MAX];
    int to, err = snprintf(path, sizeof(path), "%s/%s/%s", s->state, ROLE_UPLOADS_DIR, upload) <
                          (int)sizeof(path)
                      ? 0
                      : ENAMETOOLONG;

    if (err)
        return err;
    to = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0660);
    if (to < 0)
        return errno;
    err = fchmod(to, 0660) ? errno : copy(from, to);
    close(to);
    if (err)
        unlink(path);
    return err;
}

static int check(const struct sound_cmd *s, int from)
{
    const char *why = sounds_name_why(s->folder, s->name, command_is_russian());
    struct stat st;

    if (why)
        return command_fail("%s", why);
    if (fstat(from, &st) || !S_ISREG(st.st_mode))
        return command_fail("%s: %s", s->file,
                            command_say("это не простой файл", "not a plain file"));
    if (st.st_size > CLIP_BYTES_MAX)
        return command_fail("%s: %s", s->file,
                            command_say("больше 512 МиБ: сохраните как FLAC или MP3",
                                        "larger than 512 MiB: save it as FLAC or MP3"));
    return 0;
}

/* For one word of the console's line. */
static void put_original(char *out, size_t size, const char *file)
{
    const char *last = strrchr(file, '/');
    size_t n = 0;

    for (last = last ? last + 1 : file; *last && n + 1 < size; last++)
        out[n++] = (unsigned char)*last <= ' ' || *last == '"' ? '_' : *last;
    out[n] = '\0';
}

static int ask(const struct sound_cmd *s, const char *upload)
{
    char original[200], name[160], original_word[220], upload_word[60], folder[60], level[20];
    char convert[] = "convert", replace[] = "--replace", state_word[] = "--state",
         sound[] = "sound";
    char *argv[WORDS_MOST] = {sound,   state_word,  (char *)(uintptr_t)s->state,
                              convert, upload_word, name,
                              folder,  level,       original_word};
    int argc = 9;

    put_original(original, sizeof(original), s->file);
    snprintf(upload_word, sizeof(upload_word), "--upload=%s", upload);
    snprintf(name, sizeof(name), "\"--name=%s\"", s->name);
    snprintf(folder, sizeof(folder), "--folder=%s", s->folder);
    snprintf(level, sizeof(level), "--level=%s", s->level);
    snprintf(original_word, sizeof(original_word), "--original=%s", original);
    if (s->replaces)
        argv[argc++] = replace;
    return ctl_sound(argc, argv);
}

static int run_convert(const struct sound_cmd *s)
{
    char upload[37];
    int from = open(s->file, O_RDONLY | O_CLOEXEC | O_NONBLOCK), code, err;

    if (from < 0)
        return command_fail("%s: %s", s->file, strerror(errno));
    code = check(s, from);
    if (code)
        goto out;
    rand_uuid(upload);
    err = put_upload(s, from, upload);
    if (err)
        code = command_fail(
            command_say(
                "файл не скопирован в %s/%s: %s (станция запускалась? хватает прав и места?)",
                "cannot copy the file into %s/%s: %s (was the station ever run? enough rights, "
                "and room?)"),
            s->state, ROLE_UPLOADS_DIR, strerror(err));
    else
        code = ask(s, upload);
out:
    close(from);
    return code;
}

static int parse(struct sound_cmd *s, int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "convert") == 0)
            continue;
        if (strcmp(argv[i], "--replace") == 0)
            s->replaces = true;
        else if (!command_option(argc, argv, &i, "state", &s->state) &&
                 !command_option(argc, argv, &i, "file", &s->file) &&
                 !command_option(argc, argv, &i, "name", &s->name) &&
                 !command_option(argc, argv, &i, "folder", &s->folder) &&
                 !command_option(argc, argv, &i, "level", &s->level))
            return EINVAL;
    }
    return s->file && s->name && s->state && s->folder && s->level ? 0 : EINVAL;
}

static bool names_file(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "--file") == 0 || strncmp(argv[i], "--file=", 7) == 0)
            return true;
    return false;
}

int cmd_sound(int argc, char **argv)
{
    struct sound_cmd s = {.state = STATION_STATE_DIR, .folder = "", .level = "keep"};
    char *name;
    int code;

    if (!names_file(argc, argv))
        return ctl_sound(argc, argv);
    if (parse(&s, argc, argv))
        return command_usage("sound");
    name = mem_strdup(s.name);
    if (!name)
        return command_fail("%s", strerror(ENOMEM));
    sounds_name_trim(name);
    s.name = name;
    code = run_convert(&s);
    mem_free(name);
    return code;
}
