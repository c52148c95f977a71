/* SPDX-License-Identifier: Apache-2.0
 * Making the world with its own programs. */
#include "flow_world.h"

#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "epurse/backend.h"
#include "world/folder.h"

struct installation flow_world;

static void patience(unsigned seconds) {
  flow_shell("sed -i 's/^timeout = .*/timeout = %u/' \"$W\"/*/terminal.conf", seconds);
}

void flow_terminal_add(const char *tid, const char *role, const char *name) {
  ck_assert(installation_terminal_add(&flow_world, tid, role, "BAKERY", name));
  patience(60);
}

void flow_world_begin(void) {
  flow_world_begin_with("--no-pin-single none");
}

void flow_world_begin_with(const char *no_pin) {
  char options[160];
  snprintf(options, sizeof options, "--pool 20000 %s --deposit 7.00 --demonstration", no_pin);
  ck_assert(installation_begin(&flow_world, NULL, "epurse flow", NULL)); /* a folder with a space */
  ck_assert(installation_init(&flow_world, options));
  ck_assert(installation_set("limits", "requests_per_second = 100000\\nrequests_at_once = 100000\\n"
                                       "desk_reservations_per_day = 100000\\ndesk_reservations_open = 100000"));
  ck_assert(installation_set("card", "numbers = ascending"));
  ck_assert(installation_start(&flow_world));
  ck_assert(installation_merchant_add("BAKERY", "Corner Bakery", 1));
  flow_terminal_add("POS00001", "pos", "pos");
  flow_terminal_add("POS00002", "pos", "pos2");
  flow_terminal_add("RELOAD01", "reload", "reload");
  flow_terminal_add("PERSO001", "perso", "perso");
}

/* Never to process 0 or -1, which would be all of ours. */
static void server_signal(int number) {
  ck_assert_int_gt(flow_world.server, 1);
  ck_assert_int_eq(kill(flow_world.server, number), 0);
}

void flow_server_stop(void) {
  ck_assert(installation_stop(&flow_world));
}

void flow_world_end(void) {
  if (flow_world.server != 0)
    flow_server_stop();
  ck_assert(folder_remove(flow_world.folder));
}

void flow_server_freeze(void) {
  server_signal(SIGSTOP);
}

void flow_server_thaw(void) {
  server_signal(SIGCONT);
  patience(60);
}

void flow_impatient(void) {
  patience(5);
}

struct terminal *flow_terminal(const char *name) {
  struct terminal *terminal = NULL;
  char path[256], problem[256];
  snprintf(path, sizeof path, "%s/%s", flow_world.folder, name);
  enum status status = terminal_open(path, &terminal, problem);
  ck_assert_msg(status == STATUS_OK, "%s: %s", status_name(status), problem);
  return terminal;
}

void flow_terminal_unplug(const char *name, bool unplugged) {
  flow_shell("sed -i 's/127.0.0.1:[0-9]*/127.0.0.1:%d/' \"$W/%s/terminal.conf\"", unplugged ? 1 : flow_world.port,
             name);
}

/* One question of the administrator. The body is stolen. */
static struct message admin_ask(enum message_type type, json_t *body) {
  struct terminal *admin = flow_terminal("issuer/admin");
  struct message reply;
  enum status status = backend_call(admin->backend, type, body, &reply);
  ck_assert_msg(status == STATUS_OK, "%s", status_name(status));
  ck_assert_msg(reply.status == STATUS_OK, "%s", status_name(reply.status));
  terminal_close(&admin);
  return reply;
}

struct card_facts flow_facts(const uint8_t cid[CID_SIZE]) {
  struct card_message question = {.reason = ""};
  struct card_facts facts;
  memcpy(question.cid, cid, CID_SIZE);
  struct message reply = admin_ask(MESSAGE_CARD_QUERY, card_message_body(MESSAGE_CARD_QUERY, &question));
  ck_assert_int_eq(card_facts_parse(reply.body, &facts), STATUS_OK);
  message_clear(&reply);
  return facts;
}

void flow_block(const uint8_t cid[CID_SIZE]) {
  struct card_message question = {.reason = "reported stolen"};
  memcpy(question.cid, cid, CID_SIZE);
  struct message reply = admin_ask(MESSAGE_CARD_BLOCK, card_message_body(MESSAGE_CARD_BLOCK, &question));
  message_clear(&reply);
}

unsigned flow_requests(const char *path) {
  char name[256], line[1024];
  unsigned count = 0;
  snprintf(name, sizeof name, "%s/log", flow_world.folder);
  FILE *log = fopen(name, "r");
  ck_assert_ptr_nonnull(log);
  while (fgets(line, sizeof line, log) != NULL)
    count += strstr(line, path) != NULL && strstr(line, "code=OK") != NULL;
  fclose(log);
  return count;
}

void flow_ledger_clean(void) {
  struct message reply = admin_ask(MESSAGE_LEDGER_CHECK, json_object());
  json_t *findings = json_object_get(reply.body, "findings");
  ck_assert(json_is_array(findings));
  const char *first = json_string_value(json_array_get(findings, 0));
  ck_assert_msg(json_array_size(findings) == 0, "%s", first != NULL ? first : "?");
  message_clear(&reply);
}

/* The server is not asked anything meanwhile, so that its files stand still. */
void flow_audit_clean(void) {
  flow_shell("mkdir \"$W/audited\" && cp \"$W\"/issuer/ledger.db* \"$W/audited/\" && "
             "\"$P/epurse-admin\" audit --ledger \"$W/audited/ledger.db\" --master \"$W/issuer/master.pem\" "
             "--journal \"$W/pos\" --journal \"$W/pos2\" --journal \"$W/reload\" --receipts \"$W/pos/receipts\" "
             "--receipts \"$W/pos2/receipts\" --receipts \"$W/reload/receipts\" >\"$W/audited/said\" || "
             "{ cat \"$W/audited/said\" >&2; false; }");
}

int flow_ways(void) {
  const char *ways = getenv("FLOW_WAYS");
  return ways != NULL && strcmp(ways, "1") == 0 ? 1 : 2;
}
