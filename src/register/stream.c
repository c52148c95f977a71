/* SPDX-License-Identifier: Apache-2.0
 * Server-sent events (HTML living standard 9.2): what the till has to say, as it comes. */
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <inttypes.h>
#include <stdlib.h>

#include "json_state.h"

#define BATCH 16
#define ROOM  65536 /* bytes */

void stream_begin(struct call *call) {
  struct evkeyvalq *fields = evhttp_request_get_output_headers(call->raw);
  evhttp_add_header(fields, "Content-Type", "text/event-stream");
  evhttp_add_header(fields, "Cache-Control", "no-store");
  evhttp_send_reply_start(call->raw, 200, NULL);
  stream_beat(call);
}

/* A client that does not read gets no more until it does. */
static bool is_full(const struct call *call) {
  struct evhttp_connection *line = evhttp_request_get_connection(call->raw);
  struct bufferevent *buffered = line != NULL ? evhttp_connection_get_bufferevent(line) : NULL;
  return buffered == NULL || evbuffer_get_length(bufferevent_get_output(buffered)) > ROOM;
}

static void chunk_send(const struct call *call, struct evbuffer *chunk) {
  if (evbuffer_get_length(chunk) > 0)
    evhttp_send_reply_chunk(call->raw, chunk);
}

static void event_add_line(struct evbuffer *chunk, const struct till_event *event) {
  json_t *object = event_json(event);
  char *text = json_dumps(object, JSON_COMPACT | JSON_PRESERVE_ORDER);
  if (text != NULL)
    evbuffer_add_printf(chunk, "id: %" PRIu64 "\nevent: %s\ndata: %s\n\n", event->number, till_step_name(event->step),
                        text);
  free(text);
  json_decref(object);
}

void stream_serve(struct call *call) {
  struct till_event events[BATCH];
  struct evbuffer *chunk = is_full(call) ? NULL : evbuffer_new();
  size_t count = BATCH;
  while (chunk != NULL && count == BATCH) {
    count = till_events(call->json->options.till, call->after, events, BATCH);
    for (size_t i = 0; i < count; i++)
      event_add_line(chunk, &events[i]);
    if (count > 0)
      call->after = events[count - 1].number;
  }
  if (chunk == NULL)
    return;
  chunk_send(call, chunk);
  evbuffer_free(chunk);
}

void stream_beat(struct call *call) {
  struct evbuffer *chunk = is_full(call) ? NULL : evbuffer_new();
  if (chunk == NULL)
    return;
  evbuffer_add(chunk, ":\n\n", 3);
  chunk_send(call, chunk);
  evbuffer_free(chunk);
}
