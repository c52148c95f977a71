/* SPDX-License-Identifier: Apache-2.0
 * An issuer made by its own programs, with its back-end. */
#include "installation.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "folder.h"

#define START_SECONDS 60

bool installation_shell(const char *format, ...) {
  char command[2048];
  va_list arguments;
  va_start(arguments, format);
  int len = vsnprintf(command, sizeof command, format, arguments);
  va_end(arguments);
  bool done = len > 0 && (size_t)len < sizeof command && system(command) == 0;
  if (!done)
    printf("# failed: %s\n", command);
  return done;
}

bool installation_begin(struct installation *installation, const char *base, const char *name, const char *programs) {
  const char *built = getenv("top_builddir");
  memset(installation, 0, sizeof *installation);
  if (programs == NULL)
    programs = built != NULL ? built : ".";
  bool made = folder_make(base, name, installation->folder, sizeof installation->folder) &&
              setenv("W", installation->folder, 1) == 0 && setenv("P", programs, 1) == 0;
  if (!made)
    printf("# no folder %s can be made\n", name);
  return made;
}

bool installation_init(struct installation *installation, const char *options) {
  installation->port = port_claim();
  return installation_shell("echo '" INSTALLATION_PASSPHRASE "' >\"$W/issuer.pass\"; "
                            "echo '" INSTALLATION_SERVER_PASSPHRASE "' >\"$W/server.pass\"") &&
         installation_shell("lib=$P/tests/world/quick_keys.so; [ -f \"$lib\" ] || lib=; "
                            "LD_PRELOAD=$lib \"$P/epurse-admin\" init --dir \"$W/issuer\" --host localhost,127.0.0.1 "
                            "--listen 127.0.0.1:%d --currency EUR --issuer 999999 --loads none --load-credit none %s "
                            "--issuer-passphrase-fd 3 --server-passphrase-fd 4 "
                            "3<\"$W/issuer.pass\" 4<\"$W/server.pass\" >/dev/null",
                            installation->port, options);
}

bool installation_set(const char *section, const char *line) {
  return installation_shell("sed -i 's/^\\[%s\\]$/&\\n%s/' \"$W/issuer/epursed.conf\"", section, line);
}

bool installation_quick_keys(void) {
  return installation_shell("for key in \"$W\"/issuer/*.key; do "
                            "openssl pkcs8 -topk8 -in \"$key\" -passin \"file:$W/server.pass\" -v2 aes-256-cbc -iter 1 "
                            "-passout 'pass:" INSTALLATION_SERVER_PASSPHRASE
                            "' -out \"$W/quick.key\" && chmod 600 \"$W/quick.key\" && "
                            "mv \"$W/quick.key\" \"$key\" || exit 1; done");
}

bool installation_start(struct installation *installation) {
  installation->server = fork();
  if (installation->server == 0) {
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    execl("/bin/sh", "sh", "-c",
          "exec \"$P/epursed\" --config \"$W/issuer\" --passphrase-fd 4 4<\"$W/server.pass\" 2>>\"$W/log\"",
          (char *)NULL);
    _exit(127);
  }
  return installation->server > 0 && port_wait(installation->port, START_SECONDS);
}

bool installation_stop(struct installation *installation) {
  int result = -1;
  if (installation->server <= 1) /* never process 0 or -1, which would be all of ours */
    return false;
  (void)kill(installation->server, SIGCONT);
  bool ended = kill(installation->server, SIGTERM) == 0 &&
               waitpid(installation->server, &result, 0) == installation->server && result == 0;
  installation->server = 0;
  return ended;
}

bool installation_merchant_add(const char *merchant, const char *name, unsigned points_rate) {
  return installation_shell("\"$P/epurse-admin\" --config \"$W/issuer/admin\" merchant add %s --name '%s' "
                            "--points-rate %u >/dev/null",
                            merchant, name, points_rate);
}

bool installation_terminal_add(const struct installation *installation, const char *tid, const char *role,
                               const char *merchant, const char *name) {
  return installation_shell("\"$P/epurse-admin\" --config \"$W/issuer/admin\" terminal add %s --role %s --merchant %s "
                            "--out \"$W/%s\" --url https://127.0.0.1:%d --issuer-passphrase-fd 3 "
                            "3<\"$W/issuer.pass\" >/dev/null",
                            tid, role, merchant, name, installation->port);
}
