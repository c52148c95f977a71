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

bool base64url_decode(const char *text, size_t text_len, uint8_t **data, size_t *len) {
  char *again = NULL;
  size_t again_len = 0;
  bool canonical = false;

  *data = NULL;
  *len = 0;
  if (!cjose_base64url_decode(text, text_len, data, len, NULL)) {
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
