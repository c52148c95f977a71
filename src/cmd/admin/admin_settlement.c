/* SPDX-License-Identifier: Apache-2.0
 * Settlements as the server tells of them, for the verbs that show and export them. */
#include "admin_settlement.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "epurse/amount.h"
#include "reply_sum.h"

#define PAGE_LINES     16 /* fit a message */
#define PAGE_TRANSFERS 28 /* likewise */

/* None is negative, and what has to be equal is: in figures that a sum of them still fits. */
static bool sums_fit(const struct settlement_sums *sums) {
  const json_int_t figures[] = {sums->purchases,
                                sums->payouts,
                                sums->credit,
                                sums->fee,
                                sums->loads,
                                sums->set_off,
                                sums->net,
                                sums->gross,
                                sums->points_granted,
                                sums->points_purchases,
                                sums->points_redeemed,
                                sums->points_value};
  const json_int_t had[] = {sums->gross, sums->payouts, sums->credit}, went[] = {sums->fee, sums->set_off, sums->net};
  const json_int_t sales[] = {sums->purchases, sums->points_purchases};
  json_int_t in = 0, out = 0, all = 0;

  for (size_t i = 0; i < sizeof figures / sizeof figures[0]; i++)
    if (figures[i] < 0)
      return false;
  return reply_sum(&all, sales, 2) && reply_sum(&in, had, 3) && reply_sum(&out, went, 3) && in == out;
}

static enum status sums_read(json_t *item, struct settlement_sums *sums) {
  int read = json_unpack(item, "{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "purchases",
                         &sums->purchases, "gross", &sums->gross, "payouts", &sums->payouts, "credit", &sums->credit,
                         "fee", &sums->fee, "loads", &sums->loads, "set_off", &sums->set_off, "net", &sums->net,
                         "points_granted", &sums->points_granted, "points_purchases", &sums->points_purchases,
                         "points_redeemed", &sums->points_redeemed, "points_value", &sums->points_value);

  return read == 0 && sums_fit(sums) ? STATUS_OK : STATUS_BAD_REPLY;
}

enum status settlement_head_read(json_t *item, struct settlement_head *head) {
  const char *incarnation = NULL;

  if (json_unpack(item, "{s:I, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "number", &head->number, "incarnation",
                  &incarnation, "closed_at", &head->closed_at, "first_capture", &head->first_capture, "last_capture",
                  &head->last_capture, "merchants", &head->merchants, "brought_in", &head->brought_in, "transfers",
                  &head->transfers, "transferred", &head->transferred) != 0 ||
      strlen(incarnation) >= sizeof head->incarnation || incarnation[strspn(incarnation, "0123456789ABCDEF")] != '\0')
    return STATUS_BAD_REPLY;
  (void)snprintf(head->incarnation, sizeof head->incarnation, "%s", incarnation);
  return sums_read(item, &head->sums);
}

static enum status line_read(json_t *item, struct settlement_line *line) {
  if (json_unpack(item, "{s:s, s:s, s:I, s:s, s:s}", "merchant", &line->merchant, "name", &line->name, "fee_rate",
                  &line->fee_rate, "iban", &line->iban, "bic", &line->bic) != 0 ||
      strlen(line->merchant) > MERCHANT_MAX)
    return STATUS_BAD_REPLY;
  return sums_read(item, &line->sums);
}

enum status settlement_number_read(const struct admin *admin, const char *text, json_int_t *number) {
  char *end = NULL;

  errno = 0;
  *number = strtoll(text, &end, 10);
  if (errno != 0 || end == text || *end != '\0' || *number < 1)
    return admin_refuse(admin, STATUS_USAGE, "'%s' is not the number of a settlement: 1, 2, ...", text);
  return STATUS_OK;
}

/* What the lines have come to so far. */
struct tally {
  char after[MERCHANT_MAX + 1];
  json_int_t lines, purchases, gross, net;
};

/* The list goes up, so that a server that repeats itself cannot keep us here for ever. */
static enum status line_take(struct settlement_reading *reading, json_t *item, struct tally *tally) {
  struct settlement_line line;
  enum status status = line_read(item, &line);

  if (status != STATUS_OK || strcmp(line.merchant, tally->after) <= 0)
    return STATUS_BAD_REPLY;
  (void)snprintf(tally->after, sizeof tally->after, "%s", line.merchant);
  tally->lines++;
  if (!reply_sum(&tally->purchases, &line.sums.purchases, 1) || !reply_sum(&tally->gross, &line.sums.gross, 1) ||
      !reply_sum(&tally->net, &line.sums.net, 1))
    return STATUS_BAD_REPLY;
  return reading->take(reading->context, &line, item);
}

/* One page; *count is how many lines it had. */
static enum status page_take(struct settlement_reading *reading, struct tally *tally, size_t *count) {
  struct message reply;
  json_t *head = NULL, *lines = NULL;
  enum status status = admin_call(reading->admin, MESSAGE_SETTLEMENT_LINES,
                                  json_pack("{s:I, s:s, s:i, s:b}", "number", reading->number, "after", tally->after,
                                            "limit", PAGE_LINES, "exported", reading->exported),
                                  &reply);

  *count = 0;
  if (status == STATUS_OK &&
      json_unpack(reply.body, "{s:o, s:I, s:o}", "settlement", &head, "issuer", &reading->issuer, "lines", &lines) != 0)
    status = STATUS_BAD_REPLY;
  if (status == STATUS_OK)
    status = settlement_head_read(head, &reading->head);
  for (size_t i = 0; status == STATUS_OK && i < json_array_size(lines); i++) {
    status = line_take(reading, json_array_get(lines, i), tally);
    ++*count;
  }
  message_clear(&reply);
  return status;
}

enum status settlement_read(struct settlement_reading *reading) {
  struct tally tally = {.lines = 0};
  size_t count = 1;
  enum status status = STATUS_OK;
  char about[48];

  while (status == STATUS_OK && count > 0)
    status = page_take(reading, &tally, &count);
  if (status == STATUS_OK && (reading->head.number != reading->number || tally.lines != reading->head.merchants ||
                              tally.purchases != reading->head.sums.purchases ||
                              tally.gross != reading->head.sums.gross || tally.net != reading->head.sums.net))
    status = STATUS_BAD_REPLY;
  (void)snprintf(about, sizeof about, "settlement %lld", (long long)reading->number);
  return status == STATUS_OK ? status : admin_fail(reading->admin, about, status);
}

/* ---- to cardholders ---- */

struct holder_tally {
  json_int_t after, transfers, transferred;
};

static enum status transfer_take(json_t *item, struct holder_tally *tally, holder_transfer_take *take, void *context) {
  struct holder_transfer transfer;

  if (json_unpack(item, "{s:I, s:s, s:I, s:I, s:s, s:s !}", "number", &transfer.number, "cid", &transfer.cid, "atc",
                  &transfer.atc, "amount", &transfer.amount, "iban", &transfer.iban, "holder", &transfer.holder) != 0 ||
      transfer.number <= tally->after || transfer.amount < 1 || !reply_sum(&tally->transferred, &transfer.amount, 1))
    return STATUS_BAD_REPLY;
  tally->after = transfer.number;
  tally->transfers++;
  return take(context, &transfer, item);
}

enum status settlement_transfers_read(const struct settlement_reading *reading, holder_transfer_take *take,
                                      void *context) {
  struct holder_tally tally = {.after = 0};
  size_t count = reading->head.transfers > 0 ? 1 : 0;
  enum status status = STATUS_OK;

  while (status == STATUS_OK && count > 0) {
    struct message reply;
    status = admin_call(
        reading->admin, MESSAGE_SETTLEMENT_TRANSFERS,
        json_pack("{s:I, s:I, s:i}", "number", reading->number, "after", tally.after, "limit", PAGE_TRANSFERS), &reply);
    json_t *items = json_object_get(reply.body, "transfers");
    if (status == STATUS_OK && !json_is_array(items))
      status = STATUS_BAD_REPLY;
    count = json_array_size(items);
    for (size_t i = 0; status == STATUS_OK && i < count; i++)
      status = transfer_take(json_array_get(items, i), &tally, take, context);
    message_clear(&reply);
  }
  if (status == STATUS_OK &&
      (tally.transfers != reading->head.transfers || tally.transferred != reading->head.transferred))
    status = STATUS_BAD_REPLY;
  return status == STATUS_OK ? status : admin_fail(reading->admin, "its transfers", status);
}

void settlement_amount(char text[AMOUNT_TEXT_MAX], json_int_t minor, const struct currency *currency) {
  struct amount amount = {minor, currency->numeric};

  (void)amount_print(amount, NULL, text, AMOUNT_TEXT_MAX);
  text[strcspn(text, " ")] = '\0';
}

void settlement_moment(char text[21], json_int_t seconds) {
  uint8_t moment[MOMENT_SIZE];

  moment_from_unix(seconds, moment);
  moment_print(moment, text);
}

json_t *settlement_head_json(json_t *item, const struct settlement_head *head) {
  json_t *object = json_copy(item);
  char closed[21];

  settlement_moment(closed, head->closed_at);
  if (json_object_set_new(object, "closed_at", json_string(closed)) == 0)
    return object;
  json_decref(object);
  return NULL;
}
