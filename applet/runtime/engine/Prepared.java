/* SPDX-License-Identifier: Apache-2.0
 * A cryptographic function that was given its key, until the power goes. */
package engine;

import java.io.Serializable;
import javacard.security.CryptoException;
import javacard.security.Key;

final class Prepared<K extends KeyValue> implements Serializable {
  private static final long serialVersionUID = 1;

  private transient K key;
  private transient int session;

  /* The key must have a value and be of the type. */
  K begin(Key given, Class<K> type) {
    if (given == null || !given.isInitialized())
      CryptoException.throwIt(CryptoException.UNINITIALIZED_KEY);
    if (!type.isInstance(given))
      CryptoException.throwIt(CryptoException.ILLEGAL_VALUE);
    key = type.cast(given);
    session = Device.now().session();
    return key;
  }

  /* The key, if one was given since the power came. */
  K key() {
    if (key == null || session != Device.now().session())
      CryptoException.throwIt(CryptoException.INVALID_INIT);
    if (!key.isInitialized())
      CryptoException.throwIt(CryptoException.UNINITIALIZED_KEY);
    return key;
  }
}
