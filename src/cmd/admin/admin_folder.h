/* SPDX-License-Identifier: Apache-2.0
 * A directory that is either made whole or not at all: filled beside its place, then moved there. */
#ifndef EPURSE_CMD_ADMIN_FOLDER_H
#define EPURSE_CMD_ADMIN_FOLDER_H

#include "epurse/status.h"

#define FOLDER_PATH_MAX 1024

struct folder {
  char path[FOLDER_PATH_MAX];   /* where it is filled */
  char target[FOLDER_PATH_MAX]; /* where it will be */
};

/* Makes an empty directory of mode 0700 beside `target`. STATUS_EXISTS: there is something already, other than an empty
 * directory; STATUS_BAD_LENGTH: the path is too long; STATUS_STORE_FAILED. */
enum status folder_begin(const char *target, struct folder *folder) EPURSE_MUST_USE;
/* Gives it a name that a later try finds, TARGET.begun, durably: what is in it may be known elsewhere from now on.
 * STATUS_EXISTS, STATUS_STORE_FAILED. */
enum status folder_hold(struct folder *folder) EPURSE_MUST_USE;
/* In place of folder_begin: what an earlier try left under that name. STATUS_NOT_FOUND: nothing; else as of
 * folder_begin. */
enum status folder_resume(const char *target, struct folder *folder) EPURSE_MUST_USE;
/* Moves it to its place, durably. STATUS_EXISTS, STATUS_STORE_FAILED. */
enum status folder_commit(struct folder *folder) EPURSE_MUST_USE;
/* Removes it with all that is in it, unless it was committed. */
void folder_discard(struct folder *folder);

/* "PATH/NAME" into `path`. STATUS_BAD_LENGTH. */
enum status folder_path(const char *folder, const char *name, char path[FOLDER_PATH_MAX]) EPURSE_MUST_USE;
/* A directory in it, mode 0700. */
enum status folder_make(const char *folder, const char *name) EPURSE_MUST_USE;
/* A text file in it. */
enum status folder_write(const char *folder, const char *name, const char *text) EPURSE_MUST_USE;
/* The same in the place of one that is there, which stays where that fails. */
enum status folder_rewrite(const char *folder, const char *name, const char *text) EPURSE_MUST_USE;
/* Public material out of another directory, under the same name. STATUS_NOT_FOUND. */
enum status folder_copy(const char *folder, const char *from, const char *name) EPURSE_MUST_USE;

#endif
