/* SPDX-License-Identifier: Apache-2.0
 * Tests of src/server/pinstore.c: drawn PINs, their MACs, and what a terminal claims. */
#include "server/pinstore.h"

#include <stdlib.h>
#include <string.h>

#include "suites.h"
#include "world.h"

#define DRAWS 4000

/* 4000 draws over 10 first digits: 400 each; 5.5 standard deviations are 104. */
START_TEST(drawn_pins_are_four_even_digits) {
  unsigned count[4][10] = {{0}};
  char pin[PIN_MAX + 1];

  for (int i = 0; i < DRAWS; i++) {
    ck_assert_int_eq(pinstore_draw(pin), STATUS_OK);
    ck_assert_uint_eq(strlen(pin), 4);
    for (size_t place = 0; place < 4; place++) {
      ck_assert(pin[place] >= '0' && pin[place] <= '9');
      count[place][pin[place] - '0']++;
    }
  }
  for (size_t place = 0; place < 4; place++) {
    for (size_t digit = 0; digit < 10; digit++) {
      ck_assert_uint_gt(count[place][digit], DRAWS / 10 - 104);
      ck_assert_uint_lt(count[place][digit], DRAWS / 10 + 104);
    }
  }
}
END_TEST

START_TEST(mac_depends_on_card_digits_and_key) {
  struct world world;
  uint8_t cid[CID_SIZE], other[CID_SIZE];
  uint8_t a[CRYPTO_SHA256_SIZE], b[CRYPTO_SHA256_SIZE];

  world_open(&world);
  cid_make(999999, 1, cid);
  cid_make(999999, 2, other);
  ck_assert_int_eq(pinstore_mac(&world.service.keyring, cid, "1234", a), STATUS_OK);
  ck_assert_int_eq(pinstore_mac(&world.service.keyring, cid, "1234", b), STATUS_OK);
  ck_assert_mem_eq(a, b, sizeof a);
  ck_assert_int_eq(pinstore_mac(&world.service.keyring, cid, "1235", b), STATUS_OK);
  ck_assert_mem_ne(a, b, sizeof a);
  ck_assert_int_eq(pinstore_mac(&world.service.keyring, cid, "12340", b), STATUS_OK);
  ck_assert_mem_ne(a, b, sizeof a);
  ck_assert_int_eq(pinstore_mac(&world.service.keyring, other, "1234", b), STATUS_OK);
  ck_assert_mem_ne(a, b, sizeof a);
  struct keyring rekeyed = world.service.keyring;
  rekeyed.pin_store = world.service.keyring.server;
  ck_assert_int_eq(pinstore_mac(&rekeyed, cid, "1234", b), STATUS_OK);
  ck_assert_mem_ne(a, b, sizeof a);
  world_close(&world);
}
END_TEST

/* Of a card whose PIN is 1234 since its second change, and is 5678 once it has made a third one. */
static uint16_t changes = 2; /* that the card has signed */

static enum status claim(struct world *world, const struct pin_envelope *envelope, uint32_t atc, bool changing,
                         enum pinstore_match *match) {
  uint8_t mac[CRYPTO_SHA256_SIZE], cid[CID_SIZE];
  struct pinstore_claim made = {.cid = cid, .atc = atc};
  struct ledger_card card = {.pin_changes = 2, .has_pin_candidate = changing, .pin_candidate_changes = 3};
  char *jwe = NULL;

  cid_make(999999, 1, cid);
  ck_assert_int_eq(pinstore_mac(&world->service.keyring, cid, "1234", card.certification.pin_mac), STATUS_OK);
  ck_assert_int_eq(pinstore_mac(&world->service.keyring, cid, "5678", card.pin_candidate), STATUS_OK);
  ck_assert_int_eq(pin_seal(envelope, world->service.keyring.server_pin_certificate.certificate.public_key, &jwe),
                   STATUS_OK);
  made.jwe = jwe;
  enum status status = pinstore_open(&world->service.keyring, &made, mac);
  *match = status == STATUS_OK ? pinstore_match(&card, changes, mac) : PINSTORE_NONE;
  free(jwe);
  return status;
}

START_TEST(claims_are_told_apart) {
  struct world world;
  struct pin_envelope envelope = {.atc = 5, .pin = "1234"};
  enum pinstore_match match;

  world_open(&world);
  cid_make(999999, 1, envelope.cid);
  ck_assert_int_eq(claim(&world, &envelope, 5, false, &match), STATUS_OK);
  ck_assert_int_eq(match, PINSTORE_PRESENT);
  ck_assert_int_eq(claim(&world, &envelope, 5, true, &match), STATUS_OK);
  ck_assert_int_eq(match, PINSTORE_PRESENT);
  ck_assert_int_eq(claim(&world, &envelope, 6, false, &match), STATUS_BAD_FORMAT);
  changes = 3; /* a change was made: the PIN before it is the card's no more */
  ck_assert_int_eq(claim(&world, &envelope, 5, true, &match), STATUS_OK);
  ck_assert_int_eq(match, PINSTORE_NONE);
  memcpy(envelope.pin, "5678", 5);
  ck_assert_int_eq(claim(&world, &envelope, 5, true, &match), STATUS_OK);
  ck_assert_int_eq(match, PINSTORE_CANDIDATE);
  changes = 2;
  ck_assert_int_eq(claim(&world, &envelope, 5, true, &match), STATUS_OK);
  ck_assert_int_eq(match, PINSTORE_NONE); /* the card has not made it */
  changes = 3;
  ck_assert_int_eq(claim(&world, &envelope, 5, false, &match), STATUS_OK);
  ck_assert_int_eq(match, PINSTORE_NONE); /* none is under way */
  memcpy(envelope.pin, "1235", 5);
  ck_assert_int_eq(claim(&world, &envelope, 5, true, &match), STATUS_OK);
  ck_assert_int_eq(match, PINSTORE_NONE);
  cid_make(999999, 2, envelope.cid);
  ck_assert_int_eq(claim(&world, &envelope, 5, false, &match), STATUS_BAD_FORMAT);
  world_close(&world);
}
END_TEST

Suite *pinstore_suite(void) {
  Suite *suite = suite_create("pinstore");
  TCase *all = world_case("pinstore");

  tcase_add_test(all, drawn_pins_are_four_even_digits);
  tcase_add_test(all, mac_depends_on_card_digits_and_key);
  tcase_add_test(all, claims_are_told_apart);
  suite_add_tcase(suite, all);
  return suite;
}
