/* SPDX-License-Identifier: Apache-2.0
 * A card on the bench: memory, issuer, terminals, and the verbs that most tests begin with. */
#ifndef EPURSE_TESTS_CARD_BENCH_H
#define EPURSE_TESTS_CARD_BENCH_H

#include "host.h"
#include "issuer.h"
#include "ram.h"

#define BENCH_PIN             "1234"
#define BENCH_WRONG_PIN       "9999"
#define BENCH_CURRENCY        978
#define BENCH_PURSE_CEILING   50000 /* minor units */
#define BENCH_PAYMENT_CEILING 10000

struct bench {
  struct ram ram;
  struct card card;
  struct host host;
  struct issuer issuer;
  struct terminal pos, other_pos, reload, desk;
  uint8_t cid[CID_SIZE];
  struct offline_limits offline; /* what DGI 0101 and the SIG certificate say */
  struct no_pin_limits no_pin;
  uint8_t chip_serial[CHIP_SERIAL_SIZE], transport_key[CRYPTO_AES_KEY_SIZE];
  struct card_request request;   /* from GENERATE */
  uint8_t promise[PROMISE_SIZE]; /* from the last INITIALIZE */
  uint8_t nonce[NONCE_SIZE];     /* of the last command that showed a PIN */
};

/* A raw card under power, an issuer, four terminals. */
void bench_raw(struct bench *bench);
/* The same, personalised: balance 0, PIN BENCH_PIN. */
void bench_make(struct bench *bench);
/* Power off and on. */
void bench_reset(struct bench *bench);
/* After a cut: power on, faults gone. */
void bench_repower(struct bench *bench);

/* Personalization, step by step. SELECT, SCP03 and GENERATE: */
void bench_begin_personalization(struct bench *bench);
/* A data grouping as its STORE DATA carries it; the answer is the length. `data` holds PROTECTED_DATA_MAX. */
size_t bench_grouping(struct bench *bench, uint16_t dgi, uint8_t *data);
uint16_t bench_store(struct bench *bench, uint16_t dgi, bool last);
uint16_t bench_store_bytes(struct bench *bench, uint16_t dgi, const uint8_t *value, size_t len);
/* All seven in the order of the enumeration. */
extern const uint16_t bench_groupings[7];

/* VERIFY, CHANGE REFERENCE DATA and a riding PIN show it with an N of their own: bench->nonce. */
uint16_t bench_verify(struct bench *bench, const char *pin);
uint16_t bench_change(struct bench *bench, const char *from, const char *to);
/* What the card answered is its signed record of that PIN; `terminal` is the one in session. */
struct pin_record bench_pin_record(const struct bench *bench, const struct terminal *terminal);

/* INITIALIZE as the open session's terminal; the promise is kept in bench->promise. `pin` NULL: none rides along. */
struct bench_wish {
  uint8_t p1; /* P1_INITIALIZE_... */
  uint32_t amount;
  bool points;
  const struct terminal *terminal;
  const char *pin;
  uint32_t sale_atc; /* of a refund */
};
uint16_t bench_initialize(struct bench *bench, const struct bench_wish *request);
/* CREDIT or DEBIT with those bytes. */
uint16_t bench_settle(struct bench *bench, uint8_t ins, const uint8_t order[AUTHORISATION_SIZE]);
/* The command for a promise of that type (enum transaction_type). */
uint16_t bench_keep(struct bench *bench, uint8_t type, const uint8_t order[AUTHORISATION_SIZE]);
/* A whole transaction in a session of its own, which must succeed. */
void bench_load(struct bench *bench, uint32_t amount);
void bench_pay(struct bench *bench, uint32_t amount, int32_t points);
void bench_payout(struct bench *bench, uint32_t amount);
void bench_refund(struct bench *bench, uint32_t amount, uint32_t sale_atc);
/* Session, PIN and a promise to pay at bench->pos, which must succeed. */
void bench_promise(struct bench *bench, uint32_t amount);

/* The memory is what it was, but for the terminal that came last. */
void bench_assert_kept(const struct bench *bench, uint8_t before[CARD_MEMORY_SIZE]);

/* As the desk sees it, in a session of its own. */
struct balance bench_balance(struct bench *bench);
struct proof bench_proof(struct bench *bench);
struct card_info bench_info(struct bench *bench);

#endif
