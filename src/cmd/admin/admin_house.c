/* SPDX-License-Identifier: Apache-2.0
 * epurse-admin in the issuer's house, with no back-end to ask: what the directory says, and a terminal that is entered
 * in the ledger by hand: the issuer's own at the beginning, and an administrator's where nobody is left to agree to
 * one. */
#include "admin_house.h"

#include <stdio.h>
#include <string.h>

#include "admin.h"
#include "admin_folder.h"
#include "cmd/frame/problem.h"
#include "epurse/amount.h"
#include "epurse/certificate.h"
#include "epurse/key.h"
#include "epurse/ledger.h"
#include "epurse/ledger_terminal.h"
#include "epurse/message_desk.h"

#define PLACE_MAX     256
#define CA_FILE       "terminal-ca.cert"
#define CA_NEWER_FILE "terminal-ca-new.cert" /* from key change to key retire */

static enum status house_refuse(const struct admin *admin, const char *problem, enum status status) {
  char text[512];

  if (problem[0] == '\0' || status == STATUS_NO_CONFIG)
    return admin_fail(admin, admin->dir, status);
  (void)snprintf(text, sizeof text, "%s: %s", problem, status_sentence(status));
  problem_say_with(admin->program->name, text, "%s", text);
  return status;
}

enum status admin_house_store(const struct admin *admin, struct configuration *configuration, const char **store) {
  char problem[256] = "";

  if ((admin->store == NULL) == (admin->dir == NULL))
    return admin_refuse(admin, STATUS_USAGE, "name the ledger with --store, or the issuer's directory with --dir");
  *store = admin->store;
  if (*store != NULL)
    return STATUS_OK;
  enum status status = configuration_load(admin->dir, configuration, problem);
  *store = configuration->store;
  return status == STATUS_OK ? status : house_refuse(admin, problem, status);
}

static enum status ca_read(const struct admin *admin, const char *name, struct admin_house *house) {
  struct certificate certificate;
  char path[FOLDER_PATH_MAX];
  enum status status = folder_path(admin->dir, name, path);

  if (status == STATUS_OK)
    status = certificate_file_load(path, NULL, &certificate);
  if (status == STATUS_OK)
    memcpy(house->ca_public, certificate.public_key, sizeof house->ca_public);
  return status;
}

enum status admin_house_open(const struct admin *admin, struct admin_house *house) {
  char problem[256] = "";
  enum status status = configuration_load(admin->dir, &house->configuration, problem);

  if (status != STATUS_OK)
    return house_refuse(admin, problem, status);
  house->currency = currency_by_number(house->configuration.currency)->code;
  status = ca_read(admin, CA_NEWER_FILE, house);
  if (status == STATUS_NOT_FOUND)
    status = ca_read(admin, CA_FILE, house);
  return status == STATUS_OK ? status : admin_fail(admin, admin->dir, status);
}

enum status admin_house_newer_ca(const struct admin *admin, const char *folder) {
  char newer[FOLDER_PATH_MAX], path[FOLDER_PATH_MAX];
  enum status status = folder_copy(folder, admin->dir, CA_NEWER_FILE);

  if (status != STATUS_OK)
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
  status = folder_path(folder, CA_NEWER_FILE, newer);
  if (status == STATUS_OK)
    status = folder_path(folder, CA_FILE, path);
  return status == STATUS_OK && rename(newer, path) != 0 ? STATUS_STORE_FAILED : status;
}

/* ---- in the ledger ---- */

enum status admin_house_terminal(struct ledger *ledger, const struct terminal_message *registration) {
  struct ledger_terminal terminal = {.role = registration->role};

  memcpy(terminal.tid, registration->tid, sizeof terminal.tid);
  memcpy(terminal.merchant, registration->merchant, sizeof terminal.merchant);
  memcpy(terminal.ecka_public, registration->ecka_public, sizeof terminal.ecka_public);
  memcpy(terminal.sig_public, registration->sig_public, sizeof terminal.sig_public);
  memcpy(terminal.expiry, registration->expiry, sizeof terminal.expiry);
  return ledger_terminal_add(ledger, &terminal);
}

struct entering {
  const struct terminal_message *registration;
  struct ledger_merchant merchant;
};

static enum status enter(struct ledger *ledger, void *context) {
  struct entering *entering = context;
  enum status status = ledger_merchant_terms(ledger, entering->registration->merchant, &entering->merchant);

  return status == STATUS_OK ? admin_house_terminal(ledger, entering->registration) : status;
}

enum status admin_house_enter(const struct admin *admin, const struct admin_house *house,
                              const struct terminal_message *registration, char name[LEDGER_NAME_MAX + 1]) {
  struct entering entering = {.registration = registration};
  char place[PLACE_MAX];
  struct ledger *ledger = NULL;
  enum status status = ledger_open_alone(house->configuration.store, &ledger);

  ledger_place(house->configuration.store, place, sizeof place);
  if (status != STATUS_OK)
    return admin_fail(admin, place, status);
  status = ledger_transact(ledger, enter, &entering);
  ledger_close(&ledger);
  memcpy(name, entering.merchant.name, sizeof entering.merchant.name);
  if (status == STATUS_NOT_FOUND)
    return admin_refuse(admin, status, "there is no merchant %s; add it first", registration->merchant);
  return status == STATUS_OK ? status : admin_fail(admin, status == STATUS_EXISTS ? registration->tid : place, status);
}
