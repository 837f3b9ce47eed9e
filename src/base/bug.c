/* bug.c - see bug.h */
#include <stdio.h>
#include <stdlib.h>

#include "base/bug.h"

void bug_report(const char *file, int line, const char *what)
{
    fprintf(stderr, "bug: %s:%d: %s\n", file, line, what);
    abort();
}
