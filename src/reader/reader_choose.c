/* SPDX-License-Identifier: Apache-2.0
 * Which reader a user means: part of a name, an index, an ATR, or nothing said. Touches no reader by itself. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "epurse/bytes.h"
#include "reader_pcsc.h"

#define INDEX_DIGITS_MAX 3

/* ISO/IEC 7816-3 8.1: TS */
#define ATR_DIRECT  0x3B
#define ATR_INVERSE 0x3F

static void choice_list(const struct pcsc_choice *choice) {
  size_t at = 0;

  choice->problem[0] = '\0';
  for (size_t i = 0; i < choice->count && at < PCSC_PROBLEM_SIZE; i++) {
    char name[4 * MAX_READERNAME + 1];
    bytes_to_text(choice->slots[i].name, MAX_READERNAME, name);
    int written = snprintf(choice->problem + at, PCSC_PROBLEM_SIZE - at, "%s#%zu \"%s\"%s", i == 0 ? "" : ", ", i, name,
                           choice->slots[i].present ? " (card)" : "");
    at += written > 0 ? (size_t)written : 0;
  }
}

static enum status choice_fail(const struct pcsc_choice *choice, enum status status) {
  choice_list(choice);
  return status;
}

static enum status choose_index(struct pcsc_choice *choice, const char *digits) {
  choice->chosen = strtoul(digits, NULL, 10);
  return choice->chosen < choice->count ? STATUS_OK : choice_fail(choice, STATUS_NO_READER);
}

/* A test of one slot; `wanted` is the specification, or an ATR as struct pcsc_slot holds it. */
typedef bool slot_test(const struct pcsc_choice *choice, const struct pcsc_slot *slot, const void *wanted);

/* How many slots pass; the first of them is chosen. */
static size_t choice_count(struct pcsc_choice *choice, slot_test *test, const void *wanted) {
  size_t found = 0;

  for (size_t i = choice->count; i-- > 0;) {
    if (test(choice, &choice->slots[i], wanted)) {
      choice->chosen = i;
      found++;
    }
  }
  return found;
}

static bool slot_has_name(const struct pcsc_choice *choice, const struct pcsc_slot *slot, const void *wanted) {
  (void)choice;
  return strcmp(slot->name, wanted) == 0;
}

static bool slot_has_part(const struct pcsc_choice *choice, const struct pcsc_slot *slot, const void *wanted) {
  (void)choice;
  return bytes_text_has(slot->name, wanted);
}

static bool slot_has_atr(const struct pcsc_choice *choice, const struct pcsc_slot *slot, const void *wanted) {
  const struct pcsc_slot *other = wanted;
  (void)choice;
  return slot->present && slot->atr_len == other->atr_len && memcmp(slot->atr, other->atr, slot->atr_len) == 0;
}

static bool slot_has_card(const struct pcsc_choice *choice, const struct pcsc_slot *slot, const void *wanted) {
  (void)choice;
  (void)wanted;
  return slot->present;
}

static bool slot_has_purse(const struct pcsc_choice *choice, const struct pcsc_slot *slot, const void *wanted) {
  (void)wanted;
  return slot->present && choice->is_purse(choice->context, slot);
}

/* Two readers of a kind differ in the number behind the name only: a full name beats its being part of another. */
static enum status choose_text(struct pcsc_choice *choice, const char *spec) {
  struct pcsc_slot wanted = {0};
  size_t found = 0;

  if (bytes_from_hex(spec, wanted.atr, sizeof wanted.atr, &wanted.atr_len) == STATUS_OK && wanted.atr_len >= 2 &&
      (wanted.atr[0] == ATR_DIRECT || wanted.atr[0] == ATR_INVERSE))
    found = choice_count(choice, slot_has_atr, &wanted);
  if (found == 0)
    found = choice_count(choice, slot_has_name, spec);
  if (found == 0)
    found = choice_count(choice, slot_has_part, spec);
  if (found == 0)
    return choice_fail(choice, STATUS_NO_READER);
  return found == 1 ? STATUS_OK : choice_fail(choice, STATUS_READER_AMBIGUOUS);
}

static enum status choose_default(struct pcsc_choice *choice) {
  size_t cards = choice_count(choice, slot_has_card, NULL);

  if (cards == 1)
    return STATUS_OK;
  if (cards == 0) {
    choice->chosen = 0;
    return choice->count == 1 ? STATUS_OK : choice_fail(choice, STATUS_NO_CARD); /* a card will choose */
  }
  return choice_count(choice, slot_has_purse, NULL) == 1 ? STATUS_OK : choice_fail(choice, STATUS_READER_AMBIGUOUS);
}

static enum status choose_slot(struct pcsc_choice *choice, const char *spec) {
  if (spec == NULL || *spec == '\0')
    return choose_default(choice);
  const char *digits = *spec == '#' ? spec + 1 : spec;
  size_t len = strspn(digits, "0123456789");
  if (len > 0 && len <= INDEX_DIGITS_MAX && digits[len] == '\0')
    return choose_index(choice, digits);
  return choose_text(choice, spec);
}

/* PC/SC connects by name: of two readers with one name it always takes the first, whichever was meant. */
static enum status choice_unique(const struct pcsc_choice *choice) {
  const struct pcsc_slot *chosen = &choice->slots[choice->chosen];
  char name[4 * MAX_READERNAME + 1];

  for (size_t i = 0; i < choice->count; i++) {
    if (i == choice->chosen || strcmp(choice->slots[i].name, chosen->name) != 0)
      continue;
    bytes_to_text(chosen->name, MAX_READERNAME, name);
    (void)snprintf(choice->problem, PCSC_PROBLEM_SIZE,
                   "#%zu and #%zu cannot be told apart, unplug one: both are \"%.400s\"",
                   i < choice->chosen ? i : choice->chosen, i < choice->chosen ? choice->chosen : i, name);
    return STATUS_READER_AMBIGUOUS;
  }
  return STATUS_OK;
}

enum status pcsc_choose(struct pcsc_choice *choice, const char *spec) {
  choice->problem[0] = '\0';
  if (choice->count == 0)
    return STATUS_NO_READER;
  enum status status = choose_slot(choice, spec);
  return status == STATUS_OK ? choice_unique(choice) : status;
}
