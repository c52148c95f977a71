/* SPDX-License-Identifier: Apache-2.0
 * Chains of promises: what a card says next depends on what it said before and on r, never on the server's signature;
 * so they can be made ahead, as long as the server approves each. */
#include "prepare.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "crew.h"
#include "epurse/pin_envelope.h"
#include "must.h"

struct preparing {
  const struct prepare *prepare;
  uint32_t amount;
  size_t count;
  double spread;
};

/* The first message of each terminal comes after another number of orders than its neighbours': they would all confirm
 * at one moment for ever after, as terminals that have nothing to do with each other do not. */
static size_t full(const struct prepare *prepare, struct till *till) {
  if (till->full == 0)
    till->full = (size_t)(till - prepare->tills->list) % prepare->world->plan->batch + 1;
  return till->full;
}

static void confirm_pending(const struct prepare *prepare, struct till *till, int64_t date) {
  struct item *item = till_add(till, MESSAGE_CONFIRMATION);
  item->proofs = till->pending;
  till->pending = must_calloc(1, sizeof *till->pending);
  till_sign(till, item, date);
  till->full = prepare->world->plan->batch;
}

/* One transaction of that card: the order, and its proof among those that wait. */
static void add_order(const struct prepare *prepare, struct till *till, size_t number, uint32_t amount, int64_t date) {
  struct purse *purse = &prepare->purses->list[number];
  struct item *item = till_add(till, till->role == ROLE_POS ? MESSAGE_PURCHASE : MESSAGE_LOAD);
  struct pin_envelope pin = {.pin = WORLD_PIN};
  struct purse_deed deed;
  purse_transact(prepare->world, purse, till, till->role == ROLE_POS ? TRANSACTION_PURCHASE : TRANSACTION_LOAD, amount,
                 &deed);
  item->purse = (uint32_t)number;
  item->amount = amount;
  item->reference = prepare->world->plan->references ? ++till->references : 0;
  memcpy(item->promise, deed.promise, PROMISE_SIZE);
  memcpy(pin.cid, purse->cid, CID_SIZE);
  pin.atc = deed.atc;
  must_ok(pin_seal_again(&pin, prepare->world->service.keyring.server_pin_certificate.certificate.public_key, date,
                         &till->pins, &item->pin_jwe),
          "a PIN's envelope");
  item->takes_alone = till->takes_alone;
  till->takes_alone = true;
  till_sign(till, item, date);
  struct confirmation *proof = &till->pending->items[till->pending->count++];
  memcpy(proof->cid, purse->cid, CID_SIZE);
  proof->atc = deed.atc;
  memcpy(proof->secret, deed.secret, SECRET_SIZE);
  if (till->pending->count >= full(prepare, till))
    confirm_pending(prepare, till, date);
}

static void loads_of_till(void *context, size_t index) {
  const struct preparing *preparing = context;
  const struct prepare *prepare = preparing->prepare;
  for (size_t i = index; i < prepare->purses->count; i += prepare->tills->count)
    add_order(prepare, &prepare->tills->list[index], i, preparing->amount, (int64_t)time(NULL));
  if (prepare->tills->list[index].pending->count > 0)
    confirm_pending(prepare, &prepare->tills->list[index], (int64_t)time(NULL));
}

void prepare_loads(const struct prepare *prepare, uint32_t amount) {
  struct preparing preparing = {.prepare = prepare, .amount = amount};
  crew_run(prepare->world->plan->threads, prepare->tills->count, loads_of_till, &preparing);
}

static size_t orders_waiting(const struct till *till) {
  size_t count = 0;
  for (size_t i = till->next; i < till->count; i++)
    count += till->items[i].type != MESSAGE_CONFIRMATION;
  return count;
}

static void purchases_of_till(void *context, size_t index) {
  const struct preparing *preparing = context;
  const struct prepare *prepare = preparing->prepare;
  struct till *till = &prepare->tills->list[index];
  size_t cards = (prepare->purses->count - index + prepare->tills->count - 1) / prepare->tills->count;
  int64_t now = (int64_t)time(NULL);
  for (size_t i = orders_waiting(till); i < preparing->count; i++) {
    size_t number = index + till->turn++ % cards * prepare->tills->count;
    double ahead = preparing->spread * (double)i / (double)preparing->count;
    add_order(prepare, till, number, 1, now + (int64_t)ahead);
  }
}

void prepare_purchases(const struct prepare *prepare, size_t count, double spread) {
  struct preparing preparing = {.prepare = prepare, .count = count, .spread = spread};
  crew_run(prepare->world->plan->threads, prepare->tills->count, purchases_of_till, &preparing);
}

/* The proofs of what was approved. */
static void keep_acknowledged(const struct prepare *prepare, size_t index, struct confirmations *proofs) {
  size_t kept = 0;
  for (size_t i = 0; i < proofs->count; i++) {
    const struct purse *purse = NULL;
    for (size_t k = index; purse == NULL && k < prepare->purses->count; k += prepare->tills->count)
      if (memcmp(prepare->purses->list[k].cid, proofs->items[i].cid, CID_SIZE) == 0)
        purse = &prepare->purses->list[k];
    must(purse != NULL, "a proof of no card");
    if (proofs->items[i].atc <= purse->acknowledged_atc)
      proofs->items[kept++] = proofs->items[i];
  }
  proofs->count = kept;
}

static void keep_proofs(const struct prepare *prepare, size_t index, struct confirmations *proofs) {
  struct till *till = &prepare->tills->list[index];
  keep_acknowledged(prepare, index, proofs);
  if (proofs->count == 0) {
    free(proofs);
    return;
  }
  struct item *item = till_add(till, MESSAGE_CONFIRMATION);
  item->proofs = proofs;
  till_sign(till, item, (int64_t)time(NULL));
}

static void end_of_till(void *context, size_t index) {
  const struct preparing *preparing = context;
  struct till *till = &preparing->prepare->tills->list[index];
  struct item *unsent = till->items;
  size_t count = till->count;
  till->items = NULL;
  till->count = till->capacity = 0;
  for (size_t i = till->next; i < count; i++) {
    if (unsent[i].type == MESSAGE_CONFIRMATION)
      keep_proofs(preparing->prepare, index, unsent[i].proofs);
    unsent[i].proofs = NULL;
  }
  till->next = 0;
  keep_proofs(preparing->prepare, index, till->pending);
  till->pending = must_calloc(1, sizeof *till->pending);
  items_free(unsent, count);
}

void prepare_end(const struct prepare *prepare) {
  struct preparing preparing = {.prepare = prepare};
  crew_run(prepare->world->plan->threads, prepare->tills->count, end_of_till, &preparing);
}
