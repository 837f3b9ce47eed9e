/* manager/act_station.c - actions of ours, for the web role: what it has no right to do by itself */
#include <errno.h>
#include <string.h>

#include "base/mem.h"
#include "manager/all.h"
#include "manager/inner.h"
#include "manager/need.h"

#define SHOWN .shown = "tests/e2e/api.sh"

static void is_queued(int err, const char *uuid, const char *why, void *arg)
{
    struct manager_request *q = arg;

    if (manager_is_gone(q)) {
        manager_done(q);
        return;
    }
    if (err) {
        manager_error(q, "%s", *why ? why : strerror(err));
    } else {
        manager_begin(q, "Success");
        ami_putz(manager_out(q), "Sound", uuid);
        manager_end(q);
    }
    manager_done(q);
}

static void end(struct manager_request *q, int err)
{
    if (err)
        is_queued(err, "", "", q);
}

static void run_convert(struct manager_request *q)
{
    static const struct manager_need needs[] = {{"Recording", "Recording not specified"}, {0}};
    const struct manager_args *a = &manager_of(q)->args;

    if (!manager_has(q, needs))
        return;
    if (!a->convert) {
        manager_error(q, "There are no recordings here");
        return;
    }
    manager_hold(q);
    end(q, a->convert(manager_arg(q, "Recording"), is_queued, q, a->arg));
}

static const struct manager_param convert_params[] = {
    MANAGER_PARAM_ID,
    {"Recording", {"UUID записи разговора.", "UUID of the recording."}, true},
    {0}};

const struct manager_action manager_action_stationconvert = {
    .name = "StationConvert",
    .classes = CLASS_SYSTEM | CLASS_REPORTING,
    .params = convert_params,
    .run = run_convert,
    SHOWN,
    .synopsis = {"Сделать MP3 записи разговора.", "Make an MP3 of a recording."},
    .help = {"Ставит задание в очередь; когда MP3 готов, он стоит в строке таблицы recording.",
             "Queues the job; once the MP3 is there, the row of table recording names it."}};

static void run_sound(struct manager_request *q)
{
    static const struct manager_need needs[] = {
        {"Upload", "Upload not specified"}, {"Name", "Name not specified"}, {0}};
    const struct manager_args *a = &manager_of(q)->args;

    if (!manager_has(q, needs))
        return;
    if (!a->sound) {
        manager_error(q, "There are no sounds here");
        return;
    }
    manager_hold(q);
    end(q, a->sound(&(struct manager_sound){.upload = manager_arg(q, "Upload"),
                                            .name = manager_arg(q, "Name"),
                                            .folder = manager_arg(q, "Folder"),
                                            .original = manager_arg(q, "Original"),
                                            .description = manager_arg(q, "Description"),
                                            .group = manager_arg(q, "Group"),
                                            .replaces = manager_arg_bool(q, "Replace", false)},
                    is_queued, q, a->arg));
}

static const struct manager_param sound_params[] = {
    MANAGER_PARAM_ID,
    {"Upload", {"Имя файла в каталоге uploads.", "Name of the file in folder uploads."}, true},
    {"Name", {"Под каким именем играть.", "The name by which it is played."}, true},
    {"Folder", {"Язык: ru, en; пусто - для всех.", "A language, ru or en; empty: for all."}},
    {"Original", {"Как файл назывался.", "What the file was called."}},
    {"Description", {"Описание.", "Description."}},
    {"Group", {"UUID группы-владельца.", "UUID of the group that owns it."}},
    {"Replace", {"yes - вместо того, что есть.", "yes: in place of the one that is there."}},
    {0}};

const struct manager_action manager_action_stationsound = {
    .name = "StationSound",
    .classes = CLASS_SYSTEM | CLASS_REPORTING,
    .params = sound_params,
    .run = run_sound,
    SHOWN,
    .synopsis = {"Сделать звуковой файл из загруженного.", "Make a sound of an upload."},
    .help = {"Ставит преобразование в очередь; состояние - в таблице sound.",
             "Queues the conversion; its state is in table sound."}};

static void run_sound_remove(struct manager_request *q)
{
    static const struct manager_need needs[] = {{"Sound", "Sound not specified"}, {0}};
    const struct manager_args *a = &manager_of(q)->args;

    if (!manager_has(q, needs))
        return;
    if (!a->sound_remove) {
        manager_error(q, "There are no sounds here");
        return;
    }
    manager_hold(q);
    end(q, a->sound_remove(manager_arg(q, "Sound"), manager_arg_bool(q, "Force", false), is_queued,
                           q, a->arg));
}

static const struct manager_param sound_remove_params[] = {
    MANAGER_PARAM_ID,
    {"Sound", {"UUID аудиофайла.", "UUID of the sound."}, true},
    {"Force", {"yes - и если его играет маршрутизация.", "yes: even if a routing plays it."}},
    {0}};

const struct manager_action manager_action_stationsoundremove = {
    .name = "StationSoundRemove",
    .classes = CLASS_SYSTEM | CLASS_REPORTING,
    .params = sound_remove_params,
    .run = run_sound_remove,
    .shown = "tests/e2e/media.sh",
    .synopsis = {"Удалить звуковой файл станции.", "Remove a sound of the station."},
    .help = {"Отвечает, когда файлов уже нет; in-use - его играет маршрутизация.",
             "Answers once the files are gone; in-use: a routing plays it."}};

static void run_music(struct manager_request *q)
{
    static const struct manager_need needs[] = {
        {"Directory", "Directory not specified"}, {"Name", "Name not specified"}, {0}};
    const struct manager_args *a = &manager_of(q)->args;

    if (!manager_has(q, needs))
        return;
    if (!a->music) {
        manager_error(q, "There is no music here");
        return;
    }
    manager_hold(q);
    end(q, a->music(&(struct manager_music){.upload = manager_arg(q, "Upload"),
                                            .directory = manager_arg(q, "Directory"),
                                            .name = manager_arg(q, "Name"),
                                            .original = manager_arg(q, "Original")},
                    is_queued, q, a->arg));
}

static const struct manager_param music_params[] = {
    MANAGER_PARAM_ID,
    {"Directory", {"Каталог класса внутри moh.", "The class's directory below moh."}, true},
    {"Name", {"Имя файла без расширения.", "The file's name without extension."}, true},
    {"Upload",
     {"Имя файла в каталоге uploads; пусто - удалить.",
      "Name of the file in folder uploads; empty: remove it."}},
    {"Original", {"Как файл назывался.", "What the file was called."}},
    {0}};

const struct manager_action manager_action_stationmusic = {
    .name = "StationMusic",
    .classes = CLASS_SYSTEM | CLASS_REPORTING,
    .params = music_params,
    .run = run_music,
    .shown = "tests/e2e/media.sh",
    .synopsis = {"Сделать или удалить файл музыки на удержании.",
                 "Make or remove a file of music on hold."},
    .help = {"Отвечает, когда файл готов или удалён.", "Answers once the file is there, or gone."}};
