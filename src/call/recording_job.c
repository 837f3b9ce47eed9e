/* recording_job.c - see recording_job.h */
#include "call/recording_job.h"

static const struct {
    const char *end;
    int mode;
} scripts[] = {
    {"wavtompeg/script.php", RECORDING_JOB_MONO},
    {"wavtostereompeg/script.php", RECORDING_JOB_STEREO},
};

static bool ends_with(struct slice s, const char *end)
{
    const struct slice e = slice_of(end);

    return s.len >= e.len && slice_eq(slice_skip(s, s.len - e.len), e) &&
           (s.len == e.len || s.p[s.len - e.len - 1] == '/');
}

static struct slice next_word(struct slice *rest)
{
    struct slice word;

    *rest = slice_trim(*rest);
    word = slice_cut(*rest, ' ', rest);
    return word;
}

static struct slice unquoted(struct slice s)
{
    if (s.len >= 2 && (s.p[0] == '"' || s.p[0] == '\'') && s.p[s.len - 1] == s.p[0])
        s = slice_from(s.p + 1, s.len - 2);
    return s;
}

/* "station recording convert", however station is found. */
static bool is_ours(struct slice word, struct slice *rest)
{
    return ends_with(word, "station") && slice_eqz(next_word(rest), "recording") &&
           slice_eqz(next_word(rest), "convert");
}

static bool find_mode(struct slice word, struct slice *rest, struct recording_job *out)
{
    /* A PHP in front of its script. */
    if (ends_with(word, "php"))
        word = next_word(rest);
    word = unquoted(word);
    for (size_t i = 0; i < sizeof(scripts) / sizeof(scripts[0]); i++) {
        if (ends_with(word, scripts[i].end)) {
            out->mode = scripts[i].mode;
            return true;
        }
    }
    out->mode = RECORDING_JOB_AS_IS;
    return is_ours(word, rest);
}

bool recording_job_parse(struct slice command, struct recording_job *out)
{
    struct slice rest = command, word = next_word(&rest);

    out->uniqueid = SLICE_NONE;
    if (!find_mode(word, &rest, out))
        return false;
    while (slice_is_set(rest) && rest.len) {
        word = next_word(&rest);
        if (slice_starts(word, SLICE("--uniqueid=")))
            out->uniqueid = unquoted(slice_skip(word, 11));
        else if (slice_eqz(word, "--uniqueid"))
            out->uniqueid = unquoted(next_word(&rest));
        else if (slice_eqz(word, "--mono"))
            out->mode = RECORDING_JOB_MONO;
        else if (slice_eqz(word, "--stereo"))
            out->mode = RECORDING_JOB_STEREO;
    }
    return true;
}
