/* SPDX-License-Identifier: Apache-2.0
 * What happened to a card, for machines. */
#ifndef EPURSE_OUTCOME_JSON_H
#define EPURSE_OUTCOME_JSON_H

#include <jansson.h>

struct outcome;

/* Adds what is known of an outcome, by the names of docs/epurse-json.schema.json; what is not known is not there. */
void outcome_json_add(json_t *object, const struct outcome *outcome);

#endif
