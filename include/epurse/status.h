/* SPDX-License-Identifier: Apache-2.0
 * How things end: one enumeration for the host side, with its sentence, exit code and HTTP status. */
#ifndef EPURSE_STATUS_H
#define EPURSE_STATUS_H

#include <stdint.h>

#include "epurse/must_use.h"

/* Every function that can fail returns one of these; STATUS_OK is zero. Only the names are here, in the order of the rows
 * of status.def, which says all else about each: a sentence can change without a rebuild of all that can fail. A name
 * without its row, or out of its order, does not compile (src/protocol/status.c). */
enum status {
  STATUS_OK,

  /* declined: the card or the back-end said no (exit 1) */
  STATUS_DECLINED,
  STATUS_INSUFFICIENT_BALANCE,
  STATUS_CARD_EMPTY,
  STATUS_INSUFFICIENT_POINTS,
  STATUS_ABOVE_LIMIT,
  STATUS_TERMINAL_LIMIT,
  STATUS_MERCHANT_LIMIT,
  STATUS_OFFLINE_KNOWN,
  STATUS_OFFLINE_WAITS,
  STATUS_OFFLINE_FORBIDDEN,
  STATUS_OFFLINE_LIST,
  STATUS_OFFLINE_CLOCK,
  STATUS_OFFLINE_CARD,
  STATUS_OFFLINE_DENIED,
  STATUS_OFFLINE_SINGLE,
  STATUS_OFFLINE_TOTAL,
  STATUS_OFFLINE_ALLOWANCE,
  STATUS_CARDS_LIMIT,
  STATUS_CARD_BLOCKED,
  STATUS_CARD_CLOSED,
  STATUS_CARD_SUSPENDED,
  STATUS_CARD_EXPIRED,
  STATUS_CARD_UNKNOWN,
  STATUS_CARD_FORKED,
  STATUS_CARD_NOT_BLOCKED,
  STATUS_CARD_REPLACED,
  STATUS_NEW_CARD_NOT_ISSUED,
  STATUS_REPLACEMENT_TOO_EARLY,
  STATUS_NOTHING_TO_SETTLE,
  STATUS_APPROVAL_OWN,
  STATUS_APPROVAL_ENDED,
  STATUS_SETTLEMENT_UNRESUMED,
  STATUS_NO_ACCOUNT,
  STATUS_CARD_ALREADY_ISSUED,
  STATUS_OTHER_DESK,
  STATUS_DESK_QUOTA,
  STATUS_CHIP_NOT_LISTED,
  STATUS_OUT_OF_STEP,
  STATUS_SETTLED_ELSEWHERE,
  STATUS_LOAD_CREDITED,
  STATUS_TENDER_DECLINED,
  STATUS_TENDER_REFUSED,
  STATUS_GIVEN_UP,
  STATUS_WRONG_CURRENCY,
  STATUS_POOL_EMPTY,
  STATUS_EXISTS,
  STATUS_REFERENCE_USED,
  STATUS_REFERENCE_DONE,
  STATUS_SALE_UNKNOWN,
  STATUS_SALE_OF_ANOTHER,
  STATUS_SALE_NOT_CAPTURED,
  STATUS_SALE_TOO_OLD,
  STATUS_SALE_AMBIGUOUS,
  STATUS_REFUND_EXCEEDS,
  STATUS_REFUND_LIMIT,
  STATUS_PAYOUT_BACK,
  STATUS_PAYOUT_LIMIT,
  STATUS_PAYOUT_OF_NOTHING,
  STATUS_IBAN_INVALID,
  STATUS_REFUND_NEEDS_CARD,
  STATUS_NOT_VOIDABLE,
  STATUS_AUDIT_FINDINGS,
  STATUS_LEDGER_BROKEN,

  /* who you are (exit 2) */
  STATUS_WRONG_PIN,
  STATUS_PIN_BLOCKED,
  STATUS_PIN_NEEDED,
  STATUS_WRONG_SUPERVISOR,
  STATUS_WRONG_CASHIER,
  STATUS_PIN_CHANGE_NEEDED,
  STATUS_NOT_AUTHENTICATED,

  /* proven in part */
  STATUS_SERVER_WITHDRAWN,
  STATUS_CARD_WITHDRAWN,

  /* it waits for somebody (exit 4) */
  STATUS_APPROVAL_WAITS,

  /* what you asked for (exit 64, 65) */
  STATUS_USAGE,
  STATUS_BAD_AMOUNT,
  STATUS_BAD_FORMAT,
  STATUS_BAD_LENGTH,
  STATUS_BAD_SIGNATURE,
  STATUS_BAD_CERTIFICATE,
  STATUS_AUDIT_INCOMPLETE,
  STATUS_RECEIPT_WITHDRAWN,
  STATUS_NOT_FOUND,
  STATUS_SHIFT_RUNS,
  STATUS_NOT_WANTED,

  /* not there (exit 69) */
  STATUS_NO_PCSCD,
  STATUS_NO_READER,
  STATUS_READER_AMBIGUOUS,
  STATUS_READER_BUSY,
  STATUS_TILL_BUSY,
  STATUS_PRINTER_OFF,
  STATUS_PRINTER_PAPER,
  STATUS_NO_SERVER,
  STATUS_NO_TENDER,
  STATUS_STORE_UNREACHABLE,
  STATUS_LEDGER_BUSY,
  STATUS_LEDGER_STOPPED,
  STATUS_CLOCK_DOUBTFUL,
  STATUS_OVERLOADED,
  STATUS_NOT_ISSUING,

  /* this side broke (exit 70) */
  STATUS_INTERNAL,
  STATUS_NO_MEMORY,
  STATUS_CRYPTO_FAILED,

  /* lost before any effect (exit 74) */
  STATUS_NO_CARD,
  STATUS_CARD_MUTE,
  STATUS_CARD_LOST,
  STATUS_CARD_SILENT,
  STATUS_CARD_RESET,
  STATUS_STORE_FAILED,
  STATUS_TIMEOUT,
  STATUS_CANCELLED,

  /* outcome unknown (exit 75) */
  STATUS_OUTCOME_UNKNOWN,
  STATUS_UNREPORTED,
  STATUS_PAYOUT_OPEN,
  STATUS_LOAD_UNSETTLED,
  STATUS_REFERENCE_HELD,
  STATUS_UNFINISHED,
  STATUS_TENDER_UNKNOWN,

  /* the other side does not speak as agreed (exit 76) */
  STATUS_NOT_OUR_CARD,
  STATUS_OTHER_ISSUER,
  STATUS_CARD_NOT_PERSONALISED,
  STATUS_CARD_REFUSED,
  STATUS_BAD_REPLY,
  STATUS_CHANNEL_BROKEN,
  STATUS_WRONG_P1P2,
  STATUS_WRONG_INS,
  STATUS_WRONG_CLA,
  STATUS_NO_RECORD,
  STATUS_CHAINING_UNSUPPORTED,
  STATUS_COUNTER_EXHAUSTED,
  STATUS_PROOF_MISMATCH,
  STATUS_STALE,

  /* not permitted (exit 77) */
  STATUS_NOT_PERMITTED,
  STATUS_TERMINAL_REVOKED,
  STATUS_TERMINAL_REPLACED,
  STATUS_PCSC_DENIED,
  STATUS_REPLAYED,

  /* set-up (exit 78) */
  STATUS_NO_CONFIG,
  STATUS_BAD_CONFIG,
  STATUS_KEY_EXPOSED,
  STATUS_BAD_CODES,
  STATUS_BAD_KEY,
  STATUS_CLOCK_OFF,
  STATUS_BACKUP_ELSEWHERE,
  STATUS_BACKUP_UNRESTORED,
  STATUS_OLD_SCHEMA,
  STATUS_STORE_ENCODING,

  /* how a message to the server can be wrong before it means anything */
  STATUS_BODY_TOO_LARGE,
  STATUS_UNSUPPORTED_TYPE,
  STATUS_METHOD_NOT_ALLOWED,
  STATUS_TOO_MANY_REQUESTS,
  STATUS_UNKNOWN_FIELD,

  STATUS_COUNT /* how many there are; never returned */
};

/* The row's name without its prefix, "WRONG_PIN". Never NULL; static. Out of range: "INTERNAL"'s. */
const char *status_name(enum status status);

/* The sentence for a person, without capital and full stop. Never NULL; static. */
const char *status_sentence(enum status status);

/* The exit code of a program that ends so: 0, 1, 2, 64..78. */
int status_exit_code(enum status status);

/* The HTTP status by which epursed reports it; 500 where the row has none. */
int status_http(enum status status);

/* The ISO/IEC 7816-4 status word by which a card reports it, or 0. */
uint16_t status_sw(enum status status);

/* What a status word from a card means for the host: the row with that word, 63Cx as WRONG_PIN,
 * anything unlisted as CARD_REFUSED. */
enum status status_of_sw(uint16_t sw);

/* The row of that name ("WRONG_PIN"), or STATUS_INTERNAL where there is none. `name` is borrowed. */
enum status status_by_name(const char *name);

#endif
