/* SPDX-License-Identifier: Apache-2.0
 * Well signed nonsense, for the tests. */
#include "forge.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "message/base64url.h"

char *forge_jws(const char *header, const char *payload, const struct key *key) {
  char *header_text = NULL, *payload_text = NULL, *signature_text = NULL, *input = NULL, *jws = NULL;
  uint8_t signature[CRYPTO_SIGNATURE_SIZE];

  ck_assert(base64url_encode((const uint8_t *)header, strlen(header), &header_text));
  ck_assert(base64url_encode((const uint8_t *)payload, strlen(payload), &payload_text));
  ck_assert_int_gt(asprintf(&input, "%s.%s", header_text, payload_text), 0);
  ck_assert_int_eq(key_sign(key, (const uint8_t *)input, strlen(input), signature), STATUS_OK);
  ck_assert(base64url_encode(signature, sizeof signature, &signature_text));
  ck_assert_int_gt(asprintf(&jws, "%s.%s", input, signature_text), 0);
  free(header_text);
  free(payload_text);
  free(signature_text);
  free(input);
  return jws;
}

json_t *forge_json(const char *text) {
  char *copy = strdup(text);
  json_t *value = NULL;

  ck_assert_ptr_nonnull(copy);
  for (char *at = copy; *at != '\0'; at++)
    *at = *at == '\'' ? '"' : *at;
  value = json_loads(copy, JSON_DECODE_ANY, NULL);
  ck_assert_msg(value != NULL, "not JSON: %s", copy);
  free(copy);
  return value;
}

json_t *forge_with(const json_t *object, const char *name, json_t *value) {
  json_t *copy = json_deep_copy(object);

  ck_assert_ptr_nonnull(copy);
  ck_assert_int_eq(value != NULL ? json_object_set_new(copy, name, value) : json_object_del(copy, name), 0);
  return copy;
}

static bool listed(const char *const *list, const char *name) {
  while (*list != NULL && strcmp(*list, name) != 0)
    list++;
  return *list != NULL;
}

static void expect(const json_t *object, forge_parser *parse, enum status status, const char *what) {
  enum status got = parse(object);

  ck_assert_msg(got == status, "%s: %s instead of %s", what, status_name(got), status_name(status));
}

static void field_strictness(const json_t *body, const char *name, forge_parser *parse, bool optional) {
  static const char *const wrong[] = {"null", "1.5", "[]", "{}", "true", "1e2", "'\\u0001'"};
  json_t *changed = forge_with(body, name, NULL);

  expect(changed, parse, optional ? STATUS_OK : STATUS_UNKNOWN_FIELD, name);
  json_decref(changed);
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
    if (strcmp(wrong[i], "true") == 0 && json_is_boolean(json_object_get(body, name)))
      continue;
    changed = forge_with(body, name, forge_json(wrong[i]));
    ck_assert_msg(parse(changed) != STATUS_OK, "took %s for %s", wrong[i], name);
    json_decref(changed);
  }
}

void forge_strictness(const json_t *body, forge_parser *parse, const char *const *optional) {
  const char *name = NULL;
  json_t *value = NULL, *walked = json_deep_copy(body), *changed = forge_with(body, "surplus", json_integer(1));

  ck_assert_ptr_nonnull(walked);
  expect(body, parse, STATUS_OK, "as it was");
  expect(changed, parse, STATUS_UNKNOWN_FIELD, "a field more");
  json_decref(changed);
  json_object_foreach(walked, name, value) {
    field_strictness(body, name, parse, listed(optional, name));
  }
  json_decref(walked);
  changed = json_array();
  expect(changed, parse, STATUS_BAD_FORMAT, "an array");
  expect(NULL, parse, STATUS_BAD_FORMAT, "nothing");
  json_decref(changed);
}
