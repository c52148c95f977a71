/* SPDX-License-Identifier: Apache-2.0
 * Looks for secrets in this process's own memory. Nothing that is read is copied: a copy would be found next time. */
#include "secrets_memory.h"

#include <check.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define MASK       0xA5
#define TEXT_MAX   512
#define STACK_SIZE ((size_t)1 << 20)

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

bool memory_searchable(void) {
  return !SANITIZED && access("/proc/self/maps", R_OK) == 0;
}

static struct needle *needle_new(struct needles *needles, const char *name, const char *form) {
  ck_assert_uint_lt(needles->count, NEEDLES_MAX);
  struct needle *needle = &needles->all[needles->count++];
  memset(needle, 0, sizeof *needle);
  snprintf(needle->name, sizeof needle->name, "%.24s%s%.12s", name, form[0] != '\0' ? ", " : "", form);
  return needle;
}

static void needle_put(struct needle *needle, uint8_t byte) {
  ck_assert_uint_lt(needle->len, NEEDLE_MAX);
  needle->masked[needle->len++] = byte ^ MASK;
}

void needles_add(struct needles *needles, const char *name, const uint8_t *bytes, size_t len) {
  struct needle *needle = needle_new(needles, name, "");
  for (size_t i = 0; i < len; i++)
    needle_put(needle, bytes[i]);
}

/* Half of it each way, the half that free(3) does not write over: it keeps 16 bytes of its own at the beginning of what
 * was given back. */
void needles_add_key(struct needles *needles, const char *name, const uint8_t *bytes, size_t len) {
  struct needle *backwards = NULL;
  needles_add(needles, name, bytes + len / 2, len - len / 2);
  backwards = needle_new(needles, name, "backwards");
  for (size_t i = len / 2; i > 0; i--)
    needle_put(backwards, bytes[i - 1]);
}

/* Two digits in a byte, as BCD and in the middle of a PIN block. */
static uint8_t pair(const char *digits, size_t i) {
  return (uint8_t)((digits[2 * i] - '0') << 4 | (digits[2 * i + 1] - '0'));
}

void needles_add_pin(struct needles *needles, const char *name, const char *digits) {
  size_t len = strlen(digits);
  struct needle *needle = needle_new(needles, name, "digits");
  for (size_t i = 0; i < len; i++)
    needle_put(needle, (uint8_t)digits[i]);
  ck_assert_uint_eq(len, 12); /* long enough not to be found by chance; its BCD is the middle of its PIN block */
  needle = needle_new(needles, name, "BCD, PIN block");
  for (size_t i = 0; i < len / 2; i++)
    needle_put(needle, pair(digits, i));
}

/* ---- the search ---- */

static bool is_here(const struct needle *needle, const volatile uint8_t *at) {
  for (size_t i = 0; i < needle->len; i++)
    if ((at[i] ^ MASK) != needle->masked[i])
      return false;
  return true;
}

static size_t count_in(const struct needle *needle, const uint8_t *begin, const uint8_t *end) {
  const int first = needle->masked[0] ^ MASK;
  size_t count = 0;
  for (const uint8_t *at = begin; at + needle->len <= end; at++) {
    at = memchr(at, first, (size_t)(end - at) - needle->len + 1);
    if (at == NULL)
      break;
    count += is_here(needle, at);
  }
  return count;
}

/* A line of /proc/self/maps: BEGIN-END RIGHTS OFFSET DEVICE INODE NAME. False where there is nothing to search. */
static bool mapping_parse(const char *line, const uint8_t **begin, const uint8_t **end, char name[64]) {
  unsigned long from = 0, to = 0;
  char rights[8] = "";
  name[0] = '\0';
  if (sscanf(line, "%lx-%lx %7s %*s %*s %*s %63[^\n]", &from, &to, rights, name) < 3)
    return false;
  *begin = (const uint8_t *)from; /* NOLINT: addresses are what the file lists */
  *end = (const uint8_t *)to;
  return rights[0] == 'r' && rights[1] == 'w' && strncmp(name, "/dev/", 5) != 0;
}

size_t memory_count(const struct needle *needle, char where[64]) {
  const uint8_t *begin = NULL, *end = NULL;
  char line[TEXT_MAX], name[64];
  size_t count = 0;
  FILE *maps = fopen("/proc/self/maps", "r");
  ck_assert_ptr_nonnull(maps);
  ck_assert_uint_ge(needle->len, 6);
  while (fgets(line, sizeof line, maps) != NULL) {
    size_t here = mapping_parse(line, &begin, &end, name) ? count_in(needle, begin, end) : 0;
    if (count == 0 && here > 0 && where != NULL)
      snprintf(where, 64, "%s", name[0] != '\0' ? name : "anonymous");
    count += here;
  }
  fclose(maps);
  return count;
}

struct run {
  int (*function)(void);
  int answer;
};

/* Far down its stack, where the end of the thread does not come and write over it. */
static void *run_there(void *context) {
  struct run *run = context;
  volatile uint8_t above[STACK_SIZE / 4];
  above[0] = 0;
  run->answer = run->function();
  return above[0] == 0 ? NULL : context;
}

int memory_run(int (*function)(void)) {
  static uint8_t *stack; /* kept: what lies there is searched afterwards */
  struct run run = {function, -1};
  pthread_attr_t attributes;
  pthread_t thread;
  if (stack == NULL)
    stack = mmap(NULL, STACK_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  ck_assert_ptr_ne(stack, MAP_FAILED);
  memset(stack, 0, STACK_SIZE);
  ck_assert_int_eq(pthread_attr_init(&attributes), 0);
  ck_assert_int_eq(pthread_attr_setstack(&attributes, stack, STACK_SIZE), 0);
  ck_assert_int_eq(pthread_create(&thread, &attributes, run_there, &run), 0);
  ck_assert_int_eq(pthread_join(thread, NULL), 0);
  ck_assert_int_eq(pthread_attr_destroy(&attributes), 0);
  return run.answer;
}

void memory_assert_count(const struct needles *needles, size_t number, size_t count, const char *when) {
  ck_assert_uint_lt(number, needles->count);
  size_t found = memory_searchable() ? memory_count(&needles->all[number], NULL) : count;
  ck_assert_msg(found == count, "%s: %s is there %zu times, not %zu", when, needles->all[number].name, found, count);
}

void memory_assert_clean(const struct needles *needles, const char *when) {
  char found[1024] = "", where[64];
  size_t len = 0;
  ck_assert_uint_gt(needles->count, 0);
  for (size_t i = 0; i < needles->count && memory_searchable(); i++) {
    size_t count = memory_count(&needles->all[i], where);
    if (count > 0 && len < sizeof found)
      len += (size_t)snprintf(found + len, sizeof found - len, "; %s: %zu in %s", needles->all[i].name, count, where);
  }
  ck_assert_msg(len == 0, "%s%s", when, found);
}

void memory_assert_there(const struct needles *needles, size_t number, const char *when) {
  ck_assert_uint_lt(number, needles->count);
  if (memory_searchable())
    ck_assert_msg(memory_count(&needles->all[number], NULL) > 0, "%s: %s is not found", when,
                  needles->all[number].name);
}
