/* Record: numbers of files, what is cut off, names that lead elsewhere. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fixture.h"

/* A folder with files of these names. */
static int make_folder(char *path, const char *const *names)
{
    char file[200];

    strcpy(path, "/tmp/test_taping.XXXXXX");
    if (!mkdtemp(path))
        return errno;
    for (; *names; names++) {
        snprintf(file, sizeof(file), "%s/%s", path, *names);
        close(open(file, O_CREAT | O_WRONLY, 0600));
    }
    world_recordings = path;
    return 0;
}

static void remove_folder(const char *path, const char *const *names)
{
    char file[200];

    for (; *names; names++) {
        snprintf(file, sizeof(file), "%s/%s", path, *names);
        unlink(file);
    }
    rmdir(path);
    world_recordings = NULL;
}

static int the_first_number_without_a_file_is_taken(void)
{
    static const char *const files[] = {"a0.wav", "a1.wav", "a3.wav", "b0.sln", "c0.WAV", NULL};
    char path[40];
    int err;

    CHECK_OK(make_folder(path, files));
    err = world_story(
        "[main]\n10,1,Record(a%d.wav,,1,q)\n10,2,Note(${RECORDED_FILE} ${RECORD_STATUS})\n"
        "10,3,Record(b%d-%d:wav,,1,q)\n10,4,Note(${RECORDED_FILE})\n"
        "10,5,Record(/var/lib/asterisk/sounds/c%d.wav49,,1,q)\n10,6,Note(${RECORDED_FILE})\n",
        "10", 9000,
        "200;tape=a2.wav;cut=0;a2 TIMEOUT;tape=b0-0.wav;cut=0;b0-0;tape=c1.WAV;cut=0;"
        "/var/lib/asterisk/sounds/c1;end=16;");
    remove_folder(path, files);
    return err;
}

static int two_calls_have_two_numbers(void)
{
    static const char *const none[] = {NULL};
    struct world w;
    char path[40];
    int err;

    CHECK_OK(make_folder(path, none));
    CHECK_OK_TO(world_init(&w), gone);
    CHECK_OK_TO(world_route(&w, "[main]\n10,1,Record(a%d.wav,,3,q)\n10,2,Note(${RECORDED_FILE})\n"),
                out);
    CHECK_OK_TO(world_dial(&w, "10", NULL), out);
    CHECK_OK_TO(world_dial(&w, "10", NULL), out);
    loop_fake_advance(w.loop, 4000);
    CHECK_TO(world_saw(&w, "200;tape=a0.wav;200;tape=a1.wav;cut=0;cut=0;a0;end=16;a1;end=16;"),
             out);
out:
    world_fini(&w);
gone:
    remove_folder(path, none);
    return err;
}

static int names_lead_nowhere_else(void)
{
    return world_story("[main]\n10,1,Record(/etc/x.wav)\n10,2,Note(${RECORD_STATUS})\n"
                       "10,3,Record(a/../../x.wav)\n10,4,Note(${RECORD_STATUS})\n"
                       "10,5,Record(/tmp/../x.wav)\n10,6,Note(${RECORD_STATUS})\n"
                       "10,7,Record(.wav)\n10,8,Note(${RECORD_STATUS})\n"
                       "10,9,Record(x.)\n10,10,Note(no)\n",
                       "10", 3000, "ERROR;ERROR;ERROR;ERROR;end=16;");
}

/* A digit, silence or a hang-up after half a second, and then nothing. */
static int ended_story(const char *record, char what, const char *notes)
{
    char routing[300];
    struct channel *ch = NULL;
    struct world w;
    int err;

    snprintf(routing, sizeof(routing),
             "[main]\n10,1,%s\n10,2,Note(${RECORD_STATUS})\nh,1,Note(h ${RECORD_STATUS})\n",
             record);
    CHECK_OK(world_init(&w));
    CHECK_OK_TO(world_route(&w, routing), out);
    CHECK_OK_TO(world_dial(&w, "10", &ch), out);
    loop_fake_advance(w.loop, 500);
    if (what == 's')
        ipc_send(w.far, MEDIA_TALK, &(struct media_talk){.id = w.stream_id, .ms = 100});
    else if (what == 'h')
        channel_on_hangup(ch, CAUSE_NORMAL, 0);
    else
        channel_on_dtmf(ch, what, 100);
    loop_fake_advance(w.loop, 2000);
    CHECK_TO(world_saw(&w, notes), out);
out:
    mem_deref(ch);
    world_fini(&w);
    return err;
}

#define ENDED(name, record, what, notes)                                                           \
    static int name(void)                                                                          \
    {                                                                                              \
        return ended_story(record, what, notes);                                                   \
    }

ENDED(a_digit_takes_a_quarter_second, "Record(x.wav,,,q)", '#',
      "200;tape=x.wav;cut=250;DTMF;h DTMF;end=16;")
ENDED(silence_is_cut_but_for_a_second, "Record(x.wav,5,,qa)", 's',
      "200;tape=x.wav,append;cut=4000;SILENCE;h SILENCE;end=16;")
ENDED(silence_stays_with_u, "Record(x.wav,5,,qu)", 's',
      "200;tape=x.wav;cut=0;SILENCE;h SILENCE;end=16;")
ENDED(a_hangup_loses_the_file, "Record(x.wav,,,q)", 'h', "200;tape=x.wav;cut=0,deleted;h HANGUP;")
ENDED(a_hangup_keeps_the_file_with_k, "Record(x.wav,,,qk)", 'h', "200;tape=x.wav;cut=0;h HANGUP;")
ENDED(x_and_o_leave_the_operator, "Record(x.wav,,1,qxo)", '0',
      "200;tape=x.wav;cut=250;OPERATOR;h OPERATOR;end=16;")
ENDED(x_ends_by_no_key, "Record(x.wav,,1,qx)", '#',
      "200;tape=x.wav;cut=0;TIMEOUT;h TIMEOUT;end=16;")
ENDED(any_key_with_y, "Record(x.wav,,,qyo)", '5', "200;tape=x.wav;cut=250;DTMF;h DTMF;end=16;")

UNIT_TESTS(UNIT(the_first_number_without_a_file_is_taken), UNIT(two_calls_have_two_numbers),
           UNIT(names_lead_nowhere_else), UNIT(a_digit_takes_a_quarter_second),
           UNIT(silence_is_cut_but_for_a_second), UNIT(silence_stays_with_u),
           UNIT(a_hangup_loses_the_file), UNIT(a_hangup_keeps_the_file_with_k),
           UNIT(x_and_o_leave_the_operator), UNIT(x_ends_by_no_key), UNIT(any_key_with_y))
