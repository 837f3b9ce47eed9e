/* base/jout.c - see json.h */
#include "base/jout.h"

#include <inttypes.h>

#include "base/utf8.h"

void jout_init(struct jout *j, struct buf *out)
{
    *j = (struct jout){.out = out};
}

static void separate(struct jout *j)
{
    if (j->has_one)
        buf_addc(j->out, ',');
    j->has_one = true;
}

void jout_open(struct jout *j, char bracket)
{
    separate(j);
    buf_addc(j->out, bracket);
    j->has_one = false;
}

void jout_close(struct jout *j, char bracket)
{
    buf_addc(j->out, bracket);
    j->has_one = true;
}

void jout_key_slice(struct jout *j, struct slice name)
{
    separate(j);
    utf8_json(name, j->out);
    buf_addc(j->out, ':');
    j->has_one = false;
}

void jout_key(struct jout *j, const char *name)
{
    jout_key_slice(j, slice_of(name));
}

void jout_null(struct jout *j)
{
    jout_raw(j, SLICE("null"));
}

void jout_text(struct jout *j, struct slice v)
{
    if (!slice_is_set(v)) {
        jout_null(j);
        return;
    }
    separate(j);
    utf8_json(v, j->out);
}

void jout_textz(struct jout *j, const char *z)
{
    jout_text(j, slice_of(z));
}

void jout_int(struct jout *j, int64_t v)
{
    separate(j);
    buf_printf(j->out, "%" PRId64, v);
}

void jout_real(struct jout *j, double v, int digits)
{
    separate(j);
    buf_printf(j->out, "%.*f", digits, v);
}

void jout_bool(struct jout *j, bool v)
{
    jout_raw(j, v ? SLICE("true") : SLICE("false"));
}

void jout_raw(struct jout *j, struct slice json)
{
    separate(j);
    buf_adds(j->out, json);
}

void jout_put_text(struct jout *j, const char *name, struct slice v)
{
    jout_key(j, name);
    jout_text(j, v);
}

void jout_put_textz(struct jout *j, const char *name, const char *z)
{
    jout_put_text(j, name, slice_of(z));
}

void jout_put_int(struct jout *j, const char *name, int64_t v)
{
    jout_key(j, name);
    jout_int(j, v);
}

void jout_put_bool(struct jout *j, const char *name, bool v)
{
    jout_key(j, name);
    jout_bool(j, v);
}
