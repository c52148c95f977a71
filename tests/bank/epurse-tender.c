/* SPDX-License-Identifier: Apache-2.0
 * epurse-tender: plays a bank's card reader on a TCP port of this machine, for trials and tests. */
#include <arpa/inet.h>
#include <locale.h>
#include <netinet/in.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/listener.h>

#include "cmd/frame/option.h"
#include "epurse/bytes.h"
#include "epurse/secret.h"
#include "tender_book.h"

#define REQUEST_MAX 1024

struct bank {
  struct event_base *base;
  struct book *book;
  struct till *tills;
  bool decline, drop, drop_before, approve; /* options */
  int64_t slow, port;
};

/* One line to a till, or one that has gone while its customer is still slow. */
struct till {
  struct bank *bank;
  struct bufferevent *line; /* NULL: gone */
  struct event *timer;      /* runs while the customer is slow */
  const char *order;        /* the book's */
  struct till *next;
};

static void till_free(struct till *till) {
  struct till **at = &till->bank->tills;

  while (*at != till)
    at = &(*at)->next;
  *at = till->next;
  free(till);
}

static void till_hang_up(struct till *till) {
  if (till->line != NULL)
    bufferevent_free(till->line);
  till->line = NULL;
  if (till->timer == NULL)
    till_free(till);
}

/* Sends the reply and lets the till hang up; without one hangs up first. */
static void till_answer(struct till *till, json_t *reply) {
  char *text = reply != NULL ? json_dumps(reply, JSON_COMPACT) : NULL;

  if (text != NULL && till->line != NULL) {
    evbuffer_add_printf(bufferevent_get_output(till->line), "%s\n", text);
    fprintf(stderr, "epurse-tender: %s\n", text);
  } else {
    fprintf(stderr, "epurse-tender: line dropped\n");
    till_hang_up(till);
  }
  free(text);
  json_decref(reply);
}

static void till_on_timer(evutil_socket_t fd, short what, void *context) {
  struct till *till = context;
  struct book_answer answer;

  (void)fd;
  (void)what;
  event_free(till->timer);
  till->timer = NULL;
  book_settle(till->bank->book, till->order, &answer);
  till_answer(till, answer.reply);
}

/* Says what came; whoever called can have written it. */
static void till_note(const char *line) {
  size_t len = strlen(line);
  char *text = malloc(4 * len + 1);

  if (text == NULL)
    return;
  bytes_to_text(line, len, text);
  fprintf(stderr, "epurse-tender: %s\n", text);
  free(text);
}

static void till_on_line(struct till *till, const char *line) {
  struct book_answer answer;

  till_note(line);
  book_take(till->bank->book, line, &answer);
  if (answer.seconds == 0) {
    till_answer(till, answer.reply);
    return;
  }
  const struct timeval slow = {.tv_sec = (time_t)answer.seconds};
  till->order = answer.order;
  till->timer = evtimer_new(till->bank->base, till_on_timer, till);
  if (till->timer != NULL)
    evtimer_add(till->timer, &slow);
}

/* One request per line; the next one waits until this one is answered. */
static void till_on_read(struct bufferevent *line, void *context) {
  struct till *till = context;
  struct evbuffer *input = bufferevent_get_input(line);
  char *text = till->timer == NULL ? evbuffer_readln(input, NULL, EVBUFFER_EOL_LF) : NULL;

  if (text != NULL)
    till_on_line(till, text);
  else if (evbuffer_get_length(input) >= REQUEST_MAX)
    till_hang_up(till);
  free(text);
}

static void till_on_event(struct bufferevent *line, short what, void *context) {
  (void)line;
  (void)what;
  till_hang_up(context);
}

static void bank_on_accept(struct evconnlistener *listener, evutil_socket_t fd, struct sockaddr *address, int len,
                           void *context) {
  struct bank *bank = context;
  struct till *till = calloc(1, sizeof *till);

  (void)listener;
  (void)address;
  (void)len;
  if (till != NULL) {
    till->bank = bank;
    till->next = bank->tills;
    bank->tills = till;
    till->line = bufferevent_socket_new(bank->base, fd, BEV_OPT_CLOSE_ON_FREE);
  }
  if (till == NULL || till->line == NULL) {
    evutil_closesocket(fd);
    if (till != NULL)
      till_free(till);
    return;
  }
  bufferevent_setcb(till->line, till_on_read, NULL, till_on_event, till);
  bufferevent_setwatermark(till->line, EV_READ, 0, REQUEST_MAX);
  bufferevent_enable(till->line, EV_READ | EV_WRITE);
}

static void bank_close(struct bank *bank) {
  while (bank->tills != NULL) {
    struct till *till = bank->tills;
    if (till->timer != NULL) {
      event_free(till->timer);
      till->timer = NULL;
    }
    till_hang_up(till);
  }
  if (bank->base != NULL)
    event_base_free(bank->base);
  book_free(&bank->book);
}

static void bank_on_signal(evutil_socket_t number, short what, void *context) {
  (void)number;
  (void)what;
  event_base_loopbreak(context);
}

/* Prints where it listens; false: the port is taken. */
static bool bank_announce(struct evconnlistener *listener) {
  struct sockaddr_in bound;
  socklen_t len = sizeof bound;

  if (listener == NULL || getsockname(evconnlistener_get_fd(listener), (struct sockaddr *)&bound, &len) != 0)
    return false;
  printf("listening on 127.0.0.1:%u\n", ntohs(bound.sin_port));
  return fflush(stdout) == 0;
}

static enum status bank_run(struct bank *bank) {
  struct sockaddr_in address = {
      .sin_family = AF_INET, .sin_port = htons((uint16_t)bank->port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  struct event *interrupt = evsignal_new(bank->base, SIGINT, bank_on_signal, bank->base);
  struct event *terminate = evsignal_new(bank->base, SIGTERM, bank_on_signal, bank->base);
  struct evconnlistener *listener =
      evconnlistener_new_bind(bank->base, bank_on_accept, bank, LEV_OPT_CLOSE_ON_FREE | LEV_OPT_REUSEABLE, -1,
                              (struct sockaddr *)&address, sizeof address);
  enum status status = STATUS_INTERNAL;

  if (!bank_announce(listener))
    fprintf(stderr, "epurse-tender: cannot listen on 127.0.0.1:%u\n", (unsigned)bank->port);
  else if (interrupt != NULL && terminate != NULL && evsignal_add(interrupt, NULL) == 0 &&
           evsignal_add(terminate, NULL) == 0 && event_base_dispatch(bank->base) >= 0)
    status = STATUS_OK;
  if (listener != NULL)
    evconnlistener_free(listener);
  if (interrupt != NULL)
    event_free(interrupt);
  if (terminate != NULL)
    event_free(terminate);
  return status;
}

static enum book_mode bank_mode(const struct bank *bank) {
  if (bank->drop_before)
    return BOOK_DROP_BEFORE;
  if (bank->drop)
    return BOOK_DROP;
  return bank->decline ? BOOK_DECLINE : BOOK_APPROVE;
}

int main(int argc, char **argv) {
  static const struct option_row rows[] = {
      {"port", 'p', "PORT", NULL, OPTION_NUMBER, offsetof(struct bank, port), 0, 65535,
       "TCP port on 127.0.0.1; 0, the default: any free one, which is printed"},
      {"approve", 0, NULL, NULL, OPTION_FLAG, offsetof(struct bank, approve), 0, 0, "charge; the default"},
      {"decline", 0, NULL, NULL, OPTION_FLAG, offsetof(struct bank, decline), 0, 0, "decline every charge"},
      {"drop", 0, NULL, NULL, OPTION_FLAG, offsetof(struct bank, drop), 0, 0,
       "charge, then drop the line before the answer"},
      {"drop-before", 0, NULL, NULL, OPTION_FLAG, offsetof(struct bank, drop_before), 0, 0,
       "drop the line before charging"},
      {"slow", 0, "SECONDS", NULL, OPTION_NUMBER, offsetof(struct bank, slow), 0, 600,
       "let that much time pass before each charge"},
      {0}};
  static const struct program program = {
      "epurse-tender", "Plays a bank's card reader, for trials and tests.", {rows}, NULL, "", 0};
  struct bank bank = {0};
  char **operands = NULL;

  process_harden();
  setlocale(LC_ALL, "");
  enum status status = option_parse(&program, argc, argv, &bank, NULL, &operands);
  if (status == STATUS_OK && (*operands != NULL || bank.approve + bank.decline + bank.drop + bank.drop_before > 1)) {
    fprintf(stderr, "epurse-tender: one mode at most, and no operands; see --help\n");
    status = STATUS_USAGE;
  }
  if (status != STATUS_OK)
    return status_exit_code(status);
  bank.book = book_new();
  bank.base = event_base_new();
  status = STATUS_NO_MEMORY;
  if (bank.book != NULL && bank.base != NULL) {
    book_set(bank.book, bank_mode(&bank), bank.slow);
    status = bank_run(&bank);
  }
  bank_close(&bank);
  return status_exit_code(status);
}
