/* SPDX-License-Identifier: Apache-2.0
 * References: a payment or load that was named is looked for before it is begun, in the journal and then at the server.
 * How a transaction without r ended is the server's word here; nothing in the journal is closed by it. */
#include "reference.h"

#include <stdio.h>
#include <string.h>

#include "contact.h"
#include "epurse/backend.h"
#include "epurse/inquiry.h"
#include "epurse/message_reference.h"
#include "epurse/terminal.h"
#include "payout.h"
#include "recover.h"

#define LINE_KEPT 100 /* seconds; libcurl keeps a line for 118, epursed for 300 as a rule */

void reference_note(struct outcome *outcome, const struct payment *payment) {
  if (payment->reference != NULL)
    snprintf(outcome->reference, sizeof outcome->reference, "%s", payment->reference);
}

static enum status server_ask(struct terminal *terminal, const char *reference, struct reference_reply *reply) {
  struct message message;
  json_t *body = reference_query_body(reference);
  enum status status = backend_call(terminal->backend, MESSAGE_REFERENCE_QUERY, body, &message);
  *reply = (struct reference_reply){.state = REFERENCE_UNKNOWN};
  if (status != STATUS_OK)
    return status;
  status = message.status;
  if (status == STATUS_OK && reference_reply_parse(message.body, reply) != STATUS_OK)
    status = STATUS_BAD_REPLY;
  message_clear(&message);
  return status;
}

/* The outcome of what another terminal did, or this one without its journal. */
static void outcome_by_reply(const struct terminal *terminal, const struct reference_reply *reply,
                             struct outcome *outcome) {
  bool done = reply->state == REFERENCE_DONE;
  memcpy(outcome->cid, reply->cid, sizeof outcome->cid);
  outcome->atc = reply->atc;
  outcome->amount = (struct amount){reply->amount, terminal->currency->numeric};
  outcome->confirmed = outcome->finished_before = done;
  outcome->owed = reply->owed;
  if (!done || reply->owed)
    return;
  outcome->balance_before = outcome->balance_after = reply->balance;
  if (reply->type == TRANSACTION_PURCHASE || reply->type == TRANSACTION_PAYOUT)
    outcome->balance_after -= reply->amount;
  else if (reply->type == TRANSACTION_LOAD || (reply->type == TRANSACTION_REFUND && reply->change <= 0))
    outcome->balance_after += reply->amount; /* what was paid with points brings points, and no money */
  outcome->points = reply->change;
  outcome->points_after = reply->points + reply->change;
  memcpy(outcome->time, reply->time, sizeof outcome->time);
}

enum status reference_first(struct order *order, const struct payment_request *request) {
  struct reference_reply reply;
  if (server_ask(order->terminal, request->reference, &reply) != STATUS_OK || reply.state != REFERENCE_DONE)
    return STATUS_REFERENCE_DONE;
  order->entry = (struct journal_entry){.id = 0};
  outcome_by_reply(order->terminal, &reply, order->outcome);
  return STATUS_OK;
}

/* ---- before the card ---- */

static bool is_done(const struct journal_entry *entry) {
  return journal_entry_done(entry) && (entry->state == JOURNAL_COMMITTED || entry->state == JOURNAL_CONFIRMED);
}

static bool is_holders(const struct journal_entry *entry, const struct payment_request *request) {
  return request->iban == NULL || strcmp(entry->holder, request->holder != NULL ? request->holder : "") == 0;
}

/* Whether an entry is what is asked for. A payment stays the same one where it went off-line. */
static bool entry_matches(const struct journal_entry *entry, const struct payment_request *request) {
  bool offline = entry->type == TRANSACTION_OFFLINE_PURCHASE && request->type == TRANSACTION_PURCHASE;
  return (offline || entry->type == request->type) && order_goes_where(entry, request) && is_holders(entry, request) &&
         order_amount_is(entry, request);
}

static bool is_over(const struct journal_entry *entry) {
  return entry->state == JOURNAL_CANCELLED || entry->state == JOURNAL_SETTLED;
}

/* The journal's entry of that name, with what can be ended without a card ended. */
static enum status entry_find(struct order *order, const char *reference) {
  struct journal *journal = order->terminal->journal;
  enum status status = journal_find_reference(journal, reference, &order->entry);
  if (status == STATUS_OK && !is_done(&order->entry) && !is_over(&order->entry)) {
    status = recover_run(order->terminal, order->tender, true, NULL);
    if (status == STATUS_OK)
      status = journal_find_reference(journal, reference, &order->entry);
  }
  if (status == STATUS_OK && order->entry.has_promise)
    status = order_resume(order, &order->entry);
  return status;
}

/* What an entry that is neither done nor over keeps from beginning. */
static enum status entry_open(const struct journal_entry *entry) {
  switch (entry->state) {
  case JOURNAL_CHARGING:
    return STATUS_TENDER_UNKNOWN;
  case JOURNAL_CHARGED:
  case JOURNAL_REVERSING:
    return STATUS_LOAD_UNSETTLED;
  default:
    return STATUS_REFERENCE_HELD;
  }
}

static bool reply_matches(const struct reference_reply *reply, const struct payment_request *request) {
  bool part = request->wanted > 0 && reply->amount < request->wanted; /* under that name: what the card had of it */
  return reply->type == request->type && (reply->amount == request->amount.minor || part);
}

static enum status recall_at_server(struct order *order, const struct payment_request *request) {
  struct reference_reply reply;
  enum status status = server_ask(order->terminal, request->reference, &reply);
  if (status != STATUS_OK || reply.state == REFERENCE_UNKNOWN || reply.state == REFERENCE_DECLINED)
    return status == STATUS_OK ? STATUS_NOT_FOUND : status;
  if (!reply_matches(&reply, request))
    return STATUS_REFERENCE_USED;
  if (reply.state == REFERENCE_HELD)
    return STATUS_REFERENCE_HELD;
  if (request->type == TRANSACTION_PAYOUT)
    return STATUS_REFERENCE_DONE; /* nobody here knows whether it was handed out: nobody hands it out again */
  order->entry = (struct journal_entry){.id = 0};
  outcome_by_reply(order->terminal, &reply, order->outcome);
  return STATUS_OK;
}

static enum status recall(struct order *order, const struct payment_request *request, bool here_only) {
  const struct journal_entry *entry = &order->entry;
  enum status status = entry_find(order, request->reference);
  bool here = status == STATUS_OK && !is_over(entry);
  if (status != STATUS_OK && status != STATUS_NOT_FOUND)
    return status;
  if (here && !entry_matches(entry, request))
    return STATUS_REFERENCE_USED;
  if (here && entry->type == TRANSACTION_PAYOUT && entry->state == JOURNAL_COMMITTED)
    return STATUS_NOT_FOUND; /* not handed out: it goes on */
  if (here && is_done(entry)) {
    order_reload_outcome(order);
    order->outcome->finished_before = true;
    return STATUS_OK;
  }
  enum status open = here ? entry_open(entry) : STATUS_NOT_FOUND;
  if (here && open != STATUS_REFERENCE_HELD)
    return open;
  if (here_only)
    return open;
  status = recall_at_server(order, request);
  bool server_silent = status == STATUS_NO_SERVER || status == STATUS_NOT_FOUND;
  return here && server_silent ? open : status; /* its card can bring it on without the server */
}

bool payment_name_may_ride(struct terminal *terminal, uint8_t type, const struct payment *payment) {
  struct journal_entry entry;
  bool purchase = type == TRANSACTION_PURCHASE || type == TRANSACTION_POINTS_PURCHASE;
  int64_t answered = backend_answered(terminal->backend);
  if (!purchase || payment->reference == NULL || payment->up_to || answered < 0 || answered > LINE_KEPT)
    return false; /* the server knows what was taken up to a wish, and not the wish */
  enum status status = journal_find_reference(terminal->journal, payment->reference, &entry);
  return status == STATUS_NOT_FOUND || (status == STATUS_OK && entry.state == JOURNAL_CANCELLED && !entry.has_promise);
}

enum status payment_recall(struct terminal *terminal, uint8_t type, const struct payment *payment,
                           const struct dialogue *dialogue, struct outcome *outcome) {
  struct contact contact = {.terminal = terminal, .dialogue = dialogue};
  struct order order = {.terminal = terminal, .contact = &contact, .tender = payment->tender, .outcome = outcome};
  const struct payment_request request = {.type = type,
                                          .amount = payment->amount,
                                          .reference = payment->reference,
                                          .wanted = payment->up_to ? payment->amount.minor : 0,
                                          .iban = payment->iban,
                                          .holder = payment->holder,
                                          .closes = payment->closes};
  order_outcome_clear(outcome);
  outcome->amount = payment->amount;
  reference_note(outcome, payment);
  if (payment->reference == NULL)
    return STATUS_NOT_FOUND;
  if (!reference_valid(payment->reference))
    return STATUS_BAD_FORMAT;
  bool alone = payment->named_offline && payment->offline == OFFLINE_USE_ONLY;
  enum status status = recall(&order, &request, alone || payment->name_rides);
  outcome->wanted = request.wanted;
  return status == STATUS_OK ? order_report(&order) : status;
}

/* ---- asked for ---- */

static enum status status_by_reply(const struct terminal *terminal, const struct reference_reply *reply,
                                   struct outcome *outcome, uint8_t *type) {
  static const enum status statuses[] = {[REFERENCE_UNKNOWN] = STATUS_NOT_FOUND,
                                         [REFERENCE_HELD] = STATUS_REFERENCE_HELD,
                                         [REFERENCE_DONE] = STATUS_OK,
                                         [REFERENCE_DECLINED] = STATUS_DECLINED};
  if (reply->state != REFERENCE_UNKNOWN) {
    *type = reply->type;
    outcome_by_reply(terminal, reply, outcome);
    outcome->finished_before = false;
  }
  return statuses[reply->state];
}

/* Its card has paid it out, and nobody has confirmed that the holder got it. */
static bool is_to_hand_out(const struct journal_entry *entry) {
  return payout_in_cash(entry) && entry->state == JOURNAL_COMMITTED && payout_said(entry) != HAND_OUT_DONE;
}

static void outcome_by_entry(const struct order *order) {
  order->outcome->amount = (struct amount){order->entry.amount, order->entry.currency};
  order->outcome->number = order->entry.id;
  if (order->entry.has_promise) {
    memcpy(order->outcome->cid, order->promise.cid, CID_SIZE);
    order->outcome->atc = order->promise.atc;
  }
}

/* The journal's entry of that name. */
static enum status entry_read(struct order *order, const char *reference, uint8_t *type) {
  const struct payment named = {.reference = reference};
  order_outcome_clear(order->outcome);
  reference_note(order->outcome, &named);
  *type = 0;
  if (!reference_valid(reference))
    return STATUS_BAD_FORMAT;
  enum status status = journal_find_reference(order->terminal->journal, reference, &order->entry);
  return status == STATUS_OK && order->entry.has_promise ? order_resume(order, &order->entry) : status;
}

static enum status entry_status(struct order *order, uint8_t *type) {
  *type = order->entry.type;
  if (is_done(&order->entry)) {
    order_outcome_fill(order);
    return is_to_hand_out(&order->entry) ? STATUS_REFERENCE_HELD : STATUS_OK;
  }
  outcome_by_entry(order);
  return is_over(&order->entry) ? STATUS_DECLINED : entry_open(&order->entry);
}

enum status reference_look(struct terminal *terminal, const char *reference, struct outcome *outcome, uint8_t *type) {
  struct order order = {.terminal = terminal, .outcome = outcome};
  enum status status = entry_read(&order, reference, type);
  if (status != STATUS_OK)
    return status;
  return order.entry.state == JOURNAL_SETTLED ? STATUS_SETTLED_ELSEWHERE : entry_status(&order, type);
}

enum status reference_status(struct terminal *terminal, const char *reference, struct outcome *outcome, uint8_t *type) {
  struct order order = {.terminal = terminal, .outcome = outcome};
  struct reference_reply reply;
  enum status found = entry_read(&order, reference, type);
  if (found != STATUS_OK && found != STATUS_NOT_FOUND)
    return found;
  if (found == STATUS_OK && is_done(&order.entry))
    return entry_status(&order, type);
  enum status status = server_ask(terminal, reference, &reply);
  if (status == STATUS_OK)
    status = status_by_reply(terminal, &reply, outcome, type);
  bool open = found == STATUS_OK && !is_over(&order.entry);
  if (found != STATUS_OK || (status != STATUS_NOT_FOUND && !(open && status == STATUS_NO_SERVER)))
    return status;
  return entry_status(&order, type);
}

/* ---- after one more try ---- */

/* Whether it says itself how what the name stands for is. */
static bool is_word(enum status status) {
  switch (status) {
  case STATUS_OK:
  case STATUS_UNREPORTED:
  case STATUS_REFERENCE_USED:
  case STATUS_REFERENCE_DONE:
  case STATUS_REFERENCE_HELD:
  case STATUS_OUTCOME_UNKNOWN:
  case STATUS_SETTLED_ELSEWHERE:
  case STATUS_LOAD_UNSETTLED:
  case STATUS_TENDER_UNKNOWN:
  case STATUS_PAYOUT_OPEN:
  case STATUS_PAYOUT_BACK:
    return true;
  default:
    return false;
  }
}

static bool server_has_none(struct terminal *terminal, const char *reference) {
  struct reference_reply reply;
  return server_ask(terminal, reference, &reply) == STATUS_OK &&
         (reply.state == REFERENCE_UNKNOWN || reply.state == REFERENCE_DECLINED);
}

enum status payment_standing(struct terminal *terminal, const char *reference, bool held, enum status status) {
  struct journal_entry entry;
  if (reference == NULL || is_word(status))
    return status;
  enum status found = journal_find_reference(terminal->journal, reference, &entry);
  if (found == STATUS_OK && is_to_hand_out(&entry))
    return STATUS_PAYOUT_OPEN;
  if (found == STATUS_OK && is_done(&entry))
    return STATUS_REFERENCE_DONE;
  if (found == STATUS_OK && !is_over(&entry))
    return entry_open(&entry);
  return held && !server_has_none(terminal, reference) ? STATUS_REFERENCE_HELD : status;
}
