/* when.c - see when.h */
#include <time.h>

#include "base/when.h"

const char *wall_local(struct wall w, char text[WALL_TEXT])
{
    const time_t seconds = (time_t)(w.us / 1000000);
    struct tm tm;

    text[0] = '\0';
    if (localtime_r(&seconds, &tm))
        strftime(text, WALL_TEXT, "%Y-%m-%d %H:%M:%S", &tm);
    return text;
}
