/* SPDX-License-Identifier: Apache-2.0
 * The terminal's durable journal (SQLite, WAL, synchronous=FULL, one connection): each step is written before it has an
 * effect, so that a terminal that dies anywhere knows what it had begun. */
#ifndef EPURSE_JOURNAL_H
#define EPURSE_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "epurse/certificate.h"
#include "epurse/iban.h"
#include "epurse/record.h"
#include "epurse/reference.h"
#include "epurse/status.h"

struct journal; /* opaque */

/* How far a transaction has come; in this order. */
enum journal_state {
  JOURNAL_INTENT = 1, /* about to ask the card; of an off-line purchase: the card may have paid */
  JOURNAL_PROMISED,   /* promise is here; the server may have it */
  JOURNAL_CHARGING,   /* load: the bank's reader is about to charge */
  JOURNAL_CHARGED,    /* load: charged; reference is here */
  JOURNAL_AUTHORISED, /* authorisation is here; the card may have it */
  JOURNAL_COMMITTED,  /* r is here, or an off-line purchase's promise; the server may not have it */
  JOURNAL_CONFIRMED,  /* the server has booked r, or keeps an off-line promise that contradicts its card: closed */
  JOURNAL_REVERSING,  /* load: to be given back, at the bank and the server */
  JOURNAL_CANCELLED,  /* closed without effect */
  JOURNAL_SETTLED     /* closed: another terminal's contact with the card settled it, the server knows how */
};

struct journal_entry {
  int64_t id;
  enum journal_state state;
  uint8_t type; /* enum transaction_type */
  int64_t amount;
  uint16_t currency;
  int64_t time;    /* unix seconds of the intent */
  bool unreported; /* read only: nobody has been told how it ended */
  uint8_t promise[PROMISE_SIZE];
  bool has_promise;
  uint8_t authorisation[AUTHORISATION_SIZE];
  bool has_authorisation;
  uint8_t secret[SECRET_SIZE];
  bool has_secret;
  uint8_t nonce[NONCE_SIZE]; /* N of an off-line purchase, kept before the card is asked */
  bool has_nonce;
  /* Of an off-line purchase: which card the session was proved to be with. */
  uint8_t card_reference[CERTIFICATE_SUBJECT_SIZE];
  bool has_card_reference;
  uint8_t card_certificate[256];
  size_t card_certificate_len;
  char tender_kind[16];  /* "" for purchases; "owed": nothing is charged */
  char tender_order[48]; /* our name of the charge; "" where there is none, or it has been given back */
  char tender_reference[TENDER_REFERENCE_MAX];
  char iban[IBAN_MAX + 1];     /* of a payout: where it goes; "": in cash, as everything else */
  char holder[HOLDER_MAX + 1]; /* with it */
  bool closes;                 /* of a payout: it ends its card */
  int64_t deposit; /* of such a one in cash: what goes out beside the amount, as the server has said; 0: none */
  char reference[REFERENCE_MAX + 1]; /* the caller's name of it; "": none */
  char cashier[CASHIER_MAX + 1];     /* who was at the till; "": nobody said */
};

/* Opens or creates (mode 0600; PATH.lock beside it). One process at a time writes; a second one waits up to 5 s for
 * each step, and opens and reads at once. A file of an earlier version is brought up to this one. STATUS_STORE_FAILED,
 * STATUS_OLD_SCHEMA, STATUS_READER_BUSY: another process did not let go of one that has to be made or brought up. */
enum status journal_open(const char *path, struct journal **journal) EPURSE_MUST_USE;
/* Closes the file and frees; *journal becomes NULL. NULL is fine. Open entries stay open. */
void journal_close(struct journal **journal);

/* Keeps every other process away until journal_release: between them one process works on the open entries, so that a
 * recovery never settles what another process is in the middle of. Nests. STATUS_READER_BUSY after 5 s. */
enum status journal_claim(struct journal *journal) EPURSE_MUST_USE;
/* Lets go, once for each journal_claim. */
void journal_release(struct journal *journal);

/* Begins an entry: entry->id is set. Durable when it returns. */
enum status journal_begin(struct journal *journal, struct journal_entry *entry) EPURSE_MUST_USE;
/* Writes the entry's present fields and state; durable when it returns. A closed entry is never changed, a state never
 * goes back: STATUS_INTERNAL. */
enum status journal_update(struct journal *journal, const struct journal_entry *entry) EPURSE_MUST_USE;
/* The oldest entry later than `after`, whatever its state; STATUS_NOT_FOUND at the end. STATUS_STORE_FAILED with
 * entry->id set: that row is damaged, those behind it may be read. */
enum status journal_next_any(struct journal *journal, int64_t after, struct journal_entry *entry) EPURSE_MUST_USE;
/* Whether the card has done it, as far as the entry knows: r is here, or the promise of an off-line purchase. */
bool journal_entry_done(const struct journal_entry *entry);
struct journal_taken {
  int64_t sum, count, of_card; /* minor units, payments, minor units */
};
/* What was taken off-line, and may have been, by entries behind `mark` and by those that the server does not have yet;
 * `of_card`: by those behind `mark` of the card of that number. */
enum status journal_offline_taken(struct journal *journal, int64_t mark, const uint8_t cid[CID_SIZE],
                                  struct journal_taken *taken) EPURSE_MUST_USE;
/* The newest entry that is done, as of journal_entry_done; STATUS_NOT_FOUND where none is. */
enum status journal_last_done(struct journal *journal, struct journal_entry *entry) EPURSE_MUST_USE;
/* The newest entry of that reference that was not cancelled, else the newest; STATUS_NOT_FOUND. */
enum status journal_find_reference(struct journal *journal, const char *reference,
                                   struct journal_entry *entry) EPURSE_MUST_USE;
/* The highest id that was ever given, the last sequence number that was given (0: none). */
struct journal_marks {
  int64_t last_id, last_seq;
};
/* Reads both. STATUS_STORE_FAILED: *marks does not count. */
enum status journal_marks(struct journal *journal, struct journal_marks *marks) EPURSE_MUST_USE;
/* The oldest open entry later than `after` (0 from the start); STATUS_NOT_FOUND at the end. */
enum status journal_next_open(struct journal *journal, int64_t after, struct journal_entry *entry) EPURSE_MUST_USE;
/* The same over the open entries and those that ended without anybody being told: the terminal died first. */
enum status journal_next_unreported(struct journal *journal, int64_t after,
                                    struct journal_entry *entry) EPURSE_MUST_USE;
/* People have been told how that entry ended; durable when it returns. Told already: STATUS_OK. */
enum status journal_reported(struct journal *journal, int64_t id) EPURSE_MUST_USE;
/* What a card has signed of its PIN, kept until the server has heard of it. Durable when it returns; kept already:
 * STATUS_OK. */
enum status journal_keep_pin(struct journal *journal, const uint8_t record[PIN_RECORD_SIZE]) EPURSE_MUST_USE;
/* The oldest one later than `after` (0 from the start), with its id. STATUS_NOT_FOUND at the end. */
enum status journal_next_pin(struct journal *journal, int64_t after, int64_t *id,
                             uint8_t record[PIN_RECORD_SIZE]) EPURSE_MUST_USE;
/* Forgets one that the server has heard of, by its id; durable when it returns. Gone already: STATUS_OK. */
enum status journal_drop_pin(struct journal *journal, int64_t id) EPURSE_MUST_USE;
/* The server says which life its ledger is in. Another one than was met last: all entries with r, and all
 * off-line payments that it had booked, whose intent is not older than `since` (unix seconds; 0: nothing was forgotten)
 * go on the list of receipts to be brought in again. Durable
 * when it returns. 0, or the same again: no effect. */
enum status journal_met(struct journal *journal, int64_t incarnation, int64_t since) EPURSE_MUST_USE;
/* Puts one entry at the end of that list; there already: STATUS_OK. */
enum status journal_bring(struct journal *journal, int64_t entry) EPURSE_MUST_USE;
/* The first of the list behind the place `after` (0 from the start), with its place. STATUS_NOT_FOUND at the end. */
enum status journal_next_bring(struct journal *journal, int64_t after, int64_t *place,
                               struct journal_entry *entry) EPURSE_MUST_USE;
/* The last place of the list; 0: it is empty. */
enum status journal_last_bring(struct journal *journal, int64_t *place) EPURSE_MUST_USE;
/* Takes the one at that place off the list, for good. Gone already: STATUS_OK. */
enum status journal_drop_bring(struct journal *journal, int64_t place) EPURSE_MUST_USE;
/* Puts the one at that place at the end of the list. Gone already: STATUS_OK. */
enum status journal_later_bring(struct journal *journal, int64_t place) EPURSE_MUST_USE;
#define JOURNAL_SEQ_BEHIND_MS 300000
/* The next message sequence number, durable: one more than the last. The first since it was opened is also not less
 * than the clock in milliseconds, so that a lost journal does not go back; only that one, for a message that is slow
 * must not fall out of the server's window while others go by. Where it is open for long, a number that has come to lie
 * more than JOURNAL_SEQ_BEHIND_MS behind the clock begins at the clock again: what is older is not taken any more
 * anyway. */
enum status journal_next_seq(struct journal *journal, int64_t *seq) EPURSE_MUST_USE;

#endif
