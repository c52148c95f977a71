/* SPDX-License-Identifier: Apache-2.0
 * The verb `readers`: which card readers there are, and which holds a purse. */
#include "epurse/reader.h"
#include "language.h"
#include "problem.h"
#include "terminal_program.h"

#define READERS_MAX 32 /* pcsc-lite before 2.5.0 has 16 */

enum status verb_readers(void *context, char **arguments) {
  struct terminal_program *self = context;
  struct reader_row rows[READERS_MAX];
  size_t count = 0;
  (void)arguments;
  enum status status = reader_list(rows, READERS_MAX, &count);
  if (status != STATUS_OK) {
    problem_say_with(self->program->name, status_sentence(status), "%s", status_sentence(status));
    return status;
  }
  json_t *list = json_array();
  for (size_t i = 0; i < count; i++) {
    terminal_program_print(self, "%2u  %-8s %s\n", rows[i].index,
                           rows[i].purse  ? translated("purse")
                           : rows[i].card ? translated("card")
                                          : translated("empty"),
                           rows[i].name);
    json_array_append_new(list, json_pack("{s:i, s:b, s:b, s:s}", "index", (int)rows[i].index, "card",
                                          rows[i].card ? 1 : 0, "purse", rows[i].purse ? 1 : 0, "name", rows[i].name));
  }
  self->report = json_pack("{s:s, s:o}", "operation", "readers", "readers", list);
  if (count > 0)
    return STATUS_OK;
  problem_say_with(self->program->name, status_sentence(STATUS_NO_READER), "%s", status_sentence(STATUS_NO_READER));
  return STATUS_NO_READER;
}
