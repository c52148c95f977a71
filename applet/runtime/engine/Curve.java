/* SPDX-License-Identifier: Apache-2.0
 * P-256 (FIPS 186-4 D.1.2.3) on the JDK's cryptography. */
package engine;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.ECFieldFp;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPrivateKeySpec;
import java.security.spec.ECPublicKeySpec;
import java.security.spec.EllipticCurve;
import java.util.Arrays;
import javacard.security.CryptoException;
import javax.crypto.KeyAgreement;

final class Curve {
  static final int SIZE = 32;
  private static final BigInteger P = hex("FFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF");
  private static final BigInteger A = P.subtract(BigInteger.valueOf(3));
  private static final BigInteger B = hex("5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B");
  private static final BigInteger N = hex("FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551");
  private static final ECPoint G = new ECPoint(hex("6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296"),
                                               hex("4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5"));
  private static final ECParameterSpec SPEC = new ECParameterSpec(new EllipticCurve(new ECFieldFp(P), A, B), G, N, 1);

  /* Field, a, b, G, r: as the API's setters want them. */
  static final byte[][] PARTS = {fixed(P), fixed(A), fixed(B), encode(G), fixed(N)};

  private Curve() {
  }

  private static BigInteger hex(String digits) {
    return new BigInteger(digits, 16);
  }

  static byte[] fixed(BigInteger number) {
    byte[] bytes = number.toByteArray(), out = new byte[SIZE];
    int length = Math.min(bytes.length, SIZE);
    System.arraycopy(bytes, bytes.length - length, out, SIZE - length, length);
    return out;
  }

  static byte[] encode(ECPoint point) {
    byte[] out = new byte[1 + 2 * SIZE];
    out[0] = 4;
    System.arraycopy(fixed(point.getAffineX()), 0, out, 1, SIZE);
    System.arraycopy(fixed(point.getAffineY()), 0, out, 1 + SIZE, SIZE);
    return out;
  }

  /* A point that is on the curve; else ILLEGAL_VALUE. */
  static PublicKey publicKey(byte[] encoded) {
    if (encoded.length != 1 + 2 * SIZE || encoded[0] != 4)
      CryptoException.throwIt(CryptoException.ILLEGAL_VALUE);
    BigInteger x = new BigInteger(1, Arrays.copyOfRange(encoded, 1, 1 + SIZE));
    BigInteger y = new BigInteger(1, Arrays.copyOfRange(encoded, 1 + SIZE, 1 + 2 * SIZE));
    boolean on = x.compareTo(P) < 0 && y.compareTo(P) < 0 &&
                 y.multiply(y).mod(P).equals(x.multiply(x).add(A).multiply(x).add(B).mod(P));
    if (!on)
      CryptoException.throwIt(CryptoException.ILLEGAL_VALUE);
    try {
      return KeyFactory.getInstance("EC").generatePublic(new ECPublicKeySpec(new ECPoint(x, y), SPEC));
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private static PrivateKey privateKey(BigInteger scalar) {
    if (scalar.signum() == 0 || scalar.compareTo(N) >= 0)
      CryptoException.throwIt(CryptoException.ILLEGAL_VALUE);
    try {
      return KeyFactory.getInstance("EC").generatePrivate(new ECPrivateKeySpec(scalar, SPEC));
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  /* A private key from random bytes: the next 32 that are a number from 1 to n - 1. */
  static byte[] generate(Random random) {
    for (;;) {
      byte[] bytes = random.draw(SIZE);
      BigInteger scalar = new BigInteger(1, bytes);
      if (scalar.signum() != 0 && scalar.compareTo(N) < 0)
        return bytes;
    }
  }

  static byte[] sign(String algorithm, BigInteger scalar, byte[] message) {
    Device.now().tally.add(Tally.Count.SIGN, 1);
    if (Device.now().random.seeded())
      return signSeeded(scalar, algorithm.startsWith("NONE") ? message : sha256(message));
    try {
      Signature signature = Signature.getInstance(algorithm);
      signature.initSign(privateKey(scalar));
      signature.update(message);
      return signature.sign();
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private static byte[] sha256(byte[]... parts) {
    try {
      MessageDigest hash = MessageDigest.getInstance("SHA-256");
      for (byte[] part : parts)
        hash.update(part);
      return hash.digest();
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  /* For two devices side by side: the nonce is SHA-256(private key || hash), so that both sign the same. */
  private static byte[] signSeeded(BigInteger scalar, byte[] hash) {
    BigInteger nonce = new BigInteger(1, sha256(fixed(scalar), hash)).mod(N);
    BigInteger r = new BigInteger(1, Arrays.copyOfRange(publicOf(nonce), 1, 1 + SIZE)).mod(N);
    BigInteger s = nonce.modInverse(N).multiply(new BigInteger(1, hash).add(r.multiply(scalar))).mod(N);
    byte[] first = r.toByteArray(), second = s.toByteArray();
    ByteBuffer der = ByteBuffer.allocate(6 + first.length + second.length);
    der.put((byte)0x30).put((byte)(4 + first.length + second.length));
    der.put((byte)0x02).put((byte)first.length).put(first).put((byte)0x02).put((byte)second.length).put(second);
    return der.array();
  }

  static boolean verify(byte[] point, byte[] message, byte[] signed) {
    Device.now().tally.add(Tally.Count.VERIFY, 1);
    PublicKey key = publicKey(point);
    try {
      Signature signature = Signature.getInstance("SHA256withECDSA");
      signature.initVerify(key);
      signature.update(message);
      return signature.verify(signed);
    } catch (GeneralSecurityException e) {
      return false; /* no DER */
    }
  }

  /* The x-coordinate of the shared point. */
  static byte[] agree(BigInteger scalar, byte[] point) {
    Device.now().tally.add(Tally.Count.AGREE, 1);
    return shared(scalar, publicKey(point));
  }

  private static byte[] shared(BigInteger scalar, PublicKey point) {
    try {
      KeyAgreement agreement = KeyAgreement.getInstance("ECDH");
      agreement.init(privateKey(scalar));
      agreement.doPhase(point, true);
      return agreement.generateSecret();
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  /* ---- scalar times G: the JDK has no function for it ---- */

  /* G, 2 G, 4 G, ... */
  private static final ECPoint[] POWERS = new ECPoint[256];

  static byte[] publicOf(BigInteger scalar) {
    BigInteger[] sum = null;
    for (int i = 0; i < POWERS.length; i++) {
      if (POWERS[i] == null)
        POWERS[i] = i == 0 ? G : add(POWERS[i - 1], POWERS[i - 1]);
      if (scalar.testBit(i))
        sum = sum == null ? projective(POWERS[i]) : add(sum, POWERS[i]);
    }
    BigInteger inverse = sum[2].modInverse(P), square = inverse.multiply(inverse).mod(P);
    return encode(new ECPoint(sum[0].multiply(square).mod(P), sum[1].multiply(square).multiply(inverse).mod(P)));
  }

  private static BigInteger[] projective(ECPoint point) {
    return new BigInteger[] {point.getAffineX(), point.getAffineY(), BigInteger.ONE};
  }

  /* Jacobian plus affine, without an inversion; the sum of lower powers is never the power itself. */
  private static BigInteger[] add(BigInteger[] a, ECPoint b) {
    BigInteger z2 = a[2].multiply(a[2]).mod(P);
    BigInteger h = b.getAffineX().multiply(z2).subtract(a[0]).mod(P);
    BigInteger r = b.getAffineY().multiply(z2).multiply(a[2]).subtract(a[1]).mod(P);
    BigInteger h2 = h.multiply(h).mod(P), h3 = h2.multiply(h).mod(P), v = a[0].multiply(h2).mod(P);
    BigInteger x = r.multiply(r).subtract(h3).subtract(v.shiftLeft(1)).mod(P);
    return new BigInteger[] {x, r.multiply(v.subtract(x)).subtract(a[1].multiply(h3)).mod(P), a[2].multiply(h).mod(P)};
  }

  private static ECPoint add(ECPoint a, ECPoint b) {
    if (a.equals(ECPoint.POINT_INFINITY))
      return b;
    if (b.equals(ECPoint.POINT_INFINITY))
      return a;
    BigInteger x = a.getAffineX(), y = a.getAffineY(), slope;
    if (a.equals(b))
      slope = x.multiply(x).multiply(BigInteger.valueOf(3)).add(A).multiply(y.shiftLeft(1).modInverse(P));
    else
      slope = b.getAffineY().subtract(y).multiply(b.getAffineX().subtract(x).mod(P).modInverse(P));
    BigInteger sumX = slope.multiply(slope).subtract(x).subtract(b.getAffineX()).mod(P);
    return new ECPoint(sumX, slope.multiply(x.subtract(sumX)).subtract(y).mod(P));
  }
}
