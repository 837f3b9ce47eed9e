/* rest/route_api.c - the routes of the manual's API, below /api/index and below /pbx/api/index */
#include "rest/all.h"
#include "rest/api.h"

/* nginx says how long a file may be (web_upload_mib). */
#define UPLOAD_MAX (UINT64_C(1) << 40)

#define ROW(method_, path_, handle_, ru_, en_, ...)                                                \
    REST_ROUTE(method_, path_, REST_API_KEY, handle_, ru_, en_, .query = "*", .is_raw = true,      \
               __VA_ARGS__)

#define CHECK(base_)                                                                               \
    ROW("GET", base_ "/check", api_check, "Кто владеет ключом, что ему доступно",                  \
        "Whose key it is, what it may use")
#define MP3(base_)                                                                                 \
    ROW("GET", base_ "/get_file_mp3", api_get_file_mp3, "Запись разговора в MP3",                  \
        "A recording as MP3")
#define WAV(base_)                                                                                 \
    ROW("GET", base_ "/get_file_wav", api_get_file_wav, "Запись разговора в WAV",                  \
        "A recording as WAV")
#define STATUS(base_)                                                                              \
    ROW("GET", base_ "/status", api_status, "Каналы, которые есть сейчас",                         \
        "Channels as they are now")
#define ORIGINATE(method_, base_)                                                                  \
    ROW(method_, base_ "/originate", api_originate, "Создать звонок", "Make a call")
#define LOG_CDR(method_, base_)                                                                    \
    ROW(method_, base_ "/get_log_cdr", api_get_log_cdr, "Записи о звонках за период",              \
        "Call records of a period")
#define UPLOADS(base_)                                                                             \
    ROW("POST", base_ "/uploads", api_uploads, "Загрузить звуковой файл", "Upload a sound file",   \
        .has_upload = true, .body_max = UPLOAD_MAX)

#define ALL(base_)                                                                                 \
    CHECK(base_), MP3(base_), WAV(base_), STATUS(base_), ORIGINATE("GET", base_),                  \
        ORIGINATE("POST", base_), LOG_CDR("GET", base_), LOG_CDR("POST", base_), UPLOADS(base_)

const struct rest_route rest_routes_api[] = {ALL(API_BASE), ALL("/pbx" API_BASE), {0}};
