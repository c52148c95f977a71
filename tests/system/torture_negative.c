/* SPDX-License-Identifier: Apache-2.0
 * The negative control: every staged write of the card is committed at once, so that power that fails between two of
 * them leaves one without the other. */
#include "epurse/card.h"
#include "torture.h"

const bool torture_apart = false;

static struct card_port torn_port;
static const struct card_port *whole_port;

static bool torn_write(void *context, size_t offset, const uint8_t *data, size_t len) {
  return whole_port->write(context, offset, data, len) && whole_port->commit(context);
}

static bool torn_commit(void *context) {
  (void)context;
  return true;
}

bool __real_card_power_on(struct card *card, const struct card_port *port);
bool __wrap_card_power_on(struct card *card, const struct card_port *port);
bool __wrap_card_power_on(struct card *card, const struct card_port *port) {
  if (!torture->negative)
    return __real_card_power_on(card, port);
  whole_port = port;
  torn_port = *port;
  torn_port.write = torn_write;
  torn_port.commit = torn_commit;
  return __real_card_power_on(card, &torn_port);
}
