/* SPDX-License-Identifier: Apache-2.0
 * epurse-admin limit show, limit set: how much one terminal or one merchant can load, give back or pay out before a
 * person looks. */
#include <stdio.h>
#include <string.h>

#include "admin.h"
#include "admin_terminal_folder.h"
#include "cmd/frame/language.h"
#include "cmd/frame/terminal_program.h"
#include "epurse/ledger_limit.h"
#include "epurse/message_limit.h"

enum status admin_limit_take(const struct admin *admin, const char *text, const struct currency *currency,
                             int64_t *allowed) {
  struct amount amount = {0};

  if (strcmp(text, "none") == 0)
    *allowed = LEDGER_LIMIT_NONE;
  else if (strcmp(text, "default") == 0)
    *allowed = LEDGER_LIMIT_DEFAULT;
  else if ((admin->minor ? amount_parse_minor(text, currency, &amount) : amount_parse(text, currency, '.', &amount)) ==
           STATUS_OK)
    *allowed = amount.minor;
  else
    return admin_refuse(admin, STATUS_USAGE, "a limit is an amount like %s, none, or default, not '%s'",
                        admin->minor ? "200000" : "2000.00", text);
  return STATUS_OK;
}

/* "2,000.00 EUR", or that there is none. */
static void limit_words(int64_t minor, uint16_t currency, char text[AMOUNT_TEXT_MAX]) {
  if (minor == LEDGER_LIMIT_NONE)
    (void)snprintf(text, AMOUNT_TEXT_MAX, "%s", translated("as much as it likes"));
  else
    report_amount(text, minor, currency);
}

static bool of_terminal(const struct limit_message *limit) {
  return limit->tid[0] != '\0';
}

static void limit_print(const struct admin *admin, const struct limit_message *limit, const char *allowed,
                        const char *used) {
  const char *id = of_terminal(limit) ? limit->tid : limit->merchant;

  if (limit->cards_offline)
    admin_print(admin, "Cards that desk %s makes may pay %s off-line.\n", id, allowed);
  else if (limit->payouts)
    admin_print(admin, "Terminal %s may pay out %s in a day; today it has paid out %s.\n", id, allowed, used);
  else if (limit->refunds)
    admin_print(admin,
                of_terminal(limit) ? SENTENCE("Terminal %s may give back %s in a day; today it has given back %s.\n")
                                   : SENTENCE("Merchant %s may give back %s in a day; today it has given back %s.\n"),
                id, allowed, used);
  else if (of_terminal(limit))
    admin_print(admin, "Terminal %s may load %s in a day; today it has loaded %s.\n", id, allowed, used);
  else
    admin_print(admin, "Merchant %s may owe %s for loads and refunds; it owes %s.\n", id, allowed, used);
}

static const char *limit_key(const struct limit_message *limit) {
  if (limit->cards_offline)
    return "cards_offline";
  if (limit->payouts)
    return "terminal_payouts";
  if (limit->refunds)
    return of_terminal(limit) ? "terminal_refunds" : "merchant_refunds";
  return of_terminal(limit) ? "terminal" : "merchant";
}

/* One line for people, and for machines an object under its key. */
static void limit_report(struct admin *admin, const struct limit_message *limit, const struct limit_reply *stands) {
  uint16_t currency = admin->terminal->currency->numeric;
  const char *id = of_terminal(limit) ? limit->tid : limit->merchant;
  char allowed[AMOUNT_TEXT_MAX], used[AMOUNT_TEXT_MAX];

  if (limit->cards_offline)
    report_amount(allowed, stands->allowed, currency); /* 0.00 is nothing */
  else
    limit_words(stands->allowed, currency, allowed);
  report_amount(used, stands->used, currency);
  limit_print(admin, limit, allowed, used);
  (void)json_object_set_new(
      admin->report, limit_key(limit),
      json_pack("{s:s, s:I, s:I}", "id", id, "allowed", (json_int_t)stands->allowed, "used", (json_int_t)stands->used));
}

/* Says nothing of what is not there. */
static enum status limit_ask(struct admin *admin, const struct limit_message *limit) {
  struct limit_reply stands;
  struct message reply;
  enum status status = admin_call(admin, MESSAGE_LIMIT, limit_body(limit), &reply);

  if (status == STATUS_OK && limit_reply_parse(reply.body, &stands) != STATUS_OK)
    status = STATUS_BAD_REPLY;
  message_clear(&reply);
  if (status == STATUS_OK)
    limit_report(admin, limit, &stands);
  return status;
}

/* Of loads, and of refunds; of a terminal also of payouts; of a desk also of its cards. */
static enum status limit_ask_all(struct admin *admin, struct limit_message limit) {
  enum status status = limit_ask(admin, &limit);

  limit.refunds = true;
  if (status == STATUS_OK)
    status = limit_ask(admin, &limit);
  if (status != STATUS_OK || !of_terminal(&limit))
    return status;
  limit.refunds = false;
  limit.payouts = true;
  status = limit_ask(admin, &limit);
  limit.payouts = false;
  limit.cards_offline = true;
  if (status == STATUS_OK)
    status = limit_ask(admin, &limit);
  return status == STATUS_NOT_PERMITTED ? STATUS_OK : status; /* no desk */
}

static enum status limit_end(const struct admin *admin, const char *name, enum status status) {
  if (status == STATUS_NOT_PERMITTED && admin->offline_total != NULL)
    return admin_refuse(admin, status, "%s is no desk: it makes no cards", name);
  if (status == STATUS_NOT_FOUND)
    return admin_refuse(admin, status, "there is no terminal or merchant %s", name);
  return status == STATUS_OK ? status : admin_fail(admin, NULL, status);
}

/* A terminal's name can be a merchant's too: both are told. */
enum status admin_limit_show(void *context, char **arguments) {
  struct admin *admin = context;
  const char *name = arguments[0];
  struct limit_message terminal = {.allowed = LIMIT_MESSAGE_ASK}, merchant = terminal;
  enum status status = admin_open(admin), other = STATUS_NOT_FOUND;

  if (status != STATUS_OK)
    return status;
  admin->report = json_pack("{s:s}", "operation", "limit show");
  if (strlen(name) == TID_SIZE) {
    memcpy(terminal.tid, name, sizeof terminal.tid);
    other = limit_ask_all(admin, terminal);
  }
  if (other != STATUS_OK && other != STATUS_NOT_FOUND)
    return limit_end(admin, name, other);
  if (strlen(name) <= MERCHANT_MAX) {
    (void)snprintf(merchant.merchant, sizeof merchant.merchant, "%s", name);
    status = limit_ask_all(admin, merchant);
  } else {
    status = STATUS_NOT_FOUND;
  }
  return limit_end(admin, name, status == STATUS_NOT_FOUND ? other : status);
}

/* The one of the six that was given; NULL: none, or several. */
static const char *limit_given(const struct admin *admin) {
  const char *const given[] = {admin->loads,   admin->load_credit,  admin->refunds, admin->merchant_refunds,
                               admin->payouts, admin->offline_total};
  const char *text = NULL;
  unsigned count = 0;

  for (size_t i = 0; i < sizeof given / sizeof given[0]; i++) {
    text = given[i] != NULL ? given[i] : text;
    count += given[i] != NULL;
  }
  return count == 1 ? text : NULL;
}

/* Whose limit it is, and what it is to be. */
static enum status limit_take(const struct admin *admin, const char *name, const char **text,
                              struct limit_message *limit) {
  bool terminal =
      admin->loads != NULL || admin->refunds != NULL || admin->payouts != NULL || admin->offline_total != NULL;

  *limit = (struct limit_message){.refunds = admin->refunds != NULL || admin->merchant_refunds != NULL,
                                  .payouts = admin->payouts != NULL,
                                  .cards_offline = admin->offline_total != NULL};
  *text = limit_given(admin);
  if (*text == NULL)
    return admin_refuse(
        admin, STATUS_USAGE,
        "say what changes: --loads, --refunds or --payouts of a terminal, --offline-total of a desk's cards, "
        "--load-credit or --merchant-refunds of a merchant");
  if (terminal && strlen(name) != TID_SIZE)
    return admin_refuse(admin, STATUS_USAGE, "a terminal's name has %d letters and digits, not '%s'", TID_SIZE, name);
  if (!terminal && !terminal_folder_name_valid(name, 1, MERCHANT_MAX)) {
    return admin_refuse(admin, STATUS_USAGE, "a merchant's identifier has 1 to %d letters and digits, not '%s'",
                        MERCHANT_MAX, name);
  }
  if (terminal)
    memcpy(limit->tid, name, sizeof limit->tid);
  else
    (void)snprintf(limit->merchant, sizeof limit->merchant, "%s", name);
  return STATUS_OK;
}

enum status admin_limit_set(void *context, char **arguments) {
  struct admin *admin = context;
  struct limit_message limit;
  const char *text = NULL;
  enum status status = limit_take(admin, arguments[0], &text, &limit);

  if (status == STATUS_OK)
    status = admin_open(admin);
  if (status == STATUS_OK && limit.cards_offline && amount_is_nothing(text))
    text = "none";
  if (status == STATUS_OK)
    status = admin_limit_take(admin, text, admin->terminal->currency, &limit.allowed);
  if (status != STATUS_OK)
    return status;
  admin->report = json_pack("{s:s}", "operation", "limit set");
  status = limit_ask(admin, &limit);
  admin->changed = status == STATUS_OK;
  return limit_end(admin, arguments[0], status);
}
