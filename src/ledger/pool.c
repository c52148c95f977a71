/* SPDX-License-Identifier: Apache-2.0
 * Card numbers before there is a card: the pool, reservations, and giving them up. */
#include "card.h"
#include "epurse/crypto.h"
#include "store.h"

enum status ledger_pool_extend(struct ledger *ledger, uint32_t count) {
  struct query query = query_begin(ledger, QUERY_SETTING_READ);
  (void)query_row(&query);
  (void)query_read_i64(&query); /* currency, issuer, a point's value, first serial */
  (void)query_read_i64(&query);
  (void)query_read_i64(&query);
  (void)query_read_i64(&query);
  int64_t first = query_read_i64(&query);
  enum status status = query_end(&query);
  if (status != STATUS_OK || count == 0)
    return status;
  int64_t end = first + count;
  if (end > INT64_C(1000000000)) /* nine digits */
    return STATUS_BAD_FORMAT;
  query = query_begin(ledger, QUERY_POOL_FILL);
  query_i64(&query, first);
  query_i64(&query, end - 1);
  status = query_run(&query);
  if (status != STATUS_OK)
    return status;
  query = query_begin(ledger, QUERY_POOL_END);
  query_i64(&query, end);
  return query_run(&query);
}

/* From where on the pool is looked into: anywhere between its first number and its last, one as likely as the other. */
static enum status pool_draw(struct ledger *ledger, int64_t *from) {
  struct query query = query_begin(ledger, QUERY_POOL_SPAN);
  (void)query_row(&query);
  int64_t first = query_read_i64(&query);
  int64_t last = query_read_i64(&query);
  enum status status = query_end(&query);
  uint64_t drawn = 0; /* 64 bits over a span of 30 */
  if (status == STATUS_OK && !crypto_random((uint8_t *)&drawn, sizeof drawn))
    status = STATUS_CRYPTO_FAILED;
  *from = first + (int64_t)(drawn % (uint64_t)(last - first + 1));
  return status;
}

void ledger_numbers_draw(struct ledger *ledger) {
  ledger->draws = true;
}

/* The first free one from there on; 0: none. */
static enum status pool_take_from(struct ledger *ledger, int64_t from, int64_t *serial) {
  struct query query = query_begin(ledger, QUERY_POOL_TAKE);
  query_i64(&query, from);
  bool found = query_row(&query);
  int64_t taken = query_read_i64(&query);
  *serial = found ? taken : 0;
  return query_run(&query);
}

/* What is drawn may be gone to another back-end by now: then the lowest. */
static enum status pool_take(struct ledger *ledger, int64_t *serial) {
  int64_t from = 0;
  enum status status = ledger->draws ? pool_draw(ledger, &from) : STATUS_OK;
  if (status == STATUS_OK)
    status = pool_take_from(ledger, from, serial);
  if (status == STATUS_OK && *serial == 0 && from > 0)
    status = pool_take_from(ledger, 0, serial);
  return status == STATUS_OK && *serial == 0 ? STATUS_POOL_EMPTY : status;
}

static enum status pool_living_card(struct ledger *ledger, const uint8_t chip_serial[CHIP_SERIAL_SIZE], int64_t *card,
                                    uint8_t *state) {
  struct query query = query_begin(ledger, QUERY_CARD_OF_CHIP);
  query_blob(&query, chip_serial, CHIP_SERIAL_SIZE);
  bool found = query_row(&query);
  *card = query_read_i64(&query);
  *state = (uint8_t)query_read_i64(&query);
  enum status status = query_end(&query);
  return status == STATUS_OK && !found ? STATUS_NOT_FOUND : status;
}

enum status ledger_card_reserve(struct ledger *ledger, const uint8_t chip_serial[CHIP_SERIAL_SIZE], int64_t now,
                                uint8_t cid[CID_SIZE]) {
  int64_t card = 0;
  uint8_t state = 0;
  enum status status = pool_living_card(ledger, chip_serial, &card, &state);
  if (status == STATUS_OK) {
    card_cid(ledger, card, cid);
    return state == LEDGER_CARD_RESERVED ? STATUS_OK : STATUS_CARD_ALREADY_ISSUED;
  }
  if (status == STATUS_NOT_FOUND)
    status = pool_take(ledger, &card);
  if (status != STATUS_OK)
    return status;
  card_cid(ledger, card, cid);
  struct query query = query_begin(ledger, QUERY_CARD_RESERVE);
  query_i64(&query, card);
  query_blob(&query, chip_serial, CHIP_SERIAL_SIZE);
  query_i64(&query, now);
  return query_run(&query);
}

static enum status pool_run(struct ledger *ledger, enum query_name name, int64_t serial) {
  struct query query = query_begin(ledger, name);
  query_i64(&query, serial);
  return query_run(&query);
}

enum status ledger_card_void(struct ledger *ledger, const uint8_t cid[CID_SIZE], bool *retired) {
  struct card_brief brief;
  int64_t card = 0;
  *retired = false;
  enum status status = card_number(ledger, cid, &card);
  if (status == STATUS_OK)
    status = card_brief(ledger, card, &brief);
  if (status != STATUS_OK)
    return status;
  *retired = brief.certified;
  if (brief.state == LEDGER_CARD_RETIRED)
    return STATUS_OK;
  if (brief.state != LEDGER_CARD_RESERVED) {
    *retired = false;
    return STATUS_CARD_ALREADY_ISSUED;
  }
  status = pool_run(ledger, QUERY_RESERVATION_END, card);
  if (status != STATUS_OK)
    return status;
  if (brief.certified)
    return pool_run(ledger, QUERY_CARD_RETIRE, card);
  status = pool_run(ledger, QUERY_CARD_FORGET, card);
  return status == STATUS_OK ? pool_run(ledger, QUERY_POOL_GIVE, card) : status;
}
