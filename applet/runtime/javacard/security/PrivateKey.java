/* SPDX-License-Identifier: Apache-2.0
 * The private key of a pair. */
package javacard.security;

public interface PrivateKey extends Key {}
