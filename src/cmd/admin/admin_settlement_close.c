/* SPDX-License-Identifier: Apache-2.0
 * epurse-admin settlement close, list, show: the end of the merchants' day. */
#include <string.h>

#include "admin_settlement.h"
#include "cmd/frame/language.h"
#include "cmd/frame/local_time.h"
#include "cmd/frame/terminal_program.h"

#define PAGE_SETTLEMENTS 24 /* fit a message */

static void head_print(const struct admin *admin, const struct settlement_head *head) {
  uint16_t currency = admin->terminal->currency->numeric;
  char closed[LOCAL_TIME_MAX], gross[AMOUNT_TEXT_MAX], net[AMOUNT_TEXT_MAX], merchants[64], sales[64];
  json_int_t purchases = head->sums.purchases + head->sums.points_purchases;

  local_time_print_unix(head->closed_at, closed);
  report_amount(gross, head->sums.gross, currency);
  report_amount(net, head->sums.net, currency);
  (void)snprintf(merchants, sizeof merchants,
                 translated_count("%5lld merchant", "%5lld merchants", (unsigned long)head->merchants),
                 (long long)head->merchants);
  (void)snprintf(sales, sizeof sales, translated_count("%8lld purchase", "%8lld purchases", (unsigned long)purchases),
                 (long long)purchases);
  admin_print(admin, "no. %-6lld  %s  %s  %s  %16s  to pay out %16s\n", (long long)head->number, closed, merchants,
              sales, gross, net);
  if (head->transfers > 0) {
    report_amount(gross, head->transferred, currency);
    admin_row(admin,
              translated_count("  and %lld payout to cardholders' bank accounts: %s\n",
                               "  and %lld payouts to cardholders' bank accounts: %s\n",
                               (unsigned long)head->transfers),
              (long long)head->transfers, gross);
  }
  if (head->brought_in == 0)
    return;
  report_amount(gross, head->brought_in, currency);
  admin_print(admin,
              "  %s of it were brought in again after a restoration: what the settlements exported before it paid out "
              "already is not to be paid again (settlement export --purchases: brought_in; payouts: by shop)\n",
              gross);
}

enum status admin_settlement_close(void *context, char **arguments) {
  struct admin *admin = context;
  struct settlement_head head;
  struct message reply;
  enum status status = admin_open(admin);

  (void)arguments;
  if (status != STATUS_OK)
    return status;
  status = admin_call(admin, MESSAGE_SETTLEMENT, json_object(), &reply);
  if (status == STATUS_OK)
    status = settlement_head_read(reply.body, &head);
  if (status == STATUS_OK) {
    admin->changed = true;
    head_print(admin, &head);
    admin->report = json_pack("{s:s, s:s, s:o}", "operation", "settlement close", "currency",
                              admin->terminal->currency->code, "settlement", settlement_head_json(reply.body, &head));
  }
  message_clear(&reply);
  return status == STATUS_OK ? status : admin_fail(admin, NULL, status);
}

/* ---- after a restoration ---- */

/* The number of a settlement, or "none". */
static enum status exported_read(const struct admin *admin, const char *text, json_int_t *exported) {
  *exported = 0;
  return strcmp(text, "none") == 0 ? STATUS_OK : settlement_number_read(admin, text, exported);
}

enum status admin_settlement_resume(void *context, char **arguments) {
  struct admin *admin = context;
  struct message reply;
  json_int_t exported = 0, next = 0;
  enum status status = exported_read(admin, arguments[0], &exported);

  if (status == STATUS_OK)
    status = admin_open(admin);
  if (status != STATUS_OK)
    return status;
  status = admin_call(admin, MESSAGE_SETTLEMENT_RESUMPTION, json_pack("{s:I}", "exported", exported), &reply);
  if (status == STATUS_OK && json_unpack(reply.body, "{s:I}", "next", &next) != 0)
    status = STATUS_BAD_REPLY;
  message_clear(&reply);
  if (status == STATUS_EXISTS)
    return admin_refuse(admin, status, "another number was told before, or this ledger was never restored");
  if (status == STATUS_BAD_FORMAT) {
    return admin_refuse(admin, status,
                        "no. %lld cannot have been exported: it is far above all settlements that this ledger knows; "
                        "take the number from the last file",
                        (long long)exported);
  }
  if (status != STATUS_OK)
    return admin_fail(admin, NULL, status);
  admin->changed = true;
  admin_print(admin, "The next settlement is no. %lld.\n", (long long)next);
  admin->report = json_pack("{s:s, s:I, s:I}", "operation", "settlement resume", "exported", exported, "next", next);
  return status;
}

/* ---- list ---- */

static enum status head_take(const struct admin *admin, json_t *item, json_int_t *after, json_t *list) {
  struct settlement_head head;

  if (settlement_head_read(item, &head) != STATUS_OK || head.number <= *after)
    return STATUS_BAD_REPLY;
  *after = head.number;
  head_print(admin, &head);
  return json_array_append_new(list, settlement_head_json(item, &head)) == 0 ? STATUS_OK : STATUS_NO_MEMORY;
}

static enum status page_take(struct admin *admin, json_int_t *after, json_t *list, size_t *count) {
  struct message reply;
  const json_t *items = NULL;
  enum status status = admin_call(admin, MESSAGE_SETTLEMENT_LIST,
                                  json_pack("{s:I, s:i}", "after", *after, "limit", PAGE_SETTLEMENTS), &reply);

  *count = 0;
  items = json_object_get(reply.body, "settlements");
  if (status == STATUS_OK && !json_is_array(items))
    status = STATUS_BAD_REPLY;
  for (size_t i = 0; status == STATUS_OK && i < json_array_size(items); i++) {
    status = head_take(admin, json_array_get(items, i), after, list);
    ++*count;
  }
  message_clear(&reply);
  return status == STATUS_OK ? status : admin_fail(admin, NULL, status);
}

enum status admin_settlement_list(void *context, char **arguments) {
  struct admin *admin = context;
  json_int_t after = 0;
  json_t *list = json_array();
  size_t count = 1;
  enum status status = list != NULL ? admin_open(admin) : STATUS_NO_MEMORY;

  (void)arguments;
  while (status == STATUS_OK && count > 0)
    status = page_take(admin, &after, list, &count);
  if (status == STATUS_OK && json_array_size(list) == 0)
    admin_print(admin, "Nothing was settled yet.\n");
  if (status == STATUS_OK)
    admin->report = json_pack("{s:s, s:O}", "currency", admin->terminal->currency->code, "settlements", list);
  json_decref(list);
  return status;
}

/* ---- show ---- */

struct showing {
  const struct admin *admin;
  json_t *lines, *transfers;
};

static void sum_print(const struct admin *admin, const char *what, json_int_t minor) {
  char amount[AMOUNT_TEXT_MAX];

  report_amount(amount, minor, admin->terminal->currency->numeric);
  admin_row(admin, "    %-26s %16s\n", what, amount);
}

static enum status line_show(void *context, const struct settlement_line *line, json_t *item) {
  const struct showing *showing = context;
  const struct settlement_sums *sums = &line->sums;
  char fee[40];

  (void)snprintf(fee, sizeof fee, translated("fee, %lld.%02lld %%"), (long long)line->fee_rate / 100,
                 (long long)line->fee_rate % 100);
  admin_print(showing->admin, "%s (%s), %lld purchases\n", line->merchant, line->name, (long long)sums->purchases);
  sum_print(showing->admin, translated("gross"), sums->gross);
  if (sums->payouts > 0)
    sum_print(showing->admin, translated("payouts handed out"), sums->payouts);
  if (sums->credit > 0)
    sum_print(showing->admin, translated("loads given back"), sums->credit);
  sum_print(showing->admin, fee, sums->fee);
  sum_print(showing->admin, translated("set off against loads"), sums->set_off);
  sum_print(showing->admin, translated("net, to pay out"), sums->net);
  if (sums->loads > sums->set_off)
    sum_print(showing->admin, translated("still owes for loads"), sums->loads - sums->set_off);
  if (sums->points_granted > 0 || sums->points_purchases > 0) {
    admin_print(showing->admin, "    points: %lld granted; %lld taken in %lld purchases\n",
                (long long)sums->points_granted, (long long)sums->points_redeemed, (long long)sums->points_purchases);
  }
  if (line->iban[0] == '\0')
    admin_print(showing->admin, "    to an account that is not known\n");
  else if (line->bic[0] != '\0')
    admin_print(showing->admin, "    to %s at %s\n", line->iban, line->bic);
  else
    admin_print(showing->admin, "    to %s\n", line->iban);
  return json_array_append(showing->lines, item) == 0 ? STATUS_OK : STATUS_NO_MEMORY;
}

static enum status transfer_show(void *context, const struct holder_transfer *transfer, json_t *item) {
  const struct showing *showing = context;
  char amount[AMOUNT_TEXT_MAX];

  report_amount(amount, transfer->amount, showing->admin->terminal->currency->numeric);
  admin_print(showing->admin, "card %s, no. %lld: %s paid out to %s, %s\n", transfer->cid, (long long)transfer->atc,
              amount, transfer->iban, transfer->holder);
  return json_array_append(showing->transfers, item) == 0 ? STATUS_OK : STATUS_NO_MEMORY;
}

enum status admin_settlement_show(void *context, char **arguments) {
  struct admin *admin = context;
  struct showing showing = {.admin = admin, .lines = json_array(), .transfers = json_array()};
  struct settlement_reading reading = {.admin = admin, .take = line_show, .context = &showing};
  enum status status = settlement_number_read(admin, arguments[0], &reading.number);

  if (status == STATUS_OK)
    status = admin_open(admin);
  if (status == STATUS_OK)
    status = settlement_read(&reading);
  if (status == STATUS_OK)
    status = settlement_transfers_read(&reading, transfer_show, &showing);
  if (status == STATUS_OK) {
    char closed[21];
    settlement_moment(closed, reading.head.closed_at);
    head_print(admin, &reading.head);
    admin->report = json_pack("{s:s, s:I, s:s, s:I, s:I, s:O, s:O}", "currency", admin->terminal->currency->code,
                              "number", reading.number, "closed_at", closed, "gross", reading.head.sums.gross, "net",
                              reading.head.sums.net, "merchants", showing.lines, "transfers", showing.transfers);
  }
  json_decref(showing.lines);
  json_decref(showing.transfers);
  return status;
}
