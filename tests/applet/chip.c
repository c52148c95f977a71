/* SPDX-License-Identifier: Apache-2.0
 * A virtual chip with the applet behind it instead of the card core: it takes the applet in as a factory-fresh card
 * does, and from INSTALL on the runtime answers what is for the purse. `chip FILE PORT`, until a signal pulls it. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "epurse/bytes.h"
#include "epurse/vcard.h"
#include "epurse/vpcd.h"
#include "vcard/chip.h"

#include "line.h"

/* What src/vcard/vpcd.c puts into the reader; the card core is not even linked. */
struct vcard {
  struct chip *chip;
  char *image; /* the file that has the applet's memory */
  bool installed, powered;
  uint32_t steps; /* of the applet's memory since its power came, as its image has them */
};

static const uint8_t *order(char letter, const void *body, size_t len, size_t *answer_len) {
  return line_order(letter, body, len, answer_len);
}

static uint16_t order_sw(char letter, const void *body, size_t len) {
  size_t answer_len;
  const uint8_t *sw = order(letter, body, len, &answer_len);
  return answer_len == 2 ? bytes_u16(sw) : SW_INTERNAL;
}

/* What the applet changed is in its file before anybody hears of it. */
static void image_save(struct vcard *vcard) {
  size_t len;
  uint32_t steps = bytes_u32(order('N', "", 0, &len));
  if (steps != vcard->steps)
    (void)order('F', vcard->image, strlen(vcard->image), &len);
  vcard->steps = steps;
}

/* ---- what the chip asks ---- */

static uint16_t applet_load(void *context, const uint8_t *load_file, size_t len) {
  (void)context;
  return order_sw('V', load_file, len);
}

static uint16_t applet_remove(void *context) {
  struct vcard *vcard = context;
  vcard->installed = false;
  (void)unlink(vcard->image);
  return SW_OK;
}

static uint16_t applet_install(void *context, const struct cap_aid *instance, const uint8_t *parameters, size_t len) {
  struct vcard *vcard = context;
  uint8_t body[1 + CAP_AID_MAX + APDU_DATA_MAX];
  struct bytes_writer writer = bytes_writer(body, sizeof body);
  bytes_write_u8(&writer, (uint8_t)instance->len);
  bytes_write(&writer, instance->bytes, instance->len);
  bytes_write(&writer, parameters, len);
  uint16_t sw = order_sw('J', body, writer.len);
  vcard->installed = sw == SW_OK;
  vcard->steps = UINT32_MAX;
  if (vcard->installed)
    image_save(vcard);
  return sw;
}

/* ---- power and APDUs (epurse/vcard.h) ---- */

enum status vcard_power_on(struct vcard *vcard) {
  size_t len;
  chip_power_on(vcard->chip);
  vcard->powered = true;
  vcard->steps = 0;
  if (vcard->installed)
    (void)order('P', "", 0, &len);
  return STATUS_OK;
}

void vcard_power_off(struct vcard *vcard) {
  vcard->powered = false;
}

static size_t applet_answer(struct vcard *vcard, const uint8_t *bytes, size_t len, uint8_t answer[APDU_RESPONSE_MAX]) {
  size_t answer_len;
  const uint8_t *given = order('A', bytes, len, &answer_len);
  memcpy(answer, given, answer_len <= APDU_RESPONSE_MAX ? answer_len : 0);
  image_save(vcard);
  return answer_len;
}

size_t vcard_process(struct vcard *vcard, const uint8_t *bytes, size_t len, uint8_t answer[APDU_RESPONSE_MAX]) {
  struct apdu_response response = {.len = 0};
  struct apdu command;
  bool mute = false;
  if (!vcard->powered)
    return 0;
  if (apdu_parse(bytes, len, &command) != STATUS_OK)
    response.sw = SW_WRONG_LENGTH;
  else if (!chip_process(vcard->chip, &command, &response, &mute))
    return applet_answer(vcard, bytes, len, answer);
  return mute ? 0 : apdu_response_encode(&response, answer);
}

enum status vcard_open(const char *path, struct vcard **vcard) {
  struct vcard *made = calloc(1, sizeof *made);
  size_t len;
  if (made == NULL || asprintf(&made->image, "%s.applet", path) < 0)
    abort();
  struct chip_applet applet = {made, applet_load, applet_install, applet_remove};
  enum status status = chip_open(path, &applet, &made->chip);
  made->installed = status == STATUS_OK && access(made->image, R_OK) == 0;
  if (made->installed)
    (void)order('L', made->image, strlen(made->image), &len);
  *vcard = made;
  return status;
}

void vcard_close(struct vcard **vcard) {
  chip_close(&(*vcard)->chip);
  free((*vcard)->image);
  free(*vcard);
  *vcard = NULL;
}

/* ---- in the reader ---- */

/* What each command cost the applet; nothing where none is installed. */
static void counts_print(const struct vcard *vcard) {
  size_t len;
  if (!vcard->installed)
    return;
  const uint8_t *text = order('C', "", 0, &len);
  (void)fwrite(text, 1, len, stdout);
}

int main(int argc, char **argv) {
  const char *runtime = getenv("APPLET_RUNTIME");
  struct vcard *vcard = NULL;
  struct vpcd *vpcd = NULL;
  sigset_t set;
  if (argc != 3 || runtime == NULL)
    return EXIT_FAILURE;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigprocmask(SIG_BLOCK, &set, NULL);
  line_start(runtime);
  struct vpcd_settings settings = {.host = VPCD_HOST, .port = argv[2], .wake_fd = signalfd(-1, &set, SFD_CLOEXEC)};
  if (vcard_open(argv[1], &vcard) != STATUS_OK || vpcd_new(vcard, &settings, &vpcd) != STATUS_OK)
    return EXIT_FAILURE;
  while (vpcd_serve(vpcd) != STATUS_CANCELLED) /* the signal */
    continue;
  vpcd_free(&vpcd);
  counts_print(vcard);
  vcard_close(&vcard);
  return EXIT_SUCCESS;
}
