/* SPDX-License-Identifier: Apache-2.0
 * epurse-admin card show: what the server knows of a card. */
#include <inttypes.h>
#include <string.h>

#include "admin.h"
#include "cmd/frame/language.h"
#include "cmd/frame/terminal_program.h"

json_t *admin_card_json(const struct card_facts *facts) {
  const struct currency *currency = currency_by_number(facts->currency);
  char cid[2 * CID_SIZE + 1], expiry[11] = "";

  cid_print(facts->cid, cid);
  if (date_valid(facts->expiry))
    date_print(facts->expiry, expiry);
  json_t *object =
      json_pack("{s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:I}", "cid", cid, "state", facts->state, "reason",
                facts->reason, "expiry", expiry, "currency", currency != NULL ? currency->code : "", "balance",
                (json_int_t)facts->balance, "held", (json_int_t)facts->held, "owed", (json_int_t)facts->owed, "points",
                (json_int_t)facts->points, "last_atc", (json_int_t)facts->last_atc);
  if (facts->deposit > 0)
    json_object_set_new(object, "deposit", json_integer(facts->deposit));
  return object;
}

/* The state in words. */
static const char *state_word(const char *state) {
  static const struct {
    const char *state, *word;
  } words[] = {{"RESERVED", SENTENCE("reserved for a chip at the desk")},
               {"ISSUED", SENTENCE("in use")},
               {"SUSPENDED", SENTENCE("suspended")},
               {"BLOCKED", SENTENCE("blocked for good")},
               {"CLOSED", SENTENCE("closed: it was paid out, all of it")},
               {"RETIRED", SENTENCE("given up before it was used")}};

  for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
    if (strcmp(words[i].state, state) == 0)
      return words[i].word;
  return state;
}

void admin_card_print(const struct admin *admin, const struct card_facts *facts) {
  char cid[2 * CID_SIZE + 1], expiry[11] = "-", balance[AMOUNT_TEXT_MAX], held[AMOUNT_TEXT_MAX], owed[AMOUNT_TEXT_MAX];

  cid_print(facts->cid, cid);
  if (date_valid(facts->expiry))
    date_print(facts->expiry, expiry);
  report_amount(balance, facts->balance, facts->currency);
  report_amount(held, facts->held, facts->currency);
  report_amount(owed, facts->owed, facts->currency);
  admin_print(admin, "Card %s is %s%s%s.\n", cid, translated(state_word(facts->state)),
              facts->reason[0] != '\0' ? ": " : "", facts->reason);
  admin_print(admin, "  on the card    %s, points: %" PRId64 "\n", balance, facts->points);
  admin_print(admin, "  on hold        %s\n", held);
  admin_print(admin, "  owed to it     %s\n", owed);
  if (facts->deposit > 0) {
    report_amount(owed, facts->deposit, facts->currency);
    admin_print(admin, "  deposit        %s\n", owed);
  }
  admin_print(admin, "  valid until    %s, transactions so far: %" PRIu32 "\n", expiry, facts->last_atc);
}

enum status admin_card_show(void *context, char **arguments) {
  struct admin *admin = context;
  struct card_message question = {0};
  struct card_facts facts;
  struct message reply;
  enum status status = cid_parse(arguments[0], question.cid);

  if (status != STATUS_OK)
    return admin_refuse_cid(admin, arguments[0]);
  status = admin_open(admin);
  if (status != STATUS_OK)
    return status;
  status = admin_call(admin, MESSAGE_CARD_QUERY, card_message_body(MESSAGE_CARD_QUERY, &question), &reply);
  if (status == STATUS_OK && (card_facts_parse(reply.body, &facts) != STATUS_OK || facts.unreported ||
                              memcmp(facts.cid, question.cid, sizeof facts.cid) != 0))
    status = STATUS_BAD_REPLY;
  message_clear(&reply);
  if (status != STATUS_OK)
    return admin_fail(admin, arguments[0], status);
  admin_card_print(admin, &facts);
  admin->report = admin_card_json(&facts);
  return STATUS_OK;
}
