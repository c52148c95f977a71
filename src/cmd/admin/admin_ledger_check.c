/* SPDX-License-Identifier: Apache-2.0
 * epurse-admin ledger check: has the server compute its books anew. */
#include <inttypes.h>

#include "admin.h"
#include "cmd/frame/retold.h"
#include "epurse/backend.h"
#include "epurse/terminal.h"

#define WAIT_SECONDS 3600 /* a million cards take a minute */

/* Prints the findings; STATUS_BAD_REPLY where the answer is not of its form. */
static enum status findings_print(const struct admin *admin, const json_t *body) {
  const json_t *findings = json_object_get(body, "findings");
  char own[RETOLD_MAX];

  if (!json_is_array(findings))
    return STATUS_BAD_REPLY;
  for (size_t i = 0; i < json_array_size(findings); i++) {
    const char *line = json_string_value(json_array_get(findings, i));
    if (line == NULL)
      return STATUS_BAD_REPLY;
    admin_row(admin, "%s\n", retold_finding(line, own));
  }
  return json_array_size(findings) == 0 ? STATUS_OK : STATUS_LEDGER_BROKEN;
}

static enum status counts_print(const struct admin *admin, const json_t *body) {
  const json_t *postings = json_object_get(body, "postings"), *cards = json_object_get(body, "cards"),
               *open = json_object_get(body, "open");

  if (!json_is_integer(postings) || !json_is_integer(cards) || !json_is_integer(open))
    return STATUS_BAD_REPLY;
  admin_print(admin,
              "The ledger agrees with itself and sums to zero; postings: %" PRId64 ", cards: %" PRId64
              ", open transactions: %" PRId64 ".\n",
              (int64_t)json_integer_value(postings), (int64_t)json_integer_value(cards),
              (int64_t)json_integer_value(open));
  return STATUS_OK;
}

enum status admin_ledger_check(void *context, char **arguments) {
  struct admin *admin = context;
  struct message reply;
  enum status status = admin_open(admin);

  (void)arguments;
  if (status != STATUS_OK)
    return status;
  backend_wait(admin->terminal->backend, WAIT_SECONDS);
  status = admin_call(admin, MESSAGE_LEDGER_CHECK, json_object(), &reply);
  if (status == STATUS_OK || status == STATUS_LEDGER_BROKEN) {
    enum status findings = findings_print(admin, reply.body);
    status = findings == STATUS_OK ? status : findings;
  }
  if (status == STATUS_OK)
    status = counts_print(admin, reply.body);
  if (status == STATUS_OK || status == STATUS_LEDGER_BROKEN)
    admin->report = json_incref(reply.body);
  message_clear(&reply);
  return status == STATUS_OK ? status : admin_fail(admin, NULL, status);
}
