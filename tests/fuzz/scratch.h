/* SPDX-License-Identifier: Apache-2.0
 * A file for inputs whose reader wants a path. */
#ifndef EPURSE_TESTS_FUZZ_SCRATCH_H
#define EPURSE_TESTS_FUZZ_SCRATCH_H

#include <stddef.h>
#include <stdint.h>

/* A folder of its own, in memory where the system has that. */
struct scratch {
  char folder[64], path[80];
};

struct scratch *scratch_new(void);
void scratch_free(void *scratch); /* folder and file too */

/* Writes the file, mode 0600, in place of what was there. */
void scratch_write(const struct scratch *scratch, const uint8_t *data, size_t len);

#endif
