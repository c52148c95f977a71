/* SPDX-License-Identifier: Apache-2.0
 * --events-fd: how far a verb has come, one line of JSON a step, for registers and second displays. */
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "epurse/reader.h"
#include "finish.h"
#include "terminal_program.h"

/* Where there is no room now there is no waiting for it. */
static void line_put(int fd, const char *line) {
  struct pollfd room = {.fd = fd, .events = POLLOUT};
  if (poll(&room, 1, 0) == 1 && (room.revents & POLLOUT) != 0 && write(fd, line, strlen(line)) < 0)
    return; /* whoever wanted to know is gone */
}

void event_tell(const struct terminal_program *self, const char *event, json_t *fields) {
  json_t *object = json_pack("{s:s}", "event", event);
  if (self->events_fd >= 0 && (fields == NULL || json_object_update(object, fields) == 0)) {
    char *text = json_dumps(object, JSON_COMPACT | JSON_PRESERVE_ORDER);
    char *line = text != NULL ? realloc(text, strlen(text) + 2) : NULL;
    if (line != NULL)
      line_put((int)self->events_fd, strcat(line, "\n"));
    free(line != NULL ? line : text);
  }
  json_decref(object);
  json_decref(fields);
}

/* Whose verb leaves the card as it is. */
static bool reads_alone(const struct terminal_program *self) {
  return strcmp(self->verb->name, "balance") == 0 || strcmp(self->verb->name, "log") == 0;
}

void event_step(void *context, enum dialogue_step step) {
  static const char *const names[] = {[DIALOGUE_WAITING] = "waiting",
                                      [DIALOGUE_RETURNING] = "waiting",
                                      [DIALOGUE_CARD_IN] = "card-in",
                                      [DIALOGUE_AUTHORISING] = "authorising"};
  struct terminal_program *self = context;
  if (step == DIALOGUE_WAITING && self->cancel_on_eof && self->reader != NULL)
    reader_cancel_fd(self->reader, STDIN_FILENO); /* a card that was there and went had ended that */
  if (step == DIALOGUE_CARD_IN && !self->met && !reads_alone(self))
    finish_begun(NULL);
  self->met = self->met || step == DIALOGUE_CARD_IN;
  event_tell(self, names[step], NULL);
}

void event_end(const struct terminal_program *self, enum status status) {
  if (self->met)
    event_tell(self, "remove-card", NULL);
  event_tell(self, "result", finish_object(self->verb->name, NULL, status));
}
