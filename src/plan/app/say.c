/* app/say.c - SayNumber, SayDigits, SayAlpha and their like: values as speech (plan/say/say.h) */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "plan/app/all.h"
#include "plan/app/saying.h"
#include "plan/args.h"
#include "plan/core.h"
#include "plan/say/say.h"
#include "plan/wait.h"
#include "plan/zone.h"

#define MOST_SAID 16384
#define MOST_AT_ONCE 1800 /* bytes of names in one play */

const char *saying_language(const struct plan_run *run)
{
    return run->channel->language ? run->channel->language : "";
}

/* How much of names goes into one play: whole names. */
static size_t part_of(struct slice names)
{
    size_t n = names.len;

    if (n <= MOST_AT_ONCE)
        return n;
    n = MOST_AT_ONCE;
    while (n && names.p[n] != '&')
        n--;
    return n ? n : names.len;
}

int saying_play(struct plan_run *run, const struct buf *names, const char *digits)
{
    struct slice rest = buf_slice(names);
    bool failed;
    int rc = 0;

    while (rest.len && !rc) {
        const size_t n = part_of(rest);
        char *part = mem_strndup(rest.p, n);

        if (!part)
            return -1;
        rc = plan_play(run, part, digits, &failed);
        mem_free(part);
        rest = slice_skip(rest, n < rest.len ? n + 1 : n);
    }
    return rc;
}

/* With SAY_DTMF_INTERRUPT a digit stops it, and begins an extension. */
static int play(struct plan_run *run, const struct buf *names, int err)
{
    const struct slice v = channel_var_get(run->channel, SLICE("SAY_DTMF_INTERRUPT"));
    const bool stops = slice_caseeqz(v, "yes") || slice_caseeqz(v, "true") || slice_eqz(v, "1") ||
                       slice_caseeqz(v, "on") || slice_caseeqz(v, "y") || slice_caseeqz(v, "t");
    int rc;

    if (err == ENOMEM)
        return PLAN_END;
    rc = saying_play(run, names, stops ? PLAN_ALL_DIGITS : NULL);
    return rc < 0 ? PLAN_END : rc;
}

static int missing(const struct plan_run *run, const char *data)
{
    const struct channel *ch = run->channel;

    log_warning("nothing to say, or no number call=%s at=\"%s,%s,%d\" application=%s data=\"%s\"",
                ch->linkedid, ch->context, ch->exten, ch->priority, ch->app ? ch->app : "", data);
    return *data ? PLAN_NEXT : PLAN_END;
}

/* A whole number, all of text. @return 0; EINVAL */
static int parse_number(const char *text, int64_t *n)
{
    char *end;

    errno = 0;
    *n = strtoll(text, &end, 10);
    return end == text || *end || errno ? EINVAL : 0;
}

static enum say_gender gender_of(const char *option)
{
    return *option == 'f' || *option == 'F'   ? SAY_FEMALE
           : *option == 'n' || *option == 'N' ? SAY_NEUTER
                                              : SAY_MALE;
}

static int number_exec(struct plan_run *run, char *data)
{
    struct buf names;
    char *argv[2];
    int64_t n;
    int rc;

    plan_args_split(data, ',', argv, 2);
    if (parse_number(argv[0], &n))
        return missing(run, argv[0]);
    buf_init(&names, MOST_SAID);
    rc = play(run, &names, say_number(&names, saying_language(run), n, gender_of(argv[1])));
    buf_fini(&names);
    return rc;
}

static int ordinal_exec(struct plan_run *run, char *data)
{
    struct buf names;
    char *argv[2];
    int64_t n;
    int rc;

    plan_args_split(data, ',', argv, 2);
    if (parse_number(argv[0], &n))
        return missing(run, argv[0]);
    buf_init(&names, MOST_SAID);
    rc = play(run, &names, say_ordinal(&names, saying_language(run), n));
    buf_fini(&names);
    return rc;
}

static int money_exec(struct plan_run *run, char *data)
{
    struct buf names;
    int rc;

    if (!*data)
        return missing(run, data);
    buf_init(&names, MOST_SAID);
    rc = play(run, &names, say_money(&names, saying_language(run), data));
    buf_fini(&names);
    return rc;
}

static int digits_exec(struct plan_run *run, char *data)
{
    struct buf names;
    int rc;

    buf_init(&names, MOST_SAID);
    rc = play(run, &names, say_digits(&names, data));
    buf_fini(&names);
    return rc;
}

static int alpha_exec(struct plan_run *run, char *data)
{
    struct buf names;
    int rc;

    buf_init(&names, MOST_SAID);
    rc = play(run, &names, say_alpha(&names, data, SAY_CASE_NONE));
    buf_fini(&names);
    return rc;
}

int saying_case(const char *letter, enum say_case *c)
{
    switch (*letter) {
    case 'a':
    case 'A': *c = SAY_CASE_ALL; return 0;
    case 'l':
    case 'L': *c = SAY_CASE_LOWER; return 0;
    case 'n':
    case 'N': *c = SAY_CASE_NONE; return 0;
    case 'u':
    case 'U': *c = SAY_CASE_UPPER; return 0;
    default: return EINVAL;
    }
}

static int alphacase_exec(struct plan_run *run, char *data)
{
    enum say_case c;
    struct buf names;
    char *argv[2];
    int rc;

    plan_args_split(data, ',', argv, 2);
    if (saying_case(argv[0], &c) || !*argv[1])
        return missing(run, data);
    buf_init(&names, MOST_SAID);
    rc = play(run, &names, say_alpha(&names, argv[1], c));
    buf_fini(&names);
    return rc;
}

static int phonetic_exec(struct plan_run *run, char *data)
{
    struct buf names;
    int rc;

    buf_init(&names, MOST_SAID);
    rc = play(run, &names, say_phonetic(&names, data));
    buf_fini(&names);
    return rc;
}

static int64_t day_of(const struct tm *tm)
{
    struct tm copy = *tm;

    copy.tm_hour = copy.tm_min = copy.tm_sec = 0;
    return timegm(&copy) / 86400;
}

int saying_time(const struct plan_run *run, struct say_time *t, const char *seconds,
                const char *zone)
{
    const int64_t now = loop_wall(plan_loop(run->core)).us / 1000000;
    int64_t at = now;
    struct tm today;
    int err;

    if (*seconds && parse_number(seconds, &at))
        at = now;
    err = zones_localtime(run->core->zones, zone, at, &t->tm);
    if (err == ENOENT)
        err = zones_localtime(run->core->zones, "", at, &t->tm);
    if (!err)
        err = zones_localtime(run->core->zones, zone, now, &today);
    if (err == ENOENT)
        err = zones_localtime(run->core->zones, "", now, &today);
    if (!err)
        t->days_behind = day_of(&today) - day_of(&t->tm);
    return err;
}

static int unixtime_exec(struct plan_run *run, char *data)
{
    struct channel *ch = run->channel;
    struct say_time t;
    struct buf names;
    char *argv[4];
    int rc = -1;

    plan_args_split(data, ',', argv, 4);
    if (ch->state != CHANNEL_UP && channel_answer(ch))
        return PLAN_END;
    if (saying_time(run, &t, argv[0], argv[1]))
        return PLAN_NEXT;
    buf_init(&names, MOST_SAID);
    if (say_time(&names, saying_language(run), &t, argv[2]) != ENOMEM)
        rc = saying_play(run, &names, strchr(argv[3], 'j') ? PLAN_ALL_DIGITS : NULL);
    buf_fini(&names);
    return rc < 0 ? PLAN_END : rc;
}

#define SHOWN .shown = "tests/unit/plan/test_say.c"
#define INTERRUPT_RU " С SAY_DTMF_INTERRUPT=yes цифра прерывает речь и начинает номер."
#define INTERRUPT_EN " With SAY_DTMF_INTERRUPT=yes a digit stops it and begins an extension."

const struct plan_app plan_app_saynumber = {
    .name = "SayNumber",
    .syntax = "SayNumber(number[,gender])",
    .help_ru =
        "Произносит число\nНа языке канала: по-русски с падежами, gender - род того, что считают: m, f "
        "или n." INTERRUPT_RU,
    .help_en =
        "Say a number\nIn the channel's language; gender of what is counted (in Russian): m, f or "
        "n." INTERRUPT_EN,
    SHOWN,
    .exec = number_exec,
};

const struct plan_app plan_app_sayordinal = {
    .name = "SayOrdinal",
    .syntax = "SayOrdinal(number)",
    .help_ru = "Произносит порядковое числительное: пятое, двадцать первое",
    .help_en = "Say an ordinal number: fifth, twenty-first",
    SHOWN,
    .exec = ordinal_exec,
};

const struct plan_app plan_app_saymoney = {
    .name = "SayMoney",
    .syntax = "SayMoney(dollars.cents)",
    .help_ru = "Произносит сумму в долларах и центах\nКак в Asterisk, на любом языке; рублей нет.",
    .help_en = "Say an amount in dollars and cents\nAs Asterisk, in every language.",
    SHOWN,
    .exec = money_exec,
};

const struct plan_app plan_app_saydigits = {
    .name = "SayDigits",
    .syntax = "SayDigits(digits)",
    .help_ru = "Произносит цифры по одной\nТакже * # и минус; остальное пропускается." INTERRUPT_RU,
    .help_en = "Say digits one by one\nAlso * # and minus; the rest is passed over." INTERRUPT_EN,
    SHOWN,
    .exec = digits_exec,
};

const struct plan_app plan_app_sayalpha = {
    .name = "SayAlpha",
    .syntax = "SayAlpha(text)",
    .help_ru = "Произносит текст по буквам" INTERRUPT_RU,
    .help_en = "Spell a text" INTERRUPT_EN,
    SHOWN,
    .exec = alpha_exec,
};

const struct plan_app plan_app_sayalphacase = {
    .name = "SayAlphaCase",
    .syntax = "SayAlphaCase(case,text)",
    .help_ru =
        "Произносит текст по буквам и говорит, какие из них большие\ncase: a - большие и маленькие; l - "
        "маленькие; u - большие; n - никакие.",
    .help_en =
        "Spell a text and say which letters are capital\ncase: a - capital and small ones; l - small "
        "ones; u - capital ones; n - none.",
    SHOWN,
    .exec = alphacase_exec,
};

const struct plan_app plan_app_sayphonetic = {
    .name = "SayPhonetic",
    .syntax = "SayPhonetic(text)",
    .help_ru = "Произносит текст словами для букв: анна, борис",
    .help_en = "Spell a text with words for letters: alpha, bravo",
    SHOWN,
    .exec = phonetic_exec,
};

#define TIME_RU                                                                                                                                                       \
    "Произносит дату и время\nunixtime - секунды с 1970 года (без них - сейчас), timezone - Europe/Moscow. "              \
    "format - буквы: A день недели, d число, B месяц, Y год, H k час, I l час из двенадцати, p до или после " \
    "полудня, M минуты, S секунды, Q день по давности (сегодня, вчера ...), R часы и минуты, 'файл'. "   \
    "По-русски без format: день недели, число, месяц, год, часы и минуты с падежами. options: j - цифра "  \
    "прерывает речь и начинает номер."
#define TIME_EN                                                                                               \
    "Say date and time\nunixtime: seconds since 1970 (without it: now), timezone: Europe/Moscow. format, by " \
    "letters: A weekday, d day, B month, Y year, H k hour, I l hour of twelve, p a.m. or p.m., M minutes, S " \
    "seconds, Q day by its distance (today, yesterday ...), R hours and minutes, 'file'. options: j - a "     \
    "digit stops it and begins an extension."

const struct plan_app plan_app_sayunixtime = {
    .name = "SayUnixTime",
    .syntax = "SayUnixTime([unixtime[,timezone[,format[,options]]]])",
    .help_ru = TIME_RU,
    .help_en = TIME_EN,
    SHOWN,
    .exec = unixtime_exec,
};

const struct plan_app plan_app_datetime = {
    .name = "DateTime",
    .syntax = "DateTime([unixtime[,timezone[,format[,options]]]])",
    .help_ru = TIME_RU,
    .help_en = TIME_EN,
    SHOWN,
    .exec = unixtime_exec,
};
