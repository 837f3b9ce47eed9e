/* recorder.c - what MixMonitor is told, and what follows a recording (recorder.h) */
#include "plan/recorder.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "call/observe.h"
#include "ipc/recorded.h"
#include "model/snapshot.h"
#include "plan/args.h"
#include "plan/core.h"
#include "plan/program.h"
#include "plan/recorded.h"
#include "plan/recorder_inner.h"
#include "plan/subst.h"

#define BEEP_S 15 /* between two of option B; no less than BEEP_LEAST_S */
#define BEEP_LEAST_S 5

static void warn(const struct channel *ch, const char *what, const char *about)
{
    log_warning("MixMonitor: %s call=%s channel=\"%s\" at=\"%s,%s,%d\" about=\"%s\"", what,
                ch->linkedid, ch->name, ch->context ? ch->context : "", ch->exten ? ch->exten : "",
                ch->priority, about);
}

/* ---- names ---- */

static bool has_control(struct slice s)
{
    for (size_t i = 0; i < s.len; i++)
        if ((unsigned char)s.p[i] < ' ' || s.p[i] == 0x7f)
            return true;
    return false;
}

/* Each folder on the way, and the file, has a name of its own. */
static int check_parts(struct slice name)
{
    struct slice rest = name;

    while (slice_is_set(rest)) {
        struct slice part = slice_cut(rest, '/', &rest);

        if (!part.len)
            return EINVAL;
        if (slice_eqz(part, ".."))
            return EACCES;
    }
    return 0;
}

static struct slice without_folder(struct slice name)
{
    name = recorded_below(name);
    while (slice_starts(name, SLICE("./")))
        name = slice_skip(name, 2);
    return name;
}

static struct slice extension_of(struct slice name)
{
    for (size_t i = name.len; i > 0 && name.p[i - 1] != '/'; i--)
        if (name.p[i - 1] == '.')
            return slice_skip(name, i);
    return SLICE_NONE;
}

int plan_recorder_name(struct slice given, struct buf *out)
{
    const struct slice name = without_folder(slice_trim(given)), ext = extension_of(name);
    int err;

    if (slice_trim(given).len && (!slice_is_set(name) || (name.len && name.p[0] == '/')))
        return EACCES;
    if (!name.len || has_control(name))
        return EINVAL;
    err = check_parts(name);
    if (err)
        return err;
    if (name.len + 4 > MEDIA_PATH_MAX)
        return ENAMETOOLONG;
    if (slice_caseeqz(ext, "wav49")) {
        buf_add(out, name.p, name.len - ext.len);
        return buf_addz(out, "WAV");
    }
    buf_adds(out, name);
    return ext.len ? buf_err(out) : buf_addz(out, slice_is_set(ext) ? "wav" : ".wav");
}

void plan_recorder_put_name(const char *name, struct buf *out)
{
    if (name)
        buf_printf(out, PLAN_RECORDINGS "/%s", name);
}

/* ---- options ---- */

/* What is asked for, with the texts that recording_args only borrows. */
struct asked {
    struct recording_args args;
    struct buf mixed, rx, tx, command;
    const char *variable; /* i */
};

/* -4 ... 4: twice as loud or quiet, four, six, eight times. */
static bool take_volume(const struct channel *ch, const char *text, int8_t *db)
{
    static const int8_t gain[] = {0, 6, 12, 16, 18};
    char *end;
    const long x = text ? strtol(text, &end, 10) : 99;

    if (x < -4 || x > 4 || end == text) {
        warn(ch, "a volume is a number between -4 and 4", text ? text : "");
        return false;
    }
    *db = x < 0 ? (int8_t)-gain[-x] : gain[x];
    return true;
}

static uint32_t beep_interval(const char *text)
{
    const long s = text && *text ? strtol(text, NULL, 10) : BEEP_S;

    return s < BEEP_LEAST_S ? BEEP_LEAST_S : s > 86400 ? 86400 : (uint32_t)s;
}

static uint32_t skipped_ms(const struct channel *ch, const char *text)
{
    long long ms;

    if (!text || plan_parse_seconds(text, &ms) || ms < 0 || ms > 86400000) {
        warn(ch, "option s takes seconds; nothing is skipped", text ? text : "");
        return 0;
    }
    return (uint32_t)ms;
}

/* The name stands in a row of the database, where it must be text: a caller's name need not be. */
static int name_in_text(struct slice given, struct buf *out)
{
    struct buf text;
    int err;

    buf_init(&text, 3 * MEDIA_PATH_MAX + 100);
    err = utf8_repair(given, &text);
    err = err == ENOMEM ? ENOMEM : err ? ENAMETOOLONG : plan_recorder_name(buf_slice(&text), out);
    buf_fini(&text);
    return err;
}

static int take_name(struct channel *ch, const char *text, struct buf *out)
{
    int err = name_in_text(slice_of(text), out);

    if (!err)
        plan_recorded_note(ch, slice_trim(slice_of(text)), buf_slice(out));

    if (err == EACCES)
        warn(ch, "a file lies below the folder of recordings, without \"..\"; nothing is recorded",
             text);
    else if (err)
        warn(ch, "that is no name of a file; nothing is recorded", text);
    return err;
}

static int take_leg(struct channel *ch, const char *text, struct buf *out)
{
    return text && *text ? take_name(ch, text, out) : 0;
}

static void unknown(const struct channel *ch, char letter)
{
    const char text[2] = {letter, '\0'};

    warn(ch, "option is not known", text);
}

/* The letters that say how it sounds. @return false: another one */
static bool take_sound(struct asked *a, const struct channel *ch, char letter, const char *arg)
{
    struct recording_args *r = &a->args;

    switch (letter) {
    case 'v': (void)take_volume(ch, arg, &r->rx_db); return true;
    case 'V': (void)take_volume(ch, arg, &r->tx_db); return true;
    case 'W':
        if (take_volume(ch, arg, &r->rx_db))
            r->tx_db = r->rx_db;
        return true;
    case 'B': r->beep_s = beep_interval(arg); return true;
    case 'p': r->is_beep_first = true; return true;
    case 'P': r->is_beep_last = true; return true;
    case 's': r->skip_ms = skipped_ms(ch, arg); return true;
    default: return false;
    }
}

static int take_option(struct asked *a, struct channel *ch, char letter, const char *arg)
{
    switch (letter) {
    case 'a': a->args.is_append = true; break;
    case 'b': a->args.is_joined_only = true; break;
    case 'd': a->args.is_temporary = true; break;
    case 'D': a->args.is_stereo = true; break;
    case 'i': a->variable = arg; break;
    case 'r': return take_leg(ch, arg, &a->rx);
    case 't': return take_leg(ch, arg, &a->tx);
    case 'm': warn(ch, "mailboxes come with voicemail; no copy is made", arg ? arg : ""); break;
    case 'c': /* of the copy in a mailbox */
    case 'n': /* the files of both sides are in step, always */
    case 'S': break;
    default:
        if (!take_sound(a, ch, letter, arg))
            unknown(ch, letter);
    }
    return 0;
}

static int take_options(struct asked *a, struct channel *ch, char *options)
{
    char letter, *arg;
    int err = 0;

    while (!err && plan_option_next(&options, &letter, &arg))
        if ((unsigned char)letter > ' ')
            err = take_option(a, ch, letter, arg);
    return err;
}

/* ---- the station's own choice of voices ---- */

/* "a.wav" gives "a_receive.wav". */
static void put_side(const struct buf *mixed, const char *side, struct buf *out)
{
    const struct slice all = buf_slice(mixed);
    size_t stem = all.len;

    for (size_t i = all.len; i > 0 && all.p[i - 1] != '/'; i--) {
        if (all.p[i - 1] == '.') {
            stem = i - 1;
            break;
        }
    }
    buf_add(out, all.p, stem);
    buf_addz(out, side);
    buf_adds(out, slice_skip(all, stem));
}

/* Setting recording_mode does to every recording what the manual does with its steps, one by one. */
static int follow_mode(const struct plan_core *p, struct asked *a)
{
    const struct model_settings *s = plan_settings(p);

    if (!s || !a->mixed.len)
        return 0;
    if (s->recording_mode == MODEL_RECORDING_MONO) {
        buf_reset(&a->rx);
        buf_reset(&a->tx);
    }
    if (s->recording_mode == MODEL_RECORDING_STEREO && !a->rx.len && !a->tx.len) {
        put_side(&a->mixed, "_receive", &a->rx);
        put_side(&a->mixed, "_transmit", &a->tx);
    }
    return buf_err(&a->rx) ? buf_err(&a->rx) : buf_err(&a->tx);
}

/* ---- start and stop ---- */

static struct slice text_of(const struct buf *b)
{
    return b->len ? buf_slice(b) : SLICE_NONE;
}

static void tell_name(struct channel *ch, const struct buf *mixed)
{
    struct buf name;

    if (!mixed->len)
        return;
    buf_init(&name, sizeof(PLAN_RECORDINGS) + MEDIA_PATH_MAX + 8);
    plan_recorder_put_name(buf_z(mixed), &name);
    (void)channel_var_set(ch, SLICE("MIXMONITOR_FILENAME"), buf_slice(&name));
    plan_recorded_note(ch, buf_slice(&name), buf_slice(mixed));
    buf_fini(&name);
}

/* Filled in now: what a later variable holds is none of the recording's. */
static int fill_command(struct plan_core *p, struct channel *ch, struct asked *a, const char *text)
{
    const struct plan_env env = {.core = p, .channel = ch};
    int err = *text ? plan_expand_caret(&env, slice_of(text), &a->command) : 0;

    if (err)
        warn(ch, "the command is too long and will not run", "");
    return err == ENOMEM ? ENOMEM : 0;
}

static int parse(struct plan_core *p, struct channel *ch, struct asked *a,
                 const struct plan_recorder_words *words)
{
    int err = *words->file ? take_name(ch, words->file, &a->mixed) : 0;

    if (!err)
        err = take_options(a, ch, words->options);
    if (!err && !a->mixed.len && !a->rx.len && !a->tx.len) {
        warn(ch, "it needs a file: its first argument, or option r(file) or t(file)", "");
        err = EINVAL;
    }
    if (err)
        return err;
    err = follow_mode(p, a);
    if (err)
        return err;
    tell_name(ch, &a->mixed);
    return fill_command(p, ch, a, words->command);
}

static int begin(struct channel *ch, struct asked *a, struct recording **rp)
{
    struct recording *r;
    int err;

    a->args.mixed = text_of(&a->mixed);
    a->args.rx = text_of(&a->rx);
    a->args.tx = text_of(&a->tx);
    a->args.command = text_of(&a->command);
    err = recording_start(&r, ch, &a->args);
    if (err) {
        warn(ch, "not begun", strerror(err));
        return err;
    }
    if (a->variable && *a->variable)
        (void)channel_var_set(ch, slice_of(a->variable), slice_of(r->id));
    if (rp)
        *rp = r;
    return 0;
}

int plan_recorder_start(struct plan_core *p, struct channel *ch,
                        const struct plan_recorder_words *words, struct recording **rp)
{
    char *options = mem_strdup(words->options);
    struct asked a = {.args.options = slice_of(options)};
    int err = options ? 0 : ENOMEM;

    buf_init(&a.mixed, MEDIA_PATH_MAX + 1);
    buf_init(&a.rx, MEDIA_PATH_MAX + 1);
    buf_init(&a.tx, MEDIA_PATH_MAX + 1);
    buf_init(&a.command, PLAN_COMMAND_MAX);
    if (!err)
        err = parse(p, ch, &a, words);
    if (!err)
        err = begin(ch, &a, rp);
    buf_fini(&a.mixed);
    buf_fini(&a.rx);
    buf_fini(&a.tx);
    buf_fini(&a.command);
    mem_free(options);
    return err;
}

int plan_recorder_stop(struct channel *ch, struct slice id)
{
    struct recording *r = recording_find(ch, slice_trim(id));

    if (!r)
        return ENOENT;
    recording_stop(r);
    return 0;
}
