/* SPDX-License-Identifier: Apache-2.0
 * An opened card among the others: its image is written over between two calls. */
#include "torture_thief.h"

#include <inttypes.h>
#include <string.h>

#include "epurse/bytes.h"
#include "torture_world.h"
#include "vcard/card_file.h"

#define RAISE 100000 /* minor units */

static struct card_memory before; /* its last call */
static bool has_before;

void thief_begin(void) {
  has_before = false;
}

/* False: it cannot be read or written. */
static bool image_read(struct card_memory *image) {
  return world_card_memory(WHOSE_OPENED, image);
}

static bool image_write(const struct card_memory *image) {
  struct card_file file;
  static struct card_memory old;
  if (card_file_open(world_card(WHOSE_OPENED), &file, &old) != STATUS_OK)
    return false;
  bool written = card_file_commit(&file, image) == STATUS_OK;
  card_file_close(&file);
  return written;
}

/* What it was before its last transaction, which it counts and has aborted. */
static void deny(struct card_memory *image) {
  struct card_memory now = *image;
  *image = before;
  memcpy(image->atc, now.atc, sizeof image->atc);
  memcpy(image->slot_promise, now.slot_promise, sizeof image->slot_promise);
  memcpy(image->slot_secret, now.slot_secret, sizeof image->slot_secret);
  image->slot_state = SLOT_ABORTED;
}

/* The holder's number, counter and slot, under its own keys; no order is good enough for it. */
static void pose(struct card_memory *image, enum slot_state state) {
  static struct card_memory holder;
  struct parameters own, his;
  if (!world_card_memory(WHOSE_HOLDER, &holder) ||
      parameters_decode(image->parameters, PARAMETERS_SIZE, &own) != STATUS_OK ||
      parameters_decode(holder.parameters, PARAMETERS_SIZE, &his) != STATUS_OK)
    return;
  memcpy(own.cid, his.cid, CID_SIZE);
  parameters_encode(&own, image->parameters);
  memcpy(image->atc, holder.atc, sizeof image->atc);
  memcpy(image->slot_promise, holder.slot_promise, sizeof image->slot_promise);
  memcpy(image->purchase_count, holder.purchase_count, sizeof image->purchase_count);
  memcpy(image->purchase_log, holder.purchase_log, sizeof image->purchase_log);
  image->slot_state = (uint8_t)state;
  memset(image->server_public, 0, sizeof image->server_public);
}

static void lie(enum thief_act act, struct card_memory *image) {
  switch (act) {
  case THIEF_DENIES:
    if (has_before)
      deny(image);
    break;
  case THIEF_FORKS:
    if (has_before)
      *image = before;
    break;
  case THIEF_RAISES:
    bytes_put_u32(image->balance, bytes_u32(image->balance) + RAISE);
    break;
  case THIEF_POSES:
    pose(image, SLOT_COMMITTED);
    break;
  case THIEF_RENEGES:
    pose(image, SLOT_ABORTED);
    break;
  default:
    break;
  }
}

void thief_call(struct sequence *sequence, enum thief_act act, const struct call *call) {
  static struct card_memory own, image;
  bool posing = act == THIEF_POSES || act == THIEF_RENEGES;
  bool done = image_read(&own);
  image = own;
  lie(act, &image);
  image.state = CARD_PERSONALISED; /* whatever the server had it do */
  image.pin_tries_left = PIN_TRIES;
  done = done && image_write(&image);
  const struct report *report = sequence_call(sequence, call);
  if (posing && report->returned && report->status == STATUS_OK)
    sequence_violation(sequence, "call %u was done by a card that is not the one it says", sequence->count);
  if (posing)
    done = image_write(&own) && done;
  else
    before = image;
  has_before = has_before || !posing;
  if (!done)
    sequence_violation(sequence, "the engine: the opened card cannot be written");
}

/* ---- judged ---- */

static const struct ledger_transaction *booked(uint32_t atc) {
  const struct books *books = &torture->books;
  for (size_t i = 0; i < books->counts[WHOSE_OPENED]; i++)
    if (books->transactions[WHOSE_OPENED][i].atc == atc)
      return &books->transactions[WHOSE_OPENED][i];
  return NULL;
}

static bool paid(const struct ledger_transaction *transaction) {
  return transaction != NULL && (transaction->state == LEDGER_CAPTURED || transaction->honoured);
}

static void judge_display(struct sequence *sequence, unsigned at, unsigned honoured) {
  const struct event *event = &sequence->events[at];
  const struct ledger_transaction *transaction = booked(event->report.outcome.atc);
  if (event->call.whose != WHOSE_OPENED || event->call.verb != VERB_PAY || !event->report.returned ||
      event->report.status != STATUS_OK)
    return;
  if (event->report.outcome.offline) /* the issuer's risk is not without limit */
    torture->unpaid += !paid(transaction) && torture->books.risked == 0;
  else if (!paid(transaction) && honoured == 0)
    sequence_violation(sequence, "call %u said done of the opened card's ATC %u, and nobody pays the shop", at + 1,
                       event->report.outcome.atc);
}

void thief_judge(struct sequence *sequence) {
  const struct books *books = &torture->books;
  int64_t spent = 0, loaded = 0;
  unsigned honoured = 0;
  for (size_t i = 0; i < books->counts[WHOSE_OPENED]; i++) {
    const struct ledger_transaction *one = &books->transactions[WHOSE_OPENED][i];
    honoured += one->honoured;
    if (one->state == LEDGER_CAPTURED && one->type == TRANSACTION_LOAD)
      loaded += one->amount;
    else if (one->state == LEDGER_CAPTURED)
      spent += one->amount;
  }
  torture->lies += (unsigned)books->lies;
  torture->honoured += honoured;
  if (honoured > 1)
    sequence_violation(sequence, "%u payments of the opened card were honoured", honoured);
  if (spent > loaded)
    sequence_violation(sequence, "the opened card paid %" PRId64 ", and was loaded with %" PRId64, spent, loaded);
  for (unsigned i = 0; i < sequence->count; i++)
    judge_display(sequence, i, honoured);
}
