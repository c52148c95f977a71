/* SPDX-License-Identifier: Apache-2.0
 * The running server: service, TLS and HTTP put together. */
#include "server.h"

#include <event2/event.h>
#include <fcntl.h>
#include <inttypes.h>
#include <openssl/ssl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backup.h"
#include "http/http.h"
#include "http/log.h"
#include "http/rate.h"
#include "http/tls.h"
#include "http/worker_pool.h"
#include "routes.h"
#include "service.h"
#include "writer.h"

#define PROBLEM_SIZE 256
#define PATH_ROOM    1280
#define PORT_ROOM    8 /* 65535, its line's end, and more than that */
#define HEAD_MAX     8192
/* Up to here a body that is too large for its route is read, to answer it in the form of every other error. */
#define BODY_ROOM        4
#define REFUSAL_PAUSE_MS 500

/* A check of the ledger would be waited for, for longer than a service manager waits. */
static void stop(struct server *server) {
  backup_stop(server->service->backup);
  http_stop(server->http);
}

/* After a sync that failed, or on a database that is another one since it was opened, only a process that opens the
 * ledger anew can go on. Whoever met that is answered here first. */
static void end_where_lost(struct server *server) {
  struct writer *writer = server->service->writer;

  if (server->lost || !writer_lost(writer))
    return;
  server->lost = true;
  log_line(&server->service->log, LOG_ERROR, "ledger-lost",
           "code=%s text=\"%s: this ends, and has to be started again\"", status_name(STATUS_STORE_FAILED),
           ledger_shared(writer_ledger(writer)) ? "the ledger was migrated or restored since it was opened"
                                                : "a sync of the disk failed");
  stop(server);
}

/* The first of those that were served together writes the lines of all of them. */
static void answer(void *context, struct exchange *exchange) {
  struct server *server = context;

  log_flush(&server->service->log);
  http_answer(exchange);
  end_where_lost(server);
}

static void on_answer_due(evutil_socket_t socket, short what, void *context) {
  (void)socket, (void)what;
  http_answer(context);
}

/* Whoever asks too often waits for the answer, or it would come back with the next question at once. */
static void answer_late(struct server *server, struct exchange *exchange) {
  static const struct timeval pause = {.tv_sec = 0, .tv_usec = REFUSAL_PAUSE_MS * 1000};

  log_flush(&server->service->log);
  if (event_base_once(http_base(server->http), -1, EV_TIMEOUT, on_answer_due, exchange, &pause) != 0)
    http_answer(exchange);
}

/* A flood is logged once at its begin and once at its end. */
static void note_load(struct server *server, bool overloaded) {
  if (overloaded != server->overloaded) {
    server->overloaded = overloaded;
    log_line(&server->service->log, LOG_WARNING, overloaded ? "overloaded" : "overload-over", "queue=%zu",
             server->service->configuration.queue);
  }
}

/* On the loop's thread: what can be refused is refused here, before it costs anything; the rest goes to the pool. */
static void serve(void *context, struct exchange *exchange) {
  struct server *server = context;
  struct service *service = server->service;

  if (!routes_admit(service, &exchange->request, &exchange->reply)) {
    answer_late(server, exchange);
    return;
  }
  service->metrics.waiting++;
  bool overloaded = worker_pool_submit(server->pool, exchange) != STATUS_OK;
  note_load(server, overloaded);
  if (overloaded) {
    service->metrics.waiting--;
    routes_refuse(service, &exchange->request, STATUS_OVERLOADED, &exchange->reply);
    answer(server, exchange);
  }
}

/* On a worker's thread. */
static void work(void *context, struct exchange *exchange) {
  struct server *server = context;

  server->service->metrics.waiting--;
  routes_serve(server->service, &exchange->request, &exchange->reply);
}

/* Those that this process may use. */
static size_t processors(void) {
  cpu_set_t allowed;

  return sched_getaffinity(0, sizeof allowed, &allowed) == 0 ? (size_t)CPU_COUNT(&allowed) : 1;
}

static enum status open_crew(struct server *server) {
  const struct configuration *configuration = &server->service->configuration;
  const struct worker_pool_options options = {.workers = configuration->workers,
                                              .processors = processors(),
                                              .queue = configuration->queue,
                                              .base = http_base(server->http),
                                              .serve = work,
                                              .served = answer,
                                              .context = server};

  return worker_pool_open(&options, &server->pool);
}

static enum status open_tls(struct server *server, char problem[256]) {
  const char *folder = server->service->configuration.folder;
  char certificate[PATH_ROOM], terminal_ca[PATH_ROOM];

  snprintf(certificate, sizeof certificate, "%s/tls.crt", folder);
  snprintf(terminal_ca, sizeof terminal_ca, "%s/terminal-ca.crt", folder);
  struct tls_files files = {
      .certificate = certificate, .terminal_ca = terminal_ca, .key = server->service->keyring.tls};
  enum status status = tls_open(&files, &server->tls);
  if (status != STATUS_OK)
    snprintf(problem, PROBLEM_SIZE, "%.220s, terminal-ca.crt", certificate);
  return status;
}

static enum status open_http(struct server *server, char problem[256]) {
  struct service *service = server->service;
  const struct configuration *configuration = &service->configuration;

  server->options = (struct http_options){.host = configuration->host,
                                          .port = configuration->port,
                                          .tls = server->tls,
                                          .head_max = HEAD_MAX,
                                          .body_max = configuration->body * BODY_ROOM,
                                          .connections = configuration->connections,
                                          .connections_each = configuration->connections_each,
                                          .strangers = configuration->strangers,
                                          .strangers_each = configuration->strangers_each,
                                          .handshake_ms = configuration->handshake_seconds * 1000,
                                          .request_ms = configuration->request_seconds * 1000,
                                          .idle_ms = configuration->idle_seconds * 1000,
                                          .serve = serve,
                                          .context = server,
                                          .metrics = &service->metrics,
                                          .log = &service->log};
  enum status status = http_open(&server->options, &server->http);
  if (status != STATUS_OK)
    snprintf(problem, PROBLEM_SIZE, "cannot listen on %.150s:%s", configuration->host, configuration->port);
  return status;
}

/* libevent's own words, in the log's form. */
static void on_library(int severity, const char *text) {
  static const struct log log = {.fd = STDERR_FILENO, .level = LOG_WARNING};

  if (severity >= EVENT_LOG_WARN)
    log_line(&log, LOG_WARNING, "libevent", "text=\"%s\"", text);
}

static void on_signal(evutil_socket_t number, short what, void *context) {
  struct server *server = context;

  (void)what;
  log_line(&server->service->log, LOG_INFO, "stopping", "signal=%d", (int)number);
  stop(server);
}

static const int ending[] = {SIGTERM, SIGINT};

static enum status open_signals(struct server *server) {
  for (size_t i = 0; i < sizeof ending / sizeof ending[0]; i++) {
    server->signals[i] = evsignal_new(http_base(server->http), ending[i], on_signal, server);
    if (server->signals[i] == NULL || event_add(server->signals[i], NULL) != 0)
      return STATUS_NO_MEMORY;
  }
  return STATUS_OK;
}

/* From the moment that the port answers a signal ends the server in order: one that comes before its handler waits. */
static void hold_signals(int how) {
  sigset_t signals;

  sigemptyset(&signals);
  for (size_t i = 0; i < sizeof ending / sizeof ending[0]; i++)
    sigaddset(&signals, ending[i]);
  pthread_sigmask(how, &signals, NULL);
}

/* Whether it is what write_port makes, or a crash left of it: a few digits and the end of their line, or nothing. */
static bool is_port(const char *path) {
  char text[PORT_ROOM];
  struct stat facts;

  if (lstat(path, &facts) != 0 || !S_ISREG(facts.st_mode))
    return false;
  int file = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  ssize_t len = file >= 0 ? read(file, text, sizeof text) : -1;

  if (file >= 0)
    close(file);
  if (len == 0)
    return true;
  if (len < 2 || len >= PORT_ROOM || text[len - 1] != '\n')
    return false;
  for (ssize_t i = 0; i < len - 1; i++)
    if (text[i] < '0' || text[i] > '9')
      return false;
  return true;
}

/* A port of the time before would mislead; what is none is not ours. */
static enum status remove_port(const struct service *service, char problem[256]) {
  const char *path = service->configuration.port_file;
  struct stat facts;

  if (path[0] == '\0' || lstat(path, &facts) != 0)
    return STATUS_OK;
  if (is_port(path)) {
    unlink(path);
    return STATUS_OK;
  }
  snprintf(problem, PROBLEM_SIZE, "port_file: %.200s is there and holds no port", path);
  return STATUS_BAD_CONFIG;
}

/* Written aside and renamed: who waits for the file never reads half of it. */
static enum status write_port(const struct server *server, char problem[256]) {
  const char *path = server->service->configuration.port_file;
  char aside[PATH_ROOM];
  FILE *file = NULL;
  bool written = false;

  if (path[0] == '\0')
    return STATUS_OK;
  /* Made, never taken over: what stands there is another's, or a link to it. */
  snprintf(aside, sizeof aside, "%s.%ld.part", path, (long)getpid());
  if (is_port(aside)) /* a crash left it, of a process of the same number */
    unlink(aside);
  file = fopen(aside, "wxe");
  if (file != NULL) {
    written = fprintf(file, "%" PRIu16 "\n", http_port(server->http)) > 0;
    written = fclose(file) == 0 && written;
  }
  if (!written || rename(aside, path) != 0) {
    if (file != NULL)
      unlink(aside);
    snprintf(problem, PROBLEM_SIZE, "%.200s cannot be written", path);
    return STATUS_STORE_FAILED;
  }
  return STATUS_OK;
}

enum status server_open(struct server *server, struct service *service, char problem[256]) {
  *server = (struct server){.service = service};
  event_set_log_callback(on_library);
  hold_signals(SIG_BLOCK);
  enum status status = remove_port(service, problem);
  if (status == STATUS_OK)
    status = open_tls(server, problem);
  if (status == STATUS_OK) {
    const struct rate_options options = {.per_second = service->configuration.requests_per_second,
                                         .burst = service->configuration.requests_at_once};
    status = rate_new(&options, &service->rate);
  }
  if (status == STATUS_OK)
    status = open_http(server, problem);
  if (status == STATUS_OK)
    status = open_crew(server);
  if (status == STATUS_OK)
    status = open_signals(server);
  hold_signals(SIG_UNBLOCK);
  if (status == STATUS_OK)
    status = write_port(server, problem);
  if (status != STATUS_OK) {
    server_close(server);
    return status;
  }
  log_line(&service->log, LOG_INFO, "ready", "pid=%d listening on %s:%" PRIu16, (int)getpid(),
           service->configuration.host, http_port(server->http));
  return STATUS_OK;
}

enum status server_run(struct server *server) {
  enum status status = http_run(server->http);
  char problem[PROBLEM_SIZE]; /* nobody hears it: what stands there is not ours any more, and stays */

  (void)remove_port(server->service, problem);
  if (status == STATUS_OK && server->lost)
    status = STATUS_STORE_FAILED;
  log_line(&server->service->log, LOG_INFO, "stopped", "code=%s", status_name(status));
  return status;
}

/* The end is under way: who asks for it again does not cut off what is being answered, and written. */
static void signals_free(struct server *server) {
  hold_signals(SIG_BLOCK);
  for (size_t i = 0; i < sizeof ending / sizeof ending[0]; i++) {
    if (server->signals[i] == NULL)
      continue;
    event_free(server->signals[i]);
    server->signals[i] = NULL;
    (void)signal(ending[i], SIG_IGN);
  }
  hold_signals(SIG_UNBLOCK);
}

void server_close(struct server *server) {
  signals_free(server);
  worker_pool_close(&server->pool); /* what was taken is served and, where someone still waits for it, answered */
  http_close(&server->http);
  SSL_CTX_free(server->tls);
  server->tls = NULL;
  rate_free(&server->service->rate);
}
