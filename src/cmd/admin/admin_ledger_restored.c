/* SPDX-License-Identifier: Apache-2.0
 * epurse-admin ledger restored: an earlier state of the ledger was brought back by other means than restore; it is told
 * so, before a back-end works with it. */
#include <time.h>

#include "admin.h"
#include "admin_house.h"
#include "admin_restore_list.h"
#include "epurse/ledger.h"
#include "epurse/ledger_backup.h"
#include "server/configuration.h"

#define PLACE_MAX 256

enum status admin_ledger_restored(void *context, char **arguments) {
  struct admin *admin = context;
  struct configuration configuration;
  char place[PLACE_MAX];
  const char *store = NULL;
  enum status status = admin_house_store(admin, &configuration, &store);

  (void)arguments;
  if (status != STATUS_OK)
    return status;
  ledger_place(store, place, sizeof place);
  status = ledger_restored_elsewhere(store, (int64_t)time(NULL));
  if (status != STATUS_OK)
    return admin_fail(admin, place, status);
  admin->changed = true;
  admin_print(admin, "%s knows now that it is an earlier state.\n", place);
  admin->report = json_pack("{s:s}", "store", place);
  restore_tell(admin, store, NULL);
  return STATUS_OK;
}
