/* SPDX-License-Identifier: Apache-2.0
 * Changes lines of a server's epursed.conf. */
#ifndef EPURSE_TESTS_BENCH_CONFIGURE_H
#define EPURSE_TESTS_BENCH_CONFIGURE_H

/* Gives "section.key=value" its line in the file and takes the one away that was there. */
void configure_set(const char *path, const char *setting);

#endif
