/* SPDX-License-Identifier: Apache-2.0
 * CAP files: libzip opens them, this reads the components that matter and puts all in load order. */
#include "epurse/cap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zip.h>

#include "epurse/bytes.h"

#define COMPONENT_HEADER 3 /* tag 1, size 2 */
#define COMPONENT_MAX    65535
#define CAP_MAGIC        0xDECAFFED
#define FLAG_INT         0x01
#define MINOR_MAX        2 /* 2.3 is the extended format of Java Card 3.1 */
#define TAG_LOAD_FILE    0xC4

/* In the order in which a card takes them (JCVM 6.2, table 6-2 and chapter 6's advice); Descriptor and Debug are not
 * needed on the card. */
static const struct component {
  const char *name;
  uint8_t tag;
  bool needed;
} components[] = {{"Header", 1, true},       {"Directory", 2, true},  {"Import", 4, true},      {"Applet", 3, true},
                  {"Class", 6, true},        {"Method", 7, true},     {"StaticField", 8, true}, {"Export", 10, false},
                  {"ConstantPool", 5, true}, {"RefLocation", 9, true}};
#define COMPONENT_COUNT (sizeof components / sizeof components[0])

struct part {
  uint8_t *bytes; /* whole, with tag and size */
  size_t len;
};

static enum status say(char *problem, enum status status, const char *text, const char *name) {
  snprintf(problem, CAP_PROBLEM, "%s%s%s", text, name != NULL ? ": " : "", name != NULL ? name : "");
  return status;
}

/* Which component an entry of the archive is; COMPONENT_COUNT: none that is loaded. */
static size_t component_of(const char *entry) {
  const char *folder = strstr(entry, "javacard/");
  if (folder == NULL || (folder != entry && folder[-1] != '/'))
    return COMPONENT_COUNT;
  const char *name = folder + strlen("javacard/");
  for (size_t i = 0; i < COMPONENT_COUNT; i++) {
    size_t len = strlen(components[i].name);
    if (strncmp(name, components[i].name, len) == 0 && strcmp(name + len, ".cap") == 0)
      return i;
  }
  return COMPONENT_COUNT;
}

static enum status part_read(zip_t *archive, zip_uint64_t index, struct part *part, char *problem) {
  zip_stat_t facts;
  zip_file_t *file = NULL;
  uint8_t beyond = 0;
  enum status status = STATUS_BAD_FORMAT;

  if (zip_stat_index(archive, index, 0, &facts) != 0 || (facts.valid & ZIP_STAT_SIZE) == 0)
    return say(problem, STATUS_BAD_FORMAT, "it cannot be read", NULL);
  if (facts.size < COMPONENT_HEADER || facts.size > COMPONENT_HEADER + COMPONENT_MAX)
    return say(problem, STATUS_BAD_FORMAT, "a component has no length that a card would take", facts.name);
  part->len = (size_t)facts.size;
  part->bytes = malloc(part->len);
  if (part->bytes == NULL)
    return say(problem, STATUS_NO_MEMORY, "not enough memory", NULL);
  file = zip_fopen_index(archive, index, 0);
  if (file != NULL && zip_fread(file, part->bytes, facts.size) == (zip_int64_t)facts.size &&
      zip_fread(file, &beyond, 1) == 0) /* at its end libzip holds the check sum against it */
    status = STATUS_OK;
  if (file != NULL)
    zip_fclose(file);
  return status == STATUS_OK ? status : say(problem, status, "a component is damaged", facts.name);
}

/* All parts of the one package in the archive. */
static enum status parts_read(zip_t *archive, struct part parts[COMPONENT_COUNT], char *problem) {
  zip_int64_t count = zip_get_num_entries(archive, 0);
  enum status status = STATUS_OK;

  for (zip_int64_t i = 0; status == STATUS_OK && i < count; i++) {
    const char *name = zip_get_name(archive, (zip_uint64_t)i, ZIP_FL_ENC_RAW);
    size_t which = name != NULL ? component_of(name) : COMPONENT_COUNT;
    if (which == COMPONENT_COUNT)
      continue;
    if (parts[which].bytes != NULL)
      return say(problem, STATUS_BAD_FORMAT, "it holds more than one package", NULL);
    status = part_read(archive, (zip_uint64_t)i, &parts[which], problem);
  }
  for (size_t i = 0; status == STATUS_OK && i < COMPONENT_COUNT; i++) {
    const struct part *part = &parts[i];
    if (part->bytes == NULL && components[i].needed)
      status = say(problem, STATUS_BAD_FORMAT, "it is not a CAP file of an applet, a component is missing",
                   components[i].name);
    else if (part->bytes != NULL &&
             (part->bytes[0] != components[i].tag || bytes_u16(part->bytes + 1) != part->len - COMPONENT_HEADER))
      status = say(problem, STATUS_BAD_FORMAT, "a component is damaged", components[i].name);
  }
  return status;
}

static void aid_read(struct bytes_reader *reader, struct cap_aid *aid) {
  size_t len = bytes_read_u8(reader);
  if (len < 5 || len > CAP_AID_MAX)
    reader->failed = true;
  else
    bytes_read(reader, aid->bytes, aid->len = len);
}

static enum status header_read(const struct part *part, struct cap *cap, char *problem) {
  struct bytes_reader reader = bytes_reader(part->bytes + COMPONENT_HEADER, part->len - COMPONENT_HEADER);
  uint32_t magic = bytes_read_u32(&reader);
  uint8_t minor = bytes_read_u8(&reader), major = bytes_read_u8(&reader), flags = bytes_read_u8(&reader);

  cap->minor = bytes_read_u8(&reader);
  cap->major = bytes_read_u8(&reader);
  aid_read(&reader, &cap->package); /* a name may follow (JCVM 6.4) */
  if (reader.failed || magic != CAP_MAGIC || major != 2)
    return say(problem, STATUS_BAD_FORMAT, "a component is damaged", "Header");
  if (minor > MINOR_MAX)
    return say(problem, STATUS_BAD_FORMAT, "it is in the extended format of Java Card 3.1, which cards do not take",
               NULL);
  if ((flags & FLAG_INT) != 0)
    return say(problem, STATUS_BAD_FORMAT, "it was built with int, which many cards do not have", NULL);
  return STATUS_OK;
}

static enum status applets_read(const struct part *part, struct cap *cap, char *problem) {
  struct bytes_reader reader = bytes_reader(part->bytes + COMPONENT_HEADER, part->len - COMPONENT_HEADER);
  size_t count = bytes_read_u8(&reader);

  for (size_t i = 0; i < count && i < CAP_APPLET_MAX; i++) {
    aid_read(&reader, &cap->applets[i]);
    (void)bytes_read_u16(&reader); /* where its install() is */
  }
  cap->applet_count = count;
  if (count == 0 || count > CAP_APPLET_MAX || !bytes_read_all(&reader))
    return say(problem, STATUS_BAD_FORMAT, "a component is damaged", "Applet");
  return STATUS_OK;
}

/* Which Java Card has a package of Sun's in that minor version (their export files). */
static unsigned java_card_of(const struct cap_import *import) {
  static const uint8_t framework[] = {0xA0, 0x00, 0x00, 0x00, 0x62, 0x01, 0x01};
  static const unsigned versions[] = {0, 0, 221, 222, 301, 304, 305, 305, 310};

  if (import->package.len != sizeof framework || memcmp(import->package.bytes, framework, sizeof framework) != 0)
    return 0;
  return import->minor < sizeof versions / sizeof versions[0] ? versions[import->minor] : 310;
}

static enum status imports_read(const struct part *part, struct cap *cap, char *problem) {
  struct bytes_reader reader = bytes_reader(part->bytes + COMPONENT_HEADER, part->len - COMPONENT_HEADER);
  size_t count = bytes_read_u8(&reader);
  unsigned version = 0;

  if (count > CAP_IMPORT_MAX)
    return say(problem, STATUS_BAD_FORMAT, "it imports more packages than any applet of ours", NULL);
  for (size_t i = 0; i < count; i++) {
    struct cap_import *import = &cap->imports[i];
    import->minor = bytes_read_u8(&reader);
    import->major = bytes_read_u8(&reader);
    aid_read(&reader, &import->package);
    if (java_card_of(import) > version)
      version = java_card_of(import);
  }
  cap->import_count = count;
  if (!bytes_read_all(&reader))
    return say(problem, STATUS_BAD_FORMAT, "a component is damaged", "Import");
  if (version > 0)
    snprintf(cap->java_card, sizeof cap->java_card, "%u.%u.%u", version / 100, version / 10 % 10, version % 10);
  else
    strcpy(cap->java_card, "of no known version");
  return STATUS_OK;
}

static enum status load_file_make(const struct part parts[COMPONENT_COUNT], struct cap *cap, char *problem) {
  size_t len = 0;

  for (size_t i = 0; i < COMPONENT_COUNT; i++)
    len += parts[i].len;
  if (len > CAP_SIZE_MAX - 4)
    return say(problem, STATUS_BAD_LENGTH, "it is larger than a card can be given", NULL);
  cap->load_file = malloc(len + 4);
  if (cap->load_file == NULL)
    return say(problem, STATUS_NO_MEMORY, "not enough memory", NULL);
  struct bytes_writer writer = bytes_writer(cap->load_file, len + 4);
  bytes_write_u8(&writer, TAG_LOAD_FILE);
  if (len > 0xFF) {
    bytes_write_u8(&writer, 0x82);
    bytes_write_u16(&writer, (uint16_t)len);
  } else {
    if (len > 0x7F)
      bytes_write_u8(&writer, 0x81);
    bytes_write_u8(&writer, (uint8_t)len);
  }
  for (size_t i = 0; i < COMPONENT_COUNT; i++)
    bytes_write(&writer, parts[i].bytes, parts[i].len);
  cap->load_file_len = writer.len;
  return STATUS_OK;
}

static enum status archive_read(zip_t *archive, struct cap *cap, char *problem) {
  struct part parts[COMPONENT_COUNT] = {{0}};

  enum status status = parts_read(archive, parts, problem);
  if (status == STATUS_OK)
    status = header_read(&parts[0], cap, problem);
  if (status == STATUS_OK)
    status = imports_read(&parts[2], cap, problem);
  if (status == STATUS_OK)
    status = applets_read(&parts[3], cap, problem);
  if (status == STATUS_OK)
    status = load_file_make(parts, cap, problem);
  for (size_t i = 0; i < COMPONENT_COUNT; i++)
    free(parts[i].bytes);
  return status;
}

enum status cap_read(const char *path, struct cap **cap, char problem[CAP_PROBLEM]) {
  int error = 0;
  zip_t *archive = zip_open(path, ZIP_RDONLY | ZIP_CHECKCONS, &error);

  *cap = NULL;
  problem[0] = 0;
  if (archive == NULL && error == ZIP_ER_NOENT)
    return say(problem, STATUS_NOT_FOUND, "there is no such file", NULL);
  if (archive == NULL)
    return say(problem, STATUS_BAD_FORMAT, "it is not a CAP file: those are zip archives", NULL);
  *cap = calloc(1, sizeof **cap);
  enum status status =
      *cap != NULL ? archive_read(archive, *cap, problem) : say(problem, STATUS_NO_MEMORY, "not enough memory", NULL);
  zip_discard(archive);
  if (status != STATUS_OK)
    cap_free(cap);
  return status;
}

void cap_free(struct cap **cap) {
  if (*cap != NULL)
    free((*cap)->load_file);
  free(*cap);
  *cap = NULL;
}
