/* app/dial_options.c - the letters of Dial's options (dial.h) */
#include <stddef.h>

#include "plan/app/dial.h"
#include "plan/args.h"

#define OFFSET(member) offsetof(struct dial_options, member)

struct letter {
    char letter;
    enum dial_option_state state;
    bool has_text; /* the member is a text, else a bool */
    size_t offset;
};

/* clang-format off */
static const struct letter letters[] = {
    {'A', DIAL_OPTION_OBEYED, true, OFFSET(announce)},
    {'B', DIAL_OPTION_OBEYED, true, OFFSET(own_gosub)},
    {'C', DIAL_OPTION_OBEYED, false, OFFSET(resets_record)},
    {'D', DIAL_OPTION_OBEYED, true, OFFSET(digits)},
    {'E', DIAL_OPTION_NOTHING, false, 0}, /* MF digits */
    {'F', DIAL_OPTION_OBEYED, true, OFFSET(callee_goes)},
    {'G', DIAL_OPTION_OBEYED, true, OFFSET(go_to)},
    {'H', DIAL_OPTION_OBEYED, false, OFFSET(caller_stops)},
    {'I', DIAL_OPTION_OBEYED, false, OFFSET(keeps_connected)},
    {'K', DIAL_OPTION_LATER, false, 0},
    {'L', DIAL_OPTION_OBEYED, true, OFFSET(limit)},
    {'M', DIAL_OPTION_OBEYED, true, OFFSET(callee_macro)},
    {'N', DIAL_OPTION_LATER, false, 0},
    {'O', DIAL_OPTION_NOTHING, false, 0}, /* operator services of DAHDI */
    {'P', DIAL_OPTION_LATER, false, 0},
    {'Q', DIAL_OPTION_OBEYED, true, OFFSET(cause)},
    {'R', DIAL_OPTION_OBEYED, false, OFFSET(rings_early)},
    {'S', DIAL_OPTION_OBEYED, true, OFFSET(seconds)},
    {'T', DIAL_OPTION_LATER, false, 0},
    {'U', DIAL_OPTION_OBEYED, true, OFFSET(callee_gosub)},
    {'W', DIAL_OPTION_LATER, false, 0},
    {'X', DIAL_OPTION_OBEYED, false, OFFSET(caller_records)},
    {'a', DIAL_OPTION_OBEYED, false, OFFSET(answers_at_once)},
    {'b', DIAL_OPTION_OBEYED, true, OFFSET(leg_gosub)},
    {'c', DIAL_OPTION_OBEYED, false, OFFSET(is_elsewhere)},
    {'d', DIAL_OPTION_OBEYED, false, OFFSET(takes_digit)},
    {'e', DIAL_OPTION_OBEYED, false, OFFSET(callee_runs_h)},
    {'f', DIAL_OPTION_OBEYED, true, OFFSET(forced_caller)},
    {'g', DIAL_OPTION_OBEYED, false, OFFSET(goes_on)},
    {'h', DIAL_OPTION_OBEYED, false, OFFSET(callee_stops)},
    {'i', DIAL_OPTION_OBEYED, false, OFFSET(keeps_forwards)},
    {'j', DIAL_OPTION_NOTHING, false, 0}, /* streams besides the first audio */
    {'k', DIAL_OPTION_LATER, false, 0},
    {'m', DIAL_OPTION_OBEYED, true, OFFSET(music)},
    {'n', DIAL_OPTION_LATER, false, 0},
    {'o', DIAL_OPTION_OBEYED, true, OFFSET(kept_caller)},
    {'p', DIAL_OPTION_LATER, false, 0},
    {'r', DIAL_OPTION_OBEYED, true, OFFSET(tone)},
    {'s', DIAL_OPTION_OBEYED, true, OFFSET(tag)},
    {'t', DIAL_OPTION_LATER, false, 0},
    {'u', DIAL_OPTION_OBEYED, true, OFFSET(presentation)},
    {'w', DIAL_OPTION_LATER, false, 0},
    {'x', DIAL_OPTION_OBEYED, false, OFFSET(callee_records)},
    {'z', DIAL_OPTION_OBEYED, false, OFFSET(forwards_for_ever)},
};
/* clang-format on */

static const struct letter *find(char letter)
{
    for (size_t i = 0; i < sizeof(letters) / sizeof(letters[0]); i++)
        if (letters[i].letter == letter)
            return &letters[i];
    return NULL;
}

enum dial_option_state dial_option_state(char letter)
{
    const struct letter *l = find(letter);

    return l ? l->state : DIAL_OPTION_UNKNOWN;
}

void dial_options_parse(struct dial_options *o, char *text)
{
    static char none[] = "";
    char letter, *arg;

    *o = (struct dial_options){0};
    while (plan_option_next(&text, &letter, &arg)) {
        const struct letter *l = find(letter);
        void *member = l ? (char *)o + l->offset : NULL;

        if (!l || l->state != DIAL_OPTION_OBEYED) /* named when the routing is loaded (check.c) */
            continue;
        if (l->has_text)
            *(char **)member = arg ? arg : none;
        else
            *(bool *)member = true;
    }
}
