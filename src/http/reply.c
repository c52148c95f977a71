/* SPDX-License-Identifier: Apache-2.0
 * What a reply owns. */
#include <stdlib.h>
#include <string.h>

#include "request.h"

void reply_clear(struct reply *reply) {
  json_decref(reply->body);
  free(reply->text);
  *reply = (struct reply){0};
}

void reply_text(struct reply *reply, int http_status, const char *content_type, char *text) {
  free(reply->text);
  reply->http_status = http_status;
  reply->content_type = content_type;
  reply->text = text;
  reply->text_len = text == NULL ? 0 : strlen(text);
}

void reply_ok(struct reply *reply, json_t *body) {
  reply->status = body == NULL ? STATUS_NO_MEMORY : STATUS_OK;
  reply->body = body;
}
