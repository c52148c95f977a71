/* SPDX-License-Identifier: Apache-2.0
 * The file of a virtual card: two slots, each a whole image, so that one of them survives whatever happens to the
 * other. */
#include "card_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "epurse/bytes.h"
#include "epurse/crypto.h"

#define SLOT_USED (CARD_FILE_HEADER_SIZE + CARD_MEMORY_SIZE)
#define HASH_AT   16 /* of the header: what stands before it is hashed too */
#define KEY_AT    (CARD_FILE_HEADER_SIZE + offsetof(struct card_memory, transport_key))

_Static_assert(SLOT_USED <= CARD_FILE_SLOT_SIZE, "an image fits its slot");

static const uint8_t slot_magic[4] = {'E', 'P', 'V', '1'};

static bool write_all(int fd, const uint8_t *data, size_t len, off_t at) {
  while (len > 0) {
    ssize_t done = pwrite(fd, data, len, at);
    if (done < 0 && errno == EINTR)
      continue;
    if (done <= 0)
      return false;
    data += done;
    len -= (size_t)done;
    at += done;
  }
  return true;
}

static size_t read_all(int fd, uint8_t *data, size_t len, off_t at) {
  size_t have = 0;
  while (have < len) {
    ssize_t done = pread(fd, data + have, len - have, at + (off_t)have);
    if (done < 0 && errno == EINTR)
      continue;
    if (done <= 0)
      break;
    have += (size_t)done;
  }
  return have;
}

static off_t slot_offset(unsigned slot) {
  return (off_t)slot * CARD_FILE_SLOT_SIZE;
}

/* Over everything but the hash itself; the header's first part is moved up to stand before the image. */
static bool slot_hash(const uint8_t slot[SLOT_USED], uint8_t hash[CRYPTO_SHA256_SIZE]) {
  uint8_t covered[HASH_AT + CARD_MEMORY_SIZE];
  memcpy(covered, slot, HASH_AT);
  memcpy(covered + HASH_AT, slot + CARD_FILE_HEADER_SIZE, CARD_MEMORY_SIZE);
  bool done = crypto_sha256(covered, sizeof covered, hash);
  crypto_wipe(covered, sizeof covered);
  return done;
}

static bool slot_build(uint8_t slot[SLOT_USED], uint64_t sequence, const struct card_memory *image) {
  memcpy(slot, slot_magic, sizeof slot_magic);
  bytes_put_u32(slot + 4, (uint32_t)CARD_MEMORY_SIZE);
  bytes_put_u32(slot + 8, (uint32_t)(sequence >> 32));
  bytes_put_u32(slot + 12, (uint32_t)sequence);
  memcpy(slot + CARD_FILE_HEADER_SIZE, image, CARD_MEMORY_SIZE);
  return slot_hash(slot, slot + HASH_AT);
}

/* The sequence number of a whole slot, or 0. */
static uint64_t slot_sequence(const uint8_t slot[SLOT_USED]) {
  uint8_t hash[CRYPTO_SHA256_SIZE];
  if (memcmp(slot, slot_magic, sizeof slot_magic) != 0 || bytes_u32(slot + 4) != CARD_MEMORY_SIZE)
    return 0;
  if (!slot_hash(slot, hash) || memcmp(hash, slot + HASH_AT, sizeof hash) != 0)
    return 0;
  return (uint64_t)bytes_u32(slot + 8) << 32 | bytes_u32(slot + 12);
}

/* Whatever else the slot is worth: a torn one may have the key too. */
static bool slot_has_key(const uint8_t slot[SLOT_USED]) {
  static const uint8_t none[CRYPTO_AES_KEY_SIZE];
  return !crypto_equal(slot + KEY_AT, none, sizeof none);
}

static bool read_newest(struct card_file *file, struct card_memory *image) {
  uint8_t slot[SLOT_USED];
  bool has_key[CARD_FILE_SLOTS] = {false};
  for (unsigned i = 0; i < CARD_FILE_SLOTS; i++) {
    memset(slot, 0, sizeof slot);
    bool whole = read_all(file->fd, slot, sizeof slot, slot_offset(i)) == sizeof slot;
    has_key[i] = slot_has_key(slot);
    if (!whole)
      continue;
    uint64_t sequence = slot_sequence(slot);
    if (sequence <= file->sequence)
      continue;
    file->sequence = sequence;
    file->newest = i;
    memcpy(image, slot + CARD_FILE_HEADER_SIZE, CARD_MEMORY_SIZE);
  }
  crypto_wipe(slot, sizeof slot);
  file->has_key = has_key[file->newest];
  file->old_key = has_key[1 - file->newest] && !file->has_key;
  return file->sequence > 0;
}

enum status card_file_create(const char *path, struct card_file *file) {
  *file = (struct card_file){.fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR), .newest = 1};
  if (file->fd < 0)
    return errno == EEXIST ? STATUS_EXISTS : STATUS_STORE_FAILED;
  if (flock(file->fd, LOCK_EX | LOCK_NB) == 0 && fchmod(file->fd, S_IRUSR | S_IWUSR) == 0 &&
      ftruncate(file->fd, slot_offset(CARD_FILE_SLOTS)) == 0 && fsync(file->fd) == 0)
    return STATUS_OK;
  card_file_close(file);
  unlink(path);
  return STATUS_STORE_FAILED;
}

enum status card_file_open(const char *path, struct card_file *file, struct card_memory *image) {
  *file = (struct card_file){.fd = open(path, O_RDWR | O_CLOEXEC)};
  if (file->fd < 0)
    return errno == ENOENT ? STATUS_NOT_FOUND : STATUS_STORE_FAILED;
  enum status status = STATUS_STORE_FAILED;
  if (flock(file->fd, LOCK_EX | LOCK_NB) != 0) {
    status = errno == EWOULDBLOCK ? STATUS_READER_BUSY : STATUS_STORE_FAILED;
    goto out;
  }
  status = read_newest(file, image) ? STATUS_OK : STATUS_BAD_FORMAT;
out:
  if (status != STATUS_OK)
    card_file_close(file);
  return status;
}

enum status card_file_commit(struct card_file *file, const struct card_memory *image) {
  uint8_t slot[SLOT_USED];
  unsigned older = 1 - file->newest;
  bool done = slot_build(slot, file->sequence + 1, image) &&
              write_all(file->fd, slot, sizeof slot, slot_offset(older)) && fdatasync(file->fd) == 0;
  bool has_key = slot_has_key(slot);
  crypto_wipe(slot, sizeof slot);
  if (!done)
    return STATUS_STORE_FAILED;
  file->old_key = file->has_key && !has_key;
  file->has_key = has_key;
  file->sequence++;
  file->newest = older;
  return STATUS_OK;
}

void card_file_close(struct card_file *file) {
  if (file->fd >= 0)
    close(file->fd); /* releases the lock */
  file->fd = -1;
}
