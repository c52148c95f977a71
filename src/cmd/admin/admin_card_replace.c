/* SPDX-License-Identifier: Apache-2.0
 * epurse-admin card replace: what a blocked card had goes to a new card, when proofs have had their time. */
#include <inttypes.h>
#include <string.h>

#include "admin.h"

#include "cmd/frame/local_time.h"
#include "cmd/frame/terminal_program.h"

static enum status cids_take(const struct admin *admin, char **arguments, struct replacement_message *cards) {
  for (int i = 0; i < 2; i++)
    if (cid_parse(arguments[i], i == 0 ? cards->cid : cards->new_cid) != STATUS_OK)
      return admin_refuse_cid(admin, arguments[i]);
  return STATUS_OK;
}

/* A refusal, about the card that it is about; too early, with the moment from which it goes. */
static enum status refusal_say(const struct admin *admin, char **arguments, const json_t *body, enum status status) {
  const json_t *earliest = json_object_get(body, "earliest");
  char text[LOCAL_TIME_MAX];

  if (status == STATUS_REPLACEMENT_TOO_EARLY && json_is_integer(earliest)) {
    local_time_print_unix(json_integer_value(earliest), text);
    return admin_refuse(admin, status, SENTENCE("%s: %s; it can be replaced from %s on"), arguments[0],
                        status_sentence(status), text);
  }
  return admin_fail(admin, arguments[status == STATUS_NEW_CARD_NOT_ISSUED ? 1 : 0], status);
}

static void done_print(const struct admin *admin, char **arguments, const struct replacement_reply *done) {
  uint16_t currency = admin->terminal->currency->numeric;
  char balance[AMOUNT_TEXT_MAX], owed[AMOUNT_TEXT_MAX], all[AMOUNT_TEXT_MAX];

  report_amount(balance, done->balance, currency);
  report_amount(owed, done->owed, currency);
  report_amount(all, done->balance + done->owed, currency);
  admin_print(admin, "Card %s is replaced by %s.\n", arguments[0], arguments[1]);
  admin_print(admin, "  was on it      %s, points: %" PRId64 "\n", balance, done->points);
  admin_print(admin, "  was owed to it %s\n", owed);
  if (done->settled_atc != 0) {
    admin_print(admin, "  its transaction no. %" PRId64 " was not proved in time; its money is in these sums\n",
                done->settled_atc);
  }
  if (done->balance + done->owed > 0)
    admin_print(admin, "The new card is owed %s: load just that at any reload terminal, nothing is charged.\n", all);
  if (done->points > 0)
    admin_print(admin, "The points come with its next load.\n");
}

enum status admin_card_replace(void *context, char **arguments) {
  struct admin *admin = context;
  struct replacement_message cards = {0};
  struct replacement_reply done = {0};
  struct message reply;
  uint8_t moment[MOMENT_SIZE];
  char at[21];
  enum status status = cids_take(admin, arguments, &cards);

  if (status == STATUS_OK)
    status = admin_open(admin);
  if (status != STATUS_OK)
    return status;
  status = admin_call(admin, MESSAGE_CARD_REPLACEMENT, replacement_body(&cards), &reply);
  if (status == STATUS_OK && replacement_reply_parse(reply.body, &done) != STATUS_OK)
    status = STATUS_BAD_REPLY;
  if (status != STATUS_OK) {
    status = refusal_say(admin, arguments, reply.body, status);
    message_clear(&reply);
    return status;
  }
  message_clear(&reply);
  admin->changed = true;
  done_print(admin, arguments, &done);
  moment_from_unix(done.at, moment);
  moment_print(moment, at);
  admin->report = json_pack("{s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:s}", "operation", "card replace", "cid",
                            arguments[0], "new_cid", arguments[1], "currency", admin->terminal->currency->code,
                            "balance", (json_int_t)done.balance, "owed", (json_int_t)done.owed, "points",
                            (json_int_t)done.points, "settled_atc", (json_int_t)done.settled_atc, "at", at);
  return STATUS_OK;
}
