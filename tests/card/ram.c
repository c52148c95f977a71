/* SPDX-License-Identifier: Apache-2.0
 * The memory port of the tests: staged and committed bytes apart, faults by number. */
#include "ram.h"

#include <string.h>

/* Whether this operation is lost. */
static bool power_lost(struct ram *ram) {
  if (!ram->dead && ram->fault != RAM_SOUND && ++ram->operations == ram->fault_at)
    ram->dead = true;
  else if (ram->fault == RAM_SOUND)
    ram->operations++;
  if (ram->dead)
    memcpy(ram->staged, ram->committed, sizeof ram->staged);
  return ram->dead;
}

static bool ram_read(void *context, size_t offset, uint8_t *data, size_t len) {
  struct ram *ram = context;
  if (ram->dead || offset + len > sizeof ram->committed)
    return false;
  memcpy(data, ram->committed + offset, len);
  return true;
}

static bool ram_write(void *context, size_t offset, const uint8_t *data, size_t len) {
  struct ram *ram = context;
  if (offset + len > sizeof ram->staged || power_lost(ram))
    return false;
  memcpy(ram->staged + offset, data, len);
  ram->writes++;
  return true;
}

static bool ram_commit(void *context) {
  struct ram *ram = context;
  uint8_t image[CARD_MEMORY_SIZE];
  bool was_alive = !ram->dead;
  memcpy(image, ram->staged, sizeof image);
  if (power_lost(ram)) {
    if (was_alive && ram->fault == RAM_AFTER_COMMIT) {
      memcpy(ram->committed, image, sizeof image);
      memcpy(ram->staged, image, sizeof image);
    }
    return false;
  }
  memcpy(ram->committed, image, sizeof image);
  ram->commits++;
  return true;
}

static bool ram_random(void *context, uint8_t *out, size_t len) {
  struct ram *ram = context;
  return !ram->dead && !ram->random_fails && crypto_random(out, len);
}

void ram_init(struct ram *ram) {
  memset(ram, 0, sizeof *ram);
  ram->port = (struct card_port){
      .context = ram, .read = ram_read, .write = ram_write, .commit = ram_commit, .random = ram_random};
}

void ram_cut(struct ram *ram, unsigned n, enum ram_fault fault) {
  ram->operations = 0;
  ram->fault_at = n;
  ram->fault = fault;
}

void ram_power(struct ram *ram) {
  ram->dead = false;
  ram->fault = RAM_SOUND;
  ram->operations = ram->writes = ram->commits = 0;
  memcpy(ram->staged, ram->committed, sizeof ram->staged);
}
