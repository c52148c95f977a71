/* SPDX-License-Identifier: Apache-2.0
 * Runs the plan of an operation on the line to the server. */
#include "wire_server.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

#define DELAY_MS 4400 /* beyond the PROXY_PATIENCE seconds that these terminals wait */

static struct stage stage;
static struct proxy *proxy;
static const struct wire_attack calm = {.kind = WIRE_NOTHING};

/* What only the server can say, under its signature, or the card: nobody on the line says it for them. */
static void judge_line_claim(enum status status, const struct wire_operation *operation) {
  bool signed_word = status != STATUS_OK && status_http(status) == 200;
  if (operation->blocked && (status == STATUS_CARD_BLOCKED || status == STATUS_CARD_FORKED))
    return;
  if (operation->mistyped && status == STATUS_WRONG_PIN)
    return;
  ck_assert_msg(!signed_word && status != STATUS_PIN_BLOCKED && status != STATUS_WRONG_PIN, "the terminal claims %s",
                status_name(status));
}

/* An unsigned problem that is believed says that the message was turned away, and nothing else. LOAD_UNSETTLED and
 * PAYOUT_OPEN are the terminal's own words, for whatever it hears in place of what became of a load, or of the word to
 * hand out. */
static void judge_problem(const struct line_attack *attack, enum status status) {
  if (attack->kind != LINE_REPLY_PROBLEM || status != attack->status || status == STATUS_OK ||
      status == STATUS_LOAD_UNSETTLED || status == STATUS_PAYOUT_OPEN)
    return;
  bool broke = status == STATUS_INTERNAL || status == STATUS_NO_MEMORY || status == STATUS_CRYPTO_FAILED ||
               status == STATUS_STORE_FAILED;
  ck_assert_msg(broke || status == STATUS_BAD_REPLY || (status_http(status) >= 400 && status_http(status) != 500),
                "an unsigned problem has the terminal say %s", status_name(status));
}

static enum status run(const struct wire_operation *operation, const struct line_attack *attack,
                       const struct line_tape *recorded, struct snapshot *before) {
  struct outcome outcome;
  if (operation->raw)
    stage_raw_card(&stage);
  if (operation->replenish != NULL)
    operation->replenish(&stage);
  stage_snapshot(&stage, before);
  if (operation->prepare != NULL)
    operation->prepare(&stage);
  wire_arm(&stage.wire, &calm, NULL);
  proxy_arm(proxy, attack, recorded);
  return operation->run(&stage, &outcome);
}

static void record(const struct wire_operation *operation, struct line_tape *tape) {
  static const struct line_attack nothing = {.kind = LINE_NOTHING};
  struct snapshot before;
  enum status status = run(operation, &nothing, NULL, &before);
  (void)!proxy_calm(proxy, tape);
  stage_calm(&stage);
  operation->judge(&stage, &before, status, 0);
}

static void attack_run(const struct wire_operation *operation, struct figures_row *row,
                       const struct line_attack *attack, const struct line_tape *recorded, uint64_t dice) {
  struct snapshot before;
  char text[160];
  line_attack_print(attack, text);
  mark_point();
  enum status status = run(operation, attack, recorded, &before);
  bool happened = proxy_calm(proxy, NULL);
  stage_calm(&stage);
  if (attack_verbose())
    printf("# %s: %s: %s\n", row->name, text, status_name(status)), fflush(stdout);
  judge_line_claim(status, operation);
  judge_problem(attack, status);
  operation->judge(&stage, &before, status, dice);
  row->attacks += happened;
  row->outcomes[status] += happened;
  figures->line_kinds[attack->kind] += happened;
}

void wire_server_attack(const struct wire_operation *operation, const struct line_share *share) {
  static const char *const terminals[] = {"pos", "pos2", "reload", "perso", NULL};
  static const struct line_share full = {.first = 1, .bytes = 1, .rest = 1, .delays = true};
  static struct line_tape tape;
  struct line_plan plan;
  char name[32];
  uint64_t seed = attack_seed();
  snprintf(name, sizeof name, "%s, line", operation->name);
  if (!attack_wants(name))
    return;
  proxy = proxy_start(terminals, DELAY_MS);
  stage_open(&stage, operation->name, operation->money);
  stage.name = name;
  record(operation, &tape);
  ck_assert_uint_gt(tape.count, 0);
  struct figures_row *row = figures_row(name);
  row->messages = tape.count;
  line_plan_make(&plan, &tape, attack_full() ? &full : share, &seed);
  for (size_t i = wire_random(&seed) % attack_share(); i < plan.count; i += attack_share())
    attack_run(operation, row, &plan.attacks[i], &tape, wire_random(&seed));
  line_plan_free(&plan);
  stage_close(&stage);
  proxy_stop(&proxy);
}
