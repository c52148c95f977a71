/* SPDX-License-Identifier: Apache-2.0
 * What terminal and server say to each other: JWS (RFC 7515, ES256 only) around JSON, each body an encode and decode
 * pair. docs/openapi.yaml tells the same to others. The HTTP layer only carries the text.
 *
 * Request:  {"v":1,"type":T,"tid":TID,"seq":n,"time":unix,"body":{...}}, kid = TID, signed by the terminal's SIG key.
 * Reply:    {"v":1,"type":T,"tid":TID,"seq":n,"time":unix,"status":NAME[,"incarnation":n,"since":unix],"body":{...}},
 *           kid = "server", by the server.
 * `seq` grows with every message of a terminal (it may skip); a reply repeats the request's tid, seq and type.
 * Binary values are base64url without padding (RFC 4648 5); card numbers are 16 digits; money is integer minor units.
 */
#ifndef EPURSE_MESSAGE_H
#define EPURSE_MESSAGE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "epurse/certificate.h"
#include "epurse/iban.h"
#include "epurse/record.h"
#include "epurse/reference.h"
#include "epurse/status.h"

struct key;

#define MESSAGE_MEDIA_TYPE "application/jose"         /* RFC 7515 9.2.1 */
#define PROBLEM_MEDIA_TYPE "application/problem+json" /* RFC 9457 */
#define MESSAGE_MAX        16384                      /* bytes of a JWS in either direction */
#define PIN_JWE_MAX        1024 /* bytes of a PIN in its envelope (pin_envelope.h), with its end */
#define MESSAGE_CLOCK_SKEW 300  /* seconds that a terminal's clock may be off */

/* All that is said: messages.def has a row for each. */
enum message_type {
#define MESSAGE(name, word, path) MESSAGE_##name,
#include "epurse/messages.def"
#undef MESSAGE
  MESSAGE_TYPE_COUNT
};
/* The word of a message in its envelope, static. `type` is one of the list, not MESSAGE_TYPE_COUNT. */
const char *message_word(enum message_type type); /* "purchase" */
/* The path that it is sent to, static; likewise. */
const char *message_path(enum message_type type); /* "/v1/purchases" */

/* ---- the envelope ---- */

struct message {
  enum message_type type;
  char tid[TID_SIZE + 1];
  int64_t seq;
  int64_t time;       /* unix seconds, of the sender */
  enum status status; /* replies; STATUS_OK in a request */
  /* Replies: which of its lives the ledger is in, 1 to FFFFFF (0: it does not say), and since when it may have
   * forgotten what terminals were told (unix seconds; 0: it has forgotten nothing). In a request both are 0. */
  uint32_t incarnation;
  int64_t since;
  bool alone;   /* a reply without a signature of its own, see message_alone.h: its body is to be verified */
  json_t *body; /* an object; owned: message_clear releases it */
};
/* Releases the body and sets it to NULL; a message without one is fine. */
void message_clear(struct message *message);

/* Signs a message: *jws is malloc'd compact text. `is_reply` selects the form. STATUS_CRYPTO_FAILED, STATUS_NO_MEMORY;
 * STATUS_BAD_LENGTH: it would be longer than MESSAGE_MAX. */
enum status message_seal(const struct message *message, bool is_reply, const struct key *key,
                         char **jws) EPURSE_MUST_USE;

/* The kid of a JWS, before anything is believed: whose key to check with. STATUS_BAD_FORMAT. */
enum status message_kid(const char *jws, size_t len, char kid[TID_SIZE + 1]) EPURSE_MUST_USE;

/* A verification key, decoded once and kept: per connection, or for the server's key in a terminal. Threads may share
 * it. STATUS_BAD_KEY: not a point on the curve. */
struct message_verifier;
/* The caller frees *verifier with message_verifier_free; NULL after a failure. STATUS_BAD_KEY, STATUS_NO_MEMORY,
 * STATUS_CRYPTO_FAILED. The point is copied. */
enum status message_verifier_new(const uint8_t public_key[CRYPTO_P256_PUBLIC_SIZE],
                                 struct message_verifier **verifier) EPURSE_MUST_USE;
/* Releases it; *verifier becomes NULL. NULL is fine. */
void message_verifier_free(struct message_verifier **verifier);

/* Checks and takes apart. ES256 is fixed, whatever the header says. JSON: duplicates, unknown and missing fields,
 * non-integers are refused. STATUS_BAD_FORMAT, STATUS_BAD_SIGNATURE, STATUS_UNKNOWN_FIELD. On success the caller
 * releases *message with message_clear. */
enum status message_open(const char *jws, size_t len, bool is_reply, const struct message_verifier *verifier,
                         struct message *message) EPURSE_MUST_USE;

/* The bodies: _body makes a new json_t, _parse reads one strictly (STATUS_UNKNOWN_FIELD, STATUS_BAD_FORMAT).
 * TRANSACTION_INQUIRY and LOAD_REVERSAL: inquiry.h. */

/* What a _body makes is the caller's (json_decref); NULL: no memory, or a text that is not UTF-8. What a _parse that
 * failed has filled does not count. */

/* PURCHASE, REFUND, LOAD_INQUIRY, LOAD {"promise"[,"pin"][,"merchant_reference"]}: promise, enciphered PIN, the
 * caller's name of it; LOAD has the bank's word beside them, "tender" and "reference". */
struct transaction_request {
  uint8_t promise[PROMISE_SIZE];
  char pin_jwe[PIN_JWE_MAX];         /* "" where the PIN was not entered in this contact, and in REFUND */
  char tender_kind[16];              /* LOAD: "cash", "manual", "simulator", "owed"; else "" */
  char tender_reference[64];         /* LOAD: the bank's reference; else "" */
  char reference[REFERENCE_MAX + 1]; /* the caller's; "": none */
  char iban[IBAN_MAX + 1];           /* PAYOUT: the holder's bank account; "": in cash */
  char holder[HOLDER_MAX + 1];       /* with it: whose it is, UTF-8 */
  bool closes;                       /* PAYOUT: all that is on the card, which ends it */
};
/* `type` says whether the tender goes along: MESSAGE_LOAD, or the account: MESSAGE_PAYOUT; a PIN goes where pin_jwe is
 * not "". */
json_t *transaction_request_body(enum message_type type, const struct transaction_request *request);
/* Takes tender and reference with MESSAGE_LOAD only, and then wants them; a kind of tender that is not listed is
 * STATUS_BAD_FORMAT. With MESSAGE_PAYOUT both or neither of iban and holder; STATUS_IBAN_INVALID; and whether it closes
 * the card. The promise is not decoded. */
enum status transaction_request_parse(enum message_type type, const json_t *body,
                                      struct transaction_request *request) EPURSE_MUST_USE;

/* Their reply {["authorisation"][,"card_certificate"][,"block_order"][,"owed"][,"no_pin_single"][,"offline_lacking"]}.
 * With status OK: authorisation and card certificate (PURCHASE, REFUND, LOAD); with CARD_BLOCKED, CARD_CLOSED or
 * CARD_FORKED: the block order; with CARD_EXPIRED: an authorisation that declines, whose time ends the card (R8);
 * nothing otherwise. CARD_CONTACT's reply is of this form too. */
struct transaction_reply {
  bool has_authorisation;
  uint8_t authorisation[AUTHORISATION_SIZE];
  uint8_t card_certificate[CERTIFICATE_MAX]; /* 7F21, card SIG */
  size_t card_certificate_len;               /* 0: not there */
  bool has_block_order;
  uint8_t block_order[BLOCK_ORDER_SIZE];
  uint32_t offline_lacking; /* PURCHASE, LOAD: off-line payments of this card that nobody has brought in; else 0 */
  int64_t owed;             /* LOAD_INQUIRY: minor units that an earlier load left owed to this card; else 0 */
  int64_t no_pin_single;    /* PURCHASE, CARD_CONTACT: up to which the issuer's cards may pay without a PIN; 0: never */
};
/* Writes what is there: by the two flags, a certificate with a length, `owed`, `no_pin_single` and `offline_lacking`
 * above 0. */
json_t *transaction_reply_body(const struct transaction_reply *reply);
/* Takes any of the fields or none; which ones the status asks for, and what they say, is for the caller to check. */
enum status transaction_reply_parse(const json_t *body, struct transaction_reply *reply) EPURSE_MUST_USE;

/* CONFIRMATION: the secrets that cards gave; up to CONFIRMATION_MAX together. The reply answers each in order. */
#define CONFIRMATION_MAX 32
struct confirmation {
  uint8_t cid[CID_SIZE];
  uint32_t atc;
  uint8_t secret[SECRET_SIZE];
  enum status status; /* reply only: OK when booked, now or before */
};
struct confirmations {
  size_t count;
  struct confirmation items[CONFIRMATION_MAX];
};
/* `count` of them, at most CONFIRMATION_MAX; with `is_reply` the status of each, else its secret. */
json_t *confirmation_body(const struct confirmations *confirmations, bool is_reply);
/* 1 to CONFIRMATION_MAX of them, with status or secret likewise. STATUS_BAD_FORMAT: none, more, an unknown status. */
enum status confirmation_parse(const json_t *body, bool is_reply, struct confirmations *confirmations) EPURSE_MUST_USE;

/* CARD_ACTIVATION {"cid","chip_serial"[,"deposit"]}: the desk has taken that deposit; BAD_AMOUNT: it is not the
 * issuer's. CARD_VOID {"cid","chip_serial"}. CARD_QUERY {"cid"}. CARD_BLOCK and CARD_SUSPENSION {"cid","reason"}.
 * CARD_RESUMPTION {"cid"}. CARD_CONTACT {"cid"}: the card is here and is about to be read; the status of the reply says
 * whether it may be: OK, CARD_BLOCKED or CARD_CLOSED (with the block order), CARD_EXPIRED, CARD_UNKNOWN. One struct
 * serves them, each with its own fields; `reason` is one printable line. */
struct card_message {
  uint8_t cid[CID_SIZE];
  uint8_t chip_serial[CHIP_SERIAL_SIZE];
  char reason[128];
  int64_t deposit; /* minor units; 0: none */
};
/* Writes the cid and the fields that `type` has; the others are not read. */
json_t *card_message_body(enum message_type type, const struct card_message *message);
/* Takes the cid and exactly the fields that `type` has; the others are zeros. */
enum status card_message_parse(enum message_type type, const json_t *body,
                               struct card_message *message) EPURSE_MUST_USE;

/* PIN_FAILURE {"record"}: a wrong PIN, as the card has signed it for the sender; counted once. With no try left the
 * card is blocked. */
/* Carries the record as it is, with its signature. */
json_t *pin_failure_body(const uint8_t record[PIN_RECORD_SIZE]);
/* Copies the record, which is neither decoded nor verified here. */
enum status pin_failure_parse(const json_t *body, uint8_t record[PIN_RECORD_SIZE]) EPURSE_MUST_USE;

/* PIN_CHANGE {"record"[,"new_pin"]}. The first half has the card's record of the right PIN, and the new one enciphered
 * to the server with ATC 0: with OK the server takes both from now on, and the card may change; with any other status
 * it must not. The second half has the record of the change only: the PIN before it is forgotten. Where that never
 * arrives, the next promise says as much. OUT_OF_STEP: the record is older than one that was counted. */
struct pin_change_message {
  uint8_t record[PIN_RECORD_SIZE];
  char new_pin_jwe[PIN_JWE_MAX]; /* "": the second half */
};
/* The second half where new_pin_jwe is "", else the first. */
json_t *pin_change_body(const struct pin_change_message *change);
/* Takes either half; the record is neither decoded nor verified, the new PIN not deciphered. */
enum status pin_change_parse(const json_t *body, struct pin_change_message *change) EPURSE_MUST_USE;

/* CARD_REPLACEMENT {"cid","new_cid"} -> what moved; with REPLACEMENT_TOO_EARLY {"earliest"} alone. */
struct replacement_message {
  uint8_t cid[CID_SIZE], new_cid[CID_SIZE];
};
/* Names both cards: the one to be given up, then the new one. */
json_t *replacement_body(const struct replacement_message *replacement);
/* Takes both numbers, Luhn digits included; that they differ is for the ledger to say. */
enum status replacement_parse(const json_t *body, struct replacement_message *replacement) EPURSE_MUST_USE;
struct replacement_reply {
  int64_t at;                    /* unix seconds */
  int64_t balance, owed, points; /* minor units; points */
  int64_t settled_atc;           /* 0: no hold was open */
};
/* Writes all five numbers. */
json_t *replacement_reply_body(const struct replacement_reply *reply);
/* Takes all five. STATUS_BAD_FORMAT where balance, owed, points or the ATC are negative. */
enum status replacement_reply_parse(const json_t *body, struct replacement_reply *reply) EPURSE_MUST_USE;

/* CARD_QUERY's reply: what the server knows of a card. Dates as YYYY-MM-DD, moments as unix seconds. */
struct card_facts {
  uint8_t cid[CID_SIZE];
  char state[16];   /* "RESERVED", "ISSUED", "SUSPENDED", "BLOCKED", "CLOSED", "RETIRED" */
  char reason[128]; /* of a block, else "" */
  uint8_t expiry[DATE_SIZE];
  uint16_t currency;
  int64_t balance, held, owed, points; /* minor units; points */
  int64_t deposit; /* minor units, that it has; of a reserved card, to a desk: that is to be taken for it; 0: none */
  uint32_t last_atc;
  bool unreported; /* balance to last_atc are zeros that nobody said; a desk sees them on the card or not at all */
};
/* Leaves out an expiry of zeros, a deposit of 0 and, where `unreported`, balance to last_atc. */
json_t *card_facts_body(const struct card_facts *facts);
/* What is left out is zeros, and `unreported` is set. STATUS_BAD_FORMAT: also a state that is none of the four. */
enum status card_facts_parse(const json_t *body, struct card_facts *facts) EPURSE_MUST_USE;

/* CARD_LIST {"after","limit"} -> {"cards":[facts...]}, by number, beginning later than `after` ("" from the start).
 * TERMINAL_LIST {"after","limit"} -> {"terminals":[{"tid","role","merchant","expiry","revoked"}...]}, likewise by name.
 * SETTLEMENT {} closes one and answers it; SETTLEMENT_LIST {"after","limit"} -> {"settlements":[...]}, by number;
 * SETTLEMENT_LINES {"number","after","limit"[,"exported"]} -> {"settlement","issuer","lines":[...]}, by merchant;
 * SETTLEMENT_CAPTURES {"number","after","limit"} -> {"captures":[...]}, SETTLEMENT_TRANSFERS likewise, by number;
 * docs/openapi.yaml has their fields. LEDGER_CHECK {} -> {"findings":[text...],"postings":n,"cards":n,"open":n}.
 * INCIDENT_LIST {"after","limit"} -> {"incidents":[{"number","kind","cid","atc","at"}...]}, by number.
 * DEPOSIT_LIST {"day","after","limit"} -> {"deposits":[{"tid","cards","taken","given_back","transferred"}]}, of one day
 * or, "", of all. PENDING_LIST {"state","after","limit"} ->
 * {"pending":[{"cid","atc","type","amount","tid","merchant","card", "reversed","since"}...]}: with state "held" the
 * open holds, with "owed" the cards that are owed something, with "paid-out" their oldest payouts that are not over, a
 * row for each card, by number, beginning later than `after`.
 * BACKUP {"name"}, BACKUP_QUERY {} -> {"name","state","copied","pages","bytes","postings","began","ended","code"}: the
 * backup under way, or the last one; its state is "none", "copying", "proving", "done" or "failed", with "code" then.
 * The server and epurse-admin build and read these with jansson directly: they cross no other border. */

#endif
