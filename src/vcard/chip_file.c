/* SPDX-License-Identifier: Apache-2.0
 * A virtual chip's file: made, opened, written whole, and the power that fails at a write. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "chip.h"
#include "chip_state.h"
#include "epurse/crypto.h"

#define CHIP_MAGIC    'E', 'P', 'C', '1'
#define FREE_MEMORY   60000
#define FRAMEWORK_304 5
#define DEFAULT_KEY   0x40 /* 40 41 .. 4F, as published */
#define FACTORY_KVN   0xFF

static const uint8_t chip_magic[4] = {CHIP_MAGIC};

static bool whole_write(int fd, const struct chip_memory *memory) {
  return pwrite(fd, memory, sizeof *memory, 0) == (ssize_t)sizeof *memory && fdatasync(fd) == 0;
}

/* The image is far smaller than a page; a test's power fails between writes, never inside. */
bool chip_commit(struct chip *chip) {
  bool fault = chip->fail_in > 0 && --chip->fail_in == 0;

  if (chip->dead)
    return false;
  bool done = (fault && !chip->fail_after) || whole_write(chip->fd, &chip->memory);
  if (done && !fault)
    return true;
  chip->dead = true;
  return false;
}

enum status chip_create(const char *path, const struct chip_kind *kind) {
  struct chip_memory memory = {.protocol = kind->protocol,
                               .state = kind->state != 0 ? kind->state : STATE_READY,
                               .tries_left = CHIP_TRIES,
                               .closed_mouth = kind->closed_mouth,
                               .old_listing = kind->old_listing,
                               .keeps_keys = kind->keeps_keys,
                               .data_max = kind->data_max != 0 ? kind->data_max : APDU_DATA_MAX,
                               .framework = kind->framework != 0 ? kind->framework : FRAMEWORK_304,
                               .memory = kind->memory != 0 ? kind->memory : FREE_MEMORY};
  int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);

  if (fd < 0)
    return errno == EEXIST ? STATUS_EXISTS : STATUS_STORE_FAILED;
  memcpy(memory.magic, chip_magic, sizeof memory.magic);
  memcpy(memory.serial, kind->serial, sizeof memory.serial);
  memory.sets[0] =
      (struct chip_key_set){.version = kind->factory_kvn != 0 ? kind->factory_kvn : FACTORY_KVN, .len = 16};
  for (size_t key = 0; key < 3; key++)
    for (uint8_t i = 0; i < 16; i++)
      memory.sets[0].keys[key][i] = DEFAULT_KEY + i;
  bool done = fchmod(fd, S_IRUSR | S_IWUSR) == 0 && whole_write(fd, &memory);
  close(fd);
  if (!done)
    unlink(path);
  return done ? STATUS_OK : STATUS_STORE_FAILED;
}

bool chip_is(const char *path) {
  uint8_t magic[sizeof chip_magic];
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  bool is =
      fd >= 0 && read(fd, magic, sizeof magic) == (ssize_t)sizeof magic && memcmp(magic, chip_magic, sizeof magic) == 0;
  if (fd >= 0)
    close(fd);
  return is;
}

enum status chip_open(const char *path, const struct chip_applet *applet, struct chip **out) {
  struct chip *chip = calloc(1, sizeof *chip);
  enum status status = STATUS_STORE_FAILED;

  *out = NULL;
  if (chip == NULL)
    return STATUS_NO_MEMORY;
  chip->applet = *applet;
  chip->fd = open(path, O_RDWR | O_CLOEXEC);
  if (chip->fd < 0)
    status = errno == ENOENT ? STATUS_NOT_FOUND : STATUS_STORE_FAILED;
  else if (flock(chip->fd, LOCK_EX | LOCK_NB) != 0)
    status = errno == EWOULDBLOCK ? STATUS_READER_BUSY : STATUS_STORE_FAILED;
  else if (pread(chip->fd, &chip->memory, sizeof chip->memory, 0) != (ssize_t)sizeof chip->memory ||
           memcmp(chip->memory.magic, chip_magic, sizeof chip_magic) != 0)
    status = STATUS_BAD_FORMAT;
  else
    status = STATUS_OK;
  if (status == STATUS_OK)
    *out = chip;
  else
    chip_close(&chip);
  return status;
}

void chip_close(struct chip **chip) {
  struct chip *closed = *chip;

  if (closed == NULL)
    return;
  if (closed->fd >= 0)
    close(closed->fd);
  free(closed->block);
  crypto_wipe(closed, sizeof *closed);
  free(closed);
  *chip = NULL;
}

void chip_fail_at(struct chip *chip, uint32_t nth, bool after) {
  chip->fail_in = nth;
  chip->fail_after = after;
}
