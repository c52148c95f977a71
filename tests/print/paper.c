/* SPDX-License-Identifier: Apache-2.0
 * The test's printer: one connection after another, byte by byte. */
#include "paper.h"

#include <arpa/inet.h>
#include <check.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Takes the question off the end of what was printed. */
static void answer(struct paper *paper, int line, size_t asked, uint8_t byte) {
  paper->len -= asked;
  (void)!send(line, &byte, 1, MSG_NOSIGNAL);
}

static void realtime(struct paper *paper, int line, uint8_t which) {
  uint8_t paper_end = paper->mode == PAPER_OUT ? 0x72 : 0x12;
  uint8_t lid = paper->mode == PAPER_LID ? 0x1A : 0x12;
  if (paper->mode == PAPER_SILENT)
    paper->len -= 3;
  else
    answer(paper, line, 3, which == 4 ? paper_end : lid);
}

/* False: it hangs up. */
static bool take(struct paper *paper, int line, uint8_t byte) {
  const uint8_t *end = paper->data + paper->len + 1;
  if (paper->len == sizeof paper->data)
    return true;
  paper->data[paper->len++] = byte;
  if (paper->len >= 3 && end[-3] == 0x10 && end[-2] == 0x04)
    realtime(paper, line, byte);
  else if (paper->len >= 3 && end[-3] == 0x1D && end[-2] == 'r' && paper->mode == PAPER_SIMPLE)
    paper->len -= 3;
  else if (paper->len >= 3 && end[-3] == 0x1D && end[-2] == 'r')
    answer(paper, line, 3, paper->mode == PAPER_RUNS_OUT ? 0x0C : 0);
  return paper->mode != PAPER_DROPS || byte != '@';
}

static void serve(struct paper *paper, int line) {
  uint8_t byte;
  bool on = true;
  while (on && recv(line, &byte, 1, 0) == 1) {
    pthread_mutex_lock(&paper->mutex);
    on = take(paper, line, byte);
    pthread_mutex_unlock(&paper->mutex);
    if (paper->mode == PAPER_STUCK && byte == '@')
      break;
  }
  while (paper->mode == PAPER_STUCK && !paper->over) /* for as long as anybody waits for it */
    (void)poll(NULL, 0, 20);
  close(line);
}

static void *life(void *context) {
  struct paper *paper = context;
  int line;
  while ((line = accept(paper->listener, NULL, NULL)) >= 0)
    serve(paper, line);
  return NULL;
}

void paper_start(struct paper *paper, enum paper_mode mode) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
  socklen_t len = sizeof address;
  const int little = 4096;
  memset(paper, 0, sizeof *paper);
  paper->mode = mode;
  pthread_mutex_init(&paper->mutex, NULL);
  paper->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  ck_assert_int_ge(paper->listener, 0);
  setsockopt(paper->listener, SOL_SOCKET, SO_RCVBUF, &little, sizeof little);
  ck_assert_int_eq(bind(paper->listener, (struct sockaddr *)&address, sizeof address), 0);
  ck_assert_int_eq(listen(paper->listener, 5), 0);
  ck_assert_int_eq(getsockname(paper->listener, (struct sockaddr *)&address, &len), 0);
  paper->port = ntohs(address.sin_port);
  ck_assert_int_eq(pthread_create(&paper->thread, NULL, life, paper), 0);
}

void paper_stop(struct paper *paper) {
  paper->over = true;
  shutdown(paper->listener, SHUT_RDWR);
  pthread_join(paper->thread, NULL);
  close(paper->listener);
}
