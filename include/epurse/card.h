/* SPDX-License-Identifier: Apache-2.0
 * The card application: one APDU in, one out. Freestanding: no allocation, no operating system, no file-scope state.
 * Below it stand two contracts: struct card_port (persistent memory, random numbers) and epurse/crypto.h. */
#ifndef EPURSE_CARD_H
#define EPURSE_CARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "epurse/apdu.h"
#include "epurse/command.h"
#include "epurse/crypto.h"
#include "epurse/record.h"
#include "epurse/securemsg.h"

/* Persistent memory with an atomic commit. Writes are staged; commit makes all of them durable, or, when power fails,
 * none. Each answers false where the power or the memory is gone: the card then stays mute until it is reset. A write
 * or commit that answered false, and a reset, leave nothing staged behind. */
struct card_port {
  void *context; /* handed to each function; the card never looks inside */
  bool (*read)(void *context, size_t offset, uint8_t *data, size_t len);        /* the last committed bytes */
  bool (*write)(void *context, size_t offset, const uint8_t *data, size_t len); /* staged */
  bool (*commit)(void *context);
  bool (*random)(void *context, uint8_t *out, size_t len);
};

/* What a card keeps, as bytes: no padding, numbers big-endian, so that an image moves between machines. */
struct card_memory {
  uint8_t magic[4]; /* "EPC2" */
  uint8_t state;    /* enum card_state */
  uint8_t chip_serial[CHIP_SERIAL_SIZE];
  uint8_t transport_key[CRYPTO_AES_KEY_SIZE]; /* wiped when the card is locked */
  uint8_t stored;                             /* bit per DGI that has been stored, until locked */

  uint8_t ecka_private[CRYPTO_P256_PRIVATE_SIZE], ecka_public[CRYPTO_P256_PUBLIC_SIZE];
  uint8_t sig_private[CRYPTO_P256_PRIVATE_SIZE], sig_public[CRYPTO_P256_PUBLIC_SIZE];
  uint8_t master_version, master_public[CRYPTO_P256_PUBLIC_SIZE];
  uint8_t terminal_ca_version, terminal_ca_subject[8], terminal_ca_public[CRYPTO_P256_PUBLIC_SIZE];
  uint8_t server_version, server_public[CRYPTO_P256_PUBLIC_SIZE];
  uint8_t terminal_ca_least, server_least; /* the highest `least` seen under the master key: numbers, no keys */
  uint8_t ecka_certificate_len, ecka_certificate[239];
  uint8_t sig_certificate_len, sig_certificate[239];

  uint8_t parameters[PARAMETERS_SIZE]; /* struct parameters: CID, expiry, currency, ceilings, limits */
  uint8_t latest_time[MOMENT_SIZE];    /* the latest server time seen signed */
  uint8_t pin_block[PIN_BLOCK_SIZE], pin_tries_left;
  uint8_t pin_changes[2];                   /* CHANGE REFERENCE DATA ever committed */
  uint8_t pin_events[4];                    /* tries ever taken and changes ever committed */
  uint8_t no_pin_sum[4];                    /* paid without the PIN since it was last right, minor units */
  uint8_t offline_count[2], offline_sum[4]; /* off-line purchases since last_atc was committed, minor units */
  uint8_t offline_promise[PROMISE_SIZE];    /* of the last one ever; zeros: none */

  uint8_t balance[4], points[4]; /* minor units; points */
  uint8_t atc[4];
  uint8_t slot_state;                            /* enum slot_state */
  uint8_t slot_promise[PROMISE_SIZE];            /* of the current slot */
  uint8_t slot_secret[SECRET_SIZE];              /* r */
  uint8_t last_atc[4], last_secret[SECRET_SIZE]; /* last COMMITTED on the server's order */

  uint8_t purchase_count[4], load_count[4]; /* ever written; modulo ring size is the next place */
  uint8_t purchase_log[PURCHASE_LOG_RECORDS][LOG_RECORD_SIZE];
  uint8_t load_log[LOAD_LOG_RECORDS][LOG_RECORD_SIZE];

  uint8_t known_ca_version; /* the terminal that came last, 0: none: version of the CA under which its certificate */
  uint8_t known_hash[CRYPTO_SHA256_SIZE];        /* was verified, SHA-256 of that whole certificate, */
  uint8_t known_agreed[CRYPTO_P256_SHARED_SIZE]; /* and what its key and the card's agree on */
};

/* A key of the issuer that a certificate under the master key has shown, newer than the one stored. */
struct shown_key {
  uint8_t version, least; /* version 0: none */
  uint8_t subject[8], public_key[CRYPTO_P256_PUBLIC_SIZE];
};

/* Who is at the other end of the channel. */
enum card_channel { CHANNEL_NONE = 0, CHANNEL_SCP03 = 1, CHANNEL_SCP11 = 2 };

/* A powered card. The caller brings the storage, one per card; fields are src/card/'s only. */
struct card {
  const struct card_port *port;
  struct card_memory memory; /* mirror of what is committed */
  bool mute;                 /* power or memory failed: no answer until card_power_on */
  bool selected;
  uint8_t channel;           /* enum card_channel */
  uint8_t role;              /* enum role of the terminal's certificate */
  uint8_t tid[TID_SIZE];     /* of that certificate */
  bool channel_confirmed;    /* a first valid C-MAC has come in */
  bool pin_verified;         /* in this session */
  bool certificate_verified; /* by PERFORM SECURITY OPERATION, for the MUTUAL AUTHENTICATE that follows */
  uint8_t oce_public[CRYPTO_P256_PUBLIC_SIZE];          /* from that certificate */
  uint8_t oce_hash[CRYPTO_SHA256_SIZE], oce_ca_version; /* SHA-256 of it; of the CA that it is under */
  bool oce_known;                                       /* the card remembers it */
  uint8_t oce_agreed[CRYPTO_P256_SHARED_SIZE];          /* until the first valid C-MAC */
  struct shown_key chained_ca;                          /* for the PERFORM SECURITY OPERATION that follows */
  uint8_t terminal_ca_least;     /* of the CA that certified this terminal; kept with the first valid C-MAC */
  struct shown_key shown_server; /* in this session */
  struct securemsg secure;
  uint8_t scp03_host_challenge[8], scp03_card_challenge[8];
  bool scp03_started;
};

/* How many bytes of persistent memory a card needs. */
#define CARD_MEMORY_SIZE sizeof(struct card_memory)

/* Writes the memory of a raw card through the port and commits: state INITIALISED, a transport key, nothing else.
 * False where the port failed. */
bool card_manufacture(const struct card_port *port, const uint8_t chip_serial[CHIP_SERIAL_SIZE],
                      const uint8_t transport_key[CRYPTO_AES_KEY_SIZE]) EPURSE_MUST_USE;

/* Power on or reset: forgets every session and reads the memory again. `port` is borrowed until the next call.
 * False where the memory cannot be read or is not a card's. */
bool card_power_on(struct card *card, const struct card_port *port) EPURSE_MUST_USE;

/* One command. `answer` receives APDU_RESPONSE_MAX bytes at most; the length is returned, at least 2; 0 where the
 * power failed while it ran (mute). Never fails otherwise: whatever the bytes, the answer is a status word. */
size_t card_process(struct card *card, const uint8_t *command, size_t len, uint8_t answer[APDU_RESPONSE_MAX]);

/* A row of the security policy, and the table: src/card/card.c. The first row that fits is taken; its columns are
 * asked from left to right: 6A86, 6985, 6982, 6982, 6982, 6700. */
struct card_command {
  const char *name;
  uint8_t cla, ins;       /* inside a channel without CLA_SECURE */
  uint8_t p1, p1_mask;    /* (P1 & p1_mask) must equal p1 */
  uint8_t p2, p2_mask;    /* likewise */
  uint8_t states;         /* CARD_IN_... */
  uint8_t channel;        /* enum card_channel that it must arrive in */
  uint8_t roles;          /* CARD_BY_... : roles of the terminal */
  uint8_t authentication; /* CARD_PIN... */
  uint8_t lc_min, lc_max; /* bytes of plain data */
  uint16_t (*handler)(struct card *card, const struct apdu *command, struct apdu_response *response);
};
#define CARD_IN_INITIALISED  0x01
#define CARD_IN_PERSONALISED 0x02
#define CARD_IN_EXPIRED      0x04
#define CARD_IN_BLOCKED      0x08
#define CARD_IN_EXPIRED_DESK 0x10 /* expired: for the issuer's desk only */
#define CARD_BY_POS          0x01
#define CARD_BY_RELOAD       0x02
#define CARD_BY_DESK         0x04
#define CARD_BY_ANY          0x07
#define CARD_PIN_NOT_NEEDED  0
#define CARD_PIN_NEEDED      1 /* verified in this session */
#define CARD_PIN_OR_RIDING   2 /* or carried by this command */
#define CARD_PIN_OR_DESK     3 /* or the terminal is the issuer's desk */
#define CARD_PIN_BY_AMOUNT   4 /* or carried by this command, or the issuer lets the card pay this little without it */

/* The table of all commands, static; *count is its length. */
const struct card_command *card_commands(size_t *count);

#endif
