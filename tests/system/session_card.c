/* SPDX-License-Identifier: Apache-2.0
 * The terminal's sessions against the real card application: opening, refusals, money, and somebody on the line. */
#include <check.h>
#include <string.h>

#include "run.h"
#include "session_world.h"

/* One world per test; every test is a process of its own. */
static struct world world;

static void set_up_raw(void) {
  world_make(&world);
}

static void set_up(void) {
  world_make(&world);
  world_personalize(&world);
}

static void tear_down(void) {
  world_remove(&world);
}

/* ---- raw cards ---- */

START_TEST(personalizes) {
  struct session session;
  struct card_info info;
  ck_assert_int_eq(reader_connect(&world.reader), STATUS_OK);
  ck_assert_int_eq(session_select(&session, &world.reader), STATUS_OK);
  ck_assert_int_eq(session.state, CARD_INITIALISED);
  ck_assert_int_eq(world_open(&world, &world.pos, &session), STATUS_CARD_NOT_PERSONALISED);
  world_personalize(&world);
  ck_assert_int_eq(session_open_blank(&session, &world.reader, world.batch_key), STATUS_CARD_ALREADY_ISSUED);
  ck_assert_int_eq(world_open(&world, &world.pos, &session), STATUS_OK);
  ck_assert_mem_eq(session.card_reference, "REF00001", CERTIFICATE_SUBJECT_SIZE);
  ck_assert_int_eq(session_info(&session, &info), STATUS_OK);
  ck_assert_int_eq(info.state, CARD_PERSONALISED);
  ck_assert_mem_eq(info.cid, world_cid, CID_SIZE);
  ck_assert_mem_eq(info.chip_serial, world.chip_serial, CHIP_SERIAL_SIZE);
  ck_assert_uint_eq(info.purse_ceiling, 50000);
  ck_assert_uint_eq(info.pin_tries_left, PIN_TRIES);
  session_close(&session);
}
END_TEST

START_TEST(refuses_another_batch) {
  struct session session;
  uint8_t request[CARD_REQUEST_SIZE];
  world.batch_key[0] ^= 1;
  ck_assert_int_eq(reader_connect(&world.reader), STATUS_OK);
  ck_assert_int_eq(session_open_blank(&session, &world.reader, world.batch_key), STATUS_NOT_AUTHENTICATED);
  ck_assert_int_eq(session_generate(&session, request), STATUS_CHANNEL_BROKEN);
  world.batch_key[0] ^= 1;
  ck_assert_int_eq(session_open_blank(&session, &world.reader, world.batch_key), STATUS_OK);
  session_close(&session);
}
END_TEST

START_TEST(goes_on_with_a_half_made_card) {
  struct session session;
  uint8_t request[CARD_REQUEST_SIZE];
  ck_assert_int_eq(reader_connect(&world.reader), STATUS_OK);
  ck_assert_int_eq(session_open_blank(&session, &world.reader, world.batch_key), STATUS_OK);
  ck_assert_int_eq(session_generate(&session, request), STATUS_OK);
  session_close(&session);
  world_personalize(&world);
  ck_assert_int_eq(world_open(&world, &world.desk, &session), STATUS_OK);
  session_close(&session);
}
END_TEST

START_TEST(refuses_to_lock_what_is_not_complete) {
  static const uint8_t pin[PIN_BLOCK_SIZE] = {0x24, 0x12, 0x34, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};
  static uint8_t much[PROTECTED_DATA_MAX];
  struct session session;
  ck_assert_int_eq(reader_connect(&world.reader), STATUS_OK);
  ck_assert_int_eq(session_open_blank(&session, &world.reader, world.batch_key), STATUS_OK);
  ck_assert_int_eq(session_store(&session, DGI_PIN, much, sizeof much, false), STATUS_BAD_LENGTH);
  ck_assert_int_eq(session_store(&session, DGI_PIN, pin, sizeof pin, true), STATUS_CARD_REFUSED);
  ck_assert_int_eq(session_store(&session, DGI_PIN, pin, sizeof pin, false), STATUS_OK);
  session_close(&session);
}
END_TEST

/* ---- who is who ---- */

START_TEST(refuses_a_card_of_another_issuer) {
  struct issuer other;
  struct session session;
  struct session_keys keys = world_keys(&world, &world.pos);
  issuer_make(&other);
  keys.card_ca_public = other.card_ca.public_key;
  ck_assert_int_eq(reader_connect(&world.reader), STATUS_OK);
  ck_assert_int_eq(session_open(&session, &world.reader, &keys, false), STATUS_OTHER_ISSUER);
  keys = world_keys(&world, &world.pos);
  keys.card_ca_subject = (const uint8_t *)"CARDCA02";
  ck_assert_int_eq(session_open(&session, &world.reader, &keys, false), STATUS_OTHER_ISSUER);
}
END_TEST

START_TEST(tells_that_the_terminal_has_expired) {
  static const uint8_t yesterday[DATE_SIZE] = {0x20, 0x26, 0x11, 0x22};
  struct session session;
  terminal_expire(&world.issuer, &world.pos, yesterday);
  ck_assert_int_eq(world_open(&world, &world.pos, &session), STATUS_TERMINAL_REVOKED);
}
END_TEST

START_TEST(tells_that_the_card_knows_another_terminal_ca) {
  struct session session;
  struct session_keys keys = world_keys(&world, &world.pos);
  keys.terminal_ca_version = 2;
  ck_assert_int_eq(reader_connect(&world.reader), STATUS_OK);
  ck_assert_int_eq(session_open(&session, &world.reader, &keys, false), STATUS_OTHER_ISSUER);
}
END_TEST

/* A certificate is public; without its private key the channel does not open. */
START_TEST(fails_with_a_borrowed_certificate) {
  struct session session;
  struct session_keys keys = world_keys(&world, &world.pos);
  keys.ecka_private = world.reload.ecka.private_key;
  ck_assert_int_eq(reader_connect(&world.reader), STATUS_OK);
  ck_assert_int_eq(session_open(&session, &world.reader, &keys, false), STATUS_NOT_AUTHENTICATED);
}
END_TEST

/* 6982: an honest terminal hears it only where another program ended its session, and so it is told. */
START_TEST(keeps_to_its_role) {
  struct session session;
  uint8_t promise[PROMISE_SIZE];
  ck_assert_int_eq(world_open(&world, &world.pos, &session), STATUS_OK);
  ck_assert_int_eq(world_promise(&session, &world.pos, TRANSACTION_LOAD, 100, promise), STATUS_READER_BUSY);
  session_close(&session);
}
END_TEST

START_TEST(refuses_a_card_that_ended_by_its_certificate) {
  static const uint8_t past[DATE_SIZE] = {0x20, 0x20, 0x01, 0x01};
  struct session session;
  world.card_expiry = past;
  world_personalize(&world);
  ck_assert_int_eq(world_open(&world, &world.pos, &session), STATUS_CARD_EXPIRED);
  ck_assert_int_eq(world_open(&world, &world.desk, &session), STATUS_OK);
  session_close(&session);
}
END_TEST

static const struct {
  const char *bytes;
  size_t len;
  enum status status;
} strangers[] = {
    {"\x6A\x82", 2, STATUS_NOT_OUR_CARD},
    {"\x6D\x00", 2, STATUS_NOT_OUR_CARD},
    {"\x90\x00", 2, STATUS_NOT_OUR_CARD},
    {"\x6F\x07\x84\x05\xF0\x00\x00\x00\x01\x90\x00", 11, STATUS_NOT_OUR_CARD},
    {"\x6F\x0D\x84\x08\xF0"
     "EPURSE\x02\x8A\x01\x05\x90\x00",
     17, STATUS_NOT_OUR_CARD},
    {"\x6F\x0D\x84\x08\xF0"
     "EPURSE\x01\x8A\x01\x77\x90\x00",
     17, STATUS_NOT_OUR_CARD},
    {"\x6F\x0D\x84\x08\xF0"
     "EPURSE\x01\x8A\x01\x05\x90\x00",
     17, STATUS_OK},
    {"\x6F\x0D\x84\x08\xF0"
     "EPURSE\x01\x8A\x01\x0C\x62\x83",
     17, STATUS_CARD_BLOCKED},
};
START_TEST(knows_a_purse_by_its_fci) {
  struct session session;
  world.between.nth = 1;
  world.between.bytes = strangers[_i].bytes;
  world.between.len = strangers[_i].len;
  ck_assert_int_eq(reader_connect(&world.reader), STATUS_OK);
  ck_assert_int_eq(session_select(&session, &world.reader), strangers[_i].status);
}
END_TEST

/* ---- money ---- */

START_TEST(loads_and_pays) {
  uint8_t promise_bytes[PROMISE_SIZE], order[AUTHORISATION_SIZE], secret[SECRET_SIZE], h[CRYPTO_SHA256_SIZE];
  struct session session;
  struct promise promise;
  struct balance balance;
  struct proof proof;
  world_transact(&world, TRANSACTION_LOAD, 5000);
  ck_assert_int_eq(world_open(&world, &world.pos, &session), STATUS_OK);
  ck_assert_int_eq(world_promise(&session, &world.pos, TRANSACTION_PURCHASE, 1250, promise_bytes), STATUS_OK);
  ck_assert_int_eq(promise_decode(promise_bytes, sizeof promise_bytes, &promise), STATUS_OK);
  ck_assert_uint_eq(promise.balance, 5000);
  issuer_order(&world.issuer, &(struct order_request){.promise = promise_bytes, .points = 12}, order);
  ck_assert_int_eq(session_commit(&session, TRANSACTION_PURCHASE, order, secret), STATUS_OK);
  ck_assert(crypto_sha256(secret, sizeof secret, h));
  ck_assert_mem_eq(h, promise.commitment, sizeof h);
  ck_assert_int_eq(session_balance(&session, &balance), STATUS_OK);
  ck_assert_uint_eq(balance.balance, 3750);
  ck_assert_uint_eq(balance.points, 12);
  ck_assert_int_eq(session_proof(&session, &proof), STATUS_OK);
  ck_assert_int_eq(proof.state, SLOT_COMMITTED);
  ck_assert_uint_eq(proof.atc, 2);
  ck_assert_mem_eq(proof.secret, secret, sizeof secret);
  session_close(&session);
}
END_TEST

START_TEST(reads_the_log_whole) {
  struct log_record records[PURCHASE_LOG_RECORDS];
  size_t count = PURCHASE_LOG_RECORDS;
  struct session session;
  world_transact(&world, TRANSACTION_LOAD, 10000);
  ck_assert_int_eq(world_open(&world, &world.desk, &session), STATUS_OK);
  ck_assert_int_eq(session_log(&session, SFI_PURCHASE_LOG, records, &count), STATUS_OK);
  ck_assert_uint_eq(count, 0);
  for (uint32_t i = 1; i <= 14; i++)
    world_transact(&world, TRANSACTION_PURCHASE, i);
  ck_assert_int_eq(world_open(&world, &world.desk, &session), STATUS_OK);
  count = PURCHASE_LOG_RECORDS; /* 14: two full answers, and the end must be asked for */
  ck_assert_int_eq(session_log(&session, SFI_PURCHASE_LOG, records, &count), STATUS_OK);
  ck_assert_uint_eq(count, 14);
  for (uint32_t i = 0; i < 14; i++) {
    ck_assert_uint_eq(records[i].amount, 14 - i); /* newest first */
    ck_assert_uint_eq(records[i].atc, 15 - i);
  }
  count = 3; /* no room for more */
  ck_assert_int_eq(session_log(&session, SFI_PURCHASE_LOG, records, &count), STATUS_OK);
  ck_assert_uint_eq(count, 3);
  count = LOAD_LOG_RECORDS;
  ck_assert_int_eq(session_log(&session, SFI_LOAD_LOG, records, &count), STATUS_OK);
  ck_assert_uint_eq(count, 1);
  ck_assert_uint_eq(records[0].balance, 10000);
  session_close(&session);
}
END_TEST

/* ---- the PIN ---- */

static const uint8_t nonce[NONCE_SIZE] = {0x4E};

/* What the card signed of the last one is kept, and is of that card, that terminal and this N. */
static void assert_pin_record(const struct session *session, uint8_t kind, uint8_t tries_left) {
  struct pin_record pin;
  ck_assert(session->has_pin_record);
  ck_assert_int_eq(pin_record_decode(session->pin_record, PIN_RECORD_SIZE, &pin), STATUS_OK);
  ck_assert_uint_eq(pin.kind, kind);
  ck_assert_uint_eq(pin.tries_left, tries_left);
  ck_assert_mem_eq(pin.cid, world_cid, CID_SIZE);
  ck_assert_mem_eq(pin.nonce, nonce, NONCE_SIZE);
}

START_TEST(counts_wrong_pins) {
  uint8_t wrong[PIN_BLOCK_SIZE], right[PIN_BLOCK_SIZE], tries = 99;
  struct session session;
  ck_assert_int_eq(pin_block_encode("4321", wrong), STATUS_OK);
  ck_assert_int_eq(pin_block_encode("1234", right), STATUS_OK);
  ck_assert_int_eq(world_open(&world, &world.pos, &session), STATUS_OK);
  ck_assert_int_eq(session_verify(&session, wrong, nonce, &tries), STATUS_WRONG_PIN);
  ck_assert_uint_eq(tries, 4);
  assert_pin_record(&session, PIN_KIND_WRONG, 4);
  ck_assert_int_eq(session_verify(&session, right, nonce, &tries), STATUS_OK);
  assert_pin_record(&session, PIN_KIND_RIGHT, PIN_TRIES);
  for (uint8_t left = 4; left > 0; left--) {
    ck_assert_int_eq(session_verify(&session, wrong, nonce, &tries), STATUS_WRONG_PIN);
    ck_assert_uint_eq(tries, left);
  }
  ck_assert_int_eq(session_verify(&session, wrong, nonce, &tries), STATUS_PIN_BLOCKED);
  ck_assert_uint_eq(tries, 0);
  assert_pin_record(&session, PIN_KIND_WRONG, 0);
  ck_assert_int_eq(world_open(&world, &world.pos, &session), STATUS_CARD_BLOCKED);
}
END_TEST

START_TEST(changes_the_pin) {
  uint8_t wrong[PIN_BLOCK_SIZE], right[PIN_BLOCK_SIZE], fresh[PIN_BLOCK_SIZE], tries = 99;
  const struct session_pin_change mistyped = {wrong, fresh, nonce}, change = {right, fresh, nonce};
  struct session session;
  ck_assert_int_eq(pin_block_encode("4321", wrong), STATUS_OK);
  ck_assert_int_eq(pin_block_encode("1234", right), STATUS_OK);
  ck_assert_int_eq(pin_block_encode("135790", fresh), STATUS_OK);
  ck_assert_int_eq(world_open(&world, &world.pos, &session), STATUS_OK);
  ck_assert_int_eq(session_change_pin(&session, &mistyped, &tries), STATUS_WRONG_PIN);
  ck_assert_uint_eq(tries, 4);
  assert_pin_record(&session, PIN_KIND_WRONG, 4);
  ck_assert_int_eq(session_change_pin(&session, &change, &tries), STATUS_OK);
  assert_pin_record(&session, PIN_KIND_CHANGED, PIN_TRIES);
  session_close(&session);
  ck_assert_int_eq(world_open(&world, &world.desk, &session), STATUS_OK);
  ck_assert_int_eq(session_verify(&session, right, nonce, &tries), STATUS_WRONG_PIN);
  ck_assert_uint_eq(tries, 4); /* the right one gave all back */
  ck_assert_int_eq(session_verify(&session, fresh, nonce, &tries), STATUS_OK);
  session_close(&session);
}
END_TEST

START_TEST(tells_what_the_card_cannot_pay) {
  struct session session;
  uint8_t promise[PROMISE_SIZE];
  world_transact(&world, TRANSACTION_LOAD, 5000);
  ck_assert_int_eq(world_open(&world, &world.pos, &session), STATUS_OK);
  ck_assert_int_eq(world_promise(&session, &world.pos, TRANSACTION_PURCHASE, 5001, promise),
                   STATUS_INSUFFICIENT_BALANCE);
  ck_assert_int_eq(world_promise(&session, &world.pos, TRANSACTION_PURCHASE, 15001, promise), STATUS_ABOVE_LIMIT);
  ck_assert_int_eq(world_promise(&session, &world.pos, TRANSACTION_PURCHASE, 5000, promise), STATUS_OK);
  session_close(&session);
}
END_TEST

START_TEST(blocks) {
  uint8_t order[BLOCK_ORDER_SIZE];
  struct session session;
  issuer_block(&world.issuer, world_cid, issuer_now, order);
  ck_assert_int_eq(world_open(&world, &world.pos, &session), STATUS_OK);
  order[BLOCK_ORDER_SIZE - 1] ^= 1;
  ck_assert_int_eq(session_block(&session, order), STATUS_NOT_AUTHENTICATED);
  order[BLOCK_ORDER_SIZE - 1] ^= 1;
  ck_assert_int_eq(session_block(&session, order), STATUS_OK);
  ck_assert_int_eq(world_open(&world, &world.pos, &session), STATUS_CARD_BLOCKED);
  ck_assert_int_eq(world_open(&world, &world.desk, &session), STATUS_CARD_BLOCKED);
}
END_TEST

START_TEST(expires_by_the_servers_time) {
  static const uint8_t later[MOMENT_SIZE] = {0x20, 0x31, 0x11, 0x23, 0x00, 0x00, 0x00};
  uint8_t promise[PROMISE_SIZE], order[AUTHORISATION_SIZE], secret[SECRET_SIZE];
  struct session session;
  struct balance balance;
  world_transact(&world, TRANSACTION_LOAD, 5000);
  terminal_expire(&world.issuer, &world.desk, world_far);
  terminal_expire(&world.issuer, &world.pos, world_far);
  ck_assert_int_eq(world_open(&world, &world.pos, &session), STATUS_OK);
  ck_assert_int_eq(world_promise(&session, &world.pos, TRANSACTION_PURCHASE, 1, promise), STATUS_OK);
  issuer_order(&world.issuer, &(struct order_request){.promise = promise, .time = later}, order);
  ck_assert_int_eq(session_commit(&session, TRANSACTION_PURCHASE, order, secret), STATUS_CARD_EXPIRED);
  ck_assert_int_eq(world_open(&world, &world.pos, &session), STATUS_CARD_EXPIRED);
  ck_assert_int_eq(world_open(&world, &world.desk, &session), STATUS_OK);
  ck_assert_int_eq(session_balance(&session, &balance), STATUS_OK);
  ck_assert_uint_eq(balance.balance, 5000);
  session_close(&session);
}
END_TEST

/* ---- somebody on the line ---- */

/* The card debits; what comes back is not what it said. Whatever it looks like, a new session tells the truth. */
static const struct {
  bool flip;
  const char *bytes;
  size_t len;
  enum status status;
} lies[] = {
    {true, NULL, 0, STATUS_CHANNEL_BROKEN},        /* one bit of the R-MAC */
    {false, "\x90\x00", 2, STATUS_CHANNEL_BROKEN}, /* success without an R-MAC */
    {false, "\x63\xC3", 2, STATUS_CHANNEL_BROKEN}, /* "wrong PIN" without an R-MAC */
    {false, "\x62\x85", 2, STATUS_CHANNEL_BROKEN}, /* "expired" without one */
    {false, "\x69\x85", 2, STATUS_CARD_REFUSED},   /* an error has none by the standard: it proves nothing */
    {false, "\x69\x88", 2, STATUS_CHANNEL_BROKEN},
    {false, "\x94\x01", 2, STATUS_CARD_REFUSED},
    {false, "\x69\x82", 2, STATUS_NOT_AUTHENTICATED}, /* as if the authorisation were not the server's */
    {false, "\x6E\x00", 2, STATUS_READER_BUSY},
    {false, "\x6D\x00", 2, STATUS_READER_BUSY},
    {false, "\x6C\x20", 2, STATUS_CARD_REFUSED}, /* nor is it an invitation to debit again */
    {false, "\x90", 1, STATUS_BAD_REPLY},
};
START_TEST(believes_nobody_on_the_line) {
  uint8_t promise[PROMISE_SIZE], order[AUTHORISATION_SIZE], secret[SECRET_SIZE];
  struct session session;
  struct proof proof;
  world_transact(&world, TRANSACTION_LOAD, 5000);
  ck_assert_int_eq(world_open(&world, &world.pos, &session), STATUS_OK);
  ck_assert_int_eq(world_promise(&session, &world.pos, TRANSACTION_PURCHASE, 1250, promise), STATUS_OK);
  issuer_order(&world.issuer, &(struct order_request){.promise = promise}, order);
  world.between.nth = 1;
  world.between.flip = lies[_i].flip;
  world.between.bytes = lies[_i].bytes;
  world.between.len = lies[_i].len;
  world.between.exchanges = 0;
  ck_assert_int_eq(session_commit(&session, TRANSACTION_PURCHASE, order, secret), lies[_i].status);
  ck_assert_uint_eq(world.between.exchanges, 1);
  if (lies[_i].status == STATUS_CHANNEL_BROKEN || lies[_i].status == STATUS_BAD_REPLY) {
    ck_assert_int_eq(session_proof(&session, &proof), STATUS_CHANNEL_BROKEN);
    ck_assert_uint_eq(world.between.exchanges, 1); /* nothing more goes out in a broken channel */
  }
  session_close(&session);
  ck_assert_int_eq(world_open(&world, &world.pos, &session), STATUS_OK);
  ck_assert_int_eq(session_proof(&session, &proof), STATUS_OK);
  ck_assert_int_eq(proof.state, SLOT_COMMITTED);
  ck_assert_uint_eq(proof.balance, 3750);
  session_close(&session);
}
END_TEST

/* Another program selects the purse, or another application on the same card, in the middle of the session. */
static const char *const disturbances[] = {NULL, "\x69\x82", "\x69\x85", "\x6D\x00", "\x6E\x00"};
START_TEST(tells_that_another_program_came_in_between) {
  static const uint8_t pin[PIN_BLOCK_SIZE] = {0x24, 0x12, 0x34, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};
  struct session session, other;
  struct balance balance;
  uint8_t tries = 0;
  ck_assert_int_eq(world_open(&world, &world.desk, &session), STATUS_OK);
  ck_assert_int_eq(session_balance(&session, &balance), STATUS_OK);
  if (disturbances[_i] == NULL) {
    ck_assert_int_eq(session_select(&other, &world.reader), STATUS_OK);
  } else {
    world.between.nth = 1;
    world.between.bytes = disturbances[_i];
    world.between.len = 2;
  }
  ck_assert_int_eq(session_balance(&session, &balance), STATUS_READER_BUSY);
  if (disturbances[_i] == NULL)
    ck_assert_int_eq(session_verify(&session, pin, nonce, &tries), STATUS_READER_BUSY);
  session_close(&session);
  world.between.nth = 4; /* MUTUAL AUTHENTICATE */
  world.between.bytes = disturbances[_i] != NULL ? disturbances[_i] : "\x6A\x80";
  world.between.len = 2;
  ck_assert_int_eq(world_open(&world, &world.pos, &session),
                   disturbances[_i] != NULL ? STATUS_READER_BUSY : STATUS_BAD_FORMAT);
  ck_assert_int_eq(world_open(&world, &world.pos, &session), STATUS_OK);
  session_close(&session);
}
END_TEST

/* Power goes at the n-th write of the debit, before or after it took effect: lost to the terminal each time, settled by
 * the proof each time, and debited once in the end. */
START_TEST(settles_after_a_torn_commit) {
  uint8_t promise[PROMISE_SIZE], order[AUTHORISATION_SIZE], secret[SECRET_SIZE];
  struct session session;
  struct proof proof = {.state = SLOT_PREPARED};
  uint32_t torn = 0;
  world_transact(&world, TRANSACTION_LOAD, 5000);
  ck_assert_int_eq(world_open(&world, &world.pos, &session), STATUS_OK);
  ck_assert_int_eq(world_promise(&session, &world.pos, TRANSACTION_PURCHASE, 1, promise), STATUS_OK);
  issuer_order(&world.issuer, &(struct order_request){.promise = promise}, order);
  while (proof.state == SLOT_PREPARED) {
    vcard_fail_at(world.vcard, ++torn, _i == 1);
    enum status status = session_commit(&session, TRANSACTION_PURCHASE, order, secret);
    vcard_fail_at(world.vcard, 0, false);
    if (status != STATUS_OK) {
      ck_assert_int_eq(status, STATUS_CARD_LOST);
      ck_assert_int_eq(session_proof(&session, &proof), STATUS_CHANNEL_BROKEN);
      session_close(&session);
      ck_assert_int_eq(world_open(&world, &world.pos, &session), STATUS_OK);
    }
    ck_assert_int_eq(session_proof(&session, &proof), STATUS_OK);
    ck_assert_uint_eq(proof.balance, proof.state == SLOT_COMMITTED ? 4999 : 5000);
  }
  ck_assert_int_eq(proof.state, SLOT_COMMITTED);
  ck_assert_uint_gt(torn, 2); /* it was torn more than once */
  session_close(&session);
}
END_TEST

/* ---- an issuer that has rolled its keys ---- */

static struct issuer rolled;
static struct terminal rolled_pos;
static struct session_keys rolled_keys;

/* A session of a till under the newer terminal CA, with a card of the older one. */
static void open_rolled(uint8_t least, struct session *session) {
  if (rolled.version == 0) {
    issuer_roll(&world.issuer, 2, least, &rolled);
    terminal_make(&rolled, ROLE_POS, "POS00001", &rolled_pos);
  }
  rolled_keys = world_keys_rolled(&rolled, &rolled_pos);
  ck_assert_int_eq(reader_connect(&world.reader), STATUS_OK);
  ck_assert_int_eq(session_open(session, &world.reader, &rolled_keys, false), STATUS_OK);
}

START_TEST(pays_with_an_old_card_at_a_new_till) {
  struct session session;
  uint8_t promise[PROMISE_SIZE], order[AUTHORISATION_SIZE], secret[SECRET_SIZE];
  struct card_info info;
  world_transact(&world, TRANSACTION_LOAD, 5000);
  open_rolled(1, &session);
  ck_assert_int_eq(world_promise(&session, &rolled_pos, TRANSACTION_PURCHASE, 1250, promise), STATUS_OK);
  issuer_order(&rolled, &(struct order_request){.promise = promise}, order);
  ck_assert_int_eq(session_commit(&session, TRANSACTION_PURCHASE, order, secret), STATUS_OK);
  ck_assert_int_eq(session_info(&session, &info), STATUS_OK);
  ck_assert_uint_eq(info.terminal_ca_version, 1);
  ck_assert_uint_eq(info.server_version, 1);
  ck_assert_uint_eq(info.terminal_ca_least, 1);
  ck_assert_uint_eq(info.server_least, 1);
  session_close(&session);
  ck_assert_int_eq(world_open(&world, &world.pos, &session), STATUS_OK); /* both ages, while they overlap */
  session_close(&session);
}
END_TEST

START_TEST(blocks_an_old_card_at_a_new_till) {
  struct session session;
  uint8_t order[BLOCK_ORDER_SIZE];
  open_rolled(1, &session);
  issuer_block(&rolled, world_cid, issuer_now, order);
  ck_assert_int_eq(session_block(&session, order), STATUS_OK);
  session_close(&session);
}
END_TEST

/* With a key that nobody certified the card is shown what there is, and refuses all the same. */
START_TEST(an_order_of_nobodys_key_stays_refused) {
  struct session session;
  struct issuer third;
  uint8_t promise[PROMISE_SIZE], order[AUTHORISATION_SIZE], secret[SECRET_SIZE];
  world_transact(&world, TRANSACTION_LOAD, 5000);
  issuer_roll(&world.issuer, 3, 1, &third);
  open_rolled(1, &session);
  ck_assert_int_eq(world_promise(&session, &rolled_pos, TRANSACTION_PURCHASE, 1250, promise), STATUS_OK);
  issuer_order(&third, &(struct order_request){.promise = promise}, order);
  ck_assert_int_eq(session_commit(&session, TRANSACTION_PURCHASE, order, secret), STATUS_NOT_FOUND);
  session_close(&session);
}
END_TEST

/* Once a till has shown the card that the old keys are withdrawn, a stolen old till gets no session any more. */
START_TEST(an_old_till_is_turned_away_for_good) {
  struct session session;
  struct card_info info;
  open_rolled(2, &session);
  ck_assert_int_eq(session_info(&session, &info), STATUS_OK);
  ck_assert_uint_eq(info.terminal_ca_least, 2);
  session_close(&session);
  ck_assert_int_eq(world_open(&world, &world.pos, &session), STATUS_OTHER_ISSUER);
  open_rolled(2, &session);
  session_close(&session);
}
END_TEST

START_TEST(a_chain_of_another_master_is_refused) {
  struct session session;
  struct issuer other;
  issuer_make(&other);
  issuer_roll(&other, 2, 1, &rolled);
  rolled.card_ca = world.issuer.card_ca;
  terminal_make(&rolled, ROLE_POS, "POS00001", &rolled_pos);
  rolled_keys = world_keys_rolled(&rolled, &rolled_pos);
  ck_assert_int_eq(reader_connect(&world.reader), STATUS_OK);
  ck_assert_int_eq(session_open(&session, &world.reader, &rolled_keys, false), STATUS_OTHER_ISSUER);
}
END_TEST

static Suite *session_suite(void) {
  Suite *suite = suite_create("session");
  TCase *raw = tcase_create("raw cards");
  TCase *cards = tcase_create("cards");
  tcase_add_checked_fixture(raw, set_up_raw, tear_down);
  tcase_add_checked_fixture(cards, set_up, tear_down);
  tcase_set_timeout(cards, 60);
  tcase_add_test(raw, personalizes);
  tcase_add_test(raw, refuses_another_batch);
  tcase_add_test(raw, goes_on_with_a_half_made_card);
  tcase_add_test(raw, refuses_to_lock_what_is_not_complete);
  tcase_add_test(raw, refuses_a_card_that_ended_by_its_certificate);
  tcase_add_test(cards, refuses_a_card_of_another_issuer);
  tcase_add_test(cards, tells_that_the_terminal_has_expired);
  tcase_add_test(cards, tells_that_the_card_knows_another_terminal_ca);
  tcase_add_test(cards, fails_with_a_borrowed_certificate);
  tcase_add_test(cards, pays_with_an_old_card_at_a_new_till);
  tcase_add_test(cards, blocks_an_old_card_at_a_new_till);
  tcase_add_test(cards, an_order_of_nobodys_key_stays_refused);
  tcase_add_test(cards, an_old_till_is_turned_away_for_good);
  tcase_add_test(cards, a_chain_of_another_master_is_refused);
  tcase_add_test(cards, keeps_to_its_role);
  tcase_add_loop_test(cards, knows_a_purse_by_its_fci, 0, (int)(sizeof strangers / sizeof strangers[0]));
  tcase_add_test(cards, loads_and_pays);
  tcase_add_test(cards, reads_the_log_whole);
  tcase_add_test(cards, counts_wrong_pins);
  tcase_add_test(cards, changes_the_pin);
  tcase_add_test(cards, tells_what_the_card_cannot_pay);
  tcase_add_test(cards, blocks);
  tcase_add_test(cards, expires_by_the_servers_time);
  tcase_add_loop_test(cards, believes_nobody_on_the_line, 0, (int)(sizeof lies / sizeof lies[0]));
  tcase_add_loop_test(cards, tells_that_another_program_came_in_between, 0,
                      (int)(sizeof disturbances / sizeof disturbances[0]));
  tcase_add_loop_test(cards, settles_after_a_torn_commit, 0, 2);
  suite_add_tcase(suite, raw);
  suite_add_tcase(suite, cards);
  return suite;
}

int main(void) {
  static Suite *(*const suites[])(void) = {session_suite};
  return run_suites(suites, 1);
}
