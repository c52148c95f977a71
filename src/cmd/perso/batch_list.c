/* SPDX-License-Identifier: Apache-2.0
 * Reading the list of cards to be made, and finding its entries. */
#include "batch_list.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "epurse/command.h"
#include "epurse/crypto.h"

#define NO_COLUMN CSV_FIELDS_MAX

/* Where the columns are. */
struct columns {
  struct batch_list *list;
  bool known;
  size_t count, reference, pin;
};

static enum status header_take(struct columns *columns, char *const *fields, size_t count, char *problem) {
  columns->known = true;
  columns->count = count;
  columns->reference = columns->pin = NO_COLUMN;
  for (size_t i = 0; i < count; i++) {
    size_t *column = strcmp(fields[i], "reference") == 0 ? &columns->reference
                     : strcmp(fields[i], "pin") == 0     ? &columns->pin
                                                         : NULL;
    if (column == NULL || *column != NO_COLUMN) {
      (void)snprintf(problem, CSV_PROBLEM, "column '%.40s' is %s; there are 'reference' and 'pin'", fields[i],
                     column == NULL ? "not known" : "there twice");
      return STATUS_BAD_FORMAT;
    }
    *column = i;
  }
  if (columns->reference != NO_COLUMN)
    return STATUS_OK;
  (void)snprintf(problem, CSV_PROBLEM, "a column 'reference' is wanted");
  return STATUS_BAD_FORMAT;
}

/* Room for one more. What was moved is wiped where it was. */
static enum status list_grow(struct batch_list *list) {
  if (list->count < list->capacity)
    return STATUS_OK;
  size_t capacity = list->capacity == 0 ? 64 : 2 * list->capacity;
  struct batch_entry *larger = calloc(capacity, sizeof *larger);
  if (larger == NULL)
    return STATUS_NO_MEMORY;
  if (list->count > 0)
    memcpy(larger, list->entries, list->count * sizeof *larger);
  if (list->entries != NULL)
    crypto_wipe(list->entries, list->capacity * sizeof *larger);
  free(list->entries);
  list->entries = larger;
  list->capacity = capacity;
  return STATUS_OK;
}

static const char *entry_fault(const char *reference, const char *pin) {
  uint8_t block[PIN_BLOCK_SIZE] = {0};
  if (reference[0] == 0)
    return "the reference is empty";
  if (strlen(reference) > BATCH_REFERENCE_MAX)
    return "the reference is longer than 64 bytes";
  enum status status = pin[0] != 0 ? pin_block_encode(pin, block) : STATUS_OK;
  crypto_wipe(block, sizeof block);
  return status == STATUS_OK ? NULL : "a PIN has 4 to 12 digits";
}

static enum status entry_take(void *context, size_t line, char *const *fields, size_t count, char *problem) {
  struct columns *columns = context;
  struct batch_list *list = columns->list;
  if (!columns->known)
    return header_take(columns, fields, count, problem);
  const char *fault = count != columns->count ? "it has not as many fields as the first line" : NULL;
  const char *pin = fault == NULL && columns->pin != NO_COLUMN ? fields[columns->pin] : "";
  if (fault == NULL)
    fault = entry_fault(fields[columns->reference], pin);
  if (fault != NULL) {
    (void)snprintf(problem, CSV_PROBLEM, "%s", fault);
    return STATUS_BAD_FORMAT;
  }
  enum status status = list_grow(list);
  if (status != STATUS_OK)
    return status;
  struct batch_entry *entry = &list->entries[list->count++];
  (void)snprintf(entry->reference, sizeof entry->reference, "%s", fields[columns->reference]);
  (void)snprintf(entry->pin, sizeof entry->pin, "%s", pin);
  entry->line = line;
  list->draws_pins = list->draws_pins || pin[0] == 0;
  return STATUS_OK;
}

static int order_compare(const void *one, const void *other, void *context) {
  const struct batch_entry *entries = context;
  const struct batch_entry *a = &entries[*(const size_t *)one], *b = &entries[*(const size_t *)other];
  int by_reference = strcmp(a->reference, b->reference);
  return by_reference != 0 ? by_reference : (a->line > b->line) - (a->line < b->line);
}

static enum status list_order(struct batch_list *list, char problem[CSV_PROBLEM]) {
  list->order = calloc(list->count + 1, sizeof *list->order);
  if (list->order == NULL)
    return STATUS_NO_MEMORY;
  for (size_t i = 0; i < list->count; i++)
    list->order[i] = i;
  qsort_r(list->order, list->count, sizeof *list->order, order_compare, list->entries);
  for (size_t i = 1; i < list->count; i++) {
    const struct batch_entry *first = &list->entries[list->order[i - 1]], *second = &list->entries[list->order[i]];
    if (strcmp(first->reference, second->reference) == 0) {
      (void)snprintf(problem, CSV_PROBLEM, "line %zu: reference '%s' stands in line %zu already", second->line,
                     second->reference, first->line);
      return STATUS_BAD_FORMAT;
    }
  }
  return STATUS_OK;
}

/* PINs are nobody's but the desk's. */
static enum status exposure_check(FILE *file, const struct columns *columns, char problem[CSV_PROBLEM]) {
  struct stat facts;
  if (fstat(fileno(file), &facts) != 0)
    return STATUS_STORE_FAILED;
  if (columns->pin == NO_COLUMN || (facts.st_mode & (S_IRWXG | S_IRWXO)) == 0)
    return STATUS_OK;
  (void)snprintf(problem, CSV_PROBLEM, "it holds PINs and can be read by others; chmod 600 it");
  return STATUS_KEY_EXPOSED;
}

enum status batch_list_read(const char *path, struct batch_list *list, char problem[CSV_PROBLEM]) {
  struct columns columns = {.list = list, .pin = NO_COLUMN};
  *list = (struct batch_list){0};
  problem[0] = 0;
  FILE *file = fopen(path, "re");
  if (file == NULL)
    return errno == ENOENT ? STATUS_NOT_FOUND : STATUS_STORE_FAILED;
  (void)setvbuf(file, NULL, _IONBF, 0); /* no buffer of libc keeps PINs */
  enum status status = csv_rows(file, entry_take, &columns, problem);
  if (status == STATUS_OK)
    status = exposure_check(file, &columns, problem);
  if (status == STATUS_OK && list->count == 0) {
    (void)snprintf(problem, CSV_PROBLEM, "it names no card");
    status = STATUS_BAD_FORMAT;
  }
  if (status == STATUS_OK)
    status = list_order(list, problem);
  (void)fclose(file);
  if (status != STATUS_OK)
    batch_list_clear(list);
  return status;
}

void batch_list_clear(struct batch_list *list) {
  if (list->entries != NULL)
    crypto_wipe(list->entries, list->capacity * sizeof *list->entries);
  free(list->entries);
  free(list->order);
  *list = (struct batch_list){0};
}

struct batch_entry *batch_list_find(const struct batch_list *list, const char *reference) {
  size_t low = 0, high = list->count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    struct batch_entry *entry = &list->entries[list->order[middle]];
    int side = strcmp(reference, entry->reference);
    if (side == 0)
      return entry;
    if (side < 0)
      high = middle;
    else
      low = middle + 1;
  }
  return NULL;
}

struct batch_entry *batch_list_of_chip(const struct batch_list *list, const uint8_t chip_serial[CHIP_SERIAL_SIZE]) {
  for (size_t i = 0; i < list->count; i++) {
    struct batch_entry *entry = &list->entries[i];
    if (entry->state != BATCH_FREE && memcmp(entry->chip_serial, chip_serial, CHIP_SERIAL_SIZE) == 0)
      return entry;
  }
  return NULL;
}

struct batch_entry *batch_list_free_entry(const struct batch_list *list) {
  for (size_t i = 0; i < list->count; i++)
    if (list->entries[i].state == BATCH_FREE)
      return &list->entries[i];
  return NULL;
}

size_t batch_list_count(const struct batch_list *list, enum batch_state state) {
  size_t count = 0;
  for (size_t i = 0; i < list->count; i++)
    count += list->entries[i].state >= state;
  return count;
}
