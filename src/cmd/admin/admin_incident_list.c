/* SPDX-License-Identifier: Apache-2.0
 * epurse-admin incident list: what needs a person, and what it means. */
#include <string.h>

#include "admin.h"
#include "cmd/frame/language.h"
#include "cmd/frame/local_time.h"

#define PAGE_ROWS 40 /* fit a message */

/* Where the list is. */
struct incidents {
  struct admin *admin;
  json_int_t after;
  json_t *list;
};

/* One row; the texts are borrowed from the reply. */
struct row {
  const char *kind, *cid;
  json_int_t number, atc, at;
};

/* What happened, and what a person does. NULL: of a newer back-end. */
static const char *meaning(const char *kind) {
  static const struct {
    const char *kind, *meaning;
  } rows[] = {
      {"fork", SENTENCE("the card has signed what contradicts itself: it is copied or opened, and blocked; whether its "
                        "holder gets a new one is yours to decide")},
      {"late-proof",
       SENTENCE("proof came of what the card had denied, or of what it did before it was replaced; the card "
                "is blocked; see whether the shop was paid, its terminal has the receipt")},
      {"reversed-credit",
       SENTENCE("a terminal gave the charge of a load back, and the card was credited all the same: its "
                "merchant owes it")},
      {"lost",
       SENTENCE("the card did what this ledger, a backup that was put back, does not know: it is declined until "
                "the terminal's receipt is brought in, or its money is moved to a new card")},
      {"late-offline",
       SENTENCE("an off-line payment came in after its amount had been given back: the issuer paid it")},
  };

  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    if (strcmp(kind, rows[i].kind) == 0)
      return rows[i].meaning;
  return NULL;
}

static enum status row_show(const struct incidents *incidents, const struct row *row) {
  char at[21], local[LOCAL_TIME_MAX];
  uint8_t moment[MOMENT_SIZE];
  const char *means = meaning(row->kind);

  moment_from_unix(row->at, moment);
  moment_print(moment, at);
  local_time_print(moment, local);
  admin_row(incidents->admin, "%-4lld  %s  %s  no. %-6lld  %s\n", (long long)row->number, local, row->cid,
            (long long)row->atc, row->kind);
  if (means != NULL)
    admin_row(incidents->admin, "    %s\n", translated(means));
  json_t *object = json_pack("{s:I, s:s, s:s, s:I, s:s}", "number", row->number, "kind", row->kind, "cid", row->cid,
                             "atc", row->atc, "at", at);
  return json_array_append_new(incidents->list, object) == 0 ? STATUS_OK : STATUS_NO_MEMORY;
}

/* The list goes up, so that a server that repeats itself cannot keep us here for ever. */
static enum status row_take(struct incidents *incidents, json_t *item) {
  struct row row;
  uint8_t cid[CID_SIZE];

  if (json_unpack(item, "{s:I, s:s, s:s, s:I, s:I !}", "number", &row.number, "kind", &row.kind, "cid", &row.cid, "atc",
                  &row.atc, "at", &row.at) != 0 ||
      cid_parse(row.cid, cid) != STATUS_OK || row.number <= incidents->after)
    return STATUS_BAD_REPLY;
  incidents->after = row.number;
  return row_show(incidents, &row);
}

/* One page; *count is how many rows it had. */
static enum status page_take(struct incidents *incidents, size_t *count) {
  struct message reply;
  const json_t *items = NULL;
  enum status status = admin_call(incidents->admin, MESSAGE_INCIDENT_LIST,
                                  json_pack("{s:I, s:i}", "after", incidents->after, "limit", PAGE_ROWS), &reply);

  *count = 0;
  items = json_object_get(reply.body, "incidents");
  if (status == STATUS_OK && !json_is_array(items))
    status = STATUS_BAD_REPLY;
  for (size_t i = 0; status == STATUS_OK && i < json_array_size(items); i++) {
    status = row_take(incidents, json_array_get(items, i));
    ++*count;
  }
  message_clear(&reply);
  return status == STATUS_OK ? status : admin_fail(incidents->admin, NULL, status);
}

enum status admin_incident_list(void *context, char **arguments) {
  struct incidents incidents = {.admin = context, .list = json_array()};
  enum status status = admin_open(context);

  (void)arguments;
  if (status == STATUS_OK && incidents.list == NULL)
    status = admin_fail(context, NULL, STATUS_NO_MEMORY);
  for (size_t count = 1; status == STATUS_OK && count > 0;)
    status = page_take(&incidents, &count);
  if (status == STATUS_OK && json_array_size(incidents.list) == 0)
    admin_print(context, "There are no incidents.\n");
  if (status == STATUS_OK)
    incidents.admin->report = json_pack("{s:O}", "incidents", incidents.list);
  json_decref(incidents.list);
  return status;
}
