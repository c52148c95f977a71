/* SPDX-License-Identifier: Apache-2.0
 * A till's day: a card, the till behind the reader that it finds, and what is sold. */
#include "day.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "epurse/terminal.h"
#include "system/flow_world.h"

struct flow_card card;
struct till *till;

/* ---- the reader that is found ---- */

static void nothing(void *context) {
  (void)context;
}

enum status __wrap_reader_open_pcsc(const char *spec, struct reader **reader, char problem[512]);
enum status __wrap_reader_open_pcsc(const char *spec, struct reader **reader, char problem[512]) {
  (void)spec;
  problem[0] = 0;
  *reader = malloc(sizeof **reader);
  ck_assert_ptr_nonnull(*reader);
  **reader = card.reader;
  (*reader)->shutdown = nothing; /* the card lives on */
  return STATUS_OK;
}

/* ---- a day ---- */

void day_open(const char *name) {
  char folder[512], problem[256];
  const struct till_options options = {.config = folder, .rest_ms = 100};
  snprintf(folder, sizeof folder, "%s/%s", flow_world.folder, name);
  ck_assert_msg(till_open(&options, &till, problem) == STATUS_OK, "%s", problem);
}

void day_begin(const char *name) {
  flow_card_issue(&card, name, DAY_MONEY);
  day_open("pos");
}

void day_end(void) {
  till_close(&till);
  ck_assert_ptr_null(till);
  flow_ledger_clean();
  flow_card_remove(&card);
}

struct till_request day_sale(const char *reference, int64_t minor) {
  struct till_request request = {
      .kind = TILL_SALE, .amount = {minor, 978}, .wait_seconds = 1, .card_stays = true, .ask_pin = true};
  snprintf(request.reference, sizeof request.reference, "%s", reference);
  return request;
}

/* Until the till has come so far with it; its number. */
uint64_t day_await(const char *reference, enum till_step step, uint64_t after) {
  for (struct till_event event;; after = event.number) {
    ck_assert_msg(till_await(till, after, DAY_LONG), "%s: no %s", reference, till_step_name(step));
    ck_assert_uint_eq(till_events(till, after, &event, 1), 1);
    ck_assert_uint_eq(event.number, after + 1);
    if (event.step == step && strcmp(event.reference, reference) == 0)
      return event.number;
  }
}

struct till_result day_finish(const char *reference) {
  struct till_result result;
  ck_assert_int_eq(till_finish(till, reference, DAY_LONG, &result), STATUS_OK);
  ck_assert(!result.running);
  return result;
}

struct till_result day_sell(const struct till_request *request) {
  uint64_t after = till_newest(till);
  ck_assert_int_eq(till_start(till, request), STATUS_OK);
  day_await(request->reference, TILL_PIN_WANTED, after);
  ck_assert_int_eq(till_pin(till, NULL, HOLDER_PIN), STATUS_OK);
  return day_finish(request->reference);
}

/* The same again at this till, whose holder types a PIN once where that is `typed`. */
struct till_result day_again(const char *reference, int64_t minor, bool typed) {
  const struct till_request request = day_sale(reference, minor);
  if (typed)
    return day_sell(&request);
  ck_assert_int_eq(till_start(till, &request), STATUS_OK);
  return day_finish(reference);
}

/* Within a second, and without anybody's doing, the server has heard of it. */
void day_confirms(const char *reference) {
  const struct timespec pause = {0, 10000000};
  struct till_result result = {.running = true};
  for (int i = 0; i < DAY_LONG / 10 && !result.outcome.confirmed; i++) {
    ck_assert_int_eq(till_status(till, reference, &result), STATUS_OK);
    nanosleep(&pause, NULL);
  }
  ck_assert(result.outcome.confirmed);
}

/* At another till of the shop. */
enum status day_elsewhere(const char *reference, int64_t minor, struct outcome *outcome) {
  const struct payment payment = {.amount = {minor, 978}, .ask_pin = true, .reference = reference};
  struct terminal *pos2 = flow_terminal("pos2");
  card.asked = 0;
  enum status status = purchase_run(pos2, &card.reader, &payment, &card.dialogue, outcome);
  terminal_close(&pos2);
  return status;
}
