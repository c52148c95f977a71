/* SPDX-License-Identifier: Apache-2.0
 * Tests of small files: never overwritten, not readable by others, exact in form. */
#include "keys/keyfile.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "epurse/folder.h"
#include "epurse/key.h"
#include "scratch.h"
#include "suites.h"

/* The error of a file system in which a file has one name; 0: that of here. */
static int links_refused;

int link(const char *from, const char *to) {
  if (links_refused == 0)
    return linkat(AT_FDCWD, from, AT_FDCWD, to, 0);
  errno = links_refused;
  return -1;
}

static const uint8_t sample[CRYPTO_AES_KEY_SIZE] = {0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07,
                                                    0xF8, 0xF9, 0xFA, 0xFB, 0xFC, 0xFD, 0xFE, 0xFF};

static mode_t mode_of(const char *name) {
  struct stat facts;

  ck_assert_int_eq(stat(name, &facts), 0);
  return facts.st_mode & 07777;
}

START_TEST(an_aes_key_goes_there_and_back) {
  uint8_t key[CRYPTO_AES_KEY_SIZE];
  size_t len = 0;
  char *text = NULL;

  ck_assert_int_eq(aes_key_store("batch.key", sample), STATUS_OK);
  ck_assert_uint_eq(mode_of("batch.key"), 0600);
  text = scratch_read("batch.key", &len);
  ck_assert_str_eq(text, "0001020304050607f8f9fafbfcfdfeff\n");
  free(text);
  ck_assert_int_eq(aes_key_load("batch.key", key), STATUS_OK);
  ck_assert_mem_eq(key, sample, sizeof key);
}
END_TEST

START_TEST(nothing_is_overwritten) {
  static const uint8_t other[CRYPTO_AES_KEY_SIZE];
  uint8_t key[CRYPTO_AES_KEY_SIZE];

  ck_assert_int_eq(aes_key_store("batch.key", sample), STATUS_OK);
  ck_assert_int_eq(aes_key_store("batch.key", other), STATUS_EXISTS);
  ck_assert_int_eq(public_file_store("batch.key", other, sizeof other), STATUS_EXISTS);
  ck_assert_int_eq(aes_key_load("batch.key", key), STATUS_OK);
  ck_assert_mem_eq(key, sample, sizeof key);
  ck_assert_int_eq(symlink("elsewhere", "link"), 0); /* nor is a name that points to a place yet empty */
  ck_assert_int_eq(aes_key_store("link", sample), STATUS_EXISTS);
  ck_assert_int_ne(access("elsewhere", F_OK), 0);
  ck_assert_int_eq(aes_key_store("no/such/folder", sample), STATUS_STORE_FAILED);
}
END_TEST

/* The name of a finished file: as given here, on exFAT or a USB stick, by SMB, and where a file has all the names that
 * it can. */
static const int refusals[] = {0, EPERM, EOPNOTSUPP, ENOSYS, EMLINK};

START_TEST(a_name_is_given_and_replaces_nothing) {
  static const uint8_t other[CRYPTO_AES_KEY_SIZE];
  uint8_t key[CRYPTO_AES_KEY_SIZE];

  links_refused = refusals[_i];
  ck_assert_int_eq(aes_key_store("aside", sample), STATUS_OK);
  ck_assert_int_eq(folder_rename_new("aside", "name"), STATUS_OK);
  ck_assert_int_ne(access("aside", F_OK), 0);
  ck_assert_int_eq(aes_key_store("aside", other), STATUS_OK);
  ck_assert_int_eq(folder_rename_new("aside", "name"), STATUS_EXISTS);
  ck_assert_int_eq(access("aside", F_OK), 0);
  ck_assert_int_eq(aes_key_load("name", key), STATUS_OK);
  ck_assert_mem_eq(key, sample, sizeof key);
  ck_assert_int_eq(folder_rename_new("nothing", "elsewhere"), STATUS_STORE_FAILED);
  ck_assert_int_eq(errno, ENOENT);
}
END_TEST

/* Of the folder. */
static unsigned files_count(void) {
  DIR *files = opendir(".");
  unsigned count = 0;

  ck_assert_ptr_nonnull(files);
  for (const struct dirent *file = readdir(files); file != NULL; file = readdir(files))
    count += file->d_name[0] != '.';
  ck_assert_int_eq(closedir(files), 0);
  return count;
}

static const char *watched; /* a name; NULL: nobody wants to know */
static bool there_before;   /* it was there when a file was brought to the disk */

/* In place of the system's, which it calls: a power cut may come before any of them has ended. */
int fsync(int fd) {
  int (*real)(int) = NULL;
  *(void **)&real = dlsym(RTLD_NEXT, "fsync"); /* POSIX, dlsym */
  there_before = there_before || (watched != NULL && access(watched, F_OK) == 0);
  watched = NULL;
  return real(fd);
}

/* What is not on the disk yet has not its name. */
START_TEST(a_name_is_of_something_whole) {
  watched = "whole.key";
  there_before = false;
  ck_assert_int_eq(aes_key_store("whole.key", sample), STATUS_OK);
  ck_assert_ptr_null(watched);
  ck_assert(!there_before);
  ck_assert_int_eq(aes_key_store("whole.key", sample), STATUS_EXISTS);
  ck_assert_uint_eq(files_count(), 1); /* nothing beside it */
}
END_TEST

static const mode_t modes[] = {0640, 0604, 0620, 0602, 0610, 0601, 0644, 0666};

START_TEST(an_exposed_key_is_refused) {
  uint8_t key[CRYPTO_AES_KEY_SIZE] = {0};

  scratch_write("batch.key", modes[_i], "0001020304050607f8f9fafbfcfdfeff\n", 33);
  ck_assert_int_eq(aes_key_load("batch.key", key), STATUS_KEY_EXPOSED);
  ck_assert_int_eq(chmod("batch.key", 0400), 0);
  ck_assert_int_eq(aes_key_load("batch.key", key), STATUS_OK);
}
END_TEST

static const char *const malformed[] = {"",
                                        "\n",
                                        "0001020304050607f8f9fafbfcfdfef",
                                        "0001020304050607f8f9fafbfcfdfeff0",
                                        "0001020304050607f8f9fafbfcfdfeff\n\n",
                                        "0001020304050607f8f9fafbfcfdfeff ",
                                        " 0001020304050607f8f9fafbfcfdfeff",
                                        "00 01020304050607f8f9fafbfcfdfeff",
                                        "0001020304050607f8f9fafbfcfdfefg",
                                        "0001020304050607f8f9fafbfcfdfeff\n0"};

START_TEST(a_malformed_key_is_refused) {
  static const uint8_t wiped[CRYPTO_AES_KEY_SIZE];
  uint8_t key[CRYPTO_AES_KEY_SIZE] = {0};

  scratch_write("batch.key", 0600, malformed[_i], strlen(malformed[_i]));
  ck_assert_int_eq(aes_key_load("batch.key", key), STATUS_BAD_KEY);
  ck_assert_mem_eq(key, wiped, sizeof key);
}
END_TEST

START_TEST(other_things_than_files_are_no_keys) {
  uint8_t key[CRYPTO_AES_KEY_SIZE];

  ck_assert_int_eq(aes_key_load("missing", key), STATUS_NOT_FOUND);
  ck_assert_int_eq(mkfifo("pipe", 0600), 0); /* must not hang either */
  ck_assert_int_eq(aes_key_load("pipe", key), STATUS_BAD_KEY);
  ck_assert_int_eq(mkdir("folder", 0700), 0);
  ck_assert_int_eq(aes_key_load("folder", key), STATUS_BAD_KEY);
}
END_TEST

START_TEST(public_files_go_there_and_back) {
  uint8_t large[KEYFILE_MAX + 1], *data = NULL;
  size_t len = 0;

  memset(large, 0xA5, sizeof large);
  ck_assert_int_eq(public_file_store("root.crt", large, KEYFILE_MAX), STATUS_OK);
  ck_assert_uint_eq(mode_of("root.crt"), 0644);
  ck_assert_int_eq(public_file_load("root.crt", &data, &len), STATUS_OK);
  ck_assert_uint_eq(len, KEYFILE_MAX);
  ck_assert_mem_eq(data, large, len);
  free(data);
  ck_assert_int_eq(public_file_store("more", large, sizeof large), STATUS_OK);
  ck_assert_int_eq(public_file_load("more", &data, &len), STATUS_BAD_LENGTH);
  ck_assert_ptr_null(data);
  ck_assert_int_eq(public_file_load("missing", &data, &len), STATUS_NOT_FOUND);
  ck_assert_ptr_null(data);
}
END_TEST

#define LINE_16 "404142434445464748494a4b4c4d4e4f"
#define LINE_24 LINE_16 "0011223344556677"
#define LINE_32 LINE_16 LINE_16

/* One key for all three, or three of one length. */
START_TEST(domain_keys_are_one_line_or_three) {
  static const struct {
    const char *text;
    size_t len; /* 0: refused */
  } rows[] = {{LINE_16 "\n", 16},
              {LINE_16, 16},
              {LINE_24 "\n", 24},
              {LINE_32 "\n", 32},
              {LINE_16 "\n" LINE_16 "\n00112233445566778899aabbccddeeff\n", 16},
              {"", 0},
              {LINE_16 "\n" LINE_16 "\n", 0},
              {LINE_16 "\n" LINE_24 "\n" LINE_16 "\n", 0},
              {LINE_16 "\n" LINE_16 "\n" LINE_16 "\n" LINE_16 "\n", 0},
              {LINE_16 "\n\n" LINE_16 "\n", 0},
              {LINE_16 " \n", 0},
              {LINE_16 "00\n", 0},
              {"g" LINE_16, 0}};
  uint8_t keys[3][DOMAIN_KEY_FILE_MAX];
  size_t len = 0;

  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    unlink("domain.key");
    scratch_write("domain.key", 0600, rows[i].text, strlen(rows[i].text));
    ck_assert_int_eq(domain_key_load("domain.key", keys, &len), rows[i].len != 0 ? STATUS_OK : STATUS_BAD_KEY);
    if (rows[i].len != 0) {
      ck_assert_uint_eq(len, rows[i].len);
      ck_assert_mem_eq(keys[0], keys[1], len);
      ck_assert_uint_eq(keys[2][0], i == 4 ? 0x00 : 0x40);
    }
  }
  ck_assert_int_eq(chmod("domain.key", 0644), 0);
  ck_assert_int_eq(domain_key_load("domain.key", keys, &len), STATUS_KEY_EXPOSED);
}
END_TEST

START_TEST(a_folder_is_found_by_what_it_holds) {
  ck_assert_int_eq(folder_sync("."), STATUS_OK);
  ck_assert_int_eq(folder_sync_of("new.key"), STATUS_OK);
  ck_assert_int_eq(folder_sync_of("./new.key"), STATUS_OK);
  ck_assert_int_eq(folder_sync_of("/new.key"), STATUS_OK);
  scratch_write("file", 0600, "", 0);
  ck_assert_int_eq(folder_sync("file"), STATUS_STORE_FAILED);
  ck_assert_int_eq(folder_sync_of("missing/new.key"), STATUS_STORE_FAILED);
}
END_TEST

Suite *keyfile_suite(void) {
  Suite *suite = suite_create("keyfile");
  TCase *tests = tcase_create("keyfile");

  tcase_add_checked_fixture(tests, scratch_enter, scratch_leave);
  tcase_add_test(tests, an_aes_key_goes_there_and_back);
  tcase_add_test(tests, nothing_is_overwritten);
  tcase_add_loop_test(tests, a_name_is_given_and_replaces_nothing, 0, sizeof refusals / sizeof refusals[0]);
  tcase_add_test(tests, a_name_is_of_something_whole);
  tcase_add_loop_test(tests, an_exposed_key_is_refused, 0, sizeof modes / sizeof modes[0]);
  tcase_add_loop_test(tests, a_malformed_key_is_refused, 0, sizeof malformed / sizeof malformed[0]);
  tcase_add_test(tests, other_things_than_files_are_no_keys);
  tcase_add_test(tests, domain_keys_are_one_line_or_three);
  tcase_add_test(tests, public_files_go_there_and_back);
  tcase_add_test(tests, a_folder_is_found_by_what_it_holds);
  suite_add_tcase(suite, tests);
  return suite;
}
