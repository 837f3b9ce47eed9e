/*
 * test_config.c - GetConfig, GetConfigJSON, ListCategories, CreateConfig, UpdateConfig: the tables of the
 * database as if they were files, and nothing else (CVE-2023-49294, CVE-2024-53566)
 */
#include <stdlib.h>
#include <sys/stat.h>

#include "desk.h"
#include "store/store.h"

static char state_dir[64];
static struct db *raw; /* beside the store's connections, as `station sql` */

/* Before main, so that it counts as nobody's leak. */
__attribute__((constructor)) static void make_state(void)
{
    char path[96];

    snprintf(state_dir, sizeof(state_dir), "/dev/shm/station-config-%d", (int)getpid());
    snprintf(path, sizeof(path), "%s/station.db", state_dir);
    if (mkdir(state_dir, 0700) || db_open(&raw, path, DB_CREATE) ||
        db_run(raw, "PRAGMA synchronous=OFF") || store_migrate(raw, model_migrations)) {
        fprintf(stderr, "config: no database\n");
        _exit(1);
    }
}

__attribute__((destructor)) static void remove_state(void)
{
    char command[96];

    snprintf(command, sizeof(command), "rm -rf %s", state_dir);
    if (system(command))
        perror(command);
}

static const char fresh[] =
    "DELETE FROM ps_endpoints; DELETE FROM ps_auths; DELETE FROM ps_aors; DELETE FROM settings; "
    "DELETE FROM realtime_extensions; DELETE FROM static_extensions; DELETE FROM context; "
    "DELETE FROM static_pjsip; DELETE FROM manager; DELETE FROM acl; DELETE FROM tones; "
    "DELETE FROM musiconhold; "
    "INSERT INTO settings (name, value) VALUES ('http_enabled', 'yes'), "
    "('http_bind', '127.0.0.1:8088'), ('rtp_start', '20000'), ('rtp_end', '29999');"
    "INSERT INTO ps_endpoints (id, transport, aors, auth, context, disallow, allow, set_var) VALUES "
    "('101', 'udp', '101', '101', 'load', 'all', 'alaw,ulaw', 'A=1;B=2'), "
    "('102', 'udp', '102', '102', 'load', 'all', 'g722', NULL);"
    "INSERT INTO ps_auths (id, auth_type, username, password) VALUES "
    "('101', 'userpass', '101', 'top secret'), ('102', 'userpass', '102', 'other');"
    "INSERT INTO ps_aors (id, max_contacts) VALUES ('101', 2), ('102', 1);"
    "INSERT INTO static_pjsip (cat_metric, var_metric, commented, filename, category, var_name, "
    "var_val) VALUES (0, 0, 0, 'pjsip.conf', 'udp', 'type', 'transport'), "
    "(0, 1, 0, 'pjsip.conf', 'udp', 'protocol', 'udp'), "
    "(0, 2, 0, 'pjsip.conf', 'udp', 'bind', '127.0.0.1:5080'), "
    "(1, 0, 1, 'pjsip.conf', 'tcp', 'type', 'transport');"
    "INSERT INTO static_extensions (cat_metric, var_metric, commented, filename, category, var_name, "
    "var_val) VALUES (0, 0, 0, 'extensions.conf', 'globals', 'GREETING', 'hello'), "
    "(1, 0, 0, 'extensions.conf', 'office', 'include', 'load');"
    "INSERT INTO realtime_extensions (context, exten, priority, label, app, appdata, description) VALUES "
    "('load', '600', 1, '', 'Answer', '', 'first'), ('load', '600', 2, '', 'Wait', '120', ''), "
    "('load', '600', 3, '', 'Hangup', '', ''), ('load', '601', 1, '', 'Answer', '', ''), "
    "('load', '601', 2, 'again', 'Playback', 'load/tone', ''), "
    "('load', '601', 3, '', 'Goto', 'again', ''), "
    "('load', '_7XXX', 1, '', 'Dial', 'PJSIP/${EXTEN}@trunk,30', ''), "
    "('load', '_7XXX', 2, '', 'Hangup', '', ''), "
    "('load', '_8XXX', 1, '', 'MixMonitor', 'load/${UNIQUEID}.wav', ''), "
    "('load', '_8XXX', 2, '', 'Dial', 'PJSIP/${EXTEN}@trunk,30', ''), "
    "('load', '_8XXX', 3, '', 'Hangup', '', '');"
    "INSERT INTO context (name) VALUES ('load'), ('office'), ('empty');"
    "INSERT INTO manager (name, secret, \"read\", \"write\", eventfilter) VALUES "
    "('crm', 'crm-pw', 'call', 'call,originate', '!Secret\nEvent: Hangup');"
    "INSERT INTO acl (name, rules) VALUES ('office', 'deny=0.0.0.0/0,permit=10.0.0.0/8');"
    "INSERT INTO tones (name, list) VALUES ('fr/busy', '440/500,0/500');"
    "INSERT INTO musiconhold (name, mode, directory) VALUES ('default', 'files', 'moh');";

struct table {
    struct desk d;
    struct store *store;
    struct desk_client c;
    unsigned reloads;
};

static void count_reload(void *arg)
{
    struct table *t = arg;

    t->reloads++;
}

static int table_init(struct table *t, const char *user)
{
    const struct store_args args = {.dir = state_dir, .migrations = model_migrations};
    struct store_args own = args;
    int err;

    memset(t, 0, sizeof(*t));
    if (db_run(raw, fresh)) {
        fprintf(stderr, "%s\n", db_why(raw));
        return EINVAL;
    }
    err = desk_init(&t->d);
    if (err)
        return err;
    t->d.manager = mem_deref(t->d.manager);
    own.loop = t->d.loop;
    err = store_open(&t->store, &own, NULL);
    if (!err)
        err = manager_alloc(&t->d.manager,
                            &(struct manager_args){.net = t->d.net,
                                                   .calls = t->d.calls,
                                                   .plan = t->d.plan,
                                                   .store = t->store,
                                                   .reload = count_reload,
                                                   .arg = t},
                            t->d.snap);
    return err ? err : desk_enter(&t->c, &t->d, MANAGER_TCP, user, "off");
}

static void table_fini(struct table *t)
{
    desk_leave(&t->c);
    t->d.manager = mem_deref(t->d.manager);
    mem_deref(t->store);
    if (t->d.loop)
        desk_fini(&t->d);
}

/* What a request brings, without CR. */
static const char *say(struct table *t, const char *request)
{
    desk_ask(&t->c, request);
    loop_fake_advance(t->d.loop, 50);
    return desk_got(&t->c);
}

/* In the rerun anything else may come, for want of memory. */
static int says(struct table *t, const char *request, const char *answer)
{
    const char *got = say(t, request);

    if (strcmp(got, answer) == 0)
        return 0;
    if (unit_is_rerun())
        return ENOMEM;
    fprintf(stderr, "asked: %s--- got: %s--- not: %s", request, got, answer);
    return EINVAL;
}

/* What a SELECT gives, on a connection of its own. */
static int64_t ask_int(const char *sql)
{
    struct db *d = NULL;
    char path[96];
    struct stmt *s;
    int64_t v = -1;
    bool row;

    snprintf(path, sizeof(path), "%s/station.db", state_dir);
    if (db_open(&d, path, DB_READ) == 0 && db_stmt(&s, d, sql) == 0 && stmt_step(s, &row) == 0 &&
        row) {
        v = stmt_col_int(s, 0);
        stmt_reset(s);
    }
    mem_deref(d);
    return v;
}

#define HOLDS(n_, sql_) CHECK_TO(unit_is_rerun() || ask_int(sql_) == (n_), out)

#define SAYS(t_, request_, answer_) CHECK_OK_TO(says(t_, request_, answer_), out)

static int a_context_is_the_file_that_was_imported(void)
{
    struct table t;
    int err;

    CHECK_OK_TO(table_init(&t, "admin"), out);
    SAYS(&t, "Action: GetConfig\nFilename: extensions.conf\nCategory: load\n\n",
         "Response: Success\nCategory-000000: load\n"
         "Line-000000-000000: exten=600,1,Answer()\nLine-000000-000001: same=n,Wait(120)\n"
         "Line-000000-000002: same=n,Hangup()\nLine-000000-000003: exten=601,1,Answer()\n"
         "Line-000000-000004: same=n(again),Playback(load/tone)\n"
         "Line-000000-000005: same=n,Goto(again)\n"
         "Line-000000-000006: exten=_7XXX,1,Dial(PJSIP/${EXTEN}@trunk,30)\n"
         "Line-000000-000007: same=n,Hangup()\n"
         "Line-000000-000008: exten=_8XXX,1,MixMonitor(load/${UNIQUEID}.wav)\n"
         "Line-000000-000009: same=n,Dial(PJSIP/${EXTEN}@trunk,30)\n"
         "Line-000000-000010: same=n,Hangup()\n\n");
    SAYS(&t, "Action: ListCategories\nFilename: extensions.conf\nActionID: 7\n\n",
         "Response: Success\nActionID: 7\nCategory-000000: globals\nCategory-000001: office\n"
         "Category-000002: load\nCategory-000003: empty\n\n");
out:
    table_fini(&t);
    return err;
}

static int settings_are_the_lines_of_their_files(void)
{
    struct table t;
    int err;

    CHECK_OK_TO(table_init(&t, "admin"), out);
    SAYS(&t, "Action: GetConfig\nFilename: http.conf\n\n",
         "Response: Success\nCategory-000000: general\nLine-000000-000000: enabled=yes\n"
         "Line-000000-000001: bindaddr=127.0.0.1\nLine-000000-000002: bindport=8088\n\n");
    SAYS(&t, "Action: GetConfigJSON\nFilename: http.conf\n\n",
         "Response: Success\nJSON: {\"general\":{\"enabled\":\"yes\",\"bindaddr\":\"127.0.0.1\","
         "\"bindport\":\"8088\"}}\n\n");
    SAYS(&t, "Action: ListCategories\nFilename: rtp.conf\n\n",
         "Response: Success\nCategory-000000: general\n\n");
    SAYS(&t,
         "Action: GetConfig\nFilename: rtp.conf\nCategory: GENERAL\nFilter: rtpstart=^2.*0$\n\n",
         "Response: Success\nCategory-000000: general\nLine-000000-000000: rtpstart=20000\n"
         "Line-000000-000001: rtpend=29999\n\n");
    SAYS(&t, "Action: GetConfig\nFilename: rtp.conf\nCategory: none\n\n",
         "Response: Success\nNo categories found\n\n");
    SAYS(&t, "Action: GetConfig\nFilename: indications.conf\nCategory: fr\n\n",
         "Response: Success\nCategory-000000: fr\nLine-000000-000000: busy=440/500,0/500\n\n");
    SAYS(&t, "Action: GetConfig\nFilename: acl.conf\n\n",
         "Response: Success\nCategory-000000: office\nLine-000000-000000: deny=0.0.0.0/0\n"
         "Line-000000-000001: permit=10.0.0.0/8\n\n");
    SAYS(&t, "Action: GetConfig\nFilename: musiconhold.conf\n\n",
         "Response: Success\nCategory-000000: default\nLine-000000-000000: mode=files\n"
         "Line-000000-000001: directory=moh\n\n");
out:
    table_fini(&t);
    return err;
}

static int objects_are_sections_and_their_secrets_are_not_shown(void)
{
    struct table t;
    int err;

    CHECK_OK_TO(table_init(&t, "admin"), out);
    SAYS(&t, "Action: GetConfig\nFilename: pjsip.conf\nCategory: 101\n\n",
         "Response: Success\nCategory-000000: 101\nLine-000000-000000: type=endpoint\n"
         "Line-000000-000001: transport=udp\nLine-000000-000002: aors=101\n"
         "Line-000000-000003: auth=101\nLine-000000-000004: context=load\n"
         "Line-000000-000005: disallow=all\nLine-000000-000006: allow=alaw,ulaw\n"
         "Line-000000-000007: set_var=A=1\nLine-000000-000008: set_var=B=2\n"
         "Category-000001: 101\nLine-000001-000000: type=auth\n"
         "Line-000001-000001: auth_type=userpass\nLine-000001-000002: password=***\n"
         "Line-000001-000003: username=101\nCategory-000002: 101\nLine-000002-000000: type=aor\n"
         "Line-000002-000001: max_contacts=2\n\n");
    SAYS(&t, "Action: GetConfigJSON\nFilename: pjsip.conf\nFilter: type=^auth$,username=2\n\n",
         "Response: Success\nJSON: {\"102\":{\"type\":\"auth\",\"auth_type\":\"userpass\","
         "\"password\":\"***\",\"username\":\"102\"}}\n\n");
    SAYS(&t, "Action: GetConfig\nFilename: pjsip.conf\nFilter: password=secret\n\n",
         "Response: Success\n\n");
    SAYS(&t, "Action: GetConfig\nFilename: pjsip.conf\nFilter: TEMPLATES=restrict\n\n",
         "Response: Success\n\n");
    SAYS(
        &t, "Action: ListCategories\nFilename: pjsip.conf\n\n",
        "Response: Success\nCategory-000000: udp\nCategory-000001: 101\nCategory-000002: 102\n"
        "Category-000003: 101\nCategory-000004: 102\nCategory-000005: 101\nCategory-000006: 102\n\n");
    SAYS(
        &t, "Action: GetConfig\nFilename: manager.conf\nCategory: crm\n\n",
        "Response: Success\nCategory-000000: crm\nLine-000000-000000: secret=***\n"
        "Line-000000-000001: read=call\nLine-000000-000002: write=call,originate\n"
        "Line-000000-000003: eventfilter=!Secret\nLine-000000-000004: eventfilter=Event: Hangup\n\n");
out:
    table_fini(&t);
    return err;
}

/* Names of files of the machine, in every shape; one that is there for sure, and one that is not. */
static const char *const paths[] = {"../../../../../../../../etc/passwd",
                                    "..",
                                    "../http.conf",
                                    "./../http.conf",
                                    "/etc/passwd",
                                    "/etc/asterisk/../passwd",
                                    "/etc/asterisk//http.conf",
                                    "/etc/asterisk",
                                    "//etc/asterisk/http.conf",
                                    "././http.conf",
                                    "conf.d/http.conf",
                                    "..%2f..%2f..%2fetc%2fpasswd",
                                    "%2e%2e/%2e%2e/etc/passwd",
                                    "..\\..\\etc\\passwd",
                                    "/proc/self/environ",
                                    "file:///etc/passwd",
                                    "station.db/../station.db",
                                    "/dev/shm/station-link.conf"};

static int asked_of_all(struct table *t, const char *name)
{
    static const char *const actions[] = {"GetConfig", "GetConfigJSON", "ListCategories",
                                          "CreateConfig"};
    char text[9000];
    int err = 0;

    for (int i = 0; i < 4; i++) {
        snprintf(text, sizeof(text), "Action: %s\nFilename: %s\n\n", actions[i], name);
        SAYS(t, text, "Response: Error\nMessage: File requires escalated privileges\n\n");
    }
    snprintf(
        text, sizeof(text),
        "Action: UpdateConfig\nSrcFilename: %.4000s\nDstFilename: %.4000s\nAction-000000: NewCat\n"
        "Cat-000000: x\n\n",
        name, name);
    SAYS(t, text, "Response: Error\nMessage: File requires escalated privileges\n\n");
    snprintf(text, sizeof(text),
             "Action: UpdateConfig\nSrcFilename: rtp.conf\nDstFilename: %s\nAction-000000: NewCat\n"
             "Cat-000000: x\n\n",
             name);
    SAYS(t, text, "Response: Error\nMessage: File requires escalated privileges\n\n");
out:
    return err;
}

static int no_path_leads_outside(void)
{
    static const char nul[] = "Action: GetConfig\r\nFilename: http.conf\0/../../etc/passwd\r\n\r\n";
    char name[3100] = "";
    struct table t;
    int err;

    CHECK_OK_TO(table_init(&t, "admin"), out);
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
        CHECK_OK_TO(asked_of_all(&t, paths[i]), out);
    for (int i = 0; i < 1000; i++)
        strcat(name, "../");
    CHECK_OK_TO(asked_of_all(&t, name), out);
    buf_reset(&t.c.got);
    manager_session_recv(t.c.session, slice_from(nul, sizeof(nul) - 1));
    loop_fake_advance(t.d.loop, 50);
    CHECK_TO(desk_has(&t.c, "Message: File requires escalated privileges"), out);
out:
    table_fini(&t);
    return err;
}

/* A link of that name in the directory of the state or of the process is no file either. */
static int links_are_not_followed(void)
{
    char path[128];
    struct table t;
    int err;

    snprintf(path, sizeof(path), "%s/link.conf", state_dir);
    unlink(path);
    CHECK_OK_TO(symlink("/etc/passwd", path) ? errno : 0, out_early);
    CHECK_OK_TO(table_init(&t, "admin"), out);
    SAYS(&t, "Action: GetConfig\nFilename: link.conf\n\n",
         "Response: Error\nMessage: Config file not found\n\n");
    SAYS(&t, "Action: ListCategories\nFilename: station.db\n\n",
         "Response: Error\nMessage: Config file not found\n\n");
    SAYS(&t, "Action: GetConfig\nFilename: nosuch.conf\n\n",
         "Response: Error\nMessage: Config file not found\n\n");
    SAYS(&t, "Action: GetConfig\n\n", "Response: Error\nMessage: Filename not specified\n\n");
    SAYS(&t, "Action: CreateConfig\nFilename: http.conf\n\n",
         "Response: Error\nMessage: File exists\n\n");
    SAYS(&t, "Action: CreateConfig\nFilename: new.conf\n\n",
         "Response: Error\nMessage: Permission denied\n\n");
out:
    table_fini(&t);
out_early:
    return err;
}

#define UPDATE(file_) "Action: UpdateConfig\nSrcFilename: " file_ "\nDstFilename: " file_ "\n"
#define OP(n_, action_, cat_) "Action-00000" n_ ": " action_ "\nCat-00000" n_ ": " cat_ "\n"
#define VAR(n_, var_, value_) "Var-00000" n_ ": " var_ "\nValue-00000" n_ ": " value_ "\n"
#define MATCH(n_, match_) "Match-00000" n_ ": " match_ "\n"
#define LINE(n_, line_) "Line-00000" n_ ": " line_ "\n"
#define OPTIONS(n_, options_) "Options-00000" n_ ": " options_ "\n"
#define GOOD "Response: Success\n\n"
#define BAD(why_) "Response: Error\nMessage: " why_ "\n\n"

static int a_change_is_rows(void)
{
    struct table t;
    int err;

    CHECK_OK_TO(table_init(&t, "admin"), out);
    SAYS(&t,
         UPDATE("pjsip.conf") OP("0", "Update", "101") VAR("0", "max_contacts", "5")
             OPTIONS("0", "catfilter=\"type=aor\"") OP("1", "NewCat", "103")
                 OPTIONS("1", "allowdups") OP("2", "Append", "103") VAR("2", "type", "aor")
                     OP("3", "Append", "103") VAR("3", "max_contacts", "9") "\n",
         GOOD);
    HOLDS(5, "SELECT max_contacts FROM ps_aors WHERE id='101'");
    HOLDS(9, "SELECT max_contacts FROM ps_aors WHERE id='103' AND name='103'");
    /* what was not named is as it was, and *** is no password */
    SAYS(&t,
         UPDATE("pjsip.conf") OP("0", "Update", "101") VAR("0", "username", "new")
             OPTIONS("0", "catfilter=\"type=auth\"") OP("1", "RenameCat", "102") VAR("1", "", "202")
                 OPTIONS("1", "catfilter=\"type=auth\"") "Reload: yes\n\n",
         GOOD);
    HOLDS(1, "SELECT count(*) FROM ps_auths WHERE id='101' AND username='new' AND "
             "password='top secret'");
    HOLDS(1, "SELECT count(*) FROM ps_auths WHERE id='202' AND password='other'");
    CHECK_TO(t.reloads == 1, out);
    SAYS(&t,
         UPDATE("pjsip.conf") OP("0", "DelCat", "102") OPTIONS("0", "catfilter=\"type=endpoint\"")
             OP("1", "Delete", "101") VAR("1", "set_var", "") MATCH("1", "a=1")
                 OP("2", "Append", "101") VAR("2", "set_var", "C=3")
                     OPTIONS("2", "catfilter=\"type=endpoint\"") "\n",
         GOOD);
    HOLDS(1, "SELECT count(*) FROM ps_endpoints");
    HOLDS(1, "SELECT count(*) FROM ps_endpoints WHERE set_var='B=2;C=3'");
out:
    table_fini(&t);
    return err;
}

static int a_wrong_change_leaves_all_as_it_was(void)
{
    struct table t;
    int err;

    CHECK_OK_TO(table_init(&t, "admin"), out);
    SAYS(&t,
         UPDATE("pjsip.conf") OP("0", "NewCat", "104") OP("1", "Append", "104")
             VAR("1", "type", "aor") OP("2", "Append", "104") VAR("2", "max_contacts", "many") "\n",
         BAD("Save of config failed: [104] max_contacts=many: a number from 0 to 1000"));
    SAYS(&t,
         UPDATE("pjsip.conf") OP("0", "NewCat", "104") OP("1", "Append", "104")
             VAR("1", "type", "auth") OP("2", "Append", "104") VAR("2", "password", "***") "\n",
         BAD("Save of config failed: [104] password=***: stands for a secret that is there "
             "already"));
    SAYS(&t, UPDATE("pjsip.conf") OP("0", "NewCat", "104") "\n",
         BAD("Save of config failed: [104] no type= says what it is"));
    SAYS(&t,
         UPDATE("pjsip.conf") OP("0", "NewCat", "104") OP("1", "Append", "104")
             VAR("1", "type", "aor") OP("2", "Append", "104") VAR("2", "uuid", "1") "\n",
         BAD("Save of config failed: [104] uuid=1: there is no such option"));
    SAYS(&t, UPDATE("pjsip.conf") OP("0", "RenameCat", "101") VAR("0", "", "102") "\n",
         BAD("Save of config failed: one of this name is there already"));
    SAYS(&t,
         UPDATE("extensions.conf") OP("0", "Append", "load") VAR("0", "exten", "700,1,Answer()")
             OP("1", "Append", "load") VAR("1", "exten", "700,x,Answer()") "\n",
         BAD("Save of config failed: [load] exten=700,x,Answer(): the priority is neither a number "
             "from 1 nor n, s or hint"));
    SAYS(&t, UPDATE("rtp.conf") OP("0", "Update", "general") VAR("0", "rtpend", "0") "\n",
         BAD("Save of config failed: [general] rtpend=0: a number from 1025 to 65535"));
    SAYS(&t, UPDATE("http.conf") OP("0", "Append", "general") VAR("0", "sessionlimit", "1") "\n",
         BAD("Save of config failed: [general] sessionlimit=1: there is no such option"));
    SAYS(&t,
         "Action: UpdateConfig\nSrcFilename: http.conf\nDstFilename: rtp.conf\n" OP("0", "EmptyCat",
                                                                                    "general") "\n",
         BAD("Save of config failed: each file has tables of its own, DstFilename must be "
             "SrcFilename"));
    HOLDS(2, "SELECT count(*) FROM ps_aors");
    HOLDS(2, "SELECT count(*) FROM ps_auths");
    HOLDS(2, "SELECT count(*) FROM ps_endpoints WHERE id IN ('101', '102')");
    HOLDS(11, "SELECT count(*) FROM realtime_extensions");
    HOLDS(29999, "SELECT value FROM settings WHERE name='rtp_end'");
out:
    table_fini(&t);
    return err;
}

/* Rows keep their identity where their step stays. */
static int steps_are_changed_line_by_line(void)
{
    struct table t;
    int err;

    CHECK_OK_TO(table_init(&t, "admin"), out);
    SAYS(&t,
         UPDATE("extensions.conf") OP("0", "Insert", "load") VAR("0", "same", "n,NoOp(new)")
             LINE("0", "1") OP("1", "Delete", "load") VAR("1", "same", "")
                 MATCH("1", "n,Goto(again)") OP("2", "Append", "load")
                     VAR("2", "exten", "700/100,1,Playback(a,b)") OP("3", "Append", "load")
                         VAR("3", "include", "office") OP("4", "Append", "load")
                             VAR("4", "exten", "700,hint,PJSIP/101") "\n",
         GOOD);
    HOLDS(4, "SELECT count(*) FROM realtime_extensions WHERE exten='600' AND "
             "((priority=1 AND description='first') OR (priority=2 AND app='NoOp') OR "
             "(priority=3 AND app='Wait') OR (priority=4 AND app='Hangup'))");
    HOLDS(2, "SELECT count(*) FROM realtime_extensions WHERE exten='601'");
    SAYS(&t, "Action: GetConfig\nFilename: extensions.conf\nCategory: load\nFilter: exten=700\n\n",
         "Response: Success\nCategory-000000: load\nLine-000000-000000: include=office\n"
         "Line-000000-000001: exten=700,hint,PJSIP/101\n"
         "Line-000000-000002: exten=600,1,Answer()\nLine-000000-000003: same=n,NoOp(new)\n"
         "Line-000000-000004: same=n,Wait(120)\nLine-000000-000005: same=n,Hangup()\n"
         "Line-000000-000006: exten=601,1,Answer()\n"
         "Line-000000-000007: same=n(again),Playback(load/tone)\n"
         "Line-000000-000008: exten=_7XXX,1,Dial(PJSIP/${EXTEN}@trunk,30)\n"
         "Line-000000-000009: same=n,Hangup()\n"
         "Line-000000-000010: exten=_8XXX,1,MixMonitor(load/${UNIQUEID}.wav)\n"
         "Line-000000-000011: same=n,Dial(PJSIP/${EXTEN}@trunk,30)\n"
         "Line-000000-000012: same=n,Hangup()\n"
         "Line-000000-000013: exten=700/100,1,Playback(a,b)\n\n");
    SAYS(&t,
         UPDATE("extensions.conf") OP("0", "RenameCat", "load") VAR("0", "", "calls")
             OP("1", "DelCat", "office") OP("2", "NewCat", "night") OP("3", "Update", "globals")
                 VAR("3", "GREETING", "bye") "\n",
         GOOD);
    HOLDS(12, "SELECT count(*) FROM realtime_extensions WHERE context='calls'");
    SAYS(&t, "Action: ListCategories\nFilename: extensions.conf\n\n",
         "Response: Success\nCategory-000000: globals\nCategory-000001: calls\n"
         "Category-000002: empty\nCategory-000003: night\n\n");
    HOLDS(1, "SELECT count(*) FROM static_extensions WHERE var_val='bye'");
out:
    table_fini(&t);
    return err;
}

static int other_files_are_changed_too(void)
{
    struct table t;
    int err;

    CHECK_OK_TO(table_init(&t, "admin"), out);
    SAYS(&t,
         UPDATE("http.conf") OP("0", "Update", "general") VAR("0", "bindport", "8089")
             OP("1", "Delete", "general") VAR("1", "enabled", "") "\n",
         GOOD);
    HOLDS(0, "SELECT count(*) FROM settings WHERE name='http_enabled'");
    HOLDS(1, "SELECT value='127.0.0.1:8089' FROM settings WHERE name='http_bind'");
    SAYS(&t, UPDATE("cdr.conf") OP("0", "Append", "general") VAR("0", "unanswered", "yes") "\n",
         GOOD);
    HOLDS(1, "SELECT value='yes' FROM settings WHERE name='cdr_unanswered'");
    SAYS(&t,
         UPDATE("manager.conf") OP("0", "NewCat", "panel") OP("1", "Append", "panel")
             VAR("1", "secret", "new-pw") OP("2", "Append", "panel") VAR("2", "read", "all")
                 OP("3", "Append", "crm") VAR("3", "eventfilter", "Event: Newchannel")
                     OP("4", "Append", "general") VAR("4", "port", "5138") "\n",
         GOOD);
    HOLDS(1, "SELECT count(*) FROM manager WHERE secret='new-pw' AND \"read\"='all'");
    CHECK_TO(
        ask_int("SELECT count(*) FROM manager WHERE secret='crm-pw' AND eventfilter="
                "'!Secret' || char(10) || 'Event: Hangup' || char(10) || 'Event: Newchannel'") == 1,
        out);
    HOLDS(1, "SELECT value='127.0.0.1:5138' FROM settings WHERE name='manager_bind'");
    SAYS(&t,
         UPDATE("manager.conf") OP("0", "Append", "panel")
             VAR("0", "eventfilter(name(Hangup),header(Cause),method(exact))", "16")
                 OP("1", "Append", "panel") VAR("1", "eventfilter", "x") "\n",
         GOOD);
    HOLDS(1, "SELECT count(*) FROM manager WHERE eventfilter="
             "'eventfilter(name(Hangup),header(Cause),method(exact))=16' || char(10) || 'x'");
    SAYS(&t, "Action: GetConfig\nFilename: manager.conf\nCategory: panel\n\n",
         "Response: Success\nCategory-000000: panel\nLine-000000-000000: secret=***\n"
         "Line-000000-000001: read=all\n"
         "Line-000000-000002: eventfilter(name(Hangup),header(Cause),method(exact))=16\n"
         "Line-000000-000003: eventfilter=x\n\n");
    SAYS(&t,
         UPDATE("acl.conf") OP("0", "Append", "office") VAR("0", "permit", "192.168.0.0/16") "\n",
         GOOD);
    HOLDS(1, "SELECT count(*) FROM acl WHERE "
             "rules='deny=0.0.0.0/0,permit=10.0.0.0/8,permit=192.168.0.0/16'");
    SAYS(&t,
         UPDATE("acl.conf") OP("0", "NewCat", "most") OP("1", "Append", "most")
             VAR("1", "deny", "192.0.2.0/24, !192.0.2.7") "\n",
         GOOD);
    HOLDS(1, "SELECT rules='deny=192.0.2.0/24,permit=192.0.2.7' FROM acl WHERE name='most'");
    SAYS(&t,
         UPDATE("indications.conf") OP("0", "Append", "fr") VAR("0", "ring", "440/1500,0/3500")
             OP("1", "NewCat", "xx") OP("2", "Append", "xx") VAR("2", "busy", "425/300,0/300") "\n",
         GOOD);
    CHECK_TO(
        ask_int("SELECT count(*) FROM tones WHERE name IN ('fr/busy', 'fr/ring', 'xx/busy')") == 3,
        out);
    SAYS(&t,
         UPDATE("pjsip.conf") OP("0", "Update", "udp") VAR("0", "bind", "0.0.0.0:5060")
             OP("1", "NewCat", "tls") OP("2", "Append", "tls") VAR("2", "type", "transport")
                 OP("3", "Append", "tls") VAR("3", "protocol", "tls") "\n",
         GOOD);
    HOLDS(1, "SELECT count(*) FROM static_pjsip WHERE commented=1");
    HOLDS(3, "SELECT count(*) FROM static_pjsip WHERE category='udp' AND cat_metric=0");
    HOLDS(2, "SELECT count(*) FROM static_pjsip WHERE category='tls' AND cat_metric=2");
out:
    table_fini(&t);
    return err;
}

/* As Asterisk 22 answers, operation by operation. */
static const struct {
    const char *ops, *answer;
} refusals[] = {
    {OP("0", "Nosuch", "102"), BAD("Unknown action command")},
    {"Action-000000: Append\n", BAD("Category not specified")},
    {OP("0", "NewCat", "crm"), BAD("Create category did not complete successfully")},
    {OP("0", "NewCat", "x") MATCH("0", "none"),
     BAD("Create category did not complete successfully")},
    {OP("0", "NewCat", "x") OPTIONS("0", "inherit=\"t\""), BAD("Template category not found")},
    {OP("0", "Append", "none") VAR("0", "a", "b"), BAD("Given category does not exist")},
    {OP("0", "Append", "crm"), BAD("Problem with category, value, or line (if required)")},
    {OP("0", "Update", "crm"), BAD("Problem with category, value, or line (if required)")},
    {OP("0", "Update", "crm") VAR("0", "none", "x"), BAD("Update did not complete successfully")},
    {OP("0", "Update", "crm") VAR("0", "read", "x") MATCH("0", "none"),
     BAD("Update did not complete successfully")},
    {OP("0", "Insert", "crm") VAR("0", "a", "b"),
     BAD("Problem with category, value, or line (if required)")},
    {OP("0", "Delete", "crm"), BAD("Problem with category, value, or line (if required)")},
    {OP("0", "Delete", "crm") LINE("0", "55"), BAD("Update did not complete successfully")},
    {OP("0", "Delete", "crm") VAR("0", "none", ""), BAD("Update did not complete successfully")},
    {OP("0", "RenameCat", "crm"), BAD("Problem with category, value, or line (if required)")},
    {OP("0", "RenameCat", "none") VAR("0", "", "x"), BAD("Given category does not exist")},
    {OP("0", "EmptyCat", "none"), BAD("Given category does not exist")},
    {OP("0", "DelCat", "none"), BAD("Given category does not exist")},
    {OP("0", "Append", "crm") VAR("0", "read", "all") OP("1", "DelCat", "none"),
     BAD("Given category does not exist")},
    {OP("0", "NewCat", "crm") OPTIONS("0", "ignoreerror"), GOOD},
    {OP("0", "DelCat", "none") OPTIONS("0", "ignoreerror"), GOOD},
    {OP("0", "Delete", "crm") VAR("0", "none", "") OPTIONS("0", "ignoreerror"), GOOD},
    {"Action-000000: \nCat-000000: crm\n", GOOD},
    {"", GOOD},
};

static int refusals_are_asterisk_s(void)
{
    char text[600];
    struct table t;
    int err;

    CHECK_OK_TO(table_init(&t, "admin"), out);
    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
        snprintf(text, sizeof(text), UPDATE("manager.conf") "%s\n", refusals[i].ops);
        SAYS(&t, text, refusals[i].answer);
    }
    SAYS(&t, "Action: UpdateConfig\nSrcFilename: manager.conf\n\n", BAD("Filename not specified"));
    SAYS(&t, "Action: UpdateConfig\nSrcFilename: no.conf\nDstFilename: manager.conf\n\n",
         BAD("File requires escalated privileges"));
    HOLDS(1, "SELECT count(*) FROM manager WHERE \"read\"='call'");
out:
    table_fini(&t);
    return err;
}

static int classes_are_asked_for(void)
{
    struct table t;
    int err;

    CHECK_OK_TO(table_init(&t, "lowly"), out);
    SAYS(&t, "Action: GetConfig\nFilename: http.conf\n\n", BAD("Permission denied"));
    SAYS(&t, "Action: GetConfigJSON\nFilename: http.conf\n\n", BAD("Permission denied"));
    SAYS(&t, "Action: ListCategories\nFilename: http.conf\n\n", BAD("Permission denied"));
    SAYS(&t, "Action: CreateConfig\nFilename: x.conf\n\n", BAD("Permission denied"));
    SAYS(&t, UPDATE("http.conf") OP("0", "EmptyCat", "general") "\n", BAD("Permission denied"));
out:
    table_fini(&t);
    return err;
}

/* The answer comes to nobody; a change that was begun is done all the same. */
static int a_session_may_go_before_the_answer(void)
{
    struct table t;
    int err;

    CHECK_OK_TO(table_init(&t, "admin"), out);
    desk_ask(&t.c,
             UPDATE("rtp.conf") OP("0", "Update", "general") VAR("0", "rtpstart", "30000") "\n");
    manager_session_end(t.c.session);
    t.c.is_closed = true;
    desk_leave(&t.c);
    loop_fake_advance(t.d.loop, 50);
    HOLDS(30000, "SELECT value FROM settings WHERE name='rtp_start'");
out:
    table_fini(&t);
    return err;
}

/* Asked, and the engine goes down: nothing is left behind. */
static int the_store_may_go_before_the_answer(void)
{
    struct table t;
    int err;

    CHECK_OK_TO(table_init(&t, "admin"), out);
    desk_ask(&t.c, "Action: GetConfig\nFilename: pjsip.conf\n\n");
    desk_ask(&t.c, UPDATE("rtp.conf") OP("0", "EmptyCat", "general") "\n");
out:
    table_fini(&t);
    return err;
}

UNIT_TESTS(UNIT_ONCE(a_context_is_the_file_that_was_imported),
           UNIT_ONCE(settings_are_the_lines_of_their_files),
           UNIT(objects_are_sections_and_their_secrets_are_not_shown),
           UNIT_ONCE(no_path_leads_outside), UNIT_ONCE(links_are_not_followed),
           UNIT_ONCE(a_change_is_rows), UNIT_ONCE(a_wrong_change_leaves_all_as_it_was),
           UNIT(steps_are_changed_line_by_line), UNIT_ONCE(other_files_are_changed_too),
           UNIT_ONCE(refusals_are_asterisk_s), UNIT_ONCE(classes_are_asked_for),
           UNIT(a_session_may_go_before_the_answer), UNIT_ONCE(the_store_may_go_before_the_answer))
