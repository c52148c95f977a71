/* SPDX-License-Identifier: Apache-2.0
 * A ledger made, opened and closed, in whichever database its URL names. */
#include "store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "epurse/ledger.h"
#include "epurse/ledger_approval.h"
#include "epurse/ledger_backup.h"
#include "epurse/ledger_card.h"
#include "limit.h"
#include "schema.h"

static const struct store_driver *const drivers[] = {&store_sqlite, &store_postgres};

/* sqlite:PATH or a bare path; postgresql://... *place is what the driver gets. */
static const struct store_driver *store_driver(const char *url, const char **place) {
  for (size_t i = 0; i < sizeof drivers / sizeof drivers[0]; i++) {
    size_t len = strlen(drivers[i]->scheme);
    if (strncmp(url, drivers[i]->scheme, len) == 0 && url[len] == ':') {
      *place = url + len + 1;
      return drivers[i];
    }
  }
  *place = url;
  return &store_sqlite;
}

/* Everything up to the last @ of a URL's authority may hold a password, and so may what stands after a question mark.
 */
void ledger_place(const char *url, char *text, size_t capacity) {
  const char *place = NULL;
  const struct store_driver *driver = store_driver(url, &place);
  if (driver == &store_sqlite) {
    (void)snprintf(text, capacity, "%s", place);
    return;
  }
  if (strncmp(place, "//", 2) == 0)
    place += 2;
  size_t len = strcspn(place, "?");
  for (size_t i = 0; i < len; i++) {
    if (place[i] == '@') {
      place += i + 1;
      len -= i + 1;
      i = (size_t)-1;
    }
  }
  (void)snprintf(text, capacity, "%s://%.*s", driver->scheme, (int)len, place);
}

static struct ledger *store_ledger(const char *url, const char **place) {
  struct ledger *ledger = calloc(1, sizeof *ledger);
  if (ledger != NULL)
    ledger->driver = store_driver(url, place);
  return ledger;
}

/* ---- made ---- */

static enum status store_add_settings(struct ledger *ledger, void *context) {
  const struct ledger_settings *settings = context;
  uint32_t first = settings->first_serial == 0 ? 1 : settings->first_serial;
  struct query query = query_begin(ledger, QUERY_SETTING_ADD);
  query_i64(&query, settings->currency);
  query_i64(&query, settings->issuer);
  query_i64(&query, settings->point_value == 0 ? 1 : settings->point_value);
  query_i64(&query, first);
  enum status status = query_run(&query);
  if (status == STATUS_OK)
    status = limit_default(ledger, settings);
  if (status == STATUS_OK)
    status = limit_default_offline(ledger);
  if (status == STATUS_OK && settings->approvals > 1)
    status = ledger_approvals_set(ledger, settings->approvals);
  return status == STATUS_OK ? ledger_pool_extend(ledger, settings->pool_size) : status;
}

/* All tables and the settings in one transaction. */
static enum status store_fill(struct ledger *ledger, void *context) {
  enum status status = STATUS_OK;
  for (int i = 0; status == STATUS_OK && i < schema_latest; i++)
    status = ledger->driver->script(ledger->store, (const char *)ledger->driver->schema[i]);
  return status == STATUS_OK ? store_add_settings(ledger, context) : status;
}

static bool settings_valid(const struct ledger_settings *settings) {
  uint64_t first = settings->first_serial == 0 ? 1 : settings->first_serial;
  return settings->currency >= 1 && settings->currency <= 999 && settings->issuer <= 999999 &&
         settings->point_value <= 1000000 && settings->terminal_loads >= 0 && settings->load_credit >= 0 &&
         settings->terminal_refunds >= 0 && settings->merchant_refunds >= 0 && settings->terminal_payouts >= 0 &&
         settings->approvals >= 0 && settings->approvals <= 2 && first + settings->pool_size <= UINT64_C(1000000000);
}

enum status ledger_create(const char *url, const struct ledger_settings *settings) {
  const char *place = NULL;
  if (!settings_valid(settings))
    return STATUS_BAD_FORMAT;
  struct ledger *ledger = store_ledger(url, &place);
  if (ledger == NULL)
    return STATUS_NO_MEMORY;
  const struct store_driver *driver = ledger->driver;
  struct ledger_settings given = *settings;
  enum status status = driver->create(place, &ledger->store);
  bool made = status == STATUS_OK;
  if (made)
    status = ledger_transact(ledger, store_fill, &given);
  ledger_close(&ledger);
  if (made && status != STATUS_OK)
    driver->discard(place);
  return status;
}

/* ---- opened ---- */

static enum status store_version(struct ledger *ledger, int64_t *version) {
  struct query query = query_begin(ledger, QUERY_SCHEMA_VERSION);
  bool found = query_row(&query);
  *version = query_read_i64(&query);
  enum status status = query_end(&query);
  return status == STATUS_OK && !found ? STATUS_BAD_FORMAT : status;
}

static enum status store_read_settings(struct ledger *ledger) {
  struct ledger_settings settings;
  enum status status = ledger_settings(ledger, &settings);
  ledger->currency = settings.currency;
  ledger->issuer = settings.issuer;
  ledger->point_value = settings.point_value;
  return status;
}

enum status ledger_open(const char *url, struct ledger **out) {
  const char *place = NULL;
  int64_t version = 0;
  *out = NULL;
  struct ledger *ledger = store_ledger(url, &place);
  if (ledger == NULL)
    return STATUS_NO_MEMORY;
  enum status status = ledger->driver->open(place, &ledger->store);
  if (status == STATUS_OK)
    status = store_version(ledger, &version);
  if (status == STATUS_OK && version != schema_latest)
    status = STATUS_OLD_SCHEMA;
  if (status == STATUS_OK)
    status = store_read_settings(ledger);
  if (status != STATUS_OK)
    ledger_close(&ledger);
  *out = ledger;
  return status;
}

bool ledger_is_backup(const char *url) {
  const char *place = NULL;
  const struct store_driver *driver = store_driver(url, &place);
  return driver->copy_is != NULL && driver->copy_is(place);
}

enum status store_sole(struct ledger *ledger) {
  return ledger->driver->sole == NULL ? STATUS_OK : ledger->driver->sole(ledger->store);
}

enum status ledger_open_alone(const char *url, struct ledger **out) {
  *out = NULL;
  enum status status = ledger_is_backup(url) ? STATUS_BACKUP_UNRESTORED : ledger_open(url, out);
  if (status == STATUS_OK)
    status = store_sole(*out);
  if (status != STATUS_OK)
    ledger_close(out);
  return status;
}

/* ---- brought up to date ---- */

static enum status store_advance(struct ledger *ledger, void *context) {
  const int64_t *version = context;
  int64_t reached = 0;
  enum status status = store_sole(ledger);
  if (status == STATUS_OK)
    status = ledger->driver->script(ledger->store, (const char *)ledger->driver->schema[*version]);
  if (status == STATUS_OK)
    status = store_version(ledger, &reached);
  return status == STATUS_OK && reached != *version + 1 ? STATUS_INTERNAL : status;
}

static enum status store_migrate(struct ledger *ledger, int *from, int *to) {
  int64_t version = 0;
  enum status status = store_sole(ledger);
  if (status == STATUS_OK)
    status = store_version(ledger, &version);
  *from = *to = (int)version;
  if (status == STATUS_OK && (version < 1 || version > schema_latest))
    status = STATUS_OLD_SCHEMA;
  while (status == STATUS_OK && version < schema_latest) {
    status = ledger_transact(ledger, store_advance, &version);
    if (status == STATUS_OK)
      *to = (int)++version;
  }
  return status;
}

enum status ledger_migrate(const char *url, int *from, int *to) {
  const char *place = NULL;
  *from = *to = 0;
  struct ledger *ledger = store_ledger(url, &place);
  if (ledger == NULL)
    return STATUS_NO_MEMORY;
  enum status status = ledger->driver->open(place, &ledger->store);
  if (status == STATUS_OK)
    status = store_migrate(ledger, from, to);
  ledger_close(&ledger);
  return status;
}

bool ledger_shared(const struct ledger *ledger) {
  return ledger->driver->shared;
}

bool ledger_unsure(const struct ledger *ledger) {
  return ledger->driver->unsure != NULL && ledger->driver->unsure(ledger->store);
}

void ledger_close(struct ledger **ledger) {
  if (*ledger == NULL)
    return;
  (*ledger)->driver->close(&(*ledger)->store);
  free(*ledger);
  *ledger = NULL;
}

/* Written twice: SQLite writes no row that stays as it is, but the page of one that became so again. */
enum status ledger_touch(struct ledger *ledger) {
  enum status status = STATUS_OK;
  for (int i = 0; i < 2 && status == STATUS_OK; i++) {
    struct query query = query_begin(ledger, QUERY_SCHEMA_TOUCH);
    status = query_run(&query);
  }
  return status;
}

enum status ledger_settings(struct ledger *ledger, struct ledger_settings *settings) {
  struct query query = query_begin(ledger, QUERY_SETTING_READ);
  memset(settings, 0, sizeof *settings);
  bool found = query_row(&query);
  settings->currency = (uint16_t)query_read_i64(&query);
  settings->issuer = (uint32_t)query_read_i64(&query);
  settings->point_value = (uint32_t)query_read_i64(&query);
  settings->first_serial = (uint32_t)query_read_i64(&query);
  (void)query_read_i64(&query);
  settings->pool_size = (uint32_t)query_read_i64(&query);
  enum status status = query_end(&query);
  return status == STATUS_OK && !found ? STATUS_BAD_FORMAT : status;
}
