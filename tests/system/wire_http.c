/* SPDX-License-Identifier: Apache-2.0
 * The attacker's HTTP. */
#include "wire_http.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

void http_header(const struct http_text *text, const char *name, char *value, size_t capacity) {
  size_t len = strlen(name);
  value[0] = 0;
  for (const char *at = strstr(text->head, "\r\n"); at != NULL; at = strstr(at + 2, "\r\n"))
    if (strncasecmp(at + 2, name, len) == 0 && at[2 + len] == ':') {
      const char *begin = at + 3 + len;
      begin += strspn(begin, " ");
      snprintf(value, capacity, "%.*s", (int)strcspn(begin, "\r\n"), begin);
      return;
    }
}

void http_path(const struct http_text *text, char *path, size_t capacity) {
  const char *begin = strchr(text->head, ' ');
  snprintf(path, capacity, "%.*s", begin == NULL ? 0 : (int)strcspn(begin + 1, " \r\n"),
           begin == NULL ? "" : begin + 1);
}

int http_code(const struct http_text *text) {
  int code = 0;
  return sscanf(text->head, "HTTP/1.1 %d", &code) == 1 ? code : 0;
}

bool http_read(SSL *tls, struct http_text *text) {
  char length[32];
  size_t head = 0;
  memset(text->head, 0, sizeof text->head);
  while (strstr(text->head, "\r\n\r\n") == NULL) {
    if (head + 1 >= sizeof text->head || SSL_read(tls, text->head + head, 1) != 1)
      return false;
    head++;
  }
  http_header(text, "Content-Length", length, sizeof length);
  size_t wanted = strtoul(length, NULL, 10);
  if (wanted > HTTP_BODY_MAX)
    return false;
  for (text->body_len = 0; text->body_len < wanted;) {
    int got = SSL_read(tls, text->body + text->body_len, (int)(wanted - text->body_len));
    if (got <= 0)
      return false;
    text->body_len += (size_t)got;
  }
  text->body[text->body_len] = 0;
  return true;
}

/* In one piece: two would wait for each other's acknowledgement. */
static bool http_write(SSL *tls, const char *head, const char *body, size_t len) {
  char *whole = malloc(strlen(head) + len);
  int size = (int)(strlen(head) + len);
  if (whole == NULL)
    return false;
  memcpy(whole, head, strlen(head));
  memcpy(whole + strlen(head), body, len);
  bool done = SSL_write(tls, whole, size) == size;
  free(whole);
  return done;
}

bool http_request(SSL *tls, const char *path, const char *body, size_t len) {
  char head[512];
  snprintf(head, sizeof head,
           "POST %s HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/jose\r\nContent-Length: %zu\r\n\r\n", path,
           len);
  return http_write(tls, head, body, len);
}

bool http_reply(SSL *tls, int code, const char *type, const char *body, size_t len) {
  char head[512];
  snprintf(head, sizeof head, "HTTP/1.1 %d X\r\nContent-Type: %s\r\nContent-Length: %zu\r\n\r\n", code, type, len);
  return http_write(tls, head, body, len);
}
