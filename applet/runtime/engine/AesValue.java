/* SPDX-License-Identifier: Apache-2.0
 * An AES key, and the block cipher that everything built on it uses and counts. */
package engine;

import java.security.GeneralSecurityException;
import java.util.Arrays;
import javacard.security.AESKey;
import javax.crypto.Cipher;
import javax.crypto.spec.SecretKeySpec;

final class AesValue extends KeyValue implements AESKey {
  private static final long serialVersionUID = 1;
  static final int BLOCK = 16;

  AesValue(byte type, short bits, byte event) {
    super(type, bits, event);
  }

  @Override
  public void setKey(byte[] keyData, short kOff) {
    Memory.bounds(keyData, kOff, getSize() / 8);
    change(Arrays.copyOfRange(keyData, kOff, kOff + getSize() / 8));
  }

  @Override
  public byte getKey(byte[] keyData, short kOff) {
    return (byte)copyTo(keyData, kOff, value());
  }

  byte[] ecb(int mode, byte[] blocks) {
    Device.now().tally.add(Tally.Count.AES, blocks.length / BLOCK);
    try {
      Cipher cipher = Cipher.getInstance("AES/ECB/NoPadding");
      cipher.init(mode, new SecretKeySpec(value(), "AES"));
      return cipher.doFinal(blocks);
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  static void mix(byte[] into, byte[] with, int at) {
    for (int i = 0; i < BLOCK; i++)
      into[i] ^= with[at + i];
  }

  /* `chain` is the block before, and becomes the last one of the ciphertext. */
  byte[] cbc(boolean encrypt, byte[] chain, byte[] blocks) {
    byte[] out = new byte[blocks.length];
    byte[] plain = encrypt ? null : ecb(Cipher.DECRYPT_MODE, blocks);
    for (int at = 0; at < blocks.length; at += BLOCK) {
      byte[] block = Arrays.copyOfRange(encrypt ? blocks : plain, at, at + BLOCK);
      mix(block, chain, 0);
      if (encrypt)
        block = ecb(Cipher.ENCRYPT_MODE, block);
      System.arraycopy(block, 0, out, at, BLOCK);
      System.arraycopy(encrypt ? block : blocks, encrypt ? 0 : at, chain, 0, BLOCK);
    }
    return out;
  }

  /* NIST SP 800-38B. */
  byte[] cmac(byte[] message) {
    byte[] subkey = twice(ecb(Cipher.ENCRYPT_MODE, new byte[BLOCK]));
    boolean whole = message.length > 0 && message.length % BLOCK == 0;
    int blocks = Math.max(1, (message.length + BLOCK - 1) / BLOCK);
    byte[] padded = Arrays.copyOf(message, blocks * BLOCK), chain = new byte[BLOCK];
    if (!whole) {
      padded[message.length] = (byte)0x80;
      subkey = twice(subkey);
    }
    for (int i = 0; i < BLOCK; i++)
      padded[padded.length - BLOCK + i] ^= subkey[i];
    cbc(true, chain, padded);
    return chain;
  }

  private static byte[] twice(byte[] block) {
    byte[] out = new byte[BLOCK];
    for (int i = 0; i < BLOCK; i++)
      out[i] = (byte)(block[i] << 1 | (i + 1 < BLOCK ? (block[i + 1] & 0xFF) >> 7 : 0));
    if (block[0] < 0)
      out[BLOCK - 1] ^= (byte)0x87;
    return out;
  }
}
