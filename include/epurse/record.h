/* SPDX-License-Identifier: Apache-2.0
 * What is signed or kept: promise, authorisation, block order, PIN record, card request, log record; each an
 * encode and decode pair. Freestanding.
 *
 * A signed record is one TLV with a fixed layout inside (its tag and first byte, the version, keep the kinds apart:
 * no signature of one kind can be read as another), followed by 5F37 40 r||s over that whole TLV.
 * Numbers are big-endian, money in minor units, moments packed BCD in UTC.
 */
#ifndef EPURSE_RECORD_H
#define EPURSE_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "epurse/crypto.h"
#include "epurse/moment.h"
#include "epurse/number.h"
#include "epurse/status.h"

#define RECORD_VERSION        2
#define TAG_PROMISE           0xDF60
#define TAG_AUTHORISATION     0xDF61
#define TAG_BLOCK_ORDER       0xDF62
#define TAG_PIN_RECORD        0xDF63
#define TAG_CARD_REQUEST      0xDF64
#define TAG_SIGNATURE         0x5F37
#define RECORD_SIGNATURE_SIZE (3 + CRYPTO_SIGNATURE_SIZE) /* 5F37 40 r||s */

enum transaction_type {
  TRANSACTION_PURCHASE = 1,        /* money leaves the card */
  TRANSACTION_LOAD = 2,            /* money enters the card */
  TRANSACTION_POINTS_PURCHASE = 3, /* loyalty points leave the card, money does not move */
  TRANSACTION_REFUND = 4,          /* a sale given back: its money enters the card, or its points do */
  TRANSACTION_PAYOUT = 5,          /* money leaves the card and goes back to its holder */
  TRANSACTION_OFFLINE_PURCHASE = 6 /* money has left the card with the promise: no server was asked */
};

/* The card's promise: what it will do if the server orders it. */
struct promise {
  uint8_t type;        /* enum transaction_type */
  bool pin_verified;   /* in the session in which the promise was made */
  bool sale_in_points; /* of a refund: the sale was paid with points, money does not move; false in every other type */
  uint8_t cid[CID_SIZE];
  uint32_t atc;             /* application transaction counter; (CID, ATC) names the transaction */
  uint32_t amount;          /* minor units */
  uint16_t currency;        /* ISO 4217 numeric */
  uint32_t balance, points; /* before */
  uint8_t tid[TID_SIZE];
  uint8_t nonce[NONCE_SIZE];              /* N; of a payout see promise_is_transfer */
  uint8_t time[MOMENT_SIZE];              /* the terminal's word for it */
  uint8_t commitment[CRYPTO_SHA256_SIZE]; /* h = SHA-256(r); zeros in an off-line purchase, which has no r */
  /* The last transaction that was COMMITTED on the server's order, with its r; 0 and zeros if there was none. Not only
   * ATC-1: a promise that never reached the server must not take the outcome of the one before it along. */
  uint32_t last_atc;
  uint8_t last_secret[SECRET_SIZE];
  uint8_t previous[CRYPTO_SHA256_SIZE]; /* record_hash of the promise with ATC-1; zeros for the first */
  uint16_t offline_count;               /* payments made without the server since last_atc, and their sum: */
  uint32_t offline_sum;                 /* minor units */
  uint16_t pin_changes;                 /* how often CHANGE REFERENCE DATA was committed */
  uint32_t sale_atc;                    /* of the sale that a refund gives back; 0 in every other type */
};
#define PROMISE_BODY_SIZE 164
#define PROMISE_TLV_SIZE  (2 + 2 + PROMISE_BODY_SIZE) /* DF60 81 A4 */
#define PROMISE_SIZE      (PROMISE_TLV_SIZE + RECORD_SIGNATURE_SIZE)

/* The server's answer. */
enum decision {
  DECISION_APPROVED = 0,
  DECISION_DECLINED = 1 /* the reason travels beside it, in the signed reply */
};
struct authorisation {
  uint8_t type; /* as in the promise */
  uint8_t cid[CID_SIZE];
  uint32_t atc;
  uint8_t tid[TID_SIZE];
  uint32_t amount;
  uint16_t currency;
  uint8_t promise_hash[CRYPTO_SHA256_SIZE]; /* record_hash of the promise that it answers: this one and no other */
  uint8_t decision;                         /* enum decision */
  int32_t points;                           /* added to the card's counter on commit; negative when points pay */
  uint8_t time[MOMENT_SIZE];                /* the server's clock */
  uint8_t key_version;                      /* of the server's SIG key */
};
#define AUTHORISATION_BODY_SIZE 73
#define AUTHORISATION_TLV_SIZE  (2 + 1 + AUTHORISATION_BODY_SIZE)
#define AUTHORISATION_SIZE      (AUTHORISATION_TLV_SIZE + RECORD_SIGNATURE_SIZE)
#define AUTHORISATION_HASH_AT   31 /* in a record: where promise_hash begins */

/* The server's order to block a card, for good. */
struct block_order {
  uint8_t cid[CID_SIZE];
  uint8_t time[MOMENT_SIZE];
  uint8_t key_version;
};
#define BLOCK_ORDER_BODY_SIZE 17
#define BLOCK_ORDER_TLV_SIZE  (2 + 1 + BLOCK_ORDER_BODY_SIZE)
#define BLOCK_ORDER_SIZE      (BLOCK_ORDER_TLV_SIZE + RECORD_SIGNATURE_SIZE)

/* What a card says of a PIN that was shown to it: nobody's word but this counts a wrong one, blocks a card or changes a
 * PIN at the server. */
enum pin_kind {
  PIN_KIND_WRONG = 1,  /* one try less; with none left the card has blocked itself */
  PIN_KIND_RIGHT = 2,  /* what a change of PIN begins with */
  PIN_KIND_CHANGED = 3 /* the PIN is the new one from here on */
};
struct pin_record {
  uint8_t kind; /* enum pin_kind */
  uint8_t cid[CID_SIZE];
  uint8_t tries_left;        /* at most PIN_TRIES; WRONG: below it, the others: all of them */
  uint32_t events;           /* the card's count of tries taken and changes made, this one included: it only rises */
  uint32_t atc;              /* of the card's last promise, 0: none */
  uint8_t tid[TID_SIZE];     /* of the terminal in session */
  uint8_t nonce[NONCE_SIZE]; /* N of the command that showed the PIN */
  uint16_t pin_changes;      /* as in the promise; CHANGED counts itself */
};
#define PIN_RECORD_BODY_SIZE 37
#define PIN_RECORD_TLV_SIZE  (2 + 1 + PIN_RECORD_BODY_SIZE)
#define PIN_RECORD_SIZE      (PIN_RECORD_TLV_SIZE + RECORD_SIGNATURE_SIZE)

/* A blank card's request for certificates, signed by its new SIG key: proof that it holds it. */
struct card_request {
  uint8_t chip_serial[CHIP_SERIAL_SIZE];
  uint8_t ecka_public[CRYPTO_P256_PUBLIC_SIZE];
  uint8_t sig_public[CRYPTO_P256_PUBLIC_SIZE];
};
#define CARD_REQUEST_BODY_SIZE 139
#define CARD_REQUEST_TLV_SIZE  (2 + 2 + CARD_REQUEST_BODY_SIZE)
#define CARD_REQUEST_SIZE      (CARD_REQUEST_TLV_SIZE + RECORD_SIGNATURE_SIZE)

/* Each _encode writes the TLV without its signature (the _TLV_SIZE); record_sign and record_verify do the rest.
 * Each _decode takes TLV || signature TLV, exact in length, and does not verify; STATUS_BAD_LENGTH,
 * STATUS_BAD_FORMAT (tag, version, unknown type or flag, moment that is none, money above AMOUNT_MAX_ON_CARD, a sale
 * in what is no refund, a refund without a sale or of one that is not before it, h
 * in an off-line purchase, an authorisation of one, key off the curve, tries left that do not fit the kind). */
void promise_encode(const struct promise *promise, uint8_t tlv[PROMISE_TLV_SIZE]);
/* STATUS_BAD_FORMAT also where sale_atc is not 0: no type gives a sale back yet. */
enum status promise_decode(const uint8_t *record, size_t len, struct promise *promise) EPURSE_MUST_USE;
/* N of a payout says whether its terminal asked for a transfer to a bank account or for cash, so that the card signs
 * it: by its last bit. False for any other type. */
bool promise_is_transfer(const struct promise *promise);
/* Nothing at all, amount 0, is promised by a payout only, of a card with balance 0: the one that closes it. */
bool promise_amount_valid(const struct promise *promise);
/* Makes a random N say which of the two a payout asks for; its other bits stay. */
void nonce_mark(uint8_t nonce[NONCE_SIZE], bool transfer);
/* Writes AUTHORISATION_TLV_SIZE bytes. */
void authorisation_encode(const struct authorisation *authorisation, uint8_t tlv[AUTHORISATION_TLV_SIZE]);
/* Takes AUTHORISATION_SIZE bytes; a decline is as good a record as an approval. */
enum status authorisation_decode(const uint8_t *record, size_t len,
                                 struct authorisation *authorisation) EPURSE_MUST_USE;
/* Writes BLOCK_ORDER_TLV_SIZE bytes. */
void block_order_encode(const struct block_order *order, uint8_t tlv[BLOCK_ORDER_TLV_SIZE]);
/* Takes BLOCK_ORDER_SIZE bytes; the caller compares the CID with the card. */
enum status block_order_decode(const uint8_t *record, size_t len, struct block_order *order) EPURSE_MUST_USE;
/* Writes PIN_RECORD_TLV_SIZE bytes. */
void pin_record_encode(const struct pin_record *pin, uint8_t tlv[PIN_RECORD_TLV_SIZE]);
/* Takes PIN_RECORD_SIZE bytes; the caller compares TID and N with the session. */
enum status pin_record_decode(const uint8_t *record, size_t len, struct pin_record *pin) EPURSE_MUST_USE;
/* Writes CARD_REQUEST_TLV_SIZE bytes. */
void card_request_encode(const struct card_request *request, uint8_t tlv[CARD_REQUEST_TLV_SIZE]);
/* Takes CARD_REQUEST_SIZE bytes; record_verify with its own sig_public proves that the card holds the key. */
enum status card_request_decode(const uint8_t *record, size_t len, struct card_request *request) EPURSE_MUST_USE;

/* Signs record[0..tlv_len) and appends the signature TLV; record has room for RECORD_SIGNATURE_SIZE more.
 * STATUS_CRYPTO_FAILED. */
enum status record_sign(uint8_t *record, size_t tlv_len,
                        const uint8_t private_key[CRYPTO_P256_PRIVATE_SIZE]) EPURSE_MUST_USE;
/* The same with a signature that was made elsewhere, over record[0..tlv_len). */
void record_attach(uint8_t *record, size_t tlv_len, const uint8_t signature[CRYPTO_SIGNATURE_SIZE]);
/* Checks the signature at the end of a record of len bytes. STATUS_BAD_FORMAT, STATUS_BAD_SIGNATURE. */
enum status record_verify(const uint8_t *record, size_t len,
                          const uint8_t public_key[CRYPTO_P256_PUBLIC_SIZE]) EPURSE_MUST_USE;
/* SHA-256 over the TLV only: ECDSA signatures have twins, the name of a record must not.
 * `len` is that of record with its signature. */
enum status record_hash(const uint8_t *record, size_t len, uint8_t hash[CRYPTO_SHA256_SIZE]) EPURSE_MUST_USE;

/* Whether the authorisation answers this promise: type, CID, ATC, TID, amount, currency all equal, and the hash that it
 * names is `promise_hash`, record_hash of the promise as it was signed. */
bool authorisation_answers(const struct authorisation *authorisation, const struct promise *promise,
                           const uint8_t promise_hash[CRYPTO_SHA256_SIZE]) EPURSE_MUST_USE;

/* A line of the card's own log (R14). */
struct log_record {
  uint8_t type; /* enum transaction_type */
  uint32_t atc;
  uint32_t amount; /* minor units */
  uint16_t currency;
  uint32_t balance; /* after */
  int32_t points;   /* change */
  uint8_t tid[TID_SIZE];
  uint8_t time[MOMENT_SIZE]; /* the server's */
};
#define LOG_RECORD_SIZE 34
/* Writes LOG_RECORD_SIZE bytes, without a signature. */
void log_record_encode(const struct log_record *record, uint8_t data[LOG_RECORD_SIZE]);
/* STATUS_BAD_LENGTH: not LOG_RECORD_SIZE bytes; STATUS_BAD_FORMAT: unknown type, a moment that is none. */
enum status log_record_decode(const uint8_t *data, size_t len, struct log_record *record) EPURSE_MUST_USE;

/* 16 digits with NUL, and back. STATUS_BAD_FORMAT: not 16 digits, or the Luhn digit does not fit. */
void cid_print(const uint8_t cid[CID_SIZE], char text[17]);
/* Takes exactly 16 digits; cid is not written where it fails. */
enum status cid_parse(const char *text, uint8_t cid[CID_SIZE]) EPURSE_MUST_USE;
/* Makes the number of a card: 6 digits issuer, 9 digits serial, Luhn digit. Numbers beyond are cut off by modulo. */
void cid_make(uint32_t issuer, uint32_t serial, uint8_t cid[CID_SIZE]);
/* Whether 8 bytes are printable ASCII without blanks: what a TID must be. */
bool tid_valid(const uint8_t tid[TID_SIZE]);

#endif
