/* SPDX-License-Identifier: Apache-2.0
 * The result of an audit, for people and for machines. */
#include "audit.h"

#include <inttypes.h>

#include "epurse/amount.h"

#define SUBJECT_MAX 300

static void print_amount(FILE *out, int64_t minor, uint16_t number) {
  static const struct amount_format format = {".", ""};
  char text[AMOUNT_TEXT_MAX];
  if (amount_print((struct amount){minor, number}, &format, text, sizeof text) != 0)
    (void)fprintf(out, "%s", text);
  else
    (void)fprintf(out, "%" PRId64, minor);
}

static void print_figures(const struct audit *audit, FILE *out) {
  const struct audit_figures *figures = &audit->figures;
  (void)fprintf(out,
                "Compared: %" PRId64 " cards, %" PRId64 " transactions (%" PRId64 " captured), %" PRId64
                " journals with %" PRId64 " entries, %" PRId64 " card logs with %" PRId64 " records, %" PRId64
                " receipts.\n",
                figures->cards, figures->transactions, figures->captured, figures->journals, figures->entries,
                figures->card_logs, figures->log_records, figures->receipts);
  if (audit->settings.currency == 0) /* there was no ledger to tell */
    return;
  (void)fprintf(out, "On its way: %" PRId64 " in hold (", figures->held);
  print_amount(out, figures->held_amount, audit->settings.currency);
  (void)fprintf(out, "), %" PRId64 " paid and not yet confirmed (", figures->unconfirmed);
  print_amount(out, figures->unconfirmed_amount, audit->settings.currency);
  (void)fprintf(out, "), %" PRId64 " entries open, %" PRId64 " unreported; %" PRId64 " incidents noted.\n",
                figures->open_entries, figures->unreported, figures->incidents);
}

void audit_print(const struct audit *audit, const char *until, FILE *out) {
  char subject[SUBJECT_MAX];
  for (size_t i = 0; i < audit->finding_count; i++) {
    const struct audit_finding *finding = &audit->findings[i];
    audit_subject(finding, subject, sizeof subject);
    (void)fprintf(out, "%s: %s: %s%s%s%s\n", audit_kind_name(finding->kind), subject, finding->detail,
                  finding->file != NULL ? " (" : "", finding->file != NULL ? finding->file : "",
                  finding->file != NULL ? ")" : "");
  }
  for (size_t i = 0; i < audit->unread_count; i++)
    (void)fprintf(out, "not read: %s: %s\n", audit->unread[i].file, audit->unread[i].reason);
  print_figures(audit, out);
  if (audit->until != 0)
    (void)fprintf(out, "Later than %s and not compared: %" PRId64 ".\n", until, audit->figures.later);
  (void)fprintf(out, "%zu findings, %zu files not read\n", audit->finding_count, audit->unread_count);
}

/* Fields that do not apply are left out. */
static json_t *finding_json(const struct audit_finding *finding) {
  char subject[SUBJECT_MAX], cid[17];
  audit_subject(finding, subject, sizeof subject);
  json_t *object = json_pack("{s:s, s:s, s:s, s:s}", "finding", audit_kind_name(finding->kind), "subject", subject,
                             "detail", finding->detail, "meaning", audit_kind_sentence(finding->kind));
  cid_print(finding->cid, cid);
  if (finding->of_card)
    (void)json_object_set_new(object, "cid", json_string(cid));
  if (finding->atc != 0)
    (void)json_object_set_new(object, "atc", json_integer(finding->atc));
  if (finding->tid[0] != 0)
    (void)json_object_set_new(object, "tid", json_string(finding->tid));
  if (finding->merchant[0] != 0)
    (void)json_object_set_new(object, "merchant", json_string(finding->merchant));
  if (finding->file != NULL)
    (void)json_object_set_new(object, "file", json_string(finding->file));
  return object;
}

static json_t *figures_json(const struct audit_figures *figures) {
  return json_pack(
      "{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "cards",
      (json_int_t)figures->cards, "transactions", (json_int_t)figures->transactions, "captured",
      (json_int_t)figures->captured, "incidents", (json_int_t)figures->incidents, "held", (json_int_t)figures->held,
      "held_amount", (json_int_t)figures->held_amount, "journals", (json_int_t)figures->journals, "entries",
      (json_int_t)figures->entries, "open_entries", (json_int_t)figures->open_entries, "unconfirmed",
      (json_int_t)figures->unconfirmed, "unconfirmed_amount", (json_int_t)figures->unconfirmed_amount, "unreported",
      (json_int_t)figures->unreported, "card_logs", (json_int_t)figures->card_logs, "log_records",
      (json_int_t)figures->log_records, "receipts", (json_int_t)figures->receipts, "later", (json_int_t)figures->later);
}

json_t *audit_json(const struct audit *audit) {
  const struct currency *currency = currency_by_number(audit->settings.currency);
  json_t *findings = json_array(), *unread = json_array();
  for (size_t i = 0; i < audit->finding_count; i++)
    (void)json_array_append_new(findings, finding_json(&audit->findings[i]));
  for (size_t i = 0; i < audit->unread_count; i++)
    (void)json_array_append_new(
        unread, json_pack("{s:s, s:s}", "file", audit->unread[i].file, "reason", audit->unread[i].reason));
  return json_pack("{s:s, s:s, s:o, s:I, s:o, s:o}", "operation", "audit", "currency",
                   currency != NULL ? currency->code : "", "compared", figures_json(&audit->figures), "count",
                   (json_int_t)audit->finding_count, "findings", findings, "unread", unread);
}
