/* SPDX-License-Identifier: Apache-2.0
 * The rows of status.def, and how to find one. */
#include "epurse/status.h"

#include <stdbool.h>
#include <stddef.h>

#define WRONG_PIN_MASK 0xFFF0 /* 63Cx: x tries left, ISO/IEC 7816-4 5.6 */

struct status_row {
  const char *name;
  const char *sentence;
  int exit_code;
  int http;
  uint16_t sw;
};

static const struct status_row rows[] = {
#define STATUS(name, exit_code, http, sw, sentence) {#name, sentence, exit_code, http, sw},
#include "epurse/status.def"
#undef STATUS
};

/* The place of each row; each name of enum status stands at the place of its row. */
enum status_place {
#define STATUS(name, exit_code, http, sw, sentence) PLACE_##name,
#include "epurse/status.def"
#undef STATUS
  PLACE_COUNT
};
#define STATUS(name, exit_code, http, sw, sentence)                                                                    \
  _Static_assert((int)PLACE_##name == (int)STATUS_##name, #name ": status.h and status.def disagree on its place");
#include "epurse/status.def"
#undef STATUS
_Static_assert((int)PLACE_COUNT == (int)STATUS_COUNT, "status.h has a name without a row in status.def");

static const struct status_row *status_row(enum status status) {
  return (size_t)status < STATUS_COUNT ? &rows[status] : &rows[STATUS_INTERNAL];
}

static bool name_equal(const char *a, const char *b) {
  while (*a != '\0' && *a == *b) {
    a++;
    b++;
  }
  return *a == *b;
}

const char *status_name(enum status status) {
  return status_row(status)->name;
}

const char *status_sentence(enum status status) {
  return status_row(status)->sentence;
}

int status_exit_code(enum status status) {
  return status_row(status)->exit_code;
}

int status_http(enum status status) {
  int http = status_row(status)->http;
  return http != 0 ? http : 500;
}

uint16_t status_sw(enum status status) {
  return status_row(status)->sw;
}

enum status status_of_sw(uint16_t sw) {
  uint16_t wanted = (sw & WRONG_PIN_MASK) == rows[STATUS_WRONG_PIN].sw ? rows[STATUS_WRONG_PIN].sw : sw;

  for (size_t i = 0; wanted != 0 && i < STATUS_COUNT; i++)
    if (rows[i].sw == wanted)
      return (enum status)i;
  return STATUS_CARD_REFUSED;
}

enum status status_by_name(const char *name) {
  for (size_t i = 0; name != NULL && i < STATUS_COUNT; i++)
    if (name_equal(name, rows[i].name))
      return (enum status)i;
  return STATUS_INTERNAL;
}
