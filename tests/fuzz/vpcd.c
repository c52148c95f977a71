/* SPDX-License-Identifier: Apache-2.0
 * What comes from vsmartcard's reader: length, message, again and again; the input is the stream. What goes back is in
 * step, each message whole. */
#include "epurse/vpcd.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "card_audit.h"
#include "epurse/bytes.h"
#include "epurse/vcard.h"
#include "scratch.h"
#include "target.h"
#include "vcard/vpcd_line.h"

#define ATR_MAX 33 /* ISO/IEC 7816-3 8.2 */
#define ROOM    (2 + APDU_RESPONSE_MAX)

struct slot {
  struct scratch *scratch;
  struct vcard *vcard;
  struct vpcd *vpcd;
  int inserted; /* less removed */
  int driver;   /* the other end of the line */
  unsigned answers;
};

static void notice(void *context, bool inserted) {
  struct slot *slot = context;
  slot->inserted += inserted ? 1 : -1;
}

static void *open_slot(void) {
  static const uint8_t serial[CHIP_SERIAL_SIZE] = "CHIP000", key[CRYPTO_AES_KEY_SIZE] = "transport key..";
  struct slot *slot = calloc(1, sizeof *slot);
  fuzz_require(slot != NULL);
  slot->scratch = scratch_new();
  fuzz_require(vcard_create(slot->scratch->path, serial, key) == STATUS_OK);
  fuzz_require(vcard_open(slot->scratch->path, &slot->vcard) == STATUS_OK);
  const struct vpcd_settings settings = {
      .host = VPCD_HOST, .port = VPCD_PORT, .wake_fd = -1, .notice = notice, .context = slot};
  fuzz_require(vpcd_new(slot->vcard, &settings, &slot->vpcd) == STATUS_OK);
  return slot;
}

static void close_slot(void *context) {
  struct slot *slot = context;
  vpcd_free(&slot->vpcd);
  vcard_close(&slot->vcard);
  scratch_free(slot->scratch);
  free(slot);
}

/* Everything that has come back since: whole messages, an ATR or an answer. */
static void answers_take(struct slot *slot) {
  uint8_t message[ROOM];
  struct apdu_response response;
  while (recv(slot->driver, message, 2, MSG_DONTWAIT) == 2) {
    size_t len = bytes_u16(message);
    fuzz_require(len > 0 && len <= APDU_RESPONSE_MAX);
    fuzz_require(recv(slot->driver, message, len, MSG_DONTWAIT) == (ssize_t)len);
    slot->answers++;
    if (message[0] == 0x3B && len > 4 && len <= ATR_MAX) /* no answer of a raw card begins so */
      continue;
    audit_answer(message, len, &response);
  }
}

static bool take(void *context, const uint8_t *data, size_t len) {
  struct slot *slot = context;
  struct card_memory before = *vcard_memory(slot->vcard);
  int line[2];
  fuzz_require(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, line) == 0);
  slot->driver = line[1];
  slot->answers = 0;
  vpcd_attach(slot->vpcd, line[0]);
  fuzz_require(send(slot->driver, data, len, 0) == (ssize_t)len || len == 0);
  fuzz_require(shutdown(slot->driver, SHUT_WR) == 0);
  while (vpcd_step(slot->vpcd))
    answers_take(slot);
  answers_take(slot);
  close(slot->driver);
  fuzz_require(slot->inserted == 0);
  fuzz_require(memcmp(&before, vcard_memory(slot->vcard), sizeof before) == 0);
  return slot->answers > 0;
}

static void seeds(void *context, const struct fuzz_sink *sink) {
  (void)context;
  fuzz_seed_text(sink, "\x00\x01\x04");                                                /* ATR */
  fuzz_seed_text(sink, "\x00\x01\x01\x00\x0E\x00\xA4\x04\x00\x08\xF0\x45PURSE\x01\x00" /* power, SELECT */
                       "\x00\x01\x02\x00\x05\x80\xCA\xBF\x21\x00\x00\x01\x04");        /* reset, GET DATA, ATR */
  fuzz_seed_text(sink, "\x00\x01\x01\x00\x00\x00\x02\x01\x02");                        /* empty, too short */
}

const struct fuzz_target fuzz_vpcd = {
    .name = "vpcd", .open = open_slot, .close = close_slot, .take = take, .seeds = seeds};
