/* SPDX-License-Identifier: Apache-2.0
 * The verb `recover`: brings what the journal holds open to an end, as far as that goes without a card, and tells what
 * stays open and what to do about it. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "epurse/journal.h"
#include "epurse/terminal_payout.h"
#include "finish.h"
#include "language.h"
#include "local_time.h"
#include "problem.h"
#include "terminal_program.h"

enum status verb_recover(void *context, char **arguments) {
  struct terminal_program *self = context;
  (void)arguments;
  enum status status = terminal_program_open(self);
  return status == STATUS_OK ? recover_report(self) : status;
}

static const char *state_word(enum journal_state state) {
  static const char *const words[] = {
      [JOURNAL_INTENT] = "intent",       [JOURNAL_PROMISED] = "promised",     [JOURNAL_CHARGING] = "charging",
      [JOURNAL_CHARGED] = "charged",     [JOURNAL_AUTHORISED] = "authorised", [JOURNAL_COMMITTED] = "committed",
      [JOURNAL_CONFIRMED] = "confirmed", [JOURNAL_REVERSING] = "reversing",   [JOURNAL_CANCELLED] = "cancelled",
      [JOURNAL_SETTLED] = "settled",
  };
  return words[state];
}

/* Whether the tender that is open now is the one that charged. */
static bool tender_charged(const struct terminal_program *self, const struct journal_entry *entry) {
  const struct tender *tender = self->terminal->tender;
  return tender != NULL && strcmp(tender->kind, entry->tender_kind) == 0;
}

/* Of a charge that has no end: cash is known by who took it, a bank's by the bank. */
static const char *charge_advice(const struct terminal_program *self, const struct journal_entry *entry) {
  const bool unknown = entry->state == JOURNAL_CHARGING, open = tender_charged(self, entry);
  if (strcmp(entry->tender_kind, "cash") == 0) {
    if (unknown)
      return SENTENCE("whether the cash was taken is unknown: recover asks for it, with the tender cash");
    return SENTENCE(
        "nothing was loaded: give the cash back when recover asks for that, with the tender cash, and not before");
  }
  if (unknown)
    return open ? SENTENCE(
                      "whether the bank charged is unknown: look at its receipt, recover again when its reader answers")
                : SENTENCE("whether the bank charged is unknown: recover with the tender that charged it");
  return open || entry->tender_order[0] == 0
             ? SENTENCE("nothing was loaded; give nothing back by hand: recover again when bank and back-end answer, "
                        "and when "
                        "the card has been seen again")
             : SENTENCE("nothing was loaded; give nothing back by hand: recover with the tender that charged it");
}

/* What is known of an entry that stays open after a recovery, and what a person can do. */
static const char *advice(const struct terminal_program *self, const struct journal_entry *entry) {
  if (entry->type == TRANSACTION_OFFLINE_PURCHASE)
    return entry->has_promise
               ? SENTENCE("paid off-line, the card has it; the back-end has to book it: recover again when it answers")
               : SENTENCE("whether the card paid off-line is unknown: present this card here again");
  switch (entry->state) {
  case JOURNAL_AUTHORISED:
    return SENTENCE(
        "whether the card did it is unknown: present this card here again, whatever it is to pay or load; it is "
        "finished or cancelled first");
  case JOURNAL_COMMITTED:
    if (entry->type == TRANSACTION_PAYOUT && strcmp(entry->tender_kind, PAYOUT_BY_TRANSFER) != 0)
      return strcmp(entry->tender_kind, PAYOUT_CLOSES) == 0
                 ? SENTENCE("the card has paid it out and is closed: recover asks the back-end, and then says what to "
                            "hand out")
             : entry->tender_kind[0] == 0
                 ? SENTENCE(
                       "the card has paid it out, and nothing was handed out: the same payout again with this card, or "
                       "payout --back")
                 : SENTENCE(
                       "hand out: whether the holder has got it was not confirmed; recover asks for it, and tells the "
                       "back-end");
    return tender_charged(self, entry) || entry->tender_order[0] == 0
               ? SENTENCE("done, the card has it; the back-end has to hear of it: recover again when it answers")
               : SENTENCE("done, the card has it; bank and back-end have to hear of it: recover with the tender that "
                          "charged it");
  case JOURNAL_CHARGING:
  case JOURNAL_CHARGED:
  case JOURNAL_REVERSING:
    return charge_advice(self, entry);
  default:
    return SENTENCE("another program is working on it, or the journal could not be written: recover again");
  }
}

static json_t *entry_report(const struct terminal_program *self, const struct journal_entry *entry) {
  struct promise promise;
  char cid[2 * CID_SIZE + 1] = "", since[21], local[LOCAL_TIME_MAX], amount[AMOUNT_TEXT_MAX], tender[24] = "";
  uint8_t moment[MOMENT_SIZE];
  const char *type = report_operation(entry->type);
  const struct currency *currency = currency_by_number(entry->currency);
  bool known = entry->has_promise && promise_decode(entry->promise, sizeof entry->promise, &promise) == STATUS_OK;
  if (known)
    cid_print(promise.cid, cid);
  moment_from_unix(entry->time, moment);
  moment_print(moment, since);
  local_time_print(moment, local);
  report_amount(amount, entry->amount, entry->currency);
  if (entry->tender_order[0] != 0 && !tender_charged(self, entry))
    snprintf(tender, sizeof tender, " (%s)", entry->tender_kind);
  terminal_program_print(self,
                         known ? translated("  %s %s, card %s, since %s%s%s: %s%s\n")
                               : translated("  %s %s, no card yet%s, since %s%s%s: %s%s\n"),
                         translated(type), amount, cid, local,
                         entry->reference[0] != 0 ? translated(", reference ") : "", entry->reference,
                         translated(advice(self, entry)), tender);
  json_t *object = json_pack("{s:s, s:I, s:s, s:s, s:s, s:s}", "type", type, "amount", (json_int_t)entry->amount,
                             "currency", currency != NULL ? currency->code : "", "state", state_word(entry->state),
                             "since", since, "advice", advice(self, entry));
  if (known && object != NULL) {
    json_object_set_new(object, "cid", json_string(cid));
    json_object_set_new(object, "atc", json_integer(promise.atc));
  }
  if (entry->reference[0] != 0 && object != NULL)
    json_object_set_new(object, "reference", json_string(entry->reference));
  if (entry->tender_order[0] != 0 && object != NULL)
    json_object_set_new(object, "tender_order", json_string(entry->tender_order));
  return object;
}

/* Every entry that is open now; the journal is read without a claim, so that another program can work on it. */
static enum status entries_report(const struct terminal_program *self, json_t *entries) {
  struct journal_entry entry;
  enum status status = journal_next_open(self->terminal->journal, 0, &entry);
  for (; status == STATUS_OK; status = journal_next_open(self->terminal->journal, entry.id, &entry))
    if (json_array_append_new(entries, entry_report(self, &entry)) != 0)
      status = STATUS_NO_MEMORY;
  return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

/* What became of the off-line payments that were brought in. */
static void offline_report(const struct terminal_program *self, const struct recovery *recovery) {
  if (recovery->offline.booked + recovery->offline.waiting + recovery->offline.refused == 0)
    return;
  terminal_program_print(self, translated("off-line payments: %u booked, %u wait, %u refused\n"),
                         recovery->offline.booked, recovery->offline.waiting, recovery->offline.refused);
  if (recovery->offline.waiting > 0)
    terminal_program_print(self, "  %s\n", translated_status(STATUS_OFFLINE_WAITS));
  if (recovery->offline.refused > 0)
    terminal_program_print(self, "  %s\n", translated_status(recovery->offline.why));
}

enum status recover_report(struct terminal_program *self) {
  struct recovery recovery = {0};
  json_t *entries = json_array();
  finish_begun(NULL);
  enum status status = terminal_recover(self->terminal, &recovery);
  self->changed = recovery.settled + recovery.brought > 0;
  if (status == STATUS_OK)
    terminal_program_print(self, translated("%u settled, %u still open%s\n"), recovery.settled, recovery.open,
                           recovery.open > 0 ? ":" : "");
  if (status == STATUS_OK && recovery.brought + recovery.waiting > 0)
    terminal_program_print(self,
                           translated("the back-end had forgotten receipts: %u brought in again, %u cannot be yet\n"),
                           recovery.brought, recovery.waiting);
  if (status == STATUS_OK)
    offline_report(self, &recovery);
  if (status == STATUS_OK)
    status = entries_report(self, entries);
  if (status != STATUS_OK)
    problem_say_with(self->program->name, status_sentence(status), "%s", status_sentence(status));
  self->report =
      json_pack("{s:s, s:i, s:i, s:i, s:i, s:o, s:i, s:i, s:i}", "operation", "recover", "settled",
                (int)recovery.settled, "open", (int)recovery.open, "brought_in", (int)recovery.brought, "waiting",
                (int)recovery.waiting, "entries", entries, "offline_booked", (int)recovery.offline.booked,
                "offline_waiting", (int)recovery.offline.waiting, "offline_refused", (int)recovery.offline.refused);
  return status;
}
