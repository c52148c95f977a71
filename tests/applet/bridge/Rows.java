/* SPDX-License-Identifier: Apache-2.0
 * Prints the applet's policy as tests/applet/policy_rows.c prints the C card's. */
package bridge;

import engine.Loader;
import java.lang.reflect.Field;
import java.nio.file.Paths;

public final class Rows {
  private static final int WIDTH = 13, HANDLER = 12;

  private Rows() {
  }

  public static void main(String[] arguments) throws Exception {
    Class<?> policy = new Loader(Paths.get(arguments[0])).loadClass("epurse.Policy");
    Field field = policy.getDeclaredField("ROWS");
    field.setAccessible(true);
    byte[] rows = (byte[])field.get(null);
    for (int row = 0; row < rows.length; row += WIDTH) {
      int first = 0; /* the row that had the same handler before */
      while (rows[first + HANDLER] != rows[row + HANDLER])
        first += WIDTH;
      StringBuilder line = new StringBuilder();
      for (int column = 0; column < HANDLER; column++)
        line.append(String.format("%02X ", rows[row + column]));
      System.out.println(line.toString() + first / WIDTH);
    }
  }
}
