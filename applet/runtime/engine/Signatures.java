/* SPDX-License-Identifier: Apache-2.0
 * The signatures and MACs of the API. */
package engine;

import java.io.Serializable;
import java.util.Arrays;
import javacard.security.CryptoException;
import javacard.security.Key;
import javacard.security.Signature;

public final class Signatures {
  private static final byte CMAC = 49; /* API 3.0.5 */

  private Signatures() {
  }

  public static Signature make(byte algorithm) {
    Device device = Device.now();
    device.allocates("a Signature");
    if (algorithm == Signature.ALG_ECDSA_SHA_256)
      return new Ecdsa();
    if (algorithm == Signature.ALG_AES_MAC_128_NOPAD || algorithm == CMAC && device.policy.cmac)
      return new Mac(algorithm);
    CryptoException.throwIt(CryptoException.NO_SUCH_ALGORITHM);
    return null;
  }

  private abstract static class Base extends Signature implements Serializable {
    private static final long serialVersionUID = 1;

    final Collected collected = new Collected();
    private final byte algorithm;
    private transient byte mode;

    Base(byte algorithm) {
      this.algorithm = algorithm;
    }

    abstract void take(Key key, byte mode);

    abstract void ready();

    @Override
    public void init(Key theKey, byte theMode) {
      if (theMode != MODE_SIGN && theMode != MODE_VERIFY)
        CryptoException.throwIt(CryptoException.ILLEGAL_VALUE);
      take(theKey, theMode);
      mode = theMode;
      collected.reset();
    }

    @Override
    public void init(Key theKey, byte theMode, byte[] bArray, short bOff, short bLen) {
      CryptoException.throwIt(CryptoException.ILLEGAL_VALUE);
    }

    @Override
    public byte getAlgorithm() {
      return algorithm;
    }

    @Override
    public void update(byte[] inBuff, short inOffset, short inLength) {
      ready();
      collected.add(inBuff, inOffset, inLength);
    }

    @Override
    public short signPreComputedHash(byte[] hash, short hashOffset, short hashLength, byte[] sig, short sigOffset) {
      CryptoException.throwIt(CryptoException.ILLEGAL_USE);
      return 0;
    }

    void wants(byte wanted) {
      ready();
      if (mode != wanted)
        CryptoException.throwIt(CryptoException.INVALID_INIT);
    }

    short put(byte[] signature, byte[] sigBuff, short sigOffset) {
      Device.now().memory.copyNonAtomic(signature, 0, sigBuff, sigOffset, signature.length);
      return (short)signature.length;
    }
  }

  private static final class Ecdsa extends Base {
    private static final long serialVersionUID = 1;

    private final Prepared<EcValue> prepared = new Prepared<>();

    Ecdsa() {
      super(ALG_ECDSA_SHA_256);
    }

    @Override
    void take(Key key, byte mode) {
      EcValue value = prepared.begin(key, EcValue.class);
      if (value instanceof EcValue.Private != (mode == MODE_SIGN))
        CryptoException.throwIt(CryptoException.ILLEGAL_VALUE);
    }

    @Override
    void ready() {
      prepared.key();
    }

    /* Of the longest: DER of two numbers of 33 bytes. */
    @Override
    public short getLength() {
      ready();
      return 72;
    }

    @Override
    public short sign(byte[] inBuff, short inOffset, short inLength, byte[] sigBuff, short sigOffset) {
      wants(MODE_SIGN);
      byte[] message = collected.take(inBuff, inOffset, inLength);
      return put(Curve.sign("SHA256withECDSA", ((EcValue.Private)prepared.key()).scalar(), message), sigBuff,
                 sigOffset);
    }

    @Override
    public short signPreComputedHash(byte[] hash, short hashOffset, short hashLength, byte[] sig, short sigOffset) {
      wants(MODE_SIGN);
      Memory.bounds(hash, hashOffset, hashLength);
      if (hashLength != 32)
        CryptoException.throwIt(CryptoException.ILLEGAL_USE);
      byte[] digest = Arrays.copyOfRange(hash, hashOffset, hashOffset + hashLength);
      return put(Curve.sign("NONEwithECDSA", ((EcValue.Private)prepared.key()).scalar(), digest), sig, sigOffset);
    }

    @Override
    public boolean verify(byte[] inBuff, short inOffset, short inLength, byte[] sigBuff, short sigOffset,
                          short sigLength) {
      wants(MODE_VERIFY);
      Memory.bounds(sigBuff, sigOffset, sigLength);
      byte[] message = collected.take(inBuff, inOffset, inLength);
      return Curve.verify(prepared.key().value(), message,
                          Arrays.copyOfRange(sigBuff, sigOffset, sigOffset + sigLength));
    }
  }

  /* CBC-MAC without padding, and CMAC. */
  private static final class Mac extends Base {
    private static final long serialVersionUID = 1;

    private final Prepared<AesValue> prepared = new Prepared<>();

    Mac(byte algorithm) {
      super(algorithm);
    }

    @Override
    void take(Key key, byte mode) {
      prepared.begin(key, AesValue.class);
      Device.now().tally.add(Tally.Count.AES_SETUPS, 1);
    }

    @Override
    void ready() {
      prepared.key();
    }

    @Override
    public short getLength() {
      ready();
      return AesValue.BLOCK;
    }

    private byte[] mac(byte[] message) {
      Device.now().tally.add(Tally.Count.AES_CALLS, 1);
      if (getAlgorithm() == CMAC)
        return prepared.key().cmac(message);
      if (message.length == 0 || message.length % AesValue.BLOCK != 0)
        CryptoException.throwIt(CryptoException.ILLEGAL_USE);
      byte[] chain = new byte[AesValue.BLOCK];
      prepared.key().cbc(true, chain, message);
      return chain;
    }

    @Override
    public short sign(byte[] inBuff, short inOffset, short inLength, byte[] sigBuff, short sigOffset) {
      wants(MODE_SIGN);
      return put(mac(collected.take(inBuff, inOffset, inLength)), sigBuff, sigOffset);
    }

    @Override
    public boolean verify(byte[] inBuff, short inOffset, short inLength, byte[] sigBuff, short sigOffset,
                          short sigLength) {
      wants(MODE_VERIFY);
      Memory.bounds(sigBuff, sigOffset, sigLength);
      byte[] mac = mac(collected.take(inBuff, inOffset, inLength));
      return Arrays.equals(mac, Arrays.copyOfRange(sigBuff, sigOffset, sigOffset + sigLength));
    }
  }
}
