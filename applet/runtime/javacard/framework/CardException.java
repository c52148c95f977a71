/* SPDX-License-Identifier: Apache-2.0
 * An exception with a reason of 16 bits that must be caught. */
package javacard.framework;

public class CardException extends Exception {
  private short reason;

  public CardException(short reason) {
    this.reason = reason;
  }

  public short getReason() {
    return reason;
  }

  public void setReason(short reason) {
    this.reason = reason;
  }

  public static void throwIt(short reason) throws CardException {
    throw new CardException(reason);
  }
}
