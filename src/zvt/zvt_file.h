/* SPDX-License-Identifier: Apache-2.0
 * What either end of the line has to know after it died: a small file that is there whole, as it was or as it is
 * now. */
#ifndef EPURSE_ZVT_FILE_H
#define EPURSE_ZVT_FILE_H

#include <stdbool.h>

/* Puts `text` in the place of what the file says, by way of PATH.part, mode 0600, and has the disk keep it. False: the
 * file is as it was, or the disk may not have it yet. `path` has at most 1279 characters. */
bool zvt_file_save(const char *path, const char *text);

#endif
