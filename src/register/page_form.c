/* SPDX-License-Identifier: Apache-2.0
 * What browsers send: the fields of a form, in one buffer that is wiped, for a PIN may be in it. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "epurse/crypto.h"
#include "page_state.h"

static int digit_of(char c) {
  if (c >= '0' && c <= '9')
    return c - '0';
  if (c >= 'a' && c <= 'f')
    return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* In its place. False: no such coding, or a NUL in it. */
static bool decode(char *text) {
  char *to = text;
  for (const char *from = text; *from != 0; from++) {
    char c = *from == '+' ? ' ' : *from;
    if (c == '%') {
      int high = digit_of(from[1]), low = high < 0 ? -1 : digit_of(from[2]);
      if (low < 0 || high * 16 + low == 0)
        return false;
      c = (char)(high * 16 + low);
      from += 2;
    }
    *to++ = c;
  }
  *to = 0;
  return true;
}

static enum status parse(struct page_form *form) {
  char *rest = form->text, *pair;
  while ((pair = strsep(&rest, "&")) != NULL) {
    if (pair[0] == 0)
      continue;
    char *value = strchr(pair, '=');
    if (value == NULL || form->count == sizeof form->fields / sizeof form->fields[0])
      return STATUS_BAD_FORMAT;
    *value++ = 0;
    if (!decode(pair) || !decode(value) || form_text(form, pair)[0] != 0)
      return STATUS_BAD_FORMAT;
    form->fields[form->count].name = pair;
    form->fields[form->count++].value = value;
  }
  return STATUS_OK;
}

static void input_wipe(struct evbuffer *input) {
  struct evbuffer_iovec piece;
  while (evbuffer_get_length(input) > 0 && evbuffer_peek(input, -1, NULL, &piece, 1) > 0) {
    crypto_wipe(piece.iov_base, piece.iov_len);
    evbuffer_drain(input, piece.iov_len);
  }
}

enum status form_take(struct evhttp_request *raw, struct page_form *form) {
  static const char plain[] = "application/x-www-form-urlencoded";
  const char *type = evhttp_find_header(evhttp_request_get_input_headers(raw), "Content-Type");
  struct evbuffer *input = evhttp_request_get_input_buffer(raw);
  size_t len = evbuffer_get_length(input);
  form->count = 0;
  form->text[0] = 0;
  bool fits = len <= PAGE_BODY_MAX && evbuffer_copyout(input, form->text, len) == (ev_ssize_t)len;
  input_wipe(input);
  if (type == NULL || strncasecmp(type, plain, sizeof plain - 1) != 0)
    return STATUS_UNSUPPORTED_TYPE;
  if (!fits)
    return STATUS_BODY_TOO_LARGE;
  form->text[len] = 0;
  return strlen(form->text) == len ? parse(form) : STATUS_BAD_FORMAT;
}

enum status form_query(const char *query, struct page_form *form) {
  form->count = 0;
  form->text[0] = 0;
  if (query == NULL)
    return STATUS_OK;
  if (strlen(query) > PAGE_BODY_MAX)
    return STATUS_BAD_FORMAT;
  memcpy(form->text, query, strlen(query) + 1);
  return parse(form);
}

const char *form_text(const struct page_form *form, const char *name) {
  for (size_t i = 0; i < form->count; i++)
    if (strcmp(form->fields[i].name, name) == 0)
      return form->fields[i].value;
  return "";
}

int64_t form_number(const char *text) {
  size_t digits = strspn(text, "0123456789");
  return digits > 0 && digits < 16 && text[digits] == 0 ? strtoll(text, NULL, 10) : -1;
}

void form_wipe(struct page_form *form) {
  crypto_wipe(form, sizeof *form);
}
