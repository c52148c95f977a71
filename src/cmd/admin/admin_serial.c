/* SPDX-License-Identifier: Apache-2.0
 * epurse-admin serial add: the serials of chips that were delivered, from a file, onto the back-end's list. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "admin.h"
#include "epurse/bytes.h"
#include "epurse/message_chip.h"

#define LINE_MAX_SIZE 256

struct chip_file {
  const char *path;
  FILE *file;
  unsigned line;
};

/* What was said of the chips so far. */
struct chip_tally {
  json_int_t added, listed;
};

/* The next serial: sixteen hexadecimal digits on a line; empty lines, and what follows a '#', say nothing. */
static enum status chip_next(struct chip_file *chips, uint8_t serial[CHIP_SERIAL_SIZE], bool *found) {
  char text[LINE_MAX_SIZE];

  *found = false;
  while (!*found && fgets(text, sizeof text, chips->file) != NULL) {
    size_t len = 0;
    chips->line++;
    if (strchr(text, '\n') == NULL && !feof(chips->file))
      return STATUS_BAD_FORMAT;
    text[strcspn(text, "#\r\n")] = '\0';
    if (text[strspn(text, " \t")] == '\0')
      continue;
    if (bytes_from_hex(text, serial, CHIP_SERIAL_SIZE, &len) != STATUS_OK || len != CHIP_SERIAL_SIZE)
      return STATUS_BAD_FORMAT;
    *found = true;
  }
  return ferror(chips->file) != 0 ? STATUS_STORE_FAILED : STATUS_OK;
}

static enum status chips_send(struct admin *admin, struct chip_list *list, struct chip_tally *tally) {
  struct message reply;
  json_int_t added = 0;
  enum status status = STATUS_OK;

  if (list->count == 0)
    return STATUS_OK;
  status = admin_call(admin, MESSAGE_CHIP_ADDITION, chip_list_body(list), &reply);
  if (status == STATUS_OK && json_unpack(reply.body, "{s:I, s:I !}", "added", &added, "listed", &tally->listed) != 0)
    status = STATUS_BAD_REPLY;
  message_clear(&reply);
  if (status == STATUS_OK)
    admin->changed = true;
  tally->added += added;
  list->count = 0;
  return status;
}

/* Reads the file to its end; with `tally` what it says is sent. */
static enum status chips_read(struct admin *admin, struct chip_file *chips, struct chip_tally *tally) {
  struct chip_list list = {.count = 0};
  bool found = true;
  enum status status = STATUS_OK;

  rewind(chips->file);
  chips->line = 0;
  while (status == STATUS_OK && found) {
    status = chip_next(chips, list.serials[list.count], &found);
    if (status == STATUS_OK && found && tally != NULL)
      list.count++;
    if (status == STATUS_OK && tally != NULL && (!found || list.count == CHIPS_MAX))
      status = chips_send(admin, &list, tally);
  }
  return status;
}

/* Nothing is sent of a file with a line that makes no sense. */
static enum status chips_add(struct admin *admin, struct chip_file *chips, struct chip_tally *tally) {
  enum status status = chips_read(admin, chips, NULL);

  if (status == STATUS_BAD_FORMAT) {
    return admin_refuse(admin, status, "%s: line %u is not a chip's serial: sixteen hexadecimal digits", chips->path,
                        chips->line);
  }
  if (status != STATUS_OK)
    return admin_fail(admin, chips->path, status);
  status = admin_open(admin);
  if (status != STATUS_OK)
    return status;
  status = chips_read(admin, chips, tally);
  if (status == STATUS_OK && tally->listed == 0)
    return admin_refuse(admin, STATUS_BAD_FORMAT, "%s names no chip", chips->path);
  return status == STATUS_OK ? status : admin_fail(admin, chips->path, status);
}

enum status admin_serial_add(void *context, char **arguments) {
  struct admin *admin = context;
  struct chip_file chips = {.path = arguments[0], .file = fopen(arguments[0], "re")};
  struct chip_tally tally = {0};

  if (chips.file == NULL)
    return admin_refuse(admin, STATUS_NOT_FOUND, "%s: %s", chips.path, strerror(errno));
  enum status status = chips_add(admin, &chips, &tally);
  (void)fclose(chips.file);
  if (status != STATUS_OK)
    return status;
  admin_print(admin, "%" PRId64 " chips are new on the list of those that were delivered, which has %" PRId64 ".\n",
              (int64_t)tally.added, (int64_t)tally.listed);
  admin->report = json_pack("{s:s, s:I, s:I}", "operation", "serial add", "added", tally.added, "listed", tally.listed);
  return STATUS_OK;
}
