/* SPDX-License-Identifier: Apache-2.0
 * Bodies of messages by which the issuer's desk makes cards, merchants and terminals. Part of message.h: what it says
 * of bodies holds here too. */
#ifndef EPURSE_MESSAGE_DESK_H
#define EPURSE_MESSAGE_DESK_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "epurse/certificate.h"
#include "epurse/command.h"
#include "epurse/iban.h"
#include "epurse/message.h"
#include "epurse/record.h"
#include "epurse/status.h"

/* CARD_RESERVATION {"chip_serial"} -> {"cid"}; the same chip gets the same number again. */
/* Asks for the number of a chip. */
json_t *reservation_body(const uint8_t chip_serial[CHIP_SERIAL_SIZE]);
/* Takes the chip serial. */
enum status reservation_parse(const json_t *body, uint8_t chip_serial[CHIP_SERIAL_SIZE]) EPURSE_MUST_USE;
/* Answers the number. */
json_t *reservation_reply_body(const uint8_t cid[CID_SIZE]);
/* Takes it, Luhn digit included. */
enum status reservation_reply_parse(const json_t *body, uint8_t cid[CID_SIZE]) EPURSE_MUST_USE;

/* CARD_CERTIFICATION {"cid","request"[,"pin"]}: the card's own request record; `pin` is a JWE where the cardholder
 * chose one, else the server draws it. */
struct certification_request {
  uint8_t cid[CID_SIZE];
  uint8_t request[CARD_REQUEST_SIZE];
  char pin_jwe[PIN_JWE_MAX]; /* "" : the server draws it */
};
/* A PIN goes along where pin_jwe is not "". */
json_t *certification_request_body(const struct certification_request *request);
/* Copies request and PIN: the one is neither decoded nor verified, the other not deciphered. */
enum status certification_request_parse(const json_t *body, struct certification_request *request) EPURSE_MUST_USE;

/* -> everything that goes onto the card. The PIN comes enciphered to the desk's ECKA key. */
struct certification_reply {
  struct parameters parameters;
  uint8_t master_version, master_public[CRYPTO_P256_PUBLIC_SIZE];
  uint8_t terminal_ca[CERTIFICATE_MAX], server[CERTIFICATE_MAX], card_ecka[CERTIFICATE_MAX], card_sig[CERTIFICATE_MAX];
  size_t terminal_ca_len, server_len, card_ecka_len, card_sig_len;
  char pin_jwe[PIN_JWE_MAX];
};
/* Writes all of it; each length is 1 to CERTIFICATE_MAX bytes. */
json_t *certification_reply_body(const struct certification_reply *reply);
/* Takes all of it. STATUS_BAD_FORMAT: also where parameters_decode refuses; certificates are not decoded here. */
enum status certification_reply_parse(const json_t *body, struct certification_reply *reply) EPURSE_MUST_USE;

/* MERCHANT {"id","name","points_rate"[,"fee_rate"][,"iban"][,"bic"]}: points per 100 minor units, basis points, and
 * where it is paid out. MERCHANT_CHANGE {"id"[,"fee_rate"][,"iban"][,"bic"]}: what is there is set anew. Reply: {}.
 * TERMINAL and TERMINAL_RENEWAL {"tid", "role","merchant","expiry","ecka_public","sig_public"}: a new one; new keys and
 * another last day for one that is known, by name, role and merchant. Reply: {} or {"merchant_name"}, what the terminal
 * shows and prints. TERMINAL_RENEWAL may have "request": the terminal's own, a sealed message of that type and body. */
struct merchant_message {
  char id[MERCHANT_MAX + 1];
  char name[64];
  int64_t points_rate;
  int64_t fee_rate;                          /* basis points; -1: not said */
  char iban[IBAN_MAX + 1], bic[BIC_MAX + 1]; /* "": not said */
};
/* Leaves out a fee_rate below 0, and an IBAN and a BIC that are "". */
json_t *merchant_body(const struct merchant_message *merchant);
/* What is left out is -1 and "". STATUS_BAD_FORMAT: also an id with blanks, or a rate above 10000. */
enum status merchant_parse(const json_t *body, struct merchant_message *merchant) EPURSE_MUST_USE;
/* Writes the id and, likewise, what is to be set anew; name and points_rate are not read. */
json_t *merchant_change_body(const struct merchant_message *merchant);
/* Likewise; name is "", points_rate 0. */
enum status merchant_change_parse(const json_t *body, struct merchant_message *merchant) EPURSE_MUST_USE;

struct terminal_message {
  char tid[TID_SIZE + 1];
  uint8_t role, expiry[DATE_SIZE];
  char merchant[MERCHANT_MAX + 1];
  uint8_t ecka_public[CRYPTO_P256_PUBLIC_SIZE], sig_public[CRYPTO_P256_PUBLIC_SIZE];
  char request[1280]; /* "": the issuer made the keys */
};
/* Writes all of it, the role by its name (x509.h); `merchant` may be "". */
json_t *terminal_body(const struct terminal_message *terminal);
/* Takes all of it. STATUS_BAD_FORMAT: also a role without a name, or a key off the curve. */
enum status terminal_parse(const json_t *body, struct terminal_message *terminal) EPURSE_MUST_USE;
/* TERMINAL_REVOCATION {"tid"}: for good. Reply: revocation_reply. */
/* Names the terminal. */
json_t *revocation_body(const char tid[TID_SIZE + 1]);
/* Takes its name: 8 characters that tid_valid accepts. */
enum status revocation_parse(const json_t *body, char tid[TID_SIZE + 1]) EPURSE_MUST_USE;
struct revocation_reply {
  int64_t needed, administrators; /* how many it takes, 1 or 2; how many can still give something */
};
/* Writes both numbers. */
json_t *revocation_reply_body(const struct revocation_reply *reply);
/* Takes both. STATUS_BAD_FORMAT: also another number than 1 or 2 that it takes. */
enum status revocation_reply_parse(const json_t *body, struct revocation_reply *reply) EPURSE_MUST_USE;

#endif
