/* SPDX-License-Identifier: Apache-2.0
 * Sessions and cards in process: what is left of their keys and of the PIN when they are closed. */
#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "epurse/secret.h"
#include "secrets.h"
#include "secrets_memory.h"
#include "session_world.h"

#define PIN "918273645546" /* of nobody: the card refuses it, and keeps it no longer than another */

static struct world world;
static struct needles needles;

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

static void add_session(const struct session *session) {
  needles_add(&needles, "S-ENC", session->secure.s_enc, CRYPTO_AES_KEY_SIZE);
  needles_add(&needles, "S-MAC", session->secure.s_mac, CRYPTO_AES_KEY_SIZE);
  needles_add(&needles, "S-RMAC", session->secure.s_rmac, CRYPTO_AES_KEY_SIZE);
}

/* Apart, so that its frame is dead memory when the search comes. */
static void __attribute__((noinline)) try_pin(struct session *session) {
  static const uint8_t nonce[NONCE_SIZE];
  uint8_t block[PIN_BLOCK_SIZE], tries = 0;
  char digits[PIN_MAX + 1] = PIN;
  ck_assert_int_eq(pin_block_encode(digits, block), STATUS_OK);
  memory_assert_there(&needles, 0, "before VERIFY");
  memory_assert_there(&needles, 1, "before VERIFY");
  ck_assert_int_eq(session_verify(session, block, nonce, &tries), STATUS_WRONG_PIN);
  crypto_wipe(digits, sizeof digits);
  crypto_wipe(block, sizeof block);
}

/* The card is the same process here: its half of the channel and its command buffer count too. */
START_TEST(session_leaves_nothing) {
  struct session session;
  needles_add_pin(&needles, "PIN", PIN);
  ck_assert_int_eq(world_open(&world, &world.pos, &session), STATUS_OK);
  add_session(&session);
  try_pin(&session);
  memory_assert_clean(&(struct needles){.all = {needles.all[0], needles.all[1]}, .count = 2}, "after VERIFY");
  memory_assert_there(&needles, 2, "while the session is open");
  memory_assert_there(&needles, 3, "while the session is open");
  memory_assert_there(&needles, 4, "while the session is open");
  session_close(&session);
  reader_disconnect(&world.reader);
  vcard_power_off(world.vcard);
  memory_assert_clean(&needles, "after session_close and power off");
}
END_TEST

START_TEST(broken_session_leaves_nothing) {
  struct session session;
  struct balance balance;
  ck_assert_int_eq(world_open(&world, &world.desk, &session), STATUS_OK);
  add_session(&session);
  world.between.nth = 1;
  world.between.flip = true;
  ck_assert_int_eq(session_balance(&session, &balance), STATUS_CHANNEL_BROKEN);
  vcard_power_off(world.vcard);
  memory_assert_clean(&needles, "after the channel broke"); /* nobody has closed it */
}
END_TEST

/* The raw card's channel stands on the transport key, which the host derives from the batch key. */
START_TEST(desk_leaves_nothing) {
  struct session session;
  ck_assert_int_eq(reader_connect(&world.reader), STATUS_OK);
  ck_assert_int_eq(session_open_blank(&session, &world.reader, world.batch_key), STATUS_OK);
  needles_add(&needles, "transport key", vcard_memory(world.vcard)->transport_key, CRYPTO_AES_KEY_SIZE);
  add_session(&session);
  memory_assert_there(&needles, 0, "while the card is raw");
  session_close(&session);
  reader_disconnect(&world.reader);
  reader_close(&world.between.inner);
  vcard_close(&world.vcard);
  memory_assert_clean(&needles, "after the desk and its card were closed");
  ck_assert_int_eq(vcard_open(world.path, &world.vcard), STATUS_OK);
  ck_assert_int_eq(reader_open_direct(world.vcard, &world.between.inner), STATUS_OK);
}
END_TEST

/* A pulled card: no more of its keys is left than of the host's. */
START_TEST(closed_card_leaves_nothing) {
  const struct card_memory *memory = vcard_memory(world.vcard);
  needles_add_key(&needles, "card ECKA", memory->ecka_private, CRYPTO_P256_PRIVATE_SIZE);
  needles_add_key(&needles, "card SIG", memory->sig_private, CRYPTO_P256_PRIVATE_SIZE);
  world_transact(&world, TRANSACTION_LOAD, 5000);
  world_transact(&world, TRANSACTION_PURCHASE, 1250);
  memory_assert_there(&needles, 0, "while the card is there");
  reader_close(&world.between.inner);
  vcard_close(&world.vcard);
  memory_assert_clean(&needles, "after vcard_close");
  ck_assert_int_eq(vcard_open(world.path, &world.vcard), STATUS_OK);
  ck_assert_int_eq(reader_open_direct(world.vcard, &world.between.inner), STATUS_OK);
}
END_TEST

/* ---- people ---- */

/* Another process types, so that the digits come from outside. */
static int typed(void) {
  static const char line[] = PIN "\n";
  int ends[2];
  ck_assert_int_eq(pipe(ends), 0);
  pid_t child = fork();
  ck_assert_int_ge(child, 0);
  if (child == 0)
    _exit(write(ends[1], line, sizeof line - 1) == (ssize_t)sizeof line - 1 ? 0 : 1);
  close(ends[1]);
  ck_assert_int_eq(waitpid(child, NULL, 0), child);
  return ends[0];
}

static void __attribute__((noinline)) read_pin(size_t capacity, enum status expected) {
  char digits[PIN_MAX + 1] = "";
  int fd = typed();
  ck_assert_int_eq(secret_from_fd(fd, digits, capacity), expected);
  if (expected == STATUS_OK)
    memory_assert_there(&needles, 0, "as it was typed");
  crypto_wipe(digits, sizeof digits);
  close(fd);
}

START_TEST(typed_pin_leaves_nothing) {
  needles_add_pin(&needles, "PIN", PIN);
  read_pin(PIN_MAX + 1, STATUS_OK);
  memory_assert_clean(&needles, "after the PIN was read");
  read_pin(PIN_MAX - 1, STATUS_BAD_LENGTH); /* cut off, and what was read is gone as well */
  memory_assert_clean(&needles, "after a PIN that was too long");
}
END_TEST

/* ---- the card's file ---- */

static size_t count_in_file(const struct needle *needle) {
  static uint8_t bytes[65536];
  int fd = open(world.path, O_RDONLY | O_CLOEXEC);
  ck_assert_int_ge(fd, 0);
  ssize_t len = read(fd, bytes, sizeof bytes);
  close(fd);
  ck_assert_int_gt(len, 0);
  ck_assert_int_lt(len, (ssize_t)sizeof bytes);
  size_t count = 0;
  for (size_t at = 0; at + needle->len <= (size_t)len; at++) {
    size_t same = 0;
    while (same < needle->len && (bytes[at + same] ^ 0xA5) == needle->masked[same])
      same++;
    count += same == needle->len;
  }
  return count;
}

/* Both slots of the file, from the moment on that the card is locked. */
START_TEST(locked_card_has_no_transport_key) {
  needles_add(&needles, "transport key", vcard_memory(world.vcard)->transport_key, CRYPTO_AES_KEY_SIZE);
  ck_assert_uint_ge(count_in_file(&needles.all[0]), 1);
  world_personalize(&world);
  ck_assert_uint_eq(count_in_file(&needles.all[0]), 0);
}
END_TEST

Suite *secrets_session_suite(void) {
  Suite *suite = suite_create("session");
  TCase *raw = tcase_create("raw"), *issued = tcase_create("issued");
  tcase_set_timeout(raw, 60);
  tcase_set_timeout(issued, 60);
  tcase_add_checked_fixture(raw, set_up_raw, tear_down);
  tcase_add_checked_fixture(issued, set_up, tear_down);
  tcase_add_test(raw, desk_leaves_nothing);
  tcase_add_test(raw, locked_card_has_no_transport_key);
  tcase_add_test(raw, typed_pin_leaves_nothing);
  tcase_add_test(issued, session_leaves_nothing);
  tcase_add_test(issued, broken_session_leaves_nothing);
  tcase_add_test(issued, closed_card_leaves_nothing);
  suite_add_tcase(suite, raw);
  suite_add_tcase(suite, issued);
  return suite;
}
