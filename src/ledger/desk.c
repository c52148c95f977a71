/* SPDX-License-Identifier: Apache-2.0
 * Desks: a reserved number belongs to one of them, and none has more than its quota. */
#include "epurse/ledger_desk.h"
#include "epurse/moment.h"

#include "card.h"
#include "store.h"
#include "terminal.h"

/* Whose a number is, as far as one desk is concerned. */
enum desk_owner { DESK_NOBODY, DESK_ITSELF, DESK_OTHER, DESK_REVOKED };

static enum status desk_owner(struct ledger *ledger, int64_t desk, int64_t card, enum desk_owner *owner) {
  struct query query = query_begin(ledger, QUERY_RESERVATION_OWNER);
  query_i64(&query, card);
  bool found = query_row(&query);
  int64_t other = query_read_i64(&query);
  bool revoked = query_read_i64(&query) != 0;
  *owner = !found ? DESK_NOBODY : other == desk ? DESK_ITSELF : revoked ? DESK_REVOKED : DESK_OTHER;
  return query_end(&query);
}

static enum status desk_find(struct ledger *ledger, const uint8_t tid[TID_SIZE], const uint8_t cid[CID_SIZE],
                             enum desk_owner *owner) {
  struct terminal_brief brief;
  int64_t card = 0;
  enum status status = card_number(ledger, cid, &card);
  if (status == STATUS_OK)
    status = terminal_brief(ledger, tid, &brief);
  return status == STATUS_OK ? desk_owner(ledger, brief.number, card, owner) : status;
}

/* One more of this day; a clock that runs back begins no new day. */
static enum status desk_count(struct ledger *ledger, const struct ledger_desk *desk, int64_t number) {
  struct query query = query_begin(ledger, QUERY_DESK_USE);
  query_i64(&query, number);
  query_i64(&query, desk->now / SECONDS_PER_DAY);
  (void)query_row(&query);
  int64_t used = query_read_i64(&query);
  enum status status = query_run(&query);
  if (status == STATUS_OK && desk->per_day != 0 && used > desk->per_day)
    status = STATUS_DESK_QUOTA;
  if (status != STATUS_OK)
    return status;
  query = query_begin(ledger, QUERY_RESERVATION_COUNT);
  query_i64(&query, number);
  (void)query_row(&query);
  int64_t open = query_read_i64(&query);
  status = query_end(&query);
  return status == STATUS_OK && desk->open != 0 && open >= desk->open ? STATUS_DESK_QUOTA : status;
}

static enum status desk_take(struct ledger *ledger, const struct ledger_desk *desk, int64_t number, int64_t card) {
  enum status status = desk_count(ledger, desk, number);
  if (status != STATUS_OK)
    return status;
  struct query query = query_begin(ledger, QUERY_RESERVATION_TAKE);
  query_i64(&query, card);
  query_i64(&query, number);
  return query_run(&query);
}

static enum status chip_check(struct ledger *ledger, const uint8_t chip_serial[CHIP_SERIAL_SIZE]) {
  struct query query = query_begin(ledger, QUERY_CHIP_USABLE);
  query_blob(&query, chip_serial, CHIP_SERIAL_SIZE);
  (void)query_row(&query);
  bool usable = query_read_i64(&query) != 0;
  enum status status = query_end(&query);
  return status == STATUS_OK && !usable ? STATUS_CHIP_NOT_LISTED : status;
}

enum status ledger_desk_reserve(struct ledger *ledger, const struct ledger_desk *desk,
                                const uint8_t chip_serial[CHIP_SERIAL_SIZE], uint8_t cid[CID_SIZE]) {
  struct terminal_brief brief;
  enum desk_owner owner = DESK_NOBODY;
  int64_t card = 0;
  enum status status = terminal_brief(ledger, desk->tid, &brief);
  if (status == STATUS_OK)
    status = ledger_card_reserve(ledger, chip_serial, desk->now, cid);
  if (status == STATUS_OK)
    status = card_number(ledger, cid, &card);
  if (status == STATUS_OK)
    status = desk_owner(ledger, brief.number, card, &owner);
  if (status != STATUS_OK || owner == DESK_ITSELF)
    return status;
  if (owner == DESK_OTHER)
    return STATUS_OTHER_DESK;
  status = owner == DESK_NOBODY ? chip_check(ledger, chip_serial) : STATUS_OK;
  return status == STATUS_OK ? desk_take(ledger, desk, brief.number, card) : status;
}

enum status ledger_desk_holds(struct ledger *ledger, const uint8_t tid[TID_SIZE], const uint8_t cid[CID_SIZE]) {
  enum desk_owner owner = DESK_NOBODY;
  enum status status = desk_find(ledger, tid, cid, &owner);
  return status == STATUS_OK && owner != DESK_NOBODY && owner != DESK_ITSELF ? STATUS_OTHER_DESK : status;
}

enum status ledger_desk_finishes(struct ledger *ledger, const uint8_t tid[TID_SIZE], const uint8_t cid[CID_SIZE]) {
  enum desk_owner owner = DESK_NOBODY;
  enum status status = desk_find(ledger, tid, cid, &owner);
  return status == STATUS_OK && owner == DESK_OTHER ? STATUS_OTHER_DESK : status;
}

enum status ledger_chip_add(struct ledger *ledger, const uint8_t chip_serial[CHIP_SERIAL_SIZE], bool *added) {
  struct query query = query_begin(ledger, QUERY_CHIP_ADD);
  query_blob(&query, chip_serial, CHIP_SERIAL_SIZE);
  *added = query_row(&query);
  return query_run(&query);
}

enum status ledger_chip_count(struct ledger *ledger, int64_t *count) {
  struct query query = query_begin(ledger, QUERY_CHIP_COUNT);
  (void)query_row(&query);
  *count = query_read_i64(&query);
  return query_end(&query);
}
