/*
 * fields_feature.c - the application map: what digits in a talk run (plan/feature.h)
 */
#include "model/rows.h"

static const char *const sides[] = {"self", "peer", NULL};
static const char *const roles[] = {"both", "caller", "callee", NULL};

#define AT(member) offsetof(struct model_feature, member)
#define SCENE "tests/scene/feature-applications.scene"
const struct model_field model_fields_feature[] = {
    ROW_UUID,
    ROW("name", TEXT, OBEYED, AT(name), .shown = SCENE, .sql = "VARCHAR(128) NOT NULL UNIQUE",
        SAYS(
            "Имя", "Name",
            "Имя для переменной DYNAMIC_FEATURES; у звонка есть те функции, которые она называет через #.",
            "Name for variable DYNAMIC_FEATURES; a call has the features that it names, parted by #.")),
    ROW_DESCRIPTION,
    ROW_GROUP(NOWHERE),
    ROW("code", TEXT, OBEYED, AT(code), .shown = SCENE,
        SAYS("Код", "Code", "Клавиши в разговоре: до 11 из 0-9 * # A-D. Пример: #9.",
             "Keys in a talk: up to 11 of 0-9 * # A-D. Example: #9.")),
    ROW("activate_on", ENUM, OBEYED, AT(activate_on), .def = "self", .choices = sides,
        .shown = SCENE,
        SAYS(
            "На ком", "Activate on",
            "На каком канале выполнить приложение: self - того, кто нажал; peer - его собеседника.",
            "On whose channel the application runs: self: who pressed; peer: the other one.")),
    ROW("activated_by", ENUM, OBEYED, AT(activated_by), .def = "both", .choices = roles,
        .shown = SCENE,
        SAYS("Кто может", "Activated by",
             "caller - звонящий, callee - вызванный, both - любой из них.",
             "caller, callee, or both.")),
    ROW("application", TEXT, OBEYED, AT(application), .shown = SCENE,
        SAYS("Приложение", "Application", "Например, Playback, Set, Gosub, Macro.",
             "For example Playback, Set, Gosub, Macro.")),
    ROW("data", TEXT, OBEYED, AT(data), .sql = "TEXT DEFAULT NULL", .shown = SCENE,
        SAYS("Параметры", "Arguments",
             "Параметры приложения; переменные - канала, на котором оно выполняется.",
             "The application's arguments; variables are those of the channel it runs on.")),
    ROW("music_class", TEXT, OBEYED, AT(music_class), .shown = SCENE,
        SAYS(
            "Музыка", "Music class",
            "Класс музыки, которую слышит другой, пока приложение работает; пусто - тишина.",
            "Class of music that the other one hears while the application runs; empty: silence.")),
    ROW("feature_groups", NAMES, OBEYED, AT(groups), .sql = "TEXT DEFAULT NULL", .shown = SCENE,
        SAYS(
            "Группы функций", "Feature groups",
            "Имена групп через запятую; DYNAMIC_FEATURES может назвать группу. Со своим кодом в группе: "
            "sales=*7.",
            "Names of groups, comma separated; DYNAMIC_FEATURES may name a group. With another code there: "
            "sales=*7.")),
    {0}};
#undef AT
