/* SPDX-License-Identifier: Apache-2.0
 * Evidence of how a transaction ended: made here from what verifies, and nowhere else. */
#include "evidence.h"

#include <string.h>

#include "epurse/backend.h"
#include "epurse/terminal.h"

#include "order.h"

static enum status evidence_make(const struct order *order, enum evidence_kind kind, struct evidence *evidence) {
  *evidence = (struct evidence){.kind = EVIDENCE_NONE};
  enum status status = record_hash(order->entry.promise, PROMISE_SIZE, evidence->promise);
  if (status == STATUS_OK)
    evidence->kind = kind;
  return status;
}

bool evidence_is(const struct evidence *evidence, enum evidence_kind kind, const struct order *order) {
  uint8_t hash[CRYPTO_SHA256_SIZE];
  return evidence != NULL && kind != EVIDENCE_NONE && evidence->kind == kind &&
         record_hash(order->entry.promise, PROMISE_SIZE, hash) == STATUS_OK &&
         memcmp(hash, evidence->promise, sizeof hash) == 0;
}

enum status evidence_by_secret(const struct order *order, const uint8_t secret[SECRET_SIZE],
                               struct evidence *evidence) {
  uint8_t hash[CRYPTO_SHA256_SIZE];
  *evidence = (struct evidence){.kind = EVIDENCE_NONE};
  if (!crypto_sha256(secret, SECRET_SIZE, hash) || !crypto_equal(hash, order->promise.commitment, sizeof hash))
    return STATUS_PROOF_MISMATCH;
  enum status status = evidence_make(order, EVIDENCE_SECRET, evidence);
  memcpy(evidence->secret, secret, SECRET_SIZE);
  return status;
}

/* Whether the new promise is that very card's word. Whoever has a key of any genuine card can say its number in the
 * channel; only the card itself can sign under the certificate that came with the earlier authorisation. */
static bool promise_is_of_card(const struct order *earlier, const struct order *now) {
  const struct journal_entry *entry = &earlier->entry;
  struct certificate certificate;
  return certificate_decode(entry->card_certificate, entry->card_certificate_len, &certificate) == STATUS_OK &&
         memcmp(certificate.subject, earlier->promise.cid, CID_SIZE) == 0 &&
         memcmp(now->promise.cid, earlier->promise.cid, CID_SIZE) == 0 &&
         record_verify(now->entry.promise, PROMISE_SIZE, certificate.public_key) == STATUS_OK;
}

enum status evidence_by_promise(const struct order *earlier, const struct order *now, struct evidence *evidence) {
  uint32_t atc = earlier->promise.atc;
  *evidence = (struct evidence){.kind = EVIDENCE_NONE};
  if (now->promise.atc <= atc || !promise_is_of_card(earlier, now))
    return STATUS_OUTCOME_UNKNOWN;
  if (now->promise.last_atc != atc)
    return evidence_make(earlier, now->promise.last_atc > atc ? EVIDENCE_LATER : EVIDENCE_PROMISE, evidence);
  enum status status = evidence_by_secret(earlier, now->promise.last_secret, evidence);
  return status == STATUS_PROOF_MISMATCH ? STATUS_OUTCOME_UNKNOWN : status;
}

/* ---- the server's word ---- */

/* It is bound to the question twice: by the envelope's number, and by the promise that it names. */
static enum status answer_check(const struct order *order, const struct inquiry_reply *reply) {
  uint8_t hash[CRYPTO_SHA256_SIZE];
  enum status status = record_hash(order->entry.promise, PROMISE_SIZE, hash);
  if (status != STATUS_OK)
    return status;
  return crypto_equal(hash, reply->promise_hash, sizeof hash) ? STATUS_OK : STATUS_BAD_REPLY;
}

/* STATUS_OK, STATUS_LOAD_CREDITED: *reply is the server's word on this promise. */
static enum status answer_get(const struct order *order, enum message_type type, struct inquiry_request request,
                              struct inquiry_reply *reply) {
  struct message message;
  memcpy(request.promise, order->entry.promise, PROMISE_SIZE);
  json_t *body = inquiry_request_body(type, &request);
  enum status status = backend_call(order->terminal->backend, type, body, &message);
  if (status != STATUS_OK)
    return status;
  enum status said = message.status;
  bool told = said == STATUS_OK || (said == STATUS_LOAD_CREDITED && type == MESSAGE_LOAD_REVERSAL);
  if (told)
    status = inquiry_reply_parse(message.body, reply) == STATUS_OK ? answer_check(order, reply) : STATUS_BAD_REPLY;
  message_clear(&message);
  return status == STATUS_OK ? said : status;
}

static enum status answer_take(const struct order *order, enum fate fate, struct evidence *evidence) {
  enum status status = evidence_make(order, EVIDENCE_SERVER, evidence);
  evidence->fate = fate;
  return status;
}

enum status evidence_by_inquiry(const struct order *order, struct evidence *evidence) {
  struct inquiry_reply reply;
  *evidence = (struct evidence){.kind = EVIDENCE_NONE};
  enum status status = answer_get(order, MESSAGE_TRANSACTION_INQUIRY, (struct inquiry_request){0}, &reply);
  if (status != STATUS_OK)
    return status;
  if (reply.fate == FATE_HELD)
    return STATUS_OUTCOME_UNKNOWN;
  if (!reply.has_secret)
    return answer_take(order, reply.fate, evidence);
  status = evidence_by_secret(order, reply.secret, evidence);
  return status == STATUS_PROOF_MISMATCH ? STATUS_BAD_REPLY : status;
}

enum status evidence_by_reversal(const struct order *order, bool given_back, struct evidence *evidence) {
  struct inquiry_reply reply;
  *evidence = (struct evidence){.kind = EVIDENCE_NONE};
  enum status status =
      answer_get(order, MESSAGE_LOAD_REVERSAL, (struct inquiry_request){.given_back = given_back}, &reply);
  if (status != STATUS_OK && status != STATUS_LOAD_CREDITED)
    return status;
  bool credited = status == STATUS_LOAD_CREDITED || reply.fate == FATE_CAPTURED;
  if (!given_back && !credited && (reply.fate == FATE_HELD || reply.fate == FATE_OWED))
    return STATUS_OUTCOME_UNKNOWN;
  status = answer_take(order, reply.fate, evidence);
  evidence->credited = credited;
  return status;
}

enum status evidence_by_hand_out(const struct order *order, uint8_t wish, struct evidence *evidence) {
  struct inquiry_reply reply;
  *evidence = (struct evidence){.kind = EVIDENCE_NONE};
  enum status status = answer_get(order, MESSAGE_HAND_OUT, (struct inquiry_request){.wish = wish}, &reply);
  if (status != STATUS_OK)
    return status;
  if (reply.fate == FATE_HELD)
    return STATUS_OUTCOME_UNKNOWN;
  status = answer_take(order, reply.fate, evidence);
  evidence->deposit = reply.deposit;
  return status;
}
