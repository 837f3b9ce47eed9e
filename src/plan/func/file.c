/* func/file.c - FILE, FILE_COUNT_LINE, FILE_FORMAT, STAT: files in folders that the settings name */
#include <errno.h>

#include "model/snapshot.h"
#include "plan/func/row.h"
#include "plan/program.h"

#define MOST_MS 30000

/* Words of an errand (role/errand.h). */
struct ask {
    const char *func, *operation, *path;
    const char *more[4]; /* offset, length, options, format */
    struct slice input;
    const char *otherwise; /* the value when there is none */
};

static int ask(const struct plan_env *env, const struct ask *a, struct buf *out)
{
    const struct model_settings *s = plan_settings(env->core);
    const char *const words[] = {"@file",      s ? s->file_folders : "",
                                 a->operation, a->path,
                                 a->more[0],   a->more[1],
                                 a->more[2],   a->more[3],
                                 NULL};
    struct buf text;
    int err, code = 0;

    if (!*words[1]) {
        plan_program_refused(env, a->func,
                             "not allowed; setting file_folders names the folders whose "
                             "files it may touch",
                             a->path);
        return buf_addz(out, a->otherwise);
    }
    buf_init(&text, PLAN_TEXT_MAX);
    err = plan_program_run(
        env->core,
        &(struct plan_program){
            .words = words, .input = a->input, .most_ms = MOST_MS, .is_errand = true},
        &text, &code);
    if (err || code) {
        plan_program_refused(env, a->func, err ? strerror(err) : buf_z(&text), a->path);
        err = err ? err : EIO;
        buf_addz(out, a->otherwise);
    } else {
        buf_adds(out, plan_program_text(env, &text));
    }
    buf_fini(&text);
    return err ? err : buf_err(out);
}

/* What was refused is told already: the value is as it is. */
static int ask_value(const struct plan_env *env, const struct ask *a, struct buf *out)
{
    const int err = ask(env, a, out);

    return err == ENOMEM || err == ENOSPC ? err : 0;
}

static int file_read(const struct plan_env *env, char *args, struct buf *out)
{
    char *argv[5];

    plan_args_split(args, ',', argv, 5);
    return ask_value(env,
                     &(struct ask){.func = "FILE",
                                   .operation = "read",
                                   .path = argv[0],
                                   .more = {argv[1], argv[2], argv[3], argv[4]},
                                   .otherwise = ""},
                     out);
}

static int file_write(const struct plan_env *env, char *args, struct slice value)
{
    struct buf nothing;
    char *argv[5];
    int err;

    plan_args_split(args, ',', argv, 5);
    buf_init(&nothing, PLAN_TEXT_MAX);
    err = ask(env,
              &(struct ask){.func = "FILE",
                            .operation = "write",
                            .path = argv[0],
                            .more = {argv[1], argv[2], argv[3], argv[4]},
                            .input = value,
                            .otherwise = ""},
              &nothing);
    buf_fini(&nothing);
    return err == 0 || err == ENOMEM ? err : EACCES;
}

static int file_count_line_read(const struct plan_env *env, char *args, struct buf *out)
{
    char *argv[2];

    plan_args_split(args, ',', argv, 2);
    return ask_value(env,
                     &(struct ask){.func = "FILE_COUNT_LINE",
                                   .operation = "lines",
                                   .path = argv[0],
                                   .more = {"", "", "", argv[1]},
                                   .otherwise = "-1"},
                     out);
}

static int file_format_read(const struct plan_env *env, char *args, struct buf *out)
{
    return ask_value(env,
                     &(struct ask){.func = "FILE_FORMAT",
                                   .operation = "format",
                                   .path = args,
                                   .more = {"", "", "", ""},
                                   .otherwise = "x"},
                     out);
}

static int stat_read(const struct plan_env *env, char *args, struct buf *out)
{
    char *argv[2];

    plan_args_split(args, ',', argv, 2);
    return ask_value(env,
                     &(struct ask){.func = "STAT",
                                   .operation = "stat",
                                   .path = argv[1],
                                   .more = {"", "", argv[0], ""},
                                   .otherwise = "0"},
                     out);
}

#define SHOWN "tests/unit/role/test_errands.c"

const struct plan_func plan_func_file = {
    .name = "FILE",
    .syntax = "FILE(filename[,offset[,length[,options[,format]]]])",
    .help_ru =
        "Читает и пишет часть файла\nТолько в каталогах из настройки file_folders. offset и length - в байтах, "
        "с l - в строках; отрицательные считаются от конца. При записи a - дописать, d - без конца строки; "
        "format - концы строк: u, d, m. До 65535 байт за раз, файл до 16 МиБ.",
    .help_en =
        "Read and write a part of a file\nOnly in the folders of setting file_folders. offset and length are "
        "bytes, with l lines; negative ones count from the end. In writing a appends, d adds no line end; "
        "format: ends of lines, u, d, m. Up to 65535 bytes at once, files up to 16 MiB.",
    .shown = SHOWN,
    .read = file_read,
    .write = file_write,
};

const struct plan_func plan_func_file_count_line = {
    .name = "FILE_COUNT_LINE",
    .syntax = "FILE_COUNT_LINE(filename[,format])",
    .help_ru =
        "Сколько концов строк в файле\n-1: файла нет или он не разрешён (file_folders). format: u, d, m.",
    .help_en =
        "How many line ends a file has\n-1: there is none, or it is not allowed (file_folders). format: u, d, m.",
    .shown = SHOWN,
    .read = file_count_line_read,
};

const struct plan_func plan_func_file_format = {
    .name = "FILE_FORMAT",
    .syntax = "FILE_FORMAT(filename)",
    .help_ru = "Чем кончаются строки файла\nu - LF, d - CR LF, m - CR, x - неизвестно.",
    .help_en = "What ends the lines of a file\nu: LF, d: CR LF, m: CR, x: unknown.",
    .shown = SHOWN,
    .read = file_format_read,
};

const struct plan_func plan_func_stat = {
    .name = "STAT",
    .syntax = "STAT(flag,filename)",
    .help_ru =
        "Что известно о файле\nflag: e - есть ли, d - каталог ли, f - файл ли, s - размер, m - права, A, C, M - время "
        "обращения, смены, записи. Только в каталогах из настройки file_folders, иначе 0.",
    .help_en =
        "What is known of a file\nflag: e exists, d is a folder, f is a file, s size, m mode, A, C, M times of access, "
        "change, writing. Only in the folders of setting file_folders, else 0.",
    .shown = SHOWN,
    .read = stat_read,
};
