/* SPDX-License-Identifier: Apache-2.0
 * A running server under a flood of TLS handshakes: strangers begin them, let the server compute its half, and
 * leave. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "epurse/message_desk.h"
#include "line.h"
#include "suites.h"
#include "world.h"

#define STRANGERS 4  /* threads, each with a connection at a time */
#define ROUNDS    5  /* honest messages, each on a kept connection and on a fresh one */
#define BEGUN     8  /* handshakes of each stranger before the first of these, and again after the last */
#define WAIT      50 /* seconds for these handshakes: what is waited for is the machine, not the server's promptness */

struct flood {
  uint16_t port;
  unsigned char hello[1024]; /* a ClientHello; whoever repeats it makes the server work all the same */
  size_t hello_len;
  atomic_bool over;
  pthread_t threads[STRANGERS];
  sem_t begun[STRANGERS]; /* handshakes that the server answered */
};

struct stranger {
  struct flood *flood;
  sem_t *begun;
};

/* Whether the server was there and answered with its half of the handshake, which is then left alone. */
static bool begin_and_leave(const struct flood *flood) {
  static const struct linger at_once = {.l_onoff = 1}; /* RST: no port waits for late segments */
  static const struct timeval patience = {.tv_sec = WAIT};
  struct sockaddr_in address = {
      .sin_family = AF_INET, .sin_port = htons(flood->port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  char byte = 0;
  bool answered = false;
  int end = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  if (end < 0)
    return false;
  if (setsockopt(end, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once) == 0 &&
      setsockopt(end, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) == 0 &&
      connect(end, (const struct sockaddr *)&address, sizeof address) == 0)
    answered = send(end, flood->hello, flood->hello_len, MSG_NOSIGNAL) == (ssize_t)flood->hello_len &&
               recv(end, &byte, 1, 0) == 1;
  close(end);
  return answered;
}

static void *strange(void *context) {
  const struct stranger *stranger = context;

  while (!stranger->flood->over)
    if (begin_and_leave(stranger->flood))
      sem_post(stranger->begun);
  return NULL;
}

static void hello_make(struct flood *flood) {
  SSL_CTX *context = SSL_CTX_new(TLS_client_method());
  SSL *tls = SSL_new(context);
  BIO *out = BIO_new(BIO_s_mem()), *in = BIO_new(BIO_s_mem());

  ck_assert_ptr_nonnull(tls);
  SSL_set_bio(tls, in, out); /* both are its own now */
  ck_assert_int_lt(SSL_connect(tls), 1);
  int len = BIO_read(out, flood->hello, sizeof flood->hello);
  ck_assert_int_gt(len, 0);
  ck_assert_int_eq(BIO_pending(out), 0);
  flood->hello_len = (size_t)len;
  SSL_free(tls);
  SSL_CTX_free(context);
}

/* Until each stranger has begun so many more. */
static void flood_await(struct flood *flood) {
  struct timespec end;

  clock_gettime(CLOCK_REALTIME, &end);
  end.tv_sec += WAIT;
  for (size_t i = 0; i < STRANGERS; i++)
    for (int begun = 0; begun < BEGUN; begun++)
      ck_assert_msg(sem_timedwait(&flood->begun[i], &end) == 0, "waited %d s for stranger %zu's handshake", WAIT, i);
}

/* What was counted so far: what flood_await waits for comes after it. */
static void flood_forget(struct flood *flood) {
  for (size_t i = 0; i < STRANGERS; i++)
    while (sem_trywait(&flood->begun[i]) == 0)
      ;
}

static void flood_begin(struct flood *flood, struct stranger strangers[STRANGERS]) {
  hello_make(flood);
  for (size_t i = 0; i < STRANGERS; i++) {
    strangers[i] = (struct stranger){.flood = flood, .begun = &flood->begun[i]};
    ck_assert_int_eq(sem_init(&flood->begun[i], 0, 0), 0);
    ck_assert_int_eq(pthread_create(&flood->threads[i], NULL, strange, &strangers[i]), 0);
  }
}

static void flood_end(struct flood *flood) {
  flood->over = true;
  for (size_t i = 0; i < STRANGERS; i++) {
    ck_assert_int_eq(pthread_join(flood->threads[i], NULL), 0);
    ck_assert_int_eq(sem_destroy(&flood->begun[i]), 0);
  }
}

static void desk_open(struct line *line, const struct running *running) {
  struct line_paths room;
  struct line_options options = line_options_of(world_folder(), DESK, &room);

  ck_assert(line_open(line, running->port, &options));
}

/* A message that the server commits and signs its answer to. */
static void reserve(struct station *desk, struct line *line, uint8_t chip) {
  const uint8_t serial[CHIP_SERIAL_SIZE] = {0xF1, 0x00, 0xD0, chip};
  static char text[MESSAGE_MAX + 1024], request[MESSAGE_MAX + 1024];
  struct answer answer;
  char *jws = station_message(desk, MESSAGE_CARD_RESERVATION, reservation_body(serial), (int64_t)time(NULL));

  snprintf(request, sizeof request,
           "POST /v1/card-reservations HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/jose\r\n"
           "Content-Length: %zu\r\n\r\n%s",
           strlen(jws), jws);
  ck_assert_int_eq(line_ask(line, request, text, sizeof text), 200);
  station_read(desk, MESSAGE_CARD_RESERVATION, 200, MESSAGE_MEDIA_TYPE, strstr(text, "\r\n\r\n") + 4, &answer);
  ck_assert_int_eq(answer.code, STATUS_OK);
  answer_clear(&answer);
  free(jws);
}

START_TEST(handshakes_that_are_left_stop_nobody) {
  static struct flood flood;
  struct stranger strangers[STRANGERS];
  struct running running;
  struct station desk;
  struct line kept, fresh;

  running_start(&running, running_server, NULL);
  station_open(&desk, world_folder(), DESK);
  desk_open(&kept, &running);
  flood.port = running.port;
  flood_begin(&flood, strangers);
  flood_await(&flood);
  for (uint8_t round = 0; round < ROUNDS; round++) {
    reserve(&desk, &kept, round);
    desk_open(&fresh, &running);
    reserve(&desk, &fresh, (uint8_t)(ROUNDS + round));
    line_close(&fresh);
  }
  flood_forget(&flood);
  flood_await(&flood); /* it went on all the while */
  flood_end(&flood);
  reserve(&desk, &kept, 2 * ROUNDS);
  line_close(&kept);
  station_close(&desk);
  ck_assert_int_eq(running_stop(&running), 0);
}
END_TEST

Suite *flood_suite(void) {
  Suite *suite = suite_create("flood");
  TCase *all = world_case("flood");

  tcase_set_timeout(all, 3 * WAIT);
  tcase_add_test(all, handshakes_that_are_left_stop_nobody);
  suite_add_tcase(suite, all);
  return suite;
}
