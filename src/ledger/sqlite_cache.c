/* SPDX-License-Identifier: Apache-2.0
 * SQLite's own page cache, but that it is not gone through at each commit.
 *
 * At the end of a transaction SQLite has the cache drop pages behind the end of the database, and the cache goes
 * through all its pages where one may have been there. Whenever a tree is balanced, which inserts in the midst of an
 * index do, a page is given a number near the end of the largest possible database for a moment; so nearly each commit
 * goes through everything, thousands of pages that the processor does not have at hand. Here the highest number that is
 * in the cache is known exactly enough, and only what can be there is looked for. */
#include <stdlib.h>

#include "sqlite.h"

static sqlite3_pcache_methods2 below;

struct cache {
  sqlite3_pcache *real;
  unsigned highest; /* no page has a higher number, ... */
  unsigned lent;    /* ... but this one, which was given for a moment; 0: none */
};

static struct cache *cache_of(sqlite3_pcache *cache) {
  return (struct cache *)(void *)cache;
}

static sqlite3_pcache *cache_create(int page, int extra, int purgeable) {
  struct cache *cache = calloc(1, sizeof *cache);
  if (cache == NULL)
    return NULL;
  cache->real = below.xCreate(page, extra, purgeable);
  if (cache->real != NULL)
    return (sqlite3_pcache *)(void *)cache;
  free(cache);
  return NULL;
}

static void cache_size(sqlite3_pcache *cache, int pages) {
  below.xCachesize(cache_of(cache)->real, pages);
}

static int cache_count(sqlite3_pcache *cache) {
  return below.xPagecount(cache_of(cache)->real);
}

static sqlite3_pcache_page *cache_fetch(sqlite3_pcache *given, unsigned number, int create) {
  struct cache *cache = cache_of(given);
  if (create != 0 && number > cache->highest)
    cache->highest = number;
  return below.xFetch(cache->real, number, create);
}

static void cache_unpin(sqlite3_pcache *cache, sqlite3_pcache_page *page, int discard) {
  below.xUnpin(cache_of(cache)->real, page, discard);
}

static void cache_rekey(sqlite3_pcache *given, sqlite3_pcache_page *page, unsigned from, unsigned to) {
  struct cache *cache = cache_of(given);
  if (from == cache->lent)
    cache->lent = 0;
  if (to > cache->highest && cache->lent == 0)
    cache->lent = to;
  else if (to > cache->highest)
    cache->highest = to;
  below.xRekey(cache->real, page, from, to);
}

static void cache_truncate(sqlite3_pcache *given, unsigned limit) {
  struct cache *cache = cache_of(given);
  if (cache->lent < limit && cache->highest < limit)
    return;
  below.xTruncate(cache->real, limit);
  if (cache->lent >= limit)
    cache->lent = 0;
  if (cache->highest >= limit)
    cache->highest = limit == 0 ? 0 : limit - 1;
}

static void cache_destroy(sqlite3_pcache *cache) {
  below.xDestroy(cache_of(cache)->real);
  free(cache_of(cache));
}

static void cache_shrink(sqlite3_pcache *cache) {
  below.xShrink(cache_of(cache)->real);
}

int sqlite_cache_register(void) {
  int code = sqlite3_config(SQLITE_CONFIG_GETPCACHE2, &below);
  sqlite3_pcache_methods2 methods = below;
  methods.xCreate = cache_create;
  methods.xCachesize = cache_size;
  methods.xPagecount = cache_count;
  methods.xFetch = cache_fetch;
  methods.xUnpin = cache_unpin;
  methods.xRekey = cache_rekey;
  methods.xTruncate = cache_truncate;
  methods.xDestroy = cache_destroy;
  methods.xShrink = cache_shrink;
  return code == SQLITE_OK ? sqlite3_config(SQLITE_CONFIG_PCACHE2, &methods) : code;
}
