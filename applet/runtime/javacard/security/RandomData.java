/* SPDX-License-Identifier: Apache-2.0
 * Random bytes. */
package javacard.security;

import engine.Functions;

public abstract class RandomData {
  public static final byte ALG_PSEUDO_RANDOM = 1;
  public static final byte ALG_SECURE_RANDOM = 2;

  protected RandomData() {
  }

  public static final RandomData getInstance(byte algorithm) throws CryptoException {
    return Functions.random(algorithm);
  }

  public abstract void generateData(byte[] buffer, short offset, short length) throws CryptoException;

  public abstract void setSeed(byte[] buffer, short offset, short length);
}
