/* archive/sound_name.c - see sound_name.h */
#include "archive/sound_name.h"

#include <string.h>

#include "archive/clip.h"
#include "base/utf8.h"

static bool has_empty_part(const char *name)
{
    return *name == '/' || *name == '.' || strstr(name, "//") || strstr(name, "/.") ||
           strstr(name, "..") || name[strlen(name) - 1] == '/';
}

static bool has_sign(const char *name)
{
    for (; *name; name++)
        if ((unsigned char)*name < ' ' || *name == 0x7f ||
            strchr(",&|()[]{}<>^:;=$%\"'`\\*?!", *name))
            return true;
    return false;
}

static bool is_folder(const char *folder)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";

    return strlen(folder) <= SOUNDS_FOLDER_MAX && !folder[strspn(folder, plain)];
}

const char *sounds_name_why(const char *folder, const char *name, bool is_russian)
{
    if (!is_folder(folder))
        return is_russian ? "язык - буквы, цифры, - и _, например ru; или пусто"
                          : "a language is letters, digits, - and _, as ru; or nothing";
    if (!*name)
        return is_russian ? "имя пустое: дайте, например, demo-domain"
                          : "the name is empty: give one, as demo-domain";
    if (strlen(name) > SOUNDS_NAME_MAX)
        return is_russian ? "имя длиннее 128 байт" : "the name is longer than 128 bytes";
    if (has_empty_part(name) || *name == ' ' || name[strlen(name) - 1] == ' ')
        return is_russian
                   ? "имя не начинается с точки, пробела и / и не кончается ими, без .. и // внутри"
                   : "a name neither begins nor ends with a dot, a space or /, without .. and // within";
    if (has_sign(name) || !utf8_is_valid(slice_of(name)))
        return is_russian
                   ? "в имени знак, который в маршрутизации разделяет параметры: оставьте буквы, цифры, - и _"
                   : "the name has a sign that separates parameters in a routing: leave letters, digits, - and _";
    return NULL;
}

void sounds_name_of_file(struct slice file, char *out, size_t size)
{
    size_t n = 0, end = file.len;

    for (size_t i = file.len; i > 1; i--)
        if (file.p[i - 1] == '.') {
            end = i - 1;
            break;
        }
    for (size_t i = 0; i < end && n < size - 1; i++) {
        const char c = file.p[i];
        const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                              (c >= '0' && c <= '9') || c == '-' || (c & 0x80);

        if (is_plain)
            out[n++] = c;
        else if (n && out[n - 1] != '_')
            out[n++] = '_';
    }
    while (n && out[n - 1] == '_')
        n--;
    out[n] = '\0';
}

/* ---- who names it ---- */

static bool is_end(char c)
{
    return strchr(",&|()[]{}^:;=\"' \t", c) != NULL;
}

static bool is_the_sound(struct slice word, struct slice folder, struct slice name)
{
    if (slice_eq(word, name))
        return true;
    return folder.len && word.len == folder.len + 1 + name.len && slice_starts(word, folder) &&
           word.p[folder.len] == '/' && slice_eq(slice_skip(word, folder.len + 1), name);
}

bool sounds_is_named(struct slice appdata, struct slice folder, struct slice name)
{
    size_t from = 0;

    for (size_t i = 0; i <= appdata.len; i++) {
        if (i < appdata.len && !is_end(appdata.p[i]))
            continue;
        if (i > from && is_the_sound(slice_from(appdata.p + from, i - from), folder, name))
            return true;
        from = i + 1;
    }
    /* A name may hold spaces: then it is an argument as a whole. */
    while (slice_is_set(appdata) && slice_chr(name, ' ') >= 0) {
        const struct slice argument = slice_trim(slice_cut(appdata, ',', &appdata));

        if (is_the_sound(argument, folder, name))
            return true;
    }
    return false;
}

/* ---- why not ---- */

static const struct fault {
    const char *word;
    const char *ru, *en;
} faults[] = {
    {CLIP_NO_SOUND,
     "это не звуковой файл, или он повреждён: сохраните его как WAV, FLAC, Ogg или MP3",
     "this is no sound file, or it is damaged: save it as WAV, FLAC, Ogg or MP3"},
    {CLIP_EMPTY, "в файле нет звука: запишите или выгрузите его снова",
     "there is no sound in the file: record or export it again"},
    {CLIP_TOO_LONG, "длиннее 20 минут, столько станция не играет: укоротите или разделите",
     "longer than 20 minutes, which the station does not play: shorten it, or make two of it"},
    {CLIP_TOO_BIG, "файл больше 512 МиБ: сохраните его как FLAC или MP3",
     "the file is larger than 512 MiB: save it as FLAC or MP3"},
    {CLIP_RATE, "частота дискретизации вне 4000-192000 Гц: сохраните с 8000-48000 Гц",
     "the rate is not within 4000 to 192000 Hz: save it with 8000 to 48000 Hz"},
    {CLIP_CHANNELS, "каналов больше восьми: сведите в один или два",
     "there are more than eight channels: mix them into one or two"},
    {SOUNDS_TOO_DEAR, "на файл ушло слишком много времени процессора: сохраните его как WAV",
     "the file cost too much processor time: save it as WAV"},
    {SOUNDS_NO_UPLOAD, "загруженного файла уже нет: загрузите его снова",
     "the uploaded file is not there any more: upload it again"},
    {SOUNDS_INTERRUPTED, "станция остановилась раньше: загрузите файл снова",
     "the station was stopped before: upload the file again"},
    {SOUNDS_NOT_WRITABLE,
     "в каталог sounds нельзя писать: дайте группе station право записи (chgrp station, chmod 2770)",
     "the folder of sounds cannot be written: give it to the group station (chgrp station, chmod 2770)"},
    {SOUNDS_NOT_WRITTEN, "файл не записан: освободите место на диске, задание повторится",
     "the file was not written: make room on the disk, the job is done again"},
    {"it was killed", "преобразование прервано, оно повторится",
     "the conversion was killed, it is done again"},
};

void sounds_explain(struct slice error, bool is_russian, struct buf *out)
{
    for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
        const struct fault *f = &faults[i];

        if (!slice_starts(error, slice_of(f->word)))
            continue;
        buf_addz(out, is_russian ? f->ru : f->en);
        error = slice_skip(error, strlen(f->word));
        if (slice_starts(error, SLICE(": ")))
            buf_printf(out, " (%.*s)", SLICE_ARG(slice_skip(error, 2)));
        return;
    }
    buf_adds(out, error);
}
