/* SPDX-License-Identifier: Apache-2.0
 * The attacker on the line: a thread for each connection that a terminal makes, with a connection of its own to the
 * server. */
#include "wire_proxy.h"

#include <arpa/inet.h>
#include <check.h>
#include <openssl/pem.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "flow_world.h"
#include "wire_http.h"

#define TERMINALS 4
#define CALLERS   4096 /* connections that a test may make */

struct proxy {
  SSL_CTX *server, *client[TERMINALS]; /* what it is to terminals, and to the server in a terminal's name */
  const char *terminals[TERMINALS];
  size_t count;
  int listening[TERMINALS];
  int delay_ms;
  pthread_t listener[TERMINALS], callers[CALLERS];
  unsigned callers_count, delayed;
  pthread_mutex_t lock; /* over what follows and what is above in this line */
  struct line_attack attack;
  const struct line_tape *recorded;
  struct line_tape tape;
  unsigned seen;
  bool happened;
};

/* One connection. */
struct caller {
  struct proxy *proxy;
  size_t terminal;
  int socket;
  SSL *near, *far;
  struct line_item item; /* the exchange under way */
  bool cut;
};

/* ---- towards the server ---- */

static int socket_to(int port) {
  struct sockaddr_in address = {
      .sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}, .sin_port = htons((uint16_t)port)};
  int line = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (line >= 0 && connect(line, (struct sockaddr *)&address, sizeof address) != 0) {
    close(line);
    line = -1;
  }
  return line;
}

static void far_close(struct caller *caller) {
  int line = caller->far == NULL ? -1 : SSL_get_fd(caller->far);
  SSL_free(caller->far);
  caller->far = NULL;
  if (line >= 0)
    close(line);
}

static bool far_open(struct caller *caller) {
  int line = caller->far == NULL ? socket_to(flow_world.port) : -1;
  if (caller->far != NULL)
    return true;
  caller->far = SSL_new(caller->proxy->client[caller->terminal]);
  if (line < 0 || caller->far == NULL || SSL_set_fd(caller->far, line) != 1) {
    if (line >= 0)
      close(line);
    SSL_free(caller->far);
    caller->far = NULL;
    return false;
  }
  if (SSL_connect(caller->far) == 1)
    return true;
  far_close(caller);
  return false;
}

/* Asks the server; its answer is in the item. The server may have cut an idle line: once more then. */
static void server_ask(struct caller *caller, const char *path, const char *request, size_t len) {
  struct http_text *reply = calloc(1, sizeof *reply);
  bool done = false;
  struct line_item *item = &caller->item;
  for (int i = 0; i < 2 && !done; i++) {
    done = reply != NULL && far_open(caller) && http_request(caller->far, path, request, len) &&
           http_read(caller->far, reply);
    if (!done)
      far_close(caller);
  }
  item->code = done ? http_code(reply) : 0;
  item->reply_len = done ? reply->body_len : 0;
  if (done) {
    http_header(reply, "Content-Type", item->type, sizeof item->type);
    memcpy(item->reply, reply->body, reply->body_len);
  }
  free(reply);
}

/* ---- what is done to an exchange ---- */

/* What the attack takes from a tape; NULL where it takes nothing. */
static const struct line_item *tape_item(const struct proxy *proxy, const struct line_attack *attack) {
  bool takes = attack->kind == LINE_REQUEST_REPLACED || attack->kind == LINE_REQUEST_PRECEDED ||
               attack->kind == LINE_REPLY_REPLACED || attack->kind == LINE_REPLY_SWAPPED;
  const struct line_tape *tape = attack->recorded ? proxy->recorded : &proxy->tape;
  return takes && tape != NULL && attack->from < tape->count ? &tape->items[attack->from] : NULL;
}

static void wait_out(struct proxy *proxy) {
  const struct timespec pause = {proxy->delay_ms / 1000, proxy->delay_ms % 1000 * 1000000L};
  pthread_mutex_lock(&proxy->lock);
  proxy->delayed++;
  pthread_mutex_unlock(&proxy->lock);
  nanosleep(&pause, NULL);
}

static void waited_out(struct proxy *proxy) {
  pthread_mutex_lock(&proxy->lock);
  proxy->delayed--;
  pthread_mutex_unlock(&proxy->lock);
}

/* Asks twice; the answer that goes back is the first or the second. */
static void ask_twice(struct caller *caller, bool second) {
  struct line_item *item = &caller->item, *first = malloc(sizeof *first);
  ck_assert_ptr_nonnull(first);
  server_ask(caller, item->path, item->request, item->request_len);
  *first = *item;
  server_ask(caller, item->path, item->request, item->request_len);
  if (!second)
    *item = *first;
  free(first);
}

static void request_attack(struct caller *caller, const struct line_attack *attack) {
  struct line_item *item = &caller->item;
  const struct line_item *other = tape_item(caller->proxy, attack);
  char *request = malloc(MESSAGE_MAX + 1);
  ck_assert_ptr_nonnull(request);
  memcpy(request, item->request, item->request_len);
  size_t len = line_request_change(attack, request, item->request_len);
  if (other != NULL)
    server_ask(caller, other->path, other->request, other->request_len);
  if (attack->kind == LINE_REQUEST_REPEATED)
    ask_twice(caller, attack->unseen);
  else if (attack->kind == LINE_REQUEST_MISLED)
    server_ask(caller, message_path(attack->to), request, len);
  else if (attack->kind != LINE_REQUEST_REPLACED || other == NULL)
    server_ask(caller, item->path, request, len);
  free(request);
}

static void attack_run(struct caller *caller, const struct line_attack *attack) {
  struct line_item *item = &caller->item;
  if (attack->kind == LINE_REQUEST_DELAYED)
    wait_out(caller->proxy);
  switch (attack->kind) {
  case LINE_REQUEST_DROPPED:
    break;
  case LINE_REPLY_DROPPED:
  case LINE_REQUEST_DELAYED:
  case LINE_REPLY_DELAYED:
    server_ask(caller, item->path, item->request, item->request_len);
    break;
  case LINE_REQUEST_REPEATED:
  case LINE_REQUEST_REPLACED:
  case LINE_REQUEST_PRECEDED:
  case LINE_REQUEST_MISLED:
  case LINE_REQUEST_ALTERED:
  case LINE_REQUEST_CUT:
    request_attack(caller, attack);
    break;
  default:
    if (!attack->unseen)
      server_ask(caller, item->path, item->request, item->request_len);
    line_reply_change(attack, tape_item(caller->proxy, attack), item);
    break;
  }
  if (attack->kind == LINE_REPLY_DELAYED)
    wait_out(caller->proxy);
  if (attack->kind == LINE_REQUEST_DELAYED || attack->kind == LINE_REPLY_DELAYED)
    waited_out(caller->proxy);
  caller->cut = attack->kind == LINE_REQUEST_DROPPED || attack->kind == LINE_REPLY_DROPPED ||
                attack->kind == LINE_REQUEST_DELAYED || attack->kind == LINE_REPLY_DELAYED;
}

/* ---- a connection ---- */

/* Whether this exchange is the one; the attack as it is now. */
static bool attack_due(struct proxy *proxy, struct line_attack *attack) {
  pthread_mutex_lock(&proxy->lock);
  unsigned now = proxy->seen++;
  *attack = proxy->attack;
  bool due = attack->kind != LINE_NOTHING && (attack->lasting ? now >= attack->at : now == attack->at);
  if (attack->kind == LINE_REPLY_SWAPPED && now > 0) {
    due = now == attack->at || now == attack->at + 1;
    attack->from = now == attack->at ? now - 1 : attack->at;
  }
  proxy->happened |= due;
  pthread_mutex_unlock(&proxy->lock);
  return due;
}

static void tape_add(struct proxy *proxy, const struct line_item *item) {
  pthread_mutex_lock(&proxy->lock);
  if (proxy->tape.count < LINE_TAPE_MAX)
    proxy->tape.items[proxy->tape.count++] = *item;
  pthread_mutex_unlock(&proxy->lock);
}

static void exchange(struct caller *caller, const struct http_text *request) {
  struct line_item *item = &caller->item;
  struct line_attack attack;
  memset(item, 0, sizeof *item);
  http_path(request, item->path, sizeof item->path);
  memcpy(item->request, request->body, request->body_len);
  item->request_len = request->body_len;
  bool due = attack_due(caller->proxy, &attack);
  if (due)
    attack_run(caller, &attack);
  else
    server_ask(caller, item->path, item->request, item->request_len);
  tape_add(caller->proxy, item);
  caller->cut |= item->code == 0;
  if (!caller->cut)
    caller->cut = !http_reply(caller->near, item->code, item->type, item->reply, item->reply_len);
}

static void *caller_serve(void *context) {
  struct caller *caller = context;
  struct http_text *request = calloc(1, sizeof *request);
  caller->near = SSL_new(caller->proxy->server);
  if (request != NULL && caller->near != NULL && SSL_set_fd(caller->near, caller->socket) == 1 &&
      SSL_accept(caller->near) == 1)
    while (!caller->cut && http_read(caller->near, request))
      exchange(caller, request);
  SSL_free(caller->near);
  far_close(caller);
  close(caller->socket);
  free(request);
  free(caller);
  return NULL;
}

struct listener {
  struct proxy *proxy;
  size_t terminal;
};

static void *listener_serve(void *context) {
  struct listener *listener = context;
  struct proxy *proxy = listener->proxy;
  for (;;) {
    int line = accept4(proxy->listening[listener->terminal], NULL, NULL, SOCK_CLOEXEC);
    struct caller *caller = line < 0 ? NULL : calloc(1, sizeof *caller);
    if (caller == NULL)
      break;
    *caller = (struct caller){.proxy = proxy, .terminal = listener->terminal, .socket = line};
    pthread_mutex_lock(&proxy->lock);
    if (proxy->callers_count < CALLERS &&
        pthread_create(&proxy->callers[proxy->callers_count], NULL, caller_serve, caller) == 0)
      proxy->callers_count++;
    pthread_mutex_unlock(&proxy->lock);
  }
  free(listener);
  return NULL;
}

/* ---- the proxy ---- */

static int passphrase(char *text, int size, int writing, void *context) {
  (void)writing;
  (void)context;
  return snprintf(text, (size_t)size, "server passphrase");
}

/* The server's own TLS key. It asks for the terminal's certificate as the server does, and takes any. */
static int take_any(int preverified, X509_STORE_CTX *store) {
  (void)preverified;
  (void)store;
  return 1;
}

static SSL_CTX *context_of_server(void) {
  SSL_CTX *context = SSL_CTX_new(TLS_server_method());
  char path[256];
  ck_assert_ptr_nonnull(context);
  SSL_CTX_set_default_passwd_cb(context, passphrase);
  snprintf(path, sizeof path, "%s/issuer/tls.crt", flow_world.folder);
  ck_assert_int_eq(SSL_CTX_use_certificate_chain_file(context, path), 1);
  snprintf(path, sizeof path, "%s/issuer/tls.key", flow_world.folder);
  ck_assert_int_eq(SSL_CTX_use_PrivateKey_file(context, path, SSL_FILETYPE_PEM), 1);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, take_any);
  ck_assert_int_eq(SSL_CTX_set_num_tickets(context, 0), 1); /* no resumption: each connection is a whole handshake */
  return context;
}

static SSL_CTX *context_of_terminal(const char *name) {
  SSL_CTX *context = SSL_CTX_new(TLS_client_method());
  char path[256];
  ck_assert_ptr_nonnull(context);
  snprintf(path, sizeof path, "%s/%s/tls.crt", flow_world.folder, name);
  ck_assert_int_eq(SSL_CTX_use_certificate_chain_file(context, path), 1);
  snprintf(path, sizeof path, "%s/%s/sig.key", flow_world.folder, name);
  ck_assert_int_eq(SSL_CTX_use_PrivateKey_file(context, path, SSL_FILETYPE_PEM), 1);
  return context;
}

static void lead(const char *terminal, int port) {
  char command[512];
  snprintf(command, sizeof command,
           "sed -i 's/127.0.0.1:[0-9]*/127.0.0.1:%d/; s/^timeout = .*/timeout = %d/' '%s/%s/terminal.conf'", port,
           port == flow_world.port ? 60 : PROXY_PATIENCE, flow_world.folder, terminal);
  ck_assert_int_eq(system(command), 0);
}

static void listen_for(struct proxy *proxy, size_t terminal) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
  struct listener *listener = calloc(1, sizeof *listener);
  socklen_t len = sizeof address;
  int line = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  ck_assert(listener != NULL && line >= 0);
  ck_assert_int_eq(bind(line, (struct sockaddr *)&address, len), 0);
  ck_assert_int_eq(listen(line, 16), 0);
  ck_assert_int_eq(getsockname(line, (struct sockaddr *)&address, &len), 0);
  proxy->listening[terminal] = line;
  *listener = (struct listener){proxy, terminal};
  ck_assert_int_eq(pthread_create(&proxy->listener[terminal], NULL, listener_serve, listener), 0);
  lead(proxy->terminals[terminal], ntohs(address.sin_port));
}

struct proxy *proxy_start(const char *const terminals[], int delay_ms) {
  struct proxy *proxy = calloc(1, sizeof *proxy);
  ck_assert_ptr_nonnull(proxy);
  signal(SIGPIPE, SIG_IGN);
  proxy->delay_ms = delay_ms;
  ck_assert_int_eq(pthread_mutex_init(&proxy->lock, NULL), 0);
  proxy->server = context_of_server();
  for (; terminals[proxy->count] != NULL; proxy->count++) {
    ck_assert_uint_lt(proxy->count, TERMINALS);
    proxy->terminals[proxy->count] = terminals[proxy->count];
    proxy->client[proxy->count] = context_of_terminal(terminals[proxy->count]);
    listen_for(proxy, proxy->count);
  }
  return proxy;
}

void proxy_stop(struct proxy **stopped) {
  struct proxy *proxy = *stopped;
  for (size_t i = 0; i < proxy->count; i++) {
    lead(proxy->terminals[i], flow_world.port);
    shutdown(proxy->listening[i], SHUT_RDWR);
    pthread_join(proxy->listener[i], NULL);
    close(proxy->listening[i]);
  }
  for (unsigned i = 0; i < proxy->callers_count; i++)
    pthread_join(proxy->callers[i], NULL);
  for (size_t i = 0; i < proxy->count; i++)
    SSL_CTX_free(proxy->client[i]);
  SSL_CTX_free(proxy->server);
  pthread_mutex_destroy(&proxy->lock);
  free(proxy);
  *stopped = NULL;
}

void proxy_arm(struct proxy *proxy, const struct line_attack *attack, const struct line_tape *recorded) {
  pthread_mutex_lock(&proxy->lock);
  proxy->attack = *attack;
  proxy->recorded = recorded;
  proxy->tape.count = 0;
  proxy->seen = 0;
  proxy->happened = false;
  pthread_mutex_unlock(&proxy->lock);
}

bool proxy_calm(struct proxy *proxy, struct line_tape *tape) {
  static const struct timespec pause = {0, 20000000};
  bool happened, waiting = true;
  while (waiting) {
    pthread_mutex_lock(&proxy->lock);
    proxy->attack.kind = LINE_NOTHING;
    happened = proxy->happened;
    waiting = proxy->delayed > 0;
    if (!waiting && tape != NULL)
      *tape = proxy->tape;
    pthread_mutex_unlock(&proxy->lock);
    if (waiting)
      nanosleep(&pause, NULL);
  }
  return happened;
}
