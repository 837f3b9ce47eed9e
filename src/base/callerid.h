/*
 * base/callerid.h - "Name" <number>, as people write a caller in configurations, routings and requests
 *
 * Scope:   Name <number>, "Name" <number>, <number>, a number alone, a name alone. \ inside of "Name" takes the next
 *          byte as it is. From a number go spaces, ( ), - and . that stand there for people's eyes.
 * Limits:  CALLERID_MAX bytes; what is longer is cut.
 * Source:  Asterisk's caller id of `callerid=`, CALLERID(all), Originate, call files, SET CALLERID.
 */
#pragma once
#include "base/slice.h"

#define CALLERID_MAX 512

struct callerid {
    char text[CALLERID_MAX];
    const char *name, *number; /* into text; "": none */
};

/** Cut text into c. It cannot fail: what is neither name nor number is a name. */
void callerid_parse(struct callerid *c, struct slice text);

/** The same in place. name, number: out, into text. */
void callerid_split(char *text, char **name, char **number);
