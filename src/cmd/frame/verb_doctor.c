/* SPDX-License-Identifier: Apache-2.0
 * The verb `doctor`: looks at all that a terminal needs, changes nothing, and says of each thing what is next to do. */
#include <dirent.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "epurse/backend.h"
#include "epurse/journal.h"
#include "epurse/moment.h"
#include "epurse/reader.h"
#include "epurse/terminal_offline.h"
#include "language.h"
#include "terminal_program.h"

#define READERS_MAX   32 /* pcsc-lite before 2.5.0 has 16 */
#define CLOCK_SECONDS 60 /* that are worth a word; MESSAGE_CLOCK_SKEW are refused */

/* What was found of one thing. The worst of all decides how the program ends. */
struct finding {
  const char *check;  /* "server" */
  enum status status; /* STATUS_OK: as it should be, or only worth a word */
  bool warning;
  char text[400], next[200];      /* what is so; what to do, "" where nothing is: for machines, in English */
  char told[600], told_next[300]; /* the same for people */
};

struct doctor {
  struct terminal_program *self;
  json_t *checks;
  enum status worst; /* the first that is not STATUS_OK */
};

/* What is so, by a sentence of the catalogue and what belongs into it. */
static void finding_say(struct finding *finding, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void finding_say(struct finding *finding, const char *format, ...) {
  va_list arguments, again;
  va_start(arguments, format);
  va_copy(again, arguments);
  (void)vsnprintf(finding->text, sizeof finding->text, format, arguments);
  (void)vsnprintf(finding->told, sizeof finding->told, translated(format), again);
  va_end(again);
  va_end(arguments);
}

/* What to do. */
static void finding_advise(struct finding *finding, const char *sentence) {
  (void)snprintf(finding->next, sizeof finding->next, "%s", sentence);
  (void)snprintf(finding->told_next, sizeof finding->told_next, "%s", translated(sentence));
}

/* What is so where it is what the status says. */
static void finding_status(struct finding *finding) {
  (void)snprintf(finding->text, sizeof finding->text, "%s", status_sentence(finding->status));
  (void)snprintf(finding->told, sizeof finding->told, "%s", translated_status(finding->status));
}

static void tell(struct doctor *doctor, const struct finding *finding) {
  const char *mark = finding->status != STATUS_OK ? SENTENCE("FAILED") : finding->warning ? SENTENCE("look") : "ok";
  if (doctor->worst == STATUS_OK)
    doctor->worst = finding->status;
  terminal_program_print(doctor->self, "%-7s %-12s %s\n", translated(mark), translated(finding->check), finding->told);
  if (finding->next[0] != 0)
    terminal_program_print(doctor->self, "%-7s %-12s -> %s\n", "", "", finding->told_next);
  (void)json_array_append_new(doctor->checks, json_pack("{s:s, s:s, s:s, s:s, s:s}", "check", finding->check, "result",
                                                        finding->status != STATUS_OK ? "failed"
                                                        : finding->warning           ? "warning"
                                                                                     : "ok",
                                                        "status", status_name(finding->status), "text", finding->text,
                                                        "next", finding->next));
}

/* Says until when something is good; the server's or this terminal's own. */
static void tell_expiry(struct doctor *doctor, bool server, int64_t expires) {
  struct finding finding = {.check = server ? "TLS" : SENTENCE("certificate")};
  char day[21];
  uint8_t moment[MOMENT_SIZE];
  int64_t days = (expires - (int64_t)time(NULL)) / SECONDS_PER_DAY;
  moment_from_unix(expires - 1, moment); /* its last one, whose day all others name too */
  moment_print(moment, day);
  day[10] = 0;
  finding.warning = days < TERMINAL_RENEW_DAYS;
  if (server)
    finding_say(&finding, SENTENCE("the back-end's TLS certificate is valid until %s, %ld days"), day, (long)days);
  else
    finding_say(&finding, SENTENCE("the certificate of this terminal is valid until %s, %ld days"), day, (long)days);
  if (finding.warning)
    finding_advise(&finding,
                   SENTENCE("renew it before that day (verb renew; for the back-end's: epurse-admin key roll tls)"));
  tell(doctor, &finding);
}

static void look_at_certificate(struct doctor *doctor) {
  tell_expiry(doctor, false, terminal_expires(doctor->self->terminal));
}

static void look_at_clock(struct doctor *doctor, const struct backend_probe *probe) {
  struct finding finding = {.check = SENTENCE("clock")};
  int64_t off = probe->clock_seconds < 0 ? -probe->clock_seconds : probe->clock_seconds;
  if (probe->clock_seconds == INT64_MIN)
    return;
  if (off > MESSAGE_CLOCK_SKEW)
    finding.status = STATUS_CLOCK_OFF;
  finding.warning = off > CLOCK_SECONDS;
  if (probe->clock_seconds < 0)
    finding_say(&finding, SENTENCE("this clock is %ld s ahead of the back-end's; %d s are allowed"), (long)off,
                (int)MESSAGE_CLOCK_SKEW);
  else
    finding_say(&finding, SENTENCE("this clock is %ld s behind the back-end's; %d s are allowed"), (long)off,
                (int)MESSAGE_CLOCK_SKEW);
  if (finding.warning)
    finding_advise(&finding, SENTENCE("set it, or have it set: timedatectl set-ntp true"));
  tell(doctor, &finding);
}

/* What a back-end that answers says of this terminal alone. */
static enum status turned_away(long http) {
  if (http == 401)
    return STATUS_TERMINAL_REPLACED;
  return http == 403 ? STATUS_TERMINAL_REVOKED : STATUS_OK;
}

static void tell_answer(struct finding *finding, const struct backend_probe *probe) {
  finding->status = turned_away(probe->http);
  finding->warning = finding->status == STATUS_OK && probe->http != 200;
  if (finding->warning)
    finding_say(finding, SENTENCE("%s at %s answers, but says that it cannot work"), probe->url, probe->address);
  else
    finding_say(finding, SENTENCE("%s at %s answers"), probe->url, probe->address);
  if (finding->status != STATUS_OK)
    finding_advise(finding, status_sentence(finding->status));
  else if (finding->warning)
    finding_advise(finding, SENTENCE("tell the operator; his log says why"));
}

static void look_at_server(struct doctor *doctor) {
  struct finding finding = {.check = SENTENCE("back-end")};
  struct backend_probe probe;
  finding.status = backend_look(doctor->self->terminal->backend, &probe);
  if (finding.status != STATUS_OK) {
    if (probe.address[0] != 0)
      finding_say(&finding, SENTENCE("%s at %s: %s"), probe.url, probe.address, probe.cause);
    else
      finding_say(&finding, "%s: %s", probe.url, probe.cause);
    finding_advise(&finding, status_sentence(finding.status));
  } else {
    tell_answer(&finding, &probe);
  }
  tell(doctor, &finding);
  look_at_clock(doctor, &probe);
  if (probe.expires != 0)
    tell_expiry(doctor, true, probe.expires);
}

static void look_at_receipts(struct doctor *doctor) {
  struct finding finding = {.check = SENTENCE("receipts")};
  const char *folder = doctor->self->terminal->receipts;
  if (access(folder, W_OK | X_OK) != 0) {
    finding.status = STATUS_STORE_FAILED;
    finding_say(&finding, SENTENCE("%s cannot be written"), folder);
    finding_advise(&finding, SENTENCE("make the folder, or let this user write in it"));
  } else {
    finding_say(&finding, SENTENCE("%s can be written"), folder);
  }
  tell(doctor, &finding);
}

static void look_at_journal(struct doctor *doctor) {
  struct finding finding = {.check = SENTENCE("journal")};
  struct journal_entry entry;
  unsigned open = 0;
  enum status status = journal_next_open(doctor->self->terminal->journal, 0, &entry);
  for (; status == STATUS_OK; status = journal_next_open(doctor->self->terminal->journal, entry.id, &entry))
    open++;
  finding.status = status == STATUS_NOT_FOUND ? STATUS_OK : status;
  finding.warning = open > 0;
  if (finding.status != STATUS_OK)
    finding_say(&finding, SENTENCE("an entry cannot be read"));
  else
    finding_say(&finding, SENTENCE("%u open"), open);
  if (finding.status != STATUS_OK)
    finding_advise(&finding, SENTENCE("keep the terminal's folder as it is and tell the issuer"));
  else if (open > 0)
    finding_advise(&finding, SENTENCE("run the verb recover"));
  tell(doctor, &finding);
}

/* A till that takes payments without the back-end, and is not heard of, has payments that nobody knows of. */
static void look_at_offline(struct doctor *doctor) {
  struct finding finding = {.check = SENTENCE("off-line")};
  struct offline_standing standing;
  const struct terminal *terminal = doctor->self->terminal;
  char moment[21];
  uint8_t list[MOMENT_SIZE];
  finding.status = offline_standing_read(terminal->folder, &standing);
  if (finding.status == STATUS_NOT_FOUND || (finding.status == STATUS_OK && (standing.sum == 0 || standing.count == 0)))
    return;
  if (finding.status != STATUS_OK) {
    finding_status(&finding);
  } else {
    moment_from_unix(standing.list_at, list);
    moment_print(list, moment);
    finding.warning = (int64_t)time(NULL) - standing.list_at > (int64_t)terminal->offline.list_hours * 3600;
    finding_say(&finding, SENTENCE("the list of cards that are not taken is of %s, and good for %d hours"), moment,
                terminal->offline.list_hours);
  }
  if (finding.warning)
    finding_advise(&finding, SENTENCE("bring this till on-line and run the verb recover"));
  tell(doctor, &finding);
}

/* The name of a process that has the library of smart cards loaded: "" where it has not, or nobody may know. */
static void card_program(const char *pid, char name[64]) {
  char path[300], line[512];
  bool found = false;
  (void)snprintf(path, sizeof path, "/proc/%s/maps", pid);
  FILE *file = fopen(path, "re");
  while (file != NULL && !found && fgets(line, sizeof line, file) != NULL)
    found = strstr(line, "/libpcsclite.so") != NULL || strstr(line, "/libpcsclite_real.so") != NULL;
  if (file != NULL)
    (void)fclose(file);
  (void)snprintf(path, sizeof path, "/proc/%s/comm", pid);
  file = found ? fopen(path, "re") : NULL;
  name[0] = 0;
  if (file != NULL && fgets(line, sizeof line, file) != NULL) {
    line[strcspn(line, "\n")] = 0;
    (void)snprintf(name, 64, "%.40s", line);
  }
  if (file != NULL)
    (void)fclose(file);
}

/* Programs that may hold a reader, beside this one: "scdaemon (1234)", as far as this user may look. */
static void look_at_others(struct doctor *doctor) {
  struct finding finding = {.check = SENTENCE("others")};
  DIR *folder = opendir("/proc");
  char names[340] = "";
  size_t len = 0;
  for (const struct dirent *entry = NULL; folder != NULL && (entry = readdir(folder)) != NULL;) {
    char name[64] = "";
    if (strspn(entry->d_name, "0123456789") != strlen(entry->d_name) || strtol(entry->d_name, NULL, 10) == getpid())
      continue;
    card_program(entry->d_name, name);
    if (name[0] != 0 && len < sizeof names - 100)
      len +=
          (size_t)snprintf(names + len, sizeof names - len, "%s%s (%.12s)", len > 0 ? ", " : "", name, entry->d_name);
  }
  if (folder != NULL)
    (void)closedir(folder);
  finding.warning = len > 0;
  if (len > 0) {
    finding_say(&finding, SENTENCE("%s can use the readers too"), names);
    finding_advise(&finding, SENTENCE("close them where a reader is busy"));
  } else {
    finding_say(&finding, SENTENCE("no other program that this user may see uses the readers"));
  }
  tell(doctor, &finding);
}

/* The service between programs and readers tells its version on its command line only. */
static void look_at_pcscd(struct doctor *doctor) {
  struct finding finding = {.check = "pcscd"};
  char line[128] = "";
  FILE *answer = popen("PATH=/usr/local/sbin:/usr/sbin:/sbin:$PATH pcscd --version 2>/dev/null", "re");
  if (answer != NULL && fgets(line, sizeof line, answer) == NULL)
    line[0] = 0;
  if (answer != NULL)
    (void)pclose(answer);
  line[strcspn(line, "\n")] = 0;
  finding.warning = line[0] == 0;
  if (finding.warning) {
    finding_say(&finding, SENTENCE("its version is not known"));
    finding_advise(&finding, SENTENCE("install the package pcscd where the readers are here"));
  } else {
    finding_say(&finding, "%s", line);
  }
  tell(doctor, &finding);
}

static void look_at_readers(struct doctor *doctor) {
  struct reader_row rows[READERS_MAX];
  struct finding finding = {.check = SENTENCE("readers")};
  size_t count = 0;
  finding.status = reader_list(rows, READERS_MAX, &count);
  if (finding.status == STATUS_OK && count == 0)
    finding.status = STATUS_NO_READER;
  if (finding.status != STATUS_OK) {
    if (finding.status == STATUS_NO_READER)
      finding_say(&finding, SENTENCE("there is none"));
    else
      finding_say(&finding, SENTENCE("pcscd cannot be asked"));
    finding_advise(&finding, status_sentence(finding.status));
    tell(doctor, &finding);
    return;
  }
  for (size_t i = 0; i < count; i++) {
    if (rows[i].purse)
      finding_say(&finding, SENTENCE("%u: %s, with a purse"), rows[i].index, rows[i].name);
    else if (rows[i].card)
      finding_say(&finding, SENTENCE("%u: %s, with a card that is no purse, or that another program keeps"),
                  rows[i].index, rows[i].name);
    else
      finding_say(&finding, SENTENCE("%u: %s, empty"), rows[i].index, rows[i].name);
    tell(doctor, &finding);
  }
}

enum status verb_doctor(void *context, char **arguments) {
  struct doctor doctor = {.self = context, .checks = json_array()};
  struct terminal_program *self = context;
  struct finding finding = {.check = SENTENCE("terminal")};
  (void)arguments;
  finding.status = terminal_program_open(self); /* which says what is wrong */
  if (finding.status != STATUS_OK)
    finding_status(&finding);
  else
    finding_say(&finding, "%s%s%s", self->terminal->tid, self->terminal->merchant_name[0] != 0 ? ", " : "",
                self->terminal->merchant_name);
  tell(&doctor, &finding);
  if (finding.status == STATUS_OK) {
    look_at_certificate(&doctor);
    look_at_receipts(&doctor);
    look_at_journal(&doctor);
    look_at_offline(&doctor);
    look_at_server(&doctor);
  }
  look_at_pcscd(&doctor);
  look_at_readers(&doctor);
  look_at_others(&doctor);
  self->report = json_pack("{s:s, s:o}", "operation", "doctor", "checks", doctor.checks);
  return doctor.worst;
}
