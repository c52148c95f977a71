/* SPDX-License-Identifier: Apache-2.0
 * epurse-apdu: plays APDU scripts to a card and holds its answers against what they expect; TAP. */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apdu_script.h"
#include "cmd/frame/option.h"
#include "cmd/frame/problem.h"
#include "epurse/bytes.h"
#include "epurse/reader.h"
#include "epurse/secret.h"
#include "epurse/vcard.h"

struct apdu_options {
  const char *reader, *vcard;
  int64_t wait_seconds; /* 0: the card is there; -1: for ever */
  bool verbose;
};

/* What a run of scripts needs. */
struct player {
  const struct apdu_options *options;
  struct vcard *vcard;
  struct reader *reader;
  const char *path;
  size_t number; /* of the last test point */
};

EPURSE_MUST_USE static enum status fail(enum status status, const char *what, const char *detail) {
  fprintf(stderr, "epurse-apdu: %s%s%s%s%s\n", what, what[0] != 0 ? ": " : "", status_sentence(status),
          detail[0] != 0 ? ": " : "", detail);
  return status;
}

/* ---- output: TAP; what passes over the wire is a comment in it ---- */

static void print_bytes(const char *mark, const uint8_t *bytes, size_t len) {
  printf("# %s", mark);
  for (size_t i = 0; i < len; i++)
    printf(" %02X", bytes[i]);
  putchar('\n');
}

static void print_answer(const char *mark, const uint8_t *answer, size_t len) {
  char text[64];
  print_bytes(mark, answer, len);
  if (len >= 2)
    printf("#   %s\n", apdu_sw_text(bytes_u16(answer + len - 2), text));
}

/* The first bytes of a command name a test point well enough. */
static void print_point(struct player *player, const struct apdu_step *step, bool fits) {
  printf("%sok %zu - %s:%u", fits ? "" : "not ", ++player->number, player->path, step->line);
  for (size_t i = 0; i < step->len && i < 8; i++)
    printf(" %02X", step->command[i]);
  printf("%s\n", step->len > 8 ? " .." : "");
}

/* ---- playing ---- */

static enum status play_command(struct player *player, const struct apdu_step *step) {
  uint8_t answer[APDU_RESPONSE_MAX];
  size_t len = sizeof answer;
  if (player->options->verbose)
    print_bytes(">", step->command, step->len);
  /* Raw, not reader_transmit: a script shows what the card answers, 61xx and 6Cxx included. */
  enum status status = player->reader->transmit(player->reader->context, step->command, step->len, answer, &len);
  if (status != STATUS_OK)
    return fail(status, player->path, "");
  if (player->options->verbose)
    print_answer("<", answer, len);
  if (step->expected == NULL)
    return STATUS_OK;
  bool fits = apdu_step_fits(step, answer, len);
  print_point(player, step, fits);
  if (fits)
    return STATUS_OK;
  printf("# expected %s\n", step->expected);
  print_answer("answered", answer, len);
  return STATUS_BAD_REPLY;
}

static enum status play_reset(struct player *player) {
  enum status status = reader_reset(player->reader);
  if (player->options->verbose)
    printf("# reset\n");
  return status == STATUS_OK ? status : fail(status, player->path, "");
}

static enum status play_script(struct player *player, const struct apdu_script *script) {
  enum status status = play_reset(player); /* each script begins with a card that nobody has spoken to */
  for (size_t i = 0; i < script->count && status == STATUS_OK; i++) {
    const struct apdu_step *step = &script->steps[i];
    status = step->reset ? play_reset(player) : play_command(player, step);
  }
  fflush(stdout);
  return status;
}

static enum status player_open(struct player *player) {
  const struct apdu_options *options = player->options;
  char problem[512] = "";
  if (options->vcard != NULL) {
    enum status status = vcard_open(options->vcard, &player->vcard);
    if (status == STATUS_OK)
      status = reader_open_direct(player->vcard, &player->reader);
    if (status != STATUS_OK)
      return fail(status, options->vcard, "");
  } else {
    enum status status = reader_open_pcsc(options->reader, &player->reader, problem);
    if (status == STATUS_NO_READER && problem[0] != 0) { /* there are some, and none is the one that is meant */
      problem_say("epurse-apdu", "no reader matches '%s'; there are: %s", options->reader, problem);
      return status;
    }
    if (status != STATUS_OK)
      return fail(status, "", problem);
  }
  enum status status = STATUS_OK;
  if (options->wait_seconds != 0)
    status = reader_wait(player->reader, true, (int)options->wait_seconds);
  if (status == STATUS_OK)
    status = reader_connect(player->reader);
  return status == STATUS_OK ? status : fail(status, player->reader->name, "");
}

static enum status load_scripts(char **paths, struct apdu_script **scripts, size_t count, size_t *checks) {
  char problem[128];
  *checks = 0;
  for (size_t i = 0; i < count; i++) {
    enum status status = apdu_script_load(paths[i], &scripts[i], problem);
    if (status != STATUS_OK)
      return fail(status, paths[i], problem);
    *checks += scripts[i]->checks;
  }
  return STATUS_OK;
}

/* All scripts are read before the first command is sent: what is wrong with one must not leave a card half way. */
static enum status play_files(struct player *player, char **paths, size_t count) {
  size_t checks;
  struct apdu_script **scripts = calloc(count, sizeof(struct apdu_script *));
  enum status status = STATUS_NO_MEMORY;
  if (scripts == NULL)
    return fail(status, "", "");
  status = load_scripts(paths, scripts, count, &checks);
  if (status == STATUS_OK)
    status = player_open(player);
  if (status == STATUS_OK)
    printf("1..%zu\n", checks);
  for (size_t i = 0; i < count && status == STATUS_OK; i++) {
    player->path = paths[i];
    status = play_script(player, scripts[i]);
  }
  for (size_t i = 0; i < count; i++)
    apdu_script_free(&scripts[i]);
  free(scripts);
  return status;
}

int main(int argc, char **argv) {
  static const struct option_row rows[] = {
      {"reader", 'r', "SPEC", "EPURSE_READER", OPTION_TEXT, offsetof(struct apdu_options, reader), 0, 0,
       SENTENCE("card reader: part of its name, index, or ATR")},
      {"vcard", 0, "FILE", NULL, OPTION_TEXT, offsetof(struct apdu_options, vcard), 0, 0,
       SENTENCE("play to the virtual card in FILE, without a reader")},
      {"wait", 'w', "SECONDS", NULL, OPTION_OPTIONAL_NUMBER, offsetof(struct apdu_options, wait_seconds), 0, 86400,
       SENTENCE("wait for a card, for ever without SECONDS")},
      {"verbose", 'v', NULL, NULL, OPTION_FLAG, offsetof(struct apdu_options, verbose), 0, 0,
       SENTENCE("print every command and answer")},
      {0}};
  static const struct program program = {
      .name = "epurse-apdu",
      .sentence = SENTENCE("Plays APDU scripts to a card and checks the answers that they expect."),
      .rows = {rows},
      .operands = "SCRIPT...",
      .operands_min = 1};
  struct apdu_options options = {0};
  struct player player = {.options = &options};
  char **paths = NULL;
  size_t count = 0;
  process_harden();
  language_begin();
  enum status status = option_parse(&program, argc, argv, &options, NULL, &paths);
  if (status != STATUS_OK)
    return status_exit_code(status);
  while (paths[count] != NULL)
    count++;
  status = play_files(&player, paths, count);
  if (player.reader != NULL) {
    reader_disconnect(player.reader);
    reader_close(&player.reader);
  }
  vcard_close(&player.vcard);
  return status_exit_code(status);
}
