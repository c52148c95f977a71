/* SPDX-License-Identifier: Apache-2.0
 * The deny list: blocked and suspended cards, each by its last change, in pages and since a number. */
#include "epurse/ledger_deny.h"

#include <string.h>
#include <unistd.h>

#include "acts.h"
#include "restore_scene.h"
#include "suites.h"

static enum status act_suspend(struct ledger *ledger, const void *what) {
  return ledger_card_suspend(ledger, what, "asked", WORLD_NOW);
}

static enum status act_resume(struct ledger *ledger, const void *what) {
  return ledger_card_resume(ledger, what);
}

static void on(struct world *world, world_act *act, const struct purse *purse) {
  ck_assert_int_eq(world_do(world, act, purse->cid), STATUS_OK);
}

/* The serials of the list behind `after`, negative where lifted; *latest as told. */
static size_t list(struct world *world, int64_t after, int64_t serials[8], int64_t *latest) {
  struct ledger_denial denials[8];
  size_t count = 0;
  ck_assert_int_eq(ledger_deny_list(world->ledger, after, denials, 8, &count, latest), STATUS_OK);
  for (size_t i = 0; i < count; i++)
    serials[i] = denials[i].denied ? denials[i].serial : -(int64_t)denials[i].serial;
  ck_assert(count == 0 || denials[count - 1].number <= *latest);
  return count;
}

START_TEST(tells_who_is_blocked_or_suspended) {
  struct world world;
  struct purse one, two, three;
  int64_t serials[8], latest = 0, had = 0;
  world_open(&world);
  world_issue(&world, 1, &one);
  world_issue(&world, 2, &two);
  world_issue(&world, 3, &three);
  ck_assert_uint_eq(list(&world, 0, serials, &had), 0);
  on(&world, act_suspend, &two);
  on(&world, act_block, &one);
  ck_assert_uint_eq(list(&world, 0, serials, &had), 2);
  ck_assert_int_eq(serials[0], 2);
  ck_assert_int_eq(serials[1], 1);
  on(&world, act_block, &one); /* again: nothing new */
  ck_assert_uint_eq(list(&world, had, serials, &latest), 0);
  ck_assert_int_eq(latest, had);
  on(&world, act_resume, &two);
  on(&world, act_suspend, &three);
  on(&world, act_block, &three); /* denied before and after */
  ck_assert_uint_eq(list(&world, had, serials, &latest), 2);
  ck_assert_int_eq(serials[0], -2);
  ck_assert_int_eq(serials[1], 3);
  ck_assert_int_gt(latest, had);
  ck_assert_uint_eq(list(&world, 0, serials, &latest), 2); /* who has no list needs nobody lifted */
  ck_assert_int_eq(serials[0], 1);
  ck_assert_int_eq(serials[1], 3);
  world_close(&world);
}
END_TEST

static enum status act_certify(struct ledger *ledger, const void *what) {
  struct ledger_certification certification;
  uint8_t cid[CID_SIZE];
  world_certification(&certification);
  enum status status = ledger_card_reserve(ledger, what, WORLD_NOW, cid);
  return status == STATUS_OK ? ledger_card_certify(ledger, cid, &certification) : status;
}

static enum status act_issue(struct ledger *ledger, const void *what) {
  return ledger_card_issue(ledger, what, WORLD_NOW);
}

static enum status act_void(struct ledger *ledger, const void *what) {
  bool retired = false;
  return ledger_card_void(ledger, what, &retired);
}

/* Tills take a certified key for a card's: its number is denied until it is one, and for ever where it becomes none. */
START_TEST(has_what_is_not_issued) {
  struct world world;
  struct purse one = {0}, two = {0};
  uint8_t chip[CHIP_SERIAL_SIZE];
  int64_t serials[8], had = 0, latest = 0;
  world_open(&world);
  for (uint32_t i = 1; i <= 2; i++) {
    world_chip(i, chip);
    ck_assert_int_eq(world_do(&world, act_certify, chip), STATUS_OK);
    cid_make(123456, i, i == 1 ? one.cid : two.cid);
  }
  ck_assert_int_eq(world_do(&world, act_certify, chip), STATUS_OK); /* again: nothing new */
  ck_assert_uint_eq(list(&world, 0, serials, &had), 2);
  ck_assert(serials[0] == 1 && serials[1] == 2 && had == 2);
  on(&world, act_issue, &one);
  on(&world, act_void, &two); /* denied before and after */
  ck_assert_uint_eq(list(&world, had, serials, &latest), 1);
  ck_assert_int_eq(serials[0], -1);
  ck_assert_uint_eq(list(&world, 0, serials, &latest), 1);
  ck_assert_int_eq(serials[0], 2);
  world_assert_clean(&world);
  world_close(&world);
}
END_TEST

/* A page at a time, with a change between two pages. */
START_TEST(goes_on_behind_a_page) {
  struct world world;
  struct purse purses[4];
  struct ledger_denial page[2];
  size_t count = 0;
  int64_t latest = 0;
  world_open(&world);
  for (uint32_t i = 0; i < 4; i++) {
    world_issue(&world, i + 1, &purses[i]);
    on(&world, act_suspend, &purses[i]);
  }
  ck_assert_int_eq(ledger_deny_list(world.ledger, 0, page, 2, &count, &latest), STATUS_OK);
  ck_assert_uint_eq(count, 2);
  ck_assert_int_lt(page[1].number, latest);
  on(&world, act_resume, &purses[0]);
  ck_assert_int_eq(ledger_deny_list(world.ledger, page[1].number, page, 2, &count, &latest), STATUS_OK);
  ck_assert_uint_eq(count, 2);
  ck_assert_uint_eq(page[0].serial, 3);
  ck_assert_int_eq(ledger_deny_list(world.ledger, page[1].number, page, 2, &count, &latest), STATUS_OK);
  ck_assert_uint_eq(count, 1);
  ck_assert_uint_eq(page[0].serial, 1);
  ck_assert(!page[0].denied);
  ck_assert_int_eq(page[0].number, latest);
  world_close(&world);
}
END_TEST

/* ---- after a restoration ---- */

/* What a till keeps: it refuses a number below its own. */
struct till {
  int64_t number;
  bool denies[5]; /* by serial */
};

/* It takes the list, a page after the other. */
static void till_hear(struct world *world, struct till *till) {
  struct ledger_denial page[2];
  size_t count = 0;
  int64_t latest = 0;
  do {
    ck_assert_int_eq(ledger_deny_list(world->ledger, till->number, page, 2, &count, &latest), STATUS_OK);
    int64_t number = count > 0 ? page[count - 1].number : latest;
    ck_assert_int_ge(number, till->number);
    till->number = number;
    for (size_t i = 0; i < count; i++)
      till->denies[page[i].serial] = page[i].denied;
  } while (till->number != latest);
}

static enum status act_restored(struct ledger *ledger, const void *what) {
  const int64_t *now = what;
  return ledger_restoration_note(ledger, *now);
}

/* The till knows number 100 of a life of which the ledger has kept three changes. */
START_TEST(a_restored_list_goes_on_above_what_was_lost) {
  struct world world;
  struct purse purses[4];
  struct till till = {.number = 100, .denies = {[2] = true}}, fresh = {0};
  world_open(&world);
  for (uint32_t i = 0; i < 4; i++)
    world_issue(&world, i + 1, &purses[i]);
  on(&world, act_suspend, &purses[0]);
  on(&world, act_suspend, &purses[1]);
  on(&world, act_resume, &purses[1]);
  ck_assert_int_eq(world_do(&world, act_restored, &world.now), STATUS_OK);
  till_hear(&world, &till);
  ck_assert_int_gt(till.number, 100);
  ck_assert(till.denies[1] && !till.denies[2]);
  on(&world, act_block, &purses[2]);
  till_hear(&world, &till);
  ck_assert(till.denies[3]);
  till_hear(&world, &fresh);
  ck_assert_int_eq(fresh.number, till.number);
  ck_assert(fresh.denies[1] && !fresh.denies[2] && fresh.denies[3]);
  world_close(&world);
}
END_TEST

/* Likewise where it never denied anything. */
START_TEST(an_empty_list_goes_on_too) {
  struct world world;
  struct purse purse;
  struct till till = {.number = 100};
  world_open(&world);
  world_issue(&world, 1, &purse);
  ck_assert_int_eq(world_do(&world, act_restored, &world.now), STATUS_OK);
  till_hear(&world, &till);
  on(&world, act_block, &purse);
  till_hear(&world, &till);
  ck_assert(till.denies[1]);
  world_close(&world);
}
END_TEST

static void restore_again(struct scene *scene, struct till *till, const struct purse *purses) {
  struct ledger_restored restored;
  scene->world.now++;
  ck_assert_int_eq(scene_restore(scene, true, &restored), STATUS_OK);
  till_hear(&scene->world, till);
  ck_assert(till->denies[1]);
  memset(till->denies, 0, sizeof till->denies); /* all that it denies now it has heard in this life */
  on(&scene->world, act_block, &purses[3]);
  on(&scene->world, act_suspend, &purses[1]);
  on(&scene->world, act_suspend, &purses[2]);
  till_hear(&scene->world, till);
  ck_assert(till->denies[2] && till->denies[3] && till->denies[4]);
  ck_assert_int_eq(unlink(restored.aside), 0);
}

/* Who forgets what and blocks it again, behind another card, also from the same backup a second time. */
START_TEST(a_till_hears_of_each_life) {
  struct scene scene = {0};
  struct purse purses[4];
  struct till till = {0};
  world_open(&scene.world);
  for (uint32_t i = 0; i < 4; i++)
    world_issue(&scene.world, i + 1, &purses[i]);
  on(&scene.world, act_suspend, &purses[0]);
  scene_backup(&scene);
  on(&scene.world, act_suspend, &purses[1]);
  on(&scene.world, act_suspend, &purses[2]);
  till_hear(&scene.world, &till);
  for (int i = 0; i < 2; i++)
    restore_again(&scene, &till, purses);
  scene_close(&scene, NULL);
}
END_TEST

START_TEST(has_an_allowance) {
  struct world world;
  struct ledger_offline_allowance allowance;
  world_open(&world);
  ck_assert_int_eq(ledger_offline_allowance(world.ledger, (const uint8_t *)POS, &allowance), STATUS_OK);
  ck_assert_int_eq(allowance.sum, LEDGER_OFFLINE_SUM);
  ck_assert_int_eq(allowance.count, LEDGER_OFFLINE_COUNT);
  ck_assert_int_eq(ledger_offline_allowance(world.ledger, (const uint8_t *)"NOBODY00", &allowance), STATUS_NOT_FOUND);
  world_close(&world);
}
END_TEST

static enum status act_speak(struct ledger *ledger, const void *what) {
  return ledger_terminal_accept(ledger, (const uint8_t *)what, INT64_C(1000) * WORLD_NOW);
}

static enum status act_speak_later(struct ledger *ledger, const void *what) {
  return ledger_terminal_accept(ledger, (const uint8_t *)what, INT64_C(1000) * (WORLD_NOW + 100));
}

/* The list of terminals tells of that one. */
static void assert_listed(struct world *world, const char *tid, int64_t heard_at, bool offline) {
  struct ledger_terminal terminals[16];
  size_t count = 0, i = 0;
  ck_assert_int_eq(ledger_terminal_list(world->ledger, NULL, terminals, 16, &count), STATUS_OK);
  while (i < count && memcmp(terminals[i].tid, tid, TID_SIZE) != 0)
    i++;
  ck_assert_uint_lt(i, count);
  ck_assert_int_eq(terminals[i].heard_at, heard_at);
  ck_assert(terminals[i].offline == offline);
}

/* Tills that may take cards off-line, by their last message. */
START_TEST(knows_who_is_silent) {
  struct world world;
  struct ledger_silence silence;
  world_open(&world);
  ck_assert_int_eq(ledger_terminal_silence(world.ledger, WORLD_NOW + 1000, &silence), STATUS_OK);
  ck_assert(silence.silent == 0 && silence.oldest == 0); /* nobody has said anything yet */
  ck_assert_int_eq(world_do(&world, act_speak, POS), STATUS_OK);
  ck_assert_int_eq(world_do(&world, act_speak_later, OTHER_POS), STATUS_OK);
  ck_assert_int_eq(world_do(&world, act_speak, RELOAD), STATUS_OK); /* which takes none off-line */
  ck_assert_int_eq(ledger_terminal_silence(world.ledger, WORLD_NOW + 50, &silence), STATUS_OK);
  ck_assert(silence.silent == 1 && silence.oldest == WORLD_NOW);
  ck_assert_int_eq(ledger_terminal_silence(world.ledger, WORLD_NOW, &silence), STATUS_OK);
  ck_assert(silence.silent == 0 && silence.oldest == WORLD_NOW);
  assert_listed(&world, POS, WORLD_NOW, true);
  assert_listed(&world, OTHER_POS, WORLD_NOW + 100, true);
  assert_listed(&world, RELOAD, WORLD_NOW, false);
  assert_listed(&world, DESK, 0, false);
  ck_assert_int_eq(world_do(&world, act_revoke, POS), STATUS_OK);
  assert_listed(&world, POS, WORLD_NOW, false);
  ck_assert_int_eq(ledger_terminal_silence(world.ledger, WORLD_NOW + 1000, &silence), STATUS_OK);
  ck_assert(silence.silent == 1 && silence.oldest == WORLD_NOW + 100);
  world_close(&world);
}
END_TEST

/* A card that somebody frees behind the list's back. */
START_TEST(the_audit_sees_another_list) {
  struct world world;
  struct purse purse;
  world_open(&world);
  world_issue(&world, 1, &purse);
  on(&world, act_suspend, &purse);
  ck_assert_int_eq(
      world_tamper(&world, "DROP TRIGGER deny_change_noted; UPDATE card SET suspended_at = 0, reason = ''"),
      PLACE_DONE);
  ck_assert_uint_gt(world_contradictions(&world), 0);
  world_discard(&world);
}
END_TEST

Suite *deny_suite(void) {
  Suite *suite = suite_create("deny list");
  TCase *tests = tcase_create("list");
  tcase_set_timeout(tests, 60);
  tcase_add_test(tests, tells_who_is_blocked_or_suspended);
  tcase_add_test(tests, has_what_is_not_issued);
  tcase_add_test(tests, goes_on_behind_a_page);
  tcase_add_test(tests, a_restored_list_goes_on_above_what_was_lost);
  tcase_add_test(tests, an_empty_list_goes_on_too);
  if (place_is_file())
    tcase_add_test(tests, a_till_hears_of_each_life);
  tcase_add_test(tests, has_an_allowance);
  tcase_add_test(tests, knows_who_is_silent);
  if (place_is_file())
    tcase_add_test(tests, the_audit_sees_another_list);
  suite_add_tcase(suite, tests);
  return suite;
}
