/* func/station.c - what the station and its machine are: VERSION, SYSINFO, UUID, ENV, IFMODULE,
 * CHANNEL_EXISTS, TXTCIDNAME */
#include <errno.h>
#include <stdio.h>
#include <sys/sysinfo.h>

#include "base/rand.h"
#include "plan/core.h"
#include "plan/func/row.h"
#include "plan/module.h"

static int version_read(const struct plan_env *env, char *args, struct buf *out)
{
    static const struct {
        const char *name, *value;
    } parts[] = {{"ASTERISK_VERSION_NUM", PLAN_AS_NUMBER},
                 {"BUILD_USER", "station"},
                 {"BUILD_HOSTNAME", "station"},
                 {"BUILD_MACHINE", "unknown"},
                 {"BUILD_KERNEL", "unknown"},
                 {"BUILD_OS", "Linux"},
                 {"BUILD_DATE", "unknown"}};

    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
        if (strcasecmp(args, parts[i].name) == 0)
            return buf_addz(out, parts[i].value);
    return buf_addz(out, PLAN_AS_VERSION);
}

static unsigned long long kib(const struct sysinfo *s, unsigned long units)
{
    return (unsigned long long)units * s->mem_unit / 1024;
}

static int put_sysinfo(const char *what, const struct sysinfo *s, uint32_t calls, struct buf *out)
{
    if (strcasecmp(what, "loadavg") == 0)
        return buf_printf(out, "%f", (double)s->loads[0] / (1 << SI_LOAD_SHIFT));
    if (strcasecmp(what, "numcalls") == 0)
        return buf_addu(out, calls);
    if (strcasecmp(what, "uptime") == 0)
        return buf_addu(out, (unsigned long long)s->uptime / 3600);
    if (strcasecmp(what, "totalram") == 0)
        return buf_addu(out, kib(s, s->totalram));
    if (strcasecmp(what, "freeram") == 0)
        return buf_addu(out, kib(s, s->freeram));
    if (strcasecmp(what, "bufferram") == 0)
        return buf_addu(out, kib(s, s->bufferram));
    if (strcasecmp(what, "totalswap") == 0)
        return buf_addu(out, kib(s, s->totalswap));
    if (strcasecmp(what, "freeswap") == 0)
        return buf_addu(out, kib(s, s->freeswap));
    return strcasecmp(what, "numprocs") == 0 ? buf_addu(out, s->procs) : EINVAL;
}

static int sysinfo_read(const struct plan_env *env, char *args, struct buf *out)
{
    struct sysinfo s = {0};
    int err;

    sysinfo(&s);
    err = put_sysinfo(args, &s, plan_runs_count(env->core), out);
    if (err == EINVAL)
        plan_func_warn(env, "SYSINFO knows no such thing", args);
    return err == EINVAL ? 0 : err;
}

static int uuid_read(const struct plan_env *env, char *args, struct buf *out)
{
    char uuid[37];

    rand_uuid(uuid);
    return buf_addz(out, uuid);
}

static int env_read(const struct plan_env *env, char *args, struct buf *out)
{
    const char *value = *args ? getenv(args) : NULL;

    return value ? buf_addz(out, value) : 0;
}

static int ifmodule_read(const struct plan_env *env, char *args, struct buf *out)
{
    return buf_addc(out, plan_has_module(slice_of(args)) ? '1' : '0');
}

static int channel_exists_read(const struct plan_env *env, char *args, struct buf *out)
{
    const bool has = *args && calls_channel_find(plan_calls(env->core), slice_of(args));

    return buf_addc(out, has ? '1' : '0');
}

FUNC_READ(
    version, "VERSION", "VERSION([part])",
    "Версия Asterisk, чьё поведение повторяет станция\npart: ASTERISK_VERSION_NUM и др.",
    "The version of Asterisk that the station behaves as\npart: ASTERISK_VERSION_NUM and others.");
FUNC_READ(
    sysinfo, "SYSINFO", "SYSINFO(what)",
    "О машине\nloadavg, numcalls, uptime (часы), totalram, freeram, bufferram, totalswap, freeswap "
    "(КиБ), numprocs.",
    "About the machine\nloadavg, numcalls, uptime (hours), totalram, freeram, bufferram, totalswap, "
    "freeswap (KiB), numprocs.");
FUNC_READ(uuid, "UUID", "UUID()", "Случайный UUID", "A random UUID");
FUNC_READ(env, "ENV", "ENV(name)",
          "Переменная окружения станции\nТолько читается: на другие вызовы влиять нельзя.",
          "A variable of the station's environment\nOnly read: other calls must not change by it.");
FUNC_READ(
    ifmodule, "IFMODULE", "IFMODULE(module)",
    "1, если станция умеет то, что у Asterisk в этом модуле\nПо имени: func_math.so, app_dial.so.",
    "1 when the station can do what Asterisk has in this module\nBy its name: func_math.so, app_dial.so.");
FUNC_READ(channel_exists, "CHANNEL_EXISTS", "CHANNEL_EXISTS(channel)",
          "1, если есть такой канал (имя или номер), иначе 0",
          "1 when there is such a channel (name or unique id), else 0");
