/* SPDX-License-Identifier: Apache-2.0
 * Turns at a terminal: a lock on FOLDER/till.turn. */
#include "epurse/terminal_turn.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "identity.h"

static int turn_open(const char *folder, int flags) {
  char path[IDENTITY_PATH_MAX];
  return identity_path(folder, "till.turn", path) == STATUS_OK
             ? open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | flags, 0600)
             : -1;
}

enum status turn_begin(const char *folder) {
  int made = turn_open(folder, O_CREAT);
  if (made < 0)
    return STATUS_STORE_FAILED;
  close(made);
  return STATUS_OK;
}

enum status turn_take(const char *folder, bool alone, int *turn) {
  *turn = turn_open(folder, 0);
  if (*turn < 0 || flock(*turn, (alone ? LOCK_EX : LOCK_SH) | LOCK_NB) == 0)
    return STATUS_OK;
  bool busy = errno == EWOULDBLOCK;
  turn_end(turn);
  return busy ? STATUS_TILL_BUSY : STATUS_OK;
}

void turn_end(int *turn) {
  if (*turn >= 0)
    close(*turn);
  *turn = -1;
}
