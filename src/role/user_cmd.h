/* role/user_cmd.h - the code of the first start, for `station init` */
#pragma once
#include "rest/user.h"

/** Another code, in the database (its hash) and in the state directory's file setup-code, mode 0600.
 *  @return 0; errno of the file; errors of store/db.h */
int user_cmd_make_code(struct db *d, const char *state, char code[USER_CODE]);
