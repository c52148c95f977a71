/* SPDX-License-Identifier: Apache-2.0
 * A bank's card reader on a TCP line, as epurse-tender plays one: one JSON object per line each way, a connection per
 * command, because real ones drop an idle line within seconds. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "line.h"
#include "tender_driver.h"

#define AUTHORISE_SECONDS     60 /* the customer looks for the card and keys in a PIN */
#define AUTHORISE_SECONDS_MAX 600
#define COMMAND_SECONDS       10
#define CONNECT_SECONDS       5

struct simulator {
  struct line_peer peer;
  int authorise_seconds;
  char order[TENDER_ORDER_MAX + 1]; /* the last one that went out: never sent again */
};

static enum status outcome_by_name(const char *name, enum tender_outcome *outcome) {
  static const struct {
    const char *name;
    enum tender_outcome outcome;
  } names[] = {
      {"paid", TENDER_PAID}, {"declined", TENDER_DECLINED}, {"unknown", TENDER_UNKNOWN}, {"reversed", TENDER_REVERSED}};

  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    if (strcmp(name, names[i].name) == 0) {
      *outcome = names[i].outcome;
      return STATUS_OK;
    }
  }
  return STATUS_BAD_REPLY;
}

enum status tender_simulator_read(const char *line, const char *order, struct tender_result *result) {
  json_t *object = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
  const char *about = NULL, *outcome = NULL, *reference = "", *text = "";
  struct tender_result read = {0};
  enum status status = STATUS_BAD_REPLY;

  if (json_unpack(object, "{s:s, s:s, s?s, s?s !}", "order", &about, "outcome", &outcome, "reference", &reference,
                  "text", &text) == 0 &&
      strcmp(about, order) == 0 && tender_text_copy(read.reference, sizeof read.reference, reference) &&
      tender_text_copy(read.text, sizeof read.text, text))
    status = outcome_by_name(outcome, &read.outcome);
  if (status == STATUS_OK && read.outcome == TENDER_PAID && read.reference[0] == '\0')
    status = STATUS_BAD_REPLY; /* a charge without a name cannot be found again */
  if (status == STATUS_OK)
    *result = read;
  json_decref(object);
  return status;
}

/* One command; *request is taken over. Where it fails the result says UNKNOWN. */
static enum status simulator_ask(const struct simulator *simulator, json_t *request, int seconds,
                                 struct tender_result *result) {
  char *text = json_dumps(request, JSON_COMPACT);
  const char *order = json_string_value(json_object_get(request, "order"));
  char answer[LINE_MAX_SIZE];
  enum status status = STATUS_NO_MEMORY;

  *result = (struct tender_result){.outcome = TENDER_UNKNOWN};
  if (text != NULL && order != NULL)
    status = line_exchange(&simulator->peer, text, seconds, answer);
  if (status == STATUS_OK)
    status = tender_simulator_read(answer, order, result);
  free(text);
  json_decref(request);
  return status;
}

static enum status simulator_command(const struct simulator *simulator, const char *command, const char *order,
                                     struct tender_result *result) {
  *result = (struct tender_result){.outcome = TENDER_UNKNOWN};
  if (!tender_order_valid(order))
    return STATUS_BAD_FORMAT;
  json_t *request = json_pack("{s:s, s:s}", "command", command, "order", order);
  return simulator_ask(simulator, request, COMMAND_SECONDS, result);
}

static enum status simulator_last(void *context, const char *order, struct tender_result *result) {
  return simulator_command(context, "last", order, result);
}

/* An order goes out once. What became of one that went out before, however it ended, is asked, not charged again. */
static enum status simulator_authorise(void *context, const char *order, struct amount amount,
                                       struct tender_result *result) {
  struct simulator *simulator = context;

  *result = (struct tender_result){.outcome = TENDER_DECLINED};
  if (!tender_order_valid(order))
    return STATUS_BAD_FORMAT;
  if (strcmp(simulator->order, order) == 0)
    return simulator_last(simulator, order, result);
  memcpy(simulator->order, order, strlen(order) + 1);
  json_t *request = json_pack("{s:s, s:s, s:I, s:i}", "command", "authorise", "order", order, "amount",
                              (json_int_t)amount.minor, "currency", (int)amount.currency);
  enum status status = simulator_ask(simulator, request, simulator->authorise_seconds, result);
  if (status == STATUS_NO_TENDER || status == STATUS_NO_MEMORY) {
    simulator->order[0] = '\0'; /* it never went out */
    result->outcome = TENDER_DECLINED;
    return status;
  }
  if (status != STATUS_OK || result->outcome == TENDER_REVERSED)
    *result = (struct tender_result){.outcome = TENDER_UNKNOWN};
  return STATUS_OK;
}

static enum status simulator_confirm(void *context, const char *order) {
  struct tender_result result;

  enum status status = simulator_command(context, "confirm", order, &result);
  return status == STATUS_OK && result.outcome != TENDER_PAID ? STATUS_TENDER_UNKNOWN : status;
}

static enum status simulator_reverse(void *context, const char *order, struct tender_result *result) {
  return simulator_command(context, "reverse", order, result);
}

/* HOST:PORT[:SECONDS] */
static bool address_read(struct simulator *simulator, const char *address) {
  const char *rest = NULL;
  long seconds = AUTHORISE_SECONDS;

  if (!peer_read(&simulator->peer, address, ':', &rest) ||
      (*rest == ':' && !peer_number(rest + 1, 1, AUTHORISE_SECONDS_MAX, &seconds)))
    return false;
  simulator->authorise_seconds = (int)seconds;
  return true;
}

enum status tender_open_simulator(const char *address, struct tender *tender) {
  struct simulator *simulator = calloc(1, sizeof *simulator);

  if (simulator == NULL)
    return STATUS_NO_MEMORY;
  simulator->peer.connect_seconds = CONNECT_SECONDS;
  if (!address_read(simulator, address)) {
    free(simulator);
    return STATUS_BAD_CONFIG;
  }
  *tender = (struct tender){.kind = "simulator",
                            .context = simulator,
                            .authorise = simulator_authorise,
                            .confirm = simulator_confirm,
                            .reverse = simulator_reverse,
                            .last = simulator_last,
                            .close = free};
  return STATUS_OK;
}
