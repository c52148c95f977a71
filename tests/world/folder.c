/* SPDX-License-Identifier: Apache-2.0
 * A test's folder, and the port of a server in it. */
#include "folder.h"

#include <arpa/inet.h>
#include <ftw.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define PAUSE_MS 20

static int remove_one(const char *path, const struct stat *facts, int kind, struct FTW *walk) {
  (void)facts, (void)kind, (void)walk;
  return remove(path);
}

bool folder_make(const char *base, const char *name, char *folder, size_t size) {
  if (base == NULL)
    base = getenv("TMPDIR");
  int len = snprintf(folder, size, "%s/%s.XXXXXX", base != NULL ? base : "/tmp", name);
  return len > 0 && (size_t)len < size && mkdtemp(folder) != NULL;
}

bool folder_remove(const char *folder) {
  return nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS) == 0;
}

static struct sockaddr_in loopback(int port) {
  return (struct sockaddr_in){
      .sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}, .sin_port = htons((uint16_t)port)};
}

/* The socket stays, bound and not listening: the kernel gives its port to no server and to no client's end of a
 * connection. */
int port_claim(void) {
  struct sockaddr_in address = loopback(0);
  socklen_t len = sizeof address;
  const int on = 1;
  int line = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (line >= 0 && setsockopt(line, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
      bind(line, (struct sockaddr *)&address, len) == 0 && getsockname(line, (struct sockaddr *)&address, &len) == 0)
    return ntohs(address.sin_port);
  if (line >= 0)
    close(line);
  return 0;
}

bool port_answers(int port) {
  struct sockaddr_in address = loopback(port);
  int line = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  bool connected = line >= 0 && connect(line, (struct sockaddr *)&address, sizeof address) == 0;
  if (line >= 0)
    close(line);
  return connected;
}

bool port_wait(int port, int seconds) {
  for (int i = 0; i < seconds * 1000 / PAUSE_MS && !port_answers(port); i++)
    (void)poll(NULL, 0, PAUSE_MS);
  return port_answers(port);
}
