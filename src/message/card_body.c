/* SPDX-License-Identifier: Apache-2.0
 * Bodies about a card: its number, PIN failures, blocking, what the server knows of it. */
#include <string.h>

#include "epurse/amount.h"
#include "epurse/message.h"
#include "epurse/message_desk.h"
#include "field.h"

/* Which fields beside the cid a message has. */
static const struct card_fields {
  bool chip_serial, reason, deposit;
} card_fields[MESSAGE_TYPE_COUNT] = {
    [MESSAGE_CARD_ACTIVATION] = {.chip_serial = true, .deposit = true},
    [MESSAGE_CARD_VOID] = {.chip_serial = true},
    [MESSAGE_CARD_QUERY] = {0},
    [MESSAGE_CARD_BLOCK] = {.reason = true},
    [MESSAGE_CARD_CONTACT] = {0},
    [MESSAGE_CARD_SUSPENSION] = {.reason = true},
    [MESSAGE_CARD_RESUMPTION] = {0},
};

/* One of 0 is not written. */
static void deposit_put(struct field_writer *writer, int64_t deposit) {
  if (deposit != 0)
    field_put_integer(writer, "deposit", deposit);
}

static int64_t deposit_take(struct field_reader *reader) {
  return field_there(reader, "deposit") ? field_integer(reader, "deposit", 1, AMOUNT_MAX_ON_CARD) : 0;
}

json_t *card_message_body(enum message_type type, const struct card_message *message) {
  struct field_writer writer = field_writer();
  const struct card_fields *fields = &card_fields[type];

  field_put_cid(&writer, "cid", message->cid);
  if (fields->chip_serial)
    field_put_binary(&writer, "chip_serial", message->chip_serial, sizeof message->chip_serial);
  if (fields->reason)
    field_put_text(&writer, "reason", message->reason);
  if (fields->deposit)
    deposit_put(&writer, message->deposit);
  return field_done(&writer);
}

enum status card_message_parse(enum message_type type, const json_t *body, struct card_message *message) {
  struct field_reader reader = field_reader(body);
  const struct card_fields *fields = &card_fields[type];

  *message = (struct card_message){0};
  field_cid(&reader, "cid", message->cid);
  if (fields->chip_serial)
    field_binary(&reader, "chip_serial", message->chip_serial, sizeof message->chip_serial);
  if (fields->reason)
    field_text(&reader, "reason", 1, message->reason, sizeof message->reason);
  if (fields->deposit)
    message->deposit = deposit_take(&reader);
  return field_end(&reader);
}

json_t *pin_failure_body(const uint8_t record[PIN_RECORD_SIZE]) {
  struct field_writer writer = field_writer();

  field_put_binary(&writer, "record", record, PIN_RECORD_SIZE);
  return field_done(&writer);
}

enum status pin_failure_parse(const json_t *body, uint8_t record[PIN_RECORD_SIZE]) {
  struct field_reader reader = field_reader(body);

  field_binary(&reader, "record", record, PIN_RECORD_SIZE);
  return field_end(&reader);
}

json_t *pin_change_body(const struct pin_change_message *change) {
  struct field_writer writer = field_writer();

  field_put_binary(&writer, "record", change->record, sizeof change->record);
  if (change->new_pin_jwe[0] != '\0')
    field_put_text(&writer, "new_pin", change->new_pin_jwe);
  return field_done(&writer);
}

enum status pin_change_parse(const json_t *body, struct pin_change_message *change) {
  struct field_reader reader = field_reader(body);

  *change = (struct pin_change_message){0};
  field_binary(&reader, "record", change->record, sizeof change->record);
  if (field_there(&reader, "new_pin"))
    field_text(&reader, "new_pin", 1, change->new_pin_jwe, sizeof change->new_pin_jwe);
  return field_end(&reader);
}

json_t *replacement_body(const struct replacement_message *replacement) {
  struct field_writer writer = field_writer();

  field_put_cid(&writer, "cid", replacement->cid);
  field_put_cid(&writer, "new_cid", replacement->new_cid);
  return field_done(&writer);
}

enum status replacement_parse(const json_t *body, struct replacement_message *replacement) {
  struct field_reader reader = field_reader(body);

  *replacement = (struct replacement_message){0};
  field_cid(&reader, "cid", replacement->cid);
  field_cid(&reader, "new_cid", replacement->new_cid);
  return field_end(&reader);
}

json_t *replacement_reply_body(const struct replacement_reply *reply) {
  struct field_writer writer = field_writer();

  field_put_integer(&writer, "at", reply->at);
  field_put_integer(&writer, "balance", reply->balance);
  field_put_integer(&writer, "owed", reply->owed);
  field_put_integer(&writer, "points", reply->points);
  field_put_integer(&writer, "settled_atc", reply->settled_atc);
  return field_done(&writer);
}

enum status replacement_reply_parse(const json_t *body, struct replacement_reply *reply) {
  struct field_reader reader = field_reader(body);

  reply->at = field_integer(&reader, "at", INT64_MIN, INT64_MAX);
  reply->balance = field_integer(&reader, "balance", 0, INT64_MAX);
  reply->owed = field_integer(&reader, "owed", 0, INT64_MAX);
  reply->points = field_integer(&reader, "points", 0, INT64_MAX);
  reply->settled_atc = field_integer(&reader, "settled_atc", 0, UINT32_MAX);
  return field_end(&reader);
}

json_t *reservation_body(const uint8_t chip_serial[CHIP_SERIAL_SIZE]) {
  struct field_writer writer = field_writer();

  field_put_binary(&writer, "chip_serial", chip_serial, CHIP_SERIAL_SIZE);
  return field_done(&writer);
}

enum status reservation_parse(const json_t *body, uint8_t chip_serial[CHIP_SERIAL_SIZE]) {
  struct field_reader reader = field_reader(body);

  field_binary(&reader, "chip_serial", chip_serial, CHIP_SERIAL_SIZE);
  return field_end(&reader);
}

json_t *reservation_reply_body(const uint8_t cid[CID_SIZE]) {
  struct field_writer writer = field_writer();

  field_put_cid(&writer, "cid", cid);
  return field_done(&writer);
}

enum status reservation_reply_parse(const json_t *body, uint8_t cid[CID_SIZE]) {
  struct field_reader reader = field_reader(body);

  field_cid(&reader, "cid", cid);
  return field_end(&reader);
}

static bool expiry_none(const uint8_t expiry[DATE_SIZE]) {
  static const uint8_t none[DATE_SIZE] = {0};

  return memcmp(expiry, none, DATE_SIZE) == 0;
}

/* What is on a card, and what it has done: all of it or nothing. */
static void contents_put(struct field_writer *writer, const struct card_facts *facts) {
  field_put_integer(writer, "balance", facts->balance);
  field_put_integer(writer, "held", facts->held);
  field_put_integer(writer, "owed", facts->owed);
  field_put_integer(writer, "points", facts->points);
  field_put_integer(writer, "last_atc", facts->last_atc);
}

static void contents_take(struct field_reader *reader, struct card_facts *facts) {
  facts->balance = field_integer(reader, "balance", INT64_MIN, INT64_MAX);
  facts->held = field_integer(reader, "held", INT64_MIN, INT64_MAX);
  facts->owed = field_integer(reader, "owed", INT64_MIN, INT64_MAX);
  facts->points = field_integer(reader, "points", INT64_MIN, INT64_MAX);
  facts->last_atc = (uint32_t)field_integer(reader, "last_atc", 0, UINT32_MAX);
}

json_t *card_facts_body(const struct card_facts *facts) {
  struct field_writer writer = field_writer();

  field_put_cid(&writer, "cid", facts->cid);
  field_put_text(&writer, "state", facts->state);
  field_put_text(&writer, "reason", facts->reason);
  if (!expiry_none(facts->expiry))
    field_put_date(&writer, "expiry", facts->expiry);
  field_put_integer(&writer, "currency", facts->currency);
  if (!facts->unreported)
    contents_put(&writer, facts);
  deposit_put(&writer, facts->deposit);
  return field_done(&writer);
}

static void state_take(struct field_reader *reader, char *state, size_t capacity) {
  static const char *const states[] = {"RESERVED", "ISSUED", "SUSPENDED", "BLOCKED", "CLOSED", "RETIRED"};
  size_t i = 0;

  field_text(reader, "state", 1, state, capacity);
  while (i < sizeof states / sizeof states[0] && strcmp(states[i], state) != 0)
    i++;
  if (i == sizeof states / sizeof states[0])
    field_refuse(reader, STATUS_BAD_FORMAT);
}

enum status card_facts_parse(const json_t *body, struct card_facts *facts) {
  struct field_reader reader = field_reader(body);

  *facts = (struct card_facts){0};
  field_cid(&reader, "cid", facts->cid);
  state_take(&reader, facts->state, sizeof facts->state);
  field_text(&reader, "reason", 0, facts->reason, sizeof facts->reason);
  if (field_there(&reader, "expiry"))
    field_date(&reader, "expiry", facts->expiry);
  facts->currency = (uint16_t)field_integer(&reader, "currency", 1, 999);
  facts->unreported = !field_there(&reader, "balance");
  if (!facts->unreported)
    contents_take(&reader, facts);
  facts->deposit = field_there(&reader, "deposit") ? field_integer(&reader, "deposit", 1, INT64_MAX) : 0;
  return field_end(&reader);
}
