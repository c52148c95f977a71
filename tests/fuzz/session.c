/* SPDX-License-Identifier: Apache-2.0
 * A terminal with a card that answers whatever it likes: while the channel is opened, and inside it, where the answers
 * of a broken-open card have good MACs. The first byte of an input chooses; then come the answers: two bytes length,
 * then the bytes. */
#include "epurse/session.h"

#include <stdlib.h>
#include <string.h>

#include "epurse/bytes.h"
#include "epurse/reader.h"
#include "target.h"
#include "world.h"

#define LENGTH_MASK  0x01FF
#define COMMANDS_MAX 8

static const uint8_t s_enc[] = "fuzzed key S-ENC", s_mac[] = "fuzzed key S-MAC", s_rmac[] = "fuzzed keySRMAC.",
                     chain[] = "chaining value..";

/* The card of the input. */
struct liar {
  struct world world;
  struct bytes_reader answers;
  bool inside; /* the channel: it then has the keys */
  struct securemsg secure;
  struct reader reader;
};

/* The next answer, as it comes; nothing where there is none: the card is gone. */
static size_t answer_next(struct liar *liar, uint8_t answer[LENGTH_MASK]) {
  if (liar->answers.left < 2)
    return 0;
  size_t len = bytes_read_u16(&liar->answers) & LENGTH_MASK;
  len = len < liar->answers.left ? len : liar->answers.left;
  bytes_read(&liar->answers, answer, len);
  return len;
}

static enum status answer_protect(struct liar *liar, const uint8_t *command, size_t len, uint8_t *answer,
                                  size_t *answer_len) {
  uint8_t buffer[APDU_DATA_MAX];
  struct apdu wire, plain;
  struct apdu_response response = {0};
  fuzz_require(apdu_parse(command, len, &wire) == STATUS_OK);
  fuzz_require(securemsg_unwrap(&liar->secure, &wire, buffer, &plain) == STATUS_OK);
  if (apdu_response_parse(answer, *answer_len, &response) != STATUS_OK || response.len > PROTECTED_DATA_MAX)
    return STATUS_CARD_LOST;
  fuzz_require(securemsg_wrap_response(&liar->secure, &response) == STATUS_OK);
  *answer_len = apdu_response_encode(&response, answer);
  return STATUS_OK;
}

static enum status liar_transmit(void *context, const uint8_t *command, size_t len, uint8_t *answer,
                                 size_t *answer_len) {
  struct liar *liar = context;
  uint8_t said[LENGTH_MASK];
  size_t said_len = answer_next(liar, said);
  fuzz_require(len >= APDU_HEADER_SIZE && len <= APDU_COMMAND_MAX && *answer_len == APDU_RESPONSE_MAX);
  if (said_len == 0 || said_len > APDU_RESPONSE_MAX)
    return STATUS_CARD_LOST; /* a reader has no room for more */
  memcpy(answer, said, said_len);
  *answer_len = said_len;
  /* GET RESPONSE comes in the clear even inside: ISO/IEC 7816-4 7.6.1, of T=0 */
  return liar->inside && (command[0] & CLA_SECURE) ? answer_protect(liar, command, len, answer, answer_len) : STATUS_OK;
}

static void *open_liar(void) {
  struct liar *liar = calloc(1, sizeof *liar);
  fuzz_require(liar != NULL);
  world_make(&liar->world);
  liar->reader = (struct reader){.context = liar, .transmit = liar_transmit, .trace = fopen("/dev/null", "w")};
  fuzz_require(liar->reader.trace != NULL); /* what is said is written for people, too */
  return liar;
}

static void close_liar(void *context) {
  struct liar *liar = context;
  fclose(liar->reader.trace);
  free(liar);
}

/* ---- the channel is opened ---- */

static struct session_keys keys_of(const struct world *world) {
  return (struct session_keys){.ecka_private = world->desk.ecka.secret,
                               .ecka_certificate = world->desk.paper.bytes,
                               .ecka_certificate_len = world->desk.paper.len,
                               .card_ca_public = world->card_ca.point,
                               .card_ca_subject = (const uint8_t *)WORLD_CARD_CA};
}

static bool selecting(struct liar *liar) {
  struct session session = {0};
  return session_select(&session, &liar->reader) == STATUS_OK;
}

/* Never: the answer to MUTUAL AUTHENTICATE needs the card's private key and the terminal's new one. */
static bool opening(struct liar *liar) {
  const struct session_keys keys = keys_of(&liar->world);
  struct session session = {0};
  enum status status = session_open(&session, &liar->reader, &keys, true);
  fuzz_require(status != STATUS_OK && !session.secure.open);
  return status == STATUS_NOT_AUTHENTICATED;
}

static bool opening_blank(struct liar *liar) {
  struct session session = {0};
  enum status status = session_open_blank(&session, &liar->reader, liar->world.batch_key);
  fuzz_require(status != STATUS_OK && !session.secure.open);
  return status == STATUS_NOT_AUTHENTICATED;
}

/* ---- inside ---- */

static bool ask_balance(struct session *session) {
  struct balance balance;
  return session_balance(session, &balance) == STATUS_OK;
}

static bool ask_proof(struct session *session) {
  struct proof proof;
  return session_proof(session, &proof) == STATUS_OK;
}

static bool ask_info(struct session *session) {
  struct card_info info;
  return session_info(session, &info) == STATUS_OK;
}

static bool ask_log(struct session *session) {
  struct log_record records[LOAD_LOG_RECORDS + 1];
  size_t count = LOAD_LOG_RECORDS;
  memset(&records[LOAD_LOG_RECORDS], 0xEE, sizeof records[0]);
  enum status status = session_log(session, SFI_LOAD_LOG, records, &count);
  fuzz_require(count <= LOAD_LOG_RECORDS && records[LOAD_LOG_RECORDS].type == 0xEE);
  return status == STATUS_OK && count > 0;
}

static const uint8_t nonce[NONCE_SIZE] = {0x4E, 0x4E, 0x4E, 0x4E, 0x4E, 0x4E, 0x4E, 0x4E}; /* as world_pin has it */

static bool ask_verify(struct session *session) {
  uint8_t pin[PIN_BLOCK_SIZE], tries = 0xEE;
  fuzz_require(pin_block_encode(WORLD_PIN, pin) == STATUS_OK);
  enum status status = session_verify(session, pin, nonce, &tries);
  fuzz_require((status != STATUS_WRONG_PIN && status != STATUS_PIN_BLOCKED) || tries <= 15);
  return status == STATUS_OK || status == STATUS_WRONG_PIN;
}

static bool ask_change(struct session *session) {
  uint8_t old_block[PIN_BLOCK_SIZE], new_block[PIN_BLOCK_SIZE], tries = 0xEE;
  fuzz_require(pin_block_encode(WORLD_PIN, old_block) == STATUS_OK && pin_block_encode("9876", new_block) == STATUS_OK);
  const struct session_pin_change change = {old_block, new_block, nonce};
  return session_change_pin(session, &change, &tries) == STATUS_OK;
}

static bool ask_promise(struct session *session) {
  const struct initialize initialize = {.amount = 100, .currency = WORLD_CURRENCY};
  uint8_t promise[PROMISE_SIZE], tries = 0;
  return session_initialize(session, P1_INITIALIZE_PURCHASE, &initialize, promise, &tries) == STATUS_OK;
}

static bool ask_commit(struct session *session) {
  const uint8_t order[AUTHORISATION_SIZE] = {0};
  uint8_t secret[SECRET_SIZE];
  return session_commit(session, TRANSACTION_PURCHASE, order, secret) == STATUS_OK;
}

static bool ask_request(struct session *session) {
  uint8_t request[CARD_REQUEST_SIZE];
  return session_generate(session, request) == STATUS_OK;
}

static bool ask_store(struct session *session) {
  const uint8_t data[4] = {0};
  return session_store(session, DGI_PIN, data, sizeof data, false) == STATUS_OK;
}

static bool ask_block(struct session *session) {
  const uint8_t order[BLOCK_ORDER_SIZE] = {0};
  return session_block(session, order) == STATUS_OK;
}

static bool (*const asks[])(struct session *session) = {ask_balance, ask_proof,   ask_info,   ask_log,
                                                        ask_verify,  ask_promise, ask_commit, ask_request,
                                                        ask_store,   ask_block,   ask_change};
#define ASK_COUNT (sizeof asks / sizeof asks[0])

static bool inside(struct liar *liar, unsigned first) {
  struct session session = {.reader = &liar->reader};
  securemsg_open(&session.secure, s_enc, s_mac, s_rmac, chain);
  securemsg_open(&liar->secure, s_enc, s_mac, s_rmac, chain);
  liar->inside = true;
  bool taken = false;
  for (unsigned i = 0; i < COMMANDS_MAX && session.secure.open && liar->answers.left > 2; i++)
    taken = asks[(first + i) % ASK_COUNT](&session);
  return taken;
}

static bool take(void *context, const uint8_t *data, size_t len) {
  struct liar *liar = context;
  liar->answers = bytes_reader(data, len);
  liar->inside = false;
  uint8_t how = bytes_read_u8(&liar->answers);
  switch (how) {
  case 0:
    return selecting(liar);
  case 1:
    return opening(liar);
  case 2:
    return opening_blank(liar);
  default:
    return inside(liar, how - 3U);
  }
}

/* ---- seeds ---- */

static void put_answer(struct bytes_writer *writer, const void *data, size_t len, uint16_t sw) {
  bytes_write_u16(writer, (uint16_t)(len + 2));
  bytes_write(writer, data, len);
  bytes_write_u16(writer, sw);
}

#define FCI "\x6F\x14\x84\x08\xF0\x45PURSE\x01\x8A\x01\x05\xA5\x05\x9F\x08\x02\x00\x01"

static void seed_opening(const struct world *world, const struct fuzz_sink *sink) {
  uint8_t data[1024] = {0}, agreement[86] = {0x5F, 0x49, 0x41};
  struct bytes_writer writer = bytes_writer(data + 1, sizeof data - 1);
  put_answer(&writer, FCI, sizeof FCI - 1, SW_OK);
  fuzz_seed(sink, data, 1 + writer.len);
  data[0] = 1;
  put_answer(&writer, world->card_ecka_paper.bytes, world->card_ecka_paper.len, SW_OK);
  put_answer(&writer, NULL, 0, SW_OK);
  memcpy(agreement + 3, world->reload.ecka.point, CRYPTO_P256_PUBLIC_SIZE);
  agreement[68] = 0x86;
  agreement[69] = 0x10;
  put_answer(&writer, agreement, sizeof agreement, SW_OK);
  fuzz_seed(sink, data, 1 + writer.len);
}

/* A card that does not know the transport key; and one whose answers come in pieces: 61xx, 6Cxx. */
static void seed_blank(const struct world *world, const struct fuzz_sink *sink) {
  static const uint8_t fci[] = {0x6F, 0x0D, 0x84, 0x08, 0xF0, 0x45, 'P', 'U', 'R', 'S', 'E', 0x01, 0x8A, 0x01, 0x03};
  uint8_t data[256] = {2}, update[29] = {0};
  struct bytes_writer writer = bytes_writer(data + 1, sizeof data - 1);
  put_answer(&writer, fci, 8, SW_BYTES_REMAINING | 7);
  put_answer(&writer, fci + 8, sizeof fci - 8, SW_OK);
  memcpy(update, world->chip_serial, CHIP_SERIAL_SIZE);
  memcpy(update + 10, "\x01\x03\x60", 3);
  put_answer(&writer, update, sizeof update, SW_OK);
  fuzz_seed(sink, data, 1 + writer.len);
}

static void seed_inside(const struct world *world, const struct fuzz_sink *sink, unsigned ask, size_t len) {
  static const struct proof proof = {.state = SLOT_ABORTED, .atc = 7, .type = TRANSACTION_LOAD};
  uint8_t data[2 + 2 * (PROTECTED_DATA_MAX + 4)] = {(uint8_t)(3 + ask)}, answer[PROTECTED_DATA_MAX] = {0};
  struct bytes_writer writer = bytes_writer(data + 1, sizeof data - 1);
  struct log_record record = {.type = TRANSACTION_LOAD};
  struct card_info info = {.state = CARD_PERSONALISED};
  memcpy(record.time, world_now, MOMENT_SIZE);
  memcpy(info.expiry, world_expiry, DATE_SIZE);
  memcpy(info.latest_time, world_now, MOMENT_SIZE);
  memcpy(info.cid, world->cid, CID_SIZE);
  if (asks[ask] == ask_proof)
    proof_encode(&proof, answer);
  if (asks[ask] == ask_info)
    card_info_encode(&info, answer);
  if (asks[ask] == ask_verify || asks[ask] == ask_change) {
    const struct pin_record pin = world_pin(world, asks[ask] == ask_verify ? PIN_KIND_RIGHT : PIN_KIND_CHANGED, 2, 1);
    world_pin_sign(world, &pin, answer);
  }
  for (size_t at = 0; asks[ask] == ask_log && at < len; at += LOG_RECORD_SIZE)
    log_record_encode(&record, answer + at);
  put_answer(&writer, answer, len, SW_OK);
  if (asks[ask] == ask_log) /* more than there is room for */
    put_answer(&writer, answer, len, SW_OK);
  fuzz_seed(sink, data, 1 + writer.len);
}

static void seeds(void *context, const struct fuzz_sink *sink) {
  static const size_t lens[ASK_COUNT] = {BALANCE_SIZE,
                                         PROOF_SIZE,
                                         CARD_INFO_SIZE,
                                         PROTECTED_DATA_MAX / LOG_RECORD_SIZE * LOG_RECORD_SIZE,
                                         PIN_RECORD_SIZE,
                                         PROMISE_SIZE,
                                         SECRET_SIZE,
                                         CARD_REQUEST_SIZE,
                                         0,
                                         0,
                                         PIN_RECORD_SIZE};
  const struct liar *liar = context;
  seed_opening(&liar->world, sink);
  seed_blank(&liar->world, sink);
  for (unsigned ask = 0; ask < ASK_COUNT; ask++)
    seed_inside(&liar->world, sink, ask, lens[ask]);
}

const struct fuzz_target fuzz_session = {
    .name = "session", .open = open_liar, .close = close_liar, .take = take, .seeds = seeds};
