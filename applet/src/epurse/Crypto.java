/* SPDX-License-Identifier: Apache-2.0
 * The chip's algorithms, and the forms in which this protocol wants their results. */
package epurse;

import javacard.framework.JCSystem;
import javacard.framework.Util;
import javacard.security.CryptoException;
import javacard.security.ECPrivateKey;
import javacard.security.ECPublicKey;
import javacard.security.KeyAgreement;
import javacard.security.KeyBuilder;
import javacard.security.MessageDigest;
import javacard.security.PrivateKey;
import javacard.security.RandomData;
import javacard.security.Signature;
import javacardx.crypto.Cipher;

final class Crypto {
  static final short HASH_SIZE = 32;
  static final short SIGNATURE_SIZE = 64; /* r || s */
  static final short SCRATCH_SIZE = 80;

  private static final short DER_MAX = 72;       /* 30 len { 02 len r, 02 len s }, each of at most 33 bytes */
  private static final short DER_AT = Answer.DATA_MAX - DER_MAX;
  private static final byte TAG_SEQUENCE = 0x30;
  private static final byte TAG_INTEGER = 0x02;

  /* Nobody's key: with it a point is agreed on to learn whether it is on the curve. Anybody may know it. */
  static final byte[] PROBE = {
      0x50, 0x72, 0x6F, 0x62, 0x65, 0x20, 0x6F, 0x66, 0x20, 0x74, 0x68, 0x65, 0x20, 0x63, 0x75, 0x72,
      0x76, 0x65, 0x2C, 0x20, 0x6E, 0x6F, 0x62, 0x6F, 0x64, 0x79, 0x27, 0x73, 0x20, 0x6B, 0x65, 0x79};

  /* For whoever needs a few bytes within one step; nothing stays in it from one step to the next. */
  final byte[] scratch;
  final Cipher cbc;
  final Cmac cmac;
  private final MessageDigest sha256;
  private final Signature ecdsa;
  private final KeyAgreement ecdh;
  private final RandomData generator;
  private final ECPrivateKey probe;

  Crypto() {
    scratch = JCSystem.makeTransientByteArray(SCRATCH_SIZE, JCSystem.CLEAR_ON_DESELECT);
    cbc = Cipher.getInstance(Cipher.ALG_AES_BLOCK_128_CBC_NOPAD, false);
    cmac = new Cmac(null);
    sha256 = MessageDigest.getInstance(MessageDigest.ALG_SHA_256, false);
    ecdsa = Signature.getInstance(Signature.ALG_ECDSA_SHA_256, false);
    ecdh = KeyAgreement.getInstance(KeyAgreement.ALG_EC_SVDP_DH_PLAIN, false);
    generator = RandomData.getInstance(RandomData.ALG_SECURE_RANDOM);
    probe = Curve.privateKey(KeyBuilder.TYPE_EC_FP_PRIVATE);
    probe.setS(PROBE, (short)0, Curve.FIELD_SIZE);
  }

  void wipeScratch() {
    Util.arrayFillNonAtomic(scratch, (short)0, SCRATCH_SIZE, (byte)0);
  }

  void random(byte[] to, short at, short len) {
    generator.generateData(to, at, len);
  }

  void hash(byte[] data, short at, short len, byte[] to, short toAt) {
    sha256.doFinal(data, at, len, to, toAt);
  }

  /* Whether the bytes are equal, in time that depends on len alone. */
  static boolean equal(byte[] a, short aAt, byte[] b, short bAt, short len) {
    byte difference = 0;
    for (short i = 0; i < len; i++)
      difference |= (byte)(a[(short)(aAt + i)] ^ b[(short)(bAt + i)]);
    return difference == 0;
  }

  /* ECDH, the x-coordinate; false for what is no point of the curve. */
  boolean agree(PrivateKey key, byte[] data, short pointAt, byte[] secret, short secretAt) {
    if (data[pointAt] != Curve.UNCOMPRESSED)
      return false;
    try {
      ecdh.init(key);
      return ecdh.generateSecret(data, pointAt, Curve.POINT_SIZE, secret, secretAt) == Curve.FIELD_SIZE;
    } catch (CryptoException offCurve) {
      return false;
    }
  }

  /* Costs an agreement; takes the scratch. */
  boolean pointValid(byte[] data, short at) {
    boolean valid = agree(probe, data, at, scratch, (short)0);
    wipeScratch();
    return valid;
  }

  /* ECDSA over answer[0..len): r || s goes to answer[at..]. The DER form stands at the answer's end for a moment, so that
   * r may not be shorter than 13 bytes where both meet (a promise): of 2^152 signatures one. */
  boolean sign(ECPrivateKey key, Answer answer, short len, short at) {
    byte[] bytes = answer.bytes;
    try {
      ecdsa.init(key, Signature.MODE_SIGN);
      ecdsa.sign(bytes, (short)0, len, bytes, DER_AT);
    } catch (CryptoException failed) {
      return false;
    }
    short r = (short)(DER_AT + 2);
    short s = (short)(r + 2 + bytes[(short)(r + 1)]);
    integerToField(bytes, r, at);
    integerToField(bytes, s, (short)(at + Curve.FIELD_SIZE));
    return true;
  }

  /* A DER integer at `from` as 32 bytes at `to`, which is before it. */
  private static void integerToField(byte[] bytes, short from, short to) {
    short len = bytes[(short)(from + 1)];
    short at = (short)(from + 2);
    if (len > Curve.FIELD_SIZE) { /* a zero before the top bit */
      at++;
      len--;
    }
    short missing = (short)(Curve.FIELD_SIZE - len);
    Util.arrayCopyNonAtomic(bytes, at, bytes, (short)(to + missing), len);
    Util.arrayFillNonAtomic(bytes, to, missing, (byte)0);
  }

  /* Takes the scratch. */
  boolean verify(ECPublicKey key, byte[] data, short at, short len, short signatureAt) {
    short derLen = fieldToInteger(data, (short)(signatureAt + Curve.FIELD_SIZE),
                                  fieldToInteger(data, signatureAt, (short)2));
    scratch[0] = TAG_SEQUENCE;
    scratch[1] = (byte)(derLen - 2);
    try {
      ecdsa.init(key, Signature.MODE_VERIFY);
      return ecdsa.verify(data, at, len, scratch, (short)0, derLen);
    } catch (CryptoException noSignature) {
      return false; /* r or s is zero, or above the order */
    }
  }

  /* 32 bytes as a DER integer in scratch[to..]; tells where the next one goes. */
  private short fieldToInteger(byte[] data, short at, short to) {
    short skip = 0;
    while (skip < (short)(Curve.FIELD_SIZE - 1) && data[(short)(at + skip)] == 0)
      skip++;
    short len = (short)(Curve.FIELD_SIZE - skip);
    short value = (short)(to + 2);
    if (data[(short)(at + skip)] < 0)
      scratch[value++] = 0;
    scratch[to] = TAG_INTEGER;
    short end = Util.arrayCopyNonAtomic(data, (short)(at + skip), scratch, value, len);
    scratch[(short)(to + 1)] = (byte)(end - to - 2);
    return end;
  }
}
