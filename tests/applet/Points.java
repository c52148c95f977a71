/* SPDX-License-Identifier: Apache-2.0
 * Test points, as TAP has them. */
package engine;

final class Points {
  private static int number;
  private static boolean failed;

  private Points() {}

  static void check(boolean holds, String what) {
    System.out.println((holds ? "ok " : "not ok ") + ++number + " - " + what);
    failed |= !holds;
  }

  static void same(int got, int expected, String what) {
    check(got == expected, what + (got == expected ? "" : String.format(": %04X, not %04X", got, expected)));
  }

  static int end() {
    System.out.println("1.." + number);
    return failed ? 1 : 0;
  }
}
