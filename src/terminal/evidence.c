/* SPDX-License-Identifier: Apache-2.0
 * Evidence of how a transaction ended: made here from what verifies, and nowhere else. */
#include "evidence.h"

#include <string.h>

#include "epurse/backend.h"

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

enum status evidence_by_reversal(const struct order *order, bool given_back, struct evidence *evidence) {
  struct card_message reversal = {.atc = order->promise.atc, .given_back = given_back};
  struct message reply;
  *evidence = (struct evidence){.kind = EVIDENCE_NONE};
  memcpy(reversal.cid, order->promise.cid, sizeof reversal.cid);
  json_t *body = card_message_body(MESSAGE_LOAD_REVERSAL, &reversal);
  enum status status = backend_call(order->terminal->backend, MESSAGE_LOAD_REVERSAL, body, &reply);
  if (status != STATUS_OK)
    return status;
  status = evidence_make(order, EVIDENCE_SERVER, evidence);
  evidence->credited = reply.status == STATUS_LOAD_CREDITED;
  message_clear(&reply); /* whatever else it says under its signature, it has heard it */
  return status;
}
