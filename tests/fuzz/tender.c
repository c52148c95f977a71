/* SPDX-License-Identifier: Apache-2.0
 * What a bank's card reader answers, what is asked of the simulated one, and the words that open a tender. The first
 * byte of an input chooses. */
#include "epurse/tender.h"

#include <stdlib.h>
#include <string.h>

#include "bank/tender_book.h"
#include "target.h"
#include "tender/tender_driver.h"

#define ORDER "R-1"

static bool printable(const char *text, size_t capacity) {
  if (memchr(text, 0, capacity) == NULL)
    return false;
  for (; *text != 0; text++)
    if ((unsigned char)*text < 0x20 || *text == 0x7F)
      return false;
  return true;
}

static bool answer_take(const char *line) {
  struct tender_result result = {.outcome = TENDER_UNKNOWN, .reference = "untouched"};
  if (tender_simulator_read(line, ORDER, &result) != STATUS_OK) {
    fuzz_require(result.outcome == TENDER_UNKNOWN && strcmp(result.reference, "untouched") == 0);
    return false;
  }
  fuzz_require(result.outcome <= TENDER_REVERSED);
  fuzz_require(printable(result.reference, sizeof result.reference) && printable(result.text, sizeof result.text));
  fuzz_require(result.outcome != TENDER_PAID || result.reference[0] != 0);
  return true;
}

/* What the bank answers about an order, the terminal can read. */
static void answer_check(const json_t *reply) {
  const char *order = json_string_value(json_object_get(reply, "order"));
  struct tender_result result;
  if (order == NULL)
    return;
  char *line = json_dumps(reply, JSON_COMPACT);
  fuzz_require(line != NULL && tender_simulator_read(line, order, &result) == STATUS_OK);
  free(line);
}

/* One request to the simulated bank; true where it was one. */
static bool question_ask(struct book *book, const char *line) {
  struct book_answer answer;
  book_take(book, line, &answer);
  if (answer.seconds > 0) {
    fuzz_require(answer.reply == NULL && answer.order != NULL);
    book_settle(book, answer.order, &answer);
  }
  answer_check(answer.reply);
  bool understood = answer.reply != NULL && json_object_get(answer.reply, "error") == NULL;
  json_decref(answer.reply);
  return understood;
}

/* A request in each line. */
static bool questions_take(const char *text) {
  struct book *book = book_new();
  char *lines = strdup(text), *rest = lines;
  bool understood = true;
  fuzz_require(book != NULL && lines != NULL);
  while (rest != NULL)
    understood = question_ask(book, strsep(&rest, "\n")) && understood;
  free(lines);
  book_free(&book);
  return understood;
}

static bool spec_take(const char *spec) {
  const struct tender_operator nobody = {0};
  struct tender *tender = NULL;
  enum status status = tender_open(spec, &nobody, &tender);
  fuzz_require((status == STATUS_OK) == (tender != NULL));
  if (status != STATUS_OK)
    return false;
  fuzz_require(strncmp(spec, tender->kind, strlen(tender->kind)) == 0);
  tender_close(&tender);
  return true;
}

static bool take(void *context, const uint8_t *data, size_t len) {
  static bool (*const kinds[])(const char *text) = {answer_take, questions_take, spec_take};
  (void)context;
  if (len == 0)
    return false;
  char *text = malloc(len);
  fuzz_require(text != NULL);
  memcpy(text, data + 1, len - 1);
  text[len - 1] = 0;
  bool taken = kinds[data[0] % 3](text);
  free(text);
  return taken;
}

static void seeds(void *context, const struct fuzz_sink *sink) {
  (void)context;
  fuzz_seed_text(sink,
                 "\x00{\"order\":\"R-1\",\"outcome\":\"paid\",\"reference\":\"T1/0042\",\"text\":\"Gen\\u00e9hmigt\"}");
  fuzz_seed_text(sink, "\x00{\"order\":\"R-1\",\"outcome\":\"declined\"}");
  fuzz_seed_text(sink, "\x01{\"command\":\"authorise\",\"order\":\"R-1\",\"amount\":5000,\"currency\":978}\n"
                       "{\"command\":\"last\",\"order\":\"R-1\"}\n{\"command\":\"confirm\",\"order\":\"R-1\"}\n"
                       "{\"command\":\"reverse\",\"order\":\"R-1\"}");
  fuzz_seed_text(sink, "\x01{\"command\":\"mode\",\"mode\":\"decline\",\"slow\":3}\n"
                       "{\"command\":\"authorise\",\"order\":\"R-2\",\"amount\":1,\"currency\":978}");
  fuzz_seed_text(sink, "\x02simulator:localhost:4711:30");
  fuzz_seed_text(sink, "\x02simulator:[::1]:4711");
}

const struct fuzz_target fuzz_tender = {.name = "tender", .take = take, .seeds = seeds};
