/*
 * rest/operators.h - what is publicly known about connecting to telephone operators: rows from which the trunk wizard
 * makes its form and its objects
 *
 * Scope:   only what operators publish; what each customer has of his own (a personal server) is empty and asked.
 * Owns:    nothing; literals.
 */
#pragma once
#include <stdbool.h>

#include "base/slice.h"
#include "model/field.h"

struct rest_operator {
    const char *name; /* NULL ends the table */
    struct model_words label;
    const char *server;       /* NULL: the customer's own, asked */
    const char *proxy;        /* where to send, when it is not the server; NULL: the server */
    int port;                 /* 0: by the transport */
    bool by_address;          /* knows the station by its address: no registration */
    const char *dtmf_mode;    /* of the endpoint */
    struct model_words login; /* what the login is called there */
    struct model_words help;  /* what to know before */
};

extern const struct rest_operator rest_operators[];

/** NULL: no such row. */
const struct rest_operator *rest_operator_find(struct slice name);
