/* SPDX-License-Identifier: Apache-2.0
 * GlobalPlatform's card certificates: issued, read, checked. */
#include "epurse/certificate.h"

#include "epurse/record.h"
#include "epurse/tlv.h"

#include <string.h>

/* GPC Amendment F table 6-1. */
#define TAG_SERIAL         0x93
#define TAG_CA_ID          0x42
#define TAG_SUBJECT        0x5F20
#define TAG_USAGE          0x95
#define TAG_EXPIRY         0x5F24
#define TAG_DISCRETIONARY  0x53
#define TAG_PUBLIC_KEY     0x7F49
#define TAG_POINT          0xB0
#define TAG_KEY_PARAMETERS 0xF0 /* reference 00: P-256, GPC v2.3.1 B.4.5 */

#define USAGE_SIZE          2
#define DISCRETIONARY_MIN   2 /* role, version of the key */
#define LEAST_SIZE          1
#define OFFLINE_SIZE        12 /* currency 2, single 4, total 4, count 2 */
#define USAGE_KEY_AGREEMENT 0x0080
#define USAGE_SIGNATURE     0x8200

static bool role_is_terminal(uint8_t role) {
  return role == ROLE_POS || role == ROLE_RELOAD || role == ROLE_PERSO;
}

/* What a role's key may do; 0 for a role that is none. */
static uint16_t role_usage(uint8_t role) {
  switch (role) {
  case ROLE_POS:
  case ROLE_RELOAD:
  case ROLE_PERSO:
  case ROLE_ADMIN:
  case ROLE_SERVER_PIN:
  case ROLE_CARD_ECKA:
    return USAGE_KEY_AGREEMENT;
  case ROLE_SERVER:
  case ROLE_CARD_CA:
  case ROLE_TERMINAL_CA:
  case ROLE_CARD_SIG:
    return USAGE_SIGNATURE;
  default:
    return 0;
  }
}

/* The merchant's length where the name is printable and the role may have one; otherwise more than MERCHANT_MAX. */
static size_t merchant_len(const char *merchant, uint8_t role) {
  size_t len = 0;

  while (len <= MERCHANT_MAX && merchant[len] != '\0') {
    if (!role_is_terminal(role) || merchant[len] < 0x20 || merchant[len] > 0x7E)
      return MERCHANT_MAX + 1;
    len++;
  }
  return len;
}

static bool role_has_least(uint8_t role) {
  return role == ROLE_SERVER || role == ROLE_TERMINAL_CA;
}

/* Whether everything that only some roles carry is there in these, as it must be, and zero in all others. */
static bool extras_valid(const struct certificate *certificate) {
  const struct offline_limits *offline = &certificate->offline;

  if (role_has_least(certificate->role) ? certificate->least == 0 || certificate->least > certificate->version
                                        : certificate->least != 0)
    return false;
  return certificate->role == ROLE_CARD_SIG
             ? offline_limits_valid(offline)
             : certificate->offline_currency == 0 && (offline->single | offline->total | offline->count) == 0;
}

/* Tag 53: role, version, and what only that role has. `merchant` is its length. */
static void discretionary_write(struct bytes_writer *writer, const struct certificate *certificate, size_t merchant) {
  size_t extra = role_has_least(certificate->role)    ? LEAST_SIZE
                 : certificate->role == ROLE_CARD_SIG ? OFFLINE_SIZE
                                                      : merchant;

  tlv_write_header(writer, TAG_DISCRETIONARY, DISCRETIONARY_MIN + extra);
  bytes_write_u8(writer, certificate->role);
  bytes_write_u8(writer, certificate->version);
  if (role_has_least(certificate->role))
    bytes_write_u8(writer, certificate->least);
  if (certificate->role == ROLE_CARD_SIG) {
    bytes_write_u16(writer, certificate->offline_currency);
    bytes_write_u32(writer, certificate->offline.single);
    bytes_write_u32(writer, certificate->offline.total);
    bytes_write_u16(writer, certificate->offline.count);
  }
  bytes_write(writer, (const uint8_t *)certificate->merchant, merchant);
}

/* The part that is signed: 93 to 7F49. */
static void signed_part_write(struct bytes_writer *writer, const struct certificate *certificate) {
  uint8_t usage[USAGE_SIZE];
  size_t merchant = merchant_len(certificate->merchant, certificate->role);
  size_t point = tlv_header_size(TAG_POINT, CRYPTO_P256_PUBLIC_SIZE) + CRYPTO_P256_PUBLIC_SIZE;
  static const uint8_t p256[] = {0x00};

  bytes_put_u16(usage, role_usage(certificate->role));
  tlv_write(writer, TAG_SERIAL, certificate->serial, CERTIFICATE_SERIAL_SIZE);
  tlv_write(writer, TAG_CA_ID, certificate->ca_id, CERTIFICATE_CA_ID_SIZE);
  tlv_write(writer, TAG_SUBJECT, certificate->subject, CERTIFICATE_SUBJECT_SIZE);
  tlv_write(writer, TAG_USAGE, usage, sizeof usage);
  tlv_write(writer, TAG_EXPIRY, certificate->expiry, DATE_SIZE);
  discretionary_write(writer, certificate, merchant);
  tlv_write_header(writer, TAG_PUBLIC_KEY, point + tlv_header_size(TAG_KEY_PARAMETERS, sizeof p256) + sizeof p256);
  tlv_write(writer, TAG_POINT, certificate->public_key, CRYPTO_P256_PUBLIC_SIZE);
  tlv_write(writer, TAG_KEY_PARAMETERS, p256, sizeof p256);
}

enum status certificate_issue(const struct certificate *certificate, const uint8_t ca_private[CRYPTO_P256_PRIVATE_SIZE],
                              uint8_t *out, size_t capacity, size_t *len) {
  uint8_t body[CERTIFICATE_MAX], signature[CRYPTO_SIGNATURE_SIZE];
  struct bytes_writer inner = bytes_writer(body, sizeof body);
  struct bytes_writer writer = bytes_writer(out, capacity < CERTIFICATE_MAX ? capacity : CERTIFICATE_MAX);

  *len = 0;
  if (role_usage(certificate->role) == 0 || merchant_len(certificate->merchant, certificate->role) > MERCHANT_MAX ||
      !extras_valid(certificate) || !date_valid(certificate->expiry) || !crypto_p256_valid(certificate->public_key))
    return STATUS_BAD_FORMAT;
  signed_part_write(&inner, certificate);
  if (!crypto_p256_sign(ca_private, body, inner.len, signature))
    return STATUS_CRYPTO_FAILED;
  tlv_write(&inner, TAG_SIGNATURE, signature, sizeof signature);
  tlv_write(&writer, TAG_CERTIFICATE, body, inner.len);
  if (inner.failed || writer.failed)
    return STATUS_BAD_LENGTH;
  *len = writer.len;
  return STATUS_OK;
}

/* The next object must have this tag and length; copies its value. Failure shows in the reader. */
static void expect(struct bytes_reader *reader, uint32_t tag, uint8_t *value, size_t len) {
  struct tlv tlv;

  if (tlv_next(reader, &tlv) != STATUS_OK || tlv.tag != tag || tlv.len != len) {
    reader->failed = true;
    return;
  }
  memcpy(value, tlv.value, len);
}

/* What is left of 53 is a merchant's name; a zero byte within would cut it short. */
static void merchant_read(struct bytes_reader *inner, struct certificate *certificate) {
  size_t len = inner->left;

  if (len > MERCHANT_MAX) {
    inner->failed = true;
    return;
  }
  bytes_read(inner, (uint8_t *)certificate->merchant, len);
  inner->failed |= merchant_len(certificate->merchant, certificate->role) != len;
}

static void expect_discretionary(struct bytes_reader *reader, struct certificate *certificate) {
  struct tlv tlv;
  struct bytes_reader inner;

  if (tlv_next(reader, &tlv) != STATUS_OK || tlv.tag != TAG_DISCRETIONARY) {
    reader->failed = true;
    return;
  }
  inner = bytes_reader(tlv.value, tlv.len);
  certificate->role = bytes_read_u8(&inner);
  certificate->version = bytes_read_u8(&inner);
  if (role_has_least(certificate->role))
    certificate->least = bytes_read_u8(&inner);
  if (certificate->role == ROLE_CARD_SIG) {
    certificate->offline_currency = bytes_read_u16(&inner);
    certificate->offline.single = bytes_read_u32(&inner);
    certificate->offline.total = bytes_read_u32(&inner);
    certificate->offline.count = bytes_read_u16(&inner);
  }
  if (role_is_terminal(certificate->role))
    merchant_read(&inner, certificate);
  reader->failed |= !bytes_read_all(&inner) || !extras_valid(certificate);
}

static void expect_public_key(struct bytes_reader *reader, uint8_t public_key[CRYPTO_P256_PUBLIC_SIZE]) {
  struct tlv tlv;
  struct bytes_reader inner;
  uint8_t parameters = 0xFF;

  if (tlv_next(reader, &tlv) != STATUS_OK || tlv.tag != TAG_PUBLIC_KEY) {
    reader->failed = true;
    return;
  }
  inner = bytes_reader(tlv.value, tlv.len);
  expect(&inner, TAG_POINT, public_key, CRYPTO_P256_PUBLIC_SIZE);
  expect(&inner, TAG_KEY_PARAMETERS, &parameters, sizeof parameters);
  reader->failed |= !bytes_read_all(&inner) || parameters != 0;
}

/* The content of 7F21. */
static enum status content_decode(struct bytes_reader reader, struct certificate *certificate) {
  uint8_t usage[USAGE_SIZE] = {0};

  certificate->signed_part = reader.at;
  expect(&reader, TAG_SERIAL, certificate->serial, CERTIFICATE_SERIAL_SIZE);
  expect(&reader, TAG_CA_ID, certificate->ca_id, CERTIFICATE_CA_ID_SIZE);
  expect(&reader, TAG_SUBJECT, certificate->subject, CERTIFICATE_SUBJECT_SIZE);
  expect(&reader, TAG_USAGE, usage, sizeof usage);
  expect(&reader, TAG_EXPIRY, certificate->expiry, DATE_SIZE);
  expect_discretionary(&reader, certificate);
  expect_public_key(&reader, certificate->public_key);
  certificate->signed_len = (size_t)(reader.at - certificate->signed_part);
  expect(&reader, TAG_SIGNATURE, certificate->signature, CRYPTO_SIGNATURE_SIZE);
  if (!bytes_read_all(&reader) || role_usage(certificate->role) == 0 ||
      bytes_u16(usage) != role_usage(certificate->role) || !date_valid(certificate->expiry) ||
      !crypto_p256_valid(certificate->public_key))
    return STATUS_BAD_FORMAT;
  return STATUS_OK;
}

enum status certificate_decode(const uint8_t *data, size_t len, struct certificate *certificate) {
  struct bytes_reader reader = bytes_reader(data, len);
  struct tlv tlv;
  enum status status = STATUS_BAD_FORMAT;

  *certificate = (struct certificate){0};
  if (tlv_next(&reader, &tlv) == STATUS_OK && tlv.tag == TAG_CERTIFICATE && bytes_read_all(&reader))
    status = content_decode(bytes_reader(tlv.value, tlv.len), certificate);
  if (status != STATUS_OK)
    *certificate = (struct certificate){0};
  return status;
}

bool certificate_limits_are(const struct certificate *certificate, uint16_t currency,
                            const struct offline_limits *limits) {
  const struct offline_limits *said = &certificate->offline;

  return certificate->offline_currency == currency && said->single == limits->single && said->total == limits->total &&
         said->count == limits->count;
}

/* Role and CA identifier. */
static bool names_fit(const struct certificate *certificate, const struct certificate_check *check) {
  bool role_fits = check->role != 0 ? certificate->role == check->role : role_is_terminal(certificate->role);

  return role_fits &&
         (check->ca_subject == NULL || memcmp(certificate->ca_id, check->ca_subject, CERTIFICATE_SUBJECT_SIZE) == 0);
}

enum status certificate_verify(const struct certificate *certificate, const struct certificate_check *check) {
  if (!names_fit(certificate, check))
    return STATUS_BAD_CERTIFICATE;
  if (!crypto_p256_verify(check->ca_public, certificate->signed_part, certificate->signed_len, certificate->signature))
    return STATUS_BAD_CERTIFICATE;
  return certificate_verify_again(certificate, check);
}

enum status certificate_verify_again(const struct certificate *certificate, const struct certificate_check *check) {
  if (!names_fit(certificate, check))
    return STATUS_BAD_CERTIFICATE;
  if (check->now != NULL && date_passed(certificate->expiry, check->now))
    return role_is_terminal(certificate->role) ? STATUS_TERMINAL_REVOKED : STATUS_BAD_CERTIFICATE;
  return STATUS_OK;
}
