/* SPDX-License-Identifier: Apache-2.0
 * The virtual card in vsmartcard's reader: a client of its driver vpcd, which pcscd loads. */
#include "epurse/vpcd.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "epurse/bytes.h"
#include "epurse/vcard.h"
#include "vpcd_line.h"

/* vpcd's messages (vsmartcard, virtualsmartcard/doc/api.txt): two bytes length, big-endian, then the message. One byte
 * is an order to the card; everything else is an APDU. The ATR and answers to APDUs go back in the same form, the
 * others have none. */
enum { VPCD_OFF = 0x00, VPCD_ON = 0x01, VPCD_RESET = 0x02, VPCD_ATR = 0x04 };
#define LENGTH_SIZE 2
#define MESSAGE_MAX (LENGTH_SIZE + 0xFFFF)

/* pcscd may still be starting, and vpcd listens with a backlog of nothing: try often at first, then for ever. */
#define TRIES_AT_FIRST     40
#define PAUSE_AT_FIRST     50 /* ms */
#define PAUSE_LATER        500
#define PAUSE_PULLED       600 /* ms; pcscd looks every 400 whether the card is there */
#define LEAVE_TIMEOUT      1000
#define CONNECT_TIMEOUT_MS 2000

struct vpcd {
  struct vcard *vcard;
  struct vpcd_settings settings;
  struct addrinfo *addresses;
  int fd;         /* -1: not connected */
  bool inserted;  /* the reader has asked for us */
  int pause;      /* ms to wait before the next connect */
  unsigned tries; /* in vain since the card was last in */
  size_t have;    /* bytes of the message that is coming in */
  uint8_t message[MESSAGE_MAX];
};

/* ISO/IEC 7816-3 8.2: TS direct, T0 with TD1 and 8 historical bytes, TD1 T=1, historical bytes (ISO/IEC 7816-4 8.1.1:
 * 80, then compact TLV 5: card issuer's data "EPURSE"), TCK: exclusive or from T0 on. Nothing in it says extended
 * lengths. */
static size_t atr_write(uint8_t answer[APDU_RESPONSE_MAX]) {
  static const uint8_t atr[] = {0x3B, 0x88, 0x01, 0x80, 0x56, 'E', 'P', 'U', 'R', 'S', 'E'};
  uint8_t check = 0;
  for (size_t i = 0; i < sizeof atr; i++) {
    answer[i] = atr[i];
    if (i > 0)
      check ^= atr[i];
  }
  answer[sizeof atr] = check;
  return sizeof atr + 1;
}

/* ---- the connection ---- */

static int64_t now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Says that the card goes and waits until the driver hangs up. pcscd would otherwise take the card that comes next for
 * this one, or find neither: its driver would never have reported an empty slot. */
static void take_leave(const struct vpcd *vpcd) {
  uint8_t rest[64];
  int64_t end = now_ms() + LEAVE_TIMEOUT;
  shutdown(vpcd->fd, SHUT_WR);
  for (int64_t left = LEAVE_TIMEOUT; left > 0; left = end - now_ms()) {
    struct pollfd fd = {.fd = vpcd->fd, .events = POLLIN};
    if (poll(&fd, 1, (int)left) > 0 && recv(vpcd->fd, rest, sizeof rest, 0) <= 0)
      return;
  }
}

static void pull(struct vpcd *vpcd, int pause) {
  if (vpcd->fd >= 0)
    close(vpcd->fd);
  vpcd->fd = -1;
  vpcd->have = 0;
  vpcd->pause = pause;
  vcard_power_off(vpcd->vcard);
  if (vpcd->inserted && vpcd->settings.notice != NULL)
    vpcd->settings.notice(vpcd->settings.context, false);
  vpcd->inserted = false;
}

/* Both directions at once, without waiting for more to send or for an acknowledgement to ride on: vpcd 3.3 sends length
 * and message in two pieces, and the second would wait 40 ms for ours. The kernel forgets TCP_QUICKACK, hence before
 * each recv. */
static void acknowledge_at_once(int fd) {
  int on = 1;
  (void)setsockopt(fd, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof on);
}

static bool try_address(struct vpcd *vpcd, const struct addrinfo *address) {
  int fd = socket(address->ai_family, address->ai_socktype | SOCK_CLOEXEC, address->ai_protocol);
  if (fd < 0)
    return false;
  int on = 1;
  struct timeval timeout = {.tv_sec = CONNECT_TIMEOUT_MS / 1000};
  if (setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) == 0 &&
      setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout) == 0 &&
      connect(fd, address->ai_addr, address->ai_addrlen) == 0) {
    vpcd->fd = fd;
    return true;
  }
  close(fd);
  return false;
}

static void connect_once(struct vpcd *vpcd) {
  for (const struct addrinfo *address = vpcd->addresses; address != NULL && vpcd->fd < 0; address = address->ai_next)
    if (try_address(vpcd, address))
      return;
  if (vpcd->fd < 0)
    vpcd->pause = ++vpcd->tries < TRIES_AT_FIRST ? PAUSE_AT_FIRST : PAUSE_LATER;
}

/* Waits until the reader sends something or the pause is over. True where wake_fd can be read. */
static bool wait_woken(const struct vpcd *vpcd) {
  struct pollfd fds[] = {{.fd = vpcd->settings.wake_fd, .events = POLLIN}, {.fd = vpcd->fd, .events = POLLIN}};
  int timeout = vpcd->fd < 0 ? vpcd->pause : -1;
  while (poll(fds, 2, timeout) < 0 && errno == EINTR)
    continue;
  return fds[0].revents != 0;
}

static bool send_message(struct vpcd *vpcd, const uint8_t *message, size_t len) {
  uint8_t out[LENGTH_SIZE + APDU_RESPONSE_MAX];
  bytes_put_u16(out, (uint16_t)len);
  memcpy(out + LENGTH_SIZE, message, len);
  size_t left = LENGTH_SIZE + len;
  const uint8_t *at = out;
  while (left > 0) {
    ssize_t sent = send(vpcd->fd, at, left, MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR)
      continue;
    if (sent <= 0)
      return false;
    at += sent;
    left -= (size_t)sent;
  }
  return true;
}

/* Takes in what is there of the message. *complete: all of it is. False: the reader is gone. */
static bool receive(struct vpcd *vpcd, bool *complete) {
  size_t wanted = LENGTH_SIZE;
  if (vpcd->have >= LENGTH_SIZE)
    wanted += bytes_u16(vpcd->message);
  acknowledge_at_once(vpcd->fd);
  ssize_t got = recv(vpcd->fd, vpcd->message + vpcd->have, wanted - vpcd->have, MSG_DONTWAIT);
  if (got < 0)
    return errno == EINTR || errno == EAGAIN || errno == EWOULDBLOCK;
  if (got == 0)
    return false;
  vpcd->have += (size_t)got;
  *complete = vpcd->have >= LENGTH_SIZE && vpcd->have == LENGTH_SIZE + (size_t)bytes_u16(vpcd->message);
  return true;
}

/* ---- what the reader wants ---- */

/* False: the card does not answer. An empty answer is never sent, it would end the driver's connection half way. */
static bool answer_apdu(struct vpcd *vpcd, const uint8_t *command, size_t len) {
  uint8_t answer[APDU_RESPONSE_MAX];
  size_t answer_len = vcard_process(vpcd->vcard, command, len, answer);
  return answer_len > 0 && send_message(vpcd, answer, answer_len);
}

static bool obey(struct vpcd *vpcd, uint8_t order) {
  uint8_t atr[APDU_RESPONSE_MAX];
  switch (order) {
  case VPCD_OFF:
    vcard_power_off(vpcd->vcard);
    return true;
  case VPCD_ON:
  case VPCD_RESET:
    return vcard_power_on(vpcd->vcard) == STATUS_OK;
  case VPCD_ATR: /* asked for at every look whether the card is there, powered or not */
    return send_message(vpcd, atr, atr_write(atr));
  default:
    return true; /* an order of a later vpcd: those without an answer are the common kind */
  }
}

static bool handle_message(struct vpcd *vpcd) {
  size_t len = vpcd->have - LENGTH_SIZE;
  const uint8_t *message = vpcd->message + LENGTH_SIZE;
  vpcd->have = 0;
  if (!vpcd->inserted && vpcd->settings.notice != NULL)
    vpcd->settings.notice(vpcd->settings.context, true);
  vpcd->inserted = true;
  vpcd->tries = 0;
  return len == 1 ? obey(vpcd, message[0]) : answer_apdu(vpcd, message, len);
}

void vpcd_attach(struct vpcd *vpcd, int fd) {
  pull(vpcd, 0);
  vpcd->fd = fd;
}

bool vpcd_step(struct vpcd *vpcd) {
  bool complete = false;
  if (!receive(vpcd, &complete))
    pull(vpcd, PAUSE_AT_FIRST);
  else if (complete && !handle_message(vpcd))
    pull(vpcd, PAUSE_PULLED);
  return vpcd->fd >= 0;
}

enum status vpcd_serve(struct vpcd *vpcd) {
  for (;;) {
    if (vpcd->fd < 0 && vpcd->pause == 0)
      connect_once(vpcd);
    if (wait_woken(vpcd))
      return STATUS_CANCELLED;
    if (vpcd->fd < 0) {
      vpcd->pause = 0;
      continue;
    }
    (void)vpcd_step(vpcd);
  }
}

enum status vpcd_new(struct vcard *vcard, const struct vpcd_settings *settings, struct vpcd **vpcd) {
  *vpcd = NULL;
  struct vpcd *made = calloc(1, sizeof *made);
  if (made == NULL)
    return STATUS_NO_MEMORY;
  made->vcard = vcard;
  made->settings = *settings;
  made->fd = -1;
  struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
  if (getaddrinfo(settings->host, settings->port, &hints, &made->addresses) != 0) {
    free(made);
    return STATUS_NO_READER;
  }
  *vpcd = made;
  return STATUS_OK;
}

void vpcd_free(struct vpcd **vpcd) {
  struct vpcd *freed = *vpcd;
  if (freed == NULL)
    return;
  if (freed->inserted)
    take_leave(freed);
  pull(freed, 0);
  freeaddrinfo(freed->addresses);
  crypto_wipe(freed, sizeof *freed); /* the last APDU */
  free(freed);
  *vpcd = NULL;
}
