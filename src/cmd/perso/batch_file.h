/* SPDX-License-Identifier: Apache-2.0
 * What a batch leaves on the disk: the results, a line for each step of a card, and the PINs that the server drew. Each
 * line is durable when its function returns; a line that a crash cut off is taken away at the next opening, but for one
 * with a whole PIN, which gets its end. */
#ifndef EPURSE_CMD_BATCH_FILE_H
#define EPURSE_CMD_BATCH_FILE_H

#include "batch_list.h"
#include "epurse/moment.h"

/* An append-only file of lines, mode 0600, open by one process only. */
struct batch_file {
  int fd; /* -1: not open */
};

/* Opens or creates it. STATUS_READER_BUSY: another process works with it; STATUS_KEY_EXPOSED: others can read it;
 * STATUS_BAD_FORMAT: not such a file, which stays as it is; STATUS_STORE_FAILED. `problem` says which line, or "". */
enum status batch_results_open(const char *path, struct batch_list *list, struct batch_file *file,
                               char problem[CSV_PROBLEM]) EPURSE_MUST_USE; /* fills the entries' states from it */
enum status batch_pins_open(const char *path, struct batch_file *file, char problem[CSV_PROBLEM]) EPURSE_MUST_USE;
void batch_file_close(struct batch_file *file);

/* How far the entry has come: BEGUN before anything of its card is changed; FREE where its chip is given up. `expiry`
 * is NULL for these two. */
enum status batch_results_add(struct batch_file *file, const struct batch_entry *entry,
                              const uint8_t expiry[DATE_SIZE]) EPURSE_MUST_USE;
enum status batch_pins_add(struct batch_file *file, const struct batch_entry *entry, const uint8_t cid[CID_SIZE],
                           const char *pin) EPURSE_MUST_USE;

#endif
