/* SPDX-License-Identifier: Apache-2.0
 * What a card has signed of its PIN. */
#include "pin_proof.h"

#include <string.h>

#include "card_asked.h"
#include "epurse/ledger_card.h"
#include "http/request.h"
#include "service.h"
#include "writer.h"

struct search {
  const uint8_t *cid;
  struct ledger_card card;
};

static enum status find_card(struct ledger *ledger, void *context) {
  struct search *search = context;

  return ledger_card_find(ledger, search->cid, &search->card);
}

enum status pin_proof_open(struct service *service, const struct request *request,
                           const uint8_t record[PIN_RECORD_SIZE], struct pin_proof *proof) {
  struct search search = {.cid = proof->said.cid};
  enum status status = pin_record_decode(record, PIN_RECORD_SIZE, &proof->said);

  if (status != STATUS_OK)
    return STATUS_BAD_FORMAT;
  if (memcmp(proof->said.tid, request->terminal.tid, TID_SIZE) != 0)
    return STATUS_NOT_PERMITTED;
  status = writer_read(service->writer, find_card, &search);
  if (status == STATUS_OK && search.card.state != LEDGER_CARD_ISSUED && search.card.state != LEDGER_CARD_BLOCKED)
    status = STATUS_CARD_UNKNOWN;
  if (status == STATUS_OK)
    status = record_verify(record, PIN_RECORD_SIZE, search.card.certification.sig_public);
  return card_asked_unproved(service, request, proof->said.cid, status);
}

enum status pin_proof_count(struct ledger *ledger, const struct pin_proof *proof, bool *counted) {
  const struct ledger_pin_event event = {
      .cid = proof->said.cid, .number = proof->said.events, .wrong = proof->said.kind == PIN_KIND_WRONG};

  return ledger_card_pin_event(ledger, &event, counted);
}
