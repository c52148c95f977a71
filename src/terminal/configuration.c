/* SPDX-License-Identifier: Apache-2.0
 * A terminal's configuration: its file, and what that says. */
#include "configuration.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "epurse/sentence.h"
#include "epurse/settings.h"
#include "epurse/terminal.h"
#include "epurse/x509.h"

#include "identity.h"

#define FONT "/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf" /* fonts-dejavu-core */

static const struct settings_row terminal_rows[] = {
    {"terminal", "id", NULL, SETTING_TEXT, 0, 0},          {"terminal", "role", NULL, SETTING_TEXT, 0, 0},
    {"terminal", "merchant", "", SETTING_TEXT, 0, 0},      {"terminal", "merchant_name", "", SETTING_TEXT, 0, 0},
    {"terminal", "currency", NULL, SETTING_TEXT, 0, 0},    {"server", "url", NULL, SETTING_TEXT, 0, 0},
    {"server", "timeout", "10", SETTING_NUMBER, 1, 120}, /* seconds */
    {"reader", "answer", "30", SETTING_NUMBER, 1, 300},  /* seconds; READER_ANSWER_SECONDS */
    {"tender", "driver", "cash", SETTING_TEXT, 0, 0},      {"files", "journal", "journal.db", SETTING_PATH, 0, 0},
    {"files", "receipts", "receipts", SETTING_PATH, 0, 0}, {"pos", "offline", "", SETTING_TEXT, 0, 0},
    {"pos", "list_hours", "72", SETTING_NUMBER, 1, 720},   {"printer", "output", "", SETTING_TEXT, 0, 0},
    {"printer", "width", "80", SETTING_NUMBER, 58, 80},    {"printer", "copies", "1", SETTING_NUMBER, 0, 2},
    {"printer", "drawer", "no", SETTING_TEXT, 0, 0},       {"printer", "before", "ask", SETTING_TEXT, 0, 0},
    {"printer", "timeout", "10", SETTING_NUMBER, 1, 120}, /* seconds */
    {"printer", "qr", "raster", SETTING_TEXT, 0, 0},       {"printer", "code_table", "19", SETTING_NUMBER, 0, 255},
    {"printer", "text", "page", SETTING_TEXT, 0, 0},       {"printer", "font", FONT, SETTING_PATH, 0, 0},
};

/* Copies a setting; false where it does not fit. */
static bool text_take(const struct settings *settings, const char *section, const char *name, char *text,
                      size_t capacity) {
  int length = snprintf(text, capacity, "%s", settings_text(settings, section, name));
  return length >= 0 && (size_t)length < capacity;
}

static bool folder_take(const struct settings *settings, char *text, size_t capacity) {
  int length = snprintf(text, capacity, "%s", settings_folder(settings));
  return length >= 0 && (size_t)length < capacity;
}

/* Whether payments are taken while the server does not answer. */
static bool offline_take(const struct settings *settings, struct terminal *terminal) {
  const char *use = settings_text(settings, "pos", "offline");
  terminal->offline.list_hours = (int)settings_number(settings, "pos", "list_hours");
  terminal->offline.use = strcmp(use, "auto") == 0 ? OFFLINE_USE_AUTO : OFFLINE_USE_NEVER;
  terminal->offline.forbidden = strcmp(use, "never") == 0;
  return use[0] == 0 || terminal->offline.forbidden || terminal->offline.use == OFFLINE_USE_AUTO;
}

/* Which of two words it is; false: neither. */
static bool word_take(const struct settings *settings, const char *name, const char *yes, const char *no, bool *is) {
  const char *word = settings_text(settings, "printer", name);
  *is = strcmp(word, yes) == 0;
  return *is || strcmp(word, no) == 0;
}

/* Which of three words it is, from 0; 3: none. */
static unsigned choice_of(const struct settings *settings, const char *name, const char *const words[3]) {
  unsigned choice = 0;
  while (choice < 3 && strcmp(settings_text(settings, "printer", name), words[choice]) != 0)
    choice++;
  return choice;
}

/* A file that is printed to lies beside the configuration unless it says where. */
static bool output_take(const struct settings *settings, struct print_setting *printer) {
  const char *output = settings_text(settings, "printer", "output");
  bool beside = strncmp(output, "file:", 5) == 0 && output[5] != '/';
  int length =
      beside ? snprintf(printer->output, sizeof printer->output, "file:%s/%s", settings_folder(settings), output + 5)
             : snprintf(printer->output, sizeof printer->output, "%s", output);
  return length >= 0 && (size_t)length < sizeof printer->output;
}

/* What is wrong with [printer]; NULL: nothing. */
static const char *printer_take(const struct settings *settings, struct print_setting *printer) {
  printer->width = (uint8_t)settings_number(settings, "printer", "width");
  printer->copies = (uint8_t)settings_number(settings, "printer", "copies");
  printer->timeout = (uint8_t)settings_number(settings, "printer", "timeout");
  printer->code_table = (uint8_t)settings_number(settings, "printer", "code_table");
  if (!output_take(settings, printer))
    return SENTENCE("[printer] output: too long");
  if (printer->width != 58 && printer->width != 80)
    return SENTENCE("[printer] width: 58 or 80");
  if (!word_take(settings, "drawer", "yes", "no", &printer->drawer))
    return SENTENCE("[printer] drawer: yes or no");
  if (!word_take(settings, "before", "ask", "ignore", &printer->ask))
    return SENTENCE("[printer] before: ask or ignore");
  unsigned codes = choice_of(settings, "qr", (const char *const[3]){"raster", "native", "none"});
  unsigned words = choice_of(settings, "text", (const char *const[3]){"page", "mixed", "drawn"});
  printer->codes = (enum print_codes)codes;
  printer->words = (enum print_words)words;
  if (codes == 3)
    return SENTENCE("[printer] qr: raster, native or none");
  if (words == 3)
    return SENTENCE("[printer] text: page, mixed or drawn");
  return text_take(settings, "printer", "font", printer->font, sizeof printer->font)
             ? NULL
             : SENTENCE("[printer] font: the path is too long");
}

enum status terminal_configure(struct terminal *terminal, const struct settings *settings, char problem[256]) {
  const char *wrong = NULL;
  if (!text_take(settings, "terminal", "id", terminal->tid, sizeof terminal->tid) ||
      !tid_valid((const uint8_t *)terminal->tid))
    wrong = SENTENCE("[terminal] id: 8 printable characters without blanks");
  else if (role_by_name(settings_text(settings, "terminal", "role"), &terminal->role) != STATUS_OK)
    wrong = SENTENCE("[terminal] role: pos, reload, perso or admin");
  else if (!text_take(settings, "terminal", "merchant", terminal->merchant, sizeof terminal->merchant))
    wrong = SENTENCE("[terminal] merchant: at most 15 characters");
  else if (!text_take(settings, "terminal", "merchant_name", terminal->merchant_name, sizeof terminal->merchant_name))
    wrong = SENTENCE("[terminal] merchant_name: at most 63 bytes");
  else if (!text_take(settings, "tender", "driver", terminal->tender_spec, sizeof terminal->tender_spec))
    wrong = SENTENCE("[tender] driver: too long");
  else if (!folder_take(settings, terminal->folder, sizeof terminal->folder))
    wrong = SENTENCE("its directory: the path is too long");
  else if (!text_take(settings, "files", "receipts", terminal->receipts, sizeof terminal->receipts))
    wrong = SENTENCE("[files] receipts: the path is too long");
  else if (!offline_take(settings, terminal))
    wrong = SENTENCE("[pos] offline: never or auto");
  else
    wrong = printer_take(settings, &terminal->printer);
  terminal->answer_seconds = (int)settings_number(settings, "reader", "answer");
  terminal->currency = currency_by_code(settings_text(settings, "terminal", "currency"));
  if (wrong == NULL && terminal->currency == NULL)
    wrong = SENTENCE("[terminal] currency: three letters of ISO 4217, like EUR");
  if (wrong == NULL)
    return STATUS_OK;
  snprintf(problem, 256, "%s", wrong);
  return STATUS_BAD_CONFIG;
}

/* DIR stands for DIR/terminal.conf. */
static enum status config_path(const char *path, char file[IDENTITY_PATH_MAX]) {
  struct stat facts;
  if (stat(path, &facts) == 0 && S_ISDIR(facts.st_mode))
    return identity_path(path, "terminal.conf", file);
  int length = snprintf(file, IDENTITY_PATH_MAX, "%s", path);
  return length > 0 && length < IDENTITY_PATH_MAX ? STATUS_OK : STATUS_NO_CONFIG;
}

enum status terminal_settings_load(const char *path, struct settings **settings, char problem[256]) {
  char file[IDENTITY_PATH_MAX];
  enum status status = config_path(path, file);
  return status == STATUS_OK
             ? settings_load(file, terminal_rows, sizeof terminal_rows / sizeof terminal_rows[0], settings, problem)
             : status;
}

enum status terminal_describe(const char *path, struct terminal *terminal, char problem[256]) {
  struct settings *settings = NULL;
  problem[0] = 0;
  enum status status = terminal_settings_load(path, &settings, problem);
  if (status == STATUS_OK)
    status = terminal_configure(terminal, settings, problem);
  settings_free(&settings);
  return status;
}
