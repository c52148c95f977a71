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
#include "cmd/frame/language.h"
#include "cmd/frame/local_time.h"
#include "cmd/frame/option.h"
#include "cmd/frame/problem.h"
#include "cmd/frame/receipt_qr.h"
#include "epurse/amount.h"
#include "epurse/bytes.h"
#include "epurse/certificate.h"
#include "epurse/key.h"
#include "epurse/receipt.h"
#include "epurse/record.h"
#include "epurse/secret.h"

struct verify_options {
  const char *master, *least, *least_card_ca;
  bool json, quiet, qr, text;
};

/* What receipts are held against. */
struct yardstick {
  uint8_t master[CRYPTO_P256_PUBLIC_SIZE];
  struct receipt_floors least;
};

/* What moves no money says so: its amount is a price. */
static const char *type_text(const struct promise *promise) {
  const uint8_t type = promise->type;
  return type == TRANSACTION_LOAD               ? SENTENCE("load")
         : promise->sale_in_points              ? SENTENCE("refund in points")
         : type == TRANSACTION_REFUND           ? SENTENCE("refund")
         : type == TRANSACTION_PAYOUT           ? SENTENCE("payout")
         : type == TRANSACTION_POINTS_PURCHASE  ? SENTENCE("purchase with points")
         : type == TRANSACTION_OFFLINE_PURCHASE ? SENTENCE("off-line purchase")
                                                : SENTENCE("purchase");
}

/* Whose clock tells when: the server's, or where none was asked the terminal's. */
static const uint8_t *facts_time(const struct receipt_facts *facts) {
  return facts->promise.type == TRANSACTION_OFFLINE_PURCHASE ? facts->promise.time : facts->authorisation.time;
}

static void print_facts(const char *path, enum status status, const struct receipt_facts *facts) {
  const struct promise *promise = &facts->promise;
  const struct lconv *locale = localeconv();
  struct amount_format format = {locale->decimal_point, locale->thousands_sep};
  char cid[17], time[LOCAL_TIME_MAX], amount[AMOUNT_TEXT_MAX] = "", hash[65], previous[65], tid[4 * TID_SIZE + 1];
  cid_print(promise->cid, cid);
  local_time_print(facts_time(facts), time);
  if (amount_print((struct amount){promise->amount, promise->currency}, &format, amount, sizeof amount) == 0)
    snprintf(amount, sizeof amount, "%" PRIu32 " of currency %u", promise->amount, (unsigned)promise->currency);
  bytes_to_text(promise->tid, TID_SIZE, tid);
  bytes_to_hex(facts->hash, sizeof facts->hash, hash);
  bytes_to_hex(promise->previous, sizeof promise->previous, previous);
  printf(translated("%s: %s\n  %s of %s, done\n  by card %s, transaction %" PRIu32 "%s\n  at %s, terminal %s\n"), path,
         status == STATUS_OK ? translated("genuine") : translated_status(status), translated(type_text(promise)),
         amount, cid, promise->atc, promise->pin_verified ? translated(", PIN verified") : "", facts->merchant, tid);
  printf(promise->type == TRANSACTION_OFFLINE_PURCHASE ? translated("  on %s (terminal)\n")
                                                       : translated("  on %s (server)\n"),
         time);
  if (promise->type == TRANSACTION_OFFLINE_PURCHASE)
    printf("  %s\n", translated("off-line, promised by the card; no authorisation"));
  if (facts->authorisation.points != 0)
    printf(translated("  loyalty points %+" PRId32 "\n"), facts->authorisation.points);
  printf(translated("  name     %s\n  previous %s\n"), hash, previous);
}

static json_t *facts_json(const struct receipt_facts *facts) {
  const struct promise *promise = &facts->promise;
  const struct currency *currency = currency_by_number(promise->currency);
  char cid[17], time[21], hash[65], previous[65], tid[4 * TID_SIZE + 1];
  cid_print(promise->cid, cid);
  moment_print(facts_time(facts), time);
  bytes_to_hex(facts->hash, sizeof facts->hash, hash);
  bytes_to_hex(promise->previous, sizeof promise->previous, previous);
  bytes_to_text(promise->tid, TID_SIZE, tid);
  return json_pack("{s:s, s:s, s:I, s:I, s:s, s:I, s:s, s:s, s:s, s:b, s:s, s:s}", "type", type_text(promise), "cid",
                   cid, "atc", (json_int_t)promise->atc, "amount", (json_int_t)promise->amount, "currency",
                   currency != NULL ? currency->code : "", "points", (json_int_t)facts->authorisation.points,
                   "merchant", facts->merchant, "tid", tid, "time", time, "pin_verified", promise->pin_verified ? 1 : 0,
                   "name", hash, "previous", previous);
}

/* One object for each receipt; `report` is stolen, `path` NULL where none was looked at. */
static void print_object(const char *path, json_t *report, enum status status) {
  if (path != NULL)
    json_object_set_new(report, "file", json_string(path));
  json_t *object = finish_object("verify", report, status);
  finish_print(object);
  json_decref(object);
  json_decref(report);
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

static enum status verify_file(const struct verify_options *options, const struct yardstick *yardstick,
                               const char *path) {
  uint8_t receipt[RECEIPT_MAX];
  size_t len = 0;
  struct receipt_facts facts;
  const char *reason = "";
  enum status status = load_receipt(path, receipt, &len);
  if (status == STATUS_OK)
    status = receipt_verify(receipt, len, yardstick->master, &facts, &reason);
  else
    reason = status_sentence(status);
  if (status == STATUS_OK)
    status = receipt_floor(&facts, &yardstick->least);
  bool in_part = status == STATUS_SERVER_WITHDRAWN || status == STATUS_CARD_WITHDRAWN;
  bool proven = status == STATUS_OK || in_part;
  if (status == STATUS_RECEIPT_WITHDRAWN)
    reason = status_sentence(status);
  if (proven && !options->quiet && !options->json)
    print_facts(path, status, &facts);
  problem_forget();
  if (in_part)
    problem_say_with("epurse-verify", status_sentence(status), "%s: %s", path, status_sentence(status));
  else if (status != STATUS_OK)
    problem_say_with("epurse-verify", reason, "%s: not a valid receipt: %s", path, reason);
  if (options->json)
    print_object(path, proven ? facts_json(&facts) : json_pack("{s:s}", "reason", reason), status);
  return options->json || status != STATUS_OK ? status : print_copy(options, receipt, len);
}

/* A number, or a file: the newest certificate of the server says which is the least; of card CAs the oldest that is
 * good is it. */
static enum status floor_read(const char *text, const struct certificate_check *check, uint8_t *least) {
  struct certificate certificate;
  char *end = NULL;
  if (text == NULL)
    return STATUS_OK;
  if (text[0] == '\0' || strspn(text, "0123456789") != strlen(text)) {
    enum status status = certificate_file_load(text, check, &certificate);
    if (status == STATUS_OK)
      *least = check->role == ROLE_SERVER ? certificate.least : certificate.version;
    return status;
  }
  unsigned long number = strtoul(text, &end, 10);
  if (number == 0 || number > UINT8_MAX)
    return STATUS_USAGE;
  *least = (uint8_t)number;
  return STATUS_OK;
}

/* Says what is wrong: a word that is neither a number nor a file is a slip of the pen, too. */
static enum status floor_take(const char *text, const struct certificate_check *check, const char *want,
                              uint8_t *least) {
  enum status status = floor_read(text, check, least);
  if (status == STATUS_USAGE || status == STATUS_NOT_FOUND)
    problem_say_with("epurse-verify", want, "%s", want);
  else if (status != STATUS_OK)
    problem_say_with("epurse-verify", status_sentence(status), "%s: %s", text, status_sentence(status));
  return status;
}

static enum status yardstick_load(const struct verify_options *options, struct yardstick *yardstick) {
  const struct certificate_check server = {.ca_public = yardstick->master, .role = ROLE_SERVER};
  const struct certificate_check card_ca = {.ca_public = yardstick->master, .role = ROLE_CARD_CA};
  enum status status = public_key_load(options->master, yardstick->master);
  if (status != STATUS_OK) {
    problem_say_with("epurse-verify", status_sentence(status), "%s: %s", options->master, status_sentence(status));
    return status;
  }
  status = floor_take(options->least, &server,
                      SENTENCE("--least: a version from 1 to 255, or the server's newest certificate"),
                      &yardstick->least.server);
  if (status != STATUS_OK)
    return status;
  return floor_take(
      options->least_card_ca, &card_ca,
      SENTENCE("--least-card-ca: a version from 1 to 255, or the oldest certificate of a card CA that is good"),
      &yardstick->least.card_ca);
}

int main(int argc, char **argv) {
  static const struct option_row rows[] = {
      {"master", 'm', "FILE", "EPURSE_MASTER", OPTION_TEXT, offsetof(struct verify_options, master), 0, 0,
       SENTENCE("the issuer's master public key, PEM")},
      {"least", 0, "N", NULL, OPTION_TEXT, offsetof(struct verify_options, least), 0, 0,
       SENTENCE("server keys below that version are withdrawn; or the server's newest certificate, which says it")},
      {"least-card-ca", 0, "N", NULL, OPTION_TEXT, offsetof(struct verify_options, least_card_ca), 0, 0,
       SENTENCE("card CA keys below that version are withdrawn; or the oldest of their certificates that is good")},
      {"json", 'j', NULL, NULL, OPTION_FLAG, offsetof(struct verify_options, json), 0, 0,
       SENTENCE("one JSON object per file")},
      {"quiet", 'q', NULL, NULL, OPTION_FLAG, offsetof(struct verify_options, quiet), 0, 0,
       SENTENCE("only the exit code, and what is wrong")},
      {"text", 0, NULL, NULL, OPTION_FLAG, offsetof(struct verify_options, text), 0, 0,
       SENTENCE("print the receipt as text, as a QR code holds it")},
      {"qr", 0, NULL, NULL, OPTION_FLAG, offsetof(struct verify_options, qr), 0, 0,
       SENTENCE("draw the receipt as a QR code")},
      {0}};
  static const struct program program = {
      "epurse-verify", SENTENCE("Checks receipts of electronic purse cards with the master public key only."),
      {rows},          NULL,
      "FILE...",       1};
  struct verify_options options = {0};
  struct yardstick yardstick = {.least = {0}};
  char **files = NULL;
  process_streams();
  language_begin();
  enum status status = option_parse(&program, argc, argv, &options, NULL, &files);
  if (status != STATUS_OK)
    return status_exit_code(status);
  if (options.master == NULL) {
    problem_say("epurse-verify", "name the issuer's master public key with --master");
    status = STATUS_USAGE;
  } else {
    status = yardstick_load(&options, &yardstick);
  }
  if (status != STATUS_OK) {
    if (options.json)
      print_object(NULL, json_object(), status);
    return status_exit_code(status);
  }
  for (; *files != NULL; files++) {
    enum status one = verify_file(&options, &yardstick, *files);
    if (status == STATUS_OK)
      status = one;
  }
  status = finish(&(struct ending){.program = program.name, .what = "receipts"}, status);
  return status_exit_code(status);
}
