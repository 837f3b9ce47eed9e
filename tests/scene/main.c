/* main.c - the scene player: an argument is a script or a directory of them (GRAMMAR.md) */
#include <dirent.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "client.h"
#include "far_media.h"
#include "ua.h"

#define JOURNAL_BYTES (8 << 20)
#define START ((struct wall){1700000000000000}) /* 2023-11-14 22:13:20 UTC */

static uint64_t only_kill_at; /* one play alone, by hand */

int scene_fail(struct scene *s, const char *fmt, ...)
{
    va_list ap;

    if (s->why[0])
        return 1;
    va_start(ap, fmt);
    vsnprintf(s->why, sizeof(s->why), fmt, ap);
    va_end(ap);
    return 1;
}

static void on_log(enum log_level level, const char *line, void *arg)
{
    struct scene *s = arg;

    buf_printf(&s->log, "%s\n", line);
    if (s->is_verbose)
        printf("           %s\n", line);
}

/* ---- the script ---- */

static int read_script(struct scene *s)
{
    FILE *in = fopen(s->path, "r");
    char *line = NULL;
    size_t room = 0;
    ssize_t n;

    if (!in)
        return scene_fail(s, "cannot be read");
    while ((n = getline(&line, &room, in)) >= 0) {
        s->lines = realloc(s->lines, (s->count + 1) * sizeof(*s->lines));
        while (n && (line[n - 1] == '\n' || line[n - 1] == ' '))
            line[--n] = '\0';
        s->lines[s->count++] = strdup(line);
    }
    free(line);
    fclose(in);
    return 0;
}

static int sound(struct scene *s, const char *line)
{
    char name[200], length[40];

    if (sscanf(line, "%199s %39s", name, length) != 2)
        return scene_fail(s, "a sound is: NAME SECONDS, or NAME missing");
    return far_media_sound(s->media, name,
                           strcmp(length, "missing") == 0 ? -1 : (int64_t)(atof(length) * 1000));
}

static int prepare_line(struct scene *s, const char *block, char *line)
{
    if (strcmp(block, "[phones]") == 0)
        return office_phone(s, line, false);
    if (strcmp(block, "[trunks]") == 0)
        return office_phone(s, line, true);
    if (strcmp(block, "[managers]") == 0)
        return client_alloc(s, line);
    if (strcmp(block, "[routing]") == 0)
        return office_routing(s, line);
    if (strcmp(block, "[sounds]") == 0)
        return sound(s, line);
    if (strcmp(block, "[sql]") == 0)
        return office_sql(s, line);
    if (strcmp(block, "[kills]") == 0)
        return sscanf(line, "every %u ms", &s->kill_every) == 1 && s->kill_every
                   ? 0
                   : scene_fail(s, "kills are: every N ms");
    return scene_fail(s, "no block has begun, or one that nobody knows");
}

/* Everything before [story]. Lines are copied: what is made of them takes them apart. */
static int prepare(struct scene *s)
{
    const char *block = "";

    for (; s->line < s->count; s->line++) {
        char *line = s->lines[s->line], copy[2000];

        if (!*line || *line == '#')
            continue;
        if (strcmp(line, "[story]") == 0) {
            s->line++;
            return 0;
        }
        if (line[0] == '[' && line[1] != '[') {
            block = line;
            continue;
        }
        snprintf(copy, sizeof(copy), "%s", line);
        if (prepare_line(s, block, copy))
            return 1;
    }
    return scene_fail(s, "there is no [story]");
}

/* ---- the station ---- */

static int start(struct scene *s, struct ipc *media)
{
    struct engine_args args = {.loop = s->loop,
                               .net = s->net,
                               .dns = s->dns,
                               .state = s->state,
                               .media_ipc = media,
                               .journal_fd = dup(s->journal_fd)};
    const char *why = "";
    int err = engine_alloc(&s->engine, &args, &why);

    if (err)
        return scene_fail(s, "the station does not start: %s (%s)", why, strerror(err));
    for (int i = 0; i < 100 && !engine_is_ready(s->engine); i++)
        loop_fake_advance(s->loop, 1);
    return engine_is_ready(s->engine) ? 0 : scene_fail(s, "the station does not get ready");
}

static int new_journal(struct scene *s, int *fd)
{
    *fd = memfd_create("journal", MFD_CLOEXEC);
    if (*fd < 0 || ftruncate(*fd, JOURNAL_BYTES))
        return scene_fail(s, "no memory for the journal");
    return 0;
}

int scene_start(struct scene *s)
{
    struct ipc *media = NULL;

    if (s->journal_fd < 0 && new_journal(s, &s->journal_fd))
        return 1;
    if (far_media_attach(s->media, &media))
        return scene_fail(s, "no memory");
    return start(s, media);
}

int scene_take_over(struct scene *s)
{
    struct ipc *media = NULL;

    if (far_media_reattach(s->media, &media))
        return scene_fail(s, "no memory");
    return start(s, media);
}

static void on_stopped(void *arg)
{
    *(bool *)arg = true;
}

int scene_stop(struct scene *s)
{
    bool stopped = false;

    if (!s->engine)
        return 0;
    engine_stop(s->engine, on_stopped, &stopped);
    for (int i = 0; i < 200 && !stopped; i++)
        loop_fake_advance(s->loop, 10);
    s->engine = mem_deref(s->engine);
    loop_fake_settle(s->loop);
    return stopped ? 0 : scene_fail(s, "the station does not stop");
}

/* What the dead engine's memory held at that moment; the rest of it goes on being taken down. */
static int keep_journal(struct scene *s)
{
    int old = s->journal_fd, err = new_journal(s, &s->journal_fd);
    off_t from = 0;

    if (!err && sendfile(s->journal_fd, old, &from, JOURNAL_BYTES) != JOURNAL_BYTES)
        err = scene_fail(s, "the journal cannot be copied");
    close(old);
    return err;
}

int scene_kill(struct scene *s)
{
    bool stopped = false;
    struct addr station;

    if (keep_journal(s))
        return 1;
    addr_parse(&station, SLICE("127.0.0.1:5060"), 5060);
    net_fake_mute(s->net, &station);
    engine_play_dead(s->engine);
    far_media_orphan(s->media);
    engine_stop(s->engine, on_stopped, &stopped);
    loop_fake_settle(s->loop);
    s->engine = mem_deref(s->engine);
    loop_fake_settle(s->loop);
    net_fake_mute(s->net, NULL);
    return 0;
}

static int open_world(struct scene *s)
{
    int err = loop_alloc_fake(&s->loop, START);

    if (!err)
        err = net_fake_alloc(&s->net, s->loop);
    if (!err)
        err = dns_fake_alloc(&s->dns, s->loop);
    if (!err)
        err = far_media_alloc(&s->media, s);
    return err ? scene_fail(s, "no memory") : 0;
}

static int open_uas(struct scene *s)
{
    struct addr a;
    struct ua *u;

    addr_parse(&a, SLICE("127.0.3.1:5060"), 5060);
    if (ua_alloc(&u, s, "stranger", false, &a))
        return 1;
    u->is_stranger = true;
    LIST_FOREACH(&s->uas, k)
    {
        if (ua_open(CONTAINER_OF(k, struct ua, link)))
            return scene_fail(s, "a phone cannot open its socket");
    }
    return 0;
}

static void close_world(struct scene *s)
{
    office_close(s);
    client_free_all(s);
    ua_free_all(s);
    if (s->loop)
        loop_fake_advance(s->loop, 100);
    mem_deref(s->media);
    mem_deref(s->dns);
    mem_deref(s->net);
    mem_deref(s->loop);
    if (s->journal_fd >= 0)
        close(s->journal_fd);
    buf_fini(&s->log);
    buf_fini(&s->console);
    for (unsigned i = 0; i < s->count; i++)
        free(s->lines[i]);
    free(s->lines);
}

static long count_records(struct scene *s)
{
    struct buf b;
    long n;

    buf_init(&b, 64);
    office_value(s, "SELECT count(*) FROM cdr", &b);
    n = atol(buf_z(&b));
    buf_fini(&b);
    return n;
}

/* What the plays with a kill have to know of the one without. */
struct outcome {
    unsigned kill_every;
    uint64_t passed;
    long records;
};

static int play(const char *path, bool is_verbose, uint64_t kill_at, struct outcome *o)
{
    struct scene s = {.path = path, .is_verbose = is_verbose, .journal_fd = -1, .kill_at = kill_at};
    uint64_t blocks = mem_count();
    int bad;

    list_init(&s.uas);
    list_init(&s.clients);
    buf_init(&s.log, 1 << 20);
    buf_init(&s.console, 1 << 20);
    log_set_sink(on_log, &s);
    bad = open_world(&s) || office_open(&s) || read_script(&s) || prepare(&s) || open_uas(&s) ||
          scene_start(&s) || scene_play(&s) || (kill_at && scene_check_end(&s, o->records));
    if (!kill_at)
        *o = (struct outcome){s.kill_every, s.passed, bad ? 0 : count_records(&s)};
    if (!bad) {
        s.line = s.count ? s.count - 1 : 0;
        bad = scene_stop(&s);
    }
    if (bad && kill_at)
        printf("FAILED %s, killed after %llu ms: %s\n", path, (unsigned long long)kill_at, s.why);
    else if (bad)
        printf("FAILED %s:%u: %s\n    %s\n", path, s.line + 1,
               s.line < s.count ? s.lines[s.line] : "", s.why);
    fflush(stdout); /* an engine that dies with calls may not come back from it */
    s.engine = mem_deref(s.engine);
    close_world(&s);
    log_set_sink(NULL, NULL);
    if (!bad && mem_count() != blocks) {
        printf("FAILED %s: %lld blocks of memory are left over\n", path,
               (long long)(mem_count() - blocks));
        bad = 1;
    }
    return bad;
}

static int play_with_kills(const char *path, bool is_verbose)
{
    struct outcome o = {0};
    int bad = play(path, is_verbose, only_kill_at, &o);

    for (uint64_t at = 1; !bad && o.kill_every && at < o.passed; at += o.kill_every)
        bad = play(path, is_verbose, at, &o);
    return bad;
}

/* In a process of its own: a scene that crashes is one failed scene. */
static int play_apart(const char *path, bool is_verbose)
{
    int status = 0;
    pid_t pid;

    fflush(stdout);
    pid = fork();
    if (pid == 0) {
        int bad = play_with_kills(path, is_verbose);

        fflush(stdout);
        exit(bad);
    }
    if (pid < 0 || waitpid(pid, &status, 0) != pid)
        return 1;
    if (!WIFEXITED(status) || WEXITSTATUS(status) > 1)
        printf("FAILED %s: crashed\n", path);
    return status != 0;
}

struct tally {
    unsigned passed, failed;
    bool is_verbose;
};

static void play_file(struct tally *t, const char *path)
{
    if (play_apart(path, t->is_verbose))
        t->failed++;
    else
        t->passed++;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int is_scene(const struct dirent *e)
{
    const char *dot = strrchr(e->d_name, '.');

    return dot && strcmp(dot, ".scene") == 0;
}

/* A script, or every script of a directory. */
static void play_all(struct tally *t, const char *path)
{
    struct dirent **names = NULL;
    int n = scandir(path, &names, is_scene, by_name);

    if (n < 0)
        play_file(t, path);
    for (int i = 0; i < n; i++) {
        char file[600];

        snprintf(file, sizeof(file), "%s/%s", path, names[i]->d_name);
        play_file(t, file);
        free(names[i]);
    }
    free(names);
}

int main(int argc, char **argv)
{
    struct tally t = {0};

    setenv("TZ", "UTC", 1);
    log_init("engine", LOG_DEBUG);
    log_set_stderr(false);
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "-v") == 0)
            t.is_verbose = true;
        else if (strcmp(argv[i], "--kill-at") == 0 && i + 1 < argc)
            only_kill_at = strtoull(argv[++i], NULL, 10);
        else
            play_all(&t, argv[i]);
    }
    printf("%u passed, %u failed\n", t.passed, t.failed);
    return t.failed || !t.passed ? 1 : 0;
}
