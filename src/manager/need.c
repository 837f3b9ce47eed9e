/* manager/need.c - see need.h */
#include "manager/need.h"

bool manager_has(struct manager_request *q, const struct manager_need *needs)
{
    for (; needs->name; needs++)
        if (!manager_arg(q, needs->name).len) {
            manager_error(q, "%s", needs->message);
            return false;
        }
    return true;
}
