/* link.c - see link.h */
#include "plan/link.h"

#include <errno.h>
#include <string.h>

#include "base/mem.h"
#include "plan/args.h"

enum { NESTED_MAX = 4, ARGUMENTS = 8 }; /* ExecIf(..?ExecIf(..)) */

struct reader {
    plan_link_h *h;
    void *arg;
    bool goes_on;
    int nested;
};

static bool is_open(struct slice s)
{
    return slice_is_set(s) && slice_chr(s, '$') >= 0;
}

static void tell(struct reader *r, struct plan_link *l)
{
    l->is_open =
        is_open(l->context) || is_open(l->exten) || is_open(l->priority) || is_open(l->sound);
    r->h(l, r->arg);
}

/* The first `wanted` outside of ${}, $[], () and quotes; NULL: there is none. */
static char *find_outside(char *text, char wanted)
{
    bool is_quoted = false;
    int depth = 0;

    for (; *text; text++) {
        if (*text == wanted && !depth && !is_quoted)
            return text;
        if (*text == '"')
            is_quoted = !is_quoted;
        else if (strchr("([{", *text))
            depth++;
        else if (strchr(")]}", *text) && depth)
            depth--;
    }
    return NULL;
}

/* "[[context,]exten,]priority[(arguments)]", with , or ^ between them. */
static void read_place(struct reader *r, char *where, enum plan_link_kind kind, const char *when)
{
    struct plan_link l = {.kind = kind, .when = when, .exten = SLICE_NONE, .context = SLICE_NONE};
    const char between = find_outside(where, ',') ? ',' : '^';
    char *part[3], *next = where, *arguments;
    int n = 0;

    while (next && n < 3) {
        part[n++] = next;
        next = find_outside(next, between);
        if (next)
            *next++ = '\0';
    }
    arguments = n ? find_outside(part[n - 1], '(') : NULL;
    if (arguments)
        *arguments = '\0';
    if (!n || !*plan_strip(part[n - 1]))
        return;
    l.priority = slice_trim(slice_of(part[n - 1]));
    if (n > 1)
        l.exten = slice_trim(slice_of(part[n - 2]));
    if (n > 2)
        l.context = slice_trim(slice_of(part[0]));
    tell(r, &l);
}

/* ---- one function for each shape of data ---- */

static int read_text(struct reader *r, struct slice app, const char *data);

static int read_goto(struct reader *r, char *data)
{
    read_place(r, data, PLAN_LINK_GO, "");
    r->goes_on = false;
    return 0;
}

static int read_gosub(struct reader *r, char *data)
{
    read_place(r, data, PLAN_LINK_SUB, "");
    return 0;
}

/* "condition?yes:no" in its parts; NULL: not there, or empty. */
static void cut_condition(char *data, char **yes, char **no)
{
    *no = NULL;
    *yes = find_outside(data, '?');
    if (!*yes)
        return;
    *(*yes)++ = '\0';
    *no = find_outside(*yes, ':');
    if (*no) {
        *(*no)++ = '\0';
        *no = **no ? *no : NULL;
    }
    *yes = **yes ? *yes : NULL;
}

static int read_branches(struct reader *r, char *data, enum plan_link_kind kind)
{
    char *yes, *no;

    cut_condition(data, &yes, &no);
    if (yes)
        read_place(r, yes, kind, "yes");
    if (no)
        read_place(r, no, kind, "no");
    if (yes && no && kind == PLAN_LINK_GO)
        r->goes_on = false;
    return 0;
}

static int read_gotoif(struct reader *r, char *data)
{
    return read_branches(r, data, PLAN_LINK_GO);
}

static int read_gosubif(struct reader *r, char *data)
{
    return read_branches(r, data, PLAN_LINK_SUB);
}

/* The name of a Macro is that of its context, without "macro-". */
static int read_macro_name(struct reader *r, char *data, const char *when)
{
    char *name, *copy;

    data[strcspn(data, ",^")] = '\0';
    name = plan_strip(data);
    copy = mem_zalloc(strlen(name) + sizeof("macro-"));
    if (!copy)
        return ENOMEM;
    strcat(strcpy(copy, "macro-"), name);
    tell(r, &(struct plan_link){.kind = PLAN_LINK_SUB,
                                .when = when,
                                .context = slice_of(copy),
                                .exten = SLICE("s"),
                                .priority = SLICE("1"),
                                .sound = SLICE_NONE});
    mem_free(copy);
    return 0;
}

static int read_macro(struct reader *r, char *data)
{
    return read_macro_name(r, data, "");
}

static int read_macroif(struct reader *r, char *data)
{
    char *yes, *no;
    int err = 0;

    cut_condition(data, &yes, &no);
    if (yes)
        err = read_macro_name(r, yes, "yes");
    if (!err && no)
        err = read_macro_name(r, no, "no");
    return err;
}

/* "App(data)" */
static int read_call(struct reader *r, char *text)
{
    char *data = strchr(text, '('), *end;

    if (!data || *text == '$')
        return 0;
    *data++ = '\0';
    end = strrchr(data, ')');
    if (end)
        *end = '\0';
    return read_text(r, slice_trim(slice_of(text)), data);
}

static int read_exec(struct reader *r, char *data)
{
    return read_call(r, data);
}

static int read_execif(struct reader *r, char *data)
{
    bool yes_goes_on;
    char *yes, *no;
    int err = 0;

    cut_condition(data, &yes, &no);
    if (yes)
        err = read_call(r, yes);
    yes_goes_on = r->goes_on;
    r->goes_on = true;
    if (!err && no)
        err = read_call(r, no);
    r->goes_on = !no || yes_goes_on || r->goes_on;
    return err;
}

static int read_end(struct reader *r, char *data)
{
    r->goes_on = false;
    return 0;
}

static int read_digits_here(struct reader *r, char *data)
{
    tell(r, &(struct plan_link){.kind = PLAN_LINK_DIGITS, .when = "", .context = SLICE_NONE});
    return 0;
}

/* ---- sounds: file[&file...] in one argument ---- */

static void read_sounds(struct reader *r, char *files)
{
    struct slice rest = slice_of(files);

    while (slice_is_set(rest)) {
        const struct slice one = slice_trim(slice_cut(rest, '&', &rest));

        if (one.len)
            tell(r, &(struct plan_link){.kind = PLAN_LINK_SOUND, .when = "", .sound = one});
    }
}

static int read_sounds_at(struct reader *r, char *data, int at)
{
    char *argv[ARGUMENTS];

    plan_args_split_raw(data, ',', argv, ARGUMENTS);
    read_sounds(r, argv[at]);
    return 0;
}

static int read_first_sounds(struct reader *r, char *data)
{
    return read_sounds_at(r, data, 0);
}

static int read_second_sounds(struct reader *r, char *data)
{
    return read_sounds_at(r, data, 1);
}

static int read_fourth_sounds(struct reader *r, char *data)
{
    return read_sounds_at(r, data, 3);
}

static int read_background(struct reader *r, char *data)
{
    struct plan_link digits = {.kind = PLAN_LINK_DIGITS, .when = "", .context = SLICE_NONE};
    char *argv[ARGUMENTS];

    plan_args_split_raw(data, ',', argv, ARGUMENTS);
    read_sounds(r, argv[0]);
    if (*argv[3])
        digits.context = slice_of(argv[3]);
    tell(r, &digits);
    return 0;
}

/* ---- Dial ---- */

/* U(name[^arguments]) is name,s,1. */
static void read_sub_name(struct reader *r, char *text)
{
    text[strcspn(text, "^,")] = '\0';
    tell(r, &(struct plan_link){.kind = PLAN_LINK_SUB,
                                .when = "U",
                                .context = slice_trim(slice_of(text)),
                                .exten = SLICE("s"),
                                .priority = SLICE("1"),
                                .sound = SLICE_NONE});
}

static int read_dial_option(struct reader *r, char letter, char *text)
{
    switch (letter) {
    case 'F': read_place(r, text, PLAN_LINK_GO, "F"); break;
    case 'G': read_place(r, text, PLAN_LINK_GO, "G"); break;
    case 'M': return read_macro_name(r, text, "M");
    case 'U': read_sub_name(r, text); break;
    case 'b': read_place(r, text, PLAN_LINK_SUB, "b"); break;
    case 'B': read_place(r, text, PLAN_LINK_SUB, "B"); break;
    default: break;
    }
    return 0;
}

static int read_dial(struct reader *r, char *data)
{
    char *argv[4], letter, *text;
    int err = 0;

    plan_args_split_raw(data, ',', argv, 4);
    if (*argv[2] == '$')
        return 0;
    while (!err && plan_option_next(&argv[2], &letter, &text))
        if (text && *text)
            err = read_dial_option(r, letter, text);
    return err;
}

/* ---- the table ---- */

static const struct row {
    const char *app;
    int (*read)(struct reader *r, char *data); /* NULL: leads nowhere */
    bool is_instant;
} rows[] = {
    {"Authenticate", read_fourth_sounds, false},
    {"Background", read_background, false},
    {"BackgroundDetect", read_first_sounds, false},
    {"Busy", read_end, false},
    {"Congestion", read_end, false},
    {"ControlPlayback", read_first_sounds, false},
    {"Dial", read_dial, false},
    {"Exec", read_exec, true},
    {"ExecIf", read_execif, true},
    {"ExecIfTime", read_execif, true},
    {"Gosub", read_gosub, true},
    {"GosubIf", read_gosubif, true},
    {"Goto", read_goto, true},
    {"GotoIf", read_gotoif, true},
    {"GotoIfTime", read_gotoif, true},
    {"Hangup", read_end, false},
    {"Log", NULL, true},
    {"MSet", NULL, true},
    {"Macro", read_macro, true},
    {"MacroExit", read_end, false},
    {"MacroIf", read_macroif, true},
    {"NoOp", NULL, true},
    {"Playback", read_first_sounds, false},
    {"Read", read_second_sounds, false},
    {"ReadExten", read_second_sounds, false},
    {"RetryDial", read_first_sounds, false},
    {"Return", read_end, false},
    {"Set", NULL, true},
    {"TryExec", read_exec, true},
    {"Verbose", NULL, true},
    {"WaitExten", read_digits_here, false},
};

static const struct row *row_of(struct slice app)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (slice_caseeqz(app, rows[i].app))
            return &rows[i];
    return NULL;
}

static int read_text(struct reader *r, struct slice app, const char *data)
{
    const struct row *row = row_of(app);
    char *copy;
    int err;

    if (!row || !row->read || r->nested >= NESTED_MAX)
        return 0;
    copy = mem_strdup(data);
    if (!copy)
        return ENOMEM;
    r->nested++;
    err = row->read(r, copy);
    r->nested--;
    mem_free(copy);
    return err;
}

int plan_link_step(struct slice app, const char *data, plan_link_h *h, void *arg, bool *goes_on)
{
    struct reader r = {.h = h, .arg = arg, .goes_on = true};
    const int err = read_text(&r, app, data);

    *goes_on = r.goes_on;
    return err;
}

bool plan_link_is_instant(struct slice app)
{
    const struct row *row = row_of(app);

    return row && row->is_instant;
}
