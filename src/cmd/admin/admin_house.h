/* SPDX-License-Identifier: Apache-2.0
 * The issuer's directory and its ledger in the place of a line to the back-end, where no back-end runs. */
#ifndef EPURSE_CMD_ADMIN_HOUSE_H
#define EPURSE_CMD_ADMIN_HOUSE_H

#include <stdint.h>

#include "epurse/crypto.h"
#include "epurse/ledger_merchant.h"
#include "epurse/status.h"
#include "server/configuration.h"

struct admin;
struct ledger;
struct terminal_message;

/* What the directory says of itself. */
struct admin_house {
  struct configuration configuration;
  const char *currency;                       /* "EUR" */
  uint8_t ca_public[CRYPTO_P256_PUBLIC_SIZE]; /* that certifies terminals: the newer one while it is rolled */
};

/* Reads admin->dir. Says what is wrong. */
enum status admin_house_open(const struct admin *admin, struct admin_house *house) EPURSE_MUST_USE;
/* Where the ledger of a stopped server is, by --store or in the configuration of --dir, which *store may lie in; says
 * what is wrong. */
enum status admin_house_store(const struct admin *admin, struct configuration *configuration,
                              const char **store) EPURSE_MUST_USE;
/* Of a terminal's directory that was filled from admin->dir: while that key is rolled it gets the newer one's
 * certificate. */
enum status admin_house_newer_ca(const struct admin *admin, const char *folder) EPURSE_MUST_USE;

/* Enters a terminal in the ledger of a back-end that is stopped; `name` is its merchant's. Says what is wrong. */
enum status admin_house_enter(const struct admin *admin, const struct admin_house *house,
                              const struct terminal_message *registration,
                              char name[LEDGER_NAME_MAX + 1]) EPURSE_MUST_USE;
/* The same in a step of the ledger, as ledger_terminal_add. */
enum status admin_house_terminal(struct ledger *ledger, const struct terminal_message *registration) EPURSE_MUST_USE;

#endif
