/* SPDX-License-Identifier: Apache-2.0
 * Bodies that ask and tell what became of a promise. */
#include <string.h>

#include "epurse/inquiry.h"
#include "epurse/reference.h"
#include "field.h"
#include "payout_field.h"
#include "tender_word.h"

static void receipt_put(struct field_writer *writer, const struct inquiry_request *request) {
  field_put_binary(writer, "authorisation", request->authorisation, sizeof request->authorisation);
  field_put_binary(writer, "secret", request->secret, sizeof request->secret);
  if (request->tender_kind[0] != '\0') {
    field_put_text(writer, "tender", request->tender_kind);
    field_put_text(writer, "reference", request->tender_reference);
  }
  payout_field_put(writer, request->iban, request->holder, request->closes);
  if (request->reference[0] != '\0')
    field_put_text(writer, "merchant_reference", request->reference);
}

static void receipt_take(struct field_reader *reader, struct inquiry_request *request) {
  request->has_receipt = true;
  field_binary(reader, "authorisation", request->authorisation, sizeof request->authorisation);
  field_binary(reader, "secret", request->secret, sizeof request->secret);
  if (field_there(reader, "tender")) {
    field_text(reader, "tender", 1, request->tender_kind, sizeof request->tender_kind);
    field_text(reader, "reference", 0, request->tender_reference, sizeof request->tender_reference);
    if (!tender_word_known(request->tender_kind))
      field_refuse(reader, STATUS_BAD_FORMAT);
  }
  payout_field_take(reader, request->iban, request->holder, &request->closes);
  if (field_there(reader, "merchant_reference")) {
    field_text(reader, "merchant_reference", 1, request->reference, sizeof request->reference);
    if (!reference_valid(request->reference))
      field_refuse(reader, STATUS_BAD_FORMAT);
  }
}

static const char *const wish_words[] = {
    "", [HAND_OUT_PAY] = "pay", [HAND_OUT_BACK] = "back", [HAND_OUT_DONE] = "done"};

static uint8_t wish_take(struct field_reader *reader) {
  char word[8];
  uint8_t wish = HAND_OUT_PAY;

  field_text(reader, "wish", 1, word, sizeof word);
  while (wish <= HAND_OUT_DONE && strcmp(wish_words[wish], word) != 0)
    wish++;
  if (wish > HAND_OUT_DONE)
    field_refuse(reader, STATUS_BAD_FORMAT);
  return wish;
}

json_t *inquiry_request_body(enum message_type type, const struct inquiry_request *request) {
  struct field_writer writer = field_writer();

  field_put_binary(&writer, "promise", request->promise, sizeof request->promise);
  if (type == MESSAGE_LOAD_REVERSAL)
    field_put_boolean(&writer, "given_back", request->given_back);
  if (type == MESSAGE_HAND_OUT)
    field_put_text(&writer, "wish", wish_words[request->wish]);
  if (type != MESSAGE_LOAD_REVERSAL && request->has_receipt)
    receipt_put(&writer, request);
  return field_done(&writer);
}

enum status inquiry_request_parse(enum message_type type, const json_t *body, struct inquiry_request *request) {
  struct field_reader reader = field_reader(body);

  *request = (struct inquiry_request){0};
  field_binary(&reader, "promise", request->promise, sizeof request->promise);
  if (type == MESSAGE_LOAD_REVERSAL)
    request->given_back = field_boolean(&reader, "given_back");
  if (type == MESSAGE_HAND_OUT)
    request->wish = wish_take(&reader);
  if (type != MESSAGE_LOAD_REVERSAL && field_there(&reader, "authorisation"))
    receipt_take(&reader, request);
  return field_end(&reader);
}

static const char *const fate_words[] = {[FATE_NEVER_SEEN] = "never-seen",
                                         [FATE_HELD] = "held",
                                         [FATE_CAPTURED] = "captured",
                                         [FATE_RELEASED] = "released",
                                         [FATE_DECLINED] = "declined",
                                         [FATE_OWED] = "owed",
                                         [FATE_PAY] = "pay"};

json_t *inquiry_reply_body(const struct inquiry_reply *reply) {
  struct field_writer writer = field_writer();

  field_put_binary(&writer, "promise_hash", reply->promise_hash, sizeof reply->promise_hash);
  field_put_text(&writer, "fate", fate_words[reply->fate]);
  if (reply->has_secret)
    field_put_binary(&writer, "secret", reply->secret, sizeof reply->secret);
  if (reply->deposit > 0)
    field_put_integer(&writer, "deposit", reply->deposit);
  return field_done(&writer);
}

static enum fate fate_take(struct field_reader *reader) {
  char word[16];
  enum fate fate = FATE_NEVER_SEEN;

  field_text(reader, "fate", 1, word, sizeof word);
  while (fate <= FATE_PAY && strcmp(fate_words[fate], word) != 0)
    fate++;
  if (fate > FATE_PAY)
    field_refuse(reader, STATUS_BAD_FORMAT);
  return fate;
}

enum status inquiry_reply_parse(const json_t *body, struct inquiry_reply *reply) {
  struct field_reader reader = field_reader(body);

  *reply = (struct inquiry_reply){.has_secret = field_there(&reader, "secret")};
  field_binary(&reader, "promise_hash", reply->promise_hash, sizeof reply->promise_hash);
  reply->fate = fate_take(&reader);
  if (reply->has_secret)
    field_binary(&reader, "secret", reply->secret, sizeof reply->secret);
  if (field_there(&reader, "deposit"))
    reply->deposit = field_integer(&reader, "deposit", 1, INT64_MAX);
  return field_end(&reader);
}
