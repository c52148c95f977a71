/* SPDX-License-Identifier: Apache-2.0
 * A pair of keys, generated on the device. */
package javacard.security;

import engine.Device;
import engine.Functions;
import java.io.Serializable;

public final class KeyPair implements Serializable {
  private static final long serialVersionUID = 1;

  public static final byte ALG_EC_FP = 5;

  private final PublicKey publicKey;
  private final PrivateKey privateKey;

  public KeyPair(byte algorithm, short keyLength) throws CryptoException {
    if (algorithm != ALG_EC_FP)
      CryptoException.throwIt(CryptoException.NO_SUCH_ALGORITHM);
    publicKey = (PublicKey)KeyBuilder.buildKey(KeyBuilder.TYPE_EC_FP_PUBLIC, keyLength, false);
    privateKey = (PrivateKey)KeyBuilder.buildKey(KeyBuilder.TYPE_EC_FP_PRIVATE, keyLength, false);
  }

  public KeyPair(PublicKey publicKey, PrivateKey privateKey) throws CryptoException {
    Device.now().allocates("a KeyPair");
    if (!(publicKey instanceof ECPublicKey && privateKey instanceof ECPrivateKey))
      CryptoException.throwIt(CryptoException.ILLEGAL_VALUE);
    this.publicKey = publicKey;
    this.privateKey = privateKey;
  }

  public void genKeyPair() throws CryptoException {
    Functions.generate(publicKey, privateKey);
  }

  public PublicKey getPublic() {
    return publicKey;
  }

  public PrivateKey getPrivate() {
    return privateKey;
  }
}
