/* SPDX-License-Identifier: Apache-2.0
 * Live progress: a stream says that something is new, and the page asks what. Nothing of a sale is in it. */
#include <event2/bufferevent.h>
#include <stdlib.h>

#include "listener.h"
#include "page_state.h"

#define ROOM 4096 /* bytes that a client has not read: it gets no more until it does */

static void on_gone(struct evhttp_connection *line, void *context) {
  struct page_stream *stream = context;
  (void)line;
  request_gone(stream->raw);
  stream->raw = NULL;
}

static void stream_write(const struct page_stream *stream, const char *text) {
  struct evhttp_connection *line = stream->raw != NULL ? evhttp_request_get_connection(stream->raw) : NULL;
  struct bufferevent *buffered = line != NULL ? evhttp_connection_get_bufferevent(line) : NULL;
  struct evbuffer *chunk =
      buffered != NULL && evbuffer_get_length(bufferevent_get_output(buffered)) <= ROOM ? evbuffer_new() : NULL;
  if (chunk == NULL)
    return;
  evbuffer_add_printf(chunk, "%s", text);
  evhttp_send_reply_chunk(stream->raw, chunk);
  evbuffer_free(chunk);
}

static void sweep(struct register_page *page) {
  for (struct page_stream **link = &page->streams; *link != NULL;) {
    struct page_stream *stream = *link;
    if (stream->raw != NULL) {
      link = &stream->next;
      continue;
    }
    *link = stream->next;
    page->stream_count--;
    free(stream);
  }
}

void page_stream_begin(struct page_visit *visit) {
  struct register_page *page = visit->page;
  sweep(page);
  struct page_stream *stream = page->stream_count < PAGE_STREAMS ? calloc(1, sizeof *stream) : NULL;
  if (stream == NULL) {
    page_refuse(visit, 503, WORD_BUSY);
    return;
  }
  *stream = (struct page_stream){page->streams, visit->raw};
  page->streams = stream;
  page->stream_count++;
  evhttp_connection_set_closecb(evhttp_request_get_connection(visit->raw), on_gone, stream);
  page_head_fields(visit->raw, "text/event-stream");
  evhttp_send_reply_start(visit->raw, 200, NULL);
  stream_write(stream, "retry: 1000\ndata: new\n\n");
}

void page_streams_tell(struct register_page *page) {
  for (struct page_stream *stream = page->streams; stream != NULL; stream = stream->next)
    stream_write(stream, "data: new\n\n");
  sweep(page);
}

void page_streams_beat(struct register_page *page) {
  for (struct page_stream *stream = page->streams; stream != NULL; stream = stream->next)
    stream_write(stream, ":\n\n");
  sweep(page);
}

void page_streams_drop(struct register_page *page) {
  for (struct page_stream *stream = page->streams; stream != NULL; stream = stream->next) {
    if (stream->raw != NULL)
      evhttp_connection_set_closecb(evhttp_request_get_connection(stream->raw), NULL, NULL);
    stream->raw = NULL;
  }
  sweep(page);
}
