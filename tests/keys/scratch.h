/* SPDX-License-Identifier: Apache-2.0
 * A folder of a test's own, gone with it. */
#ifndef EPURSE_TESTS_KEYS_SCRATCH_H
#define EPURSE_TESTS_KEYS_SCRATCH_H

#include <stddef.h>
#include <sys/types.h>

/* Makes a new folder and goes there; and back, removing it with the files in it. For checked fixtures. */
void scratch_enter(void);
void scratch_leave(void);

/* Writes a file of that mode, whatever it was. */
void scratch_write(const char *name, mode_t mode, const void *data, size_t len);
/* Reads one; NUL behind it. The caller frees it. */
char *scratch_read(const char *name, size_t *len);

#endif
