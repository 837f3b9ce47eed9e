/* step.c - find a line's step in the tables and run it */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "step.h"

#define PATIENCE_MS 200

struct words {
    char text[1000];
    char *v[SCENE_WORDS];
    bool quoted[SCENE_WORDS];
    const char *rest[SCENE_WORDS]; /* in the line, from this word on */
    int count;
};

static void cut(struct words *w, const char *line)
{
    const char *p = line;
    char *out = w->text;

    w->count = 0;
    while (*p && w->count < SCENE_WORDS) {
        char end = ' ';

        while (*p == ' ')
            p++;
        if (!*p)
            break;
        w->rest[w->count] = p;
        w->quoted[w->count] = *p == '"';
        if (*p == '"') {
            end = '"';
            p++;
        }
        w->v[w->count++] = out;
        while (*p && *p != end && out < w->text + sizeof(w->text) - 2) {
            if (*p == '\\' && p[1] && end == '"')
                p++;
            *out++ = *p++;
        }
        *out++ = '\0';
        if (*p)
            p++;
    }
}

/* One word of a pattern against one of the line. */
static bool match_word(struct scene *s, const char *want, const struct words *w, int i,
                       struct step_args *args)
{
    const char *word = w->v[i];

    if (strcmp(want, "A") == 0 || strcmp(want, "B") == 0) {
        struct ua *u = w->quoted[i] ? NULL : ua_find(s, word);

        *(want[0] == 'A' ? &args->a : &args->b) = u;
        return u != NULL;
    }
    if (strcmp(want, "M") == 0) {
        args->m = w->quoted[i] ? NULL : client_find(s, word);
        return args->m != NULL;
    }
    if (strcmp(want, "W") == 0 || strcmp(want, "T") == 0) {
        if (w->quoted[i] != (want[0] == 'T') || args->w_count >= 3)
            return false;
        args->w[args->w_count++] = want[0] == 'W' && strcmp(word, "-") == 0 ? "" : word;
        return true;
    }
    if (strcmp(want, "N") == 0) {
        char *end;

        args->n = strtol(word, &end, 10);
        return isdigit((unsigned char)word[0]) && strspn(end, "thndrs") == strlen(end);
    }
    return !w->quoted[i] && strcmp(want, word) == 0;
}

static bool match(struct scene *s, const char *pattern, const struct words *w, int first,
                  struct step_args *args)
{
    char copy[200], *save = NULL;
    int i = first;

    memset(args, 0, sizeof(*args));
    snprintf(copy, sizeof(copy), "%s", pattern);
    for (char *want = strtok_r(copy, " ", &save); want; want = strtok_r(NULL, " ", &save)) {
        if (strcmp(want, "...") == 0) {
            args->w[args->w_count++] = i < w->count ? w->rest[i] : "";
            return true;
        }
        if (i >= w->count || !match_word(s, want, w, i, args))
            return false;
        i++;
    }
    return i == w->count;
}

static const struct step *find(struct scene *s, const struct words *w, int first,
                               struct step_args *args)
{
    for (const struct step *t = steps_do; t->pattern; t++) {
        if (match(s, t->pattern, w, first, args))
            return t;
    }
    for (const struct step *t = steps_see; t->pattern; t++) {
        if (match(s, t->pattern, w, first, args))
            return t;
    }
    return NULL;
}

static int run(struct scene *s, const struct step *t, const struct step_args *args, long ms)
{
    int bad = t->run(s, args);

    for (long spent = 0; bad && t->sees && spent < ms; spent += 10) {
        s->why[0] = '\0';
        scene_pass(s, 10);
        bad = t->run(s, args);
    }
    loop_fake_settle(s->loop);
    return bad || s->why[0];
}

static int play_line(struct scene *s, const char *line)
{
    struct step_args args;
    const struct step *t;
    struct words w;
    long patience = PATIENCE_MS;
    int first = 0;

    cut(&w, line);
    if (w.count > 3 && strcmp(w.v[0], "within") == 0) {
        patience = (long)(atof(w.v[1]) * (strcmp(w.v[2], "ms") == 0 ? 1 : 1000));
        first = 3;
    }
    if (first < w.count && (strcmp(w.v[first], "phone") == 0 || strcmp(w.v[first], "trunk") == 0) &&
        first + 1 < w.count && ua_find(s, w.v[first + 1]))
        first++;
    t = find(s, &w, first, &args);
    if (!t)
        return scene_fail(s, "nobody understands this step");
    if (s->is_verbose)
        printf("%10.3f %s\n", (double)loop_now(s->loop).us / 1e6 - 1000, line);
    return run(s, t, &args, patience);
}

int scene_play(struct scene *s)
{
    for (; s->line < s->count; s->line++) {
        const char *line = s->lines[s->line];

        while (*line == ' ')
            line++;
        if (!*line || *line == '#' || !play_line(s, line))
            continue;
        if (!s->kill_at)
            return 1;
        s->why[0] = '\0'; /* after a kill people do what they can */
    }
    return 0;
}
