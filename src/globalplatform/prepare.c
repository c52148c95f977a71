/* SPDX-License-Identifier: Apache-2.0
 * From the factory to INITIALISED, step by step; each looks at what is there already. */
#include "epurse/prepare.h"

#include <string.h>

#include "epurse/crypto.h"
#include "epurse/reader.h"
#include "epurse/scp.h"
#include "epurse/session.h"

#define ENTRIES_MAX             32
#define PARAMETERS_VERSION      0x01 /* of what INSTALL hands to the applet: version, chip serial, transport key */
#define INSTALL_PARAMETERS_SIZE (1 + CHIP_SERIAL_SIZE + CRYPTO_AES_KEY_SIZE)

static const struct cap_aid purse_aid = {{PURSE_AID_BYTES}, PURSE_AID_SIZE};

static uint8_t own_version(const struct domain_view *view) {
  return view->update.protocol == 3 ? PREPARE_KVN_SCP03 : PREPARE_KVN_SCP02;
}

static bool has_serial(const struct domain_view *view) {
  static const uint8_t none[DOMAIN_SERIAL_SIZE];
  return memcmp(view->serial, none, sizeof none) != 0;
}

/* Our set for a chip: derived from its number, whatever the card diversifies by. */
static enum status own_keys(const struct prepare *prepare, struct domain_keys *keys) {
  struct domain_keys master = {.len = CRYPTO_AES_KEY_SIZE};
  uint8_t data[DOMAIN_DIVERSIFICATION] = {0};

  memcpy(master.enc, prepare->domain_master, CRYPTO_AES_KEY_SIZE);
  memcpy(master.mac, prepare->domain_master, CRYPTO_AES_KEY_SIZE);
  memcpy(master.dek, prepare->domain_master, CRYPTO_AES_KEY_SIZE);
  memcpy(data + 2, prepare->view.serial, DOMAIN_SERIAL_SIZE);
  enum status status = domain_keys_derive(DOMAIN_KDF3, &master, data, keys);
  crypto_wipe(&master, sizeof master);
  return status;
}

/* Whether there is a purse on the card, and whose. */
static enum status purse_look(struct reader *reader, bool *there) {
  struct session session = {.reader = reader};

  enum status status = session_select(&session, reader);
  *there = status == STATUS_OK;
  if (status == STATUS_NOT_OUR_CARD)
    status = STATUS_OK;
  else if (status == STATUS_CARD_BLOCKED || status == STATUS_CARD_EXPIRED ||
           (status == STATUS_OK && session.state != CARD_INITIALISED))
    status = STATUS_CARD_ALREADY_ISSUED;
  session_close(&session);
  return status;
}

/* The purse answers to its transport key, and has the chip's number. */
static enum status purse_prove(struct prepare *prepare, struct reader *reader) {
  struct session session = {.reader = reader};

  enum status status = session_open_blank(&session, reader, prepare->batch_key);
  if (status == STATUS_OK && has_serial(&prepare->view) &&
      memcmp(session.chip_serial, prepare->view.serial, CHIP_SERIAL_SIZE) != 0)
    status = STATUS_NOT_AUTHENTICATED;
  session_close(&session);
  return status;
}

enum status prepare_look(struct prepare *prepare, struct reader *reader) {
  bool there = false;

  prepare->step = PREPARE_LOOK;
  enum status status = purse_look(reader, &there);
  if (status == STATUS_OK)
    status = domain_look(reader, &prepare->view);
  if (status == STATUS_OK)
    status = domain_look_memory(reader, &prepare->view);
  if (status != STATUS_OK)
    return status;
  prepare->was_ours = prepare->domain_master != NULL && prepare->view.update.key_version == own_version(&prepare->view);
  if (prepare->domain_master != NULL && !has_serial(&prepare->view))
    return STATUS_NOT_FOUND;
  if (there && !prepare->undo &&
      prepare->batch_key != NULL) { /* it may be ready; asked last, so that the domain's word is fresh */
    status = purse_prove(prepare, reader);
    prepare->was_done = status == STATUS_OK && (prepare->was_ours || prepare->domain_master == NULL);
    status = status == STATUS_NOT_AUTHENTICATED ? STATUS_OK : status;
  }
  return status;
}

static enum status open_domain(struct prepare *prepare, struct reader *reader, struct domain *domain) {
  struct domain_keys own = {0};
  enum status status = STATUS_OK;

  prepare->step = PREPARE_OPEN;
  if (!prepare->was_ours)
    return domain_open(domain, reader, prepare->method, &prepare->keys, 0);
  status = own_keys(prepare, &own);
  if (status == STATUS_OK)
    status = domain_open(domain, reader, DOMAIN_PLAIN, &own, own_version(&prepare->view));
  crypto_wipe(&own, sizeof own);
  return status;
}

/* Own keys before anything secret travels, and a new session under them as the proof that they are there. */
static enum status change_keys(struct prepare *prepare, struct reader *reader, struct domain *domain) {
  struct domain_keys own = {0};

  prepare->step = PREPARE_KEYS;
  if (prepare->was_ours || prepare->domain_master == NULL || prepare->undo)
    return STATUS_OK;
  enum status status = own_keys(prepare, &own);
  if (status == STATUS_OK)
    status = domain_put_keys(domain, own_version(&prepare->view), &own);
  domain_close(domain);
  if (status == STATUS_OK)
    status = domain_open(domain, reader, DOMAIN_PLAIN, &own, own_version(&prepare->view));
  crypto_wipe(&own, sizeof own);
  return status;
}

static bool aid_same(const struct cap_aid *a, const struct cap_aid *b) {
  return a->len == b->len && memcmp(a->bytes, b->bytes, a->len) == 0;
}

/* The package of the purse, its applet's name without the last byte; a first half only of it says so. */
static bool is_purse_package(const struct cap_aid *aid) {
  return aid->len == purse_aid.len - 1 && memcmp(aid->bytes, purse_aid.bytes, aid->len) == 0;
}

/* Takes away what an earlier try left: the applet, then its package. */
static enum status clear(struct prepare *prepare, struct domain *domain) {
  struct domain_entry entries[ENTRIES_MAX];
  size_t count = ENTRIES_MAX;

  prepare->step = PREPARE_CLEAR;
  enum status status = domain_list(domain, entries, &count);
  for (size_t i = 0; status == STATUS_OK && i < count; i++)
    if (!entries[i].is_package && aid_same(&entries[i].aid, &purse_aid))
      status = domain_delete(domain, &entries[i].aid, false);
  for (size_t i = 0; status == STATUS_OK && i < count; i++)
    if (entries[i].is_package && is_purse_package(&entries[i].aid))
      status = domain_delete(domain, &entries[i].aid, true);
  return status;
}

static enum status install(struct prepare *prepare, struct domain *domain) {
  uint8_t parameters[INSTALL_PARAMETERS_SIZE] = {PARAMETERS_VERSION};
  const struct domain_application application = {.package = &prepare->cap->package,
                                                 .module = &prepare->cap->applets[0],
                                                 .instance = &purse_aid,
                                                 .parameters = parameters,
                                                 .parameters_len = sizeof parameters};

  prepare->step = PREPARE_LOAD;
  enum status status = domain_load(domain, prepare->cap, prepare->progress, prepare->context, &prepare->sw);
  if (status != STATUS_OK)
    return status;
  prepare->step = PREPARE_INSTALL;
  memcpy(parameters + 1, prepare->view.serial, CHIP_SERIAL_SIZE);
  status = transport_key_derive(prepare->batch_key, prepare->view.serial, parameters + 1 + CHIP_SERIAL_SIZE);
  if (status == STATUS_OK)
    status = domain_install(domain, &application, &prepare->sw);
  crypto_wipe(parameters, sizeof parameters);
  return status;
}

static enum status lock(struct prepare *prepare, struct domain *domain) {
  prepare->step = PREPARE_LOCK;
  if (!prepare->lock)
    return STATUS_OK;
  enum status status = domain_set_state(domain, DOMAIN_INITIALIZED);
  if (status == STATUS_CARD_REFUSED) /* it may be there already */
    status = STATUS_OK;
  return status == STATUS_OK ? domain_set_state(domain, DOMAIN_SECURED) : status;
}

/* Before any key is shown. */
static enum status refuse_locked(struct prepare *prepare) {
  if (!prepare->view.locked)
    return STATUS_OK;
  prepare->sw = SW_BLOCKED;
  return STATUS_CARD_REFUSED;
}

enum status prepare_run(struct prepare *prepare, struct reader *reader) {
  struct domain domain = {.reader = NULL};

  enum status status = prepare_look(prepare, reader);
  if (status == STATUS_OK)
    status = refuse_locked(prepare);
  if (status != STATUS_OK || (prepare->was_done && !prepare->lock))
    goto out;
  if (!has_serial(&prepare->view) && !prepare->undo) {
    status = STATUS_NOT_FOUND;
    goto out;
  }
  status = open_domain(prepare, reader, &domain);
  if (status == STATUS_OK)
    status = change_keys(prepare, reader, &domain);
  if (status == STATUS_OK && !prepare->was_done)
    status = clear(prepare, &domain);
  if (status == STATUS_OK && !prepare->undo && !prepare->was_done)
    status = install(prepare, &domain);
  if (status == STATUS_OK && !prepare->undo)
    status = lock(prepare, &domain);
  domain_close(&domain);
  if (status == STATUS_OK && !prepare->undo) {
    prepare->step = PREPARE_PROVE;
    status = purse_prove(prepare, reader);
  }
out:
  if (status == STATUS_OK)
    prepare->step = PREPARE_DONE;
  return status;
}
