/* rest/overview.c - the station in figures: GET /overview, GET /metrics */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/statvfs.h>

#include "rest/all.h"
#include "rest/answer.h"
#include "rest/inner.h"

struct figures {
    int64_t started, reloaded, calls, channels, processed, endpoints, online, contacts, trunks,
        registered;
    char migration[40];
    uint64_t disk_free, disk_total;
    double load[3];
    int64_t jobs;
    bool has_engine;
};

static void take(const struct ami_message *m, void *arg)
{
    struct figures *f = arg;

    f->has_engine = true;
    f->started = answer_int(m, "Started");
    f->reloaded = answer_int(m, "Reloaded");
    f->calls = answer_int(m, "Calls");
    f->channels = answer_int(m, "Channels");
    f->processed = answer_int(m, "Processed");
    f->endpoints = answer_int(m, "Endpoints");
    f->online = answer_int(m, "EndpointsOnline");
    f->contacts = answer_int(m, "Contacts");
    f->trunks = answer_int(m, "Trunks");
    f->registered = answer_int(m, "TrunksRegistered");
}

/* ---- the database's part ---- */

static int one_int(struct db *d, const char *sql, int64_t *n)
{
    struct stmt *s = NULL;
    bool row = false;
    int err = db_stmt(&s, d, sql);

    if (!err)
        err = stmt_step(s, &row);
    if (!err && row)
        *n = stmt_col_int(s, 0);
    if (s)
        stmt_reset(s);
    return err;
}

static int read_figures(struct db *d, void *arg)
{
    static const char last[] = "SELECT version, name FROM migrations ORDER BY version DESC LIMIT 1";
    struct figures *f = arg;
    struct stmt *s = NULL;
    bool row = false;
    int err = db_stmt(&s, d, last);

    if (!err)
        err = stmt_step(s, &row);
    if (!err && row)
        slice_copy(stmt_col(s, 0), f->migration, sizeof(f->migration));
    if (s)
        stmt_reset(s);
    if (!err)
        err =
            one_int(d, "SELECT COUNT(*) FROM job WHERE state IN ('waiting', 'running')", &f->jobs);
    return err;
}

static void read_machine(struct figures *f, const char *state)
{
    struct statvfs v;

    if (statvfs(state, &v) == 0) {
        f->disk_free = (uint64_t)v.f_bavail * v.f_frsize;
        f->disk_total = (uint64_t)v.f_blocks * v.f_frsize;
    }
    if (getloadavg(f->load, 3) < 3)
        f->load[0] = f->load[1] = f->load[2] = 0;
}

static int gather(struct rest_call *c, struct figures *f)
{
    struct buf answer;
    int err;

    buf_init(&answer, 65536);
    err = answer_ask(c, "StationOverview", NULL, &answer);
    if (!err)
        answer_each(buf_slice(&answer), take, f);
    buf_fini(&answer);
    read_machine(f, c->rest->args.state);
    if (err && err != REST_NO_ENGINE)
        return err;
    return rest_read(c, read_figures, f);
}

/* ---- GET /overview ---- */

static void put_pair(struct jout *j, const char *name, const char *one, int64_t n,
                     const char *other, int64_t m)
{
    jout_key(j, name);
    jout_open(j, '{');
    jout_put_int(j, one, n);
    jout_put_int(j, other, m);
    jout_close(j, '}');
}

static void put_load(struct jout *j, const double load[3])
{
    jout_key(j, "load");
    jout_open(j, '[');
    for (int i = 0; i < 3; i++)
        jout_real(j, load[i], 2);
    jout_close(j, ']');
}

static int overview(struct rest_call *c)
{
    struct figures *f = arena_alloc(&c->arena, sizeof(*f));
    struct jout *j = &c->json;
    int err;

    if (!f)
        return ENOMEM;
    *f = (struct figures){0};
    err = gather(c, f);
    if (err)
        return err;
    jout_open(j, '{');
    jout_put_textz(j, "version", c->rest->args.version);
    jout_put_textz(j, "migration", f->migration);
    jout_put_bool(j, "has_engine", f->has_engine);
    answer_put_date(j, "started_at", f->started);
    answer_put_date(j, "reloaded_at", f->reloaded);
    jout_put_int(j, "calls", f->calls);
    jout_put_int(j, "channels", f->channels);
    jout_put_int(j, "processed", f->processed);
    put_pair(j, "endpoints", "total", f->endpoints, "online", f->online);
    jout_put_int(j, "contacts", f->contacts);
    put_pair(j, "trunks", "total", f->trunks, "registered", f->registered);
    put_load(j, f->load);
    put_pair(j, "disk", "free", (int64_t)f->disk_free, "total", (int64_t)f->disk_total);
    jout_key(j, "errors");
    jout_open(j, '[');
    jout_close(j, ']');
    jout_close(j, '}');
    return rest_reply(c, 200);
}

/* ---- GET /metrics: Prometheus' text format 0.0.4 ---- */

static void put_metric(struct buf *out, const char *name, const char *type, const char *help,
                       int64_t v)
{
    buf_printf(out, "# HELP station_%s %s\n# TYPE station_%s %s\nstation_%s %lld\n", name, help,
               name, type, name, (long long)v);
}

static int metrics(struct rest_call *c)
{
    struct figures *f = arena_alloc(&c->arena, sizeof(*f));
    struct buf *out = &c->text;
    int err;

    if (!f)
        return ENOMEM;
    *f = (struct figures){0};
    err = gather(c, f);
    if (err)
        return err;
    put_metric(out, "engine_up", "gauge", "The engine answers.", f->has_engine);
    put_metric(out, "calls", "gauge", "Calls in the routing.", f->calls);
    put_metric(out, "channels", "gauge", "Channels.", f->channels);
    put_metric(out, "calls_processed_total", "counter", "Calls since the engine's start.",
               f->processed);
    put_metric(out, "endpoints", "gauge", "Endpoints.", f->endpoints);
    put_metric(out, "endpoints_online", "gauge", "Endpoints that can be reached.", f->online);
    put_metric(out, "contacts", "gauge", "Registered contacts.", f->contacts);
    put_metric(out, "registrations", "gauge", "Registrations at carriers.", f->trunks);
    put_metric(out, "registrations_registered", "gauge", "Those that are registered.",
               f->registered);
    put_metric(out, "jobs_open", "gauge", "Jobs on recordings that are not done.", f->jobs);
    put_metric(out, "http_calls", "gauge", "Requests of REST being answered.", c->rest->busy);
    put_metric(out, "http_calls_total", "counter", "Requests of REST since the role's start.",
               (int64_t)c->rest->served);
    put_metric(out, "event_streams", "gauge", "Pages that listen to events.",
               live_readers(c->rest->live));
    put_metric(out, "disk_free_bytes", "gauge", "Free in the state directory.",
               (int64_t)f->disk_free);
    put_metric(out, "started_seconds", "gauge", "When the engine started.", f->started);
    return rest_reply_text(c, 200, "text/plain; version=0.0.4; charset=utf-8", out);
}

const struct rest_route rest_routes_overview[] = {
    REST_ROUTE("GET", REST_BASE "/overview", REST_READERS, overview, "Станция в числах",
               "The station in figures"),
    REST_ROUTE("GET", "/metrics", REST_ADMIN | REST_AUDITOR | REST_API_KEY, metrics,
               "Показатели для Prometheus", "Figures for Prometheus", .query = "api_key"),
    {0}};
