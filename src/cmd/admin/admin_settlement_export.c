/* SPDX-License-Identifier: Apache-2.0
 * epurse-admin settlement export: a settlement as CSV (RFC 4180) for the books, or as pain.001 for the bank. */
#include <csv.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "admin_settlement.h"
#include "epurse/folder.h"
#include "epurse/ledger_merchant.h"
#include "epurse/terminal.h"

#define PAGE_CAPTURES 28 /* fit a message */

/* ---- CSV ---- */

/* In quotes; a sign that a table calculator takes for a formula is made text. */
static void text_put(FILE *out, const char *text) {
  char guarded[LEDGER_NAME_MAX + 2];
  bool formula = text[0] != '\0' && strchr("=+-@", text[0]) != NULL;

  (void)snprintf(guarded, sizeof guarded, "%s%s", formula ? "'" : "", text);
  (void)csv_fwrite(out, guarded, strlen(guarded));
}

struct csv {
  struct admin *admin;
  FILE *out;
  json_int_t number;
};

static enum status line_put(void *context, const struct settlement_line *line, json_t *item) {
  const struct csv *csv = context;
  const struct currency *currency = csv->admin->terminal->currency;
  const json_int_t sums[] = {line->sums.gross, line->sums.payouts, line->sums.credit, line->sums.fee,
                             line->sums.loads, line->sums.set_off, line->sums.net};
  char amount[AMOUNT_TEXT_MAX];

  (void)item;
  fprintf(csv->out, "%lld,", (long long)csv->number);
  text_put(csv->out, line->merchant);
  (void)fputc(',', csv->out);
  text_put(csv->out, line->name);
  fprintf(csv->out, ",%s,%s,%s,%lld,%lld", line->iban, line->bic, currency->code, (long long)line->sums.purchases,
          (long long)line->fee_rate);
  for (size_t i = 0; i < sizeof sums / sizeof sums[0]; i++) {
    settlement_amount(amount, sums[i], currency);
    fprintf(csv->out, ",%s", amount);
  }
  settlement_amount(amount, line->sums.points_value, currency);
  fprintf(csv->out, ",%lld,%lld,%lld,%s\r\n", (long long)line->sums.points_granted,
          (long long)line->sums.points_purchases, (long long)line->sums.points_redeemed, amount);
  return STATUS_OK;
}

static enum status lines_export(struct admin *admin, json_int_t number, FILE *out) {
  struct csv csv = {.admin = admin, .out = out, .number = number};
  struct settlement_reading reading = {
      .admin = admin, .number = number, .exported = true, .take = line_put, .context = &csv};

  (void)fputs(
      "settlement,merchant,name,iban,bic,currency,purchases,fee_rate,gross,payouts,credit,fee,loads,set_off,net,"
      "points_granted,points_purchases,points_redeemed,points_value\r\n",
      out);
  return settlement_read(&reading);
}

/* ---- each purchase ---- */

static enum status capture_put(const struct csv *csv, json_t *item, json_int_t *after) {
  const char *cid = NULL, *merchant = NULL, *tid = NULL, *type = NULL, *reference = NULL;
  json_int_t number = 0, atc = 0, minor = 0, points = 0, created = 0, captured = 0;
  char amount[AMOUNT_TEXT_MAX], created_at[21], captured_at[21];
  int brought_in = 0;

  if (json_unpack(item, "{s:I, s:s, s:I, s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:s, s:b !}", "number", &number, "cid",
                  &cid, "atc", &atc, "merchant", &merchant, "tid", &tid, "type", &type, "amount", &minor, "points",
                  &points, "created_at", &created, "captured_at", &captured, "reference", &reference, "brought_in",
                  &brought_in) != 0 ||
      number <= *after)
    return STATUS_BAD_REPLY;
  *after = number;
  settlement_amount(amount, minor, csv->admin->terminal->currency);
  settlement_moment(created_at, created);
  settlement_moment(captured_at, captured);
  fprintf(csv->out, "%lld,%lld,%s,%lld,", (long long)csv->number, (long long)number, cid, (long long)atc);
  text_put(csv->out, merchant);
  (void)fputc(',', csv->out);
  text_put(csv->out, tid);
  fprintf(csv->out, ",%s,%s,%s,%lld,%s,%s,", type, csv->admin->terminal->currency->code, amount, (long long)points,
          created_at, captured_at);
  text_put(csv->out, reference);
  fprintf(csv->out, ",%s\r\n", brought_in ? "yes" : "");
  return STATUS_OK;
}

static enum status captures_ask(const struct csv *csv, json_int_t after, struct message *reply) {
  message_clear(reply);
  return admin_call(csv->admin, MESSAGE_SETTLEMENT_CAPTURES,
                    json_pack("{s:I, s:I, s:i}", "number", csv->number, "after", after, "limit", PAGE_CAPTURES), reply);
}

static enum status captures_export(struct admin *admin, json_int_t number, FILE *out) {
  const struct csv csv = {.admin = admin, .out = out, .number = number};
  struct message reply = {0};
  json_int_t after = 0;
  size_t count = 1;
  enum status status = STATUS_OK;
  char about[48];

  (void)fputs("settlement,capture,card,atc,merchant,terminal,type,currency,amount,points,authorised,captured,reference,"
              "brought_in\r\n",
              out);
  while (status == STATUS_OK && count > 0) {
    status = captures_ask(&csv, after, &reply);
    const json_t *items = json_object_get(reply.body, "captures");
    if (status == STATUS_OK && !json_is_array(items))
      status = STATUS_BAD_REPLY;
    count = json_array_size(items);
    for (size_t i = 0; status == STATUS_OK && i < count; i++)
      status = capture_put(&csv, json_array_get(items, i), &after);
  }
  message_clear(&reply);
  (void)snprintf(about, sizeof about, "settlement %lld", (long long)number);
  return status == STATUS_OK ? status : admin_fail(admin, about, status);
}

/* ---- the file ---- */

/* Whole or not at all: written under another name first. */
struct file {
  char name[1024], part[1056];
  FILE *out;
};

static enum status file_open(const struct admin *admin, struct file *file) {
  int len = snprintf(file->name, sizeof file->name, "%s", admin->out);

  if (len <= 0 || (size_t)len >= sizeof file->name)
    return admin_refuse(admin, STATUS_USAGE, "--out is no name of a file");
  if (access(file->name, F_OK) == 0)
    return admin_refuse(admin, STATUS_EXISTS, "%s is there already; nothing is overwritten", file->name);
  /* Made, never taken over: what stands there is another's, or a link to it. */
  (void)snprintf(file->part, sizeof file->part, "%s.%ld.part", file->name, (long)getpid());
  int fd = open(file->part, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
  file->out = fd >= 0 ? fdopen(fd, "w") : NULL;
  return file->out != NULL ? STATUS_OK
                           : admin_refuse(admin, STATUS_STORE_FAILED, "%s: %s", file->part, strerror(errno));
}

static enum status file_close(const struct admin *admin, struct file *file, enum status status) {
  bool written = fflush(file->out) == 0 && ferror(file->out) == 0 && fsync(fileno(file->out)) == 0;

  written = fclose(file->out) == 0 && written;
  if (status == STATUS_OK) {
    status = written ? folder_rename_new(file->part, file->name) : STATUS_STORE_FAILED;
    if (status != STATUS_OK)
      status = admin_refuse(admin, status, "%s: %s", file->name, strerror(errno));
  }
  (void)unlink(file->part);
  return status;
}

static enum status export_put(struct admin *admin, json_int_t number, FILE *out) {
  if (strcmp(admin->format, "pain001") == 0)
    return settlement_pain(admin, number, out);
  return admin->purchases ? captures_export(admin, number, out) : lines_export(admin, number, out);
}

static enum status options_check(const struct admin *admin) {
  bool csv = admin->format != NULL && strcmp(admin->format, "csv") == 0;

  if (admin->format == NULL || (!csv && strcmp(admin->format, "pain001") != 0))
    return admin_refuse(admin, STATUS_USAGE, "say in which form: --format csv, or --format pain001");
  if (admin->purchases && !csv)
    return admin_refuse(admin, STATUS_USAGE, "--purchases is for --format csv");
  if (admin->json && admin->out == NULL)
    return admin_refuse(admin, STATUS_USAGE, "with --json the file needs a name: --out FILE");
  return STATUS_OK;
}

enum status admin_settlement_export(void *context, char **arguments) {
  struct admin *admin = context;
  struct file file = {.out = NULL};
  json_int_t number = 0;
  enum status status = settlement_number_read(admin, arguments[0], &number);

  if (status == STATUS_OK)
    status = options_check(admin);
  if (status == STATUS_OK)
    status = admin_open(admin);
  if (status == STATUS_OK && admin->out == NULL)
    return export_put(admin, number, stdout);
  if (status == STATUS_OK)
    status = file_open(admin, &file);
  if (status != STATUS_OK)
    return status;
  status = file_close(admin, &file, export_put(admin, number, file.out));
  if (status == STATUS_OK) {
    admin->changed = true;
    admin_print(admin, "Settlement %lld is written to %s.\n", (long long)number, file.name);
    admin->report = json_pack("{s:s, s:I, s:s, s:s}", "operation", "settlement export", "number", number, "format",
                              admin->format, "file", file.name);
  }
  return status;
}
