/* secret.c - see secret.h */
#include "call/secret.h"

#include <string.h>

#include "base/mem.h"
#include "base/truth.h"
#include "call/bridge.h"
#include "call/local.h"
#include "call/recording.h"

#define DIGITS "0123456789*#ABCD"

/* ---- while digits are asked for ---- */

static void hide(struct secret *s, struct channel *ch)
{
    if (ch->is_hidden || s->count >= SECRET_CHANNELS)
        return;
    s->hidden[s->count++] = mem_ref(ch);
    ch->secret = s;
    recording_hide(ch, true);
}

/* Those from the n-th on are heard again. */
static void shrink(struct secret *s, unsigned n)
{
    while (s->count > n) {
        struct channel *ch = s->hidden[--s->count];

        ch->secret = NULL;
        recording_hide(ch, false);
        mem_deref(ch);
    }
}

/* From ch outwards: who hears it, and whom it hears, through Local channels. */
static void spread(struct secret *s, struct channel *ch)
{
    struct channel *twin;

    for (unsigned i = 0; ch && i < SECRET_CHANNELS / 2; i++) {
        hide(s, ch);
        twin = local_twin(ch);
        if (twin)
            hide(s, twin);
        ch = twin ? bridge_peer(twin) : NULL;
    }
}

void secret_begin(struct secret *s, struct channel *ch)
{
    bool is_on = false;

    (void)truth_parse(slice_trim(channel_var_get(ch, SLICE("RECORDING_SECRET"))), &is_on);
    if (is_on)
        spread(s, ch);
}

void secret_end(struct secret *s)
{
    shrink(s, 0);
}

void secret_join(struct channel *a, struct channel *b)
{
    if (a->secret && !b->is_hidden)
        spread(a->secret, b);
    else if (b->secret && !a->is_hidden)
        spread(b->secret, a);
}

static unsigned place_of(const struct secret *s, const struct channel *ch)
{
    unsigned i = 0;

    while (i < s->count && s->hidden[i] != ch)
        i++;
    return i;
}

void secret_part(struct channel *a, struct channel *b)
{
    struct secret *s = a->secret;
    unsigned i, k;

    if (!s || s != b->secret)
        return;
    i = place_of(s, a);
    k = place_of(s, b);
    shrink(s, i > k ? i : k);
}

/* ---- digits ---- */

static bool is_silent(const struct channel *ch, uint8_t side)
{
    if (ch->is_hidden)
        return true;
    LIST_FOREACH(&ch->recordings, k)
    {
        if (recording_of_link(k)->muted & side)
            return true;
    }
    return false;
}

char secret_digit(const struct channel *ch, char digit, bool from_peer)
{
    const struct channel *peer = bridge_peer(ch);
    const uint8_t ours = from_peer ? RECORDING_WRITE : RECORDING_READ;
    const uint8_t theirs = from_peer ? RECORDING_READ : RECORDING_WRITE;

    return is_silent(ch, ours) || (peer && is_silent(peer, theirs)) ? '*' : digit;
}

/* ---- what was typed ---- */

static bool is_word(struct slice value)
{
    for (size_t i = 0; i < value.len; i++)
        if (!value.p[i] || !strchr(DIGITS, value.p[i]))
            return false;
    return value.len >= SECRET_LEAST && value.len < SECRETS_MAX / 2;
}

void secret_note(struct channel *ch, struct slice value)
{
    struct slice old = slice_of(ch->secrets ? ch->secrets : "");
    struct buf all;

    if (!ch->is_hidden || !is_word(value))
        return;
    while (old.len + value.len + 1 > SECRETS_MAX)
        (void)slice_cut(old, ' ', &old);
    buf_init(&all, 2 * SECRETS_MAX);
    buf_adds(&all, old);
    buf_adds(&all, value);
    buf_addc(&all, ' ');
    if (!buf_err(&all))
        (void)channel_set(&ch->secrets, buf_slice(&all));
    buf_fini(&all);
}

static bool mask_word(struct slice word, char *text, size_t len)
{
    char *p = text;
    bool found = false;

    while ((p = memmem(p, len - (size_t)(p - text), word.p, word.len))) {
        memset(p, '*', word.len);
        p += word.len;
        found = true;
    }
    return found;
}

static bool mask(const struct channel *ch, char *text, size_t len)
{
    struct slice rest = slice_of(ch->secrets ? ch->secrets : "");
    bool found = false;

    while (slice_is_set(rest) && rest.len) {
        const struct slice word = slice_cut(rest, ' ', &rest);

        found = (word.len && mask_word(word, text, len)) || found;
    }
    return found;
}

void secret_mask(const struct channel *ch, char *text, size_t len)
{
    (void)mask(ch, text, len);
}

char *secret_masked(const struct channel *ch, struct slice text, bool *is_lost)
{
    char *copy;

    *is_lost = false;
    if (!ch->secrets || !text.len)
        return NULL;
    copy = slice_dup(text);
    *is_lost = !copy;
    if (!copy || mask(ch, copy, text.len))
        return copy;
    mem_free(copy);
    return NULL;
}
