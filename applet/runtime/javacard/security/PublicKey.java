/* SPDX-License-Identifier: Apache-2.0
 * The public key of a pair. */
package javacard.security;

public interface PublicKey extends Key {}
