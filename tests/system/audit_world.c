/* SPDX-License-Identifier: Apache-2.0
 * Living in the world, putting it to rest, copying it. */
#include "audit_world.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/frame/terminal_program.h"
#include "epurse/key.h"
#include "epurse/terminal_closing.h"
#include "epurse/terminal_refund.h"
#include "flow_card.h"
#include "flow_world.h"

static struct flow_card cards[CARD_END];
static struct bank bank;

static void pays(enum audit_card card, const char *terminal, int64_t minor) {
  struct outcome outcome;
  enum status status = flow_pay(&cards[card], terminal, minor, &outcome);
  ck_assert_msg(status == STATUS_OK, "card %d: %s", card, status_name(status));
}

static void loads(enum audit_card card, int64_t minor) {
  struct outcome outcome;
  enum status status = flow_load(&cards[card], &bank.tender, minor, &outcome);
  ck_assert_msg(status == STATUS_OK, "card %d: %s", card, status_name(status));
}

static void pays_with_points(enum audit_card card, int64_t minor) {
  const struct payment payment = {.amount = {minor, 978}, .points = true};
  struct terminal *pos = flow_terminal("pos");
  struct outcome outcome;
  cards[card].asked = 0;
  ck_assert_int_eq(purchase_run(pos, &cards[card].reader, &payment, &cards[card].dialogue, &outcome), STATUS_OK);
  terminal_close(&pos);
}

/* Of what it paid last at the first till. */
static void gets_back(enum audit_card card, int64_t minor) {
  const struct payment payment = {.amount = {minor, 978}};
  struct terminal *pos = flow_terminal("pos");
  struct outcome outcome;
  struct sale sale;
  ck_assert_int_eq(sale_by_number(pos, 0, &sale), STATUS_OK);
  ck_assert_int_eq(refund_run(pos, &cards[card].reader, &payment, &sale, &cards[card].dialogue, &outcome), STATUS_OK);
  terminal_close(&pos);
}

static void closes(const char *name) {
  struct terminal *pos = flow_terminal(name);
  struct closing closing = {.has_drawer = false};
  uint8_t hash[CRYPTO_SHA256_SIZE];
  ck_assert_int_eq(closing_make(pos, &closing, hash), STATUS_OK);
  terminal_close(&pos);
}

static void shift_begins(const char *name) {
  struct terminal *pos = flow_terminal(name);
  struct closing shift = {.drawer_float = 1000};
  ck_assert_int_eq(shift_begin(pos, &shift), STATUS_OK);
  ck_assert_int_eq(shift_begin(pos, &shift), STATUS_SHIFT_RUNS);
  terminal_close(&pos);
}

static void shift_ends(const char *name) {
  struct terminal *pos = flow_terminal(name);
  struct closing shift = {.drawer_counted = 900};
  uint8_t hash[CRYPTO_SHA256_SIZE];
  ck_assert_int_eq(shift_end(pos, &shift, hash), STATUS_OK);
  ck_assert_int_eq(shift_end(pos, &shift, hash), STATUS_NOT_FOUND);
  terminal_close(&pos);
}

static void load_is_torn(enum audit_card card, int64_t minor) {
  struct outcome outcome;
  cards[card].accident = (struct accident){.ins = INS_CREDIT_FOR_LOAD, .drop_before = true, .keep_away = true};
  ck_assert_int_eq(flow_load(&cards[card], &bank.tender, minor, &outcome), STATUS_OUTCOME_UNKNOWN);
  flow_card_return(&cards[card]);
}

static void freeze(void *context) {
  (void)context;
  flow_server_freeze();
}

/* The server authorises and is not heard; the card goes shopping, which makes the load a debt; then the server is
 * asked, and the bank gives the charge back. */
static void load_is_refunded(enum audit_card card, int64_t minor) {
  struct outcome outcome;
  bank.hook = freeze;
  flow_impatient();
  enum status status = flow_load(&cards[card], &bank.tender, minor, &outcome);
  flow_server_thaw();
  bank.hook = NULL;
  ck_assert_int_eq(status, STATUS_LOAD_UNSETTLED);
  pays(card, "pos", 100);
  ck_assert_uint_eq(flow_recover("reload", &bank.tender), 0);
}

static void debit_is_torn(enum audit_card card, const char *terminal, int64_t minor) {
  struct outcome outcome;
  cards[card].accident = (struct accident){.ins = INS_DEBIT_FOR_PURCHASE, .drop_after = true, .keep_away = true};
  ck_assert_int_eq(flow_pay(&cards[card], terminal, minor, &outcome), STATUS_OUTCOME_UNKNOWN);
  flow_card_return(&cards[card]);
}

/* An older image of the card is put back. */
static void pays_as_a_copy(enum audit_card card) {
  struct outcome outcome;
  struct flow_card *own = &cards[card];
  flow_card_release(own);
  flow_shell("cd \"$W\" && cp -p '%s' copied.card", own->path);
  flow_card_take(own);
  pays(card, "pos", 10);
  flow_card_release(own);
  flow_shell("cd \"$W\" && cp -p copied.card '%s'", own->path);
  flow_card_take(own);
  ck_assert_int_eq(flow_pay(own, "pos", 20, &outcome), STATUS_CARD_FORKED);
}

static void card_log_write(enum audit_card card) {
  struct terminal *desk = flow_terminal("perso");
  struct card_statement statement;
  char path[256];
  ck_assert_int_eq(card_read_statement(desk, &cards[card].reader, &cards[card].dialogue, &statement), STATUS_OK);
  (void)snprintf(path, sizeof path, "%s/logs/%c.json", flow_world.folder, 'A' + (int)card - 1);
  json_t *object = statement_json(&statement);
  ck_assert_int_eq(json_dump_file(object, path, JSON_COMPACT), 0);
  json_decref(object);
  terminal_close(&desk);
}

static void live(void) {
  static const int64_t first[] = {[CARD_A] = 10000, [CARD_B] = 5000, [CARD_C] = 5000, [CARD_D] = 1000,
                                  [CARD_E] = 5000,  [CARD_F] = 3000, [CARD_G] = 100};
  for (int card = CARD_A; card < CARD_END; card++) {
    char name[] = {(char)('A' + card - 1), 0};
    flow_card_issue(&cards[card], name, first[card]);
  }
  pays(CARD_A, "pos", 1250);
  shift_begins("pos2");
  pays(CARD_A, "pos2", 300);
  shift_ends("pos2");
  closes("pos2");
  pays_with_points(CARD_A, 10);
  debit_is_torn(CARD_A, "pos", 500);
  pays(CARD_A, "pos", 500);
  load_is_refunded(CARD_C, 400);
  load_is_torn(CARD_B, 500);
  pays(CARD_B, "pos", 100);
  loads(CARD_C, 300);
  pays(CARD_D, "pos", 200);
  gets_back(CARD_D, 50);
  flow_block(cards[CARD_D].cid);
  shift_begins("pos2");
  debit_is_torn(CARD_E, "pos2", 700);
  shift_ends("pos2");
  closes("pos2");
  pays_as_a_copy(CARD_F);
  for (int i = 0; i < 9; i++)
    loads(CARD_G, 100);
  pays(CARD_G, "pos", 50);
}

void audit_world_begin(void) {
  static const enum audit_card logged[] = {CARD_A, CARD_B, CARD_C, CARD_E, CARD_G};
  if (access("/dev/shm", W_OK) == 0) /* hundreds of small databases are made and thrown away */
    (void)setenv("TMPDIR", "/dev/shm", 0);
  flow_world_begin();
  bank_make(&bank);
  live();
  flow_shell("cd \"$W\" && mkdir logs receipts");
  for (size_t i = 0; i < sizeof logged / sizeof logged[0]; i++)
    card_log_write(logged[i]);
  flow_shell("\"$P/epurse-admin\" --config \"$W/issuer/admin\" terminal revoke POS00002 >/dev/null");
  flow_server_stop();
  flow_shell("cd \"$W\" && cp pos/receipts/* pos2/receipts/* reload/receipts/* receipts/");
  flow_shell("cd \"$W\" && mkdir rest && mv logs receipts pos pos2 reload rest/ && cp issuer/ledger.db* "
             "issuer/master.pem issuer/*.cert "
             "rest/");
}

void audit_world_end(void) {
  for (int card = CARD_A; card < CARD_END; card++)
    flow_card_release(&cards[card]);
  flow_world_end();
}

void audit_world_copy(void) {
  flow_shell("cd \"$W\" && rm -rf copy && cp -rp rest copy");
}

void audit_path(const char *name, char path[256]) {
  (void)snprintf(path, 256, "%s/copy/%s", flow_world.folder, name);
}

void audit_cid(enum audit_card card, char text[17]) {
  cid_print(cards[card].cid, text);
}

enum status audit_world_run(struct audit **audit) {
  char ledger[256], master[256], certificates[256], logs[256], receipts[256], tills[3][256], problem[256];
  const char *journals[] = {tills[0], tills[1], tills[2]};
  const char *one[] = {certificates}, *two[] = {logs}, *three[] = {receipts};
  audit_path("ledger.db", ledger);
  audit_path("master.pem", master);
  audit_path("", certificates);
  audit_path("logs", logs);
  audit_path("receipts", receipts);
  audit_path("pos", tills[0]);
  audit_path("pos2", tills[1]);
  audit_path("reload", tills[2]);
  struct audit_request request = {.ledger = ledger,
                                  .certificates = {one, 1},
                                  .journals = {journals, 3},
                                  .card_logs = {two, 1},
                                  .receipts = {three, 1}};
  ck_assert_int_eq(public_key_load(master, request.master_public), STATUS_OK);
  enum status status = audit_run(&request, audit, problem);
  ck_assert_msg(*audit != NULL, "%s: %s", status_name(status), problem);
  return status;
}
