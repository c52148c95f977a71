/* SPDX-License-Identifier: Apache-2.0
 * Who is let in: a browser that has shown the till's token, or the pairing code, which is good once. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "epurse/crypto.h"
#include "page_state.h"

#define SESSION_S   (16 * 3600) /* seconds from the pairing on */
#define IDLE_S      (4 * 3600)  /* seconds without a request */
#define WRONG_MAX   3           /* guesses that a code bears */
#define REFUSED_MAX 10          /* guesses of all browsers in a minute */
#define COOKIE      "epurse-page"

bool page_random(char text[PAGE_TOKEN_SIZE]) {
  uint8_t bytes[(PAGE_TOKEN_SIZE - 1) / 2];
  if (!crypto_random(bytes, sizeof bytes))
    return false;
  for (size_t i = 0; i < sizeof bytes; i++)
    snprintf(text + 2 * i, 3, "%02x", bytes[i]);
  crypto_wipe(bytes, sizeof bytes);
  return true;
}

/* ---- the code ---- */

static bool code_make(char code[PAGE_CODE_DIGITS + 1]) {
  uint8_t byte = 0;
  for (size_t i = 0; i < PAGE_CODE_DIGITS; i++) {
    do
      if (!crypto_random(&byte, 1))
        return false;
    while (byte >= 250);
    code[i] = (char)('0' + byte % 10);
  }
  code[PAGE_CODE_DIGITS] = 0;
  return true;
}

static bool code_write(const char *path, const char *code) {
  char beside[1300], line[PAGE_CODE_DIGITS + 2];
  snprintf(beside, sizeof beside, "%s.new", path);
  int len = snprintf(line, sizeof line, "%s\n", code);
  (void)unlink(beside);
  int fd = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR);
  bool good = fd >= 0 && write(fd, line, (size_t)len) == len;
  if (fd >= 0)
    good = close(fd) == 0 && good;
  return good && rename(beside, path) == 0;
}

enum status page_code_renew(struct register_page *page) {
  page->wrong = 0;
  if (code_make(page->code) && code_write(page->code_path, page->code))
    return STATUS_OK;
  page->code[0] = 0; /* nobody knows it */
  return STATUS_STORE_FAILED;
}

static bool same(const char *shown, const char *known) {
  char a[256] = "", b[256] = "";
  if (known[0] == 0 || strlen(shown) >= sizeof a || strlen(known) >= sizeof b)
    return false;
  memcpy(a, shown, strlen(shown));
  memcpy(b, known, strlen(known));
  bool equal = crypto_equal(a, b, sizeof a);
  crypto_wipe(a, sizeof a);
  crypto_wipe(b, sizeof b);
  return equal;
}

/* ---- sessions ---- */

static const char *peer_of(struct evhttp_request *raw) {
  char *address = NULL;
  ev_uint16_t port = 0;
  evhttp_connection_get_peer(evhttp_request_get_connection(raw), &address, &port);
  return address != NULL ? address : "";
}

static bool is_over(const struct page_session *session, int64_t now) {
  return now - session->begun > SESSION_S || now - session->used > IDLE_S || now < session->used - 60;
}

static bool cookie_of(struct evhttp_request *raw, char token[PAGE_TOKEN_SIZE]) {
  const char *field = evhttp_find_header(evhttp_request_get_input_headers(raw), "Cookie");
  size_t len = sizeof COOKIE - 1;
  for (; field != NULL && field[0] != 0; field += strcspn(field, ";")) {
    field += strspn(field, "; ");
    if (strncmp(field, COOKIE "=", len + 1) != 0)
      continue;
    field += len + 1;
    size_t digits = strspn(field, "0123456789abcdef");
    if (digits != PAGE_TOKEN_SIZE - 1)
      return false;
    memcpy(token, field, digits);
    token[digits] = 0;
    return true;
  }
  return false;
}

struct page_session *page_session_find(struct register_page *page, struct evhttp_request *raw) {
  char token[PAGE_TOKEN_SIZE];
  int64_t now = (int64_t)time(NULL);
  struct page_session *found = NULL;
  if (!cookie_of(raw, token))
    return NULL;
  for (size_t i = 0; i < PAGE_SESSIONS; i++) {
    struct page_session *session = &page->sessions[i];
    if (session->token[0] != 0 && is_over(session, now))
      page_session_end(session);
    if (same(token, session->token) && strcmp(session->peer, peer_of(raw)) == 0)
      found = session;
  }
  if (found != NULL)
    found->used = now;
  return found;
}

static struct page_session *session_place(struct register_page *page) {
  struct page_session *place = &page->sessions[0];
  for (size_t i = 1; i < PAGE_SESSIONS && place->token[0] != 0; i++)
    if (page->sessions[i].token[0] == 0 || page->sessions[i].used < place->used)
      place = &page->sessions[i];
  page_session_end(place);
  return place;
}

static bool is_locked(struct register_page *page, int64_t now) {
  if (now - page->refused_since >= 60 || now < page->refused_since) {
    page->refused = 0;
    page->refused_since = now;
  }
  return page->refused >= REFUSED_MAX;
}

static bool lets_in(struct register_page *page, const char *shown) {
  if (same(shown, page->code))
    return page_code_renew(page) == STATUS_OK || page->code[0] == 0;
  if (same(shown, page->token))
    return true;
  page->refused++;
  if (++page->wrong >= WRONG_MAX)
    (void)!page_code_renew(page);
  return false;
}

struct page_session *page_session_begin(struct register_page *page, struct evhttp_request *raw, const char *shown,
                                        bool *locked) {
  int64_t now = (int64_t)time(NULL);
  *locked = is_locked(page, now);
  if (*locked || !lets_in(page, shown))
    return NULL;
  struct page_session *session = session_place(page);
  session->begun = session->used = now;
  snprintf(session->peer, sizeof session->peer, "%s", peer_of(raw));
  if (page_random(session->token) && page_random(session->form))
    return session;
  page_session_end(session);
  return NULL;
}

void page_session_end(struct page_session *session) {
  crypto_wipe(session, sizeof *session);
}

void page_cookie(struct page_visit *visit, const struct page_session *session) {
  char cookie[160];
  snprintf(cookie, sizeof cookie, COOKIE "=%s; Path=/; HttpOnly; SameSite=Strict%s%s",
           session != NULL ? session->token : "", session != NULL ? "" : "; Max-Age=0",
           visit->page->tls != NULL ? "; Secure" : "");
  evhttp_add_header(evhttp_request_get_output_headers(visit->raw), "Set-Cookie", cookie);
  crypto_wipe(cookie, sizeof cookie);
}
