/* SPDX-License-Identifier: Apache-2.0
 * Factory-fresh chips made ready by src/globalplatform/prepare.c: with either protocol, torn at each write, with keys,
 * files and cards that do not fit. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "epurse/crypto.h"
#include "epurse/prepare.h"
#include "epurse/reader.h"
#include "epurse/session.h"
#include "epurse/vcard.h"
#include "globalplatform/cap_file.h"
#include "keys/scratch.h"
#include "suites.h"
#include "vcard/chip.h"
#include "vcard/chip_state.h"

static const uint8_t serial[CHIP_SERIAL_SIZE] = {0x63, 0x11, 0x00, 0x12, 0x34, 0x56, 0x78, 0x90};
static const uint8_t batch_key[CRYPTO_AES_KEY_SIZE] = {0xBA, 0x7C};
static const uint8_t domain_master[CRYPTO_AES_KEY_SIZE] = {0xD0, 0x3A, 0x11};
static struct cap *cap;
static struct vcard *vcard;
static struct reader *reader;

static void card_put(const struct chip_kind *kind) {
  struct chip_kind made = *kind;

  memcpy(made.serial, serial, sizeof serial);
  unlink("fresh.card");
  unlink("fresh.card.purse");
  ck_assert_int_eq(chip_create("fresh.card", &made), STATUS_OK);
  ck_assert_int_eq(vcard_open("fresh.card", &vcard), STATUS_OK);
  ck_assert_int_eq(reader_open_direct(vcard, &reader), STATUS_OK);
  ck_assert_int_eq(reader_connect(reader), STATUS_OK);
}

static void card_take(void) {
  reader_close(&reader);
  vcard_close(&vcard);
}

/* Taken out and put in again, by another process as it were. */
static void card_reopen(void) {
  card_take();
  ck_assert_int_eq(vcard_open("fresh.card", &vcard), STATUS_OK);
  ck_assert_int_eq(reader_open_direct(vcard, &reader), STATUS_OK);
  ck_assert_int_eq(reader_connect(reader), STATUS_OK);
}

static void setup(void) {
  char problem[CAP_PROBLEM];

  scratch_enter();
  cap_file_write("purse.cap", &(struct cap_fault){.method_size = 3000});
  ck_assert_int_eq(cap_read("purse.cap", &cap, problem), STATUS_OK);
}

static void teardown(void) {
  cap_free(&cap);
  scratch_leave();
}

/* The published keys, ours afterwards. */
static struct prepare plan(void) {
  struct prepare prepare = {.cap = cap, .keys = {.len = 16}, .domain_master = domain_master, .batch_key = batch_key};

  for (uint8_t i = 0; i < 16; i++)
    prepare.keys.enc[i] = prepare.keys.mac[i] = prepare.keys.dek[i] = 0x40 + i;
  return prepare;
}

static const uint8_t protocols[] = {2, 3};

/* As cards are sold: the published keys under FF, which goes by itself; under other versions, where they stay beside
 * ours, before them or behind them, or have the one that ours should have; and a card that tells of none. */
static const struct chip_kind sold[] = {
    {.protocol = 2},
    {.protocol = 3},
    {.protocol = 2, .factory_kvn = 0x01},
    {.protocol = 2, .factory_kvn = 0x20},
    {.protocol = 3, .factory_kvn = 0x30},
    {.protocol = 3, .factory_kvn = 0x31, .closed_mouth = true},
    {.protocol = 2, .factory_kvn = 0x70},
};
static const int sold_count = sizeof sold / sizeof sold[0];

/* Under no version do the published keys open the domain, nor under the one that it takes first. */
static void published_keys_open_nothing(void) {
  const struct prepare published = plan();

  for (unsigned version = 0; version <= 0xFF; version++) {
    struct domain domain;
    ck_assert_int_ne(domain_open(&domain, reader, DOMAIN_PLAIN, &published.keys, (uint8_t)version), STATUS_OK);
  }
}

START_TEST(fresh_card_becomes_a_raw_one) {
  struct session session = {.reader = reader};
  struct prepare prepare = plan();

  card_put(&sold[_i]);
  ck_assert_int_eq(session_select(&session, reader), STATUS_NOT_OUR_CARD);
  ck_assert_int_eq(prepare_run(&prepare, reader), STATUS_OK);
  ck_assert_int_eq(prepare.step, PREPARE_DONE);
  ck_assert(!prepare.was_done && !prepare.was_ours);
  ck_assert_mem_eq(prepare.view.serial, serial, sizeof serial);
  published_keys_open_nothing();
  card_reopen();
  ck_assert_int_eq(session_open_blank(&session, reader, batch_key), STATUS_OK);
  ck_assert_mem_eq(session.chip_serial, serial, sizeof serial);
  session_close(&session);
  card_take();
}
END_TEST

START_TEST(once_more_changes_nothing) {
  struct prepare first = plan(), second = plan();
  size_t before_len = 0, after_len = 0;

  card_put(&sold[_i]);
  ck_assert_int_eq(prepare_run(&first, reader), STATUS_OK);
  char *before = scratch_read("fresh.card.purse", &before_len);
  ck_assert_int_eq(prepare_run(&second, reader), STATUS_OK);
  ck_assert(second.was_done && second.was_ours);
  char *after = scratch_read("fresh.card.purse", &after_len);
  ck_assert_uint_eq(before_len, after_len);
  ck_assert_mem_eq(before, after, before_len);
  free(before);
  free(after);
  card_take();
}
END_TEST

/* Power fails before or after the n-th write; the same again goes on, and no key is lost. */
START_TEST(torn_anywhere_it_goes_on) {
  bool torn = true;
  uint32_t n = 1;

  for (; torn; n++)
    for (int after = 0; after < 2; after++) {
      struct prepare first = plan(), second = plan();
      card_put(&sold[_i]);
      vcard_fail_at(vcard, n, after == 1);
      first.lock = second.lock = true;
      torn = prepare_run(&first, reader) != STATUS_OK;
      card_reopen();
      enum status status = prepare_run(&second, reader);
      ck_assert_msg(status == STATUS_OK, "after a tear at write %u, step %d: %s in step %d", (unsigned)n, first.step,
                    status_name(status), second.step);
      published_keys_open_nothing();
      card_take();
      ck_assert_uint_lt(n, 40);
    }
  ck_assert_uint_gt(n, 7); /* two sessions, keys, package, applet */
}
END_TEST

/* Wrong keys are seen by the card's own cryptogram: however often, the card does not count them. */
START_TEST(wrong_keys_cost_the_card_nothing) {
  struct prepare right = plan();

  card_put(&(struct chip_kind){.protocol = protocols[_i]});
  for (int i = 0; i < 25; i++) {
    struct prepare wrong = plan();
    wrong.keys.mac[7] ^= 1;
    wrong.keys.enc[7] ^= 2;
    ck_assert_int_eq(prepare_run(&wrong, reader), STATUS_NOT_AUTHENTICATED);
    ck_assert_int_eq(wrong.step, PREPARE_OPEN);
  }
  ck_assert_int_eq(prepare_run(&right, reader), STATUS_OK);
  card_take();
}
END_TEST

/* By another program; prepare then says so before it shows a key. */
START_TEST(card_that_was_shown_wrong_keys_too_often) {
  static const uint8_t update[] = {0x80, 0x50, 0x00, 0x00, 0x08, 1, 2, 3, 4, 5, 6, 7, 8, 0x00};
  static const uint8_t wrong[5 + 16] = {0x84, 0x82, 0x03, 0x00, 0x10};
  struct apdu_response response;
  struct prepare prepare = plan();

  card_put(&(struct chip_kind){.protocol = protocols[_i]});
  for (int i = 0; i < 10; i++) {
    ck_assert_int_eq(reader_transmit(reader, update, sizeof update, &response), STATUS_OK);
    ck_assert_uint_eq(response.sw, SW_OK);
    ck_assert_int_eq(reader_transmit(reader, wrong, sizeof wrong, &response), STATUS_OK);
    ck_assert_uint_eq(response.sw, 0x6300);
  }
  ck_assert_int_eq(prepare_run(&prepare, reader), STATUS_CARD_REFUSED);
  ck_assert_int_eq(prepare.step, PREPARE_LOOK);
  ck_assert_uint_ne(prepare.sw, SW_BLOCKED);
  card_take();
}
END_TEST

/* The published keys open nothing after it. */
START_TEST(published_keys_are_gone) {
  struct prepare ours = plan(), published = plan();

  card_put(&(struct chip_kind){.protocol = protocols[_i]});
  ck_assert_int_eq(prepare_run(&ours, reader), STATUS_OK);
  published.domain_master = NULL;
  published.undo = true;
  ck_assert_int_eq(prepare_run(&published, reader), STATUS_NOT_AUTHENTICATED);
  card_take();
}
END_TEST

/* A card that keeps them is told so before there is a purse to lose; where that is wanted it can be prepared with
 * them. */
START_TEST(seller_s_keys_that_stay_are_said) {
  struct prepare prepare = plan(), kept = plan();

  card_put(&(struct chip_kind){.protocol = protocols[_i], .factory_kvn = 0x01, .keeps_keys = true});
  for (int i = 0; i < 2; i++) {
    ck_assert_int_eq(prepare_run(&prepare, reader), STATUS_CARD_REFUSED);
    ck_assert_int_eq(prepare.step, PREPARE_FORGET);
    ck_assert_int_eq(access("fresh.card.purse", F_OK), -1);
  }
  kept.domain_master = NULL;
  ck_assert_int_eq(prepare_run(&kept, reader), STATUS_OK);
  /* with a purse on it that was put under those keys it is not ready either */
  ck_assert_int_eq(prepare_look(&prepare, reader), STATUS_OK);
  ck_assert(prepare.was_ours && !prepare.was_done);
  ck_assert_uint_eq(prepare.seller_version, 0x01);
  card_take();
}
END_TEST

/* The versions that ours may have are both another's. */
START_TEST(card_without_a_free_version_is_left_as_it_is) {
  struct prepare prepare = plan(), other = plan();
  struct domain domain;
  uint8_t second = protocols[_i] == 3 ? 0x31 : 0x21;

  card_put(&(struct chip_kind){.protocol = protocols[_i], .factory_kvn = second - 1});
  ck_assert_int_eq(domain_open(&domain, reader, DOMAIN_PLAIN, &other.keys, 0), STATUS_OK);
  other.keys.enc[0] ^= 1;
  ck_assert_int_eq(domain_put_keys(&domain, second, &other.keys), STATUS_OK);
  domain_close(&domain);
  ck_assert_int_eq(prepare_run(&prepare, reader), STATUS_CARD_REFUSED);
  ck_assert_int_eq(prepare.step, PREPARE_KEYS);
  card_take();
}
END_TEST

START_TEST(keys_may_be_kept) {
  struct prepare prepare = plan(), undo = plan();

  card_put(&(struct chip_kind){.protocol = protocols[_i]});
  prepare.domain_master = NULL;
  ck_assert_int_eq(prepare_run(&prepare, reader), STATUS_OK);
  undo.domain_master = NULL;
  undo.undo = true;
  ck_assert_int_eq(prepare_run(&undo, reader), STATUS_OK);
  card_take();
}
END_TEST

START_TEST(what_it_made_can_be_undone) {
  struct session session = {.reader = NULL};
  struct prepare prepare = plan(), undo = plan(), again = plan();

  card_put(&(struct chip_kind){.protocol = protocols[_i]});
  ck_assert_int_eq(prepare_run(&prepare, reader), STATUS_OK);
  undo.undo = true;
  undo.cap = NULL;
  ck_assert_int_eq(prepare_run(&undo, reader), STATUS_OK);
  ck_assert_int_eq(session_select(&session, reader), STATUS_NOT_OUR_CARD);
  ck_assert_int_eq(access("fresh.card.purse", F_OK), -1);
  ck_assert_int_eq(prepare_run(&again, reader), STATUS_OK);
  ck_assert(again.was_ours && !again.was_done);
  card_take();
}
END_TEST

START_TEST(locking_is_done_once) {
  struct prepare prepare = plan();

  card_put(&(struct chip_kind){.protocol = protocols[_i]});
  prepare.lock = true;
  ck_assert_int_eq(prepare_run(&prepare, reader), STATUS_OK);
  prepare = plan();
  prepare.lock = true;
  ck_assert_int_eq(prepare_run(&prepare, reader), STATUS_OK);
  ck_assert(prepare.was_done);
  card_take();
  card_put(&(struct chip_kind){.protocol = protocols[_i], .state = 0x0F, .old_listing = true}); /* by the seller */
  prepare = plan();
  prepare.lock = true;
  ck_assert_int_eq(prepare_run(&prepare, reader), STATUS_OK);
  card_take();
}
END_TEST

/* What cannot be taken back is no "nothing was changed". */
START_TEST(locking_a_prepared_card_changes_it) {
  struct prepare prepare = plan();

  card_put(&(struct chip_kind){.protocol = protocols[_i]});
  ck_assert_int_eq(prepare_run(&prepare, reader), STATUS_OK);
  prepare = plan();
  prepare.lock = true;
  ck_assert_int_eq(prepare_run(&prepare, reader), STATUS_OK);
  ck_assert(!prepare.was_done);
  card_take();
}
END_TEST

/* A card that takes neither step, and is not where they lead. */
START_TEST(locking_that_is_refused_is_said) {
  struct prepare prepare = plan();

  card_put(&(struct chip_kind){.protocol = protocols[_i], .state = 0x03});
  prepare.lock = true;
  ck_assert_int_eq(prepare_run(&prepare, reader), STATUS_CARD_REFUSED);
  ck_assert_int_eq(prepare.step, PREPARE_LOCK);
  card_take();
}
END_TEST

/* Locked is refused before any key is shown, terminated is no card any more; secured takes a package still. */
START_TEST(card_in_other_states) {
  static const struct {
    uint8_t state;
    enum status status;
    enum prepare_step step;
  } rows[] = {{0x0F, STATUS_OK, PREPARE_DONE},
              {0x7F, STATUS_CARD_REFUSED, PREPARE_LOOK},
              {0xFF, STATUS_NOT_OUR_CARD, PREPARE_LOOK}};

  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct prepare prepare = plan();
    card_put(&(struct chip_kind){.protocol = protocols[_i], .state = rows[i].state});
    ck_assert_int_eq(prepare_run(&prepare, reader), rows[i].status);
    ck_assert_int_eq(prepare.step, rows[i].step);
    ck_assert(rows[i].status != STATUS_CARD_REFUSED || prepare.sw == SW_BLOCKED);
    card_take();
  }
}
END_TEST

/* It begins no session; that it tells no number, which is another sentence, is not said. */
START_TEST(card_without_keys_begins_no_session) {
  struct prepare prepare = plan();
  struct chip_memory memory;
  size_t len = 0;

  card_put(&(struct chip_kind){.protocol = protocols[_i]});
  card_take();
  char *image = scratch_read("fresh.card", &len);
  ck_assert_uint_eq(len, sizeof memory);
  memcpy(&memory, image, len);
  free(image);
  memset(memory.sets, 0, sizeof memory.sets);
  scratch_write("fresh.card", 0600, &memory, sizeof memory);
  ck_assert_int_eq(vcard_open("fresh.card", &vcard), STATUS_OK);
  ck_assert_int_eq(reader_open_direct(vcard, &reader), STATUS_OK);
  ck_assert_int_eq(reader_connect(reader), STATUS_OK);
  ck_assert_int_eq(prepare_run(&prepare, reader), STATUS_CARD_REFUSED);
  ck_assert_int_eq(prepare.step, PREPARE_LOOK);
  card_take();
}
END_TEST

START_TEST(applet_for_newer_cards_is_refused) {
  struct prepare prepare = plan();

  card_put(&(struct chip_kind){.protocol = protocols[_i], .framework = 4});
  ck_assert_int_eq(prepare_run(&prepare, reader), STATUS_CARD_REFUSED);
  ck_assert_int_eq(prepare.step, PREPARE_LOAD);
  ck_assert_uint_eq(prepare.sw, 0x6438);
  card_take();
}
END_TEST

START_TEST(card_without_room_says_so) {
  struct prepare prepare = plan();

  card_put(&(struct chip_kind){.protocol = protocols[_i], .memory = 1000});
  ck_assert_int_eq(prepare_run(&prepare, reader), STATUS_CARD_REFUSED);
  ck_assert_int_eq(prepare.step, PREPARE_LOAD);
  ck_assert_uint_eq(prepare.sw, 0x6A84);
  card_take();
}
END_TEST

/* The number is then the one that keys are diversified by. */
START_TEST(silent_card_is_prepared_too) {
  struct prepare prepare = plan();

  card_put(&(struct chip_kind){.protocol = protocols[_i], .closed_mouth = true});
  ck_assert_int_eq(prepare_run(&prepare, reader), STATUS_OK);
  ck_assert(!prepare.view.has_cplc);
  ck_assert_mem_eq(prepare.view.serial, serial, sizeof serial);
  card_take();
}
END_TEST

/* Its listing has another form; what was made is found in it, and taken away. */
START_TEST(older_card_lists_without_tags) {
  struct prepare first = plan(), undo = plan(), again = plan();

  card_put(&(struct chip_kind){.protocol = protocols[_i], .old_listing = true});
  ck_assert_int_eq(prepare_run(&first, reader), STATUS_OK);
  undo.undo = true;
  ck_assert_int_eq(prepare_run(&undo, reader), STATUS_OK);
  ck_assert_int_eq(access("fresh.card.purse", F_OK), -1);
  ck_assert_int_eq(prepare_run(&again, reader), STATUS_OK);
  card_take();
}
END_TEST

/* It is given no more at once than it says that it takes. */
START_TEST(card_with_a_small_buffer_gets_small_blocks) {
  struct prepare prepare = plan();

  card_put(&(struct chip_kind){.protocol = protocols[_i], .data_max = 128});
  ck_assert_int_eq(prepare_run(&prepare, reader), STATUS_OK);
  card_take();
}
END_TEST

/* A length that no command fits into is not calculated with. */
START_TEST(card_that_says_nonsense_is_left_alone) {
  for (uint8_t most = 1; most < 32; most++) {
    struct prepare prepare = plan();
    card_put(&(struct chip_kind){.protocol = protocols[_i], .data_max = most});
    ck_assert_int_eq(prepare_run(&prepare, reader), STATUS_BAD_REPLY);
    ck_assert_int_eq(prepare.step, PREPARE_LOOK);
    card_take();
  }
}
END_TEST

static enum status stop_at(void *context, size_t block, size_t blocks) {
  (void)blocks;
  return block == *(size_t *)context ? STATUS_CANCELLED : STATUS_OK;
}

/* Broken off between two blocks, nothing of it stays. */
START_TEST(load_can_be_broken_off) {
  for (size_t block = 0; block < 5; block++) {
    struct prepare first = plan(), second = plan();
    card_put(&(struct chip_kind){.protocol = protocols[_i]});
    first.progress = stop_at;
    first.context = &block;
    ck_assert_int_eq(prepare_run(&first, reader), STATUS_CANCELLED);
    card_reopen();
    ck_assert_int_eq(prepare_run(&second, reader), STATUS_OK);
    ck_assert(second.was_ours);
    card_take();
  }
}
END_TEST

static enum status (*whole_transmit)(void *context, const uint8_t *command, size_t len, uint8_t *answer,
                                     size_t *answer_len);

/* ---- a purse that does not answer SELECT ---- */

static uint16_t select_word;

static enum status unselected_transmit(void *context, const uint8_t *command, size_t len, uint8_t *answer,
                                       size_t *answer_len) {
  static const uint8_t select[] = {0x00, 0xA4, 0x04, 0x00, PURSE_AID_SIZE, PURSE_AID_BYTES};
  if (len < sizeof select || memcmp(command, select, sizeof select) != 0)
    return whole_transmit(context, command, len, answer, answer_len);
  answer[0] = (uint8_t)(select_word >> 8);
  answer[1] = (uint8_t)select_word;
  *answer_len = 2;
  return STATUS_OK;
}

/* It is there by the domain's own listing, and may have money on it: it goes only where that is asked for. */
START_TEST(purse_that_does_not_answer_is_kept) {
  static const uint16_t words[] = {0x6F00, 0x6985, 0x6999, 0x6A82, 0x9000};

  for (size_t i = 0; i < 2 * sizeof words / sizeof words[0]; i++) {
    struct prepare first = plan(), second = plan(), undo = plan();
    size_t before_len = 0, after_len = 0;
    card_put(&(struct chip_kind){.protocol = protocols[_i], .old_listing = i % 2 == 1});
    ck_assert_int_eq(prepare_run(&first, reader), STATUS_OK);
    char *before = scratch_read("fresh.card.purse", &before_len);
    whole_transmit = reader->transmit;
    reader->transmit = unselected_transmit;
    select_word = words[i / 2];
    ck_assert_int_eq(prepare_look(&second, reader), select_word == 0x6A82 ? STATUS_OK : STATUS_CARD_REFUSED);
    ck_assert_int_eq(prepare_run(&second, reader), STATUS_CARD_REFUSED);
    ck_assert_int_eq(second.step, PREPARE_PURSE);
    char *after = scratch_read("fresh.card.purse", &after_len);
    ck_assert_uint_eq(before_len, after_len);
    ck_assert_mem_eq(before, after, before_len);
    undo.undo = true;
    ck_assert_int_eq(prepare_run(&undo, reader), STATUS_OK);
    ck_assert_int_eq(access("fresh.card.purse", F_OK), -1);
    free(before);
    free(after);
    card_take();
  }
}
END_TEST

/* Nor are the seller's keys changed, under which it may be opened again. */
START_TEST(purse_that_does_not_answer_keeps_its_keys) {
  struct prepare first = plan(), second = plan(), kept = plan();

  card_put(&(struct chip_kind){.protocol = protocols[_i]});
  first.domain_master = NULL;
  ck_assert_int_eq(prepare_run(&first, reader), STATUS_OK);
  whole_transmit = reader->transmit;
  reader->transmit = unselected_transmit;
  select_word = 0x6A82;
  ck_assert_int_eq(prepare_run(&second, reader), STATUS_CARD_REFUSED);
  reader->transmit = whole_transmit;
  kept.domain_master = NULL;
  ck_assert_int_eq(prepare_run(&kept, reader), STATUS_OK);
  ck_assert(kept.was_done && kept.view.update.key_version == 0xFF);
  card_take();
}
END_TEST

/* ---- a reader that breaks off what is long ---- */

#define SHORT_READER 128

static enum status short_transmit(void *context, const uint8_t *command, size_t len, uint8_t *answer,
                                  size_t *answer_len) {
  return len > SHORT_READER ? STATUS_CARD_LOST : whole_transmit(context, command, len, answer, answer_len);
}

/* The keys are ours by then; at another reader the same again goes on. */
START_TEST(reader_that_breaks_off_long_commands) {
  struct prepare first = plan(), second = plan();

  card_put(&(struct chip_kind){.protocol = protocols[_i]});
  whole_transmit = reader->transmit;
  reader->transmit = short_transmit;
  ck_assert_int_eq(prepare_run(&first, reader), STATUS_CARD_LOST);
  ck_assert_int_eq(first.step, PREPARE_LOAD);
  card_reopen();
  ck_assert_int_eq(prepare_run(&second, reader), STATUS_OK);
  ck_assert(second.was_ours);
  card_take();
}
END_TEST

Suite *fresh_suite(void) {
  Suite *suite = suite_create("fresh");
  TCase *tests = tcase_create("fresh");
  const int count = sizeof protocols / sizeof protocols[0];
  tcase_add_checked_fixture(tests, setup, teardown);
  tcase_set_timeout(tests, 60);
  tcase_add_loop_test(tests, fresh_card_becomes_a_raw_one, 0, sold_count);
  tcase_add_loop_test(tests, once_more_changes_nothing, 0, sold_count);
  tcase_add_loop_test(tests, torn_anywhere_it_goes_on, 0, sold_count);
  tcase_add_loop_test(tests, wrong_keys_cost_the_card_nothing, 0, count);
  tcase_add_loop_test(tests, card_that_was_shown_wrong_keys_too_often, 0, count);
  tcase_add_loop_test(tests, published_keys_are_gone, 0, count);
  tcase_add_loop_test(tests, seller_s_keys_that_stay_are_said, 0, count);
  tcase_add_loop_test(tests, card_without_a_free_version_is_left_as_it_is, 0, count);
  tcase_add_loop_test(tests, keys_may_be_kept, 0, count);
  tcase_add_loop_test(tests, what_it_made_can_be_undone, 0, count);
  tcase_add_loop_test(tests, locking_is_done_once, 0, count);
  tcase_add_loop_test(tests, locking_a_prepared_card_changes_it, 0, count);
  tcase_add_loop_test(tests, locking_that_is_refused_is_said, 0, count);
  tcase_add_loop_test(tests, card_in_other_states, 0, count);
  tcase_add_loop_test(tests, card_without_keys_begins_no_session, 0, count);
  tcase_add_loop_test(tests, applet_for_newer_cards_is_refused, 0, count);
  tcase_add_loop_test(tests, card_without_room_says_so, 0, count);
  tcase_add_loop_test(tests, silent_card_is_prepared_too, 0, count);
  tcase_add_loop_test(tests, older_card_lists_without_tags, 0, count);
  tcase_add_loop_test(tests, card_with_a_small_buffer_gets_small_blocks, 0, count);
  tcase_add_loop_test(tests, card_that_says_nonsense_is_left_alone, 0, count);
  tcase_add_loop_test(tests, load_can_be_broken_off, 0, count);
  tcase_add_loop_test(tests, purse_that_does_not_answer_is_kept, 0, count);
  tcase_add_loop_test(tests, purse_that_does_not_answer_keeps_its_keys, 0, count);
  tcase_add_loop_test(tests, reader_that_breaks_off_long_commands, 0, count);
  suite_add_tcase(suite, tests);
  return suite;
}
