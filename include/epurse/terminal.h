/* SPDX-License-Identifier: Apache-2.0
 * A terminal: its configuration directory, keys and certificates, journal and line to the back-end, and the work it
 * does with a card: purchase, load, personalization, reading, recovery. */
#ifndef EPURSE_TERMINAL_H
#define EPURSE_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "epurse/amount.h"
#include "epurse/certificate.h"
#include "epurse/command.h"
#include "epurse/outcome.h"
#include "epurse/pin_envelope.h"
#include "epurse/print_setting.h"
#include "epurse/receipt.h"
#include "epurse/record.h"
#include "epurse/reference.h"
#include "epurse/session_keys.h"
#include "epurse/status.h"
#include "epurse/tender.h"
#include "epurse/terminal_recovery.h"

struct key;
struct reader;
struct backend; /* backend.h */
struct journal; /* journal.h */
/* Everything that a terminal holds after terminal_open. */
struct terminal {
  char tid[TID_SIZE + 1];
  uint8_t role; /* enum role */
  char merchant[MERCHANT_MAX + 1], merchant_name[64];
  const struct currency *currency;
  uint8_t master_public[CRYPTO_P256_PUBLIC_SIZE];
  struct certificate card_ca, server, server_pin, terminal_ca, self; /* all verified under the master key at opening */
  struct certificate server_next;  /* the server's newer one, while keys are rolled; version 0: none */
  struct certificate card_ca_next; /* the newer card CA, while cards of both are about; version 0: none */
  uint8_t *files[7];               /* their bytes, card_ca .. self, server_next, card_ca_next; owned */
  size_t files_len[7];
  struct key *ecka, *sig;
  struct pin_agreement pins;              /* with the server, for some hours: pin_encipher */
  uint8_t batch_key[CRYPTO_AES_KEY_SIZE]; /* ROLE_PERSO with a batch key only */
  bool has_batch_key;
  char folder[1024];                    /* of its configuration, keys and certificates; absolute */
  char tender_spec[128], receipts[256]; /* how loads are paid; the folder for receipts */
  char cashier[CASHIER_MAX + 1];        /* who is at the till, as the program says; "": nobody */
  uint32_t no_pin_single; /* up to which cards may pay without a PIN, minor units, as the server said last; 0: never */
  struct offline_setting offline; /* of payments while the server does not answer */
  struct print_setting printer;   /* of receipts */
  int answer_seconds;             /* how long a card may take for one answer: for reader_limit */
  struct backend *backend;
  struct journal *journal;
  struct session_keys session_keys; /* borrows from the above */
  struct tender *tender;      /* borrowed, set by the program: what terminal_recover asks and reverses with, or NULL */
  struct confirm_later later; /* terminal_recovery.h; zeros: each purchase is confirmed before it is told of */
};

/* Opens the terminal whose configuration is `path` (DIR/terminal.conf, or DIR); checks every certificate and key
 * against the master key, role and clock. Connects to nothing yet. STATUS_NO_CONFIG, BAD_CONFIG, KEY_EXPOSED, BAD_KEY,
 * BAD_CERTIFICATE, TERMINAL_REVOKED (own certificate expired); `problem` (256 bytes) then says which file or line. */
enum status terminal_open(const char *path, struct terminal **terminal, char problem[256]) EPURSE_MUST_USE;
/* Closes journal and line, wipes the keys, frees; *terminal becomes NULL. NULL is fine. The tender is the caller's. */
void terminal_close(struct terminal **terminal);

/* What the configuration says of the terminal, and nothing else: tid, role, merchant, folder. STATUS_NO_CONFIG,
 * BAD_CONFIG, with `problem` as above. Nothing has to be released. */
enum status terminal_describe(const char *path, struct terminal *terminal, char problem[256]) EPURSE_MUST_USE;

#define TERMINAL_RENEW_DAYS 14 /* so long before its certificate's end the people at a terminal are told */
/* When the terminal's own certificate ends, unix seconds. */
int64_t terminal_expires(const struct terminal *terminal);

/* How far a flow has come, for whoever shows it elsewhere. */
enum dialogue_step {
  DIALOGUE_WAITING,    /* for a card, and nothing has begun: who waits may think better of it */
  DIALOGUE_RETURNING,  /* for the very card that has begun something */
  DIALOGUE_CARD_IN,    /* it is there */
  DIALOGUE_AUTHORISING /* the back-end is asked */
};

/* The people at the terminal; a program supplies it. Any function may be NULL: then nothing is said, or the answer is
 * STATUS_CANCELLED. */
struct dialogue {
  void *context;
  /* Fills `digits` (PIN_MAX + 1). tries_left is 5 when it is not known. Called again after a wrong PIN. */
  enum status (*ask_pin)(void *context, unsigned tries_left, char digits[PIN_MAX + 1]);
  /* One sentence about what goes on: "insert the card", "take the card". */
  void (*say)(void *context, const char *sentence);
  /* Fills `digits` (PIN_MAX + 1) with the PIN that the cardholder wants from now on; a person is asked twice. */
  enum status (*ask_new_pin)(void *context, char digits[PIN_MAX + 1]);
  /* Shows that a purchase or load is done, before the journal notes that people know it. Where the terminal dies
   * earlier, or this fails, the same again with the same card is answered with it, and nothing is taken twice.
   * STATUS_OK: it went out, as far as can be told; any other: nobody may have. NULL: known at the flow's end. */
  enum status (*show)(void *context, const struct outcome *outcome);
  /* The flow has come so far; any may come several times. NULL: nobody wants to know. */
  void (*step)(void *context, enum dialogue_step step);
  /* The sentence in the people's language, before figures are set in; NULL: as it is. */
  const char *(*words)(const char *english);
  bool tap; /* cards are held to the reader and not put in: the sentences say so */
};

/* ---- purchase and load (design: Protocols 2 and 3) ---- */
struct payment {
  struct amount amount;
  bool points;              /* pay with loyalty points */
  bool ask_pin;             /* pay: also where the card would pay without */
  bool up_to;               /* pay: what the card has, where that is less; not with points */
  enum offline_use offline; /* pay: what it does without the server */
  struct tender *tender;    /* load only */
  int wait_seconds;         /* for the card; negative: for ever */
  const char *reference;    /* the caller's name of it, unique per merchant; NULL: none */
  bool name_rides;    /* pay: payment_recall looks into the journal only, and the purchase asks for its name itself */
  bool named_offline; /* pay: a name may go off-line too, and is then known to this journal alone */
  const char *iban, *holder; /* payout: the bank account, and whose it is, HOLDER_MAX bytes; NULL: in cash */
  bool closes;               /* payout: of all that is on the card, which ends it */
  const uint8_t *cid;        /* payout: of this card and no other; NULL: of whichever comes */
};

/* Runs a purchase (ROLE_POS) or a load (ROLE_RELOAD) with the card in `reader`, each step journalled before it has an
 * effect. STATUS_OK: the card is debited or credited, the receipt written. UNREPORTED: that too, but it could not be
 * shown: the same again with the same card shows it. OUTCOME_UNKNOWN, TENDER_UNKNOWN, LOAD_UNSETTLED: run it again with
 * the same card, or terminal_recover. SETTLED_ELSEWHERE: nothing was begun, for one like it, from before, is over, and
 * only the card's unproven word says that it was done; run again it is a new one. Every other status: the card was not
 * changed (and, for a load, what was charged has been reversed; if the bank did not do that, TENDER_UNKNOWN; if the
 * server did not say that it may, LOAD_UNSETTLED).
 * With payment->up_to a card that has less pays that, and outcome->wanted - outcome->amount is left to pay otherwise;
 * one that has nothing: CARD_EMPTY. The same again is answered with the same. A payment may also be made off-line,
 * where payment->offline says so and the server was not reached before the card was told to pay; else OFFLINE_... */
enum status purchase_run(struct terminal *terminal, struct reader *reader, const struct payment *payment,
                         const struct dialogue *dialogue, struct outcome *outcome) EPURSE_MUST_USE;
/* The load: payment->tender is charged between the promise and the order to the card, and reversed where it fails. */
enum status load_run(struct terminal *terminal, struct reader *reader, const struct payment *payment,
                     const struct dialogue *dialogue, struct outcome *outcome) EPURSE_MUST_USE;

/* ---- references ---- */

/* Before a card is asked for: whether this payment or load of that name was done before, here or at another terminal of
 * the merchant, by the journal and then the server. `type`: enum transaction_type. STATUS_OK: it was, the outcome is
 * the first one's and has been shown, nothing is to be done. STATUS_NOT_FOUND: it can begin (also where there is no
 * name). STATUS_REFERENCE_HELD: it has begun; only its own card can bring it on. STATUS_REFERENCE_USED: the name stands
 * for another type or amount. STATUS_LOAD_UNSETTLED, STATUS_TENDER_UNKNOWN: a charge of it is open here. Else what kept
 * it from being known; nothing was changed. */
enum status payment_recall(struct terminal *terminal, uint8_t type, const struct payment *payment,
                           const struct dialogue *dialogue, struct outcome *outcome) EPURSE_MUST_USE;
/* Whether a payment may have name_rides, so that it waits for the server once: the line answered just now, and nothing
 * was ever promised here under this name. A name that was used at another terminal is then told after the card's
 * promise, of which nothing comes. Where a payment that had it is refused for any reason, payment_recall is to be asked
 * again without, before people hear of the refusal: it may have been done before. */
bool payment_name_may_ride(struct terminal *terminal, uint8_t type, const struct payment *payment);
/* What became of a reference. STATUS_OK: done, as the outcome says. STATUS_REFERENCE_HELD: begun, or paid out by its
 * card and not confirmed as handed out; the outcome has amount, card and ATC as far as they are known. STATUS_DECLINED:
 * nothing was taken. STATUS_NOT_FOUND: nothing is known of it. Else what kept it from being known. *type: enum
 * transaction_type, 0 where it is not known. */
enum status reference_status(struct terminal *terminal, const char *reference, struct outcome *outcome,
                             uint8_t *type) EPURSE_MUST_USE;
/* The same by the journal alone, which never waits for the server. STATUS_NOT_FOUND: it is not there.
 * SETTLED_ELSEWHERE: only the server knows how it ended. STATUS_DECLINED: it was begun here, with no effect. */
enum status reference_look(struct terminal *terminal, const char *reference, struct outcome *outcome,
                           uint8_t *type) EPURSE_MUST_USE;
/* What people are to be told of a payment, load or payout that ended with `status`: by a card that was another one, or
 * did not answer, or by none at all, or by what it was refused for before a card, nothing ends that was done or begun
 * under its name before. STATUS_REFERENCE_DONE: that is done, by the journal. STATUS_REFERENCE_HELD (of a charge
 * LOAD_UNSETTLED, TENDER_UNKNOWN; of what was not handed out PAYOUT_OPEN): that is open in the journal or, where
 * payment_recall had said REFERENCE_HELD (`held`), may still be so at the server, which is asked. Else `status`: it
 * says itself how the name stands, or nothing is known under it. NULL: no name. */
enum status payment_standing(struct terminal *terminal, const char *reference, bool held,
                             enum status status) EPURSE_MUST_USE;

struct receipt_copy {
  uint8_t data[RECEIPT_MAX];
  size_t len;
};
/* The receipt of an entry of the journal, by its number (0: the newest that has one), once more: `receipt` becomes its
 * bytes, the outcome as it was told then. The file is left as it is where it is there, else written;
 * outcome->receipt_lost: it could not be. STATUS_NOT_FOUND: no such entry, or the card has not done it, as far as
 * journal and receipts say; STATUS_BAD_CERTIFICATE, BAD_SIGNATURE: today's certificates do not prove it any more, and
 * no file is there; STATUS_STORE_FAILED: the journal cannot be read. Asks neither card nor server. */
enum status receipt_again(struct terminal *terminal, int64_t number, struct outcome *outcome,
                          struct receipt_copy *receipt) EPURSE_MUST_USE;

/* ---- change of PIN ---- */
/* Asks for the PIN and the new one, and changes it: first at the server, which then knows both until the card has
 * signed the change, then on the card. Any terminal does it; *outcome has the card's number and the tries left.
 * STATUS_OK: the new one holds. STATUS_OUTCOME_UNKNOWN: the card was lost in the middle; the old one holds or the new
 * one, and whichever the card takes pays. Any other: the old one holds. */
enum status pin_change_run(struct terminal *terminal, struct reader *reader, int wait_seconds,
                           const struct dialogue *dialogue, struct outcome *outcome) EPURSE_MUST_USE;

/* ---- reading ---- */
/* What `balance` and `log` show. Both want the PIN unless the terminal is the desk. The card is in the reader. The
 * server is asked first, where it answers: STATUS_CARD_BLOCKED: reported lost or stolen (STATUS_CARD_CLOSED: paid out),
 * and now dead; STATUS_CARD_EXPIRED, STATUS_CARD_UNKNOWN: not at the desk. */
enum status card_read_balance(struct terminal *terminal, struct reader *reader, const struct dialogue *dialogue,
                              struct balance *balance, struct card_info *info) EPURSE_MUST_USE;
/* Purchases and loads together, newest first. */
#define CARD_LOG_MAX (PURCHASE_LOG_RECORDS + LOAD_LOG_RECORDS)
/* *count of them; 0 after a failure. Errors as of card_read_balance. */
enum status card_read_log(struct terminal *terminal, struct reader *reader, const struct dialogue *dialogue,
                          struct log_record records[CARD_LOG_MAX], size_t *count) EPURSE_MUST_USE;

/* The log with what the card says of itself, for an audit. */
struct card_statement {
  struct card_info info;
  struct balance balance;
  struct log_record records[CARD_LOG_MAX]; /* newest first */
  size_t count;
};
/* Reads them in one session. Errors as of card_read_balance; *statement counts with STATUS_OK only. */
enum status card_read_statement(struct terminal *terminal, struct reader *reader, const struct dialogue *dialogue,
                                struct card_statement *statement) EPURSE_MUST_USE;

/* ---- personalization (Protocol 4) ---- */

/* What a desk does that makes many cards; either may be NULL. Any status but STATUS_OK ends the run with that, the card
 * as it was. */
struct issue_desk {
  void *context;
  /* Once the chip is known and before anything is asked or changed for it. `locked`: it was locked by an earlier run,
   * only the server may have to hear of it. Fills `pin` as struct issue has it. */
  enum status (*begin)(void *context, const uint8_t chip_serial[CHIP_SERIAL_SIZE], bool locked, char pin[PIN_MAX + 1]);
  /* Before the card is written: no PIN is on a card only. Where a run is begun again, the last PIN is the card's. */
  enum status (*keep)(void *context, const uint8_t cid[CID_SIZE], const char *pin);
};

struct issue {
  char pin[PIN_MAX + 1]; /* in: what the cardholder chose, or ""; out: the PIN on the card. Wipe it. */
  int wait_seconds;
  bool no_deposit;                       /* in: it takes another one's place, whose deposit goes over */
  const struct issue_desk *desk;         /* borrowed; or NULL */
  uint8_t chip_serial[CHIP_SERIAL_SIZE]; /* out, once it is known; else zeros */
  uint8_t expiry[DATE_SIZE];             /* out with STATUS_OK: as the card has it */
};
/* Turns the raw card in `reader` into a cardholder's card, or finishes what was broken off on the same card. A card
 * that an earlier run locked is shown issue->pin, where that is given: STATUS_WRONG_PIN (outcome->tries_left) and
 * STATUS_PIN_BLOCKED leave it as it was otherwise. STATUS_CARD_LOST: also where another card has come into its place.
 * STATUS_OUTCOME_UNKNOWN, here and of the next two: the server may have done it; the same again finds out. */
enum status personalize_run(struct terminal *terminal, struct reader *reader, struct issue *issue,
                            const struct dialogue *dialogue, struct outcome *outcome) EPURSE_MUST_USE;
/* Gives the reservation of a broken raw card back. */
enum status personalize_void(struct terminal *terminal, struct reader *reader, uint8_t cid[CID_SIZE]) EPURSE_MUST_USE;
/* The same for a chip that is broken or lost. STATUS_CARD_ALREADY_ISSUED: it is a cardholder's, nothing is done. */
enum status personalize_drop(struct terminal *terminal, const uint8_t chip_serial[CHIP_SERIAL_SIZE],
                             uint8_t cid[CID_SIZE]) EPURSE_MUST_USE;
/* Meets a finished card once more: the server has issued it, with its expiry, and it is empty. Fills
 * chip_serial, expiry and outcome->cid. STATUS_CARD_NOT_PERSONALISED, CARD_BLOCKED, OUT_OF_STEP (money on it), ... */
enum status personalize_check(struct terminal *terminal, struct reader *reader, struct issue *issue,
                              struct outcome *outcome) EPURSE_MUST_USE;

#endif
