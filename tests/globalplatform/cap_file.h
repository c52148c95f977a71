/* SPDX-License-Identifier: Apache-2.0
 * CAP files that the tests make: whole ones, and some with one thing wrong. */
#ifndef EPURSE_TESTS_GLOBALPLATFORM_CAP_FILE_H
#define EPURSE_TESTS_GLOBALPLATFORM_CAP_FILE_H

#include <stddef.h>
#include <stdint.h>

/* What differs from a good one; all zeros: nothing. */
struct cap_fault {
  const char *without; /* a component that is not there */
  const char *damaged; /* one whose length is wrong */
  const char *folder;  /* another package's Header beside it, in this folder */
  uint8_t flags;       /* added to the Header's */
  uint8_t minor;       /* of the format; 0: the usual one */
  size_t method_size;  /* of Method; 0: a few bytes */
  uint8_t framework;   /* minor of javacard.framework; 0: 3.0.4's */
};

/* Writes a CAP file with a package F0455055525345 and one applet of it, its parts in an order that is none for a
 * card, some of them deflated. */
void cap_file_write(const char *path, const struct cap_fault *fault);

#endif
