/* app/mixmonitor.c - MixMonitor, StopMixMonitor: a call is recorded into files */
#include <errno.h>

#include "plan/app/all.h"
#include "plan/args.h"
#include "plan/core.h"
#include "plan/recorder.h"
#include "plan/wait.h"

#define BEEP_MS 250

/* Quotes around one argument, which was cut off with them. */
static char *unquoted(char *text)
{
    char *argv[1];

    plan_args_split(text, '\0', argv, 1);
    return argv[0];
}

/* The command keeps its quotes, as in Asterisk. */
static int mixmonitor_exec(struct plan_run *run, char *data)
{
    struct plan_recorder_words words;
    struct channel *ch = run->channel;
    struct recording *r = NULL;
    char *argv[3];
    int err;

    plan_args_split_raw(data, ',', argv, 3);
    words = (struct plan_recorder_words){
        .file = unquoted(argv[0]), .options = unquoted(argv[1]), .command = argv[2]};
    err = plan_recorder_start(run->core, ch, &words, &r);
    if (err == EINVAL && !*words.file)
        return PLAN_END;
    if (!err && r->is_beep_first)
        (void)plan_wait_ms(run, BEEP_MS);
    return PLAN_NEXT;
}

static int stopmixmonitor_exec(struct plan_run *run, char *data)
{
    struct recording *r = recording_find(run->channel, slice_trim(slice_of(data)));
    const bool beeps = r && r->is_beep_last;

    (void)plan_recorder_stop(run->channel, slice_of(data));
    if (beeps)
        (void)plan_wait_ms(run, BEEP_MS);
    return PLAN_NEXT;
}

const struct plan_app plan_app_mixmonitor = {
    .name = "MixMonitor",
    .syntax = "MixMonitor(file.extension[,options[,command]])",
    .help_ru =
        "Записывает разговор в файлы\nФайл лежит в каталоге записей станции; имя "
        "/var/spool/asterisk/monitor/x.wav значит то же, что x.wav; другие абсолютные имена и \"..\" "
        "отвергаются. Расширение называет формат: wav (без расширения тоже он), wav16, WAV или wav49, gsm, "
        "sln, ulaw, alaw. Переменная MIXMONITOR_FILENAME: имя файла.\n"
        "a - дописать; b - только пока канал соединён; B(секунды) - сигнал каждые 15 секунд или сколько "
        "сказано, вместо голоса собеседника; d - удалить файлы, как только они закрыты и команда "
        "выполнена; D - два канала, слева голос канала, справа что он слышит; i(переменная) - куда записать "
        "номер записи; p, P - сигнал в начале, в конце; r(файл), t(файл) - голос канала и что он слышит, "
        "каждый в своём файле, всегда в ногу; s(секунды) - начать позже; v(x), V(x), W(x) - громкость того, "
        "что говорит канал, что он слышит, обоих, от -4 до 4. c, n ничего не меняют; m придёт с голосовой "
        "почтой.\nКоманда выполняется, когда файлы закрыты, с разрешения администратора (System); ^{X} в ней - "
        "переменная, только простая.",
    .help_en =
        "Record a call into files\nThe file lies in the station's folder of recordings; "
        "/var/spool/asterisk/monitor/x.wav means the same as x.wav; other absolute names and \"..\" are "
        "refused. The extension names the format: wav (also without one), wav16, WAV or wav49, gsm, sln, ulaw, "
        "alaw. Variable MIXMONITOR_FILENAME: the file.\n"
        "a: append; b: only while the channel is bridged; B(seconds): a beep every 15 seconds, or as said, in "
        "place of the peer's voice; d: remove the files once they are closed and the command is over; D: two "
        "channels, left what the channel says, right what it hears; i(variable): gets the recording's id; p, "
        "P: a beep when it begins, ends; r(file), t(file): what the channel says and what it hears, each in a file, "
        "always in step; s(seconds): begin later; v(x), V(x), W(x): volume of what the channel says, of what it "
        "hears, of both, -4 to 4. c and n change nothing; m comes with voicemail.\n"
        "The command runs once the files are closed, when the administrator allows it (System); ^{X} in it is a "
        "variable, a plain one.",
    .shown = "tests/scene/mixmonitor.scene",
    .exec = mixmonitor_exec,
};

const struct plan_app plan_app_stopmixmonitor = {
    .name = "StopMixMonitor",
    .syntax = "StopMixMonitor([id])",
    .help_ru =
        "Заканчивает запись\nТу, что с этим номером (опция i MixMonitor), иначе последнюю начатую.",
    .help_en =
        "End a recording\nThat of this id (option i of MixMonitor), else the one that began last.",
    .shown = "tests/scene/mixmonitor.scene",
    .exec = stopmixmonitor_exec,
};
