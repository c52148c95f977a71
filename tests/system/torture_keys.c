/* SPDX-License-Identifier: Apache-2.0
 * Keys are decoded once for all processes of the engine: each terminal and each server begins as a copy of a
 * process that has them, and no run changes a key file. */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "epurse/crypto.h"
#include "epurse/status.h"

#define KEYS_MAX 32

static struct {
  char path[256];
  struct key *key;
} kept[KEYS_MAX];
static size_t count;

enum status __real_key_load(const char *path, const char *passphrase, struct key **key);
enum status __wrap_key_load(const char *path, const char *passphrase, struct key **key);
enum status __wrap_key_load(const char *path, const char *passphrase, struct key **key) {
  for (size_t i = 0; i < count; i++)
    if (strcmp(kept[i].path, path) == 0) {
      *key = kept[i].key;
      return STATUS_OK;
    }
  enum status status = __real_key_load(path, passphrase, key);
  if (status == STATUS_OK && count < KEYS_MAX && strlen(path) < sizeof kept[0].path) {
    snprintf(kept[count].path, sizeof kept[0].path, "%s", path);
    kept[count++].key = *key;
  }
  return status;
}

static struct {
  char path[256];
  uint8_t key[CRYPTO_P256_PUBLIC_SIZE];
} public_kept[KEYS_MAX];
static size_t public_count;

enum status __real_public_key_load(const char *path, uint8_t key[CRYPTO_P256_PUBLIC_SIZE]);
enum status __wrap_public_key_load(const char *path, uint8_t key[CRYPTO_P256_PUBLIC_SIZE]);
enum status __wrap_public_key_load(const char *path, uint8_t key[CRYPTO_P256_PUBLIC_SIZE]) {
  for (size_t i = 0; i < public_count; i++)
    if (strcmp(public_kept[i].path, path) == 0) {
      memcpy(key, public_kept[i].key, sizeof public_kept[i].key);
      return STATUS_OK;
    }
  enum status status = __real_public_key_load(path, key);
  if (status == STATUS_OK && public_count < KEYS_MAX && strlen(path) < sizeof public_kept[0].path) {
    snprintf(public_kept[public_count].path, sizeof public_kept[0].path, "%s", path);
    memcpy(public_kept[public_count++].key, key, sizeof public_kept[0].key);
  }
  return status;
}

static bool is_kept(const struct key *key) {
  for (size_t i = 0; i < count; i++)
    if (kept[i].key == key)
      return true;
  return false;
}

void __real_key_free(struct key **key);
void __wrap_key_free(struct key **key);
void __wrap_key_free(struct key **key) {
  if (!is_kept(*key))
    __real_key_free(key);
  *key = NULL;
}
