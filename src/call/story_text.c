/* story_text.c - telling a story in sentences (story.h) */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "call/channel.h"
#include "call/story_inner.h"

#define MOST_LEGS 256

/* %1 ... %4 are the step's words, %L the channel, %C cause number %1 in words, %D likewise %2,
   %W a who, %N a note, %F a caller. */
static const struct {
    const char *id, *ru, *en;
} steps[STEPS] = {
    [STEP_IN] = {"in", "Пришёл вызов, канал %1", "A call has come in, channel %1"},
    [STEP_OUT] = {"out", "Станция создала канал %1", "The station has made channel %1"},
    [STEP_CALLER] = {"caller", "Звонит %F, набран номер %2, контекст %3",
                     "%F calls, dialled %2, context %3"},
    [STEP_RUN] = {"run", "%1: %2(%3)", "%1: %2(%3)"},
    [STEP_RUN_RULE] = {"rule", "%1: %2(%3) — по правилу %4", "%1: %2(%3), by rule %4"},
    [STEP_RINGING] = {"ring", "%L: телефон звонит", "%L rings"},
    [STEP_UP] = {"up", "%L: ответ", "%L is answered"},
    [STEP_DIAL] = {"dial", "%L: вызывается %1", "%L dials %1"},
    [STEP_DIAL_STATE] = {"dialstate", "%L: %1", "%L: %1"},
    [STEP_DIAL_END] = {"dialend", "%L: вызов закончился как %1", "%L: dialling ended as %1"},
    [STEP_TALK] = {"talk", "Разговор: %L и %1", "%L and %1 talk"},
    [STEP_TALK_END] = {"talkend", "Разговор окончен, вышел %L", "The talk is over, %L has left"},
    [STEP_HOLD] = {"hold", "%L: собеседник поставлен на удержание", "%L puts the other on hold"},
    [STEP_UNHOLD] = {"unhold", "%L: удержание снято", "%L takes the other back from hold"},
    [STEP_DIGIT] = {"digit", "%L: нажато %1", "%L: key %1"},
    [STEP_ASKED] = {"asked", "%L: завершает %W, причина %2 (%D)", "%L: ended by %W, cause %2 (%D)"},
    [STEP_OVER] = {"over", "%L закрыт, причина %1 (%C)", "%L is closed, cause %1 (%C)"},
    [STEP_LOCAL] = {"local", "%L и %1 — две половины канала Local",
                    "%L and %1 are the halves of a Local channel"},
    [STEP_OPTIMIZE] = {"optimize", "%L: канал Local больше не нужен, стороны соединены напрямую",
                       "%L: the Local channel is no longer needed, its sides are joined"},
    [STEP_SIGNAL] = {"sip", "%L: SIP %1 %2", "%L: SIP %1 %2"},
    [STEP_NOTE] = {"note", "%L: %N %2", "%L: %N %2"},
    [STEP_RECORD] = {"record", "%L: запись в файл %1", "%L is recorded to %1"},
    [STEP_RECORD_STOP] = {"recordstop", "%L: запись в файл %1 остановлена",
                          "%L: recording to %1 is stopped"},
    [STEP_RECORD_FAIL] = {"recordfail", "%L: запись в файл %1 не удалась (%2), вызов идёт дальше",
                          "%L: recording to %1 failed (%2), the call goes on"},
    [STEP_CUT] = {"cut", "… дальше шагов слишком много, они не сохранены",
                  "... too many steps, the following ones are not kept"},
};

static const struct {
    int cause;
    const char *ru;
} causes[] = {
    {0, "не указана"},
    {1, "номер не существует"},
    {3, "нет маршрута"},
    {16, "обычное завершение"},
    {17, "занято"},
    {18, "телефон не откликается"},
    {19, "не отвечает"},
    {20, "абонент не подключён"},
    {21, "вызов отклонён"},
    {22, "номер изменён"},
    {25, "слишком много пересылок"},
    {26, "ответили на другом телефоне"},
    {27, "направление не работает"},
    {28, "неверный номер"},
    {31, "без уточнения"},
    {34, "нет свободных линий"},
    {38, "сеть неисправна"},
    {41, "временный сбой"},
    {42, "перегрузка"},
    {58, "услуга недоступна"},
    {88, "нет общих кодеков"},
    {127, "сбой на стыке сетей"},
};

static const struct {
    const char *who, *ru, *en;
} who_says[] = {
    {"far end", "собеседник на этом канале", "its far end"},
    {"station", "станция", "the station"},
    {"silence", "станция: от телефона нет звука", "the station: no sound from the phone"},
    {"other call", "другой вызов (SoftHangup)", "another call (SoftHangup)"},
    {"timeout", "предел времени", "a time limit"},
    {"caller", "звонивший", "the caller"},
    {"callee", "вызываемый", "the callee"},
    {"console", "администратор", "the administrator"},
    {"manager", "программа (Manager)", "a program (Manager)"},
    {"routing", "маршрутизация", "the routing"},
};

/* Notes that parts of the station make (CALL_NOTE's name); others are told as they are. */
static const struct {
    const char *id, *ru, *en;
} notes[] = {
    {"dial-timeout", "время ожидания ответа вышло", "the time to answer is over"},
    {"dial-unreachable", "некуда звонить:", "cannot be dialled:"},
    {"absolute-timeout", "вышло время, отведённое вызову", "the time allotted to the call is over"},
    {"digit-timeout", "цифры не набраны вовремя", "no digits in time"},
    {"taken-over", "станция перезапущена, вызов подхвачен",
     "the station was started again and took the call over"},
    {"forward", "переадресация на", "forwarded to"},
    {"function", "функция ничего не дала:", "a function brought nothing:"},
    {"silence", "от телефона нет звука", "no sound from the phone"},
    {"no-agreement", "в ответе нет подходящего описания звука (кодеки, шифрование)",
     "the answer describes no sound that fits (codecs, encryption)"},
};

const char *story_step_id(enum story_step s)
{
    return steps[s].id;
}

/* What is needed while one story is told. */
struct telling {
    struct buf *out;
    bool is_russian;
    long long start;              /* milliseconds since 1970 */
    struct slice legs[MOST_LEGS]; /* names by number, from their first lines */
    struct slice words[STORY_WORDS];
    uint32_t leg;
};

static void put_word(struct telling *t, struct slice word)
{
    for (size_t i = 0; i < word.len; i++) {
        char c = word.p[i];

        if (c == '\\' && i + 1 < word.len)
            c = word.p[++i] == 't' ? ' ' : word.p[i] == 'n' ? ' ' : word.p[i];
        if ((unsigned char)c >= ' ' && c != 0x7f)
            buf_addc(t->out, c);
    }
}

const char *story_cause_text(int cause, bool is_russian)
{
    for (size_t i = 0; is_russian && i < sizeof(causes) / sizeof(causes[0]); i++)
        if (causes[i].cause == cause)
            return causes[i].ru;
    return cause_text(cause);
}

static void put_cause(struct telling *t, struct slice number)
{
    char text[12] = "";

    slice_copy(number, text, sizeof(text));
    buf_addz(t->out, story_cause_text(atoi(text), t->is_russian));
}

/* "Anna <101>"; who is not known is not "<>". */
static void put_caller(struct telling *t, struct slice who)
{
    if (slice_eqz(who, "<>"))
        buf_addz(t->out, t->is_russian ? "неизвестный номер" : "an unknown number");
    else
        put_word(t, who);
}

static void put_who(struct telling *t, struct slice who)
{
    for (size_t i = 0; i < sizeof(who_says) / sizeof(who_says[0]); i++)
        if (slice_eqz(who, who_says[i].who)) {
            buf_addz(t->out, t->is_russian ? who_says[i].ru : who_says[i].en);
            return;
        }
    put_word(t, who);
}

static void put_note(struct telling *t, struct slice id)
{
    for (size_t i = 0; i < sizeof(notes) / sizeof(notes[0]); i++)
        if (slice_eqz(id, notes[i].id)) {
            buf_addz(t->out, t->is_russian ? notes[i].ru : notes[i].en);
            return;
        }
    put_word(t, id);
}

static void put_leg(struct telling *t)
{
    if (t->leg < MOST_LEGS && slice_is_set(t->legs[t->leg]))
        put_word(t, t->legs[t->leg]);
    else
        buf_printf(t->out, "#%u", t->leg);
}

static void put_sentence(struct telling *t, const char *form)
{
    for (; *form; form++) {
        if (*form != '%' || !form[1]) {
            buf_addc(t->out, *form);
            continue;
        }
        switch (*++form) {
        case 'L': put_leg(t); break;
        case 'C': put_cause(t, t->words[0]); break;
        case 'D': put_cause(t, t->words[1]); break;
        case 'F': put_caller(t, t->words[0]); break;
        case 'N': put_note(t, t->words[0]); break;
        case 'W': put_who(t, t->words[0]); break;
        default: put_word(t, t->words[*form - '1']);
        }
    }
}

static void put_time(struct buf *out, long long at)
{
    const time_t seconds = (time_t)(at / 1000);
    struct tm tm;
    char text[16];

    localtime_r(&seconds, &tm);
    strftime(text, sizeof(text), "%H:%M:%S", &tm);
    buf_printf(out, "%s.%03d  ", text, (int)(at % 1000));
}

/* One line of a story. @return 0; EBADMSG */
static int tell_line(struct telling *t, struct slice line)
{
    struct slice ms = slice_cut(line, '\t', &line), leg = slice_cut(line, '\t', &line),
                 id = slice_cut(line, '\t', &line);
    char number[24];
    size_t i = 0;

    for (int w = 0; w < STORY_WORDS; w++)
        t->words[w] = slice_is_set(line) ? slice_cut(line, '\t', &line) : SLICE_NONE;
    while (i < STEPS && !slice_eqz(id, steps[i].id))
        i++;
    if (i == STEPS || !leg.len || slice_copy(leg, number, sizeof(number)))
        return EBADMSG;
    t->leg = (uint32_t)strtoul(number, NULL, 10);
    if ((i == STEP_IN || i == STEP_OUT) && t->leg < MOST_LEGS)
        t->legs[t->leg] = t->words[0];
    if (slice_copy(ms, number, sizeof(number)))
        return EBADMSG;
    put_time(t->out, t->start + strtoll(number, NULL, 10));
    put_sentence(t, t->is_russian ? steps[i].ru : steps[i].en);
    return buf_addc(t->out, '\n');
}

/* The first line. @return 0; EBADMSG */
static int tell_start(struct telling *t, struct slice line)
{
    struct slice version = slice_cut(line, '\t', &line);
    char number[24];

    if (!slice_eqz(version, "1") || !slice_is_set(line) || !line.len ||
        slice_copy(line, number, sizeof(number)))
        return EBADMSG;
    t->start = strtoll(number, NULL, 10);
    return 0;
}

int story_tell(struct slice text, bool is_russian, struct buf *out)
{
    struct telling t = {.out = out, .is_russian = is_russian};
    int bad = tell_start(&t, slice_cut(text, '\n', &text));

    while (!bad && slice_is_set(text) && text.len) {
        struct slice line = slice_cut(text, '\n', &text);

        if (line.len)
            bad = tell_line(&t, line);
    }
    return buf_err(out) ? buf_err(out) : bad;
}
