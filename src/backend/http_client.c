/* SPDX-License-Identifier: Apache-2.0
 * The HTTPS client: libcurl with everything that it would take from its surroundings switched off. */
#include "http_client.h"

#include <curl/curl.h>
#include <openssl/x509_vfy.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "epurse/message_alone.h"

#define URL_MAX_LEN 512

struct http_client {
  CURL *curl;
  struct curl_slist *headers, *headers_alone; /* the second: an answer may come alone */
  char url[URL_MAX_LEN];
  char error[CURL_ERROR_SIZE];
  enum status ended;                               /* the last POST */
  char trouble[URL_MAX_LEN + CURL_ERROR_SIZE + 2]; /* room for http_client_trouble */
  bool takes_alone;
  bool sent;   /* the last POST, or a part of it */
  bool global; /* curl_global_init was called */
};

/* CURLOPT_WRITEFUNCTION: the body, up to what a message may have; more ends the transfer. */
static size_t answer_write(char *data, size_t size, size_t count, void *context) {
  struct http_answer *answer = context;
  size_t len = size * count;
  if (len > MESSAGE_MAX - answer->len)
    return 0;
  memcpy(answer->text + answer->len, data, len);
  answer->len += len;
  answer->text[answer->len] = 0;
  return len;
}

/* Only this issuer's root is believed; neither the system's authorities nor a proxy from the environment come in. */
static bool client_set_tls(CURL *curl, const struct backend_options *options) {
  return curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)(CURL_SSLVERSION_TLSv1_3 | CURL_SSLVERSION_MAX_TLSv1_3)) ==
             CURLE_OK &&
         curl_easy_setopt(curl, CURLOPT_CAINFO, options->root_certificate) == CURLE_OK &&
         curl_easy_setopt(curl, CURLOPT_CAPATH, (char *)NULL) == CURLE_OK &&
         curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L) == CURLE_OK &&
         curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L) == CURLE_OK &&
         curl_easy_setopt(curl, CURLOPT_SSLCERT, options->certificate) == CURLE_OK &&
         curl_easy_setopt(curl, CURLOPT_SSLKEY, options->private_key) == CURLE_OK &&
         curl_easy_setopt(curl, CURLOPT_PROXY, "") == CURLE_OK &&
         curl_easy_setopt(curl, CURLOPT_NOPROXY, "*") == CURLE_OK;
}

/* The resolver's thread cannot be broken off: it is left alone, or its own time would come on top of ours. */
static bool client_set_exit(CURL *curl) {
#if LIBCURL_VERSION_NUM >= 0x075700
  return curl_easy_setopt(curl, CURLOPT_QUICK_EXIT, 1L) == CURLE_OK;
#else
  return curl != NULL;
#endif
}

static bool client_set_http(struct http_client *client, long timeout_seconds) {
  CURL *curl = client->curl;
  return curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "https") == CURLE_OK &&
         curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1) == CURLE_OK &&
         curl_easy_setopt(curl, CURLOPT_HTTPHEADER, client->headers) == CURLE_OK &&
         curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK &&
         curl_easy_setopt(curl, CURLOPT_TIMEOUT, timeout_seconds) == CURLE_OK &&
         curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, timeout_seconds) == CURLE_OK &&
         curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L) == CURLE_OK && client_set_exit(curl) &&
         curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, client->error) == CURLE_OK &&
         curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, answer_write) == CURLE_OK;
}

static bool headers_make(const char *accept, struct curl_slist **headers) {
  const char *lines[] = {"Content-Type: " MESSAGE_MEDIA_TYPE, accept, "Expect:"};
  for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
    struct curl_slist *longer = curl_slist_append(*headers, lines[i]);
    if (longer == NULL)
      return false;
    *headers = longer;
  }
  return true;
}

/* "https://HOST[:PORT]" and nothing after it but a slash. */
static bool url_take(const char *url, char out[URL_MAX_LEN]) {
  static const char scheme[] = "https://";
  size_t len = strlen(url);
  if (len > 0 && url[len - 1] == '/')
    len--;
  if (strncmp(url, scheme, sizeof scheme - 1) != 0 || len < sizeof scheme || len + 64 > URL_MAX_LEN)
    return false;
  memcpy(out, url, len);
  out[len] = 0;
  return strpbrk(out + sizeof scheme - 1, "/?#@ ") == NULL;
}

enum status http_client_open(const struct backend_options *options, struct http_client **client) {
  enum status status = STATUS_NO_MEMORY;
  *client = NULL;
  struct http_client *fresh = calloc(1, sizeof *fresh);
  if (fresh == NULL)
    return STATUS_NO_MEMORY;
  if (!url_take(options->url, fresh->url)) {
    status = STATUS_BAD_CONFIG;
    goto out;
  }
  (void)unsetenv("SSLKEYLOGFILE"); /* libcurl would write the session's keys there */
  fresh->global = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
  fresh->curl = fresh->global ? curl_easy_init() : NULL;
  if (fresh->curl == NULL)
    goto out;
  if (!headers_make("Accept: " MESSAGE_MEDIA_TYPE ", " PROBLEM_MEDIA_TYPE, &fresh->headers) ||
      !headers_make("Accept: " MESSAGE_MEDIA_TYPE ", " MESSAGE_ALONE_MEDIA_TYPE ", " PROBLEM_MEDIA_TYPE,
                    &fresh->headers_alone))
    goto out;
  if (client_set_tls(fresh->curl, options) && client_set_http(fresh, options->timeout_seconds))
    status = STATUS_OK;
out:
  if (status != STATUS_OK)
    http_client_close(&fresh);
  *client = fresh;
  return status;
}

void http_client_close(struct http_client **client) {
  struct http_client *old = *client;
  *client = NULL;
  if (old == NULL)
    return;
  curl_easy_cleanup(old->curl);
  curl_slist_free_all(old->headers);
  curl_slist_free_all(old->headers_alone);
  if (old->global)
    curl_global_cleanup();
  free(old);
}

/* Why the server's certificate was not believed. */
static enum status verify_status(CURL *curl) {
  long reason = X509_V_OK;
  if (curl_easy_getinfo(curl, CURLINFO_SSL_VERIFYRESULT, &reason) == CURLE_OK &&
      reason == X509_V_ERR_CERT_NOT_YET_VALID)
    return STATUS_CLOCK_OFF;
  return STATUS_BAD_CERTIFICATE;
}

/* In TLS 1.3 the server looks at our certificate when our side of the handshake is over already; its refusal then
 * arrives as an alert where the answer should be (RFC 8446 4.4.2.4). libcurl tells it in words only. */
static bool refused_by_alert(const char *error) {
  return strstr(error, "alert certificate") != NULL || strstr(error, "alert unknown ca") != NULL ||
         strstr(error, "alert bad certificate") != NULL || strstr(error, "alert access denied") != NULL;
}

/* How a transfer on `curl` ended; `error` is what libcurl said beside the code. */
static enum status transfer_status(CURL *curl, const char *error, CURLcode result) {
  switch (result) {
  case CURLE_OK:
    return STATUS_OK;
  case CURLE_PEER_FAILED_VERIFICATION:
  case CURLE_SSL_ISSUER_ERROR:
    return verify_status(curl);
  case CURLE_SSL_CERTPROBLEM:
    return STATUS_BAD_KEY;
  case CURLE_SSL_CACERT_BADFILE:
    return STATUS_BAD_CERTIFICATE;
  case CURLE_WRITE_ERROR: /* answer_write refused: too long */
  case CURLE_WEIRD_SERVER_REPLY:
  case CURLE_UNSUPPORTED_PROTOCOL: /* HTTP/0.9, or no HTTP at all */
    return STATUS_BAD_REPLY;
  case CURLE_OUT_OF_MEMORY:
    return STATUS_NO_MEMORY;
  default:
    return refused_by_alert(error) ? STATUS_TERMINAL_REVOKED : STATUS_NO_SERVER;
  }
}

/* What is wrong with a name has nothing to do with the server: said in a sentence of its own, in place of libcurl's. */
static void name_trouble(CURL *curl, CURLcode result, char error[CURL_ERROR_SIZE]) {
  curl_off_t looked_up = 0;
  bool slow = result == CURLE_OPERATION_TIMEDOUT &&
              curl_easy_getinfo(curl, CURLINFO_NAMELOOKUP_TIME_T, &looked_up) == CURLE_OK && looked_up == 0;
  if (result == CURLE_COULDNT_RESOLVE_HOST)
    (void)snprintf(error, CURL_ERROR_SIZE, "%s",
                   "no address is known for this name; look at the URL, and at this machine's name service (DNS)");
  else if (slow)
    (void)snprintf(error, CURL_ERROR_SIZE, "%s",
                   "the name service (DNS) of this machine did not answer in time; the back-end was not asked");
}

/* Whether a Content-Type is `type`, with or without parameters (RFC 9110 8.3.1). */
static bool media_type_is(const char *content_type, const char *type) {
  size_t len = strlen(type);
  return content_type != NULL && strncasecmp(content_type, type, len) == 0 &&
         (content_type[len] == 0 || content_type[len] == ';' || content_type[len] == ' ');
}

void http_client_take_alone(struct http_client *client, bool alone) {
  client->takes_alone = alone;
}

void http_client_wait(struct http_client *client, long seconds) {
  (void)curl_easy_setopt(client->curl, CURLOPT_TIMEOUT, seconds); /* numbers: they cannot fail */
  (void)curl_easy_setopt(client->curl, CURLOPT_TCP_KEEPALIVE, 1L);
}

enum status http_client_post(struct http_client *client, const char *path, const char *message,
                             struct http_answer *answer) {
  char url[URL_MAX_LEN + 64];
  const char *type = NULL;
  long sent = 0;
  memset(answer, 0, sizeof *answer);
  client->error[0] = 0;
  client->sent = false;
  int length = snprintf(url, sizeof url, "%s%s", client->url, path);
  if (length < 0 || (size_t)length >= sizeof url)
    return STATUS_INTERNAL;
  if (curl_easy_setopt(client->curl, CURLOPT_URL, url) != CURLE_OK ||
      curl_easy_setopt(client->curl, CURLOPT_HTTPHEADER,
                       client->takes_alone ? client->headers_alone : client->headers) != CURLE_OK ||
      curl_easy_setopt(client->curl, CURLOPT_POSTFIELDSIZE, (long)strlen(message)) != CURLE_OK ||
      curl_easy_setopt(client->curl, CURLOPT_COPYPOSTFIELDS, message) != CURLE_OK ||
      curl_easy_setopt(client->curl, CURLOPT_WRITEDATA, (void *)answer) != CURLE_OK)
    return STATUS_NO_MEMORY;
  CURLcode result = curl_easy_perform(client->curl);
  client->sent = curl_easy_getinfo(client->curl, CURLINFO_REQUEST_SIZE, &sent) != CURLE_OK || sent > 0;
  name_trouble(client->curl, result, client->error);
  enum status status = client->ended = transfer_status(client->curl, client->error, result);
  if (status != STATUS_OK)
    return status;
  if (curl_easy_getinfo(client->curl, CURLINFO_RESPONSE_CODE, &answer->code) != CURLE_OK ||
      curl_easy_getinfo(client->curl, CURLINFO_CONTENT_TYPE, &type) != CURLE_OK)
    return STATUS_INTERNAL;
  curl_off_t retry_after = 0;
  if (curl_easy_getinfo(client->curl, CURLINFO_RETRY_AFTER, &retry_after) == CURLE_OK)
    answer->retry_after = (int64_t)retry_after;
  answer->is_message = media_type_is(type, MESSAGE_MEDIA_TYPE);
  answer->is_problem = media_type_is(type, PROBLEM_MEDIA_TYPE);
  answer->is_alone = media_type_is(type, MESSAGE_ALONE_MEDIA_TYPE);
  return STATUS_OK;
}

bool http_client_sent(const struct http_client *client) {
  return client->sent;
}

bool http_client_kept(const struct http_client *client) {
  curl_socket_t line = CURL_SOCKET_BAD;
  if (curl_easy_getinfo(client->curl, CURLINFO_ACTIVESOCKET, &line) != CURLE_OK || line == CURL_SOCKET_BAD)
    return false;
  struct pollfd look = {.fd = line, .events = POLLIN};
  return poll(&look, 1, 0) == 0; /* what comes between two answers is the end of it */
}

/* CURLOPT_WRITEFUNCTION: nobody wants the body. */
static size_t body_drop(char *data, size_t size, size_t count, void *context) {
  (void)data;
  (void)context;
  return size * count;
}

/* CURLOPT_HEADERFUNCTION: the server's clock, from its Date (RFC 9110 6.6.1), at the moment that it comes. */
static size_t header_read(char *data, size_t size, size_t count, void *context) {
  static const char name[] = "date:";
  struct backend_probe *probe = context;
  char text[64];
  size_t len = size * count;
  if (len >= sizeof name && len < sizeof text && strncasecmp(data, name, sizeof name - 1) == 0) {
    memcpy(text, data, len);
    text[len] = 0;
    time_t theirs = curl_getdate(text + sizeof name - 1, NULL);
    if (theirs != -1)
      probe->clock_seconds = (int64_t)theirs - (int64_t)time(NULL);
  }
  return len;
}

/* The last day of the server's own certificate, the first of the chain, as libcurl prints it. */
static int64_t expiry_read(CURL *curl) {
  static const char name[] = "Expire date:";
  struct curl_certinfo *chain = NULL;
  if (curl_easy_getinfo(curl, CURLINFO_CERTINFO, &chain) != CURLE_OK || chain == NULL || chain->num_of_certs < 1)
    return 0;
  for (const struct curl_slist *field = chain->certinfo[0]; field != NULL; field = field->next)
    if (strncmp(field->data, name, sizeof name - 1) == 0) {
      time_t moment = curl_getdate(field->data + sizeof name - 1, NULL);
      return moment == -1 ? 0 : (int64_t)moment;
    }
  return 0;
}

static bool client_set_look(CURL *curl, const char *url, struct backend_probe *probe) {
  return curl_easy_setopt(curl, CURLOPT_URL, url) == CURLE_OK &&
         curl_easy_setopt(curl, CURLOPT_HTTPGET, 1L) == CURLE_OK &&
         curl_easy_setopt(curl, CURLOPT_CERTINFO, 1L) == CURLE_OK &&
         curl_easy_setopt(curl, CURLOPT_FRESH_CONNECT, 1L) == CURLE_OK &&
         curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, body_drop) == CURLE_OK &&
         curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, header_read) == CURLE_OK &&
         curl_easy_setopt(curl, CURLOPT_HEADERDATA, (void *)probe) == CURLE_OK;
}

enum status http_client_look(struct http_client *client, const char *path, struct backend_probe *probe) {
  char url[URL_MAX_LEN + 64];
  char *address = NULL;
  enum status status = STATUS_NO_MEMORY;
  *probe = (struct backend_probe){.url = client->url, .clock_seconds = INT64_MIN};
  client->error[0] = 0;
  CURL *look = curl_easy_duphandle(client->curl); /* the connection that is kept for payments stays as it is */
  if (look == NULL)
    return STATUS_NO_MEMORY;
  (void)snprintf(url, sizeof url, "%s%s", client->url, path);
  if (client_set_look(look, url, probe)) {
    CURLcode result = curl_easy_perform(look);
    name_trouble(look, result, client->error); /* the copy writes where the original does */
    status = transfer_status(look, client->error, result);
    if (result != CURLE_OK)
      (void)snprintf(probe->cause, sizeof probe->cause, "%s",
                     client->error[0] != 0 ? client->error : curl_easy_strerror(result));
    if (curl_easy_getinfo(look, CURLINFO_PRIMARY_IP, &address) == CURLE_OK && address != NULL)
      (void)snprintf(probe->address, sizeof probe->address, "%s", address);
    (void)curl_easy_getinfo(look, CURLINFO_RESPONSE_CODE, &probe->http);
    probe->expires = expiry_read(look);
  }
  curl_easy_cleanup(look);
  return status;
}

const char *http_client_trouble(struct http_client *client, enum status status) {
  if (status == STATUS_OK || status != client->ended || client->error[0] == 0)
    return "";
  (void)snprintf(client->trouble, sizeof client->trouble, "%s: %s", client->url, client->error);
  return client->trouble;
}
