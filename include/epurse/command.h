/* SPDX-License-Identifier: Apache-2.0
 * The commands of the purse: CLA, INS, P1, P2, and the fixed layouts of their data. docs/protocol.md tells them in
 * full. Used by card and terminal alike. Freestanding. */
#ifndef EPURSE_COMMAND_H
#define EPURSE_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "epurse/moment.h"
#include "epurse/number.h"
#include "epurse/offline_limits.h"
#include "epurse/status.h"

/* Proprietary AID, ISO/IEC 7816-5 8.2.2 (F = no registration): F0 "EPURSE" 01. */
#define PURSE_AID_BYTES 0xF0, 0x45, 0x50, 0x55, 0x52, 0x53, 0x45, 0x01
#define PURSE_AID_SIZE  8

/* In the clear. */
#define INS_SELECT                     0xA4 /* 00 A4 04 00 AID, ISO/IEC 7816-4 7.1.1 */
#define INS_GET_DATA                   0xCA /* 80 CA BF 21 card certificate, GPC Amd F 6.1; protected: 7F 21, DF 70 */
#define INS_PERFORM_SECURITY_OPERATION 0x2A /* 80 2A KVN KID certificate, GPC Amd F 7.5 */
#define INS_MUTUAL_AUTHENTICATE        0x82 /* 80 82 KVN KID, SCP11a, GPC Amd F 7.3 */
#define INS_INITIALIZE_UPDATE          0x50 /* 80 50 KVN 00 host challenge, SCP03, GPC Amd D 7.1.1; blank cards only */
#define INS_EXTERNAL_AUTHENTICATE      0x82 /* 84 82 33 00, SCP03, GPC Amd D 7.1.2; blank cards only */

/* Inside SCP03, blank cards only. */
#define INS_GENERATE_KEY_PAIR 0x47 /* 04 47 80 00, ISO/IEC 7816-8 5.1: makes both pairs, answers the request */
#define INS_STORE_DATA        0xE2 /* 84 E2 P1 P2, GPC v2.3.1 11.11: P2 block number, P1 bit 8 last block */

/* Inside SCP11a. CLA is given without CLA_SECURE. */
#define INS_INITIALIZE            0x50 /* 80 50 P1: for load, for purchase (PBOC names and codes), ... */
#define INS_CREDIT_FOR_LOAD       0x52 /* 80 52 P1 00 authorisation; P1 as in INITIALIZE: load, refund */
#define INS_DEBIT_FOR_PURCHASE    0x54 /* 80 54 P1 00 authorisation; likewise: purchase, payout */
#define INS_GET_TRANSACTION_PROOF 0x5A /* 80 5A P1 00: of the slot, of the last off-line purchase */
#define INS_GET_BALANCE           0x5C /* 80 5C 00 00 */
#define INS_VERIFY                0x20 /* 00 20 00 80 PIN block || N, ISO/IEC 7816-4 7.5.6 */
#define INS_CHANGE_REFERENCE_DATA 0x24 /* 00 24 00 80 old || new PIN block || N, ISO/IEC 7816-4 7.5.7 */
#define INS_READ_RECORD           0xB2 /* 00 B2 nn (SFI << 3 | 5), ISO/IEC 7816-4 7.3.3: from record nn (1 = newest) on */
#define INS_VERIFY_CERTIFICATE    0x2A /* 00 2A 00 BE server's certificate, ISO/IEC 7816-8 (PSO: VERIFY CERTIFICATE) */
#define INS_APPLICATION_BLOCK     0x1E /* 80 1E 00 00 block order (EMV Book 3 6.5.2: 84 1E) */

#define P1_INITIALIZE_LOAD     0x00
#define P1_INITIALIZE_PURCHASE 0x01
#define P1_INITIALIZE_REFUND   0x02
#define P1_INITIALIZE_PAYOUT   0x03
#define P1_INITIALIZE_OFFLINE  0x04 /* purchase */
#define P1_PROOF_SLOT          0x00 /* struct proof */
#define P1_PROOF_OFFLINE       0x01 /* the promise of the last off-line purchase, PROMISE_SIZE */
#define P2_PIN_GLOBAL          0x80 /* reference data qualifier: the cardholder's PIN */
#define P2_CERTIFICATE         0xBE /* self-descriptive, card verifiable */
#define P1_STORE_DATA_LAST     0x80

#define TAG_CARD_CERTIFICATES 0xBF21 /* GPC Amd F 6.1 */
#define TAG_CARD_INFO         0xDF70 /* struct card_info */
#define SFI_LOAD_LOG          0x14   /* as Calypso's EP_LOAD_LOG */
#define SFI_PURCHASE_LOG      0x15   /* as Calypso's EP_PURCHASE_LOG */
#define PURCHASE_LOG_RECORDS  32     /* R14 */
#define LOAD_LOG_RECORDS      8

/* Keys as the card knows them: GPC Amendment F 5.2, key identifiers. */
#define KID_SCP11A  0x11 /* SK.SD.ECKA for SCP11a */
#define KID_CA_KLOC 0x10 /* PK.CA-KLOC.ECDSA: the terminal CA */
#define KVN_FIRST   0x01 /* version of every key as first made */

#define PIN_TRIES 5 /* R16 */

/* The plain data that one protected short APDU carries. Command: 255 - 8 (C-MAC) down to a multiple of 16, less
 * one byte of padding; answer: 256 - 8 (R-MAC), likewise. */
#define PROTECTED_DATA_MAX 239

/* A PIN on its way to the card: ISO 9564-1 format 2, 2L digits F..F, 8 bytes; 4 to 12 digits. */
#define PIN_BLOCK_SIZE 8
/* From and to digits. STATUS_BAD_FORMAT: not 4 to 12 decimal digits, or not a format 2 block. `digits` holds
 * PIN_MAX + 1. Wipe both after use. */
enum status pin_block_encode(const char *digits, uint8_t block[PIN_BLOCK_SIZE]) EPURSE_MUST_USE;
/* And back, with NUL; after a failure `digits` is wiped. */
enum status pin_block_decode(const uint8_t block[PIN_BLOCK_SIZE], char digits[PIN_MAX + 1]) EPURSE_MUST_USE;

/* VERIFY: PIN block 8 | N 8; CHANGE REFERENCE DATA: old 8 | new 8 | N 8. Both answer a struct pin_record, which repeats
 * the terminal's N; so does INITIALIZE where the PIN that rides along is wrong. */
#define VERIFY_SIZE     (PIN_BLOCK_SIZE + NONCE_SIZE)
#define CHANGE_PIN_SIZE (2 * PIN_BLOCK_SIZE + NONCE_SIZE)

/* INITIALIZE: amount 4 | currency 2 | points flag 1 | TID 8 | N 8 | time 7 | [PIN block 8]. The PIN rides along where
 * it has not been verified in this session: one protected command fewer. FOR REFUND: the ATC of the sale 4 in its
 * place. */
#define INITIALIZE_SIZE        30
#define INITIALIZE_REFUND_SIZE (INITIALIZE_SIZE + 4)
struct initialize {
  uint32_t amount;   /* minor units */
  uint16_t currency; /* ISO 4217 numeric */
  bool points;       /* purchase: pay with loyalty points instead of money; refund: the sale was paid so */
  uint8_t tid[TID_SIZE];
  uint8_t nonce[NONCE_SIZE];
  uint8_t time[MOMENT_SIZE]; /* the terminal's clock, UTC */
  bool has_pin;
  uint8_t pin_block[PIN_BLOCK_SIZE];
  uint32_t sale_atc; /* refund: of the sale; 0: this is none. Not with a PIN */
};
#define INITIALIZE_MAX (INITIALIZE_SIZE + PIN_BLOCK_SIZE)
/* P1 of INITIALIZE, and of the command that ends it, for an enum transaction_type. */
uint8_t initialize_p1(uint8_t type);
/* Answers the length: INITIALIZE_SIZE, or INITIALIZE_MAX with a PIN. */
size_t initialize_encode(const struct initialize *initialize, uint8_t data[INITIALIZE_MAX]);
/* STATUS_BAD_LENGTH: neither of the two; STATUS_BAD_FORMAT: amount 0 or above AMOUNT_MAX_ON_CARD, a flag, TID or time
 * that is none. The PIN block is not decoded. */
enum status initialize_decode(const uint8_t *data, size_t len, struct initialize *initialize) EPURSE_MUST_USE;

/* GET BALANCE answers: balance 4 | points 4 | currency 2. */
#define BALANCE_SIZE 10
struct balance {
  uint32_t balance; /* minor units */
  uint32_t points;
  uint16_t currency;
};
/* Writes BALANCE_SIZE bytes. */
void balance_encode(const struct balance *balance, uint8_t data[BALANCE_SIZE]);
/* STATUS_BAD_LENGTH: not BALANCE_SIZE bytes; STATUS_BAD_FORMAT: a balance above AMOUNT_MAX_ON_CARD. */
enum status balance_decode(const uint8_t *data, size_t len, struct balance *balance) EPURSE_MUST_USE;

/* GET TRANSACTION PROOF answers about the slot: outcome 1 | ATC 4 | type 1 | amount 4 | TID 8 | balance 4 | points 4 |
 * r 32 (zeros unless COMMITTED). After personalization, before any transaction: outcome NONE, ATC 0. A terminal whose
 * transaction it is not learns outcome, ATC and type, the rest as zeros, unless it is the desk or the PIN is verified.
 */
enum slot_state { SLOT_NONE = 0, SLOT_PREPARED = 1, SLOT_COMMITTED = 2, SLOT_ABORTED = 3 };
#define PROOF_SIZE 58
struct proof {
  uint8_t state; /* enum slot_state */
  uint32_t atc;
  uint8_t type;    /* enum transaction_type */
  uint32_t amount; /* minor units */
  uint8_t tid[TID_SIZE];
  uint32_t balance; /* as it stands now, minor units */
  uint32_t points;
  uint8_t secret[SECRET_SIZE]; /* r */
};
/* Writes PROOF_SIZE bytes; a secret that may not be told is zeros already. */
void proof_encode(const struct proof *proof, uint8_t data[PROOF_SIZE]);
/* STATUS_BAD_LENGTH: not PROOF_SIZE bytes; STATUS_BAD_FORMAT: unknown state or type, money above AMOUNT_MAX_ON_CARD.
 * Wipe it after use: it may have r. */
enum status proof_decode(const uint8_t *data, size_t len, struct proof *proof) EPURSE_MUST_USE;

/* What a card pays without its PIN, as its issuer set it: a single payment, and their sum since the last right PIN.
 * Both zero: never; else both 1..AMOUNT_MAX_ON_CARD, single at most total. */
struct no_pin_limits {
  uint32_t single, total; /* minor units */
};
/* Whether they are such limits. */
bool no_pin_limits_valid(const struct no_pin_limits *limits);

/* GET DATA DF70: version 1 | state 1 | CID 8 | chip serial 8 | expiry 4 | currency 2 | purse ceiling 4 |
 * payment ceiling 4 | ATC 4 | tries left 1 | latest time seen 7 | master, terminal CA, server key versions 1 each |
 * off-line single 4, total 4, count 2 | no-PIN single 4, total 4 | changes of PIN 2 | lowest versions still good, of
 * terminal CA and server key, 1 each. */
enum card_state {                           /* GP-like life cycle, one way; tag 8A of the FCI */
                  CARD_INITIALISED = 0x03,  /* raw: transport key only (ISO/IEC 7816-4 5.3.3.2: initialisation) */
                  CARD_PERSONALISED = 0x05, /* operational, activated */
                  CARD_EXPIRED = 0x04,      /* operational, deactivated */
                  CARD_BLOCKED = 0x0C       /* terminated */
};
#define CARD_INFO_SIZE 69
struct card_info {
  uint8_t state; /* enum card_state */
  uint8_t cid[CID_SIZE];
  uint8_t chip_serial[CHIP_SERIAL_SIZE];
  uint8_t expiry[DATE_SIZE];
  uint16_t currency;
  uint32_t purse_ceiling, payment_ceiling; /* minor units */
  uint32_t atc;
  uint8_t pin_tries_left;
  uint8_t latest_time[MOMENT_SIZE];
  uint8_t master_version, terminal_ca_version, server_version;
  struct offline_limits offline;
  struct no_pin_limits no_pin;
  uint16_t pin_changes;
  uint8_t terminal_ca_least, server_least;
};
/* Writes CARD_INFO_SIZE bytes. */
void card_info_encode(const struct card_info *info, uint8_t data[CARD_INFO_SIZE]);
/* STATUS_BAD_LENGTH: not CARD_INFO_SIZE bytes; STATUS_BAD_FORMAT: another version, unknown state, limits that are
 * none, or, unless the card is raw, dates that are none. */
enum status card_info_decode(const uint8_t *data, size_t len, struct card_info *info) EPURSE_MUST_USE;

/* STORE DATA carries data grouping identifiers (GPC v2.3.1 11.11.3.2): DGI 2 | length 1 | value, one per command.
 * All must have been stored when the last one arrives with P1_STORE_DATA_LAST; that one locks the card. */
enum store_data_dgi {
  DGI_PARAMETERS = 0x0101,  /* struct parameters */
  DGI_PIN = 0x8010,         /* PIN block (EMV CPS: DGI 8010, offline PIN) */
  DGI_MASTER_KEY = 0x0201,  /* version 1 | public key 65 */
  DGI_TERMINAL_CA = 0x0202, /* 7F21 certificate under the master key, role ROLE_TERMINAL_CA */
  DGI_SERVER = 0x0203,      /* 7F21 certificate under the master key, role ROLE_SERVER */
  DGI_CARD_ECKA = 0x0301,   /* 7F21 certificate of the card's ECKA key, under the card CA */
  DGI_CARD_SIG = 0x0302     /* 7F21 certificate of the card's SIG key, under the card CA */
};
/* DGI_PARAMETERS: CID 8 | expiry 4 | currency 2 | purse ceiling 4 | payment ceiling 4 | time of personalization 7 |
 * off-line single 4, total 4, count 2 | no-PIN single 4, total 4. */
#define PARAMETERS_SIZE 47
#define PARAMETERS_TIME 22 /* where the time lies */
struct parameters {
  uint8_t cid[CID_SIZE];
  uint8_t expiry[DATE_SIZE];
  uint16_t currency;
  uint32_t purse_ceiling, payment_ceiling; /* minor units */
  uint8_t time[MOMENT_SIZE];
  struct offline_limits offline;
  struct no_pin_limits no_pin;
};
/* _decode: STATUS_BAD_LENGTH, STATUS_BAD_FORMAT (dates that are none, money above AMOUNT_MAX_ON_CARD, limits that are
 * none). */
void parameters_encode(const struct parameters *parameters, uint8_t data[PARAMETERS_SIZE]);
/* Takes PARAMETERS_SIZE bytes. */
enum status parameters_decode(const uint8_t *data, size_t len, struct parameters *parameters) EPURSE_MUST_USE;

#endif
