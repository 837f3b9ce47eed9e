/* names.c - see names.h; the names themselves: names_table.c; the pages: names_page.c */
#include <string.h>

#include "plan/names.h"
#include "plan/plan.h"

static const struct {
    enum plan_name_state state; /* without a row */
    const char *ru, *en;
} subjects[PLAN_SUBJECTS] = {
    [PLAN_SUBJECT_ROUTING] = {PLAN_NAME_LATER, "появится в следующей версии",
                              "comes with a later version"},
    [PLAN_SUBJECT_DRIVER] = {PLAN_NAME_LATER, "появляется с драйвером каналов",
                             "comes with the channel driver"},
    [PLAN_SUBJECT_DRIVER_LATER] = {PLAN_NAME_LATER, "появится вместе с остальным драйвером каналов",
                                   "comes with the rest of the channel driver"},
    [PLAN_SUBJECT_CALLBACK] = {PLAN_NAME_LATER, "появится вместе с автодозвоном до занятого",
                               "comes with calling back who was busy"},
    [PLAN_SUBJECT_CONFERENCES] = {PLAN_NAME_LATER, "появится вместе с конференциями",
                                  "comes with conferences"},
    [PLAN_SUBJECT_DETECTION] = {PLAN_NAME_LATER,
                                "появится вместе с распознаванием звука в разговоре",
                                "comes with the detection of sounds in a call"},
    [PLAN_SUBJECT_FAX] = {PLAN_NAME_LATER, "появится вместе с факсом", "comes with fax"},
    [PLAN_SUBJECT_LISTENING] = {PLAN_NAME_LATER, "появится вместе с прослушиванием разговоров",
                                "comes with listening to calls"},
    [PLAN_SUBJECT_MESSAGES] = {PLAN_NAME_LATER, "появится вместе с текстовыми сообщениями",
                               "comes with text messages"},
    [PLAN_SUBJECT_QUEUES] = {PLAN_NAME_LATER, "появится вместе с очередями", "comes with queues"},
    [PLAN_SUBJECT_RECORDING] = {PLAN_NAME_LATER, "появится вместе с записью разговоров",
                                "comes with recording"},
    [PLAN_SUBJECT_SOUND] = {PLAN_NAME_LATER, "появится вместе с обработкой звука",
                            "comes with the treatment of sound"},
    [PLAN_SUBJECT_STREAMS] = {PLAN_NAME_LATER, "появится вместе с передачей звука программам",
                              "comes with sound for programs"},
    [PLAN_SUBJECT_TRANSFERS] = {PLAN_NAME_LATER,
                                "появится вместе с переводом, парковкой и перехватом",
                                "comes with transfers, parking and pickup"},
    [PLAN_SUBJECT_VOICEMAIL] = {PLAN_NAME_LATER, "появится вместе с голосовой почтой",
                                "comes with voicemail"},
    [PLAN_SUBJECT_HARDWARE] = {PLAN_NAME_REFUSED,
                               "не поддерживается: для линий и устройств, которых у станции нет",
                               "not supported: for lines and hardware that the station has not"},
    [PLAN_SUBJECT_INNARDS] = {PLAN_NAME_REFUSED,
                              "не поддерживается: внутреннее устройство Asterisk",
                              "not supported: about Asterisk's own inside"},
    [PLAN_SUBJECT_MINIVM] = {PLAN_NAME_REFUSED, "не поддерживается: есть голосовая почта VoiceMail",
                             "not supported: use VoiceMail"},
    [PLAN_SUBJECT_PROGRAMS] =
        {PLAN_NAME_REFUSED, "не поддерживается: программы запускает AGI, музыку играет MusicOnHold",
         "not supported: use AGI for programs, MusicOnHold for music"},
    [PLAN_SUBJECT_SPEECH] = {PLAN_NAME_REFUSED,
                             "не поддерживается: у станции нет распознавания речи",
                             "not supported: the station has no speech recognition"},
};

static const struct plan_name *find(enum plan_name_kind kind, struct slice name)
{
    const struct plan_name *n = kind == PLAN_NAME_APP ? plan_names_of_apps : plan_names_of_funcs;

    for (; n->name; n++)
        if (slice_caseeqz(name, n->name))
            return n;
    return NULL;
}

enum plan_subject plan_name_subject(enum plan_name_kind kind, struct slice name)
{
    const struct plan_name *n = find(kind, name);

    return n ? n->subject : PLAN_SUBJECT_NONE;
}

static bool has_row(const struct plan_core *p, enum plan_name_kind kind, struct slice name)
{
    if (p)
        return kind == PLAN_NAME_APP ? plan_app_find(p, name) != NULL
                                     : plan_func_find(p, name) != NULL;
    for (size_t i = 0; kind == PLAN_NAME_APP && plan_apps[i]; i++)
        if (slice_caseeqz(name, plan_apps[i]->name))
            return true;
    for (size_t i = 0; kind == PLAN_NAME_FUNC && plan_funcs[i]; i++)
        if (slice_caseeqz(name, plan_funcs[i]->name))
            return true;
    return false;
}

enum plan_name_state plan_name_state(const struct plan_core *p, enum plan_name_kind kind,
                                     struct slice name)
{
    enum plan_subject subject;

    if (has_row(p, kind, name))
        return PLAN_NAME_WORKS;
    subject = plan_name_subject(kind, name);
    if (subject == PLAN_SUBJECT_NONE)
        return PLAN_NAME_UNKNOWN;
    /* Drivers add their rows when they start, after the first routing was loaded. */
    return subject == PLAN_SUBJECT_DRIVER ? PLAN_NAME_WORKS : subjects[subject].state;
}

const char *plan_name_why(enum plan_name_kind kind, struct slice name, const char *language)
{
    const enum plan_subject subject = plan_name_subject(kind, name);

    if (subject == PLAN_SUBJECT_NONE)
        return "";
    return strcmp(language, "ru") == 0 ? subjects[subject].ru : subjects[subject].en;
}
