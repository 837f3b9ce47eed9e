/* Queries and forms */
#include "http/form.h"
#include "unit.h"

#include <stdio.h>

static int decodes(void)
{
    struct form f;
    int err;

    form_init(&f);
    CHECK_OK_TO(form_add(&f, SLICE("a=1&B=x+y%20z%2B&&c&d=%zz%4&e=%0d%0A%00")), out);
    CHECK_TO(f.count == 5, out);
    CHECK_TO(slice_eqz(form_get(&f, "A"), "1"), out);
    CHECK_TO(slice_eqz(form_get(&f, "b"), "x y z+"), out);
    CHECK_TO(slice_eqz(form_get(&f, "c"), ""), out);
    CHECK_TO(slice_eqz(form_get(&f, "d"), "%zz%4"), out);
    CHECK_TO(slice_eq(form_get(&f, "e"), slice_from("\r\n\0", 3)), out);
    CHECK_TO(!slice_is_set(form_get(&f, "f")), out);
out:
    form_fini(&f);
    return err;
}

static int has_a_ceiling(void)
{
    struct form f;
    char text[8];
    int err = 0;

    form_init(&f);
    for (int i = 0; i <= FORM_FIELDS_MAX && !err; i++) {
        snprintf(text, sizeof(text), "a=%d", i);
        err = form_add(&f, slice_of(text));
    }
    CHECK_OK_TO(err, out);
    CHECK_TO(f.count == FORM_FIELDS_MAX && f.has_too_many, out);
out:
    form_fini(&f);
    return err;
}

UNIT_TESTS(UNIT(decodes), UNIT(has_a_ceiling))
