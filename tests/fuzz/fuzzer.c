/* SPDX-License-Identifier: Apache-2.0
 * libFuzzer's two entries for the target FUZZ_TARGET, which the build names. */
#include "target.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void *context; /* libFuzzer hands none on */

int LLVMFuzzerInitialize(int *argc, char ***argv) {
  (void)argc;
  (void)argv;
  if (FUZZ_TARGET.open != NULL)
    context = FUZZ_TARGET.open();
  return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len) {
  (void)FUZZ_TARGET.take(context, data, len < FUZZ_INPUT_MAX ? len : FUZZ_INPUT_MAX);
  return 0;
}
