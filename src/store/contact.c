/* contact.c - see contact.h */
#include <stdio.h>

#include "store/contact.h"

static const char upsert[] =
    "INSERT INTO ps_contacts (id,aor,uri,user_agent,path,via_addr,via_port,call_id,endpoint,transport,"
    "outbound_proxy,expiration_time,qualify_frequency,qualify_timeout,authenticate_qualify,"
    "qualify_2xx_only,prune_on_boot) VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,?17) "
    "ON CONFLICT (id) DO UPDATE SET aor=?2,uri=?3,user_agent=?4,path=?5,via_addr=?6,via_port=?7,"
    "call_id=?8,endpoint=?9,transport=?10,outbound_proxy=?11,expiration_time=?12,"
    "qualify_frequency=?13,qualify_timeout=?14,authenticate_qualify=?15,qualify_2xx_only=?16,"
    "prune_on_boot=?17";

static struct slice or_empty(struct slice s)
{
    return slice_is_set(s) ? s : SLICE("");
}

static struct slice yes_no(bool b)
{
    return b ? SLICE("yes") : SLICE("no");
}

int store_contact_upsert(struct db *d, const struct store_contact *c)
{
    char timeout[32];
    struct stmt *s;
    int err = db_stmt(&s, d, upsert);
    int i = 0;

    if (err)
        return err;
    const unsigned ms = (unsigned)(c->qualify_timeout * 1000 + 0.5);
    snprintf(timeout, sizeof(timeout), "%u.%03u", ms / 1000, ms % 1000);
    const struct slice v[] = {c->id, c->aor, c->uri, c->user_agent, c->path, c->via_addr};
    const struct slice w[] = {c->call_id, c->endpoint, c->transport, c->outbound_proxy};
    const struct slice x[] = {slice_of(timeout), yes_no(c->authenticate_qualify),
                              yes_no(c->qualify_2xx_only), yes_no(c->prune_on_boot)};
    for (; i < 6 && !err; i++)
        err = stmt_text(s, i + 1, or_empty(v[i]));
    for (i = 0; i < 4 && !err; i++)
        err = stmt_text(s, i + 8, or_empty(w[i]));
    for (i = 0; i < 4 && !err; i++)
        err = stmt_text(s, i + 14, x[i]);
    if (!err)
        err = stmt_int(s, 7, c->via_port);
    if (!err)
        err = stmt_int(s, 12, c->expires);
    if (!err)
        err = stmt_int(s, 13, c->qualify_frequency);
    if (!err)
        err = stmt_run(s);
    stmt_reset(s); /* the values stand on this function's stack */
    return err;
}

int store_contact_remove(struct db *d, struct slice id)
{
    struct stmt *s;
    int err = db_stmt(&s, d, "DELETE FROM ps_contacts WHERE id=?1");

    if (!err)
        err = stmt_text(s, 1, id);
    if (!err)
        err = stmt_run(s);
    return err;
}

static bool is_yes(struct slice s)
{
    return slice_caseeqz(s, "yes") || slice_caseeqz(s, "true") || slice_eqz(s, "1");
}

static double seconds(struct slice s)
{
    double v = 0;
    char z[32];

    if (slice_copy(s, z, sizeof(z)) == 0)
        sscanf(z, "%lf", &v);
    return v;
}

static void from_row(struct store_contact *c, struct stmt *s)
{
    *c = (struct store_contact){
        .id = stmt_col(s, 0),
        .aor = stmt_col(s, 1),
        .uri = stmt_col(s, 2),
        .user_agent = stmt_col(s, 3),
        .path = stmt_col(s, 4),
        .via_addr = stmt_col(s, 5),
        .via_port = (uint16_t)stmt_col_int(s, 6),
        .call_id = stmt_col(s, 7),
        .endpoint = stmt_col(s, 8),
        .transport = stmt_col(s, 9),
        .outbound_proxy = stmt_col(s, 10),
        .expires = stmt_col_int(s, 11),
        .qualify_frequency = (uint32_t)stmt_col_int(s, 12),
        .qualify_timeout = seconds(stmt_col(s, 13)),
        .authenticate_qualify = is_yes(stmt_col(s, 14)),
        .qualify_2xx_only = is_yes(stmt_col(s, 15)),
        .prune_on_boot = is_yes(stmt_col(s, 16)),
    };
}

int store_contacts_each(struct db *d, store_contact_h *each, void *arg)
{
    struct stmt *s;
    bool row = true;
    /* rows of an old station have no aor column filled: it stands before ";@" in their id */
    int err =
        db_stmt(&s, d,
                "SELECT id, CASE WHEN aor<>'' THEN aor WHEN instr(id,';@')>0 THEN "
                "substr(id,1,instr(id,';@')-1) ELSE id END AS owner,uri,user_agent,path,via_addr,"
                "via_port,call_id,endpoint,transport,outbound_proxy,expiration_time,"
                "qualify_frequency,qualify_timeout,authenticate_qualify,qualify_2xx_only,"
                "prune_on_boot FROM ps_contacts ORDER BY owner, id");

    while (!err && row) {
        struct store_contact c;

        err = stmt_step(s, &row);
        if (err || !row)
            break;
        from_row(&c, s);
        err = each(&c, arg);
        if (err)
            stmt_reset(s);
    }
    return err;
}
