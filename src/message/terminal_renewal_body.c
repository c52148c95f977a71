/* SPDX-License-Identifier: Apache-2.0
 * A terminal's request for its next certificates, and the answer to it. */
#include "epurse/message_terminal_renewal.h"

#include "field.h"

json_t *renewal_request_body(const struct renewal_request *request) {
  struct field_writer writer = field_writer();

  if (request->tid[0] != '\0')
    field_put_text(&writer, "tid", request->tid);
  field_put_text(&writer, "signed", request->sealed);
  field_put_binary(&writer, "certificates", request->chain, request->chain_len);
  return field_done(&writer);
}

static void request_take(struct field_reader *reader, struct renewal_request *request) {
  field_text(reader, "signed", 1, request->sealed, sizeof request->sealed);
  field_binary_upto(reader, "certificates", request->chain, sizeof request->chain, &request->chain_len);
}

enum status renewal_request_parse(const json_t *body, struct renewal_request *request) {
  struct field_reader reader = field_reader(body);

  request->tid[0] = '\0';
  request_take(&reader, request);
  return field_end(&reader);
}

enum status renewal_waiting_parse(const json_t *body, struct renewal_request *request) {
  struct field_reader reader = field_reader(body);

  request->tid[0] = '\0';
  if (json_object_size(body) > 0) {
    field_tid(&reader, "tid", request->tid);
    request_take(&reader, request);
  }
  return field_end(&reader);
}

static void files_put(struct field_writer *writer, const struct renewal_files *files) {
  field_put_binary(writer, "terminal_cert", files->terminal_cert, files->terminal_cert_len);
  field_put_binary(writer, "tls_crt", files->chain, files->chain_len);
  field_put_binary(writer, "terminal_ca_cert", files->terminal_ca_cert, files->terminal_ca_cert_len);
}

static void files_take(struct field_reader *reader, struct renewal_files *files) {
  field_binary_upto(reader, "terminal_cert", files->terminal_cert, sizeof files->terminal_cert,
                    &files->terminal_cert_len);
  field_binary_upto(reader, "tls_crt", files->chain, sizeof files->chain, &files->chain_len);
  field_binary_upto(reader, "terminal_ca_cert", files->terminal_ca_cert, sizeof files->terminal_ca_cert,
                    &files->terminal_ca_cert_len);
}

json_t *renewal_files_body(const struct renewal_files *files) {
  struct field_writer writer = field_writer();

  files_put(&writer, files);
  return field_done(&writer);
}

enum status renewal_files_parse(const json_t *body, struct renewal_files *files) {
  struct field_reader reader = field_reader(body);

  *files = (struct renewal_files){.chain_len = 0};
  if (json_object_size(body) > 0)
    files_take(&reader, files);
  return field_end(&reader);
}

json_t *renewal_answer_body(const struct renewal_answer *answer) {
  struct field_writer writer = field_writer();

  field_put_text(&writer, "tid", answer->tid);
  field_put_binary(&writer, "sig_public", answer->sig_public, sizeof answer->sig_public);
  field_put_date(&writer, "expiry", answer->expiry);
  files_put(&writer, &answer->files);
  return field_done(&writer);
}

enum status renewal_answer_parse(const json_t *body, struct renewal_answer *answer) {
  struct field_reader reader = field_reader(body);

  field_tid(&reader, "tid", answer->tid);
  field_binary(&reader, "sig_public", answer->sig_public, sizeof answer->sig_public);
  field_date(&reader, "expiry", answer->expiry);
  files_take(&reader, &answer->files);
  return field_end(&reader);
}
