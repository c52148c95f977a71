/* SPDX-License-Identifier: Apache-2.0
 * What the terminal says to the register: progress, results, totals, lines to print, the end. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "epurse/moment.h"
#include "epurse/till_journal.h"
#include "epurse/tlv.h"
#include "zvt_state.h"

#define LINES_MAX 20
#define LINE_ROOM 40 /* characters with NUL: what narrow printers have, and some */

void tell_done(struct register_zvt *zvt) {
  const struct bytes_writer nothing = bytes_writer(NULL, 0);
  uint8_t code = 0;
  (void)line_deliver(zvt, 0x06, 0x0F, &nothing, &code);
}

void tell_abort(struct register_zvt *zvt, enum zvt_code code) {
  uint8_t reason = (uint8_t)code, ignored = 0;
  struct bytes_writer data = bytes_writer(&reason, 1);
  data.len = 1;
  (void)line_deliver(zvt, 0x06, 0x1E, &data, &ignored);
}

void tell_progress(struct register_zvt *zvt, enum zvt_progress progress, const char *text) {
  uint8_t data[256];
  char said[200];
  struct bytes_writer writer = bytes_writer(data, sizeof data);
  size_t len = text == NULL ? 0 : zvt_text(text, zvt->charset, said, sizeof said);
  bytes_write_u8(&writer, (uint8_t)progress);
  if (len > 0) { /* TLV: display text, of lines */
    bytes_write_u8(&writer, 0x00);
    size_t line = tlv_header_size(0x07, len) + len;
    tlv_write_header(&writer, ZVT_TLV, tlv_header_size(0x24, line) + line);
    tlv_write_header(&writer, 0x24, line);
    tlv_write(&writer, 0x07, (const uint8_t *)said, len);
  }
  line_send(zvt, 0x04, 0xFF, data, writer.failed ? 1 : writer.len);
}

/* ---- 04 0F ---- */

static void put_moment(struct bytes_writer *writer, int64_t when) {
  time_t seconds = (time_t)when;
  struct tm local;
  localtime_r(&seconds, &local);
  zvt_put_bcd(writer, ZVT_TIME, (uint64_t)(local.tm_hour * 10000 + local.tm_min * 100 + local.tm_sec), 3);
  zvt_put_bcd(writer, ZVT_DATE, (uint64_t)((local.tm_mon + 1) * 100 + local.tm_mday), 2);
}

static uint64_t digits_of(const char *text) {
  uint64_t number = 0;
  for (; *text != 0; text++)
    if (*text >= '0' && *text <= '9')
      number = number * 10 + (uint64_t)(*text - '0');
  return number;
}

static int64_t time_of(const struct zvt_entry *entry, const struct till_result *result) {
  int64_t when = moment_valid(result->outcome.time) ? moment_to_unix(result->outcome.time) : 0;
  return when > 0 ? when : entry->time;
}

/* What a result leaves for people: open ones most of all. */
static const char *sentence_of(const struct till_result *result) {
  if (result->held)
    return "NOT KNOWN: same amount again, with the same card";
  return result->owed ? "owed to the card" : status_sentence(result->status);
}

bool tell_result(struct register_zvt *zvt, const struct zvt_entry *entry, const struct till_result *result,
                 uint8_t *refused) {
  uint8_t data[512];
  char text[100];
  struct bytes_writer writer = bytes_writer(data, sizeof data);
  size_t len = zvt_text(sentence_of(result), zvt->charset, text, sizeof text);
  zvt_put_byte(&writer, ZVT_RESULT, (uint8_t)code_of(result));
  zvt_put_bcd(&writer, ZVT_AMOUNT, (uint64_t)result->outcome.amount.minor, 6);
  zvt_put_bcd(&writer, ZVT_CURRENCY, zvt->facts->currency->numeric, 2);
  zvt_put_bcd(&writer, ZVT_TRACE, entry->number, 3);
  put_moment(&writer, time_of(entry, result));
  zvt_put_bcd(&writer, ZVT_RECEIPT, book_receipt(entry->number), 2);
  zvt_put_bcd(&writer, ZVT_TERMINAL, digits_of(zvt->facts->tid), 4);
  zvt_put_var(&writer, ZVT_CARD_NAME, 2, "EPURSE", 6);
  zvt_put_var(&writer, ZVT_TEXT, 3, text, len);
  return line_deliver(zvt, 0x04, 0x0F, &writer, refused);
}

bool tell_totals(struct register_zvt *zvt, const struct till_totals *totals) {
  uint8_t data[128], refused = 0;
  struct bytes_writer writer = bytes_writer(data, sizeof data);
  int64_t sum = totals->kinds[TILL_SALE].amount - totals->kinds[TILL_REFUND].amount;
  zvt_put_byte(&writer, ZVT_RESULT, ZVT_OK);
  zvt_put_bcd(&writer, ZVT_AMOUNT, sum > 0 ? (uint64_t)sum : 0, 6);
  zvt_put_bcd(&writer, ZVT_CURRENCY, zvt->facts->currency->numeric, 2);
  put_moment(&writer, totals->until);
  zvt_put_bcd(&writer, ZVT_TERMINAL, digits_of(zvt->facts->tid), 4);
  return line_deliver(zvt, 0x04, 0x0F, &writer, &refused) && refused == 0;
}

/* ---- lines to print ---- */

struct paper {
  char lines[LINES_MAX][LINE_ROOM];
  size_t count;
};

static void put_line(struct paper *paper, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void put_line(struct paper *paper, const char *format, ...) {
  va_list arguments;
  if (paper->count == LINES_MAX)
    return;
  va_start(arguments, format);
  vsnprintf(paper->lines[paper->count++], LINE_ROOM, format, arguments);
  va_end(arguments);
}

/* A sentence over as many lines as it needs, cut between words where it has some. */
static void put_sentence(struct paper *paper, const char *text) {
  while (*text != 0) {
    size_t len = strlen(text), room = LINE_ROOM - 1;
    if (len > room) {
      for (len = room; len > 0 && text[len] != ' '; len--)
        ;
      len = len == 0 ? room : len;
    }
    put_line(paper, "%.*s", (int)len, text);
    text += len;
    text += strspn(text, " ");
  }
}

static const char *money(int64_t minor, uint16_t currency, char text[AMOUNT_TEXT_MAX]) {
  if (amount_print((struct amount){minor, currency}, NULL, text, AMOUNT_TEXT_MAX) == 0)
    text[0] = 0;
  return text;
}

/* Line by line, 06 D1; the last one says that it is. */
static void print_lines(struct register_zvt *zvt, const struct paper *paper) {
  for (size_t i = 0; i < paper->count && line_open(zvt); i++) {
    uint8_t data[LINE_ROOM + 1], code = 0;
    struct bytes_writer writer = bytes_writer(data, sizeof data);
    char text[LINE_ROOM];
    size_t len = zvt_text(paper->lines[i], zvt->charset, text, sizeof text);
    bytes_write_u8(&writer, i + 1 == paper->count ? 0x80 : 0x00);
    bytes_write(&writer, (const uint8_t *)text, len);
    (void)line_deliver(zvt, 0x06, 0xD1, &writer, &code);
  }
}

/* All at once, 06 D3: the kind of receipt, and its lines. */
static void print_block(struct register_zvt *zvt, const struct paper *paper, uint8_t kind) {
  uint8_t inner[LINES_MAX * (LINE_ROOM + 2)], data[sizeof inner + 32], code = 0;
  struct bytes_writer lines = bytes_writer(inner, sizeof inner), writer = bytes_writer(data, sizeof data);
  for (size_t i = 0; i < paper->count; i++) {
    char text[LINE_ROOM];
    size_t len = zvt_text(paper->lines[i], zvt->charset, text, sizeof text);
    tlv_write(&lines, 0x07, (const uint8_t *)text, len);
  }
  tlv_write_header(&writer, ZVT_TLV, 4 + tlv_header_size(0x25, lines.len) + lines.len);
  tlv_write(&writer, 0x1F07, &kind, 1);
  tlv_write(&writer, 0x25, inner, lines.len);
  (void)line_deliver(zvt, 0x06, 0xD3, &writer, &code);
}

static void print(struct register_zvt *zvt, const struct paper *paper, uint8_t wanted, uint8_t kind) {
  uint8_t needs = (uint8_t)(wanted | ZVT_PRINTS_LINES);
  if ((zvt->book.config & needs) != needs)
    return;
  if (zvt->book.blocks)
    print_block(zvt, paper, kind);
  else
    print_lines(zvt, paper);
}

static void put_head(const struct register_zvt *zvt, struct paper *paper, const char *title, int64_t when) {
  char text[LINE_ROOM];
  time_t seconds = (time_t)when;
  struct tm local;
  localtime_r(&seconds, &local);
  strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &local);
  put_line(paper, "%s", zvt->facts->merchant_name);
  put_line(paper, "%s", title);
  put_line(paper, "%s", text);
  put_line(paper, "Terminal %s", zvt->facts->tid);
}

#define PRINT_MERCHANT 0x01
#define PRINT_HOLDER   0x02
#define PRINT_OFFICE   0x03

void tell_receipt(struct register_zvt *zvt, const struct zvt_entry *entry, const struct till_result *result) {
  const struct outcome *outcome = &result->outcome;
  uint16_t currency = zvt->facts->currency->numeric;
  struct paper paper = {.count = 0};
  char text[AMOUNT_TEXT_MAX];
  put_head(zvt, &paper, entry->kind == TILL_SALE ? "PAYMENT" : "REFUND", time_of(entry, result));
  put_line(&paper, "Receipt %04u  Trace %06" PRIu64, (unsigned)book_receipt(entry->number), entry->number % 1000000);
  put_line(&paper, "Amount  %s", money(outcome->amount.minor, currency, text));
  put_sentence(&paper, sentence_of(result));
  if (result->status == STATUS_OK && outcome->balance_after >= 0)
    put_line(&paper, "On the card  %s", money(outcome->balance_after, currency, text));
  if (outcome->offline)
    put_line(&paper, "off-line");
  if (zvt->book.blocks)
    print(zvt, &paper, ZVT_PRINTS_PAYMENTS, PRINT_MERCHANT);
  print(zvt, &paper, ZVT_PRINTS_PAYMENTS, PRINT_HOLDER);
}

void tell_office(struct register_zvt *zvt, const char *title, const struct till_totals *totals, const char *note) {
  uint16_t currency = zvt->facts->currency->numeric;
  struct paper paper = {.count = 0};
  char text[AMOUNT_TEXT_MAX];
  put_head(zvt, &paper, title, totals->until);
  if (note != NULL)
    put_sentence(&paper, note);
  put_line(&paper, "Sales    %u  %s", totals->kinds[TILL_SALE].count,
           money(totals->kinds[TILL_SALE].amount, currency, text));
  put_line(&paper, "Refunds  %u  %s", totals->kinds[TILL_REFUND].count,
           money(totals->kinds[TILL_REFUND].amount, currency, text));
  put_line(&paper, "Not booked yet  %u", totals->waiting.count);
  put_line(&paper, "Not known yet  %u", totals->held);
  for (size_t i = 0; i < zvt->book.open_count; i++)
    put_line(&paper, "Open: receipt %04u  %s", (unsigned)book_receipt(zvt->book.open[i].number),
             money(zvt->book.open[i].amount, currency, text));
  print(zvt, &paper, ZVT_PRINTS_OFFICE, PRINT_OFFICE);
}
