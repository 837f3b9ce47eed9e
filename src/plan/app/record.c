/* app/record.c - Record: what the caller says, into a file */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "plan/app/all.h"
#include "plan/args.h"
#include "plan/taping.h"
#include "plan/wait.h"

#define DIGIT_CUT_MS 250 /* as in Asterisk: the beginning of the tone is not heard */

struct record {
    char *name, *format;
    int64_t silence_ms, most_ms;
    bool is_append, no_answer, has_operator, is_quiet, is_skipped, is_star, is_untruncated, no_ends;
    bool is_kept, any_ends;
    char ends[sizeof(PLAN_ALL_DIGITS)];
};

static void set_status(struct plan_run *run, const char *status)
{
    channel_var_set(run->channel, SLICE("RECORD_STATUS"), slice_of(status));
}

static void warn(const struct plan_run *run, const char *what, const char *about)
{
    const struct channel *ch = run->channel;

    log_warning("Record: %s call=%s channel=\"%s\" at=\"%s,%s,%d\" about=\"%s\"", what,
                ch->linkedid, ch->name, ch->context ? ch->context : "", ch->exten ? ch->exten : "",
                ch->priority, about);
}

/* ---- what is asked for ---- */

static int64_t take_seconds(const struct plan_run *run, const char *text)
{
    char *end;
    const long s = strtol(text, &end, 10);

    if (end != text && s >= 0 && s <= 86400)
        return s * INT64_C(1000);
    if (*text)
        warn(run, "seconds between 0 and 86400 are wanted, there is no limit now", text);
    return 0;
}

static void take_options(struct record *r, char *options)
{
    char letter, *arg;

    while (plan_option_next(&options, &letter, &arg)) {
        switch (letter) {
        case 'a': r->is_append = true; break;
        case 'n': r->no_answer = true; break;
        case 'o': r->has_operator = true; break;
        case 'q': r->is_quiet = true; break;
        case 's': r->is_skipped = true; break;
        case 't': r->is_star = true; break;
        case 'u': r->is_untruncated = true; break;
        case 'x': r->no_ends = true; break;
        case 'k': r->is_kept = true; break;
        case 'y': r->any_ends = true; break;
        default: break;
        }
    }
}

/* x takes the key away that t or nothing names; y and o stay what they are. */
static void name_ends(struct record *r)
{
    if (r->any_ends)
        strcpy(r->ends, PLAN_ALL_DIGITS);
    else if (r->no_ends)
        strcpy(r->ends, r->has_operator ? "0" : "");
    else
        strcpy(r->ends, r->is_star ? r->has_operator ? "*0" : "*" : r->has_operator ? "#0" : "#");
}

/* "name.wav", or "name:wav" as in old routings. @return false: there is no format */
static bool cut_format(struct record *r, char *file)
{
    char *at = strrchr(file, '.');

    if (!at)
        at = strchr(file, ':');
    r->name = file;
    if (at)
        *at++ = '\0';
    r->format = at;
    return at && *at;
}

static bool parse(struct plan_run *run, struct record *r, char *data)
{
    char *argv[4];

    plan_args_split(data, ',', argv, 4);
    if (!cut_format(r, argv[0])) {
        warn(run, "it needs a file with a format: \"greeting.wav\"", argv[0]);
        return false;
    }
    r->silence_ms = take_seconds(run, argv[1]);
    r->most_ms = take_seconds(run, argv[2]);
    take_options(r, argv[3]);
    name_ends(r);
    return true;
}

/* ---- doing it ---- */

/* @return 0; -1: gone */
static int beep(struct plan_run *run)
{
    bool failed;

    return plan_play(run, "beep", NULL, &failed);
}

static const char *status_of(const struct record *r, const struct plan_taping *t,
                             enum plan_taping_end end)
{
    switch (end) {
    case PLAN_TAPING_DIGIT: return r->has_operator && t->digit == '0' ? "OPERATOR" : "DTMF";
    case PLAN_TAPING_SILENCE: return "SILENCE";
    case PLAN_TAPING_TIME: return "TIMEOUT";
    case PLAN_TAPING_HANGUP: return "HANGUP";
    case PLAN_TAPING_FAILED: break;
    }
    return "ERROR";
}

static int tape(struct plan_run *run, const struct record *r, const struct plan_taping_name *name)
{
    struct plan_taping t = {.file = buf_z(&name->file),
                            .ends = r->ends,
                            .is_append = r->is_append,
                            .is_silence_kept = r->is_untruncated,
                            .is_lost_by_hangup = !r->is_kept,
                            .silence_ms = r->silence_ms,
                            .most_ms = r->most_ms,
                            .digit_cut_ms = DIGIT_CUT_MS};
    const enum plan_taping_end end = plan_taping_run(run, &t);

    if (t.err)
        plan_taping_warn(run, "Record", t.file, t.err);
    set_status(run, status_of(r, &t, end));
    return end == PLAN_TAPING_HANGUP ? PLAN_END : PLAN_NEXT;
}

/* The name is told before anything else happens, so that extension h knows it. */
static int record(struct plan_run *run, const struct record *r, const struct plan_taping_name *name)
{
    channel_var_set(run->channel, SLICE("RECORDED_FILE"), buf_slice(&name->shown));
    if (run->channel->state != CHANNEL_UP && r->is_skipped) {
        set_status(run, "SKIP");
        return PLAN_NEXT;
    }
    if (run->channel->state != CHANNEL_UP && !r->no_answer && channel_answer(run->channel)) {
        warn(run, "the call could not be answered", "");
        set_status(run, "ERROR");
        return PLAN_END;
    }
    if (!r->is_quiet && beep(run) < 0) {
        set_status(run, "HANGUP");
        return PLAN_END;
    }
    return tape(run, r, name);
}

static int record_exec(struct plan_run *run, char *data)
{
    struct record r = {0};
    struct plan_taping_name name = {0};
    int err, rc;

    if (!parse(run, &r, data)) {
        set_status(run, "ERROR");
        return PLAN_END;
    }
    err = plan_taping_name(run, slice_of(r.name), slice_of(r.format), &name);
    if (err) {
        plan_taping_warn(run, "Record", r.name, err);
        set_status(run, "ERROR");
        return PLAN_NEXT;
    }
    rc = record(run, &r, &name);
    plan_taping_name_fini(&name);
    return rc;
}

const struct plan_app plan_app_record = {
    .name = "Record",
    .syntax = "Record(filename.format,[silence,[maxduration,[options]]])",
    .help_ru =
        "Записывает в файл то, что говорит звонящий\nФайл лежит в каталоге записей (recordings), format - wav, wav16, WAV, "
        "gsm, sln, sln16, ulaw, alaw; %d в имени - первый свободный номер; Playback(${RECORDED_FILE}) играет "
        "запись. silence - после стольких секунд тишины запись кончается, последняя тишина отрезается; maxduration - не дольше (секунд); "
        "0 - без предела. Запись кончает #; если звонящий кладёт трубку, она теряется.\noptions: a - дописывать к "
        "тому, что есть; n - не отвечать на вызов; o - и 0 кончает, RECORD_STATUS тогда OPERATOR; q - без сигнала; s "
        "- пропустить, если вызов не отвечен; t - кончает * вместо #; u - тишину не отрезать; x - цифры не "
        "кончают; k - оставить файл, когда кладут трубку; y - кончает любая цифра.\nПеременные: RECORDED_FILE - имя без расширения; RECORD_STATUS - DTMF, "
        "SILENCE, SKIP, TIMEOUT, HANGUP, ERROR, OPERATOR.",
    .help_en =
        "Record what the caller says to a file\nThe file lies in the folder of recordings, format: wav, wav16, WAV, gsm, "
        "sln, sln16, ulaw, alaw; %d in the name is the first number that is free; Playback(${RECORDED_FILE}) plays it. "
        "silence: so many seconds of it end the recording, and are cut off; maxduration: no longer (seconds); 0: no "
        "limit. # ends it; when the caller hangs up it is lost.\noptions: a - append to what is there; n - do not "
        "answer the call; o - 0 ends it, too, with RECORD_STATUS=OPERATOR; q - no beep; s - skip when the call is not "
        "answered; t - * ends it instead of #; u - do not cut the silence off; x - digits do not end it; k - keep the "
        "file when the caller hangs up; y - any digit ends it.\nVariables: RECORDED_FILE: its name without extension; "
        "RECORD_STATUS: DTMF, SILENCE, SKIP, TIMEOUT, HANGUP, ERROR, OPERATOR.",
    .shown = "tests/scene/record-statuses.scene",
    .exec = record_exec,
};
