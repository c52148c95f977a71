/* SPDX-License-Identifier: Apache-2.0
 * epurse-admin: the issuer's house. Makes an issuer, adds merchants and terminals, looks after cards and the ledger. */
#include <locale.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "admin.h"
#include "cmd/frame/finish.h"
#include "cmd/frame/language.h"
#include "epurse/terminal.h"

#define FIELD(field) offsetof(struct admin, field)
#define FD_MAX       1023

static const struct option_row shared_rows[] = {
    {"config", 'c', "DIR", "EPURSE_CONFIG", OPTION_TEXT, FIELD(config), 0, 0,
     SENTENCE("the issuer's own terminal, DIR/admin")},
    {"json", 'j', NULL, NULL, OPTION_FLAG, FIELD(json), 0, 0, SENTENCE("print one JSON object")},
    {"issuer-passphrase-fd", 0, "FD", NULL, OPTION_FD_IN, FIELD(issuer_passphrase_fd), 0, FD_MAX,
     SENTENCE("read the issuer passphrase from this file descriptor")},
    {"url", 0, "URL", NULL, OPTION_TEXT, FIELD(url), 0, 0, SENTENCE("how the new terminal reaches the back-end")},
    {0}};

static const struct option_row init_rows[] = {
    {"dir", 0, "DIR", NULL, OPTION_TEXT, FIELD(dir), 0, 0,
     SENTENCE("init: the new issuer's directory; migrate, ledger restored, key, terminal add: the issuer's")},
    {"store", 0, "URL", NULL, OPTION_TEXT, FIELD(store), 0, 0,
     SENTENCE("init, migrate, ledger restored: where the ledger is")},
    {"host", 0, "HOSTS", NULL, OPTION_TEXT, FIELD(hosts), 0, 0,
     SENTENCE("init, key roll: names and addresses of the back-end")},
    {"listen", 0, "HOST:PORT", NULL, OPTION_TEXT, FIELD(listen), 0, 0, SENTENCE("init: where the back-end listens")},
    {"currency", 0, "CODE", NULL, OPTION_TEXT, FIELD(currency), 0, 0, SENTENCE("init: of the cards, like EUR")},
    {"issuer", 0, "NUMBER", NULL, OPTION_NUMBER, FIELD(issuer), 100000, 999999,
     SENTENCE("init: first six digits of card numbers")},
    {"pool", 0, "COUNT", NULL, OPTION_NUMBER, FIELD(pool), 1, 1000000,
     SENTENCE("init: how many card numbers there are")},
    {"point-value", 0, "N", NULL, OPTION_NUMBER, FIELD(point_value), 1, 1000000,
     SENTENCE("init: minor units that a loyalty point pays")},
    {"load-credit", 0, "AMOUNT", NULL, OPTION_TEXT, FIELD(load_credit), 0, 0,
     SENTENCE("init, limit set: what a merchant may owe for loads, or none")},
    {"loads", 0, "AMOUNT", NULL, OPTION_TEXT, FIELD(loads), 0, 0,
     SENTENCE("init, limit set: what a terminal loads in a day, or none")},
    {"refunds", 0, "AMOUNT", NULL, OPTION_TEXT, FIELD(refunds), 0, 0,
     SENTENCE("init, limit set: what a terminal gives back in a day, or none")},
    {"merchant-refunds", 0, "AMOUNT", NULL, OPTION_TEXT, FIELD(merchant_refunds), 0, 0,
     SENTENCE("init, limit set: what a merchant gives back in a day, or none")},
    {"payouts", 0, "AMOUNT", NULL, OPTION_TEXT, FIELD(payouts), 0, 0,
     SENTENCE("init, limit set: what a terminal pays out in a day, or none")},
    {"minor", 0, NULL, NULL, OPTION_FLAG, FIELD(minor), 0, 0,
     SENTENCE("init, limit set: amounts are in minor units, 200000 for 2000.00")},
    {"no-pin-single", 0, "AMOUNT", NULL, OPTION_TEXT, FIELD(no_pin_single), 0, 0,
     SENTENCE("init: what new cards pay at once without a PIN, or none")},
    {"no-pin-total", 0, "AMOUNT", NULL, OPTION_TEXT, FIELD(no_pin_total), 0, 0,
     SENTENCE("init: and in all until the PIN is shown again, or none")},
    {"offline-single", 0, "AMOUNT", NULL, OPTION_TEXT, FIELD(offline_single), 0, 0,
     SENTENCE("init: what new cards pay at once while the line is down, or none")},
    {"offline-total", 0, "AMOUNT", NULL, OPTION_TEXT, FIELD(offline_total), 0, 0,
     SENTENCE("init, limit set: and in all until they pay on-line again, or none")},
    {"offline-count", 0, "N", NULL, OPTION_NUMBER, FIELD(offline_count), 0, 65535, SENTENCE("init: and how often")},
    {"deposit", 0, "AMOUNT", NULL, OPTION_TEXT, FIELD(deposit), 0, 0,
     SENTENCE("init: what a desk takes for a new card, and gives back when it is closed")},
    {"approvals", 0, "N", NULL, OPTION_NUMBER, FIELD(approvals), 1, 2,
     SENTENCE("init: how many administrators it takes to change what matters most")},
    {"demonstration", 0, NULL, NULL, OPTION_FLAG, FIELD(demonstration), 0, 0,
     SENTENCE("init: for trying out: a simulated bank may pay for loads")},
    {"server-passphrase-fd", 0, "FD", NULL, OPTION_FD_IN, FIELD(server_passphrase_fd), 0, FD_MAX,
     SENTENCE("init, key roll, key change: read the server passphrase from this")},
    {0}};

static const struct option_row verb_rows[] = {
    {"name", 0, "NAME", NULL, OPTION_TEXT, FIELD(name), 0, 0, SENTENCE("merchant add: as customers know it")},
    {"points-rate", 0, "N", NULL, OPTION_NUMBER, FIELD(points_rate), 0, 10000,
     SENTENCE("merchant add: points per 100 minor units")},
    {"fee-rate", 0, "N", NULL, OPTION_NUMBER, FIELD(fee_rate), 0, 10000,
     SENTENCE("merchant add, change: basis points of its sales that the issuer keeps")},
    {"iban", 0, "IBAN", NULL, OPTION_TEXT, FIELD(iban), 0, 0, SENTENCE("merchant add, change: where it is paid out")},
    {"bic", 0, "BIC", NULL, OPTION_TEXT, FIELD(bic), 0, 0, SENTENCE("merchant add, change: of that bank")},
    {"role", 0, "ROLE", NULL, OPTION_TEXT, FIELD(role), 0, 0,
     SENTENCE("terminal add, renew: pos, reload, perso or admin")},
    {"merchant", 0, "ID", NULL, OPTION_TEXT, FIELD(merchant), 0, 0, SENTENCE("terminal add, renew: whose it is")},
    {"out", 0, "DIR", NULL, OPTION_TEXT, FIELD(out), 0, 0,
     SENTENCE("terminal add, renew: the new terminal's directory; settlement export: the file")},
    {"tender", 0, "DRIVER", NULL, OPTION_TEXT, FIELD(tender), 0, 0,
     SENTENCE("terminal add, renew: how loads are paid for")},
    {"days", 0, "DAYS", NULL, OPTION_NUMBER, FIELD(days), 1, 3650,
     SENTENCE("terminal add, renew: how long it is valid")},
    {"request", 0, "FILE", NULL, OPTION_TEXT, FIELD(request), 0, 0,
     SENTENCE("terminal renew: what the terminal's own renew asked for")},
    {"waiting", 0, NULL, NULL, OPTION_FLAG, FIELD(waiting), 0, 0,
     SENTENCE("terminal renew: answer all that have asked over their own lines")},
    {"issuer-dir", 0, "DIR", NULL, OPTION_TEXT, FIELD(issuer_dir), 0, 0,
     SENTENCE("terminal add, renew: where terminal-ca.key is; key: where master.key is")},
    {"force", 0, NULL, NULL, OPTION_FLAG, FIELD(force), 0, 0,
     SENTENCE("restore: even over a ledger with more postings")},
    {"reason", 0, "TEXT", NULL, OPTION_ANY_TEXT, FIELD(reason), 0, 0, SENTENCE("card block, suspend: why")},
    {"ledger", 0, "FILE", NULL, OPTION_TEXT, FIELD(ledger), 0, 0,
     SENTENCE("audit: the ledger, or a copy of it; backup, restore: of a stopped server")},
    {"master", 'm', "FILE", "EPURSE_MASTER", OPTION_TEXT, FIELD(master), 0, 0,
     SENTENCE("audit: the issuer's master public key, PEM")},
    {"certificates", 0, "PATH", NULL, OPTION_TEXTS, FIELD(certificates), 0, 0,
     SENTENCE("audit: the issuer's certificates, file or folder")},
    {"journal", 0, "PATH", NULL, OPTION_TEXTS, FIELD(journals), 0, 0,
     SENTENCE("audit: a terminal's directory or journal")},
    {"card-log", 0, "PATH", NULL, OPTION_TEXTS, FIELD(card_logs), 0, 0,
     SENTENCE("audit: what log --json printed of a card")},
    {"receipts", 0, "PATH", NULL, OPTION_TEXTS, FIELD(receipts), 0, 0, SENTENCE("audit: receipts, file or folder")},
    {"until", 0, "MOMENT", NULL, OPTION_TEXT, FIELD(until), 0, 0,
     SENTENCE("audit: of when the ledger is, a copy: 2026-05-01T12:00:00Z")},
    {"format", 0, "FORMAT", NULL, OPTION_TEXT, FIELD(format), 0, 0, SENTENCE("settlement export: csv or pain001")},
    {"purchases", 0, NULL, NULL, OPTION_FLAG, FIELD(purchases), 0, 0,
     SENTENCE("settlement export: a row for each purchase")},
    {"debtor", 0, "NAME", "EPURSE_DEBTOR", OPTION_TEXT, FIELD(debtor), 0, 0, SENTENCE("settlement export: who pays")},
    {"debtor-iban", 0, "IBAN", "EPURSE_DEBTOR_IBAN", OPTION_TEXT, FIELD(debtor_iban), 0, 0,
     SENTENCE("settlement export: from which account")},
    {"debtor-bic", 0, "BIC", "EPURSE_DEBTOR_BIC", OPTION_TEXT, FIELD(debtor_bic), 0, 0,
     SENTENCE("settlement export: of which bank")},
    {"date", 0, "YYYY-MM-DD", NULL, OPTION_TEXT, FIELD(date), 0, 0,
     SENTENCE("settlement export: when the bank is to pay")},
    {0}};

static const struct verb verbs[] = {
    {"init", "", 0, SENTENCE("make an issuer: keys, certificates, ledger"), admin_init},
    {"merchant add", "ID", 1, SENTENCE("add a shop"), admin_merchant_add},
    {"merchant change", "ID", 1, SENTENCE("change how a shop is paid out"), admin_merchant_change},
    {"terminal add", "TID", 1, SENTENCE("make a terminal's directory and register it"), admin_terminal_add},
    {"terminal renew", "[TID]", -1, SENTENCE("make a known terminal's directory anew, or answer its request"),
     admin_terminal_renew},
    {"terminal revoke", "TID", 1, SENTENCE("refuse a terminal from now on"), admin_terminal_revoke},
    {"terminal list", "", 0, SENTENCE("list all terminals"), admin_terminal_list},
    {"limit show", "ID", 1, SENTENCE("show what a terminal or merchant may load"), admin_limit_show},
    {"limit set", "ID", 1, SENTENCE("change it"), admin_limit_set},
    {"card show", "CID", 1, SENTENCE("show what the back-end knows of a card"), admin_card_show},
    {"card block", "CID", 1, SENTENCE("block a card for good"), admin_card_block},
    {"card suspend", "CID", 1, SENTENCE("refuse a card until it is resumed"), admin_card_suspend},
    {"card resume", "CID", 1, SENTENCE("accept a suspended card again"), admin_card_resume},
    {"card replace", "OLD NEW", 2, SENTENCE("move what a blocked card had to a new one"), admin_card_replace},
    {"card list", "", 0, SENTENCE("list all cards"), admin_card_list},
    {"offline bring", "FILE", 1, SENTENCE("book an off-line receipt whose terminal is lost"), admin_offline_bring},
    {"incident list", "", 0, SENTENCE("show what needs a person, and what it means"), admin_incident_list},
    {"deposit list", "[DAY]", -1, SENTENCE("show what desks took as deposits, and what went back"), admin_deposit_list},
    {"serial add", "FILE", 1, SENTENCE("list chips that were delivered; no others become cards"), admin_serial_add},
    {"pending", "", 0, SENTENCE("list what waits for an end, and since when"), admin_pending},
    {"approval list", "", 0, SENTENCE("list what waits for another administrator"), admin_approval_list},
    {"approval show", "NUMBER", 1, SENTENCE("show what one asked for, and what became of it"), admin_approval_show},
    {"approval give", "NUMBER", 1, SENTENCE("approve what another one asked for: it is done"), admin_approval_give},
    {"approval refuse", "NUMBER", 1, SENTENCE("refuse it"), admin_approval_refuse},
    {"approval require", "N", 1, SENTENCE("how many administrators it takes, 1 or 2; another one gives it"),
     admin_approval_require},
    {"migrate", "", 0, SENTENCE("take the ledger over from an older program"), admin_migrate},
    {"key roll", "KEY", 1, SENTENCE("make a newer key: server, tls, terminal-ca, card-ca"), admin_key_roll},
    {"key change", "KEY", 1, SENTENCE("put it in the old one's place"), admin_key_change},
    {"key retire", "KEY", 1, SENTENCE("withdraw the old one"), admin_key_retire},
    {"settlement close", "", 0, SENTENCE("close the purchases captured since the last one"), admin_settlement_close},
    {"settlement resume", "NUMBER", 1, SENTENCE("after a restoration: which one was exported last, or none"),
     admin_settlement_resume},
    {"settlement list", "", 0, SENTENCE("list all settlements"), admin_settlement_list},
    {"settlement show", "NUMBER", 1, SENTENCE("show what a settlement comes to"), admin_settlement_show},
    {"settlement export", "NUMBER", 1, SENTENCE("write it for the books or the bank"), admin_settlement_export},
    {"ledger check", "", 0, SENTENCE("compute the ledger again, and say whether it agrees"), admin_ledger_check},
    {"ledger restored", "", 0, SENTENCE("tell it that something else than restore brought an earlier state back"),
     admin_ledger_restored},
    {"backup", "NAME", 1, SENTENCE("copy the ledger while the server works; with --ledger, of a stopped one"),
     admin_backup},
    {"restore", "FILE", 1, SENTENCE("put a backup in the place of a stopped server's ledger"), admin_restore},
    {"audit", "", 0, SENTENCE("compare ledger, journals, card logs, receipts, off-line"), admin_audit},
    {0}};

static const struct program program = {"epurse-admin",
                                       SENTENCE("Manages the issuer's merchants, terminals, cards and ledger."),
                                       {init_rows, verb_rows, shared_rows},
                                       verbs,
                                       NULL,
                                       0};

/* Makes one argument of a verb's two words, as option_parse wants it; `merged` holds argc + 1. Answers the new argc.
 * The strings of argv are only borrowed, but for the verb's name. */
static int verb_merge(int argc, char **argv, char name[32], char **merged) {
  int count = 0;
  bool found = false;

  for (int i = 0; i < argc; i++) {
    for (const struct verb *verb = verbs; !found && i > 0 && i + 1 < argc && verb->name != NULL; verb++) {
      (void)snprintf(name, 32, "%.15s %.15s", argv[i], argv[i + 1]);
      found = strcmp(name, verb->name) == 0;
      if (found) {
        merged[count++] = name;
        i += 2;
      }
    }
    if (i < argc)
      merged[count++] = argv[i];
  }
  merged[count] = NULL;
  return count;
}

/* --json prints one object whatever happened: what the verb had to say, its outcome and exit code. */
static void report_print(struct admin *admin, const struct verb *verb, enum status status) {
  json_t *object = finish_object(verb->name, admin->report, status);

  if (admin->json)
    finish_print(object);
  json_decref(admin->report);
  admin->report = object; /* where it was not written it is said elsewhere */
}

/* Every other verb may have done it when it is interrupted. */
static bool reads_alone(const struct verb *verb) {
  static const char *const names[] = {"terminal list", "limit show",      "card show",       "card list",
                                      "pending",       "settlement list", "settlement show", "ledger check",
                                      "audit",         "approval list",   "approval show",   "deposit list",
                                      "incident list"};

  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
    if (strcmp(verb->name, names[i]) == 0)
      return true;
  return false;
}

int main(int argc, char **argv) {
  struct admin admin = {.program = &program,
                        .hosts = "localhost,127.0.0.1",
                        .listen = "127.0.0.1:8443",
                        .currency = "EUR",
                        .issuer = 999999,
                        .pool = 100000,
                        .point_value = 1,
                        .approvals = 1,
                        .issuer_passphrase_fd = -1,
                        .server_passphrase_fd = -1,
                        .tender = "cash",
                        .fee_rate = -1,
                        .offline_count = -1,
                        .days = 90};
  char name[32];
  char **merged = NULL, **operands = NULL;
  const struct verb *verb = NULL;
  enum status status = STATUS_NO_MEMORY;

  process_harden();
  language_begin();
  merged = calloc((size_t)argc + 1, sizeof *merged);
  if (merged != NULL) {
    argc = verb_merge(argc, argv, name, merged);
    status = option_parse(&program, argc, merged, &admin, &verb, &operands);
  }
  if (status == STATUS_OK) {
    admin.reads = reads_alone(verb);
    if (!admin.reads)
      finish_begun(finish_look_first);
    status = verb->run(&admin, operands);
    report_print(&admin, verb, status);
    status = finish(&(struct ending){program.name, verb->name, admin.changed, admin.report}, status);
  }
  json_decref(admin.report);
  if (admin.terminal != NULL)
    terminal_close(&admin.terminal);
  free(merged);
  return status_exit_code(status);
}
