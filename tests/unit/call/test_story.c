/* test_story.c - stories are told in both languages, and nothing that is stored can break them */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "call/story.h"
#include "fixture.h"
#include "unit.h"

static int tells(const char *story, bool is_russian, const char *expected)
{
    struct buf out;
    int err;

    setenv("TZ", "UTC", 1);
    buf_init(&out, 65536);
    err = story_tell(slice_of(story), is_russian, &out);
    if (!err && strcmp(buf_z(&out), expected) != 0) {
        fprintf(stderr, "told:\n%swanted:\n%s", buf_z(&out), expected);
        err = EILSEQ;
    }
    buf_fini(&out);
    return err;
}

#define STORY                                                                                      \
    "1\t1000000000123\n0\t1\tin\tPJSIP/101-1\n5\t1\trule\toffice,9123,1\tDial\tPJSIP/9123@t\t"     \
    "office,_9X.\n1900\t1\tasked\tfar end\t17\n1901\t1\tover\t17\n"

static int a_story_is_told_in_english(void)
{
    CHECK_OK(tells(STORY, false,
                   "01:46:40.123  A call has come in, channel PJSIP/101-1\n"
                   "01:46:40.128  office,9123,1: Dial(PJSIP/9123@t), by rule office,_9X.\n"
                   "01:46:42.023  PJSIP/101-1: ended by its far end, cause 17 (User busy)\n"
                   "01:46:42.024  PJSIP/101-1 is closed, cause 17 (User busy)\n"));
    return 0;
}

static int a_story_is_told_in_russian(void)
{
    CHECK_OK(tells(STORY, true,
                   "01:46:40.123  Пришёл вызов, канал PJSIP/101-1\n"
                   "01:46:40.128  office,9123,1: Dial(PJSIP/9123@t) — по правилу office,_9X.\n"
                   "01:46:42.023  PJSIP/101-1: завершает собеседник на этом канале, причина 17 "
                   "(занято)\n"
                   "01:46:42.024  PJSIP/101-1 закрыт, причина 17 (занято)\n"));
    return 0;
}

static int what_is_no_story_is_refused_and_what_could_be_told_is(void)
{
    static const char *const bad[] = {
        "",
        "2\t5\n",
        "1\n",
        "1\t5\n0\t1\tnosuch\tx\n",
        "1\t5\nx\n",
        "1\t5\n0\n",
        "1\t5\n99999999999999999999999999\t1\tup\n",
    };

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct buf out;
        int err;

        buf_init(&out, 65536);
        err = story_tell(slice_of(bad[i]), false, &out);
        buf_fini(&out);
        CHECK(err == EBADMSG || err == ENOMEM);
    }
    return 0;
}

static int words_cannot_break_lines_or_terminals(void)
{
    CHECK_OK(tells("1\t0\n0\t7\tnote\ta\\nb\\tc\\\\\x1b[31m\td\n", false,
                   "00:00:00.000  #7: a b c\\[31m d\n"));
    return 0;
}

/* The stories end before the calls: at the end of a station that is stopped under a call. */
static int channels_outlive_their_stories(void)
{
    struct stories *s = NULL;
    struct fixture f;
    struct channel *ch = NULL;
    struct slice text;
    int err = fixture_init(&f, 10);

    if (err)
        return err;
    CHECK_OK_TO(stories_alloc(&s, f.calls, NULL, NULL), out);
    CHECK_OK_TO(fixture_channel(&ch, &f, NULL), out);
    s = mem_deref(s);
    CHECK_OK_TO(stories_alloc(&s, f.calls, NULL, NULL), out);
    CHECK_TO(stories_find(s, slice_of(ch->uniqueid), &text) == ENOENT, out);
    channel_hangup(ch, CAUSE_NORMAL);
out:
    if (ch)
        channel_hangup(ch, CAUSE_NORMAL);
    mem_deref(ch);
    mem_deref(s);
    fixture_fini(&f);
    return err;
}

UNIT_TESTS(UNIT(channels_outlive_their_stories), UNIT(a_story_is_told_in_english),
           UNIT(a_story_is_told_in_russian),
           UNIT(what_is_no_story_is_refused_and_what_could_be_told_is),
           UNIT(words_cannot_break_lines_or_terminals))
