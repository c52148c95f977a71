/* SPDX-License-Identifier: Apache-2.0
 * Where random bytes come from: the machine, or, for a test that runs two devices side by side, a seed. */
package engine;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;

public final class Random {
  private final SecureRandom machine = new SecureRandom();
  private byte[] seed;
  private int block;

  /* From now on all bytes follow from the seed: SHA-256(seed || block number as 4 bytes), each draw from a new block.
   * null: from the machine again. */
  public void seed(byte[] with) {
    seed = with;
    block = 0;
  }

  public boolean seeded() {
    return seed != null;
  }

  public byte[] draw(int length) {
    byte[] out = new byte[length];
    if (seed == null) {
      machine.nextBytes(out);
      return out;
    }
    for (int at = 0; at < length; at += 32)
      System.arraycopy(next(), 0, out, at, Math.min(32, length - at));
    return out;
  }

  private byte[] next() {
    try {
      MessageDigest hash = MessageDigest.getInstance("SHA-256");
      hash.update(seed);
      return hash.digest(ByteBuffer.allocate(4).putInt(block++).array());
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }
}
