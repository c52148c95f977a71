/* SPDX-License-Identifier: Apache-2.0
 * Marks what another applet may call; no applet here shares anything. */
package javacard.framework;

public interface Shareable {}
