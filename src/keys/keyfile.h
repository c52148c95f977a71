/* SPDX-License-Identifier: Apache-2.0
 * Small whole files, written once and read with care: only for src/keys/. */
#ifndef EPURSE_KEYS_KEYFILE_H
#define EPURSE_KEYS_KEYFILE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "epurse/status.h"

#define KEYFILE_MAX 65536 /* bytes; a chain of certificates is a twentieth of it */

/* What was read, followed by a NUL that `len` does not count. Owned. */
struct keyfile {
  uint8_t *data;
  size_t len;
};

/* Reads a regular file of at most KEYFILE_MAX bytes. `forbidden` are mode bits that it must not have, 0 for public
 * material. STATUS_NOT_FOUND; STATUS_KEY_EXPOSED: one of those bits is set; STATUS_BAD_LENGTH: too long;
 * STATUS_BAD_KEY: no regular file, or it cannot be read; STATUS_NO_MEMORY. */
enum status keyfile_read(const char *path, mode_t forbidden, struct keyfile *file) EPURSE_MUST_USE;

/* Wipes and releases. */
void keyfile_clear(struct keyfile *file);

/* Writes a new file of that mode, whatever the umask adds, durable with its folder. It has its name when it is whole,
 * and not before: on failure there is none, and a power cut leaves at most another name beside it. STATUS_EXISTS,
 * STATUS_STORE_FAILED. */
enum status keyfile_create(const char *path, mode_t mode, const uint8_t *data, size_t len) EPURSE_MUST_USE;

/* What nobody but the owner may do with a private file. */
#define KEYFILE_PRIVATE (S_IRWXG | S_IRWXO)

#endif
