/* SPDX-License-Identifier: Apache-2.0
 * APDU scripts. */
#include "cmd/apdu/apdu_script.h"

#include <stdlib.h>
#include <string.h>

#include "epurse/apdu.h"
#include "scratch.h"
#include "target.h"

static void *open_scratch(void) {
  return scratch_new();
}

static size_t steps_check(const struct apdu_script *script) {
  static const uint8_t done[] = {0x90, 0x00};
  size_t checks = 0;
  unsigned line = 0;
  for (size_t i = 0; i < script->count; i++) {
    const struct apdu_step *step = &script->steps[i];
    fuzz_require(step->line > line || i == 0);
    line = step->line;
    fuzz_require(step->reset ? step->len == 0 && step->expected == NULL
                             : step->len >= APDU_HEADER_SIZE && step->len <= APDU_STEP_COMMAND_MAX);
    fuzz_require(apdu_step_fits(step, done, sizeof done) || step->expected != NULL);
    checks += step->expected != NULL;
  }
  return checks;
}

static bool take(void *context, const uint8_t *data, size_t len) {
  const struct scratch *scratch = context;
  struct apdu_script *script = NULL;
  char problem[128];
  scratch_write(scratch, data, len);
  enum status status = apdu_script_load(scratch->path, &script, problem);
  fuzz_require((status == STATUS_OK) == (script != NULL));
  fuzz_require(memchr(problem, 0, sizeof problem) != NULL && (problem[0] == 0) == (status == STATUS_OK));
  if (status != STATUS_OK) {
    fuzz_require(status == STATUS_BAD_FORMAT);
    return false;
  }
  fuzz_require(steps_check(script) == script->checks);
  apdu_script_free(&script);
  return true;
}

static void seeds(void *context, const struct fuzz_sink *sink) {
  (void)context;
  fuzz_seed_text(sink, "# SELECT\nreset\n00 A4 04 00 08 F0 45 50 55 52 53 45 01 00\n#= 6F XX XX 9000 | 6283\n");
  fuzz_seed_text(sink, "80 CA BF \\\n21 00\n#= 9000\n#= |6A88\n\n00FC0000\n");
}

const struct fuzz_target fuzz_apdu_script = {
    .name = "apdu_script", .open = open_scratch, .close = scratch_free, .take = take, .seeds = seeds};
