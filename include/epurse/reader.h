/* SPDX-License-Identifier: Apache-2.0
 * A card reader, whatever is behind it: PC/SC here, the card core in process in src/vcard. */
#ifndef EPURSE_READER_H
#define EPURSE_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "epurse/apdu.h"
#include "epurse/status.h"

/* A reader's name for people: what its maker chose, as bytes_to_text writes it. */
#define READER_NAME_MAX (4 * 128 + 1)

/* One open reader. A back-end fills the functions; callers use reader_... below. */
struct reader {
  void *context;
  char name[READER_NAME_MAX]; /* for people */
  /* Powers the card and connects to it, shared. STATUS_NO_CARD, CARD_MUTE, READER_BUSY, NO_READER, NO_PCSCD. */
  enum status (*connect)(void *context);
  /* One APDU each way, bytes as on the wire. STATUS_CARD_LOST, CARD_SILENT, CARD_RESET, READER_BUSY...: whether the
   * card executed the command is then unknown to this layer. *answer_len: capacity in (APDU_RESPONSE_MAX), length
   * out. */
  enum status (*transmit)(void *context, const uint8_t *command, size_t len, uint8_t *answer, size_t *answer_len);
  /* Leaves the card; it stays powered for others. */
  void (*disconnect)(void *context);
  /* Resets the connected card, which stays connected: every session on it is gone. Errors as of connect. */
  enum status (*reset)(void *context);
  /* Waits until a card is there (present), or the one that was last found there has gone, even where another has come
   * since; at most `seconds` (negative: for ever). STATUS_TIMEOUT, CANCELLED. */
  enum status (*wait)(void *context, bool present, int seconds);
  /* How many seconds a card may take for one answer, or for a reset. NULL: this back-end's always answer. */
  void (*limit)(void *context, int seconds);
  /* While this back-end waits, the end of what the descriptor gives cancels; negative: nothing does. NULL: never. */
  void (*cancel_fd)(void *context, int fd);
  /* Releases the context; reader_close then frees the struct itself, which its maker took from malloc. */
  void (*shutdown)(void *context);
  FILE *trace; /* borrowed; NULL: none. Set by reader_trace; a back-end leaves it NULL */
  int64_t
      card_us; /* microseconds in connect, reset and transmit so far: the reader's and the card's part of the time */
};

/* Opens a PC/SC reader. `spec`: case-insensitive part of its name, or 0-based index ("1" or "#1"), or an ATR in
 * hexadecimal; NULL: the only one with a card, or the only one there is; of several with cards the one whose card
 * answers SELECT of the purse. EPURSE_READER_IGNORE holds substrings, separated by ';', of readers to leave out.
 * STATUS_NO_PCSCD, NO_READER, READER_AMBIGUOUS, PCSC_DENIED, NO_CARD (several readers, spec NULL, no card in any: the
 * card will choose, ask again); `problem` (512 bytes) then names the candidates. */
enum status reader_open_pcsc(const char *spec, struct reader **reader, char problem[512]) EPURSE_MUST_USE;
/* Leaves the card and frees the reader; *reader becomes NULL. NULL is fine. */
void reader_close(struct reader **reader);

/* A listing for people: index, card yes or no, ours yes or no, name. */
struct reader_row {
  unsigned index;
  bool card, purse;
  char name[READER_NAME_MAX];
};
/* Fills up to `capacity` rows; cards are asked whether they are a purse. STATUS_NO_PCSCD, NO_READER, PCSC_DENIED,
 * NO_MEMORY. */
enum status reader_list(struct reader_row *rows, size_t capacity, size_t *count) EPURSE_MUST_USE;

/* Where APDUs are traced, or NULL. One line each way: direction, header, length, data, time, meaning of SW. Data of
 * VERIFY, CHANGE REFERENCE DATA, INITIALIZE, STORE DATA and everything under secure messaging is blanked. */
void reader_trace(struct reader *reader, FILE *trace);

/* How long a card may take for one answer; a longer silence is STATUS_CARD_SILENT, and the connection is given up. Set
 * anew it holds from the next command on. */
#define READER_ANSWER_SECONDS 30 /* unless this is called; a chip takes its longest, seconds, to make a key pair */
void reader_limit(struct reader *reader, int seconds);

/* From now on the end of what a descriptor gives ends every reader_wait with STATUS_CANCELLED, as a signal does;
 * nothing is read from it. Negative: no more. */
void reader_cancel_fd(struct reader *reader, int fd);
/* Whether what a descriptor gives is at its end: closed at the other side, and all of it read. Reads nothing. */
bool reader_input_ended(int fd);

/* Powers the card, after leaving the one before. Errors as of `connect` above; without STATUS_OK there is no card. */
enum status reader_connect(struct reader *reader) EPURSE_MUST_USE;
/* Leaves the card; without one nothing happens. */
void reader_disconnect(struct reader *reader);
/* Ends every session on the card. Errors as of `reset` above. */
enum status reader_reset(struct reader *reader) EPURSE_MUST_USE; /* connected before, connected after */
/* Waits at most `seconds` until a card is there, or the last one has gone. Errors as of `wait` above. */
enum status reader_wait(struct reader *reader, bool present, int seconds) EPURSE_MUST_USE;

/* One command, with what T=0 leaves to the application: 61xx is fetched with GET RESPONSE, 6Cxx sent again with the
 * right Le (never for a command of ours with an effect: they answer in full), both bounded. STATUS as transmit. */
enum status reader_command(struct reader *reader, const struct apdu *command,
                           struct apdu_response *response) EPURSE_MUST_USE;
/* The same for bytes that are ready, as secure messaging makes them. */
enum status reader_transmit(struct reader *reader, const uint8_t *command, size_t len,
                            struct apdu_response *response) EPURSE_MUST_USE;

#endif
