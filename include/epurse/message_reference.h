/* SPDX-License-Identifier: Apache-2.0
 * Bodies of the question what a reference stands for. Part of message.h: what it says of bodies holds here too. */
#ifndef EPURSE_MESSAGE_REFERENCE_H
#define EPURSE_MESSAGE_REFERENCE_H

#include <jansson.h>
#include <stdint.h>

#include "epurse/moment.h"
#include "epurse/number.h"
#include "epurse/reference.h"
#include "epurse/status.h"

/* REFERENCE_QUERY {"reference"}: of the asking terminal's merchant. */
/* Names the reference; it is not looked at. */
json_t *reference_query_body(const char *reference);
/* Takes one that reference_valid accepts. */
enum status reference_query_parse(const json_t *body, char reference[REFERENCE_MAX + 1]) EPURSE_MUST_USE;

enum reference_state {
  REFERENCE_UNKNOWN,  /* nothing ever carried it: the only field of its reply */
  REFERENCE_HELD,     /* begun, or paid for and owed to its card: the outcome is not known */
  REFERENCE_DONE,     /* captured */
  REFERENCE_DECLINED, /* what carried it last was declined, released or given back: it is free */
};
/* -> {"state","type","amount","cid","atc","tid","time","balance","points","points_change"[,"owed"]}. */
struct reference_reply {
  enum reference_state state;
  uint8_t type;   /* enum transaction_type */
  int64_t amount; /* minor units */
  uint8_t cid[CID_SIZE];
  uint32_t atc;
  char tid[TID_SIZE + 1];    /* of the terminal where it was */
  uint8_t time[MOMENT_SIZE]; /* of the authorisation */
  bool owed; /* a refund without its card: to that of `cid`, atc is the sale's, and nothing of what follows is known */
  int64_t balance, points, change; /* on the card before it: minor units; points; and what it does to these */
};
/* Writes all of it; of REFERENCE_UNKNOWN the state only. */
json_t *reference_reply_body(const struct reference_reply *reply);
/* Likewise; what is left out is zeros. STATUS_BAD_FORMAT: also a state that is none of these, or a number out of its
 * bounds. */
enum status reference_reply_parse(const json_t *body, struct reference_reply *reply) EPURSE_MUST_USE;

#endif
