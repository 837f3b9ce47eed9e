/* test_sounds.c - names of sounds, who plays one, and why one is not there */
#include "role/sounds.h"

#include <string.h>

#include "archive/clip.h"
#include "unit.h"

static int names_are_plain(void)
{
    static const char *const good[] = {"demo-domain", "office/welcome", "Приветствие 1", "a.b",
                                       "digits/1"};
    static const char *const bad[] = {"",     ".a",  "/a",  "a/",   "a//b", "a/../b",
                                      "a,b",  "a&b", "a|b", "a)b",  "a;b",  "a$b",
                                      "a\nb", " a",  "a ",  "a/.b", "\xff", "a\"b"};
    char longest[SOUNDS_NAME_MAX + 2];

    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        CHECK(!sounds_name_why("ru", good[i], false));
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        CHECK(sounds_name_why("", bad[i], true) && sounds_name_why("", bad[i], false));
    memset(longest, 'a', sizeof(longest));
    longest[SOUNDS_NAME_MAX + 1] = '\0';
    CHECK(sounds_name_why("", longest, false));
    longest[SOUNDS_NAME_MAX] = '\0';
    CHECK(!sounds_name_why("", longest, false));
    CHECK(sounds_name_why("../x", "a", false) && sounds_name_why("r u", "a", false));
    return 0;
}

static int extensions_come_off(void)
{
    char wav[] = "welcome.wav", twice[] = "a.wav.MP3", other[] = "version-1.2", hidden[] = ".wav";

    sounds_name_trim(wav);
    sounds_name_trim(twice);
    sounds_name_trim(other);
    sounds_name_trim(hidden);
    CHECK(strcmp(wav, "welcome") == 0 && strcmp(twice, "a.wav") == 0);
    CHECK(strcmp(other, "version-1.2") == 0 && strcmp(hidden, ".wav") == 0);
    return 0;
}

static int steps_that_play_it_are_known(void)
{
    static const struct {
        const char *appdata, *folder, *name;
        bool is_named;
    } cases[] = {
        {"hello", "", "hello", true},
        {"hello&beep,noanswer", "", "hello", true},
        {"beep&hello", "ru", "hello", true},
        {"ru/hello", "ru", "hello", true},
        {"en/hello", "ru", "hello", false},
        {"hello-2", "", "hello", false},
        {"say-hello", "", "hello", false},
        {"PJSIP/101,20,A(hello)", "", "hello", true},
        {"$[${X} = 1]?a:hello", "", "hello", true},
        {"office/hello", "", "office/hello", true},
        {"Good day,skip", "", "Good day", true},
        {"Good days", "", "Good day", false},
        {"", "", "hello", false},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        CHECK(sounds_is_named(slice_of(cases[i].appdata), slice_of(cases[i].folder),
                              slice_of(cases[i].name)) == cases[i].is_named);
    return 0;
}

static int faults_are_said_in_both_languages(void)
{
    struct buf out;
    int err = 0;

    buf_init(&out, 1000);
    sounds_explain(SLICE(CLIP_RATE ": 2000 Hz"), false, &out);
    CHECK_TO(strstr(buf_z(&out), "save it with") && strstr(buf_z(&out), "(2000 Hz)"), out);
    buf_reset(&out);
    sounds_explain(SLICE(SOUNDS_NOT_WRITTEN ": No space left on device"), true, &out);
    CHECK_TO(strstr(buf_z(&out), "освободите место") && strstr(buf_z(&out), "No space"), out);
    buf_reset(&out);
    sounds_explain(SLICE("something else"), true, &out);
    CHECK_TO(strcmp(buf_z(&out), "something else") == 0, out);
out:
    buf_fini(&out);
    return err;
}

UNIT_TESTS(UNIT(names_are_plain), UNIT(extensions_come_off), UNIT(steps_that_play_it_are_known),
           UNIT_ONCE(faults_are_said_in_both_languages))
