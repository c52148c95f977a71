/* SPDX-License-Identifier: Apache-2.0
 * The card's half of the commit, and what earlier meetings left of it. An error status word proves nothing, so whatever
 * is not r under an R-MAC is settled by reading the card's signed-for state again, in a new session. */
#include <stdio.h>
#include <string.h>

#include "order.h"

#define SETTLE_ROUNDS 3

/* How a look at the card's slot ended. */
enum slot_verdict {
  SLOT_SAYS_DONE,   /* committed: r is in the entry */
  SLOT_SAYS_NOT,    /* this transaction is not and will not be committed, by the card's own word */
  SLOT_SAYS_OPEN,   /* PREPARED: the authorisation can be given (again) */
  SLOT_SAYS_LATER,  /* another transaction has taken the slot since */
  SLOT_SAYS_NOTHING /* could not be read */
};

static enum slot_verdict slot_read(struct order *order) {
  struct proof proof;
  enum slot_verdict verdict = SLOT_SAYS_NOT;
  if (session_proof(&order->contact->session, &proof) != STATUS_OK)
    return SLOT_SAYS_NOTHING;
  if (proof.atc != order->promise.atc) {
    verdict = proof.atc > order->promise.atc ? SLOT_SAYS_LATER : SLOT_SAYS_NOTHING;
  } else if (proof.state == SLOT_PREPARED) {
    verdict = SLOT_SAYS_OPEN;
  } else if (proof.state == SLOT_COMMITTED) {
    memcpy(order->entry.secret, proof.secret, SECRET_SIZE);
    verdict = order_secret_fits(order) ? SLOT_SAYS_DONE : SLOT_SAYS_NOTHING;
  }
  crypto_wipe(&proof, sizeof proof);
  return verdict;
}

/* Gives the authorisation. CARD_EXPIRED comes under an R-MAC (R8): the card means it. */
static enum status commit_once(struct order *order) {
  enum status status =
      session_commit(&order->contact->session, order->entry.type, order->entry.authorisation, order->entry.secret);
  return status == STATUS_OK && !order_secret_fits(order) ? STATUS_PROOF_MISMATCH : status;
}

/* Looks, gives the authorisation once more where that makes sense, and looks again. `why` is how the last try ended. */
static enum status commit_settle(struct order *order, enum status why) {
  for (int round = 0; round < SETTLE_ROUNDS; round++) {
    if (contact_return(order->contact, order->promise.cid) != STATUS_OK)
      return STATUS_OUTCOME_UNKNOWN;
    switch (slot_read(order)) {
    case SLOT_SAYS_DONE:
      return STATUS_OK;
    case SLOT_SAYS_NOT:
      return why;
    case SLOT_SAYS_OPEN:
      if (round == SETTLE_ROUNDS - 1)
        return why;
      why = commit_once(order);
      if (why == STATUS_OK || why == STATUS_CARD_EXPIRED)
        return why;
      break;
    default:
      break;
    }
  }
  return STATUS_OUTCOME_UNKNOWN;
}

enum status order_commit(struct order *order) {
  enum status status = commit_once(order);
  if (status == STATUS_OK || status == STATUS_CARD_EXPIRED)
    return status;
  return commit_settle(order, status);
}

/* ---- earlier meetings ---- */

/* An earlier order is over without effect. */
static enum status earlier_abandon(struct order *earlier) {
  if (earlier->entry.type == TRANSACTION_LOAD) {
    enum status status = reversal_run(earlier);
    if (status == STATUS_LOAD_UNSETTLED)
      return status;
    return status == STATUS_OK || status == STATUS_LOAD_CREDITED ? STATUS_OK : STATUS_TENDER_UNKNOWN;
  }
  order_cancel(earlier);
  return STATUS_OK;
}

/* Settles one by its slot. */
static enum status earlier_settle(struct order *earlier, bool *finished) {
  enum status status = STATUS_OUTCOME_UNKNOWN;
  *finished = false;
  switch (slot_read(earlier)) {
  case SLOT_SAYS_DONE:
    status = STATUS_OK;
    break;
  case SLOT_SAYS_OPEN:
    status = order_commit(earlier);
    break;
  case SLOT_SAYS_NOT:
    return earlier_abandon(earlier);
  case SLOT_SAYS_LATER:
    return STATUS_OK; /* left to order_settle_by_promise */
  default:
    break;
  }
  if (status == STATUS_OUTCOME_UNKNOWN)
    return status;
  if (status != STATUS_OK)
    return earlier_abandon(earlier);
  order_finish(earlier);
  *finished = true;
  return STATUS_OK;
}

/* Whether the card committed it, and the terminal died between that and telling people. */
static bool is_untold_end(const struct journal_entry *entry) {
  return entry->untold && (entry->state == JOURNAL_COMMITTED || entry->state == JOURNAL_CONFIRMED);
}

/* The next entry of this card behind `after` that an authorisation is out for, or whose end is untold; STATUS_NOT_FOUND
 * at the end. The card is asked for its number only when there is such an entry at all: a plain purchase costs no
 * command more. */
static enum status earlier_next(struct order *order, int64_t after, struct order *earlier) {
  struct journal_entry entry;
  enum status status = journal_next_untold(order->terminal->journal, after, &entry);
  for (; status == STATUS_OK; status = journal_next_untold(order->terminal->journal, entry.id, &entry)) {
    bool meets = entry.state == JOURNAL_AUTHORISED || is_untold_end(&entry);
    if (!meets || order_resume(earlier, &entry) != STATUS_OK)
      continue;
    status = contact_identify(order->contact);
    if (status != STATUS_OK || memcmp(order->contact->cid, earlier->promise.cid, CID_SIZE) == 0)
      return status;
  }
  return status;
}

static bool is_wish(const struct order *earlier, const struct order_wish *wish) {
  return earlier->entry.untold && earlier->entry.type == wish->type && earlier->entry.amount == wish->amount.minor &&
         earlier->entry.currency == wish->amount.currency;
}

/* What was finished is not what is asked for now: people hear of it on the way. */
static void earlier_mention(const struct order *earlier) {
  char text[AMOUNT_TEXT_MAX], sentence[AMOUNT_TEXT_MAX + 96];
  if (!earlier->entry.untold)
    return;
  amount_print((struct amount){earlier->entry.amount, earlier->entry.currency}, NULL, text, sizeof text);
  snprintf(sentence, sizeof sentence, "%s that was interrupted before is finished: %s.",
           earlier->entry.type == TRANSACTION_LOAD ? "The load" : "The payment", text);
  contact_say(earlier->contact, sentence);
  (void)!journal_told(earlier->terminal->journal, earlier->entry.id);
}

/* It is what is asked for now: the order goes on as this one. */
static void order_become(struct order *order, const struct order *earlier) {
  order->entry = earlier->entry;
  *order->outcome = *earlier->outcome;
  order->outcome->finished_before = true;
}

enum status order_settle_earlier(struct order *order, const struct order_wish *wish, bool *same) {
  struct order earlier = *order;
  struct outcome outcome;
  *same = false;
  earlier.outcome = &outcome;
  for (int64_t after = 0;; after = earlier.entry.id) {
    bool finished = true;
    enum status status = earlier_next(order, after, &earlier);
    if (status != STATUS_OK)
      return status == STATUS_NOT_FOUND ? STATUS_OK : status;
    order_outcome_clear(&outcome);
    if (is_untold_end(&earlier.entry))
      order_recount(&earlier);
    else
      status = earlier_settle(&earlier, &finished);
    if (status != STATUS_OK) {
      *order->outcome = outcome;
      return status;
    }
    if (finished && !*same && is_wish(&earlier, wish)) {
      order_become(order, &earlier);
      *same = true;
    } else if (finished) {
      earlier_mention(&earlier);
    }
  }
}

/* ---- by the new promise ---- */

/* Whether the card's own log has it. */
static enum status log_find(const struct order *earlier, bool *found) {
  struct log_record records[PURCHASE_LOG_RECORDS];
  const struct promise *promise = &earlier->promise;
  bool load = earlier->entry.type == TRANSACTION_LOAD;
  size_t count = PURCHASE_LOG_RECORDS;
  *found = false;
  enum status status = session_log(&earlier->contact->session, load ? SFI_LOAD_LOG : SFI_PURCHASE_LOG, records, &count);
  for (size_t i = 0; status == STATUS_OK && i < count; i++)
    *found = *found || (records[i].atc == promise->atc && records[i].type == promise->type);
  return status;
}

/* The card has been at another terminal since; the chain of promises told the server how this one ended. A load was
 * credited, or is owed to the card. Nobody here has r any more. */
static enum status earlier_leave(struct order *earlier, bool *finished) {
  enum status status = STATUS_OK;
  if (!order_charge_stands(earlier))
    return STATUS_OK;
  if (earlier->entry.untold)
    status = log_find(earlier, finished);
  if (status != STATUS_OK)
    return status;
  earlier->entry.state = *finished ? JOURNAL_CONFIRMED : JOURNAL_SETTLED;
  if (*finished)
    order_recount(earlier);
  return journal_update(earlier->terminal->journal, &earlier->entry);
}

/* Whether the new promise is that very card's word. Whoever has a key of any genuine card can say its number in the
 * channel; only the card itself can sign under the certificate that came with the earlier authorisation. */
static bool promise_is_of_card(const struct order *order, const struct order *earlier) {
  const struct journal_entry *entry = &earlier->entry;
  struct certificate certificate;
  return certificate_decode(entry->card_certificate, entry->card_certificate_len, &certificate) == STATUS_OK &&
         memcmp(certificate.subject, earlier->promise.cid, CID_SIZE) == 0 &&
         memcmp(order->promise.cid, earlier->promise.cid, CID_SIZE) == 0 &&
         record_verify(order->entry.promise, PROMISE_SIZE, certificate.public_key) == STATUS_OK;
}

/* What the promise says of one: committed, not committed, or too long ago to be told by it. */
static enum status earlier_judge(const struct order *order, struct order *earlier, bool *finished) {
  const struct promise *now = &order->promise;
  *finished = false;
  if (earlier->entry.state != JOURNAL_AUTHORISED || earlier->promise.atc >= now->atc)
    return STATUS_OK;
  if (!promise_is_of_card(order, earlier))
    return STATUS_OUTCOME_UNKNOWN; /* it ends nothing: the entry waits for the card itself */
  if (now->last_atc > earlier->promise.atc)
    return earlier_leave(earlier, finished);
  if (now->last_atc < earlier->promise.atc)
    return earlier_abandon(earlier);
  memcpy(earlier->entry.secret, now->last_secret, SECRET_SIZE);
  if (!order_secret_fits(earlier))
    return STATUS_OUTCOME_UNKNOWN;
  order_finish(earlier);
  *finished = true;
  return STATUS_OK;
}

enum status order_settle_by_promise(struct order *order, const struct order_wish *wish, bool *same) {
  struct order earlier = *order, kept;
  struct outcome outcome, kept_outcome;
  *same = false;
  earlier.outcome = &outcome;
  for (int64_t after = 0;; after = earlier.entry.id) {
    bool finished;
    order_outcome_clear(&outcome);
    enum status status = earlier_next(order, after, &earlier);
    if (status == STATUS_NOT_FOUND)
      break;
    if (status == STATUS_OK)
      status = earlier_judge(order, &earlier, &finished);
    if (status != STATUS_OK)
      return status;
    if (finished && !*same && is_wish(&earlier, wish)) {
      kept = earlier;
      kept_outcome = outcome;
      kept.outcome = &kept_outcome;
      *same = true;
    } else if (finished) {
      earlier_mention(&earlier);
    }
  }
  if (*same) {
    order_cancel(order);
    order_become(order, &kept);
  }
  return STATUS_OK;
}
