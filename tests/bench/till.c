/* SPDX-License-Identifier: Apache-2.0
 * Terminals, their certificates and their queues. */
#include "till.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "epurse/command.h"
#include "epurse/key.h"
#include "epurse/ledger.h"
#include "epurse/ledger_merchant.h"
#include "epurse/ledger_terminal.h"
#include "epurse/message_alone.h"
#include "epurse/x509.h"
#include "must.h"

#define DAY     86400
#define SEQ_GAP 1024 /* sequence numbers for sending one message again and again */

void till_shop(size_t number, char id[MERCHANT_MAX + 1]) {
  snprintf(id, MERCHANT_MAX + 1, "SHOP%02zu", number % TILL_SHOP_COUNT);
}

/* ---- certified ---- */

static void certify_for_cards(const struct world *world, struct till *till, const uint8_t expiry[DATE_SIZE]) {
  struct certificate certificate = {.role = till->role, .version = KVN_FIRST};
  const struct certificate *ca = &world->service.keyring.terminal_ca_certificate.certificate;
  memcpy(certificate.ca_id, ca->subject, sizeof certificate.ca_id);
  memcpy(certificate.subject, till->tid, TID_SIZE);
  memcpy(certificate.merchant, till->merchant, sizeof certificate.merchant);
  memcpy(certificate.public_key, key_public(till->ecka), sizeof certificate.public_key);
  memcpy(certificate.expiry, expiry, DATE_SIZE);
  must(crypto_random(certificate.serial, sizeof certificate.serial), "no random numbers");
  must_ok(certificate_issue(&certificate, key_private(world->terminal_ca), till->certificate, sizeof till->certificate,
                            &till->certificate_len),
          "a terminal's certificate");
}

static void certify_for_tls(const struct world *world, struct till *till) {
  char ca[256], path[256], root[256];
  struct x509_request request = {.kind = X509_CLIENT,
                                 .common_name = till->tid,
                                 .role = (enum role)till->role,
                                 .merchant = till->merchant,
                                 .public_key = key_public(till->sig),
                                 .not_after = world->made_at + 90 * (int64_t)DAY};
  snprintf(ca, sizeof ca, "%s/terminal-ca.crt", world->issuer);
  snprintf(path, sizeof path, "%s/%s.crt", world->installation.folder, till->tid);
  snprintf(root, sizeof root, "%s/root.crt", world->issuer);
  must_ok(x509_issue(&request, world->terminal_ca, ca, path), path);
  till->tls = SSL_CTX_new(TLS_client_method());
  must(till->tls != NULL && SSL_CTX_load_verify_file(till->tls, root) == 1 &&
           SSL_CTX_use_certificate_chain_file(till->tls, path) == 1 &&
           SSL_CTX_use_PrivateKey(till->tls, key_evp(till->sig)) == 1,
       "a terminal cannot speak TLS");
  SSL_CTX_set_verify(till->tls, SSL_VERIFY_PEER, NULL);
  SSL_CTX_set_mode(till->tls,
                   SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
}

struct making {
  const struct world *world;
  uint8_t expiry[DATE_SIZE];
  struct tills *tills;
};

static void till_make(void *context, size_t index) {
  const struct making *making = context;
  struct till *till = &making->tills->list[index];
  till->role = making->tills->role;
  snprintf(till->tid, sizeof till->tid, "%.3s%05zu", making->tills->name, index % 100000);
  if (till->role == ROLE_POS)
    till_shop(index, till->merchant);
  else
    snprintf(till->merchant, sizeof till->merchant, TILL_BANK);
  must_ok(key_generate(&till->sig), "a terminal's key");
  must_ok(key_generate(&till->ecka), "a terminal's key");
  till->pending = must_calloc(1, sizeof *till->pending);
  certify_for_cards(making->world, till, making->expiry);
  certify_for_tls(making->world, till);
}

static enum status merchants_register(struct ledger *ledger, void *context) {
  struct ledger_merchant merchant = {.id = TILL_BANK, .name = "Bank"};
  enum status status = ledger_merchant_add(ledger, &merchant);
  (void)context;
  for (size_t i = 0; i < TILL_SHOP_COUNT && status == STATUS_OK; i++) {
    till_shop(i, merchant.id);
    memcpy(merchant.name, "Shop", sizeof "Shop");
    status = ledger_merchant_add(ledger, &merchant);
  }
  return status;
}

void tills_merchants(struct ledger *ledger) {
  must_ok(ledger_transact(ledger, merchants_register, NULL), "merchants cannot be registered");
}

static enum status tills_register(struct ledger *ledger, void *context) {
  const struct making *making = context;
  enum status status = STATUS_OK;
  for (size_t i = 0; i < making->tills->count && status == STATUS_OK; i++) {
    const struct till *till = &making->tills->list[i];
    struct ledger_terminal terminal = {.role = till->role};
    memcpy(terminal.tid, till->tid, TID_SIZE);
    memcpy(terminal.merchant, till->merchant, sizeof terminal.merchant);
    memcpy(terminal.ecka_public, key_public(till->ecka), CRYPTO_P256_PUBLIC_SIZE);
    memcpy(terminal.sig_public, key_public(till->sig), CRYPTO_P256_PUBLIC_SIZE);
    memcpy(terminal.expiry, making->expiry, DATE_SIZE);
    status = ledger_terminal_add(ledger, &terminal);
  }
  return status;
}

void tills_make(const struct world *world, struct ledger *ledger, struct tills *tills) {
  struct making making = {.world = world, .tills = tills};
  uint8_t moment[MOMENT_SIZE];
  moment_from_unix(world->made_at + 90 * (int64_t)DAY, moment);
  memcpy(making.expiry, moment, DATE_SIZE);
  tills->list = must_calloc(tills->count, sizeof *tills->list);
  for (size_t i = 0; i < tills->count; i++)
    till_make(&making, i);
  must_ok(ledger_transact(ledger, tills_register, &making), "terminals cannot be registered");
}

static void item_clear(struct item *item) {
  free(item->pin_jwe);
  free(item->proofs);
  free(item->wire);
  free(item->answer);
  *item = (struct item){0};
}

void items_free(struct item *items, size_t count) {
  for (size_t i = 0; i < count; i++)
    item_clear(&items[i]);
  free(items);
}

void tills_free(struct tills *tills) {
  for (size_t i = 0; i < tills->count; i++) {
    struct till *till = &tills->list[i];
    items_free(till->items, till->count);
    free(till->pending);
    crypto_wipe(&till->pins, sizeof till->pins);
    key_free(&till->sig);
    key_free(&till->ecka);
    SSL_CTX_free(till->tls);
  }
  free(tills->list);
  *tills = (struct tills){0};
}

/* ---- its queue ---- */

struct item *till_add(struct till *till, enum message_type type) {
  if (till->count == till->capacity) {
    till->capacity = till->capacity > 0 ? till->capacity * 2 : 64;
    till->items = must_grow(till->items, till->capacity, sizeof *till->items);
  }
  struct item *item = &till->items[till->count++];
  *item = (struct item){.type = type};
  return item;
}

static json_t *item_body(const struct till *till, const struct item *item) {
  struct transaction_request order = {.pin_jwe = ""};
  if (item->type == MESSAGE_CONFIRMATION)
    return confirmation_body(item->proofs, false);
  memcpy(order.promise, item->promise, PROMISE_SIZE);
  must((size_t)snprintf(order.pin_jwe, sizeof order.pin_jwe, "%s", item->pin_jwe) < sizeof order.pin_jwe,
       "a PIN's envelope is too long");
  if (item->reference > 0)
    snprintf(order.reference, sizeof order.reference, "%s-%06u", till->tid, item->reference);
  if (item->type == MESSAGE_LOAD)
    snprintf(order.tender_kind, sizeof order.tender_kind, "cash");
  return transaction_request_body(item->type, &order);
}

void till_sign(struct till *till, struct item *item, int64_t time) {
  struct message message = {.type = item->type, .time = time, .body = item_body(till, item)};
  char *jws = NULL;
  if (till->seq < time * 1000)
    till->seq = time * 1000; /* as terminals number theirs */
  if (item->seq == 0)
    item->seq = till->seq += SEQ_GAP;
  else
    item->seq++;
  must(item->seq < till->seq + SEQ_GAP, "a message was sent too often");
  item->time = message.time;
  message.seq = item->seq;
  memcpy(message.tid, till->tid, sizeof message.tid);
  must(message.body != NULL, "no memory for a message");
  must_ok(message_seal(&message, false, till->sig, &jws), "a message cannot be signed");
  free(item->wire);
  int len =
      asprintf(&item->wire,
               "POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: " MESSAGE_MEDIA_TYPE
               "\r\nAccept: " MESSAGE_MEDIA_TYPE "%s\r\nContent-Length: %zu\r\n\r\n%s",
               message_path(item->type), item->takes_alone ? ", " MESSAGE_ALONE_MEDIA_TYPE : "", strlen(jws), jws);
  must(len > 0, "no memory for a message");
  item->wire_len = (size_t)len;
  message_clear(&message);
  free(jws);
}

void till_forget(struct till *till) {
  for (size_t i = 0; i < till->next; i++)
    item_clear(&till->items[i]);
  if (till->next > 0)
    memmove(till->items, till->items + till->next, (till->count - till->next) * sizeof *till->items);
  till->count -= till->next;
  till->next = 0;
}
