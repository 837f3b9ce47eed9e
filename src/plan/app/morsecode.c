/* app/morsecode.c - Morsecode: a text in Morse's code */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "plan/app/all.h"
#include "plan/wait.h"

#define DOT_MS 80
#define TONE_HZ 800

/* '0' to '9', 'a' to 'z', some signs. */
static const char *code_of(char c)
{
    static const char *const digits[] = {"-----", ".----", "..---", "...--", "....-",
                                         ".....", "-....", "--...", "---..", "----."};
    static const char *const letters[] = {".-",   "-...", "-.-.", "-..",  ".",    "..-.", "--.",
                                          "....", "..",   ".---", "-.-",  ".-..", "--",   "-.",
                                          "---",  ".--.", "--.-", ".-.",  "...",  "-",    "..-",
                                          "...-", ".--",  "-..-", "-.--", "--.."};

    if (c >= '0' && c <= '9')
        return digits[c - '0'];
    if (c >= 'A' && c <= 'Z')
        return letters[c - 'A'];
    if (c >= 'a' && c <= 'z')
        return letters[c - 'a'];
    return c == '.'   ? ".-.-.-"
           : c == ',' ? "--..--"
           : c == '?' ? "..--.."
           : c == '/' ? "-..-."
                      : "";
}

static int number_of(const struct plan_run *run, struct slice name, int otherwise, int least,
                     int most)
{
    char text[16];
    int n;

    if (slice_copy(channel_var_get(run->channel, name), text, sizeof(text)))
        return otherwise;
    n = atoi(text);
    return n >= least && n <= most ? n : otherwise;
}

/* One letter: a dash is three dots long, a dot of silence behind each. @return false: gone */
static bool send_letter(struct plan_run *run, const char *code, int dot_ms, int hz)
{
    char tone[200];
    int len = 0, ms = 0;

    for (; *code; code++) {
        const int on = *code == '-' ? 3 * dot_ms : dot_ms;

        len += snprintf(tone + len, sizeof(tone) - (size_t)len, "%s!%d/%d,!0/%d", len ? "," : "",
                        hz, on, dot_ms);
        ms += on + dot_ms;
    }
    if (len && channel_tone(run->channel, tone))
        return !run->channel->is_hungup;
    return plan_wait_ms(run, ms + 2 * dot_ms);
}

static int morsecode_exec(struct plan_run *run, char *data)
{
    const int dot_ms = number_of(run, SLICE("MORSEDITLEN"), DOT_MS, 10, 1000);
    const int hz = number_of(run, SLICE("MORSETONE"), TONE_HZ, 100, 3000);

    if (run->channel->state != CHANNEL_UP && channel_answer(run->channel))
        return PLAN_END;
    for (; *data; data++)
        if (!send_letter(run, code_of(*data), dot_ms, hz))
            return PLAN_END;
    channel_play_stop(run->channel);
    return PLAN_NEXT;
}

const struct plan_app plan_app_morsecode = {
    .name = "Morsecode",
    .syntax = "Morsecode(text)",
    .help_ru =
        "Передаёт текст азбукой Морзе\nЛатинские буквы, цифры и . , ? /. Переменные MORSEDITLEN - длина "
        "точки в миллисекундах (80), MORSETONE - герцы (800).",
    .help_en =
        "Send a text in Morse's code\nLetters, digits and . , ? /. Variables MORSEDITLEN: length of a dot "
        "in milliseconds (80), MORSETONE: hertz (800).",
    .shown = "tests/unit/plan/test_talk.c",
    .exec = morsecode_exec,
};
