/* SPDX-License-Identifier: Apache-2.0
 * A reader whose card loses its power, is pulled, and is carried to another terminal and back. */
#include "torture_reader.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "epurse/reader.h"
#include "epurse/vcard.h"
#include "torture_world.h"

struct slot {
  const struct call *call;
  struct vcard *vcard;
  struct reader *inner;
  struct reader reader;
  enum fault_kind armed; /* the card's own fault in this call */
  bool away;
};

/* ---- the card ---- */

static enum fault_kind file_torn; /* the card's file was just torn by this fault */

ssize_t __real_pwrite(int file, const void *data, size_t len, off_t at);
ssize_t __wrap_pwrite(int file, const void *data, size_t len, off_t at);
ssize_t __wrap_pwrite(int file, const void *data, size_t len, off_t at) {
  enum fault_kind fault = fault_at(PLACE_CARD_FILE);
  if (fault != FAULT_NONE) {
    file_torn = fault;
    (void)!__real_pwrite(file, data, len / 2, at);
    errno = EIO;
    return -1;
  }
  return __real_pwrite(file, data, len, at);
}

static void card_trace(const struct slot *slot) {
  trace_card(&torture->trace, slot->call->whose, vcard_memory(slot->vcard));
}

static bool card_take(struct slot *slot) {
  if (vcard_open(world_card(slot->call->whose), &slot->vcard) != STATUS_OK)
    return false;
  card_trace(slot);
  return reader_open_direct(slot->vcard, &slot->inner) == STATUS_OK;
}

/* Its writes are counted where they can be made to fail: below, in the virtual card. */
static void card_drop(struct slot *slot) {
  struct vcard_tally tally = {.writes = 0};
  if (slot->vcard != NULL)
    vcard_tally(slot->vcard, &tally);
  fault_passed(PLACE_CARD_WRITE, tally.writes + tally.commits);
  if (slot->inner != NULL)
    reader_close(&slot->inner);
  vcard_close(&slot->vcard);
}

/* Its power is gone, and with it all but what its file holds. */
static void card_cut(struct slot *slot) {
  card_drop(slot);
  if (!card_take(slot)) {
    printf("# the card's file cannot be opened any more\n");
    _exit(70);
  }
}

/* ---- the reader ---- */

static void carry_away(struct slot *slot) {
  if (slot->call->inside == NULL)
    return;
  card_drop(slot);
  torture_reader_excursion(slot->call->inside);
  card_cut(slot);
}

static enum status slot_connect(void *context) {
  struct slot *slot = context;
  return slot->away ? STATUS_NO_CARD : reader_connect(slot->inner);
}

/* Before the card has the command; false: it will not get it. */
static bool on_the_way_in(struct slot *slot, enum fault_kind fault) {
  switch (fault) {
  case FAULT_KILL_BEFORE_COMMAND:
    fault_kill();
  case FAULT_COMMAND_LOST:
  case FAULT_COMMAND_LOST_AWAY:
    card_cut(slot);
    return false;
  case FAULT_EXCURSION_BEFORE:
    carry_away(slot);
    return false;
  default:
    return true;
  }
}

static enum status on_the_way_out(struct slot *slot, enum fault_kind fault, enum status status) {
  switch (fault) {
  case FAULT_KILL_AFTER_COMMAND:
    fault_kill();
  case FAULT_ANSWER_LOST:
  case FAULT_ANSWER_LOST_AWAY:
    card_cut(slot);
    return STATUS_CARD_LOST;
  case FAULT_EXCURSION_AFTER:
    carry_away(slot);
    return STATUS_CARD_LOST;
  default:
    return status;
  }
}

/* The card lost its power in the command: which fault that was. */
static enum fault_kind lost_by(const struct slot *slot) {
  enum fault_kind fault = file_torn != FAULT_NONE ? file_torn : slot->armed;
  fault_fired(fault);
  file_torn = FAULT_NONE;
  return fault;
}

static enum status slot_transmit(void *context, const uint8_t *command, size_t len, uint8_t *answer,
                                 size_t *answer_len) {
  struct slot *slot = context;
  if (slot->away)
    return STATUS_CARD_LOST;
  enum fault_kind fault = fault_at(PLACE_APDU);
  if (!on_the_way_in(slot, fault)) {
    slot->away = fault_away(fault);
    return STATUS_CARD_LOST;
  }
  enum status status = slot->inner->transmit(slot->inner->context, command, len, answer, answer_len);
  card_trace(slot);
  if (status != STATUS_OK) {
    slot->away = fault_away(lost_by(slot));
    card_cut(slot);
    return status;
  }
  status = on_the_way_out(slot, fault, status);
  slot->away = fault_away(fault);
  return status;
}

static void slot_disconnect(void *context) {
  const struct slot *slot = context;
  reader_disconnect(slot->inner);
}

static enum status slot_wait(void *context, bool present, int seconds) {
  const struct slot *slot = context;
  (void)seconds;
  return present == slot->away ? STATUS_TIMEOUT : STATUS_OK;
}

bool torture_reader_open(const struct call *call, struct reader **reader) {
  struct slot *slot = calloc(1, sizeof *slot);
  unsigned nth = 0;
  if (slot == NULL)
    return false;
  slot->call = call;
  if (!card_take(slot)) {
    free(slot);
    return false;
  }
  slot->armed = fault_armed(PLACE_CARD_WRITE, &nth);
  bool after = slot->armed == FAULT_CARD_CUT_AFTER || slot->armed == FAULT_CARD_CUT_AFTER_AWAY;
  vcard_fail_at(slot->vcard, nth, after);
  slot->reader = (struct reader){.context = slot,
                                 .name = "torture",
                                 .connect = slot_connect,
                                 .transmit = slot_transmit,
                                 .disconnect = slot_disconnect,
                                 .wait = slot_wait};
  *reader = &slot->reader;
  return true;
}

void torture_reader_close(struct reader **reader) {
  struct slot *slot = (*reader)->context;
  card_drop(slot);
  free(slot);
  *reader = NULL;
}
