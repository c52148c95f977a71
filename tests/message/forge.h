/* SPDX-License-Identifier: Apache-2.0
 * Makes what src/message would never send: any header over any payload, properly signed; and bodies from text. */
#ifndef EPURSE_TESTS_MESSAGE_FORGE_H
#define EPURSE_TESTS_MESSAGE_FORGE_H

#include <jansson.h>

#include "epurse/key.h"

/* base64url(header) . base64url(payload) . base64url(ES256); the caller frees it. */
char *forge_jws(const char *header, const char *payload, const struct key *key);

/* The JSON of a text written with ' in place of ". The caller releases it. */
json_t *forge_json(const char *text);

/* A copy of an object with that field set to a value (stolen), or taken out where it is NULL. */
json_t *forge_with(const json_t *object, const char *name, json_t *value);

/* Holds a parser to its strictness: for a body that it takes, every field left out (but the optional ones, a list ended
 * by NULL), every field of a wrong kind, and a field more must all be refused. */
typedef enum status forge_parser(const json_t *body);
void forge_strictness(const json_t *body, forge_parser *parse, const char *const *optional);

#endif
