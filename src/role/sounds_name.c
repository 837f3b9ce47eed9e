/* role/sounds_name.c - the part of a sound's name that is none (sounds.h) */
#include <string.h>

#include "media/wav.h"
#include "role/sounds.h"

void sounds_name_trim(char *name)
{
    char *dot = strrchr(name, '.');

    for (const struct wav_extension *x = wav_extensions; dot && dot != name && x->extension; x++) {
        if (strcasecmp(dot, x->extension) == 0) {
            *dot = '\0';
            return;
        }
    }
}
