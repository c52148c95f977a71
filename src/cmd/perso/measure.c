/* SPDX-License-Identifier: Apache-2.0
 * Commands timed one by one, through a reader that stands before the real one. */
#include "measure.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "epurse/certificate.h"
#include "epurse/crypto.h"
#include "epurse/reader.h"
#include "epurse/session.h"

#define INS_GET_RESPONSE 0xC0
#define LE_ALL           256
#define TENTHS           100 /* microseconds in a tenth of a millisecond */

/* What each is made of, beside the link (docs/card-cost.md). */
static const struct composition {
  const char *name;
  int sign, verify, agreement; /* beside what a session or a protected command has */
  int protected, session;
} compositions[MEASURE_COMMANDS] = {
    [MEASURE_AT_ONCE] = {"a command that is refused at once", 0, 0, 0, 0, 0},
    [MEASURE_SELECT] = {"SELECT", 0, 0, 0, 0, 0},
    [MEASURE_CARD_CERTIFICATE] = {"GET DATA card certificate", 0, 0, 0, 0, 0},
    [MEASURE_TERMINAL_NEW] = {"PERFORM SECURITY OPERATION, till new", 0, 1, 0, 0, 0},
    [MEASURE_AUTHENTICATE_NEW] = {"MUTUAL AUTHENTICATE, till new", 0, -1, 0, 0, 1},
    [MEASURE_TERMINAL_KNOWN] = {"PERFORM SECURITY OPERATION, till known", 0, 0, 0, 0, 0},
    [MEASURE_AUTHENTICATE_KNOWN] = {"MUTUAL AUTHENTICATE, till known", 0, -1, -1, 0, 1},
    [MEASURE_PARTICULARS] = {"GET DATA card particulars", 0, 0, 0, 1, 0},
    [MEASURE_BALANCE] = {"GET BALANCE", 0, 0, 0, 1, 0},
    [MEASURE_LOAD_LOG] = {"READ RECORD load log", 0, 0, 0, 1, 0},
    [MEASURE_PURCHASE_LOG] = {"READ RECORD purchase log", 0, 0, 0, 1, 0},
    [MEASURE_CERTIFICATE] = {"GET DATA SIG certificate", 0, 0, 0, 1, 0},
    [MEASURE_PROOF] = {"GET TRANSACTION PROOF", 0, 0, 0, 1, 0},
    [MEASURE_VERIFY] = {"VERIFY", 1, 0, 0, 1, 0},
};

static const struct family {
  const char *name;
  int sign, verify, key_pair, agreement, protected, session; /* tenths of a millisecond */
} families[] = {
#define FAMILY(...) {__VA_ARGS__},
#define FAMILY_CALLS(...)
#include "card_family.def"
#undef FAMILY
#undef FAMILY_CALLS
};

const char *measure_name(enum measure_command command) {
  return compositions[command].name;
}

const char *measure_family(size_t family) {
  return family < sizeof families / sizeof families[0] ? families[family].name : NULL;
}

int64_t measure_computed(enum measure_command command, size_t family) {
  const struct composition *of = &compositions[command];
  const struct family *card = &families[family];
  int tenths = of->sign * card->sign + of->verify * card->verify + of->agreement * card->agreement +
               of->protected * card->protected + of->session * card->session;
  return (int64_t)tenths * TENTHS;
}

/* ---- a reader that times ---- */

/* While a session is opened its commands tell themselves apart; else one is named beforehand. */
struct meter {
  struct reader reader;
  struct reader *real;
  struct measure *measure;
  enum measure_command command; /* MEASURE_COMMANDS: a session is opened */
  bool known;                   /* by the card, as a session is opened */
  bool warm;                    /* what comes is to be counted */
  int64_t *last;                /* the sample that a GET RESPONSE belongs to, or NULL */
};

static enum measure_command meter_command(const struct meter *meter, uint8_t ins) {
  if (meter->command != MEASURE_COMMANDS)
    return meter->command;
  switch (ins) {
  case INS_SELECT:
    return MEASURE_SELECT;
  case INS_GET_DATA:
    return MEASURE_CARD_CERTIFICATE;
  case INS_PERFORM_SECURITY_OPERATION:
    return meter->known ? MEASURE_TERMINAL_KNOWN : MEASURE_TERMINAL_NEW;
  case INS_MUTUAL_AUTHENTICATE:
    return meter->known ? MEASURE_AUTHENTICATE_KNOWN : MEASURE_AUTHENTICATE_NEW;
  default:
    return MEASURE_COMMANDS;
  }
}

static void meter_note(struct meter *meter, uint8_t ins, int64_t microseconds) {
  struct measure *measure = meter->measure;
  enum measure_command command = meter_command(meter, ins);
  if (ins == INS_GET_RESPONSE) {
    if (meter->last != NULL)
      *meter->last += microseconds;
    return;
  }
  meter->last = NULL;
  if (!meter->warm || command == MEASURE_COMMANDS || measure->counts[command] == MEASURE_SAMPLES)
    return;
  meter->last = &measure->samples[command][measure->counts[command]++];
  *meter->last = microseconds;
}

static enum status meter_transmit(void *context, const uint8_t *command, size_t len, uint8_t *answer,
                                  size_t *answer_len) {
  struct meter *meter = context;
  struct timespec from, to;
  clock_gettime(CLOCK_MONOTONIC, &from);
  enum status status = meter->real->transmit(meter->real->context, command, len, answer, answer_len);
  clock_gettime(CLOCK_MONOTONIC, &to);
  if (status == STATUS_OK && len > 1)
    meter_note(meter, command[1], (int64_t)(to.tv_sec - from.tv_sec) * 1000000 + (to.tv_nsec - from.tv_nsec) / 1000);
  return status;
}

/* ---- a terminal that the card does not remember ---- */

/* The same certificate with the other signature that holds of it: where (r, s) does, (r, n - s) does. A card remembers
 * whole certificates, so that this one is new to it, however often. */
static bool certificate_twin(const struct session_keys *keys, uint8_t twin[CERTIFICATE_MAX]) {
  static const uint8_t order[] = {0xFF, 0xFF, 0xFF, 0xFF, 0x00, 0x00, 0x00, 0x00, 0xFF, 0xFF, 0xFF,
                                  0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xBC, 0xE6, 0xFA, 0xAD, 0xA7, 0x17,
                                  0x9E, 0x84, 0xF3, 0xB9, 0xCA, 0xC2, 0xFC, 0x63, 0x25, 0x51};
  struct certificate certificate;
  const size_t half = CRYPTO_SIGNATURE_SIZE / 2, len = keys->ecka_certificate_len;

  if (certificate_decode(keys->ecka_certificate, len, &certificate) != STATUS_OK)
    return false;
  memcpy(twin, keys->ecka_certificate, len);
  for (size_t at = 0; at + CRYPTO_SIGNATURE_SIZE <= len; at++)
    if (memcmp(twin + at, certificate.signature, CRYPTO_SIGNATURE_SIZE) == 0) {
      unsigned borrow = 0;
      for (size_t i = half; i-- > 0;) {
        unsigned difference = (unsigned)order[i] - twin[at + half + i] - borrow;
        twin[at + half + i] = (uint8_t)difference;
        borrow = difference >> 8 & 1U;
      }
      return true;
    }
  return false;
}

/* ---- what is done ---- */

static enum status open_session(struct meter *meter, struct session *session, const struct session_keys *keys) {
  meter->command = MEASURE_COMMANDS;
  return session_open(session, &meter->reader, keys, true);
}

static enum status ask_at_once(struct meter *meter) {
  const struct apdu nothing = {.cla = 0x80, .ins = INS_GET_DATA, .p1 = 0x00, .p2 = 0x01, .le = LE_ALL};
  struct apdu_response response;
  meter->command = MEASURE_AT_ONCE;
  return reader_command(&meter->reader, &nothing, &response);
}

static enum status read_log(struct meter *meter, struct session *session, enum measure_command command, uint8_t sfi) {
  struct log_record records[CARD_LOG_MAX];
  size_t count = CARD_LOG_MAX;
  meter->command = command;
  return session_log(session, sfi, records, &count);
}

static enum status read_certificate(struct meter *meter, struct session *session) {
  const struct apdu get_data = {.cla = 0x00, .ins = INS_GET_DATA, .p1 = 0x7F, .p2 = 0x21, .le = LE_ALL};
  struct apdu_response response;
  meter->command = MEASURE_CERTIFICATE;
  return session_command(session, &get_data, &response);
}

/* What became of the last transaction; a card that has had none says so, which takes as long. */
static enum status read_proof(struct meter *meter, struct session *session) {
  struct proof proof;
  meter->command = MEASURE_PROOF;
  enum status status = session_proof(session, &proof);
  crypto_wipe(&proof, sizeof proof);
  return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static enum status show_pin(struct meter *meter, struct session *session) {
  struct measure *measure = meter->measure;
  uint8_t nonce[NONCE_SIZE];
  if (measure->pin_block == NULL)
    return STATUS_OK;
  if (!crypto_random(nonce, sizeof nonce))
    return STATUS_CRYPTO_FAILED;
  meter->command = MEASURE_VERIFY;
  return session_verify(session, measure->pin_block, nonce, &measure->tries_left);
}

static enum status read_all(struct meter *meter, struct session *session) {
  struct balance balance;
  struct card_info info;
  meter->command = MEASURE_PARTICULARS;
  enum status status = session_info(session, &info);
  meter->command = MEASURE_BALANCE;
  if (status == STATUS_OK)
    status = session_balance(session, &balance);
  if (status == STATUS_OK)
    status = read_log(meter, session, MEASURE_LOAD_LOG, SFI_LOAD_LOG);
  if (status == STATUS_OK)
    status = read_log(meter, session, MEASURE_PURCHASE_LOG, SFI_PURCHASE_LOG);
  if (status == STATUS_OK)
    status = read_certificate(meter, session);
  if (status == STATUS_OK)
    status = read_proof(meter, session);
  return status == STATUS_OK ? show_pin(meter, session) : status;
}

/* A whole meeting with a card that knows this terminal; the first of them, which makes it so, is not counted. */
static enum status meet_known(struct meter *meter) {
  struct session session = {.reader = &meter->reader};
  enum status status = open_session(meter, &session, &meter->measure->terminal->session_keys);
  if (status == STATUS_OK)
    status = read_all(meter, &session);
  session_close(&session);
  return status;
}

/* A session that ends before its first protected command: the card remembers nobody by it. */
static enum status meet_new(struct meter *meter, const struct session_keys *keys) {
  struct session session = {.reader = &meter->reader};
  enum status status = open_session(meter, &session, keys);
  session_close(&session);
  return status == STATUS_OK ? ask_at_once(meter) : status;
}

enum status measure_run(struct measure *measure, struct reader *reader) {
  uint8_t twin[CERTIFICATE_MAX];
  struct session_keys keys = measure->terminal->session_keys;
  struct meter meter = {.reader = *reader, .real = reader, .measure = measure};
  meter.reader.context = &meter;
  meter.reader.transmit = meter_transmit;
  enum status status = certificate_twin(&keys, twin) ? meet_known(&meter) : STATUS_BAD_CERTIFICATE;
  keys.ecka_certificate = twin;
  meter.warm = true;
  meter.known = true;
  for (unsigned i = 0; status == STATUS_OK && i < measure->runs; i++)
    status = meet_known(&meter);
  meter.known = false;
  for (unsigned i = 0; status == STATUS_OK && i < measure->runs; i++)
    status = meet_new(&meter, &keys);
  return status;
}

static int by_size(const void *a, const void *b) {
  const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
  return (x > y) - (x < y);
}

int64_t measure_median(const struct measure *measure, enum measure_command command) {
  int64_t sorted[MEASURE_SAMPLES];
  size_t count = measure->counts[command];
  if (count == 0)
    return 0;
  memcpy(sorted, measure->samples[command], count * sizeof sorted[0]);
  qsort(sorted, count, sizeof sorted[0], by_size);
  return (sorted[(count - 1) / 2] + sorted[count / 2]) / 2;
}
