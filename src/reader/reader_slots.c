/* SPDX-License-Identifier: Apache-2.0
 * The list of PC/SC readers, with what is in them. */
#include <stdlib.h>
#include <string.h>

#include "epurse/bytes.h"
#include "reader_pcsc.h"

void pcsc_name(char to[MAX_READERNAME], const char *from) {
  size_t len = strnlen(from, MAX_READERNAME - 1);
  memcpy(to, from, len);
  to[len] = '\0';
}

/* Whether one of the substrings, separated by ';', occurs in the name. */
static bool slot_ignored(const char *name, const char *ignore) {
  char part[MAX_READERNAME];

  while (ignore != NULL && *ignore != '\0') {
    size_t len = strcspn(ignore, ";");
    if (len > 0 && len < sizeof part) {
      memcpy(part, ignore, len);
      part[len] = '\0';
      if (bytes_text_has(name, part))
        return true;
    }
    ignore += len + (ignore[len] == ';');
  }
  return false;
}

/* Asks for the names: each NUL-terminated, an empty one at the end. */
static LONG slots_names(struct pcsc *pcsc, char *names, DWORD capacity) {
  DWORD len = capacity;
  LONG code = SCardListReaders(pcsc->context, NULL, names, &len);
  if (code == SCARD_E_NO_READERS_AVAILABLE) {
    names[0] = '\0';
    return SCARD_S_SUCCESS;
  }
  return code;
}

/* Fills in presence and ATR. A reader that went away since the names were read makes the whole call fail. */
static LONG slots_states(struct pcsc *pcsc, struct pcsc_slot *slots, size_t count) {
  SCARD_READERSTATE states[PCSC_SLOTS_MAX] = {0};

  for (size_t i = 0; i < count; i++) {
    states[i].szReader = slots[i].name;
    states[i].dwCurrentState = SCARD_STATE_UNAWARE;
  }
  LONG code = count == 0 ? SCARD_S_SUCCESS : SCardGetStatusChange(pcsc->context, 0, states, (DWORD)count);
  if (code == SCARD_E_TIMEOUT)
    code = SCARD_S_SUCCESS;
  for (size_t i = 0; i < count && code == SCARD_S_SUCCESS; i++) {
    slots[i].present = (states[i].dwEventState & SCARD_STATE_PRESENT) != 0;
    slots[i].atr_len = states[i].cbAtr < sizeof slots[i].atr ? states[i].cbAtr : sizeof slots[i].atr;
    memcpy(slots[i].atr, states[i].rgbAtr, slots[i].atr_len);
  }
  return code;
}

static LONG slots_read(struct pcsc *pcsc, struct pcsc_slot *slots, size_t *count) {
  char names[PCSC_SLOTS_MAX * MAX_READERNAME + 1];
  const char *ignore = getenv("EPURSE_READER_IGNORE");

  *count = 0;
  LONG code = slots_names(pcsc, names, sizeof names);
  for (const char *name = names; code == SCARD_S_SUCCESS && *name != '\0' && *count < PCSC_SLOTS_MAX;
       name += strlen(name) + 1) {
    if (!slot_ignored(name, ignore)) {
      pcsc_name(slots[*count].name, name);
      ++*count;
    }
  }
  return code != SCARD_S_SUCCESS ? code : slots_states(pcsc, slots, *count);
}

enum status pcsc_slots(struct pcsc *pcsc, struct pcsc_slot slots[PCSC_SLOTS_MAX], size_t *count) {
  LONG code = SCARD_E_NO_SERVICE;

  for (int tries = 0; tries < 3; tries++) {
    memset(slots, 0, PCSC_SLOTS_MAX * sizeof *slots);
    enum status status = pcsc_establish(pcsc);
    if (status != STATUS_OK)
      return status;
    code = slots_read(pcsc, slots, count);
    if (pcsc_service_lost(code))
      pcsc_release(pcsc);
    else if (code != SCARD_E_UNKNOWN_READER)
      break;
  }
  return pcsc_status(code);
}
