/* app/agi_more.c - AGI's commands of sound, speech, text and the small database */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "plan/app/agi.h"
#include "plan/app/control.h"
#include "plan/app/saying.h"
#include "plan/astdb.h"
#include "plan/core.h"
#include "plan/subst.h"
#include "plan/taping.h"
#include "plan/wait.h"

#define MOST_SAID 16384

/* ---- sound ---- */

/* Play a file from a sample on. @return 0: to its end; the digit that stopped it; -1; *endpos: the sample
   where it ended */
static int stream(struct agi *a, char **argv, int64_t *endpos)
{
    const long sample = argv[2] ? strtol(argv[2], NULL, 10) : 0;
    struct control c = {.file = argv[0],
                        .stop = argv[1],
                        .forward = "",
                        .back = "",
                        .pause = "",
                        .restart = "",
                        .offset_ms = sample > 0 && sample < INT32_MAX ? (int32_t)(sample / 8) : 0};
    uint32_t position_ms;
    const int rc = control_play(a->run, &c, &position_ms);

    *endpos = rc == -2 ? (int64_t)c.offset_ms * 8 : (int64_t)position_ms * 8;
    return rc < 0 ? -1 : rc;
}

static void cmd_stream_file(struct agi *a, char **argv, int argc)
{
    int64_t endpos;
    const int rc = stream(a, argv, &endpos);

    agi_send(a, "200 result=%d endpos=%lld\n", rc, (long long)endpos);
}

static void cmd_get_option(struct agi *a, char **argv, int argc)
{
    int64_t endpos,
        ms = argc > 2 && atoi(argv[2]) > 0 ? atoi(argv[2]) : a->run->channel->response_timeout_ms;
    struct plan_wait w = {.ms = ms, .digits = argv[1]};
    char *whole[] = {argv[0], argv[1], NULL};
    int d = stream(a, whole, &endpos);

    if (d == 0)
        d = plan_wait(a->run, &w) == PLAN_WAIT_DIGIT ? w.digit : 0;
    if (a->run->channel->is_hungup)
        d = -1;
    agi_send(a, "200 result=%d endpos=%lld\n", d, (long long)endpos);
}

static void cmd_control_stream_file(struct agi *a, char **argv, int argc)
{
    struct control c = {.file = argv[0],
                        .stop = argv[1],
                        .skip_ms = argc > 2 && atoi(argv[2]) > 0 ? atoi(argv[2]) : 3000,
                        .forward = argc > 3 && *argv[3] ? argv[3] : "#",
                        .back = argc > 4 && *argv[4] ? argv[4] : "*",
                        .pause = argc > 5 ? argv[5] : "",
                        .restart = "",
                        .offset_ms = argc > 6 ? atoi(argv[6]) : 0};
    uint32_t position;
    const int rc = control_play(a->run, &c, &position);

    /* Milliseconds here, as in Asterisk; -1: to the end. */
    agi_send(a, "200 result=%d endpos=%lld\n", rc < -1 ? -1 : rc,
             rc == 0 || rc == -2 ? -1LL : (long long)position);
}

/* The last words, in any number: samples that are there already, BEEP, s=SECONDS of silence. @return whether it beeps */
static bool record_options(char **argv, int argc, struct plan_taping *t)
{
    bool is_beep = false;

    for (int i = 4; i < argc; i++) {
        if (strcasecmp(argv[i], "BEEP") == 0)
            is_beep = true;
        else if (strncasecmp(argv[i], "s=", 2) == 0 && atoi(argv[i] + 2) > 0)
            t->silence_ms = atoi(argv[i] + 2) * INT64_C(1000);
        else if (i == 4 && atol(argv[i]) > 0)
            t->is_append = true;
    }
    return is_beep;
}

static void tell_recorded(struct agi *a, const struct plan_taping *t, enum plan_taping_end end)
{
    const long long samples = (long long)t->ms * 8;

    switch (end) {
    case PLAN_TAPING_DIGIT:
        agi_send(a, "200 result=%d (dtmf) endpos=%lld\n", t->digit, samples);
        break;
    case PLAN_TAPING_SILENCE:
    case PLAN_TAPING_TIME: agi_send(a, "200 result=0 (timeout) endpos=%lld\n", samples); break;
    case PLAN_TAPING_HANGUP: agi_send(a, "200 result=-1 (hangup) endpos=%lld\n", samples); break;
    case PLAN_TAPING_FAILED: agi_send(a, "200 result=-1 (writefile)\n"); break;
    }
}

static void cmd_record_file(struct agi *a, char **argv, int argc)
{
    const long long ms = atoll(argv[3]);
    struct plan_taping t = {.ends = argv[2], .most_ms = ms > 0 ? ms : 0, .digit_cut_ms = 200};
    struct plan_taping_name name = {0};
    enum plan_taping_end end = PLAN_TAPING_FAILED;
    const bool is_beep = record_options(argv, argc, &t);
    bool failed = false;
    int rc = 0;

    t.err = plan_taping_name(a->run, slice_of(argv[0]), slice_of(argv[1]), &name);
    if (!t.err && is_beep)
        rc = plan_play(a->run, "beep", argv[2], &failed);
    if (rc) {
        agi_send(a, "200 result=%d (randomerror) endpos=0\n", rc);
        goto out;
    }
    if (!t.err) {
        t.file = buf_z(&name.file);
        end = plan_taping_run(a->run, &t);
    }
    if (t.err)
        plan_taping_warn(a->run, "RECORD FILE", argv[0], t.err);
    tell_recorded(a, &t, end);
out:
    plan_taping_name_fini(&name);
}

static void cmd_receive_char(struct agi *a, char **argv, int argc)
{
    agi_reply(a, a->run->channel->is_hungup ? -1 : 0);
}

static void cmd_receive_text(struct agi *a, char **argv, int argc)
{
    agi_reply(a, -1);
}

static void cmd_send_text(struct agi *a, char **argv, int argc)
{
    struct channel *ch = a->run->channel;
    int err = ch->tech->send_text ? ch->tech->send_text(ch, SLICE("text/plain"), slice_of(argv[0]))
                                  : 0; /* as Asterisk: a channel without text takes it silently */

    agi_reply(a, err ? -1 : 0);
}

/* As Asterisk without an engine: programs see that there is none. */
static void cmd_speech(struct agi *a, char **argv, int argc)
{
    if (plan_tell_once(a->run->core, "agi speech", ""))
        log_warning("AGI commands SPEECH fail: the station has no speech recognition call=%s",
                    a->run->channel->linkedid);
    agi_reply(a, 0);
}

static void cmd_nothing(struct agi *a, char **argv, int argc)
{
    agi_reply(a, 0);
}

/* A client of the Manager wants no more. */
static void cmd_break(struct agi *a, char **argv, int argc)
{
    a->is_eof = a->is_eof || a->is_async;
    agi_reply(a, 0);
}

/* ---- speech: the digits that stop it stand last ---- */

static void say(struct agi *a, struct buf *names, const char *digits)
{
    agi_reply(a, buf_err(names) ? -1 : saying_play(a->run, names, digits));
    buf_fini(names);
}

static void cmd_say_alpha(struct agi *a, char **argv, int argc)
{
    enum say_case c = SAY_CASE_NONE;
    struct buf names;

    if (argc > 2)
        saying_case(argv[2], &c);
    buf_init(&names, MOST_SAID);
    say_alpha(&names, argv[0], c);
    say(a, &names, argv[1]);
}

static void cmd_say_digits(struct agi *a, char **argv, int argc)
{
    struct buf names;

    buf_init(&names, MOST_SAID);
    say_digits(&names, argv[0]);
    say(a, &names, argv[1]);
}

static void cmd_say_phonetic(struct agi *a, char **argv, int argc)
{
    struct buf names;

    buf_init(&names, MOST_SAID);
    say_phonetic(&names, argv[0]);
    say(a, &names, argv[1]);
}

static void cmd_say_number(struct agi *a, char **argv, int argc)
{
    const char gender = argc > 2 ? argv[2][0] : '\0';
    struct buf names;

    buf_init(&names, MOST_SAID);
    say_number(&names, saying_language(a->run), strtoll(argv[0], NULL, 10),
               gender == 'f'   ? SAY_FEMALE
               : gender == 'n' ? SAY_NEUTER
                               : SAY_MALE);
    say(a, &names, argv[1]);
}

static void say_moment(struct agi *a, char **argv, const char *format, const char *zone)
{
    struct say_time t;
    struct buf names;

    if (saying_time(a->run, &t, argv[0], zone)) {
        agi_reply(a, -1);
        return;
    }
    buf_init(&names, MOST_SAID);
    say_time(&names, saying_language(a->run), &t, format);
    say(a, &names, argv[1]);
}

static void cmd_say_date(struct agi *a, char **argv, int argc)
{
    say_moment(a, argv, say_is_russian(saying_language(a->run)) ? "AdBY" : "ABdY", "");
}

static void cmd_say_time(struct agi *a, char **argv, int argc)
{
    say_moment(a, argv, say_is_russian(saying_language(a->run)) ? "kM" : "IMp", "");
}

static void cmd_say_datetime(struct agi *a, char **argv, int argc)
{
    say_moment(a, argv, argc > 2 ? argv[2] : "", argc > 3 ? argv[3] : "");
}

/* ---- the small database ---- */

static void cmd_database_get(struct agi *a, char **argv, int argc)
{
    const struct slice value = plan_astdb_get(a->run->core, slice_of(argv[0]), slice_of(argv[1]));

    if (slice_is_set(value))
        agi_send(a, "200 result=1 (%.*s)\n", (int)strcspn(value.p, "\r\n"), value.p);
    else
        agi_reply(a, 0);
}

static void cmd_database_put(struct agi *a, char **argv, int argc)
{
    agi_reply(a, plan_astdb_put(a->run->core, slice_of(argv[0]), slice_of(argv[1]),
                                slice_of(argv[2])) == 0);
}

static void cmd_database_del(struct agi *a, char **argv, int argc)
{
    const int err = plan_astdb_put(a->run->core, slice_of(argv[0]), slice_of(argv[1]), SLICE_NONE);

    agi_reply(a, !err || err == ENOENT); /* it is not there now */
}

static void cmd_database_deltree(struct agi *a, char **argv, int argc)
{
    plan_astdb_deltree(a->run->core, slice_of(argv[0]), argc > 1 ? slice_of(argv[1]) : SLICE_NONE);
    agi_reply(a, 1);
}

const struct agi_word agi_words_more[] = {
    {"ASYNCAGI BREAK", "", true, 0, 0, cmd_break},
    {"CONTROL STREAM FILE",
     "<filename> <escape digits> [<skipms>] [<ffchar>] [<rewchr>] [<pausechr>] [<offsetms>]", false,
     2, 7, cmd_control_stream_file},
    {"DATABASE DEL", "<family> <key>", true, 2, 2, cmd_database_del},
    {"DATABASE DELTREE", "<family> [<keytree>]", true, 1, 2, cmd_database_deltree},
    {"DATABASE GET", "<family> <key>", true, 2, 2, cmd_database_get},
    {"DATABASE PUT", "<family> <key> <value>", true, 3, 3, cmd_database_put},
    {"GET OPTION", "<filename> <escape digits> [<timeout>]", false, 2, 3, cmd_get_option},
    {"RECEIVE CHAR", "<timeout>", false, 1, 1, cmd_receive_char},
    {"RECEIVE TEXT", "<timeout>", false, 1, 1, cmd_receive_text},
    {"RECORD FILE",
     "<filename> <format> <escape digits> <timeout> [<offset samples>] [BEEP] [s=<silence>]", false,
     4, 7, cmd_record_file},
    {"SAY ALPHA", "<number> <escape digits> [<case>]", false, 2, 3, cmd_say_alpha},
    {"SAY DATE", "<date> <escape digits>", false, 2, 2, cmd_say_date, true},
    {"SAY DATETIME", "<time> <escape digits> [<format>] [<timezone>]", false, 2, 4,
     cmd_say_datetime, true},
    {"SAY DIGITS", "<number> <escape digits>", false, 2, 2, cmd_say_digits},
    {"SAY NUMBER", "<number> <escape digits> [<gender>]", false, 2, 3, cmd_say_number, true},
    {"SAY PHONETIC", "<string> <escape digits>", false, 2, 2, cmd_say_phonetic},
    {"SAY TIME", "<time> <escape digits>", false, 2, 2, cmd_say_time, true},
    {"SEND IMAGE", "<image>", false, 1, 1, cmd_nothing},
    {"SEND TEXT", "<text to send>", false, 1, 1, cmd_send_text},
    {"SPEECH ACTIVATE GRAMMAR", "<grammar name>", false, 1, 1, cmd_speech},
    {"SPEECH CREATE", "<engine>", false, 1, 1, cmd_speech},
    {"SPEECH DEACTIVATE GRAMMAR", "<grammar name>", false, 1, 1, cmd_speech},
    {"SPEECH DESTROY", "", true, 0, 0, cmd_speech},
    {"SPEECH LOAD GRAMMAR", "<grammar name> <path to grammar>", false, 2, 2, cmd_speech},
    {"SPEECH RECOGNIZE", "<prompt> <timeout> [<offset>]", false, 2, 3, cmd_speech},
    {"SPEECH SET", "<name> <value>", false, 2, 2, cmd_speech},
    {"SPEECH UNLOAD GRAMMAR", "<grammar name>", false, 1, 1, cmd_speech},
    {"STREAM FILE", "<filename> <escape digits> [<sample offset>]", false, 2, 3, cmd_stream_file},
    {"TDD MODE", "<on|off>", false, 1, 1, cmd_nothing},
};

const size_t agi_words_more_count = sizeof(agi_words_more) / sizeof(agi_words_more[0]);
