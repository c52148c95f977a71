/* SPDX-License-Identifier: Apache-2.0
 * The bank's receipts as files beside ours: text, without card numbers, named by the bank's reference. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "zvt_client.h"

/* False: no reference of ours, or the path is too long. */
static bool path_of(const char *folder, const char *reference, bool shop, char path[512]) {
  if (folder == NULL || reference[0] == 0 || strspn(reference, "0123456789-") != strlen(reference))
    return false;
  int length = snprintf(path, 512, "%s/bank-%s.%s.txt", folder, reference, shop ? "shop" : "holder");
  return length > 0 && length < 512;
}

/* A receipt that cannot be kept is no reason to give the money back: the terminal can print it again. */
static void part_keep(const char *path, const char *text) {
  int file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (file < 0)
    return;
  (void)!write(file, text, strlen(text));
  (void)fsync(file);
  close(file);
}

void zvt_receipt_keep(const char *folder, const char *reference, const struct zvt_paper *paper) {
  char path[512];
  if (folder == NULL || (mkdir(folder, 0700) != 0 && errno != EEXIST))
    return;
  if (paper->holder[0] != 0 && path_of(folder, reference, false, path))
    part_keep(path, paper->holder);
  if (paper->shop[0] != 0 && path_of(folder, reference, true, path))
    part_keep(path, paper->shop);
}

bool tender_receipt_read(const char *folder, const char *reference, bool shop, char text[TENDER_RECEIPT_MAX]) {
  char path[512];
  if (!path_of(folder, reference, shop, path))
    return false;
  int file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (file < 0)
    return false;
  ssize_t got = read(file, text, TENDER_RECEIPT_MAX - 1);
  close(file);
  text[got > 0 ? got : 0] = 0;
  return got > 0;
}
