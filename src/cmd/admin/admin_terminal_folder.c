/* SPDX-License-Identifier: Apache-2.0
 * Fills a terminal's directory; the terminal CA's key certifies both of its keys. */
#include "admin_terminal_folder.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "admin.h"
#include "admin_ceremony.h"
#include "admin_folder.h"
#include "epurse/message_desk.h"
#include "epurse/x509.h"

#define TERMINAL_CA_SUBJECT "TERMCA01"
#define NAME_CHARACTERS     "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_."
#define URL_SCHEME          "https://"
#define URL_MAX_LEN         160

bool terminal_folder_name_valid(const char *name, size_t min, size_t max) {
  size_t len = strlen(name);

  return len >= min && len <= max && strspn(name, NAME_CHARACTERS) == len;
}

/* [ADDRESS] of IPv6, or a name; what is behind it, NULL where it is neither. */
static const char *host_skip(const char *host) {
  char address[INET6_ADDRSTRLEN];
  struct in6_addr binary;
  size_t len = host[0] == '[' ? strcspn(host, "]") : strspn(host, NAME_CHARACTERS);

  if (host[0] != '[')
    return len > 0 ? host + len : NULL;
  if (host[len] != ']' || len > sizeof address)
    return NULL;
  (void)snprintf(address, sizeof address, "%.*s", (int)len - 1, host + 1);
  return inet_pton(AF_INET6, address, &binary) == 1 ? host + len + 1 : NULL;
}

bool terminal_folder_url_valid(const char *url) {
  const char *rest = strncmp(url, URL_SCHEME, strlen(URL_SCHEME)) == 0 ? host_skip(url + strlen(URL_SCHEME)) : NULL;
  size_t digits = rest != NULL && rest[0] == ':' ? strspn(rest + 1, "0123456789") : 0;

  if (rest == NULL || strlen(url) >= URL_MAX_LEN)
    return false;
  return rest[0] == '\0' || (digits > 0 && digits <= 5 && rest[1 + digits] == '\0' && atoi(rest + 1) <= UINT16_MAX);
}

/* Makes a key and its file; not enciphered: a terminal starts without a person. */
static enum status key_make(const char *folder, const char *name, struct key **key) {
  char path[FOLDER_PATH_MAX];
  enum status status = folder_path(folder, name, path);

  if (status == STATUS_OK)
    status = key_generate(key);
  return status == STATUS_OK ? key_store(*key, path, NULL) : status;
}

/* Whose name cards and tills read. The issuer's own terminal belongs to nobody there: no card takes it. */
static const char *card_side_merchant(const struct terminal_order *order) {
  return order->role == ROLE_ADMIN ? "" : order->merchant;
}

/* The certificate that cards read. */
static enum status card_side_certify(const char *folder, const struct terminal_order *order,
                                     const struct terminal_message *registration) {
  struct certificate certificate = {.role = order->role, .version = KVN_FIRST};

  memcpy(certificate.ca_id, TERMINAL_CA_SUBJECT, sizeof certificate.ca_id);
  memcpy(certificate.subject, order->tid, sizeof certificate.subject);
  (void)snprintf(certificate.merchant, sizeof certificate.merchant, "%s", card_side_merchant(order));
  memcpy(certificate.public_key, registration->ecka_public, sizeof certificate.public_key);
  memcpy(certificate.expiry, registration->expiry, sizeof certificate.expiry);
  return ceremony_certificate(folder, "terminal.cert", &certificate, order->terminal_ca);
}

/* The certificate that the server reads. */
static enum status server_side_certify(const char *folder, const struct terminal_order *order,
                                       const struct terminal_message *registration) {
  char path[FOLDER_PATH_MAX], ca[FOLDER_PATH_MAX];
  struct x509_request request = {.kind = X509_CLIENT,
                                 .common_name = order->tid,
                                 .role = (enum role)order->role,
                                 .merchant = order->merchant,
                                 .public_key = registration->sig_public,
                                 .not_after = order->now + order->days * ADMIN_SECONDS_PER_DAY};
  enum status status = folder_path(folder, "tls.crt", path);

  if (status == STATUS_OK)
    status = folder_path(order->issuer_folder, "terminal-ca.crt", ca);
  return status == STATUS_OK ? x509_issue(&request, order->terminal_ca, ca, path) : status;
}

/* What every terminal holds of the issuer; the desk has the batch key of raw chips too. */
static enum status issuer_copy(const char *folder, const struct terminal_order *order) {
  static const char *const names[] = {"root.crt",     "master.pem",  "terminal-ca.cert",
                                      "card-ca.cert", "server.cert", "server-pin.cert"};
  static const char *const nexts[] = {"server-next.cert", "card-ca-next.cert"}; /* there while that key is rolled */
  uint8_t batch[CRYPTO_AES_KEY_SIZE];
  char path[FOLDER_PATH_MAX];
  enum status status = STATUS_OK;

  for (size_t i = 0; i < sizeof names / sizeof names[0] && status == STATUS_OK; i++)
    status = folder_copy(folder, order->public_folder, names[i]);
  for (size_t i = 0; i < sizeof nexts / sizeof nexts[0] && status == STATUS_OK; i++) {
    status = folder_copy(folder, order->public_folder, nexts[i]);
    status = status == STATUS_NOT_FOUND ? STATUS_OK : status;
  }
  if (status != STATUS_OK || order->role != ROLE_PERSO)
    return status;
  status = folder_path(order->issuer_folder, "batch.key", path);
  if (status == STATUS_OK)
    status = aes_key_load(path, batch);
  if (status == STATUS_OK)
    status = folder_path(folder, "batch.key", path);
  if (status == STATUS_OK)
    status = aes_key_store(path, batch);
  crypto_wipe(batch, sizeof batch);
  return status;
}

static void registration_fill(const struct terminal_order *order, struct terminal_message *registration) {
  *registration = (struct terminal_message){.role = order->role};
  (void)snprintf(registration->tid, sizeof registration->tid, "%s", order->tid);
  (void)snprintf(registration->merchant, sizeof registration->merchant, "%s", order->merchant);
  ceremony_expiry(order->now + order->days * ADMIN_SECONDS_PER_DAY, registration->expiry);
}

enum status terminal_folder_keys(const char *folder, const struct terminal_order *order,
                                 struct terminal_message *registration) {
  struct key *ecka = NULL, *sig = NULL;
  enum status status = STATUS_BAD_FORMAT;

  if (!terminal_folder_name_valid(order->tid, TID_SIZE, TID_SIZE) ||
      !terminal_folder_name_valid(order->merchant, 1, MERCHANT_MAX))
    return status;
  registration_fill(order, registration);
  status = key_make(folder, "ecka.key", &ecka);
  if (status == STATUS_OK)
    status = key_make(folder, "sig.key", &sig);
  if (status == STATUS_OK) {
    memcpy(registration->ecka_public, key_public(ecka), sizeof registration->ecka_public);
    memcpy(registration->sig_public, key_public(sig), sizeof registration->sig_public);
    status = card_side_certify(folder, order, registration);
  }
  if (status == STATUS_OK)
    status = server_side_certify(folder, order, registration);
  if (status == STATUS_OK)
    status = issuer_copy(folder, order);
  if (status == STATUS_OK)
    status = folder_make(folder, "receipts");
  key_free(&sig);
  key_free(&ecka);
  return status;
}

enum status terminal_folder_answer(const char *folder, const struct terminal_order *order,
                                   const struct terminal_message *asked, struct terminal_message *registration) {
  enum status status = STATUS_BAD_FORMAT;

  if (!terminal_folder_name_valid(order->tid, TID_SIZE, TID_SIZE) ||
      !terminal_folder_name_valid(order->merchant, 1, MERCHANT_MAX))
    return status;
  registration_fill(order, registration);
  memcpy(registration->ecka_public, asked->ecka_public, sizeof registration->ecka_public);
  memcpy(registration->sig_public, asked->sig_public, sizeof registration->sig_public);
  memcpy(registration->request, asked->request, sizeof registration->request);
  status = card_side_certify(folder, order, registration);
  if (status == STATUS_OK)
    status = server_side_certify(folder, order, registration);
  return status == STATUS_OK ? folder_copy(folder, order->public_folder, "terminal-ca.cert") : status;
}

/* The certificate of a terminal's directory as it stands, and the key that its messages have; `check` NULL: whatever
 * holds. */
static enum status present_load(const char *from, const struct certificate_check *check, struct certificate *present,
                                struct key **sig) {
  char path[FOLDER_PATH_MAX];
  enum status status = folder_path(from, "terminal.cert", path);

  if (status == STATUS_OK)
    status = certificate_file_load(path, check, present);
  if (status == STATUS_OK)
    status = folder_path(from, "sig.key", path);
  return status == STATUS_OK ? key_load(path, NULL, sig) : status;
}

enum status terminal_folder_resume(const char *folder, const struct terminal_order *order,
                                   struct terminal_message *registration) {
  uint8_t now[MOMENT_SIZE];
  const struct certificate_check check = {.ca_public = key_public(order->terminal_ca), .role = order->role, .now = now};
  struct certificate present = {0};
  struct key *sig = NULL;

  moment_from_unix(order->now, now);
  enum status status = present_load(folder, &check, &present, &sig);
  if (status == STATUS_OK &&
      (memcmp(present.subject, order->tid, TID_SIZE) != 0 || strcmp(present.merchant, card_side_merchant(order)) != 0))
    status = STATUS_EXISTS;
  if (status == STATUS_OK) {
    registration_fill(order, registration);
    memcpy(registration->expiry, present.expiry, sizeof registration->expiry);
    memcpy(registration->ecka_public, present.public_key, sizeof registration->ecka_public);
    memcpy(registration->sig_public, key_public(sig), sizeof registration->sig_public);
  }
  key_free(&sig);
  return status;
}

enum status terminal_folder_again(const char *folder, const char *from, const char *issuer,
                                  const struct key *terminal_ca) {
  struct certificate present = {0};
  struct terminal_message registration = {0};
  uint8_t moment[MOMENT_SIZE] = {0};
  char tid[TID_SIZE + 1] = "";
  struct key *sig = NULL;
  enum status status = present_load(from, NULL, &present, &sig);

  if (status != STATUS_OK)
    return status;
  memcpy(tid, present.subject, TID_SIZE);
  memcpy(moment, present.expiry, DATE_SIZE);
  memcpy(registration.sig_public, key_public(sig), sizeof registration.sig_public);
  const struct terminal_order order = {.tid = tid,
                                       .role = present.role,
                                       .merchant = present.role == ROLE_ADMIN ? ADMIN_MERCHANT : present.merchant,
                                       .now = moment_to_unix(moment),
                                       .issuer_folder = issuer,
                                       .terminal_ca = terminal_ca};
  status = ceremony_certificate(folder, "terminal.cert", &present, terminal_ca);
  if (status == STATUS_OK)
    status = server_side_certify(folder, &order, &registration);
  key_free(&sig);
  return status;
}

enum status terminal_folder_configure(const char *folder, const struct terminal_order *order) {
  char text[1024];
  int len = snprintf(text, sizeof text,
                     "# epurse-terminal.conf(5)\n"
                     "[terminal]\n"
                     "id = %s\n"
                     "role = %s\n"
                     "merchant = %s\n"
                     "merchant_name = %s\n"
                     "currency = %s\n"
                     "\n"
                     "[server]\n"
                     "url = %s\n"
                     "timeout = 10\n"
                     "\n"
                     "[tender]\n"
                     "driver = %s\n"
                     "\n"
                     "[files]\n"
                     "journal = journal.db\n"
                     "receipts = receipts\n",
                     order->tid, role_name(order->role), card_side_merchant(order), order->merchant_name,
                     order->currency, order->url, order->tender);

  return len > 0 && (size_t)len < sizeof text ? folder_rewrite(folder, "terminal.conf", text) : STATUS_BAD_LENGTH;
}
