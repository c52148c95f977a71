/* SPDX-License-Identifier: Apache-2.0
 * The line to the till's service: two connections to its socket, one for requests, one for its server-sent events. */
#include "till_line.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ANSWER_SECONDS 10L
#define LISTEN_MS      5000
#define TEXT_MAX       (1U << 20) /* bytes that the till may say without an end */

/* What came and was not read yet. */
struct text {
  char *data;
  size_t len;
};

struct till_line {
  char socket[108], reader[512];
  CURL *call, *stream; /* stream NULL: nobody listens */
  CURLM *events;
  struct curl_slist *json;
  struct text told;
  bool heard, lost; /* heard: the stream has begun */
};

static size_t text_take(char *data, size_t size, size_t count, void *context) {
  struct text *text = context;
  size_t len = size * count;
  char *longer = text->len + len < TEXT_MAX ? realloc(text->data, text->len + len + 1) : NULL;
  if (longer == NULL)
    return 0;
  text->data = longer;
  memcpy(text->data + text->len, data, len);
  text->len += len;
  text->data[text->len] = 0;
  return len;
}

/* A handle for the socket and for nothing else; NULL: memory is short. */
static CURL *handle_open(const struct till_line *line, struct text *into, long seconds) {
  CURL *curl = curl_easy_init();
  if (curl == NULL)
    return NULL;
  if (curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, line->socket) == CURLE_OK &&
      curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http") == CURLE_OK &&
      curl_easy_setopt(curl, CURLOPT_PROXY, "") == CURLE_OK &&
      curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
      curl_easy_setopt(curl, CURLOPT_TIMEOUT, seconds) == CURLE_OK &&
      curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1) == CURLE_OK &&
      curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, text_take) == CURLE_OK &&
      curl_easy_setopt(curl, CURLOPT_WRITEDATA, (void *)into) == CURLE_OK)
    return curl;
  curl_easy_cleanup(curl);
  return NULL;
}

struct till_line *till_line_open(const char *folder) {
  struct till_line *line = calloc(1, sizeof *line);
  json_t *health = NULL;
  if (line == NULL)
    return NULL;
  int len = snprintf(line->socket, sizeof line->socket, "%s/till.sock", folder);
  bool there = len > 0 && (size_t)len < sizeof line->socket && access(line->socket, W_OK) == 0;
  if (there) {
    line->json = curl_slist_append(NULL, "Content-Type: application/json");
    line->call = handle_open(line, NULL, ANSWER_SECONDS);
    there = line->json != NULL && line->call != NULL && till_line_call(line, "/health", NULL, &health) == 200;
    const char *reader = json_string_value(json_object_get(health, "reader_spec"));
    snprintf(line->reader, sizeof line->reader, "%s", reader != NULL ? reader : "");
    json_decref(health);
  }
  if (!there)
    till_line_close(&line);
  return line;
}

void till_line_close(struct till_line **line) {
  struct till_line *old = *line;
  *line = NULL;
  if (old == NULL)
    return;
  if (old->stream != NULL && old->events != NULL)
    curl_multi_remove_handle(old->events, old->stream);
  curl_easy_cleanup(old->stream);
  curl_easy_cleanup(old->call);
  if (old->events != NULL)
    curl_multi_cleanup(old->events);
  curl_slist_free_all(old->json);
  free(old->told.data);
  free(old);
}

const char *till_line_reader(const struct till_line *line) {
  return line->reader;
}

int till_line_call(struct till_line *line, const char *path, const char *body, json_t **answer) {
  char url[512];
  struct text text = {.data = NULL};
  long http = 0;
  snprintf(url, sizeof url, "http://till%s", path);
  *answer = NULL;
  bool good = curl_easy_setopt(line->call, CURLOPT_URL, url) == CURLE_OK &&
              curl_easy_setopt(line->call, CURLOPT_WRITEDATA, (void *)&text) == CURLE_OK;
  if (good && body == NULL)
    good = curl_easy_setopt(line->call, CURLOPT_HTTPGET, 1L) == CURLE_OK &&
           curl_easy_setopt(line->call, CURLOPT_HTTPHEADER, (struct curl_slist *)NULL) == CURLE_OK;
  else if (good)
    good = curl_easy_setopt(line->call, CURLOPT_POSTFIELDS, body) == CURLE_OK &&
           curl_easy_setopt(line->call, CURLOPT_POST, 1L) == CURLE_OK &&
           curl_easy_setopt(line->call, CURLOPT_POSTFIELDSIZE, (long)strlen(body)) == CURLE_OK &&
           curl_easy_setopt(line->call, CURLOPT_HTTPHEADER, line->json) == CURLE_OK;
  if (!good || curl_easy_perform(line->call) != CURLE_OK ||
      curl_easy_getinfo(line->call, CURLINFO_RESPONSE_CODE, &http) != CURLE_OK)
    http = 0;
  if (text.data != NULL)
    *answer = json_loadb(text.data, text.len, JSON_REJECT_DUPLICATES, NULL);
  free(text.data);
  return (int)http;
}

/* ---- events ---- */

/* Takes what has come, at most so long. */
static void stream_read(struct till_line *line, int milliseconds) {
  int running = 0;
  bool good = curl_multi_perform(line->events, &running) == CURLM_OK;
  if (good && running > 0 && milliseconds > 0)
    good = curl_multi_poll(line->events, NULL, 0, milliseconds, NULL) == CURLM_OK &&
           curl_multi_perform(line->events, &running) == CURLM_OK;
  line->lost = !good || running == 0;
  line->heard = line->heard || line->told.len > 0;
}

bool till_line_listen(struct till_line *line) {
  line->events = curl_multi_init();
  line->stream = line->events != NULL ? handle_open(line, &line->told, 0) : NULL;
  if (line->stream == NULL || curl_easy_setopt(line->stream, CURLOPT_URL, "http://till/events") != CURLE_OK ||
      curl_multi_add_handle(line->events, line->stream) != CURLM_OK)
    return false;
  for (int waited = 0; waited < LISTEN_MS && !line->heard && !line->lost; waited += 10)
    stream_read(line, 10);
  return line->heard && !line->lost && strncmp(line->told.data, ":", 1) == 0; /* a refusal is no stream */
}

/* The next whole line, without its end, is the caller's; NULL: there is none. */
static char *line_take(struct text *text) {
  char *end = text->len > 0 ? memchr(text->data, '\n', text->len) : NULL;
  if (end == NULL)
    return NULL;
  size_t len = (size_t)(end - text->data);
  char *line = strndup(text->data, len);
  memmove(text->data, end + 1, text->len - len); /* with its 0 */
  text->len -= len + 1;
  return line;
}

static json_t *event_next(struct till_line *line) {
  static const char mark[] = "data: ";
  json_t *event = NULL;
  char *text;
  while (event == NULL && (text = line_take(&line->told)) != NULL) {
    if (strncmp(text, mark, sizeof mark - 1) == 0)
      event = json_loads(text + sizeof mark - 1, 0, NULL);
    free(text);
  }
  return event;
}

json_t *till_line_event(struct till_line *line, int milliseconds) {
  json_t *event = event_next(line);
  if (event != NULL)
    return event;
  stream_read(line, milliseconds);
  return event_next(line);
}

bool till_line_lost(const struct till_line *line) {
  return line->lost;
}
