/* SPDX-License-Identifier: Apache-2.0
 * Printers that print, that are off, slow or without paper; files, devices and queues. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "epurse/print.h"
#include "paper.h"
#include "suites.h"
#include "world/folder.h"

#define PATIENCE 60 /* seconds */

static char folder[256];

static void begin(void) {
  ck_assert(folder_make(NULL, "print ", folder, sizeof folder));
}

static void end(void) {
  ck_assert(folder_remove(folder));
}

/* What is waited for as long as this machine needs; one that never comes to an end has a second. */
static struct print_setting setting_of(const char *kind, const char *rest) {
  struct print_setting setting = {.width = 58, .code_table = 19, .timeout = PATIENCE, .ask = true};
  snprintf(setting.output, sizeof setting.output, "%s%s", kind, rest);
  return setting;
}

static struct print_document *document_of(size_t lines) {
  struct print_document *document = NULL;
  ck_assert_int_eq(print_document_new(&document), STATUS_OK);
  for (size_t i = 0; i < lines; i++)
    print_line(document, PRINT_LEFT, PRINT_PLAIN, "a line of a receipt");
  print_cut(document);
  return document;
}

static enum status print_lines(const struct print_setting *setting, size_t lines) {
  struct print_document *document = document_of(lines);
  enum status status = printer_print(setting, document);
  print_document_free(&document);
  return status;
}

static size_t file_read(const char *path, char *data, size_t size) {
  FILE *file = fopen(path, "r");
  ck_assert_ptr_nonnull(file);
  size_t len = fread(data, 1, size - 1, file);
  data[len] = 0;
  fclose(file);
  return len;
}

/* ---- TCP ---- */

static const struct {
  enum paper_mode mode;
  enum status ready, printed;
  size_t lines;
  bool whole; /* all of it came */
  uint8_t timeout;
} printers[] = {
    {PAPER_GOOD, STATUS_OK, STATUS_OK, 20, true, PATIENCE},
    {PAPER_SILENT, STATUS_OK, STATUS_OK, 20, true, PATIENCE},
    {PAPER_OUT, STATUS_PRINTER_PAPER, STATUS_PRINTER_PAPER, 20, false, PATIENCE},
    {PAPER_LID, STATUS_PRINTER_OFF, STATUS_PRINTER_OFF, 20, false, PATIENCE},
    {PAPER_SIMPLE, STATUS_OK, STATUS_OK, 20, true, 1},
    {PAPER_RUNS_OUT, STATUS_OK, STATUS_PRINTER_PAPER, 20, true, PATIENCE},
    {PAPER_STUCK, STATUS_OK, STATUS_PRINTER_OFF, 400000, false, 1},
    {PAPER_DROPS, STATUS_OK, STATUS_PRINTER_OFF, 20, false, PATIENCE},
};

START_TEST(printers_of_every_mood) {
  struct paper paper;
  char port[32];
  paper_start(&paper, printers[_i].mode);
  snprintf(port, sizeof port, "127.0.0.1:%d", paper.port);
  struct print_setting setting = setting_of("tcp:", port);
  setting.timeout = printers[_i].timeout;
  ck_assert_int_eq(printer_ready(&setting), printers[_i].ready);
  ck_assert_int_eq(print_lines(&setting, printers[_i].lines), printers[_i].printed); /* whatever it does, it ends */
  paper_stop(&paper);
  bool whole = paper.len == 7 + 20 * printers[_i].lines + 6;
  ck_assert_int_eq(whole, printers[_i].whole);
}
END_TEST

START_TEST(nobody_there) {
  char port[32];
  snprintf(port, sizeof port, "127.0.0.1:%d", port_claim());
  struct print_setting setting = setting_of("tcp:", port);
  ck_assert_int_eq(printer_ready(&setting), STATUS_PRINTER_OFF);
  ck_assert_int_eq(print_lines(&setting, 1), STATUS_PRINTER_OFF);
}
END_TEST

START_TEST(names_of_printers) {
  static const char *const good[] = {"file:/x",   "device:/dev/usb/lp0", "tcp:till",      "tcp:10.0.0.7:9101",
                                     "tcp:[::1]", "tcp:[fe80::1]:9100",  "queue:receipts"};
  static const char *const bad[] = {"",         "file:",    "tcp:",      "tcp:till:", "tcp:till:x",   "tcp:till:123456",
                                    "tcp:[::1", "queue:-o", "queue:a b", "lpt1",      "tcp:[::1]9100"};
  for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
    ck_assert_msg(printer_named(good[i]), "%s", good[i]);
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    struct print_setting setting = setting_of(bad[i], "");
    ck_assert_msg(!printer_named(bad[i]), "%s", bad[i]);
    ck_assert_int_eq(printer_ready(&setting), STATUS_PRINTER_OFF);
  }
}
END_TEST

/* ---- files, devices, queues ---- */

START_TEST(files_grow) {
  char path[300], data[4096];
  snprintf(path, sizeof path, "%s/paper.bin", folder);
  struct print_setting setting = setting_of("file:", path);
  ck_assert_int_eq(printer_ready(&setting), STATUS_OK);
  ck_assert_int_eq(print_lines(&setting, 1), STATUS_OK);
  ck_assert_int_eq(print_lines(&setting, 1), STATUS_OK);
  ck_assert_uint_eq(file_read(path, data, sizeof data), 2 * (7 + 20 + 6));
  snprintf(path, sizeof path, "%s/paper.txt", folder);
  setting = setting_of("file:", path);
  ck_assert_int_eq(print_lines(&setting, 1), STATUS_OK);
  file_read(path, data, sizeof data);
  ck_assert_str_eq(data, "a line of a receipt\n\n");
  setting = setting_of("file:", "/nowhere/paper.txt");
  ck_assert_int_eq(printer_ready(&setting), STATUS_PRINTER_OFF);
  ck_assert_int_eq(print_lines(&setting, 1), STATUS_PRINTER_OFF);
  setting = setting_of("file:", "/dev/full");
  ck_assert_int_eq(print_lines(&setting, 1), STATUS_PRINTER_OFF);
}
END_TEST

START_TEST(devices_never_hang) {
  char path[300], name[300], data[64];
  snprintf(path, sizeof path, "%s/lp0", folder);
  struct print_setting setting = setting_of("device:", path);
  ck_assert_int_eq(printer_ready(&setting), STATUS_PRINTER_OFF); /* unplugged */
  int file = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0600);
  ck_assert_int_ge(file, 0);
  ck_assert_int_eq(print_lines(&setting, 1), STATUS_OK);
  close(file);
  int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC); /* a serial one that takes nothing */
  ck_assert_int_ge(master, 0);
  ck_assert(grantpt(master) == 0 && unlockpt(master) == 0 && ptsname_r(master, name, sizeof name) == 0);
  setting = setting_of("device:", name);
  setting.timeout = 1;
  ck_assert_int_eq(print_lines(&setting, 20000), STATUS_PRINTER_OFF);
  ck_assert_int_gt(read(master, data, sizeof data), 0);
  close(master);
}
END_TEST

/* A program of that name that does what the script says. */
static void lp_make(const char *script) {
  char path[300], text[1024];
  snprintf(path, sizeof path, "%s/lp", folder);
  FILE *file = fopen(path, "w");
  ck_assert_ptr_nonnull(file);
  fprintf(file, "#!/bin/sh\n%s\n", script);
  fclose(file);
  ck_assert_int_eq(chmod(path, 0700), 0);
  snprintf(text, sizeof text, "%s:/usr/bin:/bin", folder);
  ck_assert_int_eq(setenv("PATH", text, 1), 0);
  ck_assert_int_eq(setenv("OUT", folder, 1), 0);
}

START_TEST(queues) {
  char path[300], data[4096];
  struct print_setting setting = setting_of("queue:", "receipts");
  lp_make("echo \"$*\" >\"$OUT/said\"; cat >\"$OUT/data\"");
  ck_assert_int_eq(printer_ready(&setting), STATUS_OK);
  ck_assert_int_eq(print_lines(&setting, 2000), STATUS_OK);
  snprintf(path, sizeof path, "%s/said", folder);
  file_read(path, data, sizeof data);
  ck_assert_str_eq(data, "-s -d receipts -o raw\n");
  struct stat facts;
  snprintf(path, sizeof path, "%s/data", folder);
  ck_assert_int_eq(stat(path, &facts), 0);
  ck_assert_int_eq(facts.st_size, 7 + 20 * 2000 + 6);
  lp_make("exit 1"); /* no such queue */
  ck_assert_int_eq(print_lines(&setting, 2000), STATUS_PRINTER_OFF);
  lp_make("cat >/dev/null; exec sleep 600");
  setting.timeout = 1;
  ck_assert_int_eq(print_lines(&setting, 1), STATUS_PRINTER_OFF);
  ck_assert_int_eq(setenv("PATH", "/nowhere", 1), 0);
  ck_assert_int_eq(print_lines(&setting, 1), STATUS_PRINTER_OFF);
}
END_TEST

Suite *printer_suite(void) {
  Suite *suite = suite_create("printer");
  TCase *cases = tcase_create("printer");
  tcase_set_timeout(cases, 30);
  tcase_add_checked_fixture(cases, begin, end);
  tcase_add_loop_test(cases, printers_of_every_mood, 0, (int)(sizeof printers / sizeof printers[0]));
  tcase_add_test(cases, nobody_there);
  tcase_add_test(cases, names_of_printers);
  tcase_add_test(cases, files_grow);
  tcase_add_test(cases, devices_never_hang);
  tcase_add_test(cases, queues);
  suite_add_tcase(suite, cases);
  return suite;
}
