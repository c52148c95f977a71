/* SPDX-License-Identifier: Apache-2.0
 * What all keys have in common: a type, a size, a value that may be transient, and writes that may be torn. */
package engine;

import java.io.Serializable;
import javacard.security.CryptoException;
import javacard.security.Key;

abstract class KeyValue implements Key, Serializable, Memory.Clearable {
  private static final long serialVersionUID = 1;

  private final byte type;
  private final short bits;
  private final boolean lasting;
  private byte[] value; /* null: none */

  KeyValue(byte type, short bits, byte event) {
    this.type = type;
    this.bits = bits;
    lasting = event == 0;
    if (!lasting)
      Device.now().memory.makeTransientKey(this, bits / 8, event);
  }

  @Override
  public byte getType() {
    return type;
  }

  @Override
  public short getSize() {
    return bits;
  }

  @Override
  public boolean isInitialized() {
    return value != null;
  }

  @Override
  public void clearKey() {
    change(null);
  }

  @Override
  public void clear() {
    value = null;
  }

  void change(byte[] to) {
    if (lasting)
      Device.now().memory.beforeChange("a key's value");
    Device.now().tally.add(Tally.Count.KEYS, 1);
    value = to;
  }

  /* The value, which must be there. */
  byte[] value() {
    if (!isInitialized())
      CryptoException.throwIt(CryptoException.UNINITIALIZED_KEY);
    return value;
  }

  short copyTo(byte[] buffer, short offset, byte[] what) {
    Device.now().memory.copyNonAtomic(what, 0, buffer, offset, what.length);
    return (short)what.length;
  }
}
