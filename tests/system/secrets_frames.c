/* SPDX-License-Identifier: Apache-2.0
 * Single functions that handle secrets: what each leaves on its stack and heap. Every one runs on a stack of its own,
 * so that nothing is written over before it is looked for; what it was given and what it gave back are wiped before. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "epurse/key.h"
#include "secrets.h"
#include "secrets_memory.h"
#include "session_world.h"

#define PIN "918273645546"

static struct world world;
static struct needles needles;
static struct session session;

static void set_up_raw(void) {
  needles.count = 0;
  world_make(&world);
}

static void set_up(void) {
  set_up_raw();
  world_personalize(&world);
}

static void tear_down(void) {
  world_remove(&world);
}

/* ---- a PIN ---- */

static uint8_t pin_bytes[PIN_BLOCK_SIZE];
static uint8_t request[CARD_REQUEST_SIZE];

static void give_pin(void) {
  ck_assert_int_eq(pin_block_encode(PIN, pin_bytes), STATUS_OK);
}

static int verify(void) {
  static const uint8_t nonce[NONCE_SIZE];
  uint8_t tries = 0;
  return (int)session_verify(&session, pin_bytes, nonce, &tries);
}

static struct initialize initialize; /* what is promised; the PIN rides along */

static int promise(void) {
  uint8_t record[PROMISE_SIZE], tries = 0;
  return (int)session_initialize(&session, P1_INITIALIZE_PURCHASE, &initialize, record, &tries);
}

/* Host and card in one process: neither keeps the PIN that was presented. */
START_TEST(pin_that_is_verified) {
  needles_add_pin(&needles, "PIN", PIN);
  ck_assert_int_eq(world_open(&world, &world.pos, &session), STATUS_OK);
  give_pin();
  ck_assert_int_eq(memory_run(verify), STATUS_WRONG_PIN);
  memory_assert_count(&needles, 1, 1, "as it was given");
  crypto_wipe(pin_bytes, sizeof pin_bytes);
  memory_assert_clean(&needles, "after VERIFY");
  session_close(&session);
}
END_TEST

START_TEST(pin_that_rides_along) {
  needles_add_pin(&needles, "PIN", PIN);
  ck_assert_int_eq(world_open(&world, &world.pos, &session), STATUS_OK);
  initialize = (struct initialize){.amount = 100, .currency = 978, .has_pin = true};
  memcpy(initialize.tid, world.pos.tid, TID_SIZE);
  memcpy(initialize.time, issuer_now, MOMENT_SIZE);
  ck_assert_int_eq(pin_block_encode(PIN, initialize.pin_block), STATUS_OK);
  ck_assert_int_eq(memory_run(promise), STATUS_WRONG_PIN);
  memory_assert_count(&needles, 1, 1, "as it was given");
  crypto_wipe(&initialize, sizeof initialize);
  memory_assert_clean(&needles, "after INITIALIZE");
  session_close(&session);
}
END_TEST

static int store_pin(void) {
  return (int)session_store(&session, DGI_PIN, pin_bytes, sizeof pin_bytes, false);
}

START_TEST(pin_that_is_written) {
  needles_add_pin(&needles, "PIN", PIN);
  ck_assert_int_eq(reader_connect(&world.reader), STATUS_OK);
  ck_assert_int_eq(session_open_blank(&session, &world.reader, world.batch_key), STATUS_OK);
  ck_assert_int_eq(session_generate(&session, request), STATUS_OK);
  give_pin();
  ck_assert_int_eq(memory_run(store_pin), STATUS_OK);
  crypto_wipe(pin_bytes, sizeof pin_bytes);
  session_close(&session);
  reader_disconnect(&world.reader);
  reader_close(&world.between.inner);
  vcard_close(&world.vcard); /* it has the PIN now */
  memory_assert_clean(&needles, "after STORE DATA");
  ck_assert_int_eq(vcard_open(world.path, &world.vcard), STATUS_OK);
  ck_assert_int_eq(reader_open_direct(world.vcard, &world.between.inner), STATUS_OK);
}
END_TEST

/* ---- keys of a session ---- */

static int open_session(void) {
  return (int)world_open(&world, &world.pos, &session);
}

static void add_session(void) {
  needles_add(&needles, "S-ENC", session.secure.s_enc, CRYPTO_AES_KEY_SIZE);
  needles_add(&needles, "S-MAC", session.secure.s_mac, CRYPTO_AES_KEY_SIZE);
  needles_add(&needles, "S-RMAC", session.secure.s_rmac, CRYPTO_AES_KEY_SIZE);
}

/* Twice: here and on the card, and nowhere else. */
START_TEST(keys_of_a_session) {
  ck_assert_int_eq(memory_run(open_session), STATUS_OK);
  add_session();
  for (size_t i = 0; i < needles.count; i++)
    memory_assert_count(&needles, i, 2, "after SCP11");
  give_pin();
  ck_assert_int_eq(memory_run(verify), STATUS_WRONG_PIN);
  for (size_t i = 0; i < needles.count; i++)
    memory_assert_count(&needles, i, 2, "after a protected command");
  session_close(&session);
  for (size_t i = 0; i < needles.count; i++)
    memory_assert_count(&needles, i, 1, "after session_close");
  vcard_power_off(world.vcard);
  memory_assert_clean(&needles, "after power off");
}
END_TEST

static int open_blank(void) {
  ck_assert_int_eq(reader_connect(&world.reader), STATUS_OK);
  return (int)session_open_blank(&session, &world.reader, world.batch_key);
}

START_TEST(keys_of_a_blank_card) {
  needles_add(&needles, "batch key", world.batch_key, CRYPTO_AES_KEY_SIZE);
  needles_add(&needles, "transport key", vcard_memory(world.vcard)->transport_key, CRYPTO_AES_KEY_SIZE);
  ck_assert_int_eq(memory_run(open_blank), STATUS_OK);
  add_session();
  memory_assert_count(&needles, 0, 1, "the batch key after SCP03");
  memory_assert_count(&needles, 1, 3, "the transport key after SCP03"); /* the card: committed, staged, mirror */
  for (size_t i = 2; i < needles.count; i++)
    memory_assert_count(&needles, i, 2, "after SCP03");
  session_close(&session);
  vcard_power_off(world.vcard);
  for (size_t i = 2; i < needles.count; i++)
    memory_assert_count(&needles, i, 0, "after power off");
}
END_TEST

static int generate(void) {
  return (int)session_generate(&session, request);
}

static int transact(void) {
  world_transact(&world, TRANSACTION_LOAD, 5000);
  return 0;
}

/* Each three times: what is committed, what is staged, the running card's mirror. */
static void assert_only_on_card(const char *when) {
  for (size_t i = 0; i < needles.count; i += 2) {
    memory_assert_count(&needles, i, 3, when);
    memory_assert_count(&needles, i + 1, 0, when);
  }
}

START_TEST(keys_that_a_card_makes) {
  const struct card_memory *memory = vcard_memory(world.vcard);
  ck_assert_int_eq(open_blank(), STATUS_OK);
  ck_assert_int_eq(memory_run(generate), STATUS_OK);
  needles_add_key(&needles, "card ECKA", memory->ecka_private, CRYPTO_P256_PRIVATE_SIZE);
  needles_add_key(&needles, "card SIG", memory->sig_private, CRYPTO_P256_PRIVATE_SIZE);
  assert_only_on_card("after they were made");
  session_close(&session);
}
END_TEST

START_TEST(keys_that_a_card_uses) {
  const struct card_memory *memory = vcard_memory(world.vcard);
  needles_add_key(&needles, "card ECKA", memory->ecka_private, CRYPTO_P256_PRIVATE_SIZE);
  needles_add_key(&needles, "card SIG", memory->sig_private, CRYPTO_P256_PRIVATE_SIZE);
  ck_assert_int_eq(memory_run(transact), 0);
  assert_only_on_card("after a session and a signature");
}
END_TEST

/* ---- keys from files ---- */

static char path[128];
static struct key *key;
static uint8_t aes[CRYPTO_AES_KEY_SIZE];
static const char *passphrase;

static int load_key(void) {
  return (int)key_load(path, passphrase, &key);
}

static int store_key(void) {
  return (int)key_store(key, path, passphrase);
}

static int sign_with_key(void) {
  uint8_t signature[CRYPTO_SIGNATURE_SIZE];
  return (int)key_sign(key, (const uint8_t *)"x", 1, signature);
}

/* Once in the key and once in OpenSSL's object, whatever was done with it. */
static void assert_only_in_key(const char *when) {
  memory_assert_count(&needles, 0, 1, when);
  memory_assert_count(&needles, 1, 1, when);
}

START_TEST(key_in_its_file) {
  static const char *const passphrases[] = {NULL, "Ostrich-Kettle-5521"};
  passphrase = passphrases[_i];
  snprintf(path, sizeof path, "%s/a.key", world.folder);
  ck_assert_int_eq(key_generate(&key), STATUS_OK);
  needles_add_key(&needles, "key", key_private(key), CRYPTO_P256_PRIVATE_SIZE);
  assert_only_in_key("when it was made");
  ck_assert_int_eq(memory_run(store_key), STATUS_OK);
  assert_only_in_key("after it was stored");
  key_free(&key);
  memory_assert_clean(&needles, "after it was freed");
  ck_assert_int_eq(memory_run(load_key), STATUS_OK);
  assert_only_in_key("after it was loaded");
  ck_assert_int_eq(memory_run(sign_with_key), STATUS_OK);
  assert_only_in_key("after it signed");
  key_free(&key);
  memory_assert_clean(&needles, "after it was freed again");
}
END_TEST

static int load_aes(void) {
  return (int)aes_key_load(path, aes);
}

START_TEST(symmetric_key_in_its_file) {
  uint8_t text[2 * CRYPTO_AES_KEY_SIZE];
  ck_assert(crypto_random(aes, sizeof aes));
  needles_add(&needles, "AES key", aes, sizeof aes);
  for (size_t i = 0; i < sizeof text; i++)
    text[i] = (uint8_t) "0123456789abcdef"[i % 2 == 0 ? aes[i / 2] >> 4 : aes[i / 2] & 0x0F];
  needles_add(&needles, "AES key as text", text, sizeof text);
  crypto_wipe(text, sizeof text);
  snprintf(path, sizeof path, "%s/aes.key", world.folder);
  ck_assert_int_eq(aes_key_store(path, aes), STATUS_OK);
  crypto_wipe(aes, sizeof aes);
  memory_assert_clean(&needles, "after it was stored");
  ck_assert_int_eq(memory_run(load_aes), STATUS_OK);
  memory_assert_count(&needles, 0, 1, "as it came out");
  crypto_wipe(aes, sizeof aes);
  memory_assert_clean(&needles, "after it was loaded");
}
END_TEST

Suite *secrets_frames_suite(void) {
  Suite *suite = suite_create("frames");
  TCase *raw = tcase_create("raw"), *issued = tcase_create("issued");
  tcase_set_timeout(raw, 60);
  tcase_set_timeout(issued, 60);
  tcase_add_checked_fixture(raw, set_up_raw, tear_down);
  tcase_add_checked_fixture(issued, set_up, tear_down);
  tcase_add_test(raw, pin_that_is_written);
  tcase_add_test(raw, keys_of_a_blank_card);
  tcase_add_test(raw, keys_that_a_card_makes);
  tcase_add_loop_test(raw, key_in_its_file, 0, 2);
  tcase_add_test(raw, symmetric_key_in_its_file);
  tcase_add_test(issued, pin_that_is_verified);
  tcase_add_test(issued, pin_that_rides_along);
  tcase_add_test(issued, keys_of_a_session);
  tcase_add_test(issued, keys_that_a_card_uses);
  suite_add_tcase(suite, raw);
  suite_add_tcase(suite, issued);
  return suite;
}
