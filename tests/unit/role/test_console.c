/* test_console.c - matching, help, completion, ceilings, what outlives a command */
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "role/console.h"
#include "unit.h"

struct desk {
    struct loop *loop;
    struct console_set *set;
    struct console *console;
    struct buf out;
    struct buf words;
    int done, err;
    bool is_streaming;
    char args[64]; /* of the last command */
    struct console_watch watch;
    int gone;
};

static int run_echo(struct console *c, int argc, char **argv, void *arg)
{
    struct desk *d = arg;

    d->args[0] = '\0';
    for (int i = 0; i < argc; i++)
        snprintf(d->args + strlen(d->args), sizeof(d->args) - strlen(d->args), "%s|", argv[i]);
    console_printf(c, "%s", console_say(c, "эхо", "echo"));
    return argc > 2 ? EINVAL : 0;
}

static int run_wait(struct console *c, int argc, char **argv, void *arg)
{
    return EINPROGRESS;
}

static int run_flood(struct console *c, int argc, char **argv, void *arg)
{
    for (int i = 0; i < 100000; i++)
        console_printf(c, "%099d\n", i);
    return 0;
}

static void on_gone(struct console_watch *w, void *arg)
{
    ((struct desk *)arg)->gone++;
}

static int run_trace(struct console *c, int argc, char **argv, void *arg)
{
    struct desk *d = arg;

    console_watch_start(c, &d->watch, on_gone, d);
    return 0;
}

static void complete_echo(struct console_words *w, int index, void *arg)
{
    console_offer(w, index == 0 ? "endpoint-101" : "second");
    console_offer(w, index == 0 ? "endpoint-102" : "secunda");
    console_offer(w, index == 0 ? "trunk" : "other");
}

static const struct console_command rows[] = {
    {"core show", "", "общее", "general", run_echo, NULL},
    {"core show channels", "[concise|verbose]", "каналы", "channels", run_echo, NULL},
    {"pjsip show endpoint", "NAME", "абонент", "an endpoint", run_echo, complete_echo},
    {"wait", "", "ждать", "wait", run_wait, NULL},
    {"flood", "", "много", "much", run_flood, NULL},
    {"sip trace", "on|off", "сообщения", "messages", run_trace, NULL},
};

static void on_text(struct slice text, void *arg)
{
    struct desk *d = arg;

    buf_adds(&d->out, text);
}

static void on_done(int err, bool is_streaming, void *arg)
{
    struct desk *d = arg;

    d->done++;
    d->err = err;
    d->is_streaming = is_streaming;
}

static int desk_init(struct desk *d, bool is_russian)
{
    int err;

    *d = (struct desk){0};
    buf_init(&d->out, 16 << 20);
    buf_init(&d->words, 4096);
    err = loop_alloc_fake(&d->loop, (struct wall){0});
    if (!err)
        err = console_set_alloc(&d->set, d->loop);
    if (!err)
        err = console_set_add(d->set, rows, sizeof(rows) / sizeof(rows[0]), d);
    if (!err)
        err = console_alloc(&d->console, d->loop, is_russian, on_text, on_done, d);
    return err;
}

static void desk_fini(struct desk *d)
{
    if (d->console)
        console_close(d->console);
    mem_deref(d->console);
    mem_deref(d->set);
    mem_deref(d->loop);
    buf_fini(&d->out);
    buf_fini(&d->words);
}

static void run(struct desk *d, const char *line)
{
    buf_reset(&d->out);
    d->done = 0;
    console_set_run(d->set, d->console, slice_of(line));
    loop_fake_settle(d->loop);
}

static void on_word(const char *word, void *arg)
{
    struct desk *d = arg;

    buf_addz(&d->words, word);
    buf_addc(&d->words, ' ');
}

static const char *complete(struct desk *d, const char *line)
{
    buf_reset(&d->words);
    console_set_complete(d->set, slice_of(line), on_word, d);
    return buf_z(&d->words);
}

static int longest_command_wins_and_gets_the_rest(void)
{
    struct desk d;
    int err;

    CHECK_OK_TO(desk_init(&d, false), out);
    run(&d, "  core show channels  concise ");
    CHECK_TO(strcmp(d.args, "concise|") == 0 && d.done == 1 && d.err == 0, out);
    CHECK_TO(strcmp(buf_z(&d.out), "echo") == 0, out);
    run(&d, "core show \"two words\" x");
    CHECK_TO(strcmp(d.args, "two words|x|") == 0, out);
    run(&d, "core show");
    CHECK_TO(strcmp(d.args, "") == 0 && d.done == 1, out);
out:
    desk_fini(&d);
    return err;
}

static int wrong_lines_say_what_is_wrong(void)
{
    struct desk d;
    int err;

    CHECK_OK_TO(desk_init(&d, false), out);
    run(&d, "core sho channels");
    CHECK_TO(d.done == 1 && d.err == ENOSYS &&
                 strcmp(buf_z(&d.out),
                        "No such command 'core sho channels' (type 'core show help core "
                        "sho channels' for other possible commands)\n") == 0,
             out);
    run(&d, "Core SHOW channels concise");
    CHECK_TO(d.err == 0 && strcmp(d.args, "concise|") == 0, out);
    run(&d, "core show help core show channels");
    CHECK_TO(strcmp(buf_z(&d.out),
                    "Usage: core show channels [concise|verbose]\n       channels\n") == 0,
             out);
    run(&d, "core show help no such");
    CHECK_TO(d.err == ENOENT && strcmp(buf_z(&d.out), "No such command 'no such'.\n") == 0, out);
    run(&d, "core show a b c");
    CHECK_TO(d.err == EINVAL && strstr(buf_z(&d.out), "Usage: core show"), out);
    run(&d, "a a a a a a a a a a a a a a a a a a a a a a a a a a a a a a a a a a");
    CHECK_TO(d.err == E2BIG, out);
    run(&d, "   ");
    CHECK_TO(d.done == 1 && d.err == 0 && d.out.len == 0, out);
out:
    desk_fini(&d);
    return err;
}

static int reader_is_answered_in_his_language(void)
{
    struct desk d;
    int err;

    CHECK_OK_TO(desk_init(&d, true), out);
    run(&d, "core show");
    CHECK_TO(strcmp(buf_z(&d.out), "эхо") == 0, out);
    run(&d, "help core show channels");
    CHECK_TO(strstr(buf_z(&d.out), "каналы") && !strstr(buf_z(&d.out), "абонент"), out);
    run(&d, "help");
    CHECK_TO(strstr(buf_z(&d.out), "абонент") && strstr(buf_z(&d.out), "concise"), out);
    run(&d, "help nothing");
    CHECK_TO(d.err == ENOENT, out);
out:
    desk_fini(&d);
    return err;
}

static int completion_offers_words_then_arguments(void)
{
    static const struct {
        const char *line, *words;
    } cases[] = {
        {"", "core flood help pjsip sip wait "},
        {"co", "core "},
        {"core", "core "},
        {"core ", "show "},
        {"core show ", "channels help "},
        {"core show channels ", "concise verbose "},
        {"core show channels v", "verbose "},
        {"pjsip show endpoint ", "endpoint-101 endpoint-102 trunk "},
        {"pjsip show endpoint endpoint-10", "endpoint-101 endpoint-102 "},
        {"pjsip show endpoint trunk sec", "second secunda "},
        {"sip trace o", "on off "},
        {"nothing ", ""},
    };
    struct desk d;
    int err;

    CHECK_OK_TO(desk_init(&d, false), out);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        CHECK_TO(strcmp(complete(&d, cases[i].line), cases[i].words) == 0, out);
out:
    desk_fini(&d);
    return err;
}

static int command_that_goes_on_ends_later(void)
{
    struct desk d;
    int err;

    CHECK_OK_TO(desk_init(&d, false), out);
    run(&d, "wait");
    CHECK_TO(d.done == 0, out);
    console_printf(d.console, "late");
    console_finish(d.console, ETIMEDOUT);
    CHECK_TO(d.done == 1 && d.err == ETIMEDOUT && strcmp(buf_z(&d.out), "late") == 0, out);
out:
    desk_fini(&d);
    return err;
}

static int flood_is_cut_at_its_ceiling(void)
{
    struct desk d;
    int err;

    CHECK_OK_TO(desk_init(&d, false), out);
    run(&d, "flood");
    CHECK_TO(d.out.len > 3000000 && d.out.len < 3200000, out);
    CHECK_TO(strcmp(buf_z(&d.out) + d.out.len - 5, "\n...\n") == 0, out);
    run(&d, "core show");
    CHECK_TO(strcmp(buf_z(&d.out), "echo") == 0, out);
out:
    desk_fini(&d);
    return err;
}

static int stream_goes_on_until_the_reader_leaves(void)
{
    struct desk d;
    int err;

    CHECK_OK_TO(desk_init(&d, false), out);
    run(&d, "sip trace on");
    CHECK_TO(d.done == 1 && d.is_streaming, out);
    console_printf(d.console, "INVITE");
    loop_fake_settle(d.loop);
    CHECK_TO(strcmp(buf_z(&d.out), "INVITE") == 0, out);
    console_close(d.console);
    CHECK_TO(d.gone == 1 && !console_is_open(d.console), out);
    console_printf(d.console, "BYE");
    loop_fake_settle(d.loop);
    CHECK_TO(strcmp(buf_z(&d.out), "INVITE") == 0, out);
out:
    desk_fini(&d);
    return err;
}

static int a_name_does_not_steer_the_terminal(void)
{
    struct desk d;
    int err;

    CHECK_OK_TO(desk_init(&d, false), out);
    console_printf(d.console, "contact %s\n", "\033]0;mine\007");
    console_write(d.console, SLICE("\033[2J"));
    loop_fake_settle(d.loop);
    CHECK_TO(slice_eqz(buf_slice(&d.out), "contact \\x1b]0;mine\\x07\n\\x1b[2J"), out);
out:
    desk_fini(&d);
    return err;
}

static int same_words_twice_are_a_mistake_of_the_table(void)
{
    struct desk d;
    int err;

    CHECK_OK_TO(desk_init(&d, false), out);
    CHECK_TO(console_set_add(d.set, rows, 1, NULL) == EEXIST, out);
out:
    desk_fini(&d);
    return err;
}

static int64_t round_ms(struct loop *l, int most)
{
    struct timespec a, b;

    clock_gettime(CLOCK_MONOTONIC, &a);
    (void)loop_round(l, most);
    clock_gettime(CLOCK_MONOTONIC, &b);
    return (b.tv_sec - a.tv_sec) * 1000 + (b.tv_nsec - a.tv_nsec) / 1000000;
}

/* No descriptor is left for who waits at the door: the loop rests meanwhile, and he comes in later. */
static int without_descriptors_the_loop_rests(void)
{
    struct console_set *set = NULL;
    struct loop *l = NULL;
    struct rlimit before, few;
    int err, listener = -1, client = -1;
    char path[64], byte;

    snprintf(path, sizeof(path), "/tmp/station-console-%d", (int)getpid());
    CHECK_OK(getrlimit(RLIMIT_NOFILE, &before));
    CHECK_OK_TO(loop_alloc(&l), out);
    CHECK_OK_TO(console_set_alloc(&set, l), out);
    CHECK_OK_TO(ipc_listen(&listener, path), out);
    CHECK_OK_TO(console_set_serve(set, listener), out);
    CHECK_OK_TO(ipc_connect(&client, path), out);
    few = (struct rlimit){.rlim_cur = 3, .rlim_max = before.rlim_max};
    CHECK_OK_TO(setrlimit(RLIMIT_NOFILE, &few), out);
    (void)loop_round(l, 1000);
    CHECK_TO(round_ms(l, 20) >= 15, out);
    CHECK_OK_TO(setrlimit(RLIMIT_NOFILE, &before), out);
    for (int i = 0; i < 100 && recv(client, &byte, 1, MSG_DONTWAIT | MSG_PEEK) < 0; i++)
        (void)loop_round(l, 100);
    CHECK_TO(recv(client, &byte, 1, MSG_DONTWAIT) == 1, out);
out:
    (void)setrlimit(RLIMIT_NOFILE, &before);
    if (client >= 0)
        close(client);
    mem_deref(set);
    mem_deref(l);
    unlink(path);
    return err;
}

UNIT_TESTS(UNIT(longest_command_wins_and_gets_the_rest), UNIT(wrong_lines_say_what_is_wrong),
           UNIT(reader_is_answered_in_his_language), UNIT(completion_offers_words_then_arguments),
           UNIT(command_that_goes_on_ends_later), UNIT_ONCE(flood_is_cut_at_its_ceiling),
           UNIT(stream_goes_on_until_the_reader_leaves), UNIT(a_name_does_not_steer_the_terminal),
           UNIT(same_words_twice_are_a_mistake_of_the_table),
           UNIT_ONCE(without_descriptors_the_loop_rests))
