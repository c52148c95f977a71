/* SPDX-License-Identifier: Apache-2.0
 * Error replies as problem+json. */
#include "problem.h"

/* RFC 9110 15; about:blank wants the phrase of the HTTP status as its title (RFC 9457 4.2.1). */
static const char *phrase(int http_status) {
  switch (http_status) {
  case 400:
    return "Bad Request";
  case 401:
    return "Unauthorized";
  case 403:
    return "Forbidden";
  case 404:
    return "Not Found";
  case 405:
    return "Method Not Allowed";
  case 408:
    return "Request Timeout";
  case 409:
    return "Conflict";
  case 413:
    return "Content Too Large";
  case 415:
    return "Unsupported Media Type";
  case 429: /* RFC 6585 4 */
    return "Too Many Requests";
  case 502:
    return "Bad Gateway";
  case 503:
    return "Service Unavailable";
  default:
    return "Internal Server Error";
  }
}

void problem_reply_as(int http_status, enum status status, struct reply *reply) {
  json_t *problem = json_pack("{s:s, s:s, s:i, s:s, s:s}", "type", "about:blank", "title", phrase(http_status),
                              "status", http_status, "detail", status_sentence(status), "code", status_name(status));
  reply_text(reply, http_status, PROBLEM_MEDIA_TYPE,
             problem == NULL ? NULL : json_dumps(problem, JSON_COMPACT | JSON_PRESERVE_ORDER));
  json_decref(problem);
}

void problem_reply(enum status status, struct reply *reply) {
  int http_status = status_http(status);

  /* below 400: not an error's row, a program's mistake, never a success */
  problem_reply_as(http_status < 400 ? 500 : http_status, status, reply);
}
