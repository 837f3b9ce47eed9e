/* Call files: what they say, and what becomes of them in the folder. */
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fixture.h"
#include "plan/callfile.h"
#include "plan/outgoing.h"

static int parse(struct callfile *f, char *text, const char *from, int *line)
{
    snprintf(text, CALLFILE_MAX, "%s", from);
    return callfile_parse(f, text, line);
}

static int every_line_is_read(void)
{
    static char text[CALLFILE_MAX];
    struct callfile f;
    int line;

    CHECK_OK(parse(&f, text,
                   "# made by hand\nChannel: PJSIP/101\nCallerID: \"Anna B\" <205>\nMaxRetries: 2\n"
                   "retrytime: 60\nWaitTime: 20\nContext: office\nExtension: 700\nPriority: 3\n"
                   "Account: acc\nCodecs: alaw,ulaw\nSet: A=1=2\nSetvar: __B=\nArchive: yes\n"
                   "AlwaysDelete: no\nEarlyMedia: yes\n; the end\n\nStartRetry: 1 1 (5)\r\n",
                   &line));
    CHECK(line == 0 && strcmp(f.channel, "PJSIP/101") == 0);
    CHECK(strcmp(f.caller_name, "Anna B") == 0 && strcmp(f.caller_number, "205") == 0);
    CHECK(f.max_retries == 2 && f.retry_s == 60 && f.wait_s == 20 && f.tries == 1);
    CHECK(strcmp(f.context, "office") == 0 && strcmp(f.exten, "700") == 0 && f.priority == 3);
    CHECK(strcmp(f.account, "acc") == 0 && strcmp(f.codecs, "alaw,ulaw") == 0);
    CHECK(f.var_count == 2 && strcmp(f.vars[0].value, "1=2") == 0 && !*f.vars[1].value);
    CHECK(f.archives && f.keeps_future && f.with_early_media);
    return 0;
}

static int wrong_lines_are_named_and_passed_over(void)
{
    static char text[CALLFILE_MAX];
    struct callfile f;
    int line;

    CHECK_OK(parse(&f, text,
                   "Channel: PJSIP/101\nApplication: Playback\nData: hello\nnonsense\nFoo: 1\n"
                   "MaxRetries: x\n",
                   &line));
    CHECK(line == 4 && f.max_retries == 0 && f.retry_s == 300 && f.wait_s == 45 && f.priority == 1);
    CHECK(strcmp(f.app, "Playback") == 0 && strcmp(f.app_data, "hello") == 0);
    CHECK(parse(&f, text, "Application: Playback\n", &line) == EINVAL);
    CHECK(parse(&f, text, "Channel: PJSIP/101\n", &line) == EINVAL);
    CHECK(parse(&f, text, "Channel: nonsense\nApplication: NoOp\n", &line) == EINVAL);
    CHECK(parse(&f, text, "", &line) == EINVAL);
    return 0;
}

/* ---- the folder ---- */

struct folder {
    struct world w;
    struct outgoing *o;
    char dir[64];
};

static int folder_init(struct folder *f)
{
    int err;

    f->o = NULL;
    snprintf(f->dir, sizeof(f->dir), "/tmp/station-outgoing-XXXXXX");
    if (!mkdtemp(f->dir))
        return errno;
    err = world_init(&f->w);
    if (!err)
        err = world_route(&f->w, "[main]\n700,1,Note(700 ${CALLERID(num)} ${X})\n");
    if (!err)
        err = outgoing_alloc(&f->o, f->w.core, f->dir);
    return err;
}

static void folder_fini(struct folder *f)
{
    char command[128];

    mem_deref(f->o);
    world_fini(&f->w);
    snprintf(command, sizeof(command), "rm -rf %s", f->dir);
    if (system(command))
        fprintf(stderr, "%s\n", command);
}

/* Put a file there, dated seconds after the fake clock's present. */
static int put(struct folder *f, const char *name, const char *text, int later_s)
{
    const int64_t at = loop_wall(f->w.loop).us / 1000000 + later_s;
    const struct timespec times[2] = {{.tv_sec = at}, {.tv_sec = at}};
    char path[256];
    int fd;

    snprintf(path, sizeof(path), "%s/outgoing/%s", f->dir, name);
    fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (fd < 0)
        return errno;
    if (write(fd, text, strlen(text)) < 0 || futimens(fd, times)) {
        close(fd);
        return errno;
    }
    close(fd);
    return 0;
}

static bool is_there(const struct folder *f, const char *where, const char *name)
{
    char path[256];

    snprintf(path, sizeof(path), "%s/%s/%s", f->dir, where, name);
    return access(path, F_OK) == 0;
}

static int an_answered_call_runs_and_the_file_goes(void)
{
    struct folder f;
    int err;

    err = folder_init(&f);
    CHECK_OK_TO(err, out);
    CHECK_OK_TO(
        put(&f, "a.call",
            "Channel: Test/answer\nCallerID: 205\nSet: X=y\nContext: main\nExtension: 700\n", 0),
        out);
    loop_fake_advance(f.w.loop, 5000);
    CHECK_TO(strstr(buf_z(&f.w.notes), "700 205 y;"), out);
    CHECK_TO(!is_there(&f, "outgoing", "a.call") && !is_there(&f, "outgoing_done", "a.call"), out);
out:
    folder_fini(&f);
    return err;
}

static int an_archived_file_says_how_it_ended(void)
{
    struct folder f;
    int err;

    err = folder_init(&f);
    CHECK_OK_TO(err, out);
    CHECK_OK_TO(put(&f, "b", "Channel: Test/busy\nApplication: Note\nData: no\nArchive: yes\n", 0),
                out);
    loop_fake_advance(f.w.loop, 5000);
    CHECK_TO(!is_there(&f, "outgoing", "b") && is_there(&f, "outgoing_done", "b"), out);
    CHECK_TO(!strstr(buf_z(&f.w.notes), "no;"), out);
out:
    folder_fini(&f);
    return err;
}

static int it_is_tried_again_and_then_given_up(void)
{
    struct folder f;
    int err;

    err = folder_init(&f);
    CHECK_OK_TO(err, out);
    CHECK_OK_TO(
        put(&f, "c", "Channel: Test/busy\nApplication: NoOp\nMaxRetries: 2\nRetryTime: 10\n", 0),
        out);
    for (int i = 0; i < 60; i++)
        loop_fake_advance(f.w.loop, 1000);
    CHECK_TO(!is_there(&f, "outgoing", "c"), out);
    CHECK_TO(strcmp(buf_z(&f.w.notes), "") == 0, out);
    CHECK_TO(calls_next_name(f.w.calls) == 3, out); /* channels made */
out:
    folder_fini(&f);
    return err;
}

static int the_future_is_waited_for(void)
{
    struct folder f;
    int err;

    err = folder_init(&f);
    CHECK_OK_TO(err, out);
    CHECK_OK_TO(put(&f, "d", "Channel: Test/answer\nApplication: Note\nData: now\n", 20), out);
    for (int i = 0; i < 15; i++)
        loop_fake_advance(f.w.loop, 1000);
    CHECK_TO(!strstr(buf_z(&f.w.notes), "now;") && is_there(&f, "outgoing", "d"), out);
    for (int i = 0; i < 15; i++)
        loop_fake_advance(f.w.loop, 1000);
    CHECK_TO(strstr(buf_z(&f.w.notes), "now;") && !is_there(&f, "outgoing", "d"), out);
out:
    folder_fini(&f);
    return err;
}

static int nonsense_is_removed_and_others_are_called(void)
{
    struct folder f;
    int err;

    err = folder_init(&f);
    CHECK_OK_TO(err, out);
    CHECK_OK_TO(put(&f, "bad", "Chanel Test/answer\n", 0), out);
    CHECK_OK_TO(put(&f, ".hidden", "Channel: Test/answer\nApplication: Note\nData: hidden\n", 0),
                out);
    CHECK_OK_TO(put(&f, "good", "Channel: Test/answer\nApplication: Note\nData: good\n", 0), out);
    loop_fake_advance(f.w.loop, 8000);
    CHECK_TO(strstr(buf_z(&f.w.notes), "good;") && !strstr(buf_z(&f.w.notes), "hidden;"), out);
    CHECK_TO(!is_there(&f, "outgoing", "bad") && is_there(&f, "outgoing", ".hidden"), out);
out:
    folder_fini(&f);
    return err;
}

/* Somebody writes it in its place, line by line. */
static int a_file_that_is_still_written_is_waited_for(void)
{
    struct folder f;
    int err;

    err = folder_init(&f);
    CHECK_OK_TO(err, out);
    CHECK_OK_TO(put(&f, "slow", "Channel: Test/answer\n", 0), out);
    loop_fake_advance(f.w.loop, 3000);
    CHECK_TO(is_there(&f, "outgoing", "slow"), out);
    CHECK_OK_TO(put(&f, "slow", "Channel: Test/answer\nApplication: Note\nData: slow\n", 0), out);
    loop_fake_advance(f.w.loop, 5000);
    CHECK_TO(strstr(buf_z(&f.w.notes), "slow;") && !is_there(&f, "outgoing", "slow"), out);
out:
    folder_fini(&f);
    return err;
}

/* The station ends while a file rings: the file stays, dated for a later try. */
static int the_end_keeps_the_file(void)
{
    struct folder f;
    int err;

    err = folder_init(&f);
    CHECK_OK_TO(err, out);
    CHECK_OK_TO(put(&f, "e", "Channel: Test/ring\nApplication: NoOp\n", 0), out);
    loop_fake_advance(f.w.loop, 3000);
    f.o = mem_deref(f.o);
    CHECK_TO(is_there(&f, "outgoing", "e"), out);
out:
    folder_fini(&f);
    return err;
}

UNIT_TESTS(UNIT(every_line_is_read), UNIT(wrong_lines_are_named_and_passed_over),
           UNIT_ONCE(an_answered_call_runs_and_the_file_goes),
           UNIT_ONCE(an_archived_file_says_how_it_ended),
           UNIT_ONCE(it_is_tried_again_and_then_given_up), UNIT_ONCE(the_future_is_waited_for),
           UNIT_ONCE(a_file_that_is_still_written_is_waited_for),
           UNIT_ONCE(nonsense_is_removed_and_others_are_called), UNIT_ONCE(the_end_keeps_the_file))
