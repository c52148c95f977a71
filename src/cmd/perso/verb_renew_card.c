/* SPDX-License-Identifier: Apache-2.0
 * epurse-perso renew --to NEW [OLD]: a new card gets what an old one had, and its holder hears what of it when. */
#include "verb_renew_card.h"

#include <inttypes.h>

#include "cmd/frame/finish.h"
#include "cmd/frame/language.h"
#include "cmd/frame/local_time.h"
#include "cmd/frame/problem.h"
#include "cmd/frame/terminal_program.h"
#include "epurse/terminal_card_renewal.h"

static enum status cid_take(const struct terminal_program *self, const char *text, uint8_t cid[CID_SIZE]) {
  if (cid_parse(text, cid) == STATUS_OK)
    return STATUS_OK;
  problem_say(self->program->name, "'%s' is not a card number: 16 digits, as they stand on the card", text);
  return STATUS_USAGE;
}

/* The slip for the holder. */
static void slip_print(const struct terminal_program *self, const struct card_renewal *renewal, const char *old,
                       const char *new) {
  const struct renewal_reply *done = &renewal->done;
  uint16_t currency = self->terminal->currency->numeric;
  char sum[AMOUNT_TEXT_MAX], kept[AMOUNT_TEXT_MAX], when[LOCAL_TIME_MAX];
  report_amount(sum, done->balance + done->owed, currency);
  report_amount(kept, done->kept, currency);
  local_time_print_unix(done->rest_at, when);
  terminal_program_print(self, translated("Card %s is renewed by %s.\n"), old, new);
  terminal_program_print(self, translated("  at once: %s, points: %" PRId64 "\n"), sum, done->points);
  if (done->rest_at != 0)
    terminal_program_print(self,
                           translated("  from %s on: up to %s, points: %" PRId64 ", less what was paid with the old "
                                      "card and is not known yet; renew again then\n"),
                           when, kept, done->points_kept);
  if (done->balance + done->owed > 0)
    terminal_program_print(
        self, translated("The new card is owed %s: load just that at any reload terminal, nothing is charged.\n"), sum);
  terminal_program_print(self, renewal->killed ? translated("The old card is blocked.\n")
                                               : translated("The old card dies where it is next seen.\n"));
}

static json_t *renewal_json(const struct terminal_program *self, const struct card_renewal *renewal, const char *old,
                            const char *new) {
  const struct renewal_reply *done = &renewal->done;
  uint8_t moment[MOMENT_SIZE];
  char at[21], rest_at[21];
  moment_from_unix(done->at, moment);
  moment_print(moment, at);
  moment_from_unix(done->rest_at, moment);
  moment_print(moment, rest_at);
  json_t *report = json_pack("{s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:s, s:b}", "operation", "renew",
                             "tid", self->terminal->tid, "cid", old, "new_cid", new, "currency",
                             self->terminal->currency->code, "balance", (json_int_t)done->balance, "owed",
                             (json_int_t)done->owed, "points", (json_int_t)done->points, "kept", (json_int_t)done->kept,
                             "points_kept", (json_int_t)done->points_kept, "at", at, "killed", renewal->killed);
  if (report != NULL && done->rest_at != 0)
    (void)json_object_set_new(report, "rest_at", json_string(rest_at));
  return report;
}

static enum status renewal_tell(struct terminal_program *self, const struct card_renewal *renewal, enum status status) {
  char old[17], new[17];
  cid_print(renewal->cid, old);
  cid_print(renewal->new_cid, new);
  if (status == STATUS_OK) {
    self->changed = true;
    slip_print(self, renewal, old, new);
    self->report = renewal_json(self, renewal, old, new);
    return status;
  }
  if (status == STATUS_APPROVAL_WAITS) {
    terminal_program_print(self,
                           translated("This waits as approval %" PRId64
                                      ": an administrator looks at it and gives it; renew again then.\n"),
                           renewal->approval);
    self->report = json_pack("{s:s, s:s, s:s, s:s, s:I}", "operation", "renew", "tid", self->terminal->tid, "cid", old,
                             "new_cid", new, "approval", (json_int_t)renewal->approval);
  }
  if (status == STATUS_OUTCOME_UNKNOWN)
    problem_say(self->program->name, "the answer was lost: whether it is renewed is not known; renew it again");
  else
    report_failure(self, status, NULL);
  return status;
}

static enum status renew_with_card(struct terminal_program *self, struct card_renewal *renewal) {
  enum status status = terminal_program_open_reader(self);
  if (status != STATUS_OK)
    return status;
  const struct card_renewal_meeting meeting = {self->reader, &self->dialogue, terminal_program_wait(self)};
  return renewal_tell(self, renewal, card_renewal_run(self->terminal, &meeting, renewal));
}

enum status verb_renew_card(void *context, char **arguments) {
  struct terminal_program *self = context;
  struct card_renewal renewal = {.approval = 0};
  if (self->renew_to == NULL)
    return verb_renew(context, arguments);
  enum status status = cid_take(self, self->renew_to, renewal.new_cid);
  if (status == STATUS_OK && arguments[0] != NULL)
    status = cid_take(self, arguments[0], renewal.cid);
  if (status == STATUS_OK)
    status = terminal_program_open(self);
  if (status != STATUS_OK)
    return status;
  finish_begun(SENTENCE("interrupted: whether it is renewed is not known; renew it again"));
  if (arguments[0] == NULL)
    return renew_with_card(self, &renewal);
  return renewal_tell(self, &renewal, card_renewal_ask(self->terminal, &renewal));
}
