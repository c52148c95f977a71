/* SPDX-License-Identifier: Apache-2.0
 * The virtual card: the card core on a file, with power that can fail at any write. */
#include "epurse/vcard.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "epurse/folder.h"

#include "card_file.h"
#include "chip.h"
#include "tally.h"

/* What the applet's install() reads of INSTALL: version 1, serial 8, transport key 16. */
#define INSTALLED_FORM 0x01
#define INSTALLED_SIZE (1 + CHIP_SERIAL_SIZE + CRYPTO_AES_KEY_SIZE)

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
  struct chip *chip; /* of a card that came from the factory; NULL: the purse was in it from the beginning */
  char *purse_path;  /* where a chip's purse is */
  bool has_purse;
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
  if (card_manufacture(&vcard->port, chip_serial, transport_key) && folder_sync_of(path) == STATUS_OK)
    status = STATUS_OK;
  else
    unlink(path);
out:
  vcard_close(&vcard);
  return status;
}

/* Opens the purse's own file. */
static enum status purse_open(struct vcard *vcard, const char *path) {
  enum status status = card_file_open(path, &vcard->file, &vcard->committed);
  if (status != STATUS_OK)
    return status;
  drop_old_key(&vcard->file, &vcard->committed);
  vcard->staged = vcard->committed;
  vcard->has_purse = true;
  return STATUS_OK;
}

static uint16_t purse_remove(void *context) {
  struct vcard *vcard = context;
  card_file_close(&vcard->file);
  vcard->has_purse = false;
  return unlink(vcard->purse_path) == 0 || errno == ENOENT ? SW_OK : SW_MEMORY_FAILURE;
}

/* A purse that an earlier try left half made is replaced. */
static uint16_t purse_install(void *context, const struct cap_aid *instance, const uint8_t *parameters, size_t len) {
  struct vcard *vcard = context;
  (void)instance;
  if (len != INSTALLED_SIZE || parameters[0] != INSTALLED_FORM)
    return SW_WRONG_DATA;
  if (purse_remove(vcard) != SW_OK)
    return SW_MEMORY_FAILURE;
  enum status status = vcard_create(vcard->purse_path, parameters + 1, parameters + 1 + CHIP_SERIAL_SIZE);
  if (status == STATUS_OK)
    status = purse_open(vcard, vcard->purse_path);
  return status == STATUS_OK ? SW_OK : SW_MEMORY_FAILURE;
}

/* A chip, and the purse that was installed in it. */
static enum status fresh_open(struct vcard *vcard, const char *path) {
  if (asprintf(&vcard->purse_path, "%s.purse", path) < 0) {
    vcard->purse_path = NULL;
    return STATUS_NO_MEMORY;
  }
  struct chip_applet applet = {.context = vcard, .install = purse_install, .remove = purse_remove};
  enum status status = chip_open(path, &applet, &vcard->chip);
  if (status == STATUS_OK)
    status = purse_open(vcard, vcard->purse_path);
  return status == STATUS_NOT_FOUND && vcard->chip != NULL ? STATUS_OK : status;
}

enum status vcard_create_fresh(const char *path, const uint8_t chip_serial[CHIP_SERIAL_SIZE], uint8_t protocol) {
  struct chip_kind kind = {.protocol = protocol};
  memcpy(kind.serial, chip_serial, sizeof kind.serial);
  enum status status = chip_create(path, &kind);
  return status == STATUS_OK ? folder_sync_of(path) : status;
}

enum status vcard_open(const char *path, struct vcard **vcard) {
  *vcard = NULL;
  struct vcard *opened = NULL;
  enum status status = vcard_new(&opened);
  if (status != STATUS_OK)
    return status;
  status = chip_is(path) ? fresh_open(opened, path) : purse_open(opened, path);
  if (status != STATUS_OK) {
    vcard_close(&opened);
    return status;
  }
  *vcard = opened;
  return STATUS_OK;
}

void vcard_close(struct vcard **vcard) {
  struct vcard *closed = *vcard;
  if (closed == NULL)
    return;
  card_file_close(&closed->file);
  chip_close(&closed->chip);
  free(closed->purse_path);
  tally_free(&closed->tally);
  crypto_wipe(closed, sizeof *closed);
  free(closed);
  *vcard = NULL;
}

/* ---- power and APDUs ---- */

enum status vcard_power_on(struct vcard *vcard) {
  vcard->staged = vcard->committed;
  vcard->powered = true;
  if (vcard->chip != NULL)
    chip_power_on(vcard->chip);
  if (!vcard->has_purse)
    return STATUS_OK;
  return card_power_on(&vcard->card, &vcard->port) ? STATUS_OK : STATUS_CARD_MUTE;
}

void vcard_power_off(struct vcard *vcard) {
  power_fail(vcard);
  crypto_wipe(&vcard->card, sizeof vcard->card);
}

/* What the chip itself answers; false: the command is the purse's. */
static bool chip_answers(struct vcard *vcard, const uint8_t *bytes, size_t len, uint8_t *answer, size_t *answer_len) {
  struct apdu_response response = {.len = 0};
  struct apdu command;
  bool mute = false;
  if (apdu_parse(bytes, len, &command) != STATUS_OK)
    response.sw = SW_WRONG_LENGTH;
  else {
    bool had_purse = vcard->has_purse;
    if (!chip_process(vcard->chip, &command, &response, &mute))
      return false;
    if (!had_purse && vcard->has_purse && !card_power_on(&vcard->card, &vcard->port))
      mute = true;
  }
  if (mute)
    vcard->powered = false;
  *answer_len = mute ? 0 : apdu_response_encode(&response, answer);
  return true;
}

size_t vcard_process(struct vcard *vcard, const uint8_t *command, size_t len, uint8_t answer[APDU_RESPONSE_MAX]) {
  size_t chip_len = 0;
  if (!vcard->powered)
    return 0;
  if (vcard->chip != NULL && chip_answers(vcard, command, len, answer, &chip_len))
    return chip_len;
  tally_begin(vcard->tally, command, len);
  size_t answer_len = card_process(&vcard->card, command, len, answer);
  tally_end(vcard->tally, answer_len);
  return answer_len;
}

void vcard_fail_at(struct vcard *vcard, uint32_t nth, bool after) {
  vcard->fail_in = nth;
  vcard->fail_after = after;
  if (vcard->chip != NULL && !vcard->has_purse)
    chip_fail_at(vcard->chip, nth, after);
}

/* ---- what it holds and did ---- */

bool vcard_has_purse(const struct vcard *vcard) {
  return vcard->has_purse;
}

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
