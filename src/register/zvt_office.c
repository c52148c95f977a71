/* SPDX-License-Identifier: Apache-2.0
 * Registration, totals, end of day, diagnosis. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "epurse/terminal_closing.h"
#include "epurse/till_journal.h"
#include "epurse/till_shift.h"
#include "epurse/tlv.h"
#include "zvt_state.h"

/* Whether the register says that it takes 06 D3: TLV 26, of 0A, each a command. */
static bool takes_blocks(const struct zvt_fields *fields) {
  struct tlv list, each;
  if (fields->tlv == NULL || tlv_find(fields->tlv, fields->tlv_len, 0x26, &list) != STATUS_OK)
    return false;
  struct bytes_reader reader = bytes_reader(list.value, list.len);
  while (reader.left > 0 && tlv_next(&reader, &each) == STATUS_OK)
    if (each.tag == 0x0A && each.len == 2 && each.value[0] == 0x06 && each.value[1] == 0xD3)
      return true;
  return false;
}

/* Password, configuration byte, and perhaps a currency without its name, then fields. */
static bool registration_read(const struct zvt_frame *frame, struct zvt_fields *fields) {
  uint64_t number = 0;
  size_t at = ZVT_PASSWORD + 1;
  if (frame->len < at || !zvt_bcd_read(frame->data, ZVT_PASSWORD, &number))
    return false;
  bool currency = frame->len >= at + 2 && frame->data[at] != ZVT_SERVICE && frame->data[at] != ZVT_TLV;
  if (currency && !zvt_bcd_read(frame->data + at, 2, &number))
    return false;
  at += currency ? 2 : 0;
  if (zvt_fields_read(frame->data + at, frame->len - at, fields) != STATUS_OK)
    return false;
  fields->has_currency = currency;
  fields->currency = (uint16_t)number;
  return true;
}

static void tell_registered(struct register_zvt *zvt) {
  uint8_t data[32], code = 0;
  uint64_t tid = 0;
  struct bytes_writer writer = bytes_writer(data, sizeof data);
  for (const char *at = zvt->facts->tid; *at != 0; at++)
    tid = *at >= '0' && *at <= '9' ? tid * 10 + (uint64_t)(*at - '0') : tid;
  bytes_write_u8(&writer, 0x19); /* the terminal's status: ready */
  bytes_write_u8(&writer, 0x00);
  zvt_put_bcd(&writer, ZVT_TERMINAL, tid, 4);
  zvt_put_bcd(&writer, ZVT_CURRENCY, zvt->facts->currency->numeric, 2);
  (void)line_deliver(zvt, 0x06, 0x0F, &writer, &code);
}

/* What the register hears is a number only. */
static void log_refused(const struct register_zvt *zvt, enum status status) {
  char pairs[96];
  snprintf(pairs, sizeof pairs, "refused=%s status=%s", zvt->cashier, status_name(status));
  zvt->options.log(zvt->options.context, "zvt-cashier", pairs);
}

void office_register(struct register_zvt *zvt, const struct zvt_frame *frame) {
  struct zvt_fields fields;
  if (!registration_read(frame, &fields)) {
    line_send(zvt, 0x84, ZVT_PROTOCOL, NULL, 0);
    return;
  }
  line_send(zvt, 0x80, 0x00, NULL, 0);
  if (fields.has_currency && fields.currency != zvt->facts->currency->numeric) {
    tell_abort(zvt, ZVT_WRONG_CURRENCY);
    return;
  }
  enum status known = zvt_cashier_enter(zvt, frame->data);
  zvt->book.registered = known == STATUS_OK;
  zvt->book.config = frame->data[ZVT_PASSWORD];
  zvt->book.blocks = takes_blocks(&fields);
  enum status saved = book_save(&zvt->book);
  if (known == STATUS_OK && saved == STATUS_OK)
    tell_registered(zvt);
  else
    tell_abort(zvt, code_of_status(known != STATUS_OK ? known : saved));
  if (known != STATUS_OK)
    log_refused(zvt, known);
}

void office_log_off(struct register_zvt *zvt, const struct zvt_frame *frame) {
  (void)frame;
  line_send(zvt, 0x80, 0x00, NULL, 0);
  zvt->book.registered = false;
  zvt->cashier_mark = 0;
  (void)!book_save(&zvt->book);
}

/* ---- totals, and the end of the day ---- */

static void totals_of(const struct closing *closing, struct till_totals *totals) {
  const struct count *count = &closing->count;
  *totals =
      (struct till_totals){.since = count->since, .until = closing->number > 0 ? closing->at : (int64_t)time(NULL)};
  till_totals_take(count, totals);
}

/* Its command is read, and who is not registered hears so. */
static bool office_accept(struct register_zvt *zvt, const struct zvt_frame *frame) {
  struct zvt_fields fields;
  if (!sale_accept(zvt, frame, ZVT_PASSWORD, &fields))
    return false;
  if (!zvt->book.registered)
    tell_abort(zvt, ZVT_NOT_REGISTERED);
  return zvt->book.registered;
}

void office_totals(struct register_zvt *zvt, const struct zvt_frame *frame) {
  struct till_totals totals;
  struct closing closing;
  if (!office_accept(zvt, frame))
    return;
  enum status status = till_count(zvt->till, &closing);
  if (status != STATUS_OK) {
    tell_abort(zvt, code_of_status(status));
    return;
  }
  totals_of(&closing, &totals);
  if (!tell_totals(zvt, &totals))
    return;
  tell_office(zvt, "TOTALS", &totals, NULL);
  tell_done(zvt);
}

/* The one of that number: made now, or made before. */
static enum status closing_of(struct register_zvt *zvt, int64_t number, struct closing *closing,
                              uint8_t hash[CRYPTO_SHA256_SIZE]) {
  struct till_cashier cashier = {.door = CODE_ZVT, .known = zvt_cashier_known(zvt)};
  memcpy(cashier.name, zvt->cashier, sizeof cashier.name);
  *closing = (struct closing){.number = number};
  return till_close_day(zvt->till, &cashier, closing, hash);
}

/* The one that the register has not heard all of, or a new one: its number is in the book before it is made, so that a
 * till that is killed meanwhile makes no second one, with nothing in it. A book that is newer than the journal has a
 * number that is nobody's. */
static enum status closing_take(struct register_zvt *zvt, struct closing *closing, uint8_t hash[CRYPTO_SHA256_SIZE]) {
  enum status status = STATUS_NOT_FOUND;
  if (zvt->book.untold > 0)
    status = closing_of(zvt, zvt->book.untold, closing, hash);
  if (status != STATUS_NOT_FOUND)
    return status;
  status = till_closing(zvt->till, 0, closing, hash);
  if (status != STATUS_OK && status != STATUS_NOT_FOUND)
    return status;
  zvt->book.untold = status == STATUS_OK ? closing->number + 1 : 1;
  status = book_save(&zvt->book);
  return status == STATUS_OK ? closing_of(zvt, zvt->book.untold, closing, hash) : status;
}

/* The day is over once the register has its figures: a line that is lost before it leaves its closing untold. */
static void day_end(struct register_zvt *zvt, const struct till_totals *totals, const char *note) {
  if (!tell_totals(zvt, totals))
    return;
  tell_office(zvt, "END OF DAY", totals, note);
  if (!line_open(zvt))
    return;
  zvt->book.untold = 0;
  zvt->book.open_count = 0;
  if (book_save(&zvt->book) == STATUS_OK)
    tell_done(zvt);
  else
    tell_abort(zvt, ZVT_SYSTEM);
}

void office_end_of_day(struct register_zvt *zvt, const struct zvt_frame *frame) {
  struct till_totals totals;
  struct closing closing;
  uint8_t hash[CRYPTO_SHA256_SIZE];
  char hex[2 * CRYPTO_SHA256_SIZE + 1], note[128];
  if (!office_accept(zvt, frame))
    return;
  enum status status = closing_take(zvt, &closing, hash);
  if (status != STATUS_OK) {
    tell_abort(zvt, code_of_status(status));
    return;
  }
  totals_of(&closing, &totals);
  bytes_to_hex(hash, sizeof hash, hex);
  snprintf(note, sizeof note, "Closing %lld %.32s %.32s", (long long)closing.number, hex, hex + 32);
  day_end(zvt, &totals, note);
}

void office_diagnosis(struct register_zvt *zvt, const struct zvt_frame *frame) {
  struct zvt_fields fields;
  struct till_health health;
  if (!sale_accept(zvt, frame, 0, &fields))
    return;
  till_health(zvt->till, &health);
  if (health.trouble != STATUS_OK)
    tell_abort(zvt, ZVT_READER);
  else if (!health.server)
    tell_abort(zvt, ZVT_NO_CONNECTION);
  else
    tell_done(zvt);
}
