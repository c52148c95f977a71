/* SPDX-License-Identifier: Apache-2.0
 * An AES key. */
package javacard.security;

public interface AESKey extends SecretKey {
  void setKey(byte[] keyData, short kOff) throws CryptoException;

  byte getKey(byte[] keyData, short kOff);
}
