/* SPDX-License-Identifier: Apache-2.0
 * Requests and replies, changed. */
#include "wire_line.h"

#include <stdio.h>
#include <string.h>

static const char *const names[LINE_KIND_COUNT] = {
    [LINE_NOTHING] = "nothing",
    [LINE_REQUEST_DROPPED] = "request dropped",
    [LINE_REPLY_DROPPED] = "reply dropped",
    [LINE_REQUEST_REPEATED] = "request repeated",
    [LINE_REQUEST_REPLACED] = "request replaced",
    [LINE_REQUEST_PRECEDED] = "request preceded",
    [LINE_REQUEST_MISLED] = "request misled",
    [LINE_REQUEST_ALTERED] = "request altered",
    [LINE_REQUEST_CUT] = "request cut",
    [LINE_REQUEST_DELAYED] = "request delayed",
    [LINE_REPLY_DELAYED] = "reply delayed",
    [LINE_REPLY_REPLACED] = "reply replaced",
    [LINE_REPLY_SWAPPED] = "reply swapped",
    [LINE_REPLY_ALTERED] = "reply altered",
    [LINE_REPLY_CUT] = "reply cut",
    [LINE_REPLY_PROBLEM] = "reply problem",
    [LINE_REPLY_STATUS] = "reply status",
};

const char *line_kind_name(enum line_kind kind) {
  return names[kind];
}

void line_attack_print(const struct line_attack *attack, char text[160]) {
  snprintf(text, 160, "%s at %u%s%s, %s %u, offset %zu, bits %02X, %s, %d, to %s", names[attack->kind], attack->at,
           attack->lasting ? " and on" : "", attack->unseen ? " unseen" : "", attack->recorded ? "recorded" : "own",
           attack->from, attack->offset, attack->bits, status_name(attack->status), attack->code,
           message_path(attack->to));
}

size_t line_request_change(const struct line_attack *attack, char *request, size_t len) {
  if (attack->kind == LINE_REQUEST_ALTERED && attack->offset < len)
    request[attack->offset] = (char)(request[attack->offset] ^ attack->bits);
  return attack->kind == LINE_REQUEST_CUT && attack->offset < len ? attack->offset : len;
}

static void reply_problem(struct line_item *item, enum status status) {
  int http = status_http(status);
  item->code = http >= 400 ? http : 409;
  snprintf(item->type, sizeof item->type, PROBLEM_MEDIA_TYPE);
  item->reply_len =
      (size_t)snprintf(item->reply, sizeof item->reply, "{\"type\":\"about:blank\",\"status\":%d,\"code\":\"%s\"}",
                       item->code, status_name(status));
}

void line_reply_change(const struct line_attack *attack, const struct line_item *other, struct line_item *item) {
  switch (attack->kind) {
  case LINE_REPLY_REPLACED:
  case LINE_REPLY_SWAPPED:
    if (other != NULL) {
      item->code = other->code;
      item->reply_len = other->reply_len;
      memcpy(item->type, other->type, sizeof item->type);
      memcpy(item->reply, other->reply, other->reply_len);
    }
    break;
  case LINE_REPLY_ALTERED:
    if (attack->offset < item->reply_len)
      item->reply[attack->offset] = (char)(item->reply[attack->offset] ^ attack->bits);
    break;
  case LINE_REPLY_CUT:
    item->reply_len = attack->offset < item->reply_len ? attack->offset : item->reply_len;
    break;
  case LINE_REPLY_PROBLEM:
    reply_problem(item, attack->status);
    break;
  default: /* LINE_REPLY_STATUS */
    item->code = attack->code;
    snprintf(item->type, sizeof item->type, "text/html");
    item->reply_len = (size_t)snprintf(item->reply, sizeof item->reply, "<h1>%d</h1>", attack->code);
    break;
  }
}
