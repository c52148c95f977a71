/* SPDX-License-Identifier: Apache-2.0
 * The file of a virtual card: two slots, each a whole image, so that one of them survives whatever happens to the
 * other. */
#ifndef EPURSE_VCARD_CARD_FILE_H
#define EPURSE_VCARD_CARD_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include "epurse/card.h"
#include "epurse/status.h"

/* A slot: magic 4 | image length 4 | sequence number 8 | SHA-256 over those and the image 32 | image. The newest slot
 * whose hash fits counts; a commit overwrites the other one. Slots begin at multiples of CARD_FILE_SLOT_SIZE, so that
 * they share no page with each other. */
#define CARD_FILE_HEADER_SIZE 48
#define CARD_FILE_SLOT_SIZE   8192
#define CARD_FILE_SLOTS       2

struct card_file {
  int fd;            /* -1: closed */
  uint64_t sequence; /* of the newest slot; 0: none was written yet */
  unsigned newest;   /* 0 or 1 */
  bool has_key;      /* the newest image has a transport key */
  bool old_key;      /* the other slot has a transport key that the newest image has not: see card_file_commit */
};

/* Makes a file without any image, mode 0600, locked; never over an existing one. STATUS_EXISTS, STATUS_STORE_FAILED. */
enum status card_file_create(const char *path, struct card_file *file) EPURSE_MUST_USE;

/* Opens and locks it and reads the newest image. STATUS_NOT_FOUND; STATUS_READER_BUSY: another process has it open;
 * STATUS_BAD_FORMAT: neither slot is whole; STATUS_STORE_FAILED. On failure nothing stays open. */
enum status card_file_open(const char *path, struct card_file *file, struct card_memory *image) EPURSE_MUST_USE;

/* Makes the image durable. When it answers OK the image is what card_file_open reads, whatever happens from then on;
 * otherwise, or where the process dies in it, that is the image before or this one. STATUS_STORE_FAILED.
 * A transport key that the card has given up stays in the other slot: where old_key says so, the same image is
 * committed once more, and the key is gone from the file. */
enum status card_file_commit(struct card_file *file, const struct card_memory *image) EPURSE_MUST_USE;

void card_file_close(struct card_file *file);

#endif
