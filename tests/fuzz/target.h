/* SPDX-License-Identifier: Apache-2.0
 * A fuzz target: one thing that reads bytes, with what must hold whatever the bytes are. */
#ifndef EPURSE_TESTS_FUZZ_TARGET_H
#define EPURSE_TESTS_FUZZ_TARGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where a target's seeds go. */
struct fuzz_sink {
  void *context;
  void (*take)(void *context, const uint8_t *data, size_t len);
};

struct fuzz_target {
  const char *name;
  bool slow; /* milliseconds for an input: without a fuzzer fewer of them */
  /* What the target works with, made once; keys are always the same ones, so that a seed is good in every process.
   * NULL: nothing. */
  void *(*open)(void);
  void (*close)(void *context);
  /* Feeds one input. What must hold is fuzz_require()d. True: the input was taken all the way; so is every seed. */
  bool (*take)(void *context, const uint8_t *data, size_t len);
  /* Makes the seeds. */
  void (*seeds)(void *context, const struct fuzz_sink *sink);
};

/* Every target of targets.def, by its name. */
#define TARGET(name) extern const struct fuzz_target fuzz_##name;
#include "targets.def"
#undef TARGET

#define FUZZ_INPUT_MAX 4096 /* bytes of an input; longer ones are cut */

/* Ends the process, saying what did not hold. */
#define fuzz_require(condition) ((condition) ? (void)0 : fuzz_failed(__FILE__, __LINE__, #condition))
_Noreturn void fuzz_failed(const char *file, int line, const char *what);

/* Hands a seed on; `data` may be a text of that length. */
void fuzz_seed(const struct fuzz_sink *sink, const void *data, size_t len);
#define fuzz_seed_text(sink, text) fuzz_seed((sink), (text), sizeof(text) - 1)

#endif
