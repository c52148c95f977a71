/* SPDX-License-Identifier: Apache-2.0
 * The card application's contract (epurse/card.h) and the tests' memory (tests/card/ram.h), kept by the applet at the
 * end of a pipe: the C card's own tests then ask the applet. */
#include "epurse/card.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "card/ram.h"
#include "epurse/bytes.h"

#include "card.h"

#define INSTALL_SIZE (1 + CHIP_SERIAL_SIZE + CRYPTO_AES_KEY_SIZE)
#define SESSION_SIZE 12

static FILE *to_applet, *from_applet;
static uint8_t last_image[CARD_MEMORY_SIZE]; /* as it came, of the card at the pipe */

/* What an order brought back. */
struct reply {
  uint8_t answer[APDU_RESPONSE_MAX];
  size_t len;
  uint8_t session[SESSION_SIZE]; /* channel, role, PIN verified, TID, version of the shown server key */
};

void applet_start(const char *command) {
  int down[2], up[2];
  if (pipe(down) != 0 || pipe(up) != 0)
    abort();
  pid_t child = fork();
  if (child < 0)
    abort();
  if (child == 0) {
    dup2(down[0], STDIN_FILENO);
    dup2(up[1], STDOUT_FILENO);
    close(down[0]), close(down[1]), close(up[0]), close(up[1]);
    execl("/bin/sh", "sh", "-c", command, (char *)NULL);
    _exit(127);
  }
  close(down[0]), close(up[1]);
  to_applet = fdopen(down[1], "wb");
  from_applet = fdopen(up[0], "rb");
}

void applet_stop(void) {
  fclose(to_applet);
  fclose(from_applet);
  (void)wait(NULL);
}

static void receive(void *bytes, size_t len) {
  if (fread(bytes, 1, len, from_applet) != len) {
    fputs("the applet is gone\n", stderr);
    abort();
  }
}

static size_t receive_length(void) {
  uint8_t len[2];
  receive(len, sizeof len);
  return bytes_u16(len);
}

static struct reply order(struct ram *ram, char letter, const void *body, size_t len);

/* Numbers that a test has set in the committed bytes. */
static void poke(struct ram *ram) {
  uint8_t image[CARD_MEMORY_SIZE];
  memcpy(image, ram->committed, sizeof image);
  memcpy(ram->committed, last_image, sizeof last_image);
  (void)order(ram, 'W', image, sizeof image);
}

/* The image comes with every answer. What the tests call operations are changes of it: a chip that has no transient
 * public key writes others, which mean nothing. */
static struct reply order(struct ram *ram, char letter, const void *body, size_t len) {
  uint8_t head[3] = {(uint8_t)letter}, steps[4], image[CARD_MEMORY_SIZE];
  struct reply reply = {0};
  if (letter != 'I' && memcmp(ram->committed, last_image, sizeof last_image) != 0)
    poke(ram);
  bytes_put_u16(head + 1, (uint16_t)len);
  if (fwrite(head, 1, sizeof head, to_applet) != sizeof head || fwrite(body, 1, len, to_applet) != len ||
      fflush(to_applet) != 0)
    abort();
  reply.len = receive_length();
  receive(reply.answer, reply.len);
  receive(steps, sizeof steps);
  if (receive_length() != sizeof image)
    abort();
  receive(image, sizeof image);
  receive(reply.session, sizeof reply.session);
  if (memcmp(image, ram->committed, sizeof image) != 0) {
    ram->commits++;
    ram->operations += bytes_u32(steps);
  }
  memcpy(last_image, image, sizeof image);
  memcpy(ram->committed, image, sizeof image);
  memcpy(ram->staged, image, sizeof image);
  return reply;
}

/* ---- tests/card/ram.h ---- */

void ram_init(struct ram *ram) {
  memset(ram, 0, sizeof *ram);
  memset(last_image, 0, sizeof last_image);
  ram->port.context = ram;
}

void ram_cut(struct ram *ram, unsigned n, enum ram_fault fault) {
  const uint8_t body[3] = {(uint8_t)(n >> 8), (uint8_t)n, fault == RAM_AFTER_COMMIT};
  ram->fault_at = n;
  ram->fault = fault;
  ram->operations = 0;
  (void)order(ram, 'T', body, sizeof body);
}

void ram_power(struct ram *ram) {
  ram_cut(ram, 0, RAM_SOUND);
  ram->dead = false;
  ram->commits = ram->writes = 0;
}

void applet_counts(struct ram *ram, uint32_t counts[APPLET_COUNTS]) {
  struct reply reply = order(ram, 'C', "", 0);
  if (reply.len != 4 * APPLET_COUNTS)
    abort();
  for (size_t i = 0; i < APPLET_COUNTS; i++)
    counts[i] = bytes_u32(reply.answer + 4 * i);
}

/* ---- epurse/card.h ---- */

bool card_manufacture(const struct card_port *port, const uint8_t chip_serial[CHIP_SERIAL_SIZE],
                      const uint8_t transport_key[CRYPTO_AES_KEY_SIZE]) {
  uint8_t body[INSTALL_SIZE] = {1};
  memcpy(body + 1, chip_serial, CHIP_SERIAL_SIZE);
  memcpy(body + 1 + CHIP_SERIAL_SIZE, transport_key, CRYPTO_AES_KEY_SIZE);
  struct reply reply = order(port->context, 'I', body, sizeof body);
  return reply.len == 2 && bytes_u16(reply.answer) == SW_OK;
}

bool card_power_on(struct card *card, const struct card_port *port) {
  struct ram *ram = port->context;
  card->port = port;
  (void)order(ram, 'P', "", 0);
  memcpy(&card->memory, ram->committed, sizeof card->memory);
  return true;
}

size_t card_process(struct card *card, const uint8_t *command, size_t len, uint8_t answer[APDU_RESPONSE_MAX]) {
  struct ram *ram = card->port->context;
  struct reply reply = order(ram, 'A', command, len);
  memcpy(&card->memory, ram->committed, sizeof card->memory);
  card->channel = reply.session[0];
  card->role = reply.session[1];
  card->pin_verified = reply.session[2] != 0;
  memcpy(card->tid, reply.session + 3, sizeof card->tid);
  card->shown_server.version = reply.session[11];
  memcpy(answer, reply.answer, reply.len);
  ram->dead = ram->dead || reply.len == 0;
  return reply.len;
}
