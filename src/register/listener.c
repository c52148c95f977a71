/* SPDX-License-Identifier: Apache-2.0
 * Where clients come in: a Unix socket that only its owner may use, and a TCP port with TLS. */
#include <arpa/inet.h>
#include <event2/http.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "listener.h"

#define BACKLOG 16

/* What stands there of a till that was killed; anything but a socket is left. */
static void sweep(const char *path) {
  struct stat facts;
  if (lstat(path, &facts) == 0 && S_ISSOCK(facts.st_mode))
    (void)unlink(path);
}

int listen_local(const char *path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (strlen(path) >= sizeof address.sun_path)
    return -1;
  memcpy(address.sun_path, path, strlen(path) + 1);
  sweep(path);
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  mode_t before = umask(S_IRWXG | S_IRWXO);
  bool good = fd >= 0 && bind(fd, (const struct sockaddr *)&address, sizeof address) == 0 && listen(fd, BACKLOG) == 0;
  umask(before);
  if (!good && fd >= 0) {
    close(fd);
    fd = -1;
  }
  return fd;
}

static int listen_on(const struct addrinfo *address) {
  static const int on = 1;
  int fd = socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd >= 0 && (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
                  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0 ||
                  bind(fd, address->ai_addr, address->ai_addrlen) != 0 || listen(fd, BACKLOG) != 0)) {
    close(fd);
    return -1;
  }
  return fd;
}

static uint16_t port_of(int fd) {
  struct sockaddr_storage address = {0};
  socklen_t len = sizeof address;
  if (getsockname(fd, (struct sockaddr *)&address, &len) != 0)
    return 0;
  return ntohs(address.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&address)->sin6_port
                                             : ((struct sockaddr_in *)&address)->sin_port);
}

int listen_remote(const char *place, uint16_t *port) {
  const struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE};
  struct addrinfo *found = NULL;
  char host[256];
  const char *colon = strrchr(place, ':');
  bool six = place[0] == '[' && colon != NULL && colon > place && colon[-1] == ']';
  int fd = -1;
  if (colon == NULL || colon == place || (size_t)(colon - place) >= sizeof host)
    return -1;
  snprintf(host, sizeof host, "%.*s", (int)(colon - place) - 2 * six, place + six);
  if (getaddrinfo(host, colon + 1, &hints, &found) != 0)
    return -1;
  for (const struct addrinfo *each = found; each != NULL && fd < 0; each = each->ai_next)
    fd = listen_on(each);
  freeaddrinfo(found);
  *port = fd >= 0 ? port_of(fd) : 0;
  return fd;
}

/* What comes by IPv4 to a socket of both is IPv4. */
static bool address_print(const struct sockaddr_storage *peer, char address[ADDRESS_TEXT_MAX]) {
  const struct in6_addr *six = &((const struct sockaddr_in6 *)peer)->sin6_addr;
  if (peer->ss_family == AF_INET)
    return inet_ntop(AF_INET, &((const struct sockaddr_in *)peer)->sin_addr, address, ADDRESS_TEXT_MAX) != NULL;
  if (peer->ss_family != AF_INET6)
    return false;
  if (IN6_IS_ADDR_V4MAPPED(six))
    return inet_ntop(AF_INET, &six->s6_addr[12], address, ADDRESS_TEXT_MAX) != NULL;
  return inet_ntop(AF_INET6, six, address, ADDRESS_TEXT_MAX) != NULL;
}

bool address_of_peer(int fd, char address[ADDRESS_TEXT_MAX]) {
  struct sockaddr_storage peer = {0};
  socklen_t len = sizeof peer;
  return getpeername(fd, (struct sockaddr *)&peer, &len) == 0 && address_print(&peer, address);
}

bool address_read(const char *text, char address[ADDRESS_TEXT_MAX]) {
  struct sockaddr_storage written = {.ss_family = AF_INET};
  if (inet_pton(AF_INET, text, &((struct sockaddr_in *)&written)->sin_addr) == 1)
    return address_print(&written, address);
  written.ss_family = AF_INET6;
  return inet_pton(AF_INET6, text, &((struct sockaddr_in6 *)&written)->sin6_addr) == 1 &&
         address_print(&written, address);
}

bool listens_loopback(int fd) {
  struct sockaddr_storage own = {0};
  socklen_t len = sizeof own;
  char address[ADDRESS_TEXT_MAX];
  if (getsockname(fd, (struct sockaddr *)&own, &len) != 0 || !address_print(&own, address))
    return false;
  return strcmp(address, "::1") == 0 || strncmp(address, "127.", 4) == 0;
}

static enum status key_private(const char *path) {
  struct stat facts;
  if (stat(path, &facts) != 0)
    return STATUS_BAD_KEY;
  return (facts.st_mode & (S_IRWXG | S_IRWXO)) != 0 ? STATUS_KEY_EXPOSED : STATUS_OK;
}

void request_gone(struct evhttp_request *raw) {
  if (raw != NULL && evhttp_request_get_connection(raw) == NULL)
    evhttp_request_free(raw);
}

enum status tls_server_open(const char *certificate, const char *key, SSL_CTX **tls) {
  enum status status = key_private(key);
  *tls = NULL;
  if (status != STATUS_OK)
    return status;
  SSL_CTX *made = SSL_CTX_new(TLS_server_method());
  if (made == NULL)
    return STATUS_NO_MEMORY;
  bool policy = SSL_CTX_set_min_proto_version(made, TLS1_3_VERSION) == 1 && SSL_CTX_set_num_tickets(made, 0) == 1;
  SSL_CTX_set_session_cache_mode(made, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_options(made, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  if (policy && SSL_CTX_use_certificate_chain_file(made, certificate) == 1 &&
      SSL_CTX_use_PrivateKey_file(made, key, SSL_FILETYPE_PEM) == 1 && SSL_CTX_check_private_key(made) == 1) {
    *tls = made;
    return STATUS_OK;
  }
  SSL_CTX_free(made);
  return STATUS_BAD_CERTIFICATE;
}
