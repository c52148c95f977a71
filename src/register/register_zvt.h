/* SPDX-License-Identifier: Apache-2.0
 * The till as a payment terminal by ZVT (docs/zvt.md): TCP, one register at a time, on a thread of its own. */
#ifndef EPURSE_REGISTER_ZVT_H
#define EPURSE_REGISTER_ZVT_H

#include <stdint.h>

#include "epurse/status.h"

struct register_zvt; /* opaque */
struct till;

struct register_zvt_options {
  struct till *till;   /* borrowed, outlives it */
  const char *listen;  /* "127.0.0.1:20007" */
  const char *peer;    /* the address that alone may come in; "": `listen` is this machine alone */
  const char *charset; /* "cp437" or "iso-8859-15": what texts are sent in */
  const char *cashier; /* in whose name it sells; "": nobody's */
  const char *book;    /* a file that it makes: which sale was the last, and whether the register heard of it */
  /* A line for an operator, on the thread. */
  void (*log)(void *context, const char *event, const char *pairs);
  void *context;
};

/* Listens. STATUS_BAD_CONFIG: no such charset, end of day, cashier or address, or a whole net reaches it and no peer is
 * named; STATUS_NO_SERVER: cannot listen there; STATUS_STORE_FAILED; `problem` then says which. */
enum status register_zvt_open(const struct register_zvt_options *options, struct register_zvt **zvt,
                              char problem[256]) EPURSE_MUST_USE;
/* The port that it listens on. */
uint16_t register_zvt_port(const struct register_zvt *zvt);
/* Begins nothing more: what is asked for is refused as not ready, what runs is told. */
void register_zvt_stop(struct register_zvt *zvt);
/* Ends the thread, closes, frees; *zvt becomes NULL. NULL is fine. Waits for seconds at most once the till is idle. */
void register_zvt_close(struct register_zvt **zvt);

#endif
