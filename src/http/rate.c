/* SPDX-License-Identifier: Apache-2.0
 * How often a terminal may ask: token buckets in a table of fixed size. */
#include "rate.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "epurse/number.h"

/* A bucket that has filled up again says no more than none at all, so its place is free. Only where all places that a
 * name may have are of busy terminals, the one nearest to its rest gives way. */
#define PLACES      8192 /* a power of two */
#define NEIGHBOURS  8    /* places that a name may have */
#define TOKEN       1000 /* a request; a millisecond brings `per_second` of it */
#define HASH_START  UINT64_C(14695981039346656037)
#define HASH_FACTOR UINT64_C(1099511628211) /* FNV-1a: spreads names; nobody chooses names at will, a CA gives them */

struct bucket {
  char name[TID_SIZE + 1];
  uint64_t tokens; /* thousandths of a request */
  uint64_t at;     /* milliseconds, when that was so */
  bool refused;    /* last time */
};

struct rate {
  struct rate_options options;
  struct bucket buckets[PLACES];
};

enum status rate_new(const struct rate_options *options, struct rate **rate) {
  *rate = calloc(1, sizeof **rate);
  if (*rate == NULL)
    return STATUS_NO_MEMORY;
  (*rate)->options = *options;
  return STATUS_OK;
}

void rate_free(struct rate **rate) {
  free(*rate);
  *rate = NULL;
}

static size_t place_of(const char *name) {
  uint64_t hash = HASH_START;

  for (; *name != '\0'; name++)
    hash = (hash ^ (unsigned char)*name) * HASH_FACTOR;
  return (size_t)((hash ^ hash >> 32) % PLACES);
}

static uint64_t tokens_now(const struct rate *rate, const struct bucket *bucket, uint64_t now) {
  uint64_t full = (uint64_t)rate->options.burst * TOKEN;
  uint64_t passed = now > bucket->at ? now - bucket->at : 0;

  if (bucket->name[0] == '\0' || passed > full) /* a millisecond brings one at least */
    return full;
  uint64_t tokens = bucket->tokens + passed * rate->options.per_second;
  return tokens < full ? tokens : full;
}

/* The bucket of that name, or the place for it. */
static struct bucket *bucket_find(struct rate *rate, const char *name, uint64_t now) {
  size_t first = place_of(name);
  struct bucket *fullest = NULL;
  uint64_t most = 0;

  for (size_t i = 0; i < NEIGHBOURS; i++) {
    struct bucket *bucket = &rate->buckets[(first + i) % PLACES];
    if (strcmp(bucket->name, name) == 0)
      return bucket;
    uint64_t tokens = tokens_now(rate, bucket, now);
    if (fullest == NULL || tokens > most) {
      fullest = bucket;
      most = tokens;
    }
  }
  *fullest = (struct bucket){0};
  strncpy(fullest->name, name, TID_SIZE);
  fullest->tokens = (uint64_t)rate->options.burst * TOKEN;
  fullest->at = now;
  return fullest;
}

enum rate_answer rate_take(struct rate *rate, const char *name, uint64_t now) {
  if (rate == NULL)
    return RATE_OK;
  struct bucket *bucket = bucket_find(rate, name, now);
  bool before = bucket->refused;
  bucket->tokens = tokens_now(rate, bucket, now);
  bucket->at = now;
  bucket->refused = bucket->tokens < TOKEN;
  if (bucket->refused)
    return before ? RATE_REFUSED_AGAIN : RATE_REFUSED;
  bucket->tokens -= TOKEN;
  return RATE_OK;
}
