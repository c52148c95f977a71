/* SPDX-License-Identifier: Apache-2.0
 * Registration, totals, end of day, diagnosis. */
#include <stdio.h>

#include "epurse/tlv.h"
#include "zvt_state.h"

#define PASSWORD 3 /* bytes */

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
  size_t at = PASSWORD + 1;
  if (frame->len < at || !zvt_bcd_read(frame->data, PASSWORD, &number))
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
  zvt->book.registered = true;
  zvt->book.config = frame->data[PASSWORD];
  zvt->book.blocks = takes_blocks(&fields);
  if (book_save(&zvt->book) == STATUS_OK)
    tell_registered(zvt);
  else
    tell_abort(zvt, ZVT_SYSTEM);
}

void office_log_off(struct register_zvt *zvt, const struct zvt_frame *frame) {
  (void)frame;
  line_send(zvt, 0x80, 0x00, NULL, 0);
  zvt->book.registered = false;
  (void)!book_save(&zvt->book);
}

static bool totals_read(struct register_zvt *zvt, const struct zvt_frame *frame, struct till_totals *totals) {
  struct zvt_fields fields;
  if (!sale_accept(zvt, frame, PASSWORD, &fields))
    return false;
  enum status status = zvt->book.registered ? till_totals(zvt->till, zvt->book.closed, totals) : STATUS_NOT_PERMITTED;
  if (status != STATUS_OK)
    tell_abort(zvt, zvt->book.registered ? code_of_status(status) : ZVT_NOT_REGISTERED);
  return status == STATUS_OK;
}

void office_totals(struct register_zvt *zvt, const struct zvt_frame *frame) {
  struct till_totals totals;
  if (!totals_read(zvt, frame, &totals) || !tell_totals(zvt, &totals))
    return;
  tell_office(zvt, "TOTALS", &totals);
  tell_done(zvt);
}

/* Counts from now on once the register has the figures: a line that is lost before it leaves the day open. */
void office_end_of_day(struct register_zvt *zvt, const struct zvt_frame *frame) {
  struct till_totals totals;
  if (!totals_read(zvt, frame, &totals) || !tell_totals(zvt, &totals))
    return;
  tell_office(zvt, "END OF DAY", &totals);
  zvt->book.closed = totals.until;
  zvt->book.open_count = 0;
  if (book_save(&zvt->book) == STATUS_OK)
    tell_done(zvt);
  else
    tell_abort(zvt, ZVT_SYSTEM);
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
