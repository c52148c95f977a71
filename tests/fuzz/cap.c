/* SPDX-License-Identifier: Apache-2.0
 * CAP files: sound archives (libzip's own reader has fuzzers of its own) with anything in their components. An input is
 * a list of components: number, length 2, content. */
#include "epurse/cap.h"

#include <stdio.h>
#include <string.h>
#include <zip.h>

#include "epurse/bytes.h"
#include "scratch.h"
#include "target.h"

static const char *const names[] = {"Header",      "Directory",    "Import",      "Applet", "Class", "Method",
                                    "StaticField", "ConstantPool", "RefLocation", "Export", "Debug"};
#define NAME_COUNT (sizeof names / sizeof names[0])
static const uint8_t tags[NAME_COUNT] = {1, 2, 4, 3, 6, 7, 8, 5, 9, 10, 12};

static void *open_scratch(void) {
  return scratch_new();
}

/* Each part of the input as a component with its right tag and length, unless the length says otherwise. */
static void archive_write(const struct scratch *scratch, struct bytes_reader *input) {
  static uint8_t parts[16][FUZZ_INPUT_MAX + 3];
  int error = 0;
  zip_t *archive = zip_open(scratch->path, ZIP_CREATE | ZIP_TRUNCATE, &error);

  fuzz_require(archive != NULL);
  for (size_t i = 0; input->left > 3 && i < 16; i++) {
    uint8_t which = bytes_read_u8(input) % NAME_COUNT;
    size_t len = bytes_read_u16(input);
    char path[64];
    len = len < input->left ? len : input->left;
    parts[i][0] = tags[which];
    bytes_put_u16(parts[i] + 1, (uint16_t)len);
    bytes_read(input, parts[i] + 3, len);
    snprintf(path, sizeof path, "p/javacard/%s.cap", names[which]);
    zip_source_t *source = zip_source_buffer(archive, parts[i], len + 3, 0);
    if (source != NULL && zip_file_add(archive, path, source, ZIP_FL_ENC_UTF_8) < 0)
      zip_source_free(source); /* the same name again */
  }
  if (zip_close(archive) != 0)
    zip_discard(archive);
}

static bool take(void *context, const uint8_t *data, size_t len) {
  const struct scratch *scratch = context;
  struct bytes_reader input = bytes_reader(data, len);
  struct cap *cap = NULL;
  char problem[CAP_PROBLEM];

  archive_write(scratch, &input);
  enum status status = cap_read(scratch->path, &cap, problem);
  fuzz_require((status == STATUS_OK) == (cap != NULL) && (status == STATUS_OK) == (problem[0] == 0));
  if (status != STATUS_OK)
    return false;
  fuzz_require(cap->package.len >= 5 && cap->package.len <= CAP_AID_MAX);
  fuzz_require(cap->applet_count >= 1 && cap->applet_count <= CAP_APPLET_MAX && cap->import_count <= CAP_IMPORT_MAX);
  fuzz_require(cap->load_file_len <= CAP_SIZE_MAX && cap->load_file[0] == 0xC4);
  cap_free(&cap);
  return true;
}

static void seeds(void *context, const struct fuzz_sink *sink) {
  static const char whole[] = "\x00\x00\x11\xDE\xCA\xFF\xED\x01\x02\x04\x00\x01\x07\xF0"
                              "EPURSE"
                              "\x01\x00\x02\x00\x00\x02\x00\x0B\x01\x05\x01\x07\xA0\x00\x00\x00\x62\x01\x01"
                              "\x03\x00\x0C\x01\x08\xF0"
                              "EPURSE"
                              "\x01\x00\x05\x04\x00\x01\x00\x05\x00\x01\x00\x06\x00\x01\x00\x07\x00\x02\x00\x00"
                              "\x08\x00\x02\x00\x00";
  (void)context;
  fuzz_seed(sink, whole, sizeof whole - 1);
}

const struct fuzz_target fuzz_cap = {
    .name = "cap", .slow = true, .open = open_scratch, .close = scratch_free, .take = take, .seeds = seeds};
