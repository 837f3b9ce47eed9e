/* role/engine_manager.c - see engine_manager.h */
#include "role/engine_manager.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "ipc/control.h"

/* One address that is listened on, or asked for. */
struct listen_at {
    struct engine_manager *e;
    struct addr local; /* as the settings say; AF_UNSPEC: none */
    uint32_t asked;    /* questions not answered yet: only the last one counts */
    bool is_tls;
};

struct engine_manager {
    struct control *control;
    struct manager *manager;
    struct listen_at plain, tls;
    char *certificate; /* as the settings say; NULL: nobody has looked yet */
};

static void destroy(void *object)
{
    struct engine_manager *e = object;

    mem_deref(e->manager);
    mem_free(e->certificate);
}

static void begin(struct listen_at *l, int fd, const struct addr *local)
{
    char text[ADDR_TEXT];
    int err = manager_listen(l->e->manager, fd, local, l->is_tls);

    if (!err)
        return;
    log_error("Manager cannot listen address=%s err=\"%s\"", addr_text(local, text), strerror(err));
    if (l->e->control) /* nobody is to wait for an answer there */
        control_release(l->e->control, CONTROL_TCP, local);
}

static void bound(int err, int fd, const struct addr *local, void *arg)
{
    struct listen_at *l = arg;
    char text[ADDR_TEXT];

    l->asked--;
    if (err)
        log_error("Manager cannot listen, change its address in the settings address=%s err=\"%s\"",
                  addr_text(&l->local, text), strerror(err));
    else if (l->asked)
        close(fd);
    else
        begin(l, fd, local);
}

static void ask(struct listen_at *l)
{
    struct control *c = l->e->control;

    if (!addr_is_set(&l->local))
        return;
    if (!c)
        begin(l, -1, &l->local);
    else if (control_bind(c, CONTROL_TCP, &l->local, bound, l) == 0)
        l->asked++;
}

/* @return whether the address is another one now */
static bool is_moved(const struct listen_at *l, const struct addr *to, bool is_on)
{
    return is_on ? !addr_is_set(&l->local) || !addr_eq(&l->local, to) : addr_is_set(&l->local);
}

static void move(struct listen_at *l, const struct addr *to, bool is_on)
{
    if (addr_is_set(&l->local) && l->e->control)
        control_release(l->e->control, CONTROL_TCP, &l->local);
    l->local = is_on ? *to : (struct addr){.family = AF_UNSPEC};
}

/* The front and the web role read no database. */
static void tell_http(struct engine_manager *e, const struct model_settings *s)
{
    struct control_http http = {.is_enabled = s->http_enabled,
                                .bind = s->http_bind,
                                .timeout_s = (uint32_t)s->http_session_timeout,
                                .rate = (uint32_t)s->http_rate,
                                .connections = (uint32_t)s->http_connections};

    http.web = (struct control_web){.is_enabled = s->web_enabled,
                                    .redirects = s->web_redirect,
                                    .bind = s->web_bind,
                                    .port_plain = (uint16_t)s->web_port_plain,
                                    .upload_mib = (uint32_t)s->web_upload_mib,
                                    .rate = (uint32_t)s->web_rate,
                                    .connections = (uint32_t)s->web_connections};
    slice_copy(slice_of(s->web_name), http.web.name, sizeof(http.web.name));
    if (e->control)
        control_tell_http(e->control, &http);
}

/* @return whether it is another one */
static bool take_certificate(struct engine_manager *e, const char *file)
{
    if (e->certificate && strcmp(e->certificate, file) == 0)
        return false;
    mem_free(e->certificate);
    e->certificate = mem_strdup(file);
    return true;
}

static void apply(struct engine_manager *e, const struct model_settings *s)
{
    const bool needs_tls =
        take_certificate(e, s->manager_tls_cert) && manager_renew_tls(e->manager) == ENOENT;

    tell_http(e, s);
    if (!needs_tls && !is_moved(&e->plain, &s->manager_bind, s->manager_enabled) &&
        !is_moved(&e->tls, &s->manager_tls_bind, s->manager_enabled))
        return;
    manager_unlisten(e->manager);
    move(&e->plain, &s->manager_bind, s->manager_enabled);
    move(&e->tls, &s->manager_tls_bind, s->manager_enabled);
    ask(&e->plain);
    ask(&e->tls);
}

int engine_manager_alloc(struct engine_manager **ep, struct control *control,
                         const struct manager_args *args, struct model_snapshot *snapshot)
{
    struct engine_manager *e = mem_alloc(sizeof(*e), destroy);
    int err = e ? manager_alloc(&e->manager, args, snapshot) : ENOMEM;

    if (err) {
        mem_deref(e);
        return err;
    }
    e->control = control;
    e->plain.e = e->tls.e = e;
    e->tls.is_tls = true;
    apply(e, model_settings_of(snapshot));
    *ep = e;
    return 0;
}

void engine_manager_set_snapshot(struct engine_manager *e, struct model_snapshot *snapshot)
{
    manager_set_snapshot(e->manager, snapshot);
    manager_reloaded(e->manager);
    apply(e, model_settings_of(snapshot));
}

struct manager *engine_manager_of(const struct engine_manager *e)
{
    return e->manager;
}
