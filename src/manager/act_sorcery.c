/* manager/act_sorcery.c - actions on Asterisk's caches of configuration objects: the station has none, so that none is found */
#include "manager/all.h"

#define SHOWN .shown = "tests/unit/manager/test_later.c"
#define CACHE_PARAM                                                                                \
    {                                                                                              \
        "Cache", {"Имя кэша.", "The name of the cache."}, true                                     \
    }
#define OBJECT_PARAM                                                                               \
    {                                                                                              \
        "Object", {"Имя объекта.", "The name of the object."}, true                                \
    }
#define NO_CACHES "У станции нет таких кэшей: объекты читаются из снимка базы."

static bool has_cache(struct manager_request *q, const char *action)
{
    if (!manager_arg(q, "Cache").len)
        manager_error(q, "%s requires that a cache name be provided.", action);
    return manager_arg(q, "Cache").len > 0;
}

static void of_cache(struct manager_request *q, const char *action)
{
    if (has_cache(q, action))
        manager_error(q, "The provided cache does not exist");
}

static void of_object(struct manager_request *q, const char *action)
{
    if (!has_cache(q, action))
        return;
    if (!manager_arg(q, "Object").len)
        manager_error(q, "%s requires that an object name be provided", action);
    else
        manager_error(q, "The provided cache does not exist");
}

static const struct manager_param cache_params[] = {MANAGER_PARAM_ID, CACHE_PARAM, {0}};
static const struct manager_param object_params[] = {
    MANAGER_PARAM_ID, CACHE_PARAM, OBJECT_PARAM, {0}};
static const struct manager_param stale_params[] = {
    MANAGER_PARAM_ID,
    CACHE_PARAM,
    OBJECT_PARAM,
    {"Reload",
     {"Прочитать заново сразу.",
      "If true, then immediately reload the object from the backend cache instead of waiting for\n"
      "the next retrieval"}},
    {0}};

#define ROW(symbol, title, keys, does, ru, en)                                                     \
    static void run_##symbol(struct manager_request *q)                                            \
    {                                                                                              \
        does(q, (title));                                                                          \
    }                                                                                              \
    const struct manager_action manager_action_##symbol = {.name = (title),                        \
                                                           .classes = CLASS_SYSTEM,                \
                                                           .params = (keys),                       \
                                                           .run = run_##symbol,                    \
                                                           SHOWN,                                  \
                                                           .synopsis = {(ru), (en)},               \
                                                           .help = {NO_CACHES, (en)}}

ROW(sorcerymemorycacheexpire, "SorceryMemoryCacheExpire", cache_params, of_cache,
    "Забыть все объекты кэша.", "Expire (remove) ALL objects from a sorcery memory cache.");
ROW(sorcerymemorycacheexpireobject, "SorceryMemoryCacheExpireObject", object_params, of_object,
    "Забыть объект кэша.", "Expire (remove) an object from a sorcery memory cache.");
ROW(sorcerymemorycachepopulate, "SorceryMemoryCachePopulate", cache_params, of_cache,
    "Прочитать все объекты кэша заново.",
    "Expire all objects from a memory cache and populate it with all objects from the backend.");
ROW(sorcerymemorycachestale, "SorceryMemoryCacheStale", cache_params, of_cache,
    "Объявить все объекты кэша устаревшими.",
    "Marks ALL objects in a sorcery memory cache as stale.");
ROW(sorcerymemorycachestaleobject, "SorceryMemoryCacheStaleObject", stale_params, of_object,
    "Объявить объект кэша устаревшим.", "Mark an object in a sorcery memory cache as stale.");
