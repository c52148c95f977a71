/* SPDX-License-Identifier: Apache-2.0
 * Runs the plan of an operation. */
#include "wire_card.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

#include "wire_judge.h"
#include "wire_plan.h"

static struct stage stage;

/* The operation as it is when nobody attacks: what the plan is made from, and what later attacks can splice in. */
static void record(const struct wire_operation *operation, struct tape *tape) {
  static const struct wire_attack nothing = {.kind = WIRE_NOTHING};
  struct outcome outcome;
  struct snapshot before;
  if (operation->raw)
    stage_raw_card(&stage);
  if (operation->replenish != NULL)
    operation->replenish(&stage);
  stage_snapshot(&stage, &before);
  if (operation->prepare != NULL)
    operation->prepare(&stage);
  wire_arm(&stage.wire, &nothing, NULL);
  enum status status = operation->run(&stage, &outcome);
  *tape = stage.wire.tape;
  stage_calm(&stage);
  operation->judge(&stage, &before, status, 0);
}

static void attack_run(const struct wire_operation *operation, const struct wire_attack *attack,
                       const struct tape *recorded, uint64_t dice) {
  struct figures_row *row = figures_row(operation->name);
  struct outcome outcome;
  struct snapshot before;
  char text[160];
  wire_attack_print(attack, text);
  mark_point();
  if (operation->raw)
    stage_raw_card(&stage);
  if (operation->replenish != NULL)
    operation->replenish(&stage);
  stage_snapshot(&stage, &before);
  if (operation->prepare != NULL)
    operation->prepare(&stage);
  wire_arm(&stage.wire, attack, recorded);
  enum status status = operation->run(&stage, &outcome);
  bool happened = stage.wire.happened;
  stage_calm(&stage);
  if (attack_verbose())
    printf("# %s: %s: %s\n", operation->name, text, status_name(status)), fflush(stdout);
  if (!operation->blocked && (status == STATUS_OK || status != operation->unproven))
    judge_claim(attack, status, operation->mistyped);
  operation->judge(&stage, &before, status, dice);
  row->attacks += happened;
  row->outcomes[status] += happened;
  figures->kinds[attack->kind] += happened;
}

void wire_operation_attack(const struct wire_operation *operation) {
  struct wire_share share = {.bytes = operation->share[0], .rest = operation->share[1], .bits = 1};
  static struct tape tape;
  struct wire_plan plan;
  uint64_t seed = attack_seed();
  if (!attack_wants(operation->name))
    return;
  if (attack_full())
    share = (struct wire_share){.bytes = 1, .rest = 1, .bits = 8};
  stage_open(&stage, operation->name, operation->money);
  record(operation, &tape);
  ck_assert_uint_gt(tape.count, 0);
  figures_row(operation->name)->messages = tape.count;
  wire_plan_make(&plan, &tape, &share, &seed);
  for (size_t i = wire_random(&seed) % attack_share(); i < plan.count; i += attack_share())
    attack_run(operation, &plan.attacks[i], &tape, wire_random(&seed));
  wire_plan_free(&plan);
  stage_close(&stage);
}
