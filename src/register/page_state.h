/* SPDX-License-Identifier: Apache-2.0
 * What the files of the till's page share. */
#ifndef EPURSE_REGISTER_PAGE_STATE_H
#define EPURSE_REGISTER_PAGE_STATE_H

#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <openssl/types.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "epurse/till.h"
#include "page_words.h"
#include "register_page.h"

#define PAGE_BODY_MAX    4096 /* bytes of a form */
#define PAGE_HEAD_MAX    8192 /* bytes; browsers send more than registers */
#define PAGE_IDLE_S      60   /* seconds without a byte, after which a connection is closed */
#define PAGE_BEAT_S      15   /* so often a stream of events shows that it lives */
#define PAGE_STREAMS     24   /* at a time */
#define PAGE_SESSIONS    16   /* at a time; the one that was used least lately goes */
#define PAGE_TOKEN_SIZE  33   /* 32 hexadecimal digits and NUL */
#define PAGE_CODE_DIGITS 8    /* of a pairing code */
#define PAGE_RECENT      20   /* of the last sales */
#define PAGE_RESULT_S    20   /* so long the customer's window shows how it ended */
#define PAGE_HOSTS       4    /* names by which it may be called */

/* A browser that was let in. */
struct page_session {
  char token[PAGE_TOKEN_SIZE];   /* its cookie; "": a free place */
  char form[PAGE_TOKEN_SIZE];    /* what its forms carry, so that no page of elsewhere can send one */
  char peer[64];                 /* the address that it came from: a cookie is good there alone */
  int64_t begun, used;           /* unix seconds */
  bool customer;                 /* it shows the customer's window and nothing else */
  char cashier[CASHIER_MAX + 1]; /* who is at it, where the terminal has cashiers with codes; "": nobody yet */
  uint64_t cashier_mark;         /* cashier_mark, when the cashier logged in */
  enum page_language language;
};

struct page_stream {
  struct page_stream *next;
  struct evhttp_request *raw; /* NULL: its client is gone */
};

struct register_page {
  struct register_page_options options;
  char token[256], code_path[1280];
  char hosts[PAGE_HOSTS][256]; /* HOST:PORT, as browsers write it */
  struct event_base *base;
  struct evhttp *http;
  SSL_CTX *tls; /* NULL: plain HTTP */
  uint16_t port;
  int wake_fd; /* eventfd: the till has an event, or the page ends */
  struct event *woken, *beat;
  pthread_t thread;
  bool started;
  atomic_bool stopping, ending;

  /* The thread's alone. */
  struct page_session sessions[PAGE_SESSIONS];
  char code[PAGE_CODE_DIGITS + 1];
  unsigned wrong;        /* guesses at this code */
  unsigned refused;      /* guesses since `refused_since` */
  int64_t refused_since; /* unix seconds */
  struct page_stream *streams;
  unsigned stream_count;
  uint64_t told;     /* number of the newest event that the streams know */
  uint64_t pin_used; /* number of the TILL_PIN_WANTED that was answered last: a form that is sent twice costs one try */
  int64_t done;      /* unix seconds of the last TILL_DONE */
};

/* The fields of a form or a query, decoded; wiped by form_wipe. */
struct page_form {
  char text[PAGE_BODY_MAX + 1];
  struct {
    const char *name, *value;
  } fields[16];
  size_t count;
};

/* One request, and the answer that is being made. */
struct page_visit {
  struct register_page *page;
  struct evhttp_request *raw;
  struct page_session *session; /* NULL: not let in */
  enum page_language language;
  const char *rest;             /* what stands behind the route's path */
  struct page_form form, query; /* form: of a POST */
  struct evbuffer *out;
  bool refresh; /* while something runs: browsers without scripts ask again after 2 s */
  bool bare;    /* without the cashier's links */
};

/* ---- page_send.c ---- */

/* Sends visit->out as HTML. */
void page_send(struct page_visit *visit, int http);
/* Sends a file that never changes while the program lives. */
void page_send_asset(struct page_visit *visit, const char *type, const unsigned char *data, size_t len);
/* To another path: the answer to a form, so that loading a page again never sends it again. */
void page_redirect(struct page_visit *visit, const char *path);
/* A page that says only that. */
void page_refuse(struct page_visit *visit, int http, enum page_word word);
void page_refuse_status(struct page_visit *visit, int http, enum status status);
/* The fields that every answer has. */
void page_head_fields(struct evhttp_request *raw, const char *type);

/* ---- page_routes.c ---- */

/* One request that has passed the door. */
void page_serve(struct page_visit *visit);

/* ---- page_session.c ---- */

/* A new pairing code, into its file. STATUS_STORE_FAILED. */
enum status page_code_renew(struct register_page *page) EPURSE_MUST_USE;
/* The session that a request's cookie names; NULL: none. */
struct page_session *page_session_find(struct register_page *page, struct evhttp_request *raw);
/* Lets a browser in who shows the token or the pairing code, which is then used up. NULL: it does not; *locked: nobody
 * is let in for a minute, because too many were wrong. */
struct page_session *page_session_begin(struct register_page *page, struct evhttp_request *raw, const char *shown,
                                        bool *locked);
void page_session_end(struct page_session *session);
/* The cookie of a session, or its end. */
void page_cookie(struct page_visit *visit, const struct page_session *session);
/* 32 hexadecimal digits by chance. False: there is no chance to be had. */
bool page_random(char text[PAGE_TOKEN_SIZE]);

/* ---- page_form.c ---- */

/* Takes the body of a POST and wipes what libevent has of it. STATUS_UNSUPPORTED_TYPE, STATUS_BAD_FORMAT. */
enum status form_take(struct evhttp_request *raw, struct page_form *form) EPURSE_MUST_USE;
/* The part of an address behind the question mark; NULL: none. STATUS_BAD_FORMAT. */
enum status form_query(const char *query, struct page_form *form) EPURSE_MUST_USE;
/* A field's value; "" where it is not there. Borrowed. */
const char *form_text(const struct page_form *form, const char *name);
int64_t form_number(const char *text); /* -1: it is none */
void form_wipe(struct page_form *form);

/* ---- page_write.c ---- */

/* As printf, and nothing is escaped: for what the program itself says. */
void put(struct page_visit *visit, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* What anybody else said: escaped. */
void put_text(struct page_visit *visit, const char *text);
void put_word(struct page_visit *visit, enum page_word word);
void put_amount(struct page_visit *visit, int64_t minor);
/* Everything above and below a page's own part. `state`: a script replaces the part when it changes; "": never. */
void put_head(struct page_visit *visit, enum page_word title, const char *state);
void put_foot(struct page_visit *visit);
/* The hidden fields of a form. */
void put_form_token(struct page_visit *visit);
void put_hidden(struct page_visit *visit, const char *name, const char *value);

/* ---- page_sale.c: keypad, running sale, result ---- */

void page_keypad(struct page_visit *visit);
void page_key(struct page_visit *visit);
void page_start(struct page_visit *visit);
void page_sale(struct page_visit *visit);
void page_abort(struct page_visit *visit);
void page_answer(struct page_visit *visit);
/* Begins a request and goes to its page; or says why not. */
void page_begin(struct page_visit *visit, struct till_request *request);
/* What is to be done at that step. */
enum page_word page_prompt(const struct till_result *result);
/* In one word how it ended. */
enum page_word page_verdict(const struct till_result *result);
/* "P-" and 32 digits: the name of what a form begins. */
bool page_reference(char reference[REFERENCE_MAX + 1]);
/* What a form or an address says, where it can stand in an address as it is; else NULL. */
const char *page_reference_given(const char *text);
/* The same of the till's currency. STATUS_BAD_AMOUNT. */
enum status page_amount_typed(const struct page_visit *visit, const char *text, struct amount *amount) EPURSE_MUST_USE;

/* ---- page_customer.c: the second window ---- */

void page_customer(struct page_visit *visit);
void page_pin(struct page_visit *visit);

/* ---- page_lists.c: last sales, receipt, refund, totals ---- */

void page_recent(struct page_visit *visit);
void page_receipt(struct page_visit *visit);
void page_print(struct page_visit *visit);
void page_refund(struct page_visit *visit);
void page_refund_start(struct page_visit *visit);
void page_totals(struct page_visit *visit);

/* ---- page_drawer.c: shifts, and the closing ---- */

void page_drawer(struct page_visit *visit);
void page_shift_begin(struct page_visit *visit);
void page_shift_end(struct page_visit *visit);
void page_shift(struct page_visit *visit);
void page_close(struct page_visit *visit);
void page_closing(struct page_visit *visit);
void page_drawer_print(struct page_visit *visit);

/* ---- page_login.c ---- */

/* Whether a cashier has to log in first: the terminal has some with codes, and none that still has the same code is at
 * this browser. */
bool page_cashier_missing(const struct page_visit *visit);
void page_login(struct page_visit *visit);
void page_login_try(struct page_visit *visit);
void page_logout(struct page_visit *visit);
void page_language(struct page_visit *visit);

/* ---- page_stream.c ---- */

/* Server-sent events that say nothing but that there is something new. */
void page_stream_begin(struct page_visit *visit);
/* Something is new. */
void page_streams_tell(struct register_page *page);
void page_streams_beat(struct register_page *page);
void page_streams_drop(struct register_page *page);

/* ---- made by the build ---- */

extern const unsigned char page_css[], page_js[];
extern const size_t page_css_len, page_js_len;

#endif
