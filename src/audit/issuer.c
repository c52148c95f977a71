/* SPDX-License-Identifier: Apache-2.0
 * The issuer's certificates: card CA, terminal CA and server, of every version that can be found, under the master key.
 */
#include "audit.h"

#include <stdlib.h>
#include <string.h>

#include "epurse/key.h"
#include "epurse/receipt.h"
#include "epurse/sentence.h"

static bool issuer_role(uint8_t role) {
  return role == ROLE_CARD_CA || role == ROLE_TERMINAL_CA || role == ROLE_SERVER;
}

static bool issuer_known(const struct audit *audit, const struct certificate *certificate) {
  for (size_t i = 0; i < audit->key_count; i++)
    if (audit->keys[i].role == certificate->role &&
        memcmp(audit->keys[i].public_key, certificate->public_key, CRYPTO_P256_PUBLIC_SIZE) == 0)
      return true;
  return false;
}

enum status issuer_add(struct audit *audit, const uint8_t *data, size_t len) {
  struct certificate certificate;
  if (certificate_decode(data, len, &certificate) != STATUS_OK || !issuer_role(certificate.role) ||
      issuer_known(audit, &certificate))
    return STATUS_OK;
  const struct certificate_check check = {audit->request->master_public, NULL, certificate.role, NULL};
  if (certificate_verify(&certificate, &check) != STATUS_OK)
    return STATUS_OK;
  struct issuer_key *more = reallocarray(audit->keys, audit->key_count + 1, sizeof *more);
  if (more == NULL)
    return STATUS_NO_MEMORY;
  audit->keys = more;
  struct issuer_key *key = &audit->keys[audit->key_count++];
  *key = (struct issuer_key){.role = certificate.role, .version = certificate.version};
  memcpy(key->subject, certificate.subject, sizeof key->subject);
  memcpy(key->expiry, certificate.expiry, sizeof key->expiry);
  memcpy(key->public_key, certificate.public_key, sizeof key->public_key);
  return STATUS_OK;
}

static enum status issuer_file(struct audit *audit, const char *file) {
  uint8_t *data = NULL;
  size_t len = 0;
  if (public_file_load(file, &data, &len) != STATUS_OK) {
    unread_add(audit, file, SENTENCE("the certificate cannot be read"));
    return STATUS_OK;
  }
  enum status status = issuer_add(audit, data, len);
  free(data);
  return status;
}

/* A receipt brings its own; the master key says what they are worth. */
static enum status issuer_of_receipt(struct audit *audit, const char *file) {
  uint8_t *data = NULL;
  size_t len = 0;
  struct receipt receipt;
  enum status status = STATUS_OK;
  if (public_file_load(file, &data, &len) == STATUS_OK && receipt_decode(data, len, &receipt) == STATUS_OK) {
    status = issuer_add(audit, receipt.card_ca.data, receipt.card_ca.len);
    if (status == STATUS_OK)
      status = issuer_add(audit, receipt.server.data, receipt.server.len);
    if (status == STATUS_OK)
      status = issuer_add(audit, receipt.terminal_ca.data, receipt.terminal_ca.len);
  }
  free(data);
  return status;
}

enum status issuer_read(struct audit *audit) {
  const struct audit_request *request = audit->request;
  enum status status = paths_walk(audit, &request->certificates, ".cert", issuer_file);
  size_t unread = audit->unread_count; /* of journals and receipts others tell */
  if (status == STATUS_OK)             /* a terminal's folder has them too */
    status = paths_walk(audit, &request->journals, ".cert", issuer_file);
  if (status == STATUS_OK)
    status = paths_walk(audit, &request->receipts, ".receipt", issuer_of_receipt);
  while (audit->unread_count > unread)
    free(audit->unread[--audit->unread_count].file);
  if (status != STATUS_OK)
    return status;
  bool server = false, ca = false;
  for (size_t i = 0; i < audit->key_count; i++) {
    server = server || audit->keys[i].role == ROLE_SERVER;
    ca = ca || audit->keys[i].role == ROLE_CARD_CA;
  }
  return server && ca ? STATUS_OK : STATUS_BAD_CERTIFICATE;
}

const struct issuer_key *issuer_server(const struct audit *audit, uint8_t version) {
  for (size_t i = 0; i < audit->key_count; i++)
    if (audit->keys[i].role == ROLE_SERVER && audit->keys[i].version == version)
      return &audit->keys[i];
  return NULL;
}

bool issuer_certified(const struct audit *audit, const uint8_t *data, size_t len, uint8_t ca_role, uint8_t role,
                      struct certificate *certificate) {
  if (certificate_decode(data, len, certificate) != STATUS_OK)
    return false;
  /* Two versions of a CA may bear one name: any of them will do. */
  for (size_t i = 0; i < audit->key_count; i++) {
    const struct issuer_key *ca = &audit->keys[i];
    const struct certificate_check check = {ca->public_key, ca->subject, role, NULL};
    if (ca->role == ca_role && certificate_verify(certificate, &check) == STATUS_OK)
      return true;
  }
  return false;
}
