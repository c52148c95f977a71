/* SPDX-License-Identifier: Apache-2.0
 * Bodies about a transaction: its promise, the server's answer, the proof that it was done. */
#include <string.h>

#include "epurse/amount.h"
#include "epurse/message.h"
#include "epurse/reference.h"
#include "field.h"
#include "payout_field.h"
#include "tender_word.h"

json_t *transaction_request_body(enum message_type type, const struct transaction_request *request) {
  struct field_writer writer = field_writer();

  field_put_binary(&writer, "promise", request->promise, sizeof request->promise);
  if (request->pin_jwe[0] != '\0')
    field_put_text(&writer, "pin", request->pin_jwe);
  if (request->reference[0] != '\0')
    field_put_text(&writer, "merchant_reference", request->reference);
  if (type == MESSAGE_LOAD) {
    field_put_text(&writer, "tender", request->tender_kind);
    field_put_text(&writer, "reference", request->tender_reference);
  }
  if (type == MESSAGE_PAYOUT)
    payout_field_put(&writer, request->iban, request->holder, request->closes);
  return field_done(&writer);
}

bool tender_word_known(const char *word) {
  static const char *const kinds[] = {"cash", "manual", "simulator", "zvt", "owed"};
  size_t i = 0;

  while (i < sizeof kinds / sizeof kinds[0] && strcmp(kinds[i], word) != 0)
    i++;
  return i < sizeof kinds / sizeof kinds[0];
}

static void tender_take(struct field_reader *reader, struct transaction_request *request) {
  field_text(reader, "tender", 1, request->tender_kind, sizeof request->tender_kind);
  field_text(reader, "reference", 0, request->tender_reference, sizeof request->tender_reference);
  if (!tender_word_known(request->tender_kind))
    field_refuse(reader, STATUS_BAD_FORMAT);
}

enum status transaction_request_parse(enum message_type type, const json_t *body, struct transaction_request *request) {
  struct field_reader reader = field_reader(body);

  *request = (struct transaction_request){0};
  field_binary(&reader, "promise", request->promise, sizeof request->promise);
  if (field_there(&reader, "pin"))
    field_text(&reader, "pin", 1, request->pin_jwe, sizeof request->pin_jwe);
  if (field_there(&reader, "merchant_reference")) {
    field_text(&reader, "merchant_reference", 1, request->reference, sizeof request->reference);
    if (!reference_valid(request->reference))
      field_refuse(&reader, STATUS_BAD_FORMAT);
  }
  if (type == MESSAGE_LOAD)
    tender_take(&reader, request);
  if (type == MESSAGE_PAYOUT)
    payout_field_take(&reader, request->iban, request->holder, &request->closes);
  return field_end(&reader);
}

json_t *transaction_reply_body(const struct transaction_reply *reply) {
  struct field_writer writer = field_writer();

  if (reply->has_authorisation)
    field_put_binary(&writer, "authorisation", reply->authorisation, sizeof reply->authorisation);
  if (reply->card_certificate_len > 0)
    field_put_binary(&writer, "card_certificate", reply->card_certificate, reply->card_certificate_len);
  if (reply->has_block_order)
    field_put_binary(&writer, "block_order", reply->block_order, sizeof reply->block_order);
  if (reply->owed > 0)
    field_put_integer(&writer, "owed", reply->owed);
  if (reply->no_pin_single > 0)
    field_put_integer(&writer, "no_pin_single", reply->no_pin_single);
  if (reply->offline_lacking > 0)
    field_put_integer(&writer, "offline_lacking", reply->offline_lacking);
  return field_done(&writer);
}

enum status transaction_reply_parse(const json_t *body, struct transaction_reply *reply) {
  struct field_reader reader = field_reader(body);

  *reply = (struct transaction_reply){.has_authorisation = field_there(&reader, "authorisation"),
                                      .has_block_order = field_there(&reader, "block_order")};
  if (reply->has_authorisation)
    field_binary(&reader, "authorisation", reply->authorisation, sizeof reply->authorisation);
  if (field_there(&reader, "card_certificate")) {
    field_binary_upto(&reader, "card_certificate", reply->card_certificate, sizeof reply->card_certificate,
                      &reply->card_certificate_len);
  }
  if (reply->has_block_order)
    field_binary(&reader, "block_order", reply->block_order, sizeof reply->block_order);
  if (field_there(&reader, "owed"))
    reply->owed = field_integer(&reader, "owed", 1, INT64_MAX);
  if (field_there(&reader, "no_pin_single"))
    reply->no_pin_single = field_integer(&reader, "no_pin_single", 1, AMOUNT_MAX_ON_CARD);
  if (field_there(&reader, "offline_lacking"))
    reply->offline_lacking = (uint32_t)field_integer(&reader, "offline_lacking", 1, UINT32_MAX);
  return field_end(&reader);
}

static json_t *confirmation_item(const struct confirmation *item, bool is_reply) {
  struct field_writer writer = field_writer();

  field_put_cid(&writer, "cid", item->cid);
  field_put_integer(&writer, "atc", item->atc);
  if (is_reply)
    field_put_text(&writer, "status", status_name(item->status));
  else
    field_put_binary(&writer, "secret", item->secret, sizeof item->secret);
  return field_done(&writer);
}

json_t *confirmation_body(const struct confirmations *confirmations, bool is_reply) {
  struct field_writer writer = field_writer();
  json_t *items = json_array();

  for (size_t i = 0; i < confirmations->count; i++)
    if (json_array_append_new(items, confirmation_item(&confirmations->items[i], is_reply)) != 0)
      writer.failed = true;
  field_put(&writer, "confirmations", items);
  return field_done(&writer);
}

static enum status confirmation_item_parse(const json_t *object, bool is_reply, struct confirmation *item) {
  struct field_reader reader = field_reader(object);

  field_cid(&reader, "cid", item->cid);
  item->atc = (uint32_t)field_integer(&reader, "atc", 1, UINT32_MAX);
  if (is_reply)
    field_status(&reader, "status", &item->status);
  else
    field_binary(&reader, "secret", item->secret, sizeof item->secret);
  return field_end(&reader);
}

enum status confirmation_parse(const json_t *body, bool is_reply, struct confirmations *confirmations) {
  struct field_reader reader = field_reader(body);
  const json_t *items = field_take(&reader, "confirmations");
  size_t count = json_array_size(items); /* 0 for what is no array */

  *confirmations = (struct confirmations){0};
  if (count == 0 || count > CONFIRMATION_MAX) {
    field_refuse(&reader, STATUS_BAD_FORMAT);
    count = 0;
  }
  confirmations->count = count;
  for (size_t i = 0; i < count; i++) {
    enum status status = confirmation_item_parse(json_array_get(items, i), is_reply, &confirmations->items[i]);
    if (status != STATUS_OK)
      field_refuse(&reader, status);
  }
  return field_end(&reader);
}
