/* SPDX-License-Identifier: Apache-2.0
 * Groups and the store's log. */
#include "gauge.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bare.h"
#include "epurse/bytes.h"
#include "must.h"

#define LOOK_SECONDS 0.002

/* ---- the server's metrics ---- */

/* The whole of GET /metrics, over a connection of its own. */
static void metrics_get(const struct gauge *gauge, size_t number, char text[65536]) {
  static const char request[] = "GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
  char place[32];
  int len = 0, got = 0;
  snprintf(place, sizeof place, "127.0.0.1:%d", server_port(gauge->server, number));
  BIO *line = BIO_new_ssl_connect(gauge->tls);
  SSL *tls = NULL;
  must(line != NULL && BIO_get_ssl(line, &tls) == 1 && SSL_set1_host(tls, "localhost") == 1, "no TLS connection");
  BIO_set_conn_hostname(line, place);
  must(BIO_write(line, request, sizeof request - 1) == sizeof request - 1, "the metrics cannot be asked for");
  while (len < 65535 && (got = BIO_read(line, text + len, 65535 - len)) > 0)
    len += got;
  text[len] = '\0';
  BIO_free_all(line);
}

static uint64_t metric(const char *text, const char *name) {
  char line[64];
  uint64_t value = 0;
  snprintf(line, sizeof line, "\n%s ", name);
  const char *at = strstr(text, line);
  must(at != NULL && sscanf(at + strlen(line), "%" SCNu64, &value) == 1, "the server does not tell %s", name);
  return value;
}

static void groups_read(const struct gauge *gauge, uint64_t *commits, uint64_t *steps) {
  static char text[65536];
  *commits = *steps = 0;
  for (size_t i = 0; i < gauge->server->count; i++) {
    metrics_get(gauge, i, text);
    *commits += metric(text, "epurse_commits_total");
    *steps += metric(text, "epurse_steps_total");
  }
}

/* ---- PostgreSQL ---- */

static int64_t postgres_wal(const struct gauge *gauge) {
  struct bare *bare = bare_open(gauge->server->world->plan->store);
  int64_t bytes = bare_log_bytes(bare);
  bare_close(&bare);
  return bytes;
}

/* ---- SQLite, the file's format in its documentation: a header of 32 bytes, then pages, each behind 24 bytes that
 * repeat the header's salts, which change when the log begins anew ---- */

#define HEADER_SIZE  32
#define HEADER_PAGE  8
#define HEADER_SALTS 16
#define FRAME_SALTS  8
#define FRAME_EXTRA  24

/* Those behind the last one that was seen, as long as they are of this turn of the log. */
static void frames_count(struct gauge *gauge) {
  for (;; gauge->frame++) {
    uint8_t frame[FRAME_EXTRA];
    int64_t at = HEADER_SIZE + gauge->frame * (int64_t)(gauge->page + FRAME_EXTRA);
    if (pread(gauge->file, frame, sizeof frame, at) != sizeof frame ||
        memcmp(frame + FRAME_SALTS, gauge->salts, sizeof gauge->salts) != 0)
      return;
    gauge->wal += gauge->page + FRAME_EXTRA;
  }
}

static void sqlite_look(struct gauge *gauge) {
  uint8_t header[HEADER_SIZE];
  frames_count(gauge);
  if (pread(gauge->file, header, sizeof header, 0) != sizeof header ||
      memcmp(header + HEADER_SALTS, gauge->salts, sizeof gauge->salts) == 0)
    return;
  frames_count(gauge); /* what came before it began anew, and is still there */
  memcpy(gauge->salts, header + HEADER_SALTS, sizeof gauge->salts);
  gauge->page = bytes_u32(header + HEADER_PAGE);
  gauge->frame = 0;
  frames_count(gauge);
}

static void sqlite_begin(struct gauge *gauge) {
  char path[1100];
  snprintf(path, sizeof path, "%s-wal", gauge->server->world->service.configuration.store);
  gauge->file = open(path, O_RDONLY | O_CLOEXEC);
  must(gauge->file >= 0, "%s cannot be read", path);
  sqlite_look(gauge);
}

/* ---- both ---- */

void gauge_begin(struct gauge *gauge, const struct server *server, SSL_CTX *tls) {
  *gauge = (struct gauge){.server = server, .tls = tls, .file = -1};
  groups_read(gauge, &gauge->commits, &gauge->steps);
  if (bare_is_postgres(server->world->plan->store)) {
    gauge->wal = postgres_wal(gauge);
    return;
  }
  sqlite_begin(gauge);
  gauge->wal = 0;
}

void gauge_look(struct gauge *gauge, double elapsed) {
  if (gauge->file < 0 || elapsed < gauge->looked + LOOK_SECONDS)
    return;
  gauge->looked = elapsed;
  sqlite_look(gauge);
}

void gauge_end(struct gauge *gauge) {
  uint64_t commits = 0, steps = 0;
  if (gauge->file >= 0) {
    sqlite_look(gauge);
    close(gauge->file);
  } else {
    gauge->wal = postgres_wal(gauge) - gauge->wal;
  }
  groups_read(gauge, &commits, &steps);
  gauge->commits = commits - gauge->commits;
  gauge->steps = steps - gauge->steps;
}
