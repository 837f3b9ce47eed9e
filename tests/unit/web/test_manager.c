/* later */
#include "unit.h"
static int nothing(void)
{
    return 0;
}
UNIT_TESTS(UNIT(nothing))
