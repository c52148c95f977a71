/* SPDX-License-Identifier: Apache-2.0
 * The ZVT server: its thread, its commands, its beginning and end. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "zvt_state.h"

static const struct command {
  uint8_t class, instruction;
  void (*run)(struct register_zvt *zvt, const struct zvt_frame *frame);
} commands[] = {
    {0x06, 0x00, office_register}, {0x06, 0x01, sale_pay},          {0x06, 0x02, office_log_off},
    {0x06, 0x10, office_totals},   {0x06, 0x20, sale_repeat},       {0x06, 0x30, sale_reverse},
    {0x06, 0x31, sale_refund},     {0x06, 0x50, office_end_of_day}, {0x06, 0x70, office_diagnosis},
};

static void obey(struct register_zvt *zvt, const struct zvt_frame *frame) {
  uint8_t data[ZVT_DATA_MAX];
  const struct zvt_frame kept = {frame->class, frame->instruction, data, frame->len}; /* the line's is overwritten */
  memcpy(data, frame->data, frame->len);
  for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
    if (commands[i].class == kept.class && commands[i].instruction == kept.instruction) {
      commands[i].run(zvt, &kept);
      return;
    }
  if (kept.class == 0x06 && kept.instruction == 0xB0)
    line_send(zvt, 0x80, 0x00, NULL, 0); /* nothing runs */
  else if (kept.class != 0x80 && kept.class != 0x84)
    line_send(zvt, 0x84, ZVT_IMPOSSIBLE, NULL, 0);
}

static void *work(void *context) {
  struct register_zvt *zvt = context;
  struct zvt_frame frame;
  while (line_wait(zvt, false, zvt->line.len > 0 ? 200 : -1) != WAKE_END)
    while (line_next(zvt, &frame))
      obey(zvt, &frame);
  return NULL;
}

static void wake(void *context) {
  struct register_zvt *zvt = context;
  (void)eventfd_write(zvt->till_fd, 1);
}

/* ---- its life ---- */

static enum status thread_start(struct register_zvt *zvt) {
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  zvt->started = pthread_create(&zvt->thread, NULL, work, zvt) == 0;
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  return zvt->started ? STATUS_OK : STATUS_NO_MEMORY;
}

static enum status charset_read(const char *name, enum zvt_charset *charset) {
  *charset = strcasecmp(name, "iso-8859-15") == 0 ? ZVT_ISO8859_15 : ZVT_CP437;
  return *charset == ZVT_CP437 && strcasecmp(name, "cp437") != 0 ? STATUS_BAD_CONFIG : STATUS_OK;
}

/* The line is in the clear, and who sells may give back: a shop's net is full of people. */
static enum status listener_open(struct register_zvt *zvt, char problem[256]) {
  const struct register_zvt_options *options = &zvt->options;
  if (options->peer[0] != 0 && !address_read(options->peer, zvt->peer)) {
    snprintf(problem, 256, "[zvt] peer: '%.100s' is no address", options->peer);
    return STATUS_BAD_CONFIG;
  }
  zvt->listen_fd = listen_remote(options->listen, &zvt->port);
  if (zvt->listen_fd < 0) {
    snprintf(problem, 256, "[zvt] listen: %.150s: cannot listen there", options->listen);
    return STATUS_NO_SERVER;
  }
  if (zvt->peer[0] == 0 && !listens_loopback(zvt->listen_fd)) {
    snprintf(problem, 256, "[zvt] listen: '%.100s' is not this machine alone, and wants the register's address as peer",
             options->listen);
    return STATUS_BAD_CONFIG;
  }
  return STATUS_OK;
}

static enum status words_read(struct register_zvt *zvt, char problem[256]) {
  const struct register_zvt_options *options = &zvt->options;
  enum status status = charset_read(options->charset, &zvt->charset);
  if (status != STATUS_OK)
    snprintf(problem, 256, "[zvt] charset: '%.100s' is not cp437 or iso-8859-15", options->charset);
  return status;
}

static enum status begin(struct register_zvt *zvt, char problem[256]) {
  const struct register_zvt_options *options = &zvt->options;
  enum status status = words_read(zvt, problem);
  if (status == STATUS_OK)
    status = zvt_cashier_open(zvt, problem);
  if (status != STATUS_OK)
    return status;
  status = book_open(options->book, &zvt->book);
  if (status == STATUS_OK)
    status = book_save(&zvt->book);
  if (status != STATUS_OK) {
    snprintf(problem, 256, "%.200s", options->book);
    return status;
  }
  status = listener_open(zvt, problem);
  if (status != STATUS_OK)
    return status;
  zvt->till_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  zvt->end_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (zvt->till_fd < 0 || zvt->end_fd < 0)
    return STATUS_NO_MEMORY;
  status = till_listen(zvt->till, wake, zvt);
  return status == STATUS_OK ? thread_start(zvt) : status;
}

enum status register_zvt_open(const struct register_zvt_options *options, struct register_zvt **zvt,
                              char problem[256]) {
  struct register_zvt *fresh = calloc(1, sizeof *fresh);
  *zvt = NULL;
  if (fresh == NULL)
    return STATUS_NO_MEMORY;
  fresh->options = *options;
  fresh->till = options->till;
  fresh->facts = till_facts(options->till);
  fresh->line.fd = fresh->newcomer = fresh->listen_fd = fresh->till_fd = fresh->end_fd = -1;
  enum status status = begin(fresh, problem);
  if (status != STATUS_OK)
    register_zvt_close(&fresh);
  *zvt = fresh;
  return status;
}

uint16_t register_zvt_port(const struct register_zvt *zvt) {
  return zvt->port;
}

void register_zvt_stop(struct register_zvt *zvt) {
  if (zvt != NULL)
    atomic_store(&zvt->stopping, true);
}

void register_zvt_close(struct register_zvt **zvt) {
  struct register_zvt *old = *zvt;
  *zvt = NULL;
  if (old == NULL)
    return;
  atomic_store(&old->stopping, true);
  if (old->started) {
    (void)eventfd_write(old->end_fd, 1);
    pthread_join(old->thread, NULL);
  }
  till_unlisten(old->till, wake, old);
  const int fds[] = {old->line.fd, old->newcomer, old->listen_fd, old->till_fd, old->end_fd};
  for (size_t i = 0; i < sizeof fds / sizeof fds[0]; i++)
    if (fds[i] >= 0)
      close(fds[i]);
  free(old);
}
