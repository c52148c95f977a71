/* SPDX-License-Identifier: Apache-2.0
 * The reader of the server's books. */
#include "wire_books.h"

#include <check.h>
#include <curl/curl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "flow_world.h"

struct books_line {
  CURL *curl;
  char text[32768];
  size_t len;
};

static size_t text_write(char *data, size_t size, size_t count, void *context) {
  struct books_line *line = context;
  size_t len = size * count;
  if (len >= sizeof line->text - line->len)
    return 0;
  memcpy(line->text + line->len, data, len);
  line->len += len;
  return len;
}

struct books_line *books_open(void) {
  struct books_line *line = calloc(1, sizeof *line);
  char path[256];
  ck_assert_ptr_nonnull(line);
  line->curl = curl_easy_init();
  ck_assert_ptr_nonnull(line->curl);
  snprintf(path, sizeof path, "https://127.0.0.1:%d/metrics", flow_world.port);
  ck_assert_int_eq(curl_easy_setopt(line->curl, CURLOPT_URL, path), CURLE_OK);
  snprintf(path, sizeof path, "%s/issuer/admin/root.crt", flow_world.folder);
  ck_assert_int_eq(curl_easy_setopt(line->curl, CURLOPT_CAINFO, path), CURLE_OK);
  snprintf(path, sizeof path, "%s/issuer/admin/tls.crt", flow_world.folder);
  ck_assert_int_eq(curl_easy_setopt(line->curl, CURLOPT_SSLCERT, path), CURLE_OK);
  snprintf(path, sizeof path, "%s/issuer/admin/sig.key", flow_world.folder);
  ck_assert_int_eq(curl_easy_setopt(line->curl, CURLOPT_SSLKEY, path), CURLE_OK);
  ck_assert_int_eq(curl_easy_setopt(line->curl, CURLOPT_WRITEFUNCTION, text_write), CURLE_OK);
  ck_assert_int_eq(curl_easy_setopt(line->curl, CURLOPT_WRITEDATA, (void *)line), CURLE_OK);
  ck_assert_int_eq(curl_easy_setopt(line->curl, CURLOPT_NOSIGNAL, 1L), CURLE_OK);
  return line;
}

void books_close(struct books_line **line) {
  curl_easy_cleanup((*line)->curl);
  free(*line);
  *line = NULL;
}

static int64_t row(const struct books_line *line, const char *name) {
  char wanted[64];
  int64_t value = INT64_MIN;
  snprintf(wanted, sizeof wanted, "\n%s ", name);
  const char *at = strstr(line->text, wanted);
  ck_assert_msg(at != NULL, "no %s in the metrics", name);
  ck_assert_int_eq(sscanf(at + strlen(wanted), "%" SCNd64, &value), 1);
  return value;
}

void books_read(struct books_line *line, struct books *books) {
  long code = 0;
  line->len = 0;
  CURLcode result = curl_easy_perform(line->curl);
  ck_assert_msg(result == CURLE_OK, "%s", curl_easy_strerror(result));
  ck_assert_int_eq(curl_easy_getinfo(line->curl, CURLINFO_RESPONSE_CODE, &code), CURLE_OK);
  ck_assert_int_eq(code, 200);
  line->text[line->len] = 0;
  *books = (struct books){.outstanding = row(line, "epurse_outstanding_minor"),
                          .merchants_due = row(line, "epurse_merchants_due_minor"),
                          .tenders_due = row(line, "epurse_tenders_due_minor"),
                          .points = row(line, "epurse_points"),
                          .open_holds = row(line, "epurse_open_holds"),
                          .incidents = row(line, "epurse_incidents_total"),
                          .postings = row(line, "epurse_postings_total")};
}
