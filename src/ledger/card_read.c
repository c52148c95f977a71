/* SPDX-License-Identifier: Apache-2.0
 * Cards as their readers see them: identity, state, and the shadow of their balance. */
#include <string.h>

#include "card.h"
#include "posting.h"
#include "store.h"

/* Accounts of a card that payments do not move; they lie side by side. */
enum status card_accounts(struct ledger *ledger, int64_t card, struct ledger_card *balances) {
  balances->owed = balances->points_owed = balances->deposit = 0;
  struct query query = query_begin(ledger, QUERY_CARD_ACCOUNTS);
  query_i64(&query, card);
  while (query_row(&query)) {
    int64_t kind = query_read_i64(&query);
    int64_t balance = query_read_i64(&query);
    if (kind == ACCOUNT_OWED)
      balances->owed = balance;
    else if (kind == ACCOUNT_POINTS_OWED)
      balances->points_owed = balance;
    else if (kind == ACCOUNT_DEPOSIT)
      balances->deposit = balance;
  }
  return query_end(&query);
}

enum status card_balances(struct ledger *ledger, int64_t card, struct ledger_card *balances) {
  enum status status = purse_change_write(ledger);
  struct query query = query_begin(ledger, QUERY_CARD_PURSE);
  query_i64(&query, card);
  (void)query_row(&query);
  balances->balance = query_read_i64(&query);
  balances->held = query_read_i64(&query);
  balances->points = query_read_i64(&query);
  balances->points_held = query_read_i64(&query);
  enum status read = query_end(&query);
  if (status == STATUS_OK)
    status = read;
  return status == STATUS_OK ? card_accounts(ledger, card, balances) : status;
}

static void certification_read(struct query *query, struct ledger_certification *certification) {
  query_read_blob(query, certification->sig_public, CRYPTO_P256_PUBLIC_SIZE);
  query_read_blob(query, certification->ecka_public, CRYPTO_P256_PUBLIC_SIZE);
  query_read_blob(query, certification->expiry, DATE_SIZE);
  certification->currency = (uint16_t)query_read_i64(query);
  certification->purse_ceiling = (uint32_t)query_read_i64(query);
  certification->payment_ceiling = (uint32_t)query_read_i64(query);
  certification->no_pin_single = (uint32_t)query_read_i64(query);
  certification->no_pin_total = (uint32_t)query_read_i64(query);
  query_read_blob(query, certification->pin_mac, LEDGER_PIN_MAC_SIZE);
  certification->sig_certificate_len = query_read_bytes(query, certification->sig_certificate, CERTIFICATE_MAX);
}

static void card_read(struct ledger *ledger, struct query *query, struct ledger_card *card) {
  memset(card, 0, sizeof *card);
  card_cid(ledger, query_read_i64(query), card->cid);
  query_read_blob(query, card->chip_serial, CHIP_SERIAL_SIZE);
  card->state = (uint8_t)query_read_i64(query);
  query_read_text(query, card->reason, sizeof card->reason);
  card->reserved_at = query_read_i64(query);
  card->issued_at = query_read_i64(query);
  card->blocked_at = query_read_i64(query);
  card->pin_failures = (uint32_t)query_read_i64(query);
  card->pin_wrong = (uint32_t)query_read_i64(query);
  card->pin_events = (uint32_t)query_read_i64(query);
  card->last_atc = (uint32_t)query_read_i64(query);
  card->captured_atc = (uint32_t)query_read_i64(query);
  card->held_atc = (uint32_t)query_read_i64(query);
  card->certified = query_read_i64(query) != 0;
  certification_read(query, &card->certification);
  card->pin_changes = (uint16_t)query_read_i64(query);
  card->has_pin_candidate = query_read_i64(query) != 0;
  query_read_blob(query, card->pin_candidate, LEDGER_PIN_MAC_SIZE);
  card->pin_candidate_changes = (uint16_t)query_read_i64(query);
  query_read_blob(query, card->pin_candidate_tid, TID_SIZE);
  query_read_blob(query, card->pin_candidate_nonce, NONCE_SIZE);
  card->suspended_at = query_read_i64(query);
  card->balance = query_read_i64(query);
  card->held = query_read_i64(query);
  card->points = query_read_i64(query);
  card->points_held = query_read_i64(query);
}

static enum status card_find_row(struct ledger *ledger, int64_t number, struct ledger_card *card) {
  enum status written = purse_change_write(ledger);
  struct query query = query_begin(ledger, QUERY_CARD_FIND);
  query_i64(&query, number);
  bool found = query_row(&query);
  card_read(ledger, &query, card);
  enum status status = query_end(&query);
  if (written != STATUS_OK)
    return written;
  if (status == STATUS_OK && !found)
    status = STATUS_CARD_UNKNOWN;
  return status;
}

static enum status card_find_number(struct ledger *ledger, int64_t number, struct ledger_card *card) {
  enum status status = card_find_row(ledger, number, card);
  return status == STATUS_OK ? card_accounts(ledger, number, card) : status;
}

enum status ledger_card_find(struct ledger *ledger, const uint8_t cid[CID_SIZE], struct ledger_card *card) {
  int64_t number = 0;
  enum status status = card_number(ledger, cid, &number);
  return status == STATUS_OK ? card_find_number(ledger, number, card) : status;
}

enum status ledger_card_identify(struct ledger *ledger, const uint8_t cid[CID_SIZE], struct ledger_card *card) {
  int64_t number = 0;
  enum status status = card_number(ledger, cid, &number);
  return status == STATUS_OK ? card_find_row(ledger, number, card) : status;
}

enum status ledger_card_keys(struct ledger *ledger, const uint8_t cid[CID_SIZE],
                             struct ledger_card_key keys[LEDGER_CARD_KEYS], size_t *count) {
  int64_t card = 0;
  *count = 0;
  enum status status = card_number(ledger, cid, &card);
  if (status != STATUS_OK)
    return status;
  struct query query = query_begin(ledger, QUERY_CARD_KEYS);
  query_i64(&query, card);
  query_i64(&query, LEDGER_CARD_KEYS);
  for (; *count < LEDGER_CARD_KEYS && query_row(&query); ++*count) {
    struct ledger_card_key *key = &keys[*count];
    query_read_blob(&query, key->sig_public, sizeof key->sig_public);
    key->sig_certificate_len = query_read_bytes(&query, key->sig_certificate, sizeof key->sig_certificate);
  }
  return query_end(&query);
}

/* max() over no rows is one row with NULL, which reads as 0: no card has that number. */
enum status ledger_card_find_chip(struct ledger *ledger, const uint8_t chip_serial[CHIP_SERIAL_SIZE],
                                  struct ledger_card *card) {
  static const enum query_name searches[] = {QUERY_CARD_OF_CHIP, QUERY_CARD_RETIRED_OF_CHIP};
  for (size_t i = 0; i < sizeof searches / sizeof searches[0]; i++) {
    struct query query = query_begin(ledger, searches[i]);
    query_blob(&query, chip_serial, CHIP_SERIAL_SIZE);
    (void)query_row(&query);
    int64_t number = query_read_i64(&query);
    enum status status = query_end(&query);
    if (status != STATUS_OK)
      return status;
    if (number != 0)
      return card_find_number(ledger, number, card);
  }
  return STATUS_CARD_UNKNOWN;
}

enum status ledger_card_list(struct ledger *ledger, const uint8_t *after, struct ledger_card *cards, size_t capacity,
                             size_t *count) {
  int64_t number = 0;
  *count = 0;
  enum status status = after == NULL ? STATUS_OK : card_number(ledger, after, &number);
  if (status != STATUS_OK)
    return status;
  struct query query = query_begin(ledger, QUERY_CARD_LIST);
  query_i64(&query, number);
  query_i64(&query, (int64_t)capacity);
  for (*count = 0; *count < capacity && query_row(&query); ++*count)
    card_read(ledger, &query, &cards[*count]);
  status = query_end(&query);
  for (size_t i = 0; status == STATUS_OK && i < *count; i++) {
    status = card_number(ledger, cards[i].cid, &number);
    if (status == STATUS_OK)
      status = card_accounts(ledger, number, &cards[i]);
  }
  return status;
}
