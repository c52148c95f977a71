/* SPDX-License-Identifier: Apache-2.0
 * What update() has taken in so far; the power takes it away. */
package engine;

import java.io.ByteArrayOutputStream;
import java.io.Serializable;

final class Collected implements Serializable {
  private static final long serialVersionUID = 1;

  private transient ByteArrayOutputStream bytes;
  private transient int session;

  void reset() {
    bytes = null;
  }

  void add(byte[] data, int at, int length) {
    Memory.bounds(data, at, length);
    if (bytes == null || session != Device.now().session())
      bytes = new ByteArrayOutputStream();
    session = Device.now().session();
    bytes.write(data, at, length);
  }

  /* All of it, the last piece too; then nothing. */
  byte[] take(byte[] data, int at, int length) {
    add(data, at, length);
    byte[] all = bytes.toByteArray();
    reset();
    return all;
  }
}
