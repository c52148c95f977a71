/* SPDX-License-Identifier: Apache-2.0
 * A test's folder, and the port of a server in it. */
#ifndef EPURSE_TESTS_WORLD_FOLDER_H
#define EPURSE_TESTS_WORLD_FOLDER_H

#include <stdbool.h>
#include <stddef.h>

/* Makes a new folder, `name` and six characters more, in `base`, or where that is NULL in $TMPDIR or /tmp. False: it
 * cannot be made, or its path does not fit. */
bool folder_make(const char *base, const char *name, char *folder, size_t size);
/* Removes a folder with all that is in it. False: something stays behind. */
bool folder_remove(const char *folder);

/* A port of 127.0.0.1 that is this process's until it ends: nobody else is given it, and only who asks for it by its
 * number, with SO_REUSEADDR as our servers do, may listen there, again and again. 0: none. */
int port_claim(void);
/* Somebody takes connections there. */
bool port_answers(int port);
/* Waits until somebody does; false after that many seconds. */
bool port_wait(int port, int seconds);

#endif
