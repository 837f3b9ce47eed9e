/* test_errands.c - SHELL, FILE, STAT and CURL of a routing, through the runner role itself */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "call/observe.h"
#include "ipc/runner.h"
#include "role/errand.h"
#include "role/role.h"
/* clang-format off: the tests' own, beside us */
#include "model/database.h"
#include "plan/fixture.h"
/* clang-format on */

struct desk {
    struct world w;
    struct runner *runner;
    pid_t runner_pid, web_pids[2];
    int control;       /* our end of the runner's control connection */
    unsigned ports[2]; /* of the web servers */
    char state[64], dir[80];
};

/* ---- a web server ---- */

static const char *page_for(const char *request, char *page, size_t size, const unsigned ports[2])
{
    const char *body = strstr(request, "\r\n\r\n"), *agent = strstr(request, "User-Agent: ");
    const char *auth = strstr(request, "Authorization: "), *mine = strstr(request, "X-Mine: ");

    body = body ? body + 4 : "";
    if (strstr(request, " /plain "))
        return "HTTP/1.0 200 OK\r\n\r\nhello world \r\n";
    if (strstr(request, " /form "))
        return "HTTP/1.0 200 OK\r\n\r\nname=Anna+B&city=%D0%9E%2C1&x";
    if (strstr(request, " /missing"))
        return "HTTP/1.0 404 Not Found\r\n\r\nnothing here";
    if (strstr(request, " /moved "))
        return "HTTP/1.0 302 Found\r\nLocation: /plain\r\n\r\n";
    if (strstr(request, " /round "))
        return "HTTP/1.0 302 Found\r\nLocation: /round\r\n\r\n";
    if (strstr(request, " /passwd "))
        return "HTTP/1.0 302 Found\r\nLocation: file:///etc/passwd\r\n\r\n";
    if (strstr(request, " /away "))
        snprintf(page, size, "HTTP/1.0 302 Found\r\nLocation: http://localhost:%u/plain\r\n\r\n",
                 ports[0]);
    else if (strstr(request, " /other "))
        snprintf(page, size, "HTTP/1.0 302 Found\r\nLocation: http://127.0.0.1:%u/heads\r\n\r\n",
                 ports[1]);
    else if (strstr(request, " /heads "))
        snprintf(page, size, "HTTP/1.0 200 OK\r\n\r\n%.12s %s %s", agent ? agent + 12 : "",
                 auth ? "secret" : "plain", mine ? "mine" : "none");
    else if (strstr(request, " /long ")) {
        snprintf(page, size, "HTTP/1.0 200 OK\r\n\r\n");
        memset(page + strlen(page), 'x', size - strlen(page) - 1);
        page[size - 1] = '\0';
    } else
        snprintf(page, size, "HTTP/1.0 200 OK\r\n\r\n%.4s[%s]", request, body);
    return page;
}

static void serve(int fd, const unsigned ports[2])
{
    static char request[8192], page[100000];
    size_t len = 0;
    const char *answer, *head;

    for (;;) {
        const ssize_t n = read(fd, request + len, sizeof(request) - 1 - len);

        if (n <= 0)
            break;
        len += (size_t)n;
        request[len] = '\0';
        head = strstr(request, "\r\n\r\n");
        if (head && (request[0] == 'G' || head[4]))
            break;
    }
    answer = page_for(request, page, sizeof(page), ports);
    if (write(fd, answer, strlen(answer)) < 0)
        return;
}

static int start_web(struct desk *d, int which)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(a);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), yes = 1;

    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
    if (bind(fd, (struct sockaddr *)&a, sizeof(a)) || listen(fd, 16) ||
        getsockname(fd, (struct sockaddr *)&a, &len))
        return errno;
    d->ports[which] = ntohs(a.sin_port);
    d->web_pids[which] = fork();
    if (d->web_pids[which] == 0) {
        signal(SIGPIPE, SIG_IGN);
        for (;;) {
            const int one = accept(fd, NULL, NULL);

            serve(one, d->ports);
            shutdown(one, SHUT_WR);
            close(one);
        }
    }
    close(fd);
    return d->web_pids[which] < 0 ? errno : 0;
}

/* ---- the station ---- */

static int start_runner(struct desk *d)
{
    struct role_args args = {.name = "runner", .state = d->state};
    char path[128];
    int pair[2], listener, err;

    snprintf(path, sizeof(path), "%s/runner.sock", d->state);
    err = ipc_listen(&listener, path);
    if (err || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
        return err ? err : errno;
    d->control = pair[0];
    d->runner_pid = fork();
    if (d->runner_pid == 0) {
        close(pair[0]);
        args.control_fd = pair[1];
        args.listen_fd = listener;
        args.users.engine_uid = args.users.script_uid = getuid();
        _exit(role_runner(&args));
    }
    close(pair[1]);
    close(listener);
    return runner_alloc(&d->runner, d->w.loop, path);
}

static void put_file(const struct desk *d, const char *name, const char *text, mode_t mode)
{
    char path[160];
    FILE *f;

    snprintf(path, sizeof(path), "%s/%s", d->state, name);
    f = fopen(path, "w");
    if (f) {
        fputs(text, f);
        fclose(f);
        chmod(path, mode);
    }
}

static int make_state(struct desk *d)
{
    char path[128];

    snprintf(d->state, sizeof(d->state), "/tmp/station-errands-XXXXXX");
    if (!mkdtemp(d->state))
        return errno;
    snprintf(d->dir, sizeof(d->dir), "%s/f", d->state);
    snprintf(path, sizeof(path), "%s/" ROLE_AGI_DIR, d->state);
    return mkdir(d->dir, 0755) || mkdir(path, 0755) ? errno : 0;
}

static int give_settings(struct desk *d, const char *sql)
{
    struct model_snapshot *s = NULL;
    struct db *db = NULL;
    int err = database_make(&db, sql);

    if (!err)
        err = model_snapshot_load(&s, db);
    if (!err)
        err = plan_set_snapshot(d->w.core, s);
    mem_deref(s);
    mem_deref(db);
    return err;
}

static int desk_init(struct desk *d, bool is_allowed)
{
    struct world *w = &d->w;
    char sql[400];
    int err;

    memset(d, 0, sizeof(*d));
    d->control = -1;
    world_now = w;
    buf_init(&w->notes, 300000);
    signal(SIGPIPE, SIG_IGN);
    err = make_state(d);
    if (!err)
        err = start_web(d, 1);
    if (!err)
        err = start_web(d, 0);
    if (!err)
        err = loop_alloc(&w->loop);
    if (!err)
        err = start_runner(d);
    if (!err)
        err = media_alloc(&w->media, w->loop, &(struct media_args){0});
    if (!err)
        err = calls_alloc(
            &w->calls, &(struct calls_args){
                           .loop = w->loop, .media = w->media, .record = world_record, .arg = w});
    if (!err)
        err = plan_core_alloc(
            &w->core,
            &(struct plan_core_args){.calls = w->calls, .runner = d->runner, .agi_dir = "/agi"});
    if (!err)
        err = plan_app_add(w->core, &world_note_app);
    snprintf(sql, sizeof(sql),
             "INSERT INTO settings (name, value) VALUES ('file_folders', '/nosuch/folder, %s/'), "
             "('curl_hosts', '127.0.0.1:%u, 127.0.0.1:%u')",
             d->dir, d->ports[0], d->ports[1]);
    return err || !is_allowed ? err : give_settings(d, sql);
}

static void rounds(struct desk *d, int count)
{
    for (int i = 0; i < count; i++)
        loop_round(d->w.loop, 2);
}

static void end_process(pid_t pid)
{
    int status;

    if (pid > 0) {
        kill(pid, SIGKILL);
        waitpid(pid, &status, 0);
    }
}

static void desk_fini(struct desk *d)
{
    char command[128];
    int status;

    if (d->w.calls)
        calls_shutdown(d->w.calls, 100, NULL, NULL);
    if (d->w.loop)
        rounds(d, 20);
    d->w.core = mem_deref(d->w.core);
    d->w.calls = mem_deref(d->w.calls);
    if (d->w.loop)
        rounds(d, 5);
    d->runner = mem_deref(d->runner);
    d->w.media = mem_deref(d->w.media);
    if (d->w.loop)
        rounds(d, 5);
    d->w.loop = mem_deref(d->w.loop);
    if (d->control >= 0)
        close(d->control);
    if (d->runner_pid > 0)
        waitpid(d->runner_pid, &status, 0); /* it ends without its supervisor */
    end_process(d->web_pids[0]);
    end_process(d->web_pids[1]);
    buf_fini(&d->w.notes);
    mem_free(d->w.text);
    snprintf(command, sizeof(command), "rm -rf %s", d->state);
    if (system(command))
        fprintf(stderr, "%s stays\n", d->state);
}

/* ---- tables of steps and what they note ---- */

struct step {
    const char *app;  /* @ is the folder, @@ an @, # the web server, ^ its port */
    const char *note; /* NULL: none */
};

static void put_step(const struct desk *d, int priority, const char *app, struct buf *out)
{
    buf_printf(out, "10,%d,", priority);
    for (const char *p = app; *p; p++) {
        if (p[0] == '@' && p[1] == '@')
            buf_addc(out, *p++);
        else if (*p == '@')
            buf_addz(out, d->dir);
        else if (*p == '#')
            buf_printf(out, "http://127.0.0.1:%u", d->ports[0]);
        else if (*p == '^')
            buf_printf(out, "%u", d->ports[0]);
        else
            buf_addc(out, *p);
    }
    buf_addc(out, '\n');
}

static int runs(struct desk *d, const struct step *steps, size_t count)
{
    struct buf routing, wanted;
    int err;

    buf_init(&routing, 65536);
    buf_init(&wanted, 300000);
    buf_addz(&routing, "[main]\n");
    for (size_t i = 0; i < count; i++) {
        put_step(d, (int)i + 1, steps[i].app, &routing);
        if (steps[i].note)
            buf_printf(&wanted, "%s;", steps[i].note);
    }
    put_step(d, (int)count + 1, "Note(over)", &routing);
    buf_addz(&wanted, "over;end=16;");
    CHECK_OK_TO(buf_err(&routing), out);
    CHECK_OK_TO(world_route(&d->w, buf_z(&routing)), out);
    CHECK_OK_TO(world_dial(&d->w, "10", NULL), out);
    for (int i = 0; i < 3000 && !strstr(buf_z(&d->w.notes), "end="); i++)
        loop_round(d->w.loop, 10);
    CHECK_TO(world_saw(&d->w, buf_z(&wanted)), out);
out:
    buf_fini(&routing);
    buf_fini(&wanted);
    return err;
}

#define RUNS(d, table) runs(d, table, sizeof(table) / sizeof((table)[0]))

/* What a running Asterisk 22 answered, but where a comment says otherwise. */
static const struct step reading[] = {
    {"Note([${FILE(@/u)}])", "[line1\nline2\nline3\nline4\n]"},
    {"Note([${FILE(@/u,0,1)}])", "[l]"},
    {"Note([${FILE(@/u,3)}])", "[e1\nline2\nline3\nline4\n]"},
    {"Note([${FILE(@/u,-3,2)}])", "[e4]"},
    {"Note([${FILE(@/u,2,-5)}])", "[ne1\nline2\nline3\nlin]"},
    {"Note([${FILE(@/u,0,-100)}])", "[line1\nline2\nline3\nline4\n]"},
    {"Note([${FILE(@/u,-5,-2)}])", "[ine4\n]"},
    {"Note([${FILE(@/u,100)}${FILE(@/u,-100,5)}${FILE(@/u,0,0)}${FILE(@/u,0,0,l)}])", "[]"},
    {"Note([${FILE(@/u,0,1,l)}])", "[line1\n]"},
    {"Note([${FILE(@/u,1,2,l)}])", "[line2\nline3\n]"},
    {"Note([${FILE(@/u,-1,1,l)}])", "[line4\n]"},
    {"Note([${FILE(@/u,1,,l)}])", "[line2\nline3\nline4\n]"},
    {"Note([${FILE(@/u,0,-1,l)}])", "[line1\nline2\nline3\n]"},
    {"Note([${FILE(@/u,-3,-1,l)}])", "[line2\nline3\n]"},
    {"Note([${FILE(@/n,-1,1,l)}])", "[two\n]"},
    {"Note([${FILE(@/n,2,1,l)}])", "[three]"},
    {"Note([${FILE(@/n,1,-1,l)}])", "[]"},
    {"Note([${FILE(@/u,100,1,l)}${FILE(@/u,-100,1,l)}])", "[]"},
    {"Note([${FILE(@/d,1,1,l)}])", "[b\r\n]"}, /* it finds no such line */
    {"Note([${FILE(@/d,1,1,l,u)}])", "[b\r\n]"},
    {"Note([${FILE(@/nosuch)}])", "[]"},
    {"Note([${FILE(@)}])", "[]"},
    {"Note(${FILE_FORMAT(@/u)}${FILE_FORMAT(@/d)}${FILE_FORMAT(@/m)}${FILE_FORMAT(@/e)}${FILE_FORMAT(@/nosuch)})",
     "udmxx"},
    {"Note(${FILE_COUNT_LINE(@/u)} ${FILE_COUNT_LINE(@/n)} ${FILE_COUNT_LINE(@/e)} ${FILE_COUNT_LINE(@/nosuch)})",
     "4 2 0 -1"},
    {"Note(${FILE_COUNT_LINE(@/d)} ${FILE_COUNT_LINE(@/d,m)})", "2 2"}, /* it never comes back */
    {"Note(${STAT(e,@/u)}${STAT(f,@/u)}${STAT(d,@/u)}${STAT(e,@/no)} ${STAT(d,@)}${STAT(f,@)} ${STAT(s,@/u)} ${STAT(m,@/u)} "
     "${STAT(s,@/no)} ${STAT(z,@/u)})",
     "1100 10 24 100644 0 0"},
    /* Whatever leads out of the folder. */
    {"Note([${FILE(@/../secret)}${FILE(@/link)}${FILE(@/up/secret)}${FILE(/etc/passwd)}${STAT(e,/etc/passwd)}])",
     "[0]"},
    {"Note([${FILE(u,0,1)}${FILE(@x/secret)}${STAT(e,@/link)}${FILE(@/fifo)}])", "[0]"},
};

static int files_are_read(void)
{
    struct desk d;
    char path[160];
    int err;

    CHECK_OK_TO(desk_init(&d, true), out);
    put_file(&d, "f/u", "line1\nline2\nline3\nline4\n", 0644);
    put_file(&d, "f/d", "a\r\nb\r\n", 0644);
    put_file(&d, "f/m", "a\rb\rc", 0644);
    put_file(&d, "f/n", "one\ntwo\nthree", 0644);
    put_file(&d, "f/e", "", 0644);
    put_file(&d, "secret", "SECRET", 0644);
    snprintf(path, sizeof(path), "%s/link", d.dir);
    CHECK_TO(symlink("../secret", path) == 0, out);
    snprintf(path, sizeof(path), "%s/up", d.dir);
    CHECK_TO(symlink("..", path) == 0, out);
    snprintf(path, sizeof(path), "%s/fifo", d.dir);
    CHECK_TO(mkfifo(path, 0644) == 0, out);
    snprintf(path, sizeof(path), "%sx", d.dir);
    CHECK_TO(mkdir(path, 0755) == 0, out);
    put_file(&d, "fx/secret", "SECRET", 0644);
    CHECK_OK_TO(RUNS(&d, reading), out);
out:
    desk_fini(&d);
    return err;
}

static const struct step writing[] = {
    {"Set(FILE(@/w)=bar)", NULL},
    {"Set(FILE(@/w,,,a)=foo)", NULL},
    {"Note(${FILE(@/w)})", "barfoo"},
    {"Set(FILE(@/w,0,1)=BB)", NULL},
    {"Note(${FILE(@/w)})", "BBarfoo"},
    {"Set(FILE(@/w,2,2)=)", NULL},
    {"Note(${FILE(@/w)})", "BBfoo"},
    {"Set(FILE(@/w)=0123456789)", NULL},
    {"Set(FILE(@/w,3)=X)", NULL},
    {"Note(${FILE(@/w)})", "012X"},
    {"Set(FILE(@/w)=0123456789)", NULL},
    {"Set(FILE(@/w,-3,2)=XYZ)", NULL},
    {"Note(${FILE(@/w)})", "0123456XYZ9"},
    {"Set(FILE(@/w)=0123456789)", NULL},
    {"Set(FILE(@/w,3,-2)=X)", NULL},
    {"Note(${FILE(@/w)})", "012X89"},
    {"Set(FILE(@/w,3,0)=INS)", NULL},
    {"Note(${FILE(@/w)})", "012INSX89"},
    {"Set(FILE(@/w,20,1)=END)", NULL}, /* it puts what happens to lie in its memory */
    {"Note(${FILE(@/w)})", "012INSX89"},
    {"Set(FILE(@/none,3)=abc)", NULL},
    {"Note([${FILE(@/none)}])", "[]"},
    {"Set(FILE(@/l,,,al,u)=one)", NULL},
    {"Set(FILE(@/l,,,al)=two)", NULL},
    {"Set(FILE(@/l,,,al)=three)", NULL},
    {"Note(${FILE(@/l)})", "one\ntwo\nthree\n"},
    {"Set(FILE(@/l,1,1,l)=TWO!)", NULL},
    {"Note(${FILE(@/l)})", "one\nTWO!\nthree\n"},
    {"Set(FILE(@/l,1,1,ld)=)", NULL},
    {"Set(FILE(@/l,-1,1,l)=last)", NULL},
    {"Note(${FILE(@/l)})", "one\nlast\n"},
    {"Set(FILE(@/dos,,,al,d)=x)", NULL},
    {"Set(FILE(@/dos,,,al)=y)", NULL},
    {"Note(${FILE(@/dos)})", "x\r\ny\r\n"},
    {"Set(FILE(@/../w)=out)", NULL},
    {"Set(FILE(/tmp/station-errands-out)=out)", NULL},
    {"Note(${STAT(f,@/w)})", "1"},
};

static int files_are_written(void)
{
    struct desk d;
    char path[160];
    int err;

    CHECK_OK_TO(desk_init(&d, true), out);
    CHECK_OK_TO(RUNS(&d, writing), out);
    snprintf(path, sizeof(path), "%s/w", d.state);
    CHECK_TO(access(path, F_OK) != 0 && access("/tmp/station-errands-out", F_OK) != 0, out);
out:
    desk_fini(&d);
    return err;
}

static const struct step big[] = {
    {"Set(FILE(@/big,,,a)=x)", NULL},
    {"Note(${STAT(s,@/big)})", "17825793"},
    {"Set(FILE(@/big,,,al)=y)", NULL},
    {"Note(${STAT(s,@/big)})", "17825796"}, /* its ends of lines are CR LF */
    {"Set(FILE(@/big,0,1)=z)", NULL},       /* a part is made in memory: too long */
    {"Note(${STAT(s,@/big)})", "17825796"},
    {"Set(FILE(@/big)=new)", NULL},
    {"Note(${FILE(@/big)})", "new"},
};

static int long_files_are_appended_and_made_anew(void)
{
    struct desk d;
    char path[160];
    int err;

    CHECK_OK_TO(desk_init(&d, true), out);
    put_file(&d, "f/big", "first\r\n", 0644);
    snprintf(path, sizeof(path), "%s/big", d.dir);
    CHECK_TO(truncate(path, 17 << 20) == 0, out);
    CHECK_OK_TO(RUNS(&d, big), out);
out:
    desk_fini(&d);
    return err;
}

/* The errands of the runner are no programs: their guards are the functions' settings. */
static const struct step disguised[] = {
    {"AGI(@@file,/,stat,@/u,0,0,e,u)", NULL},
    {"Note(${AGISTATUS})", "NOTFOUND"},
    {"AGI(/agi/@@file,/,stat,@/u,0,0,e,u)", NULL},
    {"Note(${AGISTATUS})", "NOTFOUND"},
    {"AGI(@@fetch,*,#/plain)", NULL},
    {"Note(${AGISTATUS})", "NOTFOUND"},
    {"AGI(@@nosuch)", NULL},
    {"Note(${AGISTATUS})", "NOTFOUND"},
    {"TrySystem(@@file / write @/w)", NULL},
    {"Note(${SYSTEMSTATUS})", "FAILURE"},
    {"AGI(inner)", NULL},
    {"Note(${AGISTATUS} ${INNER})", "SUCCESS 200 result=1 (NOTFOUND)"},
    {"Note(${STAT(e,@/u)})", "1"}, /* the functions may */
};

static int programs_are_no_errands(void)
{
    static const char inner[] = "#!/bin/sh\n"
                                "while read line && [ \"$line\" ]; do :; done\n"
                                "echo 'EXEC AGI \"@file,/,stat,/,0,0,e,u\"'; read line\n"
                                "echo 'GET VARIABLE AGISTATUS'; read line\n"
                                "echo \"SET VARIABLE INNER \\\"$line\\\"\"; read line\n";
    struct desk d;
    int err;

    CHECK_OK_TO(desk_init(&d, true), out);
    put_file(&d, "f/u", "text\n", 0644);
    put_file(&d, "agi-bin/inner", inner, 0755);
    CHECK_OK_TO(RUNS(&d, disguised), out);
out:
    desk_fini(&d);
    return err;
}

static const struct step shell[] = {
    {"Note([${SHELL(echo hi)}])", "[hi\n]"},
    {"Note([${SHELL(printf 'a\\nb')}${SHELL(false)}${SHELL(nosuchcommand)}])", "[a\nb]"},
    {"Note(${LEN(${SHELL(yes | head -c 60000)})})", "60000"},
    {"Note(${SHELL(yes | head -c 200000):0:3})", "y\ny"},
    {"Note([${SHELL(sleep 3 & echo now)}])", "[now\n]"},
};

static int shell_runs_where_it_is_allowed(void)
{
    struct desk d;
    int err;

    CHECK_OK_TO(desk_init(&d, false), out);
    put_file(&d, "agi-bin/system", "#!/bin/sh\nexec /bin/sh -c \"$1\"\n", 0755);
    CHECK_OK_TO(RUNS(&d, shell), out);
out:
    desk_fini(&d);
    return err;
}

static const struct step refused[] = {
    {"Note([${SHELL(echo hi)}${FILE(@/u)}${CURL(#/plain)}])", "[]"},
    {"Set(FILE(@/w)=x)", NULL},
    {"Note(${STAT(e,/)}${STAT(e,@)}${FILE_COUNT_LINE(@/u)})", "00-1"},
};

static int nothing_is_allowed_at_first(void)
{
    struct desk d;
    char path[160];
    int err;

    CHECK_OK_TO(desk_init(&d, false), out);
    put_file(&d, "f/u", "text\n", 0644);
    CHECK_OK_TO(RUNS(&d, refused), out);
    snprintf(path, sizeof(path), "%s/w", d.dir);
    CHECK_TO(access(path, F_OK) != 0, out);
out:
    desk_fini(&d);
    return err;
}

static const struct step fetching[] = {
    {"Note([${CURL(#/plain)}])", "[hello world]"},
    {"Note([${CURL(#/echo,a=b&c=d)}])", "[POST[a=b&c=d]]"},
    {"Note([${CURL(#/missing)}])", "[nothing here]"},
    {"Set(CURLOPT(failurecodes)=404,500)", NULL},
    {"Note([${CURL(#/missing)}])", "[]"},
    {"Note([${CURL(#/moved)}])", "[]"},
    {"Set(CURLOPT(followlocation)=1)", NULL},
    {"Note([${CURL(#/moved)}])", "[hello world]"},
    {"Note([${CURL(#/round)}${CURL(#/passwd)}${CURL(#/away)}])", "[]"},
    {"Note([${CURL(file:///etc/passwd)}${CURL(gopher://127.0.0.1:70/)}])", "[]"},
    {"Note([${CURL(http://localhost/)}${CURL(http://127.0.0.1:1/)}${CURL(http://127.0.0.1@localhost/)}])",
     "[]"},
    {"Set(CURLOPT(useragent)=Test/1)", NULL},
    {"Set(CURLOPT(userpwd)=user:word)", NULL},
    {"Set(CURLOPT(cookie)=a${URIDECODE(%0D)}X-Mine: 2)", NULL},
    {"Note([${CURL(#/heads)}])", "[]"},
    {"Set(CURLOPT(cookie)=a${URIDECODE(%0A)}b)", NULL},
    {"Note([${CURL(#/heads)}])", "[]"},
    {"Set(CURLOPT(cookie)=)", NULL},
    {"Set(CURLOPT(httpheader)=X-Else: 1)", NULL},
    {"Set(CURLOPT(httpheader)=X-Mine: 1)", NULL},
    {"Note(${CURL(#/heads)} ${CURLOPT(useragent)})", "Test/1\r\nAcce secret mine Test/1"},
    {"Note(${CURL(#/other)})", "Test/1\r\nAcce plain none"}, /* no secret to another host */
    {"Note([${CURL(#/long)}])", "[]"},
    {"Set(CURLOPT(hashcompat)=off)", NULL},
    {"Note(${CURL(#/form)})", "name=Anna+B&city=%D0%9E%2C1&x"},
    {"Set(CURLOPT(hashcompat)=legacy)", NULL},
    {"Set(HASH(h)=${CURL(#/form)})", NULL},
    {"Note(${HASH(h,name)}/${HASH(h,city)}/${HASH(h,x)})", "Anna B/\xd0\x9e,1/"},
};

static int pages_are_fetched(void)
{
    struct desk d;
    int err;

    CHECK_OK_TO(desk_init(&d, true), out);
    CHECK_OK_TO(RUNS(&d, fetching), out);
out:
    desk_fini(&d);
    return err;
}

/* What an allowed name leads to is looked at as well. */
static const struct step everywhere[] = {
    {"Note([${CURL(#/plain)}${CURL(#/moved)}])", "[]"},
    {"Note([${CURL(http://0.0.0.0:^/plain)}${CURL(http://[::ffff:127.0.0.1]:^/plain)}])", "[]"},
    {"Note([${CURL(http://localhost:^/plain)}${CURL(http://a.localhost:^/plain)}])", "[]"},
};

static const struct step by_name[] = {
    {"Note([${CURL(http://localhost:^/plain)}])", "[hello world]"},
};

static int addresses_are_looked_at(void)
{
    static const char set[] = "INSERT INTO settings (name, value) VALUES ('curl_hosts', ";
    struct desk d;
    char sql[200];
    int err;

    CHECK_OK_TO(desk_init(&d, false), out);
    snprintf(sql, sizeof(sql), "%s'*, a.localhost')", set);
    CHECK_OK_TO(give_settings(&d, sql), out);
    CHECK_OK_TO(RUNS(&d, everywhere), out);
    desk_fini(&d);
    CHECK_OK_TO(desk_init(&d, false), out);
    snprintf(sql, sizeof(sql), "%s'LocalHost:%u')", set, d.ports[0]);
    CHECK_OK_TO(give_settings(&d, sql), out);
    CHECK_OK_TO(RUNS(&d, by_name), out);
out:
    desk_fini(&d);
    return err;
}

/* ---- what is told ---- */

struct ear {
    struct call_observer observer;
    unsigned told, leaked;
};

static void hear(struct ear *e, const char *text)
{
    if (!strstr(text, "CURL"))
        return;
    e->told++;
    e->leaked += strstr(text, "SECRET") != NULL;
}

static void on_line(enum log_level level, const char *line, void *arg)
{
    if (level <= LOG_WARNING)
        hear(arg, line);
}

static void on_fact(const struct call_fact *f, void *arg)
{
    char text[512];

    if (f->type == CALL_NOTE && slice_copy(f->value, text, sizeof(text)) == 0)
        hear(arg, text);
}

static const struct step secrets[] = {
    {"Set(CURLOPT(failurecodes)=404)", NULL},
    {"Note([${CURL(#/missing?token=SECRET)}${CURL(#/SECRET)}])", "[GET []]"},
    {"Note([${CURL(http://SECRET:SECRET@@localhost/?token=SECRET)}])", "[]"},
    {"Note([${CURL(SECRET:SECRET@@localhost)}${CURL(http://127.0.0.1:99999/SECRET?SECRET)}])",
     "[]"},
    {"Note([${CURL(http://u:SECRET@@SECRET@@127.0.0.1:1/)}${CURL(http://u:SECRET?@@127.0.0.1/)}])",
     "[]"},
};

static int secrets_of_an_address_are_not_told(void)
{
    struct ear ear = {.told = 0};
    struct desk d;
    int err;

    CHECK_OK_TO(desk_init(&d, true), out);
    ear.observer.h = on_fact;
    ear.observer.arg = &ear;
    calls_observe(d.w.calls, &ear.observer);
    log_set_sink(on_line, &ear);
    CHECK_OK_TO(RUNS(&d, secrets), out);
    CHECK_TO(ear.told >= 12 && ear.leaked == 0, out);
out:
    log_set_sink(NULL, NULL);
    call_observer_remove(&ear.observer);
    desk_fini(&d);
    return err;
}

static const struct {
    const char *hosts, *host;
    unsigned port;
    bool is_allowed;
} hosts[] = {
    {"", "a.example", 80, false},
    {"a.example", "A.Example", 80, true},
    {"a.example", "b.a.example", 80, false},
    {"x, *.example.com", "crm.example.com", 443, true},
    {"*.example.com", "example.com", 443, false},
    {"*.example.com", "badexample.com", 443, false},
    {"a.example:8080", "a.example", 8080, true},
    {"a.example:8080", "a.example", 80, false},
    {"a.example:x", "a.example", 80, false},
    {"[::1]", "[::1]", 80, true},
    {"x, [::1]:8080", "[::1]", 8080, true},
    {"[::1]:8080", "[::1]", 80, false},
    {"[::1]8080", "[::1]", 8080, false},
    {"[::1", "[::1]", 80, false},
    {"*", "anything", 1, true},
    {" , ,", "", 80, false},
};

static int hosts_are_compared(void)
{
    for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++)
        if (errand_host_is_allowed(hosts[i].hosts, hosts[i].host, hosts[i].port) !=
            hosts[i].is_allowed) {
            fprintf(stderr, "\"%s\" and %s\n", hosts[i].hosts, hosts[i].host);
            CHECK(false);
        }
    return 0;
}

static const struct {
    const char *hosts, *address;
    bool is_allowed;
} addresses[] = {
    {"x.example", "192.0.2.1", true},
    {"x.example", "10.0.0.1", true}, /* a network of the administrator's may be meant */
    {"x.example, *", "127.0.0.1", false},
    {"*", "127.1.2.3", false},
    {"*", "0.0.0.0", false},
    {"*", "169.254.169.254", false},
    {"169.254.169.254", "169.254.169.254", true},
    {"127.0.0.1", "127.0.0.1", true},
    {"127.0.0.1:81", "127.0.0.1", false},
    {"127.0.0.1:80", "127.0.0.2", false},
    {"Localhost", "127.0.0.2", true},
    {"localhost", "169.254.0.1", false},
    {"localhost:81", "127.0.0.1", false},
    {"*", "::", false},
    {"*", "::1", false},
    {"*", "fe80::1", false},
    {"*", "::ffff:127.0.0.1", false},
    {"*", "::ffff:169.254.169.254", false},
    {"127.0.0.1", "::ffff:127.0.0.1", true},
    {"[::1]:80", "::1", true},
    {"localhost", "::1", true},
    {"[fe80::1]", "fe80::1", true},
    {"x", "2001:db8::1", true},
    {"x", "::ffff:192.0.2.1", true},
};

static int addresses_are_compared(void)
{
    for (size_t i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
        struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_port = htons(80)};
        struct sockaddr_in four = {.sin_family = AF_INET, .sin_port = htons(80)};
        const bool is_six = strchr(addresses[i].address, ':') != NULL;

        CHECK(inet_pton(is_six ? AF_INET6 : AF_INET, addresses[i].address,
                        is_six ? (void *)&six.sin6_addr : (void *)&four.sin_addr) == 1);
        if (errand_address_is_allowed(addresses[i].hosts, is_six ? (struct sockaddr *)&six
                                                                 : (struct sockaddr *)&four) !=
            addresses[i].is_allowed) {
            fprintf(stderr, "\"%s\" and %s\n", addresses[i].hosts, addresses[i].address);
            CHECK(false);
        }
    }
    return 0;
}

static int only_a_plain_no_switches_off(void)
{
    static const char *const on[] = {"on",   "yes", "y", "t", "TRUE",  "1",
                                     " on ", "2",   "",  "-", "enable"};
    static const char *const off[] = {"no", "false", "n", "f", "OFF", "0", " 0 "};

    for (size_t i = 0; i < sizeof(on) / sizeof(on[0]); i++)
        CHECK(errand_truth(on[i], true));
    for (size_t i = 0; i < sizeof(off) / sizeof(off[0]); i++)
        CHECK(!errand_truth(off[i], true));
    CHECK(!errand_truth("maybe", false) && errand_truth("On", false));
    return 0;
}

UNIT_TESTS(UNIT(hosts_are_compared), UNIT(addresses_are_compared),
           UNIT(only_a_plain_no_switches_off), UNIT_ONCE(files_are_read),
           UNIT_ONCE(files_are_written), UNIT_ONCE(shell_runs_where_it_is_allowed),
           UNIT_ONCE(nothing_is_allowed_at_first), UNIT_ONCE(long_files_are_appended_and_made_anew),
           UNIT_ONCE(programs_are_no_errands), UNIT_ONCE(pages_are_fetched),
           UNIT_ONCE(addresses_are_looked_at), UNIT_ONCE(secrets_of_an_address_are_not_told))
