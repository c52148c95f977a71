/* SPDX-License-Identifier: Apache-2.0
 * A card's life: certified, issued, blocked. */
#include "card.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "epurse/amount.h"
#include "epurse/command.h"
#include "posting.h"
#include "store.h"

#define CARD_SERIAL_DIGITS 9 /* behind the issuer's six, before the check digit (cid_make) */

void card_cid(const struct ledger *ledger, int64_t card, uint8_t cid[CID_SIZE]) {
  cid_make(ledger->issuer, (uint32_t)card, cid);
}

enum status card_number(const struct ledger *ledger, const uint8_t cid[CID_SIZE], int64_t *card) {
  char text[17];
  uint8_t again[CID_SIZE];
  cid_print(cid, text);
  text[6 + CARD_SERIAL_DIGITS] = '\0';
  int64_t serial = strtoll(text + 6, NULL, 10);
  card_cid(ledger, serial, again);
  if (memcmp(again, cid, CID_SIZE) != 0)
    return STATUS_CARD_UNKNOWN;
  *card = serial;
  return STATUS_OK;
}

enum status card_brief(struct ledger *ledger, int64_t card, struct card_brief *brief) {
  struct query query = query_begin(ledger, QUERY_CARD_BRIEF);
  query_i64(&query, card);
  bool found = query_row(&query);
  brief->state = (uint8_t)query_read_i64(&query);
  brief->certified = query_read_i64(&query) != 0;
  brief->purse_ceiling = query_read_i64(&query);
  enum status status = query_end(&query);
  return status == STATUS_OK && !found ? STATUS_CARD_UNKNOWN : status;
}

static enum status card_find_brief(struct ledger *ledger, const uint8_t cid[CID_SIZE], int64_t *card,
                                   struct card_brief *brief) {
  enum status status = card_number(ledger, cid, card);
  return status == STATUS_OK ? card_brief(ledger, *card, brief) : status;
}

static enum status certification_check(const struct ledger *ledger, const struct ledger_certification *certification) {
  const struct no_pin_limits no_pin = {certification->no_pin_single, certification->no_pin_total};
  if (certification->currency != ledger->currency)
    return STATUS_WRONG_CURRENCY;
  if (!date_valid(certification->expiry) || certification->purse_ceiling > AMOUNT_MAX_ON_CARD ||
      certification->payment_ceiling > AMOUNT_MAX_ON_CARD || !no_pin_limits_valid(&no_pin) ||
      certification->sig_certificate_len == 0 || certification->sig_certificate_len > CERTIFICATE_MAX)
    return STATUS_BAD_FORMAT;
  return STATUS_OK;
}

/* Each key may have paid somewhere, and what is brought in is tried with all of them. */
static enum status certification_count(struct ledger *ledger, int64_t card) {
  struct query query = query_begin(ledger, QUERY_CARD_KEY_COUNT);
  query_i64(&query, card);
  (void)query_row(&query);
  int64_t count = query_read_i64(&query);
  enum status status = query_end(&query);
  return status == STATUS_OK && count >= LEDGER_CARD_KEYS ? STATUS_DESK_QUOTA : status;
}

enum status ledger_card_certify(struct ledger *ledger, const uint8_t cid[CID_SIZE],
                                const struct ledger_certification *certification) {
  struct card_brief brief;
  int64_t card = 0;
  enum status status = card_find_brief(ledger, cid, &card, &brief);
  if (status == STATUS_OK && brief.state == LEDGER_CARD_ISSUED)
    status = STATUS_CARD_ALREADY_ISSUED;
  if (status == STATUS_OK && brief.state != LEDGER_CARD_RESERVED)
    status = STATUS_CARD_BLOCKED;
  if (status == STATUS_OK)
    status = certification_check(ledger, certification);
  if (status == STATUS_OK && brief.certified)
    status = certification_count(ledger, card);
  if (status != STATUS_OK)
    return status;
  struct query query = query_begin(ledger, QUERY_CARD_CERTIFY);
  query_blob(&query, certification->sig_public, CRYPTO_P256_PUBLIC_SIZE);
  query_blob(&query, certification->ecka_public, CRYPTO_P256_PUBLIC_SIZE);
  query_blob(&query, certification->expiry, DATE_SIZE);
  query_i64(&query, certification->currency);
  query_i64(&query, certification->purse_ceiling);
  query_i64(&query, certification->payment_ceiling);
  query_i64(&query, certification->no_pin_single);
  query_i64(&query, certification->no_pin_total);
  query_blob(&query, certification->pin_mac, LEDGER_PIN_MAC_SIZE);
  query_blob(&query, certification->sig_certificate, certification->sig_certificate_len);
  query_i64(&query, card);
  return query_run(&query);
}

/* Its row and accounts come with the issue, because only then is the ceiling final. */
static enum status card_open_accounts(struct ledger *ledger, int64_t card, int64_t purse_ceiling) {
  struct query query = query_begin(ledger, QUERY_CARD_HOT_ADD);
  query_i64(&query, card);
  query_i64(&query, purse_ceiling);
  enum status status = query_run(&query);
  return status == STATUS_OK ? account_open(ledger, account_of_card(card, ACCOUNT_OWED), 0, ACCOUNT_BOUND) : status;
}

enum status ledger_card_issue(struct ledger *ledger, const uint8_t cid[CID_SIZE], int64_t now) {
  struct card_brief brief;
  int64_t card = 0;
  enum status status = card_find_brief(ledger, cid, &card, &brief);
  if (status != STATUS_OK || brief.state == LEDGER_CARD_ISSUED)
    return status;
  if (brief.state != LEDGER_CARD_RESERVED)
    return STATUS_CARD_BLOCKED;
  if (!brief.certified)
    return STATUS_CARD_UNKNOWN;
  struct query query = query_begin(ledger, QUERY_CARD_ISSUE);
  query_i64(&query, now);
  query_i64(&query, card);
  status = query_run(&query);
  if (status != STATUS_OK)
    return status;
  query = query_begin(ledger, QUERY_RESERVATION_END);
  query_i64(&query, card);
  status = query_run(&query);
  return status == STATUS_OK ? card_open_accounts(ledger, card, brief.purse_ceiling) : status;
}

enum status card_block(struct ledger *ledger, int64_t card, const char *reason, int64_t now) {
  struct query query = query_begin(ledger, QUERY_CARD_BLOCK);
  query_text(&query, reason);
  query_i64(&query, now);
  query_i64(&query, card);
  return query_run(&query);
}

static enum status card_retire(struct ledger *ledger, int64_t card) {
  struct query query = query_begin(ledger, QUERY_CARD_RETIRE);
  query_i64(&query, card);
  enum status status = query_run(&query);
  if (status != STATUS_OK)
    return status;
  query = query_begin(ledger, QUERY_RESERVATION_END);
  query_i64(&query, card);
  return query_run(&query);
}

enum status card_distrust(struct ledger *ledger, int64_t card, const char *reason, int64_t now) {
  enum status status = card_block(ledger, card, reason, now);
  return status == STATUS_OK ? card_retire(ledger, card) : status;
}

/* By these words the ledger knows why it blocked a card itself. */
static bool reason_is_own(const char *reason) {
  return strcmp(reason, status_name(STATUS_CARD_FORKED)) == 0 ||
         strcmp(reason, status_name(STATUS_LEDGER_BROKEN)) == 0 || strcmp(reason, LEDGER_REASON_CLOSED) == 0 ||
         strcmp(reason, LEDGER_REASON_RENEWED) == 0;
}

enum status ledger_card_block(struct ledger *ledger, const uint8_t cid[CID_SIZE], const char *reason, int64_t now) {
  struct card_brief brief;
  char kept[LEDGER_REASON_MAX + 1];
  int64_t card = 0;
  if (strnlen(reason, LEDGER_REASON_MAX + 1) > LEDGER_REASON_MAX)
    return STATUS_BAD_FORMAT;
  (void)snprintf(kept, sizeof kept, "%s%s", reason_is_own(reason) ? LEDGER_REASON_SAID : "", reason);
  enum status status = card_find_brief(ledger, cid, &card, &brief);
  if (status == STATUS_OK && brief.state == LEDGER_CARD_RESERVED)
    status = STATUS_CARD_UNKNOWN;
  return status == STATUS_OK ? card_block(ledger, card, kept, now) : status;
}

static enum status card_find_issued(struct ledger *ledger, const uint8_t cid[CID_SIZE], int64_t *card) {
  struct card_brief brief;
  enum status status = card_find_brief(ledger, cid, card, &brief);
  if (status == STATUS_OK && brief.state == LEDGER_CARD_BLOCKED)
    status = STATUS_CARD_BLOCKED;
  return status == STATUS_OK && brief.state != LEDGER_CARD_ISSUED ? STATUS_CARD_UNKNOWN : status;
}

enum status ledger_card_suspend(struct ledger *ledger, const uint8_t cid[CID_SIZE], const char *reason, int64_t now) {
  int64_t card = 0;
  if (strnlen(reason, LEDGER_REASON_MAX + 1) > LEDGER_REASON_MAX)
    return STATUS_BAD_FORMAT;
  enum status status = card_find_issued(ledger, cid, &card);
  if (status != STATUS_OK)
    return status;
  struct query query = query_begin(ledger, QUERY_CARD_SUSPEND);
  query_text(&query, reason);
  query_i64(&query, now);
  query_i64(&query, card);
  return query_run(&query);
}

enum status ledger_card_resume(struct ledger *ledger, const uint8_t cid[CID_SIZE]) {
  int64_t card = 0;
  enum status status = card_find_issued(ledger, cid, &card);
  if (status != STATUS_OK)
    return status;
  struct query query = query_begin(ledger, QUERY_CARD_RESUME);
  query_i64(&query, card);
  return query_run(&query);
}
