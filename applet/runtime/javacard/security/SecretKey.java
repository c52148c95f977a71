/* SPDX-License-Identifier: Apache-2.0
 * A symmetric key. */
package javacard.security;

public interface SecretKey extends Key {}
