/* SPDX-License-Identifier: Apache-2.0
 * Just enough of HTTP over TLS to carry one message each way, for the attacker. */
#ifndef EPURSE_TESTS_SYSTEM_WIRE_HTTP_H
#define EPURSE_TESTS_SYSTEM_WIRE_HTTP_H

#include <openssl/ssl.h>
#include <stdbool.h>

#define HTTP_BODY_MAX 16384
struct http_text {
  char head[2048];
  char body[HTTP_BODY_MAX + 1];
  size_t body_len;
};

/* Reads a head and as many bytes of body as it announces. False: the other side is gone, or speaks otherwise. */
bool http_read(SSL *tls, struct http_text *text);
bool http_request(SSL *tls, const char *path, const char *body, size_t len);
bool http_reply(SSL *tls, int code, const char *type, const char *body, size_t len);
/* The path of a request; the code of a reply; the value of a header ("" where there is none). */
void http_path(const struct http_text *text, char *path, size_t capacity);
int http_code(const struct http_text *text);
void http_header(const struct http_text *text, const char *name, char *value, size_t capacity);

#endif
