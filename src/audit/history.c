/* SPDX-License-Identifier: Apache-2.0
 * What a card signed about its past: each promise tells its balance, and the last transaction that was committed. */
#include "audit.h"
#include "epurse/ledger_transaction.h"
#include "epurse/sentence.h"

#include <string.h>

/* The newest captured one below items[index] that the server authorised; items are newest first; NULL: none. */
static const struct history_item *history_captured(const struct history_item *items, size_t count, size_t index) {
  for (size_t i = index + 1; i < count; i++)
    if (items[i].state == LEDGER_CAPTURED && items[i].type != TRANSACTION_OFFLINE_PURCHASE)
      return &items[i];
  return NULL;
}

static const char *history_conflict(const struct history_item *item, const struct history_item *captured) {
  uint8_t hash[CRYPTO_SHA256_SIZE];
  if (item->last_atc != (captured != NULL ? captured->atc : 0))
    return captured == NULL || item->last_atc > captured->atc
               ? SENTENCE("a later promise says that this one was committed")
               : SENTENCE("a later promise says that this one was not committed");
  if (captured != NULL &&
      (!crypto_sha256(item->last_secret, SECRET_SIZE, hash) || !crypto_equal(hash, captured->commitment, sizeof hash)))
    return SENTENCE("the r in a later promise does not open its commitment");
  return NULL;
}

void history_audit(struct audit *audit, const uint8_t cid[CID_SIZE], const struct history_item *items, size_t count) {
  int64_t balance =
      0; /* after the last captured one that was authorised: what was paid off-line since is in each promise */
  for (size_t i = count; i-- > 0;) {
    const struct history_item *item = &items[i];
    const struct history_item *captured = history_captured(items, count, i);
    bool speaks = item->readable && !item->out_of_step;
    const char *conflict = speaks ? history_conflict(item, captured) : NULL;
    uint32_t about = captured == NULL || item->last_atc > captured->atc ? item->last_atc : captured->atc;
    if (conflict != NULL)
      finding_of(audit, AUDIT_OUTCOME, cid, about, conflict);
    if (speaks && item->balance != balance - (int64_t)item->offline_sum)
      finding_of(audit, AUDIT_CARD_BALANCE, cid, item->atc,
                 SENTENCE("the card signed another balance than its past makes"));
    if (item->state == LEDGER_CAPTURED && item->type != TRANSACTION_OFFLINE_PURCHASE)
      balance += item->change - (int64_t)item->offline_sum;
  }
}
