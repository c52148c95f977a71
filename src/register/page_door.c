/* SPDX-License-Identifier: Apache-2.0
 * The page's way in: its thread, its listener, and what is refused before anything is looked at: another host's name,
 * which is how a page of elsewhere comes to call this one its own, and what another page's hand has sent. */
#include <arpa/inet.h>
#include <event2/bufferevent_ssl.h>
#include <event2/keyvalq_struct.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/eventfd.h>
#include <sys/queue.h>
#include <time.h>
#include <unistd.h>

#include "epurse/crypto.h"
#include "listener.h"
#include "page_state.h"

#define METHODS                                                                                                        \
  (EVHTTP_REQ_GET | EVHTTP_REQ_POST | EVHTTP_REQ_HEAD | EVHTTP_REQ_PUT | EVHTTP_REQ_DELETE | EVHTTP_REQ_OPTIONS |      \
   EVHTTP_REQ_TRACE | EVHTTP_REQ_CONNECT | EVHTTP_REQ_PATCH)

/* ---- who may ask ---- */

static const char *head_of(struct evhttp_request *raw, const char *name) {
  return evhttp_find_header(evhttp_request_get_input_headers(raw), name);
}

static bool well_formed(struct evhttp_request *raw) {
  const struct evkeyvalq *fields = evhttp_request_get_input_headers(raw);
  const char *length = head_of(raw, "Content-Length");
  const struct evkeyval *field;
  unsigned hosts = 0, lengths = 0, origins = 0;
  TAILQ_FOREACH(field, fields, next) {
    hosts += strcasecmp(field->key, "Host") == 0;
    lengths += strcasecmp(field->key, "Content-Length") == 0;
    origins += strcasecmp(field->key, "Origin") == 0;
    if (strcasecmp(field->key, "Transfer-Encoding") == 0)
      return false;
  }
  return hosts == 1 && lengths <= 1 && origins <= 1 && (length == NULL || length[strspn(length, "0123456789")] == 0);
}

static bool is_called_so(const struct register_page *page, const char *host) {
  for (size_t i = 0; i < PAGE_HOSTS; i++)
    if (page->hosts[i][0] != 0 && strcasecmp(page->hosts[i], host) == 0)
      return true;
  return false;
}

/* Of this very page, as browsers tell; a client that tells nothing has the form's token to show. */
static bool is_same_site(const struct register_page *page, struct evhttp_request *raw) {
  const char *origin = head_of(raw, "Origin"), *site = head_of(raw, "Sec-Fetch-Site"),
             *mode = head_of(raw, "Sec-Fetch-Mode");
  bool asks = evhttp_request_get_command(raw) == EVHTTP_REQ_GET;
  char ours[300];
  snprintf(ours, sizeof ours, "%s://%s", page->tls != NULL ? "https" : "http", head_of(raw, "Host"));
  if (origin != NULL && strcasecmp(origin, ours) != 0)
    return false;
  if (site == NULL || strcmp(site, "same-origin") == 0)
    return true;
  /* Typed in, or a link followed: shows a page at most, and without the cookie where it is another's link. */
  return asks && mode != NULL && strcmp(mode, "navigate") == 0;
}

static void on_request(struct evhttp_request *raw, void *context) {
  struct register_page *page = context;
  struct page_visit *visit = calloc(1, sizeof *visit);
  struct evbuffer *out = evbuffer_new();
  struct evhttp_connection *line = evhttp_request_get_connection(raw);
  struct bufferevent *buffered = line != NULL ? evhttp_connection_get_bufferevent(line) : NULL;
  bool secure = page->tls == NULL || (buffered != NULL && bufferevent_openssl_get_ssl(buffered) != NULL);
  if (visit == NULL || out == NULL || !secure) {
    evhttp_send_error(raw, 503, NULL);
  } else {
    *visit = (struct page_visit){.page = page, .raw = raw, .out = out, .language = page_prefers(raw)};
    bool good = well_formed(raw) && is_called_so(page, head_of(raw, "Host")) && is_same_site(page, raw);
    visit->session = good ? page_session_find(page, raw) : NULL;
    if (visit->session != NULL)
      visit->language = visit->session->language;
    if (good) {
      page_serve(visit);
    } else {
      page->options.log(page->options.context, "refused", "why=origin");
      page_refuse(visit, 403, WORD_FORBIDDEN);
    }
    form_wipe(&visit->form);
  }
  if (out != NULL)
    evbuffer_free(out);
  free(visit);
}

static struct bufferevent *accept_tls(struct event_base *base, void *context) {
  const struct register_page *page = context;
  SSL *tls = SSL_new(page->tls);
  return tls == NULL ? NULL
                     : bufferevent_openssl_socket_new(base, -1, tls, BUFFEREVENT_SSL_ACCEPTING, BEV_OPT_CLOSE_ON_FREE);
}

/* ---- the thread ---- */

/* On the till's thread, or on whose ends the page. */
static void wake(void *context) {
  const struct register_page *page = context;
  (void)eventfd_write(page->wake_fd, 1);
}

/* Whether one has ended among the events since `told`. */
static void look_at_events(struct register_page *page) {
  struct till_event events[16];
  size_t count = 16;
  while (count == 16) {
    count = till_events(page->options.till, page->told, events, 16);
    for (size_t i = 0; i < count; i++)
      if (events[i].step == TILL_DONE)
        page->done = (int64_t)time(NULL);
    if (count > 0)
      page->told = events[count - 1].number;
  }
}

static void on_wake(evutil_socket_t fd, short what, void *context) {
  struct register_page *page = context;
  eventfd_t count;
  (void)what;
  (void)eventfd_read(fd, &count);
  if (atomic_load(&page->ending)) {
    event_base_loopbreak(page->base);
    return;
  }
  look_at_events(page);
  page_streams_tell(page);
}

static void on_beat(evutil_socket_t fd, short what, void *context) {
  struct register_page *page = context;
  int64_t now = (int64_t)time(NULL);
  (void)fd, (void)what;
  if (now % PAGE_BEAT_S == 0)
    page_streams_beat(page);
  if (page->done != 0 && now > page->done + PAGE_RESULT_S) { /* the customer's window forgets it */
    page->done = 0;
    page_streams_tell(page);
  }
}

static void *life(void *context) {
  struct register_page *page = context;
  (void)event_base_dispatch(page->base);
  return NULL;
}

static enum status thread_start(struct register_page *page) {
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  page->started = pthread_create(&page->thread, NULL, life, page) == 0;
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  return page->started ? STATUS_OK : STATUS_NO_MEMORY;
}

/* ---- beginning and end ---- */

static enum status base_open(struct register_page *page) {
  static const struct timeval second = {.tv_sec = 1};
  page->base = event_base_new();
  page->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (page->base == NULL || page->wake_fd < 0)
    return STATUS_NO_MEMORY;
  page->woken = event_new(page->base, page->wake_fd, EV_READ | EV_PERSIST, on_wake, page);
  page->beat = event_new(page->base, -1, EV_PERSIST, on_beat, page);
  bool good = page->woken != NULL && page->beat != NULL && event_add(page->woken, NULL) == 0 &&
              event_add(page->beat, &second) == 0;
  return good ? STATUS_OK : STATUS_NO_MEMORY;
}

static bool is_loopback(const char *host) {
  struct in_addr four;
  return strcmp(host, "localhost") == 0 || strcmp(host, "[::1]") == 0 ||
         (inet_pton(AF_INET, host, &four) == 1 && ntohl(four.s_addr) >> 24 == 127);
}

/* The names that a browser may call it by. `listen` has been listened at. */
static void hosts_take(struct register_page *page, const char *host) {
  bool loopback = is_loopback(host);
  const char *const names[PAGE_HOSTS] = {host, page->options.host, loopback ? "localhost" : "",
                                         loopback ? "127.0.0.1" : ""};
  for (size_t i = 0; i < PAGE_HOSTS; i++)
    if (names[i][0] != 0)
      snprintf(page->hosts[i], sizeof page->hosts[i], "%.200s:%u", names[i], (unsigned)page->port);
}

static enum status listener_open(struct register_page *page, char problem[256]) {
  const char *listen = page->options.listen, *colon = strrchr(listen, ':');
  char host[200] = "";
  if (colon != NULL)
    snprintf(host, sizeof host, "%.*s", (int)(colon - listen), listen);
  if (page->tls == NULL && !is_loopback(host)) {
    snprintf(problem, 256, "[page] listen: '%.100s' is not this machine alone, and wants certificate and key", listen);
    return STATUS_BAD_CONFIG;
  }
  int fd = listen_remote(listen, &page->port);
  page->http = fd >= 0 ? evhttp_new(page->base) : NULL;
  if (page->http == NULL || evhttp_accept_socket(page->http, fd) != 0) {
    if (fd >= 0)
      close(fd);
    snprintf(problem, 256, "[page] listen: cannot listen at '%.100s'", listen);
    return STATUS_NO_SERVER;
  }
  hosts_take(page, host);
  evhttp_set_gencb(page->http, on_request, page);
  evhttp_set_allowed_methods(page->http, METHODS);
  evhttp_set_max_headers_size(page->http, PAGE_HEAD_MAX);
  evhttp_set_max_body_size(page->http, PAGE_BODY_MAX);
  evhttp_set_default_content_type(page->http, NULL);
  evhttp_set_timeout(page->http, PAGE_IDLE_S);
  if (page->tls != NULL)
    evhttp_set_bevcb(page->http, accept_tls, page);
  return STATUS_OK;
}

static enum status tls_open(struct register_page *page, char problem[256]) {
  const struct register_page_options *options = &page->options;
  if (options->certificate[0] == 0 && options->key[0] == 0)
    return STATUS_OK;
  enum status status = tls_server_open(options->certificate, options->key, &page->tls);
  if (status != STATUS_OK)
    snprintf(problem, 256, "[page] certificate, key: %.100s, %.100s", options->certificate, options->key);
  return status;
}

enum status register_page_open(const struct register_page_options *options, struct register_page **page,
                               char problem[256]) {
  struct register_page *fresh = calloc(1, sizeof *fresh);
  *page = NULL;
  problem[0] = 0;
  if (fresh == NULL)
    return STATUS_NO_MEMORY;
  fresh->options = *options;
  fresh->wake_fd = -1;
  snprintf(fresh->token, sizeof fresh->token, "%s", options->token);
  snprintf(fresh->code_path, sizeof fresh->code_path, "%s", options->code);
  enum status status = base_open(fresh);
  if (status == STATUS_OK)
    status = tls_open(fresh, problem);
  if (status == STATUS_OK)
    status = listener_open(fresh, problem);
  if (status == STATUS_OK && (status = page_code_renew(fresh)) != STATUS_OK)
    snprintf(problem, 256, "[page] code: cannot write '%.150s'", fresh->code_path);
  if (status == STATUS_OK)
    status = till_listen(options->till, wake, fresh);
  if (status == STATUS_OK)
    status = thread_start(fresh);
  if (status != STATUS_OK)
    register_page_close(&fresh);
  else /* they were the caller's, for this call */
    fresh->options.host = fresh->options.certificate = fresh->options.key = fresh->options.token = fresh->options.code =
        fresh->options.listen = "";
  *page = fresh;
  return status;
}

uint16_t register_page_port(const struct register_page *page) {
  return page != NULL ? page->port : 0;
}

void register_page_stop(struct register_page *page) {
  if (page != NULL)
    atomic_store(&page->stopping, true);
}

void register_page_close(struct register_page **page) {
  struct register_page *old = *page;
  *page = NULL;
  if (old == NULL)
    return;
  till_unlisten(old->options.till, wake, old);
  atomic_store(&old->ending, true);
  if (old->started) {
    wake(old);
    pthread_join(old->thread, NULL);
    (void)unlink(old->code_path);
  }
  page_streams_drop(old);
  if (old->http != NULL)
    evhttp_free(old->http);
  if (old->woken != NULL)
    event_free(old->woken);
  if (old->beat != NULL)
    event_free(old->beat);
  if (old->base != NULL) {
    (void)event_base_loop(old->base, EVLOOP_NONBLOCK); /* buffer events are freed by the loop */
    event_base_free(old->base);
  }
  SSL_CTX_free(old->tls);
  if (old->wake_fd >= 0)
    close(old->wake_fd);
  crypto_wipe(old, sizeof *old);
  free(old);
}
