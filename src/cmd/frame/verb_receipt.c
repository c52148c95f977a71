/* SPDX-License-Identifier: Apache-2.0
 * The verb `receipt`: writes or shows the receipt of any payment or load of this terminal again. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "language.h"
#include "paper.h"
#include "problem.h"
#include "receipt_qr.h"
#include "terminal_program.h"

/* The journal's number; 0 for --last. */
static enum status number_read(const struct terminal_program *self, const char *argument, int64_t *number) {
  char *end = NULL;
  *number = 0;
  if ((argument != NULL) == self->last) {
    problem_say(self->program->name, "say which receipt: its number in the journal, or --last");
    return STATUS_USAGE;
  }
  if (argument == NULL)
    return STATUS_OK;
  errno = 0;
  *number = strtoimax(argument, &end, 10);
  if (errno == 0 && *end == 0 && *number > 0)
    return STATUS_OK;
  problem_say(self->program->name, "'%s' is not the number of a receipt", argument);
  return STATUS_USAGE;
}

static void show(struct terminal_program *self, const struct outcome *outcome, const struct receipt_copy *receipt) {
  const char *operation = report_operation(outcome->type);
  report_outcome(self, operation, STATUS_OK, outcome);
  json_object_set_new(self->report, "type", json_string(operation));
  enum status status = STATUS_OK;
  if (self->qr)
    status = self->json ? receipt_qr_text(receipt->data, receipt->len, self->report)
                        : receipt_qr_print(receipt->data, receipt->len, stdout);
  if (status != STATUS_OK)
    fprintf(stderr, translated("%s: no QR code: %s\n"), self->program->name, translated_status(status));
}

enum status verb_receipt(void *context, char **arguments) {
  struct terminal_program *self = context;
  struct receipt_copy receipt;
  struct outcome outcome;
  int64_t number = 0;
  enum status status = number_read(self, arguments[0], &number);
  if (status == STATUS_OK)
    status = terminal_program_open(self);
  if (status != STATUS_OK)
    return status;
  status = receipt_again(self->terminal, number, &outcome, &receipt);
  if (status != STATUS_OK) {
    problem_say_with(self->program->name, status_sentence(status), "no receipt: %s", status_sentence(status));
    return status;
  }
  show(self, &outcome, &receipt);
  status = paper_again(self, &outcome, &receipt);
  if (status != STATUS_OK)
    return status;
  if (!outcome.receipt_lost || self->qr)
    return STATUS_OK;
  problem_say_with(self->program->name, status_sentence(STATUS_STORE_FAILED), "%s: %s", self->terminal->receipts,
                   status_sentence(STATUS_STORE_FAILED));
  return STATUS_STORE_FAILED;
}
