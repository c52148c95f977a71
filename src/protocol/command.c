/* SPDX-License-Identifier: Apache-2.0
 * The fixed layouts that commands carry and answers bring. */
#include "epurse/command.h"

#include "epurse/amount.h"
#include "epurse/bytes.h"
#include "epurse/record.h"

#include <string.h>

#define CARD_INFO_VERSION 2

uint8_t initialize_p1(uint8_t type) {
  switch (type) {
  case TRANSACTION_LOAD:
    return P1_INITIALIZE_LOAD;
  case TRANSACTION_REFUND:
    return P1_INITIALIZE_REFUND;
  case TRANSACTION_PAYOUT:
    return P1_INITIALIZE_PAYOUT;
  case TRANSACTION_OFFLINE_PURCHASE:
    return P1_INITIALIZE_OFFLINE;
  default:
    return P1_INITIALIZE_PURCHASE;
  }
}

size_t initialize_encode(const struct initialize *initialize, uint8_t data[INITIALIZE_MAX]) {
  struct bytes_writer writer = bytes_writer(data, INITIALIZE_MAX);

  bytes_write_u32(&writer, initialize->amount);
  bytes_write_u16(&writer, initialize->currency);
  bytes_write_u8(&writer, initialize->points ? 1 : 0);
  bytes_write(&writer, initialize->tid, sizeof initialize->tid);
  bytes_write(&writer, initialize->nonce, sizeof initialize->nonce);
  bytes_write(&writer, initialize->time, sizeof initialize->time);
  if (initialize->has_pin)
    bytes_write(&writer, initialize->pin_block, sizeof initialize->pin_block);
  else if (initialize->sale_atc != 0)
    bytes_write_u32(&writer, initialize->sale_atc);
  return writer.len;
}

enum status initialize_decode(const uint8_t *data, size_t len, struct initialize *initialize) {
  struct bytes_reader reader = bytes_reader(data, len);
  bool refund = len == INITIALIZE_REFUND_SIZE;
  uint8_t points = 0;

  if (len != INITIALIZE_SIZE && len != INITIALIZE_MAX && !refund)
    return STATUS_BAD_LENGTH;
  initialize->amount = bytes_read_u32(&reader);
  initialize->currency = bytes_read_u16(&reader);
  points = bytes_read_u8(&reader);
  initialize->points = points != 0;
  bytes_read(&reader, initialize->tid, sizeof initialize->tid);
  bytes_read(&reader, initialize->nonce, sizeof initialize->nonce);
  bytes_read(&reader, initialize->time, sizeof initialize->time);
  initialize->has_pin = len == INITIALIZE_MAX;
  bytes_read(&reader, initialize->pin_block, initialize->has_pin ? sizeof initialize->pin_block : 0);
  initialize->sale_atc = refund ? bytes_read_u32(&reader) : 0;
  return points <= 1 && refund == (initialize->sale_atc != 0) && initialize->amount <= AMOUNT_MAX_ON_CARD &&
                 tid_valid(initialize->tid) && moment_valid(initialize->time)
             ? STATUS_OK
             : STATUS_BAD_FORMAT;
}

void balance_encode(const struct balance *balance, uint8_t data[BALANCE_SIZE]) {
  struct bytes_writer writer = bytes_writer(data, BALANCE_SIZE);

  bytes_write_u32(&writer, balance->balance);
  bytes_write_u32(&writer, balance->points);
  bytes_write_u16(&writer, balance->currency);
}

enum status balance_decode(const uint8_t *data, size_t len, struct balance *balance) {
  struct bytes_reader reader = bytes_reader(data, len);

  if (len != BALANCE_SIZE)
    return STATUS_BAD_LENGTH;
  balance->balance = bytes_read_u32(&reader);
  balance->points = bytes_read_u32(&reader);
  balance->currency = bytes_read_u16(&reader);
  return balance->balance <= AMOUNT_MAX_ON_CARD ? STATUS_OK : STATUS_BAD_FORMAT;
}

void proof_encode(const struct proof *proof, uint8_t data[PROOF_SIZE]) {
  struct bytes_writer writer = bytes_writer(data, PROOF_SIZE);

  bytes_write_u8(&writer, proof->state);
  bytes_write_u32(&writer, proof->atc);
  bytes_write_u8(&writer, proof->type);
  bytes_write_u32(&writer, proof->amount);
  bytes_write(&writer, proof->tid, sizeof proof->tid);
  bytes_write_u32(&writer, proof->balance);
  bytes_write_u32(&writer, proof->points);
  bytes_write(&writer, proof->secret, sizeof proof->secret);
}

static bool proof_valid(const struct proof *proof) {
  bool empty = proof->state == SLOT_NONE;
  bool type_known = proof->type >= TRANSACTION_PURCHASE && proof->type <= TRANSACTION_PAYOUT;

  return proof->state <= SLOT_ABORTED && (empty ? proof->type == 0 && proof->atc == 0 : type_known) &&
         proof->amount <= AMOUNT_MAX_ON_CARD && proof->balance <= AMOUNT_MAX_ON_CARD;
}

enum status proof_decode(const uint8_t *data, size_t len, struct proof *proof) {
  struct bytes_reader reader = bytes_reader(data, len);

  if (len != PROOF_SIZE)
    return STATUS_BAD_LENGTH;
  proof->state = bytes_read_u8(&reader);
  proof->atc = bytes_read_u32(&reader);
  proof->type = bytes_read_u8(&reader);
  proof->amount = bytes_read_u32(&reader);
  bytes_read(&reader, proof->tid, sizeof proof->tid);
  proof->balance = bytes_read_u32(&reader);
  proof->points = bytes_read_u32(&reader);
  bytes_read(&reader, proof->secret, sizeof proof->secret);
  return proof_valid(proof) ? STATUS_OK : STATUS_BAD_FORMAT;
}

bool no_pin_limits_valid(const struct no_pin_limits *limits) {
  return limits->single <= limits->total && limits->total <= AMOUNT_MAX_ON_CARD &&
         (limits->single == 0) == (limits->total == 0);
}

/* The 18 bytes that parameters and particulars have in common. */
static void limits_write(struct bytes_writer *writer, const struct offline_limits *offline,
                         const struct no_pin_limits *no_pin) {
  bytes_write_u32(writer, offline->single);
  bytes_write_u32(writer, offline->total);
  bytes_write_u16(writer, offline->count);
  bytes_write_u32(writer, no_pin->single);
  bytes_write_u32(writer, no_pin->total);
}

static void limits_read(struct bytes_reader *reader, struct offline_limits *offline, struct no_pin_limits *no_pin) {
  offline->single = bytes_read_u32(reader);
  offline->total = bytes_read_u32(reader);
  offline->count = bytes_read_u16(reader);
  no_pin->single = bytes_read_u32(reader);
  no_pin->total = bytes_read_u32(reader);
}

void card_info_encode(const struct card_info *info, uint8_t data[CARD_INFO_SIZE]) {
  struct bytes_writer writer = bytes_writer(data, CARD_INFO_SIZE);

  bytes_write_u8(&writer, CARD_INFO_VERSION);
  bytes_write_u8(&writer, info->state);
  bytes_write(&writer, info->cid, sizeof info->cid);
  bytes_write(&writer, info->chip_serial, sizeof info->chip_serial);
  bytes_write(&writer, info->expiry, sizeof info->expiry);
  bytes_write_u16(&writer, info->currency);
  bytes_write_u32(&writer, info->purse_ceiling);
  bytes_write_u32(&writer, info->payment_ceiling);
  bytes_write_u32(&writer, info->atc);
  bytes_write_u8(&writer, info->pin_tries_left);
  bytes_write(&writer, info->latest_time, sizeof info->latest_time);
  bytes_write_u8(&writer, info->master_version);
  bytes_write_u8(&writer, info->terminal_ca_version);
  bytes_write_u8(&writer, info->server_version);
  limits_write(&writer, &info->offline, &info->no_pin);
  bytes_write_u16(&writer, info->pin_changes);
  bytes_write_u8(&writer, info->terminal_ca_least);
  bytes_write_u8(&writer, info->server_least);
}

/* A raw card has no dates yet: zeros. */
static bool card_info_valid(const struct card_info *info, uint8_t version) {
  bool raw = info->state == CARD_INITIALISED;
  bool known = raw || info->state == CARD_PERSONALISED || info->state == CARD_EXPIRED || info->state == CARD_BLOCKED;

  return version == CARD_INFO_VERSION && known && info->pin_tries_left <= PIN_TRIES &&
         offline_limits_valid(&info->offline) && no_pin_limits_valid(&info->no_pin) &&
         (raw || (date_valid(info->expiry) && moment_valid(info->latest_time)));
}

enum status card_info_decode(const uint8_t *data, size_t len, struct card_info *info) {
  struct bytes_reader reader = bytes_reader(data, len);
  uint8_t version = bytes_read_u8(&reader);

  if (len != CARD_INFO_SIZE)
    return STATUS_BAD_LENGTH;
  info->state = bytes_read_u8(&reader);
  bytes_read(&reader, info->cid, sizeof info->cid);
  bytes_read(&reader, info->chip_serial, sizeof info->chip_serial);
  bytes_read(&reader, info->expiry, sizeof info->expiry);
  info->currency = bytes_read_u16(&reader);
  info->purse_ceiling = bytes_read_u32(&reader);
  info->payment_ceiling = bytes_read_u32(&reader);
  info->atc = bytes_read_u32(&reader);
  info->pin_tries_left = bytes_read_u8(&reader);
  bytes_read(&reader, info->latest_time, sizeof info->latest_time);
  info->master_version = bytes_read_u8(&reader);
  info->terminal_ca_version = bytes_read_u8(&reader);
  info->server_version = bytes_read_u8(&reader);
  limits_read(&reader, &info->offline, &info->no_pin);
  info->pin_changes = bytes_read_u16(&reader);
  info->terminal_ca_least = bytes_read_u8(&reader);
  info->server_least = bytes_read_u8(&reader);
  return card_info_valid(info, version) ? STATUS_OK : STATUS_BAD_FORMAT;
}

void parameters_encode(const struct parameters *parameters, uint8_t data[PARAMETERS_SIZE]) {
  struct bytes_writer writer = bytes_writer(data, PARAMETERS_SIZE);

  bytes_write(&writer, parameters->cid, sizeof parameters->cid);
  bytes_write(&writer, parameters->expiry, sizeof parameters->expiry);
  bytes_write_u16(&writer, parameters->currency);
  bytes_write_u32(&writer, parameters->purse_ceiling);
  bytes_write_u32(&writer, parameters->payment_ceiling);
  bytes_write(&writer, parameters->time, sizeof parameters->time);
  limits_write(&writer, &parameters->offline, &parameters->no_pin);
}

enum status parameters_decode(const uint8_t *data, size_t len, struct parameters *parameters) {
  struct bytes_reader reader = bytes_reader(data, len);

  if (len != PARAMETERS_SIZE)
    return STATUS_BAD_LENGTH;
  bytes_read(&reader, parameters->cid, sizeof parameters->cid);
  bytes_read(&reader, parameters->expiry, sizeof parameters->expiry);
  parameters->currency = bytes_read_u16(&reader);
  parameters->purse_ceiling = bytes_read_u32(&reader);
  parameters->payment_ceiling = bytes_read_u32(&reader);
  bytes_read(&reader, parameters->time, sizeof parameters->time);
  limits_read(&reader, &parameters->offline, &parameters->no_pin);
  return date_valid(parameters->expiry) && moment_valid(parameters->time) &&
                 parameters->purse_ceiling <= AMOUNT_MAX_ON_CARD && parameters->payment_ceiling <= AMOUNT_MAX_ON_CARD &&
                 offline_limits_valid(&parameters->offline) && no_pin_limits_valid(&parameters->no_pin)
             ? STATUS_OK
             : STATUS_BAD_FORMAT;
}
