/* SPDX-License-Identifier: Apache-2.0
 * A rule of the Java Card standard, or of the strictest card, was broken: the test has failed, nobody may catch this. */
package engine;

public final class Violation extends Error {
  private static final long serialVersionUID = 1;

  public Violation(String rule) {
    super(rule);
  }
}
