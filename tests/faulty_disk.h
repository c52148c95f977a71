/* SPDX-License-Identifier: Apache-2.0
 * A disk that fails, under the ledger's file: SQLite's own file layer, but for what its write-ahead log is told. */
#ifndef EPURSE_TESTS_FAULTY_DISK_H
#define EPURSE_TESTS_FAULTY_DISK_H

#include <stdatomic.h>

#define FAULTY_NEVER 0xFFFFFFFFU

/* Shared with children of this process. */
struct faulty_disk {
  atomic_bool sync_fails;
  atomic_uint log_writes;   /* how many there were */
  atomic_uint log_fails_at; /* the one that fails, once */
};
extern struct faulty_disk *faulty_disk;

/* All files that are opened from now on lie there. */
void faulty_install(void);

#endif
