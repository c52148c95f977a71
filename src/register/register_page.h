/* SPDX-License-Identifier: Apache-2.0
 * The till's page (docs/till-page.md): a register in a browser, for shops that have none. On a thread of its own, so
 * that what it waits for keeps nobody else waiting. */
#ifndef EPURSE_REGISTER_PAGE_H
#define EPURSE_REGISTER_PAGE_H

#include <stdint.h>

#include "epurse/status.h"

struct register_page; /* opaque */
struct till;

struct register_page_options {
  struct till *till;       /* borrowed, outlives it */
  const char *listen;      /* "127.0.0.1:8480" */
  const char *host;        /* a further name by which browsers may call it, without port; "": none */
  const char *certificate; /* PEM, and its key; "": plain HTTP, which loopback alone may have */
  const char *key;
  const char *token; /* what a browser may be paired with for good; "": pairing codes only */
  const char *code;  /* path of the file in which the pairing code stands */
  /* A line for an operator; on the page's thread. */
  void (*log)(void *context, const char *event, const char *pairs);
  void *context;
};

/* Listens, and writes a pairing code. STATUS_BAD_CONFIG, STATUS_BAD_CERTIFICATE, STATUS_KEY_EXPOSED,
 * STATUS_STORE_FAILED, STATUS_NO_SERVER: cannot listen there; `problem` then says which. */
enum status register_page_open(const struct register_page_options *options, struct register_page **page,
                               char problem[256]) EPURSE_MUST_USE;
uint16_t register_page_port(const struct register_page *page);
/* Begins nothing more. NULL is fine, here and below. */
void register_page_stop(struct register_page *page);
/* Closes what is open, takes the code away, frees; *page becomes NULL. */
void register_page_close(struct register_page **page);

#endif
