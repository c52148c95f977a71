/* SPDX-License-Identifier: Apache-2.0
 * From the factory to INITIALISED, step by step; each looks at what is there already. */
#include "epurse/prepare.h"

#include <string.h>

#include "epurse/crypto.h"
#include "epurse/reader.h"
#include "epurse/scp.h"
#include "epurse/session.h"

#define ENTRIES_MAX             32
#define OWN_VERSIONS            2 /* that our set may have: a seller's has one of them at most */
#define SELLER_SETS             4 /* taken away, at most */
#define VERSION_MAX             0xFF
#define PARAMETERS_VERSION      0x01 /* of what INSTALL hands to the applet: version, chip serial, transport key */
#define INSTALL_PARAMETERS_SIZE (1 + CHIP_SERIAL_SIZE + CRYPTO_AES_KEY_SIZE)

static const struct cap_aid purse_aid = {{PURSE_AID_BYTES}, PURSE_AID_SIZE};

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

/* Which set is ours, by the card's cryptogram and not by its number, which a seller may have given his. Where none is:
 * the number that ours will have. */
static enum status own_look(struct prepare *prepare, struct reader *reader) {
  uint8_t first = prepare->view.update.protocol == 3 ? PREPARE_KVN_SCP03 : PREPARE_KVN_SCP02;
  struct domain_keys own = {0};

  enum status status = own_keys(prepare, &own);
  for (uint8_t i = 0; status == STATUS_OK && !prepare->was_ours && i < OWN_VERSIONS; i++) {
    uint8_t version = first + i;
    status = domain_has_keys(reader, DOMAIN_PLAIN, &own, version);
    prepare->was_ours = status == STATUS_OK;
    if (prepare->was_ours || (status == STATUS_NOT_FOUND && prepare->own_version == 0))
      prepare->own_version = version;
    if (status == STATUS_NOT_FOUND || status == STATUS_NOT_AUTHENTICATED)
      status = STATUS_OK;
  }
  crypto_wipe(&own, sizeof own);
  return status;
}

/* A set that opens the domain beside ours: one that the card takes first, or of the keys that it came with. `view`: the
 * domain as it is now, selected. Not every card lists its sets: those numbers that sellers use are asked for, too. */
static enum status seller_find(const struct prepare *prepare, struct reader *reader, const struct domain_view *view,
                               uint8_t *version) {
  static const uint8_t usual[] = {0x01, 0x20, 0x30, 0x31};
  bool asked[VERSION_MAX + 1] = {false};

  *version = view->update.key_version == prepare->own_version ? 0 : view->update.key_version;
  if (*version != 0)
    return STATUS_OK;
  for (size_t i = 0; i < sizeof usual; i++)
    asked[usual[i]] = true;
  for (size_t i = 0; i < view->key_count; i++)
    asked[view->keys[i].version] = true;
  asked[prepare->view.update.key_version] = true; /* which was the first before ours was put */
  asked[prepare->own_version] = asked[0] = false;
  for (size_t i = 1; i <= VERSION_MAX; i++) {
    if (!asked[i])
      continue;
    enum status status = domain_has_keys(reader, prepare->method, &prepare->keys, (uint8_t)i);
    if (status == STATUS_OK)
      *version = (uint8_t)i;
    if (status != STATUS_NOT_FOUND && status != STATUS_NOT_AUTHENTICATED)
      return status;
  }
  return STATUS_OK;
}

/* Whether there is a purse on the card, and whose. *unclear: none answers, nor does the card say that it knows none. */
static enum status purse_look(struct reader *reader, bool *there, bool *unclear) {
  struct session session = {.reader = reader};

  enum status status = session_select(&session, reader);
  *there = status == STATUS_OK;
  *unclear = status == STATUS_NOT_OUR_CARD && session.selected != SW_NOT_OUR_FILE;
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

/* `unclear`: of purse_look. */
static enum status view_fill(struct prepare *prepare, struct reader *reader, bool unclear) {
  enum status status = domain_look(reader, &prepare->view);
  if (status == STATUS_NOT_FOUND) /* it has no keys to begin with, which says nothing of its number */
    status = STATUS_CARD_REFUSED;
  if (status == STATUS_OK)
    status = domain_look_memory(reader, &prepare->view);
  if (status == STATUS_OK && unclear && !prepare->undo && !prepare->view.locked) {
    prepare->step = PREPARE_PURSE;
    status = STATUS_CARD_REFUSED;
  }
  if (status == STATUS_OK && prepare->domain_master != NULL)
    status = has_serial(&prepare->view) ? own_look(prepare, reader) : STATUS_NOT_FOUND;
  if (status == STATUS_OK && prepare->was_ours)
    status = seller_find(prepare, reader, &prepare->view, &prepare->seller_version);
  return status;
}

enum status prepare_look(struct prepare *prepare, struct reader *reader) {
  bool unclear = false;

  prepare->step = PREPARE_LOOK;
  prepare->was_ours = prepare->was_done = false;
  prepare->own_version = prepare->seller_version = 0;
  enum status status = purse_look(reader, &prepare->has_purse, &unclear);
  if (status == STATUS_OK)
    status = view_fill(prepare, reader, unclear);
  if (status != STATUS_OK)
    return status;
  if (prepare->has_purse && !prepare->undo &&
      prepare->batch_key != NULL) { /* it may be ready; asked last, so that the domain's word is fresh */
    status = purse_prove(prepare, reader);
    bool closed = prepare->was_ours && prepare->seller_version == 0;
    prepare->was_done = status == STATUS_OK && (closed || prepare->domain_master == NULL);
    status = status == STATUS_NOT_AUTHENTICATED ? STATUS_OK : status;
  }
  return status;
}

static enum status open_own(struct prepare *prepare, struct reader *reader, struct domain *domain) {
  struct domain_keys own = {0};

  enum status status = own_keys(prepare, &own);
  if (status == STATUS_OK)
    status = domain_open(domain, reader, DOMAIN_PLAIN, &own, prepare->own_version);
  crypto_wipe(&own, sizeof own);
  return status;
}

static enum status open_domain(struct prepare *prepare, struct reader *reader, struct domain *domain) {
  prepare->step = PREPARE_OPEN;
  return prepare->was_ours ? open_own(prepare, reader, domain)
                           : domain_open(domain, reader, prepare->method, &prepare->keys, 0);
}

static enum status put_own(struct prepare *prepare, struct domain *domain) {
  struct domain_keys own = {0};

  if (prepare->own_version == 0)
    return STATUS_CARD_REFUSED;
  enum status status = own_keys(prepare, &own);
  if (status == STATUS_OK)
    status = domain_put_keys(domain, prepare->own_version, &own);
  crypto_wipe(&own, sizeof own);
  return status;
}

static enum status seller_ask(struct prepare *prepare, struct reader *reader, uint8_t *version) {
  struct domain_view view;

  enum status status = domain_look(reader, &view);
  return status == STATUS_OK ? seller_find(prepare, reader, &view, version) : status;
}

/* In a session under ours, which proves first that these open the domain. */
static enum status seller_delete(struct prepare *prepare, struct reader *reader, struct domain *domain,
                                 uint8_t version) {
  enum status status = open_own(prepare, reader, domain);
  if (status != STATUS_OK)
    return status;
  status = domain_delete_keys(domain, version);
  domain_close(domain);
  return status == STATUS_NOT_FOUND ? STATUS_OK : status; /* it is asked for again */
}

/* Own keys before anything secret travels, the seller's away (on most cards only the factory's FF goes by itself), and
 * a new session under ours. */
static enum status change_keys(struct prepare *prepare, struct reader *reader, struct domain *domain) {
  uint8_t version = 0;
  enum status status = STATUS_OK;

  prepare->step = PREPARE_KEYS;
  if (prepare->domain_master == NULL || prepare->undo || (prepare->was_ours && prepare->seller_version == 0))
    return STATUS_OK;
  if (!prepare->was_ours)
    status = put_own(prepare, domain);
  domain_close(domain);
  if (status == STATUS_OK) {
    prepare->step = PREPARE_FORGET;
    status = seller_ask(prepare, reader, &version);
  }
  for (size_t i = 0; status == STATUS_OK && version != 0 && i < SELLER_SETS; i++) {
    status = seller_delete(prepare, reader, domain, version);
    if (status == STATUS_OK)
      status = seller_ask(prepare, reader, &version);
  }
  if (status == STATUS_OK && version != 0)
    status = STATUS_CARD_REFUSED;
  return status == STATUS_OK ? open_own(prepare, reader, domain) : status;
}

static bool aid_same(const struct cap_aid *a, const struct cap_aid *b) {
  return a->len == b->len && memcmp(a->bytes, b->bytes, a->len) == 0;
}

static bool is_purse(const struct domain_entry *entry) {
  return !entry->is_package && aid_same(&entry->aid, &purse_aid);
}

/* A purse that SELECT does not find, as one that is locked, and that could be selected once: it may be a
 * cardholder's. */
static enum status refuse_hidden(struct prepare *prepare, struct domain *domain) {
  struct domain_entry entries[ENTRIES_MAX];
  size_t count = ENTRIES_MAX;

  if (prepare->undo || prepare->has_purse)
    return STATUS_OK;
  prepare->step = PREPARE_PURSE;
  enum status status = domain_list(domain, entries, &count);
  for (size_t i = 0; status == STATUS_OK && i < count; i++)
    if (is_purse(&entries[i]) && entries[i].state != DOMAIN_INSTALLED)
      status = STATUS_CARD_REFUSED;
  return status;
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
    if (is_purse(&entries[i]))
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

/* A step that the card takes is a change, also of a card that was prepared before. */
static enum status state_step(struct prepare *prepare, struct domain *domain, enum domain_state state) {
  enum status status = domain_set_state(domain, state);

  prepare->was_done = prepare->was_done && status != STATUS_OK;
  return status;
}

/* No step back, none twice: what the card refuses may be done, by an earlier run whose answer was lost, or by the
 * seller. */
static enum status lock(struct prepare *prepare, struct domain *domain) {
  uint8_t state = 0;

  prepare->step = PREPARE_LOCK;
  if (!prepare->lock)
    return STATUS_OK;
  enum status status = state_step(prepare, domain, DOMAIN_INITIALIZED);
  if (status == STATUS_CARD_REFUSED) /* it may be there already */
    status = STATUS_OK;
  if (status == STATUS_OK)
    status = state_step(prepare, domain, DOMAIN_SECURED);
  if (status == STATUS_CARD_REFUSED)
    status = domain_get_state(domain, &state) == STATUS_OK && state == DOMAIN_SECURED ? STATUS_OK : status;
  return status;
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
    status = refuse_hidden(prepare, &domain);
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
