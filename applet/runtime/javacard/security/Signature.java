/* SPDX-License-Identifier: Apache-2.0
 * Signatures and MACs, as API 3.0.4 names them; a newer algorithm (CMAC, 49) is asked for by its number. */
package javacard.security;

import engine.Signatures;

public abstract class Signature {
  public static final byte ALG_AES_MAC_128_NOPAD = 18;
  public static final byte ALG_ECDSA_SHA_256 = 33;
  public static final byte MODE_SIGN = 1;
  public static final byte MODE_VERIFY = 2;

  protected Signature() {
  }

  public static final Signature getInstance(byte algorithm, boolean externalAccess) throws CryptoException {
    return Signatures.make(algorithm);
  }

  public abstract void init(Key theKey, byte theMode) throws CryptoException;

  public abstract void init(Key theKey, byte theMode, byte[] bArray, short bOff, short bLen) throws CryptoException;

  public abstract byte getAlgorithm();

  public abstract short getLength() throws CryptoException;

  public abstract void update(byte[] inBuff, short inOffset, short inLength) throws CryptoException;

  public abstract short sign(byte[] inBuff, short inOffset, short inLength, byte[] sigBuff, short sigOffset)
      throws CryptoException;

  public abstract short signPreComputedHash(byte[] hashBuff, short hashOffset, short hashLength, byte[] sigBuff,
                                            short sigOffset) throws CryptoException;

  public abstract boolean verify(byte[] inBuff, short inOffset, short inLength, byte[] sigBuff, short sigOffset,
                                 short sigLength) throws CryptoException;
}
