/* SPDX-License-Identifier: Apache-2.0
 * Every fuzz target without a fuzzer: its seeds, and all that is near them. */
#include <stdlib.h>
#include <string.h>

#include "run.h"
#include "target.h"

#define MUTANTS_MAX   4096 /* of one seed in one way; of a longer seed every n-th truncation, every n-th bit is tried */
#define MUTANTS_SLOW  128
#define CASE_SECONDS  600
#define BITS_PER_BYTE 8

static const struct fuzz_target *const targets[] = {
#define TARGET(name) &fuzz_##name,
#include "targets.def"
#undef TARGET
};
#define TARGET_COUNT (sizeof targets / sizeof targets[0])

/* A target at work on the inputs that come from one of its seeds. */
struct run {
  const struct fuzz_target *target;
  void *context;
  unsigned seeds, taken; /* seeds that came, and of those that were taken all the way */
  void (*from_seed)(struct run *run, const uint8_t *data, size_t len);
};

/* On the heap and no longer than it says, so that reading past the end is seen. */
static bool feed(struct run *run, const uint8_t *data, size_t len) {
  uint8_t *copy = malloc(len > 0 ? len : 1);
  ck_assert_ptr_nonnull(copy);
  memcpy(copy, data, len);
  bool taken = run->target->take(run->context, copy, len);
  free(copy);
  return taken;
}

static void as_it_is(struct run *run, const uint8_t *data, size_t len) {
  run->taken += feed(run, data, len);
}

/* FUZZ_SHARE=N: one in N of the mutants, where a run must be short. */
static size_t share(void) {
  const char *wanted = getenv("FUZZ_SHARE");
  long one_in = wanted != NULL ? strtol(wanted, NULL, 10) : 1;
  return one_in > 1 ? (size_t)one_in : 1;
}

/* From one mutant to the next, so that there are not too many; odd, so that every bit of a byte has its turn. */
static size_t step_of(const struct run *run, size_t all) {
  size_t most = run->target->slow ? MUTANTS_SLOW : MUTANTS_MAX;
  return all <= most && share() == 1 ? 1 : (all / most + 1) * share() | 1;
}

static void every_truncation(struct run *run, const uint8_t *data, size_t len) {
  for (size_t shorter = 0; shorter < len; shorter += step_of(run, len))
    (void)feed(run, data, shorter);
}

static void every_bit(struct run *run, const uint8_t *data, size_t len) {
  uint8_t changed[FUZZ_INPUT_MAX];
  ck_assert_uint_le(len, sizeof changed);
  memcpy(changed, data, len);
  for (size_t bit = 0; bit < BITS_PER_BYTE * len; bit += step_of(run, BITS_PER_BYTE * len)) {
    uint8_t mask = (uint8_t)(1U << bit % BITS_PER_BYTE);
    changed[bit / BITS_PER_BYTE] ^= mask;
    (void)feed(run, changed, len);
    changed[bit / BITS_PER_BYTE] ^= mask;
  }
}

static void on_seed(void *context, const uint8_t *data, size_t len) {
  struct run *run = context;
  run->seeds++;
  run->from_seed(run, data, len);
}

static struct run run_target(int index, void (*from_seed)(struct run *run, const uint8_t *data, size_t len)) {
  struct run run = {.target = targets[index], .from_seed = from_seed};
  const struct fuzz_sink sink = {&run, on_seed};
  run.context = run.target->open != NULL ? run.target->open() : NULL;
  run.target->seeds(run.context, &sink);
  if (run.target->close != NULL)
    run.target->close(run.context);
  ck_assert_msg(run.seeds > 0, "%s has no seeds", run.target->name);
  return run;
}

START_TEST(seeds_are_taken) {
  struct run run = run_target(_i, as_it_is);
  ck_assert_msg(run.taken == run.seeds, "%s: %u of %u seeds taken", run.target->name, run.taken, run.seeds);
}
END_TEST

START_TEST(seeds_cut_short) {
  (void)run_target(_i, every_truncation);
}
END_TEST

START_TEST(seeds_with_a_bit_flipped) {
  (void)run_target(_i, every_bit);
}
END_TEST

static Suite *fuzz_suite(void) {
  Suite *suite = suite_create("fuzz");
  for (size_t i = 0; i < TARGET_COUNT; i++) {
    TCase *tcase = tcase_create(targets[i]->name);
    tcase_set_timeout(tcase, CASE_SECONDS);
    tcase_add_loop_test(tcase, seeds_are_taken, (int)i, (int)i + 1);
    tcase_add_loop_test(tcase, seeds_cut_short, (int)i, (int)i + 1);
    tcase_add_loop_test(tcase, seeds_with_a_bit_flipped, (int)i, (int)i + 1);
    suite_add_tcase(suite, tcase);
  }
  return suite;
}

int main(void) {
  Suite *(*const suites[])(void) = {fuzz_suite};
  return run_suites(suites, sizeof suites / sizeof suites[0]);
}
