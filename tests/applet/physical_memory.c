/* SPDX-License-Identifier: Apache-2.0
 * Where a test looks into the memory of a card in a reader (--wrap): the state that its answers told, and no more. */
#include "epurse/vcard.h"

#include "physical.h"

const struct card_memory *__real_vcard_memory(const struct vcard *vcard);
const struct card_memory *__wrap_vcard_memory(const struct vcard *vcard);

const struct card_memory *__wrap_vcard_memory(const struct vcard *vcard) {
  static struct card_memory memory;
  memory = *__real_vcard_memory(vcard);
  memory.state = physical_state();
  return &memory;
}
