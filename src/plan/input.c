/* input.c - see input.h */
#include "plan/input.h"

#include <string.h>

#include "plan/wait.h"

/* The first digit, while the files play or afterwards. @return digit; 0; -1 */
static int first_digit(struct plan_run *run, const struct plan_input *in)
{
    bool failed;
    int d = 0;

    if (in->is_tone) {
        channel_tone(run->channel, in->files);
        d = plan_wait_digit(run, in->first_ms);
        channel_play_stop(run->channel);
        return d;
    }
    if (*in->files)
        d = plan_play(run, in->files, PLAN_ALL_DIGITS, &failed);
    return d ? d : plan_wait_digit(run, in->first_ms);
}

enum plan_input_end plan_input_read(struct plan_run *run, const struct plan_input *in, char *out)
{
    size_t len = 0;
    int d;

    out[0] = '\0';
    d = first_digit(run, in);
    while (d > 0) {
        const bool is_end = strchr(in->ends, d) != NULL;

        if (!is_end || (in->keeps_end && !len)) {
            out[len++] = (char)d;
            out[len] = '\0';
        }
        if (is_end)
            return PLAN_INPUT_ENDED;
        if (len >= in->most)
            return PLAN_INPUT_FULL;
        d = plan_wait_digit(run, in->next_ms);
    }
    return d < 0 ? PLAN_INPUT_HANGUP : PLAN_INPUT_TIMEOUT;
}
