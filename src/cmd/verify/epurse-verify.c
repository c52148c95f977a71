/* SPDX-License-Identifier: Apache-2.0
 * epurse-verify: checks receipts with the master public key and nothing else (R13). */
#include <inttypes.h>
#include <jansson.h>
#include <locale.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/frame/finish.h"
#include "cmd/frame/option.h"
#include "cmd/frame/receipt_qr.h"
#include "epurse/amount.h"
#include "epurse/bytes.h"
#include "epurse/key.h"
#include "epurse/record.h"
#include "epurse/secret.h"

struct verify_options {
  const char *master;
  bool json, quiet, qr, text;
};

static const char *type_text(uint8_t type) {
  return type == TRANSACTION_LOAD ? "load" : type == TRANSACTION_POINTS_PURCHASE ? "purchase with points" : "purchase";
}

static void print_facts(const char *path, const struct receipt_facts *facts) {
  const struct promise *promise = &facts->promise;
  const struct lconv *locale = localeconv();
  struct amount_format format = {locale->decimal_point, locale->thousands_sep};
  char cid[17], time[21], amount[AMOUNT_TEXT_MAX] = "", hash[65], previous[65], tid[4 * TID_SIZE + 1];
  cid_print(promise->cid, cid);
  moment_print(facts->authorisation.time, time);
  if (amount_print((struct amount){promise->amount, promise->currency}, &format, amount, sizeof amount) == 0)
    snprintf(amount, sizeof amount, "%" PRIu32 " of currency %u", promise->amount, (unsigned)promise->currency);
  bytes_to_text(promise->tid, TID_SIZE, tid);
  bytes_to_hex(facts->hash, sizeof facts->hash, hash);
  bytes_to_hex(promise->previous, sizeof promise->previous, previous);
  printf("%s: genuine\n  %s of %s, done\n  by card %s, transaction %" PRIu32
         "%s\n  at %s, terminal %s\n  on %s (server)\n",
         path, type_text(promise->type), amount, cid, promise->atc, promise->pin_verified ? ", PIN verified" : "",
         facts->merchant, tid, time);
  if (facts->authorisation.points != 0)
    printf("  loyalty points %+" PRId32 "\n", facts->authorisation.points);
  printf("  name     %s\n  previous %s\n", hash, previous);
}

static json_t *facts_json(const struct receipt_facts *facts) {
  const struct promise *promise = &facts->promise;
  const struct currency *currency = currency_by_number(promise->currency);
  char cid[17], time[21], hash[65], previous[65], tid[4 * TID_SIZE + 1];
  cid_print(promise->cid, cid);
  moment_print(facts->authorisation.time, time);
  bytes_to_hex(facts->hash, sizeof facts->hash, hash);
  bytes_to_hex(promise->previous, sizeof promise->previous, previous);
  bytes_to_text(promise->tid, TID_SIZE, tid);
  return json_pack("{s:s, s:s, s:I, s:I, s:s, s:I, s:s, s:s, s:s, s:b, s:s, s:s}", "type", type_text(promise->type),
                   "cid", cid, "atc", (json_int_t)promise->atc, "amount", (json_int_t)promise->amount, "currency",
                   currency != NULL ? currency->code : "", "points", (json_int_t)facts->authorisation.points,
                   "merchant", facts->merchant, "tid", tid, "time", time, "pin_verified", promise->pin_verified ? 1 : 0,
                   "name", hash, "previous", previous);
}

static bool is_blank(uint8_t byte) {
  return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
}

/* What editors and mail put around a text: a byte order mark, blanks, ends of lines. */
static void trim(const uint8_t **data, size_t *len) {
  if (*len >= 3 && memcmp(*data, "\xEF\xBB\xBF", 3) == 0) {
    *data += 3;
    *len -= 3;
  }
  for (; *len > 0 && is_blank(**data); (*len)--)
    (*data)++;
  while (*len > 0 && is_blank((*data)[*len - 1]))
    (*len)--;
}

/* A receipt in bytes, as terminals write it, or in text, as a QR code holds it. */
static enum status load_receipt(const char *path, uint8_t receipt[RECEIPT_MAX], size_t *len) {
  uint8_t *data = NULL;
  size_t data_len = 0;
  enum status status = public_file_load(path, &data, &data_len);
  const uint8_t *text = data;
  size_t text_len = data_len;
  if (status == STATUS_OK)
    trim(&text, &text_len);
  if (status == STATUS_OK && receipt_text_is(text, text_len)) {
    status = receipt_text_decode(text, text_len, receipt, len);
  } else if (status == STATUS_OK) {
    *len = data_len < RECEIPT_MAX ? data_len : RECEIPT_MAX;
    memcpy(receipt, data, *len);
    status = data_len > RECEIPT_MAX ? STATUS_BAD_FORMAT : STATUS_OK;
  }
  free(data);
  return status;
}

/* The receipt for its holder: as text, as a QR code. */
static enum status print_copy(const struct verify_options *options, const uint8_t *receipt, size_t len) {
  char text[RECEIPT_TEXT_SIZE];
  enum status status = STATUS_OK;
  if (options->text)
    status = receipt_text_encode(receipt, len, text, sizeof text);
  if (options->text && status == STATUS_OK)
    puts(text);
  if (options->qr && status == STATUS_OK)
    status = receipt_qr_print(receipt, len, stdout);
  return status;
}

static enum status verify_file(const struct verify_options *options, const uint8_t *master, const char *path) {
  uint8_t receipt[RECEIPT_MAX];
  size_t len = 0;
  struct receipt_facts facts;
  const char *reason = "";
  enum status status = load_receipt(path, receipt, &len);
  if (status == STATUS_OK)
    status = receipt_verify(receipt, len, master, &facts, &reason);
  else
    reason = status_sentence(status);
  if (options->json) {
    json_t *object = status == STATUS_OK ? facts_json(&facts) : json_pack("{s:s}", "reason", reason);
    json_object_set_new(object, "file", json_string(path));
    json_object_set_new(object, "status", json_string(status_name(status)));
    json_dumpf(object, stdout, JSON_COMPACT | JSON_PRESERVE_ORDER);
    putchar('\n');
    json_decref(object);
  } else if (status == STATUS_OK && !options->quiet) {
    print_facts(path, &facts);
  }
  if (status != STATUS_OK) {
    fprintf(stderr, "epurse-verify: %s: not a valid receipt: %s\n", path, reason);
    return status;
  }
  return options->json ? STATUS_OK : print_copy(options, receipt, len);
}

int main(int argc, char **argv) {
  static const struct option_row rows[] = {
      {"master", 'm', "FILE", "EPURSE_MASTER", OPTION_TEXT, offsetof(struct verify_options, master), 0, 0,
       "the issuer's master public key, PEM"},
      {"json", 'j', NULL, NULL, OPTION_FLAG, offsetof(struct verify_options, json), 0, 0, "one JSON object per file"},
      {"quiet", 'q', NULL, NULL, OPTION_FLAG, offsetof(struct verify_options, quiet), 0, 0,
       "only the exit code, and what is wrong"},
      {"text", 0, NULL, NULL, OPTION_FLAG, offsetof(struct verify_options, text), 0, 0,
       "print the receipt as text, as a QR code holds it"},
      {"qr", 0, NULL, NULL, OPTION_FLAG, offsetof(struct verify_options, qr), 0, 0, "draw the receipt as a QR code"},
      {0}};
  static const struct program program = {
      "epurse-verify", "Checks receipts of electronic purse cards with the master public key alone.",
      {rows},          NULL,
      "FILE...",       1};
  struct verify_options options = {0};
  uint8_t master[CRYPTO_P256_PUBLIC_SIZE];
  char **files = NULL;
  process_streams();
  setlocale(LC_ALL, "");
  enum status status = option_parse(&program, argc, argv, &options, NULL, &files);
  if (status == STATUS_OK && options.master == NULL) {
    fprintf(stderr, "epurse-verify: name the issuer's master public key with --master\n");
    status = STATUS_USAGE;
  }
  if (status != STATUS_OK)
    return status_exit_code(status);
  status = public_key_load(options.master, master);
  if (status != STATUS_OK) {
    fprintf(stderr, "epurse-verify: %s: %s\n", options.master, status_sentence(status));
    return status_exit_code(status);
  }
  for (; *files != NULL; files++) {
    enum status one = verify_file(&options, master, *files);
    if (status == STATUS_OK)
      status = one;
  }
  status = finish(&(struct ending){.program = program.name, .what = "receipts"}, status);
  return status_exit_code(status);
}
