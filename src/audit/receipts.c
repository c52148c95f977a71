/* SPDX-License-Identifier: Apache-2.0
 * Receipts: verified anew, each with its booking. */
#include "audit.h"

#include <stdlib.h>
#include <string.h>

#include "epurse/key.h"
#include "epurse/ledger_transaction.h"
#include "epurse/receipt.h"
#include "epurse/sentence.h"

static void receipt_add(struct audit *audit, enum audit_kind kind, const char *file, const struct promise *promise,
                        const char *words) {
  struct audit_finding finding = {.kind = kind, .file = name_keep(audit, file)};
  if (promise != NULL) {
    finding.of_card = true;
    finding.atc = promise->atc;
    memcpy(finding.cid, promise->cid, CID_SIZE);
  }
  finding_add(audit, &finding, "%s", words);
}

static bool view_equal(const struct bytes_view *view, const uint8_t *data, size_t len) {
  return view->len == len && memcmp(view->data, data, len) == 0;
}

/* The server may not have heard of r yet: then the hold is open, and no contradiction. */
static void receipt_compare(struct audit *audit, const char *file, const struct receipt *receipt,
                            const struct receipt_facts *facts) {
  const struct promise *promise = &facts->promise;
  struct ledger_transaction booking;
  bool offline = promise->type == TRANSACTION_OFFLINE_PURCHASE; /* nobody may have brought it in yet */
  if (ledger_transaction_find(audit->ledger, promise->cid, promise->atc, &booking) != STATUS_OK) {
    if (!offline && !finding_later(audit, moment_to_unix(facts->authorisation.time)))
      receipt_add(audit, AUDIT_RECEIPT_UNBOOKED, file, promise, SENTENCE("not in the ledger"));
    return;
  }
  bool noted = incident_known(audit, LEDGER_INCIDENT_LATE_PROOF, promise->cid, promise->atc);
  if (booking.state != LEDGER_CAPTURED && booking.state != LEDGER_HELD && !noted)
    receipt_add(audit, AUDIT_RECEIPT_UNBOOKED, file, promise, SENTENCE("the ledger has it as not committed"));
  if (!view_equal(&receipt->promise, booking.promise, PROMISE_SIZE))
    receipt_add(audit, AUDIT_RECEIPT_DIFFERS, file, promise, SENTENCE("another promise is booked"));
  if (!offline && !view_equal(&receipt->authorisation, booking.authorisation, AUTHORISATION_SIZE))
    receipt_add(audit, AUDIT_RECEIPT_DIFFERS, file, promise, SENTENCE("another authorisation is booked"));
  if (booking.has_secret && !view_equal(&receipt->secret, booking.secret, SECRET_SIZE))
    receipt_add(audit, AUDIT_RECEIPT_DIFFERS, file, promise, SENTENCE("another r is booked"));
  if (strcmp(facts->merchant, booking.merchant) != 0)
    receipt_add(audit, AUDIT_RECEIPT_DIFFERS, file, promise, SENTENCE("another merchant is booked"));
  if (promise->amount != booking.amount)
    receipt_add(audit, AUDIT_RECEIPT_DIFFERS, file, promise, SENTENCE("another amount is booked"));
}

enum status receipt_audit(struct audit *audit, const char *file) {
  uint8_t *data = NULL;
  size_t len = 0;
  struct receipt receipt;
  struct receipt_facts facts;
  const char *reason = "";
  if (public_file_load(file, &data, &len) != STATUS_OK) {
    unread_add(audit, file, SENTENCE("the receipt cannot be read"));
    return STATUS_OK;
  }
  audit->figures.receipts++;
  if (receipt_verify(data, len, audit->request->master_public, &facts, &reason) != STATUS_OK)
    receipt_add(audit, AUDIT_RECEIPT_INVALID, file, NULL, reason);
  else if (audit->ledger != NULL && receipt_decode(data, len, &receipt) == STATUS_OK)
    receipt_compare(audit, file, &receipt, &facts);
  free(data);
  return STATUS_OK;
}
