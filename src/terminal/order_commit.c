/* SPDX-License-Identifier: Apache-2.0
 * The card's half of the commit, and what earlier meetings left of it. An error status word proves nothing, so whatever
 * is not r is asked again in a new session, and ends only with r, or by what the card signs next. */
#include <stdio.h>
#include <string.h>

#include "contact.h"
#include "evidence.h"
#include "order.h"
#include "payout.h"

#define SETTLE_ROUNDS 3

/* How a look at the card's slot ended. */
enum slot_verdict {
  SLOT_SAYS_DONE,   /* committed, and here is r */
  SLOT_SAYS_NOT,    /* ABORTED: that it is not and will not be committed, it says */
  SLOT_SAYS_OPEN,   /* PREPARED: the authorisation can be given (again) */
  SLOT_SAYS_LATER,  /* another transaction has taken the slot since */
  SLOT_SAYS_NOTHING /* could not be read */
};

static enum slot_verdict slot_read(const struct order *order, struct evidence *evidence) {
  struct proof proof;
  enum slot_verdict verdict = SLOT_SAYS_NOT;
  *evidence = (struct evidence){.kind = EVIDENCE_NONE};
  if (session_proof(&order->contact->session, &proof) != STATUS_OK)
    return SLOT_SAYS_NOTHING;
  if (proof.atc != order->promise.atc)
    verdict = proof.atc > order->promise.atc ? SLOT_SAYS_LATER : SLOT_SAYS_NOTHING;
  else if (proof.state == SLOT_PREPARED)
    verdict = SLOT_SAYS_OPEN;
  else if (proof.state == SLOT_COMMITTED)
    verdict = evidence_by_secret(order, proof.secret, evidence) == STATUS_OK ? SLOT_SAYS_DONE : SLOT_SAYS_NOTHING;
  crypto_wipe(&proof, sizeof proof);
  return verdict;
}

/* Gives the authorisation. */
static enum status commit_once(struct order *order, struct evidence *evidence) {
  uint8_t secret[SECRET_SIZE];
  *evidence = (struct evidence){.kind = EVIDENCE_NONE};
  enum status status = session_commit(&order->contact->session, order->entry.type, order->entry.authorisation, secret);
  return status == STATUS_OK ? evidence_by_secret(order, secret, evidence) : status;
}

/* Looks, gives the authorisation once more where that makes sense, and looks again. */
static enum status commit_finish(struct order *order, struct evidence *evidence) {
  for (int round = 0; round < SETTLE_ROUNDS; round++) {
    if (contact_return(order->contact, order->promise.cid) != STATUS_OK)
      return STATUS_OUTCOME_UNKNOWN;
    enum slot_verdict verdict = slot_read(order, evidence);
    if (verdict == SLOT_SAYS_DONE)
      return STATUS_OK;
    if (verdict == SLOT_SAYS_NOT)
      return STATUS_OUTCOME_UNKNOWN; /* so it says; its next promise will say it with a signature */
    if (verdict == SLOT_SAYS_OPEN && round < SETTLE_ROUNDS - 1 && commit_once(order, evidence) == STATUS_OK)
      return STATUS_OK;
  }
  return STATUS_OUTCOME_UNKNOWN;
}

enum status order_commit(struct order *order, struct evidence *evidence) {
  return commit_once(order, evidence) == STATUS_OK ? STATUS_OK : commit_finish(order, evidence);
}

/* ---- earlier meetings ---- */

/* An earlier order is over without effect, by that evidence. */
static enum status earlier_abandon(struct order *earlier, const struct evidence *evidence) {
  if (earlier->entry.type == TRANSACTION_LOAD) {
    enum status status = reversal_run(earlier, evidence);
    if (status == STATUS_LOAD_UNSETTLED && earlier->noted)
      return STATUS_OK; /* it is the card's next promise that ends it */
    if (status == STATUS_LOAD_UNSETTLED)
      return status;
    return status == STATUS_OK || status == STATUS_LOAD_CREDITED ? STATUS_OK : STATUS_TENDER_UNKNOWN;
  }
  order_cancel(earlier, evidence);
  return STATUS_OK;
}

/* Whether a card of that number is still in the session that the settling left. */
static bool card_is_there(const struct order *earlier) {
  const struct contact *contact = earlier->contact;
  return contact->open && contact->cid_known && memcmp(contact->cid, earlier->promise.cid, CID_SIZE) == 0;
}

/* Finishes one by its slot. What the slot says of it but r ends nothing: the next promise is asked for, and
 * order_finish_by_promise takes its word. */
static enum status earlier_finish(struct order *earlier, bool *finished) {
  struct evidence evidence;
  enum slot_verdict verdict = slot_read(earlier, &evidence);
  *finished = false;
  if (verdict == SLOT_SAYS_OPEN && order_commit(earlier, &evidence) == STATUS_OK)
    verdict = SLOT_SAYS_DONE;
  else if (verdict == SLOT_SAYS_OPEN)
    verdict = card_is_there(earlier) ? slot_read(earlier, &evidence) : SLOT_SAYS_NOTHING;
  if (verdict == SLOT_SAYS_NOTHING)
    return STATUS_OUTCOME_UNKNOWN;
  if (verdict != SLOT_SAYS_DONE)
    return STATUS_OK;
  *finished = true;
  return order_finish(earlier, &evidence);
}

/* Whether the card committed it, and the terminal died between that and telling people. */
static bool is_unreported_end(const struct journal_entry *entry) {
  return entry->unreported && entry->has_secret &&
         (entry->state == JOURNAL_COMMITTED || entry->state == JOURNAL_CONFIRMED);
}

/* Whether its card has to be seen for it. */
static bool meets(const struct journal_entry *entry) {
  return entry->state == JOURNAL_AUTHORISED || is_unreported_end(entry);
}

/* The next entry of this card later than `after` that an authorisation is out for, or whose end is unreported;
 * STATUS_NOT_FOUND at the end. The card is asked for its number only when there is such an entry at all: a plain
 * purchase costs no command more. */
static enum status earlier_next(struct order *order, int64_t after, struct order *earlier) {
  struct journal_entry entry;
  enum status status = journal_next_unreported(order->terminal->journal, after, &entry);
  for (; status == STATUS_OK; status = journal_next_unreported(order->terminal->journal, entry.id, &entry)) {
    if (!meets(&entry) || order_resume(earlier, &entry) != STATUS_OK || !meets(&earlier->entry))
      continue;
    status = contact_identify(order->contact);
    if (status != STATUS_OK || memcmp(order->contact->cid, earlier->promise.cid, CID_SIZE) == 0)
      return status;
  }
  return status;
}

/* Without a name it is known by card and amount only, and only as long as nobody has been told of it. */
static bool is_same_request(const struct order *earlier, const struct payment_request *request) {
  bool meant = request->reference == NULL ? earlier->entry.unreported
                                          : strcmp(earlier->entry.reference, request->reference) == 0;
  return meant && earlier->entry.type == request->type && order_goes_where(&earlier->entry, request) &&
         earlier->promise.sale_atc == request->sale_atc && order_amount_is(&earlier->entry, request) &&
         earlier->entry.currency == request->amount.currency;
}

/* What it was, for a sentence about it. */
static const char *earlier_words(const struct order *earlier, const char *payment, const char *load, const char *refund)
    __attribute__((format_arg(2), format_arg(3), format_arg(4)));
static const char *earlier_words(const struct order *earlier, const char *payment, const char *load,
                                 const char *refund) {
  switch (earlier->entry.type) {
  case TRANSACTION_LOAD:
    return load;
  case TRANSACTION_REFUND:
    return refund;
  default:
    return payment;
  }
}

void order_mention(const struct order *earlier) {
  char text[AMOUNT_TEXT_MAX], sentence[AMOUNT_TEXT_MAX + 256];
  if (!earlier->entry.unreported)
    return;
  if (payout_in_cash(&earlier->entry) && earlier->entry.state == JOURNAL_COMMITTED) { /* goes on being open */
    contact_say(earlier->contact,
                "A payout of this card is not settled: the same payout again goes on with it, or recover.");
    return;
  }
  contact_amount(earlier->contact, earlier->entry.amount, earlier->entry.currency, text);
  snprintf(sentence, sizeof sentence,
           earlier_words(earlier,
                         contact_words(earlier->contact, "The payment that was interrupted before is finished: %s."),
                         contact_words(earlier->contact, "The load that was interrupted before is finished: %s."),
                         contact_words(earlier->contact, "The refund that was interrupted before is finished: %s.")),
           text);
  contact_say(earlier->contact, sentence);
  (void)!journal_reported(earlier->terminal->journal, earlier->entry.id);
}

/* One that ended here and that nobody was told of: it is told to its own card only, which gives its r; any card can say
 * that number. One that has been elsewhere since is told with its next promise. */
static enum status earlier_tell(struct order *earlier, bool *finished) {
  struct evidence evidence;
  enum slot_verdict verdict = slot_read(earlier, &evidence);
  *finished = verdict == SLOT_SAYS_DONE;
  if (*finished)
    order_reload_outcome(earlier);
  return verdict == SLOT_SAYS_NOTHING ? STATUS_OUTCOME_UNKNOWN : STATUS_OK;
}

/* It is what is asked for now: the order goes on as this one. */
static void order_become(struct order *order, const struct order *earlier) {
  order->entry = earlier->entry;
  *order->outcome = *earlier->outcome;
  order->outcome->finished_before = true;
}

enum status order_finish_earlier(struct order *order, const struct payment_request *request, bool *same) {
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
    status =
        is_unreported_end(&earlier.entry) ? earlier_tell(&earlier, &finished) : earlier_finish(&earlier, &finished);
    if (status != STATUS_OK) {
      *order->outcome = outcome;
      return status;
    }
    if (finished && !*same && is_same_request(&earlier, request)) {
      order_become(order, &earlier);
      *same = true;
    } else if (finished) {
      order_mention(&earlier);
    }
  }
}

/* ---- by the new promise ---- */

/* Whether the card's own log has it: a word in the channel, to be told to people and to decide nothing. */
static enum status log_find(const struct order *earlier, bool *found) {
  struct log_record records[PURCHASE_LOG_RECORDS];
  const struct promise *promise = &earlier->promise;
  bool load = earlier->entry.type == TRANSACTION_LOAD || earlier->entry.type == TRANSACTION_REFUND;
  size_t count = PURCHASE_LOG_RECORDS;
  *found = false;
  enum status status = session_log(&earlier->contact->session, load ? SFI_LOAD_LOG : SFI_PURCHASE_LOG, records, &count);
  for (size_t i = 0; status == STATUS_OK && i < count; i++)
    *found = *found || (records[i].atc == promise->atc && records[i].type == promise->type);
  return status;
}

/* How an earlier one stands after the card's new promise. */
enum earlier_end {
  EARLIER_OPEN,    /* no word of it, or closed without effect: nobody needs to hear */
  EARLIER_DONE,    /* r is here */
  EARLIER_DOUBTFUL /* over, nobody here knows how, and the card's log has it */
};

/* The server has no word on it now: people are told what the card's log says, once. The entry stays open, so that the
 * server can be asked again, but where its ledger is a copy of before and will never know. */
static enum status earlier_doubt(struct order *earlier, const struct evidence *later, enum status asked,
                                 enum earlier_end *end) {
  char text[AMOUNT_TEXT_MAX], sentence[AMOUNT_TEXT_MAX + 320];
  bool logged;
  enum status status = log_find(earlier, &logged);
  if (status == STATUS_OK && logged) {
    contact_amount(earlier->contact, earlier->entry.amount, earlier->entry.currency, text);
    snprintf(sentence, sizeof sentence,
             earlier_words(
                 earlier,
                 contact_words(earlier->contact, "The payment of %s that was interrupted before was settled at another "
                                                 "terminal: done, the card says, and that is no proof."),
                 contact_words(earlier->contact, "The load of %s that was interrupted before was settled at another "
                                                 "terminal: done, the card says, and that is no proof."),
                 contact_words(earlier->contact, "The refund of %s that was interrupted before was settled at another "
                                                 "terminal: done, the card says, and that is no proof.")),
             text);
    contact_say(earlier->contact, sentence);
    *end = EARLIER_DOUBTFUL;
    if (asked != STATUS_OUT_OF_STEP)
      (void)!journal_reported(earlier->terminal->journal, earlier->entry.id);
  }
  return status == STATUS_OK && asked == STATUS_OUT_OF_STEP ? order_leave(earlier, later) : status;
}

/* The card has been at another terminal since; the chain of promises told the server how this one ended, and it is
 * asked about this very promise. */
static enum status earlier_leave(struct order *earlier, const struct evidence *later, enum earlier_end *end) {
  struct evidence word;
  enum status asked = evidence_by_inquiry(earlier, &word);
  if (asked == STATUS_OK && word.kind == EVIDENCE_SECRET) {
    *end = EARLIER_DONE;
    return order_finish(earlier, &word);
  }
  if (asked == STATUS_OK && word.fate == FATE_RELEASED)
    return earlier_abandon(earlier, &word);
  if (asked == STATUS_OK && word.fate == FATE_OWED)
    return order_leave(earlier, &word);
  return earlier_doubt(earlier, later, asked, end);
}

/* What the promise says of one: committed, not committed, or too long ago to be told by it. */
static enum status earlier_judge(const struct order *order, struct order *earlier, enum earlier_end *end) {
  struct evidence evidence;
  bool untold = is_unreported_end(&earlier->entry);
  *end = EARLIER_OPEN;
  if ((earlier->entry.state != JOURNAL_AUTHORISED && !untold) || earlier->promise.atc >= order->promise.atc)
    return STATUS_OK;
  enum status status = evidence_by_promise(earlier, order, &evidence);
  if (status != STATUS_OK)
    return status; /* it ends nothing: the entry waits for the card itself */
  if (untold) {
    order_reload_outcome(earlier);
    *end = EARLIER_DONE;
    return STATUS_OK;
  }
  if (evidence.kind == EVIDENCE_LATER)
    return earlier_leave(earlier, &evidence, end);
  if (evidence.kind == EVIDENCE_PROMISE)
    return earlier_abandon(earlier, &evidence);
  *end = EARLIER_DONE;
  return order_finish(earlier, &evidence);
}

enum status order_finish_by_promise(struct order *order, const struct payment_request *request, bool *same) {
  struct order earlier = *order, kept;
  struct outcome outcome, kept_outcome;
  bool doubtful = false;
  *same = false;
  earlier.outcome = &outcome;
  for (int64_t after = 0;; after = earlier.entry.id) {
    enum earlier_end end;
    order_outcome_clear(&outcome);
    enum status status = earlier_next(order, after, &earlier);
    if (status == STATUS_NOT_FOUND)
      break;
    if (status == STATUS_OK)
      status = earlier_judge(order, &earlier, &end);
    if (status != STATUS_OK)
      return status;
    doubtful = doubtful || (end == EARLIER_DOUBTFUL && is_same_request(&earlier, request));
    if (end == EARLIER_DONE && !*same && is_same_request(&earlier, request)) {
      kept = earlier;
      kept_outcome = outcome;
      kept.outcome = &kept_outcome;
      *same = true;
    } else if (end == EARLIER_DONE) {
      order_mention(&earlier);
    }
  }
  if (*same) {
    order_cancel(order, NULL);
    order_become(order, &kept);
  }
  return doubtful && !*same ? STATUS_SETTLED_ELSEWHERE : STATUS_OK;
}
