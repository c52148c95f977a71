/* SPDX-License-Identifier: Apache-2.0
 * The results and the PINs of a batch as files that only grow. */
#include "batch_file.h"

#include <csv.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "epurse/bytes.h"
#include "epurse/command.h"
#include "epurse/crypto.h"
#include "epurse/folder.h"
#include "epurse/record.h"

#define LINE_ROOM      (2 * BATCH_REFERENCE_MAX + 128)
#define RESULTS_HEADER "reference,cid,chip_serial,expiry,status,time\n"
#define PINS_HEADER    "reference,cid,pin\n"

/* All of it or, where the disk refuses, nothing: a half line must not run into the next one. */
static enum status line_add(struct batch_file *file, const char *line) {
  size_t len = strlen(line);
  off_t before = lseek(file->fd, 0, SEEK_END);
  if (before >= 0 && write(file->fd, line, len) == (ssize_t)len && fdatasync(file->fd) == 0)
    return STATUS_OK;
  if (before >= 0 && ftruncate(file->fd, before) != 0)
    return STATUS_STORE_FAILED;
  return STATUS_STORE_FAILED;
}

/* A file of PINs that lost nothing but its last line's end, in an editor: that line has its PIN whole and stays. The
 * number before it is the card's, sixteen digits. */
static bool tail_has_pin(int fd, off_t at, off_t size) {
  char tail[LINE_ROOM];
  ssize_t len = size - at < (off_t)sizeof tail ? pread(fd, tail, sizeof tail - 1, at) : -1;
  bool whole = false;
  if (len > 0) {
    uint8_t cid[CID_SIZE], block[PIN_BLOCK_SIZE];
    tail[len] = 0;
    char *pin = strrchr(tail, ',');
    if (pin != NULL)
      *pin++ = 0;
    const char *number = pin != NULL ? strrchr(tail, ',') : NULL;
    whole = number != NULL && cid_parse(number + 1, cid) == STATUS_OK && pin_block_encode(pin, block) == STATUS_OK;
    crypto_wipe(block, sizeof block);
  }
  crypto_wipe(tail, sizeof tail);
  return whole;
}

/* Takes away what stands after the last line's end, which a crash left; ends a line that has its PIN. */
static enum status tail_mend(struct batch_file *file, const char *header, off_t *size) {
  char last = 0;
  *size = lseek(file->fd, 0, SEEK_END);
  off_t at = *size;
  while (at > 0 && pread(file->fd, &last, 1, at - 1) == 1 && last != '\n')
    at--;
  if (*size < 0 || (at > 0 && last != '\n'))
    return STATUS_STORE_FAILED;
  if (at == *size)
    return STATUS_OK;
  if (strcmp(header, PINS_HEADER) == 0 && tail_has_pin(file->fd, at, *size))
    return line_add(file, "\n");
  *size = at;
  return ftruncate(file->fd, at) == 0 && fsync(file->fd) == 0 ? STATUS_OK : STATUS_STORE_FAILED;
}

/* Whether it is one of these files: its head, or as much of that as a crash left. Nothing else is cut or added to. */
static enum status header_check(int fd, const char *header, char problem[CSV_PROBLEM]) {
  char first[sizeof RESULTS_HEADER + sizeof PINS_HEADER];
  ssize_t len = pread(fd, first, strlen(header), 0);
  if (len < 0)
    return STATUS_STORE_FAILED;
  if (memcmp(first, header, (size_t)len) == 0)
    return STATUS_OK;
  (void)snprintf(problem, CSV_PROBLEM, "it is no file of %s",
                 strcmp(header, PINS_HEADER) == 0 ? "PINs" : "a batch's results");
  return STATUS_BAD_FORMAT;
}

static enum status mode_check(int fd) {
  struct stat facts;
  if (fstat(fd, &facts) != 0 || !S_ISREG(facts.st_mode))
    return STATUS_STORE_FAILED;
  return (facts.st_mode & (S_IRWXG | S_IRWXO)) == 0 ? STATUS_OK : STATUS_KEY_EXPOSED;
}

static enum status file_open(const char *path, const char *header, struct batch_file *file, char problem[CSV_PROBLEM]) {
  off_t size = 0;
  file->fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (file->fd < 0)
    return STATUS_STORE_FAILED;
  enum status status = mode_check(file->fd);
  if (status == STATUS_OK && flock(file->fd, LOCK_EX | LOCK_NB) != 0)
    status = errno == EWOULDBLOCK ? STATUS_READER_BUSY : STATUS_STORE_FAILED;
  if (status == STATUS_OK)
    status = header_check(file->fd, header, problem);
  if (status == STATUS_OK)
    status = tail_mend(file, header, &size);
  if (status == STATUS_OK && size == 0) {
    status = line_add(file, header);
    if (status == STATUS_OK)
      status = folder_sync_of(path);
  }
  if (status != STATUS_OK)
    batch_file_close(file);
  return status;
}

void batch_file_close(struct batch_file *file) {
  if (file->fd >= 0)
    (void)close(file->fd);
  file->fd = -1;
}

/* ---- the results ---- */

/* A line's word for how far its entry has come. */
static const char *const words[] = {
    [BATCH_FREE] = "dropped", [BATCH_BEGUN] = "begun", [BATCH_ISSUED] = "issued", [BATCH_VERIFIED] = "verified"};

static bool word_read(const char *word, enum batch_state *state) {
  for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
    if (strcmp(word, words[i]) == 0) {
      *state = (enum batch_state)i;
      return true;
    }
  return false;
}

static bool result_read(char *const *fields, size_t count, struct batch_entry *result) {
  size_t len = 0;
  return count == 6 && word_read(fields[4], &result->state) &&
         (fields[1][0] == 0 || cid_parse(fields[1], result->cid) == STATUS_OK) &&
         bytes_from_hex(fields[2], result->chip_serial, CHIP_SERIAL_SIZE, &len) == STATUS_OK && len == CHIP_SERIAL_SIZE;
}

static enum status result_take(void *context, size_t line, char *const *fields, size_t count, char *problem) {
  struct batch_list *list = context;
  struct batch_entry result = {.state = BATCH_FREE};
  if (line == 1 && count == 6 && strcmp(fields[4], "status") == 0)
    return STATUS_OK;
  if (!result_read(fields, count, &result)) {
    (void)snprintf(problem, CSV_PROBLEM, "it is no result of a batch");
    return STATUS_BAD_FORMAT;
  }
  struct batch_entry *entry = batch_list_find(list, fields[0]);
  if (entry == NULL) {
    (void)snprintf(problem, CSV_PROBLEM, "reference '%.64s' does not stand in the list", fields[0]);
    return STATUS_BAD_FORMAT;
  }
  entry->state = result.state;
  memcpy(entry->chip_serial, result.chip_serial, sizeof entry->chip_serial);
  memcpy(entry->cid, result.cid, sizeof entry->cid);
  return STATUS_OK;
}

enum status batch_results_open(const char *path, struct batch_list *list, struct batch_file *file,
                               char problem[CSV_PROBLEM]) {
  problem[0] = 0;
  enum status status = file_open(path, RESULTS_HEADER, file, problem);
  if (status != STATUS_OK)
    return status;
  FILE *reader = fopen(path, "re"); /* a lock of flock(2) is the descriptor's, this one takes none away */
  status = reader != NULL ? csv_rows(reader, result_take, list, problem) : STATUS_STORE_FAILED;
  if (reader != NULL)
    (void)fclose(reader);
  if (status != STATUS_OK)
    batch_file_close(file);
  return status;
}

/* The reference is quoted whatever it holds. */
static size_t reference_put(const struct batch_entry *entry, char line[LINE_ROOM]) {
  return csv_write(line, LINE_ROOM, entry->reference, strlen(entry->reference));
}

enum status batch_results_add(struct batch_file *file, const struct batch_entry *entry,
                              const uint8_t expiry[DATE_SIZE]) {
  char line[LINE_ROOM], serial[2 * CHIP_SERIAL_SIZE + 1], number[2 * CID_SIZE + 1] = "", date[21] = "", now[21];
  uint8_t moment[MOMENT_SIZE] = {0};
  if (expiry != NULL) {
    cid_print(entry->cid, number);
    memcpy(moment, expiry, DATE_SIZE);
    moment_print(moment, date);
    date[10] = 0; /* YYYY-MM-DD */
  }
  bytes_to_hex(entry->chip_serial, CHIP_SERIAL_SIZE, serial);
  moment_from_unix((int64_t)time(NULL), moment);
  moment_print(moment, now);
  size_t at = reference_put(entry, line);
  (void)snprintf(line + at, sizeof line - at, ",%s,%s,%s,%s,%s\n", number, serial, date, words[entry->state], now);
  return line_add(file, line);
}

/* ---- the PINs ---- */

enum status batch_pins_open(const char *path, struct batch_file *file, char problem[CSV_PROBLEM]) {
  problem[0] = 0;
  return file_open(path, PINS_HEADER, file, problem);
}

enum status batch_pins_add(struct batch_file *file, const struct batch_entry *entry, const uint8_t cid[CID_SIZE],
                           const char *pin) {
  char line[LINE_ROOM], number[2 * CID_SIZE + 1];
  cid_print(cid, number);
  size_t at = reference_put(entry, line);
  (void)snprintf(line + at, sizeof line - at, ",%s,%s\n", number, pin);
  enum status status = line_add(file, line);
  crypto_wipe(line, sizeof line);
  return status;
}
