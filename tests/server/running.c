/* SPDX-License-Identifier: Apache-2.0
 * A server in a process of its own. */
#include <check.h>
#include <event2/event.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "epurse/key.h"
#include "http/tls.h"
#include "line.h"
#include "run.h"
#include "server/server.h"
#include "world.h"

#define STOP_SECONDS 30

void running_start(struct running *running, running_body *body, const void *context) {
  int ends[2];
  uint16_t port = 0;

  ck_assert_int_eq(pipe(ends), 0);
  fflush(NULL);
  running->pid = run_fork();
  ck_assert_int_ge(running->pid, 0);
  if (running->pid == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* a test that fails leaves no server behind */
    signal(SIGPIPE, SIG_IGN);
    close(ends[0]);
    _exit(body(ends[1], context));
  }
  close(ends[1]);
  ck_assert_msg(read(ends[0], &port, sizeof port) == (ssize_t)sizeof port, "the server did not start");
  close(ends[0]);
  running->port = port;
}

int running_wait(struct running *running) {
  int state = 0;

  for (int i = 0; i < STOP_SECONDS * 100; i++) {
    if (waitpid(running->pid, &state, WNOHANG) == running->pid)
      return WIFEXITED(state) ? WEXITSTATUS(state) : -WTERMSIG(state);
    nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
  }
  fprintf(stderr, "waited %d s for the server's end\n", STOP_SECONDS);
  kill(running->pid, SIGKILL);
  waitpid(running->pid, &state, 0);
  return -SIGKILL;
}

int running_stop(struct running *running) {
  kill(running->pid, SIGTERM);
  return running_wait(running);
}

static bool report_port(int report, uint16_t port) {
  bool written = write(report, &port, sizeof port) == (ssize_t)sizeof port;

  close(report);
  return written;
}

int running_server(int report, const void *context) {
  struct world world;
  struct server server;
  char problem[256] = "";
  running_tweak *const *tweak = context;

  world_open_whole(&world);
  if (tweak != NULL)
    (*tweak)(&world.service.configuration);
  enum status status = server_open(&server, &world.service, problem);
  if (status != STATUS_OK) {
    fprintf(stderr, "%s\n", problem);
    return 90;
  }
  if (!report_port(report, http_port(server.http)))
    return 91;
  status = server_run(&server);
  server_close(&server);
  world_close(&world);
  return status_exit_code(status);
}

void running_start_as(struct running *running, running_tweak *tweak) {
  running_tweak *tweaks[] = {tweak};

  running_start(running, running_server, tweak == NULL ? NULL : (const void *)tweaks);
}

void running_short_requests(struct configuration *configuration) {
  configuration->request_seconds = 1;
  configuration->idle_seconds = 2;
}

void line_open_as(struct line *line, const struct running *running, const char *tid) {
  struct line_paths room;
  struct line_options options = line_options_of(world_folder(), tid, &room);

  ck_assert(line_open(line, running->port, &options));
}

void line_open_answered(struct line *line, const struct running *running) {
  struct line_paths room;
  struct line_options options = line_options_of(world_folder(), POS, &room);
  char text[4096];

  for (int i = 0; i < 20; i++) {
    if (line_open(line, running->port, &options) && line_send(line, HEALTHZ) &&
        line_receive(line, text, sizeof text) == 200)
      return;
    line_close(line);
  }
  ck_abort_msg("none of 20 connections was answered");
}

void running_assert_serves(const struct running *running) {
  struct line line;

  line_open_answered(&line, running);
  line_close(&line);
}

static void on_term(evutil_socket_t number, short what, void *context) {
  (void)number, (void)what;
  http_stop(context);
}

/* What a serve function needs of its server. */
struct late {
  const struct late_options *options;
  struct http *http;
};

static void serve(void *context, struct exchange *exchange) {
  const struct late *late = context;

  late->options->serve(http_base(late->http), exchange);
  if (late->options->stops)
    http_stop(late->http);
}

static SSL_CTX *open_tls(struct key **key) {
  char certificate[160], terminal_ca[160], key_path[160];
  struct tls_files files = {.certificate = certificate, .terminal_ca = terminal_ca};
  SSL_CTX *tls = NULL;

  snprintf(certificate, sizeof certificate, "%s/tls.crt", world_folder());
  snprintf(terminal_ca, sizeof terminal_ca, "%s/terminal-ca.crt", world_folder());
  snprintf(key_path, sizeof key_path, "%s/tls.key", world_folder());
  if (key_load(key_path, HOUSE_PASSPHRASE, key) == STATUS_OK) {
    files.key = *key;
    ck_assert_int_eq(tls_open(&files, &tls), STATUS_OK);
  }
  return tls;
}

/* A SIGTERM that comes before its handler waits for it. */
static void hold_term(int how) {
  sigset_t term;

  sigemptyset(&term);
  sigaddset(&term, SIGTERM);
  sigprocmask(how, &term, NULL);
}

int running_late(int report, const void *context) {
  struct late late = {.options = context};
  struct http_options options = late.options->http;
  struct metrics metrics = {0};
  struct log log = {.fd = -1};
  struct key *key = NULL;
  SSL_CTX *tls = open_tls(&key);

  hold_term(SIG_BLOCK);
  options.host = "127.0.0.1";
  options.port = "0";
  options.tls = tls;
  options.metrics = &metrics;
  options.log = &log;
  options.serve = serve;
  options.context = &late;
  if (tls == NULL || http_open(&options, &late.http) != STATUS_OK || !report_port(report, http_port(late.http)))
    return 90;
  struct event *term = evsignal_new(http_base(late.http), SIGTERM, on_term, late.http);
  event_add(term, NULL);
  hold_term(SIG_UNBLOCK);
  enum status status = http_run(late.http);
  event_free(term);
  http_close(&late.http);
  SSL_CTX_free(tls);
  key_free(&key);
  return status == STATUS_OK && metrics.connections == 0 ? 0 : 91;
}
