/* SPDX-License-Identifier: Apache-2.0
 * Short texts from people and files: amounts, card numbers, hexadecimal, names. The first byte of an input names the
 * kind. */
#include <stdlib.h>
#include <string.h>

#include "epurse/amount.h"
#include "epurse/bytes.h"
#include "epurse/record.h"
#include "epurse/x509.h"
#include "target.h"

#define TEXT_MAX 255

/* An amount that was read is printed as one that reads the same. */
static bool amount_again(const char *text, const char *code) {
  const struct currency *currency = currency_by_code(code);
  struct amount amount, again;
  char printed[AMOUNT_TEXT_MAX];
  fuzz_require(currency != NULL);
  if (amount_parse(text, currency, '.', &amount) != STATUS_OK)
    return false;
  fuzz_require(amount.minor > 0 && amount.minor <= AMOUNT_MAX_ON_CARD && amount.currency == currency->numeric);
  size_t len = amount_print(amount, NULL, printed, sizeof printed);
  fuzz_require(len > 4 && strcmp(printed + len - 4, (char[]){' ', code[0], code[1], code[2], 0}) == 0);
  printed[len - 4] = 0;
  fuzz_require(amount_parse(printed, currency, '.', &again) == STATUS_OK && again.minor == amount.minor);
  return true;
}

static bool euro_take(const char *text) {
  return amount_again(text, "EUR");
}

static bool yen_take(const char *text) {
  return amount_again(text, "JPY");
}

static bool cid_take(const char *text) {
  uint8_t cid[CID_SIZE];
  char printed[17];
  if (cid_parse(text, cid) != STATUS_OK)
    return false;
  cid_print(cid, printed);
  fuzz_require(strcmp(printed, text) == 0);
  return true;
}

static bool hex_take(const char *text) {
  uint8_t data[16], again[16];
  char printed[33];
  size_t len = 0, again_len = 0;
  if (bytes_from_hex(text, data, sizeof data, &len) != STATUS_OK)
    return false;
  fuzz_require(len <= sizeof data);
  bytes_to_hex(data, len, printed);
  fuzz_require(bytes_from_hex(printed, again, sizeof again, &again_len) == STATUS_OK);
  fuzz_require(again_len == len && memcmp(data, again, len) == 0);
  return true;
}

static bool name_take(const char *text) {
  uint8_t role = 0;
  bool status = strcmp(status_name(status_by_name(text)), text) == 0;
  bool known = role_by_name(text, &role) == STATUS_OK;
  const struct currency *currency = currency_by_code(text);
  fuzz_require(!known || strcmp(role_name(role), text) == 0);
  fuzz_require(currency == NULL || currency_by_number(currency->numeric) == currency);
  return status || known || currency != NULL;
}

static bool (*const kinds[])(const char *text) = {euro_take, yen_take, cid_take, hex_take, name_take};

static bool take(void *context, const uint8_t *data, size_t len) {
  (void)context;
  if (len == 0 || len > TEXT_MAX + 1)
    return false;
  char *text = malloc(len); /* no longer than it is */
  fuzz_require(text != NULL);
  memcpy(text, data + 1, len - 1);
  text[len - 1] = 0;
  bool taken = kinds[data[0] % (sizeof kinds / sizeof kinds[0])](text);
  free(text);
  return taken;
}

static void seeds(void *context, const struct fuzz_sink *sink) {
  uint8_t cid[CID_SIZE];
  char digits[17], input[18] = {2};
  (void)context;
  cid_make(999001, 42, cid);
  cid_print(cid, digits);
  memcpy(input + 1, digits, sizeof digits);
  fuzz_seed(sink, input, sizeof input - 1);
  fuzz_seed_text(sink, "\x00"
                       "12.50");
  fuzz_seed_text(sink, "\x00"
                       "21474836.47");
  fuzz_seed_text(sink, "\x01"
                       "1200");
  fuzz_seed_text(sink, "\x03"
                       "00 A4:04 00");
  fuzz_seed_text(sink, "\x04"
                       "WRONG_PIN");
  fuzz_seed_text(sink, "\x04"
                       "reload");
  fuzz_seed_text(sink, "\x04"
                       "CHF");
}

const struct fuzz_target fuzz_text = {.name = "text", .take = take, .seeds = seeds};
