/* SPDX-License-Identifier: Apache-2.0
 * The power is gone: nothing runs any more, whatever an applet catches. */
package engine;

public final class Tear extends Error {
  private static final long serialVersionUID = 1;

  public Tear() {
    super("power lost", null, false, false);
  }
}
