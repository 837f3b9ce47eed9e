/*
 * test_import.c - whole folders: tests/golden/import-*, with the report expected beside, in NAME.txt for
 * people and in NAME.json for programs; no line of any file is without its verdict
 */
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "file.h"
#include "import/import.h"
#include "import/inner.h"
#include "import/report.h"
#include "model/database.h"

static const char *const words[IMPORT_VERDICTS] = {"taken",      "translated",  "later",
                                                   "not-needed", "unsupported", "wrong"};

static void note(const struct import_note *n, void *arg)
{
    if (n->verdict != IMPORT_TAKEN)
        buf_printf(arg, "%s:%u %s | %s | %s\n", n->file, n->line, words[n->verdict], n->what,
                   n->text_en);
}

static int import(struct db *d, const char *dir, struct buf *report, struct import_totals *t)
{
    const struct import_args args = {.db = d, .dir = dir, .note = note, .arg = report};

    return import_run(&args, t);
}

/* All that is said about a folder: for people, for programs, and where. */
struct said {
    struct buf text, json, places; /* places: "\nfile:line\n" of each note */
    bool has_notes;
};

static void said_init(struct said *s)
{
    buf_init(&s->text, 1u << 20);
    buf_init(&s->json, 1u << 20);
    buf_init(&s->places, 1u << 20);
    s->has_notes = false;
}

static void said_fini(struct said *s)
{
    buf_fini(&s->text);
    buf_fini(&s->json);
    buf_fini(&s->places);
}

static void note_all(const struct import_note *n, void *arg)
{
    struct said *s = arg;

    note(n, &s->text);
    import_json_note(n, !s->has_notes, &s->json);
    s->has_notes = true;
    buf_printf(&s->places, "\n%s:%u\n", n->file, n->line);
}

static int is_golden(const char *dir, const char *kind, const struct buf *is)
{
    char path[200];

    snprintf(path, sizeof(path), "%s.%s", dir, kind);
    return file_is(path, is, "STATION_WRITE_GOLDEN");
}

static bool has_place(const struct said *s, const char *file, unsigned line)
{
    char place[300];

    snprintf(place, sizeof(place), "\n%s:%u\n", file, line);
    return strstr(buf_z(&s->places), place) != NULL;
}

/* Each line of a file that says something has its verdict, or the file as a whole has. */
static int lines_are_reported(const struct said *s, const char *dir, const char *file)
{
    char path[300], line[4096];
    bool is_comment = false;
    FILE *f;
    int err = 0;

    snprintf(path, sizeof(path), "%s/%s", dir, file);
    f = fopen(path, "re");
    CHECK(f);
    for (unsigned n = 1; !err && fgets(line, sizeof(line), f); n++) {
        struct slice text = slice_trim(slice_of(line));

        is_comment = is_comment || (strncmp(line, ";--", 3) == 0 && line[3] != '-');
        if (text.len && !is_comment && !strchr(";[", *text.p) &&
            !slice_starts(text, SLICE("#include")) && !slice_starts(text, SLICE("#tryinclude")) &&
            !has_place(s, file, n)) {
            fprintf(stderr, "%s:%u: nothing is said of \"%.*s\"\n", path, n, SLICE_ARG(text));
            err = EINVAL;
        }
        is_comment = is_comment && !strstr(line, "--;");
    }
    fclose(f);
    return err;
}

static int files_are_reported(const struct said *s, const char *dir, const char *below)
{
    char path[300], file[600];
    struct dirent *e;
    int err = 0;
    DIR *d;

    snprintf(path, sizeof(path), "%s/%s", dir, below);
    d = opendir(path);
    CHECK(d);
    while (!err && (e = readdir(d))) {
        if (e->d_name[0] == '.')
            continue;
        snprintf(file, sizeof(file), "%s%s%s", below, *below ? "/" : "", e->d_name);
        if (e->d_type == DT_DIR && strcmp(e->d_name, "sounds") != 0)
            err = has_place(s, file, 0) ? 0 : files_are_reported(s, dir, file);
        else if (e->d_type == DT_REG && !has_place(s, file, 0))
            err = lines_are_reported(s, dir, file);
    }
    closedir(d);
    return err;
}

static int report_is(const char *dir, struct db *d, struct import_totals *t)
{
    struct said s;
    const struct import_args args = {.db = d, .dir = dir, .note = note_all, .arg = &s};
    struct stat st;
    int err;

    said_init(&s);
    import_json_begin(dir, false, &s.json);
    CHECK_OK_TO(import_run(&args, t), out);
    import_json_end(t, true, &s.json);
    CHECK_OK_TO(is_golden(dir, "txt", &s.text), out);
    CHECK_OK_TO(is_golden(dir, "json", &s.json), out);
    if (stat(dir, &st) == 0 && S_ISDIR(st.st_mode))
        CHECK_OK_TO(files_are_reported(&s, dir, ""), out);
out:
    said_fini(&s);
    return err;
}

static int64_t ask(struct db *d, const char *sql)
{
    struct stmt *s;
    int64_t v = -1;
    bool row;

    if (db_stmt(&s, d, sql) == 0 && stmt_step(s, &row) == 0 && row) {
        v = stmt_col_int(s, 0);
        stmt_reset(s);
    }
    return v;
}

static bool allows(const struct model_rules *r, const char *host)
{
    struct addr a = {0};

    return addr_parse_host(&a, slice_of(host), 0) == 0 && model_rules_allow(r, &a);
}

static bool manager_is(const struct model_snapshot *s, const char *name, const char *secret,
                       const char *read)
{
    const struct model_manager *m = model_manager_find(s, slice_of(name));

    return m && strcmp(m->secret, secret) == 0 && m->read.count == 1 &&
           strcmp(m->read.v[0], read) == 0;
}

static int the_peer_s_configuration_is_taken_whole(void)
{
    struct import_totals t;
    struct model_snapshot *s = NULL;
    const struct model_endpoint *ep;
    struct db *d = NULL;
    struct addr from = {0};
    int err;

    CHECK_OK_TO(database_make(&d, ""), out);
    CHECK_OK_TO(report_is("tests/golden/import-peer", d, &t), out);
    CHECK_TO(t.endpoints == 22 && t.extensions == 11, out);
    CHECK_TO(t.count[IMPORT_WRONG] == 0 && t.count[IMPORT_UNSUPPORTED] == 0, out);
    CHECK_OK_TO(model_snapshot_load(&s, d), out);
    CHECK_TO(model_snapshot_report(s)->count == 0, out);
    ep = model_endpoint_find(s, SLICE("u00007"));
    CHECK_TO(ep && ep->auths[0] && strcmp(ep->auths[0]->password, "pw-u00007") == 0, out);
    CHECK_TO(ep->aors[0] && ep->aors[0]->max_contacts == 1 && ep->aors[0]->remove_existing, out);
    CHECK_OK_TO(addr_parse(&from, SLICE("127.0.0.1"), 5061), out);
    CHECK_TO(model_endpoint_by_addr(s, &from) == model_endpoint_find(s, SLICE("load")), out);
    CHECK_TO(model_global_of(s)->identifier_order.v[0] == MODEL_BY_USERNAME, out);
    CHECK_TO(model_transport_count(s) == 1 && model_transport_at(s, 0)->bind.port == 5080, out);
    CHECK_TO(model_settings_of(s)->rtp_start == 20000 && model_settings_of(s)->rtp_end == 29999,
             out);
    CHECK_TO(model_context_find(s, SLICE("load"))->step_count == 11, out);
    CHECK_TO(manager_is(s, "measure", "measure-pw", "all") &&
                 manager_is(s, "lowly", "lowly-pw", "call"),
             out);
    CHECK_TO(model_settings_of(s)->manager_enabled && model_settings_of(s)->http_enabled &&
                 model_settings_of(s)->manager_bind.port == 5038,
             out);
out:
    if (s && err)
        report_print(s);
    mem_deref(s);
    mem_deref(d);
    return err;
}

static int every_line_of_an_office_gets_its_verdict(void)
{
    struct import_totals t;
    struct model_snapshot *s = NULL;
    const struct model_endpoint *ep;
    const struct model_context *c;
    struct db *d = NULL;
    int err;

    CHECK_OK_TO(database_make(&d, ""), out);
    CHECK_OK_TO(report_is("tests/golden/import-office", d, &t), out);
    CHECK_OK_TO(model_snapshot_load(&s, d), out);
    ep = model_endpoint_find(s, SLICE("101"));
    CHECK_TO(ep && ep->codecs.count == 2 && ep->codecs.id[0] == MODEL_ALAW &&
                 ep->set_var.count == 2,
             out);
    CHECK_TO(strcmp(ep->callerid.name, "Иван") == 0 && !model_endpoint_find(s, SLICE("102")), out);
    CHECK_TO(allows(&ep->rules, "10.1.2.3") && !allows(&ep->rules, "203.0.113.1"), out);
    CHECK_TO(!allows(&model_acl_find(s, SLICE("broken"))->rules, "10.0.0.1"), out);
    /* type=acl: a list of its own and one of acl.conf */
    CHECK_TO(!allows(&ep->rules, "10.9.0.1") && !allows(&ep->rules, "192.168.1.1"), out);
    CHECK_TO(allows(&ep->contact_rules, "10.1.2.3") && !allows(&ep->contact_rules, "10.8.0.1"),
             out);
    ep = model_endpoint_find(s, SLICE("backwards"));
    CHECK_TO(ep && !allows(&ep->rules, "10.1.2.3"), out);
    c = model_context_find(s, SLICE("incoming"));
    CHECK_TO(c && c->include_count == 1 && c->hint_count == 1, out);
    CHECK_TO(model_context_find(s, SLICE("internal"))->step_count == 3, out);
    CHECK_TO(strcmp(model_global_var(s, SLICE("GREETING")), "office/hello") == 0, out);
    CHECK_TO(model_moh_find(s, SLICE("quiet")) && !model_moh_find(s, SLICE("stream")), out);
    CHECK_TO(ask(d, "SELECT count(*) FROM musiconhold WHERE name='quiet' AND digit='7'") == 1, out);
    CHECK_TO(model_manager_count(s) == 1 &&
                 strcmp(model_manager_find(s, SLICE("admin"))->secret, "top") == 0,
             out);
out:
    mem_deref(s);
    mem_deref(d);
    return err;
}

static bool rings(const struct model_snapshot *s, const char *context, const char *exten,
                  const char *app)
{
    const struct model_context *c = model_context_find(s, slice_of(context));

    for (uint32_t i = 0; c && i < c->hint_count; i++)
        if (strcmp(c->hints[i].exten, exten) == 0)
            return strcmp(c->hints[i].app, app) == 0;
    return false;
}

static bool step_is(const struct model_context *c, const char *exten, int priority,
                    const char *label)
{
    for (uint32_t i = 0; c && i < c->step_count; i++)
        if (strcmp(c->steps[i].exten, exten) == 0 && c->steps[i].priority == priority)
            return strcmp(c->steps[i].label, label) == 0;
    return false;
}

static bool codecs_are(const struct model_snapshot *s, const char *name, unsigned count, int first)
{
    const struct model_endpoint *ep = model_endpoint_find(s, slice_of(name));

    return ep && ep->codecs.count == count && (!count || ep->codecs.id[0] == first);
}

/* manager.conf and http.conf of import-old. */
static int users_are_as_asterisk_reads_them(const struct model_snapshot *s)
{
    const struct model_settings *set = model_settings_of(s);
    const struct model_manager *crm = model_manager_find(s, SLICE("crm"));
    const struct model_manager *panel = model_manager_find(s, SLICE("panel"));

    CHECK(!set->manager_enabled && set->manager_bind.port == 5138 && set->http_enabled);
    CHECK(set->http_bind.port == 8188 && set->http_bind.ip[0] == 192);
    CHECK(crm && panel && model_manager_count(s) == 2);
    CHECK(crm->read.count == 2 && !crm->allows_many && !crm->is_announced);
    CHECK(panel->allows_many);
    CHECK(strcmp(panel->eventfilter,
                 "Event: Newchannel\n!Channel: DAHDI/\neventfilter(action(exclude),name(VarSet))=\n"
                 "eventfilter(name(Hangup),header(Cause),method(exact))=16") == 0);
    /* deny behind permit: the order counts, and with all denials first nobody would be kept out */
    CHECK(allows(&crm->rules, "10.1.2.3") && !allows(&crm->rules, "10.1.2.4"));
    CHECK(!allows(&panel->rules, "203.0.113.9") && allows(&panel->rules, "192.0.2.9"));
    return 0;
}

static int an_old_configuration_is_read_as_asterisk_does(void)
{
    struct import_totals t;
    struct model_snapshot *s = NULL;
    const struct model_context *c;
    struct db *d = NULL;
    int err;

    CHECK_OK_TO(database_make(&d, ""), out);
    CHECK_OK_TO(report_is("tests/golden/import-old", d, &t), out);
    CHECK_OK_TO(model_snapshot_load(&s, d), out);
    c = model_context_find(s, SLICE("main"));
    CHECK_TO(c && c->include_count == 1 && strcmp(c->includes[0], "office") == 0, out);
    CHECK_TO(step_is(c, "101", 1, "") && step_is(c, "101", 2, "") && step_is(c, "101", 5, ""), out);
    CHECK_TO(step_is(c, "100", 101, "later") && step_is(c, "102", 6, ""), out);
    CHECK_TO(step_is(c, "200", 1, "") && step_is(c, "201", 1, ""), out);
    CHECK_TO(codecs_are(s, "101", 1, MODEL_G722) && codecs_are(s, "102", 2, MODEL_ALAW), out);
    CHECK_TO(strcmp(model_moh_find(s, SLICE("default"))->directory, "/srv/first") == 0, out);
    CHECK_TO(ask(d, "SELECT count(*) FROM ps_aors WHERE id='101' AND max_contacts=3") == 1, out);
    CHECK_OK_TO(users_are_as_asterisk_reads_them(s), out);
out:
    if (err && s)
        report_print(s);
    mem_deref(s);
    mem_deref(d);
    return err;
}

static int a_generated_configuration_with_old_files_is_taken(void)
{
    struct import_totals t;
    struct model_snapshot *s = NULL;
    const struct model_endpoint *ep;
    struct addr from = {0};
    struct db *d = NULL;
    int err;

    CHECK_OK_TO(database_make(&d, ""), out);
    CHECK_OK_TO(report_is("tests/golden/import-freepbx", d, &t), out);
    CHECK_TO(t.endpoints == 5, out);
    CHECK_OK_TO(model_snapshot_load(&s, d), out);
    ep = model_endpoint_find(s, SLICE("operator"));
    CHECK_TO(ep && strcmp(ep->context, "from-trunk") == 0 && ep->aors[0]->contacts.count == 1, out);
    CHECK_TO(strcmp(ep->aors[0]->contacts.v[0], "sip:sip.example.org:5061") == 0, out);
    CHECK_TO(strcmp(ep->outbound_auths[0]->password, "op-secret") == 0, out);
    CHECK_OK_TO(addr_parse(&from, SLICE("192.0.2.8"), 5060), out);
    CHECK_TO(model_endpoint_by_addr(s, &from) == model_endpoint_find(s, SLICE("gate")), out);
    CHECK_TO(model_registration_count(s) == 2, out);
    ep = model_endpoint_find(s, SLICE("201"));
    CHECK_TO(ep && strcmp(ep->auths[0]->password, "s201") == 0 && ep->rtp_symmetric, out);
    CHECK_TO(strcmp(ep->context, "from-sip") == 0 && ep->codecs.id[0] == MODEL_ALAW, out);
    ep = model_endpoint_find(s, SLICE("trunk"));
    CHECK_TO(ep && !ep->auths[0] && ep->outbound_auths[0], out);
    CHECK_TO(strcmp(ep->outbound_auths[0]->username, "7812") == 0, out);
    CHECK_TO(
        ask(d, "SELECT count(*) FROM realtime_extensions WHERE appdata = 'custom/busy&beep'") == 1,
        out);
    CHECK_TO(ask(d, "SELECT count(*) FROM settings WHERE name = 'tone_zone'") == 1, out);
    CHECK_TO(rings(s, "from-internal", "700", "PJSIP/gate"), out);
    CHECK_TO(step_is(model_context_find(s, SLICE("from-internal")), "700", 1, ""), out);
out:
    if (err && s)
        report_print(s);
    mem_deref(s);
    mem_deref(d);
    return err;
}

/* An office as they are found: chan_sip, comments in cp1251, an IVR, queues, two carriers, a gateway. */
static int a_russian_office_is_taken(void)
{
    struct import_totals t;
    struct model_snapshot *s = NULL;
    const struct model_endpoint *ep;
    struct db *d = NULL;
    int err;

    CHECK_OK_TO(database_make(&d, ""), out);
    CHECK_OK_TO(report_is("tests/golden/import-ru", d, &t), out);
    CHECK_TO(t.endpoints == 5, out);
    CHECK_OK_TO(model_snapshot_load(&s, d), out);
    ep = model_endpoint_find(s, SLICE("100"));
    CHECK_TO(ep && strcmp(ep->callerid.name, "Секретарь Мария") == 0, out);
    CHECK_TO(strcmp(ep->language, "ru") == 0 && ep->rtp_symmetric, out);
    CHECK_TO(ep->codecs.count == 2 && ep->device_state_busy_at == 2, out);
    CHECK_TO(ep->call_group == 2 && ep->aors[0]->qualify_frequency == 60, out);
    ep = model_endpoint_find(s, SLICE("operator"));
    CHECK_TO(ep && !ep->auths[0] && strcmp(ep->from_domain, "sip.operator.example") == 0, out);
    CHECK_TO(model_registration_count(s) == 2 && model_transport_count(s) == 2, out);
    CHECK_TO(rings(s, "internal", "100", "SIP/100"), out);
    CHECK_TO(strcmp(model_settings_of(s)->tone_zone, "ru") == 0, out);
    CHECK_TO(strcmp(model_tone_list(s, SLICE("KZ"), SLICE("busy")), "425/500,0/500") == 0, out);
    CHECK_TO(!model_tone_list(s, SLICE("ru"), SLICE("dial")) &&
                 strcmp(model_tone_list(s, SLICE("ru"), SLICE("busy")), "425/400,0/400") == 0,
             out);
    CHECK_TO(ask(d, "SELECT count(*) FROM import_later WHERE filename='queues.conf'") == 6, out);
out:
    if (err && s)
        report_print(s);
    mem_deref(s);
    mem_deref(d);
    return err;
}

static int take_dump(struct db *d, bool is_dry, struct buf *report, struct import_totals *t)
{
    const struct import_args args = {.db = d,
                                     .dir = "tests/golden/import-dump/pbx.sql",
                                     .is_dry = is_dry,
                                     .note = note,
                                     .arg = report};

    return import_run(&args, t);
}

static int a_dump_of_the_manual_s_station_is_taken(void)
{
    struct import_totals t;
    struct model_snapshot *s = NULL;
    const struct model_endpoint *ep;
    struct db *d = NULL;
    int err;

    CHECK_OK_TO(database_make(&d, "INSERT INTO ps_endpoints (id) VALUES ('old')"), out);
    CHECK_OK_TO(report_is("tests/golden/import-dump/pbx.sql", d, &t), out);
    CHECK_TO(t.endpoints == 2 && t.extensions == 4 && t.rows == 23, out);
    CHECK_OK_TO(model_snapshot_load(&s, d), out);
    ep = model_endpoint_find(s, SLICE("user-100-domain"));
    CHECK_TO(ep && strcmp(ep->callerid.name, "Иван") == 0 && ep->codecs.count == 2, out);
    CHECK_TO(strcmp(ep->auths[0]->password, "s'e;c)r,e\"t") == 0, out);
    CHECK_TO(!model_endpoint_find(s, SLICE("old")), out);
    CHECK_TO(strcmp(model_global_var(s, SLICE("GREETING")), "Добрый\tдень") == 0, out);
    CHECK_TO(ask(d, "SELECT count(*) FROM realtime_extensions WHERE appdata = 'custom/busy'") == 1,
             out);
    CHECK_TO(ask(d, "SELECT count(*) FROM context WHERE description = 'a\\b'") == 1, out);
    CHECK_TO(
        ask(d, "SELECT count(*) FROM api_user WHERE name = 'crm' AND enable = 'yes' AND api_key = "
               "'666ff6ccaa5b3c07feaa3a95d3a4bd2c46ac9e9abdb09ca9133528d3dc1e8952'") == 1,
        out); /* SHA-256: a program goes on with its key */
    CHECK_TO(ask(d, "SELECT count(*) FROM ps_endpoints WHERE length(uuid) = 36") == 2, out);
out:
    if (err && s)
        report_print(s);
    mem_deref(s);
    mem_deref(d);
    return err;
}

static int a_dump_twice_is_a_dump_once(void)
{
    struct import_totals t;
    struct buf report;
    struct db *d = NULL;
    int err;

    buf_init(&report, 1u << 20);
    CHECK_OK_TO(database_make(&d, "INSERT INTO cdr (uniqueid) VALUES ('mine')"), out);
    for (int i = 0; i < 2; i++)
        CHECK_OK_TO(take_dump(d, false, &report, &t), out);
    CHECK_TO(ask(d, "SELECT count(*) FROM cdr") == 3, out);
    CHECK_TO(ask(d, "SELECT count(*) FROM ps_endpoints") == 2, out);
    CHECK_TO(ask(d, "SELECT count(*) FROM realtime_extensions") == 4, out);
    CHECK_TO(ask(d, "SELECT count(*) FROM import_later") == 4, out);
out:
    buf_fini(&report);
    mem_deref(d);
    return err;
}

static int a_dry_run_changes_nothing(void)
{
    struct import_totals t;
    struct buf report;
    struct db *d = NULL;
    int err;

    buf_init(&report, 1u << 20);
    CHECK_OK_TO(database_make(&d, "INSERT INTO ps_endpoints (id) VALUES ('old')"), out);
    CHECK_OK_TO(take_dump(d, true, &report, &t), out);
    CHECK_TO(t.endpoints == 2 && !db_is_in_transaction(d), out);
    CHECK_TO(ask(d, "SELECT count(*) FROM ps_endpoints WHERE id = 'old'") == 1, out);
    CHECK_TO(ask(d, "SELECT count(*) FROM ps_endpoints") == 1, out);
out:
    buf_fini(&report);
    mem_deref(d);
    return err;
}

static int a_second_import_replaces_the_first(void)
{
    struct import_totals t;
    struct buf report;
    struct db *d = NULL;
    int err;

    buf_init(&report, 1u << 20);
    CHECK_OK_TO(database_make(&d, ""), out);
    for (int i = 0; i < 2; i++)
        CHECK_OK_TO(import(d, "tests/golden/import-peer", &report, &t), out);
    CHECK_TO(ask(d, "SELECT count(*) FROM ps_endpoints") == 22, out);
    CHECK_TO(ask(d, "SELECT count(*) FROM realtime_extensions") == 11, out);
    CHECK_TO(ask(d, "SELECT count(*) FROM static_pjsip") == 5, out);
    CHECK_TO(ask(d, "SELECT count(*) FROM import_later") == 1, out);
    CHECK_TO(ask(d, "SELECT count(*) FROM manager") == 2, out);
out:
    buf_fini(&report);
    mem_deref(d);
    return err;
}

static int without_files_nothing_changes(void)
{
    struct import_totals t;
    struct buf report;
    struct db *d = NULL;
    int err;

    buf_init(&report, 1u << 20);
    CHECK_OK_TO(database_make(&d, "INSERT INTO ps_endpoints (id) VALUES ('mine')"), out);
    CHECK_TO(import(d, "tests/golden/there-is-none", &report, &t) == ENOENT, out);
    CHECK_TO(import(d, "tests/golden/import-office/sub", &report, &t) == ENOENT, out);
    CHECK_TO(ask(d, "SELECT count(*) FROM ps_endpoints WHERE id='mine'") == 1, out);
    CHECK_TO(!db_is_in_transaction(d), out);
out:
    buf_fini(&report);
    mem_deref(d);
    return err;
}

static int a_failure_in_the_middle_changes_nothing(void)
{
    struct import_totals t;
    struct buf report;
    struct db *d = NULL;
    int err;

    buf_init(&report, 1u << 20);
    CHECK_OK_TO(database_make(&d, "INSERT INTO ps_endpoints (id) VALUES ('mine');"
                                  "DROP TABLE realtime_extensions"),
                out);
    CHECK_TO(import(d, "tests/golden/import-peer", &report, &t) != 0, out);
    CHECK_TO(ask(d, "SELECT count(*) FROM ps_endpoints") == 1, out);
    CHECK_TO(!db_is_in_transaction(d), out);
out:
    buf_fini(&report);
    mem_deref(d);
    return err;
}

static int sounds_come_along_but_links_do_not(void)
{
    char dir[] = "/tmp/station-sounds-XXXXXX", path[100], to[80];
    struct import_totals t;
    struct buf report;
    struct db *d = NULL;
    int fd, err;

    buf_init(&report, 1u << 20);
    CHECK_TO(mkdtemp(dir), out);
    snprintf(path, sizeof(path), "%s/sounds", dir);
    CHECK_TO(mkdir(path, 0700) == 0, out);
    snprintf(path, sizeof(path), "%s/sounds/ru", dir);
    CHECK_TO(mkdir(path, 0700) == 0, out);
    snprintf(path, sizeof(path), "%s/sounds/ru/hello.wav", dir);
    fd = open(path, O_WRONLY | O_CREAT, 0600);
    CHECK_TO(fd >= 0 && write(fd, "RIFF", 4) == 4 && close(fd) == 0, out);
    snprintf(path, sizeof(path), "%s/sounds/ru/passwd.wav", dir);
    CHECK_TO(symlink("/etc/passwd", path) == 0, out);
    snprintf(path, sizeof(path), "%s/rtp.conf", dir);
    fd = open(path, O_WRONLY | O_CREAT, 0600);
    CHECK_TO(fd >= 0 && close(fd) == 0, out);
    snprintf(to, sizeof(to), "%s/to", dir);
    CHECK_OK_TO(database_make(&d, ""), out);
    CHECK_OK_TO(import_run(
                    &(struct import_args){
                        .db = d, .dir = dir, .sounds_dir = to, .note = note, .arg = &report},
                    &t),
                out);
    snprintf(path, sizeof(path), "%s/ru/hello.wav", to);
    CHECK_TO(t.sounds == 1 && access(path, R_OK) == 0, out);
    snprintf(path, sizeof(path), "%s/ru/passwd.wav", to);
    CHECK_TO(access(path, F_OK) != 0, out);
    CHECK_TO(strstr(buf_z(&report), "passwd.wav"), out);
out:
    snprintf(path, sizeof(path), "rm -r %s", dir);
    if (system(path) != 0 && !err)
        err = EIO;
    buf_fini(&report);
    mem_deref(d);
    return err;
}

static int a_file_that_cannot_be_read_is_named(void)
{
    char dir[] = "/tmp/station-import-XXXXXX", path[100];
    struct import_totals t;
    struct buf report;
    struct db *d = NULL;
    int err;

    buf_init(&report, 1u << 20);
    CHECK_OK_TO(database_make(&d, "INSERT INTO ps_endpoints (id) VALUES ('mine')"), out);
    CHECK_TO(mkdtemp(dir), out);
    snprintf(path, sizeof(path), "%s/pjsip.conf", dir);
    CHECK_TO(symlink("/etc/hostname", path) == 0, out);
    CHECK_TO(import(d, dir, &report, &t) != 0, out);
    CHECK_TO(strstr(buf_z(&report), "pjsip.conf:0 wrong | "), out);
    CHECK_TO(ask(d, "SELECT count(*) FROM ps_endpoints WHERE id='mine'") == 1, out);
out:
    unlink(path);
    rmdir(dir);
    buf_fini(&report);
    mem_deref(d);
    return err;
}

static int another_spool_becomes_the_usual_one(void)
{
    static const struct {
        const char *app, *data, *want;
    } steps[] = {
        {"MixMonitor", "/data/spool/monitor/${UNIQUEID}.wav,b,mv /data/spool/monitor/a /x",
         "/var/spool/asterisk/monitor/${UNIQUEID}.wav,b,mv /var/spool/asterisk/monitor/a /x"},
        {"Record", "/data/spool/a.wav", "/var/spool/asterisk/a.wav"},
        {"Playback", "/data/spooled/a", "/data/spooled/a"},
        {"NoOp", "", ""},
    };
    struct import im = {0};
    struct buf out;
    int err = 0;

    buf_init(&out, 4096);
    strcpy(im.dirs.varlib, "/var/lib/asterisk");
    strcpy(im.dirs.data, "/usr/share/asterisk");
    strcpy(im.dirs.spool, "/data/spool");
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        bool is_moved = false;

        CHECK_OK_TO(
            import_dirs_off(&im, slice_of(steps[i].app), slice_of(steps[i].data), &is_moved, &out),
            out);
        CHECK_TO(strcmp(buf_z(&out), steps[i].want) == 0, out);
        CHECK_TO(is_moved == (strcmp(steps[i].data, steps[i].want) != 0), out);
    }
out:
    buf_fini(&out);
    return err;
}

UNIT_TESTS(UNIT_ONCE(another_spool_becomes_the_usual_one),
           UNIT_ONCE(the_peer_s_configuration_is_taken_whole),
           UNIT_ONCE(every_line_of_an_office_gets_its_verdict),
           UNIT_ONCE(an_old_configuration_is_read_as_asterisk_does),
           UNIT_ONCE(a_generated_configuration_with_old_files_is_taken),
           UNIT_ONCE(a_russian_office_is_taken), UNIT_ONCE(a_dump_of_the_manual_s_station_is_taken),
           UNIT_ONCE(a_dump_twice_is_a_dump_once), UNIT_ONCE(a_dry_run_changes_nothing),
           UNIT_ONCE(a_second_import_replaces_the_first), UNIT_ONCE(without_files_nothing_changes),
           UNIT_ONCE(a_failure_in_the_middle_changes_nothing),
           UNIT_ONCE(sounds_come_along_but_links_do_not),
           UNIT_ONCE(a_file_that_cannot_be_read_is_named))
