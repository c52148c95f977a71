/* SPDX-License-Identifier: Apache-2.0
 * Looks for secrets in this process's own memory: every writable mapping, stack and heap, what is in use and what was
 * given back. */
#ifndef EPURSE_TESTS_SYSTEM_SECRETS_MEMORY_H
#define EPURSE_TESTS_SYSTEM_SECRETS_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NEEDLE_MAX 64

/* What is looked for. Kept masked, or it would find itself. */
struct needle {
  char name[40];
  uint8_t masked[NEEDLE_MAX];
  size_t len;
};

/* Up to so many of them. */
#define NEEDLES_MAX 32
struct needles {
  struct needle all[NEEDLES_MAX];
  size_t count;
};

/* Adds bytes; `bytes` is read once and copied nowhere but masked. */
void needles_add(struct needles *needles, const char *name, const uint8_t *bytes, size_t len);
/* A PIN as digits, as BCD and as PIN block. */
void needles_add_pin(struct needles *needles, const char *name, const char *digits);
/* A private key as it is, and the other way round, as big numbers lie in memory. */
void needles_add_key(struct needles *needles, const char *name, const uint8_t *bytes, size_t len);

/* Whether memory can be searched here: not under a sanitizer, whose own memory is without end and keeps what was freed.
 */
bool memory_searchable(void);

/* How often one is found. `where`, if not NULL, receives the kind of memory of the first: "[heap]", "[stack]", .. */
size_t memory_count(const struct needle *needle, char where[64]);

/* Runs a function on a fresh stack of its own, so that what it leaves there is not written over by what comes later; so
 * it does nothing behind the call that it is about, no assertion either. Answers what it answered. */
int memory_run(int (*run)(void));

/* Fails the test unless that one (by number) is found exactly so often. */
void memory_assert_count(const struct needles *needles, size_t number, size_t count, const char *when);

/* Fails the test, naming each that is found. */
void memory_assert_clean(const struct needles *needles, const char *when);
/* Fails the test if that one (by number) is not found: shows that the search finds. */
void memory_assert_there(const struct needles *needles, size_t number, const char *when);

#endif
