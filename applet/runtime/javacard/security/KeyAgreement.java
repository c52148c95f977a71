/* SPDX-License-Identifier: Apache-2.0
 * The secret that two keys share. */
package javacard.security;

import engine.Functions;

public abstract class KeyAgreement {
  public static final byte ALG_EC_SVDP_DH = 1;
  public static final byte ALG_EC_SVDP_DH_PLAIN = 3;

  protected KeyAgreement() {
  }

  public static final KeyAgreement getInstance(byte algorithm, boolean externalAccess) throws CryptoException {
    return Functions.agreement(algorithm);
  }

  public abstract void init(PrivateKey privKey) throws CryptoException;

  public abstract byte getAlgorithm();

  public abstract short generateSecret(byte[] publicData, short publicOffset, short publicLength, byte[] secret,
                                       short secretOffset) throws CryptoException;
}
