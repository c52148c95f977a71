/* SPDX-License-Identifier: Apache-2.0
 * Tests of the endpoints of the issuer's desk: post_card_reservation.c, post_card_activation.c, post_card_void.c,
 * post_card_query.c, post_pin_failure.c. */
#include <string.h>

#include "epurse/message_chip.h"
#include "epurse/message_desk.h"
#include "purse.h"
#include "suites.h"

static enum status reserve_at(struct world *world, struct station *desk, struct purse *purse) {
  struct answer answer;

  station_ask(desk, &world->service, MESSAGE_CARD_RESERVATION, reservation_body(purse->chip_serial), &answer);
  if (answer.code == STATUS_OK)
    ck_assert_int_eq(reservation_reply_parse(answer.body, purse->cid), STATUS_OK);
  answer_clear(&answer);
  return answer.code;
}

static enum status reserve(struct world *world, struct purse *purse) {
  return reserve_at(world, &world->desk, purse);
}

static enum status tell_at(struct world *world, struct station *desk, const struct purse *purse,
                           enum message_type type) {
  struct card_message body = {0};

  memcpy(body.cid, purse->cid, CID_SIZE);
  memcpy(body.chip_serial, purse->chip_serial, CHIP_SERIAL_SIZE);
  return station_tell(desk, &world->service, type, card_message_body(type, &body));
}

static enum status tell(struct world *world, const struct purse *purse, enum message_type type) {
  return tell_at(world, &world->desk, purse, type);
}

static enum status certify_at(struct world *world, struct station *desk, const struct purse *purse) {
  struct certification_request request = {.pin_jwe = ""};

  memcpy(request.cid, purse->cid, CID_SIZE);
  purse_request(purse, request.request);
  return station_tell(desk, &world->service, MESSAGE_CARD_CERTIFICATION, certification_request_body(&request));
}

static enum status revoke(struct world *world, const char tid[TID_SIZE + 1]) {
  return station_tell(&world->admin, &world->service, MESSAGE_TERMINAL_REVOCATION, revocation_body(tid));
}

static enum status query_at(struct world *world, struct station *station, const struct purse *purse,
                            struct card_facts *facts) {
  struct card_message body = {0};
  struct answer answer;

  memcpy(body.cid, purse->cid, CID_SIZE);
  station_ask(station, &world->service, MESSAGE_CARD_QUERY, card_message_body(MESSAGE_CARD_QUERY, &body), &answer);
  if (answer.code == STATUS_OK)
    ck_assert_int_eq(card_facts_parse(answer.body, facts), STATUS_OK);
  answer_clear(&answer);
  return answer.code;
}

static enum status query(struct world *world, const struct purse *purse, struct card_facts *facts) {
  return query_at(world, &world->desk, purse, facts);
}

START_TEST(chip_gets_one_number) {
  struct world world;
  struct purse first, again, other;

  world_open(&world);
  purse_new(&first, 1);
  again = first;
  purse_new(&other, 2);
  ck_assert_int_eq(reserve(&world, &first), STATUS_OK);
  ck_assert_int_eq(reserve(&world, &again), STATUS_OK);
  ck_assert_int_eq(reserve(&world, &other), STATUS_OK);
  ck_assert_mem_eq(first.cid, again.cid, CID_SIZE);
  ck_assert_mem_ne(first.cid, other.cid, CID_SIZE);
  world_close(&world);
}
END_TEST

START_TEST(empty_pool_says_so) {
  struct world world;
  struct purse purse;

  world_open(&world);
  for (uint32_t chip = 1; chip <= HOUSE_POOL; chip++) {
    purse_new(&purse, chip);
    ck_assert_int_eq(reserve(&world, &purse), STATUS_OK);
  }
  purse_new(&purse, HOUSE_POOL + 1);
  ck_assert_int_eq(reserve(&world, &purse), STATUS_POOL_EMPTY);
  world_close(&world);
}
END_TEST

START_TEST(issued_chip_is_not_issued_again) {
  struct world world;
  struct purse purse;

  world_open(&world);
  purse_issue(&purse, &world, 1);
  ck_assert_int_eq(reserve(&world, &purse), STATUS_CARD_ALREADY_ISSUED);
  ck_assert_int_eq(tell(&world, &purse, MESSAGE_CARD_ACTIVATION), STATUS_OK); /* told twice */
  ck_assert_int_eq(tell(&world, &purse, MESSAGE_CARD_VOID), STATUS_CARD_ALREADY_ISSUED);
  world_close(&world);
}
END_TEST

/* The issuer's, or none, and once; told again it is no second one. */
START_TEST(deposit_is_taken_once) {
  struct card_facts facts;
  struct world world;
  struct purse purse, without;

  world_open(&world);
  world.service.configuration.deposit = 500;
  purse_new(&purse, 1);
  purse_new(&without, 2);
  ck_assert_int_eq(reserve(&world, &purse), STATUS_OK);
  ck_assert_int_eq(certify_at(&world, &world.desk, &purse), STATUS_OK);
  ck_assert_int_eq(query(&world, &purse, &facts), STATUS_OK);
  ck_assert_int_eq(facts.deposit, 500); /* to be taken */
  ck_assert_int_eq(purse_activation(&purse, &world, 499), STATUS_BAD_AMOUNT);
  ck_assert_int_eq(purse_activation(&purse, &world, -1), STATUS_BAD_FORMAT);
  ck_assert_int_eq(query(&world, &purse, &facts), STATUS_OK);
  ck_assert_str_eq(facts.state, "RESERVED");
  for (int i = 0; i < 2; i++) {
    ck_assert_int_eq(purse_activation(&purse, &world, 500), STATUS_OK);
    ck_assert_int_eq(query(&world, &purse, &facts), STATUS_OK);
    ck_assert_str_eq(facts.state, "ISSUED");
    ck_assert_int_eq(facts.deposit, 500);
  }
  ck_assert_int_eq(reserve(&world, &without), STATUS_OK);
  ck_assert_int_eq(certify_at(&world, &world.desk, &without), STATUS_OK);
  ck_assert_int_eq(purse_activation(&without, &world, 0), STATUS_OK);
  ck_assert_int_eq(purse_activation(&without, &world, 500), STATUS_OK); /* issued already: nothing is taken */
  ck_assert_int_eq(query(&world, &without, &facts), STATUS_OK);
  ck_assert_int_eq(facts.deposit, 0);
  world_close(&world);
}
END_TEST

START_TEST(activation_wants_certificate_and_chip) {
  struct world world;
  struct purse purse, other;

  world_open(&world);
  purse_new(&purse, 1);
  ck_assert_int_eq(reserve(&world, &purse), STATUS_OK);
  ck_assert_int_eq(tell(&world, &purse, MESSAGE_CARD_ACTIVATION), STATUS_CARD_UNKNOWN);
  purse_issue(&other, &world, 2);
  memcpy(other.chip_serial, purse.chip_serial, CHIP_SERIAL_SIZE);
  ck_assert_int_eq(tell(&world, &other, MESSAGE_CARD_ACTIVATION), STATUS_CARD_UNKNOWN);
  world_close(&world);
}
END_TEST

START_TEST(void_gives_the_number_back) {
  struct world world;
  struct purse purse, next;
  struct card_facts facts;

  world_open(&world);
  purse_new(&purse, 1);
  ck_assert_int_eq(reserve(&world, &purse), STATUS_OK);
  next = purse;
  next.chip_serial[7] ^= 1;
  ck_assert_int_eq(tell(&world, &next, MESSAGE_CARD_VOID), STATUS_CARD_UNKNOWN); /* another chip's */
  ck_assert_int_eq(tell(&world, &purse, MESSAGE_CARD_VOID), STATUS_OK);
  ck_assert_int_eq(query(&world, &purse, &facts), STATUS_CARD_UNKNOWN);
  world_close(&world);
}
END_TEST

START_TEST(query_tells_what_is_known) {
  struct world world;
  struct purse purse;
  struct card_facts facts;

  world_open(&world);
  purse_new(&purse, 1);
  ck_assert_int_eq(reserve(&world, &purse), STATUS_OK);
  ck_assert_int_eq(query(&world, &purse, &facts), STATUS_OK);
  ck_assert_str_eq(facts.state, "RESERVED");
  purse_issue(&purse, &world, 2);
  purse_load(&purse, &world, 4200);
  ck_assert_int_eq(query_at(&world, &world.admin, &purse, &facts), STATUS_OK);
  ck_assert_str_eq(facts.state, "ISSUED");
  ck_assert_str_eq(facts.reason, "");
  ck_assert_mem_eq(facts.cid, purse.cid, CID_SIZE);
  ck_assert_int_eq(facts.held, 4200);
  ck_assert_int_eq(facts.balance, 0);
  ck_assert_uint_eq(facts.last_atc, 1);
  ck_assert_uint_eq(facts.currency, 978);
  world_close(&world);
}
END_TEST

/* Numbers can be guessed and copied from a card in passing: a desk sees what is on a card by reading the card. */
START_TEST(desk_learns_no_balance_by_a_number) {
  struct world world;
  struct purse purse;
  struct card_facts facts;

  world_open(&world);
  purse_issue(&purse, &world, 1);
  purse_load(&purse, &world, 4200);
  ck_assert_int_eq(query(&world, &purse, &facts), STATUS_OK);
  ck_assert_str_eq(facts.state, "ISSUED");
  ck_assert(facts.unreported);
  ck_assert_int_eq(facts.held, 0);
  ck_assert_uint_eq(facts.last_atc, 0);
  ck_assert_int_eq(query_at(&world, &world.admin, &purse, &facts), STATUS_OK);
  ck_assert(!facts.unreported);
  ck_assert_int_eq(facts.held, 4200);
  world_close(&world);
}
END_TEST

static enum status fail_record(struct world *world, const uint8_t record[PIN_RECORD_SIZE]) {
  return station_tell(&world->pos, &world->service, MESSAGE_PIN_FAILURE, pin_failure_body(record));
}

static enum status fail_pin(struct world *world, struct purse *purse, uint8_t left) {
  const struct purse_pin pin = {.kind = PIN_KIND_WRONG, .left = left, .station = &world->pos};
  uint8_t record[PIN_RECORD_SIZE];

  purse_pin(purse, &pin, record);
  return fail_record(world, record);
}

static struct ledger_card shadow(struct world *world, const struct purse *purse) {
  struct ledger_card card;

  ck_assert_int_eq(ledger_card_find(writer_ledger(world->service.writer), purse->cid, &card), STATUS_OK);
  return card;
}

START_TEST(fifth_wrong_pin_blocks_here_too) {
  struct world world;
  struct purse purse;
  struct card_facts facts;

  world_open(&world);
  purse_issue(&purse, &world, 1);
  ck_assert_int_eq(fail_pin(&world, &purse, 4), STATUS_OK);
  ck_assert_int_eq(query(&world, &purse, &facts), STATUS_OK);
  ck_assert_str_eq(facts.state, "ISSUED");
  ck_assert_int_eq(fail_pin(&world, &purse, 0), STATUS_OK);
  ck_assert_int_eq(query(&world, &purse, &facts), STATUS_OK);
  ck_assert_str_eq(facts.state, "BLOCKED");
  ck_assert_str_eq(facts.reason, "PIN_BLOCKED");
  ck_assert_int_eq(fail_pin(&world, &purse, 0), STATUS_OK);
  purse_new(&purse, 2);
  cid_make(999999, 39, purse.cid);
  ck_assert_int_eq(fail_pin(&world, &purse, 3), STATUS_CARD_UNKNOWN);
  purse_new(&purse, 3);
  ck_assert_int_eq(reserve(&world, &purse), STATUS_OK);
  ck_assert_int_eq(fail_pin(&world, &purse, 0), STATUS_CARD_UNKNOWN); /* nobody's card yet */
  world_close(&world);
}
END_TEST

/* The number of the event decides, not how often or in which order it is told. */
START_TEST(wrong_pin_is_counted_once) {
  struct world world;
  struct purse purse;
  uint8_t early[PIN_RECORD_SIZE], late[PIN_RECORD_SIZE];
  struct purse_pin pin = {.kind = PIN_KIND_WRONG, .left = 4, .station = &world.pos};

  world_open(&world);
  purse_issue(&purse, &world, 1);
  purse_pin(&purse, &pin, early);
  pin.left = 3;
  purse_pin(&purse, &pin, late);
  ck_assert_int_eq(fail_record(&world, late), STATUS_OK);
  ck_assert_int_eq(fail_record(&world, late), STATUS_OK);
  ck_assert_int_eq(fail_record(&world, early), STATUS_OK);
  ck_assert_uint_eq(shadow(&world, &purse).pin_wrong, 1);
  ck_assert_uint_eq(shadow(&world, &purse).pin_events, 2);
  ck_assert_uint_eq(shadow(&world, &purse).state, LEDGER_CARD_ISSUED);
  world_close(&world);
}
END_TEST

/* A stolen terminal key walks through card numbers; an opened card speaks in another one's name; a terminal brings what
 * was signed for another one. Nobody is blocked, nothing is counted. */
START_TEST(nobodys_word_but_the_cards_blocks_it) {
  struct world world;
  struct purse purse, opened;
  uint8_t record[PIN_RECORD_SIZE];
  struct purse_pin pin = {.kind = PIN_KIND_WRONG, .left = 0, .station = &world.pos};

  world_open(&world);
  purse_issue(&purse, &world, 1);
  purse_issue(&opened, &world, 2);
  memcpy(opened.cid, purse.cid, CID_SIZE);
  ck_assert_int_eq(fail_pin(&world, &opened, 0), STATUS_BAD_SIGNATURE);
  pin.station = &world.other_pos;
  purse_pin(&purse, &pin, record);
  ck_assert_int_eq(fail_record(&world, record), STATUS_NOT_PERMITTED);
  pin = (struct purse_pin){.kind = PIN_KIND_RIGHT, .station = &world.pos};
  purse_pin(&purse, &pin, record);
  ck_assert_int_eq(fail_record(&world, record), STATUS_BAD_FORMAT); /* it was not wrong */
  pin.kind = PIN_KIND_CHANGED;
  purse_pin(&purse, &pin, record);
  ck_assert_int_eq(fail_record(&world, record), STATUS_BAD_FORMAT);
  ck_assert_uint_eq(shadow(&world, &purse).state, LEDGER_CARD_ISSUED);
  ck_assert_uint_eq(shadow(&world, &purse).pin_wrong, 0);
  ck_assert_uint_eq(shadow(&world, &purse).pin_events, 0);
  world_close(&world);
}
END_TEST

/* With the chip's serial, and even with its keys. */
START_TEST(reservation_belongs_to_its_desk) {
  struct world world;
  struct purse purse;
  struct card_facts facts;

  world_open(&world);
  purse_new(&purse, 1);
  ck_assert_int_eq(reserve(&world, &purse), STATUS_OK);
  ck_assert_int_eq(reserve_at(&world, &world.other_desk, &purse), STATUS_OTHER_DESK);
  ck_assert_int_eq(certify_at(&world, &world.other_desk, &purse), STATUS_OTHER_DESK);
  ck_assert_int_eq(tell_at(&world, &world.other_desk, &purse, MESSAGE_CARD_VOID), STATUS_OTHER_DESK);
  ck_assert_int_eq(certify_at(&world, &world.desk, &purse), STATUS_OK);
  ck_assert_int_eq(tell_at(&world, &world.other_desk, &purse, MESSAGE_CARD_VOID), STATUS_OTHER_DESK);
  ck_assert_int_eq(tell_at(&world, &world.other_desk, &purse, MESSAGE_CARD_ACTIVATION), STATUS_OTHER_DESK);
  ck_assert_int_eq(query(&world, &purse, &facts), STATUS_OK);
  ck_assert_str_eq(facts.state, "RESERVED");
  ck_assert_int_eq(tell(&world, &purse, MESSAGE_CARD_ACTIVATION), STATUS_OK);
  ck_assert_int_eq(tell_at(&world, &world.other_desk, &purse, MESSAGE_CARD_VOID), STATUS_CARD_ALREADY_ISSUED);
  world_close(&world);
}
END_TEST

/* A number that was given up is anybody's; so is what a revoked desk left, but no keys are certified in its place. */
START_TEST(what_a_desk_leaves_is_taken_over) {
  struct world world;
  struct purse given_up, left, made;

  world_open(&world);
  purse_new(&given_up, 1);
  purse_new(&left, 2);
  purse_new(&made, 3);
  ck_assert_int_eq(reserve(&world, &given_up), STATUS_OK);
  ck_assert_int_eq(tell(&world, &given_up, MESSAGE_CARD_VOID), STATUS_OK);
  ck_assert_int_eq(reserve_at(&world, &world.other_desk, &given_up), STATUS_OK);
  ck_assert_int_eq(certify_at(&world, &world.other_desk, &given_up), STATUS_OK);
  ck_assert_int_eq(reserve(&world, &left), STATUS_OK);
  ck_assert_int_eq(reserve(&world, &made), STATUS_OK);
  ck_assert_int_eq(certify_at(&world, &world.desk, &made), STATUS_OK);
  ck_assert_int_eq(revoke(&world, DESK), STATUS_OK);
  ck_assert_int_eq(certify_at(&world, &world.other_desk, &left), STATUS_OTHER_DESK);
  ck_assert_int_eq(tell_at(&world, &world.other_desk, &left, MESSAGE_CARD_VOID), STATUS_OTHER_DESK);
  ck_assert_int_eq(reserve_at(&world, &world.other_desk, &left), STATUS_OK);
  ck_assert_int_eq(certify_at(&world, &world.other_desk, &left), STATUS_OK);
  ck_assert_int_eq(tell_at(&world, &world.other_desk, &made, MESSAGE_CARD_ACTIVATION), STATUS_OK); /* it was written */
  world_close(&world);
}
END_TEST

/* Chips from `first` on, until one is refused: how many were not. */
static uint32_t reserve_many(struct world *world, struct station *desk, uint32_t first, struct purse *last) {
  enum status status = STATUS_OK;
  uint32_t count = 0;

  while (status == STATUS_OK && count < HOUSE_POOL) {
    purse_new(last, first + count);
    status = reserve_at(world, desk, last);
    count += status == STATUS_OK;
  }
  ck_assert_int_eq(status, STATUS_DESK_QUOTA);
  return count;
}

START_TEST(desk_has_no_more_open_than_its_quota) {
  struct world world;
  struct purse purse, first;

  world_open(&world);
  world.service.configuration.desk_reservations_open = 3;
  purse_new(&first, 1);
  ck_assert_int_eq(reserve(&world, &first), STATUS_OK);
  ck_assert_uint_eq(reserve_many(&world, &world.desk, 2, &purse), 2);
  ck_assert_int_eq(reserve(&world, &first), STATUS_OK);                      /* what it has is no further one */
  ck_assert_uint_eq(reserve_many(&world, &world.other_desk, 11, &purse), 3); /* each has its own */
  ck_assert_int_eq(certify_at(&world, &world.desk, &first), STATUS_OK);
  ck_assert_uint_eq(reserve_many(&world, &world.desk, 21, &purse), 0); /* certified is not issued */
  ck_assert_int_eq(tell(&world, &first, MESSAGE_CARD_ACTIVATION), STATUS_OK);
  ck_assert_uint_eq(reserve_many(&world, &world.desk, 31, &first), 1);
  purse_new(&first, 31);
  ck_assert_int_eq(reserve(&world, &first), STATUS_OK);
  ck_assert_int_eq(tell(&world, &first, MESSAGE_CARD_VOID), STATUS_OK);
  ck_assert_uint_eq(reserve_many(&world, &world.desk, 41, &purse), 1);
  world_close(&world);
}
END_TEST

/* Numbers that are given up, or issued, are reserved all the same. */
START_TEST(desk_has_no_more_in_a_day_than_its_quota) {
  struct world world;
  struct purse purse;

  world_open(&world);
  world.service.configuration.desk_reservations_per_day = 4;
  purse_new(&purse, 1);
  for (int i = 0; i < 2; i++) {
    ck_assert_int_eq(reserve(&world, &purse), STATUS_OK);
    ck_assert_int_eq(tell(&world, &purse, MESSAGE_CARD_VOID), STATUS_OK);
  }
  purse_issue(&purse, &world, 2);
  ck_assert_uint_eq(reserve_many(&world, &world.desk, 3, &purse), 1);
  ck_assert_uint_eq(reserve_many(&world, &world.other_desk, 11, &purse), 4);
  world.now -= 86400; /* no new day */
  ck_assert_uint_eq(reserve_many(&world, &world.desk, 21, &purse), 0);
  world.now += INT64_C(2) * 86400;
  ck_assert_uint_eq(reserve_many(&world, &world.desk, 31, &purse), 4);
  world_close(&world);
}
END_TEST

/* Chips `first` to `last` onto the list; how many were new. */
static int64_t deliver(struct world *world, uint32_t first, uint32_t last, int64_t *listed) {
  static struct chip_list list;
  struct answer answer;
  json_int_t added = -1, all = -1;

  list.count = 0;
  for (uint32_t chip = first; chip <= last; chip++) {
    struct purse purse;
    purse_new(&purse, chip);
    memcpy(list.serials[list.count++], purse.chip_serial, CHIP_SERIAL_SIZE);
  }
  station_ask(&world->admin, &world->service, MESSAGE_CHIP_ADDITION, chip_list_body(&list), &answer);
  ck_assert_int_eq(answer.code, STATUS_OK);
  ck_assert_int_eq(json_unpack(answer.body, "{s:I, s:I !}", "added", &added, "listed", &all), 0);
  answer_clear(&answer);
  *listed = all;
  return added;
}

START_TEST(chips_that_were_not_delivered_become_no_cards) {
  struct world world;
  struct purse before, listed, other;
  int64_t all = 0;

  world_open(&world);
  purse_new(&before, 1);
  purse_new(&listed, 2);
  purse_new(&other, 9);
  ck_assert_int_eq(reserve(&world, &before), STATUS_OK);
  ck_assert_int_eq(deliver(&world, 2, 4, &all), 3);
  ck_assert_int_eq(all, 3);
  ck_assert_int_eq(deliver(&world, 4, 5, &all), 1); /* said twice, there once */
  ck_assert_int_eq(all, 4);
  ck_assert_int_eq(reserve(&world, &other), STATUS_CHIP_NOT_LISTED);
  ck_assert_int_eq(reserve_at(&world, &world.other_desk, &other), STATUS_CHIP_NOT_LISTED);
  ck_assert_int_eq(reserve(&world, &before), STATUS_OK); /* it has its number */
  ck_assert_int_eq(tell(&world, &before, MESSAGE_CARD_VOID), STATUS_OK);
  ck_assert_int_eq(reserve(&world, &before), STATUS_CHIP_NOT_LISTED);
  ck_assert_int_eq(reserve(&world, &listed), STATUS_OK);
  ck_assert_int_eq(tell(&world, &listed, MESSAGE_CARD_VOID), STATUS_OK);
  ck_assert_int_eq(reserve(&world, &listed), STATUS_OK); /* nothing was certified */
  ck_assert_int_eq(certify_at(&world, &world.desk, &listed), STATUS_OK);
  ck_assert_int_eq(tell(&world, &listed, MESSAGE_CARD_VOID), STATUS_OK);
  ck_assert_int_eq(reserve(&world, &listed), STATUS_CHIP_NOT_LISTED); /* once */
  purse_issue(&listed, &world, 3);
  ck_assert_int_eq(reserve(&world, &listed), STATUS_CARD_ALREADY_ISSUED);
  world_close(&world);
}
END_TEST

START_TEST(list_of_chips_wants_whole_serials) {
  static const char *const wrong[] = {"", "AAAA", "AAAAAAAAAAAAAA", "not base64url", "AAAAAAAAAAA="};
  struct world world;
  struct purse purse;

  world_open(&world);
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
    ck_assert_int_eq(
        station_tell(&world.admin, &world.service, MESSAGE_CHIP_ADDITION, json_pack("{s:s}", "serials", wrong[i])),
        STATUS_BAD_FORMAT);
  ck_assert_int_eq(
      station_tell(&world.desk, &world.service, MESSAGE_CHIP_ADDITION, json_pack("{s:s}", "serials", "AAAAAAAAAAA")),
      STATUS_NOT_PERMITTED);
  purse_new(&purse, 1);
  ck_assert_int_eq(reserve(&world, &purse), STATUS_OK); /* there is no list */
  world_close(&world);
}
END_TEST

Suite *desk_suite(void) {
  Suite *suite = suite_create("desk");
  TCase *all = world_case("desk");

  tcase_add_test(all, chip_gets_one_number);
  tcase_add_test(all, empty_pool_says_so);
  tcase_add_test(all, issued_chip_is_not_issued_again);
  tcase_add_test(all, deposit_is_taken_once);
  tcase_add_test(all, activation_wants_certificate_and_chip);
  tcase_add_test(all, void_gives_the_number_back);
  tcase_add_test(all, query_tells_what_is_known);
  tcase_add_test(all, desk_learns_no_balance_by_a_number);
  tcase_add_test(all, fifth_wrong_pin_blocks_here_too);
  tcase_add_test(all, wrong_pin_is_counted_once);
  tcase_add_test(all, nobodys_word_but_the_cards_blocks_it);
  tcase_add_test(all, reservation_belongs_to_its_desk);
  tcase_add_test(all, what_a_desk_leaves_is_taken_over);
  tcase_add_test(all, desk_has_no_more_open_than_its_quota);
  tcase_add_test(all, desk_has_no_more_in_a_day_than_its_quota);
  tcase_add_test(all, chips_that_were_not_delivered_become_no_cards);
  tcase_add_test(all, list_of_chips_wants_whole_serials);
  suite_add_tcase(suite, all);
  return suite;
}
