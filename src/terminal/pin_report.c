/* SPDX-License-Identifier: Apache-2.0
 * What cards have signed of their PIN, on its way to the server. */
#include "pin_report.h"

#include <string.h>

#include "epurse/backend.h"
#include "epurse/journal.h"
#include "epurse/terminal.h"

/* A wrong PIN, or the second half of a change. */
static enum status report_call(const struct terminal *terminal, const uint8_t record[PIN_RECORD_SIZE]) {
  struct pin_change_message change = {.new_pin_jwe = ""};
  struct pin_record said;
  struct message reply;
  if (pin_record_decode(record, PIN_RECORD_SIZE, &said) != STATUS_OK)
    return STATUS_BAD_FORMAT;
  bool changed = said.kind == PIN_KIND_CHANGED;
  memcpy(change.record, record, sizeof change.record);
  enum status status = backend_call(terminal->backend, changed ? MESSAGE_PIN_CHANGE : MESSAGE_PIN_FAILURE,
                                    changed ? pin_change_body(&change) : pin_failure_body(record), &reply);
  if (status == STATUS_OK)
    message_clear(&reply);
  return status;
}

/* Whatever the server's signed word was, it has been heard; nor will it ever take what no card of its own signed, or
 * signed for another terminal. */
static bool is_heard(enum status status) {
  return status == STATUS_OK || status == STATUS_BAD_SIGNATURE || status == STATUS_BAD_FORMAT ||
         status == STATUS_NOT_PERMITTED;
}

void pin_report_kept(struct terminal *terminal) {
  uint8_t record[PIN_RECORD_SIZE];
  int64_t id = 0;
  while (journal_next_pin(terminal->journal, id, &id, record) == STATUS_OK) {
    enum status status = report_call(terminal, record);
    if (status == STATUS_NO_SERVER)
      return;
    if (is_heard(status))
      (void)!journal_drop_pin(terminal->journal, id);
  }
}

void pin_report(struct terminal *terminal, const uint8_t record[PIN_RECORD_SIZE]) {
  enum status kept = journal_keep_pin(terminal->journal, record);
  pin_report_kept(terminal);
  if (kept != STATUS_OK)
    (void)!report_call(terminal, record);
}
