/* SPDX-License-Identifier: Apache-2.0
 * Hashes. */
package javacard.security;

import engine.Functions;

public abstract class MessageDigest {
  public static final byte ALG_SHA = 1;
  public static final byte ALG_SHA_256 = 4;
  public static final byte LENGTH_SHA_256 = 32;

  protected MessageDigest() {
  }

  public static final MessageDigest getInstance(byte algorithm, boolean externalAccess) throws CryptoException {
    return Functions.digest(algorithm);
  }

  public abstract byte getAlgorithm();

  public abstract byte getLength();

  public abstract short doFinal(byte[] inBuff, short inOffset, short inLength, byte[] outBuff, short outOffset)
      throws CryptoException;

  public abstract void update(byte[] inBuff, short inOffset, short inLength) throws CryptoException;

  public abstract void reset();
}
