/* web/manager.c - see manager.h */
#include "web/manager.h"

#include <errno.h>
#include <stdio.h>

#include "ami/message.h"
#include "ami/page.h"
#include "ami/writer.h"
#include "base/hash.h"
#include "base/hex.h"
#include "base/mem.h"
#include "base/rand.h"
#include "http/form.h"
#include "web/link.h"
#include "web/page.h"
#include "web/route.h"

enum { TIMEOUT_S = 60, WAITING_MAX = 16, BODY_MAX = 65536, PATIENCE_S = 240, ID_BYTES = 16 };
#define PAGE_LIMIT (64u << 20)
#define COOKIE "mansession_id"

struct web_manager {
    struct loop *loop;
    struct web_link *link;
    struct hash visitors; /* by id */
    struct list visits;
    uint32_t timeout_s;
};

/* Who comes with one cookie, or one nonce. Counted: the table holds one reference, a visit another. */
struct visitor {
    struct hash_link link;
    struct web_manager *manager;
    struct web_session *session; /* NULL: the engine does not know it */
    char id[100];                /* "" : nobody can come with it again */
    bool is_in;                  /* it has had a success: worth keeping */
    bool is_logging_in;          /* nothing else is asked meanwhile */
    uint32_t logins;             /* each gave it another id */
    struct list waiting;         /* struct visit */
    uint32_t visits;
    struct timer expiry;
};

/* One request, from its arrival to its answer. */
struct visit {
    struct link of_all, link; /* manager->visits, visitor->waiting */
    struct web_manager *manager;
    struct http_request *request; /* a reference */
    struct visitor *visitor;      /* a reference */
    uint32_t logins;              /* the visitor's, when it came in */
    const struct web_route *route;
    struct form form;
    struct buf text;
    unsigned slot;
    bool is_login, is_waiter, is_judged, is_again; /* is_waiter: WaitEvent */
    bool is_alone;                                 /* a login that was asked */
    struct timer deadline;
};

/* ---- visitors ---- */

static void visitor_destroy(void *object)
{
    struct visitor *v = object;

    timer_stop(&v->expiry);
    mem_deref(v->session);
}

/* Nobody finds it any more; its visits under way still end. */
static void visitor_forget(struct visitor *v)
{
    struct web_session *s = v->session;

    v->session = NULL;
    timer_stop(&v->expiry);
    if (s)
        web_session_leave(s);
    mem_deref(s);
    if (v->link.pprev) {
        hash_del(&v->manager->visitors, &v->link);
        mem_deref(v);
    }
}

static void expired(void *arg)
{
    visitor_forget(arg);
}

static struct visitor *visitor_find(const struct web_manager *m, struct slice id)
{
    if (!id.len)
        return NULL;
    for (struct hash_link *k = hash_first(&m->visitors, hash_slice(id)); k; k = hash_next(k)) {
        struct visitor *v = CONTAINER_OF(k, struct visitor, link);

        if (slice_eqz(id, v->id))
            return v;
    }
    return NULL;
}

/* The table takes a reference. @return 0; ENOMEM */
static int visitor_name(struct visitor *v, struct slice id)
{
    int err;

    if (v->link.pprev)
        hash_del(&v->manager->visitors, &v->link);
    else
        mem_ref(v);
    slice_copy(id, v->id, sizeof(v->id));
    err = hash_add(&v->manager->visitors, &v->link, hash_slice(slice_of(v->id)));
    if (err)
        mem_deref(v);
    return err;
}

static int visitor_new_cookie(struct visitor *v)
{
    unsigned char raw[ID_BYTES];
    char id[2 * ID_BYTES + 1];

    rand_bytes(raw, sizeof(raw));
    hex_print(raw, sizeof(raw), id);
    return visitor_name(v, slice_of(id));
}

/* ---- the ends of a visit ---- */

static void visit_free(struct visit *w)
{
    struct visitor *v = w->visitor;

    timer_stop(&w->deadline);
    list_unlink(&w->of_all);
    list_unlink(&w->link);
    form_fini(&w->form);
    buf_fini(&w->text);
    if (v)
        v->visits--;
    if (v && w->is_alone)
        v->is_logging_in = false;
    mem_deref(v);
    mem_deref(w->request);
    mem_free(w);
}

static void refuse(struct visit *w, int status)
{
    web_page(w->request, status, NULL);
    visit_free(w);
}

static void too_late(void *arg)
{
    struct visit *w = arg;
    struct visitor *v = mem_ref(w->visitor);

    refuse(w, 503);
    if (v)
        visitor_forget(v);
    mem_deref(v);
}

static int status_of(int err)
{
    return err == EBUSY ? 429 : err == EMSGSIZE || err == EINVAL ? 400 : 503;
}

/* ---- answers ---- */

static void go_on(struct visitor *v);

/* Who has never had a success is nobody: the engine's places for strangers are few. Who cannot be found
   again would only take a place. */
static void settle(struct visitor *v)
{
    go_on(v);
    if (v->visits)
        return;
    if (!v->is_in || !*v->id)
        visitor_forget(v);
    else if (v->session)
        timer_start(v->manager->loop, &v->expiry, (uint64_t)v->manager->timeout_s * 1000, expired,
                    v);
}

static void show(struct visit *w, struct slice answer)
{
    struct http_field fields[5] = {{"Server", WEB_SERVER}, {"Cache-Control", "no-cache, no-store"}};
    struct ami_page page = {.format = w->route->format,
                            .is_digest = w->route->is_digest,
                            .dest = form_get(&w->form, "ajaxdest"),
                            .type = form_get(&w->form, "ajaxobjtype")};
    char cookie[160];
    struct buf b;

    if (!w->route->is_digest && w->logins == w->visitor->logins) {
        snprintf(cookie, sizeof(cookie), COOKIE "=\"%s\"; Version=1; Max-Age=%u", w->visitor->id,
                 w->manager->timeout_s);
        fields[2] = (struct http_field){"Set-Cookie", cookie};
        fields[3] = (struct http_field){"Pragma", "SuppressEvents"};
    }
    buf_init(&b, PAGE_LIMIT);
    ami_page(&b, &page, answer);
    if (buf_err(&b))
        web_page(w->request, 500, NULL);
    else
        http_reply(w->request, 200, ami_page_type(w->route->format), fields, &b);
    buf_fini(&b);
}

static void enter(struct visit *w);

/* The session has ended before it was asked: as a stranger, then. */
static void come_again(struct visit *w)
{
    w->is_again = true;
    w->is_judged = false;
    w->visitor->visits--;
    if (w->is_alone)
        w->visitor->is_logging_in = w->is_alone = false;
    w->visitor = mem_deref(w->visitor);
    enter(w);
}

/* Who waits at this visitor has come with an id that is not its any more. */
static void send_away(struct visitor *v)
{
    struct list waiting;

    list_init(&waiting);
    list_move_all(&waiting, &v->waiting);
    LIST_FOREACH(&waiting, k)
    {
        list_unlink(k);
        come_again(CONTAINER_OF(k, struct visit, link));
    }
}

/* Who knew the id before the login does not know it after. @return 0; ENOMEM */
static int logged_in(struct visit *w)
{
    struct visitor *v = w->visitor;

    if (!v->link.pprev)
        return 0;
    w->logins = ++v->logins;
    return visitor_new_cookie(v);
}

static void answered(int err, struct buf *text, void *arg)
{
    struct visit *w = arg;
    struct visitor *v = mem_ref(w->visitor);
    const bool is_success = !err && slice_starts(buf_slice(text), SLICE("Response: Success\r\n"));

    if (is_success && w->is_login) {
        err = logged_in(w);
        send_away(v);
    }
    v->is_in = v->is_in || is_success;
    if (err == ECONNRESET && !w->is_again)
        come_again(w);
    else if (err)
        refuse(w, status_of(err));
    else {
        show(w, buf_slice(text));
        visit_free(w);
    }
    settle(v);
    mem_deref(v);
}

/* ---- digest ---- */

/* nonce="..." of the credentials: the name of the session, checked by the engine each time. */
static struct slice nonce_of(struct slice authorization)
{
    static const struct slice key = {"nonce=\"", 7};

    for (size_t i = 0; i + key.len < authorization.len; i++) {
        const struct slice at = slice_skip(authorization, i);
        struct slice rest;

        if (!slice_casestarts(at, key) ||
            (i && authorization.p[i - 1] != ' ' && authorization.p[i - 1] != ','))
            continue;
        return slice_cut(slice_skip(at, key.len), '"', &rest);
    }
    return SLICE_NONE;
}

/* '#' and the nonce: no cookie has that. */
static struct slice digest_id(const struct visit *w, char id[100])
{
    const struct slice nonce = nonce_of(http_request_header(w->request, "Authorization"));

    if (!nonce.len || nonce.len > 90)
        return SLICE_NONE;
    return slice_from(id, (size_t)snprintf(id, 100, "#%.*s", SLICE_ARG(nonce)));
}

static void challenge(struct visit *w, struct slice headers)
{
    struct http_field fields[4] = {{0}};
    char values[3][400];
    int n = 0;

    while (n < 3 && slice_is_set(headers) && headers.len) {
        struct slice value, name = slice_cut(slice_cut(headers, '\n', &headers), ':', &value);

        if (!slice_caseeqz(name, "WWW-Authenticate") || !slice_is_set(value) ||
            slice_copy(slice_trim(value), values[n], sizeof(values[n])))
            continue;
        fields[n] = (struct http_field){"WWW-authenticate", values[n]};
        n++;
    }
    web_page(w->request, 401, fields);
    visit_free(w);
}

static void start(struct visit *w);

static void judged(int err, struct slice headers, void *arg)
{
    struct visit *w = arg;
    struct visitor *v = mem_ref(w->visitor);
    char id[100];

    w->is_judged = true;
    if (err == EACCES)
        challenge(w, headers);
    else if (err)
        refuse(w, 503);
    else {
        v->is_in = true;
        if (!v->link.pprev && visitor_name(v, digest_id(w, id)))
            refuse(w, 503);
        else
            start(w);
    }
    settle(v);
    mem_deref(v);
}

/* ---- a visit ---- */

static int ask(struct visit *w)
{
    struct web_session *s = w->visitor->session;

    if (!s)
        return ENOTCONN;
    if (w->route->is_digest && !w->is_judged)
        return web_session_digest(s, w->slot, http_request_method(w->request),
                                  http_request_target(w->request),
                                  http_request_header(w->request, "Authorization"), judged, w);
    return web_session_ask(s, w->slot, buf_slice(&w->text), answered, w);
}

/* Slots of questions; a login is alone. */
static bool take_slot(struct visit *w)
{
    const struct web_session *s = w->visitor->session;

    w->slot = web_session_free_slot(s);
    return w->slot < LINK_ASKS && (!w->visitor->is_logging_in || w->is_alone) &&
           (!w->is_login || web_session_is_idle(s));
}

static bool is_slot_free(struct visit *w)
{
    const struct web_session *s = w->visitor->session;

    if (!s)
        return true; /* asking says so */
    if (!w->is_waiter || (w->route->is_digest && !w->is_judged))
        return take_slot(w);
    w->slot = web_session_is_free(s, LINK_AWAIT) ? LINK_AWAIT : LINK_AWAIT_NEXT;
    return web_session_is_free(s, w->slot);
}

/* Ask, or wait until what was asked before is answered. A second WaitEvent ends the first. */
static void start(struct visit *w)
{
    struct visitor *v = w->visitor;
    int err;

    timer_stop(&v->expiry);
    if (!is_slot_free(w)) {
        if (v->visits > WAITING_MAX)
            refuse(w, 429);
        else
            list_append(&v->waiting, &w->link);
        return;
    }
    list_unlink(&w->link);
    if (w->is_login)
        w->is_alone = v->is_logging_in = true;
    err = ask(w);
    if (err)
        refuse(w, status_of(err));
}

static void go_on(struct visitor *v)
{
    LIST_FOREACH(&v->waiting, k)
    {
        struct visit *w = CONTAINER_OF(k, struct visit, link);

        if (is_slot_free(w)) {
            list_unlink(k);
            start(w);
        }
    }
}

static void read_peer(const struct visit *w, struct addr *peer, struct addr *local)
{
    struct slice rest = http_request_header(w->request, WEB_PEER_HEADER);
    struct addr *const to[] = {peer, local};

    for (int i = 0; i < 2; i++) {
        const struct slice host = slice_cut(rest, ' ', &rest);
        const struct slice port = slice_cut(rest, ' ', &rest);
        uint32_t number = 0;

        slice_u32(port, &number);
        if (addr_parse_host(to[i], host, (uint16_t)number))
            addr_parse_host(to[i], SLICE("127.0.0.1"), (uint16_t)number);
    }
}

/* The engine ended the session (Logoff, a wrong login, another secret): who waits comes as a stranger. */
static void left(void *arg)
{
    struct visitor *v = mem_ref(arg);

    visitor_forget(v);
    send_away(v);
    mem_deref(v);
}

static int visitor_alloc(struct visitor **vp, const struct visit *w)
{
    struct visitor *v = mem_alloc(sizeof(*v), visitor_destroy);
    struct addr peer, local;
    int err;

    if (!v)
        return ENOMEM;
    v->manager = w->manager;
    list_init(&v->waiting);
    read_peer(w, &peer, &local);
    err = web_session_open(&v->session, w->manager->link, &peer, &local, left, v);
    if (!err && !w->route->is_digest)
        err = visitor_new_cookie(v);
    if (err) {
        if (v->session)
            web_session_leave(v->session);
        mem_deref(v);
    } else
        *vp = v;
    return err;
}

/* mansession_id=0123..., with or without quotes, among other cookies. */
static struct slice cookie_of(const struct visit *w)
{
    struct slice rest = http_request_header(w->request, WEB_COOKIE_HEADER);

    while (slice_is_set(rest)) {
        struct slice value, name = slice_cut(slice_cut(rest, ';', &rest), '=', &value);

        if (!slice_caseeqz(slice_trim(name), COOKIE))
            continue;
        value = slice_trim(value);
        if (value.len >= 2 && value.p[0] == '"')
            value = slice_from(value.p + 1, value.len - 2);
        return value.len == 2 * ID_BYTES ? value : SLICE_NONE;
    }
    return SLICE_NONE;
}

static void enter(struct visit *w)
{
    char id[100];
    struct visitor *v =
        visitor_find(w->manager, w->route->is_digest ? digest_id(w, id) : cookie_of(w));
    int err = 0;

    if (v)
        mem_ref(v);
    else
        err = visitor_alloc(&v, w);
    if (err) {
        refuse(w, status_of(err));
        return;
    }
    w->visitor = v;
    w->logins = v->logins;
    v->visits++;
    mem_ref(v);
    start(w);
    settle(v);
    mem_deref(v);
}

/* ---- a request becomes a message ---- */

static int read_form(struct visit *w)
{
    static const struct slice form_type = {"application/x-www-form-urlencoded", 33};
    const bool is_post = slice_eqz(http_request_method(w->request), "POST");
    int err = 0;

    if (is_post && slice_casestarts(http_request_header(w->request, "Content-Type"), form_type))
        err = form_add(&w->form, http_request_body(w->request));
    if (!err && !w->form.count)
        err = form_add(&w->form, http_request_query(w->request));
    return err ? err : w->form.has_too_many ? EMSGSIZE : 0;
}

/* @return 0; EINVAL (a line end in a name or value); EMSGSIZE; ENOMEM */
static int write_message(struct visit *w)
{
    const struct slice action = form_get(&w->form, "Action");
    int err = 0;

    for (uint32_t i = 0; i < w->form.count && !err; i++) {
        char name[128];

        err = slice_copy(w->form.fields[i].name, name, sizeof(name)) ? EINVAL : 0;
        if (!err && strlen(name) != w->form.fields[i].name.len)
            err = EINVAL;
        if (!err)
            err = ami_ask(&w->text, name, w->form.fields[i].value);
    }
    if (!err && !w->form.count)
        err = ami_putz(&w->text, "Action", "");
    w->is_waiter = slice_caseeqz(action, "WaitEvent");
    w->is_login = slice_caseeqz(action, "Login");
    if (!err)
        err = ami_end(&w->text);
    return err == ENOSPC ? EMSGSIZE : err;
}

static void serve(struct web_manager *m, struct http_request *r, const struct web_route *route)
{
    struct visit *w = mem_zalloc(sizeof(*w));
    int err;

    if (!w) {
        web_page(r, 503, NULL);
        return;
    }
    list_append(&m->visits, &w->of_all);
    w->manager = m;
    w->route = route;
    w->request = mem_ref(r);
    form_init(&w->form);
    buf_init(&w->text, AMI_MESSAGE_MAX - 1024);
    err = read_form(w);
    if (!err)
        err = write_message(w);
    if (err) {
        refuse(w, status_of(err));
        return;
    }
    timer_start(m->loop, &w->deadline, (uint64_t)(m->timeout_s + PATIENCE_S) * 1000, too_late, w);
    enter(w);
}

/* ---- the server's handlers ---- */

static void show_status(struct http_request *r)
{
    static const struct http_field fields[] = {
        {"Server", WEB_SERVER}, {"Cache-Control", "no-cache, no-store"}, {0}};
    struct buf b;

    buf_init(&b, 4096);
    buf_addz(
        &b, "<title>Station HTTP Status</title>\r\n<body bgcolor=\"#ffffff\">\r\n"
            "<table bgcolor=\"#f1f1f1\" align=\"center\"><tr><td bgcolor=\"#e0e0ff\" "
            "colspan=\"2\" width=\"500\">\r\n<h2>&nbsp;&nbsp;Station HTTP Status</h2></td></tr>\r\n"
            "<tr><td><i>Server</i></td><td><b>" WEB_SERVER "</b></td></tr>\r\n"
            "</table></body>\r\n");
    http_reply(r, 200, "text/html", fields, &b);
}

static bool is_status(struct slice path)
{
    return slice_caseeqz(web_route_page(path), "httpstatus");
}

static bool is_page(struct slice path)
{
    return web_route_find(path) || is_status(path);
}

void web_manager_request(struct http_request *r, struct web_manager *m)
{
    const struct slice path = http_request_path(r), method = http_request_method(r);
    const struct web_route *route = web_route_find(path);

    if (!slice_eqz(method, "GET") && !slice_eqz(method, "POST") && !slice_eqz(method, "HEAD"))
        web_page(r, 501, NULL);
    else if (route)
        serve(m, r, route);
    else if (is_status(path))
        show_status(r);
    else
        web_page(r, 404, NULL);
}

uint64_t web_manager_room(const struct http_request *r, struct web_manager *m)
{
    return web_route_find(http_request_path(r)) ? BODY_MAX : 0;
}

/* A body that no page takes: that the page is not there says more. */
void web_manager_refuse(struct http_request *r, int status, struct web_manager *m)
{
    web_page(r, status == 413 && !is_page(http_request_path(r)) ? 404 : status, NULL);
}

/* ---- birth and end ---- */

static void manager_destroy(void *object)
{
    struct web_manager *m = object;

    HASH_FOREACH(&m->visitors, k) visitor_forget(CONTAINER_OF(k, struct visitor, link));
    LIST_FOREACH(&m->visits, k)
    {
        struct visit *w = CONTAINER_OF(k, struct visit, of_all);

        if (w->visitor)
            visitor_forget(w->visitor);
        refuse(w, 503);
    }
    hash_fini(&m->visitors);
    mem_deref(m->link);
}

int web_manager_alloc(struct web_manager **mp, struct loop *loop, const char *link_path)
{
    struct web_manager *m = mem_alloc(sizeof(*m), manager_destroy);
    int err;

    if (!m)
        return ENOMEM;
    m->loop = loop;
    m->timeout_s = TIMEOUT_S;
    hash_init(&m->visitors);
    list_init(&m->visits);
    err = web_link_alloc(&m->link, loop, link_path);
    if (err)
        mem_deref(m);
    else
        *mp = m;
    return err;
}

void web_manager_set_timeout(struct web_manager *m, uint32_t timeout_s)
{
    m->timeout_s = timeout_s;
}

struct web_link *web_manager_link(const struct web_manager *m)
{
    return m->link;
}
