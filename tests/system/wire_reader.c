/* SPDX-License-Identifier: Apache-2.0
 * The attacker's reader, one function per thing that can be done to an APDU. */
#include "wire_reader.h"

#include <stdio.h>
#include <string.h>

static const char *const names[WIRE_KIND_COUNT] = {
    [WIRE_NOTHING] = "nothing",
    [WIRE_COMMAND_DROPPED] = "command dropped",
    [WIRE_ANSWER_DROPPED] = "answer dropped",
    [WIRE_COMMAND_LATE] = "command late",
    [WIRE_COMMAND_REPEATED] = "command repeated",
    [WIRE_COMMAND_REPLACED] = "command replaced",
    [WIRE_COMMAND_PRECEDED] = "command preceded",
    [WIRE_COMMAND_HELD] = "command reordered",
    [WIRE_COMMAND_ALTERED] = "command altered",
    [WIRE_COMMAND_RESIZED] = "command resized",
    [WIRE_CARD_RESET] = "card reset",
    [WIRE_ANSWER_REPLACED] = "answer replaced",
    [WIRE_ANSWER_FORGED] = "answer forged",
    [WIRE_ANSWER_GARBAGE] = "answer garbage",
    [WIRE_ANSWER_ALTERED] = "answer altered",
    [WIRE_ANSWER_RESIZED] = "answer resized",
};

const char *wire_kind_name(enum wire_kind kind) {
  return names[kind];
}

void wire_attack_print(const struct wire_attack *attack, char text[160]) {
  snprintf(text, 160, "%s at %u%s%s, %s %u, offset %zu, bits %02X, sw %04X%s", names[attack->kind], attack->at,
           attack->lasting ? " and on" : "", attack->unseen ? " unseen" : "", attack->recorded ? "recorded" : "own",
           attack->from, attack->offset, attack->bits, attack->sw, attack->hides_reset ? ", reset hidden" : "");
}

uint64_t wire_random(uint64_t *state) {
  uint64_t z = *state += 0x9E3779B97F4A7C15u;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

/* ---- towards the card ---- */

static enum status card_give(struct wire *wire, const uint8_t *command, size_t len, struct tape_item *item) {
  item->answer_len = APDU_RESPONSE_MAX;
  enum status status = wire->inner->transmit(wire->inner->context, command, len, item->answer, &item->answer_len);
  if (status != STATUS_OK)
    item->answer_len = 0;
  return status;
}

/* The item of the tape that the attack names; NULL where the tape has none. */
static const struct tape_item *tape_item(const struct wire *wire) {
  const struct tape *tape = wire->attack.recorded ? wire->recorded : &wire->tape;
  return tape != NULL && wire->attack.from < tape->count ? &tape->items[wire->attack.from] : NULL;
}

static enum status command_resized(struct wire *wire, struct tape_item *item) {
  uint8_t command[APDU_COMMAND_MAX] = {0};
  size_t len = wire->attack.offset < sizeof command ? wire->attack.offset : sizeof command;
  memcpy(command, item->command, len < item->command_len ? len : item->command_len);
  return card_give(wire, command, len, item);
}

static enum status command_altered(struct wire *wire, struct tape_item *item) {
  uint8_t command[APDU_COMMAND_MAX];
  memcpy(command, item->command, item->command_len);
  if (wire->attack.offset < item->command_len)
    command[wire->attack.offset] ^= wire->attack.bits;
  return card_give(wire, command, item->command_len, item);
}

static enum status command_twice(struct wire *wire, struct tape_item *item) {
  struct tape_item second;
  enum status status = card_give(wire, item->command, item->command_len, item);
  enum status again = card_give(wire, item->command, item->command_len, &second);
  if (!wire->attack.unseen)
    return status;
  memcpy(item->answer, second.answer, second.answer_len);
  item->answer_len = second.answer_len;
  return again;
}

static enum status command_from_tape(struct wire *wire, struct tape_item *item) {
  const struct tape_item *other = tape_item(wire);
  struct tape_item unheard;
  if (other == NULL)
    return card_give(wire, item->command, item->command_len, item);
  if (wire->attack.kind == WIRE_COMMAND_REPLACED)
    return card_give(wire, other->command, other->command_len, item);
  (void)!card_give(wire, other->command, other->command_len, &unheard);
  return card_give(wire, item->command, item->command_len, item);
}

static enum status command_held(struct wire *wire, struct tape_item *item) {
  const struct tape_item *other = tape_item(wire);
  wire->held = *item;
  if (wire->attack.kind == WIRE_COMMAND_LATE || other == NULL)
    return STATUS_CARD_LOST;
  memcpy(item->answer, other->answer, other->answer_len);
  item->answer_len = other->answer_len;
  return STATUS_OK;
}

/* ---- towards the terminal ---- */

static void answer_sw(struct tape_item *item, uint16_t sw) {
  item->answer[item->answer_len++] = (uint8_t)(sw >> 8);
  item->answer[item->answer_len++] = (uint8_t)sw;
}

static void answer_resize(const struct wire *wire, struct tape_item *item) {
  size_t len = wire->attack.offset < APDU_RESPONSE_MAX ? wire->attack.offset : APDU_RESPONSE_MAX;
  uint8_t sw[2] = {0x90, 0x00};
  if (item->answer_len >= 2)
    memcpy(sw, item->answer + item->answer_len - 2, 2);
  if (len > item->answer_len && len >= 2) {
    memset(item->answer + item->answer_len - 2, 0, len - item->answer_len);
    memcpy(item->answer + len - 2, sw, 2);
  }
  item->answer_len = len;
}

static void answer_change(struct wire *wire, struct tape_item *item) {
  const struct wire_attack *attack = &wire->attack;
  const struct tape_item *other = tape_item(wire);
  switch (attack->kind) {
  case WIRE_ANSWER_REPLACED:
    if (other != NULL) {
      memcpy(item->answer, other->answer, other->answer_len);
      item->answer_len = other->answer_len;
    }
    break;
  case WIRE_ANSWER_FORGED:
    item->answer_len = 0;
    answer_sw(item, attack->sw);
    break;
  case WIRE_ANSWER_GARBAGE:
    for (item->answer_len = 0; item->answer_len < attack->offset; item->answer_len++)
      item->answer[item->answer_len] = (uint8_t)wire_random(&wire->noise);
    answer_sw(item, SW_OK);
    break;
  case WIRE_ANSWER_ALTERED:
    if (attack->offset < item->answer_len)
      item->answer[attack->offset] ^= attack->bits;
    break;
  default:
    answer_resize(wire, item);
    break;
  }
}

static enum status answer_attack(struct wire *wire, struct tape_item *item) {
  enum status status = STATUS_OK;
  item->answer_len = 0;
  if (!wire->attack.unseen)
    status = card_give(wire, item->command, item->command_len, item);
  answer_change(wire, item);
  return status;
}

static enum status attack_run(struct wire *wire, struct tape_item *item) {
  switch (wire->attack.kind) {
  case WIRE_COMMAND_DROPPED:
    return STATUS_CARD_LOST;
  case WIRE_ANSWER_DROPPED:
    (void)!card_give(wire, item->command, item->command_len, item);
    return STATUS_CARD_LOST;
  case WIRE_COMMAND_LATE:
  case WIRE_COMMAND_HELD:
    return command_held(wire, item);
  case WIRE_COMMAND_REPEATED:
    return command_twice(wire, item);
  case WIRE_COMMAND_REPLACED:
  case WIRE_COMMAND_PRECEDED:
    return command_from_tape(wire, item);
  case WIRE_COMMAND_ALTERED:
    return command_altered(wire, item);
  case WIRE_COMMAND_RESIZED:
    return command_resized(wire, item);
  case WIRE_CARD_RESET:
    (void)!wire->inner->reset(wire->inner->context);
    return card_give(wire, item->command, item->command_len, item);
  default:
    return answer_attack(wire, item);
  }
}

/* ---- the reader ---- */

/* The attacker has taken the card away. */
static bool wire_gone(const struct wire *wire) {
  const struct wire_attack *attack = &wire->attack;
  return wire->happened && attack->lasting &&
         (attack->kind == WIRE_COMMAND_DROPPED || attack->kind == WIRE_ANSWER_DROPPED);
}

static enum status wire_connect(void *context) {
  struct wire *wire = context;
  if (wire_gone(wire))
    return STATUS_NO_CARD;
  if (wire->connected && wire->attack.hides_reset)
    return STATUS_OK;
  enum status status = reader_connect(wire->inner);
  wire->connected = status == STATUS_OK;
  return status;
}

static enum status wire_transmit(void *context, const uint8_t *command, size_t len, uint8_t *answer,
                                 size_t *answer_len) {
  struct wire *wire = context;
  const struct wire_attack *attack = &wire->attack;
  unsigned now = wire->seen++;
  struct tape_item spare, *item = wire->tape.count < TAPE_MAX ? &wire->tape.items[wire->tape.count] : &spare;
  bool due = attack->kind != WIRE_NOTHING && (attack->lasting ? now >= attack->at : now == attack->at);
  memcpy(item->command, command, len);
  item->command_len = len;
  enum status status = due ? attack_run(wire, item) : card_give(wire, command, len, item);
  wire->happened |= due;
  if (!due && wire->held.command_len > 0 && attack->kind == WIRE_COMMAND_HELD) {
    (void)!card_give(wire, wire->held.command, wire->held.command_len, &wire->held);
    wire->held.command_len = 0;
  }
  if (wire->tape.count < TAPE_MAX)
    wire->tape.count++;
  memcpy(answer, item->answer, item->answer_len);
  *answer_len = item->answer_len;
  return status;
}

static void wire_disconnect(void *context) {
  struct wire *wire = context;
  if (wire->attack.hides_reset)
    return;
  wire->connected = false;
  if (wire->attack.kind != WIRE_COMMAND_LATE)
    reader_disconnect(wire->inner);
}

static enum status wire_reset(void *context) {
  struct wire *wire = context;
  return wire->attack.hides_reset ? STATUS_OK : wire->inner->reset(wire->inner->context);
}

static enum status wire_wait(void *context, bool present, int seconds) {
  const struct wire *wire = context;
  (void)seconds;
  return present == wire_gone(wire) ? STATUS_TIMEOUT : STATUS_OK;
}

static void wire_shutdown(void *context) {
  (void)context;
}

void wire_open(struct wire *wire, struct reader *inner) {
  memset(wire, 0, sizeof *wire);
  wire->inner = inner;
  wire->reader = (struct reader){.context = wire,
                                 .name = "wire",
                                 .connect = wire_connect,
                                 .transmit = wire_transmit,
                                 .disconnect = wire_disconnect,
                                 .reset = wire_reset,
                                 .wait = wire_wait,
                                 .shutdown = wire_shutdown};
}

void wire_arm(struct wire *wire, const struct wire_attack *attack, const struct tape *recorded) {
  wire->attack = *attack;
  wire->recorded = recorded;
  wire->tape.count = 0;
  wire->seen = 0;
  wire->happened = wire->connected = false;
  wire->held.command_len = 0;
}

void wire_release(struct wire *wire) {
  struct tape_item late = wire->held;
  if (wire->attack.kind == WIRE_COMMAND_LATE && late.command_len > 0)
    (void)!card_give(wire, wire->held.command, wire->held.command_len, &late);
  wire->attack = (struct wire_attack){.kind = WIRE_NOTHING};
  wire->held.command_len = 0;
  wire->connected = false;
  reader_disconnect(wire->inner);
}
