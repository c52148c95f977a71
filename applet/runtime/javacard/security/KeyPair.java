/* SPDX-License-Identifier: Apache-2.0
 * A pair of keys, generated on the device. */
package javacard.security;

public final class KeyPair {
  public static final byte ALG_EC_FP = 5;

  public KeyPair(byte algorithm, short keyLength) throws CryptoException {
    throw new UnsupportedOperationException();
  }

  public KeyPair(PublicKey publicKey, PrivateKey privateKey) throws CryptoException {
    throw new UnsupportedOperationException();
  }

  public void genKeyPair() throws CryptoException {
    throw new UnsupportedOperationException();
  }

  public PublicKey getPublic() {
    throw new UnsupportedOperationException();
  }

  public PrivateKey getPrivate() {
    throw new UnsupportedOperationException();
  }
}
