/* SPDX-License-Identifier: Apache-2.0
 * epurse-admin card list: every card, by number, page by page. */
#include <string.h>

#include "admin.h"
#include "cmd/frame/terminal_program.h"

#define PAGE_CARDS 32 /* fit a message */

/* One card of a page. The list goes up, so that a server that repeats itself cannot keep us here for ever. */
static enum status card_take(const struct admin *admin, const json_t *item, char after[2 * CID_SIZE + 1],
                             json_t *cards) {
  struct card_facts facts;
  char cid[2 * CID_SIZE + 1], balance[AMOUNT_TEXT_MAX];

  if (card_facts_parse(item, &facts) != STATUS_OK || facts.unreported)
    return STATUS_BAD_REPLY;
  cid_print(facts.cid, cid);
  if (strcmp(cid, after) <= 0)
    return STATUS_BAD_REPLY;
  memcpy(after, cid, sizeof cid);
  report_amount(balance, facts.balance, facts.currency);
  admin_row(admin, "%s  %-9s  %16s  %s\n", cid, facts.state, balance, facts.reason);
  return json_array_append_new(cards, admin_card_json(&facts)) == 0 ? STATUS_OK : STATUS_NO_MEMORY;
}

/* One page; *count is how many cards it had. */
static enum status page_take(struct admin *admin, char after[2 * CID_SIZE + 1], json_t *cards, size_t *count) {
  struct message reply;
  const json_t *items = NULL;
  enum status status =
      admin_call(admin, MESSAGE_CARD_LIST, json_pack("{s:s, s:i}", "after", after, "limit", PAGE_CARDS), &reply);

  *count = 0;
  items = json_object_get(reply.body, "cards");
  if (status == STATUS_OK && !json_is_array(items))
    status = STATUS_BAD_REPLY;
  for (size_t i = 0; status == STATUS_OK && i < json_array_size(items); i++) {
    status = card_take(admin, json_array_get(items, i), after, cards);
    ++*count;
  }
  message_clear(&reply);
  return status == STATUS_OK ? status : admin_fail(admin, NULL, status);
}

enum status admin_card_list(void *context, char **arguments) {
  struct admin *admin = context;
  char after[2 * CID_SIZE + 1] = "";
  json_t *cards = json_array();
  size_t count = 1;
  enum status status = admin_open(admin);

  (void)arguments;
  if (status == STATUS_OK && cards == NULL)
    status = admin_fail(admin, NULL, STATUS_NO_MEMORY);
  while (status == STATUS_OK && count > 0)
    status = page_take(admin, after, cards, &count);
  if (status == STATUS_OK && json_array_size(cards) == 0)
    admin_print(admin, "There are no cards yet.\n");
  if (status == STATUS_OK)
    admin->report = json_pack("{s:O}", "cards", cards);
  json_decref(cards);
  return status;
}
