/* SPDX-License-Identifier: Apache-2.0
 * Ends a command with a status word. */
package javacard.framework;

public class ISOException extends CardRuntimeException {

  public ISOException(short reason) {
    super(reason);
  }

  public static void throwIt(short reason) {
    throw new ISOException(reason);
  }
}
