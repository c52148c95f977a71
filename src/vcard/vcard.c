/* SPDX-License-Identifier: Apache-2.0
 * The virtual card: the card core on a file, with power that can fail at any write. */
#include "epurse/vcard.h"

#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "card_file.h"
#include "tally.h"

struct vcard {
  struct card_file file;
  struct card_memory committed; /* as in the file */
  struct card_memory staged;    /* with the writes since */
  struct card_port port;
  struct card card;
  bool powered;
  uint32_t fail_in; /* writes and commits until the power fails; 0: never */
  bool fail_after;
  struct tally *tally;
};

/* ---- the card's persistent memory ---- */

static void power_fail(struct vcard *vcard) {
  vcard->powered = false;
  vcard->staged = vcard->committed;
}

/* Whether the power fails at this write or commit. */
static bool fault_due(struct vcard *vcard) {
  return vcard->fail_in > 0 && --vcard->fail_in == 0;
}

static bool range_fits(size_t offset, size_t len) {
  return offset <= CARD_MEMORY_SIZE && len <= CARD_MEMORY_SIZE - offset;
}

static bool port_read(void *context, size_t offset, uint8_t *data, size_t len) {
  const struct vcard *vcard = context;
  if (!vcard->powered || !range_fits(offset, len))
    return false;
  memcpy(data, (const uint8_t *)&vcard->committed + offset, len);
  return true;
}

static bool port_write(void *context, size_t offset, const uint8_t *data, size_t len) {
  struct vcard *vcard = context;
  if (!vcard->powered || !range_fits(offset, len))
    return false;
  tally_write(vcard->tally);
  if (fault_due(vcard)) { /* before or after makes no difference: what is staged is lost with the power */
    power_fail(vcard);
    return false;
  }
  memcpy((uint8_t *)&vcard->staged + offset, data, len);
  return true;
}

/* A key that the card has given up leaves the file: the other slot gets the same image. Where that fails the key is
 * gone with the next commit, or with the next opening. */
static void drop_old_key(struct card_file *file, const struct card_memory *image) {
  if (file->old_key && card_file_commit(file, image) != STATUS_OK)
    file->old_key = true;
}

static bool port_commit(void *context) {
  struct vcard *vcard = context;
  if (!vcard->powered)
    return false;
  tally_commit(vcard->tally);
  bool fault = fault_due(vcard);
  bool done = false;
  if (!fault || vcard->fail_after)
    done = card_file_commit(&vcard->file, &vcard->staged) == STATUS_OK;
  if (done) {
    vcard->committed = vcard->staged;
    drop_old_key(&vcard->file, &vcard->committed);
  }
  if (done && !fault)
    return true;
  power_fail(vcard);
  return false;
}

static bool port_random(void *context, uint8_t *out, size_t len) {
  (void)context;
  return crypto_random(out, len);
}

/* ---- making, opening, closing ---- */

static enum status vcard_new(struct vcard **vcard) {
  struct vcard *made = calloc(1, sizeof *made);
  if (made == NULL)
    return STATUS_NO_MEMORY;
  made->file.fd = -1;
  made->port = (struct card_port){made, port_read, port_write, port_commit, port_random};
  enum status status = tally_new(&made->tally);
  if (status == STATUS_OK)
    *vcard = made;
  else
    free(made);
  return status;
}

/* A new name in a folder is durable when the folder is. */
static bool folder_sync(const char *path) {
  char *copy = strdup(path);
  if (copy == NULL)
    return false;
  int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  bool done = fd >= 0 && fsync(fd) == 0;
  if (fd >= 0)
    close(fd);
  free(copy);
  return done;
}

enum status vcard_create(const char *path, const uint8_t chip_serial[CHIP_SERIAL_SIZE],
                         const uint8_t transport_key[CRYPTO_AES_KEY_SIZE]) {
  struct vcard *vcard = NULL;
  enum status status = vcard_new(&vcard);
  if (status != STATUS_OK)
    return status;
  status = card_file_create(path, &vcard->file);
  if (status != STATUS_OK)
    goto out;
  vcard->powered = true;
  status = STATUS_STORE_FAILED;
  if (card_manufacture(&vcard->port, chip_serial, transport_key) && folder_sync(path))
    status = STATUS_OK;
  else
    unlink(path);
out:
  vcard_close(&vcard);
  return status;
}

enum status vcard_open(const char *path, struct vcard **vcard) {
  *vcard = NULL;
  struct vcard *opened = NULL;
  enum status status = vcard_new(&opened);
  if (status != STATUS_OK)
    return status;
  status = card_file_open(path, &opened->file, &opened->committed);
  if (status != STATUS_OK) {
    vcard_close(&opened);
    return status;
  }
  drop_old_key(&opened->file, &opened->committed);
  opened->staged = opened->committed;
  *vcard = opened;
  return STATUS_OK;
}

void vcard_close(struct vcard **vcard) {
  struct vcard *closed = *vcard;
  if (closed == NULL)
    return;
  card_file_close(&closed->file);
  tally_free(&closed->tally);
  crypto_wipe(closed, sizeof *closed);
  free(closed);
  *vcard = NULL;
}

/* ---- power and APDUs ---- */

enum status vcard_power_on(struct vcard *vcard) {
  vcard->staged = vcard->committed;
  vcard->powered = true;
  return card_power_on(&vcard->card, &vcard->port) ? STATUS_OK : STATUS_CARD_MUTE;
}

void vcard_power_off(struct vcard *vcard) {
  power_fail(vcard);
  crypto_wipe(&vcard->card, sizeof vcard->card);
}

size_t vcard_process(struct vcard *vcard, const uint8_t *command, size_t len, uint8_t answer[APDU_RESPONSE_MAX]) {
  if (!vcard->powered)
    return 0;
  tally_begin(vcard->tally, command, len);
  size_t answer_len = card_process(&vcard->card, command, len, answer);
  tally_end(vcard->tally, answer_len);
  return answer_len;
}

void vcard_fail_at(struct vcard *vcard, uint32_t nth, bool after) {
  vcard->fail_in = nth;
  vcard->fail_after = after;
}

/* ---- what it holds and did ---- */

const struct card_memory *vcard_memory(const struct vcard *vcard) {
  return &vcard->committed;
}

void vcard_tally(const struct vcard *vcard, struct vcard_tally *tally) {
  tally_total(vcard->tally, tally);
}

void vcard_tally_reset(struct vcard *vcard) {
  tally_reset(vcard->tally);
}

void vcard_tally_print(const struct vcard *vcard, FILE *out) {
  tally_print(vcard->tally, out);
}
