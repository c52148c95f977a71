/* SPDX-License-Identifier: Apache-2.0
 * A key on P-256. As on most cards the curve must be given to each key before it has a value. */
package engine;

import java.math.BigInteger;
import java.util.Arrays;
import javacard.security.CryptoException;
import javacard.security.ECPrivateKey;
import javacard.security.ECPublicKey;

class EcValue extends KeyValue {
  private static final long serialVersionUID = 1;
  private static final int FIELD = 0, A = 1, B = 2, G = 3, R = 4;

  private final byte[][] curve = new byte[5][];
  private short cofactor;

  EcValue(byte type, short bits, byte event) {
    super(type, bits, event);
  }

  /* The curve is said once, outside transactions. Other curves than P-256 the device does not have. */
  private void set(int part, byte[] buffer, short offset, short length) {
    Memory.bounds(buffer, offset, length);
    byte[] given = Arrays.copyOfRange(buffer, offset, offset + length);
    if (!Arrays.equals(given, Curve.PARTS[part]))
      CryptoException.throwIt(CryptoException.ILLEGAL_VALUE);
    Device.now().memory.beforeChange("a curve");
    curve[part] = given;
  }

  private short get(int part, byte[] buffer, short offset) {
    if (curve[part] == null)
      CryptoException.throwIt(CryptoException.UNINITIALIZED_KEY);
    return copyTo(buffer, offset, curve[part]);
  }

  boolean hasCurve() {
    for (byte[] part : curve)
      if (part == null)
        return false;
    return cofactor == 1;
  }

  @Override
  public boolean isInitialized() {
    return super.isInitialized() && hasCurve();
  }

  void changeChecked(byte[] buffer, short offset, short length, boolean fits) {
    Memory.bounds(buffer, offset, length);
    if (!fits || !hasCurve())
      CryptoException.throwIt(CryptoException.ILLEGAL_VALUE);
    change(Arrays.copyOfRange(buffer, offset, offset + length));
  }

  public void setFieldFP(byte[] buffer, short offset, short length) {
    set(FIELD, buffer, offset, length);
  }

  public void setA(byte[] buffer, short offset, short length) {
    set(A, buffer, offset, length);
  }

  public void setB(byte[] buffer, short offset, short length) {
    set(B, buffer, offset, length);
  }

  public void setG(byte[] buffer, short offset, short length) {
    set(G, buffer, offset, length);
  }

  public void setR(byte[] buffer, short offset, short length) {
    set(R, buffer, offset, length);
  }

  public void setK(short k) {
    if (k != 1)
      CryptoException.throwIt(CryptoException.ILLEGAL_VALUE);
    Device.now().memory.beforeChange("a curve");
    cofactor = k;
  }

  public short getField(byte[] buffer, short offset) {
    return get(FIELD, buffer, offset);
  }

  public short getA(byte[] buffer, short offset) {
    return get(A, buffer, offset);
  }

  public short getB(byte[] buffer, short offset) {
    return get(B, buffer, offset);
  }

  public short getG(byte[] buffer, short offset) {
    return get(G, buffer, offset);
  }

  public short getR(byte[] buffer, short offset) {
    return get(R, buffer, offset);
  }

  public short getK() {
    return cofactor;
  }

  static final class Public extends EcValue implements ECPublicKey {
    private static final long serialVersionUID = 1;

    Public(byte type, short bits, byte event) {
      super(type, bits, event);
    }

    /* Whether the point is on the curve is only seen where it is used. */
    @Override
    public void setW(byte[] buffer, short offset, short length) {
      changeChecked(buffer, offset, length, length == 65 && buffer[offset] == 4);
    }

    @Override
    public short getW(byte[] buffer, short offset) {
      return copyTo(buffer, offset, value());
    }
  }

  static final class Private extends EcValue implements ECPrivateKey {
    private static final long serialVersionUID = 1;

    Private(byte type, short bits, byte event) {
      super(type, bits, event);
    }

    @Override
    public void setS(byte[] buffer, short offset, short length) {
      changeChecked(buffer, offset, length, length == 32);
    }

    @Override
    public short getS(byte[] buffer, short offset) {
      return copyTo(buffer, offset, value());
    }

    BigInteger scalar() {
      return new BigInteger(1, value());
    }
  }
}
