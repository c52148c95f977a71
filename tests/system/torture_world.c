/* SPDX-License-Identifier: Apache-2.0
 * The folder in which all of it lives. */
#include "torture_world.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "epurse/bytes.h"
#include "epurse/key.h"
#include "epurse/scp.h"
#include "epurse/vcard.h"
#include "torture.h"
#include "world/folder.h"
#include "world/installation.h"

static struct installation installation;
static uint8_t serials[WHOSE_COUNT][CHIP_SERIAL_SIZE];
static struct card_memory any_card; /* too large for a frame that is often entered */

const char *till_name(enum till till) {
  static const char *const names[TILL_COUNT] = {"pos", "pos2", "reload", "reload2", "desk", "desk2"};
  return names[till];
}

const char *till_tid(enum till till) {
  static const char *const tids[TILL_COUNT] = {"POS00001", "POS00002", "RELOAD01", "RELOAD02", "DESK0001", "DESK0002"};
  return tids[till];
}

const char *world_path(const char *name) {
  static char paths[8][256];
  static unsigned next;
  char *path = paths[next++ % 8];
  snprintf(path, sizeof paths[0], "%s/%s", installation.folder, name);
  return path;
}

const char *world_card(enum whose whose) {
  static const char *const names[WHOSE_COUNT] = {"holder.card", "raw.card", "other.card", "opened.card"};
  return world_path(names[whose]);
}

const uint8_t *world_serial(enum whose whose) {
  return serials[whose];
}

bool world_card_memory(enum whose whose, struct card_memory *memory) {
  struct vcard *vcard = NULL;
  if (vcard_open(world_card(whose), &vcard) != STATUS_OK)
    return false;
  *memory = *vcard_memory(vcard);
  vcard_close(&vcard);
  return true;
}

uint32_t world_card_atc(enum whose whose) {
  return world_card_memory(whose, &any_card) ? bytes_u32(any_card.atc) : 0;
}

int64_t world_card_balance(enum whose whose) {
  return world_card_memory(whose, &any_card) ? (int64_t)bytes_u32(any_card.balance) : -1;
}

/* ---- made ---- */

static bool terminals_make(void) {
  static const char *const merchants[TILL_COUNT] = {"BAKERY", "KIOSK", "BANK", "POSTOFFICE", "BANK", "BANK"};
  static const char *const roles[TILL_COUNT] = {"pos", "pos", "reload", "reload", "perso", "perso"};
  bool made = true;
  for (int i = 0; made && i < 4; i++)
    made = installation_merchant_add(merchants[i], merchants[i], 100);
  for (enum till till = 0; made && till < TILL_COUNT; till++)
    made = installation_terminal_add(&installation, till_tid(till), roles[till], merchants[till], till_name(till));
  return made;
}

/* The real server runs for as long as terminals are being added. */
static bool issuer_make(void) {
  char options[200];
  snprintf(options, sizeof options,
           "--pool %d --no-pin-single %d.%02d --no-pin-total %d.%02d --deposit %d.%02d --demonstration", TORTURE_POOL,
           TORTURE_NO_PIN / 200, TORTURE_NO_PIN / 2 % 100, TORTURE_NO_PIN / 100, TORTURE_NO_PIN % 100,
           TORTURE_DEPOSIT / 100, TORTURE_DEPOSIT % 100);
  if (!installation_init(&installation, options) || !installation_set("card", "numbers = ascending"))
    return false;
  bool made = installation_start(&installation) && terminals_make();
  return installation_stop(&installation) && made;
}

static bool cards_make(void) {
  uint8_t batch[CRYPTO_AES_KEY_SIZE], transport[CRYPTO_AES_KEY_SIZE];
  bool made = aes_key_load(world_path("issuer/issuer/batch.key"), batch) == STATUS_OK;
  for (enum whose whose = 0; made && whose < WHOSE_COUNT; whose++)
    made = crypto_random(serials[whose], CHIP_SERIAL_SIZE) &&
           transport_key_derive(batch, serials[whose], transport) == STATUS_OK &&
           vcard_create(world_card(whose), serials[whose], transport) == STATUS_OK;
  return made;
}

bool world_make(void) {
  const char *base = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : NULL;
  bool made = installation_begin(&installation, base, "epurse-torture", NULL) && issuer_make() && cards_make();
  if (!made)
    printf("Bail out! the world cannot be made in %s\n", installation.folder);
  return made;
}

void world_remove(void) {
  (void)folder_remove(installation.folder);
}

/* ---- kept and put back ---- */

static const char *const files[] = {"issuer/ledger.db",   "pos/journal.db",  "pos2/journal.db",  "reload/journal.db",
                                    "reload2/journal.db", "desk/journal.db", "desk2/journal.db", "pos/offline.db",
                                    "pos2/offline.db",    "holder.card",     "raw.card",         "other.card",
                                    "opened.card"};
#define FILES (sizeof files / sizeof files[0])

static struct { /* the beginning */
  char *data;
  size_t len;
} kept[FILES];
static struct bank_book kept_bank;
static time_t kept_clock;

static bool file_keep(size_t i) {
  struct stat facts;
  FILE *file = fopen(world_path(files[i]), "r");
  if (file == NULL || fstat(fileno(file), &facts) != 0)
    return false;
  free(kept[i].data);
  kept[i].len = (size_t)facts.st_size;
  kept[i].data = malloc(kept[i].len);
  bool read = kept[i].data != NULL && fread(kept[i].data, 1, kept[i].len, file) == kept[i].len;
  fclose(file);
  return read;
}

static bool file_reset(size_t i) {
  static const char *const suffixes[] = {"", "-wal", "-shm", "-journal"};
  const char *path = world_path(files[i]);
  char name[288];
  for (size_t k = 0; k < sizeof suffixes / sizeof suffixes[0]; k++) {
    snprintf(name, sizeof name, "%s%s", path, suffixes[k]);
    (void)unlink(name);
  }
  mode_t mask = umask(0077);
  FILE *file = fopen(path, "w");
  umask(mask);
  if (file == NULL)
    return false;
  bool written = fwrite(kept[i].data, 1, kept[i].len, file) == kept[i].len;
  return fclose(file) == 0 && written;
}

/* What a terminal had not learnt at the beginning of the run before it learns in this one, too. */
static void desks_forget(void) {
  (void)unlink(world_path("desk/no-pin-single"));
  (void)unlink(world_path("desk2/no-pin-single"));
  (void)unlink(world_path("reload/zvt-orders.json"));
  (void)unlink(world_path("reload2/zvt-orders.json"));
}

/* Receipts of one run are none of the next. */
static void receipts_remove(enum till till) {
  char name[64], file[400];
  snprintf(name, sizeof name, "%s/receipts", till_name(till));
  const char *path = world_path(name);
  DIR *open = opendir(path);
  const struct dirent *entry;
  while (open != NULL && (entry = readdir(open)) != NULL) {
    snprintf(file, sizeof file, "%s/%s", path, entry->d_name);
    (void)unlink(file);
  }
  if (open != NULL)
    closedir(open);
}

static bool trace_keep(enum whose whose) {
  struct parameters parameters;
  if (!world_card_memory(whose, &any_card))
    return false;
  torture->trace.begun[whose] =
      whose == WHOSE_OPENED ? UINT32_MAX : bytes_u32(any_card.atc); /* what that says is no step */
  if (any_card.state == CARD_PERSONALISED &&
      parameters_decode(any_card.parameters, PARAMETERS_SIZE, &parameters) == STATUS_OK)
    memcpy(torture->trace.cids[whose], parameters.cid, CID_SIZE);
  return true;
}

bool world_keep(void) {
  bool done = true;
  kept_clock = torture->clock;
  for (enum whose whose = 0; whose < WHOSE_COUNT; whose++)
    done = trace_keep(whose) && done;
  for (size_t i = 0; done && i < FILES; i++)
    done = file_keep(i);
  kept_bank = torture->bank;
  return done;
}

bool world_reset(void) {
  bool done = true;
  for (size_t i = 0; done && i < FILES; i++)
    done = file_reset(i);
  for (enum till till = 0; till < TILL_COUNT; till++)
    receipts_remove(till);
  desks_forget();
  trace_begin(&torture->trace);
  torture->clock = kept_clock;
  torture->server_ahead = 0;
  torture->bank = kept_bank;
  torture->late.waits = false;
  torture->fault_count = 0;
  return done;
}
