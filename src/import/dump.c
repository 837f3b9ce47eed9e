/* dump.c - pbx.sql: the tables of the manual's station into ours (import.h) */
#include <errno.h>
#include <openssl/evp.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/hex.h"
#include "import/inner.h"
#include "import/sqldump.h"
#include "model/exten.h"
#include "model/field.h"

#define MOST_SQL 65536

enum fate {
    TAKE,  /* the table's rows replace ours */
    ADD,   /* rows are added to ours, but for those that are there already */
    KEEP,  /* rows are kept in import_later */
    PASS,  /* not needed */
    REFUSE /* not known */
};

/* A name that ends in * stands for all that begin so. Tables of our own names come behind these. */
static const struct rule {
    const char *table, *ours;
    enum fate fate;
    const char *ru, *en;
} rules[] = {
    {"access", "context", TAKE, "", ""},
    {"log_cdr", "cdr", ADD, "", ""},
    {"cdr", "cdr", ADD, "", ""},
    {"group", "groups", TAKE, "", ""},
    {"ps_contacts", NULL, PASS, "телефоны зарегистрируются сами", "phones register by themselves"},
    {"migration*", NULL, PASS, "версия таблиц у станции своя",
     "the station has its own version of tables"},
    {"alembic_version*", NULL, PASS, "версия таблиц у станции своя",
     "the station has its own version of tables"},
    {"ci_sessions", NULL, PASS, "сеансы веб-интерфейса", "sessions of the web pages"},
    {"web_session", NULL, PASS, "сеансы веб-интерфейса", "sessions of the web pages"},
    {"recovery", NULL, PASS, "ссылки для восстановления паролей", "links for forgotten passwords"},
    {"outbox", NULL, PASS, "письма прежней станции", "mails of a former station"},
    {"revision", NULL, PASS, "журнал прежней станции", "journal of a former station"},
    {"session*", NULL, PASS, "сеансы веб-интерфейса", "sessions of the web pages"},
    {"import_later", NULL, PASS, "отложено прежним импортом", "kept by an earlier import"},
    {"call_quality", NULL, PASS, "измерения прежних вызовов", "measurements of past calls"},
    {"recording", NULL, PASS, "записи прежних разговоров", "recordings of past calls"},
    {"recording_s*", NULL, PASS, "суммы прежних записей", "sums of past recordings"},
    {"job", NULL, PASS, "задания прежней станции", "jobs of a former station"},
    {"call_story", NULL, PASS, "истории прежних вызовов", "stories of past calls"},
    {"user*", NULL, KEEP, "сохранено: веб-интерфейс появится позже",
     "kept: the web pages come later"},
    {"module*", NULL, KEEP, "сохранено: модули появятся позже", "kept: modules come later"},
    {"autodial*", NULL, KEEP, "сохранено: автообзвон появится позже",
     "kept: the autodialler comes later"},
    {"telegram*", NULL, KEEP, "сохранено: Telegram появится позже", "kept: Telegram comes later"},
    {"email*", NULL, KEEP, "сохранено: почта появится позже", "kept: e-mail comes later"},
    {"speech*", NULL, KEEP, "сохранено: синтез речи появится позже",
     "kept: speech synthesis comes later"},
    {"yandex*", NULL, KEEP, "сохранено: синтез речи появится позже",
     "kept: speech synthesis comes later"},
    {"media*", NULL, KEEP, "сохранено: список звуков появится позже",
     "kept: the list of sounds comes later"},
    {"queue*", NULL, KEEP, "сохранено: очереди появятся позже", "kept: queues come later"},
    {"voicemail*", NULL, KEEP, "сохранено: голосовая почта появится позже",
     "kept: voicemail comes later"},
    {"meetme*", NULL, KEEP, "сохранено: конференции появятся позже",
     "kept: conferences come later"},
    {"cel", NULL, KEEP, "сохранено: события CEL появятся позже", "kept: CEL events come later"},
};

static const struct rule same = {"", NULL, TAKE, "", ""};
static const struct rule strange = {"", NULL, REFUSE,
                                    "таблица станции не известна; записи не взяты",
                                    "the station does not know the table; its rows are not taken"};

struct dump {
    struct import *im;
    const char *file; /* without folders */
    /* the table under way */
    char table[132];
    const struct rule *rule;
    const struct model_type *to; /* TAKE, ADD */
    uint64_t seen;               /* bit of each type that was emptied */
    struct buf strangers;        /* "\ntable.column\n": named already */
    struct buf sql, value, what;
    char key[65];
    int64_t kept; /* rows in import_later */
};

/* ---- which table is which ---- */

static const struct rule *rule_of(const char *table)
{
    for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
        const char *name = rules[i].table, *star = strchr(name, '*');

        if (star ? strncasecmp(name, table, (size_t)(star - name)) == 0
                 : strcasecmp(name, table) == 0)
            return &rules[i];
    }
    return NULL;
}

static const struct model_type *type_of_table(const char *table)
{
    for (const struct model_type *t = model_types; t->name; t++)
        if (strcasecmp(t->table, table) == 0)
            return t;
    return NULL;
}

static int empty(struct dump *d)
{
    const uint64_t bit = (uint64_t)1 << (d->to - model_types);

    if (d->rule->fate != TAKE || (d->seen & bit))
        return 0;
    d->seen |= bit;
    buf_reset(&d->sql);
    buf_printf(&d->sql, "DELETE FROM \"%s\"", d->to->table); /* our own name */
    return buf_err(&d->sql) ? buf_err(&d->sql) : db_run(d->im->args->db, buf_z(&d->sql));
}

static int forget_kept(struct dump *d)
{
    struct stmt *st;
    int err = db_stmt(&st, d->im->args->db, "DELETE FROM import_later WHERE filename = ?");

    buf_reset(&d->sql);
    buf_printf(&d->sql, "dump/%s", d->table);
    if (!err)
        err = stmt_text(st, 1, buf_slice(&d->sql));
    return err ? err : stmt_run(st);
}

static bool is_first(struct dump *d, const char *column)
{
    buf_reset(&d->what);
    buf_printf(&d->what, "\n%s.%s\n", d->table, column);
    if (strstr(buf_z(&d->strangers), buf_z(&d->what)))
        return false;
    buf_adds(&d->strangers, buf_slice(&d->what));
    return true;
}

static int on_table(const char *table, uint32_t line, void *arg)
{
    struct dump *d = arg;
    const struct rule *rule = rule_of(table);
    bool is_new;

    if (strcmp(table, d->table) == 0)
        return 0;
    slice_copy(slice_of(table), d->table, sizeof(d->table));
    d->to = type_of_table(rule && rule->ours ? rule->ours : table);
    d->rule = rule ? rule : d->to ? &same : &strange;
    is_new = is_first(d, "");
    if (d->rule->fate == TAKE)
        return empty(d);
    if (is_new && d->rule->fate != ADD)
        import_say(d->im, d->file, line,
                   d->rule->fate == KEEP   ? IMPORT_LATER
                   : d->rule->fate == PASS ? IMPORT_NOT_NEEDED
                                           : IMPORT_UNSUPPORTED,
                   slice_of(table), d->rule->ru, d->rule->en);
    return is_new && d->rule->fate == KEEP ? forget_kept(d) : 0;
}

/* ---- a row of ours ---- */

/* NULL where a column must not be NULL is what it begins with. */
static int bind(struct stmt *st, int at, const struct model_field *f, struct slice value)
{
    if (!value.len && f->sql && strstr(f->sql, "NOT NULL"))
        return f->kind == MODEL_INT ? stmt_int(st, at, 0) : stmt_text(st, at, SLICE(""));
    return stmt_text(st, at, value);
}

/* The field of a column that is written: not a row's number, not an empty uuid (made anew). */
static const struct model_field *field_of(const struct dump *d, const struct sqldump_row *row,
                                          unsigned i)
{
    const struct model_field *f = model_field_find(d->to, slice_of(row->columns[i]));

    if (!f || (f->state == MODEL_INNER && f->kind == MODEL_INT && strcmp(f->column, "id") == 0))
        return NULL;
    return strcmp(f->column, "uuid") == 0 && !row->values[i].len ? NULL : f;
}

static void add_columns(struct dump *d, const struct sqldump_row *row, const char *before)
{
    const char *gap = before;

    for (unsigned i = 0; row->columns[i]; i++) {
        const struct model_field *f = field_of(d, row, i);

        if (f) {
            buf_printf(&d->sql, "%s\"%s\"", gap, f->column);
            gap = ", ";
        }
    }
}

/* The text is made of our own names; rows of one shape share it. */
static void make_sql(struct dump *d, const struct sqldump_row *row)
{
    const char *gap = "";

    buf_reset(&d->sql);
    buf_printf(&d->sql, "INSERT INTO \"%s\" (", d->to->table);
    add_columns(d, row, "");
    buf_addz(&d->sql, ") SELECT ");
    for (unsigned i = 0; row->columns[i]; i++)
        if (field_of(d, row, i)) {
            buf_printf(&d->sql, "%s?%u", gap, i + 1);
            gap = ", ";
        }
    if (d->rule->fate != ADD)
        return;
    gap = " WHERE NOT EXISTS (SELECT 1 FROM \"";
    buf_printf(&d->sql, "%s%s\" WHERE ", gap, d->to->table);
    gap = "";
    for (unsigned i = 0; row->columns[i]; i++) {
        const struct model_field *f = field_of(d, row, i);

        if (f) {
            buf_printf(&d->sql, "%s\"%s\" IS ?%u", gap, f->column, i + 1);
            gap = " AND ";
        }
    }
    buf_addz(&d->sql, ")");
}

static bool is_hash(struct slice key)
{
    for (size_t i = 0; i < key.len; i++)
        if (hex_digit(key.p[i]) < 0)
            return false;
    return key.len == 64;
}

/* Of a key ours has the SHA-256; a dump of ours has it already. */
static struct slice hashed(struct dump *d, struct slice key)
{
    uint8_t raw[EVP_MAX_MD_SIZE];
    unsigned len = 0;

    if (!key.len || is_hash(key))
        return key;
    if (EVP_Digest(key.p, key.len, raw, &len, EVP_sha256(), NULL) != 1)
        return SLICE_NONE;
    hex_print(raw, len, d->key);
    return slice_of(d->key);
}

static int insert(struct dump *d, const struct sqldump_row *row)
{
    bool has_any = false;
    struct stmt *st;
    int err;

    for (unsigned i = 0; row->columns[i]; i++)
        has_any = has_any || field_of(d, row, i);
    if (!has_any)
        return EEXIST;
    make_sql(d, row);
    err = buf_err(&d->sql);
    if (!err)
        err = db_stmt(&st, d->im->args->db, buf_z(&d->sql));
    for (unsigned i = 0; !err && row->columns[i]; i++) {
        const struct model_field *f = field_of(d, row, i);

        if (f)
            err = bind(st, (int)i + 1, f,
                       f->kind == MODEL_KEY ? hashed(d, row->values[i]) : row->values[i]);
    }
    return err ? err : stmt_run(st);
}

/* ---- what is said of a row ---- */

static struct slice value_of(const struct sqldump_row *row, const char *column)
{
    for (unsigned i = 0; row->columns[i]; i++)
        if (strcasecmp(row->columns[i], column) == 0)
            return row->values[i];
    return SLICE_NONE;
}

/* How people call it: its id, name or number. */
static struct slice name_of(const struct dump *d, const struct sqldump_row *row)
{
    struct slice name = d->to && d->to->shape == MODEL_ROWS ? value_of(row, d->to->id) : SLICE_NONE;

    if (!name.len)
        name = value_of(row, "name");
    if (!name.len)
        name = value_of(row, "uniqueid");
    if (!name.len)
        name = value_of(row, "id");
    return name.len ? name : row->values[0];
}

static void say(struct dump *d, const struct sqldump_row *row, enum import_verdict v,
                const char *column, struct slice value, const char *ru, const char *en)
{
    const struct slice name = name_of(d, row);

    buf_reset(&d->what);
    buf_printf(&d->what, "%s %.*s", d->table, name.len > 60 ? 60 : (int)name.len,
               name.p ? name.p : "");
    if (column)
        buf_printf(&d->what, ": %s = %.*s", column, value.len > 120 ? 120 : (int)value.len,
                   value.p ? value.p : "");
    import_say(d->im, d->file, row->line, v, buf_slice(&d->what), ru, en);
}

/* One value. @return whether the row still counts as plainly taken */
static bool judge_value(struct dump *d, const struct sqldump_row *row, unsigned i)
{
    const struct model_field *f = model_field_find(d->to, slice_of(row->columns[i]));
    const struct slice value = row->values[i];
    const struct slice shown = import_is_secret(row->columns[i]) ? SLICE("***") : value;

    if (!value.len)
        return true;
    if (!f) {
        if (is_first(d, row->columns[i]))
            say(d, row, IMPORT_UNSUPPORTED, row->columns[i], shown,
                "такого столбца у таблицы нет; он не взят (назван один раз)",
                "the table has no such column; it is not taken (named once)");
        return false;
    }
    if (d->to->shape != MODEL_ROWS || f->state == MODEL_INNER)
        return true;
    if (model_field_set(f, NULL, value, NULL))
        say(d, row, IMPORT_WRONG, f->column, shown,
            "недопустимое значение: объект не будет загружен",
            "value not allowed: the object will not be loaded");
    else if (model_field_is_obeyed(f, value))
        return true;
    else if (f->state == MODEL_REFUSED)
        say(d, row, IMPORT_UNSUPPORTED, f->column, shown,
            "ограничение пока не действует, поэтому объект не будет загружен",
            "the restriction is not obeyed yet, so the object will not be loaded");
    else
        say(d, row, IMPORT_LATER, f->column, shown, "сохранено, пока не действует",
            "kept, has no effect yet");
    return false;
}

static bool judge(struct dump *d, const struct sqldump_row *row)
{
    bool is_plain = true;

    for (unsigned i = 0; row->columns[i]; i++)
        if (!judge_value(d, row, i))
            is_plain = false;
    return is_plain;
}

/* ---- rows of routing ---- */

/* The verdict on a step, and its data as this station wants it (in d->value). */
static int judge_step(struct dump *d, const struct sqldump_row *row, struct slice *data)
{
    struct model_exten_line l = {.app = value_of(row, "app"), .appdata = value_of(row, "appdata")};
    struct conf_item item = {.name = "exten", .file = d->file, .line = row->line};
    struct buf line;
    int err;

    buf_init(&line, 65536);
    buf_printf(&line, "%.*s,%.*s,%.*s,%.*s(%.*s)", SLICE_ARG(value_of(row, "context")),
               SLICE_ARG(value_of(row, "exten")), SLICE_ARG(value_of(row, "priority")),
               SLICE_ARG(l.app), SLICE_ARG(l.appdata));
    item.value = buf_z(&line);
    buf_reset(&d->value);
    err = import_step(d->im, &item, &l, &d->value);
    buf_fini(&line);
    *data = buf_slice(&d->value);
    d->im->totals->extensions++;
    return err == ENOSPC ? 0 : err;
}

static int take_step(struct dump *d, const struct sqldump_row *row)
{
    struct slice values[SQLDUMP_MOST_COLUMNS];
    struct sqldump_row ours = *row;
    int err = 0;

    if (!value_of(row, "app").len || !value_of(row, "exten").len) {
        say(d, row, IMPORT_WRONG, NULL, SLICE_NONE, "у шага нет расширения или приложения",
            "the step has no extension or no application");
        return 0;
    }
    for (unsigned i = 0; !err && row->columns[i]; i++) {
        values[i] = row->values[i];
        if (strcasecmp(row->columns[i], "appdata") == 0)
            err = judge_step(d, row, &values[i]);
    }
    ours.values = values;
    return err ? err : insert(d, &ours);
}

/* ---- rows kept for later ---- */

static int keep_value(struct dump *d, const struct sqldump_row *row, unsigned i)
{
    struct stmt *st;
    int err = db_stmt(&st, d->im->args->db,
                      "INSERT INTO import_later (filename, category, var_name, var_val) "
                      "VALUES (?, ?, ?, ?)");

    buf_reset(&d->sql);
    buf_printf(&d->sql, "dump/%s", d->table);
    buf_reset(&d->what);
    buf_printf(&d->what, "%lld", (long long)d->kept);
    if (!err)
        err = stmt_text(st, 1, buf_slice(&d->sql));
    if (!err)
        err = stmt_text(st, 2, buf_slice(&d->what));
    if (!err)
        err = stmt_text(st, 3, slice_of(row->columns[i]));
    if (!err)
        err = stmt_text(st, 4, row->values[i]);
    return err ? err : stmt_run(st);
}

static int keep(struct dump *d, const struct sqldump_row *row)
{
    int err = 0;

    d->kept++;
    for (unsigned i = 0; !err && row->columns[i]; i++)
        if (row->values[i].len)
            err = keep_value(d, row, i);
    d->im->totals->count[IMPORT_LATER] += !err;
    return err;
}

/* ---- any row ---- */

static int take(struct dump *d, const struct sqldump_row *row)
{
    const bool is_step = strcmp(d->to->table, "realtime_extensions") == 0;
    const bool is_plain = judge(d, row);
    int err = is_step ? take_step(d, row) : insert(d, row);

    if (err == EEXIST || err == EDOM) {
        say(d, row, IMPORT_WRONG, NULL, SLICE_NONE, "вторая запись с этим именем или без данных",
            "a second row of this name, or one without data");
        return 0;
    }
    if (err || is_step)
        return err;
    d->im->totals->endpoints += strcmp(d->to->name, "endpoint") == 0;
    if (row->is_translated)
        say(d, row, IMPORT_TRANSLATED, NULL, SLICE_NONE, "кодировка cp1251 переведена в UTF-8",
            "texts in cp1251 were put into UTF-8");
    else if (is_plain)
        say(d, row, IMPORT_TAKEN, NULL, SLICE_NONE, "", "");
    else
        d->im->totals->count[IMPORT_TAKEN]++; /* its columns that were not are named */
    return 0;
}

static bool has_zero(const struct sqldump_row *row)
{
    for (unsigned i = 0; row->columns[i]; i++)
        if (row->values[i].len && memchr(row->values[i].p, 0, row->values[i].len))
            return true;
    return false;
}

static int on_row(const struct sqldump_row *row, void *arg)
{
    struct dump *d = arg;

    d->im->totals->rows++;
    switch (d->rule->fate) {
    case PASS: d->im->totals->count[IMPORT_NOT_NEEDED]++; return 0;
    case REFUSE: d->im->totals->count[IMPORT_UNSUPPORTED]++; return 0;
    default: break;
    }
    if (has_zero(row)) {
        say(d, row, IMPORT_WRONG, NULL, SLICE_NONE, "в тексте нулевой байт; запись не взята",
            "a zero byte in a text; the row is not taken");
        return 0;
    }
    return d->rule->fate == KEEP ? keep(d, row) : take(d, row);
}

static void on_trouble(uint32_t line, struct slice what, bool is_wrong, const char *ru,
                       const char *en, void *arg)
{
    struct dump *d = arg;

    import_say(d->im, d->file, line, is_wrong ? IMPORT_WRONG : IMPORT_UNSUPPORTED, what, ru, en);
}

static void on_progress(uint64_t bytes, void *arg)
{
    struct dump *d = arg;

    if (d->im->args->progress)
        d->im->args->progress(bytes, d->im->args->arg);
}

/* What gzip, bzip2, xz, zstd and zip begin with. */
static bool is_packed(int fd)
{
    static const char *const begins[] = {"\x1f\x8b", "BZh",
                                         "\xfd"
                                         "7zXZ",
                                         "\x28\xb5\x2f\xfd", "PK\x03\x04"};
    char head[8] = "";

    if (pread(fd, head, sizeof(head) - 1, 0) < 0)
        return false; /* a pipe */
    for (size_t i = 0; i < sizeof(begins) / sizeof(begins[0]); i++)
        if (strncmp(head, begins[i], strlen(begins[i])) == 0)
            return true;
    return false;
}

int import_dump(struct import *im, int fd, const char *name)
{
    struct dump *d = mem_zalloc(sizeof(*d));
    const struct sqldump_args args = {
        .table = on_table, .row = on_row, .trouble = on_trouble, .progress = on_progress, .arg = d};
    int err;

    if (!d)
        return ENOMEM;
    d->im = im;
    d->file = strrchr(name, '/') ? strrchr(name, '/') + 1 : name;
    d->rule = &strange;
    buf_init(&d->sql, MOST_SQL);
    buf_init(&d->value, MOST_SQL);
    buf_init(&d->what, MOST_SQL);
    buf_init(&d->strangers, 1u << 20);
    if (is_packed(fd)) {
        import_say(im, d->file, 0, IMPORT_WRONG, SLICE(""),
                   "дамп сжат: zcat pbx.sql.gz | station import /dev/stdin",
                   "the dump is packed: zcat pbx.sql.gz | station import /dev/stdin");
        err = EINVAL;
    } else {
        err = sqldump_read(fd, &args);
    }
    if (!err && !im->totals->rows)
        err = ENOENT;
    buf_fini(&d->sql);
    buf_fini(&d->value);
    buf_fini(&d->what);
    buf_fini(&d->strangers);
    mem_free(d);
    return err;
}
