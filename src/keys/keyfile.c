/* SPDX-License-Identifier: Apache-2.0
 * Small whole files: key files, certificates, passphrases; symmetric keys as hexadecimal. */
#include "keyfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "epurse/bytes.h"
#include "epurse/certificate.h"
#include "epurse/crypto.h"
#include "epurse/folder.h"
#include "epurse/key.h"

#define AES_KEY_DIGITS ((size_t)2 * CRYPTO_AES_KEY_SIZE)

/* Opens for reading and judges by the open file, so that nothing can be exchanged in between. */
static enum status keyfile_open(const char *path, mode_t forbidden, int *fd) {
  struct stat facts;

  *fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (*fd < 0)
    return errno == ENOENT || errno == ENOTDIR ? STATUS_NOT_FOUND : STATUS_BAD_KEY;
  if (fstat(*fd, &facts) != 0 || !S_ISREG(facts.st_mode))
    return STATUS_BAD_KEY;
  return (facts.st_mode & forbidden) != 0 ? STATUS_KEY_EXPOSED : STATUS_OK;
}

/* Reads until the end or until `capacity` bytes are there. */
static bool read_whole(int fd, uint8_t *data, size_t capacity, size_t *len) {
  *len = 0;
  while (*len < capacity) {
    ssize_t got = read(fd, data + *len, capacity - *len);
    if (got == 0)
      return true;
    if (got < 0 && errno != EINTR)
      return false;
    *len += got > 0 ? (size_t)got : 0;
  }
  return true;
}

enum status keyfile_read(const char *path, mode_t forbidden, struct keyfile *file) {
  int fd = -1;
  enum status status = STATUS_INTERNAL;

  *file = (struct keyfile){0};
  status = keyfile_open(path, forbidden, &fd);
  if (status != STATUS_OK)
    goto out;
  file->data = calloc(KEYFILE_MAX + 2, 1); /* one byte more than is taken, to see that there is more */
  if (file->data == NULL)
    status = STATUS_NO_MEMORY;
  else if (!read_whole(fd, file->data, KEYFILE_MAX + 1, &file->len))
    status = STATUS_BAD_KEY;
  else if (file->len > KEYFILE_MAX)
    status = STATUS_BAD_LENGTH;

out:
  if (fd >= 0)
    (void)close(fd);
  if (status != STATUS_OK)
    keyfile_clear(file);
  return status;
}

void keyfile_clear(struct keyfile *file) {
  if (file->data != NULL) {
    crypto_wipe(file->data, file->len);
    free(file->data);
  }
  *file = (struct keyfile){0};
}

static bool write_whole(int fd, const uint8_t *data, size_t len) {
  while (len > 0) {
    ssize_t put = write(fd, data, len);
    if (put < 0 && errno != EINTR)
      return false;
    data += put > 0 ? put : 0;
    len -= put > 0 ? (size_t)put : 0;
  }
  return true;
}

/* Gives what is whole its name, unless somebody has it. */
static enum status name_give(const char *aside, const char *path) {
  enum status status = folder_rename_new(aside, path);

  if (status == STATUS_OK && folder_sync_of(path) != STATUS_OK) {
    (void)unlink(path);
    status = STATUS_STORE_FAILED;
  }
  return status;
}

enum status keyfile_create(const char *path, mode_t mode, const uint8_t *data, size_t len) {
  size_t size = strlen(path) + sizeof ".XXXXXX";
  char *aside = malloc(size);
  enum status status = STATUS_STORE_FAILED;

  if (aside == NULL)
    return STATUS_NO_MEMORY;
  (void)snprintf(aside, size, "%s.XXXXXX", path);
  int fd = mkostemp(aside, O_CLOEXEC);
  if (fd >= 0) {
    bool whole = fchmod(fd, mode) == 0 && write_whole(fd, data, len) && fsync(fd) == 0;
    if (close(fd) == 0 && whole)
      status = name_give(aside, path);
    (void)unlink(aside);
  }
  free(aside);
  return status;
}

enum status aes_key_load(const char *path, uint8_t key[CRYPTO_AES_KEY_SIZE]) {
  struct keyfile file;
  size_t digits = 0, len = 0;
  enum status status = keyfile_read(path, KEYFILE_PRIVATE, &file);

  if (status != STATUS_OK)
    return status == STATUS_BAD_LENGTH ? STATUS_BAD_KEY : status;
  digits = strspn((const char *)file.data, "0123456789abcdefABCDEF");
  if (digits != AES_KEY_DIGITS || file.len - digits > 1 || (file.len > digits && file.data[digits] != '\n') ||
      bytes_from_hex((const char *)file.data, key, CRYPTO_AES_KEY_SIZE, &len) != STATUS_OK ||
      len != CRYPTO_AES_KEY_SIZE) {
    crypto_wipe(key, CRYPTO_AES_KEY_SIZE);
    status = STATUS_BAD_KEY;
  }
  keyfile_clear(&file);
  return status;
}

/* One line of digits, which ends with a line feed or the text; answers where the next begins, NULL: no such line. */
static const char *key_line(const char *text, uint8_t key[DOMAIN_KEY_FILE_MAX], size_t *len) {
  char digits[2 * DOMAIN_KEY_FILE_MAX + 1];
  size_t count = strspn(text, "0123456789abcdefABCDEF");
  bool good = (count == 32 || count == 48 || count == 64) && (text[count] == '\n' || text[count] == 0);

  if (good) {
    memcpy(digits, text, count);
    digits[count] = 0;
    good = bytes_from_hex(digits, key, DOMAIN_KEY_FILE_MAX, len) == STATUS_OK;
    crypto_wipe(digits, sizeof digits);
  }
  return good ? text + count + (text[count] == '\n' ? 1 : 0) : NULL;
}

enum status domain_key_load(const char *path, uint8_t keys[3][DOMAIN_KEY_FILE_MAX], size_t *len) {
  struct keyfile file;
  size_t count = 0, line_len = 0;
  enum status status = keyfile_read(path, KEYFILE_PRIVATE, &file);

  if (status != STATUS_OK)
    return status == STATUS_BAD_LENGTH ? STATUS_BAD_KEY : status;
  const char *text = (const char *)file.data;
  while (text != NULL && *text != 0 && count < 3) {
    text = key_line(text, keys[count], &line_len);
    if (count > 0 && line_len != *len)
      text = NULL;
    *len = line_len;
    count++;
  }
  if (text == NULL || *text != 0 || text != (const char *)file.data + file.len || (count != 1 && count != 3)) {
    crypto_wipe(keys, 3 * (size_t)DOMAIN_KEY_FILE_MAX);
    status = STATUS_BAD_KEY;
  } else if (count == 1) {
    memcpy(keys[1], keys[0], DOMAIN_KEY_FILE_MAX);
    memcpy(keys[2], keys[0], DOMAIN_KEY_FILE_MAX);
  }
  keyfile_clear(&file);
  return status;
}

enum status aes_key_store(const char *path, const uint8_t key[CRYPTO_AES_KEY_SIZE]) {
  char text[AES_KEY_DIGITS + 1];
  enum status status = STATUS_INTERNAL;

  bytes_to_hex(key, CRYPTO_AES_KEY_SIZE, text);
  text[AES_KEY_DIGITS] = '\n'; /* in place of the NUL */
  status = keyfile_create(path, S_IRUSR | S_IWUSR, (const uint8_t *)text, sizeof text);
  crypto_wipe(text, sizeof text);
  return status;
}

enum status public_file_load(const char *path, uint8_t **data, size_t *len) {
  struct keyfile file;
  enum status status = keyfile_read(path, 0, &file);

  *data = file.data;
  *len = file.len;
  return status == STATUS_BAD_KEY ? STATUS_NOT_FOUND : status;
}

enum status certificate_file_load(const char *path, const struct certificate_check *check,
                                  struct certificate *certificate) {
  uint8_t *data = NULL;
  size_t len = 0;
  enum status status = public_file_load(path, &data, &len);

  if (status == STATUS_OK)
    status = certificate_decode(data, len, certificate);
  if (status == STATUS_OK && check != NULL)
    status = certificate_verify(certificate, check);
  free(data);
  certificate->signed_part = NULL;
  return status;
}

enum status public_file_store(const char *path, const uint8_t *data, size_t len) {
  return keyfile_create(path, S_IRUSR | S_IWUSR | S_IRGRP | S_IROTH, data, len);
}
