/* SPDX-License-Identifier: Apache-2.0
 * An off-line purchase: what the terminal must know to take it, and the card's promise, which is the payment. */
#include "offline.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "contact.h"
#include "deny_list.h"
#include "epurse/terminal.h"
#include "epurse/tlv.h"

#define SECONDS_AN_HOUR 3600

/* A payment that is being taken. */
struct offline {
  struct order *order;
  struct deny_state state;
  struct certificate card_ca, card;
  struct initialize initialize;
};

/* ---- may it be taken ---- */

/* What the terminal must have, whatever the card. */
static enum status terminal_check(const struct offline *offline) {
  const struct deny_state *state = &offline->state;
  int64_t now = (int64_t)time(NULL);
  int64_t most = (int64_t)offline->order->terminal->offline.list_hours * SECONDS_AN_HOUR;
  if (state->time == 0)
    return STATUS_OFFLINE_LIST;
  if (now + MESSAGE_CLOCK_SKEW < state->latest)
    return STATUS_OFFLINE_CLOCK;
  if (now - state->time > most)
    return STATUS_OFFLINE_LIST;
  return state->sum > 0 && state->count > 0 ? STATUS_OK : STATUS_OFFLINE_FORBIDDEN;
}

/* The card CA of that subject, of those that the server called good, under the master key. */
static enum status card_ca_find(struct offline *offline, const uint8_t subject[CERTIFICATE_SUBJECT_SIZE],
                                const uint8_t now[MOMENT_SIZE]) {
  const struct certificate_check check = {
      .ca_public = offline->order->terminal->master_public, .role = ROLE_CARD_CA, .now = now};
  struct bytes_reader reader = bytes_reader(offline->state.card_ca, offline->state.card_ca_len);
  struct tlv tlv;
  while (!bytes_read_all(&reader) && tlv_next(&reader, &tlv) == STATUS_OK)
    if (certificate_decode(tlv.whole, tlv.whole_len, &offline->card_ca) == STATUS_OK &&
        memcmp(offline->card_ca.subject, subject, CERTIFICATE_SUBJECT_SIZE) == 0 &&
        certificate_verify(&offline->card_ca, &check) == STATUS_OK)
      return STATUS_OK;
  return STATUS_BAD_CERTIFICATE;
}

/* The first six digits are the issuer's, nine the card's own. */
static void cid_split(const uint8_t cid[CID_SIZE], uint32_t *issuer, uint32_t *serial) {
  char text[17], digits[10] = "";
  cid_print(cid, text);
  memcpy(digits, text, 6);
  *issuer = (uint32_t)strtoul(digits, NULL, 10);
  memcpy(digits, text + 6, 9);
  *serial = (uint32_t)strtoul(digits, NULL, 10);
}

/* The card's certificate, read from it and verified; it goes into the entry. */
static enum status card_take(struct offline *offline) {
  struct journal_entry *entry = &offline->order->entry;
  uint8_t certificate[CERTIFICATE_MAX], now[MOMENT_SIZE];
  uint32_t issuer, serial;
  size_t len = 0;
  moment_from_unix((int64_t)time(NULL), now);
  enum status status = session_certificate(&offline->order->contact->session, certificate, &len);
  if (status != STATUS_OK)
    return status;
  memcpy(entry->card_certificate, certificate, entry->card_certificate_len = len);
  if (certificate_decode(entry->card_certificate, len, &offline->card) != STATUS_OK)
    return STATUS_BAD_CERTIFICATE;
  status = card_ca_find(offline, offline->card.ca_id, now);
  if (status != STATUS_OK)
    return status;
  const struct certificate_check check = {offline->card_ca.public_key, offline->card_ca.subject, ROLE_CARD_SIG, now};
  cid_split(offline->card.subject, &issuer, &serial);
  if (issuer != offline->state.issuer)
    return STATUS_OTHER_ISSUER;
  if (certificate_verify(&offline->card, &check) == STATUS_OK)
    return STATUS_OK;
  return date_passed(offline->card.expiry, now) ? STATUS_CARD_EXPIRED : STATUS_BAD_CERTIFICATE;
}

/* Amount and card, against the card's certificate, the list and the allowance. */
static enum status card_check(const struct offline *offline, struct deny_list *list) {
  const struct order *order = offline->order;
  const struct offline_limits *limits = &offline->card.offline;
  int64_t amount = order->entry.amount;
  struct journal_taken taken;
  uint32_t issuer, serial;
  bool denied = true;
  if (limits->single == 0 || limits->total == 0 || limits->count == 0)
    return STATUS_OFFLINE_CARD;
  if (offline->card.offline_currency != order->entry.currency)
    return STATUS_WRONG_CURRENCY;
  if (amount > limits->single)
    return STATUS_OFFLINE_SINGLE;
  cid_split(offline->card.subject, &issuer, &serial);
  enum status status = deny_list_has(list, serial, &denied);
  if (status == STATUS_OK && denied)
    status = STATUS_OFFLINE_DENIED;
  if (status == STATUS_OK)
    status = journal_offline_taken(order->terminal->journal, offline->state.mark, offline->card.subject, &taken);
  if (status != STATUS_OK)
    return status;
  if (taken.of_card + amount > limits->total)
    return STATUS_OFFLINE_TOTAL;
  return taken.sum + amount <= offline->state.sum && taken.count < offline->state.count ? STATUS_OK
                                                                                        : STATUS_OFFLINE_ALLOWANCE;
}

static enum status offline_check(struct offline *offline) {
  struct deny_list *list = NULL;
  enum status status = deny_list_open(offline->order->terminal->folder, false, &list);
  if (status == STATUS_OK)
    status = deny_list_state(list, &offline->state);
  if (status == STATUS_OK)
    status = terminal_check(offline);
  else if (status == STATUS_NOT_FOUND)
    status = STATUS_OFFLINE_LIST;
  if (status == STATUS_OK)
    status = card_take(offline);
  if (status == STATUS_OK)
    status = card_check(offline, list);
  deny_list_close(&list);
  return status;
}

/* ---- the promise ---- */

/* Whether this record is of the entry's kind, signed by the card of its certificate. */
static bool promise_of_card(const struct order *order, const uint8_t record[PROMISE_SIZE], struct promise *promise) {
  const struct journal_entry *entry = &order->entry;
  struct certificate card;
  return promise_decode(record, PROMISE_SIZE, promise) == STATUS_OK && promise->type == entry->type &&
         certificate_decode(entry->card_certificate, entry->card_certificate_len, &card) == STATUS_OK &&
         memcmp(promise->cid, card.subject, CID_SIZE) == 0 &&
         record_verify(record, PROMISE_SIZE, card.public_key) == STATUS_OK;
}

/* Whether it is what the entry asked for, with its N. */
static bool promise_is(const struct order *order, const struct promise *promise) {
  const struct journal_entry *entry = &order->entry;
  return promise->amount == entry->amount && promise->currency == entry->currency &&
         memcmp(promise->tid, order->terminal->tid, TID_SIZE) == 0 &&
         memcmp(promise->nonce, entry->nonce, NONCE_SIZE) == 0;
}

/* The entry has its promise: done. A disk that refuses now cannot undo it: the card stores it and tells it again. */
static void promise_keep(struct order *order, const uint8_t record[PROMISE_SIZE]) {
  memcpy(order->entry.promise, record, PROMISE_SIZE);
  order->entry.has_promise = true;
  order->entry.state = JOURNAL_COMMITTED;
  enum status kept = journal_update(order->terminal->journal, &order->entry);
  order_reload_outcome(order);
  if (kept != STATUS_OK)
    order->entry.state = JOURNAL_INTENT; /* as the disk has it: nobody is told that it is done */
}

/* Looks whether the card has paid, in the session that there is. STATUS_OK: it has. STATUS_NOT_FOUND: what it stores is
 * another payment that it signed, or none, and it says so under an R-MAC. Any other: nobody has said that it has
 * not. */
static enum status promise_look(struct order *order) {
  uint8_t record[PROMISE_SIZE];
  struct promise promise;
  enum status status = session_offline_promise(&order->contact->session, record);
  if (status != STATUS_OK)
    return status;
  if (!promise_of_card(order, record, &promise))
    return STATUS_BAD_REPLY;
  if (!promise_is(order, &promise))
    return STATUS_NOT_FOUND;
  order->promise = promise;
  promise_keep(order, record);
  return STATUS_OK;
}

static enum status offline_initialize(struct offline *offline, uint8_t *tries_left) {
  struct order *order = offline->order;
  uint8_t record[PROMISE_SIZE];
  moment_from_unix((int64_t)time(NULL), offline->initialize.time);
  enum status status =
      session_initialize(&order->contact->session, P1_INITIALIZE_OFFLINE, &offline->initialize, record, tries_left);
  if (status != STATUS_OK)
    return status;
  if (!promise_of_card(order, record, &order->promise) || !promise_is(order, &order->promise))
    return STATUS_BAD_REPLY;
  promise_keep(order, record);
  return STATUS_OK;
}

/* contact_attempt: the PIN rides along, and is kept nowhere. */
static enum status offline_attempt(void *context, const char *digits, const uint8_t block[PIN_BLOCK_SIZE],
                                   uint8_t *tries_left) {
  struct offline *offline = context;
  (void)digits;
  offline->initialize.has_pin = true;
  memcpy(offline->initialize.pin_block, block, PIN_BLOCK_SIZE);
  return offline_initialize(offline, tries_left);
}

/* Without the PIN where the card may do so, else with it. What refuses without an R-MAC may have paid: it is asked
 * again only after it has said that it has not. */
static enum status offline_ask(struct offline *offline, bool pin_shown) {
  struct order *order = offline->order;
  struct contact_pin pin = {offline_attempt, offline, 0};
  enum status status = STATUS_PIN_NEEDED;
  uint8_t nothing = 0;
  bool bare = pin_shown || (!order->ask_pin && order->entry.amount <= (int64_t)order->terminal->no_pin_single);
  if (bare)
    status = offline_initialize(offline, &nothing);
  if (status == STATUS_INSUFFICIENT_BALANCE && order->wanted > 0 && !pin_shown)
    status = STATUS_PIN_NEEDED; /* with it the card tells what it has */
  if (status == STATUS_PIN_NEEDED && bare) {
    enum status paid = promise_look(order);
    if (paid != STATUS_NOT_FOUND)
      return paid;
  }
  if (status == STATUS_PIN_NEEDED) {
    status = contact_try_pin(order->contact, &pin);
    order->outcome->tries_left = pin.tries_left;
  }
  return status;
}

/* The card has signed that it did not, or was not asked. */
static bool is_proven(enum status status) {
  return status == STATUS_WRONG_PIN || status == STATUS_PIN_BLOCKED || status == STATUS_CANCELLED;
}

/* A refusal whose promise did not come: the card itself says whether it has paid, in a new session where this one is
 * gone. */
static enum status offline_settle(struct order *order, enum status refusal) {
  enum status status = is_proven(refusal) ? STATUS_NOT_FOUND : promise_look(order);
  if (status != STATUS_OK && status != STATUS_NOT_FOUND) {
    struct certificate card;
    status = certificate_decode(order->entry.card_certificate, order->entry.card_certificate_len, &card);
    if (status == STATUS_OK)
      status = contact_return(order->contact, card.subject);
    if (status == STATUS_OK)
      status = promise_look(order);
  }
  if (status == STATUS_OK)
    return STATUS_OK;
  if (status != STATUS_NOT_FOUND)
    return STATUS_OUTCOME_UNKNOWN; /* the entry stays open until the card is here again */
  order_cancel(order, NULL);
  return refusal == STATUS_ABOVE_LIMIT ? STATUS_OFFLINE_TOTAL : refusal;
}

static enum status offline_begin(struct offline *offline) {
  struct order *order = offline->order;
  struct journal_entry *entry = &order->entry;
  offline->initialize = (struct initialize){.amount = (uint32_t)entry->amount, .currency = entry->currency};
  memcpy(offline->initialize.tid, order->terminal->tid, TID_SIZE);
  if (!crypto_random(offline->initialize.nonce, NONCE_SIZE))
    return STATUS_CRYPTO_FAILED;
  memcpy(entry->nonce, offline->initialize.nonce, NONCE_SIZE);
  entry->has_nonce = true;
  memcpy(entry->card_reference, order->contact->session.card_reference, sizeof entry->card_reference);
  entry->has_card_reference = true;
  return journal_begin(order->terminal->journal, entry);
}

static enum status offline_take(struct order *order, const struct payment *payment, struct amount amount,
                                bool pin_shown) {
  struct offline offline = {.order = order};
  order->entry = (struct journal_entry){.state = JOURNAL_INTENT,
                                        .type = TRANSACTION_OFFLINE_PURCHASE,
                                        .amount = amount.minor,
                                        .currency = amount.currency,
                                        .time = (int64_t)time(NULL)};
  if (payment->named_offline && payment->reference != NULL)
    snprintf(order->entry.reference, sizeof order->entry.reference, "%s", payment->reference);
  order_note_part(order, &order->entry);
  memcpy(order->entry.cashier, order->terminal->cashier, sizeof order->entry.cashier);
  order_outcome_clear(order->outcome);
  order->outcome->amount = amount;
  memcpy(order->outcome->reference, order->entry.reference, sizeof order->outcome->reference);
  contact_say(order->contact, "Off-line: the back-end is not asked.");
  enum status status = offline_check(&offline);
  if (status == STATUS_OK)
    status = offline_begin(&offline);
  if (status != STATUS_OK)
    return status;
  status = offline_ask(&offline, pin_shown);
  if (status != STATUS_OK)
    status = offline_settle(order, status);
  if (status == STATUS_OK && order->entry.state == JOURNAL_INTENT)
    status = STATUS_OUTCOME_UNKNOWN;
  crypto_wipe(&offline.initialize, sizeof offline.initialize);
  return status;
}

/* What the card has, told in the session that has seen its PIN. */
static enum status offline_reduce(struct order *order, struct amount *amount) {
  struct balance balance;
  if (order->wanted == 0 || session_balance(&order->contact->session, &balance) != STATUS_OK)
    return STATUS_INSUFFICIENT_BALANCE;
  order->outcome->balance_before = balance.balance;
  return order_reduce(order, STATUS_INSUFFICIENT_BALANCE, amount);
}

enum status offline_pay(struct order *order, const struct payment *payment, struct amount amount, bool pin_shown) {
  enum status status = offline_take(order, payment, amount, pin_shown);
  if (status != STATUS_INSUFFICIENT_BALANCE)
    return status;
  status = offline_reduce(order, &amount);
  return status == STATUS_OK ? offline_take(order, payment, amount, true) : status;
}

/* ---- earlier ones ---- */

/* Whether the card in the session is the one that the entry was begun with, by the key that it has proved to have, for
 * any card can say that one's number and show its promise; and it says that number now, too. */
static enum status entry_meets(const struct order *earlier, bool *meets) {
  struct contact *contact = earlier->contact;
  const struct journal_entry *entry = &earlier->entry;
  struct certificate card;
  *meets = false;
  if (!entry->has_card_reference || !contact->open ||
      memcmp(entry->card_reference, contact->session.card_reference, CERTIFICATE_SUBJECT_SIZE) != 0 ||
      certificate_decode(entry->card_certificate, entry->card_certificate_len, &card) != STATUS_OK)
    return STATUS_OK;
  enum status status = contact_identify(contact);
  *meets = status == STATUS_OK && memcmp(card.subject, contact->cid, CID_SIZE) == 0;
  return status;
}

/* One that is open without its promise gets it, or is over: the card stores another one since, or none. */
static enum status earlier_take(struct order *earlier) {
  enum status status = earlier->entry.has_promise ? order_resume(earlier, &earlier->entry) : promise_look(earlier);
  if (status == STATUS_NOT_FOUND)
    order_cancel(earlier, NULL);
  else if (status != STATUS_OK || earlier->entry.state == JOURNAL_INTENT)
    return STATUS_OUTCOME_UNKNOWN;
  return status;
}

static bool is_same(const struct order *earlier, const struct payment_request *request) {
  bool meant = request->reference == NULL ? earlier->entry.unreported
                                          : strcmp(earlier->entry.reference, request->reference) == 0;
  return meant && request->type == TRANSACTION_PURCHASE && order_amount_is(&earlier->entry, request) &&
         earlier->entry.currency == request->amount.currency;
}

enum status offline_finish_earlier(struct order *order, const struct payment_request *request, bool *same) {
  struct journal *journal = order->terminal->journal;
  struct order earlier = *order;
  struct outcome outcome;
  struct journal_entry entry;
  *same = false;
  earlier.outcome = &outcome;
  enum status status = journal_next_unreported(journal, 0, &entry);
  for (; status == STATUS_OK; status = journal_next_unreported(journal, entry.id, &entry)) {
    bool meets = false;
    earlier.entry = entry;
    if (entry.type != TRANSACTION_OFFLINE_PURCHASE || !(entry.unreported || !entry.has_promise))
      continue;
    status = entry_meets(&earlier, &meets);
    if (status != STATUS_OK)
      return status;
    if (!meets)
      continue;
    status = earlier_take(&earlier);
    if (status == STATUS_OUTCOME_UNKNOWN)
      return status;
    if (status != STATUS_OK)
      continue;
    if (*same || !is_same(&earlier, request)) {
      order_mention(&earlier);
      continue;
    }
    *same = true;
    order->entry = earlier.entry;
    order->promise = earlier.promise;
    order_reload_outcome(order);
    order->outcome->finished_before = true;
  }
  return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}
