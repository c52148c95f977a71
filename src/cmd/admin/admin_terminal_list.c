/* SPDX-License-Identifier: Apache-2.0
 * epurse-admin terminal list: every terminal, by name, page by page. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "admin.h"
#include "cmd/frame/language.h"
#include "cmd/frame/local_time.h"

#define PAGE_TERMINALS 64 /* fit a message */

/* When it was heard of last, for people. */
static void heard_print(const char *heard, char text[LOCAL_TIME_MAX]) {
  struct tm parts = {.tm_year = 0};
  const char *end = strptime(heard, "%Y-%m-%dT%H:%M:%SZ", &parts);

  if (end != NULL && *end == '\0')
    local_time_print_unix((int64_t)timegm(&parts), text);
  else
    (void)snprintf(text, LOCAL_TIME_MAX, "%s", heard[0] != '\0' ? heard : translated("never"));
}

/* One terminal of a page. The list goes up, so that a server that repeats itself cannot keep us here for ever. */
static enum status terminal_take(const struct admin *admin, json_t *item, char after[TID_SIZE + 1], json_t *terminals) {
  const char *tid = NULL, *role = NULL, *merchant = NULL, *expiry = NULL, *heard = NULL;
  int revoked = 0, offline = 0, silent = 0;
  char when[LOCAL_TIME_MAX];

  if (json_unpack(item, "{s:s, s:s, s:s, s:s, s:b, s:s, s:b, s:b !}", "tid", &tid, "role", &role, "merchant", &merchant,
                  "expiry", &expiry, "revoked", &revoked, "heard_at", &heard, "offline", &offline, "silent",
                  &silent) != 0 ||
      strlen(tid) != TID_SIZE || strcmp(tid, after) <= 0)
    return STATUS_BAD_REPLY;
  memcpy(after, tid, TID_SIZE + 1);
  heard_print(heard, when);
  admin_print(admin, SENTENCE("%s  %-6s  %-15s  until %s  heard %s%s%s%s\n"), tid, role, merchant, expiry, when,
              offline ? translated("  off-line") : "", silent ? translated("  SILENT") : "",
              revoked ? translated("  revoked") : "");
  return json_array_append(terminals, item) == 0 ? STATUS_OK : STATUS_NO_MEMORY;
}

/* One page; *count is how many terminals it had. */
static enum status page_take(struct admin *admin, char after[TID_SIZE + 1], json_t *terminals, size_t *count) {
  struct message reply;
  const json_t *items = NULL;
  enum status status = admin_call(admin, MESSAGE_TERMINAL_LIST,
                                  json_pack("{s:s, s:i}", "after", after, "limit", PAGE_TERMINALS), &reply);

  *count = 0;
  items = json_object_get(reply.body, "terminals");
  if (status == STATUS_OK && !json_is_array(items))
    status = STATUS_BAD_REPLY;
  for (size_t i = 0; status == STATUS_OK && i < json_array_size(items); i++) {
    status = terminal_take(admin, json_array_get(items, i), after, terminals);
    ++*count;
  }
  message_clear(&reply);
  return status == STATUS_OK ? status : admin_fail(admin, NULL, status);
}

enum status admin_terminal_list(void *context, char **arguments) {
  struct admin *admin = context;
  char after[TID_SIZE + 1] = "";
  json_t *terminals = json_array();
  size_t count = 1;
  enum status status = terminals != NULL ? admin_open(admin) : STATUS_NO_MEMORY;

  (void)arguments;
  while (status == STATUS_OK && count > 0)
    status = page_take(admin, after, terminals, &count);
  if (status == STATUS_OK)
    admin->report = json_pack("{s:O}", "terminals", terminals);
  json_decref(terminals);
  return status;
}
