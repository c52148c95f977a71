/* SPDX-License-Identifier: Apache-2.0
 * The ZVT server's book: a small file, written whole before a transaction begins and after the register has heard of
 * its end. */
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "epurse/crypto.h"
#include "zvt/zvt_file.h"
#include "zvt_state.h"

/* ---- its file ---- */

static json_t *entry_json(const struct zvt_entry *entry) {
  return json_pack("{s:I, s:i, s:I, s:I, s:I, s:b}", "number", (json_int_t)entry->number, "kind", (int)entry->kind,
                   "amount", (json_int_t)entry->amount, "sale", (json_int_t)entry->sale, "time",
                   (json_int_t)entry->time, "told", (int)entry->told);
}

static bool entry_read(json_t *object, struct zvt_entry *entry) {
  json_int_t number = 0, amount = 0, sale = 0, time = 0;
  int kind = 0, told = 0;
  if (json_unpack(object, "{s:I, s:i, s:I, s:I, s:I, s:b !}", "number", &number, "kind", &kind, "amount", &amount,
                  "sale", &sale, "time", &time, "told", &told) != 0 ||
      number < 0 || amount < 0 || sale < 0 || kind < 0 || kind > TILL_REFUND)
    return false;
  *entry = (struct zvt_entry){(uint64_t)number, (enum till_kind)kind, amount, (uint64_t)sale, time, told != 0};
  return true;
}

static bool book_read(json_t *object, struct zvt_book *book) {
  json_int_t number = 0, untold = 0;
  int registered = 0, blocks = 0, config = 0;
  const char *series = NULL;
  json_t *last = NULL, *open = NULL, *each = NULL;
  json_t *closed = NULL; /* an earlier version wrote it */
  size_t i = 0;
  if (json_unpack(object, "{s:s, s:I, s:o, s:o, s:b, s:b, s:i, s?o, s?I !}", "series", &series, "number", &number,
                  "last", &last, "open", &open, "registered", &registered, "blocks", &blocks, "config", &config,
                  "closed", &closed, "untold", &untold) != 0)
    return false;
  if (strlen(series) != 16 || number < 0 || untold < 0 || config < 0 || config > 255 ||
      !entry_read(last, &book->last) || !json_is_array(open) || json_array_size(open) > ZVT_OPEN_MAX)
    return false;
  json_array_foreach(open, i, each) if (!entry_read(each, &book->open[i])) return false;
  book->open_count = json_array_size(open);
  memcpy(book->series, series, sizeof book->series);
  book->number = (uint64_t)number;
  book->registered = registered != 0;
  book->blocks = blocks != 0;
  book->config = (uint8_t)config;
  book->untold = untold;
  return true;
}

enum status book_renew(struct zvt_book *book) {
  uint8_t bytes[8];
  if (!crypto_random(bytes, sizeof bytes))
    return STATUS_CRYPTO_FAILED;
  bytes_to_hex(bytes, sizeof bytes, book->series);
  return STATUS_OK;
}

enum status book_open(const char *path, struct zvt_book *book) {
  *book = (struct zvt_book){.number = 0};
  if ((size_t)snprintf(book->path, sizeof book->path, "%s", path) >= sizeof book->path)
    return STATUS_BAD_CONFIG;
  if (access(path, F_OK) != 0)
    return book_renew(book);
  json_t *object = json_load_file(path, JSON_REJECT_DUPLICATES, NULL);
  bool good = object != NULL && book_read(object, book);
  json_decref(object);
  return good ? STATUS_OK : STATUS_BAD_CONFIG;
}

enum status book_save(const struct zvt_book *book) {
  json_t *open = json_array();
  for (size_t i = 0; i < book->open_count; i++)
    (void)json_array_append_new(open, entry_json(&book->open[i]));
  json_t *object =
      json_pack("{s:s, s:I, s:o, s:o, s:b, s:b, s:i, s:I}", "series", book->series, "number", (json_int_t)book->number,
                "last", entry_json(&book->last), "open", open, "registered", (int)book->registered, "blocks",
                (int)book->blocks, "config", (int)book->config, "untold", (json_int_t)book->untold);
  char *text = object == NULL ? NULL : json_dumps(object, JSON_COMPACT);
  json_decref(object);
  bool saved = text != NULL && zvt_file_save(book->path, text);
  free(text);
  return saved ? STATUS_OK : STATUS_STORE_FAILED;
}

/* ---- its numbers ---- */

void book_reference(const struct zvt_book *book, uint64_t number, char reference[REFERENCE_MAX + 1]) {
  snprintf(reference, REFERENCE_MAX + 1, "zvt-%s-%" PRIu64, book->series, number);
}

uint16_t book_receipt(uint64_t number) {
  return number == 0 ? 0 : (uint16_t)((number - 1) % ZVT_RECEIPTS + 1);
}

uint64_t book_find(const struct zvt_book *book, uint16_t receipt) {
  uint64_t back = (book_receipt(book->number) + ZVT_RECEIPTS - (uint64_t)receipt) % ZVT_RECEIPTS;
  return receipt == 0 || receipt > ZVT_RECEIPTS || back >= book->number ? 0 : book->number - back;
}

bool book_take_open(struct zvt_book *book, const struct zvt_entry *wanted, struct zvt_entry *found) {
  for (size_t i = 0; i < book->open_count; i++) {
    const struct zvt_entry *each = &book->open[i];
    if (each->kind != wanted->kind || each->amount != wanted->amount || each->sale != wanted->sale)
      continue;
    *found = *each;
    book->open_count--;
    memmove(&book->open[i], &book->open[i + 1], (book->open_count - i) * sizeof book->open[0]);
    return true;
  }
  return false;
}
