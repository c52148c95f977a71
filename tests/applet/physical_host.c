/* SPDX-License-Identifier: Apache-2.0
 * A card in a reader under tests with a server: its balance and ATC are asked of it, as the desk may; nothing tears it;
 * tests that want more are left out. */
#include <check.h>

#include "epurse/bytes.h"
#include "epurse/terminal.h"
#include "epurse/vcard.h"
#include "system/flow_world.h"

#include "physical.h"

const struct card_memory *__real_vcard_memory(const struct vcard *vcard);
const struct card_memory *__wrap_vcard_memory(const struct vcard *vcard);
void __wrap_vcard_fail_at(struct vcard *vcard, uint32_t nth, bool after);
void __real__tcase_add_test(TCase *tests, const TTest *test, int signal, int allowed, int start, int end);
void __wrap__tcase_add_test(TCase *tests, const TTest *test, int signal, int allowed, int start, int end);

void __wrap__tcase_add_test(TCase *tests, const TTest *test, int signal, int allowed, int start, int end) {
  if (physical_wants(test->name))
    __real__tcase_add_test(tests, test, signal, allowed, start, end);
}

/* Both stay what they were when the card was blocked, and are not told any more. */
const struct card_memory *__wrap_vcard_memory(const struct vcard *vcard) {
  static struct card_memory memory;
  static struct balance balance;
  static struct card_info info;
  struct terminal *desk = flow_terminal("perso");
  memory = *__real_vcard_memory(vcard);
  memory.state = physical_state();
  enum status status = card_read_balance(desk, physical_reader(), NULL, &balance, &info);
  ck_assert_msg(status == STATUS_OK || status == STATUS_CARD_BLOCKED, "the balance of the card in the reader: %s",
                status_name(status));
  bytes_put_u32(memory.balance, balance.balance);
  bytes_put_u32(memory.atc, info.atc);
  terminal_close(&desk);
  ck_assert_int_eq(reader_connect(physical_reader()), STATUS_OK); /* the desk has let go of it */
  return &memory;
}

void __wrap_vcard_fail_at(struct vcard *vcard, uint32_t nth, bool after) {
  (void)vcard;
  (void)after;
  ck_assert_msg(nth == 0, "nothing tears the card in a reader");
}
