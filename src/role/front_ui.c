/* role/front_ui.c - see front_ui.h */
#include "role/front_ui.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool holds_pages(const char *folder)
{
    char page[PATH_MAX];
    const int len = snprintf(page, sizeof(page), "%s/index.html", folder);

    return len > 0 && len < PATH_MAX && access(page, R_OK) == 0;
}

/* The folder of this program; "" when it is not known. */
static void own_folder(char out[PATH_MAX])
{
    const ssize_t len = readlink("/proc/self/exe", out, PATH_MAX - 1);
    char *slash;

    out[len > 0 ? len : 0] = '\0';
    slash = strrchr(out, '/');
    if (slash)
        *slash = '\0';
}

static const char *look(char out[PATH_MAX])
{
    static const char *const beside[] = {"ui/dist", "../share/station/ui"};
    static const char *const others[] = {"/usr/local/share/station/ui", "/usr/share/station/ui"};
    char own[PATH_MAX], path[PATH_MAX + 32];

    own_folder(own);
    for (size_t i = 0; *own && i < sizeof(beside) / sizeof(beside[0]); i++) {
        snprintf(path, sizeof(path), "%s/%s", own, beside[i]);
        if (realpath(path, out) && holds_pages(out))
            return out;
    }
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        if (realpath(others[i], out) && holds_pages(out))
            return out;
    return NULL;
}

const char *front_ui_find(void)
{
    static char folder[PATH_MAX];
    static const char *found;
    static bool has_looked;

    if (!has_looked)
        found = look(folder);
    has_looked = true;
    return found;
}
