/* rest/secret.c - see secret.h */
#include "rest/secret.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/rand.h"
#include "rest/login.h"

#define KEPT "***"
enum { KEY_LEAST = 16 };

static const char *text_of(const json_t *members, const char *column)
{
    const char *text = json_string_value(json_object_get(members, column));

    return text && *text && strcmp(text, KEPT) != 0 ? text : NULL;
}

static int put(json_t *members, const char *column, const char *text)
{
    return json_object_set_new(members, column, json_string(text)) ? ENOMEM : 0;
}

static int prepare_password(struct rest_call *c, const struct model_field *f, json_t *members)
{
    const char *typed = text_of(members, f->column);
    const char *name = text_of(members, "name");
    char pointer[80], hash[PASSWORD_HASH];
    int err;

    if (!typed)
        return 0;
    snprintf(pointer, sizeof(pointer), "/%s", f->column);
    err = login_hash(c, pointer, slice_of(typed), slice_of(name ? name : ""), hash);
    return err ? err : put(members, f->column, hash);
}

static int prepare_key(struct rest_call *c, const struct model_field *f, json_t *members,
                       bool is_new, char made[SECRET_KEY])
{
    static const struct model_words is_short = {"Ключ короче 16 знаков.",
                                                "The key has less than 16 characters."};
    const char *typed = text_of(members, f->column);
    char pointer[80], hash[TOKEN_TEXT];

    if (!typed && !is_new)
        return 0;
    snprintf(pointer, sizeof(pointer), "/%s", f->column);
    if (typed && strlen(typed) < KEY_LEAST)
        return rest_wrong(c, pointer, &is_short);
    if (!typed)
        rand_uuid(made);
    token_hash(slice_of(typed ? typed : made), hash);
    return put(members, f->column, hash);
}

/* Codes are switched on by their user only; others can take them off. */
static int check_totp(struct rest_call *c, const json_t *members)
{
    static const struct model_words not_here = {
        "Коды включает сам пользователь; здесь их можно только убрать.",
        "Users switch codes on themselves; here they can only be taken off."};

    return text_of(members, "totp_secret") ? rest_wrong(c, "/totp_secret", &not_here) : 0;
}

int secret_prepare(struct rest_call *c, const struct model_type *t, json_t *members, bool is_new,
                   char made[SECRET_KEY])
{
    int err = strcmp(t->table, "users") == 0 ? check_totp(c, members) : 0;

    made[0] = '\0';
    for (const struct model_field *f = t->fields; f->column && !err && members; f++) {
        if (f->kind == MODEL_PASSWORD)
            err = prepare_password(c, f, members);
        else if (f->kind == MODEL_KEY)
            err = prepare_key(c, f, members, is_new, made);
    }
    return err;
}
