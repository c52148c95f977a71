/* SPDX-License-Identifier: Apache-2.0
 * What every key can do. */
package javacard.security;

public interface Key {
  boolean isInitialized();

  void clearKey();

  byte getType();

  short getSize();
}
