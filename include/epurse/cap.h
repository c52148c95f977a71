/* SPDX-License-Identifier: Apache-2.0
 * A CAP file, as Java Card's converter writes it (JCVM 3.0.4 chapter 6): read and checked before a card is touched. */
#ifndef EPURSE_CAP_H
#define EPURSE_CAP_H

#include <stddef.h>
#include <stdint.h>

#include "epurse/status.h"

#define CAP_AID_MAX     16
#define CAP_IMPORT_MAX  16
#define CAP_APPLET_MAX  4
#define CAP_PROBLEM     256
#define CAP_SIZE_MAX    61184 /* 256 LOAD commands of 239 bytes */
#define CAP_VERSION_MAX 32

struct cap_aid {
  uint8_t bytes[CAP_AID_MAX];
  size_t len; /* 5 to 16 (ISO/IEC 7816-5 8.2) */
};

struct cap_import {
  struct cap_aid package;
  uint8_t major, minor;
};

/* What is in it. */
struct cap {
  struct cap_aid package;
  uint8_t major, minor;                   /* of the package */
  struct cap_aid applets[CAP_APPLET_MAX]; /* modules */
  size_t applet_count;
  struct cap_import imports[CAP_IMPORT_MAX];
  size_t import_count;
  char java_card[CAP_VERSION_MAX]; /* what its imports need: "3.0.4" */
  uint8_t *load_file;              /* C4, length, components in the order in which a card takes them; owned */
  size_t load_file_len;
};

/* Reads a file. `problem` says what is wrong with it, in a sentence's end. STATUS_BAD_FORMAT: no zip, no CAP, a part
 * missing or damaged, one that cards do not take (int, extended format); STATUS_BAD_LENGTH: more than a card can be
 * given; STATUS_NOT_FOUND; STATUS_NO_MEMORY. */
enum status cap_read(const char *path, struct cap **cap, char problem[CAP_PROBLEM]) EPURSE_MUST_USE;
/* Frees it; *cap becomes NULL. NULL is fine. */
void cap_free(struct cap **cap);

#endif
