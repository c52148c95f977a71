/* SPDX-License-Identifier: Apache-2.0
 * epurse-admin migrate: a ledger of an older program, while no back-end runs, brought to the version of this one. */
#include "admin.h"
#include "admin_house.h"
#include "epurse/ledger.h"
#include "server/configuration.h"

#define PLACE_MAX 256

enum status admin_migrate(void *context, char **arguments) {
  struct admin *admin = context;
  struct configuration configuration;
  char place[PLACE_MAX];
  const char *store = NULL;
  int from = 0, to = 0;
  enum status status = admin_house_store(admin, &configuration, &store);

  (void)arguments;
  if (status != STATUS_OK)
    return status;
  ledger_place(store, place, sizeof place);
  status = ledger_migrate(store, &from, &to);
  if (from > 0 && from == to && status == STATUS_OK)
    admin_print(admin, "%s is of version %d already.\n", place, to);
  else if (from > 0 && from != to)
    admin_print(admin, "%s: from version %d to version %d.\n", place, from, to);
  admin->changed = from != to;
  admin->report = json_pack("{s:s, s:s, s:i, s:i}", "operation", "migrate", "store", place, "from", from, "to", to);
  if (status == STATUS_OLD_SCHEMA)
    return admin_refuse(admin, status, "%s is of version %d, which is newer than this program", place, from);
  return status == STATUS_OK ? status : admin_fail(admin, place, status);
}
