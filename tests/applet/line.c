/* SPDX-License-Identifier: Apache-2.0
 * The pipe to the applet's runtime. */
#include "line.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "epurse/bytes.h"

static FILE *to_runtime, *from_runtime;

void line_start(const char *command) {
  int down[2], up[2];
  if (pipe(down) != 0 || pipe(up) != 0)
    abort();
  pid_t child = fork();
  if (child < 0)
    abort();
  if (child == 0) {
    if (dup2(down[0], STDIN_FILENO) < 0 || dup2(up[1], STDOUT_FILENO) < 0)
      _exit(127);
    close(down[0]);
    close(down[1]);
    close(up[0]);
    close(up[1]);
    execl("/bin/sh", "sh", "-c", command, (char *)NULL);
    _exit(127);
  }
  close(down[0]);
  close(up[1]);
  to_runtime = fdopen(down[1], "wb");
  from_runtime = fdopen(up[0], "rb");
  if (to_runtime == NULL || from_runtime == NULL)
    abort();
}

void line_receive(void *bytes, size_t len) {
  if (fread(bytes, 1, len, from_runtime) != len) {
    fputs("the applet's runtime is gone\n", stderr);
    abort();
  }
}

const uint8_t *line_order(char letter, const void *body, size_t len, size_t *answer_len) {
  static uint8_t answer[LINE_MAX_ANSWER];
  uint8_t head[3] = {(uint8_t)letter};
  bytes_put_u16(head + 1, (uint16_t)len);
  if (fwrite(head, 1, sizeof head, to_runtime) != sizeof head || fwrite(body, 1, len, to_runtime) != len ||
      fflush(to_runtime) != 0)
    abort();
  line_receive(head, 2);
  *answer_len = bytes_u16(head);
  line_receive(answer, *answer_len);
  return answer;
}
