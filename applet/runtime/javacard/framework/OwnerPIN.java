/* SPDX-License-Identifier: Apache-2.0
 * A PIN whose tries are spent before it is compared, whatever becomes of a transaction. */
package javacard.framework;

import engine.Device;
import engine.Memory;
import java.io.Serializable;
import java.util.Arrays;

public class OwnerPIN implements PIN, Serializable {
  private static final long serialVersionUID = 1;

  private final byte limit, longest;
  private byte left;
  private byte[] value = new byte[0];
  private transient int validated; /* the session in which it was right; 0: none */

  public OwnerPIN(byte tryLimit, byte maxPINSize) throws PINException {
    if (tryLimit < 1 || maxPINSize < 1)
      PINException.throwIt(PINException.ILLEGAL_VALUE);
    Device.now().allocates("an OwnerPIN");
    limit = left = tryLimit;
    longest = maxPINSize;
  }

  protected boolean getValidatedFlag() {
    return validated == Device.now().session();
  }

  protected void setValidatedFlag(boolean value) {
    validated = value ? Device.now().session() : 0;
  }

  public byte getTriesRemaining() {
    return left;
  }

  /* No abort gives the try back. */
  public boolean check(byte[] pin, short offset, byte length)
      throws ArrayIndexOutOfBoundsException, NullPointerException {
    setValidatedFlag(false);
    if (left == 0)
      return false;
    Device.now().memory.beforeLasting();
    left--;
    Memory.bounds(pin, offset, length);
    if (!Arrays.equals(value, Arrays.copyOfRange(pin, offset, offset + length)))
      return false;
    Device.now().memory.beforeLasting();
    left = limit;
    setValidatedFlag(true);
    return true;
  }

  public boolean isValidated() {
    return getValidatedFlag();
  }

  public void reset() {
    if (isValidated())
      resetAndUnblock();
  }

  public void update(byte[] pin, short offset, byte length) throws PINException {
    if (length > longest)
      PINException.throwIt(PINException.ILLEGAL_VALUE);
    byte[] old = value, next = Arrays.copyOfRange(pin, offset, offset + length);
    Device.now().memory.beforeUndoable(length, () -> value = old);
    value = next;
    resetAndUnblock();
  }

  public void resetAndUnblock() {
    byte old = left;
    Device.now().memory.beforeUndoable(1, () -> left = old);
    left = limit;
    setValidatedFlag(false);
  }
}
