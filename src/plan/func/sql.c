/* func/sql.c - SQL: a question to the database that the configuration allows by name */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "loop/task.h"
#include "plan/core.h"
#include "plan/func/question.h"
#include "plan/func/row.h"

#define MOST_SQL 1000

/* The first row, as a line of CSV. */
struct answer {
    struct buf *out;
    uint32_t rows;
};

static void put_cell(struct slice cell, struct buf *out)
{
    const bool is_plain = slice_chr(cell, ',') < 0 && slice_chr(cell, '"') < 0;

    if (is_plain) {
        buf_add(out, cell.p ? cell.p : "", cell.len);
        return;
    }
    buf_addc(out, '"');
    for (size_t i = 0; i < cell.len; i++) {
        if (cell.p[i] == '"' || cell.p[i] == '\\') /* as Set(ARRAY()) takes it apart */
            buf_addc(out, '\\');
        buf_addc(out, cell.p[i]);
    }
    buf_addc(out, '"');
}

static int on_rows(const struct store_rows *rows, void *arg)
{
    struct answer *a = arg;

    a->rows = rows->count;
    for (uint32_t i = 0; a->rows && i < rows->columns; i++) {
        if (i)
            buf_addc(a->out, ',');
        put_cell(rows->cells[i], a->out);
    }
    return buf_err(a->out);
}

/* From the configuration only: what a call sets by GLOBAL() is not asked. */
static const char *text_of(const struct plan_env *env, const char *name)
{
    const struct plan_global *g = NULL;
    uint32_t count = 0;
    char wanted[100];

    snprintf(wanted, sizeof(wanted), "SQL_%s", name);
    if (env->core->routing)
        g = plan_routing_globals(env->core->routing, &count);
    for (uint32_t i = count; g && i-- > 0;)
        if (strcmp(g[i].name, wanted) == 0)
            return strlen(g[i].value) > MOST_SQL ? NULL : g[i].value;
    return NULL;
}

static int set_rows(const struct plan_env *env, uint32_t rows)
{
    char text[16];

    snprintf(text, sizeof(text), "%u", rows);
    return channel_var_set(env->channel, SLICE("SQLROWS"), slice_of(text));
}

/* @return 0; EAGAIN, ETIMEDOUT, ECANCELED, errno of the database */
static int ask(const struct plan_env *env, const char *sql, char **words, int count,
               struct buf *out)
{
    struct slice values[FUNC_VALUES];
    struct answer a = {.out = out};
    int err;

    for (int i = 0; i < count; i++)
        values[i] = slice_of(words[i]);
    err = func_question_ask(env, sql, values, (size_t)count, on_rows, &a);
    return err ? err : set_rows(env, a.rows);
}

static int sql_read(const struct plan_env *env, char *args, struct buf *out)
{
    char *argv[FUNC_VALUES + 1];
    int count = plan_args_split(args, ',', argv, FUNC_VALUES + 1), err;
    const char *sql = text_of(env, argv[0]);

    if (!sql) {
        plan_func_warn(env,
                       "SQL: no such question; write it as global variable SQL_name (up to 1,000 "
                       "bytes) in the configuration",
                       argv[0]);
        return 0;
    }
    if (!env->channel || !env->core->store || !task_self())
        return 0;
    err = ask(env, sql, argv + 1, count > 1 ? count - 1 : 0, out);
    if (err)
        log_warning("SQL brought nothing call=%s name=\"%s\" err=\"%s\"", env->channel->linkedid,
                    argv[0], strerror(err));
    return err == ENOMEM ? ENOMEM : 0;
}

const struct plan_func plan_func_sql = {
    .name = "SQL",
    .syntax = "SQL(name[,value...])",
    .help_ru =
        "Спрашивает базу станции\nВопрос - глобальная переменная SQL_name из конфигурации (не из Set), "
        "например SELECT cidname FROM clients WHERE number = ?; значения встают на места знаков ? и "
        "никогда не становятся текстом SQL. Только чтение, до 5 секунд. Даёт первую строку через запятую "
        "(для ARRAY), в SQLROWS - сколько строк нашлось.",
    .help_en =
        "Ask the station's database\nThe question is global variable SQL_name of the configuration (not of "
        "Set), e.g. SELECT cidname FROM clients WHERE number = ?; values take the places of ? and never "
        "become text of SQL. Read only, up to 5 seconds. Gives the first row with commas (for ARRAY), and "
        "in SQLROWS how many rows there were.",
    .shown = "tests/scene/sql-function.scene",
    .read = sql_read,
};
