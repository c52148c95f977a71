/* SPDX-License-Identifier: Apache-2.0
 * Writes CAP files with libzip. */
#include "cap_file.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zip.h>

#include "epurse/bytes.h"

#define PACKAGE 0xF0, 0x45, 0x50, 0x55, 0x52, 0x53, 0x45

static void component_add(zip_t *archive, const char *folder, const char *name, const uint8_t *content, size_t len,
                          const struct cap_fault *fault) {
  uint8_t tag = content[0];
  char path[128];
  uint8_t *whole = malloc(len + 2); /* libzip frees it */

  if (fault->without != NULL && strcmp(fault->without, name) == 0) {
    free(whole);
    return;
  }
  whole[0] = tag;
  bytes_put_u16(whole + 1, (uint16_t)(len - 1 + (fault->damaged != NULL && strcmp(fault->damaged, name) == 0)));
  memcpy(whole + 3, content + 1, len - 1);
  snprintf(path, sizeof path, "%s/javacard/%s.cap", folder, name);
  zip_source_t *source = zip_source_buffer(archive, whole, len + 2, 1);
  zip_int64_t index = zip_file_add(archive, path, source, ZIP_FL_ENC_UTF_8);
  ck_assert_int_ge(index, 0);
  ck_assert_int_eq(
      zip_set_file_compression(archive, (zip_uint64_t)index, index % 2 == 0 ? ZIP_CM_DEFLATE : ZIP_CM_STORE, 0), 0);
}

static void header_add(zip_t *archive, const char *folder, const struct cap_fault *fault) {
  const uint8_t header[] = {
      1, 0xDE, 0xCA, 0xFF,   0xED, fault->minor != 0 ? fault->minor : 1, 2, (uint8_t)(4 | fault->flags),
      0, 1,    7,    PACKAGE};
  component_add(archive, folder, "Header", header, sizeof header, fault);
}

void cap_file_write(const char *path, const struct cap_fault *fault) {
  static const uint8_t directory[] = {2, 0, 1, 2, 3}, class[] = {6, 9, 9}, statics[] = {8, 0, 0}, pool[] = {5, 0, 0},
                       references[] = {9, 0, 0}, descriptor[] = {11, 1, 2, 3}, debug[] = {12, 5};
  static const uint8_t applet[] = {3, 1, 8, PACKAGE, 1, 0, 5};
  const uint8_t import[] = {
      4, 2, fault->framework != 0 ? fault->framework : 5, 1, 7, 0xA0, 0, 0, 0, 0x62, 1, 1, 5, 1, 7, 0xA0, 0, 0, 0, 0x62,
      1, 2};
  size_t method_len = fault->method_size != 0 ? fault->method_size : 40;
  uint8_t *method = malloc(method_len);
  int error = 0;
  zip_t *archive = zip_open(path, ZIP_CREATE | ZIP_TRUNCATE, &error);

  ck_assert_ptr_nonnull(archive);
  ck_assert_ptr_nonnull(method);
  memset(method, 0x5A, method_len);
  method[0] = 7;
  component_add(archive, "epurse/card", "Method", method, method_len, fault);
  header_add(archive, "epurse/card", fault);
  component_add(archive, "epurse/card", "Debug", debug, sizeof debug, fault);
  component_add(archive, "epurse/card", "Descriptor", descriptor, sizeof descriptor, fault);
  component_add(archive, "epurse/card", "Applet", applet, sizeof applet, fault);
  component_add(archive, "epurse/card", "Directory", directory, sizeof directory, fault);
  component_add(archive, "epurse/card", "Import", import, sizeof import, fault);
  component_add(archive, "epurse/card", "ConstantPool", pool, sizeof pool, fault);
  component_add(archive, "epurse/card", "RefLocation", references, sizeof references, fault);
  component_add(archive, "epurse/card", "StaticField", statics, sizeof statics, fault);
  component_add(archive, "epurse/card", "Class", class, sizeof class, fault);
  if (fault->folder != NULL)
    header_add(archive, fault->folder, fault);
  ck_assert_int_eq(zip_close(archive), 0);
  free(method);
}
