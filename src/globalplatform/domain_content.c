/* SPDX-License-Identifier: Apache-2.0
 * Content management inside an open session: keys, list, DELETE, LOAD, INSTALL, the card's state. */
#include <string.h>

#include "epurse/bytes.h"
#include "epurse/crypto.h"
#include "epurse/domain.h"
#include "epurse/tlv.h"

#define CLA_PROPRIETARY     0x80
#define INS_PUT_KEY         0xD8
#define INS_DELETE          0xE4
#define INS_INSTALL         0xE6
#define INS_LOAD            0xE8
#define INS_SET_STATUS      0xF0
#define INS_GET_STATUS      0xF2
#define P1_INSTALL_LOAD     0x02
#define P1_INSTALL_MAKE     0x0C /* for install and make selectable */
#define P1_LOAD_LAST        0x80
#define P1_STATUS_APPS      0x40
#define P1_STATUS_FILES     0x20
#define P1_STATUS_CARD      0x80
#define P2_FIRST_KEY_3      0x81 /* key 1 and those that follow */
#define P2_RELATED          0x80
#define P2_TLV              0x02
#define P2_NEXT             0x01
#define SW_MORE             0x6310
#define SW_UNKNOWN_FUNCTION 0x6A81
#define KEY_TYPE_DES        0x80
#define KEY_TYPE_AES        0x88
#define CHECK_SIZE          3
#define LISTING_MAX         4096
#define TAG_AID             0x4F
#define TAG_KEY_VERSION     0xD2
#define TAG_ENTRY           0xE3
#define TAG_STATE           0x9F70
#define TAG_PRIVILEGES      0xC5
#define TAG_PARAMETERS      0xC9
#define PARAMETERS_MAX      127

static void lv_write(struct bytes_writer *writer, const void *value, size_t len) {
  bytes_write_u8(writer, (uint8_t)len);
  bytes_write(writer, value, len);
}

static enum status run(struct domain *domain, uint8_t ins, uint8_t p1, uint8_t p2, const struct bytes_writer *data,
                       struct apdu_response *response) {
  const struct apdu command = {.cla = CLA_PROPRIETARY,
                               .ins = ins,
                               .p1 = p1,
                               .p2 = p2,
                               .data = data->start,
                               .lc = (uint8_t)data->len,
                               .le = APDU_RESPONSE_DATA_MAX};
  return data->failed || data->len > DOMAIN_DATA_MAX ? STATUS_BAD_LENGTH : domain_command(domain, &command, response);
}

/* One key: type, length, key under the DEK, check value (GPC 11.8.2.3; Amendment D 7.2). */
static enum status key_write(const struct domain *domain, const uint8_t *key, size_t len, struct bytes_writer *writer,
                             uint8_t check[CHECK_SIZE]) {
  uint8_t enciphered[DOMAIN_KEY_MAX];
  size_t size = 0;
  bool aes = domain->channel.protocol == 3;

  enum status status = domain_channel_encipher_key(&domain->channel, key, len, enciphered, &size);
  if (status == STATUS_OK)
    status = domain_key_check(domain->channel.protocol, key, len, check);
  if (status != STATUS_OK)
    return status;
  bytes_write_u8(writer, aes ? KEY_TYPE_AES : KEY_TYPE_DES);
  if (aes) {
    bytes_write_u8(writer, (uint8_t)(size + 1));
    bytes_write_u8(writer, (uint8_t)len);
  } else
    bytes_write_u8(writer, (uint8_t)size);
  bytes_write(writer, enciphered, size);
  lv_write(writer, check, CHECK_SIZE);
  return STATUS_OK;
}

enum status domain_put_keys(struct domain *domain, uint8_t version, const struct domain_keys *keys) {
  uint8_t data[DOMAIN_DATA_MAX], expected[1 + 3 * CHECK_SIZE] = {version};
  struct bytes_writer writer = bytes_writer(data, sizeof data);
  struct apdu_response response;

  if (keys->len != domain->channel.key_len)
    return STATUS_BAD_KEY; /* a set keeps its kind */
  bytes_write_u8(&writer, version);
  enum status status = key_write(domain, keys->enc, keys->len, &writer, expected + 1);
  if (status == STATUS_OK)
    status = key_write(domain, keys->mac, keys->len, &writer, expected + 1 + CHECK_SIZE);
  if (status == STATUS_OK)
    status = key_write(domain, keys->dek, keys->len, &writer, expected + 1 + 2 * CHECK_SIZE);
  if (status == STATUS_OK)
    status = run(domain, INS_PUT_KEY, 0, P2_FIRST_KEY_3, &writer, &response); /* adds: replacing fails on live cards */
  if (status != STATUS_OK)
    return status;
  if (response.sw != SW_OK)
    return STATUS_CARD_REFUSED;
  return response.len == sizeof expected && memcmp(response.data, expected, sizeof expected) == 0 ? STATUS_OK
                                                                                                  : STATUS_BAD_REPLY;
}

/* Cards of GlobalPlatform 2.1.1 do not know the tagged form. */
static bool is_unknown_form(uint16_t sw) {
  return sw == SW_WRONG_P1P2 || sw == SW_WRONG_DATA || sw == SW_UNKNOWN_FUNCTION;
}

/* All pages of one kind, one after the other: cards cut them at any byte. `form`: P2_TLV, or 0 for the older one, which
 * it becomes where the card knows no other. */
static enum status listing_read(struct domain *domain, uint8_t kind, uint8_t *form, uint8_t *out, size_t *len) {
  uint8_t every[] = {TAG_AID, 0x00};
  struct bytes_writer query = {.start = every, .len = sizeof every, .capacity = sizeof every};
  struct bytes_writer listing = bytes_writer(out, LISTING_MAX);
  struct apdu_response response = {.sw = SW_MORE};

  for (uint8_t p2 = *form; response.sw == SW_MORE; p2 = *form | P2_NEXT) {
    enum status status = run(domain, INS_GET_STATUS, kind, p2, &query, &response);
    if (status != STATUS_OK)
      return status;
    if (response.sw == SW_MORE && response.len == 0)
      return STATUS_BAD_REPLY; /* it would never end */
    bytes_write(&listing, response.data, response.len);
    if (listing.failed)
      return STATUS_BAD_REPLY;
    if (p2 == P2_TLV && is_unknown_form(response.sw)) {
      *form = 0;
      return listing_read(domain, kind, form, out, len);
    }
  }
  *len = listing.len;
  return response.sw == SW_OK || response.sw == SW_DATA_NOT_FOUND ? STATUS_OK : STATUS_CARD_REFUSED;
}

static enum status entry_read(const struct tlv *tlv, bool package, struct domain_entry *entry) {
  struct tlv part;

  *entry = (struct domain_entry){.is_package = package};
  if (tlv_find(tlv->value, tlv->len, TAG_AID, &part) != STATUS_OK || part.len < 5 || part.len > CAP_AID_MAX)
    return STATUS_BAD_REPLY;
  entry->aid.len = part.len;
  memcpy(entry->aid.bytes, part.value, part.len);
  if (tlv_find(tlv->value, tlv->len, TAG_STATE, &part) == STATUS_OK && part.len > 0)
    entry->state = part.value[0];
  if (tlv_find(tlv->value, tlv->len, TAG_PRIVILEGES, &part) == STATUS_OK && part.len > 0)
    entry->privileges = part.value[0];
  return STATUS_OK;
}

static enum status listing_parse(const uint8_t *bytes, size_t len, bool package, struct domain_entry *entries,
                                 size_t capacity, size_t *count) {
  struct bytes_reader reader = bytes_reader(bytes, len);
  struct tlv tlv;

  while (reader.left > 0) {
    if (tlv_next(&reader, &tlv) != STATUS_OK)
      return STATUS_BAD_REPLY;
    if (tlv.tag == TAG_ENTRY && *count < capacity) {
      enum status status = entry_read(&tlv, package, &entries[*count]);
      if (status != STATUS_OK)
        return status;
      ++*count;
    }
  }
  return STATUS_OK;
}

/* The older form: length and AID, state, privileges. */
static enum status listing_parse_old(const uint8_t *bytes, size_t len, bool package, struct domain_entry *entries,
                                     size_t capacity, size_t *count) {
  struct bytes_reader reader = bytes_reader(bytes, len);

  while (reader.left > 0) {
    struct domain_entry entry = {.is_package = package, .aid.len = bytes_read_u8(&reader)};
    if (entry.aid.len < 5 || entry.aid.len > CAP_AID_MAX)
      return STATUS_BAD_REPLY;
    bytes_read(&reader, entry.aid.bytes, entry.aid.len);
    entry.state = bytes_read_u8(&reader);
    entry.privileges = bytes_read_u8(&reader);
    if (reader.failed)
      return STATUS_BAD_REPLY;
    if (*count < capacity)
      entries[(*count)++] = entry;
  }
  return STATUS_OK;
}

/* Those of one kind, after the *count that are there. */
static enum status entries_add(struct domain *domain, uint8_t kind, uint8_t *form, struct domain_entry *entries,
                               size_t capacity, size_t *count) {
  uint8_t listing[LISTING_MAX];
  bool files = kind == P1_STATUS_FILES;
  size_t len = 0;

  enum status status = listing_read(domain, kind, form, listing, &len);
  if (status != STATUS_OK)
    return status;
  return *form == P2_TLV ? listing_parse(listing, len, files, entries, capacity, count)
                         : listing_parse_old(listing, len, files, entries, capacity, count);
}

enum status domain_list(struct domain *domain, struct domain_entry *entries, size_t *count) {
  static const uint8_t kinds[] = {P1_STATUS_APPS, P1_STATUS_FILES};
  uint8_t form = P2_TLV;
  size_t capacity = *count;
  enum status status = STATUS_OK;

  *count = 0;
  for (size_t i = 0; status == STATUS_OK && i < sizeof kinds; i++)
    status = entries_add(domain, kinds[i], &form, entries, capacity, count);
  return status;
}

enum status domain_get_state(struct domain *domain, uint8_t *state) {
  struct domain_entry entry = {.state = 0};
  uint8_t form = P2_TLV;
  size_t count = 0;

  enum status status = entries_add(domain, P1_STATUS_CARD, &form, &entry, 1, &count);
  *state = entry.state;
  return status == STATUS_OK && count == 0 ? STATUS_BAD_REPLY : status;
}

static enum status delete_named(struct domain *domain, uint8_t p2, uint16_t tag, const uint8_t *name, size_t len) {
  uint8_t data[2 + CAP_AID_MAX];
  struct bytes_writer writer = bytes_writer(data, sizeof data);
  struct apdu_response response;

  tlv_write(&writer, tag, name, len);
  enum status status = run(domain, INS_DELETE, 0, p2, &writer, &response);
  if (status == STATUS_OK && response.sw == SW_DATA_NOT_FOUND)
    return STATUS_NOT_FOUND;
  return status == STATUS_OK && response.sw != SW_OK ? STATUS_CARD_REFUSED : status;
}

enum status domain_delete(struct domain *domain, const struct cap_aid *aid, bool related) {
  return delete_named(domain, related ? P2_RELATED : 0, TAG_AID, aid->bytes, aid->len);
}

enum status domain_delete_keys(struct domain *domain, uint8_t version) {
  return delete_named(domain, 0, TAG_KEY_VERSION, &version, 1);
}

/* Package, domain (empty: this one), hash, parameters, token. */
static enum status install_for_load(struct domain *domain, const struct cap *cap, uint16_t *sw) {
  uint8_t data[DOMAIN_DATA_MAX];
  struct bytes_writer writer = bytes_writer(data, sizeof data);
  struct apdu_response response;

  lv_write(&writer, cap->package.bytes, cap->package.len);
  for (size_t empty = 0; empty < 4; empty++)
    bytes_write_u8(&writer, 0);
  enum status status = run(domain, INS_INSTALL, P1_INSTALL_LOAD, 0, &writer, &response);
  if (status == STATUS_OK)
    *sw = response.sw;
  return status == STATUS_OK && response.sw != SW_OK ? STATUS_CARD_REFUSED : status;
}

enum status domain_load(struct domain *domain, const struct cap *cap, domain_progress *progress, void *context,
                        uint16_t *sw) {
  size_t blocks = (cap->load_file_len + domain->block_max - 1) / domain->block_max;

  *sw = 0;
  if (blocks > 256)
    return STATUS_BAD_LENGTH;
  enum status status = install_for_load(domain, cap, sw);
  for (size_t i = 0; status == STATUS_OK && i < blocks; i++) {
    size_t at = i * domain->block_max;
    size_t len = cap->load_file_len - at < domain->block_max ? cap->load_file_len - at : domain->block_max;
    struct bytes_writer block = {.start = cap->load_file + at, .len = len, .capacity = len};
    struct apdu_response response = {.sw = 0};
    if (progress != NULL)
      status = progress(context, i, blocks);
    if (status == STATUS_OK)
      status = run(domain, INS_LOAD, i + 1 == blocks ? P1_LOAD_LAST : 0, (uint8_t)i, &block, &response);
    if (status == STATUS_OK) {
      *sw = response.sw;
      status = response.sw == SW_OK ? STATUS_OK : STATUS_CARD_REFUSED;
    }
  }
  return status;
}

enum status domain_install(struct domain *domain, const struct domain_application *application, uint16_t *sw) {
  static const uint8_t no_privileges = 0;
  uint8_t data[DOMAIN_DATA_MAX];
  struct bytes_writer writer = bytes_writer(data, sizeof data);
  struct apdu_response response;

  *sw = 0;
  if (application->parameters_len > PARAMETERS_MAX - 2)
    return STATUS_BAD_LENGTH;
  lv_write(&writer, application->package->bytes, application->package->len);
  lv_write(&writer, application->module->bytes, application->module->len);
  lv_write(&writer, application->instance->bytes, application->instance->len);
  lv_write(&writer, &no_privileges, 1); /* one byte: some cards refuse three */
  bytes_write_u8(&writer, (uint8_t)(2 + application->parameters_len));
  tlv_write(&writer, TAG_PARAMETERS, application->parameters, application->parameters_len);
  bytes_write_u8(&writer, 0); /* no token */
  enum status status = run(domain, INS_INSTALL, P1_INSTALL_MAKE, 0, &writer, &response);
  crypto_wipe(data, sizeof data);
  if (status == STATUS_OK)
    *sw = response.sw;
  return status == STATUS_OK && response.sw != SW_OK ? STATUS_CARD_REFUSED : status;
}

enum status domain_set_state(struct domain *domain, enum domain_state state) {
  struct bytes_writer nothing = {0};
  struct apdu_response response;

  enum status status = run(domain, INS_SET_STATUS, P1_STATUS_CARD, (uint8_t)state, &nothing, &response);
  return status == STATUS_OK && response.sw != SW_OK ? STATUS_CARD_REFUSED : status;
}
