/* SPDX-License-Identifier: Apache-2.0
 * A purchase, load or refund up to the server's authorisation: intent, promise, question, answer. */
#include "order.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "epurse/backend.h"
#include "epurse/pin_envelope.h"
#include "epurse/terminal.h"
#include "epurse/terminal_payout.h"

#include "contact.h"
#include "evidence.h"
#include "identity.h"
#include "no_pin.h"
#include "pin_encipher.h"

enum status order_check(const struct terminal *terminal, uint8_t role, const struct payment *payment) {
  if (terminal->role != role)
    return STATUS_NOT_PERMITTED;
  if (payment->amount.minor < (payment->closes ? 0 : 1) || payment->amount.minor > AMOUNT_MAX_ON_CARD)
    return STATUS_BAD_AMOUNT;
  if (payment->reference != NULL && !reference_valid(payment->reference))
    return STATUS_BAD_FORMAT;
  return payment->amount.currency == terminal->currency->numeric ? STATUS_OK : STATUS_WRONG_CURRENCY;
}

void order_outcome_clear(struct outcome *outcome) {
  memset(outcome, 0, sizeof *outcome);
  outcome->balance_before = outcome->balance_after = outcome->points_after = -1;
}

bool order_is_off(const struct order *order, const struct evidence *evidence) {
  return evidence_is(evidence, EVIDENCE_PROMISE, order) ||
         (evidence_is(evidence, EVIDENCE_SERVER, order) && evidence->fate == FATE_RELEASED);
}

void order_cancel(struct order *order, const struct evidence *evidence) {
  enum journal_state state = order->entry.state;
  if (state == JOURNAL_AUTHORISED && !order_is_off(order, evidence))
    return;
  if (state == JOURNAL_REVERSING && !order_is_off(order, evidence) && !evidence_is(evidence, EVIDENCE_SERVER, order))
    return;
  order->entry.state = JOURNAL_CANCELLED;
  /* Where the disk refuses, the entry stays open and the next recovery comes to the same end. */
  (void)!journal_update(order->terminal->journal, &order->entry);
}

/* ---- as much as the card has ---- */

void order_note_part(const struct order *order, struct journal_entry *entry) {
  if (order->wanted > entry->amount)
    (void)snprintf(entry->tender_kind, sizeof entry->tender_kind, PART_OF, (uint32_t)order->wanted);
}

bool order_goes_where(const struct journal_entry *entry, const struct payment_request *request) {
  return strcmp(entry->iban, request->iban != NULL ? request->iban : "") == 0 && entry->closes == request->closes;
}

bool order_amount_is(const struct journal_entry *entry, const struct payment_request *request) {
  char part[sizeof entry->tender_kind] = "";
  if (request->type == TRANSACTION_LOAD || request->type == TRANSACTION_PAYOUT)
    return entry->amount == request->amount.minor;
  if (entry->tender_kind[0] == 0)
    return entry->amount == request->amount.minor;
  (void)snprintf(part, sizeof part, PART_OF, (uint32_t)request->wanted);
  return request->wanted > 0 && strcmp(entry->tender_kind, part) == 0;
}

enum status order_reduce(struct order *order, enum status refusal, struct amount *amount) {
  struct outcome *outcome = order->outcome;
  int64_t there = outcome->balance_before;
  bool poor = refusal == STATUS_INSUFFICIENT_BALANCE || (refusal == STATUS_ABOVE_LIMIT && there <= outcome->limit);
  if (order->wanted == 0 || !poor || there < 0 || there >= amount->minor)
    return refusal;
  if (there == 0)
    return STATUS_CARD_EMPTY;
  order->ask_pin = order->ask_pin || order->pin[0] != 0;
  outcome->limit = 0;
  amount->minor = there;
  return STATUS_OK;
}

/* ---- the promise ---- */

struct promise_attempt {
  struct order *order;
  struct initialize initialize;
  char pin[PIN_MAX + 1];
};

static enum status promise_initialize(struct promise_attempt *attempt, uint8_t *tries_left) {
  struct order *order = attempt->order;
  uint8_t p1 = initialize_p1(order->entry.type);
  moment_from_unix((int64_t)time(NULL), attempt->initialize.time);
  return session_initialize(&order->contact->session, p1, &attempt->initialize, order->entry.promise, tries_left);
}

/* contact_attempt: the PIN rides in INITIALIZE. */
static enum status attempt_initialize(void *context, const char *digits, const uint8_t block[PIN_BLOCK_SIZE],
                                      uint8_t *tries_left) {
  struct promise_attempt *attempt = context;
  attempt->initialize.has_pin = true;
  memcpy(attempt->initialize.pin_block, block, PIN_BLOCK_SIZE);
  memcpy(attempt->pin, digits, strlen(digits) + 1);
  return promise_initialize(attempt, tries_left);
}

/* A refusal of the card's that nothing proves yet. */
static bool is_claim(enum status status) {
  return status == STATUS_INSUFFICIENT_BALANCE || status == STATUS_ABOVE_LIMIT || status == STATUS_COUNTER_EXHAUSTED;
}

/* The card is asked first where the issuer lets it do without the PIN. STATUS_PIN_NEEDED: it does not, or not now, or
 * it refuses for a reason that it shows to nobody before it has seen the PIN. */
static enum status promise_without_pin(struct promise_attempt *attempt) {
  const struct order *order = attempt->order;
  uint8_t nothing = 0;
  bool payment = order->entry.type == TRANSACTION_PURCHASE || order->entry.type == TRANSACTION_POINTS_PURCHASE;
  if (!payment || order->ask_pin || order->entry.amount > (int64_t)order->terminal->no_pin_single)
    return STATUS_PIN_NEEDED;
  enum status status = promise_initialize(attempt, &nothing);
  return is_claim(status) ? STATUS_PIN_NEEDED : status;
}

/* INITIALIZE FOR REFUND: nobody is asked for a PIN. */
static enum status promise_refund(struct promise_attempt *attempt) {
  uint8_t nothing = 0;
  attempt->initialize.points = attempt->order->sale_in_points;
  attempt->initialize.sale_atc = attempt->order->sale_atc;
  return promise_initialize(attempt, &nothing);
}

/* The card must promise what it was asked, with the PIN verified if it was shown; who signed it is checked when the
 * server has sent the card's certificate. */
static enum status promise_check(const struct order *order, const struct initialize *asked) {
  const struct promise *promise = &order->promise;
  bool same =
      promise->type == order->entry.type && promise->amount == asked->amount && promise->currency == asked->currency &&
      promise->pin_verified == asked->has_pin && promise->sale_atc == asked->sale_atc &&
      promise->sale_in_points == (asked->sale_atc != 0 && asked->points) &&
      memcmp(promise->tid, asked->tid, TID_SIZE) == 0 && memcmp(promise->nonce, asked->nonce, NONCE_SIZE) == 0 &&
      memcmp(promise->time, asked->time, MOMENT_SIZE) == 0;
  return same ? STATUS_OK : STATUS_BAD_REPLY;
}

static void promise_report(const struct order *order) {
  struct outcome *outcome = order->outcome;
  memcpy(outcome->cid, order->promise.cid, sizeof outcome->cid);
  outcome->atc = order->promise.atc;
  outcome->balance_before = order->promise.balance;
}

static enum status pin_bind(struct order *order, const char *digits) {
  struct pin_envelope envelope = {.atc = order->promise.atc};
  memcpy(envelope.cid, order->promise.cid, sizeof envelope.cid);
  memcpy(envelope.pin, digits, strlen(digits) + 1);
  return pin_encipher(order->terminal, &envelope, order->pin_jwe);
}

/* Whether the card holds what its refusal says: an error status word has no R-MAC, so it is read again under one. */
static bool refusal_holds(struct order *order, enum status refusal) {
  struct session *session = &order->contact->session;
  int64_t amount = order->entry.amount;
  struct balance balance;
  struct card_info info;
  if (session_info(session, &info) != STATUS_OK || session_balance(session, &balance) != STATUS_OK)
    return false;
  order->outcome->balance_before = balance.balance;
  if (refusal == STATUS_INSUFFICIENT_BALANCE)
    return amount > balance.balance;
  if (refusal == STATUS_COUNTER_EXHAUSTED)
    return info.atc == UINT32_MAX;
  bool load = order->entry.type == TRANSACTION_LOAD;
  order->outcome->limit = load ? info.purse_ceiling : info.payment_ceiling;
  return amount + (load ? balance.balance : 0) > order->outcome->limit;
}

/* Without the PIN the balance cannot be read again: that there is no room for the refund is told as it was said, and
 * nothing rests on it. A credit lacks no money. */
static bool refund_refusal_holds(struct order *order, enum status refusal) {
  struct card_info info;
  if (refusal != STATUS_COUNTER_EXHAUSTED)
    return refusal == STATUS_ABOVE_LIMIT && !order->sale_in_points;
  return session_info(&order->contact->session, &info) == STATUS_OK && info.atc == UINT32_MAX;
}

/* A card that takes no word of what it is asked may hold another currency: that can be told, and nothing rests on
 * it. */
static bool other_currency(struct order *order) {
  struct card_info info;
  return session_info(&order->contact->session, &info) == STATUS_OK && info.currency != order->entry.currency;
}

static enum status refusal_prove(struct order *order, enum status status) {
  if (status == STATUS_BAD_FORMAT && other_currency(order))
    return STATUS_WRONG_CURRENCY;
  if (!is_claim(status))
    return status;
  bool refund = order->entry.type == TRANSACTION_REFUND;
  return (refund ? refund_refusal_holds(order, status) : refusal_holds(order, status)) ? status : STATUS_BAD_REPLY;
}

/* The PIN that was typed for more than the card has is not asked for again. */
static enum status promise_with_pin(struct order *order, struct promise_attempt *attempt, struct contact_pin *pin) {
  uint8_t block[PIN_BLOCK_SIZE], tries_left = 0;
  if (order->pin[0] == 0)
    return contact_try_pin(order->contact, pin);
  enum status status = pin_block_encode(order->pin, block);
  if (status == STATUS_OK)
    status = attempt_initialize(attempt, order->pin, block, &tries_left);
  crypto_wipe(block, sizeof block);
  crypto_wipe(order->pin, sizeof order->pin);
  return status;
}

/* With the intent written: PIN, INITIALIZE, and what came of it. */
static enum status promise_take(struct order *order) {
  struct promise_attempt attempt = {.order = order};
  struct contact_pin pin = {attempt_initialize, &attempt, 0};
  attempt.initialize.amount = (uint32_t)order->entry.amount;
  attempt.initialize.currency = order->entry.currency;
  attempt.initialize.points = order->entry.type == TRANSACTION_POINTS_PURCHASE;
  memcpy(attempt.initialize.tid, order->terminal->tid, TID_SIZE);
  enum status status = STATUS_CRYPTO_FAILED;
  bool refund = order->entry.type == TRANSACTION_REFUND;
  if (crypto_random(attempt.initialize.nonce, NONCE_SIZE)) {
    if (order->entry.type == TRANSACTION_PAYOUT)
      nonce_mark(attempt.initialize.nonce, order->iban != NULL);
    status = refund ? promise_refund(&attempt) : promise_without_pin(&attempt);
    if (status == STATUS_PIN_NEEDED && !refund)
      status = promise_with_pin(order, &attempt, &pin);
    if (order->wanted > 0 && is_claim(status))
      memcpy(order->pin, attempt.pin, sizeof order->pin);
    status = refusal_prove(order, status);
    order->outcome->tries_left = pin.tries_left;
  }
  if (status == STATUS_OK)
    status = promise_decode(order->entry.promise, PROMISE_SIZE, &order->promise);
  if (status == STATUS_OK)
    status = promise_check(order, &attempt.initialize);
  if (status == STATUS_OK) {
    promise_report(order);
    order->entry.has_promise = true;
    order->entry.state = JOURNAL_PROMISED;
    status = journal_update(order->terminal->journal, &order->entry);
  }
  if (status == STATUS_OK && attempt.initialize.has_pin)
    status = pin_bind(order, attempt.pin);
  crypto_wipe(&attempt, sizeof attempt);
  return status;
}

enum status order_promise(struct order *order, uint8_t type, struct amount amount) {
  order->entry = (struct journal_entry){
      .state = JOURNAL_INTENT,
      .type = type,
      .amount = amount.minor,
      .currency = amount.currency,
      .time = (int64_t)time(NULL),
  };
  order_note_part(order, &order->entry);
  memcpy(order->entry.cashier, order->terminal->cashier, sizeof order->entry.cashier);
  if (order->reference != NULL)
    snprintf(order->entry.reference, sizeof order->entry.reference, "%s", order->reference);
  if (order->iban != NULL)
    snprintf(order->entry.tender_kind, sizeof order->entry.tender_kind, "%s", PAYOUT_BY_TRANSFER);
  else if (order->closes)
    snprintf(order->entry.tender_kind, sizeof order->entry.tender_kind, "%s", PAYOUT_CLOSES);
  snprintf(order->entry.iban, sizeof order->entry.iban, "%s", order->iban != NULL ? order->iban : "");
  snprintf(order->entry.holder, sizeof order->entry.holder, "%s", order->iban != NULL ? order->holder : "");
  order->entry.closes = order->closes;
  order->outcome->amount = amount;
  enum status status = journal_begin(order->terminal->journal, &order->entry);
  if (status != STATUS_OK)
    return status;
  status = promise_take(order);
  if (status != STATUS_OK)
    order_cancel(order, NULL);
  return status;
}

/* ---- the server ---- */

/* The card's certificate, and the promise under it. */
static enum status card_check(const struct order *order, const struct transaction_reply *reply) {
  struct certificate certificate;
  struct certificate_check check = {.role = ROLE_CARD_SIG, .now = order->authorisation.time};
  enum status status = certificate_decode(reply->card_certificate, reply->card_certificate_len, &certificate);
  const struct certificate *ca =
      status == STATUS_OK ? identity_card_ca(order->terminal, certificate.ca_id, NULL) : NULL;
  if (ca == NULL)
    return STATUS_BAD_CERTIFICATE;
  check.ca_public = ca->public_key;
  check.ca_subject = ca->subject;
  status = certificate_verify(&certificate, &check);
  if (status != STATUS_OK || memcmp(certificate.subject, order->promise.cid, CID_SIZE) != 0)
    return STATUS_BAD_CERTIFICATE;
  return record_verify(order->entry.promise, PROMISE_SIZE, certificate.public_key);
}

/* The order, under the server's key that it names. */
static enum status server_check(const struct order *order, const struct transaction_reply *reply) {
  const struct certificate *server = identity_server(order->terminal, order->authorisation.key_version, NULL);
  return server != NULL ? record_verify(reply->authorisation, AUTHORISATION_SIZE, server->public_key)
                        : STATUS_BAD_CERTIFICATE;
}

/* An approval that nobody could use against the card, the shop or the issuer: signed, for this promise, by its card. */
static enum status authorisation_take(struct order *order, const struct transaction_reply *reply) {
  uint8_t hash[CRYPTO_SHA256_SIZE];
  if (!reply->has_authorisation || reply->card_certificate_len == 0 ||
      reply->card_certificate_len > sizeof order->entry.card_certificate)
    return STATUS_BAD_REPLY;
  enum status status = authorisation_decode(reply->authorisation, AUTHORISATION_SIZE, &order->authorisation);
  if (status == STATUS_OK)
    status = server_check(order, reply);
  if (status == STATUS_OK)
    status = record_hash(order->entry.promise, PROMISE_SIZE, hash);
  if (status == STATUS_OK && !authorisation_answers(&order->authorisation, &order->promise, hash))
    status = STATUS_BAD_REPLY;
  if (status == STATUS_OK && order->authorisation.decision != DECISION_APPROVED)
    status = STATUS_DECLINED;
  if (status == STATUS_OK)
    status = card_check(order, reply);
  if (status != STATUS_OK)
    return status == STATUS_DECLINED ? status : STATUS_BAD_REPLY;
  memcpy(order->entry.authorisation, reply->authorisation, AUTHORISATION_SIZE);
  order->entry.has_authorisation = true;
  memcpy(order->entry.card_certificate, reply->card_certificate, reply->card_certificate_len);
  order->entry.card_certificate_len = reply->card_certificate_len;
  enum journal_state before = order->entry.state;
  order->entry.state = JOURNAL_AUTHORISED;
  status = journal_update(order->terminal->journal, &order->entry);
  if (status != STATUS_OK)
    order->entry.state = before; /* and the card does not get it */
  return status;
}

/* The server's time is past the card's last day: by its signature the card learns it too, and ends itself (R8). */
static void expiry_deliver(struct order *order, const uint8_t authorisation[AUTHORISATION_SIZE]) {
  uint8_t nothing[SECRET_SIZE];
  (void)!session_commit(&order->contact->session, order->entry.type, authorisation, nothing);
}

static enum status reply_take(struct order *order, enum message_type type, const struct message *message) {
  struct transaction_reply reply;
  enum status status = transaction_reply_parse(message->body, &reply);
  if (status != STATUS_OK)
    return message->status == STATUS_OK ? STATUS_BAD_REPLY : message->status;
  /* A card that does not take the order is no better off: the server knows it as blocked. */
  if (reply.has_block_order)
    (void)!session_block(&order->contact->session, reply.block_order);
  if (message->status == STATUS_CARD_EXPIRED && reply.has_authorisation)
    expiry_deliver(order, reply.authorisation);
  if (message->status == STATUS_INSUFFICIENT_POINTS && order->outcome != NULL)
    order->outcome->points_after = (int64_t)order->promise.points;
  order->owed = reply.owed;
  order->offline_lacking = reply.offline_lacking;
  if (type == MESSAGE_PURCHASE && message->status == STATUS_OK && !message->alone)
    no_pin_learn(order->terminal, reply.no_pin_single);
  if (message->status != STATUS_OK || type == MESSAGE_LOAD_INQUIRY)
    return message->status;
  return authorisation_take(order, &reply);
}

enum status order_ask(struct order *order, enum message_type type) {
  struct transaction_request request = {.pin_jwe = ""};
  struct message message;
  memcpy(request.promise, order->entry.promise, PROMISE_SIZE);
  memcpy(request.pin_jwe, order->pin_jwe, sizeof request.pin_jwe);
  memcpy(request.reference, order->entry.reference, sizeof request.reference);
  if (type == MESSAGE_LOAD) {
    memcpy(request.tender_kind, order->entry.tender_kind, sizeof request.tender_kind);
    memcpy(request.tender_reference, order->entry.tender_reference, sizeof request.tender_reference);
  }
  if (order->iban != NULL) {
    snprintf(request.iban, sizeof request.iban, "%s", order->iban);
    snprintf(request.holder, sizeof request.holder, "%s", order->holder);
  }
  request.closes = order->closes;
  json_t *body = transaction_request_body(type, &request);
  if (order->contact != NULL)
    contact_step(order->contact, DIALOGUE_AUTHORISING);
  enum status status = backend_call(order->terminal->backend, type, body, &message);
  if (status != STATUS_OK)
    return status;
  status = reply_take(order, type, &message);
  message_clear(&message);
  return status;
}
