/* SPDX-License-Identifier: Apache-2.0
 * Makes keys that have no value yet. */
package javacard.security;

import engine.Functions;

public class KeyBuilder {
  public static final byte TYPE_AES_TRANSIENT_RESET = 13;
  public static final byte TYPE_AES_TRANSIENT_DESELECT = 14;
  public static final byte TYPE_AES = 15;
  public static final byte TYPE_EC_FP_PUBLIC = 11;
  public static final byte TYPE_EC_FP_PRIVATE = 12;
  public static final byte TYPE_EC_FP_PRIVATE_TRANSIENT_RESET = 30;
  public static final byte TYPE_EC_FP_PRIVATE_TRANSIENT_DESELECT = 31;
  public static final short LENGTH_AES_128 = 128;
  public static final short LENGTH_AES_192 = 192;
  public static final short LENGTH_AES_256 = 256;
  public static final short LENGTH_EC_FP_256 = 256;

  KeyBuilder() {
  }

  public static Key buildKey(byte keyType, short keyLength, boolean keyEncryption) throws CryptoException {
    return Functions.buildKey(keyType, keyLength, keyEncryption);
  }
}
