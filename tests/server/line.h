/* SPDX-License-Identifier: Apache-2.0
 * A client's end of a connection, byte by byte, so that it can misbehave; and a server in a process of its own. */
#ifndef TESTS_SERVER_LINE_H
#define TESTS_SERVER_LINE_H

#include <openssl/ssl.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "http/http.h"
#include "server/configuration.h"

#define HEALTHZ     "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
#define POST        "POST /v1/purchases HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/jose\r\n"
#define PATIENCE_MS 60000 /* that an event is waited for: only a server that never does it lets them pass */

struct line {
  int socket;
  SSL_CTX *context;
  SSL *tls;    /* NULL: a bare TCP connection */
  int tickets; /* that the server sent */
};

struct line_options {
  const char *certificate, *key; /* PEM paths; NULL: none is shown */
  const char *root;              /* PEM path: the server must be certified under it */
  int max_version;               /* 0: as it comes */
  bool corked;                   /* the handshake's last message waits in the kernel until TCP_CORK is taken off */
};

/* The options of the terminal that house_make made. Paths are kept in `room`. */
struct line_paths {
  char certificate[160], key[160], root[160];
};
struct line_options line_options_of(const char *house, const char *tid, struct line_paths *room);

/* TCP alone. */
void line_connect(struct line *line, uint16_t port);
/* And the handshake; false where it fails on this side. */
bool line_open(struct line *line, uint16_t port, const struct line_options *options);
void line_close(struct line *line);
/* Cuts without a word: RST. */
void line_break(struct line *line);

/* False where the other side is gone. */
bool line_send(struct line *line, const char *text);
/* One answer: head and as many bytes of body as it says. The HTTP status; 0: closed without one. */
int line_receive(struct line *line, char *text, size_t capacity);
/* Send and receive. */
int line_ask(struct line *line, const char *request, char *text, size_t capacity);
/* Whether the other side closes within so many milliseconds. */
bool line_closes(struct line *line, int milliseconds);

/* ---- the server ---- */

struct running {
  pid_t pid;
  uint16_t port;
};
/* What the child does: listens, writes its port as two bytes to `report`, serves; its exit code. */
typedef int running_body(int report, const void *context);
void running_start(struct running *running, running_body *body, const void *context);
/* SIGTERM, and its exit code; one that does not end within half a minute is killed: -SIGKILL. */
int running_stop(struct running *running);
/* The same for a server that was sent SIGTERM: another one might meet it when it no longer expects it. */
int running_wait(struct running *running);

/* Serves the whole of src/server on the suite's directory and a ledger of its own; `context` is a function that changes
 * the configuration first, or NULL. */
typedef void running_tweak(struct configuration *configuration);
int running_server(int report, const void *context);
/* Starts that one; `tweak` may be NULL. */
void running_start_as(struct running *running, running_tweak *tweak);
/* A tweak: what is not finished is cut soon; a handshake may take as long as the machine needs. */
void running_short_requests(struct configuration *configuration);
/* A connection to it, as this terminal of the suite's house. */
void line_open_as(struct line *line, const struct running *running, const char *tid);
/* One that was answered. A machine that is slower than the server's deadlines gets another try. */
void line_open_answered(struct line *line, const struct running *running);
/* That the server still serves. */
void running_assert_serves(const struct running *running);

/* HTTP alone, served by a function of the test's that answers by the loop; context is a struct late_options. */
struct late_options {
  void (*serve)(struct event_base *base, struct exchange *exchange);
  bool stops;               /* right after that, in the same turn of the loop */
  struct http_options http; /* limits and deadlines */
};
int running_late(int report, const void *context);

#endif
