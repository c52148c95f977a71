/* SPDX-License-Identifier: Apache-2.0
 * Off-line payments on their way to the server, many in one message, and the deny list on its way back. */
#include <string.h>
#include <time.h>

#include "contact.h"
#include "deny_list.h"
#include "epurse/backend.h"
#include "epurse/message_deny.h"
#include "epurse/message_offline.h"
#include "epurse/terminal.h"
#include "offline.h"
#include "receipt_file.h"

#define PAGES_MOST 10000 /* more than any list has: a server that never comes to its end is not followed */

/* ---- the list ---- */

static enum status page_fetch(struct terminal *terminal, int64_t after, struct deny_page *page, int64_t *signed_time) {
  struct message reply;
  enum status status = backend_call(terminal->backend, MESSAGE_DENY_LIST, deny_list_body(after), &reply);
  if (status != STATUS_OK)
    return status;
  *signed_time = reply.time;
  status = reply.status;
  if (status == STATUS_OK && deny_page_parse(reply.body, page) != STATUS_OK)
    status = STATUS_BAD_REPLY;
  message_clear(&reply);
  return status;
}

enum status offline_standing_read(const char *folder, struct offline_standing *standing) {
  struct deny_list *list = NULL;
  struct deny_state state = {0};
  enum status status = deny_list_open(folder, false, &list);
  if (status == STATUS_OK)
    status = deny_list_state(list, &state);
  deny_list_close(&list);
  *standing = (struct offline_standing){state.time, state.sum, state.count};
  return status == STATUS_OK && state.time == 0 ? STATUS_NOT_FOUND : status;
}

enum status offline_fetch(struct terminal *terminal, int64_t seconds, bool make) {
  struct deny_list *list = NULL;
  struct deny_state state;
  struct deny_page page = {0};
  struct journal_marks marks;
  int64_t signed_time = 0;
  enum status status = deny_list_open(terminal->folder, make, &list);
  if (status != STATUS_OK)
    return status == STATUS_NOT_FOUND && !make ? STATUS_OK : status;
  status = deny_list_state(list, &state);
  if (status == STATUS_OK && state.time != 0 && (int64_t)time(NULL) - state.time < seconds)
    goto out;
  if (status == STATUS_OK)
    status = journal_marks(terminal->journal, &marks);
  for (int pages = 0; status == STATUS_OK && pages < PAGES_MOST; pages++) {
    status = page_fetch(terminal, state.number, &page, &signed_time);
    if (status == STATUS_OK)
      status = deny_list_add(list, &page, signed_time, marks.last_id);
    if (status != STATUS_OK || page.number == page.latest)
      break;
    if (page.number == state.number)
      status = STATUS_BAD_REPLY; /* it does not go on */
    state.number = page.number;
  }
out:
  deny_list_close(&list);
  return status;
}

/* ---- the payments ---- */

struct bringing {
  struct offline_payments question, answer;
  struct journal_entry entries[OFFLINE_PAYMENT_MAX];
};

static enum status offline_send(struct terminal *terminal, const struct offline_payments *question,
                                struct offline_payments *answer) {
  struct message reply;
  json_t *body = offline_payment_body(question, false);
  enum status status = backend_call(terminal->backend, MESSAGE_OFFLINE_PAYMENT, body, &reply);
  if (status != STATUS_OK)
    return status;
  status = reply.status;
  if (status == STATUS_OK &&
      (offline_payment_parse(reply.body, true, answer) != STATUS_OK || answer->count != question->count))
    status = STATUS_BAD_REPLY;
  message_clear(&reply);
  return status;
}

/* Closes what is booked, and what the server keeps as evidence against the card: the issuer's risk has paid that, or
 * nobody will. The others are brought in again. */
static void answer_take(struct terminal *terminal, struct bringing *bringing, struct offline_brought *brought) {
  for (size_t i = 0; i < bringing->answer.count; i++) {
    enum status said = bringing->answer.items[i].status;
    if (said == STATUS_OK || said == STATUS_OFFLINE_KNOWN) {
      bringing->entries[i].state = JOURNAL_CONFIRMED;
      brought->booked += journal_update(terminal->journal, &bringing->entries[i]) == STATUS_OK;
    } else if (said == STATUS_OFFLINE_WAITS) {
      brought->waiting++;
    } else {
      brought->refused++;
      brought->why = said;
      bringing->entries[i].state = JOURNAL_CONFIRMED;
      if (said == STATUS_CARD_FORKED)
        (void)!journal_update(terminal->journal, &bringing->entries[i]);
    }
  }
}

/* The next message's worth behind *after. A receipt that a crash kept from being written is written now. */
static enum status payments_collect(struct terminal *terminal, int64_t *after, struct bringing *bringing) {
  struct journal_entry entry;
  char path[512];
  size_t count = 0;
  enum status status = STATUS_OK;
  while (count < OFFLINE_PAYMENT_MAX && (status = journal_next_open(terminal->journal, *after, &entry)) == STATUS_OK) {
    *after = entry.id;
    if (entry.type != TRANSACTION_OFFLINE_PURCHASE || !entry.has_promise)
      continue;
    (void)!receipt_file_write(terminal, &entry, path);
    memcpy(bringing->question.items[count].promise, entry.promise, PROMISE_SIZE);
    bringing->entries[count++] = entry;
  }
  bringing->question.count = count;
  return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

enum status offline_bring(struct terminal *terminal, struct offline_brought *brought) {
  struct bringing bringing;
  int64_t after = 0;
  *brought = (struct offline_brought){.why = STATUS_OK};
  for (;;) {
    bringing = (struct bringing){0};
    enum status status = payments_collect(terminal, &after, &bringing);
    if (status != STATUS_OK || bringing.question.count == 0)
      return status;
    status = offline_send(terminal, &bringing.question, &bringing.answer);
    if (status != STATUS_OK)
      return status;
    answer_take(terminal, &bringing, brought);
  }
}

enum status offline_bring_one(struct terminal *terminal, const uint8_t promise[PROMISE_SIZE]) {
  struct offline_payments question = {.count = 1}, answer;
  memcpy(question.items[0].promise, promise, PROMISE_SIZE);
  enum status status = offline_send(terminal, &question, &answer);
  return status == STATUS_OK ? answer.items[0].status : status;
}

void offline_bring_stored(struct order *order) {
  uint8_t promise[PROMISE_SIZE];
  struct contact *contact = order->contact;
  if (!contact->open || session_offline_promise(&contact->session, promise) != STATUS_OK)
    return;
  /* Another one may have brought it since, and where nobody answers the next contact asks for it again. */
  (void)!offline_bring_one(order->terminal, promise);
}
