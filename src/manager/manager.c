/* manager/manager.c - see manager.h */
#include "manager/manager.h"

#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "manager/inner.h"

static void manager_destroy(void *object)
{
    struct manager *m = object;

    m->is_down = true;
    ev_calls_stop(m);
    ev_states_stop(m);
    ev_security_stop(m);
    plan_set_ami(m->args.plan, NULL, NULL);
    manager_unlisten(m);
    roles_stop(m);
    originating_stop(m);
    LIST_FOREACH(&m->sessions, k)
    manager_session_end(CONTAINER_OF(k, struct manager_session, link));
    events_fini(m);
    door_fini(&m->door);
    mem_deref(m->digest);
    mem_deref(m->tls);
    mem_deref(m->snapshot);
}

/* Words that are no class would silently give nothing. */
static void warn_of_classes(const struct model_snapshot *s)
{
    for (uint32_t i = 0; i < model_manager_count(s); i++) {
        const struct model_manager *u = model_manager_at(s, i);
        const char *unknown[2];

        class_of_names(&u->read, &unknown[0]);
        class_of_names(&u->write, &unknown[1]);
        for (int k = 0; k < 2; k++)
            if (unknown[k])
                log_warning(
                    "Manager: user has a class that does not exist user=\"%s\" column=%s class=\"%s\"",
                    u->name, k ? "write" : "read", unknown[k]);
    }
}

/* AMI_CLIENT() */
static int64_t sessions_of(struct slice user, void *arg)
{
    const struct manager *m = arg;
    int64_t n = 0;

    if (!model_manager_find(m->snapshot, user))
        return -1;
    LIST_FOREACH(&m->sessions, k)
    {
        const struct manager_session *s = CONTAINER_OF(k, struct manager_session, link);

        n += s->is_in && s->kind != MANAGER_ROLE && slice_eqz(user, s->user);
    }
    return n;
}

int manager_alloc(struct manager **mp, const struct manager_args *args,
                  struct model_snapshot *snapshot)
{
    struct manager *m = mem_alloc(sizeof(*m), manager_destroy);
    int err;

    if (!m)
        return ENOMEM;
    m->args = *args;
    m->loop = calls_loop(args->calls);
    m->snapshot = mem_ref(snapshot);
    m->start = m->reloaded = loop_wall(m->loop);
    m->roles_fd = -1;
    list_init(&m->sessions);
    list_init(&m->roles);
    list_init(&m->originating);
    door_init(&m->door);
    buf_init(&m->event, MANAGER_EVENT_MAX);
    hash_init(&m->hints);
    ev_security_start(m);
    err = ev_calls_start(m);
    if (!err)
        err = ev_states_start(m);
    if (err) {
        mem_deref(m);
        return err;
    }
    warn_of_classes(snapshot);
    plan_set_ami(args->plan, sessions_of, m);
    *mp = m;
    return 0;
}

/* Whose user has gone, or is somebody else now, leaves. */
static bool is_still_in(const struct manager_session *s, const struct model_manager *was,
                        const struct model_manager *is)
{
    return was && is && strcmp(was->secret, is->secret) == 0 &&
           model_rules_allow(&is->rules, &s->peer);
}

static void follow_user(struct manager_session *s, const struct model_snapshot *before)
{
    const struct slice name = slice_of(s->user);
    const struct model_manager *u = model_manager_find(s->manager->snapshot, name);

    if (!is_still_in(s, model_manager_find(before, name), u)) {
        manager_session_end(s);
        return;
    }
    s->read = class_of_names(&u->read, NULL);
    s->write = class_of_names(&u->write, NULL);
}

void manager_set_snapshot(struct manager *m, struct model_snapshot *snapshot)
{
    struct model_snapshot *before = m->snapshot;

    m->snapshot = mem_ref(snapshot);
    warn_of_classes(snapshot);
    LIST_FOREACH(&m->sessions, k)
    {
        struct manager_session *s = CONTAINER_OF(k, struct manager_session, link);

        if (s->is_in && s->kind != MANAGER_ROLE) /* a role is no user, whatever it is called */
            follow_user(s, before);
    }
    events_count(m);
    manager_limit_conns(m);
    mem_deref(before);
}

void manager_shutdown(struct manager *m)
{
    ev_shutdown(m);
    events_flush(m);
    m->is_down = true;
    manager_unlisten(m);
    LIST_FOREACH(&m->sessions, k)
    manager_session_end(CONTAINER_OF(k, struct manager_session, link));
}
