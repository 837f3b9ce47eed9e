/* zone.c - see zone.h */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/mem.h"
#include "plan/zone.h"

#define MOST_FILE 65536
#define ZONE_DIR "/usr/share/zoneinfo/"
#define MOST_ZONES 64

/* One file, as it is on disk; numbers in it are big endian. */
struct zone {
    char name[64];
    uint8_t *data;                                  /* NULL: free */
    const uint8_t *times, *types, *infos, *letters; /* tables of the 64-bit block */
    uint32_t time_count, type_count, letter_count;
};

struct zones {
    struct zone list[MOST_ZONES];
};

static void zones_destroy(void *object)
{
    struct zones *zs = object;

    for (size_t i = 0; i < MOST_ZONES; i++)
        mem_free(zs->list[i].data);
}

int zones_alloc(struct zones **zp)
{
    *zp = mem_alloc(sizeof(**zp), zones_destroy);
    return *zp ? 0 : ENOMEM;
}

static uint32_t u32_at(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static int64_t i64_at(const uint8_t *p)
{
    return (int64_t)((uint64_t)u32_at(p) << 32 | u32_at(p + 4));
}

/* Sizes in a header of 44 bytes. @return bytes of the block behind it */
static size_t block_size(const uint8_t *head, size_t time_size)
{
    return u32_at(head + 32) * (time_size + 1) + u32_at(head + 36) * 6 + u32_at(head + 40) +
           u32_at(head + 28) * (time_size + 4) + u32_at(head + 24) + u32_at(head + 20);
}

static int parse(struct zone *z, size_t len)
{
    const uint8_t *p = z->data;
    size_t skip;

    if (len < 44 || memcmp(p, "TZif", 4) != 0 || p[4] < '2')
        return EINVAL;
    skip = 44 + block_size(p, 4);
    if (skip > len || len - skip < 44 || memcmp(p + skip, "TZif", 4) != 0)
        return EINVAL;
    p += skip;
    if (block_size(p, 8) > len - skip - 44)
        return EINVAL;
    z->time_count = u32_at(p + 32);
    z->type_count = u32_at(p + 36);
    z->letter_count = u32_at(p + 40);
    z->times = p + 44;
    z->types = z->times + (size_t)z->time_count * 8;
    z->infos = z->types + z->time_count;
    z->letters = z->infos + (size_t)z->type_count * 6;
    return z->type_count && z->letter_count ? 0 : EINVAL;
}

static bool is_name(const char *name)
{
    if (!*name || *name == '/' || strlen(name) >= sizeof(((struct zone *)0)->name) ||
        strstr(name, ".."))
        return false;
    return name[strspn(
               name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/_+-")] == '\0';
}

static int load(struct zone *z, const char *name)
{
    char path[sizeof(ZONE_DIR) + sizeof(z->name)] = ZONE_DIR;
    int fd, err = ENOENT;
    ssize_t len = -1;

    memcpy(path + strlen(ZONE_DIR), name, strlen(name) + 1);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return ENOENT;
    z->data = mem_zalloc(MOST_FILE);
    if (z->data)
        len = read(fd, z->data, MOST_FILE);
    close(fd);
    if (len > 0)
        err = parse(z, (size_t)len);
    if (err) {
        err = z->data ? ENOENT : ENOMEM;
        mem_free(z->data);
        z->data = NULL;
        return err;
    }
    memcpy(z->name, name, strlen(name) + 1);
    return 0;
}

static struct zone *find(struct zones *zs, const char *name, int *err)
{
    size_t i = 0;

    *err = ENOENT;
    if (!is_name(name))
        return NULL;
    for (; i < MOST_ZONES && zs->list[i].data; i++)
        if (strcmp(zs->list[i].name, name) == 0)
            return &zs->list[i];
    if (i == MOST_ZONES)
        return NULL;
    *err = load(&zs->list[i], name);
    return *err ? NULL : &zs->list[i];
}

/* The description (6 bytes) that holds at a time. */
static const uint8_t *info_at(const struct zone *z, int64_t seconds)
{
    uint32_t low = 0, high = z->time_count;
    uint8_t type;

    while (low < high) {
        uint32_t mid = low + (high - low) / 2;

        if (i64_at(z->times + (size_t)mid * 8) <= seconds)
            low = mid + 1;
        else
            high = mid;
    }
    type = low ? z->types[low - 1] : 0;
    return z->infos + (type < z->type_count ? type : 0) * 6;
}

int zones_localtime(struct zones *zs, const char *name, int64_t seconds, struct tm *tm)
{
    time_t t = (time_t)seconds;
    const struct zone *z;
    const uint8_t *info;
    int err;

    if (!*name)
        return localtime_r(&t, tm) ? 0 : ENOENT;
    if (strcmp(name, "UTC") == 0 || strcmp(name, "GMT") == 0)
        return gmtime_r(&t, tm) ? 0 : ENOENT;
    z = find(zs, name, &err);
    if (!z)
        return err;
    info = info_at(z, seconds);
    t += (int32_t)u32_at(info);
    if (!gmtime_r(&t, tm))
        return ENOENT;
    tm->tm_isdst = info[4];
    tm->tm_gmtoff = (int32_t)u32_at(info);
    tm->tm_zone = info[5] < z->letter_count ? (const char *)z->letters + info[5] : "";
    return 0;
}
