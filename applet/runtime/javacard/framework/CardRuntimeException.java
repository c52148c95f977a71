/* SPDX-License-Identifier: Apache-2.0
 * An exception with a reason of 16 bits that nobody must catch. */
package javacard.framework;

public class CardRuntimeException extends RuntimeException {
  private short reason;

  public CardRuntimeException(short reason) {
    this.reason = reason;
  }

  public short getReason() {
    return reason;
  }

  public void setReason(short reason) {
    this.reason = reason;
  }

  public static void throwIt(short reason) {
    throw new CardRuntimeException(reason);
  }

  @Override
  public String getMessage() {
    return String.format("reason %04X", reason);
  }
}
