/* SPDX-License-Identifier: Apache-2.0
 * A PIN whose tries are spent before it is compared, whatever becomes of a transaction. */
package javacard.framework;

public class OwnerPIN implements PIN {
  public OwnerPIN(byte tryLimit, byte maxPINSize) throws PINException {
    throw new UnsupportedOperationException();
  }

  protected boolean getValidatedFlag() {
    throw new UnsupportedOperationException();
  }

  protected void setValidatedFlag(boolean value) {
    throw new UnsupportedOperationException();
  }

  public byte getTriesRemaining() {
    throw new UnsupportedOperationException();
  }

  public boolean check(byte[] pin, short offset, byte length)
      throws ArrayIndexOutOfBoundsException, NullPointerException {
    throw new UnsupportedOperationException();
  }

  public boolean isValidated() {
    throw new UnsupportedOperationException();
  }

  public void reset() {
    throw new UnsupportedOperationException();
  }

  public void update(byte[] pin, short offset, byte length) throws PINException {
    throw new UnsupportedOperationException();
  }

  public void resetAndUnblock() {
    throw new UnsupportedOperationException();
  }
}
