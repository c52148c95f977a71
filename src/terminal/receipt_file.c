/* SPDX-License-Identifier: Apache-2.0
 * Writing a receipt: beside its place first, then moved there, so that there is never half a receipt. */
#include "receipt_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "epurse/folder.h"
#include "epurse/journal.h"
#include "epurse/key.h"
#include "epurse/terminal.h"
#include "identity.h"

#define RECEIPT_PATH_MAX 512

enum { FILE_SERVER = 1, FILE_TERMINAL_CA = 3, FILE_OWN = 4 }; /* in struct terminal.files */

static struct bytes_view file_view(const struct terminal *terminal, size_t index) {
  return (struct bytes_view){terminal->files[index], terminal->files_len[index]};
}

/* The certificate of the CA that has certified the card. STATUS_NOT_FOUND: the terminal does not know it any more. */
static enum status card_ca_view(const struct terminal *terminal, const struct journal_entry *entry,
                                struct bytes_view *view) {
  struct certificate card;
  enum status status = certificate_decode(entry->card_certificate, entry->card_certificate_len, &card);
  if (status == STATUS_OK && identity_card_ca(terminal, card.ca_id, view) == NULL)
    status = STATUS_NOT_FOUND;
  return status;
}

/* That of a payment that no server authorised. */
static enum status receipt_offline_make(const struct terminal *terminal, const struct journal_entry *entry,
                                        struct bytes_view card_ca, uint8_t data[RECEIPT_MAX], size_t *len) {
  const struct receipt receipt = {
      .promise = {entry->promise, sizeof entry->promise},
      .card = {entry->card_certificate, entry->card_certificate_len},
      .card_ca = card_ca,
      .terminal = file_view(terminal, FILE_OWN),
      .terminal_ca = file_view(terminal, FILE_TERMINAL_CA),
  };
  return receipt_encode(&receipt, data, RECEIPT_MAX, len);
}

enum status receipt_file_make(const struct terminal *terminal, const struct journal_entry *entry,
                              uint8_t data[RECEIPT_MAX], size_t *len) {
  struct authorisation authorisation;
  struct bytes_view server, card_ca;
  enum status status = card_ca_view(terminal, entry, &card_ca);
  if (status != STATUS_OK)
    return status;
  if (entry->type == TRANSACTION_OFFLINE_PURCHASE)
    return receipt_offline_make(terminal, entry, card_ca, data, len);
  status = authorisation_decode(entry->authorisation, sizeof entry->authorisation, &authorisation);
  if (status != STATUS_OK)
    return status;
  if (authorisation.key_version == terminal->server.version) /* withdrawn since or not: it says who signed what */
    server = file_view(terminal, FILE_SERVER);
  else if (identity_server(terminal, authorisation.key_version, &server) == NULL)
    return STATUS_NOT_FOUND; /* none is better than one that nobody believes */
  const struct receipt receipt = {
      .promise = {entry->promise, sizeof entry->promise},
      .authorisation = {entry->authorisation, sizeof entry->authorisation},
      .secret = {entry->secret, sizeof entry->secret},
      .card = {entry->card_certificate, entry->card_certificate_len},
      .card_ca = card_ca,
      .server = server,
      .terminal = file_view(terminal, FILE_OWN),
      .terminal_ca = file_view(terminal, FILE_TERMINAL_CA),
  };
  return receipt_encode(&receipt, data, RECEIPT_MAX, len);
}

static enum status receipt_path(const struct terminal *terminal, const struct journal_entry *entry, const char *suffix,
                                char path[RECEIPT_PATH_MAX]) {
  struct promise promise;
  char cid[17];
  enum status status = promise_decode(entry->promise, sizeof entry->promise, &promise);
  if (status != STATUS_OK)
    return status;
  cid_print(promise.cid, cid);
  int length =
      snprintf(path, RECEIPT_PATH_MAX, "%s/%s-%" PRIu32 ".receipt%s", terminal->receipts, cid, promise.atc, suffix);
  return length > 0 && length < RECEIPT_PATH_MAX ? STATUS_OK : STATUS_STORE_FAILED;
}

static enum status file_write(const char *path, const uint8_t *data, size_t len) {
  int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (file < 0)
    return STATUS_STORE_FAILED;
  bool written = write(file, data, len) == (ssize_t)len && fsync(file) == 0;
  return close(file) == 0 && written ? STATUS_OK : STATUS_STORE_FAILED;
}

enum status receipt_file_write(const struct terminal *terminal, const struct journal_entry *entry, char path[512]) {
  uint8_t data[RECEIPT_MAX];
  size_t len = 0;
  char name[RECEIPT_PATH_MAX], part[RECEIPT_PATH_MAX];
  path[0] = 0;
  enum status status = receipt_file_make(terminal, entry, data, &len);
  if (status == STATUS_OK)
    status = receipt_path(terminal, entry, "", name);
  if (status == STATUS_OK)
    status = receipt_path(terminal, entry, ".part", part);
  if (status != STATUS_OK)
    return status;
  if (mkdir(terminal->receipts, 0700) != 0 && errno != EEXIST)
    return STATUS_STORE_FAILED;
  status = file_write(part, data, len);
  if (status == STATUS_OK && rename(part, name) != 0)
    status = STATUS_STORE_FAILED;
  if (status == STATUS_OK)
    status = folder_sync(terminal->receipts);
  if (status == STATUS_OK)
    snprintf(path, RECEIPT_PATH_MAX, "%s", name);
  return status;
}

enum status receipt_file_read(const struct terminal *terminal, const struct journal_entry *entry, char path[512],
                              struct receipt_copy *receipt) {
  uint8_t *data = NULL;
  size_t len = 0;
  enum status status = receipt_path(terminal, entry, "", path);
  if (status == STATUS_OK)
    status = public_file_load(path, &data, &len);
  if (status == STATUS_OK && len > sizeof receipt->data)
    status = STATUS_BAD_LENGTH;
  if (status == STATUS_OK)
    memcpy(receipt->data, data, receipt->len = len);
  else
    path[0] = 0;
  free(data);
  return status;
}
