/* SPDX-License-Identifier: Apache-2.0
 * Printers: asked for paper, printed on, and asked whether it is on paper, as far as they answer at all. */
#include <stdlib.h>
#include <string.h>

#include "document.h"
#include "epurse/terminal.h"
#include "link.h"

#define ANSWER_MS 500 /* a printer that answers does so at once */

bool printer_named(const char *output) {
  return link_named(output);
}

/* DLE EOT n, which is answered while a printer prints, too. False: it does not answer, or something else. */
static bool realtime(struct link *link, uint8_t which, uint8_t *answer) {
  const uint8_t request[] = {0x10, 0x04, which};
  return link_send(link, request, sizeof request) == STATUS_OK && link_hear(link, ANSWER_MS, answer) &&
         (*answer & 0x93) == 0x12;
}

/* Of one that answers: paper first, for without it a printer is off-line as well. */
static enum status condition(struct link *link, bool *answers) {
  uint8_t paper = 0, line = 0;
  link_forget(link);
  *answers = realtime(link, 4, &paper);
  if (!*answers)
    return STATUS_OK;
  if ((paper & 0x60) != 0)
    return STATUS_PRINTER_PAPER;
  return realtime(link, 1, &line) && (line & 0x08) != 0 ? STATUS_PRINTER_OFF : STATUS_OK;
}

enum status printer_ready(const struct print_setting *setting) {
  struct link link;
  bool answers = false;
  if (strncmp(setting->output, "queue:", 6) == 0) /* which takes it at any time */
    return printer_named(setting->output) ? STATUS_OK : STATUS_PRINTER_OFF;
  enum status status = link_open(setting->output, setting->timeout, &link);
  if (status != STATUS_OK)
    return status;
  if (link.answers)
    status = condition(&link, &answers);
  enum status closed = link_close(&link, true);
  return status != STATUS_OK ? status : closed;
}

/* GS r 1 is answered in its turn: when all before it is on paper. Who does not know it has it all, and paper. */
static enum status printed(struct link *link) {
  static const uint8_t request[] = {0x1D, 0x72, 1};
  uint8_t answer = 0;
  bool answers = false;
  enum status status = link_send(link, request, sizeof request);
  if (status != STATUS_OK)
    return status;
  if (link_hear(link, INT32_MAX, &answer) && (answer & 0x90) == 0)
    return (answer & 0x0C) != 0 ? STATUS_PRINTER_PAPER : STATUS_OK;
  link->until += 2 * ANSWER_MS;
  status = condition(link, &answers);
  return status != STATUS_OK || answers ? status : STATUS_PRINTER_OFF;
}

static enum status deliver(const struct print_setting *setting, const uint8_t *data, size_t len) {
  struct link link;
  bool answers = false;
  enum status status = link_open(setting->output, setting->timeout, &link);
  if (status != STATUS_OK)
    return status;
  if (link.answers)
    status = condition(&link, &answers);
  if (status == STATUS_OK)
    status = link_send(&link, data, len);
  if (status != STATUS_OK && answers) { /* why it takes no more */
    link.until += 2 * ANSWER_MS;
    enum status why = condition(&link, &answers);
    status = why != STATUS_OK ? why : status;
  } else if (answers) {
    status = printed(&link);
  }
  enum status closed = link_close(&link, status == STATUS_OK);
  return status != STATUS_OK ? status : closed;
}

static bool plain_text(const char *output) {
  size_t len = strlen(output);
  return strncmp(output, "file:", 5) == 0 && len > 9 && strcmp(output + len - 4, ".txt") == 0;
}

enum status printer_print(const struct print_setting *setting, const struct print_document *document) {
  uint8_t *data = NULL;
  char *text = NULL;
  size_t len = 0;
  enum status status;
  if (plain_text(setting->output)) {
    status = print_text(document, print_paper_of(setting->width).columns, &text, &len);
    data = (uint8_t *)text;
  } else {
    status = print_escpos(document, setting, &data, &len);
  }
  if (status == STATUS_OK)
    status = deliver(setting, data, len);
  free(data);
  return status;
}

enum status printer_receipt(const struct print_setting *setting, const struct print_receipt *receipt, unsigned copies) {
  struct print_document *document = NULL;
  struct print_receipt copy = *receipt;
  const uint8_t type = receipt->outcome->type;
  enum status status = print_document_new(&document);
  if (status != STATUS_OK)
    return status;
  if (setting->drawer && !receipt->again && (type == 0 || type == TRANSACTION_LOAD || type == TRANSACTION_PAYOUT))
    print_drawer(document);
  for (unsigned i = 0; i < copies; i++) {
    copy.shop = i > 0;
    print_receipt(document, &copy);
  }
  status = printer_print(setting, document);
  print_document_free(&document);
  return status;
}
