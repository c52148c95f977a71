/* SPDX-License-Identifier: Apache-2.0
 * An issuer made by its own programs in a folder, with its back-end: what the worlds of several suites begin with.
 *
 * Whoever makes one has $W, its folder, and $P, the programs' folder, in the environment from then on. A call that
 * answers false has written what failed to the standard output. */
#ifndef EPURSE_TESTS_WORLD_INSTALLATION_H
#define EPURSE_TESTS_WORLD_INSTALLATION_H

#include <stdbool.h>
#include <sys/types.h>

#define INSTALLATION_PASSPHRASE        "issuer passphrase"
#define INSTALLATION_SERVER_PASSPHRASE "server passphrase"

struct installation {
  char folder[160]; /* "issuer/" in it, "issuer.pass", "server.pass", "log" of the back-end */
  int port;         /* of the back-end, 127.0.0.1 */
  pid_t server;     /* 0: does not run */
};

/* Runs a command line. */
bool installation_shell(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Makes a folder in `base` (NULL: $TMPDIR or /tmp) with `name` and six characters; `programs` NULL: $top_builddir. */
bool installation_begin(struct installation *installation, const char *base, const char *name, const char *programs);
/* epurse-admin init: EUR, issuer 999999, no limit on loads, and those options. The ledger is a file. */
bool installation_init(struct installation *installation, const char *options);
/* Sets what stands in a section of epursed.conf: a line, before the others of that section. */
bool installation_set(const char *section, const char *line);
/* The server's keys under its passphrase once more, by a derivation that costs nothing, for an epursed that begins
 * often. */
bool installation_quick_keys(void);

/* epursed, until it takes connections; it ends with its parent, whatever becomes of that. */
bool installation_start(struct installation *installation);
/* Ends it; false: it did not end with 0. */
bool installation_stop(struct installation *installation);

bool installation_merchant_add(const char *merchant, const char *name, unsigned points_rate);
/* Its folder is $W/name. */
bool installation_terminal_add(const struct installation *installation, const char *tid, const char *role,
                               const char *merchant, const char *name);

#endif
