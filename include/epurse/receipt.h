/* SPDX-License-Identifier: Apache-2.0
 * A receipt: what a third party needs to see that this card paid, its encoding, its text for a QR code, its check.
 * Freestanding. */
#ifndef EPURSE_RECEIPT_H
#define EPURSE_RECEIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "epurse/record.h"
#include "epurse/status.h"

/* A receipt: everything that a third party needs beside the master public key (R13). TLV 'FF60' constructed:
 * promise record, authorisation record, DF65 r, then certificates: DF66 { 7F21 card SIG }, DF67 { 7F21 card CA },
 * DF68 { 7F21 server SIG }, DF69 { 7F21 terminal, which names the merchant }, DF6A { 7F21 terminal CA }. That of
 * an off-line purchase has promise and certificates only, without the server's: the card's promise says that it is
 * done. All pointers are borrowed. */
#define TAG_RECEIPT             0xFF60
#define TAG_RECEIPT_SECRET      0xDF65
#define TAG_RECEIPT_CARD        0xDF66
#define TAG_RECEIPT_CARD_CA     0xDF67
#define TAG_RECEIPT_SERVER      0xDF68
#define TAG_RECEIPT_TERMINAL    0xDF69
#define TAG_RECEIPT_TERMINAL_CA 0xDF6A
#define RECEIPT_MAX             2048
struct bytes_view {
  const uint8_t *data;
  size_t len;
};
struct receipt {
  struct bytes_view promise, authorisation, secret; /* these two and `server` empty: an off-line purchase */
  struct bytes_view card, card_ca, server, terminal, terminal_ca; /* 7F21 certificates */
};
/* Writes the receipt; *len its length. STATUS_BAD_LENGTH where it does not fit. */
enum status receipt_encode(const struct receipt *receipt, uint8_t *out, size_t capacity, size_t *len) EPURSE_MUST_USE;
/* Takes it apart; views point into data. STATUS_BAD_FORMAT. Verifies nothing. */
enum status receipt_decode(const uint8_t *data, size_t len, struct receipt *receipt) EPURSE_MUST_USE;

/* A receipt as text that fits a QR code (version 34 at the most): "EPR1:" and its bytes in base45 (RFC 9285). */
#define RECEIPT_TEXT_PREFIX "EPR1:"
#define RECEIPT_TEXT_SIZE   (sizeof RECEIPT_TEXT_PREFIX + RECEIPT_MAX / 2 * 3) /* characters, with the NUL */
/* STATUS_BAD_LENGTH: len above RECEIPT_MAX, or text too small for it with its NUL. */
enum status receipt_text_encode(const uint8_t *data, size_t len, char *text, size_t capacity) EPURSE_MUST_USE;
/* Whether this begins as such a text does; a receipt in bytes never does. */
bool receipt_text_is(const uint8_t *text, size_t len);
/* Takes exactly such a text, without NUL or line end. STATUS_BAD_FORMAT; *data_len is then 0. */
enum status receipt_text_decode(const uint8_t *text, size_t len, uint8_t data[RECEIPT_MAX],
                                size_t *data_len) EPURSE_MUST_USE;

/* What a verified receipt says. */
struct receipt_facts {
  struct promise promise;
  struct authorisation authorisation; /* zeros for an off-line purchase: there is none */
  char merchant[MERCHANT_MAX + 1];
  uint8_t hash[CRYPTO_SHA256_SIZE]; /* of the promise: what the next receipt's `previous` names */
  uint8_t card_ca;                  /* version of the key that certified the card */
};
/* Checks everything with the master public key only: chains, roles, validity at the server's time, both signatures,
 * that the authorisation answers the promise and approves, that h = SHA-256(r). Of an off-line purchase: the chains,
 * valid at the terminal's time, and the card's signature. STATUS_BAD_FORMAT,
 * STATUS_BAD_CERTIFICATE, STATUS_BAD_SIGNATURE, STATUS_PROOF_MISMATCH, STATUS_DECLINED; *reason then says what in a
 * few words (static). */
enum status receipt_verify(const uint8_t *data, size_t len, const uint8_t master_public[CRYPTO_P256_PUBLIC_SIZE],
                           struct receipt_facts *facts, const char **reason) EPURSE_MUST_USE;
/* The lowest versions of keys that are still good; 0: all are. */
struct receipt_floors {
  uint8_t server, card_ca;
};
/* Of what receipt_verify has found genuine, where keys below these are withdrawn.
 * STATUS_SERVER_WITHDRAWN: the card's signature and r stand; that the server authorised it, when, and with how many
 * points, may be anybody's word who has the old key. STATUS_CARD_WITHDRAWN: the server's signature stands, and it
 * authorised the card that it has registered; that the card of this certificate is it, and did it, may be the word of
 * whoever has the old card CA. STATUS_RECEIPT_WITHDRAWN: nothing that stands is left. */
enum status receipt_floor(const struct receipt_facts *facts, const struct receipt_floors *least) EPURSE_MUST_USE;

#endif
