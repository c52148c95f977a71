/* SPDX-License-Identifier: Apache-2.0
 * Bodies of the question what a reference stands for, and of its answer. */
#include "epurse/message_reference.h"

#include <string.h>

#include "epurse/record.h"
#include "field.h"

static const char *const states[] = {"unknown", "held", "done", "declined"};
#define STATE_COUNT (sizeof states / sizeof states[0])

json_t *reference_query_body(const char *reference) {
  struct field_writer writer = field_writer();

  field_put_text(&writer, "reference", reference);
  return field_done(&writer);
}

enum status reference_query_parse(const json_t *body, char reference[REFERENCE_MAX + 1]) {
  struct field_reader reader = field_reader(body);

  field_text(&reader, "reference", 1, reference, REFERENCE_MAX + 1);
  if (!reference_valid(reference))
    field_refuse(&reader, STATUS_BAD_FORMAT);
  return field_end(&reader);
}

json_t *reference_reply_body(const struct reference_reply *reply) {
  struct field_writer writer = field_writer();

  field_put_text(&writer, "state", states[reply->state]);
  if (reply->state == REFERENCE_UNKNOWN)
    return field_done(&writer);
  field_put_integer(&writer, "type", reply->type);
  field_put_integer(&writer, "amount", reply->amount);
  field_put_cid(&writer, "cid", reply->cid);
  field_put_integer(&writer, "atc", reply->atc);
  field_put_text(&writer, "tid", reply->tid);
  field_put_binary(&writer, "time", reply->time, sizeof reply->time);
  field_put_integer(&writer, "balance", reply->balance);
  field_put_integer(&writer, "points", reply->points);
  field_put_integer(&writer, "points_change", reply->change);
  if (reply->owed)
    field_put_boolean(&writer, "owed", true);
  return field_done(&writer);
}

static void state_take(struct field_reader *reader, enum reference_state *state) {
  char word[16];
  size_t i = 0;

  field_text(reader, "state", 1, word, sizeof word);
  while (i < STATE_COUNT && strcmp(states[i], word) != 0)
    i++;
  if (i == STATE_COUNT)
    field_refuse(reader, STATUS_BAD_FORMAT);
  *state = i < STATE_COUNT ? (enum reference_state)i : REFERENCE_UNKNOWN;
}

enum status reference_reply_parse(const json_t *body, struct reference_reply *reply) {
  struct field_reader reader = field_reader(body);

  *reply = (struct reference_reply){.state = REFERENCE_UNKNOWN};
  state_take(&reader, &reply->state);
  if (reply->state == REFERENCE_UNKNOWN)
    return field_end(&reader);
  reply->type = (uint8_t)field_integer(&reader, "type", TRANSACTION_PURCHASE, TRANSACTION_PAYOUT);
  reply->amount = field_integer(&reader, "amount", 0, INT32_MAX);
  field_cid(&reader, "cid", reply->cid);
  reply->atc = (uint32_t)field_integer(&reader, "atc", 1, UINT32_MAX);
  field_tid(&reader, "tid", reply->tid);
  field_binary(&reader, "time", reply->time, sizeof reply->time);
  reply->balance = field_integer(&reader, "balance", 0, UINT32_MAX);
  reply->points = field_integer(&reader, "points", 0, UINT32_MAX);
  reply->change = field_integer(&reader, "points_change", INT32_MIN, INT32_MAX);
  reply->owed = field_there(&reader, "owed") && field_boolean(&reader, "owed");
  return field_end(&reader);
}
