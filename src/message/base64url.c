/* SPDX-License-Identifier: Apache-2.0
 * base64url: cjose's, held to the canonical form. */
#include "base64url.h"

#include <cjose/base64.h>
#include <stdlib.h>
#include <string.h>

bool base64url_encode(const uint8_t *data, size_t len, char **text) {
  size_t text_len = 0;

  *text = NULL;
  return cjose_base64url_encode(data, len, text, &text_len, NULL);
}

/* cjose 0.6.2 ends the process over a text of a length that no bytes have, and stops at '=' without a word. */
static bool text_plausible(const char *text, size_t len) {
  static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

  for (size_t i = 0; i < len; i++) {
    if (memchr(alphabet, text[i], sizeof alphabet - 1) == NULL) {
      return false;
    }
  }
  return len % 4 != 1;
}

bool base64url_decode(const char *text, size_t text_len, uint8_t **data, size_t *len) {
  char *again = NULL;
  size_t again_len = 0;
  bool canonical = false;

  *data = NULL;
  *len = 0;
  if (!text_plausible(text, text_len) || !cjose_base64url_decode(text, text_len, data, len, NULL)) {
    *data = NULL;
    return false;
  }
  canonical = cjose_base64url_encode(*data, *len, &again, &again_len, NULL) && again_len == text_len &&
              memcmp(again, text, text_len) == 0;
  free(again);
  if (!canonical) {
    free(*data);
    *data = NULL;
  }
  return canonical;
}
