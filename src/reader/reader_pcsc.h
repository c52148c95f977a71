/* SPDX-License-Identifier: Apache-2.0
 * What the files of the PC/SC back-end share: one reader with its own context, and the list of readers. */
#ifndef EPURSE_TERMINAL_READER_PCSC_H
#define EPURSE_TERMINAL_READER_PCSC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <winscard.h>

#include "epurse/reader.h"
#include "epurse/status.h"

/* A context is one socket to pcscd and serves one thread at a time; each open reader has its own. */
struct pcsc {
  SCARDCONTEXT context;
  bool established;
  SCARDHANDLE card;
  bool connected;
  DWORD protocol; /* SCARD_PROTOCOL_T0 or T1 while connected */
  long patience;  /* milliseconds for a card that another program holds */
  long silence;   /* milliseconds for a card to answer a command or a reset */
  int cancel_fd;  /* whose end cancels a wait, or -1 */
  /* How often cards had come and gone in the reader, by pcscd's count, when one was last waited for and was there; -1:
   * not known, or by the count of an earlier pcscd or plug. */
  int32_t moves;
  char name[MAX_READERNAME];
};

/* ---- reader_context.c ---- */

/* Makes a context where there is none, with back-off over about 1.5 s. STATUS_NO_PCSCD, PCSC_DENIED. */
enum status pcsc_establish(struct pcsc *pcsc) EPURSE_MUST_USE;
void pcsc_release(struct pcsc *pcsc);
/* What a return code of pcsc-lite means. */
enum status pcsc_status(LONG code);
/* Whether pcscd was stopped or restarted under this context: it is of no use any more, whatever SCardIsValidContext
 * says. */
bool pcsc_service_lost(LONG code);
void pcsc_pause(long milliseconds);
/* Milliseconds of a clock that only goes forward. */
int64_t pcsc_now(void);

/* ---- reader_slots.c ---- */

#define PCSC_SLOTS_MAX PCSCLITE_MAX_READERS_CONTEXTS
_Static_assert(READER_NAME_MAX == 4 * MAX_READERNAME + 1, "every name can be told to people");
struct pcsc_slot {
  char name[MAX_READERNAME];
  bool present; /* a card is in it */
  uint8_t atr[MAX_ATR_SIZE];
  size_t atr_len;
};
/* Copies a reader's name; pcscd's are shorter than MAX_READERNAME. */
void pcsc_name(char to[MAX_READERNAME], const char *from);
/* All readers but those that EPURSE_READER_IGNORE names. STATUS_OK with *count 0: none. */
enum status pcsc_slots(struct pcsc *pcsc, struct pcsc_slot slots[PCSC_SLOTS_MAX], size_t *count) EPURSE_MUST_USE;

/* ---- reader_choose.c ---- */

struct pcsc_choice {
  const struct pcsc_slot *slots;
  size_t count;
  bool (*is_purse)(void *context, const struct pcsc_slot *slot); /* asks the card; only where nothing else decides */
  void *context;
  size_t chosen;
  char *problem; /* 512 bytes: the candidates, where it fails */
};
#define PCSC_PROBLEM_SIZE 512
/* Finds the slot that `spec` means, as reader_open_pcsc tells. STATUS_NO_READER, READER_AMBIGUOUS,
 * NO_CARD. */
enum status pcsc_choose(struct pcsc_choice *choice, const char *spec) EPURSE_MUST_USE;

/* ---- reader_call.c ---- */

/* Each runs the call of its name in a thread of its own and waits so long for it: patience (connect, disconnect) or
 * silence. SCARD_E_TIMEOUT: not in time; card and context are given up, to the thread, which lets go of them when it
 * gets through. SCARD_E_NO_MEMORY: it was not made. */
LONG pcsc_call_connect(struct pcsc *pcsc);
LONG pcsc_call_reconnect(struct pcsc *pcsc, DWORD initialization);
struct pcsc_answer {
  uint8_t *data; /* as much of it as there is room for */
  size_t capacity;
  size_t got; /* how long it was */
};
LONG pcsc_call_transmit(struct pcsc *pcsc, const uint8_t *command, size_t len, struct pcsc_answer *answer);
void pcsc_call_disconnect(struct pcsc *pcsc); /* the card stays as it is */

/* ---- reader_connect.c ---- */

/* SCardConnect with a watchdog, retried for mute and busy cards and a restarted pcscd. */
enum status pcsc_connect(void *context);

/* ---- reader_wait.c ---- */

enum status pcsc_wait(void *context, bool present, int seconds);

/* ---- reader_pcsc.c ---- */

/* Opens the reader of exactly that name. STATUS_NO_MEMORY, NO_PCSCD, PCSC_DENIED. */
enum status pcsc_open(const char *name, struct reader **reader) EPURSE_MUST_USE;
/* Whether the card in that reader answers SELECT of the purse. */
bool pcsc_is_purse(const char *name);
/* A command as T=0 wants it: case 4 without its Le, case 1 with P3 (ISO/IEC 7816-3 12.2). `out`: len + 1 bytes. */
size_t pcsc_shape_t0(const uint8_t *command, size_t len, uint8_t *out);

#endif
