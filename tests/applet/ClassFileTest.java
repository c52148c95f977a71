/* SPDX-License-Identifier: Apache-2.0
 * Tests of what a converter or a card refuses in a class file. */
package engine;

import static engine.Points.check;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.ToolProvider;

final class ClassFileTest {
  private ClassFileTest() {}

  /* Each row of the list as a class in a package of its own, compiled together. */
  private static Path compile(List<String[]> rows) throws IOException {
    Path folder = Files.createTempDirectory("refused");
    List<String> arguments =
        new ArrayList<>(Arrays.asList("-g", "-nowarn", "-proc:none", "--release", "8", "-Xlint:-options", "-cp",
                                      System.getProperty("java.class.path"), "-d", folder.toString()));
    for (String[] row : rows) {
      Path source = folder.resolve(row[0] + "/Refused.java");
      Files.createDirectories(source.getParent());
      Files.write(source, ("package " + row[0] + "; public class Refused { " + row[2] + " }").getBytes());
      arguments.add(source.toString());
    }
    int code = ToolProvider.getSystemJavaCompiler().run(null, null, System.err, arguments.toArray(new String[0]));
    check(code == 0, "the classes to be refused are good Java");
    return folder;
  }

  static void run(Path list) throws IOException {
    List<String[]> rows = Files.readAllLines(list)
                              .stream()
                              .filter(line -> !line.startsWith("#") && !line.isEmpty())
                              .map(line -> line.split(" \\| ", 3))
                              .collect(Collectors.toList());
    check(ClassFile.check(Probed.classes).isEmpty(), "the probe would be taken by a card: " + ClassFile.check(Probed.classes));
    rows.forEach(row -> row[0] = row[0].replace('-', '_'));
    Path folder = compile(rows);
    for (String[] row : rows) {
      List<String> faults = ClassFile.check(folder.resolve(row[0]));
      boolean found =
          row[1].equals("nothing") ? faults.isEmpty() : faults.stream().anyMatch(fault -> fault.contains(row[1]));
      check(found, row[0] + ": " + row[1] + (found ? "" : ", but " + faults));
    }
    try (Stream<Path> all = Files.walk(folder)) {
      all.sorted(Comparator.reverseOrder()).forEach(path -> path.toFile().delete());
    }
  }
}
