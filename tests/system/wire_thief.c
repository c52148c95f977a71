/* SPDX-License-Identifier: Apache-2.0
 * What an opened card says: --wrap of both ends of its secure messaging, between which its memory and its answers are
 * as its thief likes them. */
#include "wire_thief.h"

#include <check.h>
#include <stddef.h>
#include <string.h>

#include "epurse/bytes.h"
#include "epurse/command.h"
#include "epurse/securemsg.h"
#include "vcard/card_file.h"

#define RAISE     5000 /* minor units; points */
#define OTHER_PIN "1111"

enum status __real_securemsg_unwrap(struct securemsg *channel, const struct apdu *wire, uint8_t *buffer,
                                    struct apdu *plain);
enum status __wrap_securemsg_unwrap(struct securemsg *channel, const struct apdu *wire, uint8_t *buffer,
                                    struct apdu *plain);
enum status __real_securemsg_wrap_response(struct securemsg *channel, struct apdu_response *response);
enum status __wrap_securemsg_wrap_response(struct securemsg *channel, struct apdu_response *response);

static struct thief *lying;          /* NULL: no card does */
static struct card_memory until_now; /* before this command */

static const char *const names[THIEF_LIES] = {
    [THIEF_POSES] = "poses",     [THIEF_CERTIFICATES] = "certificates",
    [THIEF_RAISES] = "raises",   [THIEF_FORKS] = "forks",
    [THIEF_DENIES] = "denies",   [THIEF_LOGS] = "logs",
    [THIEF_PIN] = "PIN",         [THIEF_REFUSES] = "refuses",
    [THIEF_NOISE] = "noise",     [THIEF_PROMISES] = "promises",
    [THIEF_INFORMS] = "informs", [THIEF_RECORDS] = "records",
};

const char *thief_lie_name(enum thief_lie lie) {
  return names[lie];
}

static const uint16_t words[] = {SW_OK,
                                 SW_END_OF_FILE,
                                 SW_BLOCKED,
                                 SW_WRONG_PIN,
                                 SW_WRONG_PIN | 1,
                                 SW_PIN_BLOCKED,
                                 SW_SECURITY_NOT_SATISFIED,
                                 SW_CONDITIONS_NOT_SATISFIED,
                                 SW_WRONG_DATA,
                                 SW_COUNTER_EXHAUSTED,
                                 SW_MEMORY_FAILURE,
                                 SW_INSUFFICIENT_BALANCE,
                                 SW_ABOVE_LIMIT};
#define WORDS (sizeof words / sizeof words[0])

unsigned thief_details(enum thief_lie lie) {
  static const unsigned details[THIEF_LIES] = {
      [THIEF_POSES] = 4,  [THIEF_CERTIFICATES] = 1, [THIEF_RAISES] = 1,  [THIEF_FORKS] = 1,
      [THIEF_DENIES] = 1, [THIEF_LOGS] = 1,         [THIEF_PIN] = 3,     [THIEF_REFUSES] = 2 * WORDS,
      [THIEF_NOISE] = 3,  [THIEF_PROMISES] = 16,    [THIEF_INFORMS] = 8, [THIEF_RECORDS] = 6,
  };
  return details[lie];
}

/* ---- its memory ---- */

static void pose(struct card_memory *memory) {
  const struct card_memory *other = lying->other;
  struct parameters parameters;
  if (parameters_decode(memory->parameters, PARAMETERS_SIZE, &parameters) != STATUS_OK)
    return;
  memcpy(parameters.cid, lying->other_cid, CID_SIZE);
  parameters_encode(&parameters, memory->parameters);
  memcpy(memory->atc, other->atc, sizeof memory->atc);
  memcpy(memory->slot_promise, other->slot_promise, PROMISE_SIZE);
  memcpy(memory->purchase_count, other->purchase_count, sizeof memory->purchase_count);
  memcpy(memory->purchase_log, other->purchase_log, sizeof memory->purchase_log);
  memory->slot_state = (uint8_t)lying->detail;
  memset(memory->server_public, 0, sizeof memory->server_public); /* no order is good enough for it */
}

static void log_more(struct card_memory *memory) {
  uint32_t count = bytes_u32(memory->purchase_count);
  struct log_record record = {.type = TRANSACTION_PURCHASE, .amount = 7, .currency = 978};
  const uint8_t *slot = lying->other->slot_promise;
  struct promise promise;
  record.atc = bytes_u32(memory->atc);
  if (promise_decode(slot, PROMISE_SIZE, &promise) == STATUS_OK) {
    record.amount = promise.amount;
    memcpy(record.tid, promise.tid, TID_SIZE);
    memcpy(record.time, promise.time, MOMENT_SIZE);
  }
  log_record_encode(&record, memory->purchase_log[count % PURCHASE_LOG_RECORDS]);
  bytes_put_u32(memory->purchase_count, count + 1);
}

static void deny(struct card_memory *memory) {
  memset(memory->last_atc, 0, sizeof memory->last_atc);
  memset(memory->last_secret, 0, SECRET_SIZE);
  if (memory->slot_state == SLOT_COMMITTED)
    memory->slot_state = SLOT_ABORTED;
  memcpy(memory->balance, lying->before.balance, sizeof memory->balance);
}

static void pin_say(struct card_memory *memory) {
  if (lying->detail != 1)
    ck_assert_int_eq(pin_block_encode(OTHER_PIN, memory->pin_block), STATUS_OK);
  if (lying->detail != 0)
    memory->pin_tries_left = 0;
}

/* Its money and slot as they were; the channel and its keys stay. */
static void money_back(struct card_memory *memory, const struct card_memory *before) {
  memcpy(memory->offline_count, before->offline_count,
         offsetof(struct card_memory, purchase_count) - offsetof(struct card_memory, offline_count));
  memcpy(memory->no_pin_sum, before->no_pin_sum, sizeof memory->no_pin_sum);
}

static void memory_lie(struct card_memory *memory) {
  if (lying->takes != NULL)
    ck_assert_int_eq(pin_block_encode(lying->takes, memory->pin_block), STATUS_OK);
  switch (lying->lie) {
  case THIEF_POSES:
    pose(memory);
    break;
  case THIEF_CERTIFICATES:
    memory->ecka_certificate_len = lying->other->ecka_certificate_len;
    memcpy(memory->ecka_certificate, lying->other->ecka_certificate, sizeof memory->ecka_certificate);
    memory->sig_certificate_len = lying->other->sig_certificate_len;
    memcpy(memory->sig_certificate, lying->other->sig_certificate, sizeof memory->sig_certificate);
    break;
  case THIEF_RAISES:
    bytes_put_u32(memory->balance, bytes_u32(lying->before.balance) + RAISE);
    bytes_put_u32(memory->points, bytes_u32(lying->before.points) + RAISE);
    break;
  case THIEF_FORKS:
    money_back(memory, &lying->before);
    break;
  case THIEF_DENIES:
    deny(memory);
    break;
  case THIEF_LOGS:
    log_more(memory);
    break;
  case THIEF_PIN:
    pin_say(memory);
    break;
  default:
    return;
  }
  lying->told = true;
}

/* ---- its answers ---- */

/* Whose it is, and which. */
static void promise_name_lie(struct promise *promise, const struct promise *theirs) {
  if (lying->detail == 0 || lying->detail == 15)
    memcpy(promise->cid, lying->other_cid, CID_SIZE);
  if (lying->detail == 15) { /* all of another card's, but for what the terminal chose */
    promise->atc = theirs->atc + 1;
    promise->last_atc = theirs->last_atc;
    memcpy(promise->last_secret, theirs->last_secret, SECRET_SIZE);
  }
  promise->atc += lying->detail == 1 ? 1 : 0;
  promise->atc -= lying->detail == 2 ? 1 : 0;
  promise->tid[0] ^= lying->detail == 12 ? 1 : 0;
  promise->pin_changes = (uint16_t)(promise->pin_changes + (lying->detail == 14));
  promise->pin_verified ^= lying->detail == 9;
  promise->previous[0] ^= lying->detail == 11 ? 1 : 0;
}

/* What it moves, and what it says of what was moved before. */
static void promise_money_lie(struct promise *promise, const struct promise *theirs) {
  promise->amount -= lying->detail == 3 ? 1 : 0;
  promise->amount += lying->detail == 4 ? 1 : 0;
  promise->balance += lying->detail == 5 ? RAISE : 0;
  promise->points += lying->detail == 6 ? RAISE : 0;
  if (lying->detail == 7)
    memset(promise->last_secret, 0, SECRET_SIZE);
  if (lying->detail == 7)
    promise->last_atc = 0;
  if (lying->detail == 8)
    promise->last_atc = promise->atc - 1;
  promise->last_secret[0] ^= lying->detail == 8 ? 1 : 0;
  if (lying->detail == 10)
    memcpy(promise->commitment, theirs->commitment, CRYPTO_SHA256_SIZE);
  if (lying->detail == 13)
    promise->offline_sum = promise->offline_count = 0;
}

/* The slot has it too, so that the card takes the order that answers it. */
static void promise_answer(struct card *card, struct apdu_response *response) {
  struct promise promise, theirs = {.atc = 0};
  if (promise_decode(response->data, response->len, &promise) != STATUS_OK)
    return;
  if (promise_decode(lying->other->slot_promise, PROMISE_SIZE, &theirs) != STATUS_OK)
    theirs = promise;
  promise_name_lie(&promise, &theirs);
  promise_money_lie(&promise, &theirs);
  promise_encode(&promise, response->data);
  ck_assert_int_eq(record_sign(response->data, PROMISE_TLV_SIZE, card->memory.sig_private), STATUS_OK);
  memcpy(promise.type == TRANSACTION_OFFLINE_PURCHASE ? card->memory.offline_promise : card->memory.slot_promise,
         response->data, PROMISE_SIZE);
  lying->told = true;
}

static bool info_lie(struct apdu_response *response) {
  struct card_info info;
  if (card_info_decode(response->data, response->len, &info) != STATUS_OK)
    return false;
  if (lying->detail < 2)
    memcpy(info.cid, lying->other_cid, CID_SIZE);
  if (lying->detail == 1)
    info.atc = UINT32_MAX;
  if (lying->detail > 1)
    info.purse_ceiling = info.payment_ceiling = lying->detail % 2 ? 1 : AMOUNT_MAX_ON_CARD;
  card_info_encode(&info, response->data);
  return true;
}

static bool proof_lie(struct apdu_response *response) {
  struct proof proof;
  if (proof_decode(response->data, response->len, &proof) != STATUS_OK)
    return false;
  proof.state = (uint8_t)(lying->detail % 4);
  if (lying->detail >= 4)
    proof.secret[0] ^= 1;
  proof_encode(&proof, response->data);
  return true;
}

static bool balance_lie(struct apdu_response *response) {
  struct balance balance;
  if (balance_decode(response->data, response->len, &balance) != STATUS_OK)
    return false;
  balance.balance = lying->detail % 2 ? 0 : balance.balance + RAISE;
  balance_encode(&balance, response->data);
  return true;
}

static void inform(struct apdu_response *response) {
  bool told = lying->ins == INS_GET_BALANCE             ? balance_lie(response)
              : lying->ins == INS_GET_TRANSACTION_PROOF ? proof_lie(response)
              : lying->ins == INS_GET_DATA              ? info_lie(response)
                                                        : false;
  lying->told |= told;
}

/* Of a PIN that was shown, in its own name or another's. */
static void pin_record_lie(const struct card *card, struct apdu_response *response) {
  bool shown = lying->ins == INS_INITIALIZE || lying->ins == INS_VERIFY || lying->ins == INS_CHANGE_REFERENCE_DATA;
  struct pin_record pin = {.kind = PIN_KIND_WRONG};
  struct promise promise;
  if (!shown)
    return;
  if (promise_decode(response->data, response->len, &promise) == STATUS_OK)
    memcpy(pin.nonce, promise.nonce, NONCE_SIZE);
  else if (pin_record_decode(response->data, response->len, &pin) != STATUS_OK)
    return;
  pin.kind = lying->detail < 4 ? PIN_KIND_WRONG : lying->detail == 4 ? PIN_KIND_RIGHT : PIN_KIND_CHANGED;
  pin.tries_left = pin.kind == PIN_KIND_WRONG ? (lying->detail % 2 ? 0 : 4) : PIN_TRIES;
  pin.events = bytes_u32(card->memory.pin_events) + 100;
  memcpy(pin.tid, card->tid, TID_SIZE);
  memcpy(pin.cid, lying->detail < 2 || lying->detail > 3 ? lying->other_cid : card->memory.parameters, CID_SIZE);
  pin_record_encode(&pin, response->data);
  ck_assert_int_eq(record_sign(response->data, PIN_RECORD_TLV_SIZE, card->memory.sig_private), STATUS_OK);
  response->len = PIN_RECORD_SIZE;
  response->sw = pin.kind == PIN_KIND_WRONG ? (uint16_t)(SW_WRONG_PIN | pin.tries_left) : SW_OK;
  lying->told = true;
}

static void answer_lie(struct card *card, struct apdu_response *response) {
  switch (lying->lie) {
  case THIEF_REFUSES:
    response->sw = words[lying->detail % WORDS];
    response->len = 0;
    if (lying->detail >= WORDS)
      money_back(&card->memory, &until_now);
    lying->told = true;
    break;
  case THIEF_NOISE:
    if (response->len > 0)
      response->data[response->len * lying->detail / 3] ^= 1;
    lying->told |= response->len > 0;
    break;
  case THIEF_PROMISES:
    if (lying->ins == INS_INITIALIZE || (lying->ins == INS_GET_TRANSACTION_PROOF && lying->p1 == P1_PROOF_OFFLINE))
      promise_answer(card, response);
    break;
  case THIEF_INFORMS:
    inform(response);
    break;
  case THIEF_RECORDS:
    pin_record_lie(card, response);
    break;
  default:
    break;
  }
}

/* ---- the two ends of its channel ---- */

static struct card *card_of(struct securemsg *channel) {
  return (struct card *)(void *)((uint8_t *)channel - offsetof(struct card, secure));
}

static bool lies_now(void) {
  return lying != NULL && lying->now > lying->from;
}

enum status __wrap_securemsg_unwrap(struct securemsg *channel, const struct apdu *wire, uint8_t *buffer,
                                    struct apdu *plain) {
  struct card *card = card_of(channel);
  enum status status = __real_securemsg_unwrap(channel, wire, buffer, plain);
  bool once = lying != NULL && lying->lie == THIEF_LOGS && lying->now != lying->from + 1;
  if (status == STATUS_OK && lies_now() && !once)
    memory_lie(&card->memory);
  until_now = card->memory;
  return status;
}

enum status __wrap_securemsg_wrap_response(struct securemsg *channel, struct apdu_response *response) {
  if (lies_now())
    answer_lie(card_of(channel), response);
  return __real_securemsg_wrap_response(channel, response);
}

/* ---- its reader: counts ---- */

static enum status thief_connect(void *context) {
  struct thief *thief = context;
  thief->now = 0;
  return reader_connect(thief->card->inner);
}

static enum status thief_transmit(void *context, const uint8_t *command, size_t len, uint8_t *answer,
                                  size_t *answer_len) {
  struct thief *thief = context;
  struct reader *inner = thief->card->inner;
  thief->now++;
  thief->ins = len > 1 ? command[1] : 0;
  thief->p1 = len > 2 ? command[2] : 0;
  thief->p2 = len > 3 ? command[3] : 0;
  return inner->transmit(inner->context, command, len, answer, answer_len);
}

static void thief_disconnect(void *context) {
  struct thief *thief = context;
  reader_disconnect(thief->card->inner);
}

static enum status thief_reset(void *context) {
  struct thief *thief = context;
  thief->now = 0;
  return thief->card->inner->reset(thief->card->inner->context);
}

static enum status thief_wait(void *context, bool present, int seconds) {
  (void)context;
  (void)present;
  (void)seconds;
  return STATUS_OK;
}

static void thief_shutdown(void *context) {
  (void)context;
}

/* Its file is written over: what it says before any channel is there comes from it, where it lies from the first
 * APDU. */
static void file_write(struct thief *thief) {
  struct card_memory image;
  struct card_file file;
  flow_card_release(thief->card);
  ck_assert_int_eq(card_file_open(thief->card->path, &file, &image), STATUS_OK);
  thief->before = image;
  image.stored ^= 1; /* nobody reads it any more; a pair of cards goes apart by it */
  if (thief->from == 0)
    memory_lie(&image);
  ck_assert_int_eq(card_file_commit(&file, &image), STATUS_OK);
  card_file_close(&file);
  flow_card_take(thief->card);
}

void thief_arm(struct thief *thief) {
  lying = thief;
  thief->told = false;
  thief->now = 0;
  thief->reader = (struct reader){.context = thief,
                                  .name = "thief",
                                  .connect = thief_connect,
                                  .transmit = thief_transmit,
                                  .disconnect = thief_disconnect,
                                  .reset = thief_reset,
                                  .wait = thief_wait,
                                  .shutdown = thief_shutdown};
  file_write(thief);
}

void thief_calm(struct thief *thief) {
  (void)thief;
  lying = NULL;
}
