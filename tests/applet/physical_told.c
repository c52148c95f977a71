/* SPDX-License-Identifier: Apache-2.0
 * Where a test looks into the memory of a card in a reader (--wrap): what it tells the issuer's desk, its money,
 * counter, tries, time and log. The rest (keys, PIN, what it paid without one) nobody is told: it stays what it was
 * when the card was made. */
#include <check.h>
#include <string.h>

#include "epurse/bytes.h"
#include "epurse/terminal.h"
#include "epurse/vcard.h"
#include "system/flow_world.h"

#include "physical.h"

const struct card_memory *__real_vcard_memory(const struct vcard *vcard);
const struct card_memory *__wrap_vcard_memory(const struct vcard *vcard);

static struct card_memory told; /* of the card that is in the reader */

static bool is_load(const struct log_record *record) {
  return record->type == TRANSACTION_LOAD || record->type == TRANSACTION_REFUND;
}

static void ring_add(uint8_t count[4], uint8_t *ring, unsigned size, const struct log_record *record) {
  log_record_encode(record, ring + (bytes_u32(count) % size) * LOG_RECORD_SIZE);
  bytes_put_u32(count, bytes_u32(count) + 1);
}

/* Those that came since; a card has no way to show one twice, or another one in the place of what it has told. */
static void log_add(const struct card_statement *statement, uint32_t known_atc) {
  for (size_t i = statement->count; i-- > 0;) {
    const struct log_record *record = &statement->records[i];
    if (record->atc <= known_atc)
      continue;
    if (is_load(record))
      ring_add(told.load_count, told.load_log[0], LOAD_LOG_RECORDS, record);
    else
      ring_add(told.purchase_count, told.purchase_log[0], PURCHASE_LOG_RECORDS, record);
  }
}

/* How many it has paid off-line since it paid or was loaded otherwise, and which was the last. */
static void offline_count(const struct card_statement *statement) {
  uint16_t count = 0;
  while (count < statement->count && statement->records[count].type == TRANSACTION_OFFLINE_PURCHASE)
    count++;
  bytes_put_u16(told.offline_count, count);
  if (count > 0)
    bytes_put_u32(told.offline_promise, statement->records[0].atc);
}

static void look(void) {
  static uint32_t logged;
  struct card_statement statement;
  struct terminal *desk = flow_terminal("perso");
  enum status status = card_read_statement(desk, physical_reader(), NULL, &statement);
  ck_assert_msg(status == STATUS_OK, "what the card in the reader tells: %s", status_name(status));
  terminal_close(&desk);
  ck_assert_int_eq(reader_connect(physical_reader()), STATUS_OK); /* the desk has let go of it */
  if (bytes_u32(told.atc) == 0)
    logged = 0;
  log_add(&statement, logged);
  if (statement.count > 0)
    logged = statement.records[0].atc;
  offline_count(&statement);
  bytes_put_u32(told.balance, statement.balance.balance);
  bytes_put_u32(told.points, statement.balance.points);
  bytes_put_u32(told.atc, statement.info.atc);
  told.pin_tries_left = statement.info.pin_tries_left;
  bytes_put_u16(told.pin_changes, statement.info.pin_changes);
  memcpy(told.latest_time, statement.info.latest_time, MOMENT_SIZE);
}

/* Asked again only where the card has had a command since. */
const struct card_memory *__wrap_vcard_memory(const struct vcard *vcard) {
  static unsigned long asked_after;
  const struct card_memory *made = __real_vcard_memory(vcard);
  if (memcmp(told.chip_serial, made->chip_serial, CHIP_SERIAL_SIZE) != 0) {
    told = *made;
    asked_after = 0;
  }
  told.state = physical_state();
  if (told.state == CARD_PERSONALISED && asked_after != physical_commands()) {
    asked_after = physical_commands();
    look();
  }
  return &told;
}
