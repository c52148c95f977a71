/* SPDX-License-Identifier: Apache-2.0
 * The bodies of approvals: what waits for a second administrator, and what that one says. As message.h has it: bodies
 * are the caller's, NULL where memory ran out; a parser answers STATUS_UNKNOWN_FIELD or STATUS_BAD_FORMAT. */
#ifndef EPURSE_MESSAGE_APPROVAL_H
#define EPURSE_MESSAGE_APPROVAL_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "epurse/crypto.h"
#include "epurse/number.h"
#include "epurse/status.h"

#define APPROVAL_TYPE_MAX 31
#define APPROVAL_BODY_MAX 3071

/* APPROVAL_LIST {"after","waiting"} -> {"approval"} or {}: the first one behind that number; waiting: of those that can
 * still be given. */
struct approval_query {
  int64_t after;
  bool waiting;
};
/* Writes both fields. */
json_t *approval_query_body(const struct approval_query *query);
/* STATUS_BAD_FORMAT: below 0. */
enum status approval_query_parse(const json_t *body, struct approval_query *query) EPURSE_MUST_USE;

/* "approval" {"number","type","body","hash","asked_by","asked_at","lapses","state"[,"decided_by","decided_at"]} */
struct approval_facts {
  int64_t number;
  char type[APPROVAL_TYPE_MAX + 1]; /* of the message that asked: "limit" */
  char body[APPROVAL_BODY_MAX + 1]; /* of it: JSON, its names in order, without blanks */
  uint8_t hash[CRYPTO_SHA256_SIZE]; /* of type, a newline and body */
  char asked_by[TID_SIZE + 1];
  int64_t asked_at, lapses;      /* unix seconds; lapses: the last one in which it can be given */
  char state[16];                /* "waits", "given", "refused", "lapsed" */
  char decided_by[TID_SIZE + 1]; /* "": nobody */
  int64_t decided_at;
};
/* Who decided it where somebody did; NULL: there is none. */
json_t *approval_facts_body(const struct approval_facts *facts);
/* *found: whether there is one. The hash is computed anew: STATUS_BAD_FORMAT where it is another. */
enum status approval_facts_parse(const json_t *body, struct approval_facts *facts, bool *found) EPURSE_MUST_USE;

/* APPROVAL {"number","hash","give"} -> what the message that waited is answered with; of a refusal {}. */
struct approval_message {
  int64_t number;
  uint8_t hash[CRYPTO_SHA256_SIZE]; /* of what was seen */
  bool give;
};
/* Writes all three. */
json_t *approval_body(const struct approval_message *approval);
/* STATUS_BAD_FORMAT: no number. */
enum status approval_parse(const json_t *body, struct approval_message *approval) EPURSE_MUST_USE;

/* APPROVAL_RULE {"needed"}: how many administrators it takes from now on, 1 or 2 -> {}. Another one gives it, whichever
 * way. */
json_t *approval_rule_body(int64_t needed);
/* STATUS_BAD_FORMAT: neither. */
enum status approval_rule_parse(const json_t *body, int64_t *needed) EPURSE_MUST_USE;

/* What a message that has to wait is answered with, beside STATUS_APPROVAL_WAITS: {"approval"}, its number. */
json_t *approval_waits_body(int64_t number);
/* STATUS_BAD_FORMAT: no number. */
enum status approval_waits_parse(const json_t *body, int64_t *number) EPURSE_MUST_USE;

#endif
