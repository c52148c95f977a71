/* SPDX-License-Identifier: Apache-2.0
 * Card numbers and a card's life: reserved, certified, issued, blocked, voided, never lost. */
#include <stdio.h>
#include <string.h>

#include "epurse/ledger_totals.h"
#include "ledger/store.h"
#include "suites.h"
#include "world.h"

/* What the acts below work on. */
struct desk {
  uint32_t chip;
  uint8_t *cid; /* CID_SIZE: where the number goes to, or comes from */
  bool *retired;
  struct ledger_certification *certification;
  const char *reason;
};

static enum status act_reserve(struct ledger *ledger, const void *what) {
  const struct desk *desk = what;
  uint8_t chip_serial[CHIP_SERIAL_SIZE];
  world_chip(desk->chip, chip_serial);
  return ledger_card_reserve(ledger, chip_serial, WORLD_NOW, desk->cid);
}

static enum status act_certify(struct ledger *ledger, const void *what) {
  const struct desk *desk = what;
  return ledger_card_certify(ledger, desk->cid, desk->certification);
}

static enum status act_issue(struct ledger *ledger, const void *what) {
  const struct desk *desk = what;
  return ledger_card_issue(ledger, desk->cid, WORLD_NOW + 1);
}

static enum status act_void(struct ledger *ledger, const void *what) {
  const struct desk *desk = what;
  return ledger_card_void(ledger, desk->cid, desk->retired);
}

static enum status act_block(struct ledger *ledger, const void *what) {
  const struct desk *desk = what;
  return ledger_card_block(ledger, desk->cid, desk->reason, WORLD_NOW + 2);
}

static enum status act_extend(struct ledger *ledger, const void *what) {
  return ledger_pool_extend(ledger, *(const uint32_t *)what);
}

static uint32_t pool_free(struct world *world) {
  struct ledger_settings settings;
  ck_assert_int_eq(ledger_settings(world->ledger, &settings), STATUS_OK);
  return settings.pool_size;
}

START_TEST(lives_once) {
  struct world world;
  struct ledger_certification certification;
  struct ledger_card card;
  uint8_t cid[CID_SIZE], again[CID_SIZE];
  struct desk desk = {.chip = 9, .cid = cid, .certification = &certification, .reason = "LOST"};
  world_open(&world);
  world_certification(&certification);
  ck_assert_int_eq(world_do(&world, act_reserve, &desk), STATUS_OK);
  ck_assert_int_eq(world_do(&world, act_issue, &desk), STATUS_CARD_UNKNOWN); /* not certified yet */
  ck_assert_int_eq(world_do(&world, act_certify, &desk), STATUS_OK);
  certification.sig_public[1] ^= 1; /* broken off: the chip made new keys */
  ck_assert_int_eq(world_do(&world, act_certify, &desk), STATUS_OK);
  desk.cid = again;
  ck_assert_int_eq(world_do(&world, act_reserve, &desk), STATUS_OK);
  ck_assert_mem_eq(again, cid, CID_SIZE); /* the same chip, the same number */
  ck_assert_int_eq(world_do(&world, act_issue, &desk), STATUS_OK);
  ck_assert_int_eq(world_do(&world, act_issue, &desk), STATUS_OK);
  ck_assert_int_eq(world_do(&world, act_certify, &desk), STATUS_CARD_ALREADY_ISSUED);
  ck_assert_int_eq(world_do(&world, act_reserve, &desk), STATUS_CARD_ALREADY_ISSUED);
  ck_assert_int_eq(ledger_card_find(world.ledger, cid, &card), STATUS_OK);
  ck_assert_uint_eq(card.state, LEDGER_CARD_ISSUED);
  ck_assert_int_eq(card.issued_at, WORLD_NOW + 1);
  ck_assert_mem_eq(&card.certification, &certification, sizeof certification);
  ck_assert_int_eq(world_do(&world, act_block, &desk), STATUS_OK);
  desk.reason = "STOLEN";
  ck_assert_int_eq(world_do(&world, act_block, &desk), STATUS_OK);
  ck_assert_int_eq(ledger_card_find(world.ledger, cid, &card), STATUS_OK);
  ck_assert_uint_eq(card.state, LEDGER_CARD_BLOCKED);
  ck_assert_str_eq(card.reason, "LOST"); /* the first reason stands */
  ck_assert_int_eq(card.blocked_at, WORLD_NOW + 2);
  ck_assert_int_eq(world_do(&world, act_reserve, &desk), STATUS_CARD_ALREADY_ISSUED);
  ck_assert_int_eq(world_do(&world, act_issue, &desk), STATUS_CARD_BLOCKED);
  world_close(&world);
}
END_TEST

START_TEST(numbers_are_the_issuers) {
  struct world world;
  struct ledger_card card;
  char text[17];
  uint8_t cid[CID_SIZE];
  const struct desk desk = {.chip = 1, .cid = cid};
  world_open(&world);
  ck_assert_int_eq(world_do(&world, act_reserve, &desk), STATUS_OK);
  cid_print(cid, text);
  ck_assert_int_eq(strncmp(text, "123456000000001", 15), 0);
  cid[7] ^= 1; /* wrong check digit */
  ck_assert_int_eq(ledger_card_find(world.ledger, cid, &card), STATUS_CARD_UNKNOWN);
  cid_make(654321, 1, cid); /* another issuer's */
  ck_assert_int_eq(ledger_card_find(world.ledger, cid, &card), STATUS_CARD_UNKNOWN);
  cid_make(123456, 2, cid); /* in the pool, on no chip */
  ck_assert_int_eq(ledger_card_find(world.ledger, cid, &card), STATUS_CARD_UNKNOWN);
  world_close(&world);
}
END_TEST

START_TEST(void_gives_an_uncertified_number_back) {
  struct world world;
  struct ledger_card card;
  uint8_t cid[CID_SIZE], next[CID_SIZE], chip_serial[CHIP_SERIAL_SIZE];
  bool retired = true;
  struct desk desk = {.chip = 1, .cid = cid, .retired = &retired};
  world_open(&world);
  ck_assert_int_eq(world_do(&world, act_reserve, &desk), STATUS_OK);
  ck_assert_uint_eq(pool_free(&world), WORLD_POOL - 1);
  ck_assert_int_eq(world_do(&world, act_void, &desk), STATUS_OK);
  ck_assert(!retired);
  ck_assert_uint_eq(pool_free(&world), WORLD_POOL);
  world_chip(1, chip_serial);
  ck_assert_int_eq(ledger_card_find_chip(world.ledger, chip_serial, &card), STATUS_CARD_UNKNOWN);
  desk.chip = 2;
  desk.cid = next;
  ck_assert_int_eq(world_do(&world, act_reserve, &desk), STATUS_OK);
  ck_assert_mem_eq(next, cid, CID_SIZE);
  world_close(&world);
}
END_TEST

START_TEST(void_retires_a_certified_number) {
  struct world world;
  struct ledger_certification certification;
  struct ledger_card card;
  uint8_t cid[CID_SIZE], next[CID_SIZE], chip_serial[CHIP_SERIAL_SIZE];
  bool retired = false;
  struct desk desk = {.chip = 1, .cid = cid, .retired = &retired, .certification = &certification, .reason = "x"};
  world_open(&world);
  world_certification(&certification);
  ck_assert_int_eq(world_do(&world, act_reserve, &desk), STATUS_OK);
  ck_assert_int_eq(world_do(&world, act_certify, &desk), STATUS_OK);
  ck_assert_int_eq(world_do(&world, act_void, &desk), STATUS_OK);
  ck_assert(retired);
  retired = false;
  ck_assert_int_eq(world_do(&world, act_void, &desk), STATUS_OK); /* again: the same answer */
  ck_assert(retired);
  ck_assert_uint_eq(pool_free(&world), WORLD_POOL - 1);
  ck_assert_int_eq(world_do(&world, act_issue, &desk), STATUS_CARD_BLOCKED);
  ck_assert_int_eq(world_do(&world, act_certify, &desk), STATUS_CARD_BLOCKED);
  world_chip(1, chip_serial);
  ck_assert_int_eq(ledger_card_find_chip(world.ledger, chip_serial, &card), STATUS_OK);
  ck_assert_uint_eq(card.state, LEDGER_CARD_RETIRED);
  desk.cid = next; /* the chip is still blank: it gets another number */
  ck_assert_int_eq(world_do(&world, act_reserve, &desk), STATUS_OK);
  ck_assert_mem_ne(next, cid, CID_SIZE);
  ck_assert_int_eq(ledger_card_find_chip(world.ledger, chip_serial, &card), STATUS_OK);
  ck_assert_mem_eq(card.cid, next, CID_SIZE); /* the living one */
  world_close(&world);
}
END_TEST

START_TEST(void_refuses_issued_cards) {
  struct world world;
  struct purse purse;
  bool retired = true;
  world_open(&world);
  world_issue(&world, 1, &purse);
  const struct desk desk = {.chip = 1, .cid = purse.cid, .retired = &retired};
  ck_assert_int_eq(world_do(&world, act_void, &desk), STATUS_CARD_ALREADY_ISSUED);
  ck_assert(!retired);
  world_assert_card(&world, &purse, 0, 0, 0);
  world_close(&world);
}
END_TEST

START_TEST(pool_runs_dry_and_is_extended) {
  struct world world;
  uint8_t cid[CID_SIZE];
  const uint32_t more = 2, too_many = 1000000000;
  struct desk desk = {.chip = 0, .cid = cid};
  world_open(&world);
  for (desk.chip = 1; desk.chip <= WORLD_POOL; desk.chip++)
    ck_assert_int_eq(world_do(&world, act_reserve, &desk), STATUS_OK);
  ck_assert_int_eq(world_do(&world, act_reserve, &desk), STATUS_POOL_EMPTY);
  ck_assert_int_eq(world_do(&world, act_extend, &too_many), STATUS_BAD_FORMAT);
  ck_assert_int_eq(world_do(&world, act_extend, &more), STATUS_OK);
  ck_assert_int_eq(world_do(&world, act_reserve, &desk), STATUS_OK);
  desk.chip++;
  ck_assert_int_eq(world_do(&world, act_reserve, &desk), STATUS_OK);
  desk.chip++;
  ck_assert_int_eq(world_do(&world, act_reserve, &desk), STATUS_POOL_EMPTY);
  world_close(&world);
}
END_TEST

static uint32_t serial_of(const uint8_t cid[CID_SIZE]) {
  uint8_t found[CID_SIZE];
  uint32_t serial = 0;
  do
    cid_make(123456, ++serial, found);
  while (serial < WORLD_POOL && memcmp(found, cid, CID_SIZE) != 0);
  ck_assert_mem_eq(found, cid, CID_SIZE);
  return serial;
}

/* All of them, each once, and not in the order in which they stand there. */
START_TEST(numbers_are_drawn_from_all_of_the_pool) {
  struct world world;
  uint8_t cid[CID_SIZE];
  bool taken[WORLD_POOL + 1] = {false}, ascending = true;
  uint32_t before = 0;
  struct desk desk = {.chip = 0, .cid = cid};
  world_open(&world);
  ledger_numbers_draw(world.ledger);
  for (desk.chip = 1; desk.chip <= WORLD_POOL; desk.chip++) {
    ck_assert_int_eq(world_do(&world, act_reserve, &desk), STATUS_OK);
    uint32_t serial = serial_of(cid);
    ck_assert(!taken[serial]);
    taken[serial] = true;
    ascending = ascending && serial > before;
    before = serial;
  }
  ck_assert(!ascending);
  ck_assert_int_eq(world_do(&world, act_reserve, &desk), STATUS_POOL_EMPTY);
  world_close(&world);
}
END_TEST

START_TEST(certify_refuses_nonsense) {
  struct world world;
  struct ledger_certification certification;
  uint8_t cid[CID_SIZE];
  const struct desk desk = {.chip = 1, .cid = cid, .certification = &certification};
  world_open(&world);
  ck_assert_int_eq(world_do(&world, act_reserve, &desk), STATUS_OK);
  world_certification(&certification);
  certification.currency = 840;
  ck_assert_int_eq(world_do(&world, act_certify, &desk), STATUS_WRONG_CURRENCY);
  world_certification(&certification);
  certification.purse_ceiling = UINT32_C(0x80000000);
  ck_assert_int_eq(world_do(&world, act_certify, &desk), STATUS_BAD_FORMAT);
  world_certification(&certification);
  certification.expiry[3] = 0x32;
  ck_assert_int_eq(world_do(&world, act_certify, &desk), STATUS_BAD_FORMAT);
  world_certification(&certification);
  certification.sig_certificate_len = CERTIFICATE_MAX + 1;
  ck_assert_int_eq(world_do(&world, act_certify, &desk), STATUS_BAD_FORMAT);
  world_close(&world);
}
END_TEST

struct pin {
  const uint8_t *cid;
  bool right;
  uint32_t *failures;
};

static enum status act_pin_count(struct ledger *ledger, const void *what) {
  const struct pin *pin = what;
  return ledger_card_pin_count(ledger, pin->cid, pin->right, pin->failures);
}

struct pin_event {
  struct ledger_pin_event event;
  bool *counted;
};

static enum status act_pin_event(struct ledger *ledger, const void *what) {
  const struct pin_event *pin = what;
  return ledger_card_pin_event(ledger, &pin->event, pin->counted);
}

/* To the PIN whose MAC begins with 2, which will be the card's with the count of 1. */
static enum status act_pin_propose(struct ledger *ledger, const void *what) {
  static const uint8_t two[LEDGER_PIN_MAC_SIZE] = {2}, tid[TID_SIZE] = "SHOP0001", nonce[NONCE_SIZE] = {7};
  const struct ledger_pin_change change = {two, 1, tid, nonce};
  const struct pin *pin = what;
  return ledger_card_pin_propose(ledger, pin->cid, &change);
}

static enum status act_pin_settle(struct ledger *ledger, const void *what) {
  const struct pin *pin = what;
  return ledger_card_pin_settle(ledger, pin->cid, 1);
}

static enum status act_pin_settle_another(struct ledger *ledger, const void *what) {
  const struct pin *pin = what;
  return ledger_card_pin_settle(ledger, pin->cid, 2);
}

START_TEST(counts_wrong_pins) {
  struct world world;
  struct purse purse;
  struct ledger_card card;
  uint32_t failures = 99;
  bool counted = true;
  uint8_t other[CID_SIZE];
  struct pin pin = {.cid = purse.cid, .right = false, .failures = &failures};
  struct pin_event event = {{.cid = other, .number = 1, .wrong = true}, &counted};
  world_open(&world);
  world_issue(&world, 1, &purse);
  ck_assert_int_eq(world_do(&world, act_pin_count, &pin), STATUS_OK);
  ck_assert_int_eq(world_do(&world, act_pin_count, &pin), STATUS_OK);
  ck_assert_uint_eq(failures, 2);
  ck_assert_int_eq(ledger_card_find(world.ledger, purse.cid, &card), STATUS_OK);
  ck_assert_uint_eq(card.pin_failures, 2);
  pin.right = true;
  ck_assert_int_eq(world_do(&world, act_pin_count, &pin), STATUS_OK);
  ck_assert_uint_eq(failures, 0);
  ck_assert_int_eq(ledger_card_find(world.ledger, purse.cid, &card), STATUS_OK);
  ck_assert_uint_eq(card.pin_failures, 0);
  cid_make(123456, 2, other);
  pin.cid = other;
  ck_assert_int_eq(world_do(&world, act_pin_count, &pin), STATUS_CARD_UNKNOWN);
  ck_assert_int_eq(world_do(&world, act_pin_event, &event), STATUS_CARD_UNKNOWN);
  ck_assert_int_eq(world_do(&world, act_pin_propose, &pin), STATUS_CARD_UNKNOWN);
  ck_assert_int_eq(world_do(&world, act_pin_settle, &pin), STATUS_CARD_UNKNOWN);
  world_close(&world);
}
END_TEST

/* Each number once, none behind a higher one; up to the last that there is. */
START_TEST(events_of_a_pin_are_counted_once) {
  static const struct {
    uint32_t number;
    bool wrong, counted;
    uint32_t wrongs, events;
  } rows[] = {{1, true, true, 1, 1},           {1, true, false, 1, 1}, {5, true, true, 2, 5},
              {4, true, false, 2, 5},          {6, false, true, 0, 6}, {UINT32_MAX, true, true, 1, UINT32_MAX},
              {7, false, false, 1, UINT32_MAX}};
  struct world world;
  struct purse purse;
  world_open(&world);
  world_issue(&world, 1, &purse);
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct ledger_card card;
    bool counted = !rows[i].counted;
    struct pin_event event = {{.cid = purse.cid, .number = rows[i].number, .wrong = rows[i].wrong}, &counted};
    ck_assert_int_eq(world_do(&world, act_pin_event, &event), STATUS_OK);
    ck_assert_int_eq(counted, rows[i].counted);
    ck_assert_int_eq(ledger_card_find(world.ledger, purse.cid, &card), STATUS_OK);
    ck_assert_uint_eq(card.pin_wrong, rows[i].wrongs);
    ck_assert_uint_eq(card.pin_events, rows[i].events);
    ck_assert_uint_eq(card.pin_failures, 0);
  }
  world_close(&world);
}
END_TEST

/* Proposed, both PINs are known, each with its count of changes; settled, the new one alone. */
START_TEST(pin_changes_in_two_halves) {
  struct world world;
  struct purse purse;
  struct ledger_card card;
  struct pin pin = {.cid = purse.cid};
  world_open(&world);
  world_issue(&world, 1, &purse);
  ck_assert_int_eq(ledger_card_find(world.ledger, purse.cid, &card), STATUS_OK);
  uint8_t present = card.certification.pin_mac[0];
  ck_assert_int_eq(world_do(&world, act_pin_settle, &pin), STATUS_OK); /* nothing is under way */
  ck_assert_int_eq(world_do(&world, act_pin_propose, &pin), STATUS_OK);
  ck_assert_int_eq(world_do(&world, act_pin_propose, &pin), STATUS_OK); /* told twice */
  ck_assert_int_eq(ledger_card_find(world.ledger, purse.cid, &card), STATUS_OK);
  ck_assert_uint_eq(card.certification.pin_mac[0], present);
  ck_assert_uint_eq(card.pin_changes, 0);
  ck_assert(card.has_pin_candidate);
  ck_assert_uint_eq(card.pin_candidate[0], 2);
  ck_assert_uint_eq(card.pin_candidate_changes, 1);
  ck_assert_mem_eq(card.pin_candidate_tid, "SHOP0001", TID_SIZE);
  ck_assert_uint_eq(card.pin_candidate_nonce[0], 7);
  ck_assert_int_eq(world_do(&world, act_pin_settle_another, &pin), STATUS_OK); /* not of this one */
  ck_assert_int_eq(ledger_card_find(world.ledger, purse.cid, &card), STATUS_OK);
  ck_assert(card.has_pin_candidate);
  ck_assert_int_eq(world_do(&world, act_pin_settle, &pin), STATUS_OK);
  ck_assert_int_eq(world_do(&world, act_pin_settle, &pin), STATUS_OK);
  ck_assert_int_eq(ledger_card_find(world.ledger, purse.cid, &card), STATUS_OK);
  ck_assert_uint_eq(card.certification.pin_mac[0], 2);
  ck_assert_uint_eq(card.pin_changes, 1);
  ck_assert(!card.has_pin_candidate);
  ck_assert_uint_eq(card.pin_candidate[0], 0);
  world_close(&world);
}
END_TEST

START_TEST(lists_in_pages) {
  struct world world;
  struct purse purse;
  struct ledger_card cards[3];
  size_t count = 0;
  world_open(&world);
  for (uint32_t chip = 1; chip <= 4; chip++)
    world_issue(&world, chip, &purse);
  world_complete(&world, &purse, TRANSACTION_LOAD, 700, RELOAD);
  ck_assert_int_eq(ledger_card_list(world.ledger, NULL, cards, 3, &count), STATUS_OK);
  ck_assert_uint_eq(count, 3);
  ck_assert_int_lt(memcmp(cards[0].cid, cards[1].cid, CID_SIZE), 0);
  ck_assert_int_eq(ledger_card_list(world.ledger, cards[2].cid, cards, 3, &count), STATUS_OK);
  ck_assert_uint_eq(count, 1);
  ck_assert_mem_eq(cards[0].cid, purse.cid, CID_SIZE);
  ck_assert_int_eq(cards[0].balance, 700);
  world_close(&world);
}
END_TEST

static enum status act_block_in_vain(struct ledger *ledger, const void *what) {
  enum status status = act_block(ledger, what);
  return status == STATUS_OK ? STATUS_CRYPTO_FAILED : status;
}

/* What metrics are told is what is counted anew. */
static void assert_cards(struct world *world, uint64_t reserved, uint64_t issued, uint64_t blocked, uint64_t retired) {
  const uint64_t expected[] = {0, reserved, issued, blocked, retired};
  struct ledger_totals live, anew;
  ck_assert_int_eq(ledger_totals_live(world->ledger, &live), STATUS_OK);
  ck_assert_int_eq(ledger_totals(world->ledger, &anew), STATUS_OK);
  ck_assert_mem_eq(live.cards, expected, sizeof live.cards);
  ck_assert_mem_eq(anew.cards, expected, sizeof anew.cards);
}

START_TEST(cards_are_counted_where_one_has_moved) {
  struct world world;
  struct ledger_certification certification;
  uint8_t cid[CID_SIZE];
  bool retired = false;
  struct desk desk = {.chip = 9, .cid = cid, .certification = &certification, .reason = "LOST", .retired = &retired};
  world_open(&world);
  world_certification(&certification);
  assert_cards(&world, 0, 0, 0, 0);
  ck_assert_int_eq(world_do(&world, act_reserve, &desk), STATUS_OK);
  assert_cards(&world, 1, 0, 0, 0);
  ck_assert_int_eq(world_do(&world, act_void, &desk), STATUS_OK);
  assert_cards(&world, 0, 0, 0, 0);
  for (desk.chip = 9; desk.chip < 11; desk.chip++) { /* the first is given up again */
    ck_assert_int_eq(world_do(&world, act_reserve, &desk), STATUS_OK);
    ck_assert_int_eq(world_do(&world, act_certify, &desk), STATUS_OK);
    if (desk.chip == 9)
      ck_assert_int_eq(world_do(&world, act_void, &desk), STATUS_OK);
    assert_cards(&world, desk.chip - 9, 0, 0, 1);
  }
  ck_assert_int_eq(world_do(&world, act_issue, &desk), STATUS_OK);
  assert_cards(&world, 0, 1, 0, 1);
  ck_assert_int_eq(world_do(&world, act_block_in_vain, &desk), STATUS_CRYPTO_FAILED);
  assert_cards(&world, 0, 1, 0, 1);
  ck_assert_int_eq(world_do(&world, act_block, &desk), STATUS_OK);
  assert_cards(&world, 0, 0, 1, 1);
  world_close(&world);
}
END_TEST

/* What the ledger goes by is not for a person to say, and no card stays open because of it. */
START_TEST(own_reasons_are_kept_as_said) {
  static const char *const reasons[] = {"CARD_FORKED", "LEDGER_BROKEN", "CLOSED", "RENEWED"};
  struct world world;
  struct purse purse;
  struct ledger_card card;
  char kept[64];
  world_open(&world);
  for (uint32_t i = 0; i < 4; i++) {
    world_issue(&world, i + 1, &purse);
    struct desk desk = {.cid = purse.cid, .reason = reasons[i]};
    ck_assert_int_eq(world_do(&world, act_block, &desk), STATUS_OK);
    ck_assert_int_eq(ledger_card_find(world.ledger, purse.cid, &card), STATUS_OK);
    ck_assert_uint_eq(card.state, LEDGER_CARD_BLOCKED);
    snprintf(kept, sizeof kept, "said: %s", reasons[i]);
    ck_assert_str_eq(card.reason, kept);
  }
  world_assert_clean(&world);
  world_close(&world);
}
END_TEST

/* By the beginning of a statement: so each that makes, removes or moves one has to begin so. */
START_TEST(whatever_moves_cards_is_seen) {
  struct ledger ledger = {0};
  size_t moving = 0;
  for (int name = 0; name < QUERY_COUNT; name++) {
    const char *sql = query_sql[name], *set = strstr(sql, "UPDATE card SET "), *state = strstr(sql, "state = ");
    const char *where = strstr(sql, " WHERE ");
    bool moves = strstr(sql, "INTO card ") != NULL || strstr(sql, "FROM card WHERE") == sql + strlen("DELETE ") ||
                 (set != NULL && state != NULL && state < where);
    ledger.cards_counted = true;
    query_note(&ledger, (enum query_name)name);
    ck_assert_msg(ledger.cards_counted == !moves, "%s", sql);
    moving += moves;
  }
  ck_assert_uint_eq(moving, 5);
}
END_TEST

Suite *card_suite(void) {
  Suite *suite = suite_create("card");
  TCase *tests = tcase_create("cards");
  tcase_add_test(tests, lives_once);
  tcase_add_test(tests, numbers_are_the_issuers);
  tcase_add_test(tests, void_gives_an_uncertified_number_back);
  tcase_add_test(tests, void_retires_a_certified_number);
  tcase_add_test(tests, void_refuses_issued_cards);
  tcase_add_test(tests, pool_runs_dry_and_is_extended);
  tcase_add_test(tests, numbers_are_drawn_from_all_of_the_pool);
  tcase_add_test(tests, certify_refuses_nonsense);
  tcase_add_test(tests, counts_wrong_pins);
  tcase_add_test(tests, pin_changes_in_two_halves);
  tcase_add_test(tests, events_of_a_pin_are_counted_once);
  tcase_add_test(tests, lists_in_pages);
  tcase_add_test(tests, cards_are_counted_where_one_has_moved);
  tcase_add_test(tests, own_reasons_are_kept_as_said);
  tcase_add_test(tests, whatever_moves_cards_is_seen);
  suite_add_tcase(suite, tests);
  return suite;
}
