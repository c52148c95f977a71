/* SPDX-License-Identifier: Apache-2.0
 * The result of an audit, for people and for machines. */
#include "audit.h"

#include <inttypes.h>

#include "epurse/amount.h"
#include "epurse/sentence.h"

#define SUBJECT_MAX 300
#define LINE_SIZE   512

/* In the words of whoever reads it. */
static const char *said(const struct audit_speech *speech, const char *english, char text[AUDIT_TEXT_MAX]) {
  return speech->words != NULL ? speech->words(english, text) : english;
}

static void amount_text(const struct audit_speech *speech, int64_t minor, uint16_t number, char text[AMOUNT_TEXT_MAX]) {
  static const struct amount_format plain = {".", ""};
  const struct amount_format *format = speech->format != NULL ? speech->format : &plain;
  if (amount_print((struct amount){minor, number}, format, text, AMOUNT_TEXT_MAX) == 0)
    (void)snprintf(text, AMOUNT_TEXT_MAX, "%" PRId64, minor);
}

static void print_figures(const struct audit *audit, const struct audit_speech *speech, FILE *out) {
  const struct audit_figures *figures = &audit->figures;
  char line[LINE_SIZE], text[AUDIT_TEXT_MAX], held[AMOUNT_TEXT_MAX], paid[AMOUNT_TEXT_MAX];
  (void)snprintf(line, sizeof line,
                 "Compared: %" PRId64 " cards, %" PRId64 " transactions (%" PRId64 " captured), %" PRId64
                 " journals with %" PRId64 " entries, %" PRId64 " card logs with %" PRId64 " records, %" PRId64
                 " receipts.",
                 figures->cards, figures->transactions, figures->captured, figures->journals, figures->entries,
                 figures->card_logs, figures->log_records, figures->receipts);
  (void)fprintf(out, "%s\n", said(speech, line, text));
  if (audit->settings.currency == 0) /* there was no ledger to tell */
    return;
  amount_text(speech, figures->held_amount, audit->settings.currency, held);
  amount_text(speech, figures->unconfirmed_amount, audit->settings.currency, paid);
  (void)snprintf(line, sizeof line,
                 "On its way: %" PRId64 " in hold (%s), %" PRId64 " paid and not yet confirmed (%s), %" PRId64
                 " entries open, %" PRId64 " unreported; %" PRId64 " incidents noted.",
                 figures->held, held, figures->unconfirmed, paid, figures->open_entries, figures->unreported,
                 figures->incidents);
  (void)fprintf(out, "%s\n", said(speech, line, text));
}

static void print_finding(const struct audit_finding *finding, const struct audit_speech *speech, FILE *out) {
  char subject[SUBJECT_MAX], text[AUDIT_TEXT_MAX], detail[AUDIT_TEXT_MAX];
  audit_subject(finding, subject, sizeof subject);
  (void)fprintf(out, "%s: %s: %s%s%s%s\n", audit_kind_name(finding->kind), said(speech, subject, text),
                said(speech, finding->detail, detail), finding->file != NULL ? " (" : "",
                finding->file != NULL ? finding->file : "", finding->file != NULL ? ")" : "");
}

void audit_print(const struct audit *audit, const struct audit_speech *speech, FILE *out) {
  char line[LINE_SIZE], text[AUDIT_TEXT_MAX], reason[AUDIT_TEXT_MAX];
  for (size_t i = 0; i < audit->finding_count; i++)
    print_finding(&audit->findings[i], speech, out);
  for (size_t i = 0; i < audit->unread_count; i++)
    (void)fprintf(out, "%s: %s: %s\n", said(speech, SENTENCE("not read"), text), audit->unread[i].file,
                  said(speech, audit->unread[i].reason, reason));
  print_figures(audit, speech, out);
  if (audit->until != 0) {
    (void)snprintf(line, sizeof line, "Later than %s and not compared: %" PRId64 ".",
                   speech->until != NULL ? speech->until : "", audit->figures.later);
    (void)fprintf(out, "%s\n", said(speech, line, text));
  }
  (void)snprintf(line, sizeof line, "%zu findings, %zu files not read", audit->finding_count, audit->unread_count);
  (void)fprintf(out, "%s\n", said(speech, line, text));
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
