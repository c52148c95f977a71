/* SPDX-License-Identifier: Apache-2.0
 * What the device did, per command, so that the time of a real card can be computed from it. */
package engine;

import java.util.Map;
import java.util.TreeMap;

public final class Tally {
  /* The columns of `epurse-card run --count`, in its order; keys set; AES objects given a key, calls of them. */
  public enum Count { TIMES, SIGN, VERIFY, PAIRS, AGREE, AES, HASH, WRITES, COMMITS, IN, OUT, KEYS, AES_SETUPS, AES_CALLS }

  private static final String POWER_ON = "(power on)";

  private final Map<String, int[]> rows = new TreeMap<>();
  private int[] row;

  public Tally() {
    end(0);
  }

  private int[] row(String name) {
    return rows.computeIfAbsent(name, key -> new int[Count.values().length]);
  }

  /* What follows is put down to this command, until end(). */
  public void begin(byte[] command) {
    row = row(command.length < 4 ? "(unknown)"
                                 : String.format("%02X %02X %02X", command[0] & 0xFB, command[1], command[2]));
    add(Count.TIMES, 1);
    add(Count.IN, command.length);
  }

  public void end(int answerLength) {
    if (row != null)
      add(Count.OUT, answerLength);
    row = row(POWER_ON);
  }

  public void add(Count count, int number) {
    row[count.ordinal()] += number;
  }

  public int total(Count count) {
    return rows.values().stream().mapToInt(each -> each[count.ordinal()]).sum();
  }

  public void reset() {
    rows.clear();
    row = row(POWER_ON);
  }

  private static void print(StringBuilder out, String name, int[] figures) {
    out.append(String.format("%-28s %6d %5d %6d %5d %5d %6d %6d %6d %7d %8d %8d\n", name, figures[0], figures[1],
                             figures[2], figures[3], figures[4], figures[5], figures[6], figures[7], figures[8],
                             figures[9], figures[10]));
  }

  @Override
  public String toString() {
    StringBuilder out = new StringBuilder();
    out.append(String.format("%-28s %6s %5s %6s %5s %5s %6s %6s %6s %7s %8s %8s\n", "command", "times", "sign",
                             "verify", "pairs", "agree", "aes", "hash", "writes", "commits", "in", "out"));
    int[] total = new int[Count.values().length];
    rows.forEach((name, figures) -> {
      if (figures[Count.TIMES.ordinal()] + figures[Count.WRITES.ordinal()] + figures[Count.COMMITS.ordinal()] > 0)
        print(out, name, figures);
      for (int i = 0; i < total.length; i++)
        total[i] += figures[i];
    });
    print(out, "total", total);
    return out.toString();
  }
}
