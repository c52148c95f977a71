/* SPDX-License-Identifier: Apache-2.0
 * The other cryptographic functions of the API: keys, agreement, hash, random bytes, ciphers. */
package engine;

import java.io.Serializable;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javacard.security.CryptoException;
import javacard.security.Key;
import javacard.security.KeyAgreement;
import javacard.security.KeyBuilder;
import javacard.security.MessageDigest;
import javacard.security.PrivateKey;
import javacard.security.PublicKey;
import javacard.security.RandomData;
import javacardx.crypto.Cipher;

public final class Functions {
  private Functions() {
  }

  private static void refuse(short reason) {
    CryptoException.throwIt(reason);
  }

  private static void unknown(boolean known) {
    if (!known)
      refuse(CryptoException.NO_SUCH_ALGORITHM);
  }

  /* ---- keys ---- */

  public static Key buildKey(byte type, short bits, boolean encrypted) {
    Device device = Device.now();
    device.allocates("a key");
    unknown(!encrypted);
    switch (type) {
    case KeyBuilder.TYPE_AES:
    case KeyBuilder.TYPE_AES_TRANSIENT_RESET:
    case KeyBuilder.TYPE_AES_TRANSIENT_DESELECT:
      unknown(bits == 128 || bits == 192 || bits == 256);
      return new AesValue(type, bits, aesEvent(type));
    case KeyBuilder.TYPE_EC_FP_PUBLIC:
      unknown(bits == 256 && device.policy.ellipticCurves);
      return new EcValue.Public(type, bits, (byte)0);
    case KeyBuilder.TYPE_EC_FP_PRIVATE:
      unknown(bits == 256 && device.policy.ellipticCurves);
      return new EcValue.Private(type, bits, (byte)0);
    case KeyBuilder.TYPE_EC_FP_PRIVATE_TRANSIENT_RESET:
    case KeyBuilder.TYPE_EC_FP_PRIVATE_TRANSIENT_DESELECT:
      unknown(bits == 256 && device.policy.transientEcKeys);
      return new EcValue.Private(type, bits,
                                 type == KeyBuilder.TYPE_EC_FP_PRIVATE_TRANSIENT_RESET ? Memory.CLEAR_ON_RESET
                                                                                       : Memory.CLEAR_ON_DESELECT);
    default:
      refuse(CryptoException.NO_SUCH_ALGORITHM);
      return null;
    }
  }

  private static byte aesEvent(byte type) {
    if (type == KeyBuilder.TYPE_AES)
      return 0;
    return type == KeyBuilder.TYPE_AES_TRANSIENT_RESET ? Memory.CLEAR_ON_RESET : Memory.CLEAR_ON_DESELECT;
  }

  /* Long, and not atomic: between the two halves the pair is of no use. */
  public static void generate(PublicKey publicKey, PrivateKey privateKey) {
    EcValue.Public open = (EcValue.Public)publicKey;
    EcValue.Private secret = (EcValue.Private)privateKey;
    if (!open.hasCurve() || !secret.hasCurve())
      refuse(CryptoException.ILLEGAL_VALUE);
    Device.now().tally.add(Tally.Count.PAIRS, 1);
    byte[] scalar = Curve.generate(Device.now().random);
    secret.change(scalar);
    open.change(Curve.publicOf(secret.scalar()));
  }

  /* ---- agreement ---- */

  public static KeyAgreement agreement(byte algorithm) {
    Device.now().allocates("a KeyAgreement");
    unknown(algorithm == KeyAgreement.ALG_EC_SVDP_DH || algorithm == KeyAgreement.ALG_EC_SVDP_DH_PLAIN);
    return new Agreement(algorithm);
  }

  private static final class Agreement extends KeyAgreement implements Serializable {
    private static final long serialVersionUID = 1;

    private final byte algorithm;
    private final Prepared<EcValue.Private> prepared = new Prepared<>();

    Agreement(byte algorithm) {
      this.algorithm = algorithm;
    }

    @Override
    public void init(PrivateKey privKey) {
      prepared.begin(privKey, EcValue.Private.class);
    }

    @Override
    public byte getAlgorithm() {
      return algorithm;
    }

    @Override
    public short generateSecret(byte[] publicData, short publicOffset, short publicLength, byte[] secret,
                                short secretOffset) {
      Memory.bounds(publicData, publicOffset, publicLength);
      byte[] point = Arrays.copyOfRange(publicData, publicOffset, publicOffset + publicLength);
      byte[] shared = Curve.agree(prepared.key().scalar(), point);
      if (algorithm == ALG_EC_SVDP_DH)
        shared = hash("SHA-1", shared);
      Device.now().memory.copyNonAtomic(shared, 0, secret, secretOffset, shared.length);
      return (short)shared.length;
    }
  }

  /* ---- hash ---- */

  private static byte[] hash(String name, byte[] data) {
    try {
      return java.security.MessageDigest.getInstance(name).digest(data);
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  public static MessageDigest digest(byte algorithm) {
    Device.now().allocates("a MessageDigest");
    unknown(algorithm == MessageDigest.ALG_SHA_256);
    return new Digest();
  }

  private static final class Digest extends MessageDigest implements Serializable {
    private static final long serialVersionUID = 1;

    private final Collected collected = new Collected();

    @Override
    public byte getAlgorithm() {
      return ALG_SHA_256;
    }

    @Override
    public byte getLength() {
      return LENGTH_SHA_256;
    }

    @Override
    public short doFinal(byte[] inBuff, short inOffset, short inLength, byte[] outBuff, short outOffset) {
      byte[] digest = hash("SHA-256", collected.take(inBuff, inOffset, inLength));
      Device.now().tally.add(Tally.Count.HASH, 1);
      Device.now().memory.copyNonAtomic(digest, 0, outBuff, outOffset, digest.length);
      return (short)digest.length;
    }

    @Override
    public void update(byte[] inBuff, short inOffset, short inLength) {
      collected.add(inBuff, inOffset, inLength);
    }

    @Override
    public void reset() {
      collected.reset();
    }
  }

  /* ---- random bytes ---- */

  public static RandomData random(byte algorithm) {
    Device.now().allocates("a RandomData");
    if (algorithm == RandomData.ALG_PSEUDO_RANDOM)
      throw new Violation("pseudo-random numbers where secrets are made");
    unknown(algorithm == RandomData.ALG_SECURE_RANDOM);
    return new RandomSource();
  }

  private static final class RandomSource extends RandomData implements Serializable {
    private static final long serialVersionUID = 1;

    @Override
    public void generateData(byte[] buffer, short offset, short length) {
      if (length == 0)
        refuse(CryptoException.ILLEGAL_VALUE);
      Memory.bounds(buffer, offset, length);
      Device.now().memory.copyNonAtomic(Device.now().random.draw(length), 0, buffer, offset, length);
    }

    @Override
    public void setSeed(byte[] buffer, short offset, short length) {
    }
  }

  /* ---- ciphers ---- */

  public static Cipher cipher(byte algorithm) {
    Device.now().allocates("a Cipher");
    unknown(algorithm == Cipher.ALG_AES_BLOCK_128_CBC_NOPAD || algorithm == Cipher.ALG_AES_BLOCK_128_ECB_NOPAD);
    return new AesCipher(algorithm);
  }

  private static final class AesCipher extends Cipher implements Serializable {
    private static final long serialVersionUID = 1;

    private final byte algorithm;
    private final Prepared<AesValue> prepared = new Prepared<>();
    private transient byte mode;
    private transient byte[] first, chain;

    AesCipher(byte algorithm) {
      this.algorithm = algorithm;
    }

    @Override
    public void init(Key theKey, byte theMode) {
      begin(theKey, theMode, new byte[AesValue.BLOCK]);
    }

    @Override
    public void init(Key theKey, byte theMode, byte[] bArray, short bOff, short bLen) {
      Memory.bounds(bArray, bOff, bLen);
      if (algorithm != ALG_AES_BLOCK_128_CBC_NOPAD || bLen != AesValue.BLOCK)
        refuse(CryptoException.ILLEGAL_VALUE);
      begin(theKey, theMode, Arrays.copyOfRange(bArray, bOff, bOff + bLen));
    }

    private void begin(Key key, byte with, byte[] iv) {
      if (with != MODE_DECRYPT && with != MODE_ENCRYPT)
        refuse(CryptoException.ILLEGAL_VALUE);
      prepared.begin(key, AesValue.class);
      Device.now().tally.add(Tally.Count.AES_SETUPS, 1);
      mode = with;
      first = iv;
      chain = iv.clone();
    }

    @Override
    public byte getAlgorithm() {
      return algorithm;
    }

    /* Blocks in, blocks out; where both are in one array, the output must not run ahead of the input. */
    @Override
    public short update(byte[] inBuff, short inOffset, short inLength, byte[] outBuff, short outOffset) {
      Memory.bounds(inBuff, inOffset, inLength);
      AesValue key = prepared.key();
      Device.now().tally.add(Tally.Count.AES_CALLS, 1);
      if (inLength % AesValue.BLOCK != 0)
        refuse(CryptoException.ILLEGAL_USE);
      if (inBuff == outBuff && inOffset < outOffset && outOffset < inOffset + inLength)
        throw new Violation("a cipher's output overwrites its input");
      byte[] in = Arrays.copyOfRange(inBuff, inOffset, inOffset + inLength), out;
      boolean encrypt = mode == MODE_ENCRYPT;
      if (algorithm == ALG_AES_BLOCK_128_ECB_NOPAD)
        out = key.ecb(encrypt ? javax.crypto.Cipher.ENCRYPT_MODE : javax.crypto.Cipher.DECRYPT_MODE, in);
      else
        out = key.cbc(encrypt, chain, in);
      Device.now().memory.copyNonAtomic(out, 0, outBuff, outOffset, out.length);
      return inLength;
    }

    @Override
    public short doFinal(byte[] inBuff, short inOffset, short inLength, byte[] outBuff, short outOffset) {
      short length = update(inBuff, inOffset, inLength, outBuff, outOffset);
      chain = first.clone();
      return length;
    }
  }
}
