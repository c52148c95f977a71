/* SPDX-License-Identifier: Apache-2.0
 * POST /v1/offline-payments: promises by which cards have paid without the server; each is booked once, and answered by
 * itself. */
#include <string.h>

#include "card_asked.h"
#include "endpoints.h"
#include "envelope.h"
#include "epurse/certificate.h"
#include "epurse/ledger_card.h"
#include "epurse/ledger_offline.h"
#include "epurse/message_offline.h"
#include "http/request.h"
#include "service.h"
#include "writer.h"

struct payment {
  struct promise promise;
  struct ledger_card card;
  struct ledger_offline what; /* borrows the promise */
  enum status checked;        /* before the ledger was asked */
};

struct payments {
  struct offline_payments items;
  struct payment each[OFFLINE_PAYMENT_MAX];
  size_t at; /* which one is being booked */
};

/* ---- before the transaction: the cryptography ---- */

static enum status find_card(struct ledger *ledger, void *context) {
  struct payment *payment = context;

  return ledger_card_find(ledger, payment->promise.cid, &payment->card);
}

struct keys {
  const uint8_t *cid;
  struct ledger_card_key each[LEDGER_CARD_KEYS];
  size_t count;
};

static enum status find_keys(struct ledger *ledger, void *context) {
  struct keys *keys = context;

  return ledger_card_keys(ledger, keys->cid, keys->each, &keys->count);
}

/* The limits are the certificate's, which terminals saw too. */
static enum status take_limits(const uint8_t *data, size_t len, struct payment *payment) {
  struct certificate certificate;
  enum status status = certificate_decode(data, len, &certificate);

  if (status == STATUS_OK)
    payment->what.limits = certificate.offline;
  return status;
}

/* By a key that was certified for its number before the card's own. */
static enum status check_superseded(struct service *service, const uint8_t record[PROMISE_SIZE],
                                    struct payment *payment) {
  struct keys keys = {.cid = payment->promise.cid};
  enum status status = writer_read(service->writer, find_keys, &keys);

  if (status != STATUS_OK)
    return status;
  payment->what.superseded = true;
  for (size_t i = 0; i < keys.count; i++)
    if (record_verify(record, PROMISE_SIZE, keys.each[i].sig_public) == STATUS_OK)
      return take_limits(keys.each[i].sig_certificate, keys.each[i].sig_certificate_len, payment);
  return STATUS_BAD_SIGNATURE;
}

static enum status check(struct service *service, const uint8_t record[PROMISE_SIZE], struct payment *payment) {
  enum status status = promise_decode(record, PROMISE_SIZE, &payment->promise);

  if (status == STATUS_OK && payment->promise.type != TRANSACTION_OFFLINE_PURCHASE)
    status = STATUS_BAD_FORMAT;
  if (status == STATUS_OK)
    status = writer_read(service->writer, find_card, payment);
  if (status == STATUS_OK && !payment->card.certified)
    status = STATUS_CARD_UNKNOWN;
  if (status != STATUS_OK)
    return status;
  const struct ledger_certification *card = &payment->card.certification;
  status = record_verify(record, PROMISE_SIZE, card->sig_public);
  if (status == STATUS_BAD_SIGNATURE)
    return check_superseded(service, record, payment);
  return status == STATUS_OK ? take_limits(card->sig_certificate, card->sig_certificate_len, payment) : status;
}

static void check_all(struct service *service, const struct request *request, struct payments *payments) {
  int64_t now = service_now(service);

  for (size_t i = 0; i < payments->items.count; i++) {
    const uint8_t *record = payments->items.items[i].promise;
    struct payment *payment = &payments->each[i];
    payment->checked = card_asked_unproved(service, request, payment->promise.cid, check(service, record, payment));
    payment->what.offer =
        (struct signed_promise){.promise = &payment->promise, .record = record, .now = now, .zone = service_zone(now)};
    memcpy(payment->what.tid, request->terminal.tid, TID_SIZE);
  }
}

/* ---- inside it ---- */

/* STATUS_LEDGER_BROKEN takes the step back with all that it holds; it is noted for its item, and the step runs again
 * without it. */
static enum status bring_all(struct ledger *ledger, void *context) {
  struct payments *payments = context;

  for (payments->at = 0; payments->at < payments->items.count; payments->at++) {
    struct payment *payment = &payments->each[payments->at];
    enum status status = payment->checked;
    if (status == STATUS_OK)
      status = ledger_offline_bring(ledger, &payment->what);
    bool fails = status == STATUS_STORE_FAILED || status == STATUS_NO_MEMORY || status == STATUS_INTERNAL;
    if (fails || (status == STATUS_LEDGER_BROKEN && payment->checked == STATUS_OK))
      return status;
    payments->items.items[payments->at].status = status;
  }
  return STATUS_OK;
}

static void log_all(struct service *service, const struct request *request, const struct payments *payments) {
  for (size_t i = 0; i < payments->items.count; i++) {
    const struct payment *payment = &payments->each[i];
    enum status status = payments->items.items[i].status;
    char cid[LOG_CID_SIZE];

    log_cid(payment->promise.cid, cid);
    log_line(&service->log, status == STATUS_OK ? LOG_INFO : LOG_WARNING, message_word(request->message.type),
             "tid=%s cid=%s atc=%lu amount=%lu code=%s", request->message.tid, cid, (unsigned long)payment->promise.atc,
             (unsigned long)payment->promise.amount, status_name(status));
  }
}

void post_offline_payment(struct service *service, const struct request *request, struct reply *reply) {
  struct payments payments = {0};

  reply->status = offline_payment_parse(request->message.body, false, &payments.items);
  if (reply->status != STATUS_OK)
    return;
  check_all(service, request, &payments);
  reply->status = envelope_transact(service, request, bring_all, &payments);
  while (reply->status == STATUS_LEDGER_BROKEN && payments.at < payments.items.count &&
         payments.each[payments.at].checked == STATUS_OK) {
    payments.each[payments.at].checked = STATUS_LEDGER_BROKEN;
    reply->status = envelope_transact(service, request, bring_all, &payments);
  }
  if (reply->status != STATUS_OK)
    return;
  log_all(service, request, &payments);
  reply_ok(reply, offline_payment_body(&payments.items, true));
}
