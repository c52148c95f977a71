/* SPDX-License-Identifier: Apache-2.0
 * A terminal's directory: keys, certificates, configuration. */
#ifndef EPURSE_CMD_ADMIN_TERMINAL_FOLDER_H
#define EPURSE_CMD_ADMIN_TERMINAL_FOLDER_H

#include <stdint.h>

#include "epurse/message_desk.h"
#include "epurse/status.h"

struct terminal_order {
  const char *tid, *merchant, *merchant_name;
  uint8_t role;
  const char *currency; /* "EUR" */
  const char *url, *tender;
  int64_t now, days;         /* unix seconds; validity from now on */
  const char *public_folder; /* has root.crt, master.pem and the 7F21 certificates */
  const char *issuer_folder; /* has terminal-ca.crt, and batch.key for the desk */
  const struct key *terminal_ca;
};

/* Makes keys and certificates in the empty directory `folder`; *registration is what the ledger must know. */
enum status terminal_folder_keys(const char *folder, const struct terminal_order *order,
                                 struct terminal_message *registration) EPURSE_MUST_USE;

/* The same for keys that the terminal made and asked for: the certificates only. */
enum status terminal_folder_answer(const char *folder, const struct terminal_order *order,
                                   const struct terminal_message *asked,
                                   struct terminal_message *registration) EPURSE_MUST_USE;

/* In their place, where an earlier try has made them in `folder`: what it told the ledger. STATUS_EXISTS: they are of
 * another terminal, role or merchant; STATUS_BAD_CERTIFICATE, STATUS_TERMINAL_REVOKED: of another CA, or past their
 * last day. */
enum status terminal_folder_resume(const char *folder, const struct terminal_order *order,
                                   struct terminal_message *registration) EPURSE_MUST_USE;

/* Certificates for the keys that the terminal in `from` has, with the name, role, merchant and last day that they had,
 * under another CA's key. `issuer` has that one's terminal-ca.crt. */
enum status terminal_folder_again(const char *folder, const char *from, const char *issuer,
                                  const struct key *terminal_ca) EPURSE_MUST_USE;

/* Writes terminal.conf, also in the place of one that is there. */
enum status terminal_folder_configure(const char *folder, const struct terminal_order *order) EPURSE_MUST_USE;

/* Whether a name is of letters, digits, '-', '_' and '.', `min` to `max` of them: it stands in files and certificates.
 */
bool terminal_folder_name_valid(const char *name, size_t min, size_t max);
/* Whether that is https://HOST[:PORT] without what a configuration line could trip over. */
bool terminal_folder_url_valid(const char *url);

#endif
