/* SPDX-License-Identifier: Apache-2.0
 * The PC/SC back-end of a reader: opens it, carries APDUs, lists what there is. */
#include <stdlib.h>
#include <string.h>

#include "epurse/apdu.h"
#include "epurse/bytes.h"
#include "epurse/command.h"
#include "epurse/crypto.h"
#include "reader_pcsc.h"

#define PATIENCE         5000 /* milliseconds that another program may keep the card */
#define SILENCE          (READER_ANSWER_SECONDS * 1000L)
#define LISTING_PATIENCE 1000
#define LISTING_SILENCE  5000 /* a purse answers SELECT in milliseconds */
#define BUSY_PAUSE       100

size_t pcsc_shape_t0(const uint8_t *command, size_t len, uint8_t *out) {
  memcpy(out, command, len);
  if (len == APDU_HEADER_SIZE) {
    out[len] = 0; /* case 1: P3 = 00 */
    return len + 1;
  }
  bool has_data_and_le =
      len > APDU_HEADER_SIZE + 1 && command[4] != 0 && len == APDU_HEADER_SIZE + 1U + command[4] + 1U;
  return has_data_and_le ? len - 1 : len;
}

static void pcsc_disconnect(void *context) {
  struct pcsc *pcsc = context;
  if (pcsc->connected)
    pcsc_call_disconnect(pcsc);
}

/* Asks again while another program is in a transaction: nothing has reached the card then. */
static LONG pcsc_exchange(struct pcsc *pcsc, const uint8_t *command, size_t len, struct pcsc_answer *answer) {
  int64_t give_up = pcsc_now() + pcsc->patience;

  for (;;) {
    LONG code = pcsc_call_transmit(pcsc, command, len, answer);
    if (code != SCARD_E_SHARING_VIOLATION || pcsc_now() >= give_up)
      return code;
    pcsc_pause(BUSY_PAUSE);
  }
}

/* Another program reset the card: takes note, so that the next command gets through to a card without a session. */
static void pcsc_reconnect(struct pcsc *pcsc) {
  if (pcsc_call_reconnect(pcsc, SCARD_LEAVE_CARD) != SCARD_S_SUCCESS)
    pcsc_disconnect(pcsc);
}

static enum status pcsc_failure(struct pcsc *pcsc, LONG code) {
  enum status status = pcsc_status(code);

  if (pcsc_service_lost(code))
    pcsc_release(pcsc);
  else if (status == STATUS_CARD_RESET)
    pcsc_reconnect(pcsc);
  if (status == STATUS_TIMEOUT)
    return STATUS_CARD_SILENT;
  return status == STATUS_NO_CARD || status == STATUS_CARD_MUTE ? STATUS_CARD_LOST : status;
}

static enum status pcsc_transmit(void *context, const uint8_t *command, size_t len, uint8_t *answer,
                                 size_t *answer_len) {
  struct pcsc *pcsc = context;
  uint8_t shaped[APDU_COMMAND_MAX + 1];
  struct pcsc_answer got = {.data = answer, .capacity = *answer_len};

  if (!pcsc->connected)
    return STATUS_CARD_LOST;
  if (pcsc->protocol == SCARD_PROTOCOL_T0 && len >= APDU_HEADER_SIZE && len <= APDU_COMMAND_MAX) {
    len = pcsc_shape_t0(command, len, shaped);
    command = shaped;
  }
  LONG code = pcsc_exchange(pcsc, command, len, &got);
  crypto_wipe(shaped, sizeof shaped);
  if (code != SCARD_S_SUCCESS)
    return pcsc_failure(pcsc, code);
  if (got.got == 0)
    return STATUS_CARD_LOST; /* no card answers with nothing: so some readers tell that it was pulled */
  if (got.got > got.capacity) {
    crypto_wipe(answer, got.capacity);
    return STATUS_BAD_REPLY;
  }
  *answer_len = got.got;
  return STATUS_OK;
}

static enum status pcsc_reset(void *context) {
  struct pcsc *pcsc = context;

  if (!pcsc->connected)
    return STATUS_CARD_LOST;
  LONG code = pcsc_call_reconnect(pcsc, SCARD_RESET_CARD);
  if (pcsc_service_lost(code))
    pcsc_release(pcsc);
  enum status status = pcsc_status(code);
  if (status == STATUS_TIMEOUT)
    return STATUS_CARD_SILENT;
  return status == STATUS_CARD_LOST ? STATUS_NO_CARD : status;
}

static void pcsc_limit(void *context, int seconds) {
  struct pcsc *pcsc = context;
  pcsc->silence = seconds * 1000L;
}

static void pcsc_cancel_fd(void *context, int fd) {
  struct pcsc *pcsc = context;
  pcsc->cancel_fd = fd;
}

static void pcsc_shutdown(void *context) {
  struct pcsc *pcsc = context;
  pcsc_disconnect(pcsc);
  pcsc_release(pcsc);
  free(pcsc);
}

enum status pcsc_open(const char *name, struct reader **reader) {
  struct pcsc *pcsc = calloc(1, sizeof *pcsc);
  struct reader *made = calloc(1, sizeof *made);
  enum status status = STATUS_NO_MEMORY;

  *reader = NULL;
  if (pcsc == NULL || made == NULL)
    goto out;
  pcsc->patience = PATIENCE;
  pcsc->silence = SILENCE;
  pcsc->cancel_fd = -1;
  pcsc->moves = -1;
  pcsc_name(pcsc->name, name);
  status = pcsc_establish(pcsc);
  if (status != STATUS_OK)
    goto out;
  *made = (struct reader){.context = pcsc,
                          .connect = pcsc_connect,
                          .transmit = pcsc_transmit,
                          .disconnect = pcsc_disconnect,
                          .reset = pcsc_reset,
                          .wait = pcsc_wait,
                          .limit = pcsc_limit,
                          .cancel_fd = pcsc_cancel_fd,
                          .shutdown = pcsc_shutdown};
  bytes_to_text(name, strlen(name), made->name);
  *reader = made;
  made = NULL;
  pcsc = NULL;
out:
  free(made);
  free(pcsc);
  return status;
}

bool pcsc_is_purse(const char *name) {
  static const uint8_t aid[] = {PURSE_AID_BYTES};
  const struct apdu select = {.ins = INS_SELECT, .p1 = 0x04, .data = aid, .lc = sizeof aid, .le = 256};
  struct reader *reader = NULL;
  struct apdu_response response;
  bool purse = false;

  if (pcsc_open(name, &reader) != STATUS_OK)
    return false;
  struct pcsc *pcsc = reader->context;
  pcsc->patience = LISTING_PATIENCE;
  pcsc->silence = LISTING_SILENCE;
  if (reader_connect(reader) == STATUS_OK)
    purse = reader_command(reader, &select, &response) == STATUS_OK && apdu_sw_has_data(response.sw);
  reader_close(&reader);
  return purse;
}

static bool slot_is_purse(void *context, const struct pcsc_slot *slot) {
  (void)context;
  return pcsc_is_purse(slot->name);
}

enum status reader_open_pcsc(const char *spec, struct reader **reader, char problem[512]) {
  struct pcsc *pcsc = calloc(1, sizeof *pcsc);
  struct pcsc_slot slots[PCSC_SLOTS_MAX];
  struct pcsc_choice choice = {.slots = slots, .is_purse = slot_is_purse, .problem = problem};

  *reader = NULL;
  problem[0] = '\0';
  if (pcsc == NULL)
    return STATUS_NO_MEMORY;
  enum status status = pcsc_slots(pcsc, slots, &choice.count);
  if (status == STATUS_OK)
    status = pcsc_choose(&choice, spec);
  if (status == STATUS_OK)
    status = pcsc_open(slots[choice.chosen].name, reader);
  pcsc_release(pcsc);
  free(pcsc);
  return status;
}

enum status reader_list(struct reader_row *rows, size_t capacity, size_t *count) {
  struct pcsc *pcsc = calloc(1, sizeof *pcsc);
  struct pcsc_slot slots[PCSC_SLOTS_MAX];

  *count = 0;
  if (pcsc == NULL)
    return STATUS_NO_MEMORY;
  size_t found = 0;
  enum status status = pcsc_slots(pcsc, slots, &found);
  for (size_t i = 0; status == STATUS_OK && i < found && i < capacity; i++) {
    rows[i] = (struct reader_row){.index = (unsigned)i, .card = slots[i].present};
    rows[i].purse = slots[i].present && pcsc_is_purse(slots[i].name);
    bytes_to_text(slots[i].name, sizeof slots[i].name, rows[i].name);
    *count = i + 1;
  }
  pcsc_release(pcsc);
  free(pcsc);
  return status;
}
