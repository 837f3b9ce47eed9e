/* rest/json.c - see json.h */
#include "rest/json.h"

static bool is_too_deep(struct slice text)
{
    bool is_text = false;
    int depth = 0;

    for (size_t i = 0; i < text.len; i++) {
        const char c = text.p[i];

        if (is_text && c == '\\')
            i++;
        else if (c == '"')
            is_text = !is_text;
        else if (!is_text && (c == '{' || c == '['))
            depth++;
        else if (!is_text && (c == '}' || c == ']'))
            depth--;
        if (depth > REST_JSON_DEPTH)
            return true;
    }
    return false;
}

json_t *rest_json_read(struct slice text, size_t flags)
{
    return is_too_deep(text) ? NULL : json_loadb(text.p, text.len, flags, NULL);
}
