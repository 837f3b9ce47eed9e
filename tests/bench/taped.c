/*
 * taped.c - taped [--cut SECONDS] FILE.wav...: what of media-load's packets is in recorded files
 *
 * Each packet of media-load carries a number and the time when it was sent as bytes of G.711 u-law, which a recording
 * of one voice a channel keeps. Of each channel: packets found, numbers missing between the first and the last, numbers
 * doubled, and how far places in the file run from times of sending (least to greatest). With --cut, a moment in seconds
 * since 1970 when something was killed: how much before and after it is missing, at worst. The header of a file must
 * not promise more than there is. Last line: key=value pairs. Exit code 1: a file that cannot be read, or no packets.
 */
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define RATE 8000
#define FRAME 160
#define HEAD 16 /* magic, number, time */
#define LEAP 5000

struct voice {
    const uint8_t *p; /* u-law, 0x7f said as 0xff: both are nothing */
    long len;
    uint8_t magic[4];
};

struct found {
    long packets, missing, doubled, longest;
    double step_min, step_max; /* ms */
    double longest_at;         /* where it ends, seconds in the file */
    double longest_sent;       /* when the packet before it was sent, after the cut */
    double before, after;      /* seconds missing around the cut */
};

static uint8_t ulaw_of[65536];
static double cut;

static void make_table(void)
{
    memset(ulaw_of, 0xff, sizeof(ulaw_of));
    for (int u = 0; u < 256; u++) {
        const int c = ~u & 0xff, t = (((c & 15) << 3) + 132) << (c >> 4 & 7);

        ulaw_of[(uint16_t)(c & 0x80 ? 132 - t : t - 132)] = (uint8_t)u;
    }
    ulaw_of[0] = 0xff;
}

static uint64_t little(const uint8_t *p, int n)
{
    uint64_t v = 0;

    while (n-- > 0)
        v = v << 8 | p[n];
    return v;
}

static bool has_unsure(const uint8_t *p, int n)
{
    return memchr(p, 0xff, (size_t)n) != NULL;
}

static bool is_number(const uint8_t *p, uint32_t n)
{
    for (int i = 0; i < 4; i++, n >>= 8) {
        if (p[i] != ((n & 0xff) == 0x7f ? 0xff : (n & 0xff)))
            return false;
    }
    return true;
}

/* Where something stands again a packet later with the next number behind it, it is the magic. */
static bool find_magic(struct voice *v)
{
    for (long i = 0; i + 2 * FRAME + HEAD < v->len; i++) {
        const uint8_t *p = v->p + i;

        if (memcmp(p, p + FRAME, 4) == 0 && memcmp(p, p + 2 * FRAME, 4) == 0 &&
            !has_unsure(p + 4, 4) && is_number(p + FRAME + 4, (uint32_t)little(p + 4, 4) + 1) &&
            is_number(p + 2 * FRAME + 4, (uint32_t)little(p + 4, 4) + 2)) {
            memcpy(v->magic, p, 4);
            return true;
        }
    }
    return false;
}

static void note_gap(struct found *f, uint32_t last, uint32_t n, double last_sent, double sent,
                     double at_s)
{
    const long gap = (long)n - (long)last - 1;

    if (gap < 0) {
        f->doubled++;
        return;
    }
    if (gap && cut > 0 && last_sent <= cut && sent >= cut) {
        f->before = cut - last_sent > f->before ? cut - last_sent : f->before;
        f->after = sent - cut > f->after ? sent - cut : f->after;
        return;
    }
    if (gap > f->longest) {
        f->longest = gap;
        f->longest_at = at_s;
        f->longest_sent = last_sent - cut;
    }
    f->missing += gap;
}

static void note_place(struct found *f, double ms)
{
    if (ms < f->step_min)
        f->step_min = ms;
    if (ms > f->step_max)
        f->step_max = ms;
}

static bool look(struct voice *v, struct found *f)
{
    uint32_t last = 0;
    double last_sent = 0, zero = 0;
    long packets = 0;

    if (!find_magic(v))
        return false;
    for (long i = 0; i + HEAD <= v->len; i++) {
        const uint8_t *p = v->p + i;
        double sent;
        uint32_t n;

        if (p[0] != v->magic[0] || memcmp(p, v->magic, 4) != 0)
            continue;
        if (packets && is_number(p + 4, last + 1))
            n = last + 1;
        else if (!has_unsure(p + 4, 4))
            n = (uint32_t)little(p + 4, 4);
        else
            continue;
        if (packets && labs((long)n - (long)last) > LEAP) /* cut off where the next one was put */
            continue;
        sent = (double)little(p + 8, 8) / 1e9;
        if (has_unsure(p + 8, 8)) {
            sent = last_sent + 0.02 * (double)(int32_t)(n - last);
        } else {
            zero = zero > 0 ? zero : sent - (double)i / RATE;
            note_place(f, ((double)i / RATE - (sent - zero)) * 1e3);
        }
        if (packets)
            note_gap(f, last, n, last_sent, sent, (double)i / RATE);
        last = n;
        last_sent = sent;
        packets++;
        i += FRAME - 80; /* a voice may move by some samples */
    }
    if (cut > 0 && last_sent < cut) /* it ended there */
        f->before = cut - last_sent > f->before ? cut - last_sent : f->before;
    f->packets += packets;
    return true;
}

/* @return samples of each of its channels; 0: no such file, or a header that promises too much */
static long header(const uint8_t *p, long size, long *at, int *channels)
{
    long i = 12;

    if (size < 44 || memcmp(p, "RIFF", 4) != 0 || memcmp(p + 8, "WAVE", 4) != 0)
        return 0;
    for (; i + 8 <= size; i += 8 + (long)little(p + i + 4, 4)) {
        if (memcmp(p + i, "fmt ", 4) == 0)
            *channels = (int)little(p + i + 10, 2);
        if (memcmp(p + i, "data", 4) == 0) {
            *at = i + 8;
            if (*at + (long)little(p + i + 4, 4) > size || !*channels)
                return 0;
            return (long)little(p + i + 4, 4) / 2 / *channels;
        }
    }
    return 0;
}

static bool look_at(const char *name, struct found *f, long *voices)
{
    const int fd = open(name, O_RDONLY);
    struct stat s;
    const uint8_t *p;
    long at = 0, len;
    int channels = 0;
    bool is_good = false;

    if (fd < 0 || fstat(fd, &s))
        return false;
    p = mmap(NULL, (size_t)s.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    close(fd);
    if (p == MAP_FAILED)
        return false;
    len = header(p, s.st_size, &at, &channels);
    for (int c = 0; c < channels && len; c++) {
        uint8_t *u = malloc((size_t)len);
        struct voice v = {.p = u, .len = len};

        for (long i = 0; i < len; i++)
            u[i] = ulaw_of[little(p + at + (i * channels + c) * 2, 2)];
        is_good = look(&v, f) || is_good;
        ++*voices;
        free(u);
    }
    munmap((void *)p, (size_t)s.st_size);
    return is_good;
}

int main(int argc, char **argv)
{
    struct found all = {0};
    long voices = 0, bad = 0, least = -1, most = 0;
    double step = 0;
    int i = 1;

    if (argc > 2 && strcmp(argv[1], "--cut") == 0) {
        cut = atof(argv[2]);
        i = 3;
    }
    make_table();
    for (; i < argc; i++) {
        struct found f = {.before = all.before, .after = all.after};

        if (!look_at(argv[i], &f, &voices)) {
            printf("%s: no packets, or a wrong header\n", argv[i]);
            bad++;
            continue;
        }
        if (f.missing || f.doubled)
            printf(
                "%s: packets %ld missing %ld doubled %ld longest %ld until %.2f s, sent %.2f s\n",
                argv[i], f.packets, f.missing, f.doubled, f.longest, f.longest_at, f.longest_sent);
        all.packets += f.packets;
        all.missing += f.missing;
        all.doubled += f.doubled;
        all.longest = f.longest > all.longest ? f.longest : all.longest;
        all.before = f.before;
        all.after = f.after;
        step = f.step_max - f.step_min > step ? f.step_max - f.step_min : step;
        least = least < 0 || f.packets < least ? f.packets : least;
        most = f.packets > most ? f.packets : most;
    }
    printf("voices=%ld bad=%ld packets=%ld least=%ld most=%ld missing=%ld doubled=%ld longest=%ld "
           "step_ms=%.1f before_s=%.2f after_s=%.2f\n",
           voices, bad, all.packets, least, most, all.missing, all.doubled, all.longest, step,
           all.before, all.after);
    return bad || !all.packets;
}
