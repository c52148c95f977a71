/* SPDX-License-Identifier: Apache-2.0
 * What a terminal program prints: before, whether there is paper; after, the receipts. */
#include "paper.h"

#include <errno.h>
#include <inttypes.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "epurse/print.h"
#include "epurse/tender.h"
#include "language.h"
#include "local_time.h"
#include "problem.h"
#include "terminal_program.h"

enum status paper_ready(const struct terminal_program *self) {
  const struct print_setting *setting = &self->terminal->printer;
  if (setting->output[0] == 0)
    return STATUS_OK;
  enum status status = STATUS_OK;
  if (!printer_named(setting->output))
    status = STATUS_BAD_CONFIG;
  else if (setting->ask && setting->copies > 0 && !self->held) /* what has begun is brought to its end */
    status = printer_ready(setting);
  if (status == STATUS_BAD_CONFIG)
    problem_say(self->program->name, "[printer] output: '%.100s' is no printer", setting->output);
  else if (!print_font_there(setting)) {
    problem_say(self->program->name, "[printer] font: '%.100s' cannot be drawn with", setting->font);
    status = STATUS_BAD_CONFIG;
  } else if (status != STATUS_OK)
    problem_say_with(self->program->name, status_sentence(status), "%s", status_sentence(status));
  return status;
}

static struct print_receipt receipt_of(const struct terminal_program *self, const struct outcome *outcome,
                                       const struct receipt_copy *receipt, struct amount_format *format) {
  const struct lconv *locale = localeconv();
  *format = (struct amount_format){locale->decimal_point, locale->thousands_sep};
  return (struct print_receipt){.merchant = self->terminal->merchant,
                                .merchant_name = self->terminal->merchant_name,
                                .tid = self->terminal->tid,
                                .outcome = outcome,
                                .proof = receipt->len > 0 ? receipt->data : NULL,
                                .proof_len = receipt->len,
                                .format = format,
                                .words = translated};
}

/* What a receipt has besides that comes from elsewhere. */
struct paper_texts {
  char time[LOCAL_TIME_MAX], bank[2][TENDER_RECEIPT_MAX];
};

static void texts_give(const struct terminal_program *self, struct paper_texts *texts, struct print_receipt *receipt) {
  local_time_print(receipt->outcome->time, texts->time);
  receipt->time = texts->time;
  for (int shop = 0; shop < 2; shop++)
    if (tender_receipt_read(self->terminal->receipts, receipt->outcome->tender_reference, shop != 0, texts->bank[shop]))
      receipt->bank[shop] = texts->bank[shop];
}

static enum status print(const struct terminal_program *self, struct print_receipt *receipt, unsigned copies) {
  struct paper_texts texts;
  texts_give(self, &texts, receipt);
  return printer_receipt(&self->terminal->printer, receipt, copies);
}

void paper_after(const struct terminal_program *self, const struct outcome *outcome) {
  const struct print_setting *setting = &self->terminal->printer;
  struct receipt_copy copy = {.len = 0};
  struct outcome again;
  struct amount_format format;
  if (setting->output[0] == 0 || setting->copies == 0 || outcome->number == 0)
    return;
  if (receipt_again(self->terminal, outcome->number, &again, &copy) != STATUS_OK)
    copy.len = 0; /* the receipt says so */
  struct print_receipt receipt = receipt_of(self, outcome, &copy, &format);
  enum status status = print(self, &receipt, setting->copies);
  if (status != STATUS_OK)
    fprintf(stderr,
            translated("%s: the receipt was not printed: %s; print it again with: %s receipt %" PRId64 " --print\n"),
            self->program->name, translated_status(status), self->program->name, outcome->number);
}

void paper_deposit(const struct terminal_program *self, const struct outcome *outcome, bool again) {
  const struct print_setting *setting = &self->terminal->printer;
  const struct receipt_copy none = {.len = 0};
  struct outcome issued = *outcome;
  struct amount_format format;
  if (setting->output[0] == 0 || setting->copies == 0 || outcome->deposit <= 0)
    return;
  moment_from_unix(time(NULL), issued.time);
  struct print_receipt receipt = receipt_of(self, &issued, &none, &format);
  receipt.again = again;
  enum status status = print(self, &receipt, setting->copies);
  if (status != STATUS_OK)
    fprintf(stderr, translated("%s: the receipt of the deposit was not printed: %s\n"), self->program->name,
            translated_status(status));
}

/* ---- by --print and --pdf ---- */

static enum status printer_there(const struct terminal_program *self) {
  const char *output = self->terminal->printer.output;
  if (output[0] != 0 && printer_named(output))
    return STATUS_OK;
  if (output[0] == 0)
    problem_say(self->program->name, "[printer] output is not set: there is no printer");
  else
    problem_say(self->program->name, "[printer] output: '%.100s' is no printer", output);
  return STATUS_BAD_CONFIG;
}

static enum status document_print(const struct terminal_program *self, const struct print_document *document) {
  enum status status = printer_there(self);
  if (status != STATUS_OK)
    return status;
  status = printer_print(&self->terminal->printer, document);
  if (status != STATUS_OK)
    problem_say_with(self->program->name, status_sentence(status), "not printed: %s", status_sentence(status));
  return status;
}

/* A file that is not there yet. Says what is wrong. */
static enum status file_make(const struct terminal_program *self, FILE **file) {
  *file = fopen(self->pdf, "wbxe");
  if (*file != NULL)
    return STATUS_OK;
  if (errno == EEXIST) {
    problem_say_with(self->program->name, status_sentence(STATUS_EXISTS), "%s: %s", self->pdf,
                     status_sentence(STATUS_EXISTS));
    return STATUS_EXISTS;
  }
  problem_say(self->program->name, "%s: %s", self->pdf, strerror(errno));
  return STATUS_STORE_FAILED;
}

static enum status file_write(const struct terminal_program *self, const uint8_t *data, size_t len) {
  FILE *file = NULL;
  enum status status = file_make(self, &file);
  if (status != STATUS_OK)
    return status;
  bool done = fwrite(data, 1, len, file) == len;
  if (fclose(file) == 0 && done)
    return STATUS_OK;
  problem_say(self->program->name, "%s: %s", self->pdf, strerror(errno));
  (void)remove(self->pdf);
  return STATUS_STORE_FAILED;
}

static enum status haru_there(const struct terminal_program *self) {
  if (print_pdf_there())
    return STATUS_OK;
  problem_say(self->program->name, "there is no --pdf: this program was built without libharu");
  return STATUS_USAGE;
}

static enum status document_pdf(const struct terminal_program *self, const struct print_document *document) {
  uint8_t *data = NULL;
  size_t len = 0;
  enum status status = haru_there(self);
  if (status != STATUS_OK)
    return status;
  status = print_pdf(document, &data, &len);
  if (status == STATUS_OK)
    status = file_write(self, data, len);
  else
    problem_say_with(self->program->name, status_sentence(status), "%s: %s", self->pdf, status_sentence(status));
  free(data);
  return status;
}

enum status paper_possible(const struct terminal_program *self) {
  FILE *file = NULL;
  enum status status = self->print ? printer_there(self) : STATUS_OK;
  if (status != STATUS_OK || self->pdf == NULL)
    return status;
  status = haru_there(self);
  if (status == STATUS_OK)
    status = file_make(self, &file);
  if (file == NULL)
    return status;
  fclose(file);
  (void)remove(self->pdf);
  return status;
}

/* What one of the two cannot do is not lost where the other one can. */
enum status paper_report(const struct terminal_program *self, const struct print_document *document) {
  enum status printed = self->print ? document_print(self, document) : STATUS_OK;
  enum status written = self->pdf != NULL ? document_pdf(self, document) : STATUS_OK;
  return printed != STATUS_OK ? printed : written;
}

enum status paper_again(const struct terminal_program *self, const struct outcome *outcome,
                        const struct receipt_copy *receipt) {
  struct print_document *document = NULL;
  struct amount_format format;
  struct print_receipt printed = receipt_of(self, outcome, receipt, &format);
  struct paper_texts texts;
  printed.again = true;
  if (!self->print && self->pdf == NULL)
    return STATUS_OK;
  texts_give(self, &texts, &printed);
  enum status status = print_document_new(&document);
  if (status == STATUS_OK) {
    print_receipt(document, &printed);
    status = paper_report(self, document);
  } else {
    problem_say_with(self->program->name, status_sentence(status), "not printed: %s", status_sentence(status));
  }
  print_document_free(&document);
  return status;
}
