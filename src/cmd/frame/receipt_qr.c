/* SPDX-License-Identifier: Apache-2.0
 * Receipts drawn as QR codes of half blocks. */
#include "receipt_qr.h"

#include <qrencode.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "epurse/key.h"
#include "epurse/receipt.h"

#define QUIET_ZONE 4 /* light modules around it (ISO/IEC 18004 6.3.8) */

/* White on black where colours can be set, so that light is light on every terminal. */
#define COLOURS_BEGIN "\033[40;97m"
#define COLOURS_END   "\033[0m"

static bool light(const QRcode *code, int row, int column) {
  bool inside = row >= 0 && row < code->width && column >= 0 && column < code->width;
  return !inside || (code->data[row * code->width + column] & 1) == 0;
}

static void draw(const QRcode *code, FILE *out) {
  static const char *const blocks[2][2] = {{" ", "\u2584"}, {"\u2580", "\u2588"}}; /* [upper light][lower light] */
  bool colours = isatty(fileno(out)) == 1;

  for (int row = -QUIET_ZONE; row < code->width + QUIET_ZONE; row += 2) {
    fputs(colours ? COLOURS_BEGIN : "", out);
    for (int column = -QUIET_ZONE; column < code->width + QUIET_ZONE; column++)
      fputs(blocks[light(code, row, column)][light(code, row + 1, column)], out);
    fputs(colours ? COLOURS_END "\n" : "\n", out);
  }
}

/* On a terminal that is narrower it would wrap to garbage. */
static bool fits(const QRcode *code, FILE *out) {
  struct winsize size = {0};
  const int wanted = code->width + 2 * QUIET_ZONE;
  if (ioctl(fileno(out), TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_col >= wanted)
    return true;
  fprintf(stderr, "The QR code is %d columns wide and this terminal has %u: make it wider, or its letters smaller.\n",
          wanted, (unsigned)size.ws_col);
  return false;
}

/* Level L: what is damaged is refused by its signatures anyway, and the fewer modules the better the photograph. */
enum status receipt_qr_print(const uint8_t *receipt, size_t len, FILE *out) {
  char text[RECEIPT_TEXT_SIZE];
  enum status status = receipt_text_encode(receipt, len, text, sizeof text);
  if (status != STATUS_OK)
    return status;
  QRcode *code = QRcode_encodeString(text, 0, QR_ECLEVEL_L, QR_MODE_8, 1);
  if (code == NULL)
    return STATUS_NO_MEMORY;
  if (fits(code, out))
    draw(code, out);
  QRcode_free(code);
  return STATUS_OK;
}

enum status receipt_qr_text(const uint8_t *receipt, size_t len, json_t *report) {
  char text[RECEIPT_TEXT_SIZE];
  enum status status = receipt_text_encode(receipt, len, text, sizeof text);
  if (status != STATUS_OK)
    return status;
  return json_object_set_new(report, "qr", json_string(text)) == 0 ? STATUS_OK : STATUS_NO_MEMORY;
}

enum status receipt_qr_text_file(const char *path, json_t *report) {
  uint8_t *data = NULL;
  size_t len = 0;
  enum status status = public_file_load(path, &data, &len);
  if (status == STATUS_OK)
    status = receipt_qr_text(data, len, report);
  free(data);
  return status;
}

enum status receipt_qr_print_file(const char *path, FILE *out) {
  uint8_t *data = NULL;
  size_t len = 0;
  enum status status = public_file_load(path, &data, &len);
  if (status == STATUS_OK)
    status = receipt_qr_print(data, len, out);
  free(data);
  return status;
}
