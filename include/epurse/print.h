/* SPDX-License-Identifier: Apache-2.0
 * What a shop prints: a document of lines, made of a receipt or a report; plain text, ESC/POS or PDF made of it; and
 * the printers that it goes to. Nothing is global: any thread may print, each its own document.
 * */
#ifndef EPURSE_PRINT_H
#define EPURSE_PRINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "epurse/amount.h"
#include "epurse/print_setting.h"
#include "epurse/status.h"

struct outcome;
struct print_document; /* opaque */

/* ---- documents ---- */

enum print_align { PRINT_LEFT, PRINT_CENTRE, PRINT_RIGHT };
enum { PRINT_PLAIN = 0, PRINT_BOLD = 1, PRINT_DOUBLE = 2 }; /* bits of a style */

/* STATUS_NO_MEMORY. */
enum status print_document_new(struct print_document **document) EPURSE_MUST_USE;
/* *document becomes NULL. NULL is fine. */
void print_document_free(struct print_document **document);

/* Each adds an element; texts are UTF-8, copied, and broken into lines where they are longer than the paper is wide;
 * what is no printing character becomes '?'. Where memory is short nothing more is added, and rendering says
 * STATUS_NO_MEMORY. */
void print_line(struct print_document *document, enum print_align align, unsigned style, const char *text);
/* One text at the left edge, another at the right; two lines where they do not fit in one. */
void print_pair(struct print_document *document, unsigned style, const char *left, const char *right);
/* A line across the paper. */
void print_rule(struct print_document *document);
/* A QR code of level L; `instead` is printed where none can be: on paper too narrow for it, or as plain text. */
void print_qr(struct print_document *document, const char *text, const char *instead);
/* The printer cuts the paper here; a PDF begins a page. */
void print_cut(struct print_document *document);
/* The printer opens the cash drawer; nothing where there is none. */
void print_drawer(struct print_document *document);

/* ---- made of a receipt ---- */

struct print_receipt {
  const char *merchant, *merchant_name, *tid;
  const struct outcome *outcome; /* of what is done */
  const uint8_t *proof;          /* the receipt, for the holder's QR code; NULL: none */
  size_t proof_len;
  const char *bank[2];                /* the bank's receipt of what paid for it, the holder's, the shop's; NULL: none */
  bool shop;                          /* the shop's copy: neither balance nor QR code */
  bool again;                         /* it was printed before, perhaps, and says so */
  const char *time;                   /* as people there read it; NULL: in UTC */
  const struct amount_format *format; /* NULL: as amount_print */
  const char *(*words)(const char *); /* a sentence in the people's language; NULL: as it is */
};
/* Adds it to the document, cut included. An outcome without a type is that of a card which was issued: the receipt of
 * its deposit. */
void print_receipt(struct print_document *document, const struct print_receipt *receipt);

/* ---- renderings ---- */

/* The paper of a printer: columns of plain characters and dots across. */
struct print_paper {
  unsigned columns, dots;
};
/* Of a roll 58 mm wide; for any other width as of 80 mm. */
struct print_paper print_paper_of(uint8_t width_mm);

/* UTF-8, each line ended by "\n". *text, of *len bytes, is the caller's to free, and NULL after a failure.
 * STATUS_NO_MEMORY. */
enum status print_text(const struct print_document *document, unsigned columns, char **text,
                       size_t *len) EPURSE_MUST_USE;
/* ESC/POS in the characters of PC858; what that lacks becomes its letter without the mark, or '?', where setting->words
 * does not have its line drawn, or the font has not got it. Likewise. */
enum status print_escpos(const struct print_document *document, const struct print_setting *setting, uint8_t **data,
                         size_t *len) EPURSE_MUST_USE;

/* Whether lines can be drawn as the setting says: with a font that can be read, by FreeType. True where none are to
 * be. */
bool print_font_there(const struct print_setting *setting);

/* Whether this was built with libharu, and print_pdf works. */
bool print_pdf_there(void);
/* PDF, a page for each part between cuts, 80 mm wide and as long as what is on it, in the characters of Windows-1252.
 * Likewise. */
enum status print_pdf(const struct print_document *document, uint8_t **data, size_t *len) EPURSE_MUST_USE;

/* ---- printers ---- */

/* Whether this names an output that there is. */
bool printer_named(const char *output);
/* Whether it would print now. STATUS_OK: yes, or it does not say. STATUS_PRINTER_OFF: it does not answer, or is
 * off-line, or setting->output is none; STATUS_PRINTER_PAPER. May wait setting->timeout. */
enum status printer_ready(const struct print_setting *setting) EPURSE_MUST_USE;
/* Prints it: ESC/POS, but plain text to a file whose name ends in .txt. STATUS_OK: it went out, and a printer that
 * answers has said that it has it on paper. Statuses of printer_ready; STATUS_NO_MEMORY. After a failure a part of it
 * may be on paper. Likewise. */
enum status printer_print(const struct print_setting *setting, const struct print_document *document) EPURSE_MUST_USE;
/* So many copies of a receipt, the holder's first, and with them the drawer where the setting has it opened.
 * Likewise. */
enum status printer_receipt(const struct print_setting *setting, const struct print_receipt *receipt,
                            unsigned copies) EPURSE_MUST_USE;

#endif
